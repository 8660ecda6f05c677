//! Usage added by hand: `POST customers/{customer_id}/refs/{ref_id}`.

use serde::Deserialize;

use super::claim::refused;
use super::{Known, RECEIPT_ADD, by_hand, check_numbers};
use crate::App;
use crate::discounts::store::book::{self, Change, Place, Report, Taken};
use crate::discounts::terms::Terms;
use crate::error::ApiError;
use crate::http::{is_client_id, read};
use crate::json::Whole;
use crate::store::{Db, now};

#[derive(Debug, Deserialize)]
struct UsageRequest {
    usage_ref: UsageRef,
}

#[derive(Debug, Deserialize)]
struct UsageRef {
    #[serde(rename = "ref")]
    reference: String,
    ref_type: String,
    #[serde(default)]
    usage: Option<Whole>,
    #[serde(default)]
    stamp: Option<Whole>,
    #[serde(default)]
    amount: Option<Whole>,
}

/// Adds usage to a customer's ref; the same `ref` and `ref_type` add once.
///
/// # Errors
/// 400 when the body is wrong or a limit is reached, 404 when the customer has no such ref.
pub async fn add_usage(app: &App, account: &str, client: &str, customer: &str, id: &str, body: &str) -> Result<(), ApiError> {
    let UsageRequest { usage_ref } = read(body)?;
    let UsageRef { reference, ref_type, usage, stamp, amount } = usage_ref;
    let (usage, stamp, amount) = (usage.map(i64::from), stamp.map(i64::from), amount.map(i64::from));
    for (name, text) in [("ref", &reference), ("ref_type", &ref_type)] {
        if !is_client_id(text) {
            let message = "this has 1 to 255 characters, without space around them".to_owned();
            return Err(ApiError::At("invalid_body", format!("/usage_ref/{name}"), message));
        }
    }
    check_numbers("/usage_ref", [("usage", usage), ("stamp", stamp), ("amount", amount), ("bonus", None)])?;
    let known = Known::look_up(app, account, &[id]).await?;
    let found = known.refs.get(id).filter(|found| found.customer_id == customer || (found.customer_id == "*" && customer != "/"));
    let found = found.ok_or(ApiError::NotFound("Ref"))?;
    if found.deleted_at.is_some() || known.is_deleted(&found.rule_id) {
        return Err(ApiError::Invalid("ref_deleted", "this ref or its rule is deleted and cannot be used any more".to_owned()));
    }
    let terms = known.terms(&found.rule_id);
    let amount = amount.unwrap_or(0);
    // What only gives stamps used nothing; anything else that does not say was one use.
    let usage = usage.unwrap_or(i64::from(stamp.is_none() || amount > 0));
    let new = Taken {
        usage,
        amount,
        bonus: 0,
        stamp: stamp.unwrap_or(0),
        stamp_spent: if usage > 0 { terms.stamp.unwrap_or(0) } else { 0 },
        debit: if terms.debit.is_some() { amount } else { 0 },
    };
    let place = Place { rule_id: found.rule_id.clone(), ref_id: id.to_owned(), customer_id: customer.to_owned() };
    let purchase_at = now();
    let buyer = Some(customer).filter(|customer| *customer != "/");

    let mut unit = app.store.unit().await?;
    book::lock_names(unit.db(), app.store.kind(), account, &[&reference]).await?;
    let own = by_hand(&ref_type, &reference);
    let mut keys = vec![own.clone()];
    if ref_type == RECEIPT_ADD {
        // This is how a receipt would have been recorded: it, or a claim for it, may be here already.
        keys.extend([format!("r:{reference}"), format!("w:{reference}"), format!("c:{reference}")]);
    }
    let mut earlier = book::purchases(unit.db(), account, &keys).await?;
    earlier.retain(|purchase| purchase.customer_id.is_none() || purchase.customer_id.as_deref() == buyer);
    let rows = book::rows(unit.db(), account, &earlier).await?;
    let row = rows.iter().find(|row| row.place == place && row.state != "released");
    let back = match row {
        Some(row) if row.state == "held" => row.taken.clone(),
        // Counted before.
        Some(_) => return Ok(()),
        None => Taken::default(),
    };
    let at = row.map(|row| row.purchase_id.clone()).or_else(|| earlier.first().map(|purchase| purchase.id.clone()));
    let purchase = match at {
        Some(purchase) => {
            book::add_keys(unit.db(), account, &purchase, &[own]).await?;
            purchase
        }
        None => book::new_purchase(unit.db(), account, buyer, &purchase_at, false, &[own]).await?,
    };
    let mut changes = [Change { back, ..Change::new(place, terms, new) }];
    book::count(unit.db(), account, &mut changes).await?;
    let report = Report { account, client, reference: &reference, ref_type: &ref_type, purchase_at: &purchase_at };
    if let Some(refusal) = changes.iter().find_map(|change| change.refused) {
        return Err(refused(refusal, "/usage_ref".to_owned()));
    }
    book::log(unit.db(), report, &purchase, &changes.each_ref().map(|change| change.entry("used"))).await?;
    book::count_late(unit.db(), account, &changes).await?;
    unit.save().await
}

/// Stamps that a customer has on a new ref from before, as part of the unit of work that gives it.
///
/// # Errors
/// When the database refuses.
pub async fn stamps_within(
    db: &mut Db,
    account: &str,
    client: &str,
    place: Place,
    stamp: i64,
    reference: &str,
) -> Result<(), ApiError> {
    let (ref_type, purchase_at) = ("first_start", now());
    let keys = [by_hand(ref_type, reference)];
    let purchase = book::new_purchase(db, account, Some(&place.customer_id), &purchase_at, false, &keys).await?;
    // Nothing was used before, so no limit is near.
    let mut changes = [Change::new(place, Terms::default(), Taken { stamp, ..Taken::default() })];
    book::count(db, account, &mut changes).await?;
    let report = Report { account, client, reference, ref_type, purchase_at: &purchase_at };
    book::log(db, report, &purchase, &changes.each_ref().map(|change| change.entry("used"))).await
}

//! Claims: refs reserved for a purchase in progress.

use std::collections::HashSet;

use serde::Deserialize;

use super::{Known, RECEIPT_ADD, by_hand, check_numbers};
use crate::App;
use crate::discounts::store::book::{self, Change, Entry, Place, Refusal, Report, Taken};
use crate::discounts::store::claims::{self, NewClaim};
use crate::discounts::store::comparable;
use crate::discounts::told;
use crate::entity::{self, Made};
use crate::error::ApiError;
use crate::http::{is_client_id, read};
use crate::json::Whole;
use crate::members::Members;

/// `ref_type` of a claim that does not say its `type`.
const CLAIM: &str = "claim";

#[derive(Debug, Deserialize)]
struct ClaimRequest {
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    purchase_at: String,
    customer_id: String,
    discounts: Vec<ClaimedRule>,
}

#[derive(Debug, Deserialize)]
struct ClaimedRule {
    id: String,
    refs: Vec<ClaimedRef>,
}

#[derive(Debug, Deserialize)]
struct ClaimedRef {
    id: String,
    amount: Whole,
    usage: Whole,
}

/// Reserves refs for a purchase: all of them, or none. The claim's JSON.
///
/// # Errors
/// 400 when the body is wrong, the `ref` is taken, or a limit is reached.
pub async fn claim(app: &App, account: &str, client: &str, body: &str) -> Result<String, ApiError> {
    let request: ClaimRequest = read(body)?;
    let (purchase_at, wanted) = check(app, account, &request).await?;
    let sent: Members<'_> = read(body)?;
    sent.refuse_twice("")?;
    let made = Made::now(client);
    let stored = made.with(sent).to_string();
    let sealed = app.sealer.seal(&claims::place(account, &made.id), stored.as_bytes())?;
    let reference = request.reference.as_deref();
    let customer = Some(&*request.customer_id).filter(|customer| *customer != "/");

    let mut unit = app.store.unit().await?;
    let mut keys = Vec::new();
    let mut earlier = Vec::new();
    if let Some(reference) = reference {
        book::lock_names(unit.db(), app.store.kind(), account, &[reference]).await?;
        let names = [format!("r:{reference}"), format!("w:{reference}"), by_hand(RECEIPT_ADD, reference)];
        earlier = book::purchases(unit.db(), account, &names).await?;
        earlier.retain(|purchase| purchase.customer_id.is_none() || purchase.customer_id.as_deref() == customer);
        keys.push(format!("c:{reference}"));
    }
    let known = book::rows(unit.db(), account, &earlier).await?;
    let settled = earlier.iter().any(|purchase| purchase.settled);
    let purchase = match earlier.into_iter().next() {
        Some(purchase) => {
            book::add_keys(unit.db(), account, &purchase.id, &keys).await?;
            purchase.id
        }
        None => book::new_purchase(unit.db(), account, customer, &purchase_at, false, &keys).await?,
    };
    let new = NewClaim {
        account,
        id: &made.id,
        reference,
        customer_id: &request.customer_id,
        purchase_id: &purchase,
        body: &sealed,
        created_at: &made.at,
    };
    if !claims::create(unit.db(), &new).await? {
        let message =
            format!("there is a claim with ref `{}` already; take that one, or delete it first", reference.unwrap_or_default());
        return Err(ApiError::At("claim_exists", "/ref".to_owned(), message));
    }
    // What the purchase took by another road is taken already; once its receipt is known, nothing more is.
    let (mut changes, places): (Vec<Change>, Vec<(Place, String)>) = wanted
        .into_iter()
        .filter(|wanted| !settled && !known.iter().any(|row| row.place == wanted.change.place && row.state != "released"))
        .map(|wanted| (wanted.change.clone(), (wanted.change.place, wanted.pointer)))
        .unzip();
    book::count(unit.db(), account, &mut changes).await?;
    let report = Report {
        account,
        client,
        reference: reference.unwrap_or(&made.id),
        ref_type: request.kind.as_deref().unwrap_or(CLAIM),
        purchase_at: &purchase_at,
    };
    for change in &changes {
        if let Some(refusal) = change.refused {
            let pointer = places.iter().find(|(place, _)| *place == change.place).map(|(_, pointer)| pointer.clone());
            return Err(refused(refusal, pointer.unwrap_or_default()));
        }
    }
    let held: Vec<Entry<'_>> = changes.iter().map(|change| change.entry("held")).collect();
    book::log(unit.db(), report, &purchase, &held).await?;
    told::used(unit.db(), app, account, &changes).await?;
    unit.save().await?;
    Ok(stored)
}

/// Why a ref cannot be taken, for the caller.
pub(super) fn refused(refusal: Refusal, pointer: String) -> ApiError {
    let (code, message) = match refusal {
        Refusal::Usage => ("usage_exhausted", "this ref has been used in as many purchases as its rule allows"),
        Refusal::Balance => ("balance_exceeded", "the balance of this ref is smaller than the amount"),
        Refusal::Budget => ("budget_exhausted", "all customers together have used up what this rule may give"),
        Refusal::Overflow => ("overflow", "with this the ref's totals would leave 64 bits"),
    };
    ApiError::At(code, pointer, message.to_owned())
}

/// One ref to take.
struct Wanted {
    change: Change,
    /// Where the claim names it.
    pointer: String,
}

/// Checks a claim; when the purchase is, and what is to be taken.
async fn check(app: &App, account: &str, request: &ClaimRequest) -> Result<(String, Vec<Wanted>), ApiError> {
    let at = |pointer: String, message: &str| ApiError::At("invalid_body", pointer, message.to_owned());
    if request.customer_id != "/" && (request.customer_id == "*" || !is_client_id(&request.customer_id)) {
        return Err(at(
            "/customer_id".into(),
            "this names one customer, in 1 to 255 characters; `/` claims for a purchase without one",
        ));
    }
    if request.reference.as_deref().is_some_and(|reference| !is_client_id(reference)) {
        return Err(at("/ref".into(), "this names the purchase, in 1 to 255 characters without space around them"));
    }
    let Some(purchase_at) = comparable(&request.purchase_at) else {
        return Err(at("/purchase_at".into(), "this is a date-time with its offset, as 2024-06-01T12:00:00Z"));
    };
    if request.discounts.is_empty() {
        return Err(at("/discounts".into(), "name at least one rule with the refs to take"));
    }
    let ids: Vec<&str> = request.discounts.iter().flat_map(|rule| rule.refs.iter().map(|one| &*one.id)).collect();
    let known = Known::look_up(app, account, &ids).await?;
    let (mut wanted, mut seen) = (Vec::new(), HashSet::new());
    for (r, rule) in request.discounts.iter().enumerate() {
        let mut rewards = 0_i64;
        for (f, one) in rule.refs.iter().enumerate() {
            let place = format!("/discounts/{r}/refs/{f}");
            let found = known.refs.get(&one.id).filter(|found| found.rule_id == rule.id);
            let Some(found) = found else {
                return Err(ApiError::At("ref_unknown", format!("{place}/id"), "there is no such ref of this rule".to_owned()));
            };
            let anonymous = request.customer_id == "/";
            if found.customer_id != request.customer_id && (anonymous || found.customer_id != "*") {
                let message = "this ref belongs to somebody else, or to purchases without a customer";
                return Err(ApiError::At("ref_unknown", format!("{place}/id"), message.to_owned()));
            }
            if found.deleted_at.is_some() || known.is_deleted(&found.rule_id) {
                let message = "this ref or its rule is deleted and cannot be used any more";
                return Err(ApiError::At("ref_deleted", format!("{place}/id"), message.to_owned()));
            }
            if !seen.insert(&*one.id) {
                return Err(at(format!("{place}/id"), "this ref is here twice; name it once"));
            }
            let (amount, usage) = (i64::from(one.amount), i64::from(one.usage));
            check_numbers(&place, [("amount", Some(amount)), ("usage", Some(usage)), ("bonus", None), ("stamp", None)])?;
            let terms = known.terms(&found.rule_id);
            rewards = rewards.checked_add(usage).ok_or_else(|| refused(Refusal::Overflow, format!("{place}/usage")))?;
            if terms.reward_usage.is_some_and(|most| rewards > most) {
                let message = format!("this rule gives at most {} rewards in a purchase", terms.reward_usage.unwrap_or_default());
                return Err(ApiError::At("reward_usage_exceeded", format!("{place}/usage"), message));
            }
            let debit = if terms.debit.is_some() { amount } else { 0 };
            // Held as long as the claim: another purchase does not get a reward for the same stamps.
            let stamp_spent = if usage > 0 { terms.stamp.unwrap_or(0) } else { 0 };
            wanted.push(Wanted {
                change: Change::new(
                    Place { rule_id: found.rule_id.clone(), ref_id: found.id.clone(), customer_id: request.customer_id.clone() },
                    terms,
                    Taken { usage, amount, debit, stamp_spent, ..Taken::default() },
                ),
                pointer: place,
            });
        }
    }
    Ok((purchase_at, wanted))
}

/// Gives a claim back: exactly what it holds, once. What its purchase has used by now stays used. The
/// deleted claim's JSON.
///
/// # Errors
/// 400 when it was given back before, 404 when there is no such claim.
pub async fn release(app: &App, account: &str, client: &str, id: &str) -> Result<String, ApiError> {
    let stored = claims::claim(app, account, id).await?.ok_or(ApiError::NotFound("Claim"))?;
    let change = entity::Change::now(client);
    let mut members: Members<'_> = read(&stored.body)?;
    change.delete(&mut members);
    let body = members.to_string();
    let sealed = app.sealer.seal(&claims::place(account, id), body.as_bytes())?;

    let mut unit = app.store.unit().await?;
    if let Some(reference) = &stored.reference {
        book::lock_names(unit.db(), app.store.kind(), account, &[reference]).await?;
    }
    let Some(purchase) = claims::delete(unit.db(), account, id, &sealed, &change.at).await? else {
        return Err(ApiError::Invalid(
            "claim_deleted",
            "this claim was deleted before; everything it took was given back then".to_owned(),
        ));
    };
    let Some(purchase) = book::purchase(unit.db(), account, &purchase).await? else {
        return Err(ApiError::Internal(format!("claim {id} has no purchase")));
    };
    let mut rows = book::rows(unit.db(), account, &[purchase]).await?;
    rows.retain(|row| row.state == "held");
    let mut changes: Vec<Change> = rows.iter().map(Change::back).collect();
    book::count(unit.db(), account, &mut changes).await?;
    for row in &rows {
        book::set_state(unit.db(), account, &row.id, "released").await?;
    }
    book::count_late(unit.db(), account, &changes).await?;
    unit.save().await?;
    Ok(body)
}

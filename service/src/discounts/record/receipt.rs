//! Receipts: a finished purchase tells what it used in `discounts[].refs[]`.

use serde::Deserialize;
use sqlx::AnyConnection;

use super::{Known, RECEIPT_ADD};
use crate::App;
use crate::discounts::store::book::{self, Change, Place, Refusal, Report, StampsSeen, Taken};
use crate::discounts::store::{comparable, facts};
use crate::discounts::terms::current_stamps;
use crate::error::ApiError;
use crate::store::Kind;

/// What recording reads of a receipt.
#[derive(Debug, Deserialize)]
pub struct SentReceipt {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    receipt_id: Option<String>,
    #[serde(default)]
    transaction_id: Option<String>,
    #[serde(default)]
    order_number: Option<String>,
    #[serde(default)]
    store: Option<SentStore>,
    purchase_at: String,
    #[serde(default)]
    customer_id: Option<String>,
    #[serde(default)]
    customer: Option<SentCustomer>,
    #[serde(default)]
    entry_status: Option<String>,
    #[serde(default)]
    discounts: Option<Vec<SentRule>>,
}

#[derive(Debug, Deserialize)]
struct SentStore {
    #[serde(default)]
    id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SentCustomer {
    #[serde(default)]
    token: Option<SentToken>,
}

#[derive(Debug, Deserialize)]
struct SentToken {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    value: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SentRule {
    #[serde(default)]
    refs: Option<Vec<SentRef>>,
}

#[derive(Debug, Deserialize)]
struct SentRef {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    usage: Option<i64>,
    #[serde(default)]
    amount: Option<i64>,
    #[serde(default)]
    bonus: Option<i64>,
    #[serde(default)]
    stamp: Option<i64>,
    #[serde(default)]
    statistics: Option<SentStatistics>,
}

#[derive(Debug, Deserialize)]
struct SentStatistics {
    #[serde(default)]
    current_stamp: Option<i64>,
}

/// What a receipt used, ready to be recorded.
#[derive(Debug)]
pub struct ReceiptUse {
    /// What nothing else is called.
    strong: Vec<String>,
    /// What other stores may call theirs.
    weak: Vec<String>,
    reference: String,
    purchase_at: String,
    /// Who bought, when known.
    pub customer_id: Option<String>,
    /// Does it say what was used at all?
    told: bool,
    changes: Vec<Change>,
}

/// Reads what a receipt used; `None` when it is of no finished purchase. `place` is the pointer of the receipt in the body.
///
/// # Errors
/// 400 when it cannot be recorded.
pub async fn read_receipt(app: &App, account: &str, sent: SentReceipt, place: &str) -> Result<Option<ReceiptUse>, ApiError> {
    let at = |member: String, message: &str| ApiError::At("invalid_body", format!("{place}{member}"), message.to_owned());
    // A till's training and what never became a purchase use nothing up.
    if matches!(sent.entry_status.as_deref(), Some("Voided" | "Cancelled" | "OnHold" | "Training")) {
        return Ok(None);
    }
    let Some(purchase_at) = comparable(&sent.purchase_at) else {
        return Err(at("/purchase_at".into(), "this is a date-time with its offset, as 2024-06-01T12:00:00Z"));
    };
    let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
    let (id, receipt_id) = (named(&sent.id), named(&sent.receipt_id));
    let Some(reference) = id.clone().or_else(|| receipt_id.clone()) else {
        return Err(at(String::new(), "a receipt needs its `id` or `receipt_id`, so that it is recorded once"));
    };
    let store = sent.store.as_ref().and_then(|store| store.id.as_deref()).unwrap_or_default();
    let mut strong: Vec<String> = id.iter().map(|id| format!("r:{id}")).collect();
    strong.extend(receipt_id.iter().map(|receipt_id| format!("s:{store}|{receipt_id}")));
    let mut weak: Vec<String> =
        [id, receipt_id, named(&sent.transaction_id), named(&sent.order_number)].into_iter().flatten().collect();
    weak.sort_unstable();
    weak.dedup();
    let customer_id = match (named(&sent.customer_id), sent.customer.as_ref().and_then(|customer| customer.token.as_ref())) {
        (Some(id), _) => Some(id),
        (None, Some(token)) => {
            let (kind, value) = (token.kind.as_deref().unwrap_or_default(), token.value.as_deref().unwrap_or_default());
            facts::customer_of_token(app.store.pool(), account, kind, value).await?
        }
        (None, None) => None,
    };
    let told = sent.discounts.is_some();
    let rules = sent.discounts.unwrap_or_default();
    let ids: Vec<&str> = rules.iter().flat_map(|rule| rule.refs.iter().flatten()).filter_map(|one| one.id.as_deref()).collect();
    let known = Known::look_up(app, account, &ids).await?;
    let mut changes: Vec<Change> = Vec::new();
    for (r, rule) in rules.iter().enumerate() {
        for (f, one) in rule.refs.iter().flatten().enumerate() {
            for (name, number) in [("usage", one.usage), ("amount", one.amount), ("bonus", one.bonus), ("stamp", one.stamp)] {
                if number.is_some_and(|number| number < 0) {
                    return Err(at(format!("/discounts/{r}/refs/{f}/{name}"), "this is 0 or more"));
                }
            }
            // Discounts of other systems have refs of their own.
            let Some(found) = one.id.as_deref().and_then(|id| known.refs.get(id)) else { continue };
            let terms = known.terms(&found.rule_id);
            let (amount, bonus, stamp) = (one.amount.unwrap_or(0), one.bonus.unwrap_or(0), one.stamp.unwrap_or(0));
            let usage = one.usage.unwrap_or(i64::from(amount > 0 || bonus > 0));
            let counted_for = match &*found.customer_id {
                "*" => customer_id.clone().unwrap_or_else(|| "*".to_owned()),
                holder => holder.to_owned(),
            };
            let new = Taken {
                usage,
                amount,
                bonus,
                stamp,
                stamp_spent: if usage > 0 { terms.stamp.unwrap_or(0) } else { 0 },
                debit: if terms.debit.is_some() { amount } else { 0 },
            };
            let seen_after = one.statistics.as_ref().and_then(|statistics| statistics.current_stamp);
            let mut stamps = seen_after.filter(|_| usage > 0).map(|after| StampsSeen { before: None, after });
            if let (Some(stamps), Some(days)) = (&mut stamps, terms.stamp_expire_days) {
                let history = facts::stamps(app.store.pool(), account, &found.id, &counted_for).await?;
                stamps.before = Some(current_stamps(&history, days, &purchase_at));
            }
            let place = Place { rule_id: found.rule_id.clone(), ref_id: found.id.clone(), customer_id: counted_for };
            match changes.iter_mut().find(|change| change.place == place) {
                Some(same) => {
                    same.new =
                        same.new.plus(&new).ok_or_else(|| at(format!("/discounts/{r}/refs/{f}"), "the sums leave 64 bits"))?
                }
                None => changes.push(Change { happened: true, stamps, ..Change::new(place, terms, new) }),
            }
        }
    }
    Ok(Some(ReceiptUse { strong, weak, reference, purchase_at, customer_id, told, changes }))
}

/// Records what a receipt used, once however often and by whatever road the purchase is reported; true
/// when this is the first receipt of the purchase.
///
/// # Errors
/// When the database refuses.
pub async fn record_receipt(
    db: &mut AnyConnection,
    kind: Kind,
    account: &str,
    client: &str,
    receipt: ReceiptUse,
) -> Result<bool, ApiError> {
    let ReceiptUse { strong, weak, reference, purchase_at, customer_id, told, changes } = receipt;
    let names: Vec<&str> = weak.iter().map(String::as_str).collect();
    book::lock_names(db, kind, account, &names).await?;
    let mut same = book::purchases(db, account, &strong).await?;
    let recorded = same.iter().any(|purchase| purchase.settled);
    if !recorded {
        // What was claimed or added by hand under one of its names, by this customer, is this purchase.
        let others: Vec<String> = weak.iter().flat_map(|name| [format!("c:{name}"), format!("m:{RECEIPT_ADD}|{name}")]).collect();
        for purchase in book::purchases(db, account, &others).await? {
            let its = book::rows(db, account, std::slice::from_ref(&purchase)).await?;
            let shares_a_ref = its.iter().any(|row| changes.iter().any(|change| change.place == row.place));
            let fits = match (&purchase.customer_id, &customer_id) {
                (Some(its), Some(buyer)) => its == buyer,
                _ => shares_a_ref,
            };
            if !purchase.settled && fits && same.iter().all(|known| known.id != purchase.id) {
                same.push(purchase);
            }
        }
    }
    let rows = book::rows(db, account, &same).await?;
    let mut keys = strong;
    keys.extend(weak.into_iter().map(|name| format!("w:{name}")));
    let purchase = match same.first() {
        Some(purchase) => {
            book::add_keys(db, account, &purchase.id, &keys).await?;
            purchase.id.clone()
        }
        None => book::new_purchase(db, account, customer_id.as_deref(), &purchase_at, true, &keys).await?,
    };
    let mut changes = changes;
    let mut sent: Vec<(Place, Taken)> = Vec::new();
    let mut released = Vec::new();
    changes.retain(|change| {
        // Counted before, by a receipt or by hand: counted.
        !rows.iter().any(|row| row.place == change.place && matches!(&*row.state, "used" | "refused"))
    });
    for row in rows.iter().filter(|row| row.state == "held") {
        match changes.iter_mut().find(|change| change.place == row.place && change.back == Taken::default()) {
            // The receipt's numbers take the place of the claim's.
            Some(change) => {
                change.back = row.taken.clone();
                if row.purchase_id != purchase {
                    released.push(row.id.clone());
                }
            }
            // Another claim of the same purchase, or a ref that the purchase did without.
            None if told || row.purchase_id != purchase => {
                released.push(row.id.clone());
                changes.push(Change::back(row));
            }
            None => book::set_state(db, account, &row.id, "used").await?,
        }
    }
    sent.extend(changes.iter().map(|change| (change.place.clone(), change.new.clone())));
    book::count(db, account, &mut changes).await?;
    let report = Report { account, client, reference: &reference, ref_type: RECEIPT_ADD, purchase_at: &purchase_at };
    for change in &changes {
        let gives_back_only =
            change.new == Taken::default() && change.back != Taken::default() && change.refused.is_none() && !change.happened;
        if gives_back_only {
            continue;
        }
        match change.refused {
            // It happened: it stands in the log, and counts for nothing.
            Some(Refusal::Usage | Refusal::Balance | Refusal::Overflow) => {
                let told =
                    sent.iter().find(|(place, _)| *place == change.place).map(|(_, taken)| taken.clone()).unwrap_or_default();
                book::log(db, report, &purchase, &change.place, "refused", &told).await?;
            }
            Some(Refusal::Budget) | None => book::log(db, report, &purchase, &change.place, "used", &change.new).await?,
        }
    }
    for row in &released {
        book::set_state(db, account, row, "released").await?;
    }
    book::settle(db, account, &purchase, customer_id.as_deref(), &purchase_at).await?;
    Ok(!recorded)
}

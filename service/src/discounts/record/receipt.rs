//! Receipts: a finished purchase tells what it used in `discounts[].refs[]`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::lines::{Award, Gone, Lines};
use super::returns::{self, GoingBack};
use super::{Known, RECEIPT_ADD, by_hand, check_numbers, key};
use crate::App;
use crate::discounts::store::book::{self, Change, Entry, Place, Purchase, Report, StampsLeft, StampsSeen, Taken, UsageRow};
use crate::discounts::store::{comparable, returns as kept_lines, rules, tokens};
use crate::discounts::terms::Terms;
use crate::discounts::told;
use crate::error::ApiError;
use crate::http::is_client_id;
use crate::json::Whole;
use crate::receipts;
use crate::store::Db;

/// For whom a ref that everybody may use is counted when nobody knows who bought.
const UNKNOWN: &str = "*";

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
    /// Whatever it is: lines are looked at when goods go back.
    #[serde(default)]
    items: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct SentStore {
    #[serde(default)]
    id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SentCustomer {
    #[serde(default)]
    token: Option<tokens::SentToken>,
}

#[derive(Debug, Deserialize)]
struct SentRule {
    #[serde(default)]
    refs: Option<Vec<SentRef>>,
}

/// Whatever it is: discounts of other systems have refs of their own, with numbers of their own.
type SentRef = Value;

/// A whole number among the members of a ref; `None` when it is absent. `place` is the ref's pointer.
fn number(one: &SentRef, name: &str, place: &str) -> Result<Option<i64>, ApiError> {
    match one.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match Whole::of(value) {
            Some(whole) => Ok(Some(whole.into())),
            None => Err(ApiError::At("invalid_body", format!("{place}/{name}"), "this is a whole number".to_owned())),
        },
    }
}

/// The id of a ref, when it is one that could be ours.
fn ref_id(one: &SentRef) -> Option<&str> {
    one.get("id").and_then(Value::as_str)
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
    /// Does it say so itself, rather than a token?
    names_buyer: bool,
    /// Does it say what was used at all?
    told: bool,
    changes: Vec<Change>,
    /// Refs that everybody may use.
    everybodys: Vec<String>,
    going_back: GoingBack,
    lines: Lines,
    /// What is kept of its lines when nothing else keeps them, as JSON.
    kept: Option<String>,
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
    let customer = named(&sent.customer_id);
    if customer.as_deref().is_some_and(|customer| matches!(customer, "*" | "/") || !is_client_id(customer)) {
        return Err(at(
            "/customer_id".into(),
            "this names one customer, in 1 to 255 characters; leave it out when nobody is known",
        ));
    }
    let store = sent.store.as_ref().and_then(|store| store.id.as_deref()).unwrap_or_default();
    let mut strong: Vec<String> = id.iter().map(|id| format!("r:{id}")).collect();
    strong.extend(receipt_id.iter().map(|receipt_id| key("s", store, receipt_id)));
    let mut weak: Vec<String> =
        [id, receipt_id, named(&sent.transaction_id), named(&sent.order_number)].into_iter().flatten().collect();
    weak.sort_unstable();
    weak.dedup();
    let names_buyer = customer.is_some();
    let customer_id = match (customer, sent.customer.as_ref().and_then(|customer| customer.token.as_ref())) {
        (Some(id), _) => Some(id),
        (None, Some(token)) => tokens::customer_of(app.store.pool(), &app.sealer, account, token).await?,
        (None, None) => None,
    };
    let lines = Lines::read(sent.items.as_ref());
    let orders = [named(&sent.transaction_id), named(&sent.order_number)].into_iter().flatten().collect();
    let going_back = GoingBack::of(&lines, orders);
    let told = sent.discounts.is_some();
    let rules = sent.discounts.unwrap_or_default();
    let ids: Vec<&str> = rules.iter().flat_map(|rule| rule.refs.iter().flatten()).filter_map(ref_id).collect();
    let known = Known::look_up(app, account, &ids).await?;
    let mut changes: Vec<Change> = Vec::new();
    for (r, rule) in rules.iter().enumerate() {
        for (f, one) in rule.refs.iter().flatten().enumerate() {
            let Some(found) = ref_id(one).and_then(|id| known.refs.get(id)) else { continue };
            let at_ref = format!("{place}/discounts/{r}/refs/{f}");
            let [usage, amount, bonus, stamp] =
                ["usage", "amount", "bonus", "stamp"].map(|name| number(one, name, &at_ref).map(|number| (name, number)));
            let of_lines = |(name, number): (&'static str, Option<i64>)| (name, number.or_else(|| Award::sum(one, name)));
            let numbers = [usage?, of_lines(amount?), of_lines(bonus?), stamp?];
            check_numbers(&at_ref, numbers)?;
            let [usage, amount, bonus, stamp] = numbers.map(|(_, number)| number);
            let terms = known.terms(&found.rule_id);
            let (amount, bonus, stamp) = (amount.unwrap_or(0), bonus.unwrap_or(0), stamp.unwrap_or(0));
            let usage = usage.unwrap_or(i64::from(amount > 0 || bonus > 0));
            let mut left = None;
            let mut award = Award { usage, amount, bonus, stamp, lines: Vec::new() };
            if lines.has_others() && !award.is_nothing() {
                // What is voided or goes back earned nothing here.
                let rule = rules::rule(app.store.pool(), account, &found.rule_id).await?.map(|stored| stored.body);
                award.lines = Award::lines(one);
                let all = award;
                award = lines.kept(&all, &Gone::new(), rule.as_deref());
                left = rule.and_then(|rule| lines.fulfilments(&rule, &Gone::new())).map(|most| StampsLeft {
                    told: all.stamp,
                    most,
                    gave: all.gave(),
                    gives: award.gave(),
                });
                if award.is_nothing() {
                    continue;
                }
            }
            let Award { usage, amount, bonus, stamp, .. } = award;
            let counted_for = match &*found.customer_id {
                "*" => customer_id.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
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
            let seen = |name: &str| one.get("statistics").and_then(|seen| seen.get(name)).and_then(Whole::of).map(i64::from);
            let stamps = seen("current_stamp").filter(|_| usage > 0).map(|after| StampsSeen {
                after,
                ever: seen("stamp"),
                usage: seen("usage"),
                left,
                ..StampsSeen::default()
            });
            let place = Place { rule_id: found.rule_id.clone(), ref_id: found.id.clone(), customer_id: counted_for };
            match changes.iter_mut().find(|change| change.place == place) {
                Some(same) => {
                    same.new =
                        same.new.plus(&new).ok_or_else(|| at(format!("/discounts/{r}/refs/{f}"), "the sums leave 64 bits"))?;
                }
                None => changes.push(Change { happened: true, stamps, ..Change::new(place, terms, new) }),
            }
        }
    }
    let everybodys = known.refs.values().filter(|found| found.customer_id == "*").map(|found| found.id.clone()).collect();
    Ok(Some(ReceiptUse {
        strong,
        weak,
        reference,
        purchase_at,
        customer_id,
        names_buyer,
        told,
        changes,
        everybodys,
        going_back,
        lines,
        kept: None,
    }))
}

/// Records what a receipt used, once however often and by whatever road the purchase is reported; true
/// when this is the first receipt of the purchase.
///
/// # Errors
/// When the database refuses.
pub async fn record_receipt(
    db: &mut Db,
    app: &App,
    account: &str,
    client: &str,
    mut receipt: ReceiptUse,
) -> Result<bool, ApiError> {
    let names: Vec<&str> = receipt.weak.iter().map(String::as_str).collect();
    book::lock_names(db, app.store.kind(), account, &names).await?;
    let same = same_purchases(db, account, &mut receipt).await?;
    let recorded = same.iter().any(|purchase| purchase.settled);
    let ReceiptUse { strong, weak, reference, purchase_at, customer_id, names_buyer, told, mut changes, .. } = receipt;
    let ReceiptUse { going_back, lines, kept, .. } = receipt;

    let rows = book::rows(db, account, &same).await?;
    let mut keys = strong;
    keys.extend(weak.into_iter().map(|name| format!("w:{name}")));
    let known = !same.is_empty();
    let purchase = match same.split_first() {
        Some((first, others)) => {
            for other in others {
                book::unite(db, account, &first.id, &other.id).await?;
            }
            book::add_keys(db, account, &first.id, &keys).await?;
            first.id.clone()
        }
        None => book::new_purchase(db, account, customer_id.as_deref(), &purchase_at, true, &keys).await?,
    };

    let Standing { stays, mut back, used, released } = standing(rows, told);
    for row in &used {
        book::set_state(db, account, row, "used").await?;
    }
    for row in &released {
        book::set_state(db, account, row, "released").await?;
    }
    // Counted before, by a receipt or by hand: counted.
    changes.retain(|change| !stays.iter().any(|place| is_same(place, &change.place)));
    for change in &mut changes {
        change.back = back.remove(&change.place).unwrap_or_default();
        if let Some(stamps) = &mut change.stamps {
            (stamps.purchase_id, stamps.purchase_at) = (purchase.clone(), purchase_at.clone());
        }
    }
    let sent: Vec<(Place, Taken)> = changes.iter().map(|change| (change.place.clone(), change.new.clone())).collect();
    changes.extend(
        back.into_iter().map(|(place, taken)| Change { back: taken, ..Change::new(place, Terms::default(), Taken::default()) }),
    );
    let buyer = (customer_id.as_deref(), &*purchase_at);
    let mut plan = returns::plan(db, app, account, &purchase, going_back, buyer).await?;
    if recorded {
        // Told again: lines that are voided by now.
        plan = plan.and(returns::plan_voided(db, app, account, &purchase, &lines, false).await?);
    }
    plan.add_to(&mut changes);
    book::count(db, account, &mut changes).await?;
    let report = Report { account, client, reference: &reference, ref_type: RECEIPT_ADD, purchase_at: &purchase_at };
    let happened = changes.iter().filter(|change| change.happened && change.again.is_none());
    let entries: Vec<Entry<'_>> = happened
        .map(|change| {
            if change.counts() {
                return change.entry("used");
            }
            // It happened: it stands in the log, and counts for nothing as long as there is no room.
            let told = sent.iter().find(|(place, _)| *place == change.place).map_or(&change.new, |(_, taken)| taken);
            Entry { taken: told, ..change.entry("refused") }
        })
        .collect();
    book::log(db, report, &purchase, &entries).await?;
    plan.write(db, account, &changes).await?;
    book::count_late(db, account, &changes).await?;
    if known {
        book::settle(db, account, &purchase, customer_id.as_deref(), &purchase_at).await?;
    }
    if let (Some(buyer), true) = (&customer_id, known || !names_buyer) {
        receipts::bought_by(db, account, &purchase, buyer).await?;
    }
    if let (Some(lines), false) = (kept, recorded) {
        kept_lines::keep(db, app, account, &purchase, &lines).await?;
    }
    told::used(db, app, account, &changes).await?;
    Ok(!recorded)
}

/// The purchases that are this receipt's, oldest first. Says who bought, where the receipt does not and they do.
async fn same_purchases(db: &mut Db, account: &str, receipt: &mut ReceiptUse) -> Result<Vec<Purchase>, ApiError> {
    // What was claimed or added by hand under one of its names, by this customer, is this purchase.
    let others = receipt.weak.iter().flat_map(|name| [format!("c:{name}"), by_hand(RECEIPT_ADD, name)]);
    let keys: Vec<String> = receipt.strong.iter().cloned().chain(others).collect();
    let (mut same, others) = book::purchases_by(db, account, &keys, receipt.strong.len()).await?;
    if let Some(recorded) = same.iter().find(|purchase| purchase.settled) {
        // Who bought is told once.
        receipt.bought_by(recorded.customer_id.clone());
    }
    // Also of one that is told again: who bought, or what was used, may be said only now.
    for purchase in others {
        if purchase.settled {
            continue;
        }
        let fits = match (&purchase.customer_id, &receipt.customer_id) {
            (Some(its), Some(buyer)) => its == buyer,
            // A receipt that does not say who bought: what it used tells.
            _ => {
                let its = book::rows(db, account, std::slice::from_ref(&purchase)).await?;
                let counts = its.iter().filter(|row| row.state != "released");
                let mut counts = counts.flat_map(|row| receipt.changes.iter().map(move |change| (row, change)));
                counts.any(|(row, change)| {
                    row.place == change.place || (row.place.ref_id == change.place.ref_id && change.place.customer_id == UNKNOWN)
                })
            }
        };
        if fits {
            if receipt.customer_id.is_none() {
                receipt.bought_by(purchase.customer_id.clone());
            }
            same.push(purchase);
        }
    }
    Ok(same)
}

impl ReceiptUse {
    /// Keeps of a receipt that is stored nowhere what goes back is taken out of: its lines, and what they got.
    pub fn keep_lines(&mut self, receipt: &Value) {
        let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let refs: Vec<Value> = list(receipt, "discounts").iter().flat_map(|rule| list(rule, "refs")).collect();
        let items = receipt.get("items").filter(|items| items.as_array().is_some_and(|items| !items.is_empty()));
        self.kept = items.map(|items| json!({"items": items, "discounts": [{"refs": refs}]}).to_string());
    }

    /// Somebody is known to have bought this: what everybody may use is counted for them.
    fn bought_by(&mut self, customer: Option<String>) {
        let Some(customer) = customer else { return };
        let said = self.customer_id.replace(customer.clone()).unwrap_or_else(|| UNKNOWN.to_owned());
        for change in self.changes.iter_mut().filter(|change| self.everybodys.contains(&change.place.ref_id)) {
            if change.place.customer_id == said {
                change.place.customer_id.clone_from(&customer);
            }
        }
    }
}

/// Of one purchase, the same ref: also where it was not known for whom to count it.
fn is_same(counted: &Place, place: &Place) -> bool {
    counted == place || (counted.ref_id == place.ref_id && counted.customer_id == UNKNOWN)
}

/// What becomes of the rows of a purchase when its receipt comes.
#[derive(Default)]
struct Standing {
    /// Places where it counts already.
    stays: Vec<Place>,
    /// What is given back.
    back: BTreeMap<Place, Taken>,
    /// Rows that were held and are used.
    used: Vec<String>,
    /// Rows that count no more.
    released: Vec<String>,
}

fn standing(mut rows: Vec<UsageRow>, told: bool) -> Standing {
    let mut standing = Standing::default();
    rows.retain(|row| row.state != "released");
    // What is used stands before what is only held; the order is that of the reports otherwise.
    rows.sort_by_key(|row| row.state == "held");
    for row in rows {
        let twice = standing.stays.contains(&row.place);
        match (&*row.state, twice) {
            ("held", false) if !told => {
                standing.used.push(row.id);
                standing.stays.push(row.place);
            }
            ("used" | "refused", false) => standing.stays.push(row.place),
            // The receipt's numbers take the place of a claim's; or it did without, or it was there twice.
            (state, _) => {
                if state != "refused" {
                    let sum = standing.back.entry(row.place.clone()).or_default();
                    *sum = sum.plus(&row.taken).unwrap_or_else(|| sum.clone());
                }
                standing.released.push(row.id);
            }
        }
    }
    standing
}

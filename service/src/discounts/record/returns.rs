//! Goods that go back, and lines that are taken off a receipt after it was stored: what they had earned is taken back, once.
//!
//! Which purchase goods come from, the contract's receipt does not say: one with the same order or payment, else the customer's
//! newest of that thing (decision 0014). How much of which line is gone, `receipt_returns` knows; what that took back from
//! a row of the usage log, `usage_returns`; the row holds what is left.

use std::collections::BTreeMap;

use serde_json::Value;

use super::lines::{Award, Gone, Lines};
use crate::App;
use crate::discounts::store::book::{self, Change, Purchase, Reversal, Taken, UsageRow};
use crate::discounts::store::{returns, rules};
use crate::discounts::terms::Terms;
use crate::error::ApiError;
use crate::json::Whole;
use crate::receipts::Original;
use crate::store::Db;

/// What goes back, and where it may come from.
#[derive(Debug, Default)]
pub(super) struct GoingBack {
    /// What, and how much of it in parts of a unit.
    pub(super) goods: BTreeMap<String, i64>,
    /// Order and payment.
    pub(super) orders: Vec<String>,
}

impl GoingBack {
    /// The return lines of a receipt.
    pub(super) fn of(lines: &Lines, orders: Vec<String>) -> Self {
        let mut goods: BTreeMap<String, i64> = BTreeMap::new();
        for line in lines.0.iter().filter(|line| line.returned && !line.voided) {
            let Some(id) = &line.id else { continue };
            let sum = goods.entry(id.clone()).or_default();
            *sum = sum.saturating_add(line.quantity);
        }
        Self { goods, orders }
    }
}

/// What is to be taken back, and why.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Receipt, line, how much in parts of a unit.
    gone: Vec<(String, String, i64)>,
    reversals: Vec<Reversal>,
    /// Rows that came too late, of purchases of which nothing is left: nothing waits for room any more.
    over: Vec<String>,
}

impl Plan {
    /// Adds what is taken back to what else a receipt changes.
    pub(super) fn add_to(&self, changes: &mut Vec<Change>) {
        for Reversal { row, back } in &self.reversals {
            match changes.iter_mut().find(|change| change.place == row.place) {
                Some(same) => same.returned = same.returned.plus(back).unwrap_or_else(|| same.returned.clone()),
                None => {
                    let change = Change::new(row.place.clone(), Terms::default(), Taken::default());
                    changes.push(Change { returned: back.clone(), ..change });
                }
            }
        }
    }

    /// Writes what was taken back in the end.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn write(mut self, db: &mut Db, account: &str, by: &str, changes: &[Change]) -> Result<(), ApiError> {
        // Stamps that are spent cannot be taken back.
        let mut stamps: BTreeMap<_, i64> = changes.iter().map(|change| (&change.place, change.returned.stamp)).collect();
        for Reversal { row, back } in &mut self.reversals {
            let left = stamps.entry(&row.place).or_default();
            back.stamp = back.stamp.min(*left);
            *left = left.saturating_sub(back.stamp);
        }
        for (receipt, line, quantity) in &self.gone {
            returns::add_line(db, account, receipt, line, by, *quantity).await?;
        }
        for reversal in self.reversals.iter().filter(|reversal| reversal.back != Taken::default()) {
            book::reverse(db, account, by, reversal).await?;
        }
        for row in &self.over {
            book::set_state(db, account, row, "released").await?;
        }
        Ok(())
    }
}

/// What the return lines of a purchase take back that they have not taken back yet.
///
/// # Errors
/// When the database refuses.
pub(super) async fn plan(
    db: &mut Db,
    app: &App,
    account: &str,
    purchase: &str,
    going: GoingBack,
    (customer, purchase_at): (Option<&str>, &str),
) -> Result<Plan, ApiError> {
    let mut plan = Plan::default();
    if going.goods.is_empty() {
        return Ok(plan);
    }
    lock(db, app, account).await?;
    let mut wanted = going.goods;
    let own = Own::of(db, app, account, purchase).await?;
    for (id, quantity) in own.taken {
        let left = wanted.entry(id).or_default();
        *left = left.saturating_sub(quantity);
    }
    let mut originals = returns::of_orders(db, app, account, &going.orders, customer).await?;
    if let Some(customer) = customer {
        originals.extend(returns::of_customer(db, app, account, customer, purchase_at).await?);
    }
    let mut seen = own.receipts;
    for original in originals {
        wanted.retain(|_, quantity| *quantity > 0);
        if wanted.is_empty() {
            break;
        }
        if seen.contains(&original.id) {
            continue;
        }
        seen.push(original.id.clone());
        let body = read(&original)?;
        let lines = Lines::read(body.get("items"));
        let before = returns::gone(db, account, &original.id).await?;
        let mut more = Gone::new();
        for line in lines.0.iter().filter(|line| line.counts()) {
            let Some(left) = line.id.as_ref().and_then(|id| wanted.get_mut(id)) else { continue };
            let there = line.quantity.saturating_sub(before.get(&line.name).copied().unwrap_or(0)).max(0);
            let takes = there.min(*left);
            if takes > 0 {
                *left = left.saturating_sub(takes);
                more.insert(line.name.clone(), takes);
            }
        }
        take_back(db, account, &mut plan, (&original.id, &body, &lines), &before, more).await?;
    }
    Ok(plan)
}

/// What a stored receipt loses by lines that its till says are voided by now; with `None` by all of them.
///
/// # Errors
/// When the database refuses.
async fn plan_voided(
    db: &mut Db,
    app: &App,
    account: &str,
    original: &Original,
    voided: Option<&Lines>,
) -> Result<Plan, ApiError> {
    let mut plan = Plan::default();
    lock(db, app, account).await?;
    let body = read(original)?;
    let lines = Lines::read(body.get("items"));
    let before = returns::gone(db, account, &original.id).await?;
    let is_voided = |name: &str| voided.is_none_or(|sent| sent.0.iter().any(|line| line.voided && line.name == name));
    let mut more = Gone::new();
    for line in lines.0.iter().filter(|line| line.counts() && is_voided(&line.name)) {
        let there = line.quantity.saturating_sub(before.get(&line.name).copied().unwrap_or(0));
        if there > 0 {
            more.insert(line.name.clone(), there);
        }
    }
    take_back(db, account, &mut plan, (&original.id, &body, &lines), &before, more).await?;
    Ok(plan)
}

/// A till tells of a receipt that is stored once more: lines that are voided by now, or the whole of it, take back what
/// they had earned. Nothing else of it counts.
///
/// # Errors
/// When the database refuses.
pub async fn void_lines(
    db: &mut Db,
    app: &App,
    account: &str,
    store: &str,
    receipt_id: &str,
    again: &Value,
) -> Result<(), ApiError> {
    let whole = matches!(again.get("entry_status").and_then(Value::as_str), Some("Voided" | "Cancelled"));
    let lines = Lines::read(again.get("items"));
    if !whole && !lines.0.iter().any(|line| line.voided) {
        return Ok(());
    }
    let Some(original) = returns::of_number(db, app, account, store, receipt_id).await? else { return Ok(()) };
    let plan = plan_voided(db, app, account, &original, Some(&lines).filter(|_| !whole)).await?;
    let mut changes = Vec::new();
    plan.add_to(&mut changes);
    book::count(db, account, &mut changes).await?;
    plan.write(db, account, &original.id, &changes).await?;
    book::count_late(db, account, &changes).await
}

/// Returns come one after the other: each sees what the ones before left.
async fn lock(db: &mut Db, app: &App, account: &str) -> Result<(), ApiError> {
    book::lock_names(db, app.store.kind(), account, &["returns"]).await
}

fn read(original: &Original) -> Result<Value, ApiError> {
    serde_json::from_str(&original.body).map_err(|error| ApiError::Internal(format!("receipt {}: {error}", original.id)))
}

/// The purchase whose return lines these are.
struct Own {
    /// What its lines took back when they were told before.
    taken: BTreeMap<String, i64>,
    /// What it is stored as.
    receipts: Vec<String>,
}

impl Own {
    async fn of(db: &mut Db, app: &App, account: &str, purchase: &str) -> Result<Self, ApiError> {
        let mut taken: BTreeMap<String, i64> = BTreeMap::new();
        for (receipt, line, quantity) in returns::by(db, account, purchase).await? {
            let Some(original) = returns::of_id(db, app, account, &receipt).await? else { continue };
            let lines = Lines::read(read(&original)?.get("items"));
            let Some(id) = lines.0.into_iter().find(|own| own.name == line).and_then(|line| line.id) else { continue };
            let sum = taken.entry(id).or_default();
            *sum = sum.saturating_add(quantity);
        }
        Ok(Self { taken, receipts: returns::receipts_of(db, account, purchase).await? })
    }
}

/// Adds to a plan what a receipt loses when more of its lines is gone.
async fn take_back(
    db: &mut Db,
    account: &str,
    plan: &mut Plan,
    (id, body, lines): (&str, &Value, &Lines),
    before: &Gone,
    more: Gone,
) -> Result<(), ApiError> {
    if more.is_empty() {
        return Ok(());
    }
    let mut gone = before.clone();
    for (line, quantity) in more {
        let sum = gone.entry(line.clone()).or_default();
        *sum = sum.saturating_add(quantity);
        plan.gone.push((id.to_owned(), line, quantity));
    }
    let purchases: Vec<Purchase> = book::purchases(db, account, &[format!("r:{id}")]).await?;
    let awards = awards(body);
    for row in book::rows(db, account, &purchases).await? {
        match &*row.state {
            "refused" if lines.all_gone(&gone) => plan.over.push(row.id),
            "used" => {
                let earlier = returns::taken_back(db, account, &row.id).await?;
                let rule = rules::rule(&mut *db, account, &row.place.rule_id).await?.map(|stored| stored.body);
                let due = due(&row, &earlier, awards.get(&row.place.ref_id), lines, &gone, rule.as_deref());
                if due != Taken::default() {
                    plan.reversals.push(Reversal { row, back: due });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a stored receipt says that each ref gave.
fn awards(body: &Value) -> BTreeMap<String, Award> {
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut awards: BTreeMap<String, Award> = BTreeMap::new();
    for one in list(body, "discounts").iter().flat_map(|rule| list(rule, "refs")) {
        let Some(id) = one.get("id").and_then(Value::as_str) else { continue };
        let number = |name: &str| one.get(name).and_then(Whole::of).map(i64::from);
        let (amount, bonus) = (number("amount").unwrap_or(0), number("bonus").unwrap_or(0));
        let sum = awards.entry(id.to_owned()).or_default();
        sum.usage = sum.usage.saturating_add(number("usage").unwrap_or(i64::from(amount > 0 || bonus > 0)));
        sum.amount = sum.amount.saturating_add(amount);
        sum.bonus = sum.bonus.saturating_add(bonus);
        sum.stamp = sum.stamp.saturating_add(number("stamp").unwrap_or(0));
        sum.lines.extend(Award::lines(&one));
    }
    awards
}

/// What is to be taken back of a row when so much of the lines is gone, beyond what was before. Always the whole row once
/// everything is gone, whatever the parts and their order.
fn due(row: &UsageRow, earlier: &Taken, award: Option<&Award>, lines: &Lines, gone: &Gone, rule: Option<&str>) -> Taken {
    let Some(first) = row.taken.plus(earlier) else { return Taken::default() };
    let mut back = Taken::default();
    if lines.all_gone(gone) {
        back = first;
    } else if let Some(award) = award {
        let base = lines.kept(award, &Gone::new(), rule);
        let kept = lines.kept(award, gone, rule);
        let part = |whole: i64, kept: i64, base: i64| {
            let lost = i128::from(base.saturating_sub(kept));
            let part = i128::from(whole).saturating_mul(lost).checked_div(i128::from(base)).unwrap_or(0);
            i64::try_from(part).unwrap_or(0).clamp(0, whole.max(0))
        };
        back.amount = part(first.amount, kept.amount, base.amount);
        back.debit = part(first.debit, kept.amount, base.amount);
        back.bonus = part(first.bonus, kept.bonus, base.bonus);
        back.stamp = base.stamp.saturating_sub(kept.stamp).clamp(0, first.stamp);
        if base.usage > 0 && kept.usage == 0 {
            (back.usage, back.stamp_spent) = (first.usage, first.stamp_spent);
        }
    }
    let beyond = |all: i64, before: i64| all.saturating_sub(before).max(0);
    Taken {
        usage: beyond(back.usage, earlier.usage),
        amount: beyond(back.amount, earlier.amount),
        bonus: beyond(back.bonus, earlier.bonus),
        stamp: beyond(back.stamp, earlier.stamp),
        stamp_spent: beyond(back.stamp_spent, earlier.stamp_spent),
        debit: beyond(back.debit, earlier.debit),
    }
}

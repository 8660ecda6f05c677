//! Goods that go back, and lines that are taken off a receipt after it was stored: what they had earned is taken back, once.
//!
//! Which purchase goods come from, the contract's receipt does not say: one with the same order or payment, else the customer's
//! newest of that thing (decision 0014). How much of which line is gone, `receipt_returns` knows; what that took back from
//! a row of the usage log, `usage_returns`; the row holds what is left. Of purchases that only an event told of, `purchases`
//! keeps the lines.

use std::collections::{BTreeMap, BTreeSet};

use rabatt_engine::Rule;
use serde_json::Value;

use super::key;
use super::lines::{Award, Gone, Line, Lines};
use crate::App;
use crate::discounts::store::book::{self, Change, Purchase, Reversal, Taken, UsageRow};
use crate::discounts::store::{returns, rules};
use crate::discounts::terms::{Terms, rewards_left};
use crate::error::ApiError;
use crate::json::Whole;
use crate::receipts::Original;
use crate::store::Db;

/// What goes back, and where it may come from.
#[derive(Debug, Default)]
pub(super) struct GoingBack {
    /// The return lines.
    lines: Vec<Line>,
    /// Order and payment.
    orders: Vec<String>,
}

impl GoingBack {
    /// The return lines of a receipt.
    pub(super) fn of(lines: &Lines, orders: Vec<String>) -> Self {
        Self { lines: lines.0.iter().filter(|line| line.brings_back()).cloned().collect(), orders }
    }
}

/// How much of which thing these lines are, in parts of a unit.
fn goods<'a>(lines: impl Iterator<Item = &'a Line>) -> BTreeMap<String, i64> {
    let mut goods: BTreeMap<String, i64> = BTreeMap::new();
    for line in lines {
        let Some(id) = &line.id else { continue };
        let sum = goods.entry(id.clone()).or_default();
        *sum = sum.saturating_add(line.quantity);
    }
    goods
}

/// What is to be taken back, and why.
#[derive(Debug, Default)]
pub(super) struct Plan {
    gone: Vec<GoneLine>,
    reversals: Vec<Reversal>,
    /// The same of rows that came too late for a limit: they count nowhere, and wait for room with what is left.
    late: Vec<Reversal>,
    /// Lines that did not go back after all.
    undone: Vec<GoneLine>,
    /// What is taken again because of that.
    again: Vec<Again>,
}

/// What a row of the usage log takes again.
#[derive(Debug)]
struct Again {
    row: UsageRow,
    /// How much of what was taken back.
    taken: Taken,
    /// What limits it.
    terms: Terms,
    /// The purchase whose return is undone.
    by: String,
}

impl Again {
    /// As a change of what is counted. It happened: of uses and a debit it takes what is left.
    fn change(&self) -> Change {
        let change = Change::new(self.row.place.clone(), self.terms.clone(), self.taken.clone());
        Change { happened: true, again: Some(self.row.id.clone()), ..change }
    }

    /// Writes it, as it was counted. Where a limit left no room, and nothing of the row counts, it waits as what comes
    /// too late does; where some of it counts, that is what stays.
    async fn write(&self, db: &mut Db, account: &str, change: &Change) -> Result<(), ApiError> {
        let (taken, state) = match change.counts() {
            true => (&change.new, "used"),
            false if self.row.taken == Taken::default() => (&self.taken, "refused"),
            false => return Ok(()),
        };
        if !self.put_back(db, account, taken, state).await? {
            return Err(ApiError::Internal(format!("usage {} changed meanwhile", self.row.id)));
        }
        Ok(())
    }

    async fn put_back(&self, db: &mut Db, account: &str, taken: &Taken, state: &str) -> Result<bool, ApiError> {
        if !book::put_back(db, account, &self.row, taken, state).await? {
            return Ok(false);
        }
        returns::undo(db, account, &self.row.id, &self.by, taken).await?;
        Ok(true)
    }
}

/// What is taken back, as a change of what is counted.
fn returned(reversal: &Reversal) -> Change {
    let change = Change::new(reversal.row.place.clone(), Terms::default(), Taken::default());
    Change { returned: reversal.back.clone(), ..change }
}

/// More of a line is gone.
#[derive(Debug)]
struct GoneLine {
    receipt: String,
    line: String,
    /// In parts of a unit.
    quantity: i64,
    /// The purchase whose return lines these are; the receipt itself when it was voided.
    by: String,
}

impl Plan {
    /// Adds what is taken back to what else a receipt changes.
    pub(super) fn add_to(&self, changes: &mut Vec<Change>) {
        for reversal in &self.reversals {
            let Reversal { row, back, .. } = reversal;
            match changes.iter_mut().find(|change| change.place == row.place) {
                Some(same) => same.returned = same.returned.plus(back).unwrap_or_else(|| same.returned.clone()),
                None => changes.push(returned(reversal)),
            }
        }
        // Who finds room for what came too late holds the same lock.
        let waiting = self.again.iter().map(|again| &again.row).filter(|row| row.state == "refused");
        for row in self.late.iter().map(|late| &late.row).chain(waiting) {
            if changes.iter().all(|change| change.place != row.place) {
                changes.push(Change::new(row.place.clone(), Terms::default(), Taken::default()));
            }
        }
        changes.extend(self.again.iter().filter(|again| again.row.state == "used").map(Again::change));
    }

    /// Both.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.gone.extend(other.gone);
        self.reversals.extend(other.reversals);
        self.late.extend(other.late);
        self.undone.extend(other.undone);
        self.again.extend(other.again);
        self
    }

    /// Writes what was taken back in the end.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn write(mut self, db: &mut Db, account: &str, changes: &[Change]) -> Result<(), ApiError> {
        // Stamps that are spent cannot be taken back.
        let mut stamps: BTreeMap<_, i64> = BTreeMap::new();
        for Change { place, returned, .. } in changes {
            let sum = stamps.entry(place).or_default();
            *sum = sum.saturating_add(returned.stamp);
        }
        for Reversal { row, back, .. } in &mut self.reversals {
            let left = stamps.entry(&row.place).or_default();
            back.stamp = back.stamp.min(*left);
            *left = left.saturating_sub(back.stamp);
        }
        for GoneLine { receipt, line, quantity, by } in &self.gone {
            returns::add_line(db, account, receipt, line, by, *quantity).await?;
        }
        for reversal in self.reversals.iter().filter(|reversal| reversal.back != Taken::default()) {
            if !book::reverse(db, account, reversal).await? {
                return Err(ApiError::Internal(format!("usage {} changed meanwhile", reversal.row.id)));
            }
        }
        for mut reversal in self.late {
            if book::reverse(db, account, &reversal).await? {
                continue;
            }
            // There was room for it after all, just now.
            let mut counted = [returned(&reversal)];
            book::count(db, account, &mut counted).await?;
            let [counted] = counted;
            (reversal.back, reversal.row.state) = (counted.returned, "used".to_owned());
            book::reverse(db, account, &reversal).await?;
        }
        for GoneLine { receipt, line, quantity, by } in &self.undone {
            returns::less_of_line(db, account, receipt, line, by, *quantity).await?;
        }
        for mut again in self.again {
            if let Some(change) = changes.iter().find(|change| change.again.as_ref() == Some(&again.row.id)) {
                again.write(db, account, change).await?;
                continue;
            }
            // It waits for room, with more of it.
            if again.put_back(db, account, &again.taken, "refused").await? {
                continue;
            }
            // There was room for it after all, just now.
            "used".clone_into(&mut again.row.state);
            let mut counted = [again.change()];
            book::count(db, account, &mut counted).await?;
            let [counted] = counted;
            again.write(db, account, &counted).await?;
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
    if going.lines.is_empty() {
        return Ok(plan);
    }
    lock(db, app, account).await?;
    let own = Own::of(db, app, account, purchase).await?;
    let mut wanted = goods(going.lines.iter().filter(|line| !own.voided.contains(&line.name)));
    for TakenLine { id, quantity, .. } in own.taken {
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
        if !more.is_empty() {
            plan =
                plan.and(taken_back(db, account, (&original.id, &body, &lines), &before, more, Why::Returned(purchase)).await?);
        }
    }
    Ok(plan)
}

/// What a purchase that is told of once more loses: its lines that are voided by now, or the whole of it; what its return
/// lines took back is not gone any more. Nothing else that is said again counts.
///
/// # Errors
/// When the database refuses.
pub(super) async fn plan_voided(
    db: &mut Db,
    app: &App,
    account: &str,
    purchase: &str,
    lines: &Lines,
    whole: bool,
) -> Result<Plan, ApiError> {
    if !whole && !lines.0.iter().any(|line| line.voided) {
        return Ok(Plan::default());
    }
    lock(db, app, account).await?;
    let original = returns::of_purchase(db, app, account, purchase).await?;
    let body = read(&original)?;
    let its = Lines::read(body.get("items"));
    let own = Own::of(db, app, account, purchase).await?;
    let before = returns::gone(db, account, &original.id).await?;
    let is_voided = |line: &Line| whole || lines.0.iter().any(|told| told.voided && told.name == line.name);
    let newly = |line: &&Line| is_voided(line) && !own.voided.contains(&line.name);
    // The whole line, also where some of it came back: that may turn out to be untrue.
    let more: Gone =
        its.0.iter().filter(|line| line.counts()).filter(newly).map(|line| (line.name.clone(), line.quantity)).collect();
    let brought: Vec<&Line> = its.0.iter().filter(|line| line.brings_back() && line.quantity > 0).filter(newly).collect();
    let mut plan = Plan::default();
    if whole || !more.is_empty() {
        plan = taken_back(db, account, (&original.id, &body, &its), &before, more, Why::Voided { whole }).await?;
    }
    if whole || !brought.is_empty() {
        let brings = its.0.iter().filter(|line| line.brings_back() && !is_voided(line) && !own.voided.contains(&line.name));
        plan = plan.and(undone(db, app, account, purchase, &own, goods(brings)).await?);
    }
    let is_own = |line: &Line| GoneLine {
        receipt: original.id.clone(),
        line: line.name.clone(),
        quantity: line.quantity,
        by: original.id.clone(),
    };
    plan.gone.extend(brought.into_iter().map(is_own));
    Ok(plan)
}

/// What is not gone any more, when of all that this purchase brought back it brings only so much.
async fn undone(
    db: &mut Db,
    app: &App,
    account: &str,
    purchase: &str,
    own: &Own,
    brings: BTreeMap<String, i64>,
) -> Result<Plan, ApiError> {
    let mut over: BTreeMap<&str, i64> = BTreeMap::new();
    for TakenLine { id, quantity, .. } in &own.taken {
        let sum = over.entry(id).or_insert_with(|| brings.get(id).copied().unwrap_or(0).saturating_neg());
        *sum = sum.saturating_add(*quantity);
    }
    let mut less: BTreeMap<&str, Gone> = BTreeMap::new();
    for TakenLine { receipt, line, id, quantity } in &own.taken {
        let Some(left) = over.get_mut(&**id) else { continue };
        let comes = (*quantity).min(*left);
        if comes > 0 {
            *left = left.saturating_sub(comes);
            less.entry(receipt).or_default().insert(line.clone(), comes);
        }
    }
    let mut plan = Plan::default();
    for (receipt, less) in less {
        let Some(original) = returns::of_id(db, app, account, receipt).await? else { continue };
        let body = read(&original)?;
        let lines = Lines::read(body.get("items"));
        plan = plan.and(taken_again(db, account, (receipt, &body, &lines), less, purchase).await?);
    }
    Ok(plan)
}

/// A till tells of a purchase once more: lines that are voided by now, or the whole of it, take back what they had earned.
///
/// # Errors
/// When the database refuses.
pub async fn void_lines(db: &mut Db, app: &App, account: &str, again: &Value) -> Result<(), ApiError> {
    let whole = matches!(again.get("entry_status").and_then(Value::as_str), Some("Voided" | "Cancelled"));
    let lines = Lines::read(again.get("items"));
    if !whole && !lines.0.iter().any(|line| line.voided) {
        return Ok(());
    }
    let text = |at: &str| again.pointer(at).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut names: Vec<String> = text("/id").iter().map(|id| format!("r:{id}")).collect();
    names.extend(text("/receipt_id").map(|number| key("s", text("/store/id").unwrap_or_default(), number)));
    let mut plan = Plan::default();
    for purchase in book::purchases(db, account, &names).await?.into_iter().filter(|purchase| purchase.settled) {
        plan = plan.and(plan_voided(db, app, account, &purchase.id, &lines, whole).await?);
    }
    let mut changes = Vec::new();
    plan.add_to(&mut changes);
    book::count(db, account, &mut changes).await?;
    plan.write(db, account, &changes).await?;
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
    taken: Vec<TakenLine>,
    /// What it is stored as.
    receipts: Vec<String>,
    /// Its lines that are voided by now.
    voided: BTreeSet<String>,
}

/// What was taken of a line.
struct TakenLine {
    receipt: String,
    line: String,
    /// What is sold on it.
    id: String,
    /// In parts of a unit.
    quantity: i64,
}

impl Own {
    async fn of(db: &mut Db, app: &App, account: &str, purchase: &str) -> Result<Self, ApiError> {
        let mut taken = Vec::new();
        let mut receipts = returns::receipts_of(db, account, purchase).await?;
        receipts.push(purchase.to_owned());
        let mut voided = BTreeSet::new();
        for own in &receipts {
            let lines = returns::by(db, account, own).await?;
            voided.extend(lines.into_iter().filter(|(receipt, ..)| receipt == own).map(|(_, line, _)| line));
        }
        for (receipt, line, quantity) in returns::by(db, account, purchase).await? {
            // Its own lines were voided; they did not come back.
            if receipts.contains(&receipt) {
                continue;
            }
            let Some(original) = returns::of_id(db, app, account, &receipt).await? else { continue };
            let lines = Lines::read(read(&original)?.get("items"));
            let Some(id) = lines.0.into_iter().find(|own| own.name == line).and_then(|line| line.id) else { continue };
            taken.push(TakenLine { receipt, line, id, quantity });
        }
        Ok(Self { taken, receipts, voided })
    }
}

/// Why lines are gone.
#[derive(Debug, Clone, Copy)]
enum Why<'a> {
    /// This purchase brings them back.
    Returned(&'a str),
    /// They were voided, or the whole receipt was, whatever lines it has.
    Voided { whole: bool },
}

/// What a receipt loses when more of its lines is gone.
async fn taken_back(
    db: &mut Db,
    account: &str,
    (id, body, lines): (&str, &Value, &Lines),
    before: &Gone,
    more: Gone,
    why: Why<'_>,
) -> Result<Plan, ApiError> {
    let by = match why {
        Why::Returned(purchase) => purchase,
        Why::Voided { .. } => id,
    };
    let mut plan = Plan::default();
    let mut gone = before.clone();
    for (line, quantity) in more {
        let sum = gone.entry(line.clone()).or_default();
        *sum = sum.saturating_add(quantity);
        plan.gone.push(GoneLine { receipt: id.to_owned(), line, quantity, by: by.to_owned() });
    }
    let all = lines.all_gone(&gone) || matches!(why, Why::Voided { whole: true });
    let awards = awards(body);
    for row in rows_of(db, account, id).await? {
        let back = match &*row.state {
            "refused" => &mut plan.late,
            "used" => &mut plan.reversals,
            _ => continue,
        };
        let earlier = returns::taken_back(db, account, &row.id).await?;
        let rule = rules::rule(&mut *db, account, &row.place.rule_id).await?.map(|stored| stored.body);
        let Some(first) = row.taken.plus(&earlier) else { continue };
        let lost = lost(first, awards.get(&row.place.ref_id), lines, (!all).then_some(&gone), rule.as_deref());
        let due = beyond(&lost, &earlier);
        if due != Taken::default() {
            back.push(Reversal { row, back: due, by: by.to_owned() });
        }
    }
    Ok(plan)
}

/// What a receipt has again when less of its lines is gone than this purchase brought back.
async fn taken_again(
    db: &mut Db,
    account: &str,
    (id, body, lines): (&str, &Value, &Lines),
    less: Gone,
    by: &str,
) -> Result<Plan, ApiError> {
    let mut plan = Plan::default();
    let mut gone = returns::gone(db, account, id).await?;
    for (line, quantity) in less {
        let sum = gone.entry(line.clone()).or_default();
        *sum = sum.saturating_sub(quantity);
        plan.undone.push(GoneLine { receipt: id.to_owned(), line, quantity, by: by.to_owned() });
    }
    let all = lines.all_gone(&gone);
    let awards = awards(body);
    for row in rows_of(db, account, id).await?.into_iter().filter(|row| matches!(&*row.state, "used" | "refused")) {
        let earlier = returns::taken_back(db, account, &row.id).await?;
        let rule = rules::rule(&mut *db, account, &row.place.rule_id).await?.map(|stored| stored.body);
        let Some(first) = row.taken.plus(&earlier) else { continue };
        let taken =
            beyond(&earlier, &lost(first, awards.get(&row.place.ref_id), lines, (!all).then_some(&gone), rule.as_deref()));
        if taken != Taken::default() {
            let terms = rule.and_then(|rule| Rule::from_json(&rule).ok()).map(|rule| Terms::of(&rule)).unwrap_or_default();
            plan.again.push(Again { row, taken, terms, by: by.to_owned() });
        }
    }
    Ok(plan)
}

/// What a receipt, or a purchase that only an event told of, took.
async fn rows_of(db: &mut Db, account: &str, id: &str) -> Result<Vec<UsageRow>, ApiError> {
    let mut purchases: Vec<Purchase> = book::purchases(db, account, &[format!("r:{id}")]).await?;
    if purchases.is_empty() {
        // An event told of it: it is no receipt.
        purchases.extend(book::purchase(db, account, id).await?);
    }
    book::rows(db, account, &purchases).await
}

/// How many stamps make a reward of this rule.
fn stamps_for_one(rule: &str) -> Option<i64> {
    let rule: Value = serde_json::from_str(rule).ok()?;
    rule.pointer("/requirement/stamp").and_then(Whole::of).map(i64::from).filter(|needed| *needed > 0)
}

/// What a stored receipt says that each ref gave.
fn awards(body: &Value) -> BTreeMap<String, Award> {
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut awards: BTreeMap<String, Award> = BTreeMap::new();
    for one in list(body, "discounts").iter().flat_map(|rule| list(rule, "refs")) {
        let Some(id) = one.get("id").and_then(Value::as_str) else { continue };
        let number = |name: &str| one.get(name).and_then(Whole::of).map(i64::from);
        let given = |name: &str| number(name).or_else(|| Award::sum(&one, name)).unwrap_or(0);
        let (amount, bonus) = (given("amount"), given("bonus"));
        let sum = awards.entry(id.to_owned()).or_default();
        sum.usage = sum.usage.saturating_add(number("usage").unwrap_or(i64::from(amount > 0 || bonus > 0)));
        sum.amount = sum.amount.saturating_add(amount);
        sum.bonus = sum.bonus.saturating_add(bonus);
        sum.stamp = sum.stamp.saturating_add(number("stamp").unwrap_or(0));
        sum.lines.extend(Award::lines(&one));
    }
    awards
}

/// What a row has lost of what it was at first, when so much of the lines is gone; all of it where `gone` is `None`.
fn lost(first: Taken, award: Option<&Award>, lines: &Lines, gone: Option<&Gone>, rule: Option<&str>) -> Taken {
    match (gone, award) {
        (None, _) => first,
        (Some(gone), Some(award)) => due(&first, award, lines, gone, rule),
        (Some(_), None) => Taken::default(),
    }
}

/// What is to be taken back of what a row was at first, when so much of the lines is gone but not all.
fn due(first: &Taken, award: &Award, lines: &Lines, gone: &Gone, rule: Option<&str>) -> Taken {
    let needed = rule.and_then(stamps_for_one);
    let full = needed.and_then(|needed| first.stamp_spent.checked_div(needed)).unwrap_or(0);
    let (base, kept) = (lines.given(award, &Gone::new()), lines.given(award, gone));
    let rewards = full.max(i64::from(first.usage > 0));
    let left = rewards_left(rewards, base.gave(), kept.gave());
    let [earned, earns] =
        [(rewards, &Gone::new()), (left, gone)].map(|(rewards, gone)| lines.stamps(award.stamp, rewards, gone, rule));
    let part = |whole: i64, kept: i64, base: i64| {
        let lost = i128::from(base.saturating_sub(kept));
        let part = i128::from(whole).saturating_mul(lost).checked_div(i128::from(base)).unwrap_or(0);
        i64::try_from(part).unwrap_or(0).clamp(0, whole.max(0))
    };
    let over = base.usage > 0 && kept.usage == 0;
    let paid = rewards.saturating_sub(left).saturating_mul(needed.unwrap_or(0));
    Taken {
        usage: if over { first.usage } else { 0 },
        amount: part(first.amount, kept.amount, base.amount),
        bonus: part(first.bonus, kept.bonus, base.bonus),
        stamp: earned.saturating_sub(earns).clamp(0, first.stamp),
        // Of several rewards each gives back its own stamps; the last one all that are left.
        stamp_spent: if over { first.stamp_spent } else { paid.clamp(0, first.stamp_spent) },
        debit: part(first.debit, kept.amount, base.amount),
    }
}

/// What goes beyond what was taken back before.
fn beyond(all: &Taken, before: &Taken) -> Taken {
    let beyond = |all: i64, before: i64| all.saturating_sub(before).max(0);
    Taken {
        usage: beyond(all.usage, before.usage),
        amount: beyond(all.amount, before.amount),
        bonus: beyond(all.bonus, before.bonus),
        stamp: beyond(all.stamp, before.stamp),
        stamp_spent: beyond(all.stamp_spent, before.stamp_spent),
        debit: beyond(all.debit, before.debit),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_several_rewards_each_goes_with_what_it_gave() {
        let rule = r#"{"id": "r", "requirement": {"stamp": 2, "item": {"items": [{"group_id": "coffee"}]}},
            "reward": {"type": "discount_item_percent", "value": 100}}"#;
        // Eleven coffees: eight stamps, and three cards of two that were full; one of them was voided before.
        let coffees = |line: i64, quantity: i64, voided: bool| {
            json!({"line_id": line, "groups": [{"id": "coffee"}], "quantity": quantity, "gross_amount": 100 * quantity,
                "eligible_for_discount": true, "voided": voided})
        };
        let lines = Lines::read(Some(&json!([coffees(1, 8, false), coffees(2, 3, true)])));
        let award = Award { usage: 1, amount: 300, stamp: 8, lines: vec![("1".into(), 300, 0)], ..Award::default() };
        let first = Taken { usage: 1, amount: 300, stamp: 5, stamp_spent: 6, ..Taken::default() };
        let left = |units: i64| {
            let gone: Gone = [("1".to_owned(), units * 1_000_000_000)].into();
            let back = due(&first, &award, &lines, &gone, Some(rule));
            [first.usage - back.usage, first.amount - back.amount, first.stamp - back.stamp, first.stamp_spent - back.stamp_spent]
        };
        assert_eq!([left(0), left(1), left(2)], [[1, 300, 5, 6], [1, 263, 4, 6], [1, 225, 3, 6]]);
        assert_eq!([left(3), left(5), left(6)], [[1, 188, 3, 4], [1, 113, 1, 4], [1, 75, 1, 2]]);
        assert_eq!([left(7)], [[1, 38, 0, 2]]);
    }
}

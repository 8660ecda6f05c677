//! Which rules take part (§4, §5, §6), through which refs, on which lines, how often.

use std::cell::Cell;

use super::candidates::{Candidate, Candidates};
use super::cart::{Cart, Line};
use super::mixes::{self, Flow};
use super::{Fault, Input};
use crate::facts::Statistics;
use crate::held::{HeldRef, Refs};
use crate::outcome::{Reason, ReasonCode, Shortfall};
use crate::plan::{NONE, SymbolEntry};
use crate::rule::{Base, Effect, Eligible, Items, RewardKind, Rule};
use crate::value::{Need, Value};

/// The rules that take part, and what they point to. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// In rule order.
    pub(crate) list: Vec<Part>,
    /// Positions in `Facts::refs`, or [`NONE`] for the one that every rule has without Facts.
    refs: Vec<u32>,
    /// Positions of matched lines.
    lines: Vec<u32>,
    /// For rules with mixes: where each mix's lines are in `lines`.
    mixes: Vec<(u32, u32)>,
    /// The refs by rule, then `given_at`, then id (§4.2).
    sorted_refs: Vec<(u32, u32)>,
    /// Local minute of the week per zone of the Plan, once known.
    minutes: Vec<Option<u32>>,
    flow: Flow,
}

/// One rule that takes part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) rule: u32,
    refs: (u32, u32),
    lines: (u32, u32),
    mixes: (u32, u32),
    /// N: units over the matched lines (§6.3).
    pub(crate) units: i64,
    /// q.
    pub(crate) quantity: i64,
    /// f; for rules with mixes the possible bundles (§6.4).
    pub(crate) fulfilments: i64,
    /// L, when there is one.
    pub(crate) limit: Option<i64>,
    /// The stamp card, when the rule has one.
    pub(crate) card: Option<Card>,
    /// Another rule of its group takes part instead; stamps go on (§20).
    pub(crate) stands_back: bool,
    pub(crate) role: Role,
}

/// What stages ask of every part. Kept with it, since rules are large and lie far apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Role {
    pub(crate) bonus: bool,
    pub(crate) debit: bool,
    /// `discount_combination` 0.
    pub(crate) alone: bool,
    pub(crate) deal: bool,
    pub(crate) any_item: bool,
    pub(crate) receipt_rule: bool,
    pub(crate) base: Base,
}

impl Role {
    fn of(rule: &Rule) -> Self {
        Self {
            bonus: rule.reward.effect == Effect::Bonus,
            debit: rule.reward.kind == RewardKind::Debit,
            alone: rule.limitation.alone,
            deal: rule.is_deal(),
            any_item: rule.requirement.items == Items::AnyItem,
            receipt_rule: rule.is_receipt_rule(),
            base: rule.reward.base,
        }
    }
}

/// A stamp card in this purchase (§13).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Card {
    /// S.
    pub(crate) stamps: i64,
    /// c: stamps held before.
    pub(crate) held: i64,
    /// f: fulfilments that earn a stamp or are rewarded.
    pub(crate) fulfilments: i64,
    /// k: rewards due.
    pub(crate) rewards: i64,
    /// As if the next fulfilment were rewarded, whatever is held (§17).
    pub(crate) waived: bool,
}

impl Part {
    /// Limited: L or stamps (§6.3).
    pub(crate) fn is_limited(&self) -> bool {
        self.limit.is_some() || self.card.is_some()
    }

    /// R for a first ref: min(f, L), or k with stamps.
    pub(crate) fn rewards(&self) -> i64 {
        match self.card {
            Some(card) => card.rewards,
            None => self.limit.map_or(self.fulfilments, |limit| limit.min(self.fulfilments)),
        }
    }
}

/// The reasons against a rule; `None` when nobody asks, and the first one ends the matter.
pub(crate) type Verdicts = Option<Vec<Reason>>;

fn plain(code: ReasonCode) -> Reason {
    Reason { code, numbers: None }
}

fn numbers(code: ReasonCode, have: i64, need: i64) -> Reason {
    Reason { code, numbers: Some(Shortfall { have, need }) }
}

/// Tells a reason and leaves, unless all reasons are wanted.
macro_rules! fail {
    ($verdicts:ident, $ok:ident, $reason:expr) => {{
        match $verdicts {
            Some(reasons) => reasons.push($reason),
            None => return Ok(None),
        }
        $ok = false;
    }};
}

impl Parts {
    /// Forgets the last evaluation and sorts the refs.
    pub(crate) fn start(&mut self, input: &Input<'_>) {
        self.list.clear();
        self.refs.clear();
        self.lines.clear();
        self.mixes.clear();
        input.refs.sort_sent(input.plan, &mut self.sorted_refs);
        self.minutes.clear();
        self.minutes.resize(input.plan.clocks.len(), None);
    }

    /// The refs a part may use, in order.
    pub(crate) fn refs(&self, part: &Part) -> &[u32] {
        self.refs.get(part.refs.0 as usize..part.refs.1 as usize).unwrap_or(&[])
    }

    /// The lines a part matches, in order. For rules with mixes: those its `items` match.
    pub(crate) fn lines(&self, part: &Part) -> &[u32] {
        self.lines.get(part.lines.0 as usize..part.lines.1 as usize).unwrap_or(&[])
    }

    /// The lines that each mix of a part matches.
    pub(crate) fn mixes(&self, part: &Part) -> impl Iterator<Item = &[u32]> {
        let mixes = self.mixes.get(part.mixes.0 as usize..part.mixes.1 as usize).unwrap_or(&[]);
        mixes.iter().map(|&(from, to)| self.lines.get(from as usize..to as usize).unwrap_or(&[]))
    }

    /// Adds a part on fewer lines (those `keep` keeps), with its counts taken anew; `None` when
    /// its quantity is no longer reached. Used for `ANY_ITEM` rules on the lines still free (§11.3).
    pub(crate) fn on_lines(&mut self, input: &Input<'_>, cart: &Cart, part: &Part, keep: impl Fn(u32) -> bool) -> Option<Part> {
        let rule = input.rule(part.rule);
        let from = self.lines.len() as u32;
        let copy = |lines: (u32, u32), list: &mut Vec<u32>| {
            let start = list.len() as u32;
            for at in lines.0..lines.1 {
                if let Some(&line) = list.get(at as usize)
                    && keep(line)
                {
                    list.push(line);
                }
            }
            (start, list.len() as u32)
        };
        let mut new = *part;
        new.lines = copy(part.lines, &mut self.lines);
        let first_mix = self.mixes.len() as u32;
        for at in part.mixes.0..part.mixes.1 {
            if let Some(&lines) = self.mixes.get(at as usize) {
                let lines = copy(lines, &mut self.lines);
                self.mixes.push(lines);
            }
        }
        new.mixes = (first_mix, self.mixes.len() as u32);
        // Of fewer lines than were counted before, so that it fits.
        if !self.count(input, cart, rule, &mut new).unwrap_or(false) {
            self.lines.truncate(from as usize);
            self.mixes.truncate(first_mix as usize);
            return None;
        }
        Some(new)
    }

    /// Forgets what `on_lines` added last, back to these marks.
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.lines.len(), self.mixes.len())
    }

    /// See [`Parts::mark`].
    pub(crate) fn back_to(&mut self, mark: (usize, usize)) {
        self.lines.truncate(mark.0);
        self.mixes.truncate(mark.1);
    }

    /// N, f and the stamp card of a part from its lines (§6.3, §6.4, §13.1). False: N < q, or no bundle.
    fn count(&mut self, input: &Input<'_>, cart: &Cart, rule: &Rule, part: &mut Part) -> Result<bool, Fault> {
        let units = self.lines(part).iter().try_fold(0i64, |sum, &at| sum.checked_add(cart.line(at).units));
        part.units = units.ok_or(Fault::Rule(part.rule))?;
        let has_mixes = part.mixes.0 != part.mixes.1;
        if has_mixes {
            part.fulfilments = self.bundles(cart, rule, part, None).0;
        }
        let enough = part.units >= part.quantity.max(1) && (!has_mixes || part.fulfilments >= 1);
        self.count_rewards(input, rule, part);
        Ok(enough)
    }

    /// f and k from N, q and what the first ref holds.
    pub(crate) fn count_rewards(&self, input: &Input<'_>, rule: &Rule, part: &mut Part) {
        let has_mixes = part.mixes.0 != part.mixes.1;
        let receipt_rule = rule.is_receipt_rule();
        let by_quantity = part.units / part.quantity.max(1);
        if !has_mixes {
            let once = match rule.reward.kind {
                RewardKind::ItemQuantity | RewardKind::ItemPercent => part.quantity == 1 && rule.requirement.stamp.is_none(),
                RewardKind::ItemNewPrice => false,
                _ => receipt_rule,
            };
            part.fulfilments = if once { by_quantity.min(1) } else { by_quantity };
        }
        part.card = rule.requirement.stamp.map(|stamps| {
            let held = self.refs(part).first().map_or(0, |at| input.statistics(*at).current_stamp);
            // A receipt rule earns at most one stamp a purchase (§13.2).
            let fulfilments = if receipt_rule { part.fulfilments.min(1) } else { part.fulfilments };
            let due = (i128::from(held) + i128::from(fulfilments)) / (i128::from(stamps) + 1);
            let due = due.min(i128::from(fulfilments)).min(i128::from(part.limit.unwrap_or(i64::MAX)));
            let waived = part.card.is_some_and(|card| card.waived);
            let least = if waived { fulfilments.min(part.limit.unwrap_or(1)).min(1) } else { 0 };
            // At most `fulfilments`, which is an i64.
            Card { stamps, held, fulfilments, rewards: (due as i64).max(least), waived }
        });
    }

    /// Possible bundles, and how many units are there for `wanted` of them.
    fn bundles(&mut self, cart: &Cart, rule: &Rule, part: &Part, wanted: Option<i64>) -> (i64, i64) {
        let ranges = self.mixes.get(part.mixes.0 as usize..part.mixes.1 as usize).unwrap_or(&[]);
        let lines = &self.lines;
        let mixes = rule.requirement.mixes.iter().zip(ranges).map(|(mix, &(from, to))| {
            (mix.quantity, lines.get(from as usize..to as usize).unwrap_or(&[]).iter().map(|&at| (at, cart.line(at).units)))
        });
        mixes::bundles(&mut self.flow, mixes, wanted)
    }

    /// Judges a rule by §4 and §5 (all but `discount_activation`) and §6. `None`: it does not take
    /// part, and `verdicts` has heard why. With `verdicts` a part comes back even then, for
    /// estimating what the rule would give; `Some((part, false))`.
    pub(crate) fn judge(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        candidates: &Candidates,
        candidate: &Candidate,
        verdicts: &mut Verdicts,
    ) -> Result<Option<(Part, bool)>, Fault> {
        let mut ok = true;
        let rule = input.rule(candidate.rule);
        let (requirement, limitation, at) = (&rule.requirement, &rule.limitation, input.receipt.purchase_at);
        if !rule.active || rule.deleted {
            fail!(verdicts, ok, plain(ReasonCode::Inactive));
        }
        if requirement.purchase_from.is_some_and(|from| at < from) {
            fail!(verdicts, ok, plain(ReasonCode::NotStarted));
        }
        if requirement.purchase_to.is_some_and(|to| at >= to) {
            fail!(verdicts, ok, plain(ReasonCode::Ended));
        }
        let first_ref = self.refs.len() as u32;
        let refused = self.find_refs(input, candidate.rule, rule);
        let refs = (first_ref, self.refs.len() as u32);
        if refs.0 == refs.1 {
            if refused.exhausted {
                fail!(verdicts, ok, plain(ReasonCode::UsageExhausted));
            }
            if refused.expired {
                fail!(verdicts, ok, plain(ReasonCode::RefExpired));
            }
            if !refused.exhausted && !refused.expired {
                fail!(verdicts, ok, plain(ReasonCode::RefMissing));
            }
        }
        if let Some(hours) = &limitation.hours
            && !hours.cover(self.minute(input, input.compiled(candidate.rule).zone))
        {
            fail!(verdicts, ok, plain(ReasonCode::OutsideHours));
        }
        if !currency_fits(rule, input.receipt.currency.as_deref()) {
            fail!(verdicts, ok, plain(ReasonCode::Currency));
        }
        if !code_fits(rule, input) {
            fail!(verdicts, ok, plain(ReasonCode::CodeMissing));
        }
        for (member, need) in &requirement.store {
            if !need.is_met_by(input.receipt.store.member(member)) {
                fail!(verdicts, ok, plain(ReasonCode::Store(member.clone())));
            }
        }
        if !mcc_fits(rule, input.receipt.store.member("mcc")) {
            fail!(verdicts, ok, plain(ReasonCode::Store("mcc".into())));
        }
        for (member, need) in &requirement.customer {
            if !customer_fits(input, member, need) {
                fail!(verdicts, ok, plain(ReasonCode::Customer(member.clone())));
            }
        }
        let (need, have) = (requirement.gross_amount, cart.threshold_gross);
        if need > 0 && have < need {
            fail!(verdicts, ok, numbers(ReasonCode::GrossBelow, have, need));
        }
        let (need, have) = (requirement.net_amount, cart.threshold_net);
        if need > 0 && have < need {
            fail!(verdicts, ok, numbers(ReasonCode::NetBelow, have, need));
        }
        let blocked = limitation.eligible == Eligible::ReceiptWithoutDiscount && cart.any_discounted;
        if blocked {
            fail!(verdicts, ok, plain(ReasonCode::ExistingDiscount));
        }
        let mut part = Part {
            rule: candidate.rule,
            refs,
            lines: (0, 0),
            mixes: (0, 0),
            units: 0,
            quantity: requirement.quantity,
            fulfilments: 0,
            limit: limitation.reward_usage,
            card: None,
            stands_back: false,
            role: Role::of(rule),
        };
        let left_out = self.match_lines(input, cart, candidates, candidate, rule, &mut part);
        self.count(input, cart, rule, &mut part)?;
        if part.units == 0 {
            if left_out && !blocked {
                fail!(verdicts, ok, plain(ReasonCode::ExistingDiscount));
            } else if !left_out {
                fail!(verdicts, ok, plain(ReasonCode::NoMatchingItems));
            }
        } else if part.units < part.quantity {
            fail!(verdicts, ok, numbers(ReasonCode::QuantityBelow, part.units, part.quantity));
        }
        if !requirement.mixes.is_empty() && part.fulfilments < 1 && (part.units > 0 || requirement.items != Items::Every) {
            let need = requirement.mixes.iter().try_fold(0i64, |sum, mix| sum.checked_add(mix.quantity));
            let need = need.ok_or(Fault::Rule(candidate.rule))?;
            let have = if verdicts.is_some() { self.bundles(cart, rule, &part, Some(1)).1 } else { 0 };
            fail!(verdicts, ok, numbers(ReasonCode::MixIncomplete, have, need));
        }
        Ok(Some((part, ok)))
    }

    /// Matched lines of a part (§6.1). True: §5.7 left lines out that its items match.
    fn match_lines(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        candidates: &Candidates,
        candidate: &Candidate,
        rule: &Rule,
        part: &mut Part,
    ) -> bool {
        let compiled = input.compiled(candidate.rule);
        let without_discount = rule.limitation.eligible == Eligible::ItemWithoutDiscount;
        let discounted = Cell::new(false);
        let allowed = |at: u32| {
            let line = cart.line(at);
            if is_listed(cart, &line, compiled.blacklist()) {
                return false;
            }
            let out = without_discount && line.existing > 0;
            discounted.set(discounted.get() || out);
            !out
        };
        let from = self.lines.len() as u32;
        match rule.requirement.items {
            Items::Every | Items::AnyItem => self.lines.extend(cart.eligible.iter().copied().filter(|at| allowed(*at))),
            Items::Listed(_) => {
                let mut last = NONE;
                for hit in candidates.hits(candidate).filter(|hit| hit.slot == 0) {
                    if hit.line != last && allowed(hit.line) {
                        self.lines.push(hit.line);
                    }
                    last = hit.line;
                }
            }
        }
        part.lines = (from, self.lines.len() as u32);
        let left_out = discounted.get();
        let first_mix = self.mixes.len() as u32;
        for slot in 1..=rule.requirement.mixes.len() as u32 {
            let from = self.lines.len() as u32;
            let mut last = NONE;
            for hit in candidates.hits(candidate).filter(|hit| hit.slot == slot) {
                if hit.line != last && allowed(hit.line) {
                    self.lines.push(hit.line);
                }
                last = hit.line;
            }
            self.mixes.push((from, self.lines.len() as u32));
        }
        part.mixes = (first_mix, self.mixes.len() as u32);
        left_out
    }

    /// Collects the available refs of a rule (§4.2), in order; says why others are not.
    fn find_refs(&mut self, input: &Input<'_>, at: u32, rule: &Rule) -> Refused {
        let mut refused = Refused::default();
        let exhausted = |usage: i64| rule.limitation.repeat_usage.is_some_and(|most| usage >= most);
        if let Refs::OneEach = input.refs {
            refused.exhausted = exhausted(0);
            if !refused.exhausted {
                self.refs.push(NONE);
            }
            return refused;
        }
        for position in input.refs.of_rule(at, &self.sorted_refs) {
            let Some(HeldRef { held, statistics, deleted }) = input.refs.get(position) else { continue };
            let ends = rule.limitation.dynamic_days.zip(held.given_at).map(|(days, given)| given.plus_days(days));
            if deleted {
                continue;
            }
            let (used_up, over) = (exhausted(statistics.usage), ends.is_some_and(|end| input.receipt.purchase_at >= end));
            refused.exhausted |= used_up;
            refused.expired |= over;
            if !used_up && !over {
                self.refs.push(position);
            }
        }
        refused
    }

    fn minute(&mut self, input: &Input<'_>, zone: u32) -> u32 {
        let at = input.receipt.purchase_at;
        match (self.minutes.get_mut(zone as usize), input.plan.clocks.get(zone as usize)) {
            (Some(minute), Some(clocks)) => *minute.get_or_insert_with(|| at.week_minute(clocks)),
            _ => 0,
        }
    }
}

#[derive(Debug, Default)]
struct Refused {
    exhausted: bool,
    expired: bool,
}

/// Is the line on a list of entries?
pub(crate) fn is_listed(cart: &Cart, line: &Line, entries: &[SymbolEntry]) -> bool {
    entries.iter().any(|entry| cart.matches(line, *entry))
}

/// §5.2.
fn currency_fits(rule: &Rule, currency: Option<&str>) -> bool {
    let Some(wanted) = &rule.requirement.currencies else { return true };
    let Some(currency) = currency else { return false };
    let has = |list: &[Box<str>]| list.iter().any(|code| **code == *currency);
    has(&wanted.listed) || wanted.anything_but.iter().any(|list| !has(list))
}

/// §5.3.
fn code_fits(rule: &Rule, input: &Input<'_>) -> bool {
    let Some(code) = &rule.requirement.discount_code else { return true };
    input.receipt.discount_codes.iter().any(|sent| **sent == *code.normalised)
        || input.receipt.items.iter().any(|item| !item.voided && !item.is_return_item && item.id.as_deref() == Some(&*code.exact))
}

/// §5.4: codes and ranges are one any-of.
fn mcc_fits(rule: &Rule, sent: &Value<'_>) -> bool {
    let Some(wanted) = &rule.requirement.mcc else { return true };
    let fits = |value: &Value<'_>| {
        value.as_text().is_some_and(|text| {
            let number = text.parse::<u32>().ok();
            wanted.codes.iter().any(|code| **code == *text)
                || wanted.ranges.iter().any(|(from, to)| number.is_some_and(|number| (*from..=*to).contains(&number)))
        })
    };
    if let Value::List(sent) = sent { sent.iter().any(fits) } else { fits(sent) }
}

/// §5.5: the receipt's member, or the stored one (§1.3); attributes key by key.
fn customer_fits(input: &Input<'_>, member: &str, need: &Need) -> bool {
    let (sent, stored) = (input.receipt.customer.member(member), input.customer.member(member));
    let one = |sent: &Value<'_>, stored: &Value<'_>, need: &Need| need.is_met_by(if sent.is_absent() { stored } else { sent });
    match need {
        Need::All(keys) if member == "attributes" => {
            keys.iter().all(|(key, need)| one(sent.member(key), stored.member(key), need))
        }
        _ => one(sent, stored, need),
    }
}

/// Statistics of refs that have none.
pub(crate) const NO_STATISTICS: Statistics =
    Statistics { usage: 0, amount: 0, bonus: 0, stamp: 0, current_stamp: 0, debit_balance: None };

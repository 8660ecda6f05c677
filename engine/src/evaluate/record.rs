//! From awards to the Outcome: what each ref gave, stamps, statistics, totals (§13, §16).

use std::ops::Range;

use super::adders::value_for;
use super::cart::Cart;
use super::combine::is_bonus;
use super::parts::Parts;
use super::scenario::Scenario;
use super::{Fault, Input};
use crate::outcome::{Applied, AppliedLine, LineReward, Outcome, Stage, Totals};
use crate::plan::NONE;
use crate::rule::{Items, RewardKind, Rule};

/// Buffers of recording. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// Per part: what it gave.
    given: Vec<Given>,
    /// Per line: where its next reward goes.
    places: Vec<usize>,
}

/// What one part gave.
#[derive(Debug, Clone, Default)]
struct Given {
    /// Where its awards stand in its scenario.
    awards: Range<usize>,
    /// Rewards really given.
    rewards: i64,
}

impl Recorder {
    /// Finds each part's awards, and puts them in the order of refs and lines. A part's awards
    /// stand together, so all of them need no sorting.
    fn find(&mut self, scenario: &mut Scenario) {
        let mut from = 0;
        for awards in scenario.awards.chunk_by_mut(|a, b| a.part == b.part) {
            awards.sort_unstable_by_key(|award| (award.nth_ref, award.line));
            let given = awards.first().and_then(|first| self.given.get_mut(first.part as usize));
            if let Some(given) = given {
                debug_assert!(given.awards.is_empty());
                given.awards = from..from + awards.len();
            }
            from += awards.len();
        }
        for result in &scenario.results {
            if let Some(given) = self.given.get_mut(result.part as usize) {
                given.rewards = result.rewards;
            }
        }
    }
}

/// Writes the outcome of these scenarios.
pub(crate) fn record(
    input: &Input<'_>,
    cart: &Cart,
    parts: &Parts,
    discounts: &mut Scenario,
    bonuses: &mut Scenario,
    recorder: &mut Recorder,
    outcome: &mut Outcome,
) -> Result<(), Fault> {
    outcome.applied.clear();
    outcome.lines.clear();
    recorder.given.clear();
    recorder.given.resize(parts.list.len(), Given::default());
    recorder.find(discounts);
    recorder.find(bonuses);
    let (mut discount, mut bonus) = (0i64, 0i64);
    for (part, own) in parts.list.iter().zip(&recorder.given) {
        if own.awards.is_empty() && part.card.is_none() {
            continue;
        }
        let rule = input.rule(part.rule);
        let scenario = if is_bonus(rule) { &*bonuses } else { &*discounts };
        let mut awards = scenario.awards.get(own.awards.clone()).unwrap_or(&[]).iter().peekable();
        for (nth_ref, &held) in (0u32..).zip(parts.refs(part)) {
            let from = outcome.lines.len();
            let mut amount = 0i64;
            while let Some(award) = awards.next_if(|award| award.nth_ref == nth_ref) {
                amount = amount.checked_add(award.amount).ok_or(Fault::Rule(part.rule))?;
                match outcome.lines.get_mut(from..).and_then(|lines| lines.last_mut()).filter(|line| line.item == award.line) {
                    Some(line) if is_bonus(rule) => line.bonus += award.amount,
                    Some(line) => line.amount += award.amount,
                    None => outcome.lines.push(AppliedLine {
                        item: award.line,
                        amount: if is_bonus(rule) { 0 } else { award.amount },
                        bonus: if is_bonus(rule) { award.amount } else { 0 },
                    }),
                }
            }
            let (given, earned_bonus) = if is_bonus(rule) { (0, amount) } else { (amount, 0) };
            // Stamps are collected on the first ref (§4.4): f less the rewards really given (§13.3).
            let card = part.card.filter(|_| nth_ref == 0);
            let (stamp, stamp_spent) = match card {
                Some(card) => {
                    let spent = own.rewards.checked_mul(card.stamps).ok_or(Fault::Rule(part.rule))?;
                    ((card.fulfilments - own.rewards).max(0), spent)
                }
                None => (0, 0),
            };
            if amount == 0 && stamp == 0 {
                continue;
            }
            discount += given;
            bonus = bonus.checked_add(earned_bonus).ok_or(Fault::Rule(part.rule))?;
            let debit = if rule.reward.kind == RewardKind::Debit { given } else { 0 };
            let usage = i64::from(amount > 0);
            let mut statistics = input.statistics(held);
            let add = |total: &mut i64, more: i64| -> Result<(), Fault> {
                *total = total.checked_add(more).ok_or(Fault::Rule(part.rule))?;
                Ok(())
            };
            add(&mut statistics.usage, usage)?;
            add(&mut statistics.amount, given)?;
            add(&mut statistics.bonus, earned_bonus)?;
            add(&mut statistics.stamp, stamp)?;
            add(&mut statistics.current_stamp, stamp)?;
            add(&mut statistics.current_stamp, -stamp_spent)?;
            if rule.reward.kind == RewardKind::Debit {
                let balance = statistics.debit_balance.or(rule.reward.value.whole()).unwrap_or(0);
                statistics.debit_balance = Some(balance - debit); // never below 0: the debit is at most the balance
            }
            outcome.applied.push(Applied {
                rule: part.rule,
                reference: (held != NONE).then_some(held),
                stage: if amount > 0 { stage(rule) } else { Stage::Stamp },
                amount: given,
                bonus: earned_bonus,
                stamp,
                stamp_spent,
                debit,
                usage,
                statistics,
                lines: from..outcome.lines.len(),
            });
        }
    }
    reward_lines(input, cart, &mut recorder.places, outcome);
    let (gross, existing_discount) = (cart.gross, cart.existing);
    outcome.totals = Totals { gross, existing_discount, discount, net: gross - existing_discount - discount, bonus };
    outcome.gap = discounts.gap.saturating_add(bonuses.gap);
    outcome.optimal = outcome.gap == 0;
    Ok(())
}

/// Writes the rewards by line, those of one line in rule order. That is the order they come in,
/// so it is enough to count how many each line has; sorting would cost more than all the rest.
fn reward_lines(input: &Input<'_>, cart: &Cart, places: &mut Vec<usize>, outcome: &mut Outcome) {
    places.clear();
    places.resize(cart.lines.len(), 0);
    for line in &outcome.lines {
        if let Some(count) = places.get_mut(line.item as usize) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for place in places.iter_mut() {
        sum += std::mem::replace(place, sum);
    }
    // What stands here from before is written over.
    outcome.rewards.resize(sum, LineReward { item: 0, rule: 0, amount: 0, bonus: 0, percentage: None });
    for applied in &outcome.applied {
        let kind = input.rule(applied.rule).reward.kind;
        for line in outcome.lines.get(applied.lines.clone()).unwrap_or(&[]) {
            let Some(place) = places.get_mut(line.item as usize) else { continue };
            let Some(reward) = outcome.rewards.get_mut(*place) else { continue };
            *place += 1;
            let percentage = kind.is_percentage().then(|| value_for(input, cart, applied.rule, &cart.line(line.item)));
            *reward = LineReward { item: line.item, rule: applied.rule, amount: line.amount, bonus: line.bonus, percentage };
        }
    }
    // A rule may give on a line through several refs.
    outcome.rewards.dedup_by(|next, kept| {
        let same = (next.item, next.rule) == (kept.item, kept.rule);
        if same {
            kept.amount += next.amount;
            kept.bonus += next.bonus;
        }
        same
    });
}

fn stage(rule: &Rule) -> Stage {
    if is_bonus(rule) {
        Stage::Bonus
    } else if rule.reward.kind == RewardKind::Debit {
        Stage::Debit
    } else if rule.requirement.items == Items::AnyItem {
        Stage::AnyItem
    } else if rule.is_deal() {
        Stage::Deal
    } else if rule.is_receipt_rule() {
        Stage::Receipt
    } else {
        Stage::Item
    }
}

//! From awards to the Outcome: what each ref gave, stamps, statistics, totals (§13, §16).

use super::adders::value_for;
use super::cart::Cart;
use super::combine::is_bonus;
use super::parts::Parts;
use super::scenario::{Award, Scenario};
use super::{Fault, Input};
use crate::outcome::{Applied, AppliedLine, LineReward, Outcome, Stage, Totals};
use crate::plan::NONE;
use crate::rule::{Items, RewardKind, Rule};

/// Writes the outcome of these scenarios.
pub(crate) fn record(
    input: &Input<'_>,
    cart: &Cart,
    parts: &Parts,
    discounts: &mut Scenario,
    bonuses: &mut Scenario,
    outcome: &mut Outcome,
) -> Result<(), Fault> {
    outcome.applied.clear();
    outcome.lines.clear();
    outcome.rewards.clear();
    let key = |award: &Award| (award.part, award.nth_ref, award.line);
    discounts.awards.sort_unstable_by_key(key);
    bonuses.awards.sort_unstable_by_key(key);
    let (mut discount, mut bonus) = (0i64, 0i64);
    let (mut next_discount, mut next_bonus) = (0usize, 0usize);
    for (at, part) in (0u32..).zip(&parts.list) {
        let rule = input.rule(part.rule);
        let scenario = if is_bonus(rule) { &*bonuses } else { &*discounts };
        let next = if is_bonus(rule) { &mut next_bonus } else { &mut next_discount };
        let rewards = scenario.result(at).map_or(0, |result| result.rewards);
        for (nth_ref, &held) in (0u32..).zip(parts.refs(part)) {
            let from = outcome.lines.len();
            let mut amount = 0i64;
            while let Some(award) = scenario.awards.get(*next).filter(|award| award.part == at && award.nth_ref == nth_ref) {
                *next += 1;
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
                    ((card.fulfilments - rewards).max(0), rewards.checked_mul(card.stamps).ok_or(Fault::Rule(part.rule))?)
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
    for applied in &outcome.applied {
        let rule = input.rule(applied.rule);
        for line in outcome.lines.get(applied.lines.clone()).unwrap_or(&[]) {
            let percentage =
                rule.reward.kind.is_percentage().then(|| value_for(input, cart, applied.rule, &cart.line(line.item)));
            outcome.rewards.push(LineReward {
                item: line.item,
                rule: applied.rule,
                amount: line.amount,
                bonus: line.bonus,
                percentage,
            });
        }
    }
    outcome.rewards.sort_unstable_by_key(|reward| (reward.item, reward.rule));
    outcome.rewards.dedup_by(|next, kept| {
        let same = (next.item, next.rule) == (kept.item, kept.rule);
        if same {
            kept.amount += next.amount;
            kept.bonus += next.bonus;
        }
        same
    });
    let (gross, existing_discount) = (cart.gross, cart.existing);
    outcome.totals = Totals { gross, existing_discount, discount, net: gross - existing_discount - discount, bonus };
    outcome.gap = discounts.gap.saturating_add(bonuses.gap);
    outcome.optimal = outcome.gap == 0;
    Ok(())
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

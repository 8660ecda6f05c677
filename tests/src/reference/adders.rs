//! §9: what adders give; §14: what a debit gives.

use super::input::{Kind, Rule};
use super::lines::Line;
use super::matching::{is_matched, value_for};
use super::number::{Money, evenly, percent_of, round, share};

/// One fulfilment of an adder: `rewards` is R of §6.3, `left` what is left of each line. A bonus
/// is capped by its base only (§12).
pub(crate) fn give(rule: &Rule, lines: &[Line], free: &[bool], rewards: Money, left: &[Money]) -> Vec<Money> {
    let nothing = vec![0; lines.len()];
    if rewards <= 0 {
        return nothing;
    }
    let units = covered(rule, lines, free, rewards);
    let base_of = base_of_units(rule, lines, left);
    let bases: Vec<Money> =
        (0..lines.len()).map(|l| units.iter().filter(|u| u.line == l).map(|u| base_of[l][u.index]).sum()).collect();
    // A line without a covered unit takes no part in any sharing, however full the others are.
    let caps: Vec<Money> = bases
        .iter()
        .zip(left)
        .map(|(&base, &left)| {
            if rule.bonus {
                base
            } else if base == 0 {
                0
            } else {
                left
            }
        })
        .collect();
    let all: Money = bases.iter().sum();

    if rule.is_receipt_rule() {
        // §9.3, §9.4.
        let amount = if rule.kind == Kind::Percent { percent_of(&rule.value, all) } else { round(&rule.value).min(all) };
        return share(amount, &bases, &caps);
    }
    if rule.kind == Kind::Percent {
        // §9.1.
        return (0..lines.len()).map(|l| percent_of(value_for(rule, &lines[l]), bases[l]).min(caps[l])).collect();
    }
    if rule.quantity == 1 {
        // §9.2, q = 1.
        return (0..lines.len())
            .map(|l| {
                let n = units.iter().filter(|u| u.line == l).count();
                let most = round(value_for(rule, &lines[l])) * Money::try_from(n).unwrap_or(0);
                most.min(bases[l]).min(caps[l])
            })
            .collect();
    }
    // §9.2, q > 1: fulfilments of q, most expensive first; the first unit's line decides the value.
    let sum = units
        .chunks(rule.quantity)
        .map(|chunk| {
            let base: Money = chunk.iter().map(|u| base_of[u.line][u.index]).sum();
            round(value_for(rule, &lines[chunk[0].line])).min(base)
        })
        .sum();
    share(sum, &bases, &caps)
}

/// §13.2, §13.3: how many rewards were really given. With stamps one that lies only on lines which got nothing (a deal took
/// what there was) is none.
pub(crate) fn rewards_given(rule: &Rule, lines: &[Line], free: &[bool], rewards: Money, given: &[Money]) -> Money {
    if rule.stamp.is_none() || rule.is_receipt_rule() {
        return rewards;
    }
    let units = covered(rule, lines, free, rewards);
    let really = units.chunks(rule.quantity).filter(|reward| reward.iter().any(|unit| given[unit.line] > 0)).count();
    Money::try_from(really).unwrap_or(Money::MAX)
}

/// A covered unit: its line, and its place among the line's units.
struct Unit {
    line: usize,
    index: usize,
}

/// §9: covered units, most expensive first, earlier lines first.
fn covered(rule: &Rule, lines: &[Line], free: &[bool], rewards: Money) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for (l, line) in lines.iter().enumerate() {
        if free[l] && is_matched(rule, line) {
            units.extend((0..line.prices.len()).map(|index| Unit { line: l, index }));
        }
    }
    units.sort_by_key(|u| (-lines[u.line].prices[u.index], u.line, u.index));
    let limited = rule.kind == Kind::Amount || rule.is_limited();
    if limited && !rule.is_receipt_rule() {
        let most = usize::try_from(rewards).unwrap_or(usize::MAX).saturating_mul(rule.quantity);
        units.truncate(most);
    }
    units
}

/// What each unit of each line counts for in b_i (§9).
fn base_of_units(rule: &Rule, lines: &[Line], left: &[Money]) -> Vec<Vec<Money>> {
    lines
        .iter()
        .zip(left)
        .map(|(line, &left)| if rule.net_base { evenly(left, line.prices.len()) } else { line.prices.clone() })
        .collect()
}

/// §14: min(balance, what is left of the matched lines), shared with what is left as weights and
/// caps.
pub(crate) fn debit(rule: &Rule, lines: &[Line], balance: Money, left: &[Money]) -> Vec<Money> {
    let weights: Vec<Money> = lines.iter().zip(left).map(|(l, &left)| if is_matched(rule, l) { left } else { 0 }).collect();
    share(balance.max(0).min(weights.iter().sum()), &weights, &weights)
}

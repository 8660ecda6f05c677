//! §6: matched lines, units, fulfilments, bundles; §7.4: which value holds for which line.

use super::explain::Reason;
use super::input::{Eligible, Entry, Items, Mix, Rule};
use super::lines::Line;
use super::number::{Money, Ratio};

/// §6.2: by id, by group, or both.
pub(crate) fn entry_matches(entry: &Entry, line: &Line) -> bool {
    entry.id.as_ref().is_none_or(|id| line.id.as_ref() == Some(id))
        && entry.group_id.as_ref().is_none_or(|group| line.groups.contains(group))
}

fn any_entry(entries: &[Entry], line: &Line) -> bool {
    entries.iter().any(|entry| entry_matches(entry, line))
}

/// §6.1 without the item filter: eligible, not on the blacklist, survives §5.7.
fn may_be_rewarded(rule: &Rule, line: &Line) -> bool {
    line.eligible && !any_entry(&rule.blacklist, line) && !(rule.eligible == Eligible::ItemNoDiscount && line.existing > 0)
}

/// §6.1: does the rule's item filter take this line?
pub(crate) fn is_matched(rule: &Rule, line: &Line) -> bool {
    may_be_rewarded(rule, line)
        && match &rule.items {
            Items::Every | Items::AnyItem => true,
            Items::Listed(entries) => any_entry(entries, line),
        }
}

/// §6.4: may this line's units fill this mix?
pub(crate) fn fits_mix(rule: &Rule, mix: &Mix, line: &Line) -> bool {
    may_be_rewarded(rule, line) && any_entry(&mix.items, line)
}

/// N of §6.3 over the lines that are `free`.
pub(crate) fn matched_units(rule: &Rule, lines: &[Line], free: &[bool]) -> usize {
    lines.iter().zip(free).filter(|&(l, &f)| f && is_matched(rule, l)).map(|(l, _)| l.prices.len()).sum()
}

/// §6.4: how many bundles can be made at once. By Hall's condition: t bundles are possible when
/// any set of mixes finds t times its units on the lines that fit at least one of them.
pub(crate) fn bundles(rule: &Rule, lines: &[Line], free: &[bool]) -> usize {
    let mut most = usize::MAX;
    for set in 1..(1_usize << rule.mixes.len()) {
        let chosen: Vec<&Mix> = rule.mixes.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, m)| m).collect();
        let wanted: usize = chosen.iter().map(|m| m.quantity).sum();
        let there: usize = lines
            .iter()
            .zip(free)
            .filter(|&(line, &f)| f && chosen.iter().any(|mix| fits_mix(rule, mix, line)))
            .map(|(line, _)| line.prices.len())
            .sum();
        most = most.min(there / wanted);
    }
    most
}

/// f of §6.3 and §6.4 over the free lines; 0 when the minimum is not reached. A receipt rule with
/// stamps is fulfilled at most once (§13.2).
pub(crate) fn fulfilments(rule: &Rule, lines: &[Line], free: &[bool]) -> Money {
    let n = matched_units(rule, lines, free);
    if n < rule.quantity {
        return 0;
    }
    let f = if !rule.mixes.is_empty() {
        bundles(rule, lines, free)
    } else if rule.is_the_cheapest() || rule.is_receipt_rule() && (!rule.is_deal() || rule.stamp.is_some()) {
        1
    } else {
        n / rule.quantity
    };
    Money::try_from(f).unwrap_or(0)
}

/// §6.3, §6.4 as requirements.
pub(crate) fn against(lines: &[Line], rule: &Rule) -> Vec<Reason> {
    let all = vec![true; lines.len()];
    let n = matched_units(rule, lines, &all);
    let mut reasons = Vec::new();
    if n == 0 {
        reasons.push(Reason::plain("no_matching_items"));
    } else if n < rule.quantity {
        reasons.push(Reason::short("quantity_below", count(n), count(rule.quantity)));
    }
    if !rule.mixes.is_empty() && bundles(rule, lines, &all) == 0 {
        let need: usize = rule.mixes.iter().map(|m| m.quantity).sum();
        let have = fillable(rule, lines);
        reasons.push(Reason::short("mix_incomplete", count(have), count(need)));
    }
    reasons
}

/// How many units of one bundle the receipt can fill: by the same condition, the total less the
/// greatest shortage of any set of mixes.
fn fillable(rule: &Rule, lines: &[Line]) -> usize {
    let total: usize = rule.mixes.iter().map(|m| m.quantity).sum();
    let mut shortage = 0;
    for set in 1..(1_usize << rule.mixes.len()) {
        let chosen: Vec<&Mix> = rule.mixes.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, m)| m).collect();
        let wanted: usize = chosen.iter().map(|m| m.quantity).sum();
        let there: usize = lines.iter().filter(|l| chosen.iter().any(|mix| fits_mix(rule, mix, l))).map(|l| l.prices.len()).sum();
        shortage = shortage.max(wanted.saturating_sub(there));
    }
    total - shortage
}

fn count(n: usize) -> Money {
    Money::try_from(n).unwrap_or(0)
}

/// §7.4: the first matching entry of `values`, else `value`.
pub(crate) fn value_for<'a>(rule: &'a Rule, line: &Line) -> &'a Ratio {
    rule.values.iter().find(|(items, _)| any_entry(items, line)).map_or(&rule.value, |(_, value)| value)
}

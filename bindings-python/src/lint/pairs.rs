//! What is certain of two rules beside each other: one that always takes the other's place, one
//! that switches the other off whenever it could apply, and twins.

use std::sync::Arc;

use rabatt_engine::{Effect, Items, RewardKind, Rule};
use rustc_hash::FxHashMap;

use super::{Finding, Level};

/// Adds what pairs of rules show; each rule is told once of each kind.
pub(super) fn check(rules: &[Arc<Rule>], findings: &mut [Vec<Finding>]) {
    let mut alike: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (at, rule) in rules.iter().enumerate() {
        if live(rule) {
            alike.entry(matching(rule)).or_default().push(at);
        }
    }
    for (at, rule) in rules.iter().enumerate() {
        let Some(findings) =
            findings.get_mut(at).filter(|findings| !findings.iter().any(|finding| finding.level == Level::Error))
        else {
            continue;
        };
        if !live(rule) {
            continue;
        }
        let others = alike.get(&matching(rule)).map(Vec::as_slice).unwrap_or_default();
        let others = || others.iter().filter_map(|other| Some((*other, &**rules.get(*other)?))).filter(|(other, _)| *other != at);
        findings.extend(beaten(at, rule, others()));
        findings.extend(twice(at, rule, others()));
        findings.extend(switched_off(rule, rules));
    }
}

fn live(rule: &Rule) -> bool {
    rule.active && !rule.deleted
}

/// What decides which units a rule looks at and how its reward is computed, thresholds, windows,
/// limits and the reward's size left out.
fn matching(rule: &Rule) -> String {
    let (requirement, limitation, reward) = (&rule.requirement, &rule.limitation, &rule.reward);
    let needs =
        (&requirement.currencies, &requirement.discount_code, &requirement.store, &requirement.mcc, &requirement.customer);
    let goods = (&requirement.items, &requirement.mixes, requirement.quantity, requirement.stamp);
    let limits = (&limitation.hours, limitation.eligible, &limitation.blacklist, &limitation.deactivated_by, limitation.alone);
    format!("{:?}", (needs, goods, limits, (reward.kind, reward.base, reward.effect, &reward.values), &rule.group))
}

/// Whenever `narrow` is live and its thresholds are met, is `wide` too, for whoever may use both?
fn reaches(wide: &Rule, narrow: &Rule) -> bool {
    let (a, b) = (&wide.requirement, &narrow.requirement);
    let from = a.purchase_from.is_none() || b.purchase_from.is_some_and(|from| a.purchase_from <= Some(from));
    let to = a.purchase_to.is_none_or(|to| b.purchase_to.is_some_and(|other| other <= to));
    let lasts = wide.limitation.repeat_usage.is_none() && wide.limitation.dynamic_days.is_none();
    from && to && lasts && a.gross_amount <= b.gross_amount && a.net_amount <= b.net_amount
}

/// No limit is the widest one.
fn at_least(wide: Option<i64>, narrow: Option<i64>) -> bool {
    wide.is_none_or(|wide| narrow.is_some_and(|narrow| wide >= narrow))
}

/// Does it give at least as much as the other wherever that gives something, both matching alike?
fn gives_as_much(more: &Rule, less: &Rule) -> bool {
    let size = match more.reward.kind {
        RewardKind::ItemNewPrice | RewardKind::MixNewPrice => (less.reward.value, more.reward.value),
        _ => (more.reward.value, less.reward.value),
    };
    at_least(more.limitation.reward_usage, less.limitation.reward_usage)
        && at_least(more.limitation.max_discount_amount, less.limitation.max_discount_amount)
        && not_below(size.0, size.1)
}

/// Decimals compare as fractions.
fn not_below(a: rabatt_engine::Decimal, b: rabatt_engine::Decimal) -> bool {
    let ((a, over_a), (b, over_b)) = (a.ratio(), b.ratio());
    i128::from(a) * i128::from(over_b) >= i128::from(b) * i128::from(over_a)
}

/// A rule that stands in for this one: only one of the two is ever given (§11.2, §20), and it is that.
fn beaten<'r>(at: usize, rule: &Rule, others: impl Iterator<Item = (usize, &'r Rule)>) -> Option<Finding> {
    let one_of_both = rule.limitation.alone || rule.group.is_some();
    if !one_of_both || rule.requirement.stamp.is_some() || rule.reward.kind == RewardKind::Debit {
        return None;
    }
    let better = others.filter(|(_, other)| reaches(other, rule) && gives_as_much(other, rule));
    // One that comes first wins ties too. Of twins the first one is not beaten.
    let (other, first) = better
        .map(|(other, more)| (other, other < at, gives_as_much(rule, more) && reaches(rule, more)))
        .filter(|(_, first, twins)| *first || !twins)
        .map(|(other, first, _)| (other, first))
        .max_by_key(|(other, first)| (*first, std::cmp::Reverse(*other)))?;
    let why = if rule.limitation.alone { "they do not combine" } else { "they are of one `stacking.group`" };
    let (code, level, tail) = if first {
        ("always_beaten", Level::Error, "")
    } else {
        ("beaten_unless_tied", Level::Warning, ", and only where both give the same it comes first")
    };
    let message = format!(
        "whoever may use both gets the other rule: {why}, both match the same, and the other gives at least as much{tail}"
    );
    Some(Finding::new(code, level, "/reward/value", message).about(other))
}

/// An earlier rule that gives the same on top.
fn twice<'r>(at: usize, rule: &Rule, mut others: impl Iterator<Item = (usize, &'r Rule)>) -> Option<Finding> {
    let adds = matches!(rule.reward.kind, RewardKind::Percent | RewardKind::Amount) && !rule.is_deal();
    if !adds || rule.limitation.alone || rule.group.is_some() || rule.requirement.items == Items::AnyItem {
        return None;
    }
    let same = |other: &Rule| {
        let (a, b) = (&rule.requirement, &other.requirement);
        (a.purchase_from, a.purchase_to, a.gross_amount, a.net_amount)
            == (b.purchase_from, b.purchase_to, b.gross_amount, b.net_amount)
            && rule.reward.value == other.reward.value
            && rule.limitation.max_discount_amount == other.limitation.max_discount_amount
            && rule.limitation.reward_usage == other.limitation.reward_usage
    };
    let (other, _) = others.find(|(other, twin)| *other < at && same(twin))?;
    let given = if rule.reward.effect == Effect::Bonus { "earns both bonuses" } else { "gets both discounts" };
    let message = format!("another rule asks for and gives the same: whoever may use both {given}");
    Some(Finding::new("given_twice", Level::Warning, "", message).about(other))
}

/// A rule in `discount_activation` that is met whenever this one is (§5.8).
fn switched_off(rule: &Rule, rules: &[Arc<Rule>]) -> Option<Finding> {
    let (entry, other) = rule.limitation.deactivated_by.iter().enumerate().find_map(|(entry, id)| {
        let other = rules.iter().position(|other| *other.id == **id)?;
        let cause = rules.get(other)?;
        (live(cause) && reaches(cause, rule) && asks_no_more(cause, rule)).then_some((entry, other))
    })?;
    let message = "that rule is met by every purchase that meets this one: for whoever may use both, this one is always off";
    let place = format!("/limitation/discount_activation/{entry}");
    Some(Finding::new("always_deactivated", Level::Error, &place, message).about(other))
}

/// Is `wide` met wherever `narrow` is, thresholds and windows aside?
fn asks_no_more(wide: &Rule, narrow: &Rule) -> bool {
    let (a, b) = (&wide.requirement, &narrow.requirement);
    let text = |thing: &dyn std::fmt::Debug| format!("{thing:?}");
    let asks = |wide: &dyn std::fmt::Debug, narrow: &dyn std::fmt::Debug, nothing: bool| nothing || text(wide) == text(narrow);
    let needs = asks(&a.currencies, &b.currencies, a.currencies.is_none())
        && asks(&a.discount_code, &b.discount_code, a.discount_code.is_none())
        && asks(&a.store, &b.store, a.store.is_empty())
        && asks(&a.mcc, &b.mcc, a.mcc.is_none())
        && asks(&a.customer, &b.customer, a.customer.is_empty())
        && asks(&wide.limitation.hours, &narrow.limitation.hours, wide.limitation.hours.is_none());
    let lines = wide.limitation.eligible == narrow.limitation.eligible
        && text(&wide.limitation.blacklist) == text(&narrow.limitation.blacklist)
        && text(&a.mixes) == text(&b.mixes)
        && text(&a.items) == text(&b.items)
        && a.quantity <= b.quantity;
    needs && lines
}

//! What is certain of a rule by itself.

use rabatt_engine::{Decimal, Effect, Entry, Items, Need, RewardKind, Rule};

use super::hours;
use super::{Finding, Level};

/// Everything to say about a rule by itself.
pub(super) fn check(rule: &Rule) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !rule.active || rule.deleted {
        let place = if rule.deleted { "/deleted_at" } else { "/active" };
        findings.push(Finding::new(
            "switched_off",
            Level::Note,
            place,
            "the rule is switched off: it gives nothing until it is active",
        ));
    }
    findings.extend(limits(rule));
    findings.extend(hours(rule));
    findings.extend(items(rule));
    findings.extend(store(rule));
    findings.extend(reward(rule));
    if findings.is_empty() {
        findings.extend(generous(rule));
    }
    findings
}

fn limits(rule: &Rule) -> Vec<Finding> {
    let limitation = &rule.limitation;
    let never = |name: &str, message: &str| Finding::new("never_applies", Level::Error, &format!("/limitation/{name}"), message);
    let mut findings = Vec::new();
    if limitation.repeat_usage == Some(0) {
        findings.push(never("discount_repeat_usage", "it may be used in 0 purchases; write -1 for no limit"));
    }
    if limitation.reward_usage == Some(0) {
        findings.push(never("discount_reward_usage", "it may give 0 rewards in a purchase; write -1 for no limit"));
    }
    if limitation.max_discount_amount == Some(0) {
        findings.push(never("max_discount_amount", "it may give at most 0 in a purchase; leave this out for no limit"));
    }
    if limitation.dynamic_days == Some(0) {
        let message = "whoever is given the rule may use it for 0 days: it lapses at once";
        findings.push(Finding::new("lapses_at_once", Level::Error, "/limitation/dynamic_purchase_to_days", message));
    }
    findings
}

fn hours(rule: &Rule) -> Option<Finding> {
    let limits = rule.limitation.hours.as_ref()?;
    let (from, to) = (rule.requirement.purchase_from?, rule.requirement.purchase_to?);
    let message = "none of these hours lie between `purchase_from` and `purchase_to`";
    (!hours::meet(limits, from, to)).then(|| Finding::new("never_applies", Level::Error, "/limitation/discount_hours", message))
}

/// Is every line that matches the entry on the blacklist?
fn blacklisted(rule: &Rule, entry: &Entry) -> bool {
    let covered = |own: &Option<Box<str>>, listed: &Option<Box<str>>| listed.is_none() || own == listed;
    rule.limitation.blacklist.iter().any(|listed| covered(&entry.id, &listed.id) && covered(&entry.group_id, &listed.group_id))
}

fn items(rule: &Rule) -> Option<Finding> {
    let all = |entries: &[Entry]| entries.iter().all(|entry| blacklisted(rule, entry));
    let never = |place: String, message: &str| Some(Finding::new("never_applies", Level::Error, &place, message));
    if let Items::Listed(entries) = &rule.requirement.items
        && all(entries)
    {
        return never("/requirement/item/items".to_owned(), "every one of these items is on the rule's own `blacklist`");
    }
    let mix = rule.requirement.mixes.iter().position(|mix| all(&mix.items))?;
    never(format!("/requirement/item/mixes/{mix}/items"), "every one of these items is on the rule's own `blacklist`")
}

/// `store_ids` and `store.id` are both needs of the one id that a store has.
fn store(rule: &Rule) -> Option<Finding> {
    let mut ids = rule.requirement.store.iter().filter(|(name, _)| **name == *"id").map(|(_, need)| texts(need));
    let first = ids.next()??;
    let other = ids.next()??;
    let message = "no store is named both here and in `store_ids`";
    (!first.iter().any(|id| other.contains(id)))
        .then(|| Finding::new("never_applies", Level::Error, "/requirement/store/id", message))
}

/// The texts of a need that is met by any of them and nothing else.
fn texts(need: &Need) -> Option<Vec<&str>> {
    match need {
        Need::Text(text) => Some(vec![text]),
        Need::Any(needs) => needs.iter().map(|need| if let Need::Text(text) = need { Some(&**text) } else { None }).collect(),
        Need::TextAnyCase(_) | Need::All(_) => None,
    }
}

fn reward(rule: &Rule) -> Vec<Finding> {
    let reward = &rule.reward;
    let mut findings = Vec::new();
    if !reward.kind.is_new_price()
        && reward.value == Decimal::ZERO
        && reward.values.iter().all(|other| other.value == Decimal::ZERO)
    {
        findings.push(Finding::new("never_applies", Level::Error, "/reward/value", "the reward is 0"));
    }
    if let Items::Listed(entries) = &rule.requirement.items
        && rule.requirement.mixes.is_empty()
    {
        for (at, other) in reward.values.iter().enumerate() {
            if other.items.iter().all(|value| entries.iter().all(|entry| apart(entry, value))) {
                let message = "none of these items can be one that the rule matches: this value is never used";
                findings.push(Finding::new("value_never_used", Level::Warning, &format!("/reward/values/{at}"), message));
            }
        }
    }
    let cap = rule.limitation.max_discount_amount.filter(|cap| *cap > 0);
    if reward.kind == RewardKind::Amount
        && let Some((cap, value)) = cap.zip(reward.value.whole())
        && value > cap
        && reward.values.is_empty()
    {
        let message = format!("each reward is {value}, and at most {cap} may be given: it is cut where the goods are worth more");
        findings.push(Finding::new("always_cut", Level::Warning, "/limitation/max_discount_amount", message));
    }
    findings
}

/// Can no line match both? A line has one id, and any number of groups.
fn apart(one: &Entry, other: &Entry) -> bool {
    matches!((&one.id, &other.id), (Some(one), Some(other)) if one != other)
}

/// What a rule gives that is hardly meant, or that nothing bounds.
fn generous(rule: &Rule) -> Option<Finding> {
    let (reward, limitation, requirement) = (&rule.reward, &rule.limitation, &rule.requirement);
    // Budgets are kept where purchases are counted; the engine does not read them (§20).
    let budget = rule.source.contains("\"budget_");
    if reward.effect == Effect::Bonus || reward.kind == RewardKind::Debit || limitation.max_discount_amount.is_some() || budget {
        return None;
    }
    let least = requirement.gross_amount.max(requirement.net_amount);
    if rule.is_receipt_rule() && requirement.stamp.is_none() && requirement.discount_code.is_none() {
        let value = reward.value.whole().filter(|value| *value > least);
        if let Some(value) = value.filter(|_| reward.kind == RewardKind::Amount) {
            let message = format!("a purchase of less than {value} costs nothing; ask for a `gross_amount` of more than that");
            return Some(Finding::new("purchase_for_nothing", Level::Warning, "/reward/value", message));
        }
        if reward.kind == RewardKind::Percent && reward.value == Decimal::from_whole(100) && limitation.reward_usage.is_none() {
            let message = "every purchase costs nothing, however large";
            return Some(Finding::new("purchase_for_nothing", Level::Warning, "/reward/value", message));
        }
    }
    let bounded = limitation.reward_usage.is_some()
        || limitation.repeat_usage.is_some()
        || limitation.dynamic_days.is_some()
        || requirement.purchase_to.is_some()
        || requirement.stamp.is_some()
        || (rule.is_receipt_rule() && reward.kind == RewardKind::Amount);
    let message = "nothing bounds what it gives: no end (`purchase_to`), no limit per purchase, per customer or in all \
                   (`discount_reward_usage`, `discount_repeat_usage`, `max_discount_amount`, `budget_amount`)";
    (!bounded).then(|| Finding::new("unbounded", Level::Note, "/limitation", message))
}

//! §4: which rules take part, and through which refs.

use chrono::{DateTime, Duration, FixedOffset};

use super::explain::Reason;
use super::input::{Call, Ref, Rule};

/// §4.1: is the rule live?
pub(crate) fn liveness(rule: &Rule, at: DateTime<FixedOffset>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if !rule.live_switch {
        reasons.push(Reason::plain("inactive"));
    }
    if rule.from.is_some_and(|from| at < from) {
        reasons.push(Reason::plain("not_started"));
    }
    if rule.to.is_some_and(|to| at >= to) {
        reasons.push(Reason::plain("ended"));
    }
    reasons
}

/// §4.2: the rule's available refs in order of `given_at` (missing first), then id; without any,
/// the reasons why.
pub(crate) fn available(call: &Call, rule: &Rule) -> (Vec<Ref>, Vec<Reason>) {
    let Some(refs) = &call.refs else {
        // §1.3: one ref whose id is the rule's id, statistics zero. It can still be used up when
        // the rule allows no purchase at all.
        let only = Ref {
            id: rule.id.clone(),
            rule_id: rule.id.clone(),
            given_at: None,
            deleted: false,
            usage: 0,
            amount: 0,
            bonus: 0,
            stamp: 0,
            current_stamp: 0,
            debit_balance: None,
        };
        let reasons = unavailable(call, rule, &only);
        return if reasons.is_empty() { (vec![only], reasons) } else { (Vec::new(), reasons) };
    };
    let mut found: Vec<&Ref> = refs.iter().filter(|r| r.rule_id == rule.id).collect();
    found.sort_by(|a, b| a.given_at.cmp(&b.given_at).then(a.id.cmp(&b.id)));
    let free: Vec<Ref> = found.iter().filter(|r| unavailable(call, rule, r).is_empty()).map(|&r| r.clone()).collect();
    let reasons = match (free.is_empty(), found.first()) {
        (false, _) => Vec::new(),
        (true, None) => vec![Reason::plain("ref_missing")],
        (true, Some(_)) => found.first().map_or(Vec::new(), |r| unavailable(call, rule, r)),
    };
    (free, reasons)
}

/// §4.2.
fn unavailable(call: &Call, rule: &Rule, r: &Ref) -> Vec<Reason> {
    if r.deleted {
        return vec![Reason::plain("ref_missing")];
    }
    let mut reasons = Vec::new();
    if rule.repeat_usage.is_some_and(|most| r.usage >= most) {
        reasons.push(Reason::plain("usage_exhausted"));
    }
    if let (Some(days), Some(given)) = (rule.dynamic_days, r.given_at) {
        let end = i64::try_from(days).ok().and_then(Duration::try_days).and_then(|d| given.checked_add_signed(d));
        if end.is_some_and(|end| call.at >= end) {
            reasons.push(Reason::plain("ref_expired"));
        }
    }
    reasons
}

//! §17: why. `potential` is left out.

use serde_json::{Value, json};

use super::combine::{Taker, Verdicts};
use super::input::{Call, Rule};
use super::lines::Line;
use super::matching::fulfilments;
use super::number::Money;
use super::{refs, requirements};

/// One reason against a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) code: String,
    /// Have and need.
    pub(crate) numbers: Option<(Money, Money)>,
}

impl Reason {
    /// A reason without numbers.
    pub(crate) fn plain(code: &str) -> Reason {
        Reason { code: code.to_owned(), numbers: None }
    }

    /// `store.<member>` or `customer.<member>`.
    pub(crate) fn member(of: &str, member: &str) -> Reason {
        Reason { code: format!("{of}.{member}"), numbers: None }
    }

    /// A reason with have and need.
    pub(crate) fn short(code: &str, have: Money, need: Money) -> Reason {
        Reason { code: code.to_owned(), numbers: Some((have, need)) }
    }

    fn json(&self) -> Value {
        match self.numbers {
            None => json!({ "code": self.code }),
            Some((have, need)) => {
                json!({ "code": self.code, "have": int(have), "need": int(need), "missing": int(need - have) })
            }
        }
    }
}

/// Money as JSON.
pub(crate) fn int(n: Money) -> Value {
    i64::try_from(n).map_or(Value::Null, Value::from)
}

/// Everything that speaks against a rule: §4, §5, §6.
pub(crate) fn reasons(call: &Call, lines: &[Line], rule: &Rule) -> Vec<Reason> {
    let mut reasons = refs::liveness(rule, call.at);
    reasons.extend(refs::available(call, rule).1);
    reasons.extend(requirements::against(call, lines, rule));
    if requirements::deactivated(call, lines, rule) {
        reasons.push(Reason::plain("deactivated"));
    }
    reasons
}

/// One verdict per rule, in rule order.
pub(crate) fn verdicts(call: &Call, lines: &[Line], takers: &[Taker], result: &Verdicts) -> Vec<Value> {
    let mut all = Vec::new();
    for (place, rule) in call.rules.iter().enumerate() {
        let reasons: Vec<Reason> = reasons(call, lines, rule);
        let given: Money = result.discounts.iter().chain(&result.bonuses).filter(|a| a.rule == place).map(|a| a.total()).sum();
        let lost = result.lost.iter().find(|l| l.rule == place && l.by > 0);
        all.push(if !reasons.is_empty() {
            verdict(rule, &reasons)
        } else if given > 0 {
            let cut = rule.max_amount.is_some_and(|most| most == given);
            json!({ "rule_id": rule.id, "verdict": if cut { "partly_applied" } else { "applied" } })
        } else if let Some(short) = short_of_stamps(lines, takers, place) {
            verdict(rule, &[short])
        } else if let Some(lost) = lost {
            json!({ "rule_id": rule.id, "verdict": "lost", "to": lost.to.map(|to| call.rules[to].id.clone()), "by": int(lost.by) })
        } else {
            verdict(rule, &[Reason::plain("no_effect")])
        });
    }
    all
}

fn verdict(rule: &Rule, reasons: &[Reason]) -> Value {
    let near = reasons.len() == 1 && reasons.iter().all(|r| r.numbers.is_some());
    let reasons: Vec<Value> = reasons.iter().map(Reason::json).collect();
    json!({ "rule_id": rule.id, "verdict": "not_applied", "reasons": reasons, "near_miss": near })
}

/// A purchase that only earns stamps is short of stamps, whatever else happened.
fn short_of_stamps(lines: &[Line], takers: &[Taker], place: usize) -> Option<Reason> {
    let taker = takers.iter().find(|t| t.place == place)?;
    let need = taker.rule.stamp? + 1;
    let have = taker.refs.first()?.current_stamp + fulfilments(&taker.rule, lines, &vec![true; lines.len()]);
    (have < need).then(|| Reason::short("stamps_below", have, need))
}

//! Rules (§19): the members of a rule, and what must fit together between them.

use std::sync::Arc;

use super::limitation::limitation;
use super::requirement::requirement;
use super::reward::{RewardRead, check_values, reward};
use super::{Read, Reader};
use crate::canonical::Canonical;
use crate::error::{Code, Problem};
use crate::number::Decimal;
use crate::plan::{Notes, Symbols};
use crate::rule::{Base, Effect, Limitation, Requirement, Reward, RewardKind, Rule, Source};

/// Rules without a problem, in the order they were read.
#[derive(Debug, Default)]
pub(crate) struct RulesRead {
    pub(crate) rules: Vec<Arc<Rule>>,
    /// Their ids, in the same order.
    pub(crate) ids: Symbols,
    /// What a Plan notes of each, in the same order: it is noted while the rule is still near the processor.
    pub(crate) notes: Notes,
}

/// After as many rules the number of all of them is estimated.
const SAMPLE: usize = 16;

/// Room is made beforehand for at most as many rules.
const MOST_ESTIMATED: usize = 1 << 16;

/// Reads a JSON array of rules.
///
/// # Errors
/// Every problem of every rule, duplicate ids included.
pub(crate) fn rules(text: &str, base: &str) -> Result<RulesRead, Vec<Problem>> {
    Reader::new(text, base).finish(|r| {
        let RulesRead { mut rules, mut ids, mut notes } = RulesRead::default();
        let all: Arc<str> = text.into();
        let list = r.list("a list of rules belongs here", |r, at| {
            if at == SAMPLE {
                let read = r.cursor.at().max(1);
                let estimate = (rules.len() * (text.len() / read + 1)).min(MOST_ESTIMATED);
                rules.reserve(estimate);
                ids.reserve(estimate);
                notes.reserve(estimate);
            }
            let before = rules.len();
            let id = one(r, &all, &mut rules)?;
            for rule in rules.iter().skip(before) {
                notes.note(rule);
            }
            let Some(id) = id else { return Ok(()) };
            let known = ids.len();
            ids.intern(&id);
            if ids.len() == known {
                let message = format!("another rule has the id `{id}` already; give each its own");
                r.problem_below("/id", Code::DuplicateId, message);
            }
            Ok(())
        })?;
        Ok(list.then_some(RulesRead { rules, ids, notes }))
    })
}

/// Reads one rule.
///
/// # Errors
/// Every problem of the rule.
pub(crate) fn rule(text: &str, base: &str) -> Result<Rule, Vec<Problem>> {
    Reader::new(text, base).finish(|r| {
        let mut rules = Vec::with_capacity(1);
        one(r, &text.into(), &mut rules)?;
        Ok(rules.pop().and_then(Arc::into_inner))
    })
}

/// A rule that asks for nothing and gives nothing.
fn blank() -> Rule {
    Rule {
        id: Arc::default(),
        source: Source::default(),
        priority: 0,
        created_at: None,
        active: true,
        deleted: false,
        receipt_text: Box::default(),
        requirement: Requirement { quantity: 1, ..Requirement::default() },
        reward: Reward {
            kind: RewardKind::Amount,
            value: Decimal::ZERO,
            values: Box::default(),
            base: Base::Gross,
            effect: Effect::Discount,
        },
        limitation: Limitation::default(),
        group: None,
    }
}

/// Reads one rule and gives back its id. When nothing is wrong with it, it is the last of `rules`.
/// `all` is the text that is read, kept for the rules' sources.
fn one(r: &mut Reader<'_>, all: &Arc<str>, rules: &mut Vec<Arc<Rule>>) -> Read<Option<Arc<str>>> {
    // A rule is large: it is filled in where it stays.
    let place = rules.len();
    rules.push(Arc::new(blank()));
    let Some(rule) = rules.last_mut().and_then(Arc::get_mut) else { return Ok(None) };
    let (id, good) = fill(r, all, rule)?;
    if !good {
        rules.truncate(place);
    }
    Ok(id)
}

/// Reads one rule into a blank one; gives back its id, and whether nothing is wrong with it.
fn fill(r: &mut Reader<'_>, all: &Arc<str>, rule: &mut Rule) -> Read<(Option<Arc<str>>, bool)> {
    let known = r.problems.len() + r.untold;
    r.cursor.had_exponent();
    let mut seen = 0u64;
    let mut id: Option<Arc<str>> = None;
    let mut reward_read: Option<RewardRead> = None;
    let mut refs = None;
    let range = r.members("a rule is an object", &mut |r, name, null| {
        match &**name {
            // The answer has `refs` of its own, so these go also when they are `null`.
            "refs" => {
                if r.once(&mut seen, 9)? {
                    refs = Some(r.range()?);
                }
            }
            _ if null => r.skip()?,
            "id" if r.once(&mut seen, 0)? => id = r.string()?.map(Into::into),
            "created_at" if r.once(&mut seen, 1)? => rule.created_at = r.instant()?,
            "active" if r.once(&mut seen, 2)? => rule.active = r.bool()?.unwrap_or(true),
            "deleted_at" if r.once(&mut seen, 3)? => rule.deleted = r.instant()?.is_some(),
            "receipt_text" if r.once(&mut seen, 4)? => rule.receipt_text = r.string()?.map(Into::into).unwrap_or_default(),
            "requirement" if r.once(&mut seen, 5)? => requirement(r, &mut rule.requirement)?,
            "reward" if r.once(&mut seen, 6)? => reward_read = reward(r)?,
            "limitation" if r.once(&mut seen, 7)? => limitation(r, &mut rule.limitation)?,
            "stacking" if r.once(&mut seen, 8)? => {
                let mut seen = 0u64;
                r.object("`stacking` is an object with `priority` and `group`", |r, name| match &**name {
                    "priority" if r.once(&mut seen, 0)? => r.whole().map(|value| rule.priority = value.unwrap_or(0)),
                    "group" if r.once(&mut seen, 1)? => {
                        rule.group = r.string()?.map(Into::into);
                        if rule.group.as_deref() == Some("") {
                            r.problem(Code::UnknownValue, "a group needs a name; leave `group` out if the rule is in none");
                        }
                        Ok(())
                    }
                    "priority" | "group" => Ok(()),
                    _ => r.skip(),
                })?;
            }
            "id" | "created_at" | "active" | "deleted_at" | "receipt_text" | "requirement" | "reward" | "limitation"
            | "stacking" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    let Some(range) = range else { return Ok((None, false)) };
    if id.as_deref().is_none_or(str::is_empty) {
        if seen & 1 == 0 || id.is_some() {
            r.problem_below("/id", Code::MissingId, "every rule needs an id of its own");
        }
        id = None;
    }
    let has_reward = seen & 1 << 6 != 0;
    if !has_reward {
        r.problem_below("/reward", Code::MissingMember, "a rule needs a `reward` with `type` and `value`");
    }
    if id.as_deref().is_some_and(|id| rule.limitation.deactivated_by.iter().any(|by| **by == *id)) {
        r.problem_below(
            "/limitation/discount_activation",
            Code::SelfActivation,
            "a rule cannot switch itself off; name another rule",
        );
    }
    let reward = reward_read.and_then(|read| check_values(r, &rule.requirement, read));
    let text = r.text.get(range.clone()).unwrap_or("");
    // What was read has a canonical form (§1.6), but for numbers of which nobody can tell the size.
    if r.cursor.had_exponent() && Canonical::default().of(text, "refs").is_err() {
        r.problem(Code::OutOfRange, "a number in this rule has an exponent beyond 400");
    }
    let (Some(found), Some(reward), true) = (&id, reward, r.problems.len() + r.untold == known) else {
        return Ok((id, false));
    };
    rule.id = Arc::clone(found);
    rule.reward = reward;
    rule.source = match refs {
        Some(refs) => Source::whole(&without_member(text, refs.start - range.start, refs.end - range.start)),
        None => Source::shared(all, range),
    };
    Ok((id, true))
}

/// An object's text without the member whose value stands at `from..to`.
fn without_member(text: &str, from: usize, to: usize) -> String {
    let before = text.get(..from).unwrap_or("").trim_end().trim_end_matches(':').trim_end();
    // Before the colon stands the key, in quotes.
    let before = before.strip_suffix('"').unwrap_or(before);
    let before = before.rfind('"').and_then(|quote| before.get(..quote)).unwrap_or("");
    let after = text.get(to..).unwrap_or("");
    if let Some(after) = after.trim_start().strip_prefix(',') {
        return format!("{before}{}", after.trim_start());
    }
    let before = before.trim_end();
    format!("{}{after}", before.strip_suffix(',').unwrap_or(before).trim_end())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::string_slice, reason = "ASCII test texts")]
    use super::*;

    #[test]
    fn refs_are_left_out_of_the_source() {
        for (text, expected) in [
            (r#"{"a": 1, "refs": [1], "b": 2}"#, r#"{"a": 1, "b": 2}"#),
            (r#"{"refs": [], "b": 2}"#, r#"{"b": 2}"#),
            (r#"{"a": 1 , "refs" : {} }"#, r#"{"a": 1 }"#),
            (r#"{"refs":[]}"#, "{}"),
        ] {
            let value = text.find("refs").unwrap_or(0) + 5;
            let from = value + text[value..].find(['[', '{']).unwrap_or(0);
            let to = from + text[from..].find([']', '}']).unwrap_or(0) + 1;
            assert_eq!(without_member(text, from, to), expected);
        }
    }
}

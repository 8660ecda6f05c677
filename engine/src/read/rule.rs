//! Rules (§19): the members of a rule, and what must fit together between them.

use rustc_hash::FxHashSet;

use super::limitation::limitation;
use super::requirement::requirement;
use super::reward::{RewardRead, check_values, reward};
use super::{Read, Reader};
use crate::canonical::{Canonical, Unfit};
use crate::error::{Code, Problem};
use crate::rule::{Limitation, Requirement, Rule};

/// Reads a JSON array of rules.
///
/// # Errors
/// Every problem of every rule, duplicate ids included.
pub(crate) fn rules(text: &str, base: &str) -> Result<Vec<Rule>, Vec<Problem>> {
    Reader::new(text, base).finish(|r| {
        let mut rules = Vec::new();
        let mut forms = Canonical::default();
        let mut ids: FxHashSet<Box<str>> = FxHashSet::default();
        let list = r.list("a list of rules belongs here", |r, _| {
            let read = one(r, &mut forms)?;
            if let Some(id) = read.id
                && !ids.insert(id.clone())
            {
                r.problem_below("/id", Code::DuplicateId, format!("another rule has the id `{id}` already; give each its own"));
            }
            rules.extend(read.rule);
            Ok(())
        })?;
        Ok(list.then_some(rules))
    })
}

/// Reads one rule.
///
/// # Errors
/// Every problem of the rule.
pub(crate) fn rule(text: &str, base: &str) -> Result<Rule, Vec<Problem>> {
    Reader::new(text, base).finish(|r| one(r, &mut Canonical::default()).map(|read| read.rule))
}

struct RuleRead {
    id: Option<Box<str>>,
    rule: Option<Rule>,
}

fn one(r: &mut Reader<'_>, forms: &mut Canonical) -> Read<RuleRead> {
    let known = r.problems.len() + r.untold;
    let mut seen = 0u64;
    let mut id: Option<Box<str>> = None;
    let (mut priority, mut group, mut created_at) = (None, None, None);
    let (mut active, mut deleted) = (true, false);
    let mut receipt_text: Option<Box<str>> = None;
    let mut requirement_read: Option<Requirement> = None;
    let mut reward_read: Option<RewardRead> = None;
    let mut limitation_read: Option<Limitation> = None;
    let mut refs = None;
    let range = r.members("a rule is an object", |r, name, null| {
        match &**name {
            // The answer has `refs` of its own, so these go also when they are `null`.
            "refs" => {
                if r.once(&mut seen, 9)? {
                    refs = Some(r.range()?);
                }
            }
            _ if null => r.skip()?,
            "id" if r.once(&mut seen, 0)? => id = r.string()?.map(Into::into),
            "created_at" if r.once(&mut seen, 1)? => created_at = r.instant()?,
            "active" if r.once(&mut seen, 2)? => active = r.bool()?.unwrap_or(true),
            "deleted_at" if r.once(&mut seen, 3)? => deleted = r.instant()?.is_some(),
            "receipt_text" if r.once(&mut seen, 4)? => receipt_text = r.string()?.map(Into::into),
            "requirement" if r.once(&mut seen, 5)? => requirement_read = requirement(r)?,
            "reward" if r.once(&mut seen, 6)? => reward_read = reward(r)?,
            "limitation" if r.once(&mut seen, 7)? => limitation_read = limitation(r)?,
            "stacking" if r.once(&mut seen, 8)? => {
                let mut seen = 0u64;
                r.object("`stacking` is an object with `priority` and `group`", |r, name| match &**name {
                    "priority" if r.once(&mut seen, 0)? => r.whole().map(|value| priority = value),
                    "group" if r.once(&mut seen, 1)? => {
                        group = r.string()?;
                        if group.as_deref() == Some("") {
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
    let Some(range) = range else { return Ok(RuleRead { id: None, rule: None }) };
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
    let requirement = requirement_read.unwrap_or_else(|| Requirement { quantity: 1, ..Requirement::default() });
    if let Some(limitation) = &limitation_read
        && id.as_deref().is_some_and(|id| limitation.deactivated_by.iter().any(|by| **by == *id))
    {
        r.problem_below(
            "/limitation/discount_activation",
            Code::SelfActivation,
            "a rule cannot switch itself off; name another rule",
        );
    }
    let reward = reward_read.and_then(|read| check_values(r, &requirement, read));
    let text = r.text.get(range.clone()).unwrap_or("");
    let mut canonical = String::with_capacity(text.len());
    if forms.write(text, "refs", &mut canonical) == Err(Unfit::Number) {
        r.problem(Code::OutOfRange, "a number in this rule has an exponent beyond 400");
    }
    if r.problems.len() + r.untold > known {
        return Ok(RuleRead { id, rule: None });
    }
    let source = match refs {
        Some(refs) => without_member(text, refs.start - range.start, refs.end - range.start).into(),
        None => text.into(),
    };
    let rule = match (&id, reward) {
        (Some(id), Some(reward)) => Some(Rule {
            id: id.clone(),
            source,
            canonical: canonical.into(),
            priority: priority.unwrap_or(0),
            created_at,
            active,
            deleted,
            receipt_text: receipt_text.unwrap_or_default(),
            requirement,
            reward,
            limitation: limitation_read.unwrap_or_default(),
            group: group.map(Into::into),
        }),
        _ => None,
    };
    Ok(RuleRead { id, rule })
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

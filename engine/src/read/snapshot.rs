//! A snapshot: rules and the facts that belong to them, as `GET discounts/snapshot` gives them.

use super::Reader;
use crate::error::{Code, Problem};
use crate::json::Kind;

/// Where rules and facts stand in a text, and where in it their pointers begin.
#[derive(Debug)]
pub(crate) struct SnapshotParts<'a> {
    pub(crate) rules: (&'a str, &'static str),
    pub(crate) facts: Option<&'a str>,
}

/// Takes a snapshot apart; a list of rules is one without facts.
///
/// # Errors
/// What is wrong with the snapshot itself; its parts are read later.
pub(crate) fn snapshot(text: &str) -> Result<SnapshotParts<'_>, Vec<Problem>> {
    if Reader::new(text, "").cursor.peek().is_ok_and(|kind| kind == Kind::List) {
        return Ok(SnapshotParts { rules: (text, ""), facts: None });
    }
    Reader::new(text, "").finish(|r| {
        let (mut rules, mut facts, mut seen) = (None, None, 0u64);
        let range = r.object("a list of rules belongs here, or a snapshot with `rules` and `facts`", |r, name| {
            match &**name {
                "rules" if r.once(&mut seen, 0)? => rules = text.get(r.range()?),
                "facts" if r.once(&mut seen, 1)? => facts = text.get(r.range()?),
                "rules" | "facts" => {}
                _ => r.skip()?,
            }
            Ok(())
        })?;
        if range.is_some() && seen & 1 == 0 {
            r.problem_below("/rules", Code::MissingMember, "a snapshot has `rules`, a list");
        }
        Ok(rules.map(|rules| SnapshotParts { rules: (rules, "/rules"), facts }))
    })
}

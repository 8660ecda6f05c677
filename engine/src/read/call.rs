//! A Call (§22): where its parts stand, and its options.

use super::{Read, Reader};
use crate::call::RecalculateOptions;
use crate::error::{Code, Problem};

/// The parts of a Call as JSON texts.
#[derive(Debug)]
pub(crate) struct CallParts<'a> {
    pub(crate) rules: &'a str,
    pub(crate) receipt: &'a str,
    pub(crate) facts: Option<&'a str>,
    pub(crate) options: RecalculateOptions,
}

/// Takes a Call apart.
///
/// # Errors
/// What is wrong with the Call itself; its parts are read later.
pub(crate) fn call(text: &str) -> Result<CallParts<'_>, Vec<Problem>> {
    Reader::new(text, "").finish(|r| {
        let (mut rules, mut receipt, mut facts) = (None, None, None);
        let mut options = RecalculateOptions::default();
        let mut seen = 0u64;
        let part = |r: &mut Reader<'_>| r.range().map(|range| text.get(range));
        let range = r.object("a Call is an object with `rules` and `receipt`", |r, name| {
            match &**name {
                "rules" if r.once(&mut seen, 0)? => rules = part(r)?,
                "receipt" if r.once(&mut seen, 1)? => receipt = part(r)?,
                "facts" if r.once(&mut seen, 2)? => facts = part(r)?,
                "options" if r.once(&mut seen, 3)? => read_options(r, &mut options)?,
                "rules" | "receipt" | "facts" | "options" => {}
                _ => r.skip()?,
            }
            Ok(())
        })?;
        if range.is_none() {
            return Ok(None);
        }
        for (bit, name) in [(0, "/rules"), (1, "/receipt")] {
            if seen & 1 << bit == 0 {
                r.problem_below(name, Code::MissingMember, "a Call needs `rules` (a list) and a `receipt`");
            }
        }
        Ok(rules.zip(receipt).map(|(rules, receipt)| CallParts { rules, receipt, facts, options }))
    })
}

/// Reads the options of a Call, which stand alone here.
///
/// # Errors
/// Every problem of theirs, with pointers as in a Call.
pub(crate) fn options(text: &str) -> Result<RecalculateOptions, Vec<Problem>> {
    Reader::new(text, "/options").finish(|r| {
        let mut options = RecalculateOptions::default();
        read_options(r, &mut options)?;
        Ok(Some(options))
    })
}

fn read_options(r: &mut Reader<'_>, options: &mut RecalculateOptions) -> Read<()> {
    let mut seen = 0u64;
    r.object("`options` is an object", |r, name| {
        match &**name {
            "explain" if r.once(&mut seen, 0)? => options.evaluate.explain = r.bool()?.unwrap_or(false),
            "steps" if r.once(&mut seen, 1)? => {
                options.evaluate.steps = r.count()?.map(i64::unsigned_abs);
            }
            "amounts" if r.once(&mut seen, 2)? => {
                let text = r.string()?;
                options.amounts = text.as_deref() == Some("recalculated");
                if text.is_some() && !options.amounts {
                    r.problem(Code::UnknownValue, "only `recalculated` can stand here");
                }
            }
            "explain" | "steps" | "amounts" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    Ok(())
}

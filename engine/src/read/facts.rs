//! Facts: refs with their statistics, stored customer members (§1.3).

use rustc_hash::FxHashSet;

use super::{Read, Reader};
use crate::error::{Code, Problem};
use crate::facts::{Facts, Ref, Statistics};

/// Reads facts.
///
/// # Errors
/// Every problem, duplicate ref ids included.
pub(crate) fn facts<'a>(text: &'a str, base: &'a str) -> Result<Facts<'a>, Vec<Problem>> {
    Reader::new(text, base).finish(|r| {
        let mut facts = Facts::default();
        let mut seen = 0u64;
        let range = r.object("`facts` is an object with `refs` and `customer`", |r, name| {
            match &**name {
                "refs" if r.once(&mut seen, 0)? => {
                    let mut refs: Vec<Ref<'a>> = Vec::new();
                    let mut ids = FxHashSet::default();
                    let list = r.list("`refs` is a list of objects with `id` and `rule_id`", |r, _| {
                        let Some(held) = one(r)? else { return Ok(()) };
                        if !ids.insert(held.id.clone()) {
                            r.problem_below("/id", Code::DuplicateId, format!("another ref has the id `{}` already", held.id));
                        }
                        refs.push(held);
                        Ok(())
                    })?;
                    facts.refs = list.then_some(refs);
                }
                "customer" if r.once(&mut seen, 1)? => facts.customer = r.object_value("`customer` is an object")?,
                "refs" | "customer" => {}
                _ => r.skip()?,
            }
            Ok(())
        })?;
        Ok(range.map(|_| facts))
    })
}

fn one<'a>(r: &mut Reader<'a>) -> Read<Option<Ref<'a>>> {
    let mut held = Ref::default();
    // Statistics stand beside the id or in an object of their own, which then counts.
    let (mut beside, mut nested) = (Statistics::default(), None);
    let (mut seen, mut seen_beside) = (0u64, 0u64);
    let range = r.object("a ref is an object with `id` and `rule_id`", |r, name| {
        match &**name {
            "id" if r.once(&mut seen, 0)? => held.id = r.string()?.unwrap_or_default(),
            "rule_id" if r.once(&mut seen, 1)? => held.rule_id = r.string()?.unwrap_or_default(),
            "given_at" if r.once(&mut seen, 2)? => held.given_at = r.instant()?,
            "deleted_at" if r.once(&mut seen, 3)? => held.deleted = r.instant()?.is_some(),
            "statistics" if r.once(&mut seen, 4)? => {
                let (mut own, mut seen) = (Statistics::default(), 0u64);
                let read = r.object("`statistics` is an object", |r, name| statistic(r, name, &mut own, &mut seen))?;
                nested = read.map(|_| (own, seen));
            }
            "id" | "rule_id" | "given_at" | "deleted_at" | "statistics" => {}
            _ => statistic(r, name, &mut beside, &mut seen_beside)?,
        }
        Ok(())
    })?;
    if range.is_none() {
        return Ok(None);
    }
    for (bit, name) in [(0, "/id"), (1, "/rule_id")] {
        if seen & 1 << bit == 0 {
            r.problem_below(name, Code::MissingMember, "a ref has an id and names its rule");
        }
    }
    held.statistics = beside;
    if let Some((own, seen)) = nested {
        for (bit, (to, from)) in held.statistics.counts_mut().into_iter().zip(own.counts()).enumerate() {
            if seen & 1 << bit != 0 {
                *to = from;
            }
        }
        if own.debit_balance.is_some() {
            held.statistics.debit_balance = own.debit_balance;
        }
    }
    Ok(Some(held))
}

fn statistic(r: &mut Reader<'_>, name: &str, out: &mut Statistics, seen: &mut u64) -> Read<()> {
    const NAMES: [&str; 6] = ["usage", "amount", "bonus", "stamp", "current_stamp", "debit_balance"];
    let Some(at) = (0u32..).zip(NAMES).find(|(_, known)| *known == name).map(|(at, _)| at) else { return r.skip() };
    if !r.once(seen, at)? {
        return Ok(());
    }
    let count = r.count()?;
    if name == "debit_balance" {
        out.debit_balance = count;
    } else if let Some(to) = out.counts_mut().into_iter().nth(at as usize) {
        *to = count.unwrap_or(0);
    }
    Ok(())
}

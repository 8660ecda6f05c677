//! `requirement`: what must hold (§5, §6).

use super::{Read, Reader};
use crate::error::Code;
use crate::json::Kind;
use crate::rule::{Currencies, DiscountCode, Entry, Items, Mcc, Mix, Requirement, normalise_code};
use crate::value::{Need, Value};

/// As many mixes as a set of mixes has room for.
const MOST_MIXES: usize = 32;

/// Reads a requirement into one that asks for nothing.
pub(super) fn requirement(r: &mut Reader<'_>, out: &mut Requirement) -> Read<()> {
    let mut seen = 0u64;
    r.object("`requirement` is an object", |r, name| {
        match &**name {
            "purchase_from" if r.once(&mut seen, 0)? => out.purchase_from = r.instant()?,
            "purchase_to" if r.once(&mut seen, 1)? => out.purchase_to = r.instant()?,
            "gross_amount" if r.once(&mut seen, 2)? => out.gross_amount = r.count()?.unwrap_or(0),
            "net_amount" if r.once(&mut seen, 3)? => out.net_amount = r.count()?.unwrap_or(0),
            "currencies" if r.once(&mut seen, 4)? => out.currencies = currencies(r)?.map(Into::into),
            "discount_code" if r.once(&mut seen, 5)? => {
                if let Some(code) = r.string()? {
                    let normalised = normalise_code(&code);
                    if normalised.is_empty() {
                        r.problem(
                            Code::EmptyCode,
                            "a code needs at least one character; leave `discount_code` out if none is asked for",
                        );
                    }
                    let code = DiscountCode { normalised: normalised.into(), exact: code.into() };
                    out.discount_code = Some(code.into());
                }
            }
            "store" if r.once(&mut seen, 6)? => store(r, out)?,
            "store_ids" if r.once(&mut seen, 7)? => {
                let mut ids: Vec<Box<str>> = Vec::new();
                r.list("`store_ids` is a list of store ids", |r, _| {
                    ids.extend(r.string()?.map(Into::into));
                    Ok(())
                })?;
                if !ids.is_empty() && ids.iter().all(|id| **id != *"*") {
                    out.store.push(("id".into(), Need::Any(ids.into_iter().map(Need::Text).collect())));
                }
            }
            "customer" if r.once(&mut seen, 8)? => {
                if let Value::Object(members) = r.object_value("`customer` is an object")? {
                    let members =
                        members.into_iter().filter_map(|(name, value)| need(&name, &value).map(|need| (name.into(), need)));
                    out.customer = members.collect();
                }
            }
            "item" if r.once(&mut seen, 9)? => item(r, out)?,
            "stamp" if r.once(&mut seen, 10)? => {
                out.stamp = r.whole()?;
                if out.stamp.is_some_and(|stamp| stamp < 1) {
                    r.problem(
                        Code::StampBelowOne,
                        "a stamp card needs at least one stamp; leave `stamp` out if there is no card",
                    );
                }
            }
            "purchase_from" | "purchase_to" | "gross_amount" | "net_amount" | "currencies" | "discount_code" | "store"
            | "store_ids" | "customer" | "item" | "stamp" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    if out.purchase_from.zip(out.purchase_to).is_some_and(|(from, to)| to <= from) {
        r.problem_below(
            "/purchase_to",
            Code::EmptyWindow,
            "`purchase_to` must be later than `purchase_from`, or the rule never applies",
        );
    }
    Ok(())
}

fn item(r: &mut Reader<'_>, out: &mut Requirement) -> Read<()> {
    let mut seen = 0u64;
    r.object("`item` is an object", |r, name| {
        match &**name {
            "quantity" if r.once(&mut seen, 0)? => out.quantity = r.count()?.unwrap_or(0).max(1),
            "items" if r.once(&mut seen, 1)? => out.items = items(r)?,
            "mixes" if r.once(&mut seen, 2)? => out.mixes = mixes(r)?,
            "quantity" | "items" | "mixes" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    Ok(())
}

fn items(r: &mut Reader<'_>) -> Read<Items> {
    let entries = entries(r, "`items` is a list of objects with `id`, `group_id` or both")?;
    let special = |entry: &Entry| entry.group_id.is_none() && matches!(entry.id.as_deref(), Some("*" | "ANY_ITEM"));
    Ok(match &*entries {
        [] => Items::Every,
        [entry] if special(entry) => {
            if entry.id.as_deref() == Some("*") {
                Items::Every
            } else {
                Items::AnyItem
            }
        }
        _ => {
            if entries.iter().any(|entry| matches!(entry.id.as_deref(), Some("*" | "ANY_ITEM"))) {
                r.problem(Code::WildcardNotAlone, "`*` and `ANY_ITEM` stand alone; leave out the other entries, or this one");
            }
            Items::Listed(entries)
        }
    })
}

/// A list of item entries; empty ones are told.
pub(super) fn entries(r: &mut Reader<'_>, wanted: &'static str) -> Read<Box<[Entry]>> {
    let mut entries = Vec::new();
    r.list(wanted, |r, _| {
        let (mut id, mut group_id, mut seen) = (None, None, 0u64);
        let read = r.object("an entry is an object with `id`, `group_id` or both", |r, name| match &**name {
            "id" if r.once(&mut seen, 0)? => r.string().map(|text| id = text),
            "group_id" if r.once(&mut seen, 1)? => r.string().map(|text| group_id = text),
            "id" | "group_id" => Ok(()),
            _ => r.skip(),
        })?;
        let id = id.filter(|text| !text.is_empty());
        let group_id = group_id.filter(|text| !text.is_empty());
        if read.is_some() && id.is_none() && group_id.is_none() {
            r.problem(
                Code::EmptyEntry,
                "an entry names an item (`id`), a group (`group_id`) or both; to match everything write `{\"id\": \"*\"}` alone",
            );
        }
        if id.is_some() || group_id.is_some() {
            if entries.is_empty() {
                entries.reserve_exact(1); // most lists have one entry, and a Plan has many lists
            }
            entries.push(Entry { id: id.map(Into::into), group_id: group_id.map(Into::into) });
        }
        Ok(())
    })?;
    Ok(entries.into())
}

fn mixes(r: &mut Reader<'_>) -> Read<Box<[Mix]>> {
    let (mut mixes, mut count) = (Vec::new(), 0);
    r.list("`mixes` is a list", |r, _| {
        if r.peek()? == Kind::Null {
            return r.skip();
        }
        count += 1;
        let known = r.problems.len();
        let (mut quantity, mut seen) = (None, 0u64);
        let mut mix = Mix { items: Box::default(), quantity: 1, reward_eligible: true };
        let read = r.object("a mix is an object with `items`, `quantity` and `reward_eligible`", |r, name| {
            match &**name {
                "items" if r.once(&mut seen, 0)? => {
                    mix.items = entries(r, "`items` is a list of objects with `id`, `group_id` or both")?
                }
                "quantity" if r.once(&mut seen, 1)? => quantity = r.whole()?,
                "reward_eligible" if r.once(&mut seen, 2)? => mix.reward_eligible = r.bool()?.unwrap_or(true),
                "items" | "quantity" | "reward_eligible" => {}
                _ => r.skip()?,
            }
            Ok(())
        })?;
        if read.is_none() {
            return Ok(());
        }
        if mix
            .items
            .iter()
            .any(|entry| matches!(entry.id.as_deref(), Some("*" | "ANY_ITEM")) || entry.group_id.as_deref() == Some("*"))
        {
            r.problem_below("/items", Code::WildcardInMix, "a mix lists its items or groups one by one; `*` cannot stand here");
        }
        if mix.items.is_empty() && r.problems.len() == known {
            r.problem_below("/items", Code::MixWithoutItems, "this mix can never be filled: list at least one item or group");
        }
        match quantity {
            Some(quantity) if quantity < 1 => r.problem_below("/quantity", Code::MixQuantity, "a mix needs at least one unit"),
            Some(quantity) => mix.quantity = quantity,
            None if seen & 2 == 0 => r.problem_below("/quantity", Code::MissingMember, "a mix says how many units it needs"),
            None => {}
        }
        mixes.push(mix);
        Ok(())
    })?;
    if count > MOST_MIXES {
        r.problem(Code::TooManyMixes, format!("a rule has at most {MOST_MIXES} mixes; this one has {count}"));
    }
    if count > 0 && mixes.iter().all(|mix: &Mix| !mix.reward_eligible) {
        r.problem(Code::NoEligibleMix, "no mix takes part in the reward: set `reward_eligible` to true on at least one");
    }
    Ok(mixes.into())
}

/// A currency code: three capital letters.
fn currency(r: &mut Reader<'_>) -> Read<Option<Box<str>>> {
    let Some(code) = r.string()? else { return Ok(None) };
    if code.len() != 3 || !code.bytes().all(|letter| letter.is_ascii_uppercase()) {
        r.problem(Code::BadCurrency, "a currency is three capital letters, as `NOK` (ISO 4217)");
    }
    Ok(Some(code.into()))
}

fn currencies(r: &mut Reader<'_>) -> Read<Option<Currencies>> {
    let mut out = Currencies { listed: Vec::new(), anything_but: Vec::new() };
    r.list("`currencies` is a list of codes, or `[{\"anything-but\": [\"NOK\"]}]`", |r, _| {
        if r.peek()? != Kind::Object {
            out.listed.extend(currency(r)?);
            return Ok(());
        }
        r.object("", |r, name| {
            if name != "anything-but" {
                r.problem(Code::UnknownValue, "only `anything-but` can stand here");
                return r.skip();
            }
            let mut but = Vec::new();
            if r.peek()? == Kind::String {
                but.extend(currency(r)?);
            } else {
                r.list("`anything-but` is a list of currencies", |r, _| {
                    but.extend(currency(r)?);
                    Ok(())
                })?;
            }
            out.anything_but.push(but);
            Ok(())
        })?;
        Ok(())
    })?;
    Ok((!out.listed.is_empty() || !out.anything_but.is_empty()).then_some(out))
}

/// What a free-form member asks of its value: a list is any-of, an object all-of, anything else
/// itself. `None`: nothing (§1.6).
fn need(name: &str, wanted: &Value<'_>) -> Option<Need> {
    match wanted {
        Value::Absent => None,
        Value::List(elements) => {
            let there = elements.iter().filter(|element| !element.is_absent());
            // One element that asks for nothing is met by anything.
            let any: Vec<_> = there.map(|element| need(name, element)).collect::<Option<_>>()?;
            (!any.is_empty()).then_some(Need::Any(any))
        }
        Value::Object(members) => {
            let all: Vec<_> = members.iter().filter_map(|(name, value)| Some((Box::from(&**name), need(name, value)?))).collect();
            (!all.is_empty()).then_some(Need::All(all))
        }
        _ => wanted.as_text().map(|text| if name == "email" { Need::TextAnyCase(text.into()) } else { Need::Text(text.into()) }),
    }
}

fn store(r: &mut Reader<'_>, out: &mut Requirement) -> Read<()> {
    let Value::Object(members) = r.object_value("`store` is an object")? else { return Ok(()) };
    let mut mcc = Mcc::default();
    for (name, value) in members {
        match &*name {
            "mcc" => {
                let codes = if let Value::List(codes) = &value { codes.as_slice() } else { std::slice::from_ref(&value) };
                mcc.codes.extend(codes.iter().filter_map(|code| code.as_text().map(Into::into)));
            }
            "mcc_ranges" => {
                let ranges = if let Value::List(ranges) = &value { ranges.as_slice() } else { std::slice::from_ref(&value) };
                for (at, range) in ranges.iter().enumerate() {
                    let end = |name: &str| {
                        range.member(name).as_text().filter(|code| code.len() <= 4).and_then(|code| code.parse::<u32>().ok())
                    };
                    match end("start").zip(end("end")) {
                        Some((from, to)) if from <= to => mcc.ranges.push((from, to)),
                        _ => r.problem_below(
                            &format!("/mcc_ranges/{at}"),
                            Code::BadMccRange,
                            "a range is `start` and `end`, each a code of four digits, `start` not after `end`",
                        ),
                    }
                }
            }
            _ => out.store.extend(need(&name, &value).map(|need| (name.into(), need))),
        }
    }
    if !mcc.codes.is_empty() || !mcc.ranges.is_empty() {
        out.mcc = Some(mcc.into());
    }
    Ok(())
}

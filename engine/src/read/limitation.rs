//! `limitation`: how often, when, with what (§5.6 to §5.8, §11, §20).

use super::requirement::entries;
use super::{Read, Reader};
use crate::error::Code;
use crate::rule::{Eligible, Limitation};
use crate::time::{Hours, Period};
use crate::zone::Zone;

/// Reads a limitation into one without limits.
pub(super) fn limitation(r: &mut Reader<'_>, out: &mut Limitation) -> Read<()> {
    let mut seen = 0u64;
    r.object("`limitation` is an object", |r, name| {
        match &**name {
            "discount_hours" if r.once(&mut seen, 0)? => out.hours = hours(r)?.map(Into::into),
            "discount_reward_usage" if r.once(&mut seen, 1)? => out.reward_usage = usage(r)?,
            "discount_repeat_usage" if r.once(&mut seen, 2)? => out.repeat_usage = usage(r)?,
            "discount_combination" if r.once(&mut seen, 3)? => match r.whole()? {
                Some(0) => out.alone = true,
                Some(-1) | None => {}
                Some(_) => r.problem(Code::UnknownValue, "write -1 (combines with everything) or 0 (with no other discount)"),
            },
            "discount_eligible" if r.once(&mut seen, 4)? => {
                let wanted = "write item_eligible_for_discount, item_eligible_for_discount_no_discount or receipt_no_discount";
                out.eligible = r.word(Eligible::named, wanted)?.unwrap_or_default();
            }
            "blacklist" if r.once(&mut seen, 5)? => {
                out.blacklist = entries(r, "`blacklist` is a list of objects with `id`, `group_id` or both")?;
            }
            "discount_activation" if r.once(&mut seen, 6)? => out.deactivated_by = activation(r)?,
            "dynamic_purchase_to_days" if r.once(&mut seen, 7)? => out.dynamic_days = r.count()?,
            "stamp_expire_days" if r.once(&mut seen, 8)? => drop(usage(r)?), // the store leaves lapsed stamps out (§1.3)
            "max_discount_amount" if r.once(&mut seen, 9)? => out.max_discount_amount = r.count()?,
            // The store counts them (§20).
            "budget_amount" if r.once(&mut seen, 10)? => drop(usage(r)?),
            "budget_usage" if r.once(&mut seen, 11)? => drop(usage(r)?),
            "discount_hours"
            | "discount_reward_usage"
            | "discount_repeat_usage"
            | "discount_combination"
            | "discount_eligible"
            | "blacklist"
            | "discount_activation"
            | "dynamic_purchase_to_days"
            | "stamp_expire_days"
            | "max_discount_amount"
            | "budget_amount"
            | "budget_usage" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    Ok(())
}

/// A count; a negative one is no limit (§4.2, §6.3).
fn usage(r: &mut Reader<'_>) -> Read<Option<i64>> {
    Ok(r.whole()?.filter(|value| *value >= 0))
}

fn activation(r: &mut Reader<'_>) -> Read<Box<[Box<str>]>> {
    let mut deactivated_by: Vec<Box<str>> = Vec::new();
    r.list("`discount_activation` is a list", |r, _| {
        let (mut by, mut seen) = (None, 0u64);
        let read = r.object("an entry is an object with `type` and `value`", |r, name| {
            match &**name {
                "type" if r.once(&mut seen, 0)? => {
                    if r.string()?.is_some_and(|text| text != "deactivate_if_discount_active") {
                        r.problem(Code::UnknownValue, "only `deactivate_if_discount_active` can stand here");
                    }
                }
                "value" if r.once(&mut seen, 1)? => by = r.string()?,
                "type" | "value" => {}
                _ => r.skip()?,
            }
            Ok(())
        })?;
        if read.is_some() && seen != 3 {
            r.problem(Code::MissingMember, "`type` and `value` (the other rule's id) are both needed");
        }
        deactivated_by.extend(by.map(Into::into));
        Ok(())
    })?;
    Ok(deactivated_by.into())
}

fn hours(r: &mut Reader<'_>) -> Read<Option<Hours>> {
    let (mut zone, mut periods) = (None, Vec::new());
    let mut seen = 0u64;
    r.object("`discount_hours` is an object with `hours`", |r, name| {
        match &**name {
            "timezone" if r.once(&mut seen, 0)? => {
                if let Some(name) = r.string()? {
                    zone = Zone::named(&name);
                    if zone.is_none() {
                        r.problem(Code::BadZone, "there is no such time zone; write it as `Europe/Oslo` (IANA)");
                    }
                }
            }
            "hours" if r.once(&mut seen, 1)? => {
                r.list("`hours` is a list of objects with `day`, `start` and `end`", |r, _| {
                    periods.extend(period(r)?);
                    Ok(())
                })?;
            }
            "timezone" | "hours" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    Ok((!periods.is_empty()).then(|| Hours { zone: zone.unwrap_or_else(Zone::oslo), periods }))
}

fn period(r: &mut Reader<'_>) -> Read<Option<Period>> {
    let (mut day, mut start, mut end, mut seen) = (None, None, None, 0u64);
    let read = r.object("a period is an object with `day`, `start` and `end`", |r, name| {
        match &**name {
            "day" if r.once(&mut seen, 0)? => {
                if let Some(text) = r.string()? {
                    day = (0u32..).zip(Hours::DAYS).find(|(_, day)| **day == *text).map(|(at, _)| at);
                    if day.is_none() {
                        r.problem(Code::UnknownValue, "a day is mon, tue, wed, thu, fri, sat or sun");
                    }
                }
            }
            "start" if r.once(&mut seen, 1)? => start = minute(r)?,
            "end" if r.once(&mut seen, 2)? => end = minute(r)?,
            "day" | "start" | "end" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    if read.is_some() && seen != 7 {
        r.problem(Code::MissingMember, "a period needs `day`, `start` and `end`");
    }
    Ok(day.zip(start).zip(end).map(|((day, start), end)| Period::new(day, start, end)))
}

/// A time of day, `H:MM` or `HH:MM`, as minutes since midnight.
fn minute(r: &mut Reader<'_>) -> Read<Option<u32>> {
    let Some(text) = r.string()? else { return Ok(None) };
    let digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    let minute = text
        .split_once(':')
        .filter(|(hour, minute)| matches!(hour.len(), 1 | 2) && minute.len() == 2)
        .and_then(|(hour, minute)| digits(hour).zip(digits(minute)))
        .filter(|(hour, minute)| *hour < 24 && *minute < 60)
        .map(|(hour, minute)| hour * 60 + minute);
    if minute.is_none() {
        r.problem(Code::BadTime, "a time of day is `HH:MM`, from 00:00 to 23:59; midnight as an end is 00:00");
    }
    Ok(minute)
}

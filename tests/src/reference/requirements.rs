//! §5: everything a rule asks for, judged on the receipt as sent.

use chrono::{Datelike, Timelike};
use chrono_tz::Tz;
use serde_json::Value;

use super::explain::Reason;
use super::input::{Call, Eligible, Rule, at, get, list, text, whole};
use super::lines::Line;
use super::matching;
use super::number::{Money, number, plain};
use super::refs;

/// What the rule's requirement and limitation say against it on this receipt, §5 and §6, its own
/// activation list apart.
pub(crate) fn against(call: &Call, lines: &[Line], rule: &Rule) -> Vec<Reason> {
    let nothing = Value::Null;
    let requirement = get(&rule.json, "requirement").unwrap_or(&nothing);
    let mut reasons = Vec::new();
    if !in_hours(call, rule) {
        reasons.push(Reason::plain("outside_hours"));
    }
    if !currency_is_accepted(call, requirement) {
        reasons.push(Reason::plain("currency"));
    }
    if !code_is_there(call, lines, requirement) {
        reasons.push(Reason::plain("code_missing"));
    }
    reasons.extend(store(call, requirement));
    reasons.extend(customer(call, requirement));
    reasons.extend(amounts(lines, requirement));
    // §5.7.
    if rule.eligible == Eligible::ReceiptNoDiscount && lines.iter().any(|l| l.counts && l.existing > 0) {
        reasons.push(Reason::plain("existing_discount"));
    }
    reasons.extend(matching::against(lines, rule));
    reasons
}

/// §5.8: the first rule on the activation list that switches this one off.
pub(crate) fn deactivated(call: &Call, lines: &[Line], rule: &Rule) -> bool {
    call.rules.iter().filter(|other| rule.deactivated_by.contains(&other.id)).any(|other| {
        refs::liveness(other, call.at).is_empty()
            && !refs::available(call, other).0.is_empty()
            && against(call, lines, other).is_empty()
    })
}

/// §5.1.
fn amounts(lines: &[Line], requirement: &Value) -> Vec<Reason> {
    let sum = |of: &dyn Fn(&Line) -> Money| -> Money {
        let counting: Money = lines.iter().filter(|l| l.counts).map(of).sum();
        counting
    };
    let returned = |l: &&Line| l.is_return && !l.voided;
    let gross = sum(&|l| l.gross) - lines.iter().filter(returned).map(|l| l.gross.abs()).sum::<Money>();
    let net = sum(&Line::net) - lines.iter().filter(returned).map(|l| l.gross.abs() - l.existing).sum::<Money>();
    let mut reasons = Vec::new();
    for (member, code, have) in [("gross_amount", "gross_below", gross), ("net_amount", "net_below", net)] {
        let need = whole(requirement, member).ok().flatten().unwrap_or(0);
        if need > 0 && have < need {
            reasons.push(Reason::short(code, have, need));
        }
    }
    reasons
}

/// §5.2.
fn currency_is_accepted(call: &Call, requirement: &Value) -> bool {
    let accepted = list(requirement, "currencies");
    if accepted.is_empty() {
        return true;
    }
    let Some(currency) = text(&call.receipt, "currency") else { return false };
    accepted.iter().any(|entry| match entry {
        Value::String(listed) => *listed == currency,
        other => {
            get(other, "anything-but").is_some()
                && !list(other, "anything-but").iter().any(|banned| banned.as_str() == Some(&currency))
        }
    })
}

/// §5.3.
fn code_is_there(call: &Call, lines: &[Line], requirement: &Value) -> bool {
    let Some(wanted) = text(requirement, "discount_code") else { return true };
    let normalised = |code: &str| code.trim().to_lowercase();
    let typed: Vec<&str> = match get(&call.receipt, "discount_code") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    typed.iter().any(|code| normalised(code) == normalised(&wanted))
        || lines.iter().any(|l| !l.voided && !l.is_return && l.id.as_deref() == Some(&wanted))
}

/// §5.4.
fn store(call: &Call, requirement: &Value) -> Vec<Reason> {
    let nothing = Value::Null;
    let store = get(&call.receipt, "store").unwrap_or(&nothing);
    let mut reasons = Vec::new();
    let ids = list(requirement, "store_ids");
    if !ids.is_empty() && !ids.iter().any(|id| id.as_str() == Some("*")) && !any_of(ids, get(store, "id"), false) {
        reasons.push(Reason::member("store", "id"));
    }
    let Some(needs) = get(requirement, "store").and_then(Value::as_object) else { return reasons };
    for (member, need) in needs {
        if member == "mcc" || member == "mcc_ranges" || asks_nothing(need) {
            continue;
        }
        if !meets(need, get(store, member), member == "email") {
            reasons.push(Reason::member("store", member));
        }
    }
    let nothing = Value::Null;
    let needs = get(requirement, "store").unwrap_or(&nothing);
    let (codes, ranges) = (list(needs, "mcc"), list(needs, "mcc_ranges"));
    if !(codes.is_empty() && ranges.is_empty()) {
        let number_of = |v: &Value| scalar(v).and_then(|t| t.parse::<u64>().ok());
        let in_range = get(store, "mcc").and_then(number_of).is_some_and(|mcc| {
            ranges.iter().any(|r| {
                get(r, "start").and_then(number_of).is_some_and(|start| start <= mcc)
                    && get(r, "end").and_then(number_of).is_some_and(|end| mcc <= end)
            })
        });
        if !any_of(codes, get(store, "mcc"), false) && !in_range {
            reasons.push(Reason::member("store", "mcc"));
        }
    }
    reasons
}

/// §5.5.
fn customer(call: &Call, requirement: &Value) -> Vec<Reason> {
    let needs = get(requirement, "customer").and_then(Value::as_object);
    needs
        .into_iter()
        .flatten()
        .filter(|(member, need)| !asks_nothing(need) && !meets(need, get(&call.customer, member), *member == "email"))
        .map(|(member, _)| Reason::member("customer", member))
        .collect()
}

/// §1.6: null, an empty list and an empty object are no requirement; nor is an object or a list
/// of nothing but those.
fn asks_nothing(need: &Value) -> bool {
    match need {
        Value::Null => true,
        Value::Array(needs) => needs.iter().all(asks_nothing),
        Value::Object(members) => members.values().all(asks_nothing),
        _ => false,
    }
}

/// Lists are any-of, objects all-of; a list-valued member matches with any element (§5.4, §5.5).
fn meets(need: &Value, found: Option<&Value>, any_case: bool) -> bool {
    if asks_nothing(need) {
        return true;
    }
    let Some(found) = found else { return false };
    if let Value::Array(elements) = found {
        return elements.iter().any(|element| meets(need, Some(element), any_case));
    }
    match need {
        Value::Array(needs) => any_of(needs, Some(found), any_case),
        Value::Object(members) => {
            found.is_object() && members.iter().all(|(name, need)| meets(need, get(found, name), any_case || name == "email"))
        }
        wanted => match (scalar(wanted), scalar(found)) {
            (Some(a), Some(b)) if any_case => a.to_lowercase() == b.to_lowercase(),
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
    }
}

fn any_of(needs: &[Value], found: Option<&Value>, any_case: bool) -> bool {
    found.is_some() && needs.iter().any(|need| !need.is_null() && meets(need, found, any_case))
}

/// Booleans and numbers as text (§5.5).
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Bool(b) => Some(b.to_string()),
        Value::Number(_) => number(value).map(|n| plain(&n)),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// §5.6.
fn in_hours(call: &Call, rule: &Rule) -> bool {
    let Some(hours) = at(&rule.json, &["limitation", "discount_hours"]) else { return true };
    let periods = list(hours, "hours");
    if periods.is_empty() {
        return true;
    }
    let zone: Tz = text(hours, "timezone").unwrap_or_else(|| "Europe/Oslo".to_owned()).parse().unwrap_or(chrono_tz::UTC);
    let local = call.at.with_timezone(&zone);
    let now = i64::from(local.hour() * 60 + local.minute());
    let today = i64::from(local.weekday().num_days_from_monday());
    periods.iter().any(|period| {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let Some(day) = text(period, "day").and_then(|d| days.iter().position(|&name| name == d)) else { return false };
        let (Some(start), Some(end)) = (minute(period, "start"), minute(period, "end")) else { return false };
        let day = i64::try_from(day).unwrap_or(0);
        if start < end {
            day == today && start <= now && now < end
        } else {
            (day == today && start <= now) || ((day + 1) % 7 == today && now < end)
        }
    })
}

fn minute(period: &Value, name: &str) -> Option<i64> {
    let written = text(period, name)?;
    let (hour, minute) = written.split_once(':')?;
    Some(hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?)
}

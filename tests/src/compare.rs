//! Is the engine's Answer one of the right ones, and if not, what is the smallest Call that shows
//! it?

use serde_json::{Map, Value};

use crate::reference::{number, plain};

/// Holds when the engine's Answer equals one of the reference's: totals, what was applied, and the
/// answered receipt. Otherwise says where the closest one differs.
pub fn agrees(call: &Value, engine_answer: &Value, reference: &[Value]) -> Result<(), String> {
    let mut closest: Option<Vec<String>> = None;
    for right in reference {
        let differences = differences(engine_answer, right);
        if differences.is_empty() {
            return Ok(());
        }
        if closest.as_ref().is_none_or(|c| differences.len() < c.len()) {
            closest = Some(differences);
        }
    }
    let closest = closest.unwrap_or_else(|| vec!["the reference has no answer".to_owned()]);
    let shown = closest.iter().take(12).map(|d| format!("  {d}\n")).collect::<String>();
    let call = serde_json::to_string(call).unwrap_or_default();
    Err(format!("{} differences (of {} right answers the closest):\n{shown}call: {call}", closest.len(), reference.len()))
}

/// The parts of an Answer that are compared.
fn judged(answer: &Value) -> Value {
    if answer["ok"] != Value::Bool(true) {
        return Value::String("refused".to_owned());
    }
    let mut judged = Map::new();
    judged.insert("totals".to_owned(), answer["outcome"]["totals"].clone());
    judged.insert("applied".to_owned(), answer["outcome"]["applied"].clone());
    judged.insert("receipt".to_owned(), answer["receipt"].clone());
    Value::Object(judged)
}

/// Where two Answers differ, as `place: engine's | reference's`.
pub fn differences(engine: &Value, reference: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", &judged(engine), &judged(reference), &mut found);
    found
}

fn compare(place: &str, a: &Value, b: &Value, found: &mut Vec<String>) {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let member = |of: &Map<String, Value>| of.get(name).cloned().unwrap_or(Value::Null);
                compare(&format!("{place}/{name}"), &member(left), &member(right), found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (i, (a, b)) in left.iter().zip(right).enumerate() {
                compare(&format!("{place}/{i}"), a, b, found);
            }
        }
        (Value::Number(_), Value::Number(_)) if number(a) == number(b) => {}
        _ if a == b => {}
        // A list that is empty after §16.6 may stand or go.
        _ if place.ends_with("_lines") && [a, b].iter().all(|v| v.is_null() || v.as_array().is_some_and(Vec::is_empty)) => {}
        _ => found.push(format!("{}: {} | {}", if place.is_empty() { "/" } else { place }, short(a), short(b))),
    }
}

fn short(value: &Value) -> String {
    let text = number(value).map_or_else(|| value.to_string(), |n| plain(&n));
    if text.chars().count() > 300 { text.chars().take(300).chain("…".chars()).collect() } else { text }
}

/// The smallest Call found by leaving things out for which `fails` still holds.
pub fn shrink(call: Value, fails: impl Fn(&Value) -> bool) -> Value {
    let mut call = call;
    loop {
        let smaller = candidates(&call).into_iter().find(|candidate| fails(candidate));
        match smaller {
            Some(smaller) => call = smaller,
            None => return call,
        }
    }
}

/// Every Call with one thing less: elements of lists and members of objects, large ones first;
/// then smaller quantities.
fn candidates(call: &Value) -> Vec<Value> {
    let mut paths = Vec::new();
    removable("", call, &mut paths);
    paths.sort_by_key(|path| path.matches('/').count());
    let mut candidates: Vec<Value> = paths.iter().filter_map(|path| without(call, path)).collect();
    let lines = call["receipt"]["items"].as_array().map_or(0, Vec::len);
    for i in 0..lines {
        let quantity = call["receipt"]["items"][i]["quantity"].as_i64().unwrap_or(0);
        let gross = call["receipt"]["items"][i]["gross_amount"].as_i64().unwrap_or(0);
        if quantity > 1 {
            let mut smaller = call.clone();
            smaller["receipt"]["items"][i]["quantity"] = Value::from(quantity - 1);
            candidates.push(smaller.clone());
            if gross % quantity == 0 {
                smaller["receipt"]["items"][i]["gross_amount"] = Value::from(gross / quantity * (quantity - 1));
                candidates.push(smaller);
            }
        }
        for rounder in [100, 10] {
            if gross > rounder && gross % rounder != 0 {
                let mut rounded = call.clone();
                rounded["receipt"]["items"][i]["gross_amount"] = Value::from(gross - gross % rounder);
                candidates.push(rounded);
            }
        }
    }
    candidates
}

fn removable(place: &str, value: &Value, paths: &mut Vec<String>) {
    let mut visit = |name: String, child: &Value| {
        let path = format!("{place}/{name}");
        if !["/rules", "/receipt", "/receipt/purchase_at"].contains(&path.as_str()) {
            paths.push(path.clone());
        }
        removable(&path, child, paths);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, child)| visit(name.clone(), child)),
        Value::Array(elements) => elements.iter().enumerate().for_each(|(i, child)| visit(i.to_string(), child)),
        _ => {}
    }
}

fn without(call: &Value, path: &str) -> Option<Value> {
    let mut smaller = call.clone();
    let (parent, last) = path.rsplit_once('/')?;
    match smaller.pointer_mut(parent)? {
        Value::Object(members) => drop(members.remove(last)?),
        Value::Array(elements) => drop(elements.remove(last.parse().ok()?)),
        _ => return None,
    }
    Some(smaller)
}

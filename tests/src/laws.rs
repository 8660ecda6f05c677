//! The laws of §18, for any evaluator: the reference, the engine, a binding.

use serde_json::{Value, json};

use crate::compare::differences;
use crate::generate::Random;
use crate::reference::{decimal, number, plain};

/// A Call in, an Answer out.
pub type Evaluator<'a> = &'a dyn Fn(&Value) -> Value;

/// `Ok(true)`: the law holds here; `Ok(false)`: the case says nothing about it; `Err`: it is broken,
/// and how.
pub type Judged = Result<bool, String>;

/// A law: a Call, an evaluator, and a seed for the choices it makes.
pub type Law = fn(&Value, Evaluator, u64) -> Judged;

/// All of them by name.
pub const LAWS: &[(&str, Law)] = &[
    ("sum", sum),
    ("floor", floor),
    ("permutation of rules and refs", permutation),
    ("order of lines", order_of_lines),
    ("idempotence", idempotence),
    ("locality", locality),
    ("split-safety", split_safety),
    ("scale", scale),
];

fn is_ok(answer: &Value) -> bool {
    answer["ok"] == Value::Bool(true)
}

fn int(value: &Value) -> i128 {
    number(value).map_or(0, |n| n.to_integer().to_string().parse().unwrap_or(i128::MAX))
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn total(list: &Value, member: &str) -> i128 {
    elements(list).iter().map(|e| int(&e[member])).sum()
}

fn rule_ids(call: &Value) -> Vec<&Value> {
    elements(&call["rules"]).iter().map(|rule| &rule["id"]).collect()
}

fn same(what: &str, a: i128, b: i128) -> Result<(), String> {
    if a == b { Ok(()) } else { Err(format!("{what}: {a} is not {b}")) }
}

/// Parts sum to wholes: lines to applied entries, those to totals, refs to lines on the receipt.
pub fn sum(call: &Value, evaluate: Evaluator, _: u64) -> Judged {
    let answer = evaluate(call);
    if !is_ok(&answer) {
        return Ok(false);
    }
    let (receipt, outcome) = (&answer["receipt"], &answer["outcome"]);
    let totals = &outcome["totals"];
    for member in ["amount", "bonus"] {
        let whole = if member == "amount" { "discount" } else { "bonus" };
        same(whole, total(&outcome["applied"], member), int(&totals[whole]))?;
        for applied in elements(&outcome["applied"]) {
            same("lines of an applied entry", total(&applied["lines"], member), int(&applied[member]))?;
        }
    }
    same("net", int(&totals["gross"]) - int(&totals["existing_discount"]) - int(&totals["discount"]), int(&totals["net"]))?;

    let ours = rule_ids(call);
    let mut of_refs = (0, 0);
    for rule in elements(&receipt["discounts"]).iter().filter(|d| ours.contains(&&d["id"])) {
        for r in elements(&rule["refs"]) {
            same("items of a ref", total(&r["items"], "amount"), int(&r["amount"]))?;
            same("bonus items of a ref", total(&r["items"], "bonus"), int(&r["bonus"]))?;
            of_refs = (of_refs.0 + int(&r["amount"]), of_refs.1 + int(&r["bonus"]));
        }
    }
    let mut on_lines = (0, 0);
    for item in elements(&receipt["items"]) {
        for (list, member) in [("discount_lines", "amount"), ("bonus_lines", "bonus")] {
            for (i, line) in elements(&item[list]).iter().enumerate().filter(|(_, l)| ours.contains(&&l["discount_id"])) {
                same("line_id of a discount line", int(&line["line_id"]), i as i128)?;
                *(if member == "amount" { &mut on_lines.0 } else { &mut on_lines.1 }) += int(&line[member]);
            }
        }
    }
    same("refs", of_refs.0, int(&totals["discount"]))?;
    same("bonus of refs", of_refs.1, int(&totals["bonus"]))?;
    same("discount lines", on_lines.0, of_refs.0)?;
    same("bonus lines", on_lines.1, of_refs.1)?;
    Ok(int(&totals["discount"]) + int(&totals["bonus"]) > 0)
}

/// No line below 0, no total below 0, nothing on lines that are not eligible.
pub fn floor(call: &Value, evaluate: Evaluator, _: u64) -> Judged {
    let answer = evaluate(call);
    if !is_ok(&answer) {
        return Ok(false);
    }
    let ours = rule_ids(call);
    for (i, item) in elements(&answer["receipt"]["items"]).iter().enumerate() {
        let given = |list: &str, member: &str| -> (i128, i128) {
            let (mine, others): (Vec<&Value>, Vec<&Value>) =
                elements(&item[list]).iter().partition(|l| ours.contains(&&l["discount_id"]));
            (mine.iter().map(|l| int(&l[member])).sum(), others.iter().map(|l| int(&l[member])).sum())
        };
        let (discount, existing) = given("discount_lines", "amount");
        let (bonus, _) = given("bonus_lines", "bonus");
        let gross = match (&item["gross_amount"], &item["unit_gross_price"]) {
            (Value::Null, Value::Null) => 0,
            (Value::Null, price) => {
                let quantity = number(&item["quantity"]).unwrap_or_else(|| crate::reference::Ratio::from_integer(1.into()));
                let exact = number(price).unwrap_or_default() * quantity;
                exact.round().to_integer().to_string().parse().unwrap_or(0)
            }
            (gross, _) => int(gross),
        };
        if discount < 0 || bonus < 0 || (discount > 0 && discount > gross - existing.clamp(0, gross.max(0))) {
            return Err(format!("line {i}: {discount} off, {bonus} bonus, of {gross} less {existing}"));
        }
        let eligible = item["eligible_for_discount"] == Value::Bool(true)
            && item["voided"] != Value::Bool(true)
            && item["is_return_item"] != Value::Bool(true);
        if !eligible && discount + bonus > 0 {
            return Err(format!("line {i} may not be rewarded and is"));
        }
    }
    let totals = &answer["outcome"]["totals"];
    for member in ["gross", "existing_discount", "discount", "net", "bonus"] {
        if int(&totals[member]) < 0 {
            return Err(format!("{member} is below 0"));
        }
    }
    Ok(int(&totals["discount"]) > 0)
}

fn equal(what: &str, a: &Value, b: &Value) -> Result<(), String> {
    let differences = differences(a, b);
    if differences.is_empty() { Ok(()) } else { Err(format!("{what}: {}", differences.join("; "))) }
}

fn gives(answer: &Value) -> bool {
    !elements(&answer["outcome"]["applied"]).is_empty()
}

/// Shuffling rules or refs changes nothing.
pub fn permutation(call: &Value, evaluate: Evaluator, seed: u64) -> Judged {
    let mut random = Random::new(seed);
    let mut shuffled = call.clone();
    for list in ["/rules", "/facts/refs"] {
        if let Some(list) = shuffled.pointer_mut(list).and_then(Value::as_array_mut) {
            random.shuffle(list);
        }
    }
    let (before, after) = (evaluate(call), evaluate(&shuffled));
    equal("shuffled rules and refs", &after, &before)?;
    Ok(shuffled != *call && gives(&before))
}

/// The Call with one of its rules only, and no facts about others.
fn one_rule(call: &Value, random: &mut Random) -> Option<Value> {
    let rules = elements(&call["rules"]);
    if rules.is_empty() {
        return None;
    }
    let mut one = call.clone();
    one["rules"] = json!([random.pick(rules)]);
    Some(one)
}

/// Shuffling lines changes no total of a single rule when no two lines have units of equal price
/// or equal net share.
pub fn order_of_lines(call: &Value, evaluate: Evaluator, seed: u64) -> Judged {
    let mut random = Random::new(seed);
    let Some(call) = one_rule(call, &mut random) else { return Ok(false) };
    let mut distinct = call.clone();
    // Prices far apart, whatever was generated: no unit of one line ties with one of another.
    let lines = distinct.pointer_mut("/receipt/items").and_then(Value::as_array_mut);
    for (i, item) in lines.into_iter().flatten().enumerate() {
        let quantity = item["quantity"].as_i64().unwrap_or(1).max(1);
        if let Some(item) = item.as_object_mut().filter(|item| item.contains_key("gross_amount")) {
            let price = 1009 + 97 * i64::try_from(i).unwrap_or(0);
            item.insert("gross_amount".to_owned(), json!(price * quantity));
            item.remove("discount_lines");
        } else {
            return Ok(false);
        }
    }
    let mut shuffled = distinct.clone();
    if let Some(lines) = shuffled.pointer_mut("/receipt/items").and_then(Value::as_array_mut) {
        random.shuffle(lines);
    }
    let (before, after) = (evaluate(&distinct), evaluate(&shuffled));
    if before["outcome"]["totals"] != after["outcome"]["totals"] {
        return Err(format!("{} became {} for {distinct}", before["outcome"]["totals"], after["outcome"]["totals"]));
    }
    Ok(distinct != shuffled && gives(&before))
}

/// E(E(r)) = E(r).
pub fn idempotence(call: &Value, evaluate: Evaluator, _: u64) -> Judged {
    let first = evaluate(call);
    if !is_ok(&first) {
        return Ok(false);
    }
    let mut again = call.clone();
    again["receipt"] = first["receipt"].clone();
    equal("evaluated again", &evaluate(&again), &first)?;
    Ok(gives(&first))
}

/// A rule that matches nothing changes nothing, wherever it stands in rule order.
pub fn locality(call: &Value, evaluate: Evaluator, seed: u64) -> Judged {
    let mut random = Random::new(seed);
    let mut more = call.clone();
    let types = ["discount_percent", "discount_amount", "discount_item_new_price", "discount_item_percent", "discount_debit"];
    let stranger = json!({
        "id": "stranger",
        "requirement": { "item": { "items": [{ "id": "of another shop" }] } },
        "reward": { "type": random.pick(&types), "value": 50 },
        "limitation": { "discount_combination": -i64::from(random.percent(50)) },
        "stacking": { "priority": *random.pick(&[-5, 5]), "group": random.pick(&["G", "elsewhere"]) },
    });
    if let Some(rules) = more["rules"].as_array_mut() {
        rules.push(stranger);
    }
    if let Some(refs) = more.pointer_mut("/facts/refs").and_then(Value::as_array_mut) {
        refs.push(json!({ "id": "of the stranger", "rule_id": "stranger" }));
    }
    let before = evaluate(call);
    equal("with a rule that matches nothing", &evaluate(&more), &before)?;
    Ok(gives(&before))
}

/// Two receipts never beat the joined one, for one deal rule without limits and thresholds. "The
/// cheapest item, once" is a limit by its nature (§6.3) and left out.
pub fn split_safety(call: &Value, evaluate: Evaluator, seed: u64) -> Judged {
    let mut random = Random::new(seed);
    let Some(mut call) = one_rule(call, &mut random) else { return Ok(false) };
    let rule = &mut call["rules"][0];
    let kind = rule["reward"]["type"].as_str().unwrap_or_default().to_owned();
    let has_mixes = !elements(&rule["requirement"]["item"]["mixes"]).is_empty();
    let quantity = int(&rule["requirement"]["item"]["quantity"]);
    let deal = match kind.as_str() {
        "discount_item_new_price" => true,
        "discount_item_quantity" | "discount_item_percent" => quantity > 1,
        _ => false,
    };
    if !(deal || has_mixes) {
        return Ok(false);
    }
    if let Some(limitation) = rule.get_mut("limitation").and_then(Value::as_object_mut) {
        for member in ["discount_reward_usage", "max_discount_amount", "discount_eligible"] {
            limitation.remove(member);
        }
    }
    if let Some(requirement) = rule.get_mut("requirement").and_then(Value::as_object_mut) {
        for member in ["stamp", "gross_amount", "net_amount", "discount_code"] {
            requirement.remove(member);
        }
    }
    let given = |call: &Value| {
        let totals = evaluate(call)["outcome"]["totals"].clone();
        int(&totals["discount"]) + int(&totals["bonus"])
    };
    let whole = given(&call);
    let (mut one, mut other) = (call.clone(), call.clone());
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for item in elements(&call["receipt"]["items"]) {
        if random.percent(50) { left.push(item.clone()) } else { right.push(item.clone()) }
    }
    let split = !left.is_empty() && !right.is_empty();
    (one["receipt"]["items"], other["receipt"]["items"]) = (Value::Array(left), Value::Array(right));
    let parts = given(&one) + given(&other);
    if parts > whole {
        return Err(format!("apart {parts}, together {whole}: {call}"));
    }
    Ok(split && whole > 0)
}

/// Amounts ×k scale the totals of a single rule ×k, where nothing has to be rounded.
pub fn scale(call: &Value, evaluate: Evaluator, seed: u64) -> Judged {
    let mut random = Random::new(seed);
    let Some(call) = one_rule(call, &mut random) else { return Ok(false) };
    if elements(&call["receipt"]["items"]).iter().any(|item| int(&item["quantity"]) > 8) {
        return Ok(false);
    }
    // What one ref leaves over is shared anew for the next, in ever smaller fractions.
    if elements(&call["facts"]["refs"]).len() > 1 {
        return Ok(false);
    }
    let k = *random.pick(&[2, 3, 7]);
    // Divisible by every quantity up to 8 and by the decimals of percentages and weights.
    let exact = scaled(&call, 840 * 10_000_000);
    let (before, after) = (evaluate(&exact), evaluate(&scaled(&exact, k)));
    if !is_ok(&before) {
        return Err(format!("refused: {before}"));
    }
    for member in ["gross", "existing_discount", "discount", "net", "bonus"] {
        let (a, b) = (int(&before["outcome"]["totals"][member]), int(&after["outcome"]["totals"][member]));
        same(&format!("{member} of {exact} times {k}"), b, a * i128::from(k))?;
    }
    Ok(gives(&before))
}

/// The Call with every amount of money times k.
fn scaled(call: &Value, k: i64) -> Value {
    let times = |value: &mut Value| {
        if let Some(n) = number(value) {
            let text = plain(&(n * decimal(&k.to_string()).unwrap_or_default()));
            *value = serde_json::from_str(&text).unwrap_or(Value::Null);
        }
    };
    let mut call = call.clone();
    for rule in call["rules"].as_array_mut().into_iter().flatten() {
        let kind = rule["reward"]["type"].as_str().unwrap_or_default().to_owned();
        if ["discount_amount", "discount_item_new_price", "discount_mix_new_price", "discount_debit"].contains(&kind.as_str()) {
            times(&mut rule["reward"]["value"]);
            for entry in rule["reward"].get_mut("values").and_then(Value::as_array_mut).into_iter().flatten() {
                times(&mut entry["value"]);
            }
        }
        for path in ["/requirement/gross_amount", "/requirement/net_amount", "/limitation/max_discount_amount"] {
            if let Some(amount) = rule.pointer_mut(path) {
                times(amount);
            }
        }
    }
    for item in call.pointer_mut("/receipt/items").and_then(Value::as_array_mut).into_iter().flatten() {
        for member in ["gross_amount", "unit_gross_price"] {
            if let Some(amount) = item.get_mut(member) {
                times(amount);
            }
        }
        for line in item.get_mut("discount_lines").and_then(Value::as_array_mut).into_iter().flatten() {
            times(&mut line["amount"]);
        }
    }
    for r in call.pointer_mut("/facts/refs").and_then(Value::as_array_mut).into_iter().flatten() {
        for path in ["/debit_balance", "/statistics/debit_balance"] {
            if let Some(amount) = r.pointer_mut(path) {
                times(amount);
            }
        }
    }
    call
}

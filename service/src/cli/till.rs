//! An Answer as a receipt to read: lines, discounts under them, totals, then what is close.

use std::fmt::Write;

use serde_json::Value;

const WIDTH: usize = 48;

/// Draws the Answer to a Call, both as JSON.
pub(super) fn receipt(answer: &str, call: &str) -> String {
    let answer: Value = serde_json::from_str(answer).unwrap_or(Value::Null);
    let mut out = String::new();
    if answer["ok"] != Value::Bool(true) {
        for error in answer["errors"].as_array().into_iter().flatten() {
            let (pointer, message) = (error["pointer"].as_str().unwrap_or(""), error["message"].as_str().unwrap_or(""));
            let place = if pointer.is_empty() { String::new() } else { format!("{pointer}: ") };
            let _ = writeln!(out, "{place}{message}");
        }
        return out;
    }
    let call: Value = serde_json::from_str(call).unwrap_or(Value::Null);
    let (outcome, receipt) = (&answer["outcome"], &answer["receipt"]);
    let money = Money::of(outcome["currency"].as_str());
    for item in receipt["items"].as_array().into_iter().flatten() {
        line(&mut out, 0, &item_name(item), &money.show(&item["gross_amount"]));
        for discount in item["discount_lines"].as_array().into_iter().flatten() {
            line(&mut out, 2, &discount_name(discount, &call), &format!("-{}", money.show(&discount["amount"])));
        }
        for bonus in item["bonus_lines"].as_array().into_iter().flatten() {
            line(&mut out, 2, &format!("{} (bonus)", discount_name(bonus, &call)), &format!("+{}", money.show(&bonus["bonus"])));
        }
    }
    out.push_str(&"-".repeat(WIDTH));
    out.push('\n');
    let totals = &outcome["totals"];
    line(&mut out, 0, "Gross", &money.show(&totals["gross"]));
    for (name, member) in [("Discounts before", "existing_discount"), ("Discount", "discount")] {
        if totals[member].as_i64() != Some(0) {
            line(&mut out, 0, name, &format!("-{}", money.show(&totals[member])));
        }
    }
    line(&mut out, 0, &format!("To pay {}", money.currency), &money.show(&totals["net"]));
    if totals["bonus"].as_i64() != Some(0) {
        line(&mut out, 0, "Bonus earned", &money.show(&totals["bonus"]));
    }
    for applied in outcome["applied"].as_array().into_iter().flatten() {
        if let Some(stamps) = applied["stamp"].as_i64().filter(|stamps| *stamps > 0) {
            let name = rule_name(&applied["rule_id"], &call);
            let _ = writeln!(out, "{name}: {stamps} {} earned", if stamps == 1 { "stamp" } else { "stamps" });
        }
    }
    if outcome["optimal"] == Value::Bool(false) {
        let _ =
            writeln!(out, "The best choice of deals was not proven; at most {} more could be had.", money.show(&outcome["gap"]));
    }
    near_misses(&mut out, outcome, &call, &money);
    out
}

/// "2 more for 3 for 2 coffee: save 35.00".
fn near_misses(out: &mut String, outcome: &Value, call: &Value, money: &Money) {
    for verdict in outcome["explain"].as_array().into_iter().flatten().filter(|verdict| verdict["near_miss"] == Value::Bool(true))
    {
        let reason = &verdict["reasons"][0];
        let missing = &reason["missing"];
        let what = match reason["code"].as_str() {
            Some("gross_below" | "net_below") => format!("Spend {} more", money.show(missing)),
            Some("stamps_below") => format!("{missing} more to a reward"),
            _ => format!("{missing} more"),
        };
        let save = match verdict["potential"].as_i64() {
            Some(potential) if potential > 0 => format!(": save {}", money.show(&verdict["potential"])),
            _ => String::new(),
        };
        let _ = writeln!(out, "{what} for {}{save}", rule_name(&verdict["rule_id"], call));
    }
}

/// A name on the left, an amount on the right.
fn line(out: &mut String, indent: usize, name: &str, amount: &str) {
    let room = WIDTH.saturating_sub(indent + amount.chars().count() + 1);
    let name: String = if name.chars().count() > room {
        name.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    } else {
        name.to_owned()
    };
    let _ = writeln!(out, "{:indent$}{name:<room$} {amount}", "");
}

fn item_name(item: &Value) -> String {
    let name = item["description"].as_str().or_else(|| item["id"].as_str()).unwrap_or("item");
    let quantity = item.get("quantity").filter(|quantity| *quantity != "1");
    quantity.map_or_else(|| name.to_owned(), |quantity| format!("{quantity} × {name}"))
}

fn discount_name(discount: &Value, call: &Value) -> String {
    match discount["description"].as_str().filter(|text| !text.is_empty()) {
        Some(text) => text.to_owned(),
        None if discount["discount_id"].is_string() => rule_name(&discount["discount_id"], call),
        None => "discount".to_owned(),
    }
}

/// What a rule is called: its receipt text, its name, or its id.
fn rule_name(id: &Value, call: &Value) -> String {
    let rule = call["rules"].as_array().into_iter().flatten().find(|rule| rule["id"] == *id);
    let text = |member: &str| rule.and_then(|rule| rule[member].as_str()).filter(|text| !text.is_empty());
    text("receipt_text").or_else(|| text("name")).or_else(|| id.as_str()).unwrap_or("a rule").to_owned()
}

/// Minor units as people write them.
struct Money {
    currency: String,
    decimals: usize,
}

impl Money {
    fn of(currency: Option<&str>) -> Self {
        let currency = currency.unwrap_or("").to_owned();
        // ISO 4217; all others have two.
        let decimals = match currency.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV" | "XAF"
            | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        };
        Self { currency, decimals }
    }

    fn show(&self, amount: &Value) -> String {
        let Some(amount) = amount.as_i64() else { return String::new() };
        let sign = if amount < 0 { "-" } else { "" };
        let digits = format!("{:0width$}", amount.unsigned_abs(), width = self.decimals + 1);
        let (whole, minor) = digits.split_at(digits.len() - self.decimals);
        if minor.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{minor}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_shows_discounts_under_their_lines_and_what_is_close() {
        let call = r#"{"rules": [
            {"id": "three", "receipt_text": "3 for 2 kaffe", "requirement": {"item": {"quantity": 3, "items": [{"id": "kaffe"}]}},
             "reward": {"type": "discount_item_quantity", "value": 1}},
            {"id": "ten", "name": "Ti prosent", "reward": {"type": "discount_percent", "value": 10}}],
          "receipt": {"purchase_at": "2024-06-01T10:00:00Z", "currency": "NOK", "items": [
            {"id": "kaffe", "description": "Kaffe", "quantity": 2, "gross_amount": 7000, "eligible_for_discount": true}]},
          "options": {"explain": true}}"#;
        assert_eq!(
            receipt(&rabatt_engine::answer(call), call),
            "2 × Kaffe                                  70.00\n\
             \x20 Ti prosent                               -7.00\n\
             ------------------------------------------------\n\
             Gross                                      70.00\n\
             Discount                                   -7.00\n\
             To pay NOK                                 63.00\n\
             1 more for 3 for 2 kaffe: save 35.00\n"
        );
    }

    #[test]
    fn currencies_have_their_own_decimals() {
        let show = |currency, amount: i64| Money::of(Some(currency)).show(&amount.into());
        assert_eq!(show("NOK", -5), "-0.05");
        assert_eq!(show("JPY", 1200), "1200");
        assert_eq!(show("KWD", 1200), "1.200");
    }

    #[test]
    fn problems_are_told_with_their_place() {
        let call = r#"{"rules": [], "receipt": {}}"#;
        let text = receipt(&rabatt_engine::answer(call), call);
        assert!(text.starts_with("/receipt/purchase_at: a receipt needs `purchase_at`"), "{text}");
    }
}

//! The reference on the worked examples of `semantics.md` and of the contract.

#![allow(clippy::unwrap_used, reason = "a member that is missing fails the test")]

use rabatt_tests::reference::answer;
use serde_json::{Value, json};

/// A line: name, id, quantity, gross; eligible.
fn line(line_id: i64, id: &str, quantity: i64, gross: i64) -> Value {
    json!({ "line_id": line_id, "id": id, "quantity": quantity, "gross_amount": gross, "eligible_for_discount": true })
}

fn receipt(items: Vec<Value>) -> Value {
    json!({ "purchase_at": "2024-06-05T12:00:00Z", "currency": "NOK", "items": items })
}

fn call(rules: Vec<Value>, items: Vec<Value>) -> Value {
    json!({ "rules": rules, "receipt": receipt(items) })
}

fn with_refs(mut call: Value, refs: Vec<Value>) -> Value {
    call["facts"] = json!({ "refs": refs });
    call
}

fn discount(answer: &Value) -> i64 {
    answer["outcome"]["totals"]["discount"].as_i64().unwrap()
}

/// Discount per line, in line order.
fn lines(answer: &Value) -> Vec<i64> {
    let items = answer["receipt"]["items"].as_array().unwrap();
    let sum = |item: &Value| {
        item["discount_lines"].as_array().map_or(0, |lines| lines.iter().map(|l| l["amount"].as_i64().unwrap()).sum())
    };
    items.iter().map(sum).collect()
}

fn ids(list: &[&str]) -> Vec<Value> {
    list.iter().map(|id| json!({ "id": id })).collect()
}

#[test]
fn ten_percent_on_the_receipt() {
    let rule = json!({
        "id": "ten", "active": true, "limitation": { "discount_repeat_usage": -1 }, "links": [],
        "requirement": { "purchase_from": "2020-10-29T11:44:04Z", "purchase_to": "2021-10-24T12:33:00Z" },
        "reward": { "type": "discount_percent", "value": 10 },
    });
    let mut call = call(vec![rule], vec![line(20, "a", 1, 115_000), line(22, "b", 1, 90_000)]);
    call["receipt"]["purchase_at"] = json!("2020-11-01T10:00:00Z");
    let answer = answer(&call);
    let line = &answer["receipt"]["items"][0]["discount_lines"][0];
    assert_eq!(answer["receipt"]["is_changed"], json!(true));
    assert_eq!(
        (line["amount"].as_i64(), line["line_id"].as_i64(), line["description"].as_str()),
        (Some(11_500), Some(0), Some(""))
    );
    let given = &answer["receipt"]["discounts"][0]["refs"][0];
    assert_eq!(given["amount"], json!(20_500));
    assert_eq!(given["items"][1]["amount"], json!(9000));
    assert_eq!(given["statistics"]["amount"], json!(20_500));
    assert_eq!(given["usage"], json!(1));
}

#[test]
fn net_or_gross_base() {
    for (base, amount) in [("gross", 1000), ("net", 800)] {
        let mut item = line(1, "a", 1, 10_000);
        item["discount_lines"] = json!([{ "amount": 2000, "discount_id": "till" }]);
        let rule = json!({ "id": "r", "reward": { "type": "discount_percent", "value": 10, "base": base } });
        assert_eq!(discount(&answer(&call(vec![rule], vec![item]))), amount);
    }
}

#[test]
fn buy_three_pay_two() {
    let rule = |limit: i64| {
        json!({
            "id": "r", "requirement": { "item": { "quantity": 3, "items": ids(&["a", "b"]) } },
            "limitation": { "discount_reward_usage": limit },
            "reward": { "type": "discount_item_quantity", "value": 1 },
        })
    };
    let of =
        |quantity: i64, limit: i64| discount(&answer(&call(vec![rule(limit)], vec![line(1, "a", quantity, quantity * 10_000)])));
    assert_eq!([of(3, -1), of(6, -1), of(6, 1), of(2, -1)], [10_000, 20_000, 10_000, 0]);
    // Units 100 100 100 10 10 10: never worse than paying separately (§8).
    let answer = answer(&call(vec![rule(-1)], vec![line(1, "a", 3, 300), line(2, "b", 3, 30)]));
    assert_eq!(lines(&answer), [100, 10]);
}

#[test]
fn new_price() {
    let rule = |value: i64| {
        json!({
            "id": "r", "requirement": { "store_ids": ["*"], "customer": {}, "item": { "items": ids(&["a"]) } }, "limitation": {},
            "reward": { "type": "discount_item_new_price", "value": value },
        })
    };
    assert_eq!(discount(&answer(&call(vec![rule(3700)], vec![line(1, "a", 1, 4700)]))), 1000);
    assert_eq!(discount(&answer(&call(vec![rule(5000)], vec![line(1, "a", 2, 20_000)]))), 10_000);
}

#[test]
fn burger_meals_share_one_burger() {
    let meal = |id: &str, other: &str, value: i64| {
        json!({
            "id": id,
            "requirement": { "item": { "mixes": [
                { "items": ids(&["burger"]), "quantity": 1, "reward_eligible": true },
                { "items": ids(&[other]), "quantity": 1, "reward_eligible": true },
            ] } },
            "reward": { "type": "discount_mix_new_price", "value": value },
        })
    };
    let rules = vec![meal("A", "fries", 100), meal("B", "cola", 100)];
    let once = vec![line(1, "burger", 1, 90), line(2, "fries", 1, 40), line(3, "cola", 1, 40)];
    let one = answer(&call(rules.clone(), once));
    assert_eq!(discount(&one), 30);
    assert_eq!(one["outcome"]["applied"][0]["rule_id"], json!("A"));
    let twice = vec![line(1, "burger", 2, 180), line(2, "fries", 1, 40), line(3, "cola", 1, 40)];
    assert_eq!(discount(&answer(&call(rules, twice))), 60);
}

#[test]
fn mix_and_match() {
    for (drink_eligible, amount) in [(true, 8500), (false, 4000)] {
        let rule = json!({
            "id": "r",
            "requirement": { "item": { "mixes": [
                { "items": ids(&["popcorn"]), "quantity": 1, "reward_eligible": true },
                { "items": ids(&["film"]), "quantity": 1, "reward_eligible": true },
                { "items": ids(&["drink"]), "quantity": 1, "reward_eligible": drink_eligible },
            ] } },
            "reward": { "type": "discount_mix_new_price", "value": 15_000 },
        });
        let items = vec![line(1, "popcorn", 1, 6000), line(2, "film", 1, 13_000), line(3, "drink", 1, 4500)];
        assert_eq!(discount(&answer(&call(vec![rule], items))), amount);
    }
}

#[test]
fn any_item_keeps_off_discounted_lines() {
    let any = json!({
        "id": "any", "requirement": { "item": { "items": ids(&["ANY_ITEM"]) } }, "reward": { "type": "discount_percent", "value": 10 },
    });
    let item = json!({
        "id": "item", "requirement": { "item": { "items": ids(&["a"]) } }, "reward": { "type": "discount_percent", "value": 5 },
    });
    let answer = answer(&call(vec![any, item], vec![line(1, "a", 1, 1000), line(2, "b", 1, 1000)]));
    assert_eq!(lines(&answer), [50, 100]);
}

#[test]
fn values_per_item() {
    let mut last = line(3, "c", 1, 20_000);
    last["groups"] = json!([{ "id": "G" }]);
    let rule = json!({
        "id": "r", "requirement": { "item": { "items": [{ "id": "A" }, { "id": "B" }, { "group_id": "G" }] } },
        "reward": { "type": "discount_percent", "value": 10, "values": [{ "items": [{ "id": "B" }], "value": 25 }] },
    });
    let answer = answer(&call(vec![rule], vec![line(1, "A", 1, 10_000), line(2, "B", 1, 10_000), last]));
    assert_eq!(lines(&answer), [1000, 2500, 2000]);
}

#[test]
fn stamp_card() {
    let rule = json!({
        "id": "r", "requirement": { "stamp": 5, "item": { "items": ids(&["coffee"]) } },
        "reward": { "type": "discount_item_percent", "value": 100 },
    });
    let buy = |held: i64, quantity: i64| {
        let call = call(vec![rule.clone()], vec![line(1, "coffee", quantity, 3500 * quantity)]);
        let r = json!({ "id": "x", "rule_id": "r", "statistics": { "current_stamp": held, "stamp": held } });
        let answer = answer(&with_refs(call, vec![r]));
        let given = &answer["receipt"]["discounts"][0]["refs"][0];
        (
            given["amount"].as_i64().unwrap(),
            given["stamp"].as_i64().unwrap(),
            given["statistics"]["current_stamp"].as_i64().unwrap(),
        )
    };
    assert_eq!(buy(0, 6), (3500, 5, 0));
    assert_eq!(buy(4, 2), (3500, 1, 0));
    assert_eq!(buy(12, 1), (3500, 0, 7));
    assert_eq!(buy(2, 2), (0, 2, 4));
}

#[test]
fn debit_coupon() {
    let rule = json!({ "id": "r", "reward": { "type": "discount_debit", "value": 50_000 } });
    let first = answer(&call(vec![rule.clone()], vec![line(1, "a", 1, 30_000)]));
    assert_eq!(discount(&first), 30_000);
    assert_eq!(first["receipt"]["discounts"][0]["refs"][0]["statistics"]["debit_balance"], json!(20_000));
    let second = with_refs(
        call(vec![rule], vec![line(1, "a", 1, 25_000)]),
        vec![json!({ "id": "x", "rule_id": "r", "debit_balance": 20_000 })],
    );
    let second = answer(&second);
    assert_eq!(discount(&second), 20_000);
    assert_eq!(second["outcome"]["applied"][0]["stage"], json!("debit"));
}

#[test]
fn bonus_takes_nothing_off() {
    let rule = json!({ "id": "r", "reward": { "type": "discount_percent", "value": 10, "effect": "bonus" } });
    let answer = answer(&call(vec![rule], vec![line(1, "a", 1, 31_300)]));
    assert_eq!(discount(&answer), 0);
    let entry = &answer["receipt"]["items"][0]["bonus_lines"][0];
    assert_eq!((entry["bonus"].as_i64(), entry["percentage"].as_i64()), (Some(3130), Some(10)));
    assert_eq!(answer["receipt"]["discounts"][0]["refs"][0]["bonus"], json!(3130));
}

#[test]
fn minimum_net_amount() {
    let given = |member: &str, base: &str| {
        let mut item = line(1, "a", 1, 60_000);
        item["discount_lines"] = json!([{ "amount": 15_000 }]);
        let rule = json!({
            "id": "r", "requirement": { member: 50_000 }, "reward": { "type": "discount_percent", "value": 10, "base": base },
        });
        discount(&answer(&call(vec![rule], vec![item])))
    };
    assert_eq!([given("net_amount", "gross"), given("gross_amount", "gross"), given("gross_amount", "net")], [0, 6000, 4500]);
}

#[test]
fn dynamic_end_date() {
    let given = |given_at: &str, at: &str| {
        let rule = json!({
            "id": "r", "requirement": { "purchase_from": "2024-01-01T00:00:00Z", "purchase_to": "2025-01-01T00:00:00Z" },
            "limitation": { "dynamic_purchase_to_days": 30 }, "reward": { "type": "discount_percent", "value": 10 },
        });
        let mut call = with_refs(
            call(vec![rule], vec![line(1, "a", 1, 1000)]),
            vec![json!({ "id": "x", "rule_id": "r", "given_at": given_at })],
        );
        call["receipt"]["purchase_at"] = json!(at);
        discount(&answer(&call))
    };
    assert_eq!(given("2024-03-10T00:00:00Z", "2024-04-08T23:59:59Z"), 100);
    assert_eq!(given("2024-03-10T00:00:00Z", "2024-04-09T00:00:00Z"), 0);
    assert_eq!(given("2024-12-20T00:00:00Z", "2025-01-01T00:00:00Z"), 0);
}

#[test]
fn hours_run_past_midnight_in_their_zone() {
    let given = |at: &str| {
        let rule = json!({
            "id": "r", "reward": { "type": "discount_percent", "value": 10 },
            "limitation": { "discount_hours": { "hours": [{ "day": "fri", "start": "22:00", "end": "02:00" }] } },
        });
        let mut call = call(vec![rule], vec![line(1, "a", 1, 1000)]);
        call["receipt"]["purchase_at"] = json!(at);
        discount(&answer(&call))
    };
    // 2024-06-08 is a Saturday; Oslo is two hours ahead of UTC in summer.
    assert_eq!(given("2024-06-07T23:00:00Z"), 100);
    assert_eq!(given("2024-06-08T00:00:00Z"), 0);
    assert_eq!(given("2024-06-07T19:59:59Z"), 0);
    assert_eq!(given("2024-06-07T20:00:00Z"), 100);
}

#[test]
fn a_fixed_amount_over_three_lines_costs_what_it_says() {
    let rule = json!({ "id": "r", "reward": { "type": "discount_amount", "value": 1000 } });
    let answer = answer(&call(vec![rule], vec![line(1, "a", 1, 3333), line(2, "b", 1, 3333), line(3, "c", 1, 3334)]));
    assert_eq!(lines(&answer), [333, 333, 334]);
}

#[test]
fn what_cannot_be_combined_loses_to_the_larger_sum() {
    let ten = |id: &str| json!({ "id": id, "reward": { "type": "discount_percent", "value": 10 } });
    let alone = |value: i64| {
        json!({
            "id": "alone", "limitation": { "discount_combination": 0 }, "reward": { "type": "discount_percent", "value": value },
        })
    };
    let of = |value: i64| {
        let answer = answer(&call(vec![ten("a"), ten("b"), alone(value)], vec![line(1, "a", 1, 1000)]));
        (discount(&answer), answer["outcome"]["applied"].as_array().unwrap().len())
    };
    assert_eq!([of(15), of(20), of(21)], [(200, 2), (200, 2), (210, 1)]);
}

#[test]
fn bad_input_is_not_answered() {
    assert_eq!(answer(&json!({ "rules": [{ "id": "r" }], "receipt": {} }))["ok"], json!(false));
    let twice = call(Vec::new(), vec![line(1, "a", 1, 100), line(1, "b", 1, 100)]);
    assert_eq!(answer(&twice)["ok"], json!(false));
}

#[test]
fn what_a_cap_cuts_off_never_moves_to_a_line_without_part_in_it() {
    let mut full = line(1, "a", 1, 1000);
    full["discount_lines"] = json!([{ "amount": 700 }]);
    let mut other = line(2, "b", 1, 500);
    other["eligible_for_discount"] = json!(false);
    let rule = json!({ "id": "r", "reward": { "type": "discount_amount", "value": 1000 } });
    let answer = answer(&call(vec![rule], vec![full, other]));
    assert_eq!(discount(&answer), 300);
}

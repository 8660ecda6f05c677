//! The reference on single paragraphs of the semantics, with numbers worked out by hand.

#![allow(clippy::unwrap_used, reason = "a member that is missing fails the test")]

use rabatt_tests::reference::{answer, answers};
use serde_json::{Value, json};

fn line(id: &str, quantity: i64, gross: i64) -> Value {
    json!({ "id": id, "quantity": quantity, "gross_amount": gross, "eligible_for_discount": true })
}

fn call(rules: Value, items: Vec<Value>) -> Value {
    json!({ "rules": rules, "receipt": { "purchase_at": "2024-06-05T12:00:00Z", "currency": "NOK", "items": items } })
}

fn holding(mut call: Value, refs: Value) -> Value {
    call["facts"] = json!({ "refs": refs });
    call
}

fn rule(id: &str, items: Value, quantity: i64, reward: Value, limitation: Value) -> Value {
    json!({ "id": id, "requirement": { "item": { "items": items, "quantity": quantity } }, "reward": reward, "limitation": limitation })
}

fn off(kind: &str, value: i64) -> Value {
    json!({ "type": format!("discount_{kind}"), "value": value })
}

/// `(rule, ref, stage, amount, bonus, stamp)` of everything applied.
fn applied(answer: &Value) -> Vec<(String, String, String, i64, i64, i64)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let list = answer["outcome"]["applied"].as_array().unwrap();
    let one = |a: &Value| {
        let n = |member: &str| a[member].as_i64().unwrap();
        (text(&a["rule_id"]), text(&a["ref_id"]), text(&a["stage"]), n("amount"), n("bonus"), n("stamp"))
    };
    list.iter().map(one).collect()
}

/// Only rule, ref and amount.
fn amounts(answer: &Value) -> Vec<(String, i64)> {
    applied(answer).into_iter().map(|a| (a.1, a.3)).collect()
}

fn pairs(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|&(r, amount)| (r.to_owned(), amount)).collect()
}

const TWO_REFS: [&str; 2] = ["x", "y"];

fn two_refs() -> Value {
    json!(TWO_REFS.map(|id| json!({ "id": id, "rule_id": "r" })))
}

#[test]
fn amounts_repeat_per_ref_and_percentages_do_not() {
    let items = || vec![line("a", 2, 500)];
    let of = |kind: &str, limitation: Value| {
        amounts(&answer(&holding(
            call(json!([rule("r", json!([{ "id": "a" }]), 1, off(kind, 30), limitation)]), items()),
            two_refs(),
        )))
    };
    assert_eq!(of("amount", json!({})), pairs(&[("x", 60), ("y", 60)]));
    assert_eq!(of("amount", json!({ "discount_reward_usage": 1 })), pairs(&[("x", 30)]));
    assert_eq!(of("percent", json!({})), pairs(&[("x", 150)]));
    assert_eq!(of("item_percent", json!({})), pairs(&[("x", 75), ("y", 75)]));
    assert_eq!(of("item_percent", json!({ "discount_reward_usage": 1 })), pairs(&[("x", 75)]));
}

#[test]
fn the_first_ref_gets_the_cheapest_unit() {
    let items = vec![line("a", 1, 500), line("a", 1, 200), line("a", 1, 900)];
    let call = call(json!([rule("r", json!([{ "id": "a" }]), 1, off("item_percent", 50), json!({}))]), items);
    assert_eq!(amounts(&answer(&holding(call, two_refs()))), pairs(&[("x", 100), ("y", 250)]));
}

#[test]
fn the_maximum_is_cut_over_all_refs() {
    let rules = json!([rule("r", json!([{ "id": "a" }]), 1, off("amount", 100), json!({ "max_discount_amount": 150 }))]);
    assert_eq!(amounts(&answer(&holding(call(rules, vec![line("a", 1, 1000)]), two_refs()))), pairs(&[("x", 100), ("y", 50)]));
}

#[test]
fn of_one_group_the_best_rule_takes_part() {
    let mut rules = [("a", off("percent", 10)), ("b", off("amount", 150)), ("c", off("amount", 150))]
        .map(|(id, reward)| json!({ "id": id, "reward": reward, "stacking": { "group": "G" } }));
    let of = |rules: &[Value]| applied(&answer(&call(json!(rules), vec![line("a", 1, 1000)])));
    assert_eq!(of(&rules).iter().map(|a| (a.0.as_str(), a.3)).collect::<Vec<_>>(), [("b", 150)]);
    // The loser still earns its stamp.
    rules[0]["requirement"] = json!({ "stamp": 5 });
    let found = of(&rules);
    assert_eq!(
        found.iter().map(|a| (a.0.as_str(), a.2.as_str(), a.3, a.5)).collect::<Vec<_>>(),
        [("a", "stamp", 0, 1), ("b", "receipt", 150, 0)]
    );
}

#[test]
fn a_debit_that_stands_alone_waits_for_an_empty_receipt() {
    let debit = json!({ "id": "d", "reward": off("debit", 500), "limitation": { "discount_combination": 0 } });
    let other = json!({ "id": "o", "reward": off("amount", 1) });
    assert_eq!(amounts(&answer(&call(json!([debit, other]), vec![line("a", 1, 300)]))), pairs(&[("o", 1)]));
    assert_eq!(amounts(&answer(&call(json!([debit]), vec![line("a", 1, 300)]))), pairs(&[("d", 300)]));
}

#[test]
fn a_rule_is_off_while_another_is_available() {
    let off_by = json!({ "discount_activation": [{ "type": "deactivate_if_discount_active", "value": "b" }] });
    let a = json!({ "id": "a", "reward": off("amount", 10), "limitation": off_by });
    let b = json!({ "id": "b", "reward": off("amount", 1), "requirement": { "gross_amount": 500 } });
    let of = |gross: i64| amounts(&answer(&call(json!([a, b]), vec![line("a", 1, gross)])));
    assert_eq!(of(500), pairs(&[("b", 1)]));
    assert_eq!(of(499), pairs(&[("a", 10)]));
}

#[test]
fn weighed_goods_are_priced_by_their_quantity() {
    let mut item = line("a", 1, 900);
    item["quantity"] = serde_json::from_str("0.453").unwrap();
    let rules = json!([rule("r", json!([{ "id": "a" }]), 1, off("item_new_price", 1500), json!({}))]);
    // 1500 a kilogram is 679.5, rounded to 680.
    assert_eq!(amounts(&answer(&call(rules, vec![item]))), pairs(&[("r", 220)]));
}

#[test]
fn goods_that_go_back_do_not_count_towards_a_threshold() {
    let rules = json!([{ "id": "r", "requirement": { "gross_amount": 1000 }, "reward": off("percent", 10) }]);
    let mut back = line("b", 1, -1);
    back["is_return_item"] = json!(true);
    assert_eq!(amounts(&answer(&call(rules.clone(), vec![line("a", 1, 1000), back]))), pairs(&[]));
    assert_eq!(amounts(&answer(&call(rules, vec![line("a", 1, 1000)]))), pairs(&[("r", 100)]));
}

#[test]
fn a_bonus_on_net_sees_every_discount() {
    let bonus = json!({ "id": "b", "reward": { "type": "discount_percent", "value": 10, "base": "net", "effect": "bonus" } });
    let rules = json!([bonus, { "id": "d", "reward": off("debit", 400) }]);
    let found = applied(&answer(&call(rules, vec![line("a", 1, 1000)])));
    assert_eq!(
        found.iter().map(|a| (a.0.as_str(), a.2.as_str(), a.3, a.4)).collect::<Vec<_>>(),
        [("b", "bonus", 0, 60), ("d", "debit", 400, 0)]
    );
}

#[test]
fn overlapping_mixes_share_their_items() {
    let mixes = json!([{ "items": [{ "id": "a" }, { "id": "b" }], "quantity": 1 }, { "items": [{ "id": "b" }], "quantity": 1 }]);
    let rules = json!([{ "id": "r", "requirement": { "item": { "mixes": mixes } }, "reward": off("amount", 25) }]);
    let of = |items: Vec<Value>| amounts(&answer(&call(rules.clone(), items)));
    // Three b are one bundle and a half; an a completes the second.
    assert_eq!(of(vec![line("b", 3, 300)]), pairs(&[("r", 25)]));
    assert_eq!(of(vec![line("b", 3, 300), line("a", 1, 100)]), pairs(&[("r", 50)]));
}

#[test]
fn every_right_answer_to_a_tie_is_listed() {
    // One of two equal cups is free: either line.
    let rules = json!([rule("r", json!([{ "id": "a" }, { "id": "b" }]), 1, off("item_percent", 100), json!({}))]);
    let right = answers(&call(rules, vec![line("a", 1, 100), line("b", 1, 100)]));
    assert_eq!((right.answers.len(), right.capped), (2, false));
}

#[test]
fn explain_says_what_is_missing() {
    let rules = json!([
        { "id": "far", "requirement": { "gross_amount": 900 }, "reward": off("percent", 10) },
        { "id": "stamps", "requirement": { "stamp": 3 }, "reward": off("percent", 10) },
        { "id": "best", "reward": off("percent", 20), "limitation": { "discount_combination": 0 } },
        { "id": "worse", "reward": off("percent", 10) },
    ]);
    let mut call = call(rules, vec![line("a", 1, 500)]);
    call["options"] = json!({ "explain": true });
    let answer = answer(&call);
    let verdicts = answer["outcome"]["explain"].as_array().unwrap();
    let of = |id: &str| verdicts.iter().find(|v| v["rule_id"] == json!(id)).unwrap();
    assert_eq!(of("far")["reasons"], json!([{ "code": "gross_below", "have": 500, "need": 900, "missing": 400 }]));
    assert_eq!(of("far")["near_miss"], json!(true));
    assert_eq!(of("stamps")["reasons"], json!([{ "code": "stamps_below", "have": 1, "need": 4, "missing": 3 }]));
    assert_eq!(of("best")["verdict"], json!("applied"));
    assert_eq!((of("worse")["verdict"].as_str(), of("worse")["by"].as_i64()), (Some("lost"), Some(50)));
}

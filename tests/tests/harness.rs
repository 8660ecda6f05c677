//! The harness itself: what the generator reaches, that a wrong answer is noticed, and that a
//! failing Call shrinks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a member that is missing fails the test")]

use std::collections::BTreeSet;

use rabatt_tests::compare::{agrees, shrink};
use rabatt_tests::generate::{Size, call, call_of};
use rabatt_tests::reference::{answer, answers};
use serde_json::{Value, json};

/// `type base effect setting` of every rule that gave something on a generated Call.
fn reached(call: &Value, answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for applied in answer["outcome"]["applied"].as_array().unwrap() {
        if applied["usage"] == json!(0) {
            continue;
        }
        let rule = call["rules"].as_array().unwrap().iter().find(|r| r["id"] == applied["rule_id"]).unwrap();
        let (requirement, reward) = (&rule["requirement"], &rule["reward"]);
        let items = &requirement["item"]["items"];
        let setting = if requirement["stamp"].is_number() {
            "stamps"
        } else if requirement["item"]["mixes"].is_array() {
            "mixes"
        } else if reward["values"].is_array() {
            "values"
        } else if items[0]["id"] == json!("ANY_ITEM") {
            "any_item"
        } else if items.is_null() || items[0]["id"] == json!("*") {
            "receipt"
        } else {
            "item"
        };
        let word = |value: &Value, absent: &str| value.as_str().unwrap_or(absent).to_owned();
        let kind = word(&reward["type"], "");
        found.push(format!("{kind} {} {} {setting}", word(&reward["base"], "gross"), word(&reward["effect"], "discount")));
    }
    found
}

#[test]
fn the_generator_reaches_every_reward_in_every_setting() {
    let mut seen = BTreeSet::new();
    let mut competing = 0;
    for seed in 0..8000 {
        let call = call(seed);
        let answer = answer(&call);
        seen.extend(reached(&call, &answer));
        let deals = answer["outcome"]["applied"].as_array().unwrap().iter().filter(|a| a["stage"] == json!("deal"));
        let rules: BTreeSet<&str> = deals.map(|a| a["rule_id"].as_str().unwrap()).collect();
        competing += usize::from(rules.len() > 1);
    }
    assert!(competing > 300, "only {competing} calls with deals of several rules");
    let mut missing = Vec::new();
    for kind in ["amount", "percent", "item_new_price", "item_quantity", "item_percent", "mix_new_price", "debit"] {
        for base in ["gross", "net"] {
            for effect in ["discount", "bonus"] {
                for setting in ["item", "receipt", "mixes", "stamps", "values", "any_item"] {
                    let possible = match kind {
                        "mix_new_price" => setting == "mixes",
                        "debit" => effect == "discount" && !["mixes", "stamps", "values"].contains(&setting),
                        _ => true,
                    };
                    let name = format!("discount_{kind} {base} {effect} {setting}");
                    if possible && !seen.contains(&name) {
                        missing.push(name);
                    }
                }
            }
        }
    }
    assert!(missing.is_empty(), "never given: {missing:#?}");
}

#[test]
fn one_seed_is_one_call() {
    assert_eq!(call(7), call_of(Size::Normal, 7));
    assert_ne!(call(7), call(8));
    assert!(call_of(Size::Tiny, 3)["receipt"]["items"].as_array().unwrap().len() <= 3);
}

/// Every number in these places is noticed when it is off by one.
#[test]
fn a_wrong_answer_is_noticed() {
    let mut noticed = 0;
    for seed in 0..200 {
        let call = call(seed);
        let right = answers(&call);
        let first = &right.answers[0];
        assert_eq!(agrees(&call, first, &right.answers), Ok(()));
        if first["outcome"]["applied"].as_array().unwrap().is_empty() {
            continue;
        }
        for place in [
            "/outcome/totals/net",
            "/outcome/applied/0/amount",
            "/outcome/applied/0/usage",
            "/outcome/applied/0/stamp",
            "/receipt/discounts/0/refs/0/statistics/usage",
        ] {
            let mut wrong = first.clone();
            if let Some(number) = wrong.pointer_mut(place) {
                *number = json!(number.as_i64().unwrap() + 1);
                assert!(agrees(&call, &wrong, &right.answers).is_err(), "{place} of seed {seed}");
                noticed += 1;
            }
        }
    }
    assert!(noticed > 300, "only {noticed} places tried");
}

#[test]
fn a_failing_call_shrinks_to_what_matters() {
    let seed = (0..).find(|&seed| call(seed)["rules"].as_array().unwrap().len() > 3 && has_debit(&call(seed))).unwrap();
    let small = shrink(call(seed), has_debit);
    assert_eq!(small["rules"].as_array().unwrap().len(), 1);
    assert_eq!(small["receipt"], json!({ "purchase_at": call(seed)["receipt"]["purchase_at"] }));
}

fn has_debit(call: &Value) -> bool {
    call["rules"].as_array().is_some_and(|rules| rules.iter().any(|r| r["reward"]["type"] == json!("discount_debit")))
}

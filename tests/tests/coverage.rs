//! What the corpus must show: every paragraph, every reward in every setting, every code.
#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

use std::collections::BTreeSet;

use rabatt_engine::{Code, ReasonCode};
use rabatt_tests::corpus::{self, Case};
use serde_json::Value;

fn cases() -> Vec<Case> {
    corpus::all().unwrap()
}

fn answers() -> impl Iterator<Item = (Case, Value)> {
    cases().into_iter().map(|case| {
        let answer = serde_json::from_str(&rabatt_engine::answer(&case.call)).unwrap();
        (case, answer)
    })
}

fn missing<'a>(wanted: impl IntoIterator<Item = &'a str>, shown: &BTreeSet<String>) -> Vec<&'a str> {
    wanted.into_iter().filter(|wanted| !shown.contains(*wanted)).collect()
}

#[test]
fn there_are_at_least_250_cases() {
    let count = cases().len();
    assert!(count >= 250, "{count} cases");
}

#[test]
fn every_paragraph_of_the_semantics_has_a_case() {
    let shown: BTreeSet<String> =
        cases().iter().flat_map(|case| &case.cites).map(|cite| cite.split('.').next().unwrap_or_default().to_owned()).collect();
    let paragraphs: Vec<String> = (1..=14).chain(16..=20).chain([22]).map(|n| format!("§{n}")).collect();
    assert_eq!(missing(paragraphs.iter().map(String::as_str), &shown), [""; 0]);
}

#[test]
fn every_diagnostic_code_has_a_case() {
    let shown: BTreeSet<String> = answers()
        .flat_map(|(_, answer)| answer["errors"].as_array().cloned().unwrap_or_default())
        .filter_map(|error| error["code"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(missing(Code::ALL.iter().map(|code| code.as_str()), &shown), [""; 0]);
}

#[test]
fn every_explain_code_and_verdict_has_a_case() {
    let mut shown = BTreeSet::new();
    for (_, answer) in answers() {
        for verdict in answer["outcome"]["explain"].as_array().into_iter().flatten() {
            shown.insert(verdict["verdict"].as_str().unwrap().to_owned());
            shown.extend(verdict["reasons"].as_array().into_iter().flatten().map(|reason| {
                let code = reason["code"].as_str().unwrap();
                code.split_once('.').map_or(code.to_owned(), |(prefix, _)| format!("{prefix}."))
            }));
        }
    }
    let verdicts = ["applied", "partly_applied", "lost", "not_applied", "store.", "customer."];
    assert_eq!(missing(ReasonCode::PLAIN.iter().copied().chain(verdicts), &shown), [""; 0]);
}

/// Reward type, base, effect and setting of every rule that gave something in some case.
#[test]
fn every_reward_has_a_case_in_every_setting() {
    let mut shown = BTreeSet::new();
    for (case, answer) in answers() {
        let call: Value = match serde_json::from_str(&case.call) {
            Ok(call) => call,
            Err(_) => continue,
        };
        let gave = |id: &Value| {
            answer["outcome"]["applied"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|applied| applied["rule_id"] == *id && (applied["amount"] != 0 || applied["bonus"] != 0))
        };
        for rule in call["rules"].as_array().into_iter().flatten().filter(|rule| gave(&rule["id"])) {
            let (reward, requirement) = (&rule["reward"], &rule["requirement"]);
            let setting = if requirement["item"]["mixes"].as_array().is_some_and(|mixes| !mixes.is_empty()) {
                "mixes"
            } else if requirement["stamp"].is_number() {
                "stamps"
            } else if reward["values"].as_array().is_some_and(|values| !values.is_empty()) {
                "values"
            } else if requirement["item"]["items"].as_array().is_some_and(|items| !items.is_empty() && items[0]["id"] != "*") {
                "item"
            } else {
                "receipt"
            };
            let word = |value: &Value, default: &str| value.as_str().unwrap_or(default).to_owned();
            let (base, effect) = (word(&reward["base"], "gross"), word(&reward["effect"], "discount"));
            shown.insert(format!("{} {base} {effect} {setting}", reward["type"].as_str().unwrap_or_default()));
        }
    }
    let mut wanted = Vec::new();
    for kind in ["amount", "percent", "item_new_price", "item_quantity", "item_percent", "mix_new_price", "debit"] {
        for base in ["gross", "net"] {
            for effect in ["discount", "bonus"] {
                for setting in ["item", "receipt", "mixes", "stamps", "values"] {
                    let occurs = match kind {
                        // A debit is money off, never with mixes, and has one balance, so no values.
                        "debit" => effect == "discount" && ["item", "receipt", "stamps"].contains(&setting),
                        "mix_new_price" => setting == "mixes",
                        _ => true,
                    };
                    if occurs {
                        wanted.push(format!("discount_{kind} {base} {effect} {setting}"));
                    }
                }
            }
        }
    }
    assert_eq!(missing(wanted.iter().map(String::as_str), &shown), [""; 0]);
}

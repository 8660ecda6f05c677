//! A Plan made from another one by a change is the Plan compiled of all its rules: hash, order, answers, problems.

#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

use std::collections::BTreeMap;

use rabatt_engine::{EvaluateOptions, HeldRefs, Plan, RecalculateOptions, Ref, Workspace, check, evaluate_held, recalculate};
use rabatt_engine::{Facts, Receipt};
use rabatt_tests::generate::{Random, call};
use serde_json::{Value, json};

const OPTIONS: RecalculateOptions =
    RecalculateOptions { evaluate: EvaluateOptions { explain: true, steps: Some(20_000) }, amounts: true };

/// Rules of some Call that compile, and its receipt.
fn rules(seed: u64) -> (Vec<Value>, String) {
    let call = call(seed);
    let mut rules = call["rules"].as_array().cloned().unwrap_or_default();
    rules.retain(|rule| check(&format!("[{rule}]")).is_empty());
    (rules, call["receipt"].to_string())
}

/// The same rules, compiled as a whole from a list in some order.
fn anew(set: &BTreeMap<String, String>, random: &mut Random) -> Plan {
    let mut texts: Vec<&str> = set.values().map(String::as_str).collect();
    random.shuffle(&mut texts);
    Plan::from_json(&format!("[{}]", texts.join(","))).unwrap()
}

/// What a Plan says of receipts, with `facts` or without.
fn answers(plan: &Plan, receipts: &[String], facts: Option<&Facts<'_>>) -> Vec<String> {
    let mut workspace = Workspace::new();
    let answer = |receipt: &String| format!("{:?}", recalculate(plan, receipt, facts, OPTIONS, &mut workspace));
    receipts.iter().map(answer).collect()
}

fn assert_same(changed: &Plan, anew: &Plan, receipts: &[String], seed: u64) {
    assert_eq!(changed.hash(), anew.hash(), "seed {seed}");
    let told = |plan: &Plan| plan.rules().iter().map(|rule| format!("{rule:?}")).collect::<Vec<_>>();
    assert_eq!(told(changed), told(anew), "seed {seed}");
    for (at, rule) in (0u32..).zip(anew.rules()) {
        assert_eq!(changed.rule_index(&rule.id), Some(at), "seed {seed}");
    }
    assert_eq!(answers(changed, receipts, None), answers(anew, receipts, None), "seed {seed}");
}

/// A rule of another Call: one that is there already, changed, or a new one.
fn some_rule(random: &mut Random, names: usize) -> Option<(String, String)> {
    let (mut rules, _) = rules(random.bits() >> 1);
    let mut rule = rules.pop()?;
    let id = format!("r{}", random.below(names));
    rule["id"] = json!(id);
    if random.percent(10) {
        rule["refs"] = json!([{"id": "sent along"}]);
    }
    // A rule that switches itself off is refused.
    let text = rule.to_string();
    check(&format!("[{text}]")).is_empty().then_some((id, text))
}

/// Several changes at once: rules to put, and ids to remove.
fn change(random: &mut Random, names: usize) -> (Vec<(String, String)>, Vec<String>) {
    let mut put: Vec<(String, String)> = (0..random.below(3)).filter_map(|_| some_rule(random, names)).collect();
    put.dedup_by(|a, b| a.0 == b.0);
    let gone = (0..random.below(3)).map(|_| format!("r{}", random.below(names)));
    (put, gone.collect())
}

fn apply(plan: &Plan, put: &[(String, String)], gone: &[String]) -> (Plan, rabatt_engine::Moved) {
    let texts: Vec<&str> = put.iter().map(|(_, text)| text.as_str()).collect();
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    plan.with(&format!("[{}]", texts.join(",")), &gone).unwrap()
}

#[test]
fn a_changed_plan_is_one_compiled_anew() {
    let (mut changes, mut answered) = (0, 0);
    for seed in 0..250 {
        let mut random = Random::new(seed);
        let (start, receipt) = rules(seed);
        let receipts = [receipt, rules(seed + 1_000_000).1];
        let mut set: BTreeMap<String, String> =
            start.into_iter().map(|rule| (rule["id"].as_str().unwrap().to_owned(), rule.to_string())).collect();
        let mut plan = anew(&set, &mut random);
        for _ in 0..6 {
            let (put, gone) = change(&mut random, 9);
            (plan, _) = apply(&plan, &put, &gone);
            set.retain(|id, _| !gone.contains(id));
            set.extend(put);
            let whole = anew(&set, &mut random);
            assert_same(&plan, &whole, &receipts, seed);
            changes += 1;
            answered += usize::from(answers(&whole, &receipts, None).iter().any(|answer| answer.contains("discount_id")));
        }
    }
    assert!(changes == 1_500 && answered > 200, "{changes} changes, {answered} of them with discounts");
}

/// When the hash of a Plan is asked for, if at all, neither changes it nor those of the Plans made from it.
#[test]
fn the_hash_is_the_same_whenever_it_is_asked_for() {
    let (mut before, mut later) = (0, 0);
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let mut set = BTreeMap::new();
        while set.len() < 200 {
            set.extend(some_rule(&mut random, 400));
        }
        // Now and then, always, or only at the end.
        let often = [0, 30, 100][seed as usize % 3];
        // All Plans so far, with the hash that each should have.
        let whole = anew(&set, &mut random);
        let mut plans = vec![(anew(&set, &mut random), whole.hash().to_owned(), set)];
        for _ in 0..12 {
            // Mostly the newest changes, now and then one of before.
            let from = if random.percent(80) { plans.len() - 1 } else { random.below(plans.len()) };
            let (plan, hash, set) = &plans[from];
            if random.percent(often) {
                assert_eq!(plan.hash(), hash, "seed {seed}");
                before += 1;
            }
            let (put, gone) = change(&mut random, 400);
            let (changed, _) = apply(plan, &put, &gone);
            let mut set = set.clone();
            set.retain(|id, _| !gone.contains(id));
            set.extend(put);
            let hash = anew(&set, &mut random).hash().to_owned();
            plans.push((changed, hash, set));
            let (plan, hash, _) = &plans[random.below(plans.len())];
            if random.percent(often) {
                assert_eq!(plan.hash(), hash, "seed {seed}");
                later += 1;
            }
        }
        random.shuffle(&mut plans);
        for (plan, hash, _) in &plans {
            assert_eq!(plan.hash(), hash, "seed {seed}");
        }
    }
    assert!(before > 50 && later > 50, "{before} asked before a change, {later} later");
}

/// Enough rules for the hash to go on from the middle, and for rules to move far.
#[test]
fn one_of_many_rules_changes() {
    for seed in 0..6 {
        let mut random = Random::new(seed);
        let mut set = BTreeMap::new();
        while set.len() < 150 {
            set.extend(some_rule(&mut random, 300));
        }
        let receipts: Vec<String> = (0..4).map(|at| rules(seed + 500 * at).1).collect();
        let mut plan = anew(&set, &mut random);
        for round in 0..40 {
            let (put, gone) = change(&mut random, 300);
            (plan, _) = apply(&plan, &put, &gone);
            set.retain(|id, _| !gone.contains(id));
            set.extend(put);
            let whole = anew(&set, &mut random);
            // Whether or not the hashes in between were asked for.
            if random.percent(30) {
                assert_eq!(plan.hash(), whole.hash(), "seed {seed}");
            }
            if round % 8 == 7 {
                assert_same(&plan, &whole, &receipts, seed);
            }
        }
    }
}

/// What rules once named is forgotten some time.
#[test]
fn a_plan_that_changes_all_the_time_stays_what_it_says() {
    let rule = |n: usize| {
        json!({"id": format!("rule {n}"), "created_at": "2024-01-01T00:00:00Z", "stacking": {"group": format!("group {n}")},
            "requirement": {"item": {"items": [{"id": format!("item {n}")}, {"group_id": format!("group {n}")}]}},
            "limitation": {"discount_activation": [{"type": "deactivate_if_discount_active", "value": format!("rule {}", n + 1)}]},
            "reward": {"type": "discount_amount", "value": 100}})
        .to_string()
    };
    let mut plan = Plan::from_json(&format!("[{}, {}]", rule(0), rule(1))).unwrap();
    for n in 2..1_500 {
        (plan, _) = plan.with(&format!("[{}]", rule(n)), &[&format!("rule {}", n - 2)]).unwrap();
        if n % 50 == 0 {
            let whole = Plan::from_json(&format!("[{}, {}]", rule(n), rule(n - 1))).unwrap();
            let line = |n: usize| json!({"id": format!("item {n}"), "gross_amount": 1_000, "eligible_for_discount": true});
            let receipt = |items: Value| json!({"purchase_at": "2024-06-01T12:00:00Z", "items": items}).to_string();
            let receipts = [receipt(json!([line(n)])), receipt(json!([line(n - 1), line(n), line(n - 2)]))];
            assert_same(&plan, &whole, &receipts, 0);
            assert!(answers(&plan, &receipts, None)[0].contains("discount_id"));
        }
    }
}

#[test]
fn problems_are_those_of_the_new_rules() {
    let plan = Plan::from_json(r#"[{"id": "a", "reward": {"type": "discount_percent", "value": 10}}]"#).unwrap();
    let good = r#"{"id": "b", "reward": {"type": "discount_percent", "value": 10}}"#;
    for wrong in [
        "[",
        "{}",
        r#"[{"id": "a", "reward": {"type": "discount_percent", "value": 101}}]"#,
        &format!("[{good}, {good}, {{}}]"),
        r#"[{"id": "", "reward": {"type": "discount_amount", "value": 1e500}}]"#,
    ] {
        let problems = plan.with(wrong, &["a"]).unwrap_err();
        assert!(!problems.is_empty() && problems == check(wrong), "{wrong}: {problems:?}");
    }
    let (same, moved) = plan.with("[]", &["nobody"]).unwrap();
    assert_eq!((same.hash(), moved.place(0), moved.place(1)), (plan.hash(), Some(0), None));
    let (none, moved) = plan.with("[]", &["a", "a"]).unwrap();
    assert_eq!((none.hash(), moved.place(0)), (Plan::from_json("[]").unwrap().hash(), None));
    assert_eq!(none.with(&format!("[{good}]"), &["b"]).unwrap().0.rules().len(), 1);
}

/// Refs that moved with their Plan are those made for it.
#[test]
fn held_refs_move_along() {
    let (mut compared, mut given) = (0, 0);
    let (mut by_moved, mut by_anew) = (Workspace::new(), Workspace::new());
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let mut set = BTreeMap::new();
        for _ in 0..6 {
            set.extend(some_rule(&mut random, 8));
        }
        let mut plan = anew(&set, &mut random);
        let refs: Vec<Ref<'static>> = (0..12)
            .map(|n| Ref { id: format!("ref {n}").into(), rule_id: format!("r{}", random.below(8)).into(), ..Ref::default() })
            .filter(|held| plan.rule_index(&held.rule_id).is_some())
            .collect();
        let mut held = HeldRefs::of(&plan, refs.clone());
        // A rule that comes back has no refs any more.
        let mut lost = Vec::new();
        for _ in 0..4 {
            let (put, gone) = change(&mut random, 8);
            let (changed, moved) = apply(&plan, &put, &gone);
            let replaced = |id: &str| put.iter().any(|(put, _)| put == id);
            lost.extend(gone.into_iter().filter(|id| plan.rule_index(id).is_some() && !replaced(id)));
            (plan, held) = (changed, held.moved(&moved));
            let left = refs.iter().filter(|held| lost.iter().all(|lost| *lost != *held.rule_id)).cloned();
            let whole = HeldRefs::of(&plan, left);
            let text = rules(seed).1;
            let receipt = Receipt::from_json(&text).unwrap();
            let options = EvaluateOptions { explain: false, steps: Some(20_000) };
            let moved = evaluate_held(&plan, &receipt, &held, options, &mut by_moved).unwrap();
            let anew = evaluate_held(&plan, &receipt, &whole, options, &mut by_anew).unwrap();
            assert_eq!((moved.totals, &moved.lines), (anew.totals, &anew.lines), "seed {seed}");
            let names = |outcome: &rabatt_engine::Outcome, held: &HeldRefs<'_>| {
                let name = |at: u32| held.refs().get(at as usize).map(|held| held.id.to_string());
                outcome.applied.iter().map(|applied| applied.reference.and_then(name)).collect::<Vec<_>>()
            };
            assert_eq!(names(moved, &held), names(anew, &whole), "seed {seed}");
            compared += 1;
            given += usize::from(!moved.applied.is_empty());
        }
    }
    assert!(compared == 1_600 && given > 200, "{compared} compared, {given} with something given");
}

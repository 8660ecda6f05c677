//! Refs kept ready between purchases give what facts with the same refs give.

#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

use rabatt_engine::{EvaluateOptions, Facts, HeldRefs, Outcome, Plan, Receipt, Ref, Value, Workspace, evaluate, evaluate_held};
use rabatt_tests::generate::{Random, call};

/// What an outcome says, with refs by id.
fn told(outcome: &Outcome, refs: &[Ref<'_>]) -> String {
    let applied = outcome.applied.iter().map(|applied| {
        let held = applied.reference.and_then(|at| refs.get(at as usize)).map(|held| &*held.id);
        (applied.rule, held, applied.stage, applied.amount, applied.bonus, applied.stamp, applied.usage, applied.statistics)
    });
    format!("{:?} {:?} {:?} {}", outcome.totals, applied.collect::<Vec<_>>(), outcome.lines, outcome.gap)
}

#[test]
fn held_refs_are_facts() {
    let options = EvaluateOptions { explain: false, steps: None };
    let (mut by_facts, mut by_held) = (Workspace::new(), Workspace::new());
    let (mut compared, mut several) = (0, 0);
    for seed in 0..1_500 {
        let call = call(seed);
        let (rules, receipt) = (call["rules"].to_string(), call["receipt"].to_string());
        let facts = call.get("facts").filter(|facts| !facts.is_null()).map(ToString::to_string);
        let (Ok(plan), Ok(receipt)) = (Plan::from_json(&rules), Receipt::from_json(&receipt)) else { continue };
        let Some(Ok(mut facts)) = facts.as_deref().map(Facts::from_json) else { continue };
        facts.customer = Value::Absent;
        let refs = facts.refs.clone().unwrap_or_default();
        if facts.refs.is_none() {
            continue;
        }
        let Ok(expected) = evaluate(&plan, &receipt, Some(&facts), options, &mut by_facts) else { continue };

        // The order of adding does not matter, nor what was there in between.
        let mut random = Random::new(seed);
        let mut mixed = refs.clone();
        random.shuffle(&mut mixed);
        let split = random.below(mixed.len() + 1);
        let mut held = HeldRefs::new();
        for one in mixed.get(..split).unwrap() {
            held.add(&plan, one.clone());
        }
        let len = held.len();
        for rule in plan.rules() {
            held.add(&plan, Ref { id: "other".into(), rule_id: rule.id.to_string().into(), ..Ref::default() }).unwrap();
        }
        held.truncate(len);
        for one in mixed.get(split..).unwrap() {
            held.add(&plan, one.clone());
        }
        let found = evaluate_held(&plan, &receipt, &held, options, &mut by_held).unwrap();
        assert_eq!(told(found, held.refs()), told(expected, &refs), "seed {seed}");
        compared += 1;
        several += usize::from(held.len() > 1 && !found.applied.is_empty());
    }
    assert!(compared > 150 && several > 25, "{compared} compared, {several} with several refs");
}

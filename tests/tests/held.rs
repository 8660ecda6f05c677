//! Refs kept ready between purchases give what facts with the same refs give.

#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

use rabatt_engine::{
    EvaluateOptions, Facts, HeldRefs, Holding, Outcome, ParsedReceipt, Plan, RecalculateOptions, Receipt, Ref, Statistics, Value,
    Workspace, evaluate, evaluate_held, recalculate, recalculate_held,
};
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

/// What everybody holds and what one buyer does, kept apart, give what all of it together does.
#[test]
fn a_holding_is_facts() {
    let (mut by_facts, mut by_holding) = (Workspace::new(), Workspace::new());
    let (mut compared, mut hidden, mut changed) = (0, 0, 0);
    for seed in 0..1_500 {
        let call = call(seed);
        let (rules, receipt) = (call["rules"].to_string(), call["receipt"].to_string());
        let facts = call.get("facts").filter(|facts| !facts.is_null()).map(ToString::to_string);
        let Ok(plan) = Plan::from_json(&rules) else { continue };
        let Some(Ok(facts)) = facts.as_deref().map(Facts::from_json) else { continue };
        let Some(refs) = facts.refs else { continue };

        let mut random = Random::new(seed);
        let (own, mut shared): (Vec<_>, Vec<_>) = refs.into_iter().partition(|_| random.below(3) == 0);
        // Rules of which there are others, too.
        shared.extend(own.iter().filter(|_| random.below(2) == 0).map(|held| Ref { id: "hidden".into(), ..held.clone() }));
        random.shuffle(&mut shared);
        let everybody = HeldRefs::of(&plan, shared.clone());
        let mut holding = Holding::new(&everybody);
        let mut expected = own.clone();
        for held in &own {
            assert_eq!(holding.add(&plan, held.clone()), plan.rules().iter().any(|rule| *rule.id == *held.rule_id));
        }
        for (at, held) in (0u32..).zip(everybody.refs()) {
            if own.iter().any(|own| own.rule_id == held.rule_id) {
                hidden += 1;
                continue;
            }
            let mut held = held.clone();
            if random.below(2) == 0 {
                held.statistics = Statistics { usage: 1, current_stamp: 2, ..held.statistics };
                holding.set_statistics(at, held.statistics);
                changed += 1;
            }
            expected.push(held);
        }
        if let Some(rule) = plan.rules().get(random.below(plan.rules().len().max(1)))
            && random.below(4) == 0
        {
            holding.take_away(&plan, &rule.id);
            expected.retain(|held| *held.rule_id != *rule.id);
        }
        let options = RecalculateOptions { evaluate: EvaluateOptions { explain: true, steps: None }, amounts: true };
        let by_name = |refs: &[Ref<'_>]| {
            let mut names: Vec<_> = refs.iter().filter(|held| !held.deleted).map(|held| format!("{held:?}")).collect();
            names.sort_unstable();
            names
        };
        let told: Vec<_> =
            expected.iter().filter(|held| plan.rules().iter().any(|rule| *rule.id == *held.rule_id)).cloned().collect();
        assert_eq!(by_name(&holding.to_refs(&plan)), by_name(&told), "seed {seed}");
        let facts = Facts { refs: Some(expected), customer: Value::Absent };
        let expected = recalculate(&plan, &receipt, Some(&facts), options, &mut by_facts);
        let found = recalculate_held(&plan, &receipt, &holding, options, &mut by_holding);
        let alone = ParsedReceipt::from_json(&receipt)
            .and_then(|receipt| receipt.receipt_held(&plan, &holding, options, &mut by_holding));
        assert_eq!(alone, found.clone().map(|found| found.receipt), "seed {seed}");
        match (expected, found) {
            (Ok(expected), Ok(found)) => {
                assert_eq!(found.receipt, expected.receipt, "seed {seed}");
                assert_eq!(found.outcome, expected.outcome, "seed {seed}");
                compared += 1;
            }
            (expected, found) => assert_eq!(found.err(), expected.err(), "seed {seed}"),
        }
    }
    assert!(compared > 150 && hidden > 25 && changed > 25, "{compared} compared, {hidden} hidden, {changed} changed");
}

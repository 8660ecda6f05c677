//! `compile parse|plan|change|nothing RULES`: for callgrind, which counts instructions. Parses or compiles the workload's
//! rules once; `change` compiles them twice, and then changes a hundred of them one by one and asks each Plan for its hash;
//! `nothing` only makes their text. Prints how much memory what was made takes.

use std::hint::black_box;

use rabatt_benches::{plain, workload};
use rabatt_engine::Plan;

const CHANGES: u64 = 100;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rules = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(10_000);
    let text = workload::rules(rules, 1);
    // For the changes: the same rules with other values.
    let others = workload::rules(rules, 2);
    let before = resident();
    match words.first().map(String::as_str) {
        Some("parse") => report(before, &serde_json::from_str::<Vec<plain::Rule>>(black_box(&text))),
        Some("plan") => report(before, &Plan::from_json(black_box(&text))),
        Some("change") => report(before, &changed(&text, &others, rules)),
        _ => report(before, &text),
    }
}

/// Rules all over the Plan change, each in a Plan made from the one before.
fn changed(text: &str, others: &str, rules: u64) -> Option<Plan> {
    let others = Plan::from_json(others).ok()?;
    let mut plan = Plan::from_json(text).ok()?;
    for change in 0..CHANGES {
        let other = others.rules().get((change * rules / CHANGES) as usize)?;
        plan = plan.with(&format!("[{}]", &*other.source), &[]).ok()?.0;
        black_box(plan.hash());
    }
    Some(plan)
}

fn report<T>(before: u64, made: &T) {
    println!("{} kB", resident().saturating_sub(before));
    black_box(made);
}

/// Memory of this process, in kB.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or_default()
}

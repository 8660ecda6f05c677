//! Rabatt's engine beside its floors, on the seeded workload (see `benches/README.md`).
#![expect(clippy::expect_used, reason = "a bench stops where its set-up fails")]

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rabatt_benches::{plain, workload};
use rabatt_engine::{EvaluateOptions, Plan, RecalculateOptions, Receipt, Workspace, evaluate, recalculate};

const RULES: [u64; 4] = [10, 100, 1_000, 10_000];

/// Lines of the receipts that a bench goes through, whatever the size of one: enough that branches
/// are not learned by heart, and as much memory for small receipts as for large ones.
const LINES: u64 = 2_000;

fn plan(rules: u64) -> Plan {
    Plan::from_json(&workload::rules(rules, 1)).expect("the workload's rules are good")
}

fn receipts(rules: u64, lines: u64, quantity: u64) -> Vec<String> {
    (0..LINES / lines).map(|seed| workload::receipt(rules, lines, quantity, seed)).collect()
}

fn parse(texts: &[String]) -> Vec<Receipt<'_>> {
    texts.iter().map(|text| Receipt::from_json(text).expect("the workload's receipts are good")).collect()
}

/// The floor: the item, the groups and the store of every line looked up in hash maps.
fn look_up<S: BuildHasher>(
    ids: &HashMap<String, u32, S>,
    groups: &HashMap<String, u32, S>,
    stores: &HashMap<String, u32, S>,
    receipt: &Receipt<'_>,
) -> u32 {
    let mut found = stores.get(receipt.store.member("id").as_text().unwrap_or("")).copied().unwrap_or(0);
    for item in &receipt.items {
        found = found.wrapping_add(item.id.as_deref().and_then(|id| ids.get(id)).copied().unwrap_or(0));
        for group in &item.groups {
            found = found.wrapping_add(groups.get(&**group).copied().unwrap_or(0));
        }
    }
    found
}

type Keys<S> = [HashMap<String, u32, S>; 3];

fn keys<S: BuildHasher + Default>(rules: u64) -> Keys<S> {
    let mut keys: Keys<S> = Default::default();
    for (n, rule) in (0u32..).zip(plan(rules).rules()) {
        if let rabatt_engine::Items::Listed(entries) = &rule.requirement.items {
            for entry in entries {
                keys[0].extend(entry.id.as_deref().map(|id| (id.to_owned(), n)));
                keys[1].extend(entry.group_id.as_deref().map(|group| (group.to_owned(), n)));
            }
        }
        keys[2].insert(format!("store-{}", n % 50), n);
    }
    keys
}

fn in_memory(c: &mut Criterion) {
    let mut group = c.benchmark_group("memory");
    for rules in RULES {
        let texts = receipts(rules, 10, 0);
        let receipts = parse(&texts);
        let mut next = receipts.iter().cycle();
        let [ids, groups, stores] = keys::<std::collections::hash_map::RandomState>(rules);
        group.bench_function(BenchmarkId::new("floor-siphash", rules), |b| {
            b.iter(|| look_up(&ids, &groups, &stores, black_box(next.next().expect("endless"))));
        });
        let [ids, groups, stores] = keys::<rustc_hash::FxBuildHasher>(rules);
        group.bench_function(BenchmarkId::new("floor-fx", rules), |b| {
            b.iter(|| look_up(&ids, &groups, &stores, black_box(next.next().expect("endless"))));
        });
        let plan = plan(rules);
        let mut workspace = Workspace::new();
        group.bench_function(BenchmarkId::new("evaluate", rules), |b| {
            b.iter(|| {
                let receipt = black_box(next.next().expect("endless"));
                evaluate(&plan, receipt, None, EvaluateOptions::default(), &mut workspace).expect("evaluates").totals.discount
            });
        });
    }
    group.finish();
}

fn text_to_text(c: &mut Criterion) {
    let mut group = c.benchmark_group("text");
    for rules in RULES {
        let receipts = receipts(rules, 10, 0);
        let mut next = receipts.iter().cycle();
        group.bench_function(BenchmarkId::new("floor-parse-serialise", rules), |b| {
            b.iter(|| {
                let receipt: plain::Receipt = serde_json::from_str(black_box(next.next().expect("endless"))).expect("parses");
                serde_json::to_string(&receipt).expect("serialises").len()
            });
        });
        let plan = plan(rules);
        let mut workspace = Workspace::new();
        group.bench_function(BenchmarkId::new("recalculate", rules), |b| {
            b.iter(|| {
                let receipt = black_box(next.next().expect("endless"));
                recalculate(&plan, receipt, None, RecalculateOptions::default(), &mut workspace).expect("evaluates").receipt.len()
            });
        });
    }
    group.finish();
}

fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("growth");
    let plan = plan(1_000);
    let mut workspace = Workspace::new();
    for (name, lines, quantity) in
        [("quantity-1", 10, 1), ("quantity-10000", 10, 10_000), ("lines-10", 10, 0), ("lines-1000", 1_000, 0)]
    {
        let texts = receipts(1_000, lines, quantity);
        let receipts = parse(&texts);
        let mut next = receipts.iter().cycle();
        group.bench_function(name, |b| {
            b.iter(|| {
                let receipt = black_box(next.next().expect("endless"));
                evaluate(&plan, receipt, None, EvaluateOptions::default(), &mut workspace).expect("evaluates").totals.discount
            });
        });
    }
    group.finish();
}

fn compile(c: &mut Criterion) {
    let mut group = c.benchmark_group("compile");
    group.sample_size(20);
    for rules in [10_000, 100_000] {
        let text = workload::rules(rules, 1);
        group.bench_function(format!("floor-parse-{rules}"), |b| {
            b.iter(|| serde_json::from_str::<Vec<plain::Rule>>(black_box(&text)).expect("parses").len());
        });
        group.bench_function(format!("compile-{rules}"), |b| {
            b.iter(|| Plan::from_json(black_box(&text)).expect("compiles").rules().len());
        });
    }
    let (plan, others) = (plan(10_000), Plan::from_json(&workload::rules(10_000, 2)).expect("the workload's rules are good"));
    let mut next = others.rules().iter().cycle();
    let mut change = || {
        let other = format!("[{}]", &*next.next().expect("endless").source);
        black_box(&plan).with(&other, &[]).expect("compiles").0
    };
    // With the hash, as compiling is; and as whoever does not ask for it has it.
    group.bench_function("change-10000", |b| b.iter(|| change().hash().len()));
    group.bench_function("change-unhashed-10000", |b| b.iter(|| change().rules().len()));
    group.finish();
}

criterion_group!(benches, in_memory, text_to_text, growth, compile);
criterion_main!(benches);

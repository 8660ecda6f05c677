//! `sizes [--quick] [--out FOLDER]`: Rabatt alone, by rules, lines and overlap, on the corpus, and on what is adverse to it.

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rabatt_benches::adverse::ADVERSE;
use rabatt_benches::overlap::{COMPETING, Overlap};
use rabatt_benches::plain;
use rabatt_benches::results::{Part, Spread, folder};
use rabatt_benches::turns::{Pace, Turn, measure};
use rabatt_engine::{EvaluateOptions, Facts, Plan, Problem, RecalculateOptions, Receipt, Workspace, evaluate, recalculate};

const RULES: [u64; 5] = [10, 100, 1_000, 10_000, 100_000];
const LINES: [u64; 5] = [1, 10, 50, 200, 1_000];

/// Bundles are not tried for longer than this.
const PATIENCE: Duration = Duration::from_secs(90);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), String> {
    let pace = Pace::of(words);
    let quick = words.iter().any(|word| word == "--quick");
    let mut part = Part::new("sizes");
    for overlap in Overlap::ALL {
        sizes(overlap, pace, &mut part)?;
    }
    adverse(pace, &mut part)?;
    compile(pace, &mut part)?;
    corpus(pace, &mut part)?;
    bundles(if quick { 300 } else { 10_000 }, &mut part)?;
    println!("{}", part.write(&folder(words))?.display());
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn told(problems: Vec<Problem>) -> String {
    format!("{problems:?}")
}

/// The discount of one receipt.
fn discount(plan: &Plan, receipt: &Receipt<'_>, facts: Option<&Facts<'_>>, workspace: &mut Workspace) -> Option<i64> {
    evaluate(plan, receipt, facts, EvaluateOptions::default(), workspace).ok().map(|outcome| outcome.totals.discount)
}

/// Which numbers of rules are measured: where a search takes all its steps, that takes up to a second and rules hardly matter.
fn rules_of(overlap: Overlap, lines: u64) -> &'static [u64] {
    if overlap == Overlap::Bundles && lines >= 200 { &[1_000] } else { &RULES }
}

/// Every number of rules in turns, for each number of lines.
fn sizes(overlap: Overlap, pace: Pace, part: &mut Part) -> Result<(), String> {
    let plans: Vec<(u64, Plan)> = RULES
        .iter()
        .map(|rules| Plan::from_json(&overlap.rules(*rules, 1)).map(|plan| (*rules, plan)).map_err(told))
        .collect::<Result<_, _>>()?;
    for lines in LINES {
        let count = (2_000 / lines).clamp(2, 500);
        let rules = rules_of(overlap, lines);
        let plans: Vec<&(u64, Plan)> = plans.iter().filter(|(count, _)| rules.contains(count)).collect();
        let texts: Vec<Vec<String>> =
            rules.iter().map(|rules| (0..count).map(|seed| overlap.receipt(*rules, lines, seed)).collect()).collect();
        let mut turns = Vec::new();
        let mut named = Vec::new();
        for ((rules, plan), texts) in plans.iter().zip(&texts) {
            let receipts = texts.iter().map(|text| Receipt::from_json(text)).collect::<Result<Vec<_>, _>>().map_err(told)?;
            let (mut one, mut two) = (Workspace::new(), Workspace::new());
            let (mut at, mut then, mut last) = (0, 0, 0);
            named.extend([("rabatt", "memory", *rules), ("rabatt", "text", *rules), ("floor-serde_json", "text", *rules)]);
            turns.push(Turn::new(move || {
                at = (at + 1) % receipts.len();
                black_box(receipts.get(at).and_then(|receipt| discount(plan, black_box(receipt), None, &mut one)));
            }));
            turns.push(Turn::new(move || {
                then = (then + 1) % texts.len();
                let text = texts.get(then).map_or("", String::as_str);
                let done = recalculate(plan, black_box(text), None, RecalculateOptions::default(), &mut two);
                black_box(done.map(|done| done.receipt.len()).ok());
            }));
            turns.push(Turn::new(move || {
                last = (last + 1) % texts.len();
                let text = texts.get(last).map_or("", String::as_str);
                let read = serde_json::from_str::<plain::Receipt>(black_box(text));
                black_box(read.and_then(|receipt| serde_json::to_string(&receipt)).ok());
            }));
        }
        for ((who, door, rules), spread) in named.into_iter().zip(measure(&mut turns, pace)) {
            part.time(who, door, (overlap.name(), rules, lines), spread);
        }
        drop(turns);
        if let [(count, plan)] = plans.as_slice() {
            let receipts: Vec<Receipt<'_>> =
                texts.iter().flatten().map(|text| Receipt::from_json(text)).collect::<Result<_, _>>().map_err(told)?;
            widest(plan, &receipts, (overlap.name(), *count, lines), part)?;
        }
    }
    Ok(())
}

fn adverse(pace: Pace, part: &mut Part) -> Result<(), String> {
    for adverse in &ADVERSE {
        let plan = Plan::from_json(&adverse.rules()).map_err(told)?;
        let texts: Vec<String> = (0..50).map(|seed| adverse.receipt(seed)).collect();
        let receipts = texts.iter().map(|text| Receipt::from_json(text)).collect::<Result<Vec<_>, _>>().map_err(told)?;
        let mut workspace = Workspace::new();
        let mut at = 0;
        let mut turns = vec![Turn::new(|| {
            at = (at + 1) % receipts.len();
            black_box(receipts.get(at).and_then(|receipt| discount(&plan, receipt, None, &mut workspace)));
        })];
        let key = (adverse.name, adverse.rules, adverse.lines);
        for spread in measure(&mut turns, pace) {
            part.time("rabatt", "memory", key, spread);
        }
        drop(turns);
        widest(&plan, &receipts, key, part)?;
    }
    Ok(())
}

/// Adds the widest gap of these receipts.
fn widest(plan: &Plan, receipts: &[Receipt<'_>], key: (&str, u64, u64), part: &mut Part) -> Result<(), String> {
    let mut workspace = Workspace::new();
    let gaps: Vec<i64> = receipts.iter().map(|receipt| permille(plan, receipt, &mut workspace)).collect::<Result<_, _>>()?;
    part.row("rabatt", "gap", key, "permille", Spread::exactly(gaps.iter().copied().max().unwrap_or(0) as f64));
    Ok(())
}

/// How much more discount may exist than was found, in thousandths of it.
fn permille(plan: &Plan, receipt: &Receipt<'_>, workspace: &mut Workspace) -> Result<i64, String> {
    let outcome =
        evaluate(plan, receipt, None, EvaluateOptions::default(), workspace).map_err(|problem| format!("{problem:?}"))?;
    let given = outcome.totals.discount.max(1);
    Ok((outcome.gap * 1_000 + given - 1) / given)
}

/// Compiling beside reading the same rules into plain structs.
fn compile(pace: Pace, part: &mut Part) -> Result<(), String> {
    for rules in [1_000, 100_000] {
        let text = Overlap::Few.rules(rules, 1);
        Plan::from_json(&text).map_err(told)?;
        let mut turns = vec![
            Turn::making(|| Plan::from_json(black_box(&text))),
            Turn::making(|| serde_json::from_str::<Vec<plain::Rule>>(black_box(&text))),
        ];
        for (who, spread) in ["rabatt", "floor-serde_json"].into_iter().zip(measure(&mut turns, pace)) {
            part.time(who, "compile", ("few", rules, 10), spread);
        }
    }
    Ok(())
}

/// Every case of `rules-examples/` whose rules, facts and receipt are good, once.
fn corpus(pace: Pace, part: &mut Part) -> Result<(), String> {
    let mut cases = Vec::new();
    collect(Path::new("rules-examples"), &mut cases)?;
    let owned: Vec<(Plan, String, Option<String>)> = cases
        .iter()
        .filter_map(|case| {
            let plan = Plan::from_json(&case.get("rules")?.to_string()).ok()?;
            let receipt = case.get("receipt")?.to_string();
            let facts = case.get("facts").map(ToString::to_string);
            let good = Receipt::from_json(&receipt).is_ok() && facts.as_ref().is_none_or(|facts| Facts::from_json(facts).is_ok());
            good.then_some((plan, receipt, facts))
        })
        .collect();
    if owned.len() < 100 {
        return Err(format!("rules-examples/ has only {} good cases: this runs in the repository", owned.len()));
    }
    let receipts: Vec<Receipt<'_>> =
        owned.iter().map(|(_, text, _)| Receipt::from_json(text)).collect::<Result<_, _>>().map_err(told)?;
    let facts: Vec<Option<Facts<'_>>> = owned
        .iter()
        .map(|(_, _, text)| text.as_deref().map(Facts::from_json).transpose())
        .collect::<Result<_, _>>()
        .map_err(told)?;
    let mut workspace = Workspace::new();
    let mut turns = vec![Turn::new(|| {
        for (((plan, ..), receipt), facts) in owned.iter().zip(&receipts).zip(&facts) {
            black_box(discount(plan, receipt, facts.as_ref(), &mut workspace));
        }
    })];
    let count = owned.len() as f64;
    for Spread { median, low, high } in measure(&mut turns, pace) {
        let each = Spread { median: median / count, low: low / count, high: high / count };
        part.time("rabatt", "memory", ("corpus", 0, 0), each);
        part.checked(&format!("{count} cases of rules-examples/, each once"));
    }
    Ok(())
}

fn collect(folder: &Path, cases: &mut Vec<serde_json::Value>) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", folder.display());
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).map_err(|error| told(&error))?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, cases)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).map_err(|error| told(&error))?;
            cases.push(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?);
        }
    }
    Ok(())
}

/// Receipts of 40 lines under ten bundles of four units, each once: how long each takes, and whether it is proven.
fn bundles(seeds: u64, part: &mut Part) -> Result<(), String> {
    let mut workspace = Workspace::new();
    let (mut times, mut widest, mut open) = (Vec::new(), 0, 0);
    let start = Instant::now();
    for seed in 0..seeds {
        if start.elapsed() > PATIENCE {
            break;
        }
        let plan = Plan::from_json(&Overlap::Bundles.rules(COMPETING, seed)).map_err(told)?;
        let text = Overlap::Bundles.receipt(COMPETING, 40, seed);
        let receipt = Receipt::from_json(&text).map_err(told)?;
        let begun = Instant::now();
        black_box(discount(&plan, black_box(&receipt), None, &mut workspace));
        times.push(begun.elapsed().as_secs_f64() * 1e9);
        let gap = permille(&plan, &receipt, &mut workspace)?;
        widest = widest.max(gap);
        open += u64::from(gap > 0);
    }
    let key = ("bundles-by-seed", COMPETING, 40);
    part.time("rabatt", "memory", key, Spread::of(&times));
    part.checked(&format!("{} receipts, each once; {open} not proven", times.len()));
    part.time("rabatt", "worst", key, Spread::exactly(times.iter().copied().fold(0.0, f64::max)));
    part.row("rabatt", "open", key, "receipts", Spread::exactly(open as f64));
    part.row("rabatt", "gap", key, "permille", Spread::exactly(widest as f64));
    Ok(())
}

//! `instructions [--write]`: instructions of one evaluation, text and compilation under callgrind, beside those that
//! `benches/instructions.json` has: repeatable where times are not. `--write` stores them there.
//!
//! Each is run in a process of its own, some times and twice as often: the difference is what one takes, without the set-up.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::{Command, ExitCode};

use rabatt_benches::overlap::{COMPETING, Overlap};
use rabatt_engine::{EvaluateOptions, Plan, Problem, RecalculateOptions, Receipt, Workspace, evaluate, recalculate};
use serde::{Deserialize, Serialize};

const STORED: &str = "benches/instructions.json";

/// A piece of work: its name, how often it is done, and how.
const WORK: [(&str, u64, Work); 8] = [
    ("in memory, 10 rules, 10 lines", 400, Work::Memory(Overlap::Few, 10, 10)),
    ("in memory, 1 000 rules, 10 lines", 400, Work::Memory(Overlap::Few, 1_000, 10)),
    ("in memory, 10 000 rules, 10 lines", 400, Work::Memory(Overlap::Few, 10_000, 10)),
    ("in memory, 1 000 rules, 1 000 lines", 8, Work::Memory(Overlap::Few, 1_000, 1_000)),
    ("in memory, 10 bundles, 40 lines", 20, Work::Memory(Overlap::Bundles, COMPETING, 40)),
    ("text to text, 1 000 rules, 10 lines", 400, Work::Text(1_000)),
    ("parse and serialise with serde_json, 10 lines", 400, Work::Plain),
    ("compile 1 000 rules", 2, Work::Compile(1_000)),
];

#[derive(Debug, Clone, Copy)]
enum Work {
    Memory(Overlap, u64, u64),
    Text(u64),
    Plain,
    Compile(u64),
}

/// What is stored.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counts {
    /// They differ between compilers and processors' libraries; compare like with like.
    rustc: String,
    instructions: BTreeMap<String, u64>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["run", which, times] => which.parse().ok().zip(times.parse().ok()).ok_or("use run WHICH TIMES".to_owned()).and_then(run),
        [] => compare(false),
        ["--write"] => compare(true),
        _ => Err("use instructions [--write]".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn told(problems: Vec<Problem>) -> String {
    format!("{problems:?}")
}

/// Does one piece of work so often.
fn run((which, times): (usize, u64)) -> Result<(), String> {
    let (_, _, work) = *WORK.get(which).ok_or("there is no such work")?;
    match work {
        Work::Memory(overlap, rules, lines) => in_memory(overlap, rules, lines, times),
        Work::Text(rules) => text(rules, times),
        Work::Plain => {
            let texts: Vec<String> = (0..20).map(|seed| Overlap::Few.receipt(1_000, 10, seed)).collect();
            for text in texts.iter().cycle().take(usize::try_from(times).unwrap_or(0)) {
                let receipt: rabatt_benches::plain::Receipt = serde_json::from_str(text).map_err(|error| error.to_string())?;
                black_box(serde_json::to_string(&receipt).map_err(|error| error.to_string())?);
            }
            Ok(())
        }
        Work::Compile(rules) => {
            let text = Overlap::Few.rules(rules, 1);
            for _ in 0..times {
                black_box(Plan::from_json(black_box(&text)).map_err(told)?);
            }
            Ok(())
        }
    }
}

fn in_memory(overlap: Overlap, rules: u64, lines: u64, times: u64) -> Result<(), String> {
    let plan = Plan::from_json(&overlap.rules(rules, 1)).map_err(told)?;
    let texts: Vec<String> = (0..20).map(|seed| overlap.receipt(rules, lines, seed)).collect();
    let receipts = texts.iter().map(|text| Receipt::from_json(text)).collect::<Result<Vec<_>, _>>().map_err(told)?;
    let mut workspace = Workspace::new();
    for receipt in receipts.iter().cycle().take(usize::try_from(times).unwrap_or(0)) {
        let outcome = evaluate(&plan, receipt, None, EvaluateOptions::default(), &mut workspace);
        black_box(outcome.map_err(|problem| format!("{problem:?}"))?.totals.discount);
    }
    Ok(())
}

fn text(rules: u64, times: u64) -> Result<(), String> {
    let plan = Plan::from_json(&Overlap::Few.rules(rules, 1)).map_err(told)?;
    let texts: Vec<String> = (0..20).map(|seed| Overlap::Few.receipt(rules, 10, seed)).collect();
    let mut workspace = Workspace::new();
    for text in texts.iter().cycle().take(usize::try_from(times).unwrap_or(0)) {
        black_box(recalculate(&plan, text, None, RecalculateOptions::default(), &mut workspace).map_err(told)?.receipt.len());
    }
    Ok(())
}

/// Counts all, and prints them beside those stored.
fn compare(write: bool) -> Result<(), String> {
    let stored: Counts = match std::fs::read_to_string(STORED) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| format!("{STORED}: {error}"))?,
        Err(_) => Counts::default(),
    };
    let mut found = Counts { rustc: std::env::var("RABATT_BENCH_RUSTC").unwrap_or_default(), ..Counts::default() };
    println!("| instructions | before | now | ratio |\n| --- | ---: | ---: | ---: |");
    for (which, (name, times, _)) in WORK.iter().enumerate() {
        let now = count(which, 2 * times)?.saturating_sub(count(which, *times)?) / times;
        let before = stored.instructions.get(*name).copied();
        let ratio = before.map_or_else(|| "new".to_owned(), |before| format!("{:.3}", now as f64 / before.max(1) as f64));
        println!("| {name} | {} | {now} | {ratio} |", before.map_or_else(String::new, |before| before.to_string()));
        found.instructions.insert((*name).to_owned(), now);
    }
    if !stored.rustc.is_empty() && stored.rustc != found.rustc {
        println!("\nThose before are of {}, these of {}: compilers differ, too.", stored.rustc, found.rustc);
    }
    if write {
        let text = serde_json::to_string_pretty(&found).map_err(|error| error.to_string())?;
        std::fs::write(STORED, text + "\n").map_err(|error| format!("{STORED}: {error}"))?;
    }
    Ok(())
}

/// Instructions of a process that does the work so often.
fn count(which: usize, times: u64) -> Result<u64, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let done = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .args(["run", &which.to_string(), &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind: {error}; on Debian: sudo apt-get install valgrind"))?;
    let told = String::from_utf8_lossy(&done.stderr);
    let collected =
        told.lines().find_map(|line| line.split_once("Collected :")).and_then(|(_, number)| number.trim().parse().ok());
    match collected {
        Some(count) if done.status.success() => Ok(count),
        _ => Err(format!("valgrind did not count: {told}")),
    }
}

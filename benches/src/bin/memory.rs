//! `memory [--out FOLDER]`: allocations, and bytes held and needed at most, counted by the allocator itself: the same every time.

use std::path::PathBuf;
use std::process::ExitCode;

use allocation_counter::measure;
use rabatt_benches::overlap::{COMPETING, Overlap};
use rabatt_benches::results::{Part, Spread, folder};
use rabatt_engine::{EvaluateOptions, Plan, Problem, RecalculateOptions, Receipt, Workspace, evaluate, recalculate};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(path) => {
            println!("{}", path.display());
            ExitCode::SUCCESS
        }
        Err(problems) => {
            eprintln!("{problems}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn told(problems: Vec<Problem>) -> String {
    format!("{problems:?}")
}

fn run(words: &[String]) -> Result<PathBuf, String> {
    let mut part = Part::new("memory");
    for rules in [10, 1_000, 10_000, 100_000] {
        plans(rules, &mut part)?;
    }
    for (overlap, rules, lines) in [
        (Overlap::Few, 1_000, 10),
        (Overlap::Few, 1_000, 1_000),
        (Overlap::Bundles, COMPETING, 40),
        (Overlap::Bundles, COMPETING, 200),
    ] {
        receipts(overlap, rules, lines, &mut part)?;
    }
    part.write(&folder(words))
}

/// What a compiled set of rules holds, and what compiling needs beside the text.
fn plans(rules: u64, part: &mut Part) -> Result<(), String> {
    let text = Overlap::Few.rules(rules, 1);
    let mut plan = None;
    let counted = measure(|| plan = Some(Plan::from_json(&text)));
    plan.transpose().map_err(told)?;
    let key = ("few", rules, 10);
    part.row("rabatt", "plan", key, "bytes held", Spread::exactly(counted.bytes_current as f64));
    part.row("rabatt", "compile", key, "bytes at most", Spread::exactly(counted.bytes_max as f64));
    part.row("rabatt", "compile", key, "allocations", Spread::exactly(counted.count_total as f64));
    Ok(())
}

/// Once warm, per receipt.
fn receipts(overlap: Overlap, rules: u64, lines: u64, part: &mut Part) -> Result<(), String> {
    let plan = Plan::from_json(&overlap.rules(rules, 1)).map_err(told)?;
    let texts: Vec<String> = (0..20).map(|seed| overlap.receipt(rules, lines, seed)).collect();
    let receipts = texts.iter().map(|text| Receipt::from_json(text)).collect::<Result<Vec<_>, _>>().map_err(told)?;
    let key = (overlap.name(), rules, lines);
    let mut workspace = Workspace::new();
    let all = |workspace: &mut Workspace| {
        for receipt in &receipts {
            std::hint::black_box(evaluate(&plan, receipt, None, EvaluateOptions::default(), workspace).is_ok());
        }
    };
    let first = measure(|| {
        for _ in 0..8 {
            all(&mut workspace);
        }
    });
    let warm = measure(|| all(&mut workspace));
    let each = |count: u64| Spread::exactly(count as f64 / receipts.len() as f64);
    part.row("rabatt", "memory", key, "allocations", each(warm.count_total));
    part.row("rabatt", "workspace", key, "bytes held", Spread::exactly(first.bytes_current as f64));
    let text = |workspace: &mut Workspace| {
        for text in &texts {
            std::hint::black_box(recalculate(&plan, text, None, RecalculateOptions::default(), workspace).is_ok());
        }
    };
    text(&mut workspace);
    let counted = measure(|| text(&mut workspace));
    part.row("rabatt", "text", key, "allocations", each(counted.count_total));
    part.row("rabatt", "text", key, "bytes at most", Spread::exactly(counted.bytes_max as f64));
    Ok(())
}

//! The benches' ratios, read from what criterion measured last.

use std::fs;
use std::path::Path;

/// What is measured, against what, and the ratio to reach.
const ROWS: [(&str, &str, &str, &str); 9] = [
    ("evaluate in memory, 1 000 rules", "memory/evaluate/1000", "memory/floor-siphash/1000", "≤ 3"),
    ("evaluate in memory, 10 000 rules", "memory/evaluate/10000", "memory/evaluate/10", "≤ 2"),
    ("text to text, 1 000 rules", "text/recalculate/1000", "text/floor-parse-serialise/1000", "≤ 1.5"),
    ("text to text, 10 000 rules", "text/recalculate/10000", "text/floor-parse-serialise/10000", "≤ 1.5"),
    ("a quantity of 10 000", "growth/quantity-10000", "growth/quantity-1", "≤ 1.1"),
    ("1 000 lines, 1 000 rules", "growth/lines-1000", "growth/lines-10", "< 100"),
    ("compile 10 000 rules", "compile/compile-10000", "compile/floor-parse-10000", "≤ 3"),
    ("compile 100 000 rules", "compile/compile-100000", "compile/floor-parse-100000", "≤ 2"),
    ("change one of 10 000 rules", "compile/change-10000", "compile/compile-10000", "≤ 0.2"),
];

/// Prints the medians and their ratios as a table.
pub(crate) fn print() {
    println!("\n| measured | median | against | median | ratio | to reach |\n| --- | ---: | --- | ---: | ---: | ---: |");
    for (what, id, against, reach) in ROWS {
        if let (Some(own), Some(other)) = (median(id), median(against)) {
            println!("| {what} | {} | `{against}` | {} | {:.2} | {reach} |", time(own), time(other), own / other);
        }
    }
}

/// The median of a bench in nanoseconds.
fn median(id: &str) -> Option<f64> {
    let file = Path::new("target/criterion").join(id).join("new/estimates.json");
    let text = fs::read_to_string(file).ok()?;
    let (_, rest) = text.split_once("\"median\"")?;
    let (_, rest) = rest.split_once("\"point_estimate\":")?;
    rest.split([',', '}']).next()?.trim().parse().ok()
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}

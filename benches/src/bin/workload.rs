//! `workload RULES RECEIPTS`: the seeded workload as JSON, the rules on the first line and a
//! receipt of 10 lines on each further one, for benches in other languages.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use rabatt_benches::workload;

fn main() -> ExitCode {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let [rules, receipts] = numbers.as_slice() else {
        eprintln!("use workload RULES RECEIPTS");
        return ExitCode::from(2);
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let lines =
        std::iter::once(workload::rules(*rules, 1)).chain((0..*receipts).map(|seed| workload::receipt(*rules, 10, 0, seed)));
    for line in lines {
        // Whoever reads no further has what it wanted.
        if writeln!(out, "{line}").is_err() {
            return ExitCode::SUCCESS;
        }
    }
    ExitCode::SUCCESS
}

//! `native RULES RECEIPTS`: how many receipts of the workload the engine evaluates per second when
//! they are in memory already, on one thread and on all cores: what bindings are measured beside.
//! Rules are those on standard input when `-` follows.

use std::io::Read;
use std::process::ExitCode;
use std::time::Instant;

use rabatt_benches::workload;
use rabatt_engine::{EvaluateOptions, Plan, Problem, Receipt, Workspace, evaluate};

const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let [rules, receipts] = numbers.as_slice() else {
        eprintln!("use native RULES RECEIPTS [-]");
        return ExitCode::from(2);
    };
    let mut text = workload::rules(*rules, 1);
    if words.last().is_some_and(|word| word == "-") {
        text.clear();
        if let Err(error) = std::io::stdin().read_to_string(&mut text) {
            eprintln!("the rules could not be read: {error}");
            return ExitCode::FAILURE;
        }
    }
    match measure(&text, *rules, *receipts) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            eprintln!("{problems:?}");
            ExitCode::FAILURE
        }
    }
}

/// Prints `threads receipts-per-second` for one thread and for all cores.
fn measure(rules: &str, count: u64, receipts: u64) -> Result<(), Vec<Problem>> {
    let plan = Plan::from_json(rules)?;
    let texts: Vec<String> = (0..receipts).map(|seed| workload::receipt(count, 10, 0, seed)).collect();
    let receipts = texts.iter().map(|text| Receipt::from_json(text)).collect::<Result<Vec<_>, _>>()?;
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    for threads in [1, cores] {
        let mut rates: Vec<f64> = (0..ROUNDS).map(|_| rate(&plan, &receipts, threads)).collect();
        rates.sort_by(f64::total_cmp);
        println!("{threads} {:.0}", rates.get(ROUNDS / 2).copied().unwrap_or(0.0));
    }
    Ok(())
}

/// Receipts per second, each thread going through all of them some times.
fn rate(plan: &Plan, receipts: &[Receipt<'_>], threads: usize) -> f64 {
    let times = 200_000usize.div_ceil(receipts.len().max(1));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut workspace = Workspace::new();
                for receipt in std::iter::repeat_n(receipts, times).flatten() {
                    let outcome = evaluate(plan, receipt, None, EvaluateOptions::default(), &mut workspace);
                    std::hint::black_box(outcome.is_ok());
                }
            });
        }
    });
    (threads * times * receipts.len()) as f64 / start.elapsed().as_secs_f64()
}

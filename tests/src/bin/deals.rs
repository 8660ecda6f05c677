//! `deals --sets PART --seeds N --only N --steps N --show 1`: how many receipts of the size that §8.5 promises are proven? Solves N
//! problems of every set whose name has PART in it (or number N alone), and says per set how many are open, how much is missing at most (in
//! thousandths of the discount), and how long one takes. Exit code 1 when one is open.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use rabatt_engine::{EvaluateOptions, Plan, Receipt, Workspace, evaluate};
use rabatt_tests::deals::{Set, sets};

struct Options {
    part: String,
    seeds: u64,
    only: Option<u64>,
    steps: Option<u64>,
    show: bool,
}

fn options() -> Result<Options, String> {
    let mut options = Options { part: String::new(), seeds: 20, only: None, steps: None, show: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{word} {value}: not a number"));
        match word.as_str() {
            "--sets" => options.part.clone_from(&value),
            "--seeds" => options.seeds = number()?,
            "--only" => options.only = Some(number()?),
            "--steps" => options.steps = Some(number()?),
            "--show" => options.show = number()? > 0,
            _ => return Err(format!("{word}: use --sets PART --seeds N --only N --steps N --show 1")),
        }
    }
    Ok(options)
}

/// What came of some problems.
#[derive(Default)]
struct Found {
    open: u64,
    widest: i64,
    slowest: Duration,
    all: Duration,
}

fn measure(set: &Set, options: &Options, workspace: &mut Workspace) -> Result<Found, String> {
    let mut found = Found::default();
    for number in options.only.map_or(0..options.seeds, |only| only..only + 1) {
        let (rules, receipt) = set.problem(number);
        let told = |problems| format!("{} {number}: {problems:?}", set.name());
        let plan = Plan::from_json(&rules.to_string()).map_err(told)?;
        let text = receipt.to_string();
        let receipt = Receipt::from_json(&text).map_err(told)?;
        let started = Instant::now();
        let how = EvaluateOptions { steps: options.steps, ..EvaluateOptions::default() };
        let outcome = evaluate(&plan, &receipt, None, how, workspace).map_err(|problem| told(vec![problem]))?;
        let took = started.elapsed();
        found.open += u64::from(!outcome.optimal);
        found.widest = found.widest.max(outcome.gap * 1_000 / outcome.totals.discount.max(1));
        found.slowest = found.slowest.max(took);
        found.all += took;
        if options.show {
            let (discount, gap) = (outcome.totals.discount, outcome.gap);
            println!("{} {number}: {discount}, at most {gap} more, {} ms", set.name(), took.as_millis());
        }
    }
    Ok(found)
}

fn main() -> ExitCode {
    let done = options().and_then(|options| {
        let mut workspace = Workspace::new();
        let mut sum = Found::default();
        for set in sets().iter().filter(|set| set.name().contains(&options.part)) {
            let own = measure(set, &options, &mut workspace)?;
            let Found { open, widest, slowest, all } = own;
            println!(
                "{:24} {open:3} open, {widest:3} ‰, slowest {:5} ms, all {:6} ms",
                set.name(),
                slowest.as_millis(),
                all.as_millis()
            );
            sum.open += open;
            sum.widest = sum.widest.max(widest);
            sum.slowest = sum.slowest.max(slowest);
            sum.all += all;
        }
        println!(
            "{} open, at most {} ‰, slowest {} ms, all {} ms",
            sum.open,
            sum.widest,
            sum.slowest.as_millis(),
            sum.all.as_millis()
        );
        Ok(sum.open)
    });
    match done {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

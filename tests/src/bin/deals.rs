//! `deals --sets PART --seeds N --only N --steps N --show 1`: how many receipts of the sizes that §8.5 promises are proven? Solves N
//! problems of every set whose name has PART in it (or number N alone), and says per set how many are open, how much is missing at most (in
//! thousandths of the discount), and the steps and microseconds of the middle one, of 99 in 100, and of the slowest. Exit code 1 when one is open.

use std::process::ExitCode;
use std::time::Instant;

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
    open: usize,
    widest: i64,
    steps: Vec<u64>,
    micros: Vec<u64>,
}

impl Found {
    fn add(&mut self, other: Found) {
        self.open += other.open;
        self.widest = self.widest.max(other.widest);
        self.steps.extend(other.steps);
        self.micros.extend(other.micros);
    }

    fn print(&mut self, name: &str) {
        let [steps, micros] = [&mut self.steps, &mut self.micros].map(|list| {
            list.sort_unstable();
            let at = |percent: usize| list.get(list.len() * percent / 100).or(list.last()).copied().unwrap_or(0);
            format!("{:7} / {:7} / {:7}", at(50), at(99), at(100))
        });
        println!("{name:24} {:4} open of {:5}, {:3} ‰, steps {steps}, µs {micros}", self.open, self.steps.len(), self.widest);
    }
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
        let took = started.elapsed().as_micros() as u64;
        found.open += usize::from(!outcome.optimal);
        found.widest = found.widest.max(outcome.gap * 1_000 / outcome.totals.discount.max(1));
        found.micros.push(took);
        let (discount, gap) = (outcome.totals.discount, outcome.gap);
        found.steps.push(workspace.steps());
        if options.show {
            println!("{rules}");
            println!("{} {number}: {discount}, at most {gap} more, {} steps, {took} µs", set.name(), workspace.steps());
        }
    }
    Ok(found)
}

fn main() -> ExitCode {
    let done = options().and_then(|options| {
        let mut workspace = Workspace::new();
        let mut sum = Found::default();
        for set in sets().iter().filter(|set| set.name().contains(&options.part)) {
            let mut own = measure(set, &options, &mut workspace)?;
            own.print(&set.name());
            sum.add(own);
        }
        sum.print("all");
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

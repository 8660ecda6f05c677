//! `differ --cases N --seed S --jobs J`: does the engine agree with the reference on N generated
//! Calls, and obey the laws on them? Prints what it finds as shrunken Calls; exit code 1 when there
//! is anything. With `--size large` only the laws are judged: the reference could not follow.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rabatt_tests::compare::{agrees, shrink};
use rabatt_tests::door::engine;
use rabatt_tests::generate::{Size, call_of};
use rabatt_tests::laws::LAWS;
use rabatt_tests::reference::{answer, answers};
use serde_json::Value;

/// So many disagreements are shrunk and shown; the rest are counted.
const MOST_SHOWN: usize = 10;

struct Options {
    cases: u64,
    seed: u64,
    jobs: u64,
    size: Size,
}

fn options() -> Result<Options, String> {
    let mut options = Options { cases: 10_000, seed: 1, jobs: 2, size: Size::Normal };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{word} {value}: not a number"));
        match word.as_str() {
            "--cases" => options.cases = number()?,
            "--seed" => options.seed = number()?,
            "--jobs" => options.jobs = number()?.max(1),
            "--size" => {
                options.size = match value.as_str() {
                    "tiny" => Size::Tiny,
                    "normal" => Size::Normal,
                    "large" => Size::Large,
                    _ => return Err(format!("--size {value}: tiny, normal or large")),
                }
            }
            _ => return Err(format!("{word}: use --cases N --seed S --jobs J --size tiny|normal|large")),
        }
    }
    Ok(options)
}

/// The difference, if there is one that can be judged.
fn disagreement(call: &Value) -> Option<String> {
    let right = answers(call);
    if right.capped { None } else { agrees(call, &engine(call), &right.answers).err() }
}

/// Does the engine take the Call? Shrinking must not end at one that is merely incomplete.
fn accepted(call: &Value) -> bool {
    engine(call)["ok"] == Value::Bool(true)
}

#[derive(Default)]
struct Counts {
    done: AtomicU64,
    capped: AtomicU64,
    refused: AtomicU64,
    giving: AtomicU64,
    several: AtomicU64,
    failed: AtomicU64,
    slowest_ms: AtomicU64,
}

impl Counts {
    /// Does the answer give anything, or refuse?
    fn tell(&self, answer: &Value) {
        let gives = answer["outcome"]["applied"].as_array().is_some_and(|applied| !applied.is_empty());
        self.giving.fetch_add(u64::from(gives), Ordering::Relaxed);
        self.refused.fetch_add(u64::from(answer["ok"] == Value::Bool(false)), Ordering::Relaxed);
    }
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let counts = Counts::default();
    let shown: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    let start = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..options.jobs)
            .map(|job| {
                let (counts, shown, options) = (&counts, &shown, &options);
                scope.spawn(move || {
                    let mut case = job;
                    while case < options.cases {
                        one_case(options.size, options.seed.wrapping_add(case), counts, shown);
                        case += options.jobs;
                    }
                })
            })
            .collect();
        let live = std::io::stderr().is_terminal();
        while workers.iter().any(|w| !w.is_finished()) {
            std::thread::sleep(Duration::from_millis(if live { 200 } else { 100 }));
            if live {
                eprint!("\r{}", progress(&counts, options.cases));
                drop(std::io::stderr().flush());
            }
        }
        if live {
            eprintln!();
        }
    });
    println!("{} in {:.1} s", progress(&counts, options.cases), start.elapsed().as_secs_f32());
    if counts.failed.load(Ordering::Relaxed) == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn progress(counts: &Counts, cases: u64) -> String {
    let of = |n: &AtomicU64| n.load(Ordering::Relaxed);
    format!(
        "{} of {cases} cases, {} give something, {} with ties, {} refused as invalid, {} too large to judge, {} disagreements and broken laws, slowest reference {} ms",
        of(&counts.done),
        of(&counts.giving),
        of(&counts.several),
        of(&counts.refused),
        of(&counts.capped),
        of(&counts.failed),
        of(&counts.slowest_ms)
    )
}

fn one_case(size: Size, seed: u64, counts: &Counts, shown: &Mutex<Vec<u64>>) {
    let call = call_of(size, seed);
    counts.done.fetch_add(1, Ordering::Relaxed);
    if size == Size::Large {
        counts.tell(&engine(&call));
    } else {
        compare(&call, seed, counts, shown);
    }
    for (name, law) in LAWS {
        if let Err(how) = law(&call, &engine, seed) {
            report(counts, shown, seed, || {
                let small = shrink(call.clone(), |smaller| accepted(smaller) && law(smaller, &engine, seed).is_err());
                let how = law(&small, &engine, seed).err().unwrap_or(how);
                format!("law {name}: {how}\ncall: {small}")
            });
        }
    }
}

fn compare(call: &Value, seed: u64, counts: &Counts, shown: &Mutex<Vec<u64>>) {
    let start = Instant::now();
    let right = answers(call);
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    counts.slowest_ms.fetch_max(ms, Ordering::Relaxed);
    if right.capped {
        counts.capped.fetch_add(1, Ordering::Relaxed);
        return;
    }
    if let Some(first) = right.answers.first() {
        counts.tell(first);
        counts.several.fetch_add(u64::from(right.answers.len() > 1), Ordering::Relaxed);
    }
    if let Err(difference) = agrees(call, &engine(call), &right.answers) {
        report(counts, shown, seed, || {
            let fails = |c: &Value| accepted(c) && answer(c)["ok"] == Value::Bool(true) && disagreement(c).is_some();
            disagreement(&shrink(call.clone(), fails)).unwrap_or(difference)
        });
    }
}

fn report(counts: &Counts, shown: &Mutex<Vec<u64>>, seed: u64, text: impl FnOnce() -> String) {
    counts.failed.fetch_add(1, Ordering::Relaxed);
    let room = shown.lock().is_ok_and(|mut shown| {
        shown.push(seed);
        shown.len() <= MOST_SHOWN
    });
    if room {
        println!("seed {seed}: {}\n", text());
    }
}

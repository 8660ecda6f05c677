//! `zen [--rules 10,1000] [--quick] [--out FOLDER]`: Rabatt, zen-engine, a look at every rule, and the floors, in turns.

use std::collections::hash_map::RandomState;
use std::hint::black_box;
use std::process::ExitCode;

use rabatt_benches::results::{Part, folder};
use rabatt_benches::turns::{Pace, Turn, measure};
use rabatt_engine::{EvaluateOptions, Plan, RecalculateOptions, Receipt, Workspace, evaluate, recalculate};
use rabatt_peers::floors::{self, Keys};
use rabatt_peers::zen::{Zen, compile};
use rabatt_peers::{Work, rules};
use rustc_hash::FxBuildHasher;

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
    let mut part = Part::new("peers-rust");
    for (name, version) in [("zen-engine (crate)", "2.1.6"), ("sonic-rs", "0.5.10"), ("simd-json", "0.19.0")] {
        part.versions.insert(name.to_owned(), version.to_owned());
    }
    for count in rules(words, &[10, 100, 1_000, 10_000]) {
        measured(&Work::new(count)?, Pace::of(words), &mut part)?;
    }
    println!("{}", part.write(&folder(words))?.display());
    Ok(())
}

/// Goes round and round, a step each time.
fn next(at: &mut usize, length: usize) -> usize {
    *at = if *at + 1 < length { *at + 1 } else { 0 };
    *at
}

fn measured(work: &Work, pace: Pace, part: &mut Part) -> Result<(), String> {
    let told = |problems: Vec<rabatt_engine::Problem>| format!("{problems:?}");
    let plan = Plan::from_json(&work.rules).map_err(told)?;
    let receipts = work.texts.iter().map(|text| Receipt::from_json(text)).collect::<Result<Vec<_>, _>>().map_err(told)?;
    let zen = Zen::new(&work.scan, &work.receipts)?;
    let model = rabatt_benches::zen::model(&work.scan).to_string();

    let totals = check_totals(work, &plan, &receipts)?;
    let met = work.check_met("zen-engine", |at| {
        let answer = serde_json::from_str(&zen.text(at)?).map_err(|error| error.to_string())?;
        Ok(rabatt_benches::zen::met(&answer))
    })?;
    check_floors(work)?;

    let (sip, fx) = (Keys::<RandomState>::new(&work.scan), Keys::<FxBuildHasher>::new(&work.scan));
    let (mut one, mut two, mut buffer) = (Workspace::new(), Workspace::new(), Vec::new());
    let length = receipts.len();
    let mut at = [0; 9];
    let [a, b, c, d, e, f, g, h, i] = &mut at;
    let options = EvaluateOptions::default();
    let text = |at: usize| work.texts.get(at).map_or("", String::as_str);
    let plain = |at: usize| work.receipts.get(at).unwrap_or(&work.receipts[0]);
    let typed = |at: usize| receipts.get(at).unwrap_or(&receipts[0]);
    let named = [
        ("floor-siphash", "memory"),
        ("floor-fx", "memory"),
        ("rabatt", "memory"),
        ("zen-engine", "memory"),
        ("floor-serde_json", "text"),
        ("floor-sonic-rs", "text"),
        ("floor-simd-json", "text"),
        ("rabatt", "text"),
        ("zen-engine", "text"),
    ];
    let mut turns = vec![
        Turn::new(|| {
            black_box(sip.look_up(black_box(plain(next(a, length)))));
        }),
        Turn::new(|| {
            black_box(fx.look_up(black_box(plain(next(b, length)))));
        }),
        Turn::new(|| {
            let outcome = evaluate(&plan, black_box(typed(next(c, length))), None, options, &mut one);
            black_box(outcome.map(|outcome| outcome.totals.discount).ok());
        }),
        Turn::new(|| drop(black_box(zen.in_memory(next(d, length))))),
        Turn::new(|| drop(black_box(floors::serde_json_again(black_box(text(next(e, length))))))),
        Turn::new(|| drop(black_box(floors::sonic_again(black_box(text(next(f, length))))))),
        Turn::new(|| drop(black_box(floors::simd_again(black_box(text(next(g, length))), &mut buffer)))),
        Turn::new(|| {
            let done = recalculate(&plan, black_box(text(next(h, length))), None, RecalculateOptions::default(), &mut two);
            black_box(done.map(|done| done.receipt.len()).ok());
        }),
        Turn::new(|| drop(black_box(zen.text(next(i, length))))),
    ];
    let key = ("few", work.count, 10);
    for ((who, door), spread) in named.into_iter().zip(measure(&mut turns, pace)) {
        part.time(who, door, key, spread);
        match who {
            "rabatt" => part.checked(&totals),
            "zen-engine" => part.checked(&met),
            _ => {}
        }
    }
    drop(turns);
    let mut at = 0;
    let mut turns = vec![
        Turn::new(|| drop(black_box(work.scan.answer(plain(next(&mut at, length)))))),
        Turn::new(|| drop(black_box(Plan::from_json(black_box(&work.rules))))),
        Turn::new(|| drop(black_box(compile(black_box(&model))))),
        Turn::new(|| drop(black_box(serde_json::from_str::<Vec<rabatt_benches::plain::Rule>>(black_box(&work.rules))))),
    ];
    let named =
        [("every rule, in Rust", "memory"), ("rabatt", "compile"), ("zen-engine", "compile"), ("floor-serde_json", "compile")];
    for ((who, door), spread) in named.into_iter().zip(measure(&mut turns, pace)) {
        part.time(who, door, key, spread);
    }
    Ok(())
}

/// Rabatt's totals are those of a look at every rule.
fn check_totals(work: &Work, plan: &Plan, receipts: &[Receipt<'_>]) -> Result<String, String> {
    let mut workspace = Workspace::new();
    let mut compared = 0;
    for (at, (receipt, answer)) in receipts.iter().zip(&work.answers).enumerate() {
        let outcome = evaluate(plan, receipt, None, EvaluateOptions::default(), &mut workspace);
        let discount = outcome.map_err(|problem| format!("{problem:?}"))?.totals.discount;
        match answer.discount {
            Some(wanted) if wanted != discount => {
                return Err(format!(
                    "{} rules, receipt {at}: Rabatt gives {discount}, every rule looked at {wanted}",
                    work.count
                ));
            }
            Some(_) => compared += 1,
            None => {}
        }
    }
    Ok(format!("totals, on {compared} of {} receipts; on the others deals compete", receipts.len()))
}

/// The floors write what they have read.
fn check_floors(work: &Work) -> Result<(), String> {
    for text in &work.texts {
        for again in [floors::serde_json_again(text)?, floors::sonic_again(text)?, floors::simd_again(text, &mut Vec::new())?] {
            if again != *text {
                return Err(format!("a floor does not write what it has read: {again}"));
            }
        }
    }
    Ok(())
}

//! `answers GROUP…`: Calls and the native engine's Answers to them, a JSON object a line, for doors that are
//! tested in another language.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use rabatt_tests::corpus;
use rabatt_tests::door::engine_door;
use rabatt_tests::generate::{Size, call_of};
use serde_json::{Value, json};

const USAGE: &str = "\
use answers with groups of Calls:
  corpus                          every case
  generated --cases N --seed S    generated ones
  explained --cases N --seed S    with all that an Answer can have in every second one
  large --cases N --seed S        large ones, likewise";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match print(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("answers: {problem}");
            ExitCode::from(2)
        }
    }
}

fn print(mut words: &[&str]) -> Result<(), String> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut line = |name: &str, call: &str| {
        let line = json!({"name": name, "call": call, "answer": engine_door(call)});
        writeln!(out, "{line}").map_err(|error| error.to_string())
    };
    if words.is_empty() {
        return Err(USAGE.to_owned());
    }
    while !words.is_empty() {
        words = match words {
            ["corpus", rest @ ..] => {
                for case in corpus::all()? {
                    line(&case.name, &case.call)?;
                }
                rest
            }
            [group @ ("generated" | "explained" | "large"), "--cases", cases, "--seed", seed, rest @ ..] => {
                let number = |word: &str| word.parse::<u64>().map_err(|_| format!("{word}: not a number"));
                let (cases, seed) = (number(cases)?, number(seed)?);
                let size = if *group == "large" { Size::Large } else { Size::Normal };
                for seed in (0..cases).map(|case| seed.wrapping_add(case)) {
                    let mut call = call_of(size, seed);
                    if *group != "generated" {
                        explain(&mut call, seed);
                    }
                    line(&format!("{group}-{seed}"), &call.to_string())?;
                }
                rest
            }
            _ => return Err(USAGE.to_owned()),
        };
    }
    out.flush().map_err(|error| error.to_string())
}

/// Asks for all that an Answer can have, of every second Call.
fn explain(call: &mut Value, seed: u64) {
    if seed.is_multiple_of(2) {
        call["options"] = json!({"explain": true, "amounts": "recalculated"});
    }
}

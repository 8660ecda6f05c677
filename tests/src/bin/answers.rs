//! `answers corpus` and `answers generated --cases N --seed S`: Calls and the native engine's
//! Answers to them, a JSON object a line, for doors that are tested in another language.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use rabatt_tests::corpus;
use rabatt_tests::door::engine_door;
use rabatt_tests::generate::{Size, call_of};
use serde_json::json;

const USAGE: &str = "use answers corpus, or answers generated --cases N --seed S";

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

fn print(words: &[&str]) -> Result<(), String> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut line = |name: &str, call: &str| {
        let line = json!({"name": name, "call": call, "answer": engine_door(call)});
        writeln!(out, "{line}").map_err(|error| error.to_string())
    };
    match words {
        ["corpus"] => {
            for case in corpus::all()? {
                line(&case.name, &case.call)?;
            }
        }
        ["generated", "--cases", cases, "--seed", seed] => {
            let number = |word: &str| word.parse::<u64>().map_err(|_| format!("{word}: not a number"));
            let (cases, seed) = (number(cases)?, number(seed)?);
            for seed in (0..cases).map(|case| seed.wrapping_add(case)) {
                line(&format!("seed-{seed}"), &call_of(Size::Normal, seed).to_string())?;
            }
        }
        _ => return Err(USAGE.to_owned()),
    }
    out.flush().map_err(|error| error.to_string())
}

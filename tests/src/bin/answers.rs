//! `answers --cases N --large L`: the corpus, N generated Calls and L large ones with what the engine answers
//! to them, a line each: `["Call", "Answer"]`, both as JSON texts in JSON. Other doors are held against it.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use rabatt_tests::corpus;
use rabatt_tests::door::engine_door;
use rabatt_tests::generate::{Size, call_of};
use serde_json::Value;

fn main() -> ExitCode {
    let (mut cases, mut large) = (10_000, 100);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let number = words.next().and_then(|value| value.parse::<u64>().ok());
        match (word.as_str(), number) {
            ("--cases", Some(number)) => cases = number,
            ("--large", Some(number)) => large = number,
            _ => {
                eprintln!("{word}: use --cases N --large L");
                return ExitCode::from(2);
            }
        }
    }
    match write(cases, large) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn write(cases: u64, large: u64) -> Result<(), String> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let corpus = corpus::all()?.into_iter().map(|case| case.call);
    let explained = |size, seed| {
        let mut call = call_of(size, seed);
        // Every second one with all that an Answer can have.
        if seed % 2 == 0 {
            call["options"] = serde_json::json!({"explain": true, "amounts": "recalculated"});
        }
        call.to_string()
    };
    let generated = (1..=cases).map(|seed| explained(Size::Normal, seed));
    for call in corpus.chain(generated).chain((1..=large).map(|seed| explained(Size::Large, seed))) {
        let answer = engine_door(&call);
        writeln!(out, "{}", Value::from(vec![call, answer])).map_err(|error| error.to_string())?;
    }
    out.flush().map_err(|error| error.to_string())
}

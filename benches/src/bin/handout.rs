//! `handout RULES RECEIPTS FOLDER`: the seeded workload for engines in other languages, with what is to come out: `rules.json`,
//! `receipts.jsonl`, `answers.jsonl` (the rules that apply, and the discount unless deals compete), and zen-engine's `zen.json`
//! and `zen.jsonl`.

use std::path::Path;
use std::process::ExitCode;

use rabatt_benches::plain::Receipt;
use rabatt_benches::scan::Scan;
use rabatt_benches::{workload, zen};
use serde_json::json;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.as_slice() {
        [rules, receipts, folder] => match (rules.parse(), receipts.parse()) {
            (Ok(rules), Ok(receipts)) => write(rules, receipts, Path::new(folder)),
            _ => Err("use handout RULES RECEIPTS FOLDER, both of them numbers".to_owned()),
        },
        _ => Err("use handout RULES RECEIPTS FOLDER".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn write(count: u64, receipts: u64, folder: &Path) -> Result<(), String> {
    let rules = workload::rules(count, 1);
    let scan = Scan::new(&rules)?;
    let (mut texts, mut answers, mut inputs) = (String::new(), String::new(), String::new());
    for seed in 0..receipts {
        let text = workload::receipt(count, 10, 0, seed);
        let receipt: Receipt = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let answer = scan.answer(&receipt);
        let mut met = answer.met;
        met.sort_unstable();
        texts += &(text + "\n");
        answers += &format!("{}\n", json!({"met": met, "discount": answer.discount}));
        inputs += &format!("{}\n", zen::input(&scan, &receipt));
    }
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, text) in [
        ("rules.json", rules.as_str()),
        ("receipts.jsonl", &texts),
        ("answers.jsonl", &answers),
        ("zen.json", &zen::model(&scan).to_string()),
        ("zen.jsonl", &inputs),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

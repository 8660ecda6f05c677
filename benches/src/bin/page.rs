//! `page [--out FOLDER]`: everything that parts of the benchmark have left in the folder, as `page.html` there and, unless samples were
//! short, as the table in `benches/README.md`. `page --part NAME FILE` makes a part of the tables that another bench has printed into a file.

use std::path::Path;
use std::process::ExitCode;

use rabatt_benches::page;
use rabatt_benches::results::{Part, Table, folder};

const INSTRUCTIONS: &str = "instructions";
const README: &str = "benches/README.md";

/// The order on the page.
const ORDER: [&str; 9] =
    ["peers-rust", "peers-cedar", "peers-node", "peers-python", "sizes", "memory", "wasm", "python", "service"];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.as_slice() {
        [first, name, file, rest @ ..] if first == "--part" => printed(name, Path::new(file), rest),
        words => write(&folder(words)),
    };
    match done {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn printed(name: &str, file: &Path, words: &[String]) -> Result<String, String> {
    let mut part = Part::new(name);
    part.tables = page::read_tables(&read(file)?);
    part.write(&folder(words)).map(|path| path.display().to_string())
}

/// The stored counts, with the compiler that they are of.
fn instructions() -> Result<Option<Part>, String> {
    let path = Path::new("benches/instructions.json");
    if !path.exists() {
        return Ok(None);
    }
    let stored: serde_json::Value = serde_json::from_str(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    let counts = stored.get("instructions").and_then(serde_json::Value::as_object);
    let rows = counts.into_iter().flatten().map(|(work, count)| vec![work.clone(), count.to_string()]).collect();
    let title =
        format!("Stored with the code, {}: what a later change is compared with.", stored["rustc"].as_str().unwrap_or(""));
    let table = Table { title, head: vec!["work".to_owned(), "instructions".to_owned()], rows };
    Ok(Some(Part { part: INSTRUCTIONS.to_owned(), tables: vec![table], ..Part::default() }))
}

fn write(folder: &Path) -> Result<String, String> {
    let mut parts = Vec::new();
    for path in ORDER.iter().map(|name| folder.join(format!("{name}.json"))).filter(|path| path.exists()) {
        parts.push(Part::read(&path)?);
    }
    parts.extend(instructions()?);
    if parts.iter().all(|part| part.part == INSTRUCTIONS) {
        return Err(format!("{}: nothing was measured yet; `cargo xtask bench peers` does", folder.display()));
    }
    let out = folder.join("page.html");
    std::fs::write(&out, page::page(&parts)).map_err(|error| format!("{}: {error}", out.display()))?;
    if parts.iter().any(|part| part.stamp.pace == "quick") {
        return Ok(format!("{}; {README} keeps its table, as samples were short", out.display()));
    }
    let text = page::readme(&read(Path::new(README))?, &parts)?;
    std::fs::write(README, text).map_err(|error| format!("{README}: {error}"))?;
    Ok(format!("{} and the table in {README}", out.display()))
}

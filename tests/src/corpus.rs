//! The corpus: cases as data in `rules-examples/`, run by every door.
//!
//! A case names its rules, facts and receipt, says in a sentence why, and gives the part of the
//! Answer that matters. `rules-examples/README.md` has the format.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// Where it is, below `rules-examples/`.
    pub name: String,
    /// Why the answer is right, in one sentence.
    pub why: String,
    /// The paragraphs it shows, as `§5.3`.
    pub cites: Vec<String>,
    /// The Call (§22), as JSON text.
    pub call: String,
    /// What of the Answer matters.
    pub expect: Value,
}

/// The folder of the corpus.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules-examples")
}

/// Every case, by name.
///
/// # Errors
/// The first file that is not a case, and why.
pub fn all() -> Result<Vec<Case>, String> {
    let mut files = Vec::new();
    collect(&root(), &mut files).map_err(|error| format!("{}: {error}", root().display()))?;
    files.sort();
    files.iter().map(|path| load(path)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if is_case(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// Cases are `*.json`, or `*.txt` where the Call is not JSON at all; the schema and the
/// expectations beside a text are not.
fn is_case(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    (name.ends_with(".json") && !name.ends_with(".schema.json") && !name.ends_with(".expect.json")) || name.ends_with(".txt")
}

/// Reads one case.
///
/// # Errors
/// What is wrong with the file.
pub fn load(path: &Path) -> Result<Case, String> {
    let place = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    let text = fs::read_to_string(path).map_err(|error| place(&error))?;
    let (mut case, call) = if path.extension().is_some_and(|end| end == "txt") {
        let beside = fs::read_to_string(path.with_extension("expect.json")).map_err(|error| place(&error))?;
        (object(&beside).map_err(|error| place(&error))?, Some(text))
    } else {
        (object(&text).map_err(|error| place(&error))?, None)
    };
    let mut take = |member: &str| case.remove(member).ok_or_else(|| place(&format!("`{member}` is missing")));
    let why = take("why")?.as_str().unwrap_or_default().to_owned();
    let cites: Vec<String> =
        take("cites")?.as_array().into_iter().flatten().filter_map(|cite| cite.as_str().map(str::to_owned)).collect();
    let expect = take("expect")?;
    if why.len() < 10 || cites.is_empty() || !cites.iter().all(|cite| cite.starts_with('§')) {
        return Err(place(&"a case says why in a sentence and cites paragraphs as `§5.3`"));
    }
    let call = match call {
        Some(call) => call,
        None => {
            for member in case.keys() {
                if !["rules", "facts", "receipt", "options"].contains(&member.as_str()) {
                    return Err(place(&format!("a case has no member `{member}`")));
                }
            }
            Value::Object(case).to_string()
        }
    };
    Ok(Case { name, why, cites, call, expect })
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("a case is an object".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Does an Answer hold what is expected? Objects may have more members than expected (an
/// expected `null` must be absent); lists have the same length; numbers compare by value.
///
/// # Errors
/// The first place where it does not, with both sides.
pub fn holds(expect: &Value, answer: &Value) -> Result<(), String> {
    compare(expect, answer, "")
}

fn compare(expect: &Value, got: &Value, at: &str) -> Result<(), String> {
    match (expect, got) {
        (Value::Object(expect), Value::Object(got)) => {
            for (member, value) in expect {
                let here = format!("{at}/{member}");
                match got.get(member) {
                    None if value.is_null() => {}
                    None => return Err(format!("{here}: expected {value}, got nothing")),
                    Some(got) => compare(value, got, &here)?,
                }
            }
            Ok(())
        }
        (Value::Array(expect), Value::Array(got)) => {
            if expect.len() != got.len() {
                let (expect, got) = (Value::Array(expect.clone()), Value::Array(got.clone()));
                return Err(format!("{at}: lists of different length\n  expected {expect}\n  got      {got}"));
            }
            for (position, (expect, got)) in expect.iter().zip(got).enumerate() {
                compare(expect, got, &format!("{at}/{position}"))?;
            }
            Ok(())
        }
        (Value::Number(a), Value::Number(b)) if same_number(&a.to_string(), &b.to_string()) => Ok(()),
        _ if expect == got => Ok(()),
        _ => Err(format!("{at}: expected {expect}, got {got}")),
    }
}

fn same_number(a: &str, b: &str) -> bool {
    a == b || rabatt_engine::Decimal::parse(a).is_some_and(|a| rabatt_engine::Decimal::parse(b) == Some(a))
}

/// Runs one case through a door (Call text in, Answer text out).
///
/// # Errors
/// How the Answer differs from what is expected, with the case's sentence.
pub fn run(case: &Case, door: impl Fn(&str) -> String) -> Result<(), String> {
    let text = door(&case.call);
    let answer: Value = serde_json::from_str(&text).map_err(|error| format!("the Answer is not JSON: {error}\n{text}"))?;
    // A Call in serde's own plain form has an Answer in that form too, unless a member is in it twice.
    let again = |value: &Value| value.to_string();
    let plain = serde_json::from_str(&case.call).is_ok_and(|call| again(&call) == case.call);
    if plain && again(&answer) != text {
        return Err(format!("{}\na member is here twice, or a text is written in another way\n{text}", case.name));
    }
    holds(&case.expect, &answer).map_err(|difference| format!("{}\n{}\n{difference}\nAnswer: {answer}", case.name, case.why))
}

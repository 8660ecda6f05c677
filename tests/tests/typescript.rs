//! The declarations of `@rabatt/engine` are what the engine reads and writes.
#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rabatt_tests::corpus;
use rabatt_tests::typescript::{Type, declarations, fit, table};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_committed_file_is_what_is_generated() {
    let openapi: Value = serde_json::from_str(&fs::read_to_string(root().join("service/openapi.json")).unwrap()).unwrap();
    for schema in table::INTERFACES.iter().filter_map(|interface| interface.schema) {
        assert!(openapi["components"]["schemas"][schema]["properties"].is_object(), "there is no schema `{schema}`");
    }
    let wanted = declarations(&openapi);
    let file = root().join("bindings-wasm/ts/types.ts");
    if std::env::var_os("UPDATE_TYPES").is_some() {
        fs::write(&file, &wanted).unwrap();
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    let line = there.lines().zip(wanted.lines()).position(|(there, wanted)| there != wanted);
    assert!(
        there == wanted,
        "bindings-wasm/ts/types.ts differs at line {:?}; type: UPDATE_TYPES=1 cargo test -p rabatt-tests --test typescript",
        line.map(|line| line + 1)
    );
}

/// Functions of the reader, and the interfaces whose members they know.
const READERS: &[(&str, &str, &[&str])] = &[
    ("call.rs", "call", &["Call"]),
    ("call.rs", "read_options", &["Options"]),
    ("facts.rs", "facts", &["Facts"]),
    ("facts.rs", "one", &["Ref"]),
    ("facts.rs", "statistic", &["Statistics"]),
    ("limitation.rs", "limitation", &["Limitation"]),
    ("limitation.rs", "activation", &["Activation"]),
    ("limitation.rs", "hours", &["Hours"]),
    ("limitation.rs", "period", &["Period"]),
    ("members.rs", "OF_RECEIPT", &["Receipt"]),
    ("members.rs", "OF_ITEM", &["ReceiptItem"]),
    ("members.rs", "OF_GROUP", &["ReceiptGroup"]),
    ("receipt.rs", "discount_lines", &["DiscountLine"]),
    ("requirement.rs", "requirement", &["Requirement"]),
    ("requirement.rs", "item", &["ItemRequirement"]),
    ("requirement.rs", "entries", &["Entry"]),
    ("requirement.rs", "mixes", &["Mix"]),
    ("reward.rs", "reward", &["Reward", "ValueFor"]),
    ("rule.rs", "fill", &["Rule", "Stacking"]),
    ("snapshot.rs", "snapshot", &["Snapshot"]),
];

/// The members that a file of the reader knows, each with the function or list that does.
fn known_members(source: &str) -> BTreeSet<(String, String)> {
    let mut inside = String::new();
    let mut known = BTreeSet::new();
    // A table: `Name = "name", …`. Lists tell which of them an object has.
    let mut table = BTreeMap::new();
    for line in source.lines() {
        let declared = line.split_once("fn ").filter(|(before, _)| ["", "pub(super) ", "pub(crate) "].contains(before));
        if let Some((_, name)) = declared {
            inside = name.split(['(', '<']).next().unwrap().to_owned();
        } else if let Some((name, _)) = line.split_once("pub(super) const ").and_then(|(_, rest)| rest.split_once(':')) {
            inside = name.to_owned();
        }
        for (at, _) in line.match_indices("if r.once(") {
            if let Some(name) = line[..at].trim_end().strip_suffix('"').and_then(|text| text.rsplit('"').next()) {
                known.insert((inside.clone(), name.to_owned()));
            }
        }
        let entries = line.split(", ").filter_map(|entry| entry.trim().split_once(" = \""));
        table.extend(entries.filter_map(|(name, text)| Some((name, text.split_once('"')?.0))));
        if inside.starts_with("OF_") {
            let names = line.split(|character: char| !character.is_alphanumeric());
            known.extend(names.filter_map(|name| Some((inside.clone(), (*table.get(name)?).to_owned()))));
        }
        if let Some(list) = line.trim().strip_prefix("const NAMES: [&str; 6] = [") {
            known.extend(list.split('"').skip(1).step_by(2).map(|name| (inside.clone(), name.to_owned())));
        }
    }
    known
}

#[test]
fn every_member_that_the_reader_knows_is_declared() {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join("engine/src/read")).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let source = fs::read_to_string(&path).unwrap();
        for (function, member) in known_members(&source) {
            let reader = READERS.iter().find(|(at, name, _)| *at == file && *name == function);
            assert!(reader.is_some(), "{file}: nobody declares what `{function}` reads");
            let (.., interfaces) = reader.unwrap();
            let declared = table::INTERFACES.iter().filter(|one| interfaces.contains(&one.name));
            let declared = declared.flat_map(|one| one.members).any(|(name, ..)| *name == member);
            assert!(declared, "{interfaces:?} lacks `{member}`, which `{function}` in {file} reads");
            found.insert((file.clone(), function));
        }
    }
    let idle: Vec<_> = READERS.iter().filter(|(file, name, _)| !found.contains(&((*file).into(), (*name).into()))).collect();
    assert!(idle.is_empty(), "nothing is read by {idle:?}");
}

#[test]
fn every_answer_of_the_corpus_fits_and_every_member_of_an_answer_is_shown() {
    let mut seen = fit::Seen::new();
    for case in corpus::all().unwrap() {
        let mut answer: Value = serde_json::from_str(&rabatt_engine::answer(&case.call)).unwrap();
        // Entries of other rules stay as whoever wrote them wrote them.
        if let (Some(discounts), Ok(call)) =
            (answer.pointer_mut("/receipt/discounts").and_then(Value::as_array_mut), serde_json::from_str::<Value>(&case.call))
        {
            discounts.retain(|given| call["rules"].as_array().unwrap().iter().any(|rule| rule["id"] == given["id"]));
        }
        let name = if answer["ok"] == true { "Answered" } else { "Failure" };
        assert_eq!(fit::fits(&answer, &Type::Named(name), "", &mut seen), Ok(()), "{}", case.name);
    }
    let outputs = table::INTERFACES.iter().filter(|interface| !interface.input);
    let never: Vec<_> = outputs
        .flat_map(|one| one.members.iter().map(|(member, ..)| (one.name, *member)))
        .filter(|member| !seen.contains(member))
        .collect();
    assert!(never.is_empty(), "no case shows {never:?}");
}

#[test]
fn a_value_of_another_type_does_not_fit() {
    let mut seen = fit::Seen::new();
    let mut fits = |text: &str, name| fit::fits(&serde_json::from_str(text).unwrap(), &Type::Named(name), "", &mut seen);
    assert!(fits(r#"{"code": "overflow", "pointer": "", "message": ""}"#, "Problem").is_ok());
    assert!(fits(r#"{"code": "overflown", "pointer": "", "message": ""}"#, "Problem").is_err());
    assert!(fits(r#"{"code": "overflow", "pointer": ""}"#, "Problem").is_err());
    assert!(fits(r#"{"code": "overflow", "pointer": "", "message": "", "more": 1}"#, "Problem").is_err());
    assert!(fits(r#"{"code": "store.id"}"#, "Reason").is_ok());
    assert!(fits(r#"{"code": "shop.id"}"#, "Reason").is_err());
}

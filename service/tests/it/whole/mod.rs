//! One account, filled by every operation of the document: who else sees it, and what of it lies about in clear.
//!
//! `steps.txt` has a step for every operation. An operation without one fails the tests.

mod clear;
mod tenants;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Request;
use serde_json::Value;
use sqlx::AssertSqlSafe;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::support::{Answer, Service};

/// What is done with one operation.
#[derive(Debug, Clone)]
struct Step {
    method: String,
    /// Its path below the account, as the document has it.
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
    /// What of the answer is known from then on: names, and JSON pointers into it.
    learns: Vec<(String, String)>,
    /// Does it take away what others need?
    ends: bool,
    /// Is there nothing without a setting?
    off: bool,
}

/// The steps, in their order.
fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in include_str!("steps.txt").lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        match word {
            "body" => steps.last_mut().unwrap().body.push_str(rest),
            "header" => {
                let (name, value) = rest.split_once(' ').unwrap();
                steps.last_mut().unwrap().headers.push((name.to_owned(), value.to_owned()));
            }
            "learn" => {
                let (name, pointer) = rest.split_once(' ').unwrap();
                steps.last_mut().unwrap().learns.push((name.to_owned(), pointer.to_owned()));
            }
            "ends" => steps.last_mut().unwrap().ends = true,
            "off" => steps.last_mut().unwrap().off = true,
            method => {
                let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
                steps.push(Step {
                    method: method.to_owned(),
                    path: path.to_owned(),
                    query: query.to_owned(),
                    headers: Vec::new(),
                    body: String::new(),
                    learns: Vec::new(),
                    ends: false,
                    off: false,
                });
            }
        }
    }
    steps
}

/// Method and path, below the account, of every operation that wants a token.
fn operations() -> BTreeSet<(String, String)> {
    let document: Value = serde_json::from_str(&rabatt_service::openapi().unwrap()).unwrap();
    let mut operations = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let below = path.strip_prefix("/v1/accounts/{").and_then(|rest| rest.split_once("}/")).unwrap().1;
        for (method, operation) in methods.as_object().unwrap() {
            let Some(security) = operation.get("security") else { continue };
            if security.as_array().unwrap().iter().any(|one| one.get("bearer").is_some()) {
                operations.insert((method.to_uppercase(), below.to_owned()));
            }
        }
    }
    assert!(operations.len() > 100, "{}", operations.len());
    operations
}

/// Fails when the document has an operation that no step walks, or a step one that the document has not.
fn check_all_are_walked(steps: &[Step]) {
    let walked: BTreeSet<(String, String)> = steps.iter().map(|step| (step.method.clone(), step.path.clone())).collect();
    let operations = operations();
    let missing: Vec<_> = operations.difference(&walked).collect();
    assert!(missing.is_empty(), "tests/it/whole/steps.txt has no step for {missing:#?}");
    let gone: Vec<_> = walked.difference(&operations).collect();
    assert!(gone.is_empty(), "steps for what is no operation: {gone:#?}");
}

/// Names that steps use, and what they stand for.
type Known = BTreeMap<String, String>;

/// Fills in what stands between `<` and `>`: a name that is known, or `shown…` and `private…`, texts of whoever sends them.
fn filled(text: &str, who: &str, known: &Known) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let (name, after) = after.split_once('>').unwrap_or_else(|| unreachable!("`<` without `>` in {text}"));
        filled.push_str(before);
        match name {
            name if name.starts_with("shown") || name.starts_with("private") => filled.push_str(&format!("{who}zq{name}")),
            name => filled.push_str(known.get(name).map_or("nothing", String::as_str)),
        }
        rest = after;
    }
    filled + rest
}

/// What a path parameter stands for.
fn parameter<'a>(name: &'a str, path: &str) -> &'a str {
    match name {
        "id" if path.starts_with("auth/client-grants") => "grant",
        "id" => "client",
        "tid" if path.ends_with("/tokens/{tid}") => "customer_token",
        other => other,
    }
}

/// The path of a step, with what is known.
fn place(step: &Step, known: &Known) -> String {
    let mut path = String::new();
    let mut rest = &*step.path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap();
        let name = parameter(name, &step.path);
        path.push_str(before);
        path.push_str(known.get(name).map_or("nothing", String::as_str));
        rest = after;
    }
    path.push_str(rest);
    path
}

/// Does a step: in this account, with this token, as this person.
async fn take(service: &Service, step: &Step, account: &str, token: &str, who: &str, known: &Known) -> Answer {
    let query = filled(&step.query, who, known).replace('+', "%2B").replace(' ', "%20");
    let separator = if query.is_empty() { "" } else { "?" };
    let mut request = Request::builder()
        .method(&*step.method)
        .uri(format!("/v1/accounts/{account}/{}{separator}{query}", place(step, known)))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"));
    for (name, value) in &step.headers {
        request = request.header(name, filled(value, who, known));
    }
    service.send(request.body(filled(&step.body, who, known).into()).unwrap()).await
}

/// Does steps that must succeed, and learns from them.
async fn fill(service: &Service, steps: &[Step], account: &str, token: &str, who: &str, known: &mut Known) -> Vec<Answer> {
    let (mut answers, mut failed) = (Vec::new(), Vec::new());
    for step in steps {
        let answer = take(service, step, account, token, who, known).await;
        let what = format!("{} {}: {} {}", step.method, step.path, answer.status, answer.text);
        if step.off && answer.status == 404 {
            answers.push(answer);
            continue;
        }
        if !answer.status.is_success() {
            failed.push(what);
            continue;
        }
        for (name, pointer) in &step.learns {
            match answer.json().pointer(pointer).and_then(Value::as_str) {
                Some(text) => drop(known.insert(name.clone(), text.to_owned())),
                None => failed.push(format!("nothing at {pointer}: {what}")),
            }
        }
        answers.push(answer);
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    answers
}

/// What is known before anything is done.
fn beginning(who: &str) -> Known {
    let known = [("customer_id", &*format!("{who}-1")), ("who", who)];
    let places = [("country", "NO"), ("organization_number", "123456789"), ("postal_code", "0150")];
    let places = places.into_iter().chain([("operation", "send-verification-code"), ("field", "email")]);
    known.into_iter().chain(places).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Every row of every table, as text.
async fn rows(service: &Service) -> Vec<String> {
    let pool = service.app.store.pool();
    let tables = if service.url.starts_with("sqlite") {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    } else {
        "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'"
    };
    let mut all = Vec::new();
    for table in sqlx::query(tables).fetch_all(pool).await.unwrap() {
        let table: String = table.get(0);
        if table.starts_with("_sqlx") {
            continue;
        }
        for row in sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch_all(pool).await.unwrap() {
            all.push(format!("{table}: {}", texts(&row).join(" | ")));
        }
    }
    all.sort_unstable();
    assert!(all.len() > 20);
    all
}

fn texts(row: &AnyRow) -> Vec<String> {
    let text = |at: usize| match row.try_get::<Option<String>, _>(at) {
        Ok(text) => text,
        Err(_) => row.get::<Option<i64>, _>(at).map(|number| number.to_string()),
    };
    let shown = |at: usize| text(at).unwrap_or_else(|| "NULL".to_owned());
    (0..row.columns().len()).map(shown).collect()
}

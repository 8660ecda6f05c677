//! Nothing personal or secret lies in clear in the database, on the disk, in the log, or in the answer to a mistake.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};

use rabatt_service::auth::scope;
use serde_json::Value;

use super::{Known, Step, beginning, check_all_are_walked, fill, filled, rows, steps, take};
use crate::support::{Answer, Service};

const ACCOUNT: &str = "T00000001";

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What must be nowhere: what was sent as private, and secrets that were made and shown once.
fn secrets(steps: &[Step], answers: &[Answer], known: &Known) -> Vec<String> {
    let mut secrets = vec!["annazqprivate".to_owned(), "+4799000123".to_owned()];
    for text in steps.iter().map(|step| filled(&step.body, "anna", known)) {
        for word in text.split(|sign: char| !(sign.is_ascii_alphanumeric() || "@.".contains(sign))) {
            if word.contains("annazqprivate") && !secrets.iter().any(|known| word.contains(&**known)) {
                secrets.push(word.to_owned());
            }
        }
    }
    for answer in answers.iter().filter(|answer| !answer.text.is_empty()) {
        made(&answer.json(), &mut secrets);
    }
    assert!(secrets.len() > 6, "{secrets:?}");
    secrets
}

/// Secrets in an answer: those of clients, PINs, tokens and their barcodes.
fn made(value: &Value, secrets: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| made(value, secrets)),
        Value::Object(members) => {
            for (name, value) in members {
                let secret = match &**name {
                    "client_secret" | "barcode_128" | "access_token" | "mfa_token" | "oob_code" => value.as_str(),
                    "token" | "pin" => value.get("value").and_then(Value::as_str),
                    "value" if members.get("key").is_some_and(|key| key == "dintero.receipt.token.value") => value.as_str(),
                    _ => None,
                };
                // Short ones would be found anywhere.
                secrets.extend(secret.filter(|secret| secret.len() >= 12).map(str::to_owned));
                made(value, secrets);
            }
        }
        _ => {}
    }
}

fn found(secrets: &[String], text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let at = secrets.iter().filter_map(|secret| text.find(&**secret).map(|at| (secret, at))).next()?;
    let around = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (from, to) = (around(at.1.saturating_sub(200)), around((at.1 + 200).min(text.len())));
    Some(format!("`{}` in: … {} …", at.0, &text[from..to]))
}

#[tokio::test]
async fn nothing_private_lies_in_clear() {
    let service = Service::new().await;
    let log = Log::default();
    let writer = log.clone();
    let logger = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let _everything = tracing::subscriber::set_default(logger);
    let steps = steps();
    check_all_are_walked(&steps);
    let mut known = beginning("anna");
    let token = service.token(ACCOUNT, &scope::KNOWN.join(" "));
    let (ending, making): (Vec<Step>, Vec<Step>) = steps.into_iter().partition(|step| step.ends);
    let mut answers = fill(&service, &making, ACCOUNT, &token, "anna", &mut known).await;
    let mut secrets = secrets(&making, &answers, &known);
    secrets.push(token.clone());
    let looked_at = rows(&service).await;
    assert!(looked_at.iter().any(|row| row.contains("annazqshown")), "what is looked for would be found");
    for row in &looked_at {
        assert_eq!(found(&secrets, row.as_bytes()), None, "{row}");
    }
    // Mistakes: half a body, and one that says something twice.
    for step in making.iter().filter(|step| !step.body.is_empty()) {
        for body in [&step.body[..step.body.len() - 1], &format!("[{}, {}]", step.body, step.body), "\"<private>\""] {
            let answer = take(&service, &Step { body: body.to_owned(), ..step.clone() }, ACCOUNT, &token, "anna", &known).await;
            if answer.status.is_client_error() {
                assert_eq!(found(&secrets, answer.text.as_bytes()), None, "{} {}", step.method, step.path);
            }
        }
    }
    answers.extend(fill(&service, &ending, ACCOUNT, &token, "anna", &mut known).await);
    for row in rows(&service).await {
        assert_eq!(found(&secrets, row.as_bytes()), None, "{row}");
    }
    let logged = log.0.lock().unwrap().clone();
    assert!(logged.len() > 10_000);
    assert_eq!(found(&secrets, &logged), None);
    // On the disk, where it is a file: also what was written and is no row any more; with the service running, and stopped.
    let Some(file) = service.url.strip_prefix("sqlite://").and_then(|url| url.split('?').next()) else {
        return look_at_the_server(&service.url, &secrets);
    };
    let mut searched = 0;
    for stopped in [false, true] {
        if stopped {
            service.app.store.close().await;
        }
        for ending in ["", "-wal"] {
            let Ok(bytes) = std::fs::read(format!("{file}{ending}")) else { continue };
            searched += bytes.len();
            assert_eq!(found(&secrets, &bytes), None, "in {ending}");
        }
    }
    assert!(searched > 100_000, "{searched}");
}

/// What a backup of the database holds, and what its server logged.
fn look_at_the_server(url: &str, secrets: &[String]) {
    let dump = Command::new(pg_dump()).args(["--dbname", url]).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    assert!(String::from_utf8_lossy(&dump.stdout).contains("annazqshown"), "what is looked for would be found");
    assert_eq!(found(secrets, &dump.stdout), None, "in a dump");
    // Of another server nobody says where it logs.
    if let Some(log) = std::env::var_os("RABATT_TEST_POSTGRES_LOG") {
        let logged = std::fs::read(log).unwrap();
        assert!(!logged.is_empty());
        assert_eq!(found(secrets, &logged), None, "in the server's log");
    }
}

/// Beside the server's programs; else on the path, or where Debian keeps it.
fn pg_dump() -> PathBuf {
    let named = std::env::var_os("RABATT_TEST_POSTGRES_BIN").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let mut folders = named.into_iter().chain(std::env::split_paths(&path)).chain(installed);
    let found = folders.find_map(|folder| Some(folder.join("pg_dump")).filter(|program| program.is_file()));
    found.expect("pg_dump is needed to look into a backup; RABATT_TEST_POSTGRES_BIN says where it is")
}

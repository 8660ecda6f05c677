//! What lies in the database and in the log: neither tokens nor PINs.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sqlx::Row;

use crate::support::Service;

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

/// Every text of a table, as it is stored.
async fn texts(service: &Service, statement: &'static str) -> Vec<String> {
    let rows = sqlx::query(statement).fetch_all(service.app.store.pool()).await.unwrap();
    let text = |row: &sqlx::any::AnyRow, at: usize| row.try_get::<Option<String>, _>(at).ok().flatten();
    rows.iter().flat_map(|row| (0..row.columns().len()).filter_map(|at| text(row, at)).collect::<Vec<_>>()).collect()
}

#[tokio::test]
async fn tokens_and_pins_are_nowhere_in_clear() {
    let service = Service::new().await;
    let log = Log::default();
    let writer = log.clone();
    let logger = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let _everything = tracing::subscriber::set_default(logger);
    let long_pin = json!({"format": {"length": 30}});
    let mut secrets: Vec<String> = Vec::new();
    let mut keep = |value: &Value| secrets.push(value.as_str().unwrap().to_owned());
    let card = service.card("c1", 1_000, json!({"pin": long_pin, "card_token": {"format": {"barcode": true}}})).await;
    keep(&card["pin"]["pin"]["value"]);
    keep(&card["card_token"]["token"]["value"]);
    keep(&card["card_token"]["token"]["barcode_128"]);
    let batch = json!({"cards": [{"card_id": "b1"}], "options": {"pin": long_pin, "card_token": {}}}).to_string();
    let made = service.call("POST", "wallets/cards/batch", batch).await.ok();
    keep(&made["cards"][0]["pin"]["pin"]["value"]);
    keep(&made["cards"][0]["card_token"]["token"]["value"]);
    let rotated = service.call("POST", "wallets/cards/c1/rotate-pin", json!({"pin": long_pin}).to_string()).await.ok();
    keep(&rotated["pin"]["pin"]["value"]);
    let body = json!({"ref_id": "t", "expires_in": 60}).to_string();
    let token = service.call("POST", "wallets/cards/c1/tokens", body).await.ok()["token"]["value"].clone();
    keep(&token);
    let body = json!({"token": token, "pin": rotated["pin"]["pin"]["value"], "ref_id": "a", "amount": 1, "currency": "NOK"});
    service.call("POST", "wallets/transactions", body.to_string()).await.ok();
    // What a client sends wrongly is not kept either.
    let wrong = json!({"token": token, "pin": "a wrong PIN, 1234567890"});
    service.call("POST", "wallets/info", wrong.to_string()).await.refused(400);
    secrets.push("a wrong PIN, 1234567890".to_owned());
    let mut stored = Vec::new();
    for statement in
        ["SELECT * FROM wallet_cards", "SELECT * FROM wallet_tokens", "SELECT * FROM wallet_transactions", "SELECT * FROM outbox"]
    {
        stored.extend(texts(&service, statement).await);
    }
    // The search would find what is there. PINs are few: not even their hashes are in clear.
    assert!(stored.iter().any(|text| text == "c1") && !stored.iter().any(|text| text.starts_with("$argon2id$")), "{stored:?}");
    for secret in &secrets {
        assert!(!stored.iter().any(|text| text.contains(secret)), "{secret}");
    }
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("wallets/transactions"), "{logged}");
    for secret in &secrets {
        assert!(!logged.contains(secret), "{secret}");
    }
    // And on the disk, where it is a file: also what was written and is no row any more.
    let Some(file) = service.url.strip_prefix("sqlite://").and_then(|url| url.split('?').next()) else { return };
    let mut searched = 0;
    for ending in ["", "-wal"] {
        let Ok(bytes) = std::fs::read(format!("{file}{ending}")) else { continue };
        searched += bytes.len();
        for secret in &secrets {
            let secret = secret.as_bytes();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "in {ending}");
        }
    }
    assert!(searched > 10_000, "{searched}");
}

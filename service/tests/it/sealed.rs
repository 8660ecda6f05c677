//! What is stored is sealed, also what an older version stored in clear.

use rabatt_service::App;
use rabatt_service::config::Config;
use rabatt_service::sealed::old;
use rabatt_service::store::Store;
use serde_json::{Value, json};
use sqlx::Row;

use crate::support::{Service, coffee, database};

/// Every value of a column.
async fn column(service: &Service, table: &str, column: &str) -> Vec<String> {
    let query = sqlx::AssertSqlSafe(format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL"));
    let rows = sqlx::query(query).fetch_all(service.app.store.pool()).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn set(service: &Service, table: &str, column: &str, value: &str) {
    let query = sqlx::AssertSqlSafe(format!("UPDATE {table} SET {column} = $1"));
    sqlx::query(query).bind(value).execute(service.app.store.pool()).await.unwrap();
}

/// A receipt, a claim, an automation and a card, each the only one.
async fn filled() -> Service {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    service.claim("1001", "kari", &rule, &reference, 100).await.ok();
    service.call("POST", "receipts", json!([coffee(json!({"customer_id": "kari"}))]).to_string()).await.ok();
    let automation = json!({"actions": [{"type": "http", "url": "https://example.org/secret", "method": "POST"}],
        "requirement": {"automation_from": "2024-01-01T00:00:00Z", "automation_to": "2099-01-01T00:00:00Z", "events": ["receipt_add"]}});
    service.call("POST", "automations/rules", automation.to_string()).await.ok();
    let card = json!({"card_id": "gift", "amount": 100, "currency": "NOK", "name": "For Kari", "metadata": {"to": "kari@example.org"},
        "originated_by": "Ola", "pin": {"format": {"length": 4}}, "card_token": {}});
    service.call("POST", "wallets/cards", card.to_string()).await.ok();
    service
}

const SEALED: [(&str, &str); 7] = [
    ("receipts", "body"),
    ("claims", "body"),
    ("automations", "body"),
    ("wallet_cards", "name"),
    ("wallet_cards", "metadata"),
    ("wallet_cards", "originated_by"),
    ("wallet_cards", "pin_hash"),
];

async fn shown(service: &Service) -> Vec<Value> {
    let mut shown = Vec::new();
    for path in ["receipts/search?receipt_id=1", "discounts/available_for_receipt/claims", "automations/rules", "wallets/cards"] {
        shown.push(service.call("GET", path, "").await.ok());
    }
    shown
}

#[tokio::test]
async fn what_was_stored_in_clear_is_shown_alike_and_is_sealed_once() {
    let service = filled().await;
    // What a new version writes.
    let before = shown(&service).await;
    assert!(before.iter().all(|shown| shown != &json!([])), "{before:?}");
    assert_eq!(before[3]["cards"][0]["name"].as_str().or(before[3][0]["name"].as_str()), Some("For Kari"), "{}", before[3]);
    for (table, name) in SEALED {
        let values = column(&service, table, name).await;
        assert!(!values.is_empty() && values.iter().all(|value| value.starts_with("s1:")), "{table}.{name}: {values:?}");
    }
    // As an older version would have written it.
    let sealer = &service.app.sealer;
    for (table, name) in SEALED {
        let ids = sqlx::AssertSqlSafe(format!("SELECT id, {name} FROM {table}"));
        let row = sqlx::query(ids).fetch_one(service.app.store.pool()).await.unwrap();
        let (id, stored): (String, String) = (row.get(0), row.get(1));
        let place = match (table, name) {
            ("wallet_cards", "pin_hash") => format!("T00000001/wallets/{id}/pin"),
            ("wallet_cards", name) => format!("T00000001/wallets/{id}/{name}"),
            (table, _) => format!("T00000001/{table}/{id}"),
        };
        set(&service, table, name, &sealer.open_text(&place, stored).unwrap()).await;
    }
    assert_eq!(shown(&service).await, before);
    assert_eq!(old::seal(&service.app).await.unwrap(), 7);
    for (table, name) in SEALED {
        assert!(column(&service, table, name).await.iter().all(|value| value.starts_with("s1:")), "{table}.{name}");
    }
    assert_eq!(shown(&service).await, before);
    assert_eq!(old::seal(&service.app).await.unwrap(), 0);
}

#[tokio::test]
async fn tokens_are_looked_up_by_hashes_also_those_from_before() {
    let service = Service::new().await;
    service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &["kari"]).await;
    let token =
        json!({"token": {"type": "sha1:email", "value": "kari@example.org", "token_id": "card-77", "customer_id": "kari"}});
    service.event("token_add", &token).await;
    let buys = async |service: &Service, token: Value| {
        let answer = service.recalculate(&coffee(json!({"customer": {"token": token}}))).await.ok();
        answer["is_changed"] == true
    };
    let (by_value, by_id) = (json!({"type": "sha1:email", "value": "kari@example.org"}), json!({"token_id": "card-77"}));
    assert!(buys(&service, by_value.clone()).await && buys(&service, by_id.clone()).await);
    assert!(!buys(&service, json!({"type": "sha1:email", "value": "kari@example.com"})).await);
    assert!(column(&service, "customer_tokens", "value").await.iter().all(|value| value.starts_with("b1:")));
    assert!(column(&service, "customer_tokens", "token_id").await.iter().all(|value| value.starts_with("b1:")));
    // From before.
    set(&service, "customer_tokens", "value", "kari@example.org").await;
    set(&service, "customer_tokens", "token_id", "card-77").await;
    sqlx::query("DELETE FROM settings WHERE name = 'hashed_tokens'").execute(service.app.store.pool()).await.unwrap();
    let service = service.beside().await;
    assert!(buys(&service, by_value.clone()).await && buys(&service, by_id.clone()).await);
    assert!(column(&service, "customer_tokens", "value").await.iter().all(|value| value.starts_with("b1:")));
    service.event("token_remove", &token).await;
    assert!(!buys(&service, by_value).await && !buys(&service, by_id).await);
}

#[tokio::test]
async fn secrets_of_the_database_are_sealed() {
    let service = Service::new().await;
    for value in column(&service, "settings", "value").await {
        assert!(!value.contains("PRIVATE KEY"), "the key that tokens are signed with is in clear");
    }
    let kept = sqlx::query("SELECT value FROM settings WHERE name IN ('signing_key', 'wallet_key')");
    let kept = kept.fetch_all(service.app.store.pool()).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|row| row.get::<String, _>(0).starts_with("s1:")));
}

fn settings(key: Option<&str>, data: &std::path::Path) -> Config {
    let data = ("RABATT_DATA".to_owned(), data.display().to_string());
    let key = key.map(|key| ("RABATT_SECRET_KEY".to_owned(), key.to_owned()));
    Config::load(None, std::iter::once(data).chain(key)).unwrap()
}

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const OTHER: &str = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[tokio::test]
async fn another_key_is_refused_and_a_missing_file_too() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let start = async |key: Option<&str>| {
        let store = Store::open(&url, 2).await.unwrap();
        let started = App::new(settings(key, folder.path()), store.clone()).await;
        store.close().await;
        started.map(drop).map_err(|error| format!("{error:?}"))
    };
    start(None).await.unwrap();
    start(None).await.unwrap();
    let told = start(Some(OTHER)).await.unwrap_err();
    assert!(told.contains("not the one that this database was sealed with") && !told.contains(OTHER), "{told}");
    let keys = || std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let file = keys().find(|path| path.extension().is_some_and(|end| end == "key")).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(keys().filter(|path| path.to_string_lossy().contains(".key")).count(), 1, "no draft is left");
    let key = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let told = start(None).await.unwrap_err();
    assert!(told.contains("is missing") && told.contains("put it back"), "{told}");
    assert!(!file.exists(), "a new key would open nothing");
    // The setting takes the place of the file.
    start(Some(key.trim())).await.unwrap();
    std::fs::write(&file, "not a key").unwrap();
    assert!(start(None).await.unwrap_err().contains("32 random bytes"));
    std::fs::write(&file, OTHER).unwrap();
    assert!(start(None).await.unwrap_err().contains("not the one"));
    std::fs::write(&file, key).unwrap();
    start(None).await.unwrap();
}

#[tokio::test]
async fn services_that_start_at_once_share_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let start = async || {
        let store = Store::open(&url, 2).await.unwrap();
        let settings = settings(None, folder.path());
        (settings, store)
    };
    let ((ours, store), (others, beside)) = (start().await, start().await);
    let (first, second) = tokio::join!(App::new(ours, store), App::new(others, beside));
    let (first, second) = (first.unwrap(), second.unwrap());
    let sealed = first.sealer.seal("here", b"text").unwrap();
    assert_eq!(second.sealer.open("here", &sealed).unwrap(), b"text");
    // With a key of its own a service is told, whoever comes first.
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let start = async |key| {
        let store = Store::open(&url, 2).await.unwrap();
        let settings = settings(Some(key), folder.path());
        (settings, store)
    };
    let ((ours, store), (others, beside)) = (start(KEY).await, start(OTHER).await);
    let (first, second) = tokio::join!(App::new(ours, store), App::new(others, beside));
    assert!(first.is_ok() != second.is_ok());
}

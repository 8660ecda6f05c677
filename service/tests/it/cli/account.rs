//! The program itself: `rabatt account`.

use std::process::{Command, Output};

use rabatt_service::setup::Client;
use serde_json::json;
use sqlx::Row;

use crate::support::{database, state};

/// As the service of this database has it.
fn secret_key(url: &str) -> Option<(&'static str, String)> {
    url.starts_with("postgres").then(|| ("RABATT_SECRET_KEY", format!("{}A=", "A".repeat(42))))
}

/// Runs the command on a database.
fn rabatt(url: &str, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rabatt"));
    // What tests are told are no settings.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RABATT_TEST_")) {
        command.env_remove(name);
    }
    command.arg("account").args(words).env("DATABASE_URL", url).envs(secret_key(url)).output().unwrap()
}

#[track_caller]
fn refused(output: &Output, because: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(because), "{said}");
}

#[track_caller]
fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn accounts_and_partners_are_added_and_their_clients_work() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let app = state(&url).await;
    let details = folder.path().join("details.json");
    let details = details.to_str().unwrap();
    std::fs::write(details, json!({"company": {"display_name": "Kiosk"}}).to_string()).unwrap();

    done(&rabatt(&url, &["add", "T123"]));
    done(&rabatt(&url, &["add", "T00000002", "--owner", "T123", "--details", details]));
    let printed = done(&rabatt(&url, &["client", "T00000002", "--name", "till", "--scope", "accounts:read"]));
    let client: Client = serde_json::from_str(&printed).unwrap();
    let basic = (&*client.client_id, &*client.client_secret);
    let service = crate::support::Service::on(app, &url);
    let token = crate::auth::token_of(&service, "T00000002", basic, "T00000002").await;
    let settings = "/v1/accounts/T00000002/management/settings";
    let answer = service.call_with("GET", settings, Some(&token), "").await.ok();
    assert_eq!(answer["company"]["display_name"], "Kiosk");
    let list = service.call_with("GET", "/v1/accounts/T00000002/auth/clients", Some(&token), "").await.ok();
    assert_eq!((&list[0]["name"], list.to_string().contains(&client.client_secret)), (&json!("till"), false));
    service.call_with("POST", "/v1/accounts/T00000002/auth/clients", Some(&token), "{}").await.refused(403);

    std::fs::write(details, "{}").unwrap();
    done(&rabatt(&url, &["details", "T00000002", details]));
    let answer = service.call_with("GET", settings, Some(&token), "").await.ok();
    assert_eq!(answer, json!({"applicant": {}, "company": {}}));
}

#[tokio::test]
async fn partners_are_told_of_their_accounts_in_production() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let app = state(&url).await;
    for partner in ["P123", "P456", "T123"] {
        done(&rabatt(&url, &["add", partner]));
    }
    let service = crate::support::Service::on(app, &url);
    let subscribe = async |account: &str| {
        let printed = done(&rabatt(&url, &["client", account, "--scope", "write:hooks"]));
        let client: Client = serde_json::from_str(&printed).unwrap();
        let token = crate::auth::token_of(&service, account, (&client.client_id, &client.client_secret), account).await;
        let body = json!({"config": {"url": "https://kiosk.no/x"}, "events": ["account_add", "account_update"]}).to_string();
        service.call_with("POST", &format!("/v1/accounts/{account}/hooks/subscriptions"), Some(&token), body).await.ok();
        // Webhooks of its own, and nothing else: its path leads nowhere further.
        service.call_with("GET", &format!("/v1/accounts/{account}/discounts/rules"), Some(&token), "").await.status
    };
    assert_eq!((subscribe("P123").await.as_u16(), subscribe("P456").await.as_u16()), (400, 400));
    done(&rabatt(&url, &["add", "P00000002", "--owner", "P123"]));
    assert_eq!(subscribe("P00000002").await.as_u16(), 403);
    done(&rabatt(&url, &["add", "T00000002", "--owner", "T123"]));
    let details = folder.path().join("details.json");
    std::fs::write(&details, json!({"company": {"display_name": "Kiosk"}}).to_string()).unwrap();
    let details = details.to_str().unwrap();
    done(&rabatt(&url, &["details", "P00000002", details]));
    done(&rabatt(&url, &["details", "T00000002", details]));
    let rows = sqlx::query("SELECT account_id, event, id, body FROM outbox WHERE event <> 'ping' ORDER BY seq");
    let rows = rows.fetch_all(service.app.store.pool()).await.unwrap();
    let told: Vec<(String, String, serde_json::Value)> = rows
        .iter()
        .map(|row| {
            let (account, id): (String, String) = (row.get(0), row.get(2));
            let body = service.app.sealer.open_text(&format!("{account}/outbox/{id}"), row.get(3)).unwrap();
            (account, row.get(1), serde_json::from_str::<serde_json::Value>(&body).unwrap()["account"].clone())
        })
        .collect();
    let added = json!({"account_id": "P00000002", "partner_id": "P123"});
    let changed = json!({"account_id": "P00000002", "partner_id": "P123", "company": {"display_name": "Kiosk"}});
    let expected =
        [("P123", "account_add", added), ("P123", "account_update", changed.clone()), ("P00000002", "account_update", changed)];
    assert_eq!(told, expected.map(|(account, event, resource)| (account.to_owned(), event.to_owned(), resource)));
}

#[tokio::test]
async fn what_cannot_be_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let details = folder.path().join("details.json");
    std::fs::write(&details, r#"{"company": {"email": 1}}"#).unwrap();
    let details = details.to_str().unwrap();
    for id in ["T00000002", "T123"] {
        done(&rabatt(&url, &["add", id]));
    }
    refused(&rabatt(&url, &["add", "T00000002"]), "exists already");
    refused(&rabatt(&url, &["add", "X00000002"]), "no account id");
    refused(&rabatt(&url, &["add", "P00000002", "--owner", "T123"]), "never mix");
    refused(&rabatt(&url, &["add", "T00000003", "--owner", "T456"]), "there is no T456");
    refused(&rabatt(&url, &["add", "T00000003", "--owner", "T00000002"]), "three digits");
    refused(&rabatt(&url, &["add", "T00000003", "--details", details]), "/company/email");
    refused(&rabatt(&url, &["client", "T00000003"]), "there is no T00000003");
    refused(&rabatt(&url, &["client", "T00000002", "--scope", "read:everything"]), "there is no scope");
    refused(&rabatt(&url, &["details", "T00000003", "nowhere.json"]), "nowhere.json");
}

//! The program itself: `rabatt account`.

use std::process::{Command, Output};

use rabatt_service::setup::Client;
use serde_json::json;

use crate::support::{database, state};

/// Runs the command on a database.
fn rabatt(url: &str, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rabatt"))
        .arg("account")
        .args(words)
        .env_remove("RABATT_TEST_POSTGRES")
        .env("DATABASE_URL", url)
        .output()
        .unwrap()
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

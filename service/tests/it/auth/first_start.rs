//! The first start sets everything up, or nothing, and once.

use rabatt_service::setup::first_start;
use rabatt_service::store::Pool;
use sqlx::Row;

use super::token_of;
use crate::support::{Service, database, state};

async fn count(pool: &Pool, statement: &'static str) -> i64 {
    sqlx::query(statement).fetch_one(pool).await.unwrap().get(0)
}

#[tokio::test]
async fn of_services_that_start_together_one_sets_up() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let (one, two) = (state(&url).await, state(&url).await);
    let (a, b) = tokio::join!(first_start(&one, |_| Ok(())), first_start(&two, |_| Ok(())));
    let clients: Vec<_> = [a.unwrap(), b.unwrap()].into_iter().flatten().collect();
    assert_eq!(clients.len(), 1);
    let pool = one.store.pool();
    assert_eq!(count(pool, "SELECT COUNT(*) FROM accounts").await, 1);
    assert_eq!(count(pool, "SELECT COUNT(*) FROM clients").await, 1);
    let examples: serde_json::Value = serde_json::from_str(include_str!("../../../examples/kiosk-rules.json")).unwrap();
    assert_eq!(count(pool, "SELECT COUNT(*) FROM rules").await, i64::try_from(examples.as_array().unwrap().len()).unwrap());
}

#[tokio::test]
async fn a_start_that_fails_leaves_nothing_and_the_next_does_it_all() {
    let folder = tempfile::tempdir().unwrap();
    let app = state(&database(&folder).await).await;
    // The last thing before it lasts: here the service could as well be killed.
    first_start(&app, |_| Err("the disk is full".to_owned())).await.unwrap_err();
    for table in [
        "SELECT COUNT(*) FROM accounts",
        "SELECT COUNT(*) FROM clients",
        "SELECT COUNT(*) FROM rules",
        "SELECT COUNT(*) FROM refs",
    ] {
        assert_eq!(count(app.store.pool(), table).await, 0, "{table}");
    }
    let mut kept = None;
    let client = first_start(&app, |client| {
        kept = Some(client.client_secret.clone());
        Ok(())
    });
    assert_eq!(kept_secret(client.await.unwrap()), kept);
    assert!(first_start(&app, |_| Err("never asked".to_owned())).await.unwrap().is_none());
}

fn kept_secret(client: Option<rabatt_service::setup::Client>) -> Option<String> {
    client.map(|client| client.client_secret)
}

#[tokio::test]
async fn the_client_of_the_first_start_may_do_everything() {
    let service = Service::kiosk().await;
    let client = service.client.clone().unwrap();
    let token = token_of(&service, "T00000001", (&client.client_id, &client.client_secret), "T00000001").await;
    for path in ["discounts/rules", "auth/clients", "auth/client-grants", "management/settings"] {
        service.call_with("GET", &format!("/v1/accounts/T00000001/{path}"), Some(&token), "").await.ok();
    }
    // Off by default, and said so.
    let path = "/v1/accounts/T00000001/search/external/organizations/NO/987654321";
    assert_eq!(service.call_with("GET", path, Some(&token), "").await.refused(404)["code"], "switched_off");
    let customer = r#"{"customer_id": "kari", "password": "a password", "email": "kari@example.com"}"#;
    service.call_with("POST", "/v1/accounts/T00000001/customers/users", Some(&token), customer).await.ok();
}

#[tokio::test]
async fn a_stamp_card_is_begun_at_the_first_start() {
    let service = Service::kiosk().await;
    for (customer, stamps) in [("siri", 4), ("ola", 0)] {
        let snapshot = service.call("GET", &format!("discounts/snapshot?customer_id={customer}"), "").await.ok();
        let held = snapshot["facts"]["refs"].as_array().unwrap();
        let most = held.iter().map(|held| held["statistics"]["current_stamp"].as_i64().unwrap()).max();
        assert_eq!(most, Some(stamps), "{customer}");
    }
}

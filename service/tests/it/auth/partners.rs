//! Partners manage the clients of the accounts they own, and of no others.

use serde_json::{Value, json};

use super::{add_account, ask, token_of};
use crate::support::{Answer, Service, audience};

/// Partner T123 owns T00000002 and T00000003; T456 owns T00000004; P123 owns P00000002.
async fn partners() -> (Service, (String, String)) {
    let service = Service::new().await;
    let partner = add_account(&service, "T123", None, "admin:accounts").await;
    for (account, owner) in [("T00000002", "T123"), ("T00000003", "T123"), ("T456", ""), ("T00000004", "T456"), ("P123", "")] {
        add_account(&service, account, Some(owner).filter(|owner| !owner.is_empty()), "admin:accounts admin:discounts").await;
    }
    add_account(&service, "P00000002", Some("P123"), "admin:accounts").await;
    (service, partner)
}

async fn call(service: &Service, token: &str, method: &str, path: &str, body: Value) -> Answer {
    service.call_with(method, &format!("/v1/accounts/{path}"), Some(token), body.to_string()).await
}

#[tokio::test]
async fn a_partners_client_works_for_the_accounts_it_owns() {
    let (service, (id, secret)) = partners().await;
    let token = token_of(&service, "T123", (&id, &secret), "T123").await;
    let made = call(&service, &token, "POST", "T123/auth/clients", json!({"name": "for merchants"})).await.ok();
    let (worker, worker_secret) = (made["id"].as_str().unwrap(), made["client_secret"].as_str().unwrap());
    for account in ["T00000002", "T00000003", "T123"] {
        let grant = json!({"client_id": worker, "audience": audience(account), "scope": ["write:discounts"]});
        call(&service, &token, "POST", "T123/auth/client-grants", grant).await.ok();
    }
    for account in ["T00000002", "T00000003"] {
        let token = token_of(&service, "T123", (worker, worker_secret), account).await;
        let (path, body) = (format!("{account}/discounts/rules/x"), json!({}));
        call(&service, &token, "PUT", &path, body).await.refused(404);
        // Its token is good for one account.
        call(&service, &token, "PUT", "T00000001/discounts/rules/x", json!({})).await.refused(401);
    }
    // The merchant does not see the partner's client.
    let list = call(&service, &token, "GET", "T00000002/auth/clients", json!(null)).await.ok();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["id"], "client of T00000002");
    // An account taken from the partner is taken from its clients, tokens they hold included.
    let held = token_of(&service, "T123", (worker, worker_secret), "T00000003").await;
    sqlx::query("UPDATE accounts SET owner_id = NULL WHERE id = 'T00000003'").execute(service.app.store.pool()).await.unwrap();
    service.app.auth.standings.forget(worker);
    call(&service, &held, "PUT", "T00000003/discounts/rules/x", json!({})).await.refused(401);
    ask(&service, "T123", (worker, worker_secret), "T00000003").await.refused(400);
}

#[tokio::test]
async fn grants_reach_no_account_of_somebody_else() {
    let (service, (id, secret)) = partners().await;
    let token = token_of(&service, "T123", (&id, &secret), "T123").await;
    // Others' accounts, other partners, production, and what is not there at all: all told the same.
    let mut messages = Vec::new();
    for account in ["T00000001", "T00000004", "T456", "P123", "P00000002", "T99999999"] {
        let grant = json!({"client_id": id, "audience": audience(account), "scope": ["read:discounts"]});
        let error = call(&service, &token, "POST", "T123/auth/client-grants", grant).await.refused(400);
        assert_eq!(error["code"], "invalid_audience", "{account}");
        messages.push(error["message"].clone());
        ask(&service, "T123", (&id, &secret), account).await.refused(400);
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
    // Even when it stands in the database, it opens nothing.
    sqlx::query("UPDATE grants SET audience = 'P00000002' WHERE client_id = $1")
        .bind(&*id)
        .execute(service.app.store.pool())
        .await
        .unwrap();
    ask(&service, "T123", (&id, &secret), "P00000002").await.refused(400);
}

#[tokio::test]
async fn a_partner_manages_clients_under_the_paths_of_its_accounts() {
    let (service, (id, secret)) = partners().await;
    let token = token_of(&service, "T123", (&id, &secret), "T123").await;
    let made = call(&service, &token, "POST", "T00000002/auth/clients", json!({"name": "till"})).await.ok();
    let (till, till_secret) = (made["id"].as_str().unwrap(), made["client_secret"].as_str().unwrap());
    assert_eq!(made["created_by"], id);
    let grant = json!({"client_id": till, "audience": audience("T00000002"), "scope": ["read:discounts"]});
    call(&service, &token, "POST", "T00000002/auth/client-grants", grant).await.ok();
    token_of(&service, "T00000002", (till, till_secret), "T00000002").await;
    // A client of one account gets no grant for its sister.
    let grant = json!({"client_id": till, "audience": audience("T00000003"), "scope": ["read:discounts"]});
    call(&service, &token, "POST", "T00000002/auth/client-grants", grant).await.refused(400);
    for account in ["T00000001", "T00000004", "T456", "P123", "P00000002", "T99999999"] {
        call(&service, &token, "GET", &format!("{account}/auth/clients"), json!(null)).await.refused(401);
    }
    // Its own service, and nothing else of the account.
    call(&service, &token, "GET", "T00000002/discounts/rules", json!(null)).await.refused(401);
    call(&service, &token, "GET", "T00000002/management/settings", json!(null)).await.refused(401);
}

#[tokio::test]
async fn a_partner_without_admin_stays_on_its_own_path() {
    let (service, (id, secret)) = partners().await;
    let admin = token_of(&service, "T123", (&id, &secret), "T123").await;
    let made = call(&service, &admin, "POST", "T123/auth/clients", json!({})).await.ok();
    let (writer, writer_secret) = (made["id"].as_str().unwrap(), made["client_secret"].as_str().unwrap());
    let grant = json!({"client_id": writer, "audience": audience("T123"), "scope": ["write:accounts", "read:accounts"]});
    call(&service, &admin, "POST", "T123/auth/client-grants", grant).await.ok();
    let token = token_of(&service, "T123", (writer, writer_secret), "T123").await;
    call(&service, &token, "GET", "T123/auth/clients", json!(null)).await.ok();
    call(&service, &token, "GET", "T00000002/auth/clients", json!(null)).await.refused(401);
    // A merchant does not manage its partner, nor its sister.
    let merchant = rabatt_service::auth::secret::new();
    let hash = rabatt_service::auth::secret::hash(merchant.clone()).await.unwrap();
    let mut unit = service.app.store.unit().await.unwrap();
    rabatt_service::setup::add_client(unit.db(), "T00000002", "merchant", &hash, None, "admin:accounts").await.unwrap();
    unit.save().await.unwrap();
    let token = token_of(&service, "T00000002", ("merchant", &merchant), "T00000002").await;
    for account in ["T123", "T00000003"] {
        call(&service, &token, "GET", &format!("{account}/auth/clients"), json!(null)).await.refused(401);
        let grant = json!({"client_id": "merchant", "audience": audience(account), "scope": ["read:discounts"]});
        call(&service, &token, "POST", "T00000002/auth/client-grants", grant).await.refused(400);
    }
}

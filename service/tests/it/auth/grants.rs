//! /v1/accounts/{oid}/auth/client-grants

use serde_json::json;

use super::{ask, make_client, token_of};
use crate::support::{Service, audience};

#[tokio::test]
async fn aid_auths_client_grants_post() {
    let service = Service::new().await;
    let client = service.call_auth("POST", "clients", json!({"client_id": "till"})).await.ok();
    let (id, secret) = (client["id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
    let scope = ["write:discounts:/available_for_receipt", "receipts:write", "write:receipts"];
    let sent = json!({"client_id": id, "audience": "https://any.example/v1/accounts/T00000001", "scope": scope});
    let made = service.call_auth("POST", "client-grants", sent).await.ok();
    assert_eq!(made["client_id"], id);
    assert_eq!(made["audience"], audience("T00000001"));
    // The older spelling means the same.
    assert_eq!(made["scope"], json!(["write:discounts:/available_for_receipt", "write:receipts"]));
    assert_eq!(made["type"], "client_credentials");
    assert_eq!(made["created_by"], "test");
    token_of(&service, "T00000001", ("till", secret), "T00000001").await;
    let good = json!({"client_id": id, "audience": audience("T00000001"), "scope": ["read:discounts"]});
    for (name, value, code, pointer) in [
        ("client_id", json!("till"), "unknown_client", "/client_id"),
        ("client_id", json!(null), "invalid_body", "/client_id"),
        ("audience", json!("T00000001"), "invalid_audience", "/audience"),
        ("audience", json!(audience("T00000002")), "invalid_audience", "/audience"),
        ("audience", json!(audience("P00000001")), "invalid_audience", "/audience"),
        ("scope", json!(["read:discounts", "read:everything"]), "unknown_scope", "/scope/1"),
        ("scope", json!([]), "invalid_body", "/scope"),
        ("scope", json!("read:discounts"), "invalid_body", "/scope"),
        ("type", json!("magic"), "invalid_body", "/type"),
        ("oidc", json!({"authority": "https://id.example"}), "not_offered", "/oidc"),
    ] {
        let mut body = good.clone();
        body[name] = value;
        let error = service.call_auth("POST", "client-grants", body.clone()).await.refused(400);
        assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&code.into(), &pointer.into()), "{body}");
    }
    assert_eq!(service.call_auth("GET", &format!("client-grants?client_id={id}"), json!(null)).await.ok(), json!([made]));
}

#[tokio::test]
async fn aid_auths_client_grants_get() {
    let service = Service::new().await;
    let (till, _) = make_client(&service, &["read:discounts"]).await;
    let (shop, _) = make_client(&service, &["write:discounts"]).await;
    let clients = async |query: &str| -> Vec<String> {
        let list = service.call_auth("GET", &format!("client-grants{query}"), json!(null)).await.ok();
        list.as_array().unwrap().iter().map(|grant| grant["client_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(clients("").await, ["test", &*till, &*shop]);
    assert_eq!(clients(&format!("?client_id={shop}")).await, [&*shop]);
    assert_eq!(clients(&format!("?audience={}", audience("T00000001"))).await.len(), 3);
    assert_eq!(clients(&format!("?audience={}", audience("T00000002"))).await.len(), 0);
    service.call_auth("GET", "client-grants?audience=T00000001", json!(null)).await.refused(400);
}

#[tokio::test]
async fn aid_auths_client_grants_id_delete() {
    let service = Service::new().await;
    let (id, secret) = make_client(&service, &["read:discounts"]).await;
    let list = service.call_auth("GET", &format!("client-grants?client_id={id}"), json!(null)).await.ok();
    let path = format!("client-grants/{}", list[0]["id"].as_str().unwrap());
    let deleted = service.call_auth("DELETE", &path, json!(null)).await.ok();
    assert_eq!((&deleted["id"], &deleted["deleted_by"]), (&list[0]["id"], &"test".into()));
    assert!(deleted["deleted_at"].is_string());
    ask(&service, "T00000001", (&id, &secret), "T00000001").await.refused(400);
    assert_eq!(service.call_auth("DELETE", &path, json!(null)).await.refused(400)["code"], "already_deleted");
    service.call_auth("DELETE", "client-grants/nothing", json!(null)).await.refused(404);
}

#[tokio::test]
async fn the_type_of_a_grant_says_how_tokens_are_asked_for() {
    let service = Service::new().await;
    for (kind, gives) in
        [("any", true), ("client_credentials", true), ("password", false), ("authorization_code", false), ("mfa-oob", false)]
    {
        let client = service.call_auth("POST", "clients", json!({})).await.ok();
        let (id, secret) = (client["id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
        let grant = json!({"client_id": id, "audience": audience("T00000001"), "scope": ["read:discounts"], "type": kind});
        assert_eq!(service.call_auth("POST", "client-grants", grant).await.ok()["type"], kind);
        let answer = ask(&service, "T00000001", (id, secret), "T00000001").await;
        assert_eq!(answer.status.as_u16(), if gives { 200 } else { 400 }, "{kind}: {}", answer.text);
    }
}

//! /v1/accounts/{oid}/auth/clients

use serde_json::{Value, json};

use super::{ask, make_client, opens, token_of};
use crate::support::Service;

#[tokio::test]
async fn aid_auth_clients_post() {
    let service = Service::new().await;
    let sent = json!({
        "name": "Till 1", "description": "by the door", "client_id": "till-1", "callbacks": ["https://shop.example/back"],
        "id": "mine", "created_at": "1999-01-01T00:00:00Z", "client_secret": "mine"
    });
    let made = service.call_auth("POST", "clients", sent.clone()).await.ok();
    for name in ["name", "description", "client_id", "callbacks"] {
        assert_eq!(made[name], sent[name]);
    }
    // What the server sets cannot be sent.
    for name in ["id", "created_at", "client_secret"] {
        assert_ne!(made[name], sent[name]);
    }
    assert_eq!(made["created_by"], "test");
    assert_eq!(made["created_at"], made["updated_at"]);
    let (secret, id) = (made["client_secret"].as_str().unwrap(), made["id"].as_str().unwrap());
    assert!(secret.len() >= 43);
    // Right, but of no use before it has a grant.
    let error = ask(&service, "T00000001", ("till-1", secret), "T00000001").await.refused(400);
    assert_eq!(error["code"], "invalid_audience");
    // Its id does as well as what it chose.
    ask(&service, "T00000001", (id, secret), "T00000001").await.refused(400);
    let error = service.call_auth("POST", "clients", json!({"client_id": "till-1"})).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&"duplicate".into(), &"/client_id".into()));
    let plain = service.call_auth("POST", "clients", json!({})).await.ok();
    assert_eq!(plain["client_id"], plain["id"]);
    assert_eq!(plain.get("name"), None);
    for wrong in ["", " till", "till:1", "a\nb"] {
        let error = service.call_auth("POST", "clients", json!({"client_id": wrong})).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], "/client_id", "{wrong}");
    }
    let error = service.call_auth("POST", "clients", json!({"callbacks": ["a", 1]})).await.refused(400);
    assert_eq!(error["errors"][0]["pointer"], "/callbacks/1");
}

#[tokio::test]
async fn aid_auth_clients_get() {
    let service = Service::new().await;
    let ids = |list: Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|client| client["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut made = vec!["test".to_owned()];
    for name in ["a", "b", "c"] {
        let client = service.call_auth("POST", "clients", json!({"name": name})).await.ok();
        made.push(client["id"].as_str().unwrap().to_owned());
    }
    let list = service.call_auth("GET", "clients", json!(null)).await;
    assert!(!list.text.contains("secret"), "{}", list.text);
    assert_eq!(ids(list.ok()), made);
    let page = service.call_auth("GET", &format!("clients?limit=2&starting_after={}", made[0]), json!(null)).await.ok();
    assert_eq!(ids(page), made[1..3]);
    service.call_auth("DELETE", &format!("clients/{}", made[1]), json!(null)).await.ok();
    let list = service.call_auth("GET", "clients", json!(null)).await.ok();
    assert_eq!(ids(list), [&made[..1], &made[2..]].concat());
    let list = service.call_auth("GET", "clients?include_deleted=true", json!(null)).await.ok();
    assert_eq!(ids(list), made);
    for wrong in ["limit=0", "limit=101", "limit=x", "starting_after=nobody", "include_deleted=maybe"] {
        assert_eq!(service.call_auth("GET", &format!("clients?{wrong}"), json!(null)).await.refused(400)["code"], "bad_query");
    }
}

#[tokio::test]
async fn aid_auths_clients_id_get() {
    let service = Service::new().await;
    let mut made = service.call_auth("POST", "clients", json!({"name": "till"})).await.ok();
    made.as_object_mut().unwrap().remove("client_secret");
    let path = format!("clients/{}", made["id"].as_str().unwrap());
    assert_eq!(service.call_auth("GET", &path, json!(null)).await.ok(), made);
    let error = service.call_auth("GET", "clients/nobody", json!(null)).await.refused(404);
    assert_eq!(error["message"], "Client not found");
    // Another account does not see it.
    super::add_account(&service, "T00000002", None, "admin:accounts").await;
    service
        .call_with("GET", &format!("/v1/accounts/T00000002/auth/{path}"), Some(&service.token("T00000001", "admin:accounts")), "")
        .await
        .refused(401);
}

#[tokio::test]
async fn aid_auths_clients_id_patch() {
    let service = Service::new().await;
    let made = service.call_auth("POST", "clients", json!({"name": "till", "description": "old"})).await.ok();
    let path = format!("clients/{}", made["id"].as_str().unwrap());
    let changed = service.call_auth("PATCH", &path, json!({"name": "Till 1", "client_id": "other"})).await.ok();
    assert_eq!((&changed["name"], &changed["description"]), (&"Till 1".into(), &"old".into()));
    assert_eq!(changed["client_id"], made["client_id"]);
    assert!(changed["updated_at"].as_str() > made["updated_at"].as_str());
    let changed = service.call_auth("PATCH", &path, json!({"description": null})).await.ok();
    assert_eq!((changed["name"].as_str(), changed.get("description")), (Some("Till 1"), None));
    let error = service.call_auth("PATCH", &path, json!({"name": 1})).await.refused(400);
    assert_eq!(error["errors"][0]["pointer"], "/name");
    service.call_auth("PATCH", "clients/nobody", json!({})).await.refused(404);
    service.call_auth("DELETE", &path, json!(null)).await.ok();
    assert_eq!(service.call_auth("PATCH", &path, json!({})).await.refused(400)["code"], "already_deleted");
}

#[tokio::test]
async fn aid_auths_clients_id_delete() {
    let service = Service::new().await;
    let (id, secret) = make_client(&service, &["read:discounts"]).await;
    let path = format!("clients/{id}");
    let deleted = service.call_auth("DELETE", &path, json!(null)).await.ok();
    assert_eq!(deleted["deleted_by"], "test");
    assert_eq!(deleted["deleted_at"], deleted["updated_at"]);
    assert_eq!(service.call_auth("GET", &path, json!(null)).await.ok(), deleted);
    assert_eq!(service.call_auth("GET", &format!("client-grants?client_id={id}"), json!(null)).await.ok(), json!([]));
    ask(&service, "T00000001", (&id, &secret), "T00000001").await.refused(401);
    for (method, path) in [("DELETE", path.clone()), ("POST", format!("{path}/rotate-secret"))] {
        assert_eq!(service.call_auth(method, &path, json!(null)).await.refused(400)["code"], "already_deleted");
    }
    service.call_auth("DELETE", "clients/nobody", json!(null)).await.refused(404);
}

#[tokio::test]
async fn aid_auths_clients_id_rotate_post() {
    let service = Service::new().await;
    let (id, old) = make_client(&service, &["read:discounts"]).await;
    let rotated = service.call_auth("POST", &format!("clients/{id}/rotate-secret"), json!(null)).await.ok();
    assert_eq!(rotated["id"], *id);
    let new = rotated["client_secret"].as_str().unwrap();
    ask(&service, "T00000001", (&id, &old), "T00000001").await.refused(401);
    let token = token_of(&service, "T00000001", (&id, new), "T00000001").await;
    assert_eq!(opens(&service, &token).await, 200);
    service.call_auth("POST", "clients/nobody/rotate-secret", json!(null)).await.refused(404);
}

#[tokio::test]
async fn a_character_that_a_database_may_not_hold_is_no_fault_of_ours() {
    let service = Service::new().await;
    for (method, path, body) in [
        ("GET", "clients/%00", json!(null)),
        ("GET", "clients?starting_after=%00", json!(null)),
        ("POST", "clients", json!({"name": "a\u{0}b"})),
        ("GET", "client-grants?client_id=%00", json!(null)),
        ("DELETE", "client-grants/%00", json!(null)),
    ] {
        let answer = service.call_auth(method, path, body).await;
        assert!(answer.status.as_u16() < 500, "{method} {path}: {}", answer.text);
    }
    assert!(ask(&service, "T00000001", ("\0", "x"), "T00000001").await.status.as_u16() < 500);
}

#[tokio::test]
async fn who_may_write_cannot_become_who_administers() {
    let service = Service::new().await;
    let (id, _) = make_client(&service, &["admin:accounts"]).await;
    let writer = service.token("T00000001", "write:accounts");
    let path = format!("/v1/accounts/T00000001/auth/clients/{id}/rotate-secret");
    service.call_with("POST", &path, Some(&writer), "").await.refused(403);
    let grant = json!({"client_id": "test", "audience": crate::support::audience("T00000001"), "scope": ["admin:accounts"]});
    service.call_with("POST", "/v1/accounts/T00000001/auth/client-grants", Some(&writer), grant.to_string()).await.refused(403);
}

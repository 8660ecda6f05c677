//! What ends a token before it is over: here at once, on other services within a second.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{make_client, opens, token_of};
use crate::support::Service;

/// Ends a token in one way and looks on both services.
async fn ends(way: impl AsyncFn(&Service, &str)) {
    let here = Service::new().await;
    let there = here.beside().await;
    let (id, secret) = make_client(&here, &["read:discounts"]).await;
    let token = token_of(&here, "T00000001", (&id, &secret), "T00000001").await;
    for service in [&here, &there] {
        assert_eq!(opens(service, &token).await, 200);
    }
    way(&here, &id).await;
    let ended = Instant::now();
    assert_eq!(opens(&here, &token).await, 401);
    while opens(&there, &token).await != 401 {
        assert!(ended.elapsed() < Duration::from_secs(1), "still good elsewhere");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // For good.
    assert_eq!(opens(&here, &token).await, 401);
}

#[tokio::test]
async fn deleting_a_client_ends_its_tokens() {
    ends(async |service, id| drop(service.call_auth("DELETE", &format!("clients/{id}"), json!(null)).await.ok())).await;
}

#[tokio::test]
async fn another_secret_ends_the_tokens_got_with_the_former() {
    ends(async |service, id| drop(service.call_auth("POST", &format!("clients/{id}/rotate-secret"), json!(null)).await.ok()))
        .await;
}

#[tokio::test]
async fn deleting_a_grant_ends_its_tokens_even_when_another_takes_its_place() {
    ends(async |service, id| {
        let list = service.call_auth("GET", &format!("client-grants?client_id={id}"), json!(null)).await.ok();
        let grant = list[0]["id"].as_str().unwrap();
        service.call_auth("DELETE", &format!("client-grants/{grant}"), json!(null)).await.ok();
        let same = json!({"client_id": id, "audience": list[0]["audience"], "scope": list[0]["scope"]});
        service.call_auth("POST", "client-grants", same).await.ok();
    })
    .await;
}

#[tokio::test]
async fn of_several_grants_only_the_deleted_ones_scopes_go() {
    let service = Service::new().await;
    let (id, secret) = make_client(&service, &["read:accounts"]).await;
    let audience = crate::support::audience("T00000001");
    let more = json!({"client_id": id, "audience": audience, "scope": ["read:discounts"], "type": "any"});
    let more = service.call_auth("POST", "client-grants", more).await.ok();
    let token = token_of(&service, "T00000001", (&id, &secret), "T00000001").await;
    let accounts = async || service.call_with("GET", "/v1/accounts/T00000001/auth/clients", Some(&token), "").await;
    assert_eq!(opens(&service, &token).await, 200);
    accounts().await.ok();
    service.call_auth("DELETE", &format!("client-grants/{}", more["id"].as_str().unwrap()), json!(null)).await.ok();
    assert_eq!(opens(&service, &token).await, 403);
    accounts().await.ok();
}

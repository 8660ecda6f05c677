//! POST /v1/accounts/{aid}/discounts/rules

use serde_json::{Value, json};

use crate::support::{Service, with_window};

#[tokio::test]
async fn a_rule_comes_back_with_what_the_server_sets() {
    let service = Service::new().await;
    let rule = with_window(json!({
        "id": "mine", "type": "receipt", "deleted_at": "2024-01-01T00:00:00Z", "name": "Kaffe", "x_unknown": {"a": [1.50, 1e2]},
        "requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10.5}
    }));
    let answer = service.call("POST", "discounts/rules", rule.to_string()).await;
    let created = answer.ok();
    assert_ne!(created["id"], "mine");
    assert_eq!(created["type"], "item");
    assert_eq!(created["active"], true);
    assert_eq!(created.get("deleted_at"), None);
    assert_eq!(created["x_unknown"], rule["x_unknown"]);
    assert!(created["created_at"].is_string() && created["created_by"] == "test");
    let receipt_rule = with_window(json!({"reward": {"type": "discount_amount", "value": 100}}));
    assert_eq!(service.call("POST", "discounts/rules", receipt_rule.to_string()).await.ok()["type"], "receipt");
}

#[tokio::test]
async fn every_problem_is_told_at_once_with_its_place() {
    let service = Service::new().await;
    let rule = json!({"requirement": {"item": {"items": [{}]}, "currencies": ["kroner"]}, "reward": {"type": "discount_percent", "value": 101}});
    let error = service.call("POST", "discounts/rules", rule.to_string()).await.refused(400);
    let mut places: Vec<&str> =
        error["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/requirement/currencies/0",
            "/requirement/item/items/0",
            "/requirement/purchase_from",
            "/requirement/purchase_to",
            "/reward/value"
        ]
    );
}

#[tokio::test]
async fn nonsense_is_refused_and_the_service_goes_on() {
    let service = Service::new().await;
    for body in ["", "{", "[]", "null", "17", "\"rule\"", &"[".repeat(100_000)] {
        service.call("POST", "discounts/rules", body.to_owned()).await.refused(400);
    }
    service.call("POST", "discounts/rules", vec![b'{', 0xFF, b'}']).await.refused(400);
    service.call("POST", "discounts/rules", " ".repeat(2 << 20)).await.refused(400);
    assert_eq!(service.call("GET", "discounts/rules", "").await.ok(), Value::Array(Vec::new()));
}

#[tokio::test]
async fn scopes_and_accounts_are_kept_apart() {
    let service = Service::new().await;
    let path = "/v1/accounts/T00000001/discounts/rules";
    service.call_with("POST", path, None, "{}").await.refused(401);
    service.call_with("POST", path, Some("nonsense"), "{}").await.refused(401);
    let other = service.token("T00000002", "admin:discounts");
    service.call_with("POST", path, Some(&other), "{}").await.refused(401);
    let reader = service.token("T00000001", "read:discounts");
    service.call_with("POST", path, Some(&reader), "{}").await.refused(403);
    service.call_with("GET", path, Some(&reader), "").await.ok();
    let writer = service.token("T00000001", "write:discounts");
    service.call_with("GET", path, Some(&writer), "").await.refused(403);
    service.call_with("GET", "/v1/accounts/X1/discounts/rules", Some(&reader), "").await.refused(400);
}

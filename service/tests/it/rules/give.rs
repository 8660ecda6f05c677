//! POST /v1/accounts/{aid}/discounts/rules/{did}/customers

use serde_json::json;
use sqlx::Row;

use crate::support::Service;

async fn refs(service: &Service) -> i64 {
    sqlx::query("SELECT COUNT(*) FROM refs").fetch_one(service.app.store.pool()).await.unwrap().get(0)
}

#[tokio::test]
async fn each_gift_is_a_ref_and_a_constraint_gives_once() {
    let service = Service::new().await;
    let id = service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &[]).await;
    let path = format!("discounts/rules/{id}/customers");
    let give = async |body: serde_json::Value| service.call("POST", &path, body.to_string()).await.ok();
    assert_eq!(give(json!({"customers": ["kari", "ola"]})).await["statistics"]["usage"], 0);
    give(json!({"customers": ["kari"]})).await;
    assert_eq!(refs(&service).await, 3);
    for _ in 0..3 {
        give(json!({"customers": ["kari", "ola"], "offering_constraint_id": "stamp-2024"})).await;
    }
    assert_eq!(refs(&service).await, 5);
    give(json!({"customers": ["kari"], "offering_constraint_id": "stamp-2025"})).await;
    assert_eq!(refs(&service).await, 6);
}

#[tokio::test]
async fn unknown_rules_and_nonsense_are_refused() {
    let service = Service::new().await;
    let id = service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &[]).await;
    let unknown = "discounts/rules/6ecf6ab6-6f04-45ef-8b8f-c5c24bd9ab56/customers";
    service.call("POST", unknown, r#"{"customers": ["*"]}"#).await.refused(404);
    for body in ["{}", r#"{"customers": []}"#, r#"{"customers": [""]}"#, r#"{"customers": [" a"]}"#, r#"{"customers": "*"}"#, "{"]
    {
        service.call("POST", &format!("discounts/rules/{id}/customers"), body).await.refused(400);
    }
    assert_eq!(refs(&service).await, 0);
}

#[tokio::test]
async fn a_deleted_rule_is_given_to_nobody() {
    let service = Service::new().await;
    let id = service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &[]).await;
    sqlx::query("UPDATE rules SET deleted_at = created_at").execute(service.app.store.pool()).await.unwrap();
    let error = service.call("POST", &format!("discounts/rules/{id}/customers"), r#"{"customers": ["*"]}"#).await.refused(400);
    assert_eq!(error["code"], "rule_deleted");
    assert_eq!(refs(&service).await, 0);
}

#[tokio::test]
async fn ids_are_measured_in_characters() {
    let service = Service::new().await;
    let id = service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &[]).await;
    let path = format!("discounts/rules/{id}/customers");
    service.call("POST", &path, json!({"customers": ["å".repeat(255)]}).to_string()).await.ok();
    service.call("POST", &path, json!({"customers": ["å".repeat(256)]}).to_string()).await.refused(400);
}

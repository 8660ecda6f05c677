//! Which refs a purchase may use (§4.3).

use serde_json::{Value, json};

use crate::support::{Service, coffee};

fn discounts(receipt: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        receipt["discounts"].as_array().unwrap().iter().map(|discount| discount["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn who_buys_decides_which_rules_are_considered() {
    let service = Service::new().await;
    let rule = |name: &str| json!({"name": name, "reward": {"type": "discount_amount", "value": 100}});
    service.rule(rule("nobody"), &[]).await;
    service.rule(rule("members"), &["*"]).await;
    service.rule(rule("passers-by"), &["/"]).await;
    service.rule(rule("kari"), &["kari"]).await;
    service.rule(rule("members and kari"), &["*", "kari"]).await;
    let found = async |more: Value| service.recalculate(&coffee(more)).await.ok();
    assert_eq!(discounts(&found(json!({})).await), ["passers-by"]);
    assert_eq!(discounts(&found(json!({"customer_id": "ola"})).await), ["members", "members and kari"]);
    let kari = found(json!({"customer_id": "kari"})).await;
    assert_eq!(discounts(&kari), ["kari", "members", "members and kari"]);
    // A personal ref takes the place of the one for everybody: once, not twice.
    let both = kari["discounts"].as_array().unwrap().iter().find(|discount| discount["name"] == "members and kari").unwrap();
    assert_eq!(both["refs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_is_resolved_and_one_of_nobody_gets_nothing() {
    let service = Service::new().await;
    let rule = |name: &str| json!({"name": name, "reward": {"type": "discount_amount", "value": 100}});
    service.rule(rule("members"), &["*"]).await;
    service.rule(rule("passers-by"), &["/"]).await;
    sqlx::query(
        "INSERT INTO customer_tokens (account_id, type, value, customer_id) VALUES ('T00000001', 'VIPPS', 'abc', 'kari')",
    )
    .execute(&service.app.pool)
    .await
    .unwrap();
    let with = |value: &str| coffee(json!({"customer": {"token": {"type": "VIPPS", "value": value}}}));
    assert_eq!(discounts(&service.recalculate(&with("abc")).await.ok()), ["members"]);
    let unknown = service.recalculate(&with("xyz")).await.ok();
    assert_eq!(unknown["discounts"], json!([]));
    assert_eq!(unknown["is_changed"], false);
}

#[tokio::test]
async fn nothing_is_used_up_and_statistics_are_the_customers_own() {
    let service = Service::new().await;
    let rule =
        json!({"name": "once", "limitation": {"discount_repeat_usage": 1}, "reward": {"type": "discount_amount", "value": 100}});
    service.rule(rule, &["*"]).await;
    let first = service.recalculate(&coffee(json!({"customer_id": "kari"}))).await.text;
    assert_eq!(service.recalculate(&coffee(json!({"customer_id": "kari"}))).await.text, first);
    // Kari has used it; Ola has not.
    sqlx::query("INSERT INTO ref_statistics (account_id, ref_id, customer_id, usage) SELECT account_id, id, 'kari', 1 FROM refs")
        .execute(&service.app.pool)
        .await
        .unwrap();
    assert_eq!(discounts(&service.recalculate(&coffee(json!({"customer_id": "kari"}))).await.ok()), [""; 0]);
    assert_eq!(discounts(&service.recalculate(&coffee(json!({"customer_id": "ola"}))).await.ok()), ["once"]);
}

#[tokio::test]
async fn a_new_rule_counts_at_once() {
    let service = Service::new().await;
    assert_eq!(service.recalculate(&coffee(json!({}))).await.ok()["is_changed"], false);
    service.rule(json!({"name": "new", "reward": {"type": "discount_amount", "value": 100}}), &["/"]).await;
    assert_eq!(service.recalculate(&coffee(json!({}))).await.ok()["is_changed"], true);
}

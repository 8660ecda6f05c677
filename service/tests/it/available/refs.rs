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
    service.customer_token("VIPPS", "abc", "kari").await;
    let with = |value: &str| coffee(json!({"customer": {"token": {"type": "VIPPS", "value": value}}}));
    assert_eq!(discounts(&service.recalculate(&with("abc")).await.ok()), ["members"]);
    // Whoever the token belongs to: a given customer id decides.
    let both = coffee(json!({"customer_id": "ola", "customer": {"token": {"type": "VIPPS", "value": "xyz"}}}));
    assert_eq!(discounts(&service.recalculate(&both).await.ok()), ["members"]);
    let absent = coffee(json!({"customer_id": null, "customer": {"token": null}}));
    assert_eq!(discounts(&service.recalculate(&absent).await.ok()), ["passers-by"]);
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
        .execute(service.app.store.pool())
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

#[tokio::test]
async fn nobody_buys_as_everybody() {
    let service = Service::new().await;
    service.rule(json!({"name": "members", "reward": {"type": "discount_amount", "value": 100}}), &["*", "/"]).await;
    for id in ["*", "/", "", " kari", &"å".repeat(256)] {
        let error = service.recalculate(&coffee(json!({"customer_id": id}))).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], "/customer_id", "{id}");
    }
    service.recalculate(&coffee(json!({"customer_id": "å".repeat(255)}))).await.ok();
    let twice = r#"{"purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari", "customer_id": "ola"}"#;
    service.call("POST", "discounts/available_for_receipt", twice).await.refused(400);
}

#[tokio::test]
async fn passers_by_share_their_statistics() {
    let service = Service::new().await;
    let rule =
        json!({"name": "once", "limitation": {"discount_repeat_usage": 1}, "reward": {"type": "discount_amount", "value": 100}});
    service.rule(rule, &["/"]).await;
    assert_eq!(discounts(&service.recalculate(&coffee(json!({}))).await.ok()), ["once"]);
    sqlx::query("INSERT INTO ref_statistics (account_id, ref_id, customer_id, usage) SELECT account_id, id, '/', 1 FROM refs")
        .execute(service.app.store.pool())
        .await
        .unwrap();
    assert_eq!(discounts(&service.recalculate(&coffee(json!({}))).await.ok()), [""; 0]);
}

//! One purchase by several roads counts once.

use serde_json::{Value, json};

use crate::support::Service;

async fn once(service: &Service) -> (String, String) {
    let rule = json!({"limitation": {"discount_repeat_usage": 1}, "reward": {"type": "discount_amount", "value": 100}});
    service.given(rule, "kari").await
}

fn used(rule: &str, reference: &str, amount: i64) -> Value {
    json!([{"id": rule, "refs": [{"id": reference, "usage": 1, "amount": amount}]}])
}

fn counts(statistics: &Value) -> (i64, i64) {
    (statistics["usage"].as_i64().unwrap(), statistics["amount"].as_i64().unwrap())
}

#[tokio::test]
async fn a_receipt_after_its_claim_does_not_count_twice() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    let claim = service.claim("r1", "kari", &rule, &reference, 100).await.ok();
    // What was really given takes the place of what was held.
    service.receipt("r1", "kari", used(&rule, &reference, 80)).await;
    assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 80));
    let path = format!("discounts/available_for_receipt/claims/{}", claim["id"].as_str().unwrap());
    assert_eq!(service.call("DELETE", &path, "").await.refused(400)["code"], "claim_used");
    assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 80));
}

#[tokio::test]
async fn a_claim_is_found_by_transaction_and_order_too() {
    let service = Service::new().await;
    for name in ["transaction_id", "order_number", "id"] {
        let (rule, reference) = once(&service).await;
        service.claim(name, "kari", &rule, &reference, 100).await.ok();
        let mut receipt = json!({"receipt_id": format!("till-{name}"), "purchase_at": "2024-06-01T12:00:00Z",
            "customer_id": "kari", "discounts": used(&rule, &reference, 100)});
        receipt[name] = json!(name);
        assert_eq!(service.event("receipt_add", &json!({"receipt": receipt})).await.status.as_u16(), 204);
        assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 100), "{name}");
    }
}

#[tokio::test]
async fn a_claim_after_its_receipt_takes_nothing() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    service.receipt("r1", "kari", used(&rule, &reference, 100)).await;
    service.claim("r1", "kari", &rule, &reference, 100).await.ok();
    assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 100));
}

#[tokio::test]
async fn a_ref_that_the_purchase_did_without_is_given_back() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    service.claim("r1", "kari", &rule, &reference, 100).await.ok();
    service.receipt("r1", "kari", json!([])).await;
    assert_eq!(counts(&service.statistics("kari", &reference).await), (0, 0));
    // A receipt that says nothing of discounts leaves what was claimed used.
    service.claim("r2", "kari", &rule, &reference, 100).await.ok();
    service.receipt("r2", "kari", Value::Null).await;
    assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 100));
}

#[tokio::test]
async fn other_customers_and_other_stores_are_other_purchases() {
    let service = Service::new().await;
    let rule = json!({"reward": {"type": "discount_amount", "value": 100}});
    let (rule, reference) = service.given(rule, "*").await;
    service.claim("r1", "kari", &rule, &reference, 100).await.ok();
    service.receipt("r1", "ola", used(&rule, &reference, 100)).await;
    assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 100));
    assert_eq!(counts(&service.statistics("ola", &reference).await), (1, 100));
    for store in ["s1", "s2", "s1"] {
        let receipt = json!({"receipt": {"receipt_id": "r9", "store": {"id": store}, "purchase_at": "2024-06-01T12:00:00Z",
            "customer_id": "per", "discounts": used(&rule, &reference, 100)}});
        assert_eq!(service.event("receipt_add", &receipt).await.status.as_u16(), 204);
    }
    assert_eq!(counts(&service.statistics("per", &reference).await), (2, 200));
}

#[tokio::test]
async fn two_claims_of_one_purchase_become_one_use() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    service.claim("order", "kari", &rule, &reference, 100).await.ok();
    service.claim("transaction", "kari", &rule, &reference, 100).await.ok();
    assert_eq!(counts(&service.statistics("kari", &reference).await), (2, 200));
    let receipt = json!({"receipt": {"receipt_id": "r1", "order_number": "order", "transaction_id": "transaction",
        "purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari", "discounts": used(&rule, &reference, 100)}});
    assert_eq!(service.event("receipt_add", &receipt).await.status.as_u16(), 204);
    assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 100));
}

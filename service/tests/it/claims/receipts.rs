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
    // Whoever tidies up afterwards gives nothing back: it is used.
    assert!(service.call("DELETE", &path, "").await.ok()["deleted_at"].is_string());
    assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 80));
    assert_eq!(service.call("DELETE", &path, "").await.refused(400)["code"], "claim_deleted");
}

#[tokio::test]
async fn what_came_too_late_counts_when_there_is_room_again() {
    let service = Service::new().await;
    let limited = json!({"limitation": {"discount_repeat_usage": 2}, "reward": {"type": "discount_amount", "value": 100}});
    let (rule, reference) = service.given(limited, "kari").await;
    let mut claims = Vec::new();
    for purchase in ["a", "b"] {
        let claim = service.claim(purchase, "kari", &rule, &reference, 100).await.ok();
        claims.push(format!("discounts/available_for_receipt/claims/{}", claim["id"].as_str().unwrap()));
    }
    // Sold without a claim, by a till that was offline.
    for (purchase, amount) in [("c", 70), ("d", 80), ("e", 90)] {
        service.receipt(purchase, "kari", used(&rule, &reference, amount)).await;
    }
    assert_eq!(counts(&service.statistics("kari", &reference).await), (2, 200));
    for (claim, expected) in claims.iter().zip([(2, 170), (2, 150)]) {
        service.call("DELETE", claim, "").await.ok();
        assert_eq!(counts(&service.statistics("kari", &reference).await), expected);
    }
    assert_eq!(service.claim("f", "kari", &rule, &reference, 100).await.refused(400)["code"], "usage_exhausted");
    let usages = service.call("GET", &format!("discounts/rules/{rule}/usages"), "").await.ok();
    assert_eq!(usages[0]["statistics"]["usage"], 2);
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

#[tokio::test]
async fn what_was_claimed_under_all_its_names_is_used_when_the_receipt_does_not_say() {
    let service = Service::new().await;
    let (a, ref_a) = once(&service).await;
    let (b, ref_b) = once(&service).await;
    service.claim("order", "kari", &a, &ref_a, 100).await.ok();
    let second = service.claim("transaction", "kari", &b, &ref_b, 100).await.ok();
    let receipt = json!({"receipt": {"receipt_id": "r1", "order_number": "order", "transaction_id": "transaction",
        "purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari"}});
    assert_eq!(service.event("receipt_add", &receipt).await.status.as_u16(), 204);
    for reference in [&ref_a, &ref_b] {
        assert_eq!(counts(&service.statistics("kari", reference).await), (1, 100));
    }
    // Used is used, whichever of the claims it was.
    let path = format!("discounts/available_for_receipt/claims/{}", second["id"].as_str().unwrap());
    service.call("DELETE", &path, "").await.ok();
    for reference in [&ref_a, &ref_b] {
        assert_eq!(counts(&service.statistics("kari", reference).await), (1, 100));
    }
}

#[tokio::test]
async fn a_claim_given_back_can_be_made_again_beside_usage_by_hand() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    let (_, other) = once(&service).await;
    let by_hand = json!({"usage_ref": {"ref": "r1", "ref_type": "receipt_add", "usage": 1, "amount": 100}}).to_string();
    service.call("POST", &format!("discounts/customers/kari/refs/{other}"), by_hand).await.ok();
    let claim = service.claim("r1", "kari", &rule, &reference, 100).await.ok();
    let path = format!("discounts/available_for_receipt/claims/{}", claim["id"].as_str().unwrap());
    service.call("DELETE", &path, "").await.ok();
    service.claim("r1", "kari", &rule, &reference, 100).await.ok();
    assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 100));
}

#[tokio::test]
async fn usage_by_hand_counts_once_also_when_the_receipt_was_claimed_under_another_name() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    let (other, other_ref) = once(&service).await;
    service.claim("order", "kari", &other, &other_ref, 100).await.ok();
    let by_hand = json!({"usage_ref": {"ref": "transaction", "ref_type": "receipt_add", "usage": 1, "amount": 100}}).to_string();
    service.call("POST", &format!("discounts/customers/kari/refs/{reference}"), by_hand).await.ok();
    let receipt = json!({"receipt": {"receipt_id": "r1", "order_number": "order", "transaction_id": "transaction",
        "purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari", "discounts": used(&rule, &reference, 100)}});
    for _ in 0..2 {
        assert_eq!(service.event("receipt_add", &receipt).await.status.as_u16(), 204);
        assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 100));
    }
}

#[tokio::test]
async fn a_receipt_that_does_not_say_who_bought_is_its_claims() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "*").await;
    service.claim("r1", "kari", &rule, &reference, 100).await.ok();
    let mut receipt =
        json!({"receipt": {"receipt_id": "r1", "purchase_at": "2024-06-01T12:00:00Z", "discounts": used(&rule, &reference, 80)}});
    assert_eq!(service.event("receipt_add", &receipt).await.status.as_u16(), 204);
    // Nor does it count again when somebody says it later.
    receipt["receipt"]["customer_id"] = json!("kari");
    assert_eq!(service.event("receipt_add", &receipt).await.status.as_u16(), 204);
    assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 80));
    let rule = service.call("GET", &format!("discounts/rules/{rule}?include=statistics"), "").await.ok();
    assert_eq!(rule["statistics"]["usage"], 1, "{rule}");
}

#[tokio::test]
async fn names_with_bars_are_different_names() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    for (store, receipt_id) in [("a|b", "c"), ("a", "b|c"), ("a%7Cb", "c")] {
        let receipt = json!({"receipt": {"receipt_id": receipt_id, "store": {"id": store}, "purchase_at": "2024-06-01T12:00:00Z",
            "customer_id": "kari", "discounts": used(&rule, &reference, 100)}});
        assert_eq!(service.event("receipt_add", &receipt).await.status.as_u16(), 204);
    }
    assert_eq!(counts(&service.statistics("kari", &reference).await), (3, 300));
}

#[tokio::test]
async fn a_claim_is_its_purchases_once_somebody_says_who_bought() {
    let service = Service::new().await;
    let twice = json!({"limitation": {"discount_repeat_usage": 2}, "reward": {"type": "discount_amount", "value": 100}});
    for (at, (road, says)) in
        [("put", true), ("put", false), ("event", true), ("event", false), ("token", false)].into_iter().enumerate()
    {
        let (rule, reference) = service.given(twice.clone(), "kari").await;
        let name = format!("r{at}");
        let claim = service.claim(&name, "kari", &rule, &reference, 100).await.ok();
        let receipt = json!({"receipt_id": name, "store": {"id": "s1"}, "purchase_at": "2024-06-01T12:00:00Z"});
        let stored = service.call("POST", "receipts?token_expire_days=1", json!([receipt]).to_string()).await.ok();
        assert_eq!(counts(&service.statistics("kari", &reference).await), (1, 100));
        let mut who = json!({"customer_id": "kari"});
        if says {
            who["discounts"] = used(&rule, &reference, 80);
        }
        let (token, mut told) = (&stored["receipts"][0]["extra_info"][0]["value"], receipt.clone());
        told.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
        for _ in 0..2 {
            match road {
                "put" => drop(service.call("PUT", &format!("receipts/all/{name}"), who.to_string()).await.ok()),
                "event" => drop(service.event("receipt_add", &json!({"receipt": told})).await),
                _ => {
                    let path = format!("receipts/receipt-token?token={}", token.as_str().unwrap());
                    service.call("POST", &path, who.to_string()).await;
                }
            }
            let expected = if says { (1, 80) } else { (1, 100) };
            assert_eq!(counts(&service.statistics("kari", &reference).await), expected, "{road}, {says}");
        }
        // It is used: nothing is given back.
        let path = format!("discounts/available_for_receipt/claims/{}", claim["id"].as_str().unwrap());
        service.call("DELETE", &path, "").await.ok();
        assert_eq!(counts(&service.statistics("kari", &reference).await).0, 1, "{road}, {says}");
    }
}

#[tokio::test]
async fn what_was_told_later_than_the_buyer_takes_the_place_of_a_claim_without_one() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "/").await;
    service.claim("r1", "/", &rule, &reference, 100).await.ok();
    let receipt =
        json!({"receipt_id": "r1", "store": {"id": "s1"}, "purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari"});
    service.call("POST", "receipts", json!([receipt]).to_string()).await.ok();
    let told = json!({"customer_id": "kari", "discounts": used(&rule, &reference, 80)});
    service.call("PUT", "receipts/all/r1", told.to_string()).await.ok();
    assert_eq!(counts(&service.statistics("/", &reference).await), (1, 80));
}

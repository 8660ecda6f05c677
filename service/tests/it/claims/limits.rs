//! What a claim may not exceed.

use serde_json::{Value, json};

use crate::support::{Service, coffee};

#[tokio::test]
async fn a_ref_is_used_in_as_many_purchases_as_the_rule_allows() {
    let service = Service::new().await;
    let rule = json!({"limitation": {"discount_repeat_usage": 2}, "reward": {"type": "discount_amount", "value": 100}});
    let (rule, reference) = service.given(rule, "*").await;
    service.claim("t1", "kari", &rule, &reference, 100).await.ok();
    let second = service.claim("t2", "kari", &rule, &reference, 100).await.ok();
    assert_eq!(service.claim("t3", "kari", &rule, &reference, 100).await.refused(400)["code"], "usage_exhausted");
    // Everybody has their own count, and what is given back can be used.
    service.claim("t4", "ola", &rule, &reference, 100).await.ok();
    let path = format!("discounts/available_for_receipt/claims/{}", second["id"].as_str().unwrap());
    service.call("DELETE", &path, "").await.ok();
    service.claim("t5", "kari", &rule, &reference, 100).await.ok();
    // A till is told.
    let receipt = coffee(json!({"customer_id": "kari"}));
    assert_eq!(service.recalculate(&receipt).await.ok()["is_changed"], false);
}

#[tokio::test]
async fn one_purchase_takes_no_more_rewards_than_the_rule_gives() {
    let service = Service::new().await;
    let rule = json!({"limitation": {"discount_reward_usage": 1}, "reward": {"type": "discount_amount", "value": 100}});
    let id = service.rule(rule, &["kari", "kari"]).await;
    let refs = service.call("GET", &format!("discounts/rules/{id}/customers"), "").await.ok();
    let both: Vec<Value> =
        refs.as_array().unwrap().iter().map(|one| json!({"id": one["id"], "amount": 100, "usage": 1})).collect();
    let body = json!({"customer_id": "kari", "purchase_at": "2024-06-01T12:00:00Z", "discounts": [{"id": id, "refs": both}]});
    let error = service.call("POST", "discounts/available_for_receipt/claims", body.to_string()).await.refused(400);
    assert_eq!(error["code"], "reward_usage_exceeded");
    assert_eq!(error["errors"][0]["pointer"], "/discounts/0/refs/1/usage");
}

#[tokio::test]
async fn a_debit_never_goes_below_nothing() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_debit", "value": 500}}), "kari").await;
    assert_eq!(service.statistics("kari", &reference).await["debit_balance"], 500);
    service.claim("t1", "kari", &rule, &reference, 300).await.ok();
    assert_eq!(service.claim("t2", "kari", &rule, &reference, 201).await.refused(400)["code"], "balance_exceeded");
    let rest = service.claim("t3", "kari", &rule, &reference, 200).await.ok();
    assert_eq!(service.statistics("kari", &reference).await["debit_balance"], 0);
    service.call("DELETE", &format!("discounts/available_for_receipt/claims/{}", rest["id"].as_str().unwrap()), "").await.ok();
    assert_eq!(service.statistics("kari", &reference).await["debit_balance"], 200);
    // Evaluation gives what is left.
    let answer = service.recalculate(&coffee(json!({"customer_id": "kari"}))).await.ok();
    assert_eq!(answer["discounts"][0]["refs"][0]["amount"], 200);
}

#[tokio::test]
async fn a_budget_is_for_all_customers_together() {
    let service = Service::new().await;
    for (limitation, code) in [(json!({"budget_usage": 2}), 2), (json!({"budget_amount": 250}), 2)] {
        let rule = json!({"limitation": limitation, "reward": {"type": "discount_amount", "value": 100}});
        let (rule, reference) = service.given(rule, "*").await;
        for customer in 0..code {
            service.claim(&format!("{rule}-{customer}"), &format!("c{customer}"), &rule, &reference, 100).await.ok();
        }
        let error = service.claim(&format!("{rule}-x"), "cx", &rule, &reference, 100).await.refused(400);
        assert_eq!(error["code"], "budget_exhausted");
        assert_eq!(service.statistics("cx", &reference).await["usage"], 0);
    }
}

#[tokio::test]
async fn all_refs_of_a_claim_or_none() {
    let service = Service::new().await;
    let once = json!({"limitation": {"discount_repeat_usage": 1}, "reward": {"type": "discount_amount", "value": 100}});
    let (a, ref_a) = service.given(once.clone(), "kari").await;
    let (b, ref_b) = service.given(once, "kari").await;
    service.claim("t1", "kari", &b, &ref_b, 100).await.ok();
    let both = json!({"ref": "t2", "customer_id": "kari", "purchase_at": "2024-06-01T12:00:00Z", "discounts": [
        {"id": a, "refs": [{"id": ref_a, "amount": 100, "usage": 1}]}, {"id": b, "refs": [{"id": ref_b, "amount": 100, "usage": 1}]}]});
    let error = service.call("POST", "discounts/available_for_receipt/claims", both.to_string()).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("usage_exhausted"), &json!("/discounts/1/refs/0")));
    assert_eq!(service.statistics("kari", &ref_a).await["usage"], 0);
    // Nothing of it stays: the ref is free.
    service.claim("t2", "kari", &a, &ref_a, 100).await.ok();
}

#[tokio::test]
async fn what_is_deleted_cannot_be_claimed() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    service.call("DELETE", &format!("discounts/customers/kari/refs/{reference}"), "").await.ok();
    assert_eq!(service.claim("t1", "kari", &rule, &reference, 100).await.refused(400)["code"], "ref_deleted");
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    service.call("DELETE", &format!("discounts/rules/{rule}"), "").await.ok();
    assert_eq!(service.claim("t1", "kari", &rule, &reference, 100).await.refused(400)["code"], "ref_deleted");
}

#[tokio::test]
async fn a_claimed_reward_takes_its_stamps_until_it_is_given_back() {
    let service = Service::new().await;
    let rule = json!({"requirement": {"stamp": 2}, "reward": {"type": "discount_item_percent", "value": 100}});
    let (rule, reference) = service.given(rule, "kari").await;
    let stamps = json!({"usage_ref": {"ref": "a", "ref_type": "moved", "stamp": 2}}).to_string();
    service.call("POST", &format!("discounts/customers/kari/refs/{reference}"), stamps).await.ok();
    let receipt = coffee(json!({"customer_id": "kari", "receipt_id": "r1"}));
    let answer = service.recalculate(&receipt).await.ok();
    assert_eq!(answer["discounts"][0]["refs"][0]["amount"], 3500);
    let claim = service.claim("r1", "kari", &rule, &reference, 3500).await.ok();
    // At the till beside it the card is not full any more.
    assert_eq!(service.recalculate(&receipt).await.ok()["discounts"][0]["refs"][0]["amount"], 0);
    service.call("DELETE", &format!("discounts/available_for_receipt/claims/{}", claim["id"].as_str().unwrap()), "").await.ok();
    assert_eq!(service.recalculate(&receipt).await.ok()["discounts"][0]["refs"][0]["amount"], 3500);
    service.claim("r1", "kari", &rule, &reference, 3500).await.ok();
    assert_eq!(service.event("receipt_add", &json!({"receipt": answer})).await.status.as_u16(), 204);
    let statistics = service.statistics("kari", &reference).await;
    assert_eq!((&statistics["usage"], &statistics["current_stamp"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn numbers_that_no_purchase_has_are_refused() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "*").await;
    let error = service.claim("t1", "kari", &rule, &reference, i64::MAX / 2).await.refused(400);
    assert_eq!(error["errors"][0]["pointer"], "/discounts/0/refs/0/amount");
}

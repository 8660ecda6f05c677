//! What a stored receipt used is recorded with it, once by whatever road.

use serde_json::{Value, json};

use super::receipt;
use crate::support::Service;

async fn once(service: &Service) -> (String, String) {
    let rule = json!({"limitation": {"discount_repeat_usage": 1}, "reward": {"type": "discount_amount", "value": 100}});
    service.given(rule, "kari").await
}

fn using(number: &str, rule: &str, reference: &str) -> Value {
    let discounts = json!([{"id": rule, "refs": [{"id": reference, "usage": 1, "amount": 100}]}]);
    receipt(number, json!({"customer_id": "kari", "discounts": discounts}))
}

async fn counted(service: &Service, reference: &str) -> (i64, i64) {
    let statistics = service.statistics("kari", reference).await;
    (statistics["usage"].as_i64().unwrap(), statistics["amount"].as_i64().unwrap())
}

#[tokio::test]
async fn a_stored_receipt_counts_once_by_every_road() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    let claim = service.claim("1", "kari", &rule, &reference, 90).await.ok();
    let sent = using("1", &rule, &reference);
    let stored = service.store_receipts(std::slice::from_ref(&sent)).await;
    assert_eq!(counted(&service, &reference).await, (1, 100));
    // The claim is used up; the receipt stored again, and told by an event, under its number and under its id.
    let path = format!("discounts/available_for_receipt/claims/{}", claim["id"].as_str().unwrap());
    service.call("DELETE", &path, "").await.ok();
    assert_eq!(service.store_receipts(std::slice::from_ref(&sent)).await["duplicates"], 1);
    service.event("receipt_add", &json!({"receipt": sent})).await;
    let mut renamed = sent.clone();
    renamed["id"] = stored["receipts"][0]["id"].clone();
    renamed["receipt_id"] = json!(null);
    service.event("receipt_add", &json!({"receipt": renamed})).await;
    assert_eq!(counted(&service, &reference).await, (1, 100));
    assert_eq!(service.claim("2", "kari", &rule, &reference, 90).await.refused(400)["code"], "usage_exhausted");
}

#[tokio::test]
async fn an_event_before_the_receipt_is_the_same_purchase() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    let sent = using("1", &rule, &reference);
    service.event("receipt_add", &json!({"receipt": sent})).await;
    assert_eq!(service.store_receipts(&[sent]).await["duplicates"], 0);
    assert_eq!(counted(&service, &reference).await, (1, 100));
    let usages = service.call("GET", &format!("discounts/rules/{rule}/usages"), "").await.ok();
    assert_eq!(usages[0]["usage_refs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_list_records_each_of_its_receipts() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    let list: Vec<Value> = ["1", "2", "2", "3"].iter().map(|number| using(number, &rule, &reference)).collect();
    assert_eq!(service.store_receipts(&list).await["duplicates"], 1);
    assert_eq!(counted(&service, &reference).await, (3, 300));
}

#[tokio::test]
async fn what_is_told_later_is_recorded_then() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    service.store_receipts(&[receipt("1", json!({}))]).await;
    let body = json!({"customer_id": "kari", "discounts": using("1", &rule, &reference)["discounts"]}).to_string();
    for _ in 0..2 {
        service.call("PUT", "receipts/all/1", body.clone()).await.ok();
        assert_eq!(counted(&service, &reference).await, (1, 100));
    }
}

#[tokio::test]
async fn training_is_stored_and_uses_nothing() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    let mut sent = using("1", &rule, &reference);
    sent["entry_status"] = json!("Training");
    assert_eq!(service.store_receipts(&[sent]).await["receipts"].as_array().unwrap().len(), 1);
    assert_eq!(counted(&service, &reference).await, (0, 0));
}

#[tokio::test]
async fn a_parked_receipt_is_finished_once_under_its_own_id() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    let mut parked = receipt("1", json!({"entry_status": "OnHold", "comment": "wallet forgotten"}));
    let stored = service.store_receipts(std::slice::from_ref(&parked)).await;
    let id = stored["receipts"][0]["id"].clone();
    // Parked again it is what is known already.
    parked["comment"] = json!("again");
    assert_eq!(service.store_receipts(&[parked]).await["duplicates"], 1);
    // Somebody says meanwhile who buys, and the till finishes it, twice at once.
    service.call("PUT", "receipts/all/1", json!({"customer_id": "kari"}).to_string()).await.ok();
    let mut sent = using("1", &rule, &reference);
    sent.as_object_mut().unwrap().remove("customer_id");
    sent["purchase_at"] = json!("2024-06-01T12:05:00Z");
    sent["entry_status"] = json!("Concluded");
    let list = std::slice::from_ref(&sent);
    let (one, other) = tokio::join!(service.store_receipts(list), service.store_receipts(list));
    let duplicates = |told: &Value| told["duplicates"].as_i64().unwrap();
    assert_eq!(duplicates(&one) + duplicates(&other), 1, "{one} {other}");
    let told = if duplicates(&one) == 0 { one } else { other };
    assert_eq!(told["receipts"][0]["id"], id);
    assert_eq!(counted(&service, &reference).await, (1, 100));
    let found = service.call("GET", "receipts/customers/kari/1", "").await.ok();
    assert_eq!((&found["id"], &found["purchase_at"], &found["entry_status"]), (&id, &sent["purchase_at"], &sent["entry_status"]));
    assert_eq!((found["customer_id"].as_str(), found.get("comment")), (Some("kari"), None));
    let segment = json!({"purchase_from": "2024-06-01T00:00:00Z", "purchase_to": "2024-06-02T00:00:00Z"}).to_string();
    let segment = service.call("POST", "receipts/customer_segment", segment).await.ok();
    assert!(segment.to_string().contains("kari"), "{segment}");
    // Finished it stays: neither parked nor told again does it change.
    for status in ["OnHold", "Concluded"] {
        sent["entry_status"] = json!(status);
        assert_eq!(service.store_receipts(std::slice::from_ref(&sent)).await["duplicates"], 1);
    }
    assert_eq!(counted(&service, &reference).await, (1, 100));
}

#[tokio::test]
async fn a_parked_receipt_that_is_voided_uses_nothing() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    let mut sent = using("1", &rule, &reference);
    for (status, duplicates) in [("OnHold", 0), ("Voided", 0), ("Concluded", 1)] {
        sent["entry_status"] = json!(status);
        assert_eq!(service.store_receipts(std::slice::from_ref(&sent)).await["duplicates"], duplicates, "{status}");
    }
    assert_eq!(counted(&service, &reference).await, (0, 0));
}

#[tokio::test]
async fn a_stored_receipt_sets_automations_off_once() {
    let service = Service::new().await;
    let rule = service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &[]).await;
    let automation = json!({"name": "thanks", "requirement": {"events": ["receipt_add"], "automation_from": "2024-01-01T00:00:00Z",
        "automation_to": "2029-01-01T00:00:00Z"}, "limitation": {"automation_repeat": -1},
        "actions": [{"type": "discount", "id": rule}]});
    service.call("POST", "automations/rules", automation.to_string()).await.ok();
    let sent = receipt("1", json!({"customer_id": "kari"}));
    for _ in 0..2 {
        service.store_receipts(std::slice::from_ref(&sent)).await;
    }
    service.event("receipt_add", &json!({"receipt": sent})).await;
    let given = service.call("GET", &format!("discounts/rules/{rule}/customers"), "").await.ok();
    assert_eq!(given.as_array().unwrap().len(), 1, "{given}");
}

#[tokio::test]
async fn lines_tell_what_a_ref_gave_when_it_does_not_say_itself() {
    let service = Service::new().await;
    let (rule, reference) = once(&service).await;
    let items = json!([{"line_id": 1, "amount": 60}, {"line_id": 2, "amount": 40, "bonus": 5}]);
    let discounts = json!([{"id": rule, "refs": [{"id": reference, "items": items}]}]);
    service.store_receipts(&[receipt("1", json!({"customer_id": "kari", "discounts": discounts}))]).await;
    assert_eq!(counted(&service, &reference).await, (1, 100));
    assert_eq!(service.statistics("kari", &reference).await["bonus"], 5);
}

//! discounts/customers/{customer_id}/refs/{ref_id}

use serde_json::json;

use crate::support::{Service, coffee};

#[tokio::test]
async fn aid_discounts_customer_cid_get_ref_id() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"name": "a", "reward": {"type": "discount_debit", "value": 500}}), "kari").await;
    let shown = service.call("GET", &format!("discounts/customers/kari/refs/{reference}"), "").await.ok();
    assert_eq!((&shown["id"], &shown["ref_id"], &shown["name"]), (&json!(rule), &json!(reference), &json!("a")));
    let expected = json!({"usage": 0, "used": 0, "amount": 0, "bonus": 0, "stamp": 0, "current_stamp": 0, "debit_balance": 500});
    assert_eq!(shown["statistics"], expected);
    service.call("GET", &format!("discounts/customers/ola/refs/{reference}"), "").await.refused(404);
    service.call("GET", "discounts/customers/kari/refs/nobody", "").await.refused(404);
}

#[tokio::test]
async fn aid_discounts_customer_cid_post_ref_id() {
    let service = Service::new().await;
    let rule = json!({"requirement": {"stamp": 5}, "reward": {"type": "discount_item_percent", "value": 100}});
    let (_, reference) = service.given(rule, "kari").await;
    let path = format!("discounts/customers/kari/refs/{reference}");
    let add = async |body: serde_json::Value| service.call("POST", &path, json!({"usage_ref": body}).to_string()).await;
    let once = json!({"ref": "fe35e8ed", "ref_type": "receipt_add", "usage": 0, "stamp": 4, "amount": 0});
    for _ in 0..3 {
        assert_eq!(add(once.clone()).await.ok()["statistics"]["current_stamp"], 4);
    }
    // Another type of key is another usage.
    assert_eq!(add(json!({"ref": "fe35e8ed", "ref_type": "goodwill", "stamp": 2})).await.ok()["statistics"]["stamp"], 6);
    // A use takes the stamps of one reward.
    let used = add(json!({"ref": "b", "ref_type": "manual", "usage": 1, "amount": 3500})).await.ok();
    assert_eq!((&used["statistics"]["current_stamp"], &used["statistics"]["stamp"]), (&json!(1), &json!(6)));
    // What gives no stamps and does not say is one use.
    let given = add(json!({"ref": "c", "ref_type": "manual", "amount": 3500.0})).await.ok();
    assert_eq!((&given["statistics"]["usage"], &given["statistics"]["amount"]), (&json!(2), &json!(7000)));
    assert_eq!(add(json!({"ref": "d", "ref_type": "manual"})).await.ok()["statistics"]["usage"], 3);
    for (body, pointer) in [
        (json!({"ref": "", "ref_type": "a"}), "/usage_ref/ref"),
        (json!({"ref": "a", "ref_type": ""}), "/usage_ref/ref_type"),
        (json!({"ref": "a", "ref_type": "a", "usage": -1}), "/usage_ref/usage"),
        (json!({"ref": "a", "ref_type": "a", "stamp": -1}), "/usage_ref/stamp"),
        (json!({"ref": "a", "ref_type": "a", "amount": 0.5}), "/usage_ref/amount"),
        (json!({"ref": "a"}), "/usage_ref"),
    ] {
        assert_eq!(add(body.clone()).await.refused(400)["errors"][0]["pointer"], pointer, "{body}");
    }
    let other = format!("discounts/customers/ola/refs/{reference}");
    let body = json!({"usage_ref": {"ref": "a", "ref_type": "a"}}).to_string();
    service.call("POST", &other, body.clone()).await.refused(404);
    service.call("DELETE", &path, "").await.ok();
    assert_eq!(service.call("POST", &path, body).await.refused(400)["code"], "ref_deleted");
}

#[tokio::test]
async fn a_purchase_added_by_hand_is_not_counted_again_by_its_receipt_or_claim() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    let path = format!("discounts/customers/kari/refs/{reference}");
    let by_hand = |purchase: &str| json!({"usage_ref": {"ref": purchase, "ref_type": "receipt_add", "usage": 1, "amount": 100}});
    service.call("POST", &path, by_hand("r1").to_string()).await.ok();
    service.receipt("r1", "kari", json!([{"id": rule, "refs": [{"id": reference, "usage": 1, "amount": 100}]}])).await;
    service.claim("r1", "kari", &rule, &reference, 100).await.ok();
    assert_eq!(service.statistics("kari", &reference).await["usage"], 1);
    // And the other way round.
    service.receipt("r2", "kari", json!([{"id": rule, "refs": [{"id": reference, "usage": 1, "amount": 100}]}])).await;
    service.call("POST", &path, by_hand("r2").to_string()).await.ok();
    service.claim("r3", "kari", &rule, &reference, 100).await.ok();
    service.call("POST", &path, by_hand("r3").to_string()).await.ok();
    assert_eq!(service.statistics("kari", &reference).await["usage"], 3);
}

#[tokio::test]
async fn aid_discounts_customer_cid_delete_ref_id() {
    let service = Service::new().await;
    let (_, reference) = service.given(json!({"reward": {"type": "discount_debit", "value": 500}}), "kari").await;
    let path = format!("discounts/customers/kari/refs/{reference}");
    service.call("DELETE", &format!("discounts/customers/ola/refs/{reference}"), "").await.refused(404);
    let deleted = service.call("DELETE", &path, "").await.ok();
    assert!(deleted["deleted_at"].is_string());
    assert_eq!(deleted["debit_balance"], 500);
    assert_eq!(service.call("DELETE", &path, "").await.refused(400)["code"], "ref_deleted");
    assert!(service.call("GET", &path, "").await.ok()["deleted_at"].is_string());
    // What everybody holds is not one customer's to lose.
    let (_, everybody) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "*").await;
    service.call("DELETE", &format!("discounts/customers/kari/refs/{everybody}"), "").await.refused(404);
    let receipt = coffee(json!({"customer_id": "kari"}));
    assert_eq!(service.recalculate(&receipt).await.ok()["is_changed"], true);
    service.call("DELETE", &format!("discounts/customers/*/refs/{everybody}"), "").await.ok();
    assert_eq!(service.recalculate(&receipt).await.ok()["is_changed"], false);
}

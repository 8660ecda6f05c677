//! Nonsense gets an error that names its place, and the service keeps running.

use serde_json::json;

use crate::support::{Service, coffee};

#[tokio::test]
async fn nonsense_is_refused_with_its_place() {
    let service = Service::kiosk().await;
    let good = coffee(json!({})).to_string();
    for (body, pointer) in [
        ("{".to_owned(), ""),
        ("[]".to_owned(), ""),
        ("[".repeat(500_000), ""),
        (format!("{{\"a\":{}", "[".repeat(500_000)), "/a"),
        (json!({"receipt_id": "1", "store": {"id": "s"}, "items": []}).to_string(), "/purchase_at"),
        (coffee(json!({"purchase_at": "yesterday"})).to_string(), "/purchase_at"),
        (coffee(json!({"items": {}})).to_string(), "/items"),
        (coffee(json!({"items": [7]})).to_string(), "/items/0"),
        (good.replace("3500", "35.5"), "/items/0/gross_amount"),
        (good.replace("3500", "99999999999999999999"), "/items/0/gross_amount"),
        (good.replace("3500", "\"3500\""), "/items/0/gross_amount"),
        (good.replace("3500", "1e999999999"), "/items/0/gross_amount"),
        (good.replace("\"quantity\":1", "\"quantity\":0.0000000000000000001"), "/items/0/quantity"),
        (good.replace("true", "\"yes\""), "/items/0/eligible_for_discount"),
        (coffee(json!({"items": [{"line_id": 2}, {}]})).to_string(), "/items/1/line_id"),
    ] {
        let error = service.call("POST", "discounts/available_for_receipt", body.clone()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{}: {error}", &body[..body.len().min(200)]);
    }
    service.call("POST", "discounts/available_for_receipt", vec![0xC3, 0x28]).await.refused(400);
    service.call("POST", "discounts/available_for_receipt", "").await.refused(400);
    service.call("POST", "discounts/available_for_receipt", coffee(json!({"customer_id": 7})).to_string()).await.refused(400);
    service.call("POST", "discounts/available_for_receipt?explain=perhaps", good.clone()).await.refused(400);
    service.call("POST", "discounts/available_for_receipt?amounts=all", good.clone()).await.refused(400);
    service.call("DELETE", "discounts/available_for_receipt", "").await.refused(405);
    service.call("GET", "discounts/nothing", "").await.refused(404);
    service.call("POST", "discounts/available_for_receipt", good).await.ok();
}

#[tokio::test]
async fn receipts_too_large_for_http_are_refused() {
    let service = Service::kiosk().await;
    let line = json!({"gross_amount": 1});
    let lines = |count: usize| coffee(json!({"items": vec![&line; count]})).to_string();
    service.call("POST", "discounts/available_for_receipt", lines(1_000)).await.ok();
    let error = service.call("POST", "discounts/available_for_receipt", lines(1_001)).await.refused(400);
    assert_eq!(error["code"], "too_many_lines");
    // Counted before they are read: nothing else is said of them.
    let many = format!(r#"{{"items":[{{}}{}]}}"#, ",{}".repeat(50_000));
    let error = service.call("POST", "discounts/available_for_receipt", many).await.refused(400);
    assert_eq!(error["code"], "too_many_lines");
    let error = service.call("POST", "discounts/available_for_receipt", lines(100_000)).await.refused(400);
    assert_eq!(error["code"], "body_too_large");
}

#[tokio::test]
async fn amounts_that_do_not_fit_are_an_error_with_a_place() {
    let service = Service::new().await;
    service.rule(json!({"reward": {"type": "discount_percent", "value": 10}}), &["/"]).await;
    let line = json!({"gross_amount": i64::MAX, "eligible_for_discount": true});
    let error = service.recalculate(&coffee(json!({"items": [line, line]}))).await.refused(400);
    assert_eq!((&error["errors"][0]["code"], &error["errors"][0]["pointer"]), (&json!("overflow"), &json!("/items/1")));
    service.recalculate(&coffee(json!({"items": [line]}))).await.ok();
}

//! GET /metrics

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::support::Service;

#[tokio::test]
async fn requests_are_counted_by_route_and_status_without_ids() {
    let service = Service::new().await;
    let get = async |path: &str| service.send(Request::get(path).body(Body::empty()).unwrap()).await;
    service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    service.recalculate(&json!({"purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari", "items": []})).await.ok();
    get("/v1/accounts/T00000001/discounts/rules/kari").await;
    get("/nowhere/kari").await;
    let page = get("/metrics").await;
    assert_eq!(page.status, 200);
    for line in [
        r#"rabatt_http_requests_total{method="POST",route="/v1/accounts/{aid}/discounts/available_for_receipt",status="200"} 1"#,
        r#"rabatt_http_requests_total{method="GET",route="/v1/accounts/{aid}/discounts/rules/{did}",status="401"} 1"#,
        r#"rabatt_http_requests_total{method="GET",route="none",status="404"} 1"#,
        r#"rabatt_http_request_seconds_count{method="POST",route="/v1/accounts/{aid}/discounts/available_for_receipt"} 1"#,
        "rabatt_plans_in_memory 1",
        "rabatt_plans_compiled_total 1",
        // This one.
        "rabatt_http_requests_under_way 1",
    ] {
        assert!(page.text.lines().any(|other| other == line), "{line} is not in\n{}", page.text);
    }
    assert!(!page.text.contains("kari"), "{}", page.text);
    assert!(page.text.ends_with("# EOF\n"));
}

//! The HTTP action: which request an event becomes.

use rabatt_service::automations::Event;
use serde_json::{Value, json};
use sqlx::Row;

use super::{happens, store};
use crate::support::Service;

/// Bodies in the outbox with their method and headers, oldest first.
async fn outbox(service: &Service) -> Vec<(String, Value, Option<String>)> {
    let rows = sqlx::query("SELECT id, method, headers, body FROM outbox WHERE state = 'waiting' ORDER BY seq")
        .fetch_all(service.app.store.pool())
        .await
        .unwrap();
    let open = |id: String, sealed: String| {
        assert!(sealed.starts_with("s1:"), "{sealed}");
        service.app.sealer.open_text(&format!("T00000001/outbox/{id}"), sealed).unwrap()
    };
    let read = |row: &sqlx::any::AnyRow| {
        let (headers, body): (String, Option<String>) = (row.get(2), row.get(3));
        let headers = serde_json::from_str(&open(row.get(0), headers)).unwrap();
        (row.get(1), headers, body.map(|body| open(row.get(0), body)))
    };
    rows.iter().map(read).collect()
}

fn telling(action: Value) -> Value {
    let mut action = action;
    action["type"] = json!("http");
    action["url"] = json!("https://example.com/hook");
    json!({
        "requirement": {"automation_from": "2024-01-01T00:00:00Z", "automation_to": "2099-01-01T00:00:00Z", "events": ["receipt_add"]},
        "limitation": {"automation_repeat": -1}, "actions": [action]
    })
}

#[tokio::test]
async fn templates_are_filled_from_the_event() {
    let service = Service::new().await;
    let receipt = json!({"customer_id": "kari", "gross_amount": 12345678901234567890_u64, "items": [{"id": "a"}, {"id": "b"}]});
    for (action, method, kind, body) in [
        (json!({"body": {"customers": ["$.customer_id"]}}), "POST", "application/json", Some(r#"{"customers":["kari"]}"#)),
        // The same, in a text.
        (json!({"body": "{\"customers\": [\"$.customer_id\"]}"}), "POST", "application/json", Some(r#"{"customers":["kari"]}"#)),
        (
            json!({"method": "PUT", "body": {"ids": "$.items[*].id", "of": "$.gross_amount", "no": "$.no", "x": 1.5}}),
            "PUT",
            "application/json",
            Some(r#"{"ids":["a","b"],"of":12345678901234567890,"no":null,"x":1.5}"#),
        ),
        (
            json!({"body": "$.items[0]", "content_type": "application/vnd.api+json; charset=utf-8"}),
            "POST",
            "application/vnd.api+json; charset=utf-8",
            Some(r#"{"id":"a"}"#),
        ),
        (json!({"body": "$.customer_id", "content_type": "text/plain"}), "POST", "text/plain", Some("kari")),
        (json!({"body": "hello", "content_type": "text/plain"}), "POST", "text/plain", Some("hello")),
        (json!({"method": "GET"}), "GET", "application/json", None),
    ] {
        let id = store(&service, telling(action.clone())).await;
        happens(&service, Event::ReceiptAdd, receipt.clone()).await;
        let (sent_method, headers, sent) = outbox(&service).await.pop().unwrap();
        assert_eq!((sent_method.as_str(), sent.as_deref()), (method, body), "{action}");
        assert_eq!(headers, json!({"user-agent": format!("Rabatt-Automation/{id}"), "content-type": kind}));
        service.call("DELETE", &format!("automations/rules/{id}"), "").await.ok();
    }
}

#[tokio::test]
async fn a_message_is_there_when_the_change_is_and_counts_its_times() {
    let service = Service::new().await;
    let mut automation = telling(json!({"body": {"customer": "$.customer_id"}}));
    automation["limitation"]["automation_repeat"] = json!(2);
    store(&service, automation).await;
    let mut unit = service.app.store.unit().await.unwrap();
    super::set_off(unit.db(), &service.app, "T00000001", Event::ReceiptAdd, &json!({"customer_id": "kari"})).await.unwrap();
    drop(unit);
    assert!(outbox(&service).await.is_empty());
    for _ in 0..3 {
        happens(&service, Event::ReceiptAdd, json!({"customer_id": "kari"})).await;
    }
    assert_eq!(outbox(&service).await.len(), 2);
}

#[tokio::test]
async fn a_body_that_grows_too_large_is_not_sent() {
    let service = Service::new().await;
    store(&service, telling(json!({"body": vec!["$"; 60]}))).await;
    happens(&service, Event::ReceiptAdd, json!({"customer_id": "kari", "text": "x".repeat(100_000)})).await;
    assert!(outbox(&service).await.is_empty());
}

//! Deliveries as they are shown.

use serde_json::{Map, Value, json};

use crate::outbox::sent::Delivery;

/// What is shown in place of a secret.
pub(super) const HIDDEN: &str = "********";

/// In short.
pub(super) fn short(delivery: &Delivery) -> Value {
    let mut shown = json!({"id": delivery.id, "event_delivery": delivery.id, "created_at": delivery.created_at});
    if let (Some(status), Some(members)) = (delivery.status, shown.as_object_mut()) {
        members.insert("status".to_owned(), status.into());
    }
    shown
}

/// With the request, the answer, and what came of it.
pub(super) fn whole(delivery: &Delivery) -> Value {
    let object = |text: &Option<String>| {
        let read = text.as_deref().and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
        Value::Object(read.unwrap_or_default())
    };
    let mut headers = object(&delivery.sent_headers);
    if delivery.sent_at.is_none() {
        headers = json!({"event": delivery.event, "event-delivery": delivery.id});
    }
    let mut details = json!({
        "delivery_success": delivery.state == "accepted", "attempts": delivery.attempts, "state": delivery.state,
        "delivery_at": delivery.sent_at, "delivery_duration": delivery.took_ms, "problem": delivery.problem
    });
    if let Some(members) = details.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let mut shown = short(delivery);
    if let Some(members) = shown.as_object_mut() {
        members.insert("url".to_owned(), delivery.url.as_str().into());
        members.insert("request".to_owned(), json!({"headers": headers, "body": object(&delivery.body)}));
        if let Some(body) = &delivery.answer_body {
            members.insert("response".to_owned(), json!({"headers": object(&delivery.answer_headers), "body": body}));
        }
        members.insert("details".to_owned(), details);
    }
    shown
}

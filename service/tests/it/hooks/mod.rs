//! `hooks/subscriptions`, and the webhooks that arrive.

mod deliveries;
mod digest;
mod events;
mod order;
mod receiver;
mod signatures;
mod subscriptions;

use rabatt_service::outbox::deliver::Deliverer;
use serde_json::{Value, json};

use self::receiver::Receiver;
use crate::support::Service;

/// A service that may send to this machine, and tries again at once.
async fn service() -> Service {
    let mut service = Service::new().await;
    service.set(|config| {
        config.private_addresses = true;
        config.delivery_retry_seconds = vec![0; 4];
        config.delivery_timeout_seconds = 5;
    });
    service
}

/// Subscribes to events, with more members; the subscription's id.
async fn subscribe(service: &Service, receiver: &Receiver, events: &[&str], more: Value) -> String {
    let mut body = json!({"config": {"url": receiver.url}, "events": events});
    for (name, value) in more.as_object().unwrap() {
        match (body.get_mut(name), value) {
            (Some(Value::Object(own)), Value::Object(more)) => own.extend(more.clone()),
            _ => body[name] = value.clone(),
        }
    }
    let made = service.call("POST", "hooks/subscriptions", body.to_string()).await.ok();
    made["id"].as_str().unwrap().to_owned()
}

/// Sends until nothing is due any more.
async fn send_all(service: &Service) {
    let deliverer = Deliverer::new(&service.app).unwrap();
    while deliverer.send_due().await.unwrap() > 0 {}
}

/// The deliveries of a subscription, newest first.
async fn deliveries(service: &Service, id: &str) -> Vec<Value> {
    let list = service.call("GET", &format!("hooks/subscriptions/{id}/deliveries"), "").await.ok();
    list.as_array().unwrap().clone()
}

/// One of them, with the last attempt.
async fn delivery(service: &Service, id: &str, delivery: &Value) -> Value {
    let path = format!("hooks/subscriptions/{id}/deliveries/{}", delivery["id"].as_str().unwrap());
    service.call("GET", &path, "").await.ok()
}

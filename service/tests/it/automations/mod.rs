//! `automations/rules`, and what automations do.

mod create;
mod delete;
mod http_action;
mod list;
mod show;
mod trigger;

use rabatt_service::automations::{Event, trigger as set_off};
use rabatt_service::setup::TEST_ACCOUNT;
use serde_json::{Value, json};
use sqlx::Row;

use crate::support::Service;

/// A rule that nobody has.
async fn some_rule(service: &Service) -> String {
    service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &[]).await
}

/// An automation for these events that gives a rule, with more members.
fn gift(rule: &str, events: &[&str], more: Value) -> Value {
    let mut automation = json!({
        "requirement": {"automation_from": "2024-01-01T00:00:00Z", "automation_to": "2029-12-31T00:00:00Z", "events": events},
        "actions": [{"type": "discount", "id": rule}]
    });
    for (name, value) in more.as_object().unwrap() {
        match (automation.get_mut(name), value) {
            (Some(Value::Object(own)), Value::Object(more)) => own.extend(more.clone()),
            _ => automation[name] = value.clone(),
        }
    }
    automation
}

/// Stores an automation; its id.
async fn store(service: &Service, automation: Value) -> String {
    let created = service.call("POST", "automations/rules", automation.to_string()).await.ok();
    created["id"].as_str().unwrap().to_owned()
}

/// Something happens, in a unit of work of its own.
async fn happens(service: &Service, event: Event, resource: Value) {
    let mut unit = service.app.store.unit().await.unwrap();
    set_off(unit.db(), &service.app, TEST_ACCOUNT, event, &resource).await.unwrap();
    unit.save().await.unwrap();
}

/// Who holds which rule: `customer rule`, sorted.
async fn gifts(service: &Service) -> Vec<String> {
    let rows = sqlx::query("SELECT customer_id, rule_id FROM refs WHERE account_id = $1 ORDER BY customer_id, rule_id")
        .bind(TEST_ACCOUNT)
        .fetch_all(service.app.store.pool())
        .await
        .unwrap();
    rows.iter().map(|row| format!("{} {}", row.get::<String, _>(0), row.get::<String, _>(1))).collect()
}

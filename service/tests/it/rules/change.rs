//! GET, PUT and DELETE /v1/accounts/{aid}/discounts/rules/{did}

use serde_json::{Value, json};

use crate::support::{Service, coffee};

fn ten_percent() -> Value {
    json!({"name": "Ten", "receipt_text": "Ti prosent", "campaign_id": "june", "vendor": {"kept": 1.50},
        "requirement": {"item": {"items": [{"id": "kaffe"}]}, "gross_amount": 100},
        "reward": {"type": "discount_percent", "value": 10}})
}

async fn amount(service: &Service) -> i64 {
    let answer = service.recalculate(&coffee(json!({}))).await.ok();
    answer["items"][0]["discount_lines"][0]["amount"].as_i64().unwrap_or(0)
}

#[tokio::test]
async fn aid_discounts_did_get() {
    let service = Service::new().await;
    let id = service.rule(ten_percent(), &["/"]).await;
    let rule = service.call("GET", &format!("discounts/rules/{id}"), "").await.ok();
    assert_eq!((&rule["id"], &rule["name"], &rule["vendor"]), (&json!(id), &json!("Ten"), &json!({"kept": 1.50})));
    assert_eq!(rule["statistics"], json!({"usage": 0, "used": 0, "amount": 0, "stamp": 0}));
    for unknown in ["11111111-1111-1111-1111-111111111111", "no-uuid"] {
        let error = service.call("GET", &format!("discounts/rules/{unknown}"), "").await.refused(404);
        assert_eq!(error["code"], "NOT FOUND");
    }
}

#[tokio::test]
async fn aid_discounts_did_put() {
    let service = Service::new().await;
    let id = service.rule(ten_percent(), &["/"]).await;
    assert_eq!(amount(&service).await, 350);
    let change = json!({"name": "Eleven", "campaign_id": null, "reward": {"base": "net"}, "metadata": {"by": "kari"},
        "requirement": {"gross_amount": 4000, "purchase_to": "2031-01-01T00:00:00+01:00"}});
    let path = format!("discounts/rules/{id}");
    let changed = service.call("PUT", &path, change.to_string()).await.ok();
    let stored = service.call("GET", &path, "").await.ok();
    assert_eq!(changed, stored);
    assert_eq!(stored["name"], "Eleven");
    assert_eq!(stored["receipt_text"], "Ti prosent");
    assert_eq!(stored["campaign_id"], Value::Null);
    assert_eq!(stored["reward"], json!({"type": "discount_percent", "value": 10, "base": "net"}));
    assert_eq!(stored["requirement"]["item"], json!({"items": [{"id": "kaffe"}]}));
    assert_eq!(stored["requirement"]["purchase_from"], "2024-01-01T00:00:00Z");
    assert_eq!(stored["vendor"], json!({"kept": 1.50}));
    assert!(stored["updated_at"].as_str() > stored["created_at"].as_str());
    // Used at once: 35.00 is below the new threshold.
    assert_eq!(amount(&service).await, 0);
    // What came back can be sent again as it is.
    service.call("PUT", &path, stored.to_string()).await.ok();
    // A requirement taken away; the rule becomes one for the whole receipt.
    let change = json!({"requirement": {"gross_amount": null, "item": null}});
    assert_eq!(service.call("PUT", &path, change.to_string()).await.ok()["type"], "receipt");
    assert_eq!(amount(&service).await, 350);
    // Every revision is kept.
    let rows: Vec<(i64, String)> = sqlx::query_as("SELECT revision, body FROM rule_revisions ORDER BY revision")
        .fetch_all(service.app.store.pool())
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(rows[0].1.contains("\"Ten\""));
}

#[tokio::test]
async fn what_cannot_change_is_named_and_nothing_changes() {
    let service = Service::new().await;
    let id = service.rule(ten_percent(), &["/"]).await;
    let path = format!("discounts/rules/{id}");
    let before = service.call("GET", &path, "").await.ok();
    for (change, pointer) in [
        (json!({"requirement": {"purchase_from": "2023-01-01T00:00:00Z"}}), "/requirement/purchase_from"),
        (json!({"requirement": {"purchase_to": "2029-01-01T00:00:00Z"}}), "/requirement/purchase_to"),
        (json!({"requirement": {"purchase_to": null}}), "/requirement/purchase_to"),
        (json!({"requirement": {"gross_amount": -1}}), "/requirement/gross_amount"),
        (json!({"reward": {"value": 20}}), "/reward/value"),
        (json!({"reward": {"type": "discount_amount"}}), "/reward/type"),
        (json!({"reward": {"base": "middle"}}), "/reward/base"),
        (json!({"vendor": 2}), "/vendor"),
        (json!({"name": 2}), "/name"),
        (json!({"limitation": {"discount_repeat_usage": "one"}}), "/limitation/discount_repeat_usage"),
    ] {
        let error = service.call("PUT", &path, change.to_string()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{change}: {error}");
    }
    for (change, pointer) in [
        (r#"{"requirement": 5}"#, "/requirement"),
        (r#"{"reward": "all"}"#, "/reward"),
        (r#"{"name": "a", "name": "b"}"#, "/name"),
        (r#"{"requirement": {"stamp": 1, "stamp": 2}}"#, "/requirement/stamp"),
    ] {
        let error = service.call("PUT", &path, change).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{change}: {error}");
    }
    service.call("PUT", &path, "[]").await.refused(400);
    service.call("PUT", &path, "{").await.refused(400);
    service.call("PUT", "discounts/rules/unknown", "{}").await.refused(404);
    assert_eq!(service.call("GET", &path, "").await.ok(), before);
}

#[tokio::test]
async fn aid_discounts_did_delete() {
    let service = Service::new().await;
    let id = service.rule(ten_percent(), &["/"]).await;
    let path = format!("discounts/rules/{id}");
    assert_eq!(amount(&service).await, 350);
    let deleted = service.call("DELETE", &path, "").await.ok();
    assert!(deleted["deleted_at"].is_string() && deleted["deleted_by"] == "test", "{deleted}");
    assert_eq!(amount(&service).await, 0);
    assert_eq!(service.call("GET", &path, "").await.ok(), deleted);
    assert_eq!(service.call("GET", "discounts/rules", "").await.ok(), json!([]));
    assert_eq!(service.call("GET", "discounts/rules?state=deleted", "").await.ok().as_array().unwrap().len(), 1);
    assert_eq!(service.call("DELETE", &path, "").await.refused(400)["code"], "rule_deleted");
    assert_eq!(service.call("PUT", &path, "{}").await.refused(400)["code"], "rule_deleted");
    service.call("DELETE", "discounts/rules/unknown", "").await.refused(404);
}

#[tokio::test]
async fn changes_at_once_are_all_kept() {
    let service = Service::new().await;
    let id = service.rule(ten_percent(), &["/"]).await;
    let path = format!("discounts/rules/{id}");
    let change = |name: &'static str| service.call("PUT", &path, json!({"metadata": {}, name: "x"}).to_string());
    let (a, b, c) = tokio::join!(change("name"), change("description"), change("receipt_text"));
    for answer in [a, b, c] {
        answer.ok();
    }
    let stored = service.call("GET", &path, "").await.ok();
    assert_eq!((&stored["name"], &stored["description"], &stored["receipt_text"]), (&json!("x"), &json!("x"), &json!("x")));
}

#[tokio::test]
async fn scopes_are_asked_for() {
    let service = Service::new().await;
    let id = service.rule(ten_percent(), &["/"]).await;
    let path = format!("/v1/accounts/T00000001/discounts/rules/{id}");
    let read = service.token("T00000001", "read:discounts");
    service.call_with("GET", &path, Some(&read), "").await.ok();
    service.call_with("PUT", &path, Some(&read), "{}").await.refused(403);
    service.call_with("DELETE", &path, Some(&read), "").await.refused(403);
    let other = service.token("T00000001", "write:discounts:/available_for_receipt");
    service.call_with("GET", &path, Some(&other), "").await.refused(403);
    service.call_with("GET", &path, None, "").await.refused(401);
}

/// Changes are taken into what is compiled already: that is what a service compiles which starts now.
#[tokio::test]
async fn after_many_changes_it_answers_like_one_that_starts_anew() {
    let service = Service::new().await;
    let rule = |nth: usize| json!({"name": nth.to_string(), "stacking": {"priority": nth % 2}, "reward": {"type": "discount_amount", "value": 100 + nth}});
    let mut rules = Vec::new();
    for (nth, holder) in ["/", "*", "kari", "*", "/", "*", "kari"].into_iter().enumerate() {
        rules.push(service.rule(rule(nth), &[holder]).await);
    }
    let said = async |service: &Service| {
        let mut said = Vec::new();
        for (query, more) in [("", json!({})), ("?customer_id=kari", json!({"customer_id": "kari"}))] {
            said.push(service.call("GET", &format!("discounts/snapshot{query}"), "").await.ok());
            let path = "discounts/available_for_receipt?explain=true";
            said.push(service.call("POST", path, coffee(more).to_string()).await.ok());
        }
        said
    };
    let mut before = said(&service).await;
    for round in 0..12 {
        let path = format!("discounts/rules/{}", rules[round * 5 % rules.len()]);
        let put = async |change: Value| drop(service.call("PUT", &path, change.to_string()).await.ok());
        match round % 4 {
            0 => put(json!({"stacking": {"priority": 3 - round as i64}})).await,
            1 => put(json!({"limitation": {"budget_usage": 1}, "receipt_text": round.to_string()})).await,
            // Some that nobody holds, and some that many do.
            2 => rules.push(service.rule(rule(round), if round == 6 { &[] } else { &["*", "/"] }).await),
            _ => {
                service.call("DELETE", &path, "").await.ok();
                rules.remove(round * 5 % rules.len());
            }
        }
        let now = said(&service).await;
        assert_ne!(now, before, "round {round}");
        before = now;
        if round % 2 == 1 {
            assert_eq!(before, said(&service.beside().await).await, "round {round}");
        }
    }
}

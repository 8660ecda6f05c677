//! GET /v1/accounts/{aid}/discounts/rules

use serde_json::{Value, json};

use crate::support::Service;

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap()).collect()
}

async fn named(service: &Service, name: &str, from: &str, to: &str, active: bool) {
    let rule = json!({"name": name, "active": active, "campaign_id": format!("campaign-{name}"),
        "requirement": {"purchase_from": from, "purchase_to": to}, "reward": {"type": "discount_amount", "value": 100}});
    service.call("POST", "discounts/rules", rule.to_string()).await.ok();
}

#[tokio::test]
async fn states_filters_and_pages() {
    let service = Service::new().await;
    named(&service, "past", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z", true).await;
    named(&service, "now", "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", true).await;
    named(&service, "off", "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", false).await;
    named(&service, "later", "2098-01-01T00:00:00+02:00", "2099-01-01T00:00:00Z", true).await;
    let list = async |query: &str| service.call("GET", &format!("discounts/rules?{query}"), "").await.ok();
    assert_eq!(names(&list("").await), ["past", "now", "off", "later"]);
    for (state, expected) in [
        ("all", &["past", "now", "off", "later"][..]),
        ("available", &["past", "now", "off", "later"]),
        ("active", &["now"]),
        ("scheduled", &["later"]),
        ("completed", &["past"]),
        ("inactive", &["off"]),
        ("deleted", &[]),
    ] {
        assert_eq!(names(&list(&format!("state={state}")).await), expected, "{state}");
    }
    assert_eq!(names(&list("campaign_id=campaign-now&campaign_id=campaign-off").await), ["now", "off"]);
    assert_eq!(names(&list("campaign_id[]=campaign-now").await), ["now"]);
    assert_eq!(names(&list("purchase_from=2098-01-01T00:00:00%2B02:00").await), ["later"]);
    assert_eq!(names(&list("purchase_from=2098-01-01T00:00:00+02:00").await), ["later"], "as some clients send it");
    assert_eq!(names(&list("purchase_to=2021-01-01T00:00:00Z").await), ["past"]);
    assert_eq!(names(&list("since_datetime=2098-01-01T00:00:00Z").await), [""; 0]);
    let first = list("limit=3").await;
    assert_eq!(names(&first), ["past", "now", "off"]);
    let last = first[2]["id"].as_str().unwrap();
    assert_eq!(names(&list(&format!("limit=3&starting_after={last}")).await), ["later"]);
    assert_eq!(
        list("include=statistics&limit=1").await[0]["statistics"],
        json!({"usage": 0, "used": 0, "amount": 0, "stamp": 0})
    );
}

#[tokio::test]
async fn bad_parameters_are_named() {
    let service = Service::new().await;
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "state=sleeping",
        "since_datetime=yesterday",
        "starting_after=nobody",
        "include=everything",
        "since_datetime=2024-01-01T00:00:00Z&starting_after=x",
    ] {
        let error = service.call("GET", &format!("discounts/rules?{query}"), "").await.refused(400);
        let name = query.split('=').next().unwrap();
        assert!(error["message"].as_str().unwrap().contains(name), "{query}: {error}");
    }
}

#[tokio::test]
async fn who_follows_changes_hears_of_deletions() {
    let service = Service::new().await;
    named(&service, "gone", "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", true).await;
    sqlx::query("UPDATE rules SET deleted_at = created_at").execute(service.app.store.pool()).await.unwrap();
    let list = async |query: &str| service.call("GET", &format!("discounts/rules?{query}"), "").await.ok();
    assert_eq!(names(&list("").await), [""; 0]);
    assert_eq!(names(&list("state=deleted").await), ["gone"]);
    assert_eq!(names(&list("since_datetime=2024-01-01T00:00:00Z").await), ["gone"]);
    assert_eq!(names(&list("since_datetime=2024-01-01T00:00:00Z&state=available").await), [""; 0]);
}

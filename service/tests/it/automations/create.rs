//! POST /v1/accounts/{aid}/automations/rules

use serde_json::json;

use super::{gift, some_rule, store};
use crate::support::Service;

#[tokio::test]
async fn aid_automations_rules_post() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    let filter =
        json!({"$.type": ["company"], "$.status": [{"anything-but": "blocked"}], "$.addresses[*].postal_code": ["0342", "6901"]});
    let sent = gift(
        &rule,
        &["customer_add", "customer_update"],
        json!({
            "id": "mine", "deleted_at": "2024-01-01T00:00:00Z", "updated_by": "me", "name": "Company Automation", "x_unknown": {"a": [1, 2]},
            "requirement": {"filter": filter, "x_also": null}
        }),
    );
    let text = sent.to_string().replace("[1,2]", "[1.50,12345678901234567890123]");
    let answer = service.call("POST", "automations/rules", text).await;
    let created = answer.ok();
    assert_eq!(created["id"].as_str().unwrap().len(), 36);
    assert!(
        created["created_at"].is_string() && created["updated_at"] == created["created_at"] && created["created_by"] == "test"
    );
    for name in ["deleted_at", "deleted_by", "updated_by"] {
        assert_eq!(created.get(name), None, "{name}");
    }
    assert_eq!(created["name"], "Company Automation");
    assert_eq!(created["limitation"], json!({"automation_repeat": 1}));
    assert_eq!(created["requirement"]["filter"], filter);
    assert_eq!(created["actions"], sent["actions"]);
    assert!(answer.text.contains(r#""x_unknown":{"a":[1.50,12345678901234567890123]}"#), "{}", answer.text);
}

#[tokio::test]
async fn both_spellings_of_filter_are_read() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    let filter = json!({"$.store.id": ["sc029"]});
    let created = service
        .call("POST", "automations/rules", gift(&rule, &["receipt_add"], json!({"requirement": {"filters": filter}})).to_string())
        .await
        .ok();
    assert_eq!((&created["requirement"]["filter"], created["requirement"].get("filters")), (&filter, None));
    let both = gift(&rule, &["receipt_add"], json!({"requirement": {"filter": filter, "filters": filter}}));
    let error = service.call("POST", "automations/rules", both.to_string()).await.refused(400);
    assert_eq!(error["errors"][0]["pointer"], "/requirement/filters");
    // Told where it was sent.
    let wrong = gift(&rule, &["receipt_add"], json!({"requirement": {"filters": {"$.store.id": ["a", {"prefix": "b"}]}}}));
    let error = service.call("POST", "automations/rules", wrong.to_string()).await.refused(400);
    assert_eq!(error["errors"][0]["pointer"], "/requirement/filters/$.store.id/1");
}

#[tokio::test]
async fn every_problem_is_told_at_once_with_its_place() {
    let service = Service::new().await;
    let wrong = json!({
        "name": 7,
        "requirement": {"automation_from": "soon", "events": ["customer_add", "receipt_update"], "filter": {"type": ["a"], "$.a": [[]]}},
        "limitation": {"automation_repeat": 0},
        "actions": [
            {"type": "discount", "id": "mine"}, {"type": "sms"}, {"type": "http", "url": "ftp://example.com", "method": "BREW"},
            {"type": "http", "url": "https://example.com", "body": {"a": ["$.x["]}},
            {"type": "http", "url": "https://example.com", "body": "{\"a\""},
            {"type": "http", "url": "https://example.com", "content_type": "text/\nplain", "body": "$.a["}
        ]
    });
    let error = service.call("POST", "automations/rules", wrong.to_string()).await.refused(400);
    let mut places: Vec<&str> =
        error["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/actions/0/id",
            "/actions/1/type",
            "/actions/2/method",
            "/actions/2/url",
            "/actions/3/body/a/0",
            "/actions/4/body",
            "/actions/5/body",
            "/actions/5/content_type",
            "/limitation/automation_repeat",
            "/name",
            "/requirement/automation_from",
            "/requirement/automation_to",
            "/requirement/events/1",
            "/requirement/filter/$.a/0",
            "/requirement/filter/type",
        ]
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    let deleted = some_rule(&service).await;
    service.call("DELETE", &format!("discounts/rules/{deleted}"), "").await.ok();
    let stranger = "6ecf6ab6-6f04-45ef-8b8f-c5c24bd9ab56";
    // The rule ends 2030-01-01.
    for (body, place) in [
        (json!([]), ""),
        (json!({}), "/requirement"),
        (json!({"requirement": {}, "actions": [{"type": "discount", "id": rule}]}), "/requirement/automation_from"),
        (json!({"requirement": []}), "/requirement"),
        (gift(&rule, &[], json!({})), "/requirement/events"),
        (gift(&rule, &["receipt_add"], json!({"limitation": 7})), "/limitation"),
        (gift(&rule, &["receipt_add"], json!({"limitation": {"automation_repeat": -2}})), "/limitation/automation_repeat"),
        (gift(&rule, &["receipt_add"], json!({"limitation": {"automation_repeat": 1.5}})), "/limitation/automation_repeat"),
        (gift(&rule, &["receipt_add"], json!({"actions": []})), "/actions"),
        (gift(&rule, &["receipt_add"], json!({"actions": "discount"})), "/actions"),
        (
            gift(&rule, &["receipt_add"], json!({"requirement": {"automation_to": "2024-01-01T00:00:00Z"}})),
            "/requirement/automation_to",
        ),
        (
            gift(&rule, &["receipt_add"], json!({"requirement": {"automation_to": "2030-01-01T00:00:00Z"}})),
            "/requirement/automation_to",
        ),
        (
            gift(
                &rule,
                &["receipt_add"],
                json!({"requirement": {"automation_from": "2031-01-01T00:00:00Z", "automation_to": "2032-01-01T00:00:00Z"}}),
            ),
            "/requirement/automation_to",
        ),
        (gift(&deleted, &["receipt_add"], json!({})), "/actions/0/id"),
        (gift(stranger, &["receipt_add"], json!({})), "/actions/0/id"),
    ] {
        let error = service.call("POST", "automations/rules", body.to_string()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], place, "{body}: {error}");
    }
    for body in ["", "{", "null", "\"x\"", &"[".repeat(100_000), r#"{"a":1,"a":2}"#] {
        service.call("POST", "automations/rules", body.to_owned()).await.refused(400);
    }
    let twice = gift(&rule, &["receipt_add"], json!({}))
        .to_string()
        .replace(r#""events""#, r#""filter":{"$.a":["x"],"$.a":["y"]},"events""#);
    let error = service.call("POST", "automations/rules", twice).await.refused(400);
    assert_eq!(error["errors"][0]["pointer"], "/requirement/filter/$.a");
    assert_eq!(service.call("GET", "automations/rules?state=all", "").await.ok(), json!([]));
}

#[tokio::test]
async fn requests_go_to_public_addresses_only_unless_a_setting_says_otherwise() {
    let mut service = Service::new().await;
    let with = |url: &str| {
        json!({"requirement": {"automation_from": "2024-01-01T00:00:00Z", "automation_to": "2031-01-01T00:00:00Z", "events": ["receipt_add"]},
            "actions": [{"type": "http", "url": url, "method": "POST", "content_type": "application/json", "body": {"customers": ["$.customer_id"]}}]})
    };
    for url in [
        "http://127.0.0.1:8080/x",
        "http://localhost/x",
        "http://[::1]/x",
        "http://169.254.169.254/latest",
        "http://10.0.0.1",
        "http://0x7f.1",
    ] {
        let error = service.call("POST", "automations/rules", with(url).to_string()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], "/actions/0/url", "{url}");
    }
    store(&service, with("https://example.com/hook")).await;
    service.set(|config| config.private_addresses = true);
    store(&service, with("http://127.0.0.1:8080/x")).await;
}

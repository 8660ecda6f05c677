//! Subscriptions: made, listed, shown, deleted.

use serde_json::{Value, json};
use sqlx::Row;

use super::receiver::Receiver;
use super::{service, subscribe};
use crate::support::Service;

async fn made(service: &Service, body: &Value) -> Value {
    service.call("POST", "hooks/subscriptions", body.to_string()).await.ok()
}

#[tokio::test]
async fn a_subscription_is_kept_as_it_was_sent_but_for_its_secret() {
    let service = Service::new().await;
    let body = json!({"id": "mine", "x_note": {"a": 1.50}, "events": ["receipt_add", "settlement_add", "receipt_add"],
        "config": {"url": "https://hooks.kiosk.no/a?b=c", "secret": {"type": "HMAC-SHA1", "value": "very secret", "x": "y"}},
        "fields": "receipt(receipt_id,items/id)", "exclude_fields": null});
    let shown = made(&service, &body).await;
    let id = shown["id"].as_str().unwrap();
    assert!(id.len() == 36 && shown["created_at"].is_string() && shown["created_by"] == "test", "{shown}");
    assert_eq!(shown["x_note"], body["x_note"]);
    assert_eq!(shown["events"], body["events"]);
    assert_eq!(shown["active"], true);
    let config = json!({"url": "https://hooks.kiosk.no/a?b=c", "content_type": "application/json", "insecure_ssl": 0,
        "secret": {"type": "HMAC-SHA1", "value": "********", "x": "y"}});
    assert_eq!(shown["config"], config);
    assert_eq!(shown.get("exclude_fields"), None);
    let path = format!("hooks/subscriptions/{id}");
    assert_eq!(service.call("GET", &path, "").await.ok(), shown);
    assert_eq!(service.call("GET", "hooks/subscriptions", "").await.ok(), json!([shown]));
    // Nowhere in clear.
    let row = sqlx::query("SELECT body, secret FROM hook_subscriptions").fetch_one(service.app.store.pool()).await.unwrap();
    let (body, secret): (String, String) = (row.get(0), row.get(1));
    assert!(!body.contains("very secret") && secret.starts_with("s1:"), "{body} {secret}");
    let sent = sqlx::query("SELECT body FROM outbox").fetch_one(service.app.store.pool()).await.unwrap();
    assert!(sent.get::<String, _>(0).starts_with("s1:"));
}

#[tokio::test]
async fn pages_totals_and_deletions() {
    let service = Service::new().await;
    let mut ids = Vec::new();
    for n in 0..12 {
        let body = json!({"config": {"url": format!("https://kiosk.no/{n}")}, "events": ["customer_add"]});
        ids.push(made(&service, &body).await["id"].as_str().unwrap().to_owned());
    }
    let list = async |query: &str| {
        let answer = service.call("GET", &format!("hooks/subscriptions?{query}"), "").await;
        let list: Vec<String> =
            answer.ok().as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        (list, answer.header("total-count").to_owned())
    };
    assert_eq!(list("").await, (ids[..10].to_vec(), String::new()));
    assert_eq!(list(&format!("starting_after={}&total=true", ids[9])).await, (ids[10..].to_vec(), "12".to_owned()));
    assert_eq!(list("limit=1&total=false").await, (ids[..1].to_vec(), String::new()));
    let path = format!("hooks/subscriptions/{}", ids[1]);
    let deleted = service.call("DELETE", &path, "").await.ok();
    assert_eq!((&deleted["id"], &deleted["deleted_by"]), (&json!(ids[1]), &json!("test")));
    assert!(deleted["deleted_at"].is_string() && deleted["updated_at"] == deleted["deleted_at"]);
    assert_eq!(service.call("DELETE", &path, "").await.refused(400)["code"], "deleted");
    assert_eq!(service.call("GET", &path, "").await.ok(), deleted);
    assert_eq!(service.call("POST", &format!("{path}/ping"), "").await.refused(400)["code"], "deleted");
    assert_eq!(list("limit=2&total=true").await, (vec![ids[0].clone(), ids[2].clone()], "11".to_owned()));
    assert_eq!(list("limit=2&total=true&include_deleted=true").await, (ids[..2].to_vec(), "12".to_owned()));
    // A cursor that was deleted since still has its place.
    assert_eq!(list(&format!("limit=1&starting_after={}", ids[1])).await.0, ids[2..3]);
    for query in ["limit=0", "limit=101", "limit=x", "starting_after=x", "include_deleted=maybe", "total=2"] {
        let answer = service.call("GET", &format!("hooks/subscriptions?{query}"), "").await;
        assert_eq!(answer.refused(400)["code"], "bad_query", "{query}");
    }
    let unknown = format!("starting_after={}", uuid::Uuid::nil());
    service.call("GET", &format!("hooks/subscriptions?{unknown}"), "").await.refused(400);
}

#[tokio::test]
async fn what_is_unknown_is_not_found() {
    let service = service().await;
    let receiver = Receiver::new().await;
    let id = subscribe(&service, &receiver, &["customer_add"], json!({})).await;
    let nil = uuid::Uuid::nil();
    for (method, path) in [
        ("GET", format!("hooks/subscriptions/{nil}")),
        ("DELETE", format!("hooks/subscriptions/{nil}")),
        ("POST", format!("hooks/subscriptions/{nil}/ping")),
        ("GET", format!("hooks/subscriptions/{nil}/deliveries")),
        ("GET", format!("hooks/subscriptions/{nil}/deliveries/{nil}")),
        ("GET", format!("hooks/subscriptions/{id}/deliveries/{nil}")),
        ("GET", format!("hooks/subscriptions/{id}/deliveries/x%00y")),
        ("GET", "hooks/subscriptions/nonsense".to_owned()),
        ("GET", "hooks/subscriptions/'%20OR%201=1".to_owned()),
    ] {
        service.call(method, &path, "").await.refused(404);
    }
    // Nor is what belongs to another account.
    let token = service.other_account("T00000002", "admin:hooks").await;
    let answer = service.call_with("GET", &format!("/v1/accounts/T00000002/hooks/subscriptions/{id}"), Some(&token), "").await;
    answer.refused(404);
    let path = format!("/v1/accounts/T00000002/hooks/subscriptions?starting_after={id}");
    service.call_with("GET", &path, Some(&token), "").await.refused(400);
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_place() {
    let service = Service::new().await;
    let with = |config: Value| json!({"events": ["receipt_add"], "config": config});
    let secret = |secret: Value| with(json!({"url": "https://kiosk.no", "secret": secret}));
    let mask = |name: &str, mask: Value| {
        let mut body = with(json!({"url": "https://kiosk.no"}));
        body[name] = mask;
        body
    };
    let aws = json!({"type": "AWS4-HMAC-SHA256", "aws_access_key_id": "AK", "aws_secret_access_key": "s", "region": "eu", "service": "x"});
    let aws_with = |name: &str, value: Value| {
        let mut aws = aws.clone();
        aws[name] = value;
        secret(aws)
    };
    for (body, places) in [
        (json!({}), &["/config", "/events"][..]),
        (json!({"config": [], "events": {}, "active": 1}), &["/active", "/config", "/events"]),
        (json!({"config": {"url": "https://kiosk.no"}, "events": []}), &["/events"]),
        (
            json!({"config": {"url": "https://kiosk.no"}, "events": ["ping", "receipt_add", 7, "customer_remove"]}),
            &["/events/0", "/events/2", "/events/3"],
        ),
        (with(json!({})), &["/config/url"]),
        (with(json!({"url": 7})), &["/config/url"]),
        (with(json!({"url": "kiosk.no"})), &["/config/url"]),
        (with(json!({"url": "ftp://kiosk.no"})), &["/config/url"]),
        (with(json!({"url": "http://localhost/x"})), &["/config/url"]),
        (with(json!({"url": "http://127.0.0.1:1/"})), &["/config/url"]),
        (with(json!({"url": "http://[::ffff:10.0.0.1]/"})), &["/config/url"]),
        (with(json!({"url": "http://169.254.169.254/latest"})), &["/config/url"]),
        (with(json!({"url": "https://example.com/hook"})), &["/config/url"]),
        (with(json!({"url": "https://a.b.EXAMPLE.org./hook"})), &["/config/url"]),
        (with(json!({"url": "https://hooks.test"})), &["/config/url"]),
        (
            with(json!({"url": "https://kiosk.no", "content_type": "text/plain", "insecure_ssl": true})),
            &["/config/content_type", "/config/insecure_ssl"],
        ),
        (with(json!({"url": "https://kiosk.no", "insecure_ssl": 2})), &["/config/insecure_ssl"]),
        (secret(json!("text")), &["/config/secret"]),
        (secret(json!({})), &["/config/secret/type"]),
        (secret(json!({"type": "HMAC-SHA256", "value": "x"})), &["/config/secret/type"]),
        (secret(json!({"type": "HMAC-SHA1"})), &["/config/secret/value"]),
        (secret(json!({"type": "HMAC-SHA1", "value": ""})), &["/config/secret/value"]),
        (secret(json!({"type": "HMAC-SHA1", "value": "********"})), &["/config/secret/value"]),
        (secret(json!({"type": "HMAC-SHA1", "value": "whsec_nonsense"})), &["/config/secret/value"]),
        (secret(json!({"type": "HMAC-SHA1", "value": "whsec_c2hvcnQ="})), &["/config/secret/value"]),
        (secret(json!({"type": "Authorization", "value": "Bearer a\r\nx: y"})), &["/config/secret/value"]),
        (
            secret(json!({"type": "AWS4-HMAC-SHA256", "region": 1})),
            &[
                "/config/secret/aws_access_key_id",
                "/config/secret/aws_secret_access_key",
                "/config/secret/region",
                "/config/secret/service",
            ],
        ),
        (aws_with("region", json!("eu west")), &["/config/secret/region"]),
        (aws_with("aws_access_key_id", json!("a/b")), &["/config/secret/aws_access_key_id"]),
        (mask("fields", json!(7)), &["/fields"]),
        (mask("fields", json!("a,")), &["/fields"]),
        (mask("fields", json!("a(b")), &["/fields"]),
        (mask("exclude_fields", json!("a//b")), &["/exclude_fields"]),
        (mask("exclude_fields", json!("")), &["/exclude_fields"]),
    ] {
        let error = service.call("POST", "hooks/subscriptions", body.to_string()).await.refused(400);
        let mut found: Vec<&str> =
            error["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found, places, "{body}");
    }
    // As text, what is no object, or not JSON at all.
    for body in ["[]", "null", "7", "{", "", r#"{"events":[],"events":[]}"#] {
        service.call("POST", "hooks/subscriptions", body).await.refused(400);
    }
    assert_eq!(service.call("GET", "hooks/subscriptions", "").await.ok(), json!([]));
}

#[tokio::test]
async fn not_to_this_service_itself() {
    let mut service = Service::new().await;
    service.set(|config| config.public_url = "https://rabatt.kiosk.no/api".to_owned());
    for (url, status) in [
        ("https://rabatt.kiosk.no/v1", 400),
        ("http://RABATT.kiosk.no:8080", 400),
        ("https://a.rabatt.kiosk.no", 400),
        ("https://kiosk.no", 200),
        ("https://notrabatt.kiosk.no", 200),
    ] {
        let body = json!({"config": {"url": url}, "events": ["receipt_add"]});
        let answer = service.call("POST", "hooks/subscriptions", body.to_string()).await;
        assert_eq!(answer.status, status, "{url}: {}", answer.text);
    }
}

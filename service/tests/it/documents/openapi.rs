//! GET /openapi.json and /docs

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::support::Service;

#[test]
fn the_committed_document_is_the_one_served() {
    let generated = rabatt_service::openapi().unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(file, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        committed == generated,
        "service/openapi.json is out of date; run UPDATE_OPENAPI=1 cargo test -p rabatt-service openapi"
    );
}

#[tokio::test]
async fn document_viewer_and_health_are_served() {
    let service = Service::new().await;
    let get = async |path: &str| service.send(Request::get(path).body(Body::empty()).unwrap()).await;
    let served = get("/openapi.json").await.ok();
    let generated: Value = serde_json::from_str(&rabatt_service::openapi().unwrap()).unwrap();
    assert_eq!(served, generated);
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));
    let page = get("/docs/").await;
    assert!(page.status.is_success() && page.text.contains("swagger-ui"), "{}", page.text);
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "no content from elsewhere: {}", page.text);
    assert_eq!(get("/healthz").await.text, "ok");
    assert_eq!(get("/readyz").await.text, "ready");
    let wrong = service.call("PATCH", "discounts/rules", "").await;
    assert_eq!(wrong.refused(405)["code"], "method_not_allowed");
    assert!(wrong.header("allow").contains("POST"));
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    let document: Value = serde_json::from_str(&rabatt_service::openapi().unwrap()).unwrap();
    let (mut values, mut references) = (vec![&document], 0);
    while let Some(value) = values.pop() {
        match value {
            Value::Object(members) => values.extend(members.values()),
            Value::Array(list) => values.extend(list),
            _ => {}
        }
        if let Some(reference) = value["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').expect("a reference into this document");
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
            references += 1;
        }
    }
    assert!(references > 100, "{references}");
}

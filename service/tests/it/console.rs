//! `/`: the console, built or not.

use axum::body::Body;
use axum::http::Request;

use crate::support::{Answer, Service};

async fn get(service: &Service, path: &str, tag: &str) -> Answer {
    service.send(Request::get(path).header("if-none-match", tag).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_page_comes_with_a_policy_that_lets_nothing_inline_in() {
    let service = Service::new().await;
    let page = get(&service, "/", "").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!((page.header("x-content-type-options"), page.header("referrer-policy")), ("nosniff", "no-referrer"));
    // Whether built or not, it says something.
    assert!(page.text.contains("<title>Rabatt</title>"));
    if !page.header("etag").is_empty() {
        let again = get(&service, "/", page.header("etag")).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
        assert_eq!(get(&service, "/", "\"other\"").await.status, 200);
    }
}

#[tokio::test]
async fn files_that_are_not_there_get_the_contracts_error() {
    let service = Service::new().await;
    for path in
        ["/assets/nothing.js", "/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/..%2f..%2fpackage.json", "/assets/"]
    {
        get(&service, path, "").await.refused(404);
    }
}

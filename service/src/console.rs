//! The console: the pages in `web/`, which the program holds in itself. A debug build reads them where they
//! are built instead.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{Embed, EmbeddedFile};

use crate::error::ApiError;

#[derive(Embed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Files;

/// Scripts from here only, WebAssembly among them; nothing inline, no other page around it, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What is said where the console was not built.
const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Rabatt</title>\
     <h1>Rabatt runs</h1><p>This program was built without its console. Build it with <code>cargo xtask web</code>, then the service \
     anew; <code>cargo xtask up</code> does both.</p><p><a href=\"/docs\">The API</a> works.</p></html>";

/// The routes of the console.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/", get(page)).route("/assets/{file}", get(asset))
}

/// The page names the files that belong to it, so it is asked for every time; its tag says whether it changed.
async fn page(headers: HeaderMap) -> Response {
    match Files::get("index.html") {
        Some(file) => with_tag(file, &headers, "text/html; charset=utf-8", "no-cache"),
        None => with_policy([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], MISSING),
    }
}

/// The names of all other files change with what they hold. They stand in one folder: a name that leads out of it names nothing.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    if name.contains(['/', '\\']) {
        return ApiError::NotFound("File").into_response();
    }
    let (kind, keep) = (content_type(&name), "public, max-age=31536000, immutable");
    let vary = (header::VARY, HeaderValue::from_static("accept-encoding"));
    if takes_brotli(&headers)
        && let Some(file) = Files::get(&format!("assets/{name}.br"))
    {
        let encoding = (header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        return ([vary, encoding], with_tag(file, &headers, kind, keep)).into_response();
    }
    match Files::get(&format!("assets/{name}")) {
        Some(file) => ([vary], with_tag(file, &headers, kind, keep)).into_response(),
        None => ApiError::NotFound("File").into_response(),
    }
}

/// Browsers say `br` with no weight, or one above zero.
fn takes_brotli(headers: &HeaderMap) -> bool {
    let taken = headers.get(header::ACCEPT_ENCODING).and_then(|taken| taken.to_str().ok()).unwrap_or_default();
    taken.split(',').map(str::trim).any(|one| one == "br" || (one.starts_with("br;") && !one.ends_with("q=0")))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

fn with_tag(file: EmbeddedFile, headers: &HeaderMap, kind: &'static str, keep: &'static str) -> Response {
    let tag = file.metadata.sha256_hash().iter().take(16).fold("\"".to_owned(), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let known = known.is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
    let mut response = if known {
        with_policy([(header::CACHE_CONTROL, keep)], StatusCode::NOT_MODIFIED)
    } else {
        with_policy([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], file.data)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn with_policy<const N: usize>(headers: [(HeaderName, &'static str); N], body: impl IntoResponse) -> Response {
    let policy = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    (policy, headers, body).into_response()
}

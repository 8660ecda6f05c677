//! `discounts/…`: the handlers, a file for each part of the paths.

pub mod available;
pub mod rules;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

/// A body that is JSON text already.
fn json_text(text: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

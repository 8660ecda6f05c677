//! What handlers share: the account in the path, bodies, paging.

mod body;

use axum::extract::{FromRequestParts, Query};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

pub use self::body::{JsonText, MOST_BYTES, read, read_at, read_object, wrong};

use crate::error::ApiError;

/// Is this an account id: `P` or `T` and eight digits?
pub fn is_account_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() == 9 && matches!(bytes.next(), Some(b'P' | b'T')) && bytes.all(|byte| byte.is_ascii_digit())
}

/// What `Authorization` holds under this scheme; the scheme's letter case does not matter.
pub fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (given, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| credentials.trim())
}

/// Is this an id that clients may choose: 1 to 255 characters without space around them?
pub fn is_client_id(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && text.chars().count() <= 255
}

/// Query parameters; what is wrong with them is a 400 in the contract's form.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: for<'de> Deserialize<'de>> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        // Some clients send every parameter, without a value where they have none.
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|error| ApiError::Invalid("bad_query", error.body_text()))?;
        let given = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect::<Vec<_>>();
        let given = serde_urlencoded::to_string(given).map_err(|error| ApiError::Internal(error.to_string()))?;
        let params = serde_urlencoded::from_str(&given).map_err(|error| ApiError::Invalid("bad_query", error.to_string()))?;
        Ok(Self(params))
    }
}

/// A page size between 1 and `most`.
///
/// # Errors
/// 400 when it is not.
pub fn limit(asked: Option<i64>, most: i64) -> Result<i64, ApiError> {
    match asked.unwrap_or(10) {
        limit if (1..=most).contains(&limit) => Ok(limit),
        limit => Err(ApiError::Invalid("bad_query", format!("`limit` lies between 1 and {most}, not {limit}"))),
    }
}

/// A body that is JSON text already.
pub fn json_text(text: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

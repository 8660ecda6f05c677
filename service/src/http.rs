//! What handlers share: the account in the path, bodies, paging.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde::Deserialize;

use crate::error::ApiError;

/// The largest body, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

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

/// A body as text. Bodies stay text, so that members nobody here knows survive.
#[derive(Debug)]
pub struct JsonText(pub String);

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|_| {
            ApiError::Invalid("body_too_large", format!("a body has at most {MOST_BYTES} bytes; send less at once"))
        })?;
        match String::from_utf8(bytes.into()) {
            Ok(text) if text.trim().is_empty() => {
                Err(ApiError::Invalid("body_missing", "this request needs a JSON body".to_owned()))
            }
            Ok(text) => Ok(Self(text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                Err(ApiError::Invalid("bad_json", format!("the body is not UTF-8: byte {at} does not belong to a character")))
            }
        }
    }
}

/// Reads a body; what is wrong with it is told with its place.
///
/// # Errors
/// 400 with the JSON pointer of the member that is wrong.
pub fn read<'de, T: Deserialize<'de>>(body: &'de str) -> Result<T, ApiError> {
    use serde_path_to_error::Segment;
    let mut reader = serde_json::Deserializer::from_str(body);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut pointer = String::new();
        for segment in error.path() {
            pointer.push('/');
            match segment {
                Segment::Seq { index } => pointer.push_str(&index.to_string()),
                Segment::Map { key } => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Segment::Enum { variant } => pointer.push_str(variant),
                Segment::Unknown => pointer.push('?'),
            }
        }
        let error = error.into_inner();
        // Some wrong types are told as if the text were broken.
        if error.is_data() {
            ApiError::At("invalid_body", pointer, error.to_string())
        } else if serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok() {
            ApiError::At("invalid_body", pointer, format!("another type of value belongs here ({error})"))
        } else {
            bad_json(&error)
        }
    })?;
    reader.end().map_err(|error| bad_json(&error))?;
    Ok(read)
}

/// Reads a body that is an object. (A list of its members, in order, would be read too.)
///
/// # Errors
/// 400 with the JSON pointer of the member that is wrong.
pub fn read_object<'de, T: Deserialize<'de>>(body: &'de str) -> Result<T, ApiError> {
    if body.trim_start().starts_with('[') {
        return Err(ApiError::At("invalid_body", String::new(), "the body is an object, not a list".to_owned()));
    }
    read(body)
}

fn bad_json(error: &serde_json::Error) -> ApiError {
    ApiError::Invalid("bad_json", format!("the body is not JSON: {error}"))
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

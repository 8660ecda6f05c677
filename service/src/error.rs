//! The one error: always the contract's body, with a code and a sentence that says what to do.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rabatt_engine::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct Error {
    /// What went wrong.
    pub error: ErrorBody,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// A word for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub code: Option<&'static str>,
    /// A sentence for people.
    pub message: String,
    /// Each problem of an invalid body: `code`, `pointer` (RFC 6901, into the body), `message`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
}

/// One problem of an invalid body.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// A word for programs.
    pub code: String,
    /// JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    /// A sentence for people.
    pub message: String,
}

/// Why a request is refused.
#[derive(Debug)]
pub enum ApiError {
    /// 400: the request is wrong.
    Invalid(&'static str, String),
    /// 400: the body is wrong, here.
    Problems(Vec<Problem>),
    /// 400: the body is wrong, or asks for what cannot be, here: code, JSON pointer, sentence.
    At(&'static str, String, String),
    /// 400: the body is wrong, here, as the engine said.
    Fields(Vec<FieldError>),
    /// 401: who is asking?
    Unauthorized(&'static str),
    /// 401: client id or secret is wrong.
    WrongClient(&'static str),
    /// 403: any one of these scopes is needed.
    Forbidden(&'static [&'static str]),
    /// 404: there is no such thing.
    NotFound(&'static str),
    /// 404: this can be switched on.
    SwitchedOff(&'static str),
    /// 405: the path has no such method.
    WrongMethod,
    /// 429: too often; again after so many seconds.
    TooMany(u64),
    /// 500: our fault; the log has the details.
    Internal(String),
    /// 503: not done in time.
    TooSlow,
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        // PostgreSQL's texts hold every character but one.
        if error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "22021") {
            return ApiError::Invalid("bad_text", "text here cannot hold the character U+0000; leave it out".to_owned());
        }
        ApiError::Internal(error.to_string())
    }
}

impl From<sqlx::migrate::MigrateError> for ApiError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        ApiError::Internal(error.to_string())
    }
}

impl From<Vec<Problem>> for ApiError {
    fn from(problems: Vec<Problem>) -> Self {
        ApiError::Problems(problems)
    }
}

/// One sentence for all problems of a body.
fn summary(errors: &[FieldError]) -> String {
    match errors {
        [] => String::new(),
        [only] => only.message.clone(),
        [first, ..] => format!("{} problems; the first: {}", errors.len(), first.message),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut errors = Vec::new();
        let mut retry_after = None;
        let scheme = match self {
            ApiError::Unauthorized(_) => Some("Bearer"),
            ApiError::WrongClient(_) => Some("Basic realm=\"API client\""),
            _ => None,
        };
        let (status, code, message) = match self {
            ApiError::Invalid(code, message) => (StatusCode::BAD_REQUEST, code, message),
            ApiError::Problems(problems) => {
                errors.extend(problems.into_iter().map(|problem| FieldError {
                    code: problem.code.as_str().to_owned(),
                    pointer: problem.pointer,
                    message: problem.message.into_owned(),
                }));
                (StatusCode::BAD_REQUEST, "invalid_body", summary(&errors))
            }
            ApiError::Fields(fields) => {
                errors = fields;
                (StatusCode::BAD_REQUEST, "invalid_body", summary(&errors))
            }
            ApiError::At(code, pointer, message) => {
                errors.push(FieldError { code: code.to_owned(), pointer, message: message.clone() });
                (StatusCode::BAD_REQUEST, code, message)
            }
            ApiError::Unauthorized(message) | ApiError::WrongClient(message) => {
                (StatusCode::UNAUTHORIZED, "unauthorized", message.to_owned())
            }
            ApiError::Forbidden(scopes) => {
                let message = format!("this token lacks the scope for that; any one of these is enough: {}", scopes.join(", "));
                (StatusCode::FORBIDDEN, "forbidden", message)
            }
            ApiError::WrongMethod => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path has no such method; see /docs".to_owned())
            }
            ApiError::TooMany(seconds) => {
                retry_after = Some(seconds);
                let message = format!("too many requests, or too many that failed; try again in {seconds} s");
                (StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message)
            }
            // The contract's own code.
            ApiError::NotFound(what) => (StatusCode::NOT_FOUND, "NOT FOUND", format!("{what} not found")),
            ApiError::SwitchedOff(message) => (StatusCode::NOT_FOUND, "switched_off", message.to_owned()),
            ApiError::Internal(details) => {
                tracing::error!(details, "request failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong on our side; try again".to_owned())
            }
            ApiError::TooSlow => {
                let message = "this took too long and was given up; send less at once, or try again".to_owned();
                (StatusCode::SERVICE_UNAVAILABLE, "too_slow", message)
            }
        };
        let body = Error { error: ErrorBody { code: Some(code), message, errors } };
        let mut response = (status, Json(body)).into_response();
        if let Some(scheme) = scheme {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static(scheme));
        }
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

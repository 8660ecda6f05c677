//! `customers/users/{customer_id}/communication`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::users::asks;
use crate::App;
use crate::auth::scope::{Authorized, ReadOwnCustomer, WriteOwnCustomer};
use crate::customers::model::{Communication, VerificationOperation, VerificationRequest, VerifiedField};
use crate::customers::verify::{self, Field};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, json_text};

/// How a customer is reached
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/users/{customer_id}/communication", tag = "customers", operation_id = "aid_customers_cid_verify_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer")
    ),
    responses(
        (status = 200, body = Communication), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_communication(
    caller: Authorized<ReadOwnCustomer>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    verify::communication(&app, &caller.account, &path.1).await.map(json_text)
}

/// Verify an e-mail address or a phone number
///
/// `send-verification-code` sends a code of six digits; `confirm-verification-code` takes it. The body may name another address, which becomes the customer's then.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/users/{customer_id}/communication/{operation}/{field}", tag = "customers", operation_id = "aid_customers_cid_verify_post",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer"),
        ("operation" = inline(VerificationOperation), Path, description = "What to do"),
        ("field" = inline(VerifiedField), Path, description = "What is verified")
    ),
    request_body = Option<VerificationRequest>,
    responses(
        (status = 204, description = "Sent, or confirmed"), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 429, body = Error, headers(("retry-after" = u64, description = "Seconds to wait"))), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn verify(
    caller: Authorized<WriteOwnCustomer>,
    State(app): State<App>,
    Path(path): Path<(String, String, String, String)>,
    body: Result<JsonText, ApiError>,
) -> Result<StatusCode, ApiError> {
    let (_, customer_id, operation, field) = path;
    let field = Field::of(&field).ok_or(ApiError::NotFound("Path"))?;
    let body = match body {
        Ok(JsonText(body)) => Some(body),
        Err(ApiError::Invalid("body_missing", _)) => None,
        Err(error) => return Err(error),
    };
    match &*operation {
        "send-verification-code" => verify::send(&app, &asks(&caller), &customer_id, field, body.as_deref()).await?,
        "confirm-verification-code" => {
            verify::confirm(&app, &asks(&caller), &customer_id, field, body.as_deref().unwrap_or("{}")).await?;
        }
        _ => return Err(ApiError::NotFound("Path")),
    }
    Ok(StatusCode::NO_CONTENT)
}

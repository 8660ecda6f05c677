//! `customers/tokens/events`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::auth::scope::{Authorized, ReadCustomers, WriteCustomers};
use crate::customers::model::{TokenClearRequest, TokenDetail, TokenEventRequest, TokenEvents};
use crate::customers::token_events::{self, Filter};
use crate::discounts::store::comparable;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};

/// Of which tokens to list what was told.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TokenEventsQuery {
    /// Tokens a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// `id` of the last entry of the page before.
    starting_after: Option<String>,
    /// Something was told then or later; oldest change first. Not together with `starting_after`.
    since_datetime: Option<String>,
    /// Cleared then or later.
    deleted_since: Option<String>,
}

fn instant(name: &str, text: Option<String>) -> Result<Option<String>, ApiError> {
    let wrong = || ApiError::Invalid("bad_query", format!("`{name}` is a date-time with its offset, as 2024-06-01T12:00:00Z"));
    text.map(|text| comparable(&text.replace(' ', "+")).ok_or_else(wrong)).transpose()
}

/// List what was told of tokens
///
/// Oldest first; events whose time is over are left out.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/tokens/events", tag = "customers", operation_id = "aid_customers_tokens_events_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), TokenEventsQuery),
    responses(
        (status = 200, body = Vec<TokenEvents>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_token_events(
    caller: Authorized<ReadCustomers>,
    State(app): State<App>,
    Params(query): Params<TokenEventsQuery>,
) -> Result<Response, ApiError> {
    let filter = Filter {
        since: instant("since_datetime", query.since_datetime)?,
        cleared_since: instant("deleted_since", query.deleted_since)?,
        after: query.starting_after,
        limit: limit(query.limit, 100)?,
    };
    if filter.since.is_some() && filter.after.is_some() {
        let message = "page by `starting_after` or by `since_datetime`, not both".to_owned();
        return Err(ApiError::Invalid("bad_query", message));
    }
    token_events::page(&app, &caller.account, &filter).await.map(json_text)
}

/// Tell something of a token
///
/// Before there is the token, or a customer, too. Without `event` it only answers what is known. The status is the customer's, or that of the newest event whose time is not over.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/tokens/events", tag = "customers", operation_id = "aid_customers_tokens_events_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = TokenEventRequest,
    responses(
        (status = 200, body = TokenDetail), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = "default", body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn post_token_event(
    caller: Authorized<WriteCustomers>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    token_events::post(&app, &caller.account, &body).await.map(json_text)
}

/// Clear what was told of a token
///
/// Its status is `DELETED` until something else is told.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/customers/tokens/events", tag = "customers", operation_id = "aid_customers_tokens_events_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = TokenClearRequest,
    responses(
        (status = 204, description = "Cleared, or nothing was told"), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn clear_token_events(
    caller: Authorized<WriteCustomers>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<StatusCode, ApiError> {
    token_events::delete(&app, &caller.account, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

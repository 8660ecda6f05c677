//! `customers/users/{customer_id}/tokens`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::users::{asks, listed};
use crate::App;
use crate::auth::scope::{Authorized, ReadOwnCustomer, WriteOwnCustomer};
use crate::customers::model::CustomerToken;
use crate::customers::tokens::{self, Filter};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};

/// Which tokens to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TokensQuery {
    /// Of this type.
    r#type: Option<String>,
    /// Tokens a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// `id` of the last token of the page before.
    starting_after: Option<String>,
    /// Count them all, in the header `total-count`.
    #[param(default = false)]
    total: Option<bool>,
    /// Deleted ones too.
    include_deleted: Option<bool>,
}

/// How a token is added.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NewTokenQuery {
    /// Clear what was told of it before.
    #[param(default = false)]
    delete_token_events: Option<bool>,
}

/// List a customer's tokens
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/users/{customer_id}/tokens", tag = "customers", operation_id = "aid_customers_cid_tokens_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer"),
        TokensQuery
    ),
    responses(
        (
            status = 200, body = Vec<CustomerToken>,
            headers(("total-count" = i64, description = "How many there are on all pages, when `total` asks"))
        ), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_tokens(
    caller: Authorized<ReadOwnCustomer>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(query): Params<TokensQuery>,
) -> Result<Response, ApiError> {
    let filter = Filter {
        kind: query.r#type,
        deleted: query.include_deleted == Some(true),
        starting_after: query.starting_after,
        limit: limit(query.limit, 100)?,
        total: query.total == Some(true),
    };
    let (tokens, total) = tokens::page(&app, &caller.account, &path.1, &filter).await?;
    Ok(listed(&tokens, total))
}

/// Give a customer a token
///
/// Tills find the customer by it at once. A token is one customer's at a time.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/users/{customer_id}/tokens", tag = "customers", operation_id = "aid_customers_cid_tokens_post",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer"),
        NewTokenQuery
    ),
    request_body = CustomerToken,
    responses(
        (status = 201, body = CustomerToken), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_token(
    caller: Authorized<WriteOwnCustomer>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(query): Params<NewTokenQuery>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let clear = query.delete_token_events == Some(true);
    let token = tokens::create(&app, &asks(&caller), &path.1, &body, clear).await?;
    Ok((StatusCode::CREATED, json_text(token)).into_response())
}

/// Take a token from a customer
///
/// Tills find nobody by it any more.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/customers/users/{customer_id}/tokens/{tid}", tag = "customers", operation_id = "aid_customers_cid_tokens_tid_delete",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer"),
        ("tid" = String, Path, description = "The token's `id` or `token_id`")
    ),
    responses(
        (status = 200, body = CustomerToken), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_token(
    caller: Authorized<WriteOwnCustomer>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    tokens::delete(&app, &asks(&caller), &path.1, &path.2).await.map(json_text)
}

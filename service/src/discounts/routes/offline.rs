//! Beyond the contract: what a checkout needs to evaluate by itself, and what a Plan was made of.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::auth::scope::{Authorized, ReadDiscounts, ReadSnapshot, RecalculateReceipts};
use crate::discounts::model::rule;
use crate::discounts::offline;
use crate::discounts::store::rules;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text};

/// For whom to evaluate.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SnapshotQuery {
    /// The customer; when absent, a purchase without one.
    customer_id: Option<String>,
}

/// What a checkout needs to evaluate by itself.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes")]
pub struct Snapshot {
    /// Hash of the rules, as answers name it.
    plan: String,
    /// The account's rules.
    rules: Vec<rule::Discount>,
    /// What is known of the customer: a Call's `facts`.
    facts: serde_json::Value,
}

/// Rules and facts for offline evaluation
///
/// With `if-none-match` of an earlier answer's `etag`: 304 when nothing has changed.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/snapshot", tag = "discounts", operation_id = "snapshot",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), SnapshotQuery),
    responses(
        (status = 200, body = Snapshot, headers(("etag" = String, description = "Changes with the content"))),
        (status = 304, description = "Nothing has changed"), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn snapshot(
    caller: Authorized<ReadSnapshot>,
    State(app): State<App>,
    headers: HeaderMap,
    Params(query): Params<SnapshotQuery>,
) -> Result<Response, ApiError> {
    let (body, tag) = offline::snapshot(&app, &caller.account, query.customer_id.as_deref()).await?;
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let unchanged = known
        .flat_map(|list| list.split(','))
        .any(|one| matches!(one.trim().trim_start_matches("W/"), one if one == tag || one == "*"));
    let mut answer = if unchanged { StatusCode::NOT_MODIFIED.into_response() } else { json_text(body) };
    let tag = HeaderValue::from_str(&tag).map_err(|error| ApiError::Internal(error.to_string()))?;
    answer.headers_mut().insert(header::ETAG, tag);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(answer)
}

/// The rules behind a past answer
///
/// Exactly as they were: an old receipt evaluated with them gives its old result.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/plans/{hash}", tag = "discounts", operation_id = "plan",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("hash" = String, Path, description = "`outcome.plan` of the answer")),
    responses(
        (status = 200, body = Vec<rule::Discount>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_plan(
    caller: Authorized<ReadDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, hash) = path;
    let found = rules::rules_of_plan(app.store.pool(), &caller.account, &hash).await?.ok_or(ApiError::NotFound("Plan"))?;
    Ok(json_text(format!("[{}]", found.join(","))))
}

/// A whole evaluation in one request: rules, receipt and facts (§22).
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes")]
pub struct Call {
    rules: Vec<rule::Discount>,
    receipt: crate::discounts::model::receipt::Receipt,
    facts: Option<serde_json::Value>,
    options: Option<CallOptions>,
}

/// How to evaluate.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes")]
pub struct CallOptions {
    explain: Option<bool>,
    /// Most steps of the search for the best deals, at most 6 000 000.
    steps: Option<i64>,
}

/// What an evaluation answers (§22).
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes")]
pub struct EvaluateAnswer {
    ok: bool,
    receipt: crate::discounts::model::receipt::Receipt,
    outcome: serde_json::Value,
}

/// Evaluate a receipt with rules of the request
///
/// Nothing stored is read or changed: to try rules out, and for checks in a merchant's own tests.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/evaluate", tag = "discounts", operation_id = "evaluate",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = Call,
    responses(
        (status = 200, body = EvaluateAnswer), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn evaluate(_: Authorized<RecalculateReceipts>, JsonText(body): JsonText) -> Result<Response, ApiError> {
    offline::evaluate(body).await.map(json_text)
}

//! `discounts/available_for_receipt/claims`.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::auth::scope::{Authorized, ReadClaims, RecalculateReceipts};
use crate::discounts::model::claim::Claim;
use crate::discounts::record;
use crate::discounts::store::claims::{self, ClaimFilter};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};

/// Which claims to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClaimsQuery {
    /// Claims a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Id of the last claim of the page before.
    starting_after: Option<String>,
    /// Only the claim with this `ref`.
    r#ref: Option<String>,
    /// Only claims of this customer.
    customer_id: Option<String>,
    /// `true`: the header `total-count` says how many there are on all pages.
    #[param(default = false)]
    total: Option<bool>,
}

/// List claims
///
/// Those that are not deleted, oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/available_for_receipt/claims", tag = "discounts",
    operation_id = "aid_discounts_available_for_receipt_get_claims",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ClaimsQuery),
    responses(
        (status = 200, body = Vec<Claim>, headers(("total-count" = i64, description = "With `total=true`"))),
        (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_claims(
    caller: Authorized<ReadClaims>,
    State(app): State<App>,
    Params(query): Params<ClaimsQuery>,
) -> Result<Response, ApiError> {
    let filter = ClaimFilter {
        reference: query.r#ref,
        customer_id: query.customer_id,
        starting_after: query.starting_after,
        limit: limit(query.limit, 100)?,
    };
    let found = claims::claims(&app, &caller.account, &filter).await?;
    let mut answer = json_text(format!("[{}]", found.join(",")));
    if query.total == Some(true) {
        let count = claims::count(app.store.pool(), &caller.account, &filter).await?;
        answer.headers_mut().insert(crate::TOTAL_COUNT, HeaderValue::from(count));
    }
    Ok(answer)
}

/// Claim refs for a purchase in progress
///
/// All of them, or none. A receipt whose `receipt_id`, `transaction_id` or `order_number` is the claim's
/// `ref` turns what is held into use, without counting twice.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/available_for_receipt/claims", tag = "discounts",
    operation_id = "aid_discounts_available_for_receipt_post_claim",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = Claim,
    responses(
        (status = 200, body = Claim), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_claim(
    caller: Authorized<RecalculateReceipts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    record::claim(&app, &caller.account, &caller.client, &body).await.map(json_text)
}

/// One claim
///
/// Deleted ones too, with their `deleted_at`.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/available_for_receipt/claims/{claim_id}", tag = "discounts",
    operation_id = "aid_discounts_available_for_receipt_get_claim",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("claim_id" = Uuid, Path, description = "The claim")),
    responses(
        (status = 200, body = Claim), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_claim(
    caller: Authorized<ReadClaims>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    let found = claims::claim(&app, &caller.account, &id).await?;
    found.map(|claim| json_text(claim.body)).ok_or(ApiError::NotFound("Claim"))
}

/// Give a claim back
///
/// Exactly what it took, once. Not when the purchase is recorded: then it is used.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/discounts/available_for_receipt/claims/{claim_id}", tag = "discounts",
    operation_id = "aid_discounts_available_for_receipt_delete_claim",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("claim_id" = Uuid, Path, description = "The claim")),
    responses(
        (status = 200, body = Claim), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_claim(
    caller: Authorized<RecalculateReceipts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    record::release(&app, &caller.account, &caller.client, &id).await.map(json_text)
}

//! `receipts/…`: the handlers, in the contract's order.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{
    AddedReceipts, FoundReceipts, MINIMAL, MinimalReceipts, ReceiptClaim, ReceiptMove, ReceiptUpdate, Segment, SegmentRequest,
};
use super::shape::{COMPLETION, RECEIPTS, SEGMENT};
use super::{add, change, segment, store, token};
use crate::App;
use crate::auth::scope::{
    AdminReceipts, Authorized, ClaimReceipts, CompleteReceipts, ReadOwnReceipts, ReadReceiptOfToken, ReadReceipts, WriteReceipts,
};
use crate::discounts::model::receipt::Receipt;
use crate::documents::all_of;
use crate::entity::quoted;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit, read};
use crate::members::Members;

/// Every operation on receipts.
pub fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(add_receipts))
        .routes(routes!(complete_receipt))
        .routes(routes!(customer_segment))
        .routes(routes!(list_customer_receipts))
        .routes(routes!(get_customer_receipt))
        .routes(routes!(change_customer_id))
        .routes(routes!(get_receipt_of_token, claim_receipt))
        .routes(routes!(search_receipts))
}

/// How receipts are stored.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AddQuery {
    /// Each receipt gets a token that is good for so many days: who holds it may read the receipt, and claim it once.
    #[param(minimum = 1, maximum = 3650)]
    token_expire_days: Option<i64>,
}

/// Store receipts
///
/// A list. Those that their store reported before are counted and passed over. What a receipt used of
/// discounts is recorded with it: claims become use, usage, stamps, bonus and balances move, once however
/// the purchase is reported.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/receipts", tag = "receipts", operation_id = "aid_receipts_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), AddQuery),
    request_body = Vec<Receipt>,
    responses(
        (status = 200, body = AddedReceipts), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn add_receipts(
    caller: Authorized<WriteReceipts>,
    State(app): State<App>,
    Params(query): Params<AddQuery>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let days = match query.token_expire_days {
        None => None,
        Some(days) => Some(u64::try_from(days).ok().filter(|days| (1..=token::MOST_DAYS).contains(days)).ok_or_else(|| {
            let message = format!("`token_expire_days` lies between 1 and {}, not {days}", token::MOST_DAYS);
            ApiError::Invalid("bad_query", message)
        })?),
    };
    add::add(&app, &caller.account, &caller.client, &body, days)
        .await
        .map(json_text)
        .map_err(|error| all_of(error, &body, &RECEIPTS))
}

/// Complete a receipt
///
/// Says who bought where nobody is known, and which discounts were used where none are; records them.
/// The receipt is named by the till's number or its `id`.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/receipts/all/{receipt_id}", tag = "receipts", operation_id = "aid_receipts_update_put",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("receipt_id" = String, Path, description = "The receipt")),
    request_body = ReceiptUpdate,
    responses(
        (status = 200, body = Receipt), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn complete_receipt(
    caller: Authorized<CompleteReceipts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let completed = change::complete(&app, &caller.account, &caller.client, &name, &body).await;
    completed.map(json_text).map_err(|error| all_of(error, &body, &COMPLETION))
}

/// Customers by their purchases
///
/// Those who bought in the period, in any of the stores, any of the items; with how often. Most purchases
/// first. Voided purchases, voided lines and returns are none.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/receipts/customer_segment", tag = "receipts",
    operation_id = "aid_receipts_customer_segment_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = SegmentRequest,
    responses(
        (status = 200, body = Segment), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn customer_segment(
    caller: Authorized<ReadReceipts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Json<Segment>, ApiError> {
    segment::segment(&app, &caller.account, &body).await.map(Json).map_err(|error| all_of(error, &body, &SEGMENT))
}

/// A page of receipts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Receipts a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Cursor: what the page before gave under this name.
    starting_after: Option<String>,
}

/// A customer's receipts
///
/// Newest purchase first, in short.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/receipts/customers/{customer_id}", tag = "receipts",
    operation_id = "aid_receipts_customers_cid_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("customer_id" = String, Path, description = "The customer"), Page
    ),
    responses(
        (status = 200, body = MinimalReceipts), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_customer_receipts(
    caller: Authorized<ReadOwnReceipts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(page): Params<Page>,
) -> Result<Response, ApiError> {
    let (_, customer) = path;
    let most = limit(page.limit, 100)?;
    // One more tells whether there is another page.
    let more = most.saturating_add(1);
    let mut found = store::of_customer(&app, &caller.account, &customer, page.starting_after.as_deref(), more).await?;
    let page_size = usize::try_from(most).unwrap_or(usize::MAX);
    let is_last = found.len() <= page_size;
    found.truncate(page_size);
    let next = found.last().filter(|_| !is_last).map(|last| format!(r#","starting_after":{}"#, quoted(&last.id)));
    let short = |stored: &store::Stored| {
        let mut members: Members<'_> = read(&stored.body)?;
        members.0.retain(|(name, _)| MINIMAL.contains(&name.as_str()));
        Ok(members.to_string())
    };
    let receipts = found.iter().map(short).collect::<Result<Vec<_>, ApiError>>()?;
    Ok(json_text(format!(r#"{{"receipts":[{}]{}}}"#, receipts.join(","), next.unwrap_or_default())))
}

/// One receipt of a customer
///
/// By the till's number or its `id`.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/receipts/customers/{customer_id}/{receipt_id}", tag = "receipts",
    operation_id = "aid_receipts_customers_cid_rid_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("customer_id" = String, Path, description = "The customer"),
        ("receipt_id" = String, Path, description = "The receipt")
    ),
    responses(
        (status = 200, body = Receipt), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_customer_receipt(
    caller: Authorized<ReadOwnReceipts>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let (_, customer, name) = path;
    change::one(&app, &caller.account, Some(&customer), &name).await.map(|stored| json_text(stored.body))
}

/// Move a receipt to another customer
///
/// An entry of `extra_info` keeps whose it was. What it used stays counted for the customer who bought.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/receipts/customers/{customer_id}/{receipt_id}/change_customer_id", tag = "receipts",
    operation_id = "aid_receipts_customers_cid_rid_change_customer_id_post",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("customer_id" = String, Path, description = "The customer"),
        ("receipt_id" = String, Path, description = "The receipt")
    ),
    request_body = ReceiptMove,
    responses(
        (status = 200, body = Receipt), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn change_customer_id(
    caller: Authorized<AdminReceipts>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, customer, name) = path;
    change::move_to(&app, &caller.account, &caller.client, (&customer, &name), &body).await.map(json_text)
}

/// A receipt token.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TokenQuery {
    /// The token.
    token: String,
}

/// The receipt of a token
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/receipts/receipt-token", tag = "receipts", operation_id = "aid_receipts_receipt_token_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), TokenQuery),
    responses(
        (status = 200, body = Receipt), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_receipt_of_token(
    caller: Authorized<ReadReceiptOfToken>,
    State(app): State<App>,
    Params(query): Params<TokenQuery>,
) -> Result<Response, ApiError> {
    token::receipt(&app, &caller.account, &query.token).await.map(|stored| json_text(stored.body))
}

/// Claim the receipt of a token for a customer
///
/// Once: the token is of no use afterwards. Where a receipt has its customer already, only for that one.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/receipts/receipt-token", tag = "receipts", operation_id = "aid_receipts_receipt_token_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), TokenQuery),
    request_body = ReceiptClaim,
    responses(
        (status = 200, body = Receipt), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn claim_receipt(
    caller: Authorized<ClaimReceipts>,
    State(app): State<App>,
    Params(query): Params<TokenQuery>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let user = caller.user.as_deref();
    change::claim(&app, &caller.account, &caller.client, user, &query.token, &body).await.map(json_text)
}

/// Which receipts to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// The till's number, or the receipt's `id`.
    receipt_id: String,
}

/// Receipts by the till's number
///
/// One for each store that gave it.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/receipts/search", tag = "receipts", operation_id = "aid_receipts_rid_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), SearchQuery),
    responses(
        (status = 200, body = FoundReceipts), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn search_receipts(
    caller: Authorized<ReadReceipts>,
    State(app): State<App>,
    Params(query): Params<SearchQuery>,
) -> Result<Response, ApiError> {
    let found = store::named(&app, &caller.account, &query.receipt_id).await?;
    let receipts: Vec<String> = found.into_iter().map(|stored| stored.body).collect();
    Ok(json_text(format!(r#"{{"receipts":[{}]}}"#, receipts.join(","))))
}

//! `discounts/available_for_receipt`.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::auth::scope::{Authorized, RecalculateReceipts};
use crate::discounts::available;
use crate::discounts::model::receipt;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text};

/// How to recalculate.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AvailableQuery {
    /// Also say of every rule why it did what it did: adds `outcome` with verdicts and totals.
    #[serde(default)]
    pub explain: Option<bool>,
    /// `recalculated` also writes `net_amount` and `total_discount`, per line and receipt.
    #[serde(default)]
    pub amounts: Option<Amounts>,
}

/// Which amounts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Amounts {
    /// Net and total discount, anew.
    Recalculated,
}

/// Recalculate a receipt
///
/// The receipt comes back with what each line gets: nothing is used up. Refs are those of
/// `customer_id`, or of the customer behind `customer.token`, or those given to `/`.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/available_for_receipt", tag = "discounts",
    operation_id = "aid_discounts_available_for_receipt_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), AvailableQuery),
    request_body = receipt::Receipt,
    responses(
        (status = 200, body = receipt::Receipt), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn available_for_receipt(
    caller: Authorized<RecalculateReceipts>,
    State(app): State<App>,
    Params(query): Params<AvailableQuery>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let amounts = query.amounts == Some(Amounts::Recalculated);
    available::available(&app, &caller.account, body, query.explain.unwrap_or(false), amounts).await.map(json_text)
}

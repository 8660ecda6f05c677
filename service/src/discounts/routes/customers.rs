//! `discounts/customers/{customer_id}`: rules and refs of one customer.

use axum::extract::{Path, State};
use axum::response::Response;

use super::Page;
use crate::App;
use crate::auth::scope::{Authorized, ReadDiscounts, ReadOwnDiscounts, WriteDiscounts};
use crate::discounts::held;
use crate::discounts::model::held::{HeldRule, UsageRequest};
use crate::discounts::record;
use crate::discounts::store::refs;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};

/// A customer's rules
///
/// Those that can be used now or are announced: not used up, past, deleted or switched off; what
/// everybody has is among them. With `user:discounts` a customer sees their own.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/customers/{customer_id}/rules", tag = "discounts",
    operation_id = "aid_discounts_customer_cid_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("customer_id" = String, Path, description = "The customer"), Page
    ),
    responses(
        (status = 200, body = Vec<HeldRule>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_customer_rules(
    caller: Authorized<ReadOwnDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(page): Params<Page>,
) -> Result<Response, ApiError> {
    let (_, customer) = path;
    let most = limit(page.limit, 100)?;
    let rules = held::of_customer(&app, &caller.account, &customer, page.starting_after, most).await?;
    Ok(json_text(format!("[{}]", rules.join(","))))
}

async fn shown(app: &App, account: &str, customer: &str, id: &str) -> Result<Response, ApiError> {
    let found = refs::held_by(app.store.pool(), account, customer, id).await?.ok_or(ApiError::NotFound("Ref"))?;
    held::with_statistics(app, account, customer, &found).await.map(json_text)
}

/// One ref of a customer
///
/// The rule, and what the customer has had of it; also when it was taken away.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/customers/{customer_id}/refs/{ref_id}", tag = "discounts",
    operation_id = "aid_discounts_customer_cid_get_ref_id",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("customer_id" = String, Path, description = "The customer"),
        ("ref_id" = String, Path, description = "The ref")
    ),
    responses(
        (status = 200, body = HeldRule), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_ref(
    caller: Authorized<ReadDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let (_, customer, id) = path;
    shown(&app, &caller.account, &customer, &id).await
}

/// Add usage to a ref by hand
///
/// The same `ref` and `ref_type` add once. With `receipt_add` the `ref` names a purchase, which counts
/// once by whatever road it is reported.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/customers/{customer_id}/refs/{ref_id}", tag = "discounts",
    operation_id = "aid_discounts_customer_cid_post_ref_id",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("customer_id" = String, Path, description = "The customer"),
        ("ref_id" = String, Path, description = "The ref")
    ),
    request_body = UsageRequest,
    responses(
        (status = 200, body = HeldRule), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn add_usage(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, customer, id) = path;
    record::add_usage(&app, &caller.account, &caller.client, &customer, &id, &body).await?;
    shown(&app, &caller.account, &customer, &id).await
}

/// Take a ref away from a customer
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/discounts/customers/{customer_id}/refs/{ref_id}", tag = "discounts",
    operation_id = "aid_discounts_customer_cid_delete_ref_id",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("customer_id" = String, Path, description = "The customer"),
        ("ref_id" = String, Path, description = "The ref")
    ),
    responses(
        (status = 200, body = HeldRule), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_ref(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let (_, customer, id) = path;
    let found = refs::by_id(app.store.pool(), &caller.account, &id).await?;
    // What everybody holds is not one customer's to lose.
    found.filter(|found| found.customer_id == customer).ok_or(ApiError::NotFound("Ref"))?;
    if !refs::delete(&app.store, &caller.account, &caller.client, &customer, &id).await? {
        return Err(ApiError::Invalid("ref_deleted", "this ref was taken away before".to_owned()));
    }
    shown(&app, &caller.account, &customer, &id).await
}

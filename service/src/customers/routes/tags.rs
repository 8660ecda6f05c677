//! `customers/tags`, and those of one customer.

use axum::extract::{Path, State};
use axum::response::Response;

use crate::App;
use crate::auth::scope::{Authorized, ReadCustomers, ReadOwnCustomer, WriteCustomers, WriteOwnCustomer};
use crate::customers::model::CustomerTag;
use crate::customers::tags::{self, MOST, TAG, place};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, json_text};

/// List tags
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/tags", tag = "customers", operation_id = "aid_customers_tags_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    responses(
        (status = 200, body = Vec<CustomerTag>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_tags(caller: Authorized<ReadCustomers>, State(app): State<App>) -> Result<Response, ApiError> {
    let page = place(&caller.account, &TAG).list(app.store.pool(), None, MOST, None).await?;
    let tags: Vec<String> = page.documents.into_iter().map(|document| document.body).collect();
    Ok(json_text(format!("[{}]", tags.join(","))))
}

/// Add a tag
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/tags", tag = "customers", operation_id = "aid_customers_tags_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = CustomerTag,
    responses(
        (status = 200, body = CustomerTag), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_tag(
    caller: Authorized<WriteCustomers>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let mut unit = app.store.unit().await?;
    let document = place(&caller.account, &TAG).create(unit.db(), &caller.client, &body).await?;
    unit.save().await?;
    Ok(json_text(document.body))
}

/// Delete a tag
///
/// No customer has it any more.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/customers/tags/{tag_id}", tag = "customers", operation_id = "aid_customers_tags_tid_delete",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("tag_id" = String, Path, description = "The tag's `id`")
    ),
    responses(
        (status = 200, body = CustomerTag), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_tag(
    caller: Authorized<WriteCustomers>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    tags::delete(&app, &caller.account, &caller.client, &path.1).await.map(json_text)
}

/// A customer's tags
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/users/{customer_id}/tags", tag = "customers", operation_id = "aid_customers_cid_tags_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer")
    ),
    responses(
        (status = 200, body = Vec<CustomerTag>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_customer_tags(
    caller: Authorized<ReadOwnCustomer>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    tags::of(&app, &caller.account, &path.1).await.map(json_text)
}

/// Set a customer's tags
///
/// A list of ids: the customer has these tags then, and no others.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/customers/users/{customer_id}/tags", tag = "customers", operation_id = "aid_customers_cid_tags_put",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer")
    ),
    request_body = Vec<String>,
    responses(
        (status = 200, body = Vec<CustomerTag>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn set_customer_tags(
    caller: Authorized<WriteOwnCustomer>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    tags::set(&app, &caller.account, &path.1, &body).await.map(json_text)
}

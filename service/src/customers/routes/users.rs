//! `customers/users`.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::scope::{
    Authorized, CreateCustomers, Permission, ReadCustomers, ReadOwnDetails, ReadPublicCustomers, RenameCustomers,
    WriteOwnCustomer,
};
use crate::customers::change::{self, Asks, SETS_PASSWORDS};
use crate::customers::find::{self, Asked};
use crate::customers::model::{Customer, CustomerChange, CustomerRename, CustomerRequest};
use crate::customers::settings;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text};
use crate::{App, TOTAL_COUNT};

pub(super) fn asks<P: Permission>(caller: &Authorized<P>) -> Asks<'_> {
    Asks {
        account: &caller.account,
        by: &caller.client,
        is_user: caller.user.is_some(),
        makes_staff: caller.holds("admin:customers") || caller.holds("write:customers"),
        sets_passwords: caller.holds(SETS_PASSWORDS),
    }
}

/// Which customers to list: those that fit all of it. What a contact fits also brings those for whom it speaks.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes")]
pub struct CustomersQuery {
    /// The value of a token.
    token_value: Option<String>,
    /// The type of a token.
    token_type: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
    /// All but contacts when absent.
    #[param(inline)]
    r#type: Option<CustomersOfType>,
    /// What the name, a word of it, the phone number, the e-mail address or the id begins with.
    search: Option<String>,
    tag_id: Option<String>,
    /// Deleted ones too, of which ids and times are left.
    include_deleted: Option<bool>,
    /// Names of attributes, each with a value.
    #[param(max_items = 4)]
    attributes_keys: Option<Vec<String>>,
    #[param(max_items = 4)]
    attributes_values: Option<Vec<String>>,
    /// Added, changed or deleted then or later; oldest change first. Not together with `starting_after`.
    since_datetime: Option<String>,
    /// Customers a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// `id` or `customer_id` of the last customer of the page before.
    starting_after: Option<String>,
    /// Count them all, in the header `total-count`.
    #[param(default = false)]
    total: Option<bool>,
}

/// Types that a list shows.
#[derive(Debug, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the contract's own names")]
pub enum CustomersOfType {
    Customer,
    Company,
    Contact,
    Employee,
    Other,
    Any,
}

/// A list as it is answered: with how many there are on all pages.
pub(super) fn listed(list: &[String], total: Option<usize>) -> Response {
    let mut response = json_text(format!("[{}]", list.join(",")));
    if let Some(total) = total {
        response.headers_mut().insert(TOTAL_COUNT, HeaderValue::from(total));
    }
    response
}

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HeadQuery {
    email: Option<String>,
    phone_number: Option<String>,
}

/// What to do with what hangs on a customer.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeleteQuery {
    /// Delete the tokens too.
    delete_tokens: Option<bool>,
}

/// List customers
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/users", tag = "customers", operation_id = "aid_customers_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), CustomersQuery),
    responses(
        (
            status = 200, body = Vec<Customer>,
            headers(("total-count" = i64, description = "How many there are on all pages, when `total` asks"))
        ), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_customers(
    caller: Authorized<ReadCustomers>,
    State(app): State<App>,
    Params(pairs): Params<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let asked = Asked::read(&app, &caller.account, pairs)?;
    let page = find::page(&app, &caller.account, &asked).await?;
    Ok(listed(&page.customers, page.total))
}

/// Add a customer
///
/// `customer_id`, `email` (within its type) and `phone_number` are its alone. Without `customer_id` it gets one.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/users", tag = "customers", operation_id = "aid_customers_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = CustomerRequest,
    responses(
        (status = 200, body = Customer), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_customer(
    caller: Authorized<CreateCustomers>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    change::create(&app, &asks(&caller), &body).await.map(json_text)
}

/// Is somebody a customer?
///
/// Only where the settings allow it.
#[utoipa::path(
    head, path = "/v1/accounts/{aid}/customers/users", tag = "customers", operation_id = "aid_customers_head",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), HeadQuery),
    responses(
        (status = 200, description = "Somebody is"), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 405, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn has_customer(
    caller: Authorized<ReadPublicCustomers>,
    State(app): State<App>,
    Params(query): Params<HeadQuery>,
) -> Result<Response, ApiError> {
    let settings = settings::of(app.store.pool(), &app.sealer, &caller.account).await?;
    if !settings.users.head.enabled {
        return Err(ApiError::WrongMethod);
    }
    let exists = find::exists(&app, &caller.account, query.email.as_deref(), query.phone_number.as_deref()).await?;
    Ok(if exists { StatusCode::OK } else { StatusCode::NOT_FOUND }.into_response())
}

/// A customer
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/users/{customer_id}", tag = "customers", operation_id = "aid_customers_cid_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer")
    ),
    responses(
        (status = 200, body = Customer), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_customer(
    caller: Authorized<ReadOwnDetails>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    find::one(&app, &caller.account, &path.1, caller.user.is_some()).await.map(json_text)
}

/// Change a customer
///
/// Members that are sent; `null` takes one away. Metadata, attributes and consents change name by name.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/customers/users/{customer_id}", tag = "customers", operation_id = "aid_customers_cid_put",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer")
    ),
    request_body = CustomerChange,
    responses(
        (status = 200, body = Customer), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn update_customer(
    caller: Authorized<WriteOwnCustomer>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    change::update(&app, &asks(&caller), &path.1, &body).await.map(json_text)
}

/// Delete a customer
///
/// What is personal is gone; ids and times stay. Tokens stay too unless `delete_tokens` says otherwise.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/customers/users/{customer_id}", tag = "customers", operation_id = "aid_customers_cid_delete",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer"),
        DeleteQuery
    ),
    responses(
        (status = 200, body = Customer), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_customer(
    caller: Authorized<WriteOwnCustomer>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(query): Params<DeleteQuery>,
) -> Result<Response, ApiError> {
    change::delete(&app, &asks(&caller), &path.1, query.delete_tokens == Some(true)).await.map(json_text)
}

/// Change a customer's `customer_id`
///
/// Tokens come along; receipts, discounts and cards stay under the former one. The metadata keep what it was.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/users/{customer_id}/change_customer_id", tag = "customers", operation_id = "aid_customers_cid_change_customer_id_post",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("customer_id" = String, Path, description = "The customer")
    ),
    request_body = CustomerRename,
    responses(
        (status = 200, body = Customer), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn rename_customer(
    caller: Authorized<RenameCustomers>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    change::rename(&app, &asks(&caller), &path.1, &body).await.map(json_text)
}

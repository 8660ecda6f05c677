//! `customers/settings`.

use axum::extract::State;
use axum::response::Response;

use crate::App;
use crate::auth::scope::{Authorized, ReadPublicCustomers, WriteCustomers};
use crate::customers::model::CustomersSettings;
use crate::customers::settings;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, json_text};

/// Settings for customers
///
/// Secrets are never shown; private attributes not to the public.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/settings", tag = "customers", operation_id = "aid_customers_atributes_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    responses(
        (status = 200, body = CustomersSettings), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_settings(caller: Authorized<ReadPublicCustomers>, State(app): State<App>) -> Result<Response, ApiError> {
    let to_public = !caller.holds("admin:customers") && !caller.holds("read:customers");
    settings::shown(&app, &caller.account, to_public).await.map(json_text)
}

/// Change settings for customers
///
/// Those that are sent; of `users` one by one. `null` takes one away.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/customers/settings", tag = "customers", operation_id = "aid_customers_atributes_put",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = CustomersSettings,
    responses(
        (status = 200, body = CustomersSettings), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn change_settings(
    caller: Authorized<WriteCustomers>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    settings::change(&app, &caller.account, &body).await.map(json_text)
}

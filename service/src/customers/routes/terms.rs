//! `customers/terms`.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::auth::scope::{Authorized, ReadPublicCustomers, WriteCustomers};
use crate::customers::model::TermsAndConditions;
use crate::customers::tags::{TERMS, place};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};

/// A page of terms.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TermsQuery {
    /// Terms a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// `id` of the last terms of the page before.
    starting_after: Option<String>,
    /// Deleted ones too.
    include_deleted: Option<bool>,
}

/// List terms
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/terms", tag = "customers", operation_id = "aid_customers_terms_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), TermsQuery),
    responses(
        (status = 200, body = Vec<TermsAndConditions>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_terms(
    caller: Authorized<ReadPublicCustomers>,
    State(app): State<App>,
    Params(query): Params<TermsQuery>,
) -> Result<Response, ApiError> {
    let (place, after, most) = (place(&caller.account, &TERMS), query.starting_after.as_deref(), limit(query.limit, 100)?);
    let page = match query.include_deleted {
        Some(true) => place.list_with_deleted(app.store.pool(), after, most).await?,
        _ => place.list(app.store.pool(), after, most, None).await?,
    };
    let terms = page.documents.iter().map(|document| document.shown()).collect::<Result<Vec<_>, _>>()?;
    Ok(json_text(format!("[{}]", terms.join(","))))
}

/// Add terms
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/terms", tag = "customers", operation_id = "aid_customers_terms_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = TermsAndConditions,
    responses(
        (status = 200, body = TermsAndConditions), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_terms(
    caller: Authorized<WriteCustomers>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let mut unit = app.store.unit().await?;
    let document = place(&caller.account, &TERMS).create(unit.db(), &caller.client, &body).await?;
    unit.save().await?;
    Ok(json_text(document.body))
}

/// Terms
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/terms/{tid}", tag = "customers", operation_id = "aid_customers_terms_tid_post",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("tid" = String, Path, description = "Their `id`")
    ),
    responses(
        (status = 200, body = TermsAndConditions), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_terms(
    caller: Authorized<ReadPublicCustomers>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let document = place(&caller.account, &TERMS).one(app.store.pool(), &path.1).await?;
    Ok(json_text(document.body))
}

/// Delete terms
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/customers/terms/{tid}", tag = "customers", operation_id = "aid_customers_terms_tid_delete",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("tid" = String, Path, description = "Their `id`")
    ),
    responses(
        (status = 200, body = TermsAndConditions), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_terms(
    caller: Authorized<WriteCustomers>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let mut unit = app.store.unit().await?;
    let document = place(&caller.account, &TERMS).delete(unit.db(), &caller.client, &path.1).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

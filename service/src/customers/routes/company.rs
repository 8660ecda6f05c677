//! `customers/company`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::auth::scope::{Authorized, ReadPublicCustomers};
use crate::customers::find;
use crate::customers::model::CompanyDepartments;
use crate::error::{ApiError, Error};
use crate::http::Params;

/// Whose departments to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DepartmentsQuery {
    /// The number of the organisation.
    organization_number: String,
}

/// The departments of a company
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/customers/company/departments", tag = "customers", operation_id = "aid_company_departments_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), DepartmentsQuery),
    responses(
        (status = 200, body = Vec<CompanyDepartments>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_departments(
    caller: Authorized<ReadPublicCustomers>,
    State(app): State<App>,
    Params(query): Params<DepartmentsQuery>,
) -> Result<Json<Vec<CompanyDepartments>>, ApiError> {
    let departments = find::departments(&app, &caller.account, &query.organization_number).await?;
    if departments.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let organization_number = Some(query.organization_number);
    Ok(Json(vec![CompanyDepartments { organization_number, departments: Some(departments) }]))
}

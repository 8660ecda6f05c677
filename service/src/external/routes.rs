//! `search/external`: the handlers, in the contract's order.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{
    Address, AddressValidationResult, ExternalOrganizations, PostalPlaceResult, SearchExternalOrganizationNorwayResult,
};
use super::{Registry, Search};
use crate::App;
use crate::auth::scope::{Authorized, LookUp};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, limit, read_object};

/// Every look-up.
pub fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_organizations))
        .routes(routes!(get_postal_place))
        .routes(routes!(validate_address))
        .routes(routes!(search_organizations))
}

/// The registry, when there is one and the account did not ask too much.
fn registry(app: &App, account: &str) -> Result<Arc<dyn Registry>, ApiError> {
    let registry = app.registry.clone().ok_or(ApiError::SwitchedOff(
        "look-ups are switched off here; the settings `lookup_table` and `lookup_url` of the service switch them on",
    ))?;
    app.lookups.count(account, app.config.lookups_a_minute, Instant::now()).map_err(ApiError::TooMany)?;
    Ok(registry)
}

/// A country as two capital letters.
fn country(text: &str) -> Result<String, ApiError> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(text.to_ascii_uppercase());
    }
    Err(ApiError::Invalid("bad_path", "a country is two letters (ISO 3166-1), as NO".to_owned()))
}

/// A number or code of a registry.
fn code<'a>(text: &'a str, what: &str) -> Result<&'a str, ApiError> {
    let is_code = |byte: u8| byte.is_ascii_alphanumeric() || b" -.".contains(&byte);
    if (1..=32).contains(&text.len()) && text.bytes().all(is_code) {
        return Ok(text);
    }
    Err(ApiError::Invalid("bad_path", format!("{what} has 1 to 32 letters, digits, spaces, `-` and `.`")))
}

/// Organizations by number
///
/// The head office and its branches.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/search/external/organizations/{country}/{organization_number}", tag = "external",
    operation_id = "aid_get_external_organizations",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("country" = String, Path, description = "Two letters, as NO"),
        ("organization_number" = String, Path, description = "Its number")
    ),
    responses(
        (status = 200, body = ExternalOrganizations), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 429, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_organizations(
    caller: Authorized<LookUp>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
) -> Result<Json<ExternalOrganizations>, ApiError> {
    let (country, number) = (country(&path.1)?, code(&path.2, "an organization number")?);
    let items = registry(&app, &caller.account)?.organizations(&country, number).await?;
    Ok(Json(ExternalOrganizations { items }))
}

/// The place of a postal code
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/search/external/postal_place/{country}/{postal_code}", tag = "external",
    operation_id = "aid_search_external_postal_place",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("country" = String, Path, description = "Two letters, as NO"),
        ("postal_code" = String, Path, description = "The code")
    ),
    responses(
        (status = 200, body = PostalPlaceResult), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 429, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_postal_place(
    caller: Authorized<LookUp>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
) -> Result<Json<PostalPlaceResult>, ApiError> {
    let (country, code) = (country(&path.1)?, code(&path.2, "a postal code")?);
    let found = registry(&app, &caller.account)?.postal_place(&country, code).await?;
    found.map(Json).ok_or(ApiError::NotFound("Postal code"))
}

/// Is there such an address?
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/search/external/address/{country}/validate", tag = "external",
    operation_id = "aid_search_external_validate_address",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("country" = String, Path, description = "Two letters, as NO")),
    request_body = Address,
    responses(
        (status = 200, body = AddressValidationResult), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 429, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn validate_address(
    caller: Authorized<LookUp>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Json<AddressValidationResult>, ApiError> {
    let country = country(&path.1)?;
    let address: Address = read_object(&body)?;
    if !address.country.eq_ignore_ascii_case(&country) {
        let message = format!("this address is not in {country}, which the path names");
        return Err(ApiError::At("invalid_body", "/country".to_owned(), message));
    }
    registry(&app, &caller.account)?.validate(&country, &address).await.map(Json)
}

/// Which organizations to find.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrganizationsQuery {
    /// The number of the last organization of the page before.
    starting_after: Option<String>,
    /// Organizations a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// What the name begins with.
    name: Option<String>,
    organization_number: Option<String>,
}

/// Norwegian organizations
///
/// By name or number.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/search/external/organizations/no", tag = "external",
    operation_id = "aid_search_external_organizations_no",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), OrganizationsQuery),
    responses(
        (status = 200, body = Vec<SearchExternalOrganizationNorwayResult>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 429, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn search_organizations(
    caller: Authorized<LookUp>,
    State(app): State<App>,
    Params(query): Params<OrganizationsQuery>,
) -> Result<Json<Vec<SearchExternalOrganizationNorwayResult>>, ApiError> {
    let limit = limit(query.limit, 100)?;
    let OrganizationsQuery { starting_after, name, organization_number, .. } = query;
    if name.is_none() && organization_number.is_none() {
        return Err(ApiError::Invalid("bad_query", "`name` or `organization_number` says which to find".to_owned()));
    }
    if [&starting_after, &name, &organization_number].into_iter().flatten().any(|text| text.len() > 255) {
        return Err(ApiError::Invalid("bad_query", "what is looked for has at most 255 bytes".to_owned()));
    }
    let search = Search { name, organization_number, starting_after, limit };
    registry(&app, &caller.account)?.search(&search).await.map(Json)
}

//! `management/settings`: who is behind an account.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::App;
use crate::auth::scope::{Authorized, ReadAccounts};
use crate::auth::store::accounts;
use crate::error::{ApiError, Error};
use crate::http::read_object;

/// The details of an account. Members not named here are kept and shown as they were given.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes; the details themselves stay JSON")]
pub struct Account {
    /// Who signed up.
    #[schema(required = false)]
    applicant: Option<Applicant>,
    /// The company.
    #[schema(required = false)]
    company: Option<Company>,
}

/// Who signed up.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes, in the contract's own words")]
pub struct Applicant {
    #[schema(required = false)]
    email: Option<String>,
    #[schema(required = false)]
    first_name: Option<String>,
    #[schema(required = false)]
    last_name: Option<String>,
    #[schema(required = false)]
    phone_number: Option<String>,
    #[schema(required = false)]
    promo_code: Option<String>,
    /// What the partner that signed the account up knows it by.
    #[schema(required = false)]
    signup_reference: Option<String>,
}

/// A company.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes, in the contract's own words")]
pub struct Company {
    #[schema(required = false)]
    business_name: Option<String>,
    #[schema(required = false)]
    address: Option<Address>,
    #[schema(required = false)]
    display_name: Option<String>,
    #[schema(required = false)]
    organization_number: Option<String>,
    #[schema(required = false)]
    industry: Option<String>,
    #[schema(required = false)]
    website: Option<String>,
    #[schema(required = false)]
    terms_url: Option<String>,
    #[schema(required = false)]
    bank_name: Option<String>,
    #[schema(required = false)]
    account_number: Option<String>,
    #[schema(required = false)]
    email: Option<String>,
    #[schema(required = false)]
    technical_email: Option<String>,
    #[schema(required = false)]
    phone_number: Option<String>,
}

/// Where a company is.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = AccountAddress)]
#[expect(dead_code, reason = "describes, in the contract's own words")]
pub struct Address {
    #[schema(example = "Sommerkroveien 34")]
    address_line: String,
    #[schema(required = false, example = "PB 123")]
    address_line_2: Option<String>,
    #[schema(required = false, example = "0349")]
    postal_code: Option<String>,
    #[schema(example = "Oslo")]
    postal_place: String,
    /// ISO 3166-1, two letters.
    #[schema(format = "iso-3166-1", example = "NO")]
    country: String,
}

/// Get account details
///
/// Empty objects where nothing is known. `rabatt account details` sets them.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/management/settings", tag = "auth", operation_id = "aid_account_aid_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    responses(
        (status = 200, body = Account), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_account(caller: Authorized<ReadAccounts>, State(app): State<App>) -> Result<Response, ApiError> {
    let account = accounts::find(app.store.pool(), &caller.account).await?.ok_or(ApiError::NotFound("Account"))?;
    let details = account.details.as_deref().unwrap_or("{}");
    let mut details: Map<String, Value> = serde_json::from_str(details).map_err(|error| ApiError::Internal(error.to_string()))?;
    for name in ["applicant", "company"] {
        if !details.get(name).is_some_and(Value::is_object) {
            details.insert(name.to_owned(), Value::Object(Map::new()));
        }
    }
    Ok(([(CONTENT_TYPE, "application/json")], Value::Object(details).to_string()).into_response())
}

/// Checks details before they are stored: an object whose known members are what they should be.
///
/// # Errors
/// 400 with the JSON pointer of what is not.
pub fn check(details: &str) -> Result<(), ApiError> {
    read_object::<Account>(details).map(drop)
}

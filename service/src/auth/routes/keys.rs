//! `auth/keys`.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::auth::address::is_owner_id;
use crate::auth::authorized::bad_owner;
use crate::error::{ApiError, Error};

/// A public key (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwk {
    /// How tokens are signed with it.
    #[schema(example = "RS256")]
    pub alg: &'static str,
    /// Its kind.
    pub kty: KeyType,
    /// What it is for.
    #[serde(rename = "use")]
    pub usage: KeyUse,
    /// The modulus.
    pub n: String,
    /// The exponent.
    #[schema(example = "AQAB")]
    pub e: String,
    /// Its name: tokens signed with it have it in their header.
    pub kid: String,
}

/// Kinds of keys.
#[derive(Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the standard's own word")]
pub enum KeyType {
    #[serde(rename = "RSA")]
    Rsa,
}

/// What keys are for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the standard's own word")]
pub enum KeyUse {
    Sig,
}

/// Get the keys of tokens
///
/// The public keys that tokens can be checked with. They are the same for all accounts and no secret: no token is needed.
#[utoipa::path(
    get, path = "/v1/accounts/{oid}/auth/keys", tag = "auth", operation_id = "aid_auths_keys_get",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$")),
    responses(
        (status = 200, body = Vec<Jwk>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(())
)]
pub async fn list_keys(State(app): State<App>, owner: Result<Path<String>, PathRejection>) -> Result<Json<Vec<Jwk>>, ApiError> {
    let Path(owner) = owner.map_err(|error| ApiError::Invalid("bad_path", error.body_text()))?;
    if !is_owner_id(&owner) {
        return Err(bad_owner());
    }
    let keys = &app.auth.keys;
    let (n, e, kid) = (keys.n.clone(), keys.e.clone(), keys.kid.clone());
    Ok(Json(vec![Jwk { alg: "RS256", kty: KeyType::Rsa, usage: KeyUse::Sig, n, e, kid }]))
}

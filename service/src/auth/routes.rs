//! `auth/token`.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use base64::Engine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::token::Claims;
use super::{secret, store};
use crate::App;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, credentials, is_account_id};

/// A request for a token.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// How the caller proves who it is.
    pub grant_type: GrantType,
    /// The account the token is for, as `http://127.0.0.1:8080/v1/accounts/T00000001`.
    #[serde(default)]
    pub audience: Option<String>,
}

/// How the caller proves who it is. Only `client_credentials` is offered so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the contract's own words")]
pub enum GrantType {
    ClientCredentials,
    AuthorizationCode,
    Password,
    AccountUserToken,
    RefreshToken,
    #[serde(rename = "mfa-oob")]
    MfaOob,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessToken {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: TokenType,
    /// Seconds until it is over.
    pub expires_in: u64,
    /// Never given with client credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub refresh_token: Option<String>,
}

/// The type of every token.
#[derive(Debug, Serialize, ToSchema)]
#[expect(missing_docs, reason = "the contract's own word")]
pub enum TokenType {
    Bearer,
}

/// Get an access token
///
/// For API clients: HTTP Basic with client id and secret, `client_credentials`, and the account
/// as audience. The body may be JSON or a form.
#[utoipa::path(
    post, path = "/v1/accounts/{oid}/auth/token", tag = "auth", operation_id = "aid_auths_oauth_token_post",
    params(("oid" = String, Path, description = "The account that the client belongs to")),
    request_body(content((TokenRequest = "application/json"), (TokenRequest = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, body = AccessToken), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 429, body = Error), (status = 500, body = Error)
    ),
    security(("client" = []))
)]
pub async fn token(
    State(app): State<App>,
    owner: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    JsonText(body): JsonText,
) -> Result<Json<AccessToken>, ApiError> {
    let Path(owner) = owner.map_err(|error| ApiError::Invalid("bad_path", error.body_text()))?;
    let form = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let request: Result<TokenRequest, String> = if form {
        serde_urlencoded::from_str(&body).map_err(|error| error.to_string())
    } else {
        serde_json::from_str(&body).map_err(|error| error.to_string())
    };
    let request = request.map_err(|error| ApiError::Invalid("invalid_request", format!("this is no token request: {error}")))?;
    if request.grant_type != GrantType::ClientCredentials {
        let message = "only `client_credentials` is offered; send client id and secret with HTTP Basic".to_owned();
        return Err(ApiError::Invalid("unsupported_grant_type", message));
    }
    let wrong = ApiError::WrongClient("client id or secret is wrong; send both with HTTP Basic");
    let Some((client_id, client_secret)) = basic(&headers) else { return Err(wrong) };
    let audience = request.audience.as_deref().unwrap_or_default();
    let account = audience.rsplit('/').next().unwrap_or_default();
    if !is_account_id(account) || !audience.ends_with(&format!("/v1/accounts/{account}")) {
        let message = format!("`audience` names the account, as {}/v1/accounts/{owner}", app.config.public_url);
        return Err(ApiError::Invalid("invalid_audience", message));
    }
    // An unknown client costs as much time as a wrong secret, so that ids cannot be told apart.
    let hash = store::secret_hash(app.store.pool(), &client_id).await?;
    let known = hash.is_some();
    let right = secret::verify(client_secret, hash.unwrap_or_else(|| app.nobody_hash.to_string())).await?;
    if !known || !right {
        return Err(wrong);
    }
    let Some(scope) = store::scopes(app.store.pool(), &client_id, account).await?.filter(|_| owner == account) else {
        return Err(ApiError::Invalid("invalid_audience", "this client has no grant for that account".to_owned()));
    };
    let now = chrono::Utc::now().timestamp().unsigned_abs();
    let expires_in = app.config.token_seconds;
    let claims = Claims { sub: client_id, aud: account.to_owned(), scope, iat: now, exp: now.saturating_add(expires_in) };
    Ok(Json(AccessToken {
        access_token: app.keys.sign(&claims)?,
        token_type: TokenType::Bearer,
        expires_in,
        refresh_token: None,
    }))
}

/// User and password of HTTP Basic.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = credentials(headers, "Basic")?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(value.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

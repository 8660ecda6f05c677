//! `auth/token`.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::App;
use crate::auth::Auth;
use crate::auth::address::{audience, is_owner_id, owner_of};
use crate::auth::attempts::Limits;
use crate::auth::authorized::bad_owner;
use crate::auth::scope::{LogInByCode, Permission};
use crate::auth::secret;
use crate::auth::store::clients::{self, Secret};
use crate::auth::store::grants;
use crate::auth::token::Claims;
use crate::customers::login::{self, TypedCode};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, credentials, is_client_id, read_object};

/// A request for a token.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// How the caller proves who it is.
    pub grant_type: GrantType,
    /// The account the token is for, as `http://127.0.0.1:8080/v1/accounts/T00000001`. Needed with `client_credentials`.
    #[serde(default)]
    pub audience: Option<String>,
    /// With `mfa-oob`: what the log-in answered.
    #[serde(default)]
    pub mfa_token: Option<String>,
    /// With `mfa-oob`: what was answered when the code was sent.
    #[serde(default)]
    pub oob_code: Option<String>,
    /// With `mfa-oob`: the code that the customer typed.
    #[serde(default)]
    pub binding_code: Option<String>,
}

/// How the caller proves who it is. `client_credentials` and `mfa-oob` are offered.
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
/// For API clients: HTTP Basic with client id and secret, `client_credentials`, and as audience an
/// account for which the client has a grant. The body may be JSON or a form.
///
/// For customers who log in by a code (`mfa-oob`): Bearer with the token of the client that began the log-in,
/// `mfa_token`, `oob_code`, and as `binding_code` what the customer typed.
#[utoipa::path(
    post, path = "/v1/accounts/{oid}/auth/token", tag = "auth", operation_id = "aid_auths_oauth_token_post",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$", description = "The account or partner that the client belongs to")),
    request_body(content((TokenRequest = "application/json"), (TokenRequest = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, body = AccessToken), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 429, body = Error, headers(("retry-after" = u64, description = "Seconds to wait"))),
        (status = 500, body = Error)
    ),
    security(("client" = []))
)]
pub async fn token(
    State(app): State<App>,
    owner: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let Path(owner) = owner.map_err(|error| ApiError::Invalid("bad_path", error.body_text()))?;
    if !is_owner_id(&owner) {
        return Err(bad_owner());
    }
    let request = request(&headers, &body)?;
    if request.grant_type == GrantType::MfaOob {
        return by_code(&app, &owner, &headers, &request).await;
    }
    if request.grant_type != GrantType::ClientCredentials {
        let message =
            "only `client_credentials` and `mfa-oob` are offered; for the first send client id and secret with HTTP Basic"
                .to_owned();
        return Err(ApiError::At("unsupported_grant_type", "/grant_type".to_owned(), message));
    }
    let Some((client_id, client_secret)) = basic(&headers).filter(|(client_id, _)| is_client_id(client_id)) else {
        return Err(WRONG);
    };
    let asked = request.audience.as_deref().unwrap_or_default();
    let Some(account) = owner_of(asked) else {
        let message = format!("`audience` names the account, as {}", audience(&app.config.public_url, &owner));
        return Err(ApiError::At("invalid_audience", "/audience".to_owned(), message));
    };
    let client = prove(&app, &owner, &client_id, client_secret).await?;
    // Asked anew: a grant made a moment ago, on any service, is good.
    let standing = grants::standing(app.store.pool(), &client.id).await?.ok_or(WRONG)?;
    let mut used = Vec::new();
    let mut scopes: Vec<&str> = Vec::new();
    for grant in standing.grants.iter().filter(|grant| grant.audience == account) {
        if grant.kind == "client_credentials" || grant.kind == "any" {
            used.push(grant.id.clone());
            for scope in grant.scopes.split(' ') {
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
            }
        }
    }
    if used.is_empty() {
        let message = "this client has no grant for that account and `client_credentials`; POST auth/client-grants makes one";
        return Err(ApiError::At("invalid_audience", "/audience".to_owned(), message.to_owned()));
    }
    let now = chrono::Utc::now().timestamp().unsigned_abs();
    let expires_in = app.config.token_seconds;
    let claims = Claims {
        iss: app.config.public_url.clone(),
        sub: client.id,
        aud: audience(&app.config.public_url, account),
        scope: scopes.join(" "),
        iat: now,
        exp: now.saturating_add(expires_in),
        generation: client.generation,
        grants: used,
        user: None,
    };
    let access_token = app.auth.keys.sign(&claims)?;
    let token = AccessToken { access_token, token_type: TokenType::Bearer, expires_in, refresh_token: None };
    // RFC 6749 §5.1: nobody on the way keeps it.
    Ok(([(CACHE_CONTROL, "no-store")], Json(token)).into_response())
}

/// The token of a customer who typed the code that was sent.
async fn by_code(app: &App, account: &str, headers: &HeaderMap, request: &TokenRequest) -> Result<Response, ApiError> {
    let bearer = credentials(headers, "Bearer").unwrap_or_default();
    let Some(caller) = Auth::caller(app, bearer).await?.filter(|caller| caller.owner() == account) else {
        return Err(ApiError::Unauthorized("with `mfa-oob`, send the Bearer token of the client that began the log-in"));
    };
    let client = caller.logs_in(account).filter(|_| LogInByCode::ANY_OF.iter().any(|scope| caller.holds(scope)));
    let client = client.ok_or(ApiError::Forbidden(LogInByCode::ANY_OF))?;
    let needed = |name: &str, value: &Option<String>| {
        value
            .clone()
            .ok_or_else(|| ApiError::At("invalid_body", format!("/{name}"), format!("`{name}` is missing; it is needed here")))
    };
    let (mfa_token, oob_code) = (needed("mfa_token", &request.mfa_token)?, needed("oob_code", &request.oob_code)?);
    let code = needed("binding_code", &request.binding_code)?;
    login::finish(app, &client, &TypedCode { mfa_token: &mfa_token, oob_code: &oob_code, code: &code }).await
}

const WRONG: ApiError = ApiError::WrongClient("client id or secret is wrong; send both with HTTP Basic");

/// The client that this is the secret of. An unknown client costs as much time as a wrong secret
/// and is told the same, so that ids cannot be told apart.
async fn prove(app: &App, owner: &str, client_id: &str, client_secret: String) -> Result<Secret, ApiError> {
    let config = &app.config;
    let limits = Limits {
        each: config.secret_failures,
        in_all: config.secret_failures_in_all,
        window: Duration::from_secs(config.secret_failure_seconds),
    };
    let name = format!("{owner} {client_id}");
    let (attempts, too_many) = (&app.auth.attempts, ApiError::TooMany);
    let stored = clients::secret(app.store.pool(), owner, client_id).await?;
    if let Some(known) = stored.as_ref().filter(|stored| attempts.is_known(&name, &client_secret, &stored.hash)) {
        return Ok(known.clone());
    }
    // Before waiting for a turn, and again when it has come: who sends many at once has them counted too.
    if let Some(seconds) = attempts.wait(limits, &name, Instant::now()) {
        return Err(too_many(seconds));
    }
    let turn = secret::turn().await?;
    if let Some(seconds) = attempts.wait(limits, &name, Instant::now()) {
        return Err(too_many(seconds));
    }
    let hash = stored.as_ref().map_or(&app.auth.nobody_hash, |stored| &stored.hash);
    let (right, _turn) = turn.verify(client_secret.clone(), hash.clone()).await?;
    let Some(stored) = stored.filter(|_| right) else {
        attempts.failed(&name, Instant::now());
        return Err(WRONG);
    };
    attempts.right(&name, &client_secret, &stored.hash);
    Ok(stored)
}

/// Reads the body: JSON, or a form when it says so.
fn request(headers: &HeaderMap, body: &str) -> Result<TokenRequest, ApiError> {
    let form = headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if form {
        let unreadable = |error: serde_urlencoded::de::Error| {
            ApiError::Invalid("invalid_body", format!("this form is no token request: {error}"))
        };
        serde_urlencoded::from_str(body).map_err(unreadable)
    } else {
        read_object(body)
    }
}

/// User and password of HTTP Basic.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = credentials(headers, "Basic")?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(value.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

//! `auth/client-grants`.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::auth::address::{audience, owner_of, same_world};
use crate::auth::scope::{ADMIN_ACCOUNTS, Authorized, ReadAccounts, WriteAccounts, known};
use crate::auth::store::grants::{self, NewGrant, StoredGrant};
use crate::auth::store::{accounts, clients};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, read_object};
use crate::store::new_id;

/// What a client may do in an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientGrant {
    /// Its id.
    #[schema(format = Uuid, read_only)]
    pub id: String,
    /// When it was made.
    #[schema(format = DateTime, read_only)]
    pub created_at: String,
    /// The client that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, read_only)]
    pub created_by: Option<String>,
    /// When it changed last.
    #[schema(format = DateTime, read_only)]
    pub updated_at: String,
    /// The client that deleted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, read_only)]
    pub deleted_by: Option<String>,
    /// When it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    /// The client's `id`.
    pub client_id: String,
    /// The account, as `http://127.0.0.1:8080/v1/accounts/T00000001`.
    pub audience: String,
    /// Scopes.
    pub scope: Vec<String>,
    /// The way of asking for tokens that it is for.
    #[serde(rename = "type")]
    pub kind: String,
}

impl ClientGrant {
    fn from(app: &App, stored: StoredGrant) -> Self {
        let StoredGrant { id, client, audience: account, scopes, kind, created_at, created_by, updated_at, .. } = stored;
        Self {
            id,
            created_at,
            created_by,
            updated_at,
            deleted_by: stored.deleted_by,
            deleted_at: stored.deleted_at,
            client_id: client,
            audience: audience(&app.config.public_url, &account),
            scope: scopes.split(' ').map(str::to_owned).collect(),
            kind,
        }
    }
}

/// Which grants to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GrantsQuery {
    /// For this account only, as `http://127.0.0.1:8080/v1/accounts/T00000001`.
    audience: Option<String>,
    /// Of the client with this `id` only.
    client_id: Option<String>,
}

/// List client grants
///
/// Those of all clients here, oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{oid}/auth/client-grants", tag = "auth", operation_id = "aid_auths_client_grants_get",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$"), GrantsQuery),
    responses(
        (status = 200, body = Vec<ClientGrant>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_grants(
    caller: Authorized<ReadAccounts>,
    State(app): State<App>,
    Params(query): Params<GrantsQuery>,
) -> Result<Json<Vec<ClientGrant>>, ApiError> {
    let account = match query.audience.as_deref() {
        Some(asked) => Some(owner_of(asked).ok_or_else(|| {
            let example = audience(&app.config.public_url, &caller.account);
            ApiError::Invalid("bad_query", format!("`audience` names an account, as {example}"))
        })?),
        None => None,
    };
    let grants = grants::list(app.store.pool(), &caller.account, query.client_id.as_deref(), account).await?;
    Ok(Json(grants.into_iter().map(|grant| ClientGrant::from(&app, grant)).collect()))
}

/// A grant to make.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewGrantRequest {
    /// The client's `id`, not the name it chose.
    client_id: String,
    /// The account, as `http://127.0.0.1:8080/v1/accounts/T00000001`: this one, or one it owns.
    audience: String,
    /// Scopes; at least one.
    #[schema(min_items = 1)]
    scope: Vec<String>,
    /// The way of asking for tokens that it is for; `client_credentials` when absent.
    #[serde(rename = "type")]
    #[schema(required = false)]
    kind: Option<GrantKind>,
    /// Signing in at somebody else's. Not offered: refused.
    #[schema(required = false)]
    oidc: Option<Oidc>,
}

/// The way of asking for tokens that a grant is for. Only `client_credentials` gives tokens so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the contract's own words")]
pub enum GrantKind {
    Any,
    #[default]
    ClientCredentials,
    Password,
    AuthorizationCode,
    AccountUserToken,
    RefreshToken,
    #[serde(rename = "mfa-oob")]
    MfaOob,
}

impl GrantKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::AuthorizationCode => "authorization_code",
            Self::AccountUserToken => "account_user_token",
            Self::RefreshToken => "refresh_token",
            Self::MfaOob => "mfa-oob",
        }
    }
}

/// A provider of OpenID Connect.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "described here, and refused")]
pub struct Oidc {
    /// Known there as.
    #[schema(required = false)]
    client_id: Option<String>,
    /// Known there by.
    #[schema(required = false)]
    client_secret: Option<String>,
    /// Where.
    #[schema(required = false)]
    authority: Option<String>,
}

/// Create a client grant
///
/// Lets a client do something in this account or, for partners, in one it owns. `admin:accounts`
/// can be given only by who holds it.
#[utoipa::path(
    post, path = "/v1/accounts/{oid}/auth/client-grants", tag = "auth", operation_id = "aid_auths_client_grants_post",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$")),
    request_body = NewGrantRequest,
    responses(
        (status = 200, body = ClientGrant), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_grant(
    caller: Authorized<WriteAccounts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Json<ClientGrant>, ApiError> {
    let request: NewGrantRequest = read_object(&body)?;
    let at = |code, pointer: &str, message: String| ApiError::At(code, pointer.to_owned(), message);
    if request.oidc.is_some() {
        return Err(at("not_offered", "/oidc", "signing in by OpenID Connect is not offered; leave `oidc` out".to_owned()));
    }
    let mut scopes: Vec<&str> = Vec::new();
    for (place, text) in request.scope.iter().enumerate() {
        let scope =
            known(text).ok_or_else(|| at("unknown_scope", &format!("/scope/{place}"), format!("there is no scope `{text}`")))?;
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        return Err(at("invalid_body", "/scope", "a grant holds at least one scope".to_owned()));
    }
    if scopes.contains(&ADMIN_ACCOUNTS) && !caller.holds(ADMIN_ACCOUNTS) {
        return Err(ApiError::Forbidden(&[ADMIN_ACCOUNTS]));
    }
    // Accounts of others and accounts that are not there look alike.
    let pool = app.store.pool();
    let account = match owner_of(&request.audience) {
        Some(account) if same_world(account, &caller.account) && accounts::owns(pool, &caller.account, account).await? => account,
        _ => {
            let (base, own) = (&app.config.public_url, &caller.account);
            let message = format!("`audience` is {}, or names an account that {own} owns", audience(base, own));
            return Err(at("invalid_audience", "/audience", message));
        }
    };
    let client = clients::find(pool, &caller.account, &request.client_id).await?;
    let no_client = || at("unknown_client", "/client_id", "there is no client with this `id` here".to_owned());
    let client = client.filter(|client| client.deleted_at.is_none()).ok_or_else(no_client)?;
    let (id, scopes, kind) = (new_id(), scopes.join(" "), request.kind.unwrap_or_default().as_str());
    let created_by = Some(caller.client.as_str());
    let grant = NewGrant { id: &id, client: &client.id, audience: account, scopes: &scopes, kind, created_by };
    let mut unit = app.store.unit().await?;
    if !grants::add(unit.db(), &grant).await? {
        return Err(no_client());
    }
    unit.save().await?;
    app.auth.standings.forget(&client.id);
    Ok(Json(ClientGrant::from(&app, find(&app, &caller.account, &id).await?)))
}

/// Delete a client grant
///
/// What it allowed ends, for tokens got before too: here at once, on other services that share the
/// database within a second.
#[utoipa::path(
    delete, path = "/v1/accounts/{oid}/auth/client-grants/{id}", tag = "auth", operation_id = "aid_auths_client_grants_id_delete",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$"), ("id" = String, Path, description = "The grant's `id`")),
    responses(
        (status = 200, body = ClientGrant), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_grant(
    caller: Authorized<WriteAccounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Json<ClientGrant>, ApiError> {
    let (_, id) = path;
    let deleted = grants::delete(&app.store, &caller.account, &id, &caller.client).await?;
    let grant = find(&app, &caller.account, &id).await?;
    if !deleted {
        return Err(ApiError::Invalid("already_deleted", "this grant is deleted already".to_owned()));
    }
    app.auth.standings.forget(&grant.client);
    Ok(Json(ClientGrant::from(&app, grant)))
}

async fn find(app: &App, account: &str, id: &str) -> Result<StoredGrant, ApiError> {
    grants::find(app.store.pool(), account, id).await?.ok_or(ApiError::NotFound("Client grant"))
}

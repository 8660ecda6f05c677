//! `auth/clients`.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::present;
use crate::App;
use crate::auth::scope::{ADMIN_ACCOUNTS, Authorized, ReadAccounts, WriteAccounts};
use crate::auth::secret;
use crate::auth::store::clients::{self, Change, NewClient, StoredClient};
use crate::auth::store::grants;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, is_client_id, limit, read_object};
use crate::store::new_id;

/// An API client: a till, a web shop, a partner's back office.
#[derive(Debug, Serialize, ToSchema)]
pub struct Client {
    /// Its id, which grants name it by.
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
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub name: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub description: Option<String>,
    /// What it sends as user with HTTP Basic: chosen, or its id.
    pub client_id: String,
    /// Where a browser may be sent back to. Kept; signing in by browser is not offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub callbacks: Option<Vec<String>>,
}

impl From<StoredClient> for Client {
    fn from(stored: StoredClient) -> Self {
        let StoredClient { id, client_id, name, description, callbacks, created_at, created_by, updated_at, .. } = stored;
        let callbacks = callbacks.and_then(|text| serde_json::from_str(&text).ok());
        let (deleted_at, deleted_by) = (stored.deleted_at, stored.deleted_by);
        Self { id, created_at, created_by, updated_at, deleted_by, deleted_at, name, description, client_id, callbacks }
    }
}

/// An API client with its secret, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClientWithSecret {
    /// The client.
    #[serde(flatten)]
    pub client: Client,
    /// What it sends as password with HTTP Basic. Nobody can show it again.
    #[schema(read_only)]
    pub client_secret: String,
}

/// Which clients to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClientsQuery {
    /// Clients a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Id of the last client of the page before.
    starting_after: Option<String>,
    /// Deleted ones too.
    #[serde(default)]
    include_deleted: bool,
}

/// List API clients
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{oid}/auth/clients", tag = "auth", operation_id = "aid_auth_clients_get",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$"), ClientsQuery),
    responses(
        (status = 200, body = Vec<Client>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_clients(
    caller: Authorized<ReadAccounts>,
    State(app): State<App>,
    Params(query): Params<ClientsQuery>,
) -> Result<Json<Vec<Client>>, ApiError> {
    let most = limit(query.limit, 100)?;
    let after = query.starting_after.as_deref();
    let clients = clients::list(app.store.pool(), &caller.account, after, query.include_deleted, most).await?;
    let unknown = || ApiError::Invalid("bad_query", "`starting_after` is the `id` of no client here".to_owned());
    Ok(Json(clients.ok_or_else(unknown)?.into_iter().map(Client::from).collect()))
}

/// A client to make. All members may be left out.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewClientRequest {
    /// For people.
    #[schema(required = false)]
    name: Option<String>,
    /// For people.
    #[schema(required = false)]
    description: Option<String>,
    /// What it will send as user with HTTP Basic; without one, its id. No other client of the account has it, or had.
    #[schema(required = false, max_length = 255)]
    client_id: Option<String>,
    /// Where a browser may be sent back to.
    #[schema(required = false)]
    callbacks: Option<Vec<String>>,
}

/// Create an API client
///
/// Its secret is in this answer, and never again. It may do nothing until it has a grant.
#[utoipa::path(
    post, path = "/v1/accounts/{oid}/auth/clients", tag = "auth", operation_id = "aid_auth_clients_post",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$")),
    request_body = NewClientRequest,
    responses(
        (status = 200, body = ClientWithSecret), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_client(
    caller: Authorized<WriteAccounts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Json<ClientWithSecret>, ApiError> {
    let request: NewClientRequest = read_object(&body)?;
    let id = new_id();
    let client_id = request.client_id.as_deref().unwrap_or(&id);
    let at_client_id = |code, message: &str| ApiError::At(code, "/client_id".to_owned(), message.to_owned());
    // HTTP Basic ends the user at the first colon.
    if !is_client_id(client_id) || client_id.chars().any(|c| c == ':' || c.is_control()) {
        let message = "a client id has 1 to 255 characters, none of them a colon, and no space around it";
        return Err(at_client_id("invalid_body", message));
    }
    let callbacks = request.callbacks.as_ref().map(|callbacks| serde_json::json!(callbacks).to_string());
    let client_secret = secret::new();
    let hash = secret::hash(client_secret.clone()).await?;
    let client = NewClient {
        account: &caller.account,
        id: &id,
        client_id,
        secret_hash: &hash,
        name: request.name.as_deref(),
        description: request.description.as_deref(),
        callbacks: callbacks.as_deref(),
        created_by: Some(&caller.client),
    };
    let mut unit = app.store.unit().await?;
    if !clients::add(unit.db(), &client).await? {
        return Err(at_client_id("duplicate", "there is, or was, a client of that id; choose another, or none"));
    }
    unit.save().await?;
    Ok(Json(ClientWithSecret { client: find(&app, &caller.account, &id).await?.into(), client_secret }))
}

/// Get an API client
///
/// A deleted one too; never its secret.
#[utoipa::path(
    get, path = "/v1/accounts/{oid}/auth/clients/{id}", tag = "auth", operation_id = "aid_auths_clients_id_get",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$"), ("id" = String, Path, description = "The client's `id`")),
    responses(
        (status = 200, body = Client), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_client(
    caller: Authorized<ReadAccounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Json<Client>, ApiError> {
    let (_, id) = path;
    Ok(Json(find(&app, &caller.account, &id).await?.into()))
}

/// What is to change of a client. What is absent stays; `null` takes it away.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ClientPatch {
    /// For people.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, required = false)]
    name: Option<Option<String>>,
    /// For people.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, required = false)]
    description: Option<Option<String>>,
}

/// Change an API client
#[utoipa::path(
    patch, path = "/v1/accounts/{oid}/auth/clients/{id}", tag = "auth", operation_id = "aid_auths_clients_id_patch",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$"), ("id" = String, Path, description = "The client's `id`")),
    request_body = ClientPatch,
    responses(
        (status = 200, body = Client), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn update_client(
    caller: Authorized<WriteAccounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Json<Client>, ApiError> {
    let (_, id) = path;
    let patch: ClientPatch = read_object(&body)?;
    let change = Change {
        name: patch.name.as_ref().map(|name| name.as_deref()),
        description: patch.description.as_ref().map(|description| description.as_deref()),
    };
    if !clients::change(&app.store, &caller.account, &id, &change).await? {
        return Err(gone(&app, &caller.account, &id).await);
    }
    Ok(Json(find(&app, &caller.account, &id).await?.into()))
}

/// Delete an API client
///
/// With its grants. Its tokens end: here at once, on other services that share the database within a second.
#[utoipa::path(
    delete, path = "/v1/accounts/{oid}/auth/clients/{id}", tag = "auth", operation_id = "aid_auths_clients_id_delete",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$"), ("id" = String, Path, description = "The client's `id`")),
    responses(
        (status = 200, body = Client), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_client(
    caller: Authorized<WriteAccounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Json<Client>, ApiError> {
    let (_, id) = path;
    if !clients::delete(&app.store, &caller.account, &id, &caller.client).await? {
        return Err(gone(&app, &caller.account, &id).await);
    }
    app.auth.standings.forget(&id);
    Ok(Json(find(&app, &caller.account, &id).await?.into()))
}

/// Give an API client another secret
///
/// The former one is void, and tokens got with it end: here at once, on other services that share
/// the database within a second. Of a client that holds `admin:accounts` only who holds it too.
#[utoipa::path(
    post, path = "/v1/accounts/{oid}/auth/clients/{id}/rotate-secret", tag = "auth",
    operation_id = "aid_auths_clients_id_rotate_post",
    params(("oid" = String, Path, pattern = r"^[PT]{1}(?=(?:.{3}|.{8})$)[0-9]*$"), ("id" = String, Path, description = "The client's `id`")),
    responses(
        (status = 200, body = ClientWithSecret), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn rotate_secret(
    caller: Authorized<WriteAccounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Json<ClientWithSecret>, ApiError> {
    let (_, id) = path;
    // Its secret would be a way to rights that the caller has not.
    if !caller.holds(ADMIN_ACCOUNTS) {
        let held = grants::list(app.store.pool(), &caller.account, Some(&id), None).await?;
        if held.iter().any(|grant| grant.scopes.split(' ').any(|scope| scope == ADMIN_ACCOUNTS)) {
            return Err(ApiError::Forbidden(&[ADMIN_ACCOUNTS]));
        }
    }
    let client_secret = secret::new();
    let hash = secret::hash(client_secret.clone()).await?;
    if !clients::rotate(&app.store, &caller.account, &id, &hash).await? {
        return Err(gone(&app, &caller.account, &id).await);
    }
    app.auth.standings.forget(&id);
    Ok(Json(ClientWithSecret { client: find(&app, &caller.account, &id).await?.into(), client_secret }))
}

async fn find(app: &App, account: &str, id: &str) -> Result<StoredClient, ApiError> {
    clients::find(app.store.pool(), account, id).await?.ok_or(ApiError::NotFound("Client"))
}

/// Why a client cannot be changed.
async fn gone(app: &App, account: &str, id: &str) -> ApiError {
    match find(app, account, id).await {
        Ok(_) => ApiError::Invalid("already_deleted", "this client is deleted; make a new one".to_owned()),
        Err(error) => error,
    }
}

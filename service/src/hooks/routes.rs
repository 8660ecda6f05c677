//! `hooks/subscriptions`: the handlers, in the contract's order.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use rabatt_engine::{Code, Problem};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::model::{Hook, HookDelivery, HookDeliveryDetail};
use super::read::Subscription;
use super::store::{self, NewSubscription, Stored};
use super::{shown, tell};
use crate::App;
use crate::auth::scope::{Authorized, ReadHooks, WriteHooks};
use crate::entity::Made;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};
use crate::json::read_once;
use crate::outbox::sent;

/// Every operation on webhooks.
pub fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_subscriptions, create_subscription))
        .routes(routes!(get_subscription, delete_subscription))
        .routes(routes!(list_deliveries))
        .routes(routes!(get_delivery))
        .routes(routes!(ping_subscription))
}

/// Which subscriptions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SubscriptionsQuery {
    /// Deleted ones too.
    include_deleted: Option<bool>,
    /// Subscriptions a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Id of the last subscription of the page before.
    starting_after: Option<String>,
    /// `true`: the header `total-count` says how many there are on all pages.
    #[param(default = false)]
    total: Option<bool>,
}

/// An id as it is stored; what is no id is nobody's.
fn id(text: &str) -> String {
    Uuid::parse_str(text).map_or_else(|_| String::new(), |id| id.hyphenated().to_string())
}

async fn known(app: &App, account: &str, text: &str) -> Result<Stored, ApiError> {
    store::one(app, account, &id(text)).await?.ok_or(ApiError::NotFound("Subscription"))
}

/// List subscriptions
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/hooks/subscriptions", tag = "hooks", operation_id = "aid_source_hooks_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), SubscriptionsQuery),
    responses(
        (status = 200, body = Vec<Hook>, headers(("total-count" = i64, description = "With `total=true`"))),
        (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_subscriptions(
    caller: Authorized<ReadHooks>,
    State(app): State<App>,
    Params(query): Params<SubscriptionsQuery>,
) -> Result<Response, ApiError> {
    let most = limit(query.limit, 100)?;
    let deleted_too = query.include_deleted.unwrap_or(false);
    let after = match &query.starting_after {
        None => None,
        // A deleted one still has its place.
        Some(after) => Some(store::one(&app, &caller.account, &id(after)).await?.ok_or_else(|| {
            let message = "`starting_after` is the `id` of the last entry of the page before".to_owned();
            ApiError::Invalid("bad_query", message)
        })?),
    };
    let after = after.as_ref().map(|after| after.id.as_str());
    let found = store::page(&app, &caller.account, deleted_too, after, most).await?;
    let shown = found.iter().map(Stored::shown).collect::<Result<Vec<_>, _>>()?;
    let mut answer = json_text(format!("[{}]", shown.join(",")));
    if query.total == Some(true) {
        let total = store::total(app.store.pool(), &caller.account, deleted_too).await?;
        answer.headers_mut().insert(crate::TOTAL_COUNT, HeaderValue::from(total));
    }
    Ok(answer)
}

/// Subscribe
///
/// The receiver gets an event `ping` at once, whose body is the subscription. A subscription cannot be changed: delete it and make
/// another. One whose receiver takes nothing for long is deleted.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/hooks/subscriptions", tag = "hooks", operation_id = "aid_source_hooks_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = Hook,
    responses(
        (status = 200, body = Hook), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error),
        (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_subscription(
    caller: Authorized<WriteHooks>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let Value::Object(sent) = read_once(&body)? else {
        return Err(vec![Problem::new(Code::WrongType, "", "a subscription is an object")].into());
    };
    let Subscription { body, secret, events, active } = Subscription::read(sent, &app.config)?;
    let (made, account) = (Made::now(&caller.client), &caller.account);
    let sent = Value::Object(body).to_string();
    let body = made.with(crate::http::read(&sent)?).to_string();
    let secret = secret.map(|secret| store::seal(&app, account, &made.id, &secret)).transpose()?;
    let mut unit = app.store.unit().await?;
    let new = NewSubscription {
        account,
        id: &made.id,
        body: &body,
        secret: secret.as_deref(),
        events: &events,
        active,
        created_at: &made.at,
        created_by: &caller.client,
    };
    store::add(unit.db(), &app, &new).await?;
    tell::ping(unit.db(), &app, account, &Stored::new(&made.id, &body)).await?;
    unit.save().await?;
    Ok(json_text(body))
}

/// One subscription
///
/// Deleted ones too, with their `deleted_at`.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/hooks/subscriptions/{hid}", tag = "hooks", operation_id = "aid_source_hooks_hid_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("hid" = Uuid, Path, description = "The subscription")),
    responses(
        (status = 200, body = Hook), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error),
        (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_subscription(
    caller: Authorized<ReadHooks>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    known(&app, &caller.account, &path.1).await?.shown().map(json_text)
}

/// Unsubscribe
///
/// What was not delivered yet is given up.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/hooks/subscriptions/{hid}", tag = "hooks", operation_id = "aid_source_hooks_hid_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("hid" = Uuid, Path, description = "The subscription")),
    responses(
        (status = 200, body = Hook), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error),
        (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_subscription(
    caller: Authorized<WriteHooks>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let found = known(&app, &caller.account, &path.1).await?;
    let mut unit = app.store.unit().await?;
    if !store::delete(unit.db(), &caller.account, &found.id, &caller.client).await? {
        return Err(ApiError::Invalid("deleted", "this subscription is deleted already".to_owned()));
    }
    unit.save().await?;
    known(&app, &caller.account, &found.id).await?.shown().map(json_text)
}

/// Which deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeliveriesQuery {
    /// Deliveries a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// Id of the last delivery of the page before.
    starting_after: Option<String>,
}

/// A subscription's deliveries
///
/// Newest first; how long they are kept is a setting of the service.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/hooks/subscriptions/{hid}/deliveries", tag = "hooks",
    operation_id = "aid_source_hooks_hid_deliveries_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("hid" = Uuid, Path, description = "The subscription"), DeliveriesQuery
    ),
    responses(
        (status = 200, body = Vec<HookDelivery>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_deliveries(
    caller: Authorized<ReadHooks>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(query): Params<DeliveriesQuery>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let most = limit(query.limit.or(Some(100)), 1000)?;
    let subscription = known(&app, &caller.account, &path.1).await?;
    let after = query.starting_after.as_deref().map(id);
    let found = sent::deliveries(&app, &caller.account, &subscription.id, after.as_deref(), most).await?;
    Ok(Json(found.iter().map(shown::short).collect()))
}

/// One delivery
///
/// With the last request and what was answered.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/hooks/subscriptions/{hid}/deliveries/{delivery_id}", tag = "hooks",
    operation_id = "aid_source_hooks_hid_deliveries_did_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("hid" = Uuid, Path, description = "The subscription"),
        ("delivery_id" = String, Path, description = "The delivery")
    ),
    responses(
        (status = 200, body = HookDeliveryDetail), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_delivery(
    caller: Authorized<ReadHooks>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
) -> Result<Json<Value>, ApiError> {
    let subscription = known(&app, &caller.account, &path.1).await?;
    let found = sent::one(&app, &caller.account, &subscription.id, &id(&path.2)).await?;
    let mut delivery = found.ok_or(ApiError::NotFound("Delivery"))?;
    if delivery.url.is_empty() {
        delivery.url = subscription.url();
    }
    Ok(Json(shown::whole(&delivery)))
}

/// Ping
///
/// Sends the receiver an event `ping`, whose body is the subscription.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/hooks/subscriptions/{hid}/ping", tag = "hooks", operation_id = "aid_source_hooks_hid_ping_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("hid" = Uuid, Path, description = "The subscription")),
    responses(
        (status = 204, description = "Is on its way"), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error),
        (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn ping_subscription(
    caller: Authorized<WriteHooks>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let found = known(&app, &caller.account, &path.1).await?;
    if found.deleted.is_some() {
        return Err(ApiError::Invalid("deleted", "this subscription is deleted; make another".to_owned()));
    }
    let mut unit = app.store.unit().await?;
    tell::ping(unit.db(), &app, &caller.account, &found).await?;
    unit.save().await?;
    Ok(StatusCode::NO_CONTENT)
}

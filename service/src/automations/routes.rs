//! `automations/rules`.

use axum::extract::{Path, State};
use axum::response::Response;
use rabatt_engine::{Code, Problem};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use uuid::Uuid;

use super::model;
use super::read::{Automation, tidy};
use super::store::{self, AutomationState, NewAutomation};
use crate::App;
use crate::auth::scope::{Authorized, ReadAutomations, WriteAutomations};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};
use crate::json::read_once;

/// Which automations to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AutomationsQuery {
    /// Automations a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Id of the last automation of the page before.
    starting_after: Option<String>,
    /// Which automations; `available` when absent.
    #[param(inline)]
    state: Option<AutomationState>,
}

/// List automations
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/automations/rules", tag = "automations", operation_id = "aid_automations_rules_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), AutomationsQuery),
    responses(
        (status = 200, body = Vec<model::StoredAutomation>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_automations(
    caller: Authorized<ReadAutomations>,
    State(app): State<App>,
    Params(query): Params<AutomationsQuery>,
) -> Result<Response, ApiError> {
    // What is no id is nobody's.
    let after = query.starting_after.map(|after| id(&after).unwrap_or_default());
    let limit = limit(query.limit, 100)?;
    let state = query.state.unwrap_or_default();
    let automations = store::automations(&app, &caller.account, state, after.as_deref(), limit).await?;
    Ok(json_text(format!("[{}]", automations.join(","))))
}

/// Create an automation
///
/// From then on it acts on what happens inside its window. It cannot be changed: delete it and make another.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/automations/rules", tag = "automations", operation_id = "aid_automations_rules_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = model::Automation,
    responses(
        (status = 200, body = model::StoredAutomation), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_automation(
    caller: Authorized<WriteAutomations>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let Value::Object(mut sent) = read_once(&body)? else {
        return Err(vec![Problem::new(Code::WrongType, "", "an automation is an object")].into());
    };
    let plural = sent.get("requirement").is_some_and(|requirement| requirement.get("filters").is_some());
    tidy(&mut sent);
    let automation = Automation::read(&sent, app.config.private_addresses).map_err(|mut problems| {
        // Told at the place where it was sent.
        for problem in problems.iter_mut().filter(|_| plural) {
            if let Some(rest) = problem.pointer.strip_prefix("/requirement/filter/") {
                problem.pointer = format!("/requirement/filters/{rest}");
            }
        }
        problems
    })?;
    let id = crate::store::new_id();
    let sealed = app.sealer.seal(&store::place(&caller.account, &id), Value::Object(sent).to_string().as_bytes())?;
    let new = NewAutomation {
        account: &caller.account,
        id: &id,
        client: &caller.client,
        body: &sealed,
        events: automation.events.iter().map(|event| event.name()).collect(),
        from: &automation.from,
        to: &automation.to,
        rules: automation.rules().collect(),
    };
    store::create(&app.store, &new).await?;
    show(&app, &caller.account, &id).await
}

/// One automation
///
/// Deleted ones too, with their `deleted_at`.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/automations/rules/{arid}", tag = "automations", operation_id = "aid_automations_rules_rid_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("arid" = Uuid, Path, description = "The automation")),
    responses(
        (status = 200, body = model::StoredAutomation), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_automation(
    caller: Authorized<ReadAutomations>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, arid) = path;
    show(&app, &caller.account, &id(&arid).ok_or(ApiError::NotFound("Automation"))?).await
}

/// Delete an automation
///
/// What it gave stays given.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/automations/rules/{arid}", tag = "automations",
    operation_id = "aid_automations_rules_rid_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("arid" = Uuid, Path, description = "The automation")),
    responses(
        (status = 200, body = model::StoredAutomation), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_automation(
    caller: Authorized<WriteAutomations>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, arid) = path;
    let id = id(&arid).ok_or(ApiError::NotFound("Automation"))?;
    let deleted = store::delete(&app.store, &caller.account, &id, &caller.client).await?;
    let shown = show(&app, &caller.account, &id).await?;
    if deleted {
        Ok(shown)
    } else {
        Err(ApiError::Invalid("automation_deleted", "this automation is deleted already".to_owned()))
    }
}

async fn show(app: &App, account: &str, id: &str) -> Result<Response, ApiError> {
    let stored = store::automation(app, account, id).await?;
    stored.map(json_text).ok_or(ApiError::NotFound("Automation"))
}

/// An id, however it is written.
fn id(text: &str) -> Option<String> {
    Uuid::parse_str(text).ok().map(|id| id.to_string())
}

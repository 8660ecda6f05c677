//! `discounts/rules/{did}/customers` and `…/usages`: who holds a rule, and what they had of it.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use rabatt_engine::{Code, Problem, Rule};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::rules::with_statistics;
use crate::App;
use crate::auth::scope::{Authorized, ReadDiscounts, WriteDiscounts};
use crate::discounts::held::shown;
use crate::discounts::model::held::{DiscountUsage, RefEntry, UsageRef};
use crate::discounts::model::rule;
use crate::discounts::store::refs::{self, RefState};
use crate::discounts::store::rules::{self, StoredRule};
use crate::discounts::terms::Terms;
use crate::discounts::told;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, is_client_id, json_text, limit, read};

/// Which refs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RefsQuery {
    /// Refs a page.
    #[param(minimum = 1, maximum = 1000, default = 10)]
    limit: Option<i64>,
    /// Id of the last ref of the page before.
    starting_after: Option<String>,
    /// Which refs; when absent `available`.
    state: Option<RefState>,
}

/// Which usages to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsagesQuery {
    /// Usages a page.
    #[param(minimum = 1, maximum = 1000, default = 10)]
    limit: Option<i64>,
    /// Id of the last usage of the page before.
    starting_after: Option<String>,
}

async fn known_rule(app: &App, account: &str, id: &str) -> Result<StoredRule, ApiError> {
    rules::rule(app.store.pool(), account, id).await?.ok_or(ApiError::NotFound("Rule"))
}

fn terms(rule: &StoredRule) -> Terms {
    Rule::from_json(&rule.body).map(|rule| Terms::of(&rule)).unwrap_or_default()
}

/// Who holds a rule
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/rules/{did}/customers", tag = "discounts",
    operation_id = "aid_discounts_did_customers_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("did" = Uuid, Path, description = "The rule"), RefsQuery
    ),
    responses(
        (status = 200, body = Vec<RefEntry>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_refs(
    caller: Authorized<ReadDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(query): Params<RefsQuery>,
) -> Result<Json<Vec<RefEntry>>, ApiError> {
    let (_, id) = path;
    let most = limit(query.limit, 1000)?;
    let rule = known_rule(&app, &caller.account, &id).await?;
    let (state, after) = (query.state.unwrap_or_default(), query.starting_after.as_deref());
    let repeat = terms(&rule).repeat_usage;
    let found = refs::of_rule(app.store.pool(), &caller.account, &id, state, repeat, after, most).await?;
    let entry = |stored: refs::StoredRef| RefEntry {
        id: Some(stored.id),
        created_at: Some(stored.given_at),
        created_by: stored.given_by,
        updated_at: stored.updated_at,
        deleted_by: stored.deleted_by,
        deleted_at: stored.deleted_at,
        customer_id: Some(stored.customer_id).filter(|customer| customer != "*"),
    };
    Ok(Json(found.into_iter().map(entry).collect()))
}

/// Who gets a rule.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GiveRequest {
    /// Of one value a customer gets the rule at most once, however often this is repeated.
    #[serde(default)]
    #[schema(required = false)]
    pub offering_constraint_id: Option<String>,
    /// Customer ids; `*` is every purchase with a customer, `/` every purchase without.
    pub customers: Vec<String>,
}

/// Who loses a rule.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TakeAwayRequest {
    /// Customer ids; `*` takes it from all, whoever it was given to.
    pub customers: Vec<String>,
}

/// The customers of a request, checked.
fn customers(customers: Vec<String>) -> Result<Vec<String>, ApiError> {
    if customers.is_empty() {
        return Err(vec![Problem::new(Code::MissingMember, "/customers", "name at least one customer, or `*` or `/`")].into());
    }
    for (at, customer) in customers.iter().enumerate() {
        if !is_client_id(customer) {
            let message = "a customer id has 1 to 255 characters and no space around it";
            return Err(vec![Problem::new(Code::UnknownValue, format!("/customers/{at}"), message)].into());
        }
    }
    Ok(customers)
}

/// Give a rule to customers
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/rules/{did}/customers", tag = "discounts",
    operation_id = "aid_discounts_did_customers_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("did" = Uuid, Path, description = "The rule")),
    request_body = GiveRequest,
    responses(
        (status = 200, body = rule::DiscountWithStatistics), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn give_rule(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    let request: GiveRequest = read(&body)?;
    let customers = customers(request.customers)?;
    let rule = known_rule(&app, &caller.account, &id).await?;
    if rule.deleted {
        return Err(ApiError::Invalid("rule_deleted", "this rule is deleted and cannot be given".to_owned()));
    }
    let constraint = request.offering_constraint_id.as_deref();
    let mut unit = app.store.unit().await?;
    let given = refs::give(unit.db(), &caller.account, &caller.client, &id, &customers, constraint).await?;
    told::given(unit.db(), &app, &caller.account, &id, &given, constraint).await?;
    unit.save().await?;
    Ok(json_text(with_statistics(&rule)))
}

/// Take a rule away from customers
///
/// All refs they hold of it; who holds none is passed over.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/discounts/rules/{did}/customers", tag = "discounts",
    operation_id = "aid_discounts_did_customers_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("did" = Uuid, Path, description = "The rule")),
    request_body = TakeAwayRequest,
    responses(
        (status = 200, body = rule::DiscountWithStatistics), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn take_rule_away(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    let request: TakeAwayRequest = read(&body)?;
    let customers = customers(request.customers)?;
    let rule = known_rule(&app, &caller.account, &id).await?;
    refs::take_away(&app.store, &caller.account, &caller.client, &id, &customers).await?;
    Ok(json_text(with_statistics(&rule)))
}

/// What customers have had of a rule
///
/// One entry per ref and customer, with the purchases that used it.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/rules/{did}/usages", tag = "discounts",
    operation_id = "aid_discounts_did_usages_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("did" = Uuid, Path, description = "The rule"), UsagesQuery
    ),
    responses(
        (status = 200, body = Vec<DiscountUsage>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_usages(
    caller: Authorized<ReadDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(query): Params<UsagesQuery>,
) -> Result<Json<Vec<DiscountUsage>>, ApiError> {
    let (_, id) = path;
    let most = limit(query.limit, 1000)?;
    let rule = known_rule(&app, &caller.account, &id).await?;
    let terms = terms(&rule);
    let found = refs::usages(app.store.pool(), &caller.account, &id, query.starting_after.as_deref(), most).await?;
    let purchase = |entry: refs::LogEntry| UsageRef {
        r#ref: entry.reference,
        ref_type: entry.ref_type,
        usage: Some(entry.usage),
        stamp: Some(entry.stamp),
        amount: Some(entry.amount),
        created_at: Some(entry.created_at),
        created_by: Some(entry.created_by),
    };
    let mut entries = Vec::with_capacity(found.len());
    for usage in found {
        let statistics = shown(&app, &caller.account, &usage.customer_id, &usage.ref_id, usage.statistics, &terms).await?;
        entries.push(DiscountUsage {
            id: Some(usage.id),
            ref_id: Some(usage.ref_id),
            discount_id: Some(id.clone()),
            customer_id: Some(usage.customer_id),
            create_at: Some(usage.created_at),
            updated_at: Some(usage.updated_at),
            created_by: usage.log.first().map(|first| first.created_by.clone()),
            statistics: Some(statistics),
            usage_refs: Some(usage.log.into_iter().map(purchase).collect()),
        });
    }
    Ok(Json(entries))
}

//! `discounts/…`, in the contract's order.

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use rabatt_engine::{Code, Plan, Problem, Rule, Statistics};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::available;
use super::members::Members;
use super::model::{receipt, rule};
use super::store::{self, NewRule, RuleFilter, State as RuleState};
use crate::App;
use crate::auth::scope::{Authorized, ReadDiscounts, RecalculateReceipts, WriteDiscounts};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, is_client_id, limit};

/// Members that the server sets; what a request says of them is passed over.
const SERVER_SET: [&str; 10] =
    ["id", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by", "type", "statistics", "refs"];

/// A body that is JSON text already.
fn json_text(text: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

/// How to recalculate.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AvailableQuery {
    /// Also say of every rule why it did what it did: adds `outcome` with verdicts and totals.
    #[serde(default)]
    pub explain: Option<bool>,
    /// `recalculated` also writes `net_amount` and `total_discount`, per line and receipt.
    #[serde(default)]
    pub amounts: Option<Amounts>,
}

/// Which amounts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Amounts {
    /// Net and total discount, anew.
    Recalculated,
}

/// Recalculate a receipt
///
/// The receipt comes back with what each line gets: nothing is used up. Refs are those of
/// `customer_id`, or of the customer behind `customer.token`, or those given to `/`.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/available_for_receipt", tag = "discounts",
    operation_id = "aid_discounts_available_for_receipt_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), AvailableQuery),
    request_body = receipt::Receipt,
    responses(
        (status = 200, body = receipt::Receipt), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn available_for_receipt(
    caller: Authorized<RecalculateReceipts>,
    State(app): State<App>,
    Params(query): Params<AvailableQuery>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let amounts = query.amounts == Some(Amounts::Recalculated);
    available::available(&app, &caller.account, body, query.explain.unwrap_or(false), amounts).await.map(json_text)
}

/// Which rules to list.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "described here, read one by one since lists may repeat a name")]
pub struct RulesQuery {
    /// Rules a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Id of the last rule of the page before. Not together with `since_datetime`.
    starting_after: Option<String>,
    /// Rules added, changed or deleted at or after this instant, in that order.
    since_datetime: Option<String>,
    /// Rules starting at or after this instant.
    purchase_from: Option<String>,
    /// Rules ending at or before this instant.
    purchase_to: Option<String>,
    /// Which rules; when absent `available`, or `all` with `since_datetime`.
    state: Option<RuleState>,
    /// Only rules of these campaigns.
    campaign_id: Option<Vec<String>>,
    /// `statistics` adds totals.
    include: Option<Vec<Include>>,
}

/// What can be added to a list of rules.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Include {
    /// Totals over all refs.
    Statistics,
}

impl RulesQuery {
    /// Reads the parameters; lists as `name=a&name=b`, `name[]=a` or `name=a,b`.
    fn read(pairs: Vec<(String, String)>) -> Result<(RuleFilter, bool), ApiError> {
        let bad = |message: String| ApiError::Invalid("bad_query", message);
        let mut filter = RuleFilter::default();
        let (mut most, mut statistics, mut state) = (None, false, None);
        for (name, value) in pairs {
            let instant = || {
                let text = store::comparable(&value);
                text.ok_or_else(|| bad(format!("`{name}` is a date-time with its offset, as 2024-06-01T12:00:00Z")))
            };
            match name.trim_end_matches("[]") {
                "limit" => most = Some(value.parse().map_err(|_| bad("`limit` is a whole number".to_owned()))?),
                "starting_after" => filter.starting_after = Some(value),
                "since_datetime" => filter.since = Some(instant()?),
                "purchase_from" => filter.purchase_from = Some(instant()?),
                "purchase_to" => filter.purchase_to = Some(instant()?),
                "state" => {
                    let known = serde_json::from_value(json!(value)).map_err(|_| {
                        bad("`state` is all, active, scheduled, completed, available, deleted or inactive".to_owned())
                    })?;
                    state = Some(known);
                }
                "campaign_id" => filter.campaigns.extend(value.split(',').map(str::to_owned)),
                "include" if value.split(',').all(|word| word == "statistics") => statistics = true,
                "include" => return Err(bad("only `statistics` can be included".to_owned())),
                _ => {}
            }
        }
        if filter.since.is_some() && filter.starting_after.is_some() {
            return Err(bad("page by `starting_after` or by `since_datetime`, not both".to_owned()));
        }
        // Who follows the changes must hear of deletions too.
        let unasked = if filter.since.is_some() { RuleState::All } else { RuleState::Available };
        filter.state = state.unwrap_or(unasked);
        filter.limit = limit(most, 100)?;
        Ok((filter, statistics))
    }
}

/// List rules
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/rules", tag = "discounts", operation_id = "aid_discounts_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), RulesQuery),
    responses(
        (status = 200, body = Vec<rule::DiscountWithStatistics>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_rules(
    caller: Authorized<ReadDiscounts>,
    State(app): State<App>,
    Params(pairs): Params<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let (filter, statistics) = RulesQuery::read(pairs)?;
    let rules = store::rules(&app.pool, &caller.account, &filter).await?;
    let bodies: Vec<String> = rules
        .into_iter()
        .map(|rule| if statistics { with_statistics(&rule.body, &rule.statistics) } else { rule.body })
        .collect();
    Ok(json_text(format!("[{}]", bodies.join(","))))
}

/// The rule's JSON with its totals.
fn with_statistics(body: &str, statistics: &Statistics) -> String {
    let Statistics { usage, amount, stamp, .. } = *statistics;
    let totals = json!({"usage": usage, "used": usage, "amount": amount, "stamp": stamp});
    let open = body.trim_end();
    format!("{},\"statistics\":{totals}}}", open.strip_suffix('}').unwrap_or(open))
}

/// Create a rule
///
/// Nobody has it yet: give it to customers next.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/rules", tag = "discounts", operation_id = "aid_discounts_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = rule::Discount,
    responses(
        (status = 200, body = rule::Discount), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_rule(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    create(&app, &caller.account, &caller.client, &body).await.map(|(_, body)| json_text(body))
}

/// Checks and stores a new rule; its id and JSON.
///
/// # Errors
/// 400 with every problem of the rule.
pub async fn create(app: &App, account: &str, client: &str, body: &str) -> Result<(String, String), ApiError> {
    let (id, now) = (Uuid::new_v4().to_string(), crate::store::now());
    let sent: Members<'_> = match serde_json::from_str(body) {
        Ok(sent) => sent,
        // The engine's reader says where and why; that the id is missing is as it should be.
        Err(error) => {
            let mut problems = Rule::from_json(body).err().unwrap_or_default();
            problems.retain(|problem| problem.code != Code::MissingId);
            return Err(if problems.is_empty() { ApiError::Invalid("bad_json", error.to_string()) } else { problems.into() });
        }
    };
    let quoted = |text: &str| Value::from(text).to_string();
    let (id_json, now_json, client_json) = (quoted(&id), quoted(&now), quoted(client));
    let set = [("id", &id_json), ("created_at", &now_json), ("updated_at", &now_json), ("created_by", &client_json)];
    let mut members = Members(set.map(|(name, value)| (name.to_owned(), value.as_str())).into());
    members.0.push(("updated_by".to_owned(), &client_json));
    members.0.extend(sent.0.into_iter().filter(|(name, _)| !SERVER_SET.contains(&name.as_str())));
    for (name, default) in [("active", "true"), ("private", "false")] {
        if members.get(name).is_none() {
            members.0.retain(|(key, _)| key != name);
            members.0.push((name.to_owned(), default));
        }
    }
    // Compiled as one of many, as every later request will: what passes here never spoils a Plan.
    let compiled = Plan::from_json(&format!("[{members}]"));
    let mut problems = compiled.as_ref().err().cloned().unwrap_or_default();
    for problem in &mut problems {
        problem.pointer = problem.pointer.strip_prefix("/0").unwrap_or_default().to_owned();
    }
    let requirement: Members<'_> =
        members.get("requirement").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    for name in ["purchase_from", "purchase_to"] {
        if requirement.get(name).is_none() {
            let message = "a stored rule says when it may be used: this date-time is needed";
            problems.push(Problem::new(Code::MissingMember, format!("/requirement/{name}"), message));
        }
    }
    problems.extend(rule::wrong_types(&members));
    let instant = |name: &str| requirement.text(name).and_then(|text| store::comparable(&text));
    let (Ok(compiled), [], Some(purchase_from), Some(purchase_to)) =
        (&compiled, problems.as_slice(), instant("purchase_from"), instant("purchase_to"))
    else {
        return Err(problems.into());
    };
    let campaign_id = members.text("campaign_id");
    let receipt_rule = compiled.rules().first().is_some_and(Rule::is_receipt_rule);
    members.0.push(("type".to_owned(), if receipt_rule { "\"receipt\"" } else { "\"item\"" }));
    let body = members.to_string();
    let rule = NewRule {
        account,
        id: &id,
        body: &body,
        created_at: &now,
        campaign_id: campaign_id.as_deref(),
        active: members.get("active") != Some("false"),
        purchase_from: &purchase_from,
        purchase_to: &purchase_to,
    };
    store::create_rule(&app.pool, &rule).await?;
    Ok((id, body))
}

/// Who gets a rule.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GiveRequest {
    /// Of one value a customer gets the rule at most once, however often this is repeated.
    #[serde(default)]
    pub offering_constraint_id: Option<String>,
    /// Customer ids; `*` is every purchase with a customer, `/` every purchase without.
    pub customers: Vec<String>,
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
    let request: GiveRequest = serde_json::from_str(&body)
        .map_err(|error| ApiError::Invalid("invalid_body", format!("the body is `{{\"customers\": [\"…\"]}}`: {error}")))?;
    let customers = request.customers;
    if customers.is_empty() {
        return Err(vec![Problem::new(Code::MissingMember, "/customers", "name at least one customer, or `*` or `/`")].into());
    }
    for (at, customer) in customers.iter().enumerate() {
        if !is_client_id(customer) {
            let message = "a customer id has 1 to 255 characters and no space around it";
            return Err(vec![Problem::new(Code::UnknownValue, format!("/customers/{at}"), message)].into());
        }
    }
    let rule = store::rule(&app.pool, &caller.account, &id).await?.ok_or(ApiError::NotFound("Rule"))?;
    if rule.deleted {
        return Err(ApiError::Invalid("rule_deleted", "this rule is deleted and cannot be given".to_owned()));
    }
    store::give(&app.pool, &caller.account, &id, &customers, request.offering_constraint_id.as_deref()).await?;
    Ok(json_text(with_statistics(&rule.body, &rule.statistics)))
}

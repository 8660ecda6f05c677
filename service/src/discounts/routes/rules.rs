//! `discounts/rules`.

use axum::extract::{Path, State};
use axum::response::Response;
use rabatt_engine::Statistics;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::App;
use crate::auth::scope::{Authorized, ReadDiscounts, WriteDiscounts};
use crate::discounts::model::rule;
use crate::discounts::revise;
use crate::discounts::store::comparable;
use crate::discounts::store::rules::{self, RuleFilter, State as RuleState, StoredRule};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};

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
                // Not every client encodes the `+` of an offset, and a `+` stands for a space in a query.
                let text = comparable(&value.replace(' ', "+"));
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
    let rules = rules::rules(app.store.pool(), &caller.account, &filter).await?;
    let bodies: Vec<String> = rules.into_iter().map(|rule| if statistics { with_statistics(&rule) } else { rule.body }).collect();
    Ok(json_text(format!("[{}]", bodies.join(","))))
}

/// The rule's JSON with its totals.
pub(super) fn with_statistics(rule: &StoredRule) -> String {
    let Statistics { usage, amount, stamp, .. } = rule.statistics;
    let totals = json!({"usage": usage, "used": usage, "amount": amount, "stamp": stamp});
    let open = rule.body.trim_end();
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
    revise::create(&app, &caller.account, &caller.client, &body).await.map(|(_, body)| json_text(body))
}

/// One rule
///
/// Deleted ones too, with their `deleted_at`.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/rules/{did}", tag = "discounts", operation_id = "aid_discounts_did_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("did" = Uuid, Path, description = "The rule")),
    responses(
        (status = 200, body = rule::DiscountWithStatistics), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_rule(
    caller: Authorized<ReadDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    let rule = rules::rule(app.store.pool(), &caller.account, &id).await?.ok_or(ApiError::NotFound("Rule"))?;
    Ok(json_text(with_statistics(&rule)))
}

/// Change a rule
///
/// What is given replaces what is stored; of `requirement` each member on its own. `purchase_to` may
/// only move later; `purchase_from` and `reward`, but for `base`, cannot change. `null` takes a member away.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/discounts/rules/{did}", tag = "discounts", operation_id = "aid_discounts_did_put",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("did" = Uuid, Path, description = "The rule")),
    request_body = rule::DiscountChange,
    responses(
        (status = 200, body = rule::DiscountWithStatistics), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn update_rule(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    let body = revise::update(&app, &caller.account, &caller.client, &id, &body).await?;
    let rule = rules::rule(app.store.pool(), &caller.account, &id).await?.ok_or(ApiError::NotFound("Rule"))?;
    Ok(json_text(with_statistics(&StoredRule { body, ..rule })))
}

/// Delete a rule
///
/// Who holds it can no longer use it.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/discounts/rules/{did}", tag = "discounts", operation_id = "aid_discounts_did_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("did" = Uuid, Path, description = "The rule")),
    responses(
        (status = 200, body = rule::DiscountWithStatistics), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_rule(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    let body = revise::delete(&app, &caller.account, &caller.client, &id).await?;
    let rule = rules::rule(app.store.pool(), &caller.account, &id).await?.ok_or(ApiError::NotFound("Rule"))?;
    Ok(json_text(with_statistics(&StoredRule { body, ..rule })))
}

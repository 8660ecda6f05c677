//! `discounts/public/rules`: what anybody may know.

use axum::extract::{Path, State};
use axum::response::Response;
use utoipa::IntoParams;

use crate::App;
use crate::auth::scope::{Authorized, ReadPublicDiscounts};
use crate::discounts::held;
use crate::discounts::model::{held::PublicRule, rule};
use crate::discounts::store::refs::{self, Showcase};
use crate::error::{ApiError, Error};
use crate::http::{Params, json_text, limit};

/// Which public rules to list.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "described here, read one by one since lists may repeat a name")]
pub struct PublicQuery {
    /// Rules a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// `ref_id` of the last rule of the page before.
    starting_after: Option<String>,
    /// `true`: what purchases without a customer get, instead of what every customer gets.
    no_customer_id: Option<bool>,
    /// Only rules of these campaigns.
    campaign_id: Option<Vec<String>>,
}

/// Rules that everybody has
///
/// Those that can be used now or are announced, without private ones and without metadata that
/// begin with `dintero:exclude:public:`.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/public/rules", tag = "discounts", operation_id = "aid_discounts_public_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), PublicQuery),
    responses(
        (status = 200, body = Vec<PublicRule>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_public_rules(
    caller: Authorized<ReadPublicDiscounts>,
    State(app): State<App>,
    Params(pairs): Params<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let bad = |message: &str| ApiError::Invalid("bad_query", message.to_owned());
    let (mut most, mut after, mut holder, mut campaigns) = (None, None, "*", Vec::new());
    for (name, value) in pairs {
        match (name.trim_end_matches("[]"), value.as_str()) {
            ("limit", _) => most = Some(value.parse().map_err(|_| bad("`limit` is a whole number"))?),
            ("starting_after", _) => after = Some(value),
            ("no_customer_id", "true") => holder = "/",
            ("no_customer_id", "false") => holder = "*",
            ("no_customer_id", _) => return Err(bad("`no_customer_id` is true or false")),
            ("campaign_id", _) => campaigns.extend(value.split(',').map(str::to_owned)),
            _ => {}
        }
    }
    let what = Showcase {
        counted_for: holder,
        holders: &[holder],
        public: true,
        campaigns: &campaigns,
        rule: None,
        starting_after: after.as_deref(),
        limit: limit(most, 100)?,
    };
    let found = refs::showcase(app.store.pool(), &caller.account, what).await?;
    let bodies = found.iter().map(|held| held::public(held, true)).collect::<Result<Vec<_>, _>>()?;
    Ok(json_text(format!("[{}]", bodies.join(","))))
}

/// One rule that everybody has
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/public/rules/{did}", tag = "discounts", operation_id = "public_rule_details",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("did" = Uuid, Path, description = "The rule")),
    responses(
        (status = 200, body = rule::Discount), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_public_rule(
    caller: Authorized<ReadPublicDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    let what = Showcase {
        counted_for: "*",
        holders: &["*", "/"],
        public: true,
        campaigns: &[],
        rule: Some(&id),
        starting_after: None,
        limit: 1,
    };
    let found = refs::showcase(app.store.pool(), &caller.account, what).await?;
    let held = found.first().ok_or(ApiError::NotFound("Rule"))?;
    held::public(held, false).map(json_text)
}

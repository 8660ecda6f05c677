//! `discounts/campaigns`.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::auth::scope::{Authorized, ReadDiscounts, WriteDiscounts};
use crate::discounts::campaigns;
use crate::discounts::model::campaign;
use crate::discounts::store::campaigns::{self as store, CampaignState};
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};

/// Which campaigns to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CampaignsQuery {
    /// Campaigns a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Id of the last campaign of the page before.
    starting_after: Option<String>,
    /// Which campaigns; when absent those that are not deleted.
    state: Option<CampaignState>,
}

/// List campaigns
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/campaigns", tag = "discounts", operation_id = "aid_discounts_campaigns_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), CampaignsQuery),
    responses(
        (status = 200, body = Vec<campaign::Campaign>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_campaigns(
    caller: Authorized<ReadDiscounts>,
    State(app): State<App>,
    Params(query): Params<CampaignsQuery>,
) -> Result<Response, ApiError> {
    let after = query.starting_after.as_deref();
    let most = limit(query.limit, 100)?;
    let campaigns = store::campaigns(app.store.pool(), &caller.account, query.state, after, most).await?;
    Ok(json_text(format!("[{}]", campaigns.join(","))))
}

/// Create a campaign
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/campaigns", tag = "discounts", operation_id = "aid_discounts_campaigns_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = campaign::Campaign,
    responses(
        (status = 200, body = campaign::Campaign), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_campaign(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    campaigns::create(&app, &caller.account, &caller.client, &body).await.map(json_text)
}

/// One campaign
///
/// Deleted ones too, with their `deleted_at`.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/discounts/campaigns/{campaign_id}", tag = "discounts",
    operation_id = "aid_discounts_campaigns_campaign_id_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("campaign_id" = String, Path, description = "The campaign's id")),
    responses(
        (status = 200, body = campaign::Campaign), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_campaign(
    caller: Authorized<ReadDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    let campaign = store::campaign(app.store.pool(), &caller.account, &id).await?;
    campaign.map(|campaign| json_text(campaign.body)).ok_or(ApiError::NotFound("Campaign"))
}

/// Change a campaign
///
/// What is given replaces what is stored. A deleted campaign comes back with it.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/discounts/campaigns/{campaign_id}", tag = "discounts",
    operation_id = "aid_discounts_campaigns_campaign_id_put",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("campaign_id" = String, Path, description = "The campaign's id")),
    request_body = campaign::CampaignChange,
    responses(
        (status = 200, body = campaign::Campaign), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn update_campaign(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    campaigns::update(&app, &caller.account, &caller.client, &id, &body).await.map(json_text)
}

/// Delete a campaign
///
/// Its rules stay as they are.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/discounts/campaigns/{campaign_id}", tag = "discounts",
    operation_id = "aid_discounts_campaigns_campaign_id_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("campaign_id" = String, Path, description = "The campaign's id")),
    responses(
        (status = 200, body = campaign::Campaign), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_campaign(
    caller: Authorized<WriteDiscounts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, id) = path;
    campaigns::delete(&app, &caller.account, &caller.client, &id).await.map(json_text)
}

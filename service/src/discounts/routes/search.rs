//! `discounts/search/rules`.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::auth::scope::{Authorized, ReadDiscounts};
use crate::discounts::model::search::{SearchAnswer, SearchRequest};
use crate::discounts::search;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params};

/// How much to find.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SearchPage {
    /// Rules a page, 1 to 1 000, 100 when absent.
    limit: Option<i64>,
    /// `starting_after` of the page before.
    starting_after: Option<String>,
}

/// Search rules
///
/// Which rules customers can use on which items at this moment.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/search/rules", tag = "discounts", operation_id = "aid_discounts_rules_search_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), SearchPage),
    request_body = SearchRequest,
    responses(
        (status = 200, body = SearchAnswer), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn search_rules(
    caller: Authorized<ReadDiscounts>,
    State(app): State<App>,
    Params(page): Params<SearchPage>,
    JsonText(body): JsonText,
) -> Result<Json<SearchAnswer>, ApiError> {
    let limit = crate::http::limit(page.limit.or(Some(100)), 1000)?;
    search::search(&app, &caller.account, &body, page.starting_after.as_deref(), limit).await.map(Json)
}

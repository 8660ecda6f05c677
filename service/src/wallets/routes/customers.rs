//! `wallets/customers`.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::auth::scope::{Authorized, ReadOwnWallets};
use crate::error::{ApiError, Error};
use crate::http::{Params, limit};
use crate::store::now;
use crate::wallets::model::{CustomerCard, CustomerCardState};
use crate::wallets::page as query;
use crate::wallets::store::cards::{Filter, named, page};
use crate::wallets::store::tokens;

/// A page of a customer's cards.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CustomerCardsQuery {
    /// Cards a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// `id` of the last card of the page before.
    starting_after: Option<String>,
}

/// A customer's cards
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/wallets/customers/{customer_id}/cards", tag = "wallets",
    operation_id = "aid_customers_cid_cards_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("customer_id" = String, Path, description = "The customer"),
        CustomerCardsQuery
    ),
    responses(
        (status = 200, body = Vec<CustomerCard>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_customer_cards(
    caller: Authorized<ReadOwnWallets>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(asked): Params<CustomerCardsQuery>,
) -> Result<Json<Vec<CustomerCard>>, ApiError> {
    let filter = Filter {
        customer_id: Some(path.1),
        available: None,
        starting_after: query::cursor(asked.starting_after)?,
        limit: limit(asked.limit, 100)?,
    };
    let found = page(app.store.pool(), &caller.account, &filter).await?;
    found.iter().map(|card| card.of_customer(&app, &caller.account)).collect::<Result<_, _>>().map(Json)
}

/// One card of a customer
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/wallets/customers/{customer_id}/cards/{card_id}", tag = "wallets",
    operation_id = "aid_customers_cid_card_cid_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("customer_id" = String, Path, description = "The customer"),
        ("card_id" = String, Path, description = "The card")
    ),
    responses(
        (status = 200, body = CustomerCardState), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_customer_card(
    caller: Authorized<ReadOwnWallets>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
) -> Result<Json<CustomerCardState>, ApiError> {
    let (_, customer, card_id) = path;
    let card = named(app.store.pool(), &caller.account, &card_id).await?;
    let card = card.filter(|card| card.customer_id.as_ref() == Some(&customer)).ok_or(ApiError::NotFound("Card"))?;
    let tokens = tokens::of_card(app.store.pool(), &caller.account, &card.id, &now()).await?;
    card.state(&app, &caller.account, tokens).map(Json)
}

//! `wallets/cards`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::App;
use crate::auth::scope::{Authorized, ReadWallets, WriteWallets};
use crate::documents::all_of;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, limit};
use crate::store::now;
use crate::wallets::model::{
    ActivationRequest, BatchRequest, CardDetails, CardRequest, CardTokenRequest, CardWithSecrets, Cards, MadeCards,
    RotatePinRequest, RotatedPin, Transaction, WalletToken,
};
use crate::wallets::shape;
use crate::wallets::store::cards::{Filter, named, page};
use crate::wallets::store::{ledger, tokens as stored_tokens};
use crate::wallets::{cards, page as query, tokens};

/// An answer that nobody on the way keeps: it holds a token or PIN.
type Once<T> = ([(HeaderName, &'static str); 1], Json<T>);

fn once<T>(answer: T) -> Once<T> {
    ([(CACHE_CONTROL, "no-store")], Json(answer))
}

/// Which cards to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CardsQuery {
    /// Cards a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Cursor: what the page before gave under this name.
    starting_after: Option<String>,
    /// Only cards with so much to pay with, at least.
    amount_available: Option<i64>,
}

/// List cards
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/wallets/cards", tag = "wallets", operation_id = "aid_cards_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), CardsQuery),
    responses(
        (status = 200, body = Cards), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error),
        (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_cards(
    caller: Authorized<ReadWallets>,
    State(app): State<App>,
    Params(asked): Params<CardsQuery>,
) -> Result<Json<Cards>, ApiError> {
    let most = limit(asked.limit, 100)?;
    let filter = Filter {
        customer_id: None,
        available: asked.amount_available,
        starting_after: query::cursor(asked.starting_after)?,
        // One more tells whether there is another page.
        limit: most.saturating_add(1),
    };
    let mut found = page(app.store.pool(), &caller.account, &filter).await?;
    let page_size = usize::try_from(most).unwrap_or(usize::MAX);
    let is_last = found.len() <= page_size;
    found.truncate(page_size);
    let starting_after = found.last().filter(|_| !is_last).map(|last| last.id.clone());
    let cards = found.iter().map(|card| card.shown(&app, &caller.account)).collect::<Result<_, _>>()?;
    Ok(Json(Cards { cards, starting_after }))
}

/// Make a card
///
/// It is active at once. With `pin` and `card_token` it gets a PIN and a token, shown in this answer only.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/wallets/cards", tag = "wallets", operation_id = "aid_cards_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = CardRequest,
    responses(
        (status = 200, body = CardWithSecrets), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_card(
    caller: Authorized<WriteWallets>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Once<CardWithSecrets>, ApiError> {
    cards::create(&app, &caller.account, &caller.client, &body)
        .await
        .map(once)
        .map_err(|error| all_of(error, &body, &shape::CARD))
}

/// Make cards to be activated later
///
/// All of them, or none. PINs and tokens are shown in this answer only.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/wallets/cards/batch", tag = "wallets", operation_id = "aid_cards_batch_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = BatchRequest,
    responses(
        (status = 200, body = MadeCards), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_cards(
    caller: Authorized<WriteWallets>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Once<MadeCards>, ApiError> {
    let cards =
        cards::batch(&app, &caller.account, &caller.client, &body).await.map_err(|error| all_of(error, &body, &shape::BATCH))?;
    Ok(once(MadeCards { cards }))
}

/// What a card shows beside itself.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "described here, read one by one since lists may repeat a name")]
pub struct CardQuery {
    /// `pin.format` and `tokens.format` add the formats.
    includes: Option<Vec<String>>,
}

/// One card
///
/// With the tokens that are good now, masked.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/wallets/cards/{card_id}", tag = "wallets", operation_id = "aid_cards_cardid_get",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("card_id" = String, Path, description = "The card"), CardQuery
    ),
    responses(
        (status = 200, body = CardDetails), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_card(
    caller: Authorized<ReadWallets>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(pairs): Params<Vec<(String, String)>>,
) -> Result<Json<CardDetails>, ApiError> {
    let formats = query::includes(pairs)?;
    let card = named(app.store.pool(), &caller.account, &path.1).await?.ok_or(ApiError::NotFound("Card"))?;
    let tokens = stored_tokens::of_card(app.store.pool(), &caller.account, &card.id, &now()).await?;
    card.details(&app, &caller.account, tokens, formats).map(Json)
}

/// Activate a card
///
/// One that was made in a batch; puts money on it.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/wallets/cards/{card_id}/activate", tag = "wallets",
    operation_id = "aid_cards_cardid_activate_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("card_id" = String, Path, description = "The card")),
    request_body = ActivationRequest,
    responses(
        (status = 200, body = CardDetails), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn activate_card(
    caller: Authorized<WriteWallets>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Json<CardDetails>, ApiError> {
    cards::activate(&app, &caller.account, &caller.client, &path.1, &body)
        .await
        .map(Json)
        .map_err(|error| all_of(error, &body, &shape::ACTIVATION))
}

/// Give a card another PIN
///
/// Shown in this answer only; the one before is of no use any more.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/wallets/cards/{card_id}/rotate-pin", tag = "wallets",
    operation_id = "aid_cards_cardid_rotate_pin_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("card_id" = String, Path, description = "The card")),
    request_body = RotatePinRequest,
    responses(
        (status = 200, body = RotatedPin), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn rotate_pin(
    caller: Authorized<WriteWallets>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Once<RotatedPin>, ApiError> {
    cards::rotate_pin(&app, &caller.account, &path.1, &body)
        .await
        .map(once)
        .map_err(|error| all_of(error, &body, &shape::ROTATION))
}

/// Make a token for a while
///
/// The card can be paid with under it, once unless `expires_after_transaction` is false. Shown in this answer only.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/wallets/cards/{card_id}/tokens", tag = "wallets", operation_id = "aid_cards_cardid_token_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("card_id" = String, Path, description = "The card")),
    request_body = CardTokenRequest,
    responses(
        (status = 200, body = WalletToken), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_token(
    caller: Authorized<WriteWallets>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Once<WalletToken>, ApiError> {
    tokens::create(&app, &caller.account, &caller.client, &path.1, &body)
        .await
        .map(once)
        .map_err(|error| all_of(error, &body, &shape::TOKEN))
}

/// A card's transactions
///
/// Oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/wallets/cards/{card_id}/transactions", tag = "wallets",
    operation_id = "aid_cards_cardid_transactions_tid_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("card_id" = String, Path, description = "The card")),
    responses(
        (status = 200, body = Vec<Transaction>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_transactions(
    caller: Authorized<ReadWallets>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Json<Vec<Transaction>>, ApiError> {
    let card = named(app.store.pool(), &caller.account, &path.1).await?.ok_or(ApiError::NotFound("Card"))?;
    let found = ledger::of_card(app.store.pool(), &caller.account, &card.id).await?;
    found.into_iter().map(|transaction| transaction.shown(&app, &caller.account)).collect::<Result<_, _>>().map(Json)
}

//! `wallets/info` and `wallets/transactions`.

use axum::Json;
use axum::extract::{Path, State};

use crate::App;
use crate::auth::scope::{AskWallets, Authorized, MoveMoney, Permission, WriteWallets};
use crate::documents::all_of;
use crate::error::{ApiError, Error};
use crate::http::JsonText;
use crate::wallets::model::{CaptureRequest, Card, CardInfoRequest, Transaction, TransactionRequest, VoidRequest};
use crate::wallets::shape;
use crate::wallets::tokens;
use crate::wallets::transactions::{self, Asker};

fn asker(caller: &Authorized<MoveMoney>) -> Asker<'_> {
    let manages = WriteWallets::ANY_OF.iter().any(|scope| caller.holds(scope));
    Asker { account: &caller.account, client: &caller.client, manages }
}

/// The card of a token
///
/// With its balance. A PIN is needed when the card has one; after several wrong ones none is looked at for a while.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/wallets/info", tag = "wallets", operation_id = "aid_cards_token_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = CardInfoRequest,
    responses(
        (status = 200, body = Card), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error),
        (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_card_of_token(
    caller: Authorized<AskWallets>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Json<Card>, ApiError> {
    tokens::info(&app, &caller.account, &body).await.map(Json)
}

/// Pay, reserve or fund
///
/// Under a `ref_id` that the card has had, nothing moves: the first answer comes again.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/wallets/transactions", tag = "wallets", operation_id = "aid_cards_transactions_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = TransactionRequest,
    responses(
        (status = 200, body = Transaction), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_transaction(
    caller: Authorized<MoveMoney>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Json<Transaction>, ApiError> {
    transactions::create(&app, asker(&caller), &body).await.map(Json).map_err(|error| all_of(error, &body, &shape::TRANSACTION))
}

/// Capture what was reserved
///
/// All of it, or a part: the rest stays reserved for later captures.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/wallets/transactions/{transaction_id}/capture", tag = "wallets",
    operation_id = "aid_cards_cardid_transactions_capture_post",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("transaction_id" = String, Path, format = Uuid, description = "The transaction that reserved it")
    ),
    request_body = CaptureRequest,
    responses(
        (status = 200, body = Transaction), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn capture(
    caller: Authorized<MoveMoney>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Json<Transaction>, ApiError> {
    transactions::capture(&app, asker(&caller), &path.1, &body)
        .await
        .map(Json)
        .map_err(|error| all_of(error, &body, &shape::CAPTURE))
}

/// Void what was reserved
///
/// What was not captured is available again.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/wallets/transactions/{transaction_id}/void", tag = "wallets",
    operation_id = "aid_cards_cardid_transactions_void_post",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("transaction_id" = String, Path, format = Uuid, description = "The transaction that reserved it")
    ),
    request_body = VoidRequest,
    responses(
        (status = 200, body = Transaction), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn void(
    caller: Authorized<MoveMoney>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Json<Transaction>, ApiError> {
    transactions::void(&app, asker(&caller), &path.1, &body)
        .await
        .map(Json)
        .map_err(|error| all_of(error, &body, &shape::CAPTURE))
}

//! Cards by their tokens, and tokens for a while.

use super::cards::in_seconds;
use super::check;
use super::format::{Kind, Shape};
use super::made;
use super::model::{Card, CardInfoRequest, CardTokenRequest, WalletToken};
use super::private;
use super::secrets::check_pin;
use super::store::tokens::NewToken;
use super::store::{cards, tokens};
use crate::App;
use crate::error::ApiError;
use crate::http::read_object;
use crate::store::{new_id, now};

/// Makes a token that is good for a while; it is in the answer and nowhere else.
///
/// # Errors
/// 404 when there is no such card, 400 when the body is wrong or its key was used.
pub(super) async fn create(app: &App, account: &str, client: &str, card_id: &str, body: &str) -> Result<WalletToken, ApiError> {
    let asked: CardTokenRequest<'_> = read_object(body)?;
    check::name("/ref_id", &asked.ref_id)?;
    let expires_in = check::seconds("/expires_in", asked.expires_in)?;
    let metadata = check::metadata(asked.metadata)?;
    let shape = Shape::of(Kind::Token, asked.format, "/format")?;
    let card = cards::named(app.store.pool(), account, card_id).await?.ok_or(ApiError::NotFound("Card"))?;
    let (id, created_at, token) = (new_id(), now(), shape.make()?);
    let expires_at = in_seconds(expires_in);
    let once = asked.expires_after_transaction.unwrap_or(true);
    let sealed = app.sealer.seal_some(&private(account, &card.id, "token"), metadata.as_deref())?;
    let new = NewToken {
        account,
        id: &id,
        card: &card.id,
        ref_id: Some(&asked.ref_id),
        hash: &app.wallets.hash(&token.value.0)?,
        masked: &shape.masked(&token.value.0),
        format: &shape.stored(),
        expires_at: expires_at.as_deref(),
        once,
        metadata: sealed.as_deref(),
        created_at: &created_at,
        created_by: client,
    };
    let mut unit = app.store.unit().await?;
    if !tokens::add(unit.db(), &new).await? {
        let message = "this `ref_id` made a token before, which was shown then only; ask for another with another `ref_id`";
        return Err(ApiError::At("ref_id_used", "/ref_id".to_owned(), message.to_owned()));
    }
    unit.save().await?;
    Ok(WalletToken {
        id,
        created_at,
        created_by: client.to_owned(),
        ref_id: asked.ref_id,
        metadata: made::metadata(metadata.as_deref())?,
        format: shape.format().clone(),
        expires_after_transaction: once,
        expires_in,
        token,
    })
}

/// The card of a token. One that was used up still finds it until it expires.
///
/// # Errors
/// 404 when the token finds none, 400 when the PIN is missing or wrong.
pub(super) async fn info(app: &App, account: &str, body: &str) -> Result<Card, ApiError> {
    let CardInfoRequest { token, pin } = read_object(body)?;
    let none = || ApiError::NotFound("Card");
    let token = tokens::by_hash(app.store.pool(), account, &app.wallets.hash(&token.0)?).await?.ok_or_else(none)?;
    if token.is_over(&now()) {
        return Err(none());
    }
    check_pin(app, account, &token.card, pin.as_ref(), true).await?;
    cards::by_id(app.store.pool(), account, &token.card).await?.ok_or_else(none)?.shown(app, account)
}

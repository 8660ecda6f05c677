//! Transactions are told of.

use serde_json::{Value, json};

use super::store::cards::StoredCard;
use super::store::ledger;
use crate::App;
use crate::error::ApiError;
use crate::happened::{Event, Happening, happened, resource};
use crate::hooks::is_heard;
use crate::store::{Db, now};

/// Money moved: the card's transaction of this key was recorded.
///
/// # Errors
/// When the database refuses.
pub(super) async fn moved(db: &mut Db, app: &App, account: &str, card: &StoredCard, ref_id: &str) -> Result<(), ApiError> {
    let event = Event::WalletTransaction;
    if !is_heard(db, app, account, event).await? {
        return Ok(());
    }
    let Some(made) = ledger::of_ref(db, account, &card.id, ref_id).await? else { return Ok(()) };
    let shown = serde_json::to_string(&made.shown(app, account)?).map_err(|error| ApiError::Internal(error.to_string()))?;
    tell(db, app, account, card, resource(&shown)).await
}

/// A card was made, or activated, with nothing on it: told as the transaction that did not need to be.
///
/// # Errors
/// When the database refuses.
pub(super) async fn made_empty(
    db: &mut Db,
    app: &App,
    account: &str,
    card: &StoredCard,
    (client, currency): (&str, &str),
) -> Result<(), ApiError> {
    if !is_heard(db, app, account, Event::WalletTransaction).await? {
        return Ok(());
    }
    let transaction = json!({"id": card.id, "created_at": now(), "created_by": client, "ref_id": card.id, "amount": 0,
        "currency": currency, "type": "fund"});
    tell(db, app, account, card, transaction).await
}

async fn tell(db: &mut Db, app: &App, account: &str, card: &StoredCard, mut transaction: Value) -> Result<(), ApiError> {
    // Beside the contract's members, so that a receiver knows whose money moved.
    if let Some(members) = transaction.as_object_mut() {
        members.insert("card_id".to_owned(), json!(card.card_id));
        members.extend(card.customer_id.as_ref().map(|customer| ("customer_id".to_owned(), json!(customer))));
    }
    let event = Event::WalletTransaction;
    happened(db, app, account, Happening { event, key: &card.id, resource: &transaction }).await
}

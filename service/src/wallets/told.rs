//! Transactions are told of.

use serde_json::json;

use super::store::cards::StoredCard;
use super::store::ledger;
use crate::App;
use crate::error::ApiError;
use crate::happened::{Event, Happening, happened, resource};
use crate::hooks::is_heard;
use crate::store::Db;

/// Money moved: the card's transaction of this key was recorded.
///
/// # Errors
/// When the database refuses.
pub(super) async fn moved(db: &mut Db, app: &App, account: &str, card: &StoredCard, ref_id: &str) -> Result<(), ApiError> {
    let event = Event::WalletTransaction;
    if !is_heard(db, account, event).await? {
        return Ok(());
    }
    let Some(made) = ledger::of_ref(db, account, &card.id, ref_id).await? else { return Ok(()) };
    let shown = serde_json::to_string(&made.shown(app, account)?).map_err(|error| ApiError::Internal(error.to_string()))?;
    let mut resource = resource(&shown);
    // Beside the contract's members, so that a receiver knows whose money moved.
    if let Some(members) = resource.as_object_mut() {
        members.insert("card_id".to_owned(), json!(card.card_id));
        members.extend(card.customer_id.as_ref().map(|customer| ("customer_id".to_owned(), json!(customer))));
    }
    happened(db, app, account, Happening { event, key: &card.id, resource: &resource }).await
}

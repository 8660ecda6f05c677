//! What is told of accounts.

use serde_json::{Value, json};

use crate::App;
use crate::error::ApiError;
use crate::happened::{Event, Happening, happened};
use crate::store::Db;

/// Is this account one whose changes are told of? Those for tests are not.
pub fn is_told_of(account: &str) -> bool {
    account.starts_with('P')
}

/// An account was added, or its details changed: its partner is told, and of a change the account itself.
///
/// # Errors
/// When the database refuses.
pub async fn account(
    db: &mut Db,
    app: &App,
    event: Event,
    id: &str,
    owner: Option<&str>,
    details: Option<&str>,
) -> Result<(), ApiError> {
    if !is_told_of(id) {
        return Ok(());
    }
    let mut resource = json!({"account_id": id});
    if let Some(members) = resource.as_object_mut() {
        members.extend(owner.map(|owner| ("partner_id".to_owned(), json!(owner))));
        if let Some(Value::Object(details)) = details.and_then(|details| serde_json::from_str(details).ok()) {
            members.extend(details);
        }
    }
    let itself = (event == Event::AccountUpdate).then_some(id);
    for listener in owner.into_iter().chain(itself) {
        happened(db, app, listener, Happening { event, key: id, resource: &resource }).await?;
    }
    Ok(())
}

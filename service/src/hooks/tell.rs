//! Subscribers are told.

use serde_json::{Value, json};

use super::mask::Mask;
use super::store::{self, Stored};
use crate::App;
use crate::error::ApiError;
use crate::happened::{Event, Happening};
use crate::http::MOST_BYTES;
use crate::outbox::{self, Message};
use crate::store::{Db, new_id};

/// The members that every webhook has, whatever the masks say.
const ENVELOPE: [&str; 3] = ["account_id", "event", "event_delivery"];

/// Does anybody ask for this event? For what costs something to tell.
///
/// # Errors
/// When the database refuses.
pub async fn is_heard(db: &mut Db, app: &App, account: &str, event: Event) -> Result<bool, ApiError> {
    store::listening(db, app, account, event.name()).await.map(|listening| !listening.is_empty())
}

/// Tells the account's subscriptions, within the unit of work that makes it happen.
///
/// # Errors
/// When the database refuses.
pub async fn tell(db: &mut Db, app: &App, account: &str, happening: &Happening<'_>) -> Result<(), ApiError> {
    for subscription in store::listening(db, app, account, happening.event.name()).await? {
        let Happening { event, key, resource } = *happening;
        let (id, value) = (new_id(), subscription.value());
        let body = json!({"account_id": account, "event": event.name(), "event_delivery": id, event.member(): resource});
        let body = masked(body, &value);
        let body = body.to_string();
        if body.len() > MOST_BYTES.saturating_mul(2) {
            tracing::warn!(subscription = subscription.id, event = event.name(), "not told: the webhook would be too large");
            continue;
        }
        let lane = format!("{}/{}/{key}", subscription.id, event.member());
        write(db, app, account, &subscription.id, (&id, event.name(), &lane), body).await?;
    }
    Ok(())
}

/// Sends a subscription to its receiver, to try it.
///
/// # Errors
/// When the database refuses.
pub(super) async fn ping(db: &mut Db, app: &App, account: &str, subscription: &Stored) -> Result<(), ApiError> {
    let lane = format!("{}/ping", subscription.id);
    let body = subscription.shown()?;
    write(db, app, account, &subscription.id, (&new_id(), "ping", &lane), body).await
}

async fn write(
    db: &mut Db,
    app: &App,
    account: &str,
    subscription: &str,
    (id, event, lane): (&str, &str, &str),
    body: String,
) -> Result<(), ApiError> {
    let message = Message {
        id,
        account,
        sender: subscription,
        lane: Some(lane),
        event,
        method: "POST",
        // The receiver's, and known when it is sent.
        url: "",
        headers: &[],
        body: Some(body),
    };
    outbox::add(db, app, &message).await
}

/// What of a body a subscription asks for.
fn masked(body: Value, subscription: &Value) -> Value {
    // They were checked when it was stored.
    let mask = |name: &str| subscription.get(name).and_then(Value::as_str).and_then(|text| Mask::parse(text).ok());
    let (fields, without) = (mask("fields"), mask("exclude_fields"));
    if fields.is_none() && without.is_none() {
        return body;
    }
    let mut kept = fields.map_or_else(|| Some(body.clone()), |mask| mask.keep(&body)).unwrap_or_default();
    if let Some(mask) = without {
        mask.drop_from(&mut kept);
    }
    let mut whole = json!({});
    if let (Some(whole), Value::Object(body), Value::Object(kept)) = (whole.as_object_mut(), body, kept) {
        whole.extend(body.into_iter().filter(|(name, _)| ENVELOPE.contains(&name.as_str())));
        whole.extend(kept.into_iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str())));
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_stays_whatever_the_masks_say() {
        let body = json!({"account_id": "T00000001", "event": "receipt_add", "event_delivery": "d",
            "receipt": {"receipt_id": "1", "items": [{"id": "kaffe", "gross_amount": 3500}]}});
        for (subscription, receipt) in [
            (json!({}), Some(json!({"receipt_id": "1", "items": [{"id": "kaffe", "gross_amount": 3500}]}))),
            (json!({"fields": "receipt/items/id"}), Some(json!({"items": [{"id": "kaffe"}]}))),
            (json!({"exclude_fields": "receipt/items,account_id,event"}), Some(json!({"receipt_id": "1"}))),
            (
                json!({"fields": "receipt(receipt_id,items)", "exclude_fields": "receipt/items/id"}),
                Some(json!({"receipt_id": "1", "items": [{"gross_amount": 3500}]})),
            ),
            (json!({"fields": "account(partner_id)"}), None),
            (json!({"exclude_fields": "*"}), None),
        ] {
            let mut expected = json!({"account_id": "T00000001", "event": "receipt_add", "event_delivery": "d"});
            if let (Some(members), Some(receipt)) = (expected.as_object_mut(), receipt) {
                members.insert("receipt".to_owned(), receipt);
            }
            assert_eq!(masked(body.clone(), &subscription), expected, "{subscription}");
        }
    }
}

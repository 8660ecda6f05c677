//! What happened elsewhere: finished purchases, and tokens that customers got or lost.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::record::{self, SentReceipt};
use super::store::{book, tokens};
use crate::App;
use crate::customers;
use crate::error::ApiError;
use crate::happened::{Event, Happening, happened};
use crate::http::{is_client_id, read};

/// The events that are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A customer got a token.
    TokenAdd,
    /// A customer lost a token.
    TokenRemove,
    /// A purchase is finished.
    ReceiptAdd,
}

#[derive(Debug, Deserialize)]
struct Body<'a> {
    #[serde(default, borrow)]
    receipt: Option<&'a RawValue>,
    #[serde(default)]
    token: Option<SentToken>,
}

#[derive(Debug, Deserialize)]
struct ReceiptBody {
    receipt: SentReceipt,
}

#[derive(Debug, Deserialize)]
struct SentToken {
    #[serde(default)]
    token_id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    value: String,
    customer_id: String,
}

/// Takes in one event; a delivery that was taken in before changes nothing.
///
/// # Errors
/// 400 when the body does not fit the event.
pub async fn take_in(
    app: &App,
    account: &str,
    client: &str,
    event: EventKind,
    delivery: &str,
    body: &str,
) -> Result<(), ApiError> {
    let sent: Body<'_> = read(body)?;
    let missing =
        |member: &str| ApiError::At("invalid_body", format!("/{member}"), format!("this event needs a `{member}` in its body"));
    match event {
        EventKind::ReceiptAdd => {
            if sent.receipt.is_none() {
                return Err(missing("receipt"));
            }
            let ReceiptBody { receipt } = read(body)?;
            let used = record::read_receipt(app, account, receipt, "/receipt").await?;
            let resource = resource(body, "receipt")?;
            let mut unit = app.store.unit().await?;
            if !book::first_delivery(unit.db(), account, delivery).await? {
                return Ok(());
            }
            if let Some(mut used) = used {
                used.keep_lines(&resource);
                let first = record::record_receipt(unit.db(), app, account, client, used).await?;
                // Told again, by another delivery, it did not happen again.
                if first {
                    let name = ["id", "receipt_id"].iter().find_map(|name| resource.get(name)?.as_str());
                    let happening = Happening { event: Event::ReceiptAdd, key: name.unwrap_or_default(), resource: &resource };
                    happened(unit.db(), app, account, happening).await?;
                }
            } else {
                record::void_lines(unit.db(), app, account, &resource).await?;
            }
            unit.save().await
        }
        EventKind::TokenAdd | EventKind::TokenRemove => {
            let token = sent.token.ok_or_else(|| missing("token"))?;
            for (name, text) in [("type", &token.kind), ("value", &token.value), ("customer_id", &token.customer_id)] {
                if !is_client_id(text) || (name == "customer_id" && matches!(text.as_str(), "*" | "/")) {
                    let message = "this has 1 to 255 characters, without space around them".to_owned();
                    return Err(ApiError::At("invalid_body", format!("/token/{name}"), message));
                }
            }
            let resource = resource(body, "token")?;
            let mut unit = app.store.unit().await?;
            if !book::first_delivery(unit.db(), account, delivery).await? {
                return Ok(());
            }
            let told = if event == EventKind::TokenAdd {
                let new = tokens::Token {
                    account,
                    kind: &token.kind,
                    value: &token.value,
                    customer_id: &token.customer_id,
                    token_id: token.token_id.as_deref(),
                };
                tokens::add(unit.db(), &app.sealer, &new).await?;
                customers::tokens::arrived(unit.db(), app, client, &new).await?;
                Event::TokenAdd
            } else {
                tokens::remove(unit.db(), &app.sealer, account, &token.kind, &token.value, &token.customer_id).await?;
                customers::tokens::left(unit.db(), app, (account, client), (&token.kind, &token.value), &token.customer_id)
                    .await?;
                Event::TokenRemove
            };
            happened(unit.db(), app, account, Happening { event: told, key: &token.customer_id, resource: &resource }).await?;
            unit.save().await
        }
    }
}

/// What an event is about, whole, as automations look at it. What they could not read is refused before
/// anything is recorded: sent again later, it would not be looked at any more.
fn resource(body: &str, member: &str) -> Result<Value, ApiError> {
    let mut body: Value = serde_json::from_str(body).map_err(|error| {
        let message = format!("automations cannot read this: {error}; nest it less deeply, and use whole characters only");
        ApiError::At("invalid_body", format!("/{member}"), message)
    })?;
    Ok(body.get_mut(member).map(Value::take).unwrap_or_default())
}

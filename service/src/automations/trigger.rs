//! Something happened: which automations are for it, and what they do.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::path::can_look_into;
use super::read::{Action, Automation, Event, Http, is_json};
use super::store;
use crate::App;
use crate::discounts::store::{refs, tokens};
use crate::discounts::told;
use crate::error::ApiError;
use crate::http::{MOST_BYTES, is_client_id};
use crate::outbox::{self, Message};
use crate::store::{Db, new_id};

/// Lets the account's automations act on an event, within the unit of work that makes it happen.
/// `resource` is what the contract's event says of it (the customer, the token, the receipt).
/// [`happened`](crate::happened::happened) calls this.
///
/// Events that name no customer set nothing off.
///
/// # Errors
/// When the database refuses; then nothing of the unit may be saved.
pub async fn trigger(db: &mut Db, app: &App, account: &str, event: Event, resource: &Value) -> Result<(), ApiError> {
    let live = store::live(db, app, account, event.name()).await?;
    if live.is_empty() {
        return Ok(());
    }
    if !can_look_into(resource) {
        tracing::warn!(event = event.name(), "automations cannot look into this event: its names are long and nested deeply");
        return Ok(());
    }
    let Some(customer) = customer(db, app, account, event, resource).await? else { return Ok(()) };
    for (id, body) in live {
        let read = serde_json::from_str::<Map<String, Value>>(&body).ok().and_then(|body| Automation::read(&body, true).ok());
        let Some(automation) = read else {
            // It was checked when it was stored: this version is stricter than the one that did.
            tracing::error!(automation = id, "automation cannot be read");
            continue;
        };
        if !automation.filter.matches(resource) {
            continue;
        }
        if let Some(most) = automation.repeat
            && !store::count(db, account, &id, &customer, most).await?
        {
            continue;
        }
        for action in &automation.actions {
            match action {
                Action::Discount(rule) => {
                    let given = refs::give(db, account, &id, rule, std::slice::from_ref(&customer), None).await?;
                    Box::pin(told::given(db, app, account, rule, &given, None)).await?;
                }
                Action::Http(http) => send(db, app, account, &id, event, http, resource).await?,
            }
        }
    }
    Ok(())
}

/// Whom an event is about.
async fn customer(db: &mut Db, app: &App, account: &str, event: Event, resource: &Value) -> Result<Option<String>, ApiError> {
    // `*` and `/` are everybody; not every database keeps a NUL.
    let is_id = |text: &str| is_client_id(text) && !["*", "/"].contains(&text) && !text.contains('\0');
    let named = resource.get("customer_id").and_then(Value::as_str).filter(|id| is_id(id)).map(str::to_owned);
    if named.is_some() || event != Event::ReceiptAdd {
        return Ok(named);
    }
    let token = resource.pointer("/customer/token").filter(|token| !token.to_string().contains("\\u0000"));
    // What is no token names nobody.
    let Some(token) = token.and_then(|token| tokens::SentToken::deserialize(token).ok()) else { return Ok(None) };
    Ok(tokens::customer_of(db, &app.sealer, account, &token).await?.filter(|id| is_id(id)))
}

async fn send(
    db: &mut Db,
    app: &App,
    account: &str,
    automation: &str,
    event: Event,
    http: &Http,
    resource: &Value,
) -> Result<(), ApiError> {
    let body = http.body.as_ref().map(|template| match template.fill(resource) {
        Value::String(text) if !is_json(&http.content_type) => text,
        body => body.to_string(),
    });
    if body.as_ref().is_some_and(|body| body.len() > MOST_BYTES) {
        tracing::warn!(automation, "not sent: its body would be larger than {MOST_BYTES} bytes");
        return Ok(());
    }
    let headers = [("user-agent", format!("Rabatt-Automation/{automation}")), ("content-type", http.content_type.clone())];
    let message = Message {
        id: &new_id(),
        account,
        sender: automation,
        lane: None,
        event: event.name(),
        method: &http.method,
        url: &http.url,
        headers: &headers,
        body,
    };
    outbox::add(db, app, &message).await
}

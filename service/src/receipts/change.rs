//! Receipts whose buyer, or discounts, are told later.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::store::{self, Stored};
use super::token;
use crate::App;
use crate::discounts::record;
use crate::entity::{Change, quoted};
use crate::error::ApiError;
use crate::happened::{Event, Happening, happened, resource};
use crate::http::{is_client_id, read, read_object};
use crate::members::Members;
use crate::store::Db;

/// How often a change is tried again when another one came first.
const TRIES: usize = 100;

#[derive(Debug, Deserialize)]
struct Completion<'a> {
    customer_id: String,
    #[serde(default, borrow)]
    discounts: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
struct Buyer {
    customer_id: String,
}

/// The one receipt of this number or id; with a customer, only theirs.
///
/// # Errors
/// 404 when there is none, 400 when several stores gave the number.
pub(super) async fn one(app: &App, account: &str, customer: Option<&str>, name: &str) -> Result<Stored, ApiError> {
    let mut found = store::named(app, account, name).await?;
    found.retain(|stored| customer.is_none() || stored.customer_id.as_deref() == customer);
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(ApiError::NotFound("Receipt")),
        (Some(_), Some(_)) => {
            let message = "several stores gave a receipt this number; name it by its `id`".to_owned();
            Err(ApiError::Invalid("receipt_ambiguous", message))
        }
    }
}

fn check_customer(customer: &str) -> Result<(), ApiError> {
    if is_client_id(customer) && !matches!(customer, "*" | "/") && !customer.contains('\0') {
        return Ok(());
    }
    let message = "this names one customer, in 1 to 255 characters without space around them".to_owned();
    Err(ApiError::At("invalid_body", "/customer_id".to_owned(), message))
}

/// Says who bought, and what was used, of a receipt that does not say yet; its JSON.
///
/// # Errors
/// 400 when it says something else already.
pub(super) async fn complete(app: &App, account: &str, client: &str, name: &str, body: &str) -> Result<String, ApiError> {
    let Completion { customer_id, discounts } = read_object(body)?;
    check_customer(&customer_id)?;
    for _ in 0..TRIES {
        let before = one(app, account, None, name).await?;
        let token_id = before.token_id.clone();
        if let Some(body) = tell(app, account, client, &before, &customer_id, discounts, token_id.as_deref()).await? {
            return Ok(body);
        }
    }
    Err(ApiError::Internal(format!("receipt {name} changed all the time")))
}

/// Gives the receipt that a token names to a customer; the token is of no use any more. The receipt's JSON.
///
/// # Errors
/// 400 when the token names no receipt, or somebody has the receipt.
pub(super) async fn claim(
    app: &App,
    account: &str,
    client: &str,
    user: Option<&str>,
    token: &str,
    body: &str,
) -> Result<String, ApiError> {
    let Buyer { customer_id } = read_object(body)?;
    check_customer(&customer_id)?;
    if user.is_some_and(|user| user != customer_id) {
        let message = "with this token you claim receipts for yourself only".to_owned();
        return Err(ApiError::At("customer_not_you", "/customer_id".to_owned(), message));
    }
    for _ in 0..TRIES {
        let before = token::receipt(app, account, token).await?;
        if let Some(body) = tell(app, account, client, &before, &customer_id, None, None).await? {
            return Ok(body);
        }
    }
    Err(ApiError::Internal("a receipt changed all the time".to_owned()))
}

/// Adds what a receipt did not say, and records it in the same unit of work; `None` when another change came first.
async fn tell(
    app: &App,
    account: &str,
    client: &str,
    before: &Stored,
    customer: &str,
    discounts: Option<&RawValue>,
    token_id: Option<&str>,
) -> Result<Option<String>, ApiError> {
    if before.customer_id.as_deref().is_some_and(|known| known != customer) {
        let message = "this receipt belongs to another customer; `change_customer_id` moves it".to_owned();
        return Err(ApiError::At("customer_known", "/customer_id".to_owned(), message));
    }
    let mut members: Members<'_> = read(&before.body)?;
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let known = members.get("discounts").map(value).filter(|known| known.as_array().is_none_or(|list| !list.is_empty()));
    let new = discounts.map(RawValue::get).filter(|text| *text != "null");
    if let (Some(known), Some(new)) = (&known, new)
        && *known != value(new)
    {
        let message = "this receipt says already which discounts were used".to_owned();
        return Err(ApiError::At("discounts_known", "/discounts".to_owned(), message));
    }
    let adds = new.filter(|_| known.is_none());
    // Whose token it was bought with, its JSON does not say yet.
    let says = members.get("customer_id").is_some_and(|text| text != "null");
    if says && adds.is_none() && token_id == before.token_id.as_deref() {
        return Ok(Some(before.body.clone()));
    }
    let (change, customer_json) = (Change::now(client), quoted(customer));
    members.set("customer_id", Some(&customer_json));
    if adds.is_some() {
        members.set("discounts", adds);
    }
    change.touch(&mut members);
    let body = members.to_string();
    let used = record::read_receipt(app, account, read(&body)?, "").await?;
    let sealed = app.sealer.seal(&store::place(account, &before.id), body.as_bytes())?;
    let mut unit = app.store.unit().await?;
    if !store::replace(unit.db(), account, before, Some(customer), token_id, &sealed).await? {
        return Ok(None);
    }
    if let Some(used) = used {
        record::record_receipt(unit.db(), app, account, client, used).await?;
    }
    changed(unit.db(), app, account, before, &body).await?;
    unit.save().await?;
    Ok(Some(body))
}

/// Moves a receipt to another customer, and leaves a trace; its JSON. What it used stays counted for whom it was.
///
/// # Errors
/// 404 when the customer has no such receipt.
pub(super) async fn move_to(
    app: &App,
    account: &str,
    client: &str,
    (customer, name): (&str, &str),
    body: &str,
) -> Result<String, ApiError> {
    let Buyer { customer_id } = read_object(body)?;
    check_customer(&customer_id)?;
    for _ in 0..TRIES {
        let before = one(app, account, Some(customer), name).await?;
        let mut members: Members<'_> = read(&before.body)?;
        let (change, customer_json) = (Change::now(client), quoted(&customer_id));
        let trace = moved(&change.at, client, before.customer_id.as_deref(), &customer_id);
        let mut extra_info: Vec<&str> = match members.get("extra_info") {
            Some(text) => read::<Vec<&RawValue>>(text)?.into_iter().map(RawValue::get).collect(),
            None => Vec::new(),
        };
        extra_info.push(&trace);
        let extra_info = format!("[{}]", extra_info.join(","));
        members.set("customer_id", Some(&customer_json));
        members.set("extra_info", Some(&extra_info));
        change.touch(&mut members);
        let body = members.to_string();
        let sealed = app.sealer.seal(&store::place(account, &before.id), body.as_bytes())?;
        let mut unit = app.store.unit().await?;
        if store::replace(unit.db(), account, &before, Some(&customer_id), before.token_id.as_deref(), &sealed).await? {
            changed(unit.db(), app, account, &before, &body).await?;
            unit.save().await?;
            return Ok(body);
        }
    }
    Err(ApiError::Internal(format!("receipt {name} changed all the time")))
}

/// Says that a receipt changed.
async fn changed(db: &mut Db, app: &App, account: &str, receipt: &Stored, body: &str) -> Result<(), ApiError> {
    let happening = Happening { event: Event::ReceiptUpdate, key: &receipt.id, resource: &resource(body) };
    happened(db, app, account, happening).await
}

/// The entry of `extra_info` that says to whom a receipt was moved.
fn moved(at: &str, client: &str, old: Option<&str>, new: &str) -> String {
    use sha2::{Digest, Sha256};
    let value = serde_json::json!({"created_at": at, "created_by": client, "old": old, "new": new}).to_string();
    let hash: String = Sha256::digest(&value).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let key = format!("dintero.receipts.change_customer_id.{at}.{hash}");
    format!(r#"{{"key":{},"value":{},"value_type":"string"}}"#, quoted(&key), quoted(&value))
}

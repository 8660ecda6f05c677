//! Receipts are stored here, and what they used is recorded.

use serde_json::Value;
use serde_json::value::RawValue;

use super::read::{Checked, PARKED, Sent};
use super::{store, token};
use crate::App;
use crate::discounts::record::{self, ReceiptUse};
use crate::entity::{Change, Made, SERVER_SET};
use crate::error::ApiError;
use crate::happened::{Event, Happening, happened};
use crate::http::{read, read_at};
use crate::members::Members;
use crate::store::Db;

/// A receipt that is ready to be stored.
struct Ready {
    id: String,
    checked: Checked,
    used: Option<ReceiptUse>,
    /// As it is stored: sealed.
    sealed: String,
    /// As automations look at it.
    resource: Value,
}

/// One of a list.
struct One<'a> {
    sent: &'a str,
    /// Its pointer in the body.
    place: String,
    made: Made,
    ready: Ready,
}

/// Stores a list of receipts; what came of it, as JSON. All are checked before the first is stored; then each is
/// stored and recorded by itself, all of it or nothing. Sent again after a failure, those that were stored count as duplicates.
///
/// # Errors
/// 400 when one of them is wrong; then none is stored.
pub(super) async fn add(app: &App, account: &str, client: &str, body: &str, token_days: Option<u64>) -> Result<String, ApiError> {
    let list: Vec<&RawValue> = read(body)?;
    let mut ones = Vec::with_capacity(list.len());
    for (at, receipt) in list.iter().enumerate() {
        let (sent, place, made) = (receipt.get(), format!("/{at}"), Made::now(client));
        let members = members(sent, &place)?;
        let ready = check(app, account, &made.id, &made.with(members).to_string(), &place).await?;
        ones.push(One { sent, place, made, ready });
    }
    let (mut receipts, mut duplicates) = (Vec::new(), 0_usize);
    for one in ones {
        match store_one(app, account, client, one, token_days).await? {
            Some(entity) => receipts.push(entity),
            None => duplicates = duplicates.saturating_add(1),
        }
    }
    Ok(format!(r#"{{"receipts":[{}],"duplicates":{duplicates}}}"#, receipts.join(",")))
}

/// Stores one receipt; what the server says of it, or `None` when it is a duplicate.
async fn store_one(
    app: &App,
    account: &str,
    client: &str,
    one: One<'_>,
    token_days: Option<u64>,
) -> Result<Option<String>, ApiError> {
    let One { sent, place, made, mut ready } = one;
    let token_id = token_days.map(|_| crate::store::new_id());
    let mut unit = app.store.unit().await?;
    if store::add(unit.db(), account, &ready.id, &ready.checked, token_id.as_deref(), &made.at, &ready.sealed).await? {
        record(unit.db(), app, account, client, ready.used.take(), (&ready.id, &ready.resource)).await?;
        unit.save().await?;
        let entity = made.with(Members::default());
        return answer(app, account, entity, &ready, token_id.as_deref().zip(token_days)).map(Some);
    }
    if let Some(parked) = store::parked(unit.db(), app, account, &ready.checked).await?
        && !is_parked(&ready.resource)
    {
        // What checking asks the database is not asked within a unit of work.
        drop(unit);
        let change = Change::now(client);
        let body = finished(&change, &read(&parked.body)?, members(sent, &place)?);
        let mut ready = check(app, account, &parked.id, &body, &place).await?;
        unit = app.store.unit().await?;
        let token = token_id.as_deref().or(parked.token_id.as_deref());
        if store::finish(unit.db(), account, &parked, &ready.checked, token, &ready.sealed).await? {
            record(unit.db(), app, account, client, ready.used.take(), (&ready.id, &ready.resource)).await?;
            unit.save().await?;
            let mut entity: Members<'_> = read(&body)?;
            entity.0.retain(|(name, _)| SERVER_SET.contains(&name.as_str()));
            return answer(app, account, entity, &ready, token_id.as_deref().zip(token_days)).map(Some);
        }
    }
    record::void_lines(unit.db(), app, account, &ready.resource).await?;
    unit.save().await?;
    Ok(None)
}

/// Records what it used. A till's training and the like is stored, and nothing happens to anybody; what an event told of
/// before did not happen again.
async fn record(
    db: &mut Db,
    app: &App,
    account: &str,
    client: &str,
    used: Option<ReceiptUse>,
    (id, resource): (&str, &Value),
) -> Result<(), ApiError> {
    let Some(used) = used else {
        // An event may have told of it before it was voided.
        return record::void_lines(db, app, account, resource).await;
    };
    if record::record_receipt(db, app, account, client, used).await? {
        happened(db, app, account, Happening { event: Event::ReceiptAdd, key: id, resource }).await?;
    }
    Ok(())
}

/// What the server says of a receipt it stored, with its token when there is one for so many days.
fn answer(app: &App, account: &str, entity: Members<'_>, ready: &Ready, token: Option<(&str, u64)>) -> Result<String, ApiError> {
    let extra_info = match token {
        Some((token_id, days)) => {
            let Ready { id, checked, .. } = ready;
            let of = token::Of { id, receipt_id: &checked.receipt_id, customer_id: checked.customer_id.as_deref() };
            Some(token::extra_info(app, account, &of, token_id, days)?.to_string())
        }
        None => None,
    };
    let mut entity: Members<'_> = entity;
    entity.set("extra_info", extra_info.as_deref());
    Ok(entity.to_string())
}

/// Was it put aside at the till, to be finished later?
fn is_parked(receipt: &Value) -> bool {
    receipt.get("entry_status").and_then(Value::as_str) == Some(PARKED)
}

/// A receipt as sent.
fn members<'a>(text: &'a str, place: &str) -> Result<Members<'a>, ApiError> {
    let sent: Members<'_> = read_at(text, place)?;
    sent.refuse_twice(place)?;
    Ok(sent)
}

/// A parked receipt finished: all that is sent now, under its own id. Who bought stays known when somebody claimed it meanwhile.
fn finished<'a>(change: &'a Change, parked: &Members<'a>, mut sent: Members<'a>) -> String {
    let own = ["id", "created_at", "created_by"];
    let mut members = Members(own.into_iter().filter_map(|name| Some((name.to_owned(), parked.get(name)?))).collect());
    if sent.get("customer_id").is_none() {
        sent.set("customer_id", parked.get("customer_id"));
    }
    members.0.extend(sent.0.into_iter().filter(|(name, _)| !SERVER_SET.contains(&name.as_str())));
    change.update(&mut members);
    members.to_string()
}

/// Checks one receipt: `body` is what will be stored, `place` the pointer of what was sent in the request's body.
async fn check(app: &App, account: &str, id: &str, body: &str, place: &str) -> Result<Ready, ApiError> {
    let checked = read_at::<Sent>(body, place)?.check(place)?;
    let used = record::read_receipt(app, account, read_at(body, place)?, place).await?;
    let resource = serde_json::from_str(body).map_err(|error| {
        let message = format!("automations cannot read this: {error}; nest it less deeply, and use whole characters only");
        ApiError::At("invalid_body", place.to_owned(), message)
    })?;
    let sealed = app.sealer.seal(&store::place(account, id), body.as_bytes())?;
    Ok(Ready { id: id.to_owned(), checked, used, sealed, resource })
}

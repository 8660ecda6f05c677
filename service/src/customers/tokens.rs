//! What identifies a customer at a till.
//!
//! Whose a token is, `customer_tokens` alone says, which `available_for_receipt` asks; what there is to show of it lies beside,
//! and both are written in one unit of work, whether a token is made here or arrives as an event.

use serde_json::{Map, Value};

use super::change::{Asks, missing, place};
use super::profile::{object, text, wrong};
use super::store::tokens::{self as store, Row};
use super::store::users;
use super::token_events;
use super::told::told_of_token;
use super::words::Words;
use crate::App;
use crate::discounts::store::tokens as held;
use crate::discounts::store::unknown_cursor;
use crate::documents::{Member, Shape, check};
use crate::error::ApiError;
use crate::happened::Event;
use crate::http::is_client_id;
use crate::sealed::Sealer;
use crate::store::{Db, new_id, now};

static MEMBERS: [Member; 4] = [
    Member("token_id", Shape::Text),
    Member("type", Shape::NeededText),
    Member("value", Shape::NeededText),
    Member("metadata", Shape::Object(&[])),
];

/// A token to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewToken<'a> {
    pub(super) customer_id: &'a str,
    pub(super) kind: &'a str,
    pub(super) value: &'a str,
    pub(super) token_id: Option<&'a str>,
    pub(super) metadata: Option<&'a Value>,
    /// Is it made of what is known of the customer?
    pub(super) auto: bool,
}

fn sealed_at(account: &str, id: &str) -> String {
    place(account, &format!("tokens/{id}"))
}

fn open(app: &App, account: &str, row: &Row) -> Result<Map<String, Value>, ApiError> {
    let body = app.sealer.open_text(&sealed_at(account, &row.id), row.body.clone())?;
    let mut members: Map<String, Value> =
        serde_json::from_str(&body).map_err(|error| ApiError::Internal(format!("a stored token: {error}")))?;
    // Of tokens from before there were customers here, nothing else is known.
    members.entry("id").or_insert_with(|| Value::from(&*row.id));
    Ok(members)
}

fn seal(app: &App, account: &str, id: &str, members: &Map<String, Value>) -> Result<String, ApiError> {
    let body = serde_json::to_vec(members).map_err(|error| ApiError::Internal(error.to_string()))?;
    app.sealer.seal(&sealed_at(account, id), &body)
}

/// Keeps what there is to show of a token; it.
async fn keep(db: &mut Db, app: &App, asks: &Asks<'_>, new: &NewToken<'_>) -> Result<Map<String, Value>, ApiError> {
    let (id, at) = (new_id(), now());
    let mut members = Map::new();
    for (name, value) in [
        ("id", Some(&*id)),
        ("created_at", Some(&at)),
        ("created_by", Some(asks.by)),
        ("updated_at", Some(&at)),
        ("token_id", new.token_id),
        ("type", Some(new.kind)),
        ("value", Some(new.value)),
    ] {
        members.extend(value.map(|value| (name.to_owned(), Value::from(value))));
    }
    members.extend(new.metadata.map(|metadata| ("metadata".to_owned(), metadata.clone())));
    let words = Words { sealer: &app.sealer, account: asks.account };
    let row = store::New {
        id: &id,
        customer_id: new.customer_id,
        words: [words.token(new.kind, new.value), words.token_type(new.kind), words.token_value(new.value)],
        body: &seal(app, asks.account, &id, &members)?,
        auto: new.auto,
    };
    store::add(db, asks.account, &row).await?;
    Ok(members)
}

/// Gives a customer a token; it, or nothing when somebody has it.
///
/// # Errors
/// When the database refuses.
pub(super) async fn add(
    db: &mut Db,
    app: &App,
    asks: &Asks<'_>,
    new: &NewToken<'_>,
) -> Result<Option<Map<String, Value>>, ApiError> {
    let NewToken { customer_id, kind, value, token_id, .. } = *new;
    let token = held::Token { account: asks.account, kind, value, customer_id, token_id };
    if !held::add_new(db, &app.sealer, &token).await? {
        return Ok(None);
    }
    let members = keep(db, app, asks, new).await?;
    told_of_token(db, app, asks.account, Event::TokenAdd, customer_id, &members).await?;
    Ok(Some(members))
}

/// Gives a customer a token, also when only a deleted customer has it; it, or nothing when somebody else does.
///
/// # Errors
/// When the database refuses.
pub(super) async fn add_or_inherit(
    db: &mut Db,
    app: &App,
    asks: &Asks<'_>,
    new: &NewToken<'_>,
) -> Result<Option<Map<String, Value>>, ApiError> {
    let added = add(db, app, asks, new).await?;
    if added.is_some() {
        return Ok(added);
    }
    let word = Words { sealer: &app.sealer, account: asks.account }.token(new.kind, new.value);
    let Some(row) = store::of_word(&mut *db, asks.account, &word).await? else { return Ok(None) };
    let lives = users::lock(&mut *db, asks.account, &row.customer_id).await?.is_some();
    if lives || !users::was_deleted(&mut *db, asks.account, &row.customer_id).await? {
        return Ok(None);
    }
    take(&mut *db, app, asks, &row).await?;
    add(db, app, asks, new).await
}

/// Takes a token away; what is left to show.
async fn take(db: &mut Db, app: &App, asks: &Asks<'_>, row: &Row) -> Result<Map<String, Value>, ApiError> {
    let mut members = open(app, asks.account, row)?;
    let part = |name: &str| text(&members, name).unwrap_or_default().to_owned();
    let (kind, value) = (part("type"), part("value"));
    held::remove(db, &app.sealer, asks.account, &kind, &value, &row.customer_id).await?;
    mark_deleted(db, app, asks, &row.id, &mut members).await?;
    told_of_token(db, app, asks.account, Event::TokenRemove, &row.customer_id, &members).await?;
    Ok(members)
}

async fn mark_deleted(
    db: &mut Db,
    app: &App,
    asks: &Asks<'_>,
    id: &str,
    members: &mut Map<String, Value>,
) -> Result<(), ApiError> {
    let at = now();
    for (name, value) in [("updated_at", &*at), ("deleted_at", &at), ("deleted_by", asks.by)] {
        members.insert(name.to_owned(), Value::from(value));
    }
    store::delete(db, asks.account, id, &at, &seal(app, asks.account, id, members)?).await
}

/// Gives a customer a token; its JSON.
///
/// # Errors
/// 404 when there is no such customer, 400 when somebody has the token.
pub(super) async fn create(app: &App, asks: &Asks<'_>, customer_id: &str, body: &str, clear: bool) -> Result<String, ApiError> {
    let sent = Value::Object(object(body)?);
    check(&sent, &Shape::Object(&MEMBERS), "")?;
    let sent = sent.as_object().cloned().unwrap_or_default();
    for name in ["token_id", "type", "value"] {
        if text(&sent, name).is_some_and(|text| !is_client_id(text) || text.contains('\0')) {
            return Err(wrong(&format!("/{name}"), "this has 1 to 255 characters, without space around them"));
        }
    }
    let part = |name: &str| text(&sent, name).unwrap_or_default();
    let new = NewToken {
        customer_id,
        kind: part("type"),
        value: part("value"),
        token_id: text(&sent, "token_id"),
        metadata: sent.get("metadata").filter(|metadata| !metadata.is_null()),
        auto: false,
    };
    let mut unit = app.store.unit().await?;
    users::lock(unit.db(), asks.account, customer_id).await?.ok_or_else(missing)?;
    if clear {
        token_events::clear(unit.db(), app, asks.account, (new.kind, new.value), None).await?;
    }
    let Some(members) = add_or_inherit(unit.db(), app, asks, &new).await? else {
        let message = "a customer has this token; delete it there, or send another".to_owned();
        return Err(ApiError::At("token_exists", "/value".to_owned(), message));
    };
    unit.save().await?;
    Ok(Value::Object(members).to_string())
}

/// Takes a token from a customer, named by its `id` or its `token_id`; what is left to show.
///
/// # Errors
/// 404 when it has no such token, 400 when it is deleted already.
pub(super) async fn delete(app: &App, asks: &Asks<'_>, customer_id: &str, name: &str) -> Result<String, ApiError> {
    let mut unit = app.store.unit().await?;
    users::lock(unit.db(), asks.account, customer_id).await?.ok_or_else(missing)?;
    let row = match store::one(unit.db(), asks.account, customer_id, name).await? {
        Some(row) => row,
        None => {
            let all = store::of_customer(unit.db(), asks.account, customer_id).await?;
            let named = |row: &Row| open(app, asks.account, row).is_ok_and(|members| text(&members, "token_id") == Some(name));
            // The same name may have been another's before, which is deleted.
            all.into_iter().filter(named).min_by_key(|row| row.deleted).ok_or(ApiError::NotFound("Token"))?
        }
    };
    if row.deleted {
        return Err(ApiError::Invalid("already_deleted", "this token is deleted already".to_owned()));
    }
    let members = take(unit.db(), app, asks, &row).await?;
    unit.save().await?;
    Ok(Value::Object(members).to_string())
}

/// Which tokens of a customer to list.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) kind: Option<String>,
    pub(super) deleted: bool,
    pub(super) starting_after: Option<String>,
    pub(super) limit: i64,
    pub(super) total: bool,
}

/// A page of a customer's tokens, oldest first, and how many there are when that is asked.
///
/// # Errors
/// 404 when there is no such customer, 400 when `starting_after` is unknown.
pub(super) async fn page(
    app: &App,
    account: &str,
    customer_id: &str,
    filter: &Filter,
) -> Result<(Vec<String>, Option<usize>), ApiError> {
    let pool = app.store.pool();
    users::named(pool, account, customer_id).await?.ok_or_else(missing)?;
    let words = Words { sealer: &app.sealer, account };
    let kind = filter.kind.as_deref().map(|kind| words.token_type(kind));
    let which = store::Which { account, customer_id, kind: kind.as_deref(), deleted: filter.deleted };
    let after = match filter.starting_after.as_deref() {
        Some(id) if !store::is_known(pool, account, customer_id, id).await? => return Err(unknown_cursor("id")),
        after => after,
    };
    let rows = store::page(pool, &which, after, filter.limit).await?;
    let shown = |row: &Row| open(app, account, row).map(|members| Value::Object(members).to_string());
    let total = if filter.total { Some(store::count(pool, &which).await?) } else { None };
    Ok((rows.iter().map(shown).collect::<Result<_, _>>()?, total))
}

/// What there is to show of the token of this type and value, and whose it is.
///
/// # Errors
/// When the database refuses.
pub(super) async fn known(
    db: &mut Db,
    app: &App,
    account: &str,
    word: &str,
) -> Result<Option<(String, Map<String, Value>)>, ApiError> {
    let Some(row) = store::of_word(db, account, word).await? else { return Ok(None) };
    let members = open(app, account, &row)?;
    Ok(Some((row.customer_id, members)))
}

/// A token that was made of a member.
#[derive(Debug)]
pub(super) struct Auto {
    row: Row,
    pub(super) kind: String,
    pub(super) value: String,
    /// It is not the customer's any more.
    pub(super) deleted: bool,
}

/// The tokens that were made of a customer's members, those that were taken away too.
///
/// # Errors
/// When the database refuses.
pub(super) async fn autos(db: &mut Db, app: &App, account: &str, customer_id: &str) -> Result<Vec<Auto>, ApiError> {
    let rows = store::of_customer(db, account, customer_id).await?.into_iter().filter(|row| row.auto);
    let auto = |row: Row| {
        let members = open(app, account, &row)?;
        let part = |name: &str| text(&members, name).unwrap_or_default().to_owned();
        Ok(Auto { kind: part("type"), value: part("value"), deleted: row.deleted, row })
    };
    rows.map(auto).collect()
}

impl Auto {
    /// Takes it away.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn remove(&self, db: &mut Db, app: &App, asks: &Asks<'_>) -> Result<(), ApiError> {
        take(db, app, asks, &self.row).await.map(drop)
    }
}

/// A customer is called something else: its tokens come along.
///
/// # Errors
/// When the database refuses.
pub(super) async fn rename(db: &mut Db, account: &str, (old, new): (&str, &str)) -> Result<(), ApiError> {
    held::rename(db, account, old, new).await?;
    store::rename(db, account, old, new).await
}

/// A customer is deleted: tokens that were deleted before are gone, and with `all` the others too, with what was told of them.
///
/// # Errors
/// When the database refuses.
pub(super) async fn forget(db: &mut Db, app: &App, asks: &Asks<'_>, customer_id: &str, all: bool) -> Result<(), ApiError> {
    if all {
        for row in store::of_customer(db, asks.account, customer_id).await?.into_iter().filter(|row| !row.deleted) {
            let members = take(db, app, asks, &row).await?;
            let part = |name: &str| text(&members, name).unwrap_or_default();
            token_events::forget(db, app, asks.account, (part("type"), part("value"))).await?;
        }
    }
    store::purge(db, asks.account, customer_id).await
}

/// A token that an event told of, within its unit of work: who had it before has it no more.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn arrived(db: &mut Db, app: &App, client: &str, token: &held::Token<'_>) -> Result<(), ApiError> {
    let asks = Asks::elsewhere(token.account, client);
    let word = Words { sealer: &app.sealer, account: token.account }.token(token.kind, token.value);
    if let Some(row) = store::of_word(&mut *db, token.account, &word).await? {
        let mut members = open(app, token.account, &row)?;
        if row.customer_id == token.customer_id && text(&members, "token_id") == token.token_id {
            return Ok(());
        }
        mark_deleted(db, app, &asks, &row.id, &mut members).await?;
    }
    let held::Token { kind, value, customer_id, token_id, .. } = *token;
    let new = NewToken { customer_id, kind, value, token_id, metadata: None, auto: false };
    keep(db, app, &asks, &new).await.map(drop)
}

/// A token that an event told to be gone, within its unit of work; not one that another customer has by now.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn left(
    db: &mut Db,
    app: &App,
    (account, client): (&str, &str),
    (kind, value): (&str, &str),
    customer_id: &str,
) -> Result<(), ApiError> {
    let word = Words { sealer: &app.sealer, account }.token(kind, value);
    let Some(row) = store::of_word(&mut *db, account, &word).await?.filter(|row| row.customer_id == customer_id) else {
        return Ok(());
    };
    let mut members = open(app, account, &row)?;
    mark_deleted(db, app, &Asks::elsewhere(account, client), &row.id, &mut members).await
}

/// Seals tokens from before there were customers here, and lets them be found.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn seal_old(db: &mut Db, sealer: &Sealer) -> Result<(), ApiError> {
    for (account, id, body) in store::old(db).await? {
        let members: Map<String, Value> =
            serde_json::from_str(&body).map_err(|error| ApiError::Internal(format!("a stored token: {error}")))?;
        let words = Words { sealer, account: &account };
        let part = |name: &str| text(&members, name).unwrap_or_default();
        let words = [words.token(part("type"), part("value")), words.token_type(part("type")), words.token_value(part("value"))];
        store::seal_old(db, &account, &id, &sealer.seal(&sealed_at(&account, &id), body.as_bytes())?, &words).await?;
    }
    Ok(())
}

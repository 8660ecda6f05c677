//! What was told of a token, which may be before there is the token, or a customer.

use chrono::{TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::change::place;
use super::profile::{object, text, wrong};
use super::settings::{self, Settings};
pub(super) use super::store::token_events::Filter;
use super::store::token_events::{self as store, Event, New};
use super::store::users;
use super::tokens;
use super::words::Words;
use crate::App;
use crate::discounts::store::unknown_cursor;
use crate::documents::{Member, Shape, check};
use crate::error::ApiError;
use crate::http::is_client_id;
use crate::store::{Db, new_id, now, written};

/// The status when nothing tells it.
const UNKNOWN: &str = "UNKNOWN";
/// The status of what was cleared.
const DELETED: &str = "DELETED";

static TOKEN: [Member; 2] = [Member("type", Shape::NeededText), Member("value", Shape::NeededText)];
static EVENT: [Member; 3] = [Member("event", Shape::Text), Member("status", Shape::Text), Member("metadata", Shape::Object(&[]))];
static BODY: [Member; 2] = [Member("token", Shape::Object(&TOKEN)), Member("event", Shape::Object(&EVENT))];

/// What was sent: of which token, and which event.
struct Sent {
    kind: String,
    value: String,
    event: Option<Map<String, Value>>,
}

impl Sent {
    fn read(body: &str) -> Result<Self, ApiError> {
        let body = Value::Object(object(body)?);
        check(&body, &Shape::Object(&BODY), "")?;
        let Some(token) = body.get("token").and_then(Value::as_object) else {
            return Err(wrong("", "`token` is missing; it is needed here"));
        };
        for name in ["type", "value"] {
            if text(token, name).is_some_and(|text| !is_client_id(text)) {
                return Err(wrong(&format!("/token/{name}"), "this has 1 to 255 characters, without space around them"));
            }
        }
        let part = |name: &str| text(token, name).unwrap_or_default().to_owned();
        let event = body.get("event").and_then(Value::as_object).cloned();
        Ok(Self { kind: part("type"), value: part("value"), event })
    }
}

fn sealed_at(account: &str, id: &str) -> String {
    place(account, &format!("token_events/{id}"))
}

async fn add(
    db: &mut Db,
    app: &App,
    account: &str,
    subject: &str,
    (status, seconds): (Option<&str>, Option<i64>),
    body: &Value,
) -> Result<(), ApiError> {
    let (id, created_at) = (new_id(), now());
    let until = seconds.and_then(TimeDelta::try_seconds).and_then(|span| Utc::now().checked_add_signed(span)).map(written);
    let body = app.sealer.seal(&sealed_at(account, &id), body.to_string().as_bytes())?;
    let new = New { id: &id, status, expires_at: until.as_deref(), created_at: &created_at, body: &body };
    store::add(db, account, subject, &new).await
}

/// Takes in an event of a token, when there is one, and tells what is known of the token.
///
/// # Errors
/// 400 when the body is wrong.
pub(super) async fn post(app: &App, account: &str, body: &str) -> Result<String, ApiError> {
    let sent = Sent::read(body)?;
    let word = Words { sealer: &app.sealer, account }.token(&sent.kind, &sent.value);
    let mut unit = app.store.unit().await?;
    if let Some(event) = &sent.event {
        let Some(name) = text(event, "event").filter(|name| !name.trim().is_empty()) else {
            return Err(wrong("/event/event", "what happened is missing; it is needed here"));
        };
        let settings = settings::of(&mut *unit.db(), &app.sealer, account).await?;
        let status = text(event, "status");
        let seconds = status.and_then(|status| lasts(&settings, status));
        let subject = store::touch(unit.db(), account, &word, &now()).await?;
        let mut kept = json!({"event": name});
        if let (Some(kept), Some(metadata)) = (kept.as_object_mut(), event.get("metadata").filter(|metadata| !metadata.is_null()))
        {
            kept.insert("metadata".to_owned(), metadata.clone());
        }
        add(unit.db(), app, account, &subject, (status, seconds), &kept).await?;
    }
    let subject = store::find(unit.db(), account, &word).await?;
    let events = match &subject {
        Some(id) => store::of(unit.db(), account, &[id], &now()).await?,
        None => Vec::new(),
    };
    let about = About::of(unit.db(), app, account, &word, &events).await?;
    unit.save().await?;
    let mut detail = Map::new();
    detail.extend(subject.map(|id| ("id".to_owned(), Value::from(id))));
    detail.extend(about.customer.map(|customer| ("customer".to_owned(), Value::Object(customer))));
    detail.extend(about.token.map(|token| ("token".to_owned(), Value::Object(token))));
    detail.insert("status".to_owned(), Value::from(about.status));
    detail.insert("events".to_owned(), shown(app, account, &events)?);
    Ok(Value::Object(detail).to_string())
}

/// How many seconds a status lasts, when it ends.
fn lasts(settings: &Settings, status: &str) -> Option<i64> {
    settings.tokens.event_expiry.iter().find(|expiry| expiry.status == status).map(|expiry| expiry.time_to_live.into())
}

/// Who has a token, and how it stands.
struct About {
    customer: Option<Map<String, Value>>,
    token: Option<Map<String, Value>>,
    status: String,
}

impl About {
    async fn of(db: &mut Db, app: &App, account: &str, word: &str, events: &[Event]) -> Result<Self, ApiError> {
        let (mut customer, mut token) = (None, None);
        if let Some((customer_id, known)) = tokens::known(db, app, account, word).await? {
            token = Some(known);
            if let Some(stored) = users::named(&mut *db, account, &customer_id).await? {
                customer = Some(stored.open(app, account)?);
            }
        }
        let own = customer.as_ref().and_then(|customer| text(customer, "status")).map(str::to_owned);
        let told = events.iter().rev().find_map(|event| event.status.clone());
        Ok(Self { customer, token, status: own.or(told).unwrap_or_else(|| UNKNOWN.to_owned()) })
    }
}

/// Events as they are shown.
fn shown(app: &App, account: &str, events: &[Event]) -> Result<Value, ApiError> {
    let mut list = Vec::new();
    for event in events {
        let body = app.sealer.open_text(&sealed_at(account, &event.id), event.body.clone())?;
        let mut members: Map<String, Value> =
            serde_json::from_str(&body).map_err(|error| ApiError::Internal(format!("a stored event: {error}")))?;
        members.insert("created_at".to_owned(), Value::from(&*event.created_at));
        members.extend(event.status.as_deref().map(|status| ("status".to_owned(), Value::from(status))));
        members.extend(event.expires_at.as_deref().map(|at| ("expires_at".to_owned(), Value::from(at))));
        list.push(Value::Object(members));
    }
    Ok(Value::Array(list))
}

/// A page of what was told of tokens.
///
/// # Errors
/// 400 when `starting_after` is unknown.
pub(super) async fn page(app: &App, account: &str, filter: &Filter) -> Result<String, ApiError> {
    let mut view = app.store.view().await?;
    if let Some(after) = &filter.after
        && !store::is_known(view.db(), account, after).await?
    {
        return Err(unknown_cursor("id"));
    }
    let subjects = store::page(view.db(), account, filter).await?;
    let ids: Vec<&str> = subjects.iter().map(|subject| &*subject.id).collect();
    let mut events = store::of(view.db(), account, &ids, &now()).await?;
    let mut list = Vec::new();
    for subject in &subjects {
        let (own, rest): (Vec<Event>, Vec<Event>) = events.into_iter().partition(|event| event.subject == subject.id);
        events = rest;
        let about = About::of(view.db(), app, account, &subject.word, &own).await?;
        list.push(json!({"id": subject.id, "status": about.status, "events": shown(app, account, &own)?}));
    }
    Ok(Value::Array(list).to_string())
}

/// Clears what was told of a token: its status is `DELETED` until something else is told.
///
/// # Errors
/// When the database refuses.
pub(super) async fn clear(
    db: &mut Db,
    app: &App,
    account: &str,
    (kind, value): (&str, &str),
    event: Option<&Map<String, Value>>,
) -> Result<(), ApiError> {
    let word = Words { sealer: &app.sealer, account }.token(kind, value);
    let Some(subject) = store::find(db, account, &word).await? else { return Ok(()) };
    let name = event.and_then(|event| text(event, "event")).unwrap_or("cleared");
    let mut body = json!({"event": name});
    let metadata = event.and_then(|event| event.get("metadata")).filter(|metadata| !metadata.is_null());
    if let (Some(body), Some(metadata)) = (body.as_object_mut(), metadata) {
        body.insert("metadata".to_owned(), metadata.clone());
    }
    add(db, app, account, &subject, (Some(DELETED), None), &body).await?;
    store::cleared(db, account, &subject, &now()).await
}

/// Clears what was told of the token in a body.
///
/// # Errors
/// 400 when the body is wrong.
pub(super) async fn delete(app: &App, account: &str, body: &str) -> Result<(), ApiError> {
    let sent = Sent::read(body)?;
    let mut unit = app.store.unit().await?;
    clear(unit.db(), app, account, (&sent.kind, &sent.value), sent.event.as_ref()).await?;
    unit.save().await
}

/// Takes away what was told of a token.
///
/// # Errors
/// When the database refuses.
pub(super) async fn forget(db: &mut Db, app: &App, account: &str, (kind, value): (&str, &str)) -> Result<(), ApiError> {
    let word = Words { sealer: &app.sealer, account }.token(kind, value);
    match store::find(db, account, &word).await? {
        Some(subject) => store::forget(db, account, &subject).await,
        None => Ok(()),
    }
}

//! Customers are made, changed, deleted, and called something else.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::profile::{self, Kind, TRACE, check_whole, merge, sent, text, wrong};
use super::settings::{self, IdFormat, Settings};
use super::store::users::{self, New, Stored};
use super::tags::{self, TERMS};
use super::told::told;
use super::verify::Field;
use super::words::{Words, plain_phone};
use super::{auto, tokens};
use crate::App;
use crate::auth::secret;
use crate::error::ApiError;
use crate::happened::Event;
use crate::json::pointer_part;
use crate::store::{Db, new_id, now};

/// How often another serial number is tried when somebody chose the one that was next.
const TRIES: usize = 20;

/// What sets passwords.
pub(super) const SETS_PASSWORDS: &str = "write:accounts:/auth/users";

/// Who asks for a change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asks<'a> {
    pub(super) account: &'a str,
    /// The API client, or the end user.
    pub(super) by: &'a str,
    /// Is it the customer itself?
    pub(super) is_user: bool,
    /// May it make employees and others?
    pub(super) makes_staff: bool,
    /// May it set passwords and PINs?
    pub(super) sets_passwords: bool,
}

impl<'a> Asks<'a> {
    /// Something that happened elsewhere, told by a client.
    pub(super) fn elsewhere(account: &'a str, by: &'a str) -> Self {
        Self { account, by, is_user: false, makes_staff: false, sets_passwords: false }
    }
}

/// Where a customer is sealed.
pub(super) fn place(account: &str, id: &str) -> String {
    format!("{account}/customers/{id}")
}

pub(super) fn missing() -> ApiError {
    ApiError::NotFound("Customer")
}

impl Stored {
    /// What is known of a customer.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn open(&self, app: &App, account: &str) -> Result<Map<String, Value>, ApiError> {
        let body = self.text(app, account)?;
        serde_json::from_str(&body).map_err(|error| ApiError::Internal(format!("a stored customer: {error}")))
    }

    /// It as JSON.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(super) fn text(&self, app: &App, account: &str) -> Result<String, ApiError> {
        app.sealer.open_text(&place(account, &self.id), self.body.clone())
    }

    /// Seals what is known now.
    fn close(&mut self, app: &App, account: &str, members: &Map<String, Value>) -> Result<(), ApiError> {
        let body = serde_json::to_vec(members).map_err(|error| ApiError::Internal(error.to_string()))?;
        self.body = app.sealer.seal(&place(account, &self.id), &body)?;
        Ok(())
    }
}

/// A password or PIN as it is hashed: with a key that the database does not hold, since a PIN alone would be found in minutes.
pub(super) fn keyed(app: &App, account: &str, id: &str, what: &str, secret: &str) -> String {
    app.sealer.blind(&format!("{account}/customers/{id}/{what}"), secret)
}

/// Hashes of the password and PIN that were sent: `None` where none was, or where `null` takes it away.
#[derive(Debug, Default)]
struct Passwords {
    password: Option<Option<String>>,
    pin: Option<Option<String>>,
}

impl Passwords {
    /// Takes them out of what was sent.
    async fn taken(app: &App, asks: &Asks<'_>, id: &str, sent: &mut Map<String, Value>) -> Result<Self, ApiError> {
        let mut taken = Self::default();
        for (name, slot) in [("password", &mut taken.password), ("pin", &mut taken.pin)] {
            let Some(value) = sent.shift_remove(name) else { continue };
            if !asks.sets_passwords {
                return Err(ApiError::Forbidden(&[SETS_PASSWORDS]));
            }
            let Value::String(value) = value else {
                *slot = Some(None);
                continue;
            };
            check_password(name, &value)?;
            *slot = Some(Some(secret::hash(keyed(app, asks.account, id, name, &value)).await?));
        }
        Ok(taken)
    }
}

/// Refuses what is no password, or no PIN.
///
/// # Errors
/// 400.
pub(super) fn check_password(name: &str, value: &str) -> Result<(), ApiError> {
    let place = format!("/{name}");
    match name {
        "pin" if value.len() != 6 || !value.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(wrong(&place, "a PIN is six digits"))
        }
        "password" if !(4..=255).contains(&value.chars().count()) => Err(wrong(&place, "a password has 4 to 255 characters")),
        _ => Ok(()),
    }
}

fn check_staff(asks: &Asks<'_>, members: &Map<String, Value>) -> Result<(), ApiError> {
    match profile::kind(members) {
        Kind::Employee | Kind::Other if !asks.makes_staff => Err(ApiError::Forbidden(&["admin:customers", "write:customers"])),
        _ => Ok(()),
    }
}

/// What end users may not say of themselves.
fn check_user(asks: &Asks<'_>, settings: &Settings, sent: &Map<String, Value>) -> Result<(), ApiError> {
    let attributes = sent.get("attributes").and_then(Value::as_object);
    match attributes.and_then(|attributes| attributes.keys().find(|name| settings.is_private(name))) {
        Some(name) if asks.is_user => {
            Err(wrong(&format!("/attributes/{}", pointer_part(name)), "this attribute is not yours to set"))
        }
        _ => Ok(()),
    }
}

fn taken(member: &str) -> ApiError {
    let (code, what) = match member {
        "customer_id" => ("customer_exists", "id"),
        "email" => ("email_exists", "e-mail address"),
        _ => ("phone_number_exists", "phone number"),
    };
    ApiError::At(code, format!("/{member}"), format!("another customer has this {what}; change that one, or send another"))
}

/// Lets a customer be found by what it is now, and keeps others from having what is its own.
async fn hold(
    db: &mut Db,
    app: &App,
    account: &str,
    id: &str,
    (before, after): (Option<&Map<String, Value>>, &Map<String, Value>),
    settings: &Settings,
) -> Result<(), ApiError> {
    let words = Words { sealer: &app.sealer, account };
    let phones_are_unique = !settings.users.phone_number_validation.allow_duplicates;
    let mut old = before.map(|before| words.claims(before, true)).unwrap_or_default();
    let mut new = words.claims(after, phones_are_unique);
    let kept: Vec<String> = old.iter().filter(|claim| new.contains(claim)).map(|claim| claim.word.clone()).collect();
    old.retain(|claim| !kept.contains(&claim.word));
    new.retain(|claim| !kept.contains(&claim.word));
    users::unclaim(db, account, id, &old).await?;
    if let Some(member) = users::claim(db, account, id, &new).await? {
        return Err(taken(member));
    }
    // Who had the number while several might have it claimed nothing.
    if let Some(phone) = text(after, "phone_number")
        && new.iter().any(|claim| claim.member == "phone_number")
        && users::others_have(db, account, id, &words.phone(phone)).await?
    {
        return Err(taken("phone_number"));
    }
    let (old, new) = (before.map(|before| words.of(before)).unwrap_or_default(), words.of(after));
    let gone: BTreeSet<&str> = old.difference(&new).map(String::as_str).collect();
    let come: BTreeSet<&str> = new.difference(&old).map(String::as_str).collect();
    users::remove_words(db, account, id, &gone).await?;
    users::add_words(db, account, id, &come).await
}

/// Who a contact speaks for, by their ids.
async fn spoken_for(db: &mut Db, account: &str, members: &Map<String, Value>) -> Result<Vec<String>, ApiError> {
    let mut ids = Vec::new();
    for (at, entry) in members.get("contact_for").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let name = entry.get("customer_id").and_then(Value::as_str).unwrap_or_default();
        let known = users::named(&mut *db, account, name).await?;
        let unknown = || wrong(&format!("/contact_for/{at}/customer_id"), "there is no such customer");
        ids.push(known.ok_or_else(unknown)?.id);
    }
    Ok(ids)
}

/// Refuses terms that the account does not have. Those that a customer accepted before may be gone by now.
async fn check_term(
    db: &mut Db,
    account: &str,
    before: Option<&Map<String, Value>>,
    after: &Map<String, Value>,
) -> Result<(), ApiError> {
    let id = |members: &Map<String, Value>| members.get("term")?.get("id")?.as_str().map(str::to_owned);
    match id(after) {
        Some(term) if before.and_then(id).as_ref() != Some(&term) && !tags::place(account, &TERMS).has(db, &term).await? => {
            Err(wrong("/term/id", "the account has no terms with this id; `customers/terms` lists them"))
        }
        _ => Ok(()),
    }
}

/// Makes a customer; its JSON.
///
/// # Errors
/// 400 when something is wrong with it, or somebody has what is to be its own.
pub(super) async fn create(app: &App, asks: &Asks<'_>, body: &str) -> Result<String, ApiError> {
    let mut sent = sent(body)?;
    let (id, at) = (new_id(), now());
    let passwords = Passwords::taken(app, asks, &id, &mut sent).await?;
    let mut members = Map::new();
    for (name, value) in [
        ("id", &*id),
        ("customer_id", ""),
        ("created_at", &at),
        ("created_by", asks.by),
        ("updated_at", &at),
        ("type", "customer"),
    ] {
        members.insert(name.to_owned(), Value::from(value));
    }
    sent.retain(|name, value| name != "type" || !value.is_null());
    let chosen = text(&sent, "customer_id").map(str::to_owned);
    merge(&mut members, sent);
    check_whole(&members)?;
    check_staff(asks, &members)?;
    let mut unit = app.store.unit().await?;
    let settings = settings::of(&mut *unit.db(), &app.sealer, asks.account).await?;
    settings.check_attributes(&members)?;
    check_term(unit.db(), asks.account, None, &members).await?;
    let mut tries = 0;
    let customer_id = loop {
        let customer_id = match (&chosen, settings.users.customer_id_format) {
            (Some(chosen), _) => chosen.clone(),
            (None, IdFormat::Uuid) => id.clone(),
            (None, IdFormat::Sequence) => users::next_serial(unit.db(), asks.account).await?.to_string(),
        };
        members.insert("customer_id".to_owned(), Value::from(&*customer_id));
        match hold(unit.db(), app, asks.account, &id, (None, &members), &settings).await {
            Err(ApiError::At("customer_exists", ..)) if chosen.is_none() && tries < TRIES => {
                tries = usize::saturating_add(tries, 1)
            }
            held => break held.map(|()| customer_id)?,
        }
    };
    let speaks_for = spoken_for(unit.db(), asks.account, &members).await?;
    let shown = Value::Object(members.clone()).to_string();
    let sealed = app.sealer.seal(&place(asks.account, &id), shown.as_bytes())?;
    let new = New {
        id: &id,
        customer_id: &customer_id,
        kind: profile::kind(&members),
        body: &sealed,
        password_hash: passwords.password.as_ref().and_then(Option::as_deref),
        pin_hash: passwords.pin.as_ref().and_then(Option::as_deref),
        created_at: &at,
    };
    users::add(unit.db(), asks.account, &new).await?;
    if !speaks_for.is_empty() {
        users::set_contact(unit.db(), asks.account, &id, &speaks_for).await?;
    }
    told(unit.db(), app, asks.account, Event::CustomerAdd, &members).await?;
    auto::remake(unit.db(), app, asks, &settings, (None, &members)).await?;
    unit.save().await?;
    Ok(shown)
}

/// A change of a customer that is locked, before it is written.
pub(super) struct Changing {
    pub(super) stored: Stored,
    before: Map<String, Value>,
    pub(super) after: Map<String, Value>,
    /// What was shown to be its own just now.
    pub(super) verified: Option<Field>,
}

impl Changing {
    /// Locks a customer, and reads it.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(super) async fn of(db: &mut Db, app: &App, account: &str, customer_id: &str) -> Result<Self, ApiError> {
        let stored = users::lock(db, account, customer_id).await?.ok_or_else(missing)?;
        let before = stored.open(app, account)?;
        Ok(Self { after: before.clone(), before, stored, verified: None })
    }

    /// Writes it, and tells everybody.
    ///
    /// # Errors
    /// 400 when somebody has what is to be its own.
    pub(super) async fn write(
        mut self,
        db: &mut Db,
        app: &App,
        asks: &Asks<'_>,
        settings: &Settings,
    ) -> Result<Map<String, Value>, ApiError> {
        let (account, at) = (asks.account, now());
        self.after.insert("updated_at".to_owned(), Value::from(&*at));
        self.stored.updated_at.clone_from(&at);
        let changed = |name: &str| self.before.get(name) != self.after.get(name);
        if changed("email") {
            self.stored.email_verified_at = None;
        }
        if changed("phone_number") {
            self.stored.phone_verified_at = None;
        }
        match self.verified {
            Some(Field::Email) => self.stored.email_verified_at = Some(at),
            Some(Field::PhoneNumber) => self.stored.phone_verified_at = Some(at),
            None => {}
        }
        check_term(db, account, Some(&self.before), &self.after).await?;
        let contact_changed = changed("contact_for") || changed("type");
        hold(db, app, account, &self.stored.id, (Some(&self.before), &self.after), settings).await?;
        if contact_changed {
            let speaks_for = spoken_for(db, account, &self.after).await?;
            users::set_contact(db, account, &self.stored.id, &speaks_for).await?;
        }
        self.stored.close(app, account, &self.after)?;
        users::write(db, account, &self.stored, profile::kind(&self.after)).await?;
        told(db, app, account, Event::CustomerUpdate, &self.after).await?;
        auto::remake(db, app, asks, settings, (Some(&self.before), &self.after)).await?;
        Ok(self.after)
    }
}

/// Changes the members of a customer that are sent; its JSON.
///
/// # Errors
/// 404 when there is no such customer, 400 when something is wrong with the change.
pub(super) async fn update(app: &App, asks: &Asks<'_>, customer_id: &str, body: &str) -> Result<String, ApiError> {
    let mut sent = sent(body)?;
    if sent.shift_remove("customer_id").is_some_and(|id| id.as_str() != Some(customer_id)) {
        let message = "`customer_id` changes by `change_customer_id` only".to_owned();
        return Err(ApiError::At("cannot_change", "/customer_id".to_owned(), message));
    }
    let known = users::named(app.store.pool(), asks.account, customer_id).await?.ok_or_else(missing)?;
    let passwords = Passwords::taken(app, asks, &known.id, &mut sent).await?;
    let mut unit = app.store.unit().await?;
    let settings = settings::of(&mut *unit.db(), &app.sealer, asks.account).await?;
    check_user(asks, &settings, &sent)?;
    let mut changing = Changing::of(unit.db(), app, asks.account, customer_id).await?;
    if changing.stored.id != known.id {
        return Err(missing());
    }
    if settings.users.verifications.phone_number.is_some()
        && let Some(Value::String(phone)) = sent.get("phone_number")
        && text(&changing.before, "phone_number").map(plain_phone) != Some(plain_phone(phone))
    {
        let message =
            "phone numbers change here by a code only: send it as `phone_number` to `send-verification-code/phone_number`";
        return Err(ApiError::At("verification_needed", "/phone_number".to_owned(), message.to_owned()));
    }
    let kind_before = profile::kind(&changing.before);
    let private = if asks.is_user { private_of(&changing.before, &settings) } else { Map::new() };
    merge(&mut changing.after, sent);
    if !private.is_empty()
        && let Some(attributes) = changing.after.entry("attributes").or_insert_with(|| json!({})).as_object_mut()
    {
        attributes.extend(private);
    }
    changing.after.entry("type").or_insert_with(|| Value::from("customer"));
    check_whole(&changing.after)?;
    if profile::kind(&changing.after) != kind_before {
        check_staff(asks, &changing.after)?;
    }
    settings.check_attributes(&changing.after)?;
    let has_new_password = passwords.password.is_some() || passwords.pin.is_some();
    if let Some(hash) = passwords.password {
        changing.stored.password_hash = hash;
    }
    if let Some(hash) = passwords.pin {
        changing.stored.pin_hash = hash;
    }
    if has_new_password {
        changing.stored.generation = changing.stored.generation.saturating_add(1);
    }
    let mut members = changing.write(unit.db(), app, asks, &settings).await?;
    if has_new_password {
        told(unit.db(), app, asks.account, Event::CustomerChangePassword, &members).await?;
    }
    unit.save().await?;
    if asks.is_user {
        hide_private(&mut members, &settings);
    }
    Ok(Value::Object(members).to_string())
}

/// What customers are not shown of themselves, and so cannot take away.
fn private_of(members: &Map<String, Value>, settings: &Settings) -> Map<String, Value> {
    let attributes = members.get("attributes").and_then(Value::as_object).into_iter().flatten();
    attributes.filter(|(name, _)| settings.is_private(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Takes away what customers are not shown of themselves.
pub(super) fn hide_private(members: &mut Map<String, Value>, settings: &Settings) {
    if let Some(attributes) = members.get_mut("attributes").and_then(Value::as_object_mut) {
        attributes.retain(|name, _| !settings.is_private(name));
    }
}

/// Deletes a customer: what is personal is gone, ids and times stay. The JSON that is left.
///
/// # Errors
/// 404 when there is no such customer, 400 when it is deleted already.
pub(super) async fn delete(app: &App, asks: &Asks<'_>, customer_id: &str, delete_tokens: bool) -> Result<String, ApiError> {
    let mut unit = app.store.unit().await?;
    let Some(mut stored) = users::lock(unit.db(), asks.account, customer_id).await? else {
        return Err(match users::was_deleted(unit.db(), asks.account, customer_id).await? {
            true => ApiError::Invalid("already_deleted", "this customer is deleted already".to_owned()),
            false => missing(),
        });
    };
    let before = stored.open(app, asks.account)?;
    let words = Words { sealer: &app.sealer, account: asks.account };
    users::unclaim(unit.db(), asks.account, &stored.id, &words.claims(&before, true)).await?;
    let found_by = words.of(&before);
    users::remove_words(unit.db(), asks.account, &stored.id, &found_by.iter().map(String::as_str).collect()).await?;
    users::forget(unit.db(), asks.account, &stored.id).await?;
    let (at, kind) = (now(), profile::kind(&before));
    let mut left = before;
    left.retain(|name, _| ["id", "customer_id", "type", "created_at", "created_by"].contains(&name.as_str()));
    for (name, value) in [("updated_at", &*at), ("deleted_at", &at), ("deleted_by", asks.by)] {
        left.insert(name.to_owned(), Value::from(value));
    }
    stored.close(app, asks.account, &left)?;
    let gone = Stored {
        email_verified_at: None,
        phone_verified_at: None,
        password_hash: None,
        pin_hash: None,
        generation: stored.generation.saturating_add(1),
        updated_at: at.clone(),
        deleted_at: Some(at),
        ..stored
    };
    users::write(unit.db(), asks.account, &gone, kind).await?;
    tokens::forget(unit.db(), app, asks, customer_id, delete_tokens).await?;
    told(unit.db(), app, asks.account, Event::CustomerDelete, &left).await?;
    unit.save().await?;
    Ok(Value::Object(left).to_string())
}

/// Calls a customer something else, and leaves a trace in its metadata. What others keep under the former name stays there.
///
/// # Errors
/// 404 when there is no such customer, 400 when somebody is called so.
pub(super) async fn rename(app: &App, asks: &Asks<'_>, customer_id: &str, body: &str) -> Result<String, ApiError> {
    let asked = profile::object(body)?;
    let new = match asked.get("customer_id") {
        None | Some(Value::Null) => new_id(),
        Some(Value::String(id)) => id.clone(),
        Some(_) => return Err(wrong("/customer_id", "a text belongs here")),
    };
    profile::check_id(&new)?;
    let mut unit = app.store.unit().await?;
    let settings = settings::of(&mut *unit.db(), &app.sealer, asks.account).await?;
    let mut changing = Changing::of(unit.db(), app, asks.account, customer_id).await?;
    if new == customer_id {
        return Err(wrong("/customer_id", "this customer is called so already"));
    }
    let at = now();
    let trace = json!({"created_at": at, "created_by": asks.by, "old": customer_id, "new": new});
    let hash: String = Sha256::digest(trace.to_string()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let metadata = changing.after.entry("metadata").or_insert_with(|| json!({}));
    if let Some(metadata) = metadata.as_object_mut() {
        metadata.insert(format!("{TRACE}{at}.{hash}"), trace);
    }
    changing.after.insert("customer_id".to_owned(), Value::from(&*new));
    changing.stored.customer_id.clone_from(&new);
    let id = changing.stored.id.clone();
    tokens::rename(unit.db(), asks.account, (customer_id, &new)).await?;
    let members = changing.write(unit.db(), app, asks, &settings).await?;
    for contact in users::contacts(&mut *unit.db(), asks.account, &id).await? {
        rename_in_contact(unit.db(), app, asks.account, &contact.customer_id, (customer_id, &new)).await?;
    }
    unit.save().await?;
    Ok(Value::Object(members).to_string())
}

/// A contact speaks for somebody who is called something else now.
async fn rename_in_contact(
    db: &mut Db,
    app: &App,
    account: &str,
    contact: &str,
    (old, new): (&str, &str),
) -> Result<(), ApiError> {
    let Some(mut stored) = users::lock(db, account, contact).await? else { return Ok(()) };
    let mut members = stored.open(app, account)?;
    for entry in members.get_mut("contact_for").and_then(Value::as_array_mut).into_iter().flatten() {
        if entry.get("customer_id").and_then(Value::as_str) == Some(old)
            && let Some(entry) = entry.as_object_mut()
        {
            entry.insert("customer_id".to_owned(), Value::from(new));
        }
    }
    stored.close(app, account, &members)?;
    users::write(db, account, &stored, profile::kind(&members)).await
}

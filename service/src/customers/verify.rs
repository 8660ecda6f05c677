//! A customer's address and number, shown to be its own by a code; and whether it may be written to.

use serde_json::{Map, Value, json};

use super::change::{Asks, Changing, missing};
use super::codes::{For, send_code, wrong as wrong_code};
use super::profile::{is_email, is_phone, object, text, wrong};
use super::settings;
use super::store::users;
use super::words::{plain_email, plain_phone};
use crate::App;
use crate::error::ApiError;
use crate::messages::Channel;

/// What can be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Email,
    PhoneNumber,
}

impl Field {
    /// Of this member.
    pub(super) fn of(name: &str) -> Option<Self> {
        [Self::Email, Self::PhoneNumber].into_iter().find(|field| field.member() == name)
    }

    pub(super) fn member(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
        }
    }

    fn channel(self) -> Channel {
        match self {
            Self::Email => Channel::Email,
            Self::PhoneNumber => Channel::Sms,
        }
    }

    fn plain(self, value: &str) -> String {
        match self {
            Self::Email => plain_email(value),
            Self::PhoneNumber => plain_phone(value),
        }
    }

    fn fits(self, value: &str) -> bool {
        match self {
            Self::Email => is_email(value),
            Self::PhoneNumber => is_phone(value),
        }
    }
}

fn of<'a>(account: &'a str, customer: &'a str, field: Field) -> For<'a> {
    For { account, customer, purpose: field.member() }
}

/// Sends a code to the customer's address, or to the one that it is to have.
///
/// # Errors
/// 404 when there is no such customer, 400 when there is no address, 429 when codes were sent too often.
pub(super) async fn send(
    app: &App,
    asks: &Asks<'_>,
    customer_id: &str,
    field: Field,
    body: Option<&str>,
) -> Result<(), ApiError> {
    let member = field.member();
    let sent = body.map(object).transpose()?.unwrap_or_default();
    let asked = match sent.get(member) {
        None | Some(Value::Null) => None,
        Some(Value::String(value)) if field.fits(value) => Some(value.clone()),
        Some(_) => return Err(wrong(&format!("/{member}"), "this is no address that a code can be sent to")),
    };
    let mut unit = app.store.unit().await?;
    let customer = users::lock(unit.db(), asks.account, customer_id).await?.ok_or_else(missing)?;
    let known = customer.open(app, asks.account)?;
    let Some(to) = asked.or_else(|| text(&known, member).map(str::to_owned)) else {
        let message = format!("this customer has no `{member}`; send the one it is to have as `{member}`");
        return Err(ApiError::At("address_missing", format!("/{member}"), message));
    };
    let code = of(asks.account, &customer.id, field).make(unit.db(), app, &to).await?;
    unit.save().await?;
    send_code(app, asks.account, field.channel(), &to, &code).await
}

/// Takes a code that was sent: the address is the customer's from now on.
///
/// # Errors
/// 404 when there is no such customer, 400 when the code is of no use, or somebody else has the address.
pub(super) async fn confirm(app: &App, asks: &Asks<'_>, customer_id: &str, field: Field, body: &str) -> Result<(), ApiError> {
    let sent = object(body)?;
    let Some(code) = text(&sent, "code") else { return Err(wrong("/code", "`code` is missing; it is needed here, as a text")) };
    let customer = users::named(app.store.pool(), asks.account, customer_id).await?.ok_or_else(missing)?;
    let code_of = of(asks.account, &customer.id, field);
    let target = code_of.target(app, code).await?;
    let mut unit = app.store.unit().await?;
    let settings = settings::of(&mut *unit.db(), &app.sealer, asks.account).await?;
    let mut changing = Changing::of(unit.db(), app, asks.account, customer_id).await?;
    if changing.stored.id != customer.id {
        return Err(wrong_code());
    }
    code_of.use_up(unit.db(), app, code).await?;
    let member = field.member();
    if text(&changing.after, member).map(|own| field.plain(own)) != Some(field.plain(&target)) {
        changing.after.insert(member.to_owned(), Value::from(target));
    }
    changing.verified = Some(field);
    changing.write(unit.db(), app, asks, &settings).await?;
    unit.save().await
}

/// What was verified when, and what the customer allows.
///
/// # Errors
/// 404 when there is no such customer.
pub(super) async fn communication(app: &App, account: &str, customer_id: &str) -> Result<String, ApiError> {
    let customer = users::named(app.store.pool(), account, customer_id).await?.ok_or_else(missing)?;
    let known = customer.open(app, account)?;
    let consent = |name: &str| known.get("marketing_consent").and_then(|consent| consent.get(name)?.get("consent")?.as_bool());
    let part = |verified_at: &Option<String>, consent: Option<bool>| {
        let mut part = Map::new();
        part.extend(verified_at.as_deref().map(|at| ("verified_at".to_owned(), Value::from(at))));
        part.insert("allowed".to_owned(), Value::from(consent == Some(true)));
        Value::Object(part)
    };
    let mut shown = Map::new();
    for name in ["id", "created_at", "created_by", "updated_at"] {
        shown.extend(known.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let parts = json!({
        "email": part(&customer.email_verified_at, consent("email")),
        "phone_number": part(&customer.phone_verified_at, consent("sms")),
    });
    shown.insert("communication".to_owned(), parts);
    Ok(Value::Object(shown).to_string())
}

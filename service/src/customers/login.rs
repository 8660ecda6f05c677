//! Customers log in: by a password, or by a password or PIN and a code.
//!
//! Whether there is somebody of a name is never told: nobody's password is as slow to be wrong as somebody's, and is counted alike.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::change::{Asks, Changing, check_password, keyed, missing};
use super::codes::{self, For, TRIES, in_seconds, seconds_until, send_code};
use super::profile::{Kind, object, text, wrong};
use super::settings::{self, Settings};
use super::store::list::{self, Filter, OfKind};
use super::store::users::{self, Stored};
use super::store::{attempts, challenges};
use super::told::told;
use super::words::{Words, plain_email, plain_phone};
use crate::App;
use crate::auth::address::{audience, owner_of};
use crate::auth::secret;
use crate::auth::token::{Claims, LoggedIn};
use crate::error::ApiError;
use crate::happened::Event;
use crate::messages::Channel;
use crate::store::now;

/// What an end user's token may do.
const USER_SCOPES: &str = "user:customers user:discounts user:receipts user:wallets";

/// Lets a client log customers in without a code where the settings ask for one.
pub(super) const NO_MFA: &str = "write:accounts:/auth/users/no-mfa";

/// Wrong passwords that are answered at once.
const FREE: i64 = 3;
/// The longest that the next is not looked at, in minutes.
const LONGEST: i64 = 60;
/// Codes of one log-in.
const MOST_CODES: i64 = 3;

const WRONG: ApiError = ApiError::Unauthorized("there is no such customer with this password");

/// The client that asks, for tokens that it gives end users.
#[derive(Debug)]
pub(crate) struct Client<'a> {
    pub(crate) account: &'a str,
    pub(crate) id: &'a str,
    pub(crate) generation: i64,
    pub(crate) grants: Vec<String>,
}

/// Whom a request names.
struct Named {
    kind: Kind,
    /// `email` or `phone_number`.
    field: &'static str,
    /// As it is compared.
    plain: String,
    body: Map<String, Value>,
}

impl Named {
    fn read(account: &str, body: &str) -> Result<Self, ApiError> {
        let body = object(body)?;
        for (name, value) in &body {
            if ["type", "audience", "email", "ident", "ident_type", "password", "secret", "code"].contains(&name.as_str())
                && !value.is_string()
                && !value.is_null()
            {
                return Err(wrong(&format!("/{name}"), "a text belongs here"));
            }
        }
        if text(&body, "audience").and_then(owner_of) != Some(account) {
            let message = "`audience` names this account, as https://…/v1/accounts/<account>".to_owned();
            return Err(ApiError::At("invalid_audience", "/audience".to_owned(), message));
        }
        let kind = match text(&body, "type") {
            Some("customer") => Kind::Customer,
            Some("company") => Kind::Company,
            _ => return Err(wrong("/type", "who logs in is a `customer` or a `company`")),
        };
        let field = match text(&body, "ident_type") {
            None | Some("email") => "email",
            Some("phone_number") => "phone_number",
            Some(_) => return Err(wrong("/ident_type", "customers are named by `email` or `phone_number`")),
        };
        let ident = text(&body, "ident").or_else(|| text(&body, "email").filter(|_| field == "email"));
        let Some(ident) = ident.filter(|ident| !ident.trim().is_empty()) else {
            return Err(wrong("/ident", "say who logs in: `ident_type` and `ident`, or `email`"));
        };
        let plain = if field == "email" { plain_email(ident) } else { plain_phone(ident) };
        Ok(Self { kind, field, plain, body })
    }

    /// The customer, when there is one of this name.
    async fn find(&self, app: &App, account: &str) -> Result<Option<Stored>, ApiError> {
        let words = Words { sealer: &app.sealer, account };
        let word = if self.field == "email" { words.email(&self.plain) } else { words.phone(&self.plain) };
        let filter = Filter { words: vec![word], kind: OfKind::One(self.kind), ..Filter::default() };
        let mut found = list::page(app.store.pool(), account, &filter, None, 2).await?;
        // Of several who share a number nobody is meant.
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// What wrong passwords are counted by.
    fn who(&self, app: &App, account: &str) -> String {
        let name = format!("{}/{}/{}", self.kind.word(), self.field, self.plain);
        app.sealer.blind(&format!("{account}/customers/attempts"), &name)
    }
}

/// Until when nothing is looked at after so many wrong ones: one minute, two, four, … an hour.
fn wait_until(failures: i64) -> String {
    let doubled = u32::try_from(failures.saturating_sub(FREE)).ok().and_then(|more| 2_i64.checked_pow(more));
    match failures {
        ..FREE => now(),
        _ => in_seconds(doubled.unwrap_or(LONGEST).min(LONGEST).saturating_mul(60)),
    }
}

/// The customer whose password or PIN this is.
async fn prove(app: &App, account: &str, named: &Named, secret: &str, with_pin: bool) -> Result<Stored, ApiError> {
    let who = named.who(app, account);
    // Whoever has the turn counts a wrong one before giving it on: who sends many at once has them counted too.
    let turn = secret::turn().await?;
    if let Some(until) = attempts::waits(app.store.pool(), account, &who).await? {
        let seconds = seconds_until(&until, 1);
        if until > now() {
            return Err(ApiError::TooMany(seconds));
        }
    }
    let found = named.find(app, account).await?;
    let (id, hash, what) = match &found {
        Some(stored) if with_pin && secret.len() == 6 && stored.pin_hash.is_some() => {
            (&*stored.id, stored.pin_hash.as_ref(), "pin")
        }
        Some(stored) => (&*stored.id, stored.password_hash.as_ref(), "password"),
        None => ("", None, "password"),
    };
    let is_somebodys = hash.is_some();
    let hash = hash.unwrap_or(&app.auth.nobody_hash).clone();
    let (right, _turn) = turn.verify(keyed(app, account, id, what, secret), hash).await?;
    match found.filter(|_| right && is_somebodys) {
        Some(stored) => {
            attempts::forget(&app.store, account, &who).await?;
            Ok(stored)
        }
        None => {
            let long_ago = chrono::Utc::now().checked_sub_signed(TimeDelta::days(1)).map_or_else(now, crate::store::written);
            attempts::failed(&app.store, account, &who, wait_until, &long_ago).await?;
            Err(WRONG)
        }
    }
}

/// A token of the customer's own.
fn token(app: &App, client: &Client<'_>, customer: &Stored) -> Result<Response, ApiError> {
    let now = chrono::Utc::now().timestamp().unsigned_abs();
    let expires_in = app.config.token_seconds;
    let claims = Claims {
        iss: app.config.public_url.clone(),
        sub: customer.customer_id.clone(),
        aud: audience(&app.config.public_url, client.account),
        scope: USER_SCOPES.to_owned(),
        iat: now,
        exp: now.saturating_add(expires_in),
        generation: client.generation,
        grants: client.grants.clone(),
        user: Some(LoggedIn { client: client.id.to_owned(), customer: customer.id.clone(), generation: customer.generation }),
    };
    let access_token = app.auth.keys.sign(&claims)?;
    let body = json!({"access_token": access_token, "token_type": "Bearer", "expires_in": expires_in});
    // RFC 6749 §5.1: nobody on the way keeps it.
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// Does a token's customer still stand: of this name, with the tokens it had then?
///
/// # Errors
/// When the database refuses.
pub(crate) async fn stands(app: &App, account: &str, customer_id: &str, user: &LoggedIn) -> Result<bool, ApiError> {
    let known = users::named(app.store.pool(), account, customer_id).await?;
    Ok(known.is_some_and(|known| known.id == user.customer && known.generation == user.generation))
}

/// Logs a customer in by its password.
///
/// # Errors
/// 401 when it is wrong, 403 when a code is needed too, 429 after several wrong ones.
pub(super) async fn log_in(app: &App, client: &Client<'_>, without_code: bool, body: &str) -> Result<Response, ApiError> {
    let named = Named::read(client.account, body)?;
    let Some(password) = text(&named.body, "password") else {
        return Err(wrong("/password", "`password` is missing; it is needed here"));
    };
    let settings = settings::of(app.store.pool(), &app.sealer, client.account).await?;
    let customer = prove(app, client.account, &named, password, false).await?;
    match mfa(&settings).filter(|_| !without_code) {
        None => token(app, client, &customer),
        Some(mfa) => {
            let (mfa_token, _) = begin(app, client, &customer.id, mfa.login.oob_channel.into()).await?;
            let message = "a code is needed too: POST auth/mfa/challenge with this `mfa_token` sends one";
            let body = json!({"error": {"code": "mfa_required", "message": message}, "mfa_token": mfa_token});
            Ok((StatusCode::FORBIDDEN, [(CACHE_CONTROL, "no-store")], Json(body)).into_response())
        }
    }
}

fn mfa(settings: &Settings) -> Option<&settings::Mfa> {
    settings.users.mfa.as_ref().filter(|mfa| mfa.enabled)
}

fn without_mfa() -> ApiError {
    let message = "log-in by a code is switched off here; PUT customers/settings with `users.mfa` switches it on".to_owned();
    ApiError::Invalid("mfa_disabled", message)
}

fn challenge_word(app: &App, account: &str, mfa_token: &str) -> String {
    app.sealer.blind(&format!("{account}/customers/challenge"), mfa_token)
}

/// Begins a log-in that waits for a code: what the client holds of it, and what it is kept under.
async fn begin(app: &App, client: &Client<'_>, customer: &str, channel: Channel) -> Result<(String, String), ApiError> {
    let mfa_token = secret::new();
    let word = challenge_word(app, client.account, &mfa_token);
    let times = (&*now(), &*in_seconds(codes::LASTS));
    challenges::begin(&app.store, (client.account, &word), (customer, client.id), channel.word(), times).await?;
    Ok((mfa_token, word))
}

fn links(app: &App, account: &str, with_challenge: bool) -> Value {
    let base = audience(&app.config.public_url, account);
    let mut links = Vec::new();
    if with_challenge {
        links.push(json!({"rel": "mfa_challenge", "href": format!("{base}/auth/mfa/challenge")}));
    }
    links.push(json!({"rel": "mfa_oob", "href": format!("{base}/auth/token")}));
    Value::Array(links)
}

fn not_kept(body: &Value) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Logs a customer in by its PIN or password, and a code that is to be asked for.
///
/// # Errors
/// 401 when it is wrong, 429 after several wrong ones.
pub(super) async fn mfa_log_in(app: &App, client: &Client<'_>, body: &str) -> Result<Response, ApiError> {
    let named = Named::read(client.account, body)?;
    let Some(secret) = text(&named.body, "secret") else {
        return Err(wrong("/secret", "`secret` is missing; it is needed here"));
    };
    let settings = settings::of(app.store.pool(), &app.sealer, client.account).await?;
    let channel: Channel = mfa(&settings).ok_or_else(without_mfa)?.login.oob_channel.into();
    let customer = prove(app, client.account, &named, secret, true).await?;
    let (mfa_token, _) = begin(app, client, &customer.id, channel).await?;
    Ok(not_kept(&json!({"links": links(app, client.account, true), "mfa_token": mfa_token, "challenge_type": "oob",
        "oob_channel": channel.word()})))
}

/// Sends a code for a log-in that waits for one.
async fn challenge_with(app: &App, client: &Client<'_>, mfa_token: &str) -> Result<(String, &'static str), ApiError> {
    let word = challenge_word(app, client.account, mfa_token);
    let (oob, code) = (secret::new(), codes::new_code()?);
    let kept = (&*challenge_word(app, client.account, &oob), &*codes::hashed(app, client.account, &word, &code));
    let mut unit = app.store.unit().await?;
    let over = || {
        ApiError::At(
            "mfa_token_invalid",
            "/mfa_token".to_owned(),
            "this log-in is over, or is another client's; begin anew".to_owned(),
        )
    };
    let waiting = challenges::set_code(unit.db(), (client.account, &word), client.id, kept, &now()).await?.ok_or_else(over)?;
    if waiting.sent > MOST_CODES {
        return Err(ApiError::TooMany(u64::try_from(codes::LASTS).unwrap_or(0)));
    }
    let channel = if waiting.channel == "sms" { Channel::Sms } else { Channel::Email };
    let member = if channel == Channel::Sms { "phone_number" } else { "email" };
    let customer = users::by_id(&mut *unit.db(), client.account, &waiting.customer).await?.ok_or_else(over)?;
    let known = customer.open(app, client.account)?;
    let Some(to) = text(&known, member).map(str::to_owned) else {
        return Err(ApiError::Invalid(
            "address_missing",
            format!("this customer has no `{member}` that a code could be sent to"),
        ));
    };
    unit.save().await?;
    send_code(app, client.account, channel, &to, &code).await?;
    Ok((oob, channel.word()))
}

/// Sends the code that a log-in waits for.
///
/// # Errors
/// 400 when there is no such log-in, 429 when codes were sent too often.
pub(crate) async fn challenge(app: &App, client: &Client<'_>, body: &str) -> Result<Response, ApiError> {
    let body = object(body)?;
    if body.get("challenge_type").is_some_and(|kind| kind != "oob") {
        return Err(wrong("/challenge_type", "the only challenge is `oob`"));
    }
    let Some(mfa_token) = text(&body, "mfa_token") else {
        return Err(wrong("/mfa_token", "`mfa_token` is missing; it is needed here"));
    };
    let (oob_code, channel) = challenge_with(app, client, mfa_token).await?;
    Ok(not_kept(&json!({"challenge_type": "oob", "oob_code": oob_code, "oob_channel": channel, "binding_method": "prompt"})))
}

/// Logs a customer in who knows neither password nor PIN: a code is sent at once, where there is somebody of that name.
///
/// # Errors
/// 400 when the body is wrong.
pub(super) async fn recover(app: &App, client: &Client<'_>, body: &str) -> Result<Response, ApiError> {
    let named = Named::read(client.account, body)?;
    let settings = settings::of(app.store.pool(), &app.sealer, client.account).await?;
    let channel: Channel = mfa(&settings).ok_or_else(without_mfa)?.login_recovery.oob_channel.into();
    let (mfa_token, oob_code) = (secret::new(), secret::new());
    if let Some(customer) = named.find(app, client.account).await? {
        let word = challenge_word(app, client.account, &mfa_token);
        let member = if channel == Channel::Sms { "phone_number" } else { "email" };
        let mut unit = app.store.unit().await?;
        let customer =
            users::lock(unit.db(), client.account, &customer.customer_id).await?.filter(|locked| locked.id == customer.id);
        let to = match &customer {
            Some(customer) => text(&customer.open(app, client.account)?, member).map(str::to_owned),
            None => None,
        };
        if let (Some(customer), Some(to)) = (customer, to) {
            let purpose = For { account: client.account, customer: &customer.id, purpose: "login" };
            // Sent too often: said of nobody, since nobody is told whether there is somebody.
            let code = match purpose.make(unit.db(), app, &to).await {
                Err(ApiError::TooMany(_)) => None,
                made => Some(made?),
            };
            unit.save().await?;
            if let Some(code) = code {
                let times = (&*now(), &*in_seconds(codes::LASTS));
                challenges::begin(&app.store, (client.account, &word), (&customer.id, client.id), channel.word(), times).await?;
                let kept = (&*challenge_word(app, client.account, &oob_code), &*codes::hashed(app, client.account, &word, &code));
                let mut unit = app.store.unit().await?;
                challenges::set_code(unit.db(), (client.account, &word), client.id, kept, &now()).await?;
                unit.save().await?;
                later(app, client.account, channel, to, code);
            }
        }
    }
    Ok(not_kept(
        &json!({"links": links(app, client.account, false), "binding_method": "prompt", "oob_code": oob_code, "mfa_token": mfa_token,
        "challenge_type": "oob"}),
    ))
}

/// Sends a code beside the answer, so that how long it takes tells nobody whether there is somebody.
fn later(app: &App, account: &str, channel: Channel, to: String, code: String) {
    let (app, account) = (app.clone(), account.to_owned());
    tokio::spawn(async move {
        if let Err(ApiError::Internal(details)) = send_code(&app, &account, channel, &to, &code).await {
            tracing::error!(details, "a code was not sent");
        }
    });
}

/// What a client sends when the customer has typed the code.
#[derive(Debug)]
pub(crate) struct TypedCode<'a> {
    pub(crate) mfa_token: &'a str,
    pub(crate) oob_code: &'a str,
    pub(crate) code: &'a str,
}

/// Ends a log-in that waited for this code; the customer's token.
///
/// # Errors
/// 400 when the code is of no use.
pub(crate) async fn finish(app: &App, client: &Client<'_>, typed: &TypedCode<'_>) -> Result<Response, ApiError> {
    let wrong = || {
        ApiError::At("code_wrong", "/binding_code".to_owned(), "this code is wrong, or the log-in is over; begin anew".to_owned())
    };
    let word = challenge_word(app, client.account, typed.mfa_token);
    let oob = challenge_word(app, client.account, typed.oob_code);
    let found = challenges::tried(&app.store, (client.account, &word), client.id, &oob, &now(), TRIES).await?;
    let (customer, code) = found.ok_or_else(wrong)?;
    if code != codes::hashed(app, client.account, &word, typed.code)
        || !challenges::end(&app.store, client.account, &word).await?
    {
        return Err(wrong());
    }
    let customer =
        users::by_id(app.store.pool(), client.account, &customer).await?.filter(|customer| customer.deleted_at.is_none());
    token(app, client, &customer.ok_or_else(missing)?)
}

/// Lets a customer have another password: sends a code, or, when the code comes back with it, sets it.
///
/// # Errors
/// 400 when the body is wrong, or the code is of no use.
pub(super) async fn change_password(app: &App, account: &str, client: &str, body: &str) -> Result<(), ApiError> {
    let named = Named::read(account, body)?;
    let found = named.find(app, account).await?;
    let (code, password) = (text(&named.body, "code"), text(&named.body, "password"));
    let Some(code) = code else {
        if password.is_some() {
            return Err(wrong("/code", "`code` is missing: without `password`, this sends one"));
        }
        if let Some(customer) = found {
            send_for_password(app, account, &customer).await?;
        }
        return Ok(());
    };
    let Some(password) = password else { return Err(wrong("/password", "`password` is missing: the code is for another one")) };
    check_password("password", password)?;
    let customer = found.ok_or_else(codes::wrong)?;
    let purpose = For { account, customer: &customer.id, purpose: "password" };
    purpose.target(app, code).await?;
    let hash = secret::hash(keyed(app, account, &customer.id, "password", password)).await?;
    let mut unit = app.store.unit().await?;
    let settings = settings::of(&mut *unit.db(), &app.sealer, account).await?;
    let mut changing = Changing::of(unit.db(), app, account, &customer.customer_id).await?;
    purpose.use_up(unit.db(), app, code).await?;
    changing.stored.password_hash = Some(hash);
    changing.stored.generation = changing.stored.generation.saturating_add(1);
    let members = changing.write(unit.db(), app, &Asks::elsewhere(account, client), &settings).await?;
    told(unit.db(), app, account, Event::CustomerChangePassword, &members).await?;
    unit.save().await?;
    attempts::forget(&app.store, account, &named.who(app, account)).await
}

async fn send_for_password(app: &App, account: &str, customer: &Stored) -> Result<(), ApiError> {
    let mut unit = app.store.unit().await?;
    let Some(customer) = users::lock(unit.db(), account, &customer.customer_id).await? else { return Ok(()) };
    let Some(to) = text(&customer.open(app, account)?, "email").map(str::to_owned) else { return Ok(()) };
    let purpose = For { account, customer: &customer.id, purpose: "password" };
    match purpose.make(unit.db(), app, &to).await {
        // Told to nobody, since nobody is told whether there is somebody.
        Err(ApiError::TooMany(_)) => Ok(()),
        made => {
            let code = made?;
            unit.save().await?;
            later(app, account, Channel::Email, to, code);
            Ok(())
        }
    }
}

//! An account's settings for its customers.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde_json::{Map, Value, json};

use super::profile::{is_date, is_email, is_phone, object, wrong};
use super::store;
use crate::App;
use crate::discounts::store::comparable;
use crate::documents::{Member, Shape, all_of};
use crate::error::ApiError;
use crate::http::read;
use crate::json::{Whole, pointer_part};
use crate::messages::Channel;
use crate::sealed::Sealer;

/// The longest that a status of a token event lasts, in seconds: a hundred years.
const MOST_SECONDS: i64 = 3_155_760_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Settings {
    pub(super) users: Users,
    pub(super) auto_tokens: AutoTokens,
    pub(super) tokens: Tokens,
    pub(super) attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Users {
    pub(super) head: Head,
    pub(super) phone_number_validation: PhoneNumbers,
    pub(super) customer_id_format: IdFormat,
    pub(super) mfa: Option<Mfa>,
    pub(super) verifications: Verifications,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Head {
    pub(super) enabled: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct PhoneNumbers {
    pub(super) allow_duplicates: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum IdFormat {
    #[default]
    Uuid,
    Sequence,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Mfa {
    pub(super) enabled: bool,
    pub(super) login: Challenge,
    pub(super) login_recovery: Challenge,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Challenge {
    #[expect(dead_code, reason = "there is one, and no other is taken")]
    challenge_type: ChallengeType,
    pub(super) oob_channel: OobChannel,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ChallengeType {
    Oob,
}

/// How a code reaches a customer.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OobChannel {
    Sms,
    Email,
}

impl From<OobChannel> for Channel {
    fn from(channel: OobChannel) -> Self {
        match channel {
            OobChannel::Sms => Self::Sms,
            OobChannel::Email => Self::Email,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Verifications {
    /// Present: phone numbers change by a code only.
    pub(super) phone_number: Option<BySms>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum BySms {
    Sms,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AutoTokens {
    pub(super) phone_number: Vec<AutoToken>,
    pub(super) email: Vec<AutoToken>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type")]
pub(super) enum AutoToken {
    #[serde(rename = "SHA256")]
    Sha256,
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256 { secret: String },
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tokens {
    pub(super) event_expiry: Vec<EventExpiry>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct EventExpiry {
    pub(super) status: String,
    pub(super) time_to_live: Whole,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Attribute {
    pub(super) name: String,
    #[serde(rename = "type")]
    kind: AttributeType,
    #[serde(default)]
    multiple_values: bool,
    #[serde(default)]
    pub(super) private: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AttributeType {
    String,
    Integer,
    Real,
    Boolean,
    PhoneNumber,
    Email,
    Date,
    #[serde(rename = "date-time")]
    DateTime,
}

impl AttributeType {
    /// Refuses a value of another type.
    fn check(self, value: &Value) -> Result<(), &'static str> {
        let text = value.as_str();
        let (fine, message) = match self {
            Self::String => (value.is_string(), "a text belongs here"),
            Self::Integer => (Whole::of(value).is_some(), "a whole number belongs here"),
            Self::Real => (value.is_number(), "a number belongs here"),
            Self::Boolean => (value.is_boolean(), "true or false belongs here"),
            Self::PhoneNumber => (text.is_some_and(is_phone), "this is a phone number, as +4799999999"),
            Self::Email => (text.is_some_and(is_email), "this is an e-mail address, as kari@example.com"),
            Self::Date => (text.is_some_and(is_date), "this is a date, as 1990-09-20"),
            Self::DateTime => (
                text.is_some_and(|text| comparable(text).is_some()),
                "this is a date-time with its offset, as 2024-06-01T12:00:00Z",
            ),
        };
        if fine { Ok(()) } else { Err(message) }
    }
}

impl Settings {
    /// Refuses attributes that are not of their type. Those that no setting names are the client's own.
    ///
    /// # Errors
    /// 400 with the place.
    pub(super) fn check_attributes(&self, customer: &Map<String, Value>) -> Result<(), ApiError> {
        let Some(attributes) = customer.get("attributes").and_then(Value::as_object) else { return Ok(()) };
        for attribute in &self.attributes {
            let Some(value) = attributes.get(&attribute.name) else { continue };
            let place = format!("/attributes/{}", pointer_part(&attribute.name));
            let told = |place: &str, problem: Result<(), &'static str>| problem.map_err(|message| wrong(place, message));
            match value {
                Value::Array(list) if attribute.multiple_values => {
                    for (at, value) in list.iter().enumerate() {
                        told(&format!("{place}/{at}"), attribute.kind.check(value))?;
                    }
                }
                _ if attribute.multiple_values => return Err(wrong(&place, "this attribute is a list of values")),
                value => told(&place, attribute.kind.check(value))?,
            }
        }
        Ok(())
    }

    /// Is this attribute kept from the customers themselves?
    pub(super) fn is_private(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.private && attribute.name == name)
    }
}

fn place(account: &str) -> String {
    format!("{account}/customers/settings")
}

/// The settings of an account as they were sent.
async fn stored(db: impl sqlx::AnyExecutor<'_>, sealer: &Sealer, account: &str) -> Result<Map<String, Value>, ApiError> {
    let Some(body) = store::settings::get(db, account).await? else { return Ok(Map::new()) };
    let body = sealer.open_text(&place(account), body)?;
    serde_json::from_str(&body).map_err(|error| ApiError::Internal(format!("settings of customers: {error}")))
}

/// The settings of an account.
///
/// # Errors
/// When the database refuses.
pub(super) async fn of(db: impl sqlx::AnyExecutor<'_>, sealer: &Sealer, account: &str) -> Result<Settings, ApiError> {
    let stored = stored(db, sealer, account).await?;
    serde_json::from_value(Value::Object(stored)).map_err(|error| ApiError::Internal(format!("settings of customers: {error}")))
}

/// The settings as they are shown: with their defaults, without secrets; to the public without private attributes.
///
/// # Errors
/// When the database refuses.
pub(super) async fn shown(app: &App, account: &str, to_public: bool) -> Result<String, ApiError> {
    let settings = stored(app.store.pool(), &app.sealer, account).await?;
    Ok(Value::Object(shown_of(settings, to_public)).to_string())
}

fn shown_of(mut settings: Map<String, Value>, to_public: bool) -> Map<String, Value> {
    let users = settings.entry("users").or_insert_with(|| json!({}));
    if let Some(users) = users.as_object_mut() {
        for (name, default) in [
            ("head", json!({"enabled": false})),
            ("phone_number_validation", json!({"allow_duplicates": false})),
            ("customer_id_format", json!("uuid")),
        ] {
            users.entry(name).or_insert(default);
        }
    }
    for tokens in settings.get_mut("auto_tokens").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        for token in tokens.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            token.shift_remove("secret");
        }
    }
    if to_public && let Some(attributes) = settings.get_mut("attributes").and_then(Value::as_array_mut) {
        attributes.retain(|attribute| attribute.get("private").and_then(Value::as_bool) != Some(true));
    }
    settings
}

/// Changes the settings that are sent: of `users` one by one, others whole; `null` takes one away. The secret of an automatic
/// token stays when it is not sent.
///
/// # Errors
/// 400 when something is wrong with them.
pub(super) async fn change(app: &App, account: &str, body: &str) -> Result<String, ApiError> {
    let sent = object(body)?;
    let mut unit = app.store.unit().await?;
    store::settings::lock(unit.db(), account, &app.sealer.seal(&place(account), b"{}")?).await?;
    let mut settings = stored(&mut *unit.db(), &app.sealer, account).await?;
    let before = settings.clone();
    for (name, value) in sent {
        match (settings.get_mut(&name).and_then(Value::as_object_mut), value) {
            (Some(own), Value::Object(change)) if name == "users" => {
                for (name, value) in change {
                    own.insert(name, value);
                }
                own.retain(|_, value| !value.is_null());
            }
            (_, Value::Null) => drop(settings.shift_remove(&name)),
            (_, mut value) => {
                if name == "users"
                    && let Some(own) = value.as_object_mut()
                {
                    own.retain(|_, value| !value.is_null());
                }
                drop(settings.insert(name, value));
            }
        }
    }
    keep_secrets(&mut settings, &before);
    let text = Value::Object(settings.clone()).to_string();
    read(&text).and_then(|settings| check(&settings)).map_err(|error| all_of(error, &text, &SETTINGS))?;
    store::settings::set(unit.db(), account, &app.sealer.seal(&place(account), text.as_bytes())?).await?;
    unit.save().await?;
    Ok(Value::Object(shown_of(settings, false)).to_string())
}

/// Who sends settings back as they were shown sends no secrets: those there were stay.
fn keep_secrets(settings: &mut Map<String, Value>, before: &Map<String, Value>) {
    for field in ["phone_number", "email"] {
        let place = format!("/auto_tokens/{field}");
        let list = |settings: &Map<String, Value>| {
            let tokens = settings.get("auto_tokens").and_then(|tokens| tokens.get(field)).and_then(Value::as_array);
            tokens.cloned().unwrap_or_default()
        };
        let known = list(before).into_iter().find_map(|token| token.get("secret").cloned());
        let (Some(known), Some(tokens)) = (known, settings.get_mut("auto_tokens")) else { continue };
        let part = place.trim_start_matches("/auto_tokens");
        for token in tokens.pointer_mut(part).and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut)
        {
            if token.get("type").and_then(Value::as_str) == Some("HMAC-SHA256") && !token.contains_key("secret") {
                token.insert("secret".to_owned(), known.clone());
            }
        }
    }
}

const CHALLENGE: Shape = Shape::Object(&[
    Member("challenge_type", Shape::Needed(&Shape::That(|text| text == "oob", "this is `oob`"))),
    Member("oob_channel", Shape::Needed(&Shape::That(|text| matches!(text, "sms" | "email"), "this is `sms` or `email`"))),
]);

const AUTO_TOKENS: Shape = Shape::List(&Shape::Object(&[
    Member(
        "type",
        Shape::Needed(&Shape::That(|text| matches!(text, "SHA256" | "HMAC-SHA256"), "this is `SHA256` or `HMAC-SHA256`")),
    ),
    Member("secret", Shape::That(|text| !text.is_empty(), "a secret is not empty")),
]));

/// What settings look like: to say all that is wrong with them at once.
static SETTINGS: Shape = Shape::Object(&[
    Member(
        "users",
        Shape::Object(&[
            Member("head", Shape::Object(&[Member("enabled", Shape::Needed(&Shape::Flag))])),
            Member("phone_number_validation", Shape::Object(&[Member("allow_duplicates", Shape::Needed(&Shape::Flag))])),
            Member("customer_id_format", Shape::That(|text| matches!(text, "uuid" | "sequence"), "this is `uuid` or `sequence`")),
            Member(
                "mfa",
                Shape::Object(&[
                    Member("enabled", Shape::Needed(&Shape::Flag)),
                    Member("login", Shape::Needed(&CHALLENGE)),
                    Member("login_recovery", Shape::Needed(&CHALLENGE)),
                ]),
            ),
            Member("verifications", Shape::Object(&[Member("phone_number", Shape::That(|text| text == "sms", "this is `sms`"))])),
        ]),
    ),
    Member("auto_tokens", Shape::Object(&[Member("phone_number", AUTO_TOKENS), Member("email", AUTO_TOKENS)])),
    Member(
        "tokens",
        Shape::Object(&[Member(
            "event_expiry",
            Shape::List(&Shape::Object(&[Member("status", Shape::NeededText), Member("time_to_live", Shape::Needed(&SECONDS))])),
        )]),
    ),
    Member(
        "attributes",
        Shape::List(&Shape::Object(&[
            Member("name", Shape::Needed(&Shape::That(|text| !text.trim().is_empty(), "an attribute has a name"))),
            Member("type", Shape::Needed(&Shape::That(is_attribute_type, "this is no type of attributes"))),
            Member("multiple_values", Shape::Flag),
            Member("private", Shape::Flag),
        ])),
    ),
]);

static SECONDS: Shape = Shape::Between(1, MOST_SECONDS, "this lies between 1 and 3155760000 seconds");

fn is_attribute_type(text: &str) -> bool {
    AttributeType::deserialize(text.into_deserializer()).map_err(|_: serde::de::value::Error| ()).is_ok()
}

fn check(settings: &Settings) -> Result<(), ApiError> {
    for (field, tokens) in [("email", &settings.auto_tokens.email), ("phone_number", &settings.auto_tokens.phone_number)] {
        for (at, token) in tokens.iter().enumerate() {
            let place = format!("/auto_tokens/{field}/{at}");
            if tokens.iter().take(at).any(|other| std::mem::discriminant(other) == std::mem::discriminant(token)) {
                return Err(wrong(&place, "this token is here twice; leave one of them out"));
            }
            if matches!(token, AutoToken::HmacSha256 { secret } if secret.is_empty()) {
                return Err(wrong(&format!("{place}/secret"), "a secret is not empty"));
            }
        }
    }
    for (at, expiry) in settings.tokens.event_expiry.iter().enumerate() {
        let seconds = i64::from(expiry.time_to_live);
        if !(1..=MOST_SECONDS).contains(&seconds) {
            let place = format!("/tokens/event_expiry/{at}/time_to_live");
            return Err(wrong(&place, format!("this lies between 1 and {MOST_SECONDS} seconds, not {seconds}")));
        }
    }
    for (at, attribute) in settings.attributes.iter().enumerate() {
        let place = format!("/attributes/{at}/name");
        if attribute.name.trim().is_empty() {
            return Err(wrong(&place, "an attribute has a name"));
        }
        if settings.attributes.iter().take(at).any(|other| other.name == attribute.name) {
            return Err(wrong(&place, "this attribute is here twice; leave one of them out"));
        }
    }
    Ok(())
}

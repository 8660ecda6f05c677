//! A subscription's JSON: what is sent, checked.

use rabatt_engine::{Code, Problem};
use reqwest::Url;
use reqwest::header::HeaderValue;
use serde_json::{Map, Value, json};

use super::mask::Mask;
use super::secret::{Secret, standard_key};
use super::shown::HIDDEN;
use crate::config::Config;
use crate::entity::SERVER_SET;
use crate::happened::Event;
use crate::outbox::address::check_url;

/// Events of the contract that never happen here: they belong to payments. Asking for them is allowed.
const ELSEWHERE: [&str; 22] = [
    "transaction",
    "shopping_draft_add",
    "shopping_draft_update",
    "shopping_draft_complete",
    "shopping_order_update",
    "shopping_order_event_add",
    "shopping_order_delete",
    "settlement_add",
    "cdd_case_update",
    "approval_payout_destination_update",
    "approval_payout_destination_delete",
    "checkout_transaction",
    "checkout_authorization",
    "checkout_token_add",
    "checkout_token_update",
    "checkout_token_delete",
    "account_store_add",
    "account_store_update",
    "account_store_delete",
    "account_payout_destination_add",
    "account_payout_destination_update",
    "account_payout_destination_delete",
];

/// Domains that stand for one in examples (RFC 2606).
const PLACEHOLDERS: [&str; 6] = ["example", "example.com", "example.net", "example.org", "invalid", "test"];

/// A checked subscription.
pub(super) struct Subscription {
    /// Its JSON, without what the server sets and without the secret.
    pub(super) body: Map<String, Value>,
    pub(super) secret: Option<Secret>,
    /// Without repetitions.
    pub(super) events: Vec<String>,
    pub(super) active: bool,
}

impl Subscription {
    /// Checks what was sent.
    ///
    /// # Errors
    /// Every problem, with its place.
    pub(super) fn read(mut body: Map<String, Value>, config: &Config) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        body.retain(|name, value| !SERVER_SET.contains(&name.as_str()) && !value.is_null());
        let active = match body.entry("active").or_insert(json!(true)) {
            Value::Bool(active) => *active,
            _ => {
                problems.push(Problem::new(Code::WrongType, "/active", "true or false belongs here"));
                false
            }
        };
        let secret = match body.get_mut("config") {
            Some(Value::Object(members)) => receiver(members, config, &mut problems),
            other => {
                let code = if other.is_none() { Code::MissingMember } else { Code::WrongType };
                problems.push(Problem::new(code, "/config", "this object with the `url` of the receiver is needed"));
                None
            }
        };
        let events = events(&body, &mut problems);
        for name in ["fields", "exclude_fields"] {
            let problem = match body.get(name) {
                None => continue,
                Some(Value::String(mask)) => {
                    Mask::parse(mask).err().map(|message| Problem::new(Code::UnknownValue, format!("/{name}"), message))
                }
                Some(_) => {
                    Some(Problem::new(Code::WrongType, format!("/{name}"), "this is a text as `customer(customer_id,type)`"))
                }
            };
            problems.extend(problem);
        }
        if problems.is_empty() { Ok(Self { body, secret, events, active }) } else { Err(problems) }
    }
}

/// Reads `config`, and takes the secret out of it.
fn receiver(members: &mut Map<String, Value>, config: &Config, problems: &mut Vec<Problem>) -> Option<Secret> {
    members.retain(|_, value| !value.is_null());
    match members.get("url") {
        Some(Value::String(url)) => {
            if let Err(message) = check_receiver(url, config) {
                problems.push(Problem::new(Code::UnknownValue, "/config/url", message));
            }
        }
        Some(_) => problems.push(Problem::new(Code::WrongType, "/config/url", "this is an address as https://shop.no/hooks")),
        None => problems.push(Problem::new(Code::MissingMember, "/config/url", "the address of the receiver is needed")),
    }
    if *members.entry("content_type").or_insert(json!("application/json")) != "application/json" {
        problems.push(Problem::new(Code::UnknownValue, "/config/content_type", "webhooks are sent as `application/json` only"));
    }
    if !matches!(members.entry("insecure_ssl").or_insert(json!(0)).as_i64(), Some(0 | 1)) {
        let message = "0 checks the receiver's certificate, 1 takes any";
        problems.push(Problem::new(Code::UnknownValue, "/config/insecure_ssl", message));
    }
    let secret = members.get("secret")?;
    let read = secret_of(secret, problems)?;
    // What is shown of it.
    if let Some(secret) = members.get_mut("secret").and_then(Value::as_object_mut) {
        for name in ["value", "aws_secret_access_key"] {
            if let Some(value) = secret.get_mut(name) {
                *value = json!(HIDDEN);
            }
        }
    }
    Some(read)
}

/// Is this an address of somebody else that anybody could reach?
fn check_receiver(url: &str, config: &Config) -> Result<(), &'static str> {
    let url = check_url(url, config.private_addresses)?;
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let is_below = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if PLACEHOLDERS.into_iter().any(is_below) {
        return Err("this address stands for one in examples; name your own");
    }
    let own: Option<Url> = config.public_url.parse().ok();
    if !config.private_addresses && own.as_ref().and_then(Url::host_str).is_some_and(is_below) {
        return Err("this is this service's own address; name that of the receiver");
    }
    Ok(())
}

fn secret_of(secret: &Value, problems: &mut Vec<Problem>) -> Option<Secret> {
    const PLACE: &str = "/config/secret";
    let before = problems.len();
    let Some(members) = secret.as_object() else {
        problems.push(Problem::new(Code::WrongType, PLACE, "a secret is an object with its `type`"));
        return None;
    };
    let mut text = |name: &str| {
        let (code, message) = match members.get(name) {
            Some(Value::String(text)) if text == HIDDEN => {
                (Code::UnknownValue, "this is what is shown in place of a secret; send the secret itself")
            }
            Some(Value::String(text)) if (1..=4096).contains(&text.len()) && !text.contains('\0') => return text.clone(),
            None | Some(Value::Null) => (Code::MissingMember, "a secret of this type needs this text"),
            Some(_) => (Code::WrongType, "this is a text of 1 to 4096 bytes"),
        };
        problems.push(Problem::new(code, format!("{PLACE}/{name}"), message));
        String::new()
    };
    let read = match members.get("type").and_then(Value::as_str) {
        Some("HMAC-SHA1") => Secret::Sha1 { value: text("value") },
        Some("Authorization") => Secret::Authorization { value: text("value") },
        Some("AWS4-HMAC-SHA256") => Secret::Aws {
            aws_access_key_id: text("aws_access_key_id"),
            aws_secret_access_key: text("aws_secret_access_key"),
            region: text("region"),
            service: text("service"),
        },
        _ => {
            let message = "a secret is `HMAC-SHA1`, `Authorization` or `AWS4-HMAC-SHA256`";
            problems.push(Problem::new(Code::UnknownValue, format!("{PLACE}/type"), message));
            return None;
        }
    };
    let wrong = match &read {
        Secret::Sha1 { value } => standard_key(value).and_then(Result::err).map(|message| ("value", message)),
        Secret::Authorization { value } if HeaderValue::from_str(value).is_err() => {
            Some(("value", "this text cannot stand in a header"))
        }
        // They stand in a header.
        Secret::Aws { aws_access_key_id, region, service, .. } => {
            let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            let texts = [("aws_access_key_id", aws_access_key_id), ("region", region), ("service", service)];
            let wrong = texts.into_iter().find(|(_, text)| !is_word(text));
            wrong.map(|(name, _)| (name, "this is a word of letters, digits and `-`"))
        }
        _ => None,
    };
    problems.extend(wrong.map(|(name, message)| Problem::new(Code::UnknownValue, format!("{PLACE}/{name}"), message)));
    (problems.len() == before).then_some(read)
}

fn events(body: &Map<String, Value>, problems: &mut Vec<Problem>) -> Vec<String> {
    let names = match body.get("events") {
        Some(Value::Array(names)) if !names.is_empty() => names,
        other => {
            let code = if other.is_none() { Code::MissingMember } else { Code::WrongType };
            problems.push(Problem::new(code, "/events", "this is a list with at least one event"));
            return Vec::new();
        }
    };
    let mut events: Vec<String> = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let known = name.as_str().filter(|name| Event::ALL.iter().any(|event| event.name() == *name) || ELSEWHERE.contains(name));
        match known {
            Some(name) if events.iter().any(|known| known == name) => {}
            Some(name) => events.push(name.to_owned()),
            None => {
                let known: Vec<&str> = Event::ALL.iter().map(|event| event.name()).collect();
                let message = format!("what happens here is {}", known.join(", "));
                problems.push(Problem::new(Code::UnknownValue, format!("/events/{at}"), message));
            }
        }
    }
    events
}

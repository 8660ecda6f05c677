//! A customer as JSON: what members are, and how a change goes into them.

use serde_json::{Map, Value};

use crate::documents::{Member, Shape, check};
use crate::entity::SERVER_SET;
use crate::error::ApiError;
use crate::http::is_client_id;
use crate::json::{pointer_part, read_once};

/// Names of metadata that tell of former ids: the service's own.
pub(super) const TRACE: &str = "dintero_change_customer_id_";

static ADDRESS: [Member; 10] = [
    Member("address_line", Shape::NeededText),
    Member("address_line_2", Shape::Text),
    Member("postal_code", Shape::Text),
    Member("postal_place", Shape::NeededText),
    Member("country", Shape::NeededText),
    Member("latitude", Shape::Number),
    Member("longitude", Shape::Number),
    Member("type", Shape::That(is_address_kind, NO_ADDRESS_KIND)),
    Member("custom_type", Shape::Text),
    Member("comment", Shape::Text),
];

const NO_ID: &str = "this names one customer, in 1 to 255 characters without space around them";
const NO_KIND: &str = "a customer is `customer`, `company`, `contact`, `employee` or `other`";
const NO_EMAIL: &str = "this is no e-mail address, as kari@example.com";
const NO_PHONE: &str = "a phone number is its country and 2 to 15 digits in all, as +4799999999";
const NO_DATE: &str = "this is a date, as 1990-09-20";
const NO_ADDRESS_KIND: &str = "an address is `custom`, `home`, `other` or `work`";

static CONSENT: [Member; 2] = [Member("consent", Shape::Flag), Member("updated_at", Shape::Instant)];

static MEMBERS: [Member; 20] = [
    Member("customer_id", Shape::That(is_id, NO_ID)),
    Member("type", Shape::That(is_kind, NO_KIND)),
    Member("first_name", Shape::Text),
    Member("last_name", Shape::Text),
    Member("email", Shape::That(is_email, NO_EMAIL)),
    Member("phone_number", Shape::That(is_phone, NO_PHONE)),
    Member("attributes", Shape::Object(&[])),
    Member("status", Shape::Text),
    Member("favorite_store", Shape::Text),
    Member("enrolled_by", Shape::Object(&[Member("type", Shape::Text), Member("value", Shape::NeededText)])),
    Member(
        "marketing_consent",
        Shape::Object(&[Member("sms", Shape::Object(&CONSENT)), Member("email", Shape::Object(&CONSENT))]),
    ),
    Member("addresses", Shape::List(&Shape::Object(&ADDRESS))),
    Member("term", Shape::Object(&[Member("id", Shape::Text), Member("accepted_at", Shape::Instant)])),
    Member(
        "company",
        Shape::Object(&[
            Member("organization_number", Shape::Text),
            Member("bussiness_name", Shape::NeededText),
            Member("department", Shape::Text),
            Member("industry", Shape::Text),
            Member("website", Shape::Text),
            Member("number_of_employees", Shape::Text),
        ]),
    ),
    Member("gender", Shape::Text),
    Member("date_of_birth", Shape::That(is_date, NO_DATE)),
    Member("contact_for", Shape::List(&Shape::Object(&[Member("customer_id", Shape::NeededText)]))),
    Member("metadata", Shape::Object(&[])),
    Member("password", Shape::Text),
    Member("pin", Shape::Text),
];

/// Objects into which a change goes name by name; others are replaced.
const MERGED: [&str; 3] = ["metadata", "attributes", "marketing_consent"];

/// A body that is wrong, here.
pub(super) fn wrong(place: &str, message: impl Into<String>) -> ApiError {
    ApiError::At("invalid_body", place.to_owned(), message.into())
}

/// Which customer a customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Customer,
    Company,
    Contact,
    Employee,
    Other,
}

impl Kind {
    pub(super) const ALL: [Self; 5] = [Self::Customer, Self::Company, Self::Contact, Self::Employee, Self::Other];

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Company => "company",
            Self::Contact => "contact",
            Self::Employee => "employee",
            Self::Other => "other",
        }
    }

    /// Of this word.
    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Reads a body that is an object; nothing in it stands twice.
///
/// # Errors
/// 400 when it is not.
pub(super) fn object(body: &str) -> Result<Map<String, Value>, ApiError> {
    match read_once(body)? {
        Value::Object(members) => Ok(members),
        _ => Err(wrong("", "the body is an object")),
    }
}

/// What was sent of a customer, without what only the server says.
///
/// # Errors
/// 400 when something is wrong with it.
pub(super) fn sent(body: &str) -> Result<Map<String, Value>, ApiError> {
    let mut members = object(body)?;
    members.retain(|name, _| !SERVER_SET.contains(&name.as_str()));
    let value = Value::Object(members);
    check(&value, &Shape::Object(&MEMBERS), "")?;
    let Value::Object(members) = value else { return Ok(Map::new()) };
    let metadata = members.get("metadata").and_then(Value::as_object);
    if let Some(name) = metadata.and_then(|metadata| metadata.keys().find(|name| name.starts_with(TRACE))) {
        let place = format!("/metadata/{}", pointer_part(name));
        return Err(wrong(&place, format!("names that begin with `{TRACE}` are the service's own; choose another")));
    }
    Ok(members)
}

/// Refuses what is no id of one customer.
///
/// # Errors
/// 400 when it is none.
pub(super) fn check_id(id: &str) -> Result<(), ApiError> {
    if is_id(id) { Ok(()) } else { Err(wrong("/customer_id", NO_ID)) }
}

fn is_id(id: &str) -> bool {
    is_client_id(id) && !matches!(id, "*" | "/") && !id.contains('\0')
}

fn is_kind(word: &str) -> bool {
    Kind::of(word).is_some()
}

fn is_address_kind(word: &str) -> bool {
    ["custom", "home", "other", "work"].contains(&word)
}

/// A member that is a text.
pub(super) fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name).and_then(Value::as_str)
}

/// A customer who says nothing of this is a plain one.
pub(super) fn kind(members: &Map<String, Value>) -> Kind {
    text(members, "type").and_then(Kind::of).unwrap_or(Kind::Customer)
}

/// Puts a change into a customer: members that are sent; `null` takes one away. Metadata, attributes and consents change name by name.
pub(super) fn merge(members: &mut Map<String, Value>, change: Map<String, Value>) {
    for (name, value) in change {
        let merged = MERGED.contains(&name.as_str());
        match (members.get_mut(&name), value) {
            (Some(Value::Object(own)), Value::Object(change)) if merged => {
                for (name, value) in change {
                    put(own, name, value);
                }
            }
            (Some(Value::Object(own)), Value::Null) if name == "metadata" => own.retain(|name, _| name.starts_with(TRACE)),
            (_, Value::Object(mut own)) if merged => {
                own.retain(|_, value| !value.is_null());
                members.insert(name, Value::Object(own));
            }
            (_, value) => put(members, name, value),
        }
        // What is empty now is gone.
    }
    for name in MERGED {
        if members.get(name).and_then(Value::as_object).is_some_and(Map::is_empty) {
            members.shift_remove(name);
        }
    }
}

fn put(members: &mut Map<String, Value>, name: String, value: Value) {
    if value.is_null() {
        members.shift_remove(&name);
    } else {
        members.insert(name, value);
    }
}

/// Refuses a customer whose members do not go together; what each is, [`sent`] has looked at.
///
/// # Errors
/// 400 with its place.
pub(super) fn check_whole(members: &Map<String, Value>) -> Result<(), ApiError> {
    let kind = kind(members);
    match (members.contains_key("company"), kind) {
        (true, Kind::Company | Kind::Other) | (false, Kind::Customer | Kind::Contact | Kind::Employee | Kind::Other) => {}
        (true, _) => return Err(wrong("/company", "only who is of type `company` or `other` has a `company`")),
        (false, Kind::Company) => return Err(wrong("/company", "who is of type `company` says which, as `company`")),
    }
    if members.contains_key("contact_for") && kind != Kind::Contact {
        return Err(wrong("/contact_for", "only who is of type `contact` speaks for others"));
    }
    Ok(())
}

/// Is this an e-mail address, as far as can be told without sending there?
pub(super) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let plain = |text: &str| !text.is_empty() && !text.chars().any(|sign| sign.is_whitespace() || sign.is_control());
    plain(name) && plain(host) && !host.starts_with('.') && !host.ends_with('.') && !name.contains('@') && text.len() <= 254
}

/// Is this a phone number: `^\+?[1-9]\d{1,14}$`?
pub(super) fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (2..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Is this a date?
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_goes_in_name_by_name_where_it_should() {
        let mut members = json!({"first_name": "Kari", "metadata": {"a": 1, "b": {"c": 2}, "dintero_change_customer_id_x": 1},
            "attributes": {"size": "L"}, "addresses": [1], "company": {"a": 1}});
        let change = json!({"first_name": null, "last_name": "Nordmann", "metadata": {"a": null, "b": {"d": 3}}, "attributes": {"size": null},
            "addresses": [2], "company": {"b": 2}, "marketing_consent": {"sms": {"consent": true}, "email": null}});
        let members_of = |value: &Value| value.as_object().unwrap().clone();
        merge(members.as_object_mut().unwrap(), members_of(&change));
        let expected = json!({"metadata": {"b": {"d": 3}, "dintero_change_customer_id_x": 1}, "addresses": [2], "company": {"b": 2},
            "last_name": "Nordmann", "marketing_consent": {"sms": {"consent": true}}});
        assert_eq!(members, expected);
        // What tells of former ids stays.
        merge(members.as_object_mut().unwrap(), members_of(&json!({"metadata": null})));
        assert_eq!(members["metadata"], json!({"dintero_change_customer_id_x": 1}));
    }

    #[test]
    fn addresses_and_numbers_are_what_they_should_be() {
        for (text, fine) in [
            ("kari@example.com", true),
            ("a@b", true),
            ("@b", false),
            ("a@", false),
            ("a b@c", false),
            ("a@b@c", false),
            ("a@.b", false),
        ] {
            assert_eq!(is_email(text), fine, "{text}");
        }
        for (text, fine) in [
            ("+4799999999", true),
            ("4799999999", true),
            ("+0799", false),
            ("+1", false),
            ("+47 99", false),
            ("", false),
            ("+", false),
        ] {
            assert_eq!(is_phone(text), fine, "{text}");
        }
        for (text, fine) in [("1990-09-20", true), ("1990-9-20", false), ("1990-02-30", false), ("90-09-20", false)] {
            assert_eq!(is_date(text), fine, "{text}");
        }
    }
}

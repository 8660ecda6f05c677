//! What customers are found by.
//!
//! The database knows no name, number or address, only keyed hashes: of whole values, where a whole one is asked for, and of the
//! beginnings of names, numbers, addresses and ids, where a search gives a beginning. Whoever has the database and not the
//! key can tell which customers share a beginning, not what it is.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::profile::{Kind, kind, text};
use crate::sealed::Sealer;

/// How many signs of a beginning are hashed; of a longer search the rest is compared after opening.
const LENGTHS: [usize; 6] = [1, 2, 3, 4, 6, 8];

/// Hashes what customers are found by, in one account.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) sealer: &'a Sealer,
    pub(super) account: &'a str,
}

/// An e-mail address as it is compared.
pub(super) fn plain_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// A phone number as it is compared: its digits.
pub(super) fn plain_phone(phone: &str) -> String {
    phone.trim().trim_start_matches('+').to_owned()
}

/// What nobody else may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// The member.
    pub(super) member: &'static str,
    /// Its hash.
    pub(super) word: String,
}

impl Words<'_> {
    fn hash(&self, what: &str, value: &str) -> String {
        self.sealer.blind(&format!("{}/customers/{what}", self.account), value)
    }

    /// Of an e-mail address, whole.
    pub(super) fn email(&self, email: &str) -> String {
        self.hash("email", &plain_email(email))
    }

    /// Of a phone number, whole.
    pub(super) fn phone(&self, phone: &str) -> String {
        self.hash("phone_number", &plain_phone(phone))
    }

    /// Of the number of an organisation, whole.
    pub(super) fn organization(&self, number: &str) -> String {
        self.hash("organization_number", number.trim())
    }

    /// Of the value of an attribute, whole.
    pub(super) fn attribute(&self, name: &str, value: &str) -> String {
        self.hash(&format!("attribute/{name}"), value)
    }

    /// Of the type of a token.
    pub(super) fn token_type(&self, kind: &str) -> String {
        self.hash("token/type", kind)
    }

    /// Of the value of a token, whatever its type.
    pub(super) fn token_value(&self, value: &str) -> String {
        self.hash("token/value", value)
    }

    /// Of the type and value of a token.
    pub(super) fn token(&self, kind: &str, value: &str) -> String {
        self.hash(&format!("token/{kind}"), value)
    }

    fn beginning(&self, text: &str) -> String {
        self.hash("search", text)
    }

    /// What candidates of a search have; `None` when it asks for nothing.
    pub(super) fn search(&self, search: &str) -> Option<String> {
        let first = plain_search(search).split_whitespace().next()?.to_owned();
        let length = LENGTHS.into_iter().rev().find(|length| *length <= first.chars().count())?;
        Some(self.beginning(&first.chars().take(length).collect::<String>()))
    }

    /// Everything that a customer is found by.
    pub(super) fn of(&self, members: &Map<String, Value>) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        for part in searched(members).iter().flat_map(|text| text.split_whitespace()) {
            let signs: Vec<char> = part.chars().collect();
            for length in LENGTHS.into_iter().filter(|length| *length <= signs.len()) {
                words.insert(self.beginning(&signs.iter().take(length).collect::<String>()));
            }
        }
        words.extend(text(members, "email").map(|email| self.email(email)));
        words.extend(text(members, "phone_number").map(|phone| self.phone(phone)));
        words.extend(organization(members).map(|number| self.organization(number)));
        for (name, value) in members.get("attributes").and_then(Value::as_object).into_iter().flatten() {
            words.extend(values(value).iter().map(|value| self.attribute(name, value)));
        }
        words
    }

    /// What only one customer may have.
    pub(super) fn claims(&self, members: &Map<String, Value>, phones_are_unique: bool) -> Vec<Claim> {
        let id = text(members, "customer_id").map(|id| self.hash("claim/customer_id", id));
        let kind = kind(members).word();
        let email = text(members, "email").map(|email| self.hash(&format!("claim/email/{kind}"), &plain_email(email)));
        let phone = text(members, "phone_number").filter(|_| phones_are_unique);
        let phone = phone.map(|phone| self.hash("claim/phone_number", &plain_phone(phone)));
        // Always in this order, so that of two who want the same none waits for the other in a circle.
        let claims = [("customer_id", id), ("email", email), ("phone_number", phone)];
        claims.into_iter().filter_map(|(member, word)| Some(Claim { member, word: word? })).collect()
    }
}

/// The number of a customer's organisation.
pub(super) fn organization(members: &Map<String, Value>) -> Option<&str> {
    let has = matches!(kind(members), Kind::Company | Kind::Other);
    members.get("company").filter(|_| has)?.get("organization_number").and_then(Value::as_str).map(str::trim)
}

/// The values of an attribute as they are asked for.
pub(super) fn values(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(values).collect(),
        Value::Null => Vec::new(),
        other => vec![other.to_string()],
    }
}

fn plain_search(search: &str) -> String {
    search.trim().trim_start_matches('+').to_lowercase()
}

/// What a search looks at.
fn searched(members: &Map<String, Value>) -> Vec<String> {
    let plain = |name: &str| text(members, name).map(str::to_lowercase);
    let (first, last) = (plain("first_name"), plain("last_name"));
    let name = [first.as_deref(), last.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let business = members.get("company").and_then(|company| company.get("bussiness_name")).and_then(Value::as_str);
    let phone = text(members, "phone_number").map(plain_phone);
    let all = [Some(name), business.map(str::to_lowercase), phone, plain("email"), plain("customer_id")];
    all.into_iter().flatten().filter(|text| !text.trim().is_empty()).collect()
}

/// Does a customer fit a search: begins something with it, or a word of the name with each of its words?
pub(super) fn fits(members: &Map<String, Value>, search: &str) -> bool {
    let search = plain_search(search);
    let all = searched(members);
    let parts: Vec<&str> = all.iter().flat_map(|text| text.split_whitespace()).collect();
    all.iter().any(|text| text.starts_with(&search))
        || search.split_whitespace().all(|word| parts.iter().any(|part| part.starts_with(word)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_search_is_a_beginning() {
        let kari = json!({"first_name": "Kari Anne", "last_name": "Nordmann", "email": "Kari@Example.com", "phone_number": "+4799999999",
            "customer_id": "Member 12", "type": "company", "company": {"bussiness_name": "Åse & Sønn"}});
        for (search, expected) in [
            ("kari", true),
            ("ANNE", true),
            ("nord kari", true),
            ("kari anne n", true),
            ("ari", false),
            ("kari ola", false),
            ("+4799", true),
            ("4799", true),
            ("99", false),
            ("kari@ex", true),
            ("example", false),
            ("member 1", true),
            ("MEMBER", true),
            ("åse", true),
            ("åse & s", true),
        ] {
            assert_eq!(fits(kari.as_object().unwrap(), search), expected, "{search}");
        }
    }
}

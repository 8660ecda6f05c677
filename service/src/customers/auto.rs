//! Tokens that are made of a customer's e-mail address and phone number, and made anew when these or the settings change.
//!
//! What is hashed is the address in lower case, or `+` and the digits of the number, as UTF-8; what comes of it is written in
//! lower-case hexadecimal digits. The type is `sha256:email`, `hmac-sha256:phone_number`, ….

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::change::Asks;
use super::profile::text;
use super::settings::{AutoToken, Settings};
use super::tokens::{self, NewToken};
use super::words::{plain_email, plain_phone};
use crate::App;
use crate::error::ApiError;
use crate::store::Db;

/// What is hashed of a member.
fn plain(members: &Map<String, Value>, field: &str) -> Option<String> {
    let value = text(members, field)?;
    Some(if field == "email" { plain_email(value) } else { format!("+{}", plain_phone(value)) })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The type and value of a token.
fn token(kind: &AutoToken, field: &str, plain: &str) -> Result<(String, String), ApiError> {
    Ok(match kind {
        AutoToken::Sha256 => (format!("sha256:{field}"), hex(&Sha256::digest(plain))),
        AutoToken::HmacSha256 { secret } => {
            let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
            let mut mac = mac.map_err(|error| ApiError::Internal(error.to_string()))?;
            mac.update(plain.as_bytes());
            (format!("hmac-sha256:{field}"), hex(&mac.finalize().into_bytes()))
        }
    })
}

/// Gives a customer the tokens that the settings ask for by now, in place of those that they do not. One that somebody
/// else has stays theirs unless they are deleted, and one that was taken away by hand stays away until what it is made of changes.
///
/// # Errors
/// When the database refuses.
pub(super) async fn remake(
    db: &mut Db,
    app: &App,
    asks: &Asks<'_>,
    settings: &Settings,
    (before, after): (Option<&Map<String, Value>>, &Map<String, Value>),
) -> Result<(), ApiError> {
    let customer_id = text(after, "customer_id").unwrap_or_default();
    let known = match before {
        Some(_) => tokens::autos(db, app, asks.account, customer_id).await?,
        None => Vec::new(),
    };
    for (field, kinds) in [("email", &settings.auto_tokens.email), ("phone_number", &settings.auto_tokens.phone_number)] {
        let (old, new) = (before.and_then(|before| plain(before, field)), plain(after, field));
        let wanted: Vec<(String, String)> =
            new.iter().flat_map(|new| kinds.iter().map(move |kind| token(kind, field, new))).collect::<Result<_, _>>()?;
        let known = known.iter().filter(|auto| auto.kind.ends_with(field)).collect::<Vec<_>>();
        let is = |auto: &tokens::Auto, (kind, value): &(String, String)| auto.kind == *kind && auto.value == *value;
        for auto in known.iter().filter(|auto| !auto.deleted && !wanted.iter().any(|token| is(auto, token))) {
            auto.remove(db, app, asks).await?;
        }
        for token in &wanted {
            if known.iter().any(|auto| is(auto, token) && (!auto.deleted || old == new)) {
                continue;
            }
            let (kind, value) = token;
            let token = NewToken { customer_id, kind, value, token_id: None, metadata: None, auto: true };
            drop(tokens::add_or_inherit(db, app, asks, &token).await?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_hashed_is_plain() {
        let members = json!({"email": "Kari@Example.COM", "phone_number": "4799999999"});
        let members = members.as_object().unwrap();
        let (email, phone) = (plain(members, "email").unwrap(), plain(members, "phone_number").unwrap());
        assert_eq!((&*email, &*phone), ("kari@example.com", "+4799999999"));
        // As `printf kari@example.com | sha256sum` says.
        let (kind, value) = token(&AutoToken::Sha256, "email", &email).unwrap();
        assert_eq!((&*kind, &*value), ("sha256:email", EMAIL));
        let secret = AutoToken::HmacSha256 { secret: "key".to_owned() };
        let (kind, value) = token(&secret, "phone_number", &phone).unwrap();
        assert_eq!((&*kind, &*value), ("hmac-sha256:phone_number", PHONE));
    }

    const EMAIL: &str = "7ce44e0d2b942bf26ea5da7c1e0d9034ac30aa6b105d124abb0cbd40d948f736";
    const PHONE: &str = "651d87ae626919e5a1d1a2d4acb6603bee06a95af2609a061f8ec9dbbfa4fc16";
}

//! Accounts and owners, and the addresses that tokens name them by.

use crate::http::is_account_id;

/// Is this the id of a partner: `P` or `T` and three digits?
pub fn is_partner_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() == 4 && matches!(bytes.next(), Some(b'P' | b'T')) && bytes.all(|byte| byte.is_ascii_digit())
}

/// Is this the id of an owner: of an account, or of a partner?
pub fn is_owner_id(text: &str) -> bool {
    is_account_id(text) || is_partner_id(text)
}

/// Whom an audience names, as `https://…/v1/accounts/T00000001`. What stands before the path does
/// not matter: a service may be reached under several names.
pub fn owner_of(audience: &str) -> Option<&str> {
    let (base, id) = audience.strip_suffix('/').unwrap_or(audience).rsplit_once('/')?;
    let base = base.strip_suffix("/v1/accounts")?;
    let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"))?;
    (!host.is_empty() && is_owner_id(id)).then_some(id)
}

/// The audience that names this account or partner.
pub fn audience(base: &str, owner: &str) -> String {
    format!("{}/v1/accounts/{owner}", base.trim_end_matches('/'))
}

/// Are these both for production, or both for tests? The two never mix.
pub fn same_world(a: &str, b: &str) -> bool {
    a.bytes().next() == b.bytes().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_have_three_or_eight_digits() {
        for id in ["T00000001", "P00000001", "T123", "P000"] {
            assert!(is_owner_id(id), "{id}");
        }
        for id in ["", "T", "T12", "T1234", "T0000001", "T000000001", "X123", "t123", "T12x", "T12\u{663}", "123", " T123"] {
            assert!(!is_owner_id(id), "{id}");
        }
    }

    #[test]
    fn audiences_are_addresses_under_any_name() {
        assert_eq!(owner_of(&audience("http://127.0.0.1:8080/", "T00000001")), Some("T00000001"));
        assert_eq!(owner_of("https://shop.example/api/v1/accounts/T123"), Some("T123"));
        assert_eq!(owner_of("https://a/v1/accounts/T123/"), Some("T123"));
        for wrong in [
            "T00000001",
            "/v1/accounts/T00000001",
            "https:///v1/accounts/T123",
            "https://a/v1/accounts/T123//",
            "https://a/v1/accounts/",
        ] {
            assert_eq!(owner_of(wrong), None, "{wrong}");
        }
    }
}

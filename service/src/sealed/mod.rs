//! What is personal or secret, as it is stored: sealed, so that a copy of the database alone tells nothing of it.
//!
//! `s1:` and base64 of a random nonce (24 bytes), the text under XChaCha20-Poly1305, and its tag. The place of a value is
//! authenticated: a value put elsewhere cannot be opened. Text without `s1:` is what an older version stored.

pub mod old;
mod secret;
mod setting;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::config::Config;
use crate::error::ApiError;
use crate::store::Store;

pub use self::secret::Secret;

/// What sealed text starts with.
pub const PREFIX: &str = "s1:";

const NONCE: usize = 24;

/// Seals and opens what is stored, and makes what it can be looked up by.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    /// Knows the key already.
    mac: Hmac<Sha256>,
    check: String,
}

impl Sealer {
    /// With the secret of this database: the one that is set, else the one in its key file, which the first start makes.
    ///
    /// # Errors
    /// When the file cannot be used, the database refuses, or was sealed with another secret.
    pub async fn load(config: &Config, store: &Store) -> Result<Self, ApiError> {
        secret::load(config, store).await
    }

    /// With this secret.
    ///
    /// # Errors
    /// Never: the lengths are those that the ciphers ask for.
    pub fn new(secret: &Secret) -> Result<Self, ApiError> {
        let derived = Hkdf::<Sha256>::new(None, secret.bytes());
        let key = |purpose: &str| -> Result<[u8; 32], ApiError> {
            let mut key = [0; 32];
            derived.expand(purpose.as_bytes(), &mut key).map_err(broken)?;
            Ok(key)
        };
        Ok(Self {
            cipher: XChaCha20Poly1305::new_from_slice(&key("rabatt seal 1")?).map_err(broken)?,
            mac: Hmac::new_from_slice(&key("rabatt blind 1")?).map_err(broken)?,
            check: URL_SAFE_NO_PAD.encode(key("rabatt check 1")?),
        })
    }

    /// Tells whether a secret is the same one, and nothing else of it.
    pub(in crate::sealed) fn check(&self) -> &str {
        &self.check
    }

    /// Seals what is stored at a place, as `<account>/customers/<id>`.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<String, ApiError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| ApiError::Internal(format!("no random bytes: {error}")))?;
        let sealed = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), sealed).map_err(broken)?;
        // The nonce fills whole groups of base64, so that one text may follow the other.
        let mut text =
            String::with_capacity(PREFIX.len().saturating_add(sealed.len().div_ceil(3).saturating_mul(4)).saturating_add(32));
        text.push_str(PREFIX);
        STANDARD_NO_PAD.encode_string(nonce, &mut text);
        STANDARD_NO_PAD.encode_string(sealed, &mut text);
        Ok(text)
    }

    /// Opens what is stored at a place. What an older version stored is returned as it is.
    ///
    /// # Errors
    /// When it was changed, is another place's, or was sealed with another secret.
    pub fn open(&self, place: &str, stored: &str) -> Result<Vec<u8>, ApiError> {
        let Some(sealed) = stored.strip_prefix(PREFIX) else { return Ok(stored.as_bytes().to_vec()) };
        let opened = STANDARD_NO_PAD.decode(sealed).ok().and_then(|bytes| {
            let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
            self.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: place.as_bytes() }).ok()
        });
        // Not the place: it may name a customer.
        opened.ok_or_else(|| ApiError::Internal("what is stored cannot be opened: it was changed or moved".to_owned()))
    }

    /// As [`Sealer::open`], of text.
    ///
    /// # Errors
    /// As there.
    pub fn open_text(&self, place: &str, stored: String) -> Result<String, ApiError> {
        if !stored.starts_with(PREFIX) {
            return Ok(stored);
        }
        String::from_utf8(self.open(place, &stored)?).map_err(|_| ApiError::Internal("what is stored is no text".to_owned()))
    }

    /// Seals what may be missing.
    ///
    /// # Errors
    /// As [`Sealer::seal`].
    pub fn seal_some(&self, place: &str, plain: Option<&str>) -> Result<Option<String>, ApiError> {
        plain.map(|plain| self.seal(place, plain.as_bytes())).transpose()
    }

    /// Opens text that may be missing.
    ///
    /// # Errors
    /// As [`Sealer::open`].
    pub fn open_some(&self, place: &str, stored: Option<&String>) -> Result<Option<String>, ApiError> {
        stored.map(|stored| self.open_text(place, stored.clone())).transpose()
    }

    /// What an exact value, or a prefix of one, is looked up by: its HMAC, 128 bits of it. Other places have others.
    pub fn blind(&self, place: &str, plain: &str) -> String {
        let mut mac = self.mac.clone();
        // The length keeps `a` at `bc` apart from `ab` at `c`.
        mac.update(&u64::try_from(place.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(place.as_bytes());
        mac.update(plain.as_bytes());
        let bytes = mac.finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(bytes.first_chunk::<16>().map_or(&[][..], |half| half))
    }
}

fn broken(error: impl std::fmt::Display) -> ApiError {
    ApiError::Internal(format!("sealing: {error}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&Secret::try_from(STANDARD_NO_PAD.encode([byte; 32])).unwrap()).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_at_its_place_only() {
        let (sealer, other) = (sealer(1), sealer(2));
        for plain in ["", "kari@example.org", "s1:", &"æ".repeat(10_000)] {
            let sealed = sealer.seal("T1/customers/1", plain.as_bytes()).unwrap();
            assert!(sealed.starts_with(PREFIX) && (plain.is_empty() || plain == PREFIX || !sealed.contains(plain)));
            assert_ne!(sealed, sealer.seal("T1/customers/1", plain.as_bytes()).unwrap(), "nonces differ");
            assert_eq!(sealer.open("T1/customers/1", &sealed).unwrap(), plain.as_bytes());
            assert_eq!(sealer.open_text("T1/customers/1", sealed.clone()).unwrap(), plain);
            assert!(sealer.open("T1/customers/2", &sealed).is_err());
            assert!(other.open("T1/customers/1", &sealed).is_err());
        }
    }

    #[test]
    fn what_was_changed_does_not_open_and_what_is_old_does() {
        let sealer = sealer(1);
        let sealed = sealer.seal("place", b"text").unwrap();
        for at in PREFIX.len()..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(sealer.open("place", std::str::from_utf8(&changed).unwrap()).is_err(), "{at}");
        }
        for length in PREFIX.len()..sealed.len() {
            assert!(sealer.open("place", &sealed[..length]).is_err());
        }
        assert_eq!(sealer.open_text("place", "{\"old\": 1}".to_owned()).unwrap(), "{\"old\": 1}");
    }

    #[test]
    fn blinds_are_the_same_for_the_same_place_and_value_only() {
        let sealer = sealer(1);
        let blind = sealer.blind("T1/email", "kari@example.org");
        assert_eq!(blind, sealer.blind("T1/email", "kari@example.org"));
        assert_eq!(blind.len(), 22);
        for (place, value) in
            [("T2/email", "kari@example.org"), ("T1/email", "kari@example.or"), ("T1/emailk", "ari@example.org")]
        {
            assert_ne!(blind, sealer.blind(place, value));
        }
        assert_ne!(blind, self::sealer(2).blind("T1/email", "kari@example.org"));
    }
}

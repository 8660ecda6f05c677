//! What tokens and PINs are kept as, and how often a PIN may be wrong.
//!
//! A token is looked up by its HMAC under a key of the database's own. A PIN is too short for that: it is kept as an
//! argon2id hash, sealed, and what protects it is that few are looked at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::model::Hidden;
use super::private;
use super::store::cards;
use crate::App;
use crate::auth::secret;
use crate::error::ApiError;
use crate::sealed::Sealer;
use crate::store::{Store, now, written};

/// Wrong PINs that are answered at once.
const FREE: i64 = 3;
/// So many wrong PINs lock a card until it gets another.
const MOST: i64 = 8;

/// What tokens are hashed with.
pub struct Secrets {
    key: Vec<u8>,
}

impl Secrets {
    /// The key of this database, made when there is none. Of several services that make one at the
    /// same time one wins, and all use its key.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(store: &Store, sealer: &Sealer) -> Result<Self, ApiError> {
        let make = async || {
            let mut made = [0_u8; 32];
            getrandom::fill(&mut made).map_err(|error| ApiError::Internal(format!("no random bytes: {error}")))?;
            Ok(STANDARD.encode(made))
        };
        let key = STANDARD.decode(sealer.setting(store, "wallet_key", make).await?);
        Ok(Self { key: key.map_err(|_| ApiError::Internal("the key of the wallets cannot be read".to_owned()))? })
    }

    /// What a token is looked up by.
    ///
    /// # Errors
    /// Never: a key has any length.
    pub(super) fn hash(&self, token: &str) -> Result<String, ApiError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).map_err(|error| ApiError::Internal(error.to_string()))?;
        mac.update(token.as_bytes());
        Ok(STANDARD.encode(mac.finalize().into_bytes()))
    }
}

/// Checks the PIN that was sent for a card. Wrong ones are counted before the next is looked at.
///
/// # Errors
/// 400 when it is missing though `needed`, is wrong, or too many were wrong.
pub(super) async fn check_pin(app: &App, account: &str, card: &str, pin: Option<&Hidden>, needed: bool) -> Result<(), ApiError> {
    let at = |code, message: String| ApiError::At(code, "/pin".to_owned(), message);
    let stored = cards::pin(app.store.pool(), account, card).await?;
    if stored.hash.is_none() {
        return Ok(());
    }
    let Some(pin) = pin else {
        let missing = || at("pin_missing", "this card has a PIN; send it as `pin`".to_owned());
        return if needed { Err(missing()) } else { Ok(()) };
    };
    // Whoever has the turn counts a wrong PIN before giving it on: who sends many at once has them counted too.
    let turn = secret::turn().await?;
    let stored = cards::pin(app.store.pool(), account, card).await?;
    let Some(hash) = stored.hash else { return Ok(()) };
    let too_many =
        || at("pin_locked", "too many PINs were wrong: this card is locked until it gets another PIN (`rotate-pin`)".to_owned());
    if stored.failures >= MOST {
        return Err(too_many());
    }
    let now = now();
    if stored.wait_until.is_some_and(|until| now < until) {
        let message = "several PINs were wrong: wait some minutes before you send another".to_owned();
        return Err(at("pin_locked", message));
    }
    let (right, _turn) = turn.verify(pin.0.clone(), app.sealer.open_text(&private(account, card, "pin"), hash.clone())?).await?;
    if right {
        if stored.failures > 0 {
            cards::forget_wrong_pins(&app.store, account, card, &hash).await?;
        }
        return Ok(());
    }
    let failures = cards::count_wrong_pin(&app.store, account, card, &hash, wait_until).await?;
    if failures >= MOST { Err(too_many()) } else { Err(at("pin_wrong", "this PIN is wrong".to_owned())) }
}

/// Until when no PIN is looked at after so many wrong ones: one minute, two, four, …
fn wait_until(failures: i64) -> Option<String> {
    let doubled = u32::try_from(failures.checked_sub(FREE)?).ok()?;
    Utc::now().checked_add_signed(TimeDelta::try_minutes(2_i64.checked_pow(doubled)?)?).map(written)
}

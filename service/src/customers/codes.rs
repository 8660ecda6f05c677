//! Codes of six digits that show an address to be the customer's: kept as keyed hashes, good for a while and a few tries,
//! and not sent often.

use chrono::{DateTime, TimeDelta, Utc};

use super::change::place;
use super::store::codes::{self as store, New};
use crate::App;
use crate::error::ApiError;
use crate::messages::{Channel, Message, send};
use crate::store::{Db, now, written};

/// How long a code is good, in seconds.
pub(super) const LASTS: i64 = 600;
/// How often one code may be tried.
pub(super) const TRIES: i64 = 5;
/// Seconds between two codes.
const APART: i64 = 30;
/// The most codes in an hour.
const MOST: i64 = 5;
const HOUR: i64 = 3_600;

/// What a code is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct For<'a> {
    pub(super) account: &'a str,
    /// The customer's id.
    pub(super) customer: &'a str,
    pub(super) purpose: &'static str,
}

/// The instant in so many seconds, as stored.
pub(super) fn in_seconds(seconds: i64) -> String {
    let span = TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX);
    Utc::now().checked_add_signed(span).map_or_else(now, written)
}

/// Seconds until an instant that was stored, and so many more.
pub(super) fn seconds_until(at: &str, more: i64) -> u64 {
    let left = DateTime::parse_from_rfc3339(at).map_or(0, |at| at.to_utc().signed_duration_since(Utc::now()).num_seconds());
    u64::try_from(left.saturating_add(more)).unwrap_or(0)
}

/// A code that nobody guesses: each of the million is as likely.
///
/// # Errors
/// When the system has no random bytes.
pub(super) fn new_code() -> Result<String, ApiError> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::Internal(format!("no random bytes: {error}")))?;
    let number = u64::from_be_bytes(bytes).checked_rem(1_000_000).unwrap_or(0);
    Ok(format!("{number:06}"))
}

/// What a code is kept as.
pub(super) fn hashed(app: &App, account: &str, id: &str, code: &str) -> String {
    app.sealer.blind(&format!("{account}/customers/{id}/code"), code.trim())
}

/// What is sent with a code.
pub(super) fn message<'a>(account: &'a str, channel: Channel, to: &'a str, text: &'a str) -> Message<'a> {
    Message { account, channel, to, subject: "Your code", text }
}

pub(super) fn text(code: &str) -> String {
    let minutes = LASTS.checked_div(60).unwrap_or(1);
    format!("Your code is {code}. It is good for {minutes} minutes; give it to nobody.")
}

impl For<'_> {
    fn key(&self) -> (&str, &str, &str) {
        (self.account, self.customer, self.purpose)
    }

    fn sealed_at(&self) -> String {
        place(self.account, &format!("{}/code/{}", self.customer, self.purpose))
    }

    /// Makes a code for an address; the customer is locked. To be sent when the unit of work is saved.
    ///
    /// # Errors
    /// 429 when codes were sent too often.
    pub(super) async fn make(&self, db: &mut Db, app: &App, target: &str) -> Result<String, ApiError> {
        let now = now();
        let sent = store::sent(db, self.account, self.customer, self.purpose).await?;
        let (count, since) = match sent {
            None => (1, now.clone()),
            Some(sent) => {
                let soon = seconds_until(&sent.last, APART);
                if soon > 0 {
                    return Err(ApiError::TooMany(soon));
                }
                let left = seconds_until(&sent.since, HOUR);
                match left {
                    0 => (1, now.clone()),
                    left if sent.count >= MOST => return Err(ApiError::TooMany(left)),
                    _ => (sent.count.saturating_add(1), sent.since),
                }
            }
        };
        let code = new_code()?;
        let new = New {
            account: self.account,
            customer: self.customer,
            purpose: self.purpose,
            target: &app.sealer.seal(&self.sealed_at(), target.as_bytes())?,
            code: &hashed(app, self.account, self.customer, &code),
            now: &now,
            expires_at: &in_seconds(LASTS),
        };
        store::set(db, &new, count, &since).await?;
        Ok(code)
    }

    /// The address that a code was sent to, when it is the right one. Tries are counted before they are looked at.
    ///
    /// # Errors
    /// 400 when it is wrong, over, or was tried too often.
    pub(super) async fn target(&self, app: &App, code: &str) -> Result<String, ApiError> {
        let Some((kept, target)) = store::tried(&app.store, self.key(), &now(), TRIES).await? else { return Err(wrong()) };
        if kept != hashed(app, self.account, self.customer, code) {
            return Err(wrong());
        }
        app.sealer.open_text(&self.sealed_at(), target)
    }

    /// Uses a code up.
    ///
    /// # Errors
    /// 400 when it was used before.
    pub(super) async fn use_up(&self, db: &mut Db, app: &App, code: &str) -> Result<(), ApiError> {
        let code = hashed(app, self.account, self.customer, code);
        if store::use_up(db, self.key(), &code, &now()).await? { Ok(()) } else { Err(wrong()) }
    }
}

/// A code that is of no use. Why is not told: who guesses learns nothing.
pub(super) fn wrong() -> ApiError {
    let message = "this code is wrong, was used, or its time is over; ask for another".to_owned();
    ApiError::At("code_wrong", "/code".to_owned(), message)
}

/// Sends a code.
///
/// # Errors
/// When it cannot be handed over.
pub(super) async fn send_code(app: &App, account: &str, channel: Channel, to: &str, code: &str) -> Result<(), ApiError> {
    send(app, &message(account, channel, to, &text(code))).await
}

//! What goes to the database. Every statement names the account.

pub mod book;
pub mod campaigns;
pub mod claims;
pub mod facts;
pub mod refs;
pub mod returns;
pub mod rules;
pub mod tokens;

use rabatt_engine::Instant;

use crate::error::ApiError;

/// A date-time of a request as it is stored: UTC, microseconds. `None` when it is not RFC 3339.
///
/// Where the offset leads out of the years 0000 to 9999, which alone compare as text, the nearest
/// instant in them stands for it.
pub fn comparable(text: &str) -> Option<String> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| stored(at.to_utc()))
}

/// The same of an instant that was read.
pub fn comparable_instant(at: Instant) -> Option<String> {
    let (seconds, nanos) = at.timestamp();
    chrono::DateTime::from_timestamp(seconds, nanos).map(stored)
}

fn stored(at: chrono::DateTime<chrono::Utc>) -> String {
    use chrono::Datelike;
    match at.year() {
        ..0 => "0000-01-01T00:00:00.000000Z".to_owned(),
        0..=9999 => at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        _ => "9999-12-31T23:59:59.999999Z".to_owned(),
    }
}

/// `starting_after` names nothing in the list.
pub(crate) fn unknown_cursor(member: &str) -> ApiError {
    ApiError::Invalid("bad_query", format!("`starting_after` is the `{member}` of the last entry of the page before"))
}

//! What requests say, checked; what is wrong is told with its place.

use serde_json::value::RawValue;

use crate::discounts::store::comparable;
use crate::error::ApiError;
use crate::http::{is_client_id, read_at};
use crate::json::{Whole, pointer_part};
use crate::members::Members;

/// The most that one transaction moves, in minor units: so no sum of a card leaves 64 bits.
pub(super) const MOST_AMOUNT: i64 = 1_000_000_000_000;

/// The longest that a token lasts, in seconds: ten years.
pub(super) const MOST_SECONDS: i64 = 315_360_000;

/// A body that is wrong, here.
pub(super) fn wrong(place: &str, message: impl Into<String>) -> ApiError {
    ApiError::At("invalid_body", place.to_owned(), message.into())
}

/// A name that clients choose.
pub(super) fn name(place: &str, text: &str) -> Result<(), ApiError> {
    if is_client_id(text) && !text.contains('\0') {
        return Ok(());
    }
    Err(wrong(place, "this is a name of 1 to 255 characters, without space around them"))
}

/// A name that may be missing.
pub(super) fn optional_name(place: &str, text: Option<&str>) -> Result<(), ApiError> {
    text.map_or(Ok(()), |text| name(place, text))
}

/// One customer, when there is one.
pub(super) fn customer(place: &str, text: Option<&str>) -> Result<(), ApiError> {
    if text.is_some_and(|text| matches!(text, "*" | "/")) {
        return Err(wrong(place, "this names one customer; leave it out when nobody is known"));
    }
    optional_name(place, text)
}

/// Where something comes from.
pub(super) fn origin(text: Option<&str>) -> Result<(), ApiError> {
    match text {
        Some(text) if text.chars().count() > 255 => Err(wrong("/originated_by", "this has at most 255 characters")),
        _ => Ok(()),
    }
}

/// An amount of so much at least.
pub(super) fn amount(amount: Whole, least: i64) -> Result<i64, ApiError> {
    let amount = i64::from(amount);
    if (least..=MOST_AMOUNT).contains(&amount) {
        return Ok(amount);
    }
    Err(wrong("/amount", format!("an amount here lies between {least} and {MOST_AMOUNT} minor units, not {amount}")))
}

/// How long a token lasts.
pub(super) fn seconds(place: &str, seconds: Whole) -> Result<i64, ApiError> {
    let seconds = i64::from(seconds);
    if (1..=MOST_SECONDS).contains(&seconds) {
        return Ok(seconds);
    }
    Err(wrong(place, format!("a token lasts between 1 and {MOST_SECONDS} seconds, not {seconds}")))
}

/// When a card begins and ends, as stored.
pub(super) fn period(from: Option<&str>, until: Option<&str>) -> Result<(Option<String>, Option<String>), ApiError> {
    let instant = |place: &str, text: Option<&str>| {
        let read =
            |text| comparable(text).ok_or_else(|| wrong(place, "this is a date-time with its offset, as 2024-06-01T12:00:00Z"));
        text.map(read).transpose()
    };
    let (from, until) = (instant("/active_from", from)?, instant("/expires_at", until)?);
    if let (Some(from), Some(until)) = (&from, &until)
        && until <= from
    {
        return Err(wrong("/expires_at", "a card expires after it became active"));
    }
    Ok((from, until))
}

/// Metadata, as they are stored.
pub(super) fn metadata(sent: Option<&RawValue>) -> Result<Option<String>, ApiError> {
    let Some(sent) = sent else { return Ok(None) };
    let members: Members<'_> =
        read_at(sent.get(), "/metadata").map_err(|_| wrong("/metadata", "metadata are an object, name by name"))?;
    members.refuse_twice("/metadata")?;
    if let Some((name, _)) = members.0.iter().find(|(name, _)| name.starts_with("dintero_")) {
        let place = format!("/metadata/{}", pointer_part(name));
        return Err(wrong(&place, "names that begin with `dintero_` are the service's own; choose another"));
    }
    Ok(Some(members.to_string()))
}

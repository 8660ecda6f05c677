//! Query parameters of reads.

use uuid::Uuid;

use super::made::Formats;
use crate::error::ApiError;

/// A cursor: the id of a card.
///
/// # Errors
/// 400 when it is none.
pub(super) fn cursor(text: Option<String>) -> Result<Option<String>, ApiError> {
    let read = |text: String| {
        let message = "`starting_after` is what the page before gave: the `id` of its last card".to_owned();
        Uuid::parse_str(&text).map(|id| id.hyphenated().to_string()).map_err(|_| ApiError::Invalid("bad_query", message))
    };
    text.map(read).transpose()
}

/// What `includes` adds to a card; as `includes=a&includes=b`, `includes[]=a` or `includes=a,b`.
///
/// # Errors
/// 400 when nothing is called so.
pub(super) fn includes(pairs: Vec<(String, String)>) -> Result<Formats, ApiError> {
    let mut formats = Formats::default();
    for (name, value) in pairs {
        if name.trim_end_matches("[]") != "includes" {
            continue;
        }
        for word in value.split(',') {
            match word {
                "pin.format" => formats.pin = true,
                "tokens.format" => formats.tokens = true,
                _ => {
                    return Err(ApiError::Invalid("bad_query", "`includes` is `pin.format`, `tokens.format` or both".to_owned()));
                }
            }
        }
    }
    Ok(formats)
}

//! Bodies: JSON text, and what is wrong with it in a sentence.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::Deserialize;

use crate::error::ApiError;

/// The largest body, in bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// A body as text. Bodies stay text, so that members nobody here knows survive.
#[derive(Debug)]
pub struct JsonText(pub String);

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|_| {
            ApiError::Invalid("body_too_large", format!("a body has at most {MOST_BYTES} bytes; send less at once"))
        })?;
        match String::from_utf8(bytes.into()) {
            Ok(text) if text.trim().is_empty() => {
                Err(ApiError::Invalid("body_missing", "this request needs a JSON body".to_owned()))
            }
            Ok(text) => Ok(Self(text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                Err(ApiError::Invalid("bad_json", format!("the body is not UTF-8: byte {at} does not belong to a character")))
            }
        }
    }
}

/// Reads a body; what is wrong with it is told with its place.
///
/// # Errors
/// 400 with the JSON pointer of the member that is wrong.
pub fn read<'de, T: Deserialize<'de>>(body: &'de str) -> Result<T, ApiError> {
    read_at(body, "")
}

/// Reads a part of a body; `place` is its JSON pointer.
///
/// # Errors
/// 400 with the JSON pointer of the member that is wrong.
pub fn read_at<'de, T: Deserialize<'de>>(body: &'de str, place: &str) -> Result<T, ApiError> {
    use serde_path_to_error::Segment;
    let mut reader = serde_json::Deserializer::from_str(body);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let mut pointer = place.to_owned();
        for segment in error.path() {
            pointer.push('/');
            match segment {
                Segment::Seq { index } => pointer.push_str(&index.to_string()),
                Segment::Map { key } => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Segment::Enum { variant } => pointer.push_str(variant),
                Segment::Unknown => pointer.push('?'),
            }
        }
        let error = error.into_inner();
        // Some wrong types are told as if the text were broken.
        if error.is_data() {
            ApiError::At("invalid_body", pointer, sentence(&error))
        } else if serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok() {
            ApiError::At("invalid_body", pointer, format!("another type of value belongs here ({})", wrong(&error)))
        } else {
            bad_json(&error)
        }
    })?;
    reader.end().map_err(|error| bad_json(&error))?;
    Ok(read)
}

/// Reads a body that is an object. (A list of its members, in order, would be read too.)
///
/// # Errors
/// 400 with the JSON pointer of the member that is wrong.
pub fn read_object<'de, T: Deserialize<'de>>(body: &'de str) -> Result<T, ApiError> {
    if body.trim_start().starts_with('[') {
        return Err(ApiError::At("invalid_body", String::new(), "the body is an object, not a list".to_owned()));
    }
    read(body)
}

/// What is wrong with a text, without what stands there: it may be a secret.
pub fn wrong(error: &serde_json::Error) -> String {
    if error.is_data() { sentence(error) } else { error.to_string() }
}

fn bad_json(error: &serde_json::Error) -> ApiError {
    ApiError::Invalid("bad_json", format!("the body is not JSON: {}", wrong(error)))
}

/// What serde says in the words of who writes JSON. Where it is, the pointer tells.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(&*text, |(text, _)| text);
    let named = |start: &str| text.strip_prefix(start)?.strip_suffix('`');
    if let Some(name) = named("missing field `") {
        return format!("`{name}` is missing; it is needed here");
    }
    if let Some(name) = named("duplicate field `") {
        return format!("`{name}` is here twice; send it once");
    }
    let mistyped = ["invalid type: ", "invalid value: "].iter().find_map(|start| text.strip_prefix(start));
    match mistyped.and_then(|text| text.rsplit_once(", expected ")) {
        Some((found, expected)) => format!("{} belongs here, not {}", wanted(expected), given(found)),
        None => text.to_owned(),
    }
}

/// A Rust type in JSON's words.
fn wanted(expected: &str) -> &str {
    match expected {
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of 0 or more",
        "f32" | "f64" => "a number",
        "bool" | "a boolean" => "true or false",
        "str" | "a string" | "a borrowed string" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

/// What was sent, without the names that serde has for it. Texts are not repeated: they may be secrets.
fn given(found: &str) -> String {
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "unit value" => "null".to_owned(),
        text if text.starts_with("string \"") => "a text".to_owned(),
        other => {
            let kinds = ["integer ", "floating point ", "boolean "];
            let plain = kinds.iter().find_map(|kind| other.strip_prefix(kind)).map(|value| value.trim_matches('`'));
            plain.unwrap_or(other).to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only what is wrong is read")]
    struct Sent {
        count: i64,
        #[serde(default)]
        names: Vec<String>,
        #[serde(default)]
        on: bool,
    }

    #[test]
    fn what_is_wrong_is_said_in_words_of_json() {
        for (body, place, message) in [
            (r#"{}"#, "", "`count` is missing; it is needed here"),
            (r#"{"count":1,"count":2}"#, "", "`count` is here twice; send it once"),
            (r#"{"count":"1, expected i64"}"#, "/count", "a whole number belongs here, not a text"),
            (r#"{"count":1.5}"#, "/count", "a whole number belongs here, not 1.5"),
            (r#"{"count":null}"#, "/count", "a whole number belongs here, not null"),
            (r#"{"count":1,"names":{}}"#, "/names", "a list belongs here, not an object"),
            (r#"{"count":1,"names":["a",[]]}"#, "/names/1", "a text belongs here, not a list"),
            (r#"{"count":1,"on":0}"#, "/on", "true or false belongs here, not 0"),
        ] {
            let error = read::<Sent>(body).unwrap_err();
            let expected = ApiError::At("invalid_body", place.to_owned(), message.to_owned());
            assert_eq!(format!("{error:?}"), format!("{expected:?}"), "{body}");
        }
    }
}

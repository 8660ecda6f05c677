//! JSON as a value, when it says one thing only, and numbers as callers write them.

use rabatt_engine::{Code, Decimal, Problem};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error::ApiError;
use crate::members::Members;

/// The deepest nesting that is read.
const DEEPEST: usize = 64;

/// Reads JSON. `serde_json` alone would keep the last of two members with one name and say nothing.
///
/// # Errors
/// 400 when this is not JSON, is nested too deeply, or has a member twice; with its place.
pub fn read_once(text: &str) -> Result<Value, ApiError> {
    // All of it is checked here once; the parts below then are JSON.
    let whole: &RawValue = serde_json::from_str(text).map_err(bad)?;
    value(whole.get(), "", 0)
}

fn bad(error: serde_json::Error) -> ApiError {
    ApiError::Invalid("bad_json", format!("the body is not JSON: {error}"))
}

fn value(text: &str, place: &str, depth: usize) -> Result<Value, ApiError> {
    let first = text.trim_ascii_start().as_bytes().first();
    if matches!(first, Some(b'{' | b'[')) && depth >= DEEPEST {
        let message = format!("lists and objects are read {DEEPEST} levels deep");
        return Err(vec![Problem::new(Code::TooDeep, place, message)].into());
    }
    match first {
        Some(b'{') => {
            let members: Members<'_> = serde_json::from_str(text).map_err(bad)?;
            members.refuse_twice(place)?;
            let read = |(name, text): (String, &str)| {
                let own = value(text, &format!("{place}/{}", pointer_part(&name)), depth.saturating_add(1))?;
                Ok((name, own))
            };
            members.0.into_iter().map(read).collect::<Result<_, _>>().map(Value::Object)
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(text).map_err(bad)?;
            let read =
                |(at, element): (usize, &&RawValue)| value(element.get(), &format!("{place}/{at}"), depth.saturating_add(1));
            elements.iter().enumerate().map(read).collect::<Result<_, _>>().map(Value::Array)
        }
        _ => serde_json::from_str(text).map_err(bad),
    }
}

/// A member's name as part of a JSON pointer (RFC 6901).
pub fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A whole number, also when it is written `100.0` or `1e2`: some languages know only one kind of number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole(i64);

impl Whole {
    /// Reads a JSON value.
    pub fn of(value: &Value) -> Option<Self> {
        let number = value.as_number()?;
        number.as_i64().or_else(|| Decimal::parse(&number.to_string())?.whole()).map(Self)
    }
}

impl From<Whole> for i64 {
    fn from(whole: Whole) -> Self {
        whole.0
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::of(&value).ok_or_else(|| D::Error::custom(format!("{value} is no whole number of 64 bits")))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[test]
    fn numbers_and_the_order_of_members_stay() {
        let text = r#"{"b":[1.50,-0.0,{"x":null}],"a":"\u00e5","$serde_json::private::Number":"1"}"#;
        assert_eq!(read_once(text).unwrap().to_string(), text.replace("\\u00e5", "å"));
    }

    #[test]
    fn whole_numbers_are_read_however_they_are_written() {
        let whole = |text: &str| serde_json::from_str::<Whole>(text).ok().map(i64::from);
        for (text, expected) in
            [("100", 100), ("100.0", 100), ("1e2", 100), ("-0.0", 0), ("9007199254740993", 9_007_199_254_740_993)]
        {
            assert_eq!(whole(text), Some(expected), "{text}");
        }
        for text in ["10.5", "1e-1", "\"1\"", "null", "1e400", "[1]", "9223372036854775808"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn what_says_two_things_or_goes_too_deep_is_refused() {
        let place = |text: &str| match read_once(text) {
            Err(ApiError::Problems(problems)) => problems.first().unwrap().pointer.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(place(r#"{"a":[0,{"b/c":1,"b/c":2}]}"#), "/a/1/b~1c");
        assert_eq!(
            place(&"[".repeat(100_000)),
            "Err(Invalid(\"bad_json\", \"the body is not JSON: EOF while parsing a list at line 1 column 100000\"))"
        );
        assert_eq!(place(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))), "/0".repeat(64));
    }
}

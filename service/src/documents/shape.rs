//! What members of a document are.

use serde_json::Value;

use crate::discounts::store::comparable;
use crate::error::ApiError;
use crate::json::{Whole, pointer_part};

/// A member and what it is.
#[derive(Debug)]
pub struct Member(pub &'static str, pub Shape);

/// What a value is.
#[derive(Debug)]
pub enum Shape {
    /// A text.
    Text,
    /// A text that must be there.
    NeededText,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Whole,
    /// An amount of money in minor units, 0 or more.
    Amount,
    /// Any number.
    Number,
    /// A number from 0 to 100.
    Percent,
    /// A date-time with its offset.
    Instant,
    /// An object with these members, and others.
    Object(&'static [Member]),
    /// A list of such.
    List(&'static Shape),
}

/// Refuses a value that is not what it should be. `null` is absent.
///
/// # Errors
/// 400 with its place.
pub(crate) fn check(value: &Value, shape: &Shape, place: &str) -> Result<(), ApiError> {
    let wrong = |message: &str| Err(ApiError::At("invalid_body", place.to_owned(), message.to_owned()));
    match shape {
        _ if value.is_null() => Ok(()),
        Shape::Text | Shape::NeededText if !value.is_string() => wrong("a text belongs here"),
        Shape::NeededText if value.as_str().is_some_and(|text| text.trim().is_empty()) => wrong("this text must not be empty"),
        Shape::Flag if !value.is_boolean() => wrong("true or false belongs here"),
        Shape::Whole if Whole::of(value).is_none() => wrong("a whole number belongs here"),
        Shape::Amount if Whole::of(value).is_none_or(|whole| i64::from(whole) < 0) => {
            wrong("an amount in minor units belongs here: a whole number of 0 or more")
        }
        Shape::Number if !value.is_number() => wrong("a number belongs here"),
        // No money: a float tells well enough whether it lies between.
        Shape::Percent if value.as_f64().is_none_or(|number| !(0.0..=100.0).contains(&number)) => {
            wrong("a number from 0 to 100 belongs here")
        }
        Shape::Instant if value.as_str().and_then(comparable).is_none() => {
            wrong("this is a date-time with its offset, as 2024-06-01T12:00:00Z")
        }
        Shape::Object(members) => {
            let Some(object) = value.as_object() else { return wrong("an object belongs here") };
            for Member(name, shape) in *members {
                let own = object.get(*name).unwrap_or(&Value::Null);
                if matches!(shape, Shape::NeededText) && own.is_null() {
                    return Err(ApiError::At(
                        "invalid_body",
                        place.to_owned(),
                        format!("`{name}` is missing; it is needed here"),
                    ));
                }
                check(own, shape, &format!("{place}/{}", pointer_part(name)))?;
            }
            Ok(())
        }
        Shape::List(shape) => {
            let Some(list) = value.as_array() else { return wrong("a list belongs here") };
            for (at, own) in list.iter().enumerate() {
                if own.is_null() {
                    return Err(ApiError::At("invalid_body", format!("{place}/{at}"), "null does not belong here".to_owned()));
                }
                check(own, shape, &format!("{place}/{at}"))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static MEMBERS: [Member; 5] = [
        Member("name", Shape::NeededText),
        Member("price", Shape::Amount),
        Member("percentage", Shape::Percent),
        Member("from", Shape::Instant),
        Member("parts", Shape::List(&Shape::Object(&[Member("on", Shape::Flag), Member("count", Shape::Whole)]))),
    ];

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let place = |value: Value| match check(&value, &Shape::Object(&MEMBERS), "") {
            Ok(()) => "fine".to_owned(),
            Err(ApiError::At(_, pointer, _)) => pointer,
            Err(other) => format!("{other:?}"),
        };
        let fine = json!({"name": "a", "price": 100.0, "percentage": 12.5, "from": "2024-06-01T12:00:00+02:00", "parts": [{"on": true}],
            "own": {"of": ["the", "client"]}});
        assert_eq!(place(fine.clone()), "fine");
        for (change, expected) in [
            (json!({"name": null}), ""),
            (json!({"name": " "}), "/name"),
            (json!({"price": -1}), "/price"),
            (json!({"price": 0.5}), "/price"),
            (json!({"percentage": 100.01}), "/percentage"),
            (json!({"percentage": "12"}), "/percentage"),
            (json!({"from": "june"}), "/from"),
            (json!({"parts": {}}), "/parts"),
            (json!({"parts": [{}, null]}), "/parts/1"),
            (json!({"parts": [{"count": "1"}]}), "/parts/0/count"),
        ] {
            let mut wrong = fine.clone();
            if let (Some(all), Some(one)) = (wrong.as_object_mut(), change.as_object()) {
                all.extend(one.clone());
            }
            assert_eq!(place(wrong), expected, "{change}");
        }
    }
}

//! What members of a body are, and what is wrong with those that are not: all of it at once.

use serde_json::Value;

use crate::discounts::store::comparable;
use crate::error::{ApiError, FieldError};
use crate::json::{Whole, pointer_part};

/// So much is told of one body at most: who sends a list of mistakes mends the first of them first.
const MOST: usize = 100;

/// What is said of a member that is missing, after its name; readers say the same.
const MISSING: &str = " is missing; it is needed here";

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
    /// A text that is so, else what it should be.
    That(fn(&str) -> bool, &'static str),
    /// A whole number between these, else what it should be.
    Between(i64, i64, &'static str),
    /// This, and it must be there.
    Needed(&'static Shape),
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

impl Shape {
    /// Is something missing when nothing stands there?
    fn is_needed(&self) -> bool {
        matches!(self, Shape::NeededText | Shape::Needed(_))
    }
}

/// Refuses a value that is not what it should be, and says everything that is wrong with it. `null` is absent.
///
/// # Errors
/// 400 with each place.
pub(crate) fn check(value: &Value, shape: &Shape, place: &str) -> Result<(), ApiError> {
    let mut wrong = Vec::new();
    look(value, shape, place, &mut wrong);
    refusal(wrong).map_or(Ok(()), Err)
}

/// What a reader refused, which stops at the first mistake, with all others that the body has.
pub(crate) fn all_of(error: ApiError, body: &str, shape: &Shape) -> ApiError {
    let ApiError::At("invalid_body", place, message) = error else { return error };
    let mut wrong = Vec::new();
    if let Ok(value) = serde_json::from_str(body) {
        look(&value, shape, "", &mut wrong);
    }
    // The reader says it best; of several members that are missing it names the first.
    if message.ends_with(MISSING) {
        if wrong.iter().all(|known| known.pointer != place || known.message != message) {
            wrong.insert(0, mistake(place, message));
        }
    } else {
        match wrong.iter_mut().find(|known| known.pointer == place && !known.message.ends_with(MISSING)) {
            Some(known) => known.message = message,
            None => wrong.insert(0, mistake(place, message)),
        }
    }
    refusal(wrong).unwrap_or(ApiError::Invalid("invalid_body", String::new()))
}

fn refusal(mut wrong: Vec<FieldError>) -> Option<ApiError> {
    match wrong.pop() {
        None => None,
        Some(only) if wrong.is_empty() => Some(ApiError::At("invalid_body", only.pointer, only.message)),
        Some(last) => {
            wrong.push(last);
            Some(ApiError::Fields(wrong))
        }
    }
}

fn mistake(pointer: String, message: impl Into<String>) -> FieldError {
    FieldError { code: "invalid_body".to_owned(), pointer, message: message.into() }
}

fn look(value: &Value, shape: &Shape, place: &str, wrong: &mut Vec<FieldError>) {
    if value.is_null() || wrong.len() >= MOST {
        return;
    }
    match shape {
        Shape::Object(members) => match value.as_object() {
            Some(object) => {
                for Member(name, shape) in *members {
                    let own = object.get(*name).unwrap_or(&Value::Null);
                    if shape.is_needed() && own.is_null() {
                        wrong.push(mistake(place.to_owned(), format!("`{name}`{MISSING}")));
                    }
                    look(own, shape, &format!("{place}/{}", pointer_part(name)), wrong);
                }
            }
            None => wrong.push(mistake(place.to_owned(), "an object belongs here")),
        },
        Shape::List(shape) => match value.as_array() {
            Some(list) => {
                for (at, own) in list.iter().enumerate() {
                    if own.is_null() {
                        wrong.push(mistake(format!("{place}/{at}"), "null does not belong here"));
                    }
                    look(own, shape, &format!("{place}/{at}"), wrong);
                }
            }
            None => wrong.push(mistake(place.to_owned(), "a list belongs here")),
        },
        Shape::Needed(shape) => look(value, shape, place, wrong),
        single => {
            if let Some(message) = problem(value, single) {
                wrong.push(mistake(place.to_owned(), message));
            }
        }
    }
}

/// What is wrong with a value that has no parts.
fn problem(value: &Value, shape: &Shape) -> Option<&'static str> {
    let (fits, message) = match shape {
        Shape::NeededText if value.as_str().is_some_and(|text| text.trim().is_empty()) => (false, "this text must not be empty"),
        Shape::Text | Shape::NeededText => (value.is_string(), "a text belongs here"),
        Shape::That(..) if !value.is_string() => (false, "a text belongs here"),
        Shape::That(fits, message) => (value.as_str().is_some_and(fits), *message),
        Shape::Flag => (value.is_boolean(), "true or false belongs here"),
        Shape::Whole => (Whole::of(value).is_some(), "a whole number belongs here"),
        Shape::Between(least, most, message) => {
            (Whole::of(value).is_some_and(|whole| (*least..=*most).contains(&i64::from(whole))), *message)
        }
        Shape::Amount => (
            Whole::of(value).is_some_and(|whole| i64::from(whole) >= 0),
            "an amount in minor units belongs here: a whole number of 0 or more",
        ),
        Shape::Number => (value.is_number(), "a number belongs here"),
        // No money: a float tells well enough whether it lies between.
        Shape::Percent => {
            (value.as_f64().is_some_and(|number| (0.0..=100.0).contains(&number)), "a number from 0 to 100 belongs here")
        }
        Shape::Instant => {
            (value.as_str().and_then(comparable).is_some(), "this is a date-time with its offset, as 2024-06-01T12:00:00Z")
        }
        Shape::Object(_) | Shape::List(_) | Shape::Needed(_) => (true, ""),
    };
    (!fits).then_some(message)
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
    fn all_that_is_wrong_is_told_at_once() {
        let places = |error: ApiError| match error {
            ApiError::At(_, pointer, _) => vec![pointer],
            ApiError::Fields(fields) => fields.into_iter().map(|field| field.pointer).collect(),
            other => vec![format!("{other:?}")],
        };
        let body = json!({"price": -1, "from": 5, "parts": [{"on": 1}, null, {"count": 1, "on": "x"}]});
        let wrong = check(&body, &Shape::Object(&MEMBERS), "").map_err(places);
        assert_eq!(wrong, Err(["", "/price", "/from", "/parts/0/on", "/parts/1", "/parts/2/on"].map(str::to_owned).into()));
        // What only the reader knows comes first; what both know once.
        let told = |place: &str| ApiError::At("invalid_body", place.to_owned(), "no".to_owned());
        let all = |place: &str, body: &Value| places(all_of(told(place), &body.to_string(), &Shape::Object(&MEMBERS)));
        assert_eq!(all("/other", &json!({"name": "a", "price": -1})), ["/other", "/price"]);
        assert_eq!(all("/price", &json!({"name": "a", "price": -1})), ["/price"]);
        let many = json!({"name": "a", "parts": vec![json!({"on": 1}); 1000]});
        assert_eq!(all("/parts/0/on", &many).len(), MOST);
    }

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

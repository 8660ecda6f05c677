//! `requirement.filter`: which events an automation is for.
//!
//! | written | an event matches when what the path finds |
//! | --- | --- |
//! | `{"$.store.id": ["sc029", "sc030"]}` | is any of these |
//! | `[{"anything-but": "blocked"}]`, `[{"anything-but": ["blocked", "closed"]}]` | is none of these |
//! | `[{"numeric": [">", 0, "<=", 1500]}]` | is a number for which all of this holds |
//!
//! Every path must match, by any of its values. Where a path finds several values, or a list, any one
//! of them is enough; where it finds nothing, the event does not match, not even `anything-but`.

use std::cmp::Ordering;

use rabatt_engine::{Code, Decimal, Problem};
use serde_json::Value;

use super::path::Path;
use crate::json::pointer_part;

/// A checked filter; an empty one takes every event.
#[derive(Debug, Default)]
pub(super) struct Filter(Vec<(Path, Vec<Accepted>)>);

#[derive(Debug)]
enum Accepted {
    Is(Scalar),
    AnythingBut(Vec<Scalar>),
    Numeric(Vec<(Comparison, Decimal)>),
}

#[derive(Debug, PartialEq)]
enum Scalar {
    Null,
    Bool(bool),
    Number(Decimal),
    Text(String),
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    /// Reads a filter; what is wrong with it goes to `problems`, with its place.
    pub(super) fn read(filter: &Value, place: &str, problems: &mut Vec<Problem>) -> Self {
        let Some(paths) = filter.as_object() else {
            problems.push(Problem::new(Code::WrongType, place, "a filter is an object of JSONPath and list of accepted values"));
            return Self::default();
        };
        let mut read = Vec::new();
        for (path, values) in paths {
            let place = format!("{place}/{}", pointer_part(path));
            let path =
                Path::parse(path).map_err(|message| problems.push(Problem::new(Code::UnknownValue, place.clone(), message)));
            let accepted = match values.as_array().map(Vec::as_slice) {
                Some([]) | None => {
                    let message = "this is a list of the accepted values, with at least one";
                    problems.push(Problem::new(Code::WrongType, place, message));
                    Vec::new()
                }
                Some(values) => {
                    let each = values.iter().enumerate().filter_map(|(at, value)| {
                        let read = Accepted::read(value);
                        read.map_err(|(code, message)| problems.push(Problem::new(code, format!("{place}/{at}"), message))).ok()
                    });
                    each.collect()
                }
            };
            if let Ok(path) = path {
                read.push((path, accepted));
            }
        }
        Self(read)
    }

    /// Is this automation for that event?
    pub(super) fn matches(&self, event: &Value) -> bool {
        self.0.iter().all(|(path, accepted)| {
            let found = path.find(event);
            let mut values = found.into_iter().flat_map(|value| match value {
                Value::Array(elements) => elements.iter().collect(),
                other => vec![other],
            });
            values.any(|value| accepted.iter().any(|accepted| accepted.takes(value)))
        })
    }
}

impl Accepted {
    fn read(value: &Value) -> Result<Self, (Code, &'static str)> {
        let Some(members) = value.as_object() else { return Scalar::read(value).map(Self::Is) };
        let mut members = members.iter();
        match (members.next(), members.next()) {
            (Some((name, value)), None) if name == "anything-but" => {
                let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                if values.is_empty() {
                    return Err((Code::MissingMember, "`anything-but` needs a value or a list of them"));
                }
                values.iter().map(Scalar::read).collect::<Result<_, _>>().map(Self::AnythingBut)
            }
            (Some((name, value)), None) if name == "numeric" => {
                const FORM: (Code, &str) = (
                    Code::UnknownValue,
                    "`numeric` is a list as `[\">\", 0, \"<=\", 1500]`, of `=`, `<`, `<=`, `>`, `>=` and numbers",
                );
                let parts = value.as_array().map_or(&[][..], Vec::as_slice);
                let (pairs, []) = parts.as_chunks::<2>() else { return Err(FORM) };
                if pairs.is_empty() {
                    return Err(FORM);
                }
                let read = |[comparison, number]: &[Value; 2]| {
                    let comparison = comparison.as_str().and_then(Comparison::read).ok_or(FORM)?;
                    match Scalar::read(number)? {
                        Scalar::Number(number) => Ok((comparison, number)),
                        _ => Err(FORM),
                    }
                };
                pairs.iter().map(read).collect::<Result<_, _>>().map(Self::Numeric)
            }
            _ => Err((Code::UnknownValue, "this is a value, `{\"anything-but\": …}` or `{\"numeric\": […]}`")),
        }
    }

    fn takes(&self, value: &Value) -> bool {
        match self {
            Self::Is(wanted) => wanted.is(value),
            Self::AnythingBut(unwanted) => !unwanted.iter().any(|scalar| scalar.is(value)),
            Self::Numeric(parts) => {
                decimal(value).is_some_and(|number| parts.iter().all(|(comparison, other)| comparison.holds(number, *other)))
            }
        }
    }
}

impl Scalar {
    fn read(value: &Value) -> Result<Self, (Code, &'static str)> {
        match value {
            Value::Null => Ok(Self::Null),
            Value::Bool(value) => Ok(Self::Bool(*value)),
            Value::String(text) => Ok(Self::Text(text.clone())),
            Value::Number(_) => {
                decimal(value).map(Self::Number).ok_or((Code::OutOfRange, "numbers are compared with up to 18 digits, no more"))
            }
            Value::Array(_) | Value::Object(_) => Err((Code::WrongType, "this is a text, a number, true, false or null")),
        }
    }

    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(a), Value::Bool(b)) => a == b,
            (Self::Text(a), Value::String(b)) => a == b,
            (Self::Number(a), Value::Number(_)) => decimal(value) == Some(*a),
            _ => false,
        }
    }
}

/// A number as it was written, exactly; `None` for anything else, and for more digits than amounts have.
fn decimal(value: &Value) -> Option<Decimal> {
    value.as_number().and_then(|number| Decimal::parse(number.as_str()))
}

impl Comparison {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "=" => Self::Equal,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    fn holds(self, a: Decimal, b: Decimal) -> bool {
        let ((a, a_power), (b, b_power)) = (a.ratio(), b.ratio());
        // Powers of ten up to 10^18 and 64-bit digits: the products fit.
        let order = (i128::from(a) * i128::from(b_power)).cmp(&(i128::from(b) * i128::from(a_power)));
        match self {
            Self::Equal => order == Ordering::Equal,
            Self::Less => order == Ordering::Less,
            Self::LessOrEqual => order != Ordering::Greater,
            Self::Greater => order == Ordering::Greater,
            Self::GreaterOrEqual => order != Ordering::Less,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    fn matches(filter: &str, event: &str) -> bool {
        let mut problems = Vec::new();
        let filter = Filter::read(&serde_json::from_str(filter).unwrap(), "", &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        filter.matches(&serde_json::from_str(event).unwrap())
    }

    #[test]
    fn forms() {
        for (filter, event, expected) in [
            // The table of the contract's examples.
            (r#"{"$.gross_amount":[{"numeric":[">",50000]}]}"#, r#"{"gross_amount":50000}"#, false),
            (r#"{"$.gross_amount":[{"numeric":[">",50000]}]}"#, r#"{"gross_amount":50001}"#, true),
            (r#"{"$.gross_amount":[{"numeric":[">",0,"<=",1500]}]}"#, r#"{"gross_amount":1500}"#, true),
            (r#"{"$.gross_amount":[{"numeric":[">",0,"<=",1500]}]}"#, r#"{"gross_amount":1501}"#, false),
            (r#"{"$.gross_amount":[{"numeric":[">",0,"<=",1500]}]}"#, r#"{"gross_amount":0}"#, false),
            (
                r#"{"$.type":["company"],"$.status":[{"anything-but":"blocked"}],"$.addresses[*].postal_code":["0342","6901"]}"#,
                r#"{"type":"company","status":"active","addresses":[{"postal_code":"5020"},{"postal_code":"0342"}]}"#,
                true,
            ),
            (
                r#"{"$.type":["company"],"$.status":[{"anything-but":"blocked"}],"$.addresses[*].postal_code":["0342","6901"]}"#,
                r#"{"type":"company","status":"blocked","addresses":[{"postal_code":"0342"}]}"#,
                false,
            ),
            (
                r#"{"$.store.id":["S00129"],"$.gross_amount":[{"numeric":[">",50000]}]}"#,
                r#"{"store":{"id":"S00129"},"gross_amount":60000}"#,
                true,
            ),
            (
                r#"{"$.store.id":["S00129"],"$.gross_amount":[{"numeric":[">",50000]}]}"#,
                r#"{"store":{"id":"S00129"},"gross_amount":50000}"#,
                false,
            ),
            (
                r#"{"$.store.id":["S00129"],"$.gross_amount":[{"numeric":[">",50000]}]}"#,
                r#"{"store":{"id":"S00130"},"gross_amount":60000}"#,
                false,
            ),
            // Nothing found matches nothing.
            (r#"{"$.status":[{"anything-but":"blocked"}]}"#, "{}", false),
            (r#"{"$.status":[null]}"#, "{}", false),
            (r#"{"$.tags":["a"]}"#, r#"{"tags":[]}"#, false),
            (r#"{"$.tags":[{"anything-but":"a"}]}"#, r#"{"tags":[]}"#, false),
            // A list matches with any of its elements.
            (r#"{"$.tags":["a"]}"#, r#"{"tags":["b","a"]}"#, true),
            (r#"{"$.tags":[{"anything-but":"a"}]}"#, r#"{"tags":["b","a"]}"#, true),
            (r#"{"$.tags":[{"anything-but":["a","b"]}]}"#, r#"{"tags":["b","a"]}"#, false),
            (r#"{"$.items[*].tags":["x"]}"#, r#"{"items":[{"tags":["y"]},{"tags":["x"]}]}"#, true),
            // Scalars are equal as what they are.
            (r#"{"$.a":["1"]}"#, r#"{"a":1}"#, false),
            (r#"{"$.a":[1]}"#, r#"{"a":"1"}"#, false),
            (r#"{"$.a":[true]}"#, r#"{"a":true}"#, true),
            (r#"{"$.a":[null]}"#, r#"{"a":null}"#, true),
            (r#"{"$.a":[null]}"#, r#"{"a":false}"#, false),
            (r#"{"$.a":["x"]}"#, r#"{"a":{"x":1}}"#, false),
            // Numbers as decimals, however they are written.
            (r#"{"$.a":[1]}"#, r#"{"a":1.00}"#, true),
            (r#"{"$.a":[100]}"#, r#"{"a":1e2}"#, true),
            (r#"{"$.a":[0]}"#, r#"{"a":-0.0}"#, true),
            (r#"{"$.a":[0.3]}"#, r#"{"a":0.30000000000000004}"#, false),
            (r#"{"$.a":[9007199254740993]}"#, r#"{"a":9007199254740992}"#, false),
            (r#"{"$.a":[{"numeric":["=",9007199254740993]}]}"#, r#"{"a":9007199254740993.0}"#, true),
            (r#"{"$.a":[{"numeric":["<",0.1]}]}"#, r#"{"a":0.09999999999999999}"#, true),
            (r#"{"$.a":[{"numeric":[">=",-1.5]}]}"#, r#"{"a":-1.50}"#, true),
            (r#"{"$.a":[{"numeric":[">",0]}]}"#, r#"{"a":"5"}"#, false),
            (r#"{"$.a":[{"numeric":[">",0]}]}"#, r#"{"a":1e999}"#, false),
            // Any of the values.
            (r#"{"$.a":["x",{"numeric":["<",3]}]}"#, r#"{"a":2}"#, true),
            ("{}", "{}", true),
        ] {
            assert_eq!(matches(filter, event), expected, "{filter} on {event}");
        }
    }

    #[test]
    fn what_is_no_filter_is_told_with_its_place() {
        for (filter, place) in [
            ("[]", "/f"),
            (r#"{"store":["a"]}"#, "/f/store"),
            (r#"{"$.a/b":["a"]}"#, "/f/$.a~1b"),
            (r#"{"$.a":"a"}"#, "/f/$.a"),
            (r#"{"$.a":[]}"#, "/f/$.a"),
            (r#"{"$.a":["x",["a"]]}"#, "/f/$.a/1"),
            (r#"{"$.a":[{}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"prefix":"x"}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"anything-but":"x","numeric":["=",1]}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"anything-but":[]}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"anything-but":{"numeric":["=",1]}}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"numeric":[]}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"numeric":">"}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"numeric":[">"]}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"numeric":[">",1,"<"]}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"numeric":["!=",1]}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"numeric":["<","1"]}]}"#, "/f/$.a/0"),
            (r#"{"$.a":[{"numeric":["<",1e99]}]}"#, "/f/$.a/0"),
        ] {
            let mut problems = Vec::new();
            Filter::read(&serde_json::from_str(filter).unwrap(), "/f", &mut problems);
            let places: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
            assert_eq!(places, [place], "{filter}");
        }
    }
}

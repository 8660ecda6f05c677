//! Free-form members of a store or customer, as sent, and what a rule asks of them (§5.4, §5.5).

use std::borrow::Cow;

/// A JSON value as it was written: numbers keep their text's exact decimal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value<'a> {
    /// `null`, which means absent everywhere (§1.6).
    #[default]
    Absent,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as its shortest plain decimal text.
    Number(Cow<'a, str>),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Value<'a>>),
    /// An object, members in the order written.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

impl<'a> Value<'a> {
    /// The member of this name, or [`Value::Absent`].
    pub fn member(&self, name: &str) -> &Value<'a> {
        match self {
            Value::Object(members) => members.iter().find(|(key, _)| key == name).map_or(&Value::Absent, |(_, value)| value),
            _ => &Value::Absent,
        }
    }

    /// The same, borrowing nothing.
    pub fn into_owned(self) -> Value<'static> {
        let owned = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        match self {
            Value::Absent => Value::Absent,
            Value::Bool(value) => Value::Bool(value),
            Value::Number(text) => Value::Number(owned(text)),
            Value::Text(text) => Value::Text(owned(text)),
            Value::List(elements) => Value::List(elements.into_iter().map(Value::into_owned).collect()),
            Value::Object(members) => {
                Value::Object(members.into_iter().map(|(name, value)| (owned(name), value.into_owned())).collect())
            }
        }
    }

    /// Is there nothing here?
    pub fn is_absent(&self) -> bool {
        matches!(self, Value::Absent)
    }

    /// The text a requirement compares with: `true`/`false`, the decimal, or the string (§5.5).
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            Value::Number(text) | Value::Text(text) => Some(text),
            Value::Absent | Value::List(_) | Value::Object(_) => None,
        }
    }
}

/// What a rule asks of a value. "No requirement" is not represented: whoever builds a need
/// leaves empty lists and objects out (§1.6), so every `Need` can fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// The value's text is exactly this.
    Text(Box<str>),
    /// The value's text is this, without regard to case (e-mail addresses, §5.4).
    TextAnyCase(Box<str>),
    /// Any one of these is met.
    Any(Vec<Need>),
    /// Every one of these members of the object meets its need.
    All(Vec<(Box<str>, Need)>),
}

impl Need {
    /// Does the value meet this? A list meets it with any one element (§5.5).
    pub fn is_met_by(&self, value: &Value<'_>) -> bool {
        if let Value::List(elements) = value {
            return elements.iter().any(|element| self.is_met_by(element));
        }
        match self {
            Need::Text(wanted) => value.as_text() == Some(wanted),
            Need::TextAnyCase(wanted) => value.as_text().is_some_and(|text| same_ignoring_case(text, wanted)),
            Need::Any(needs) => needs.iter().any(|need| need.is_met_by(value)),
            Need::All(members) => {
                matches!(value, Value::Object(_)) && members.iter().all(|(name, need)| need.is_met_by(value.member(name)))
            }
        }
    }
}

/// Compares like `a.to_lowercase() == b.to_lowercase()` but without building the strings.
fn same_ignoring_case(a: &str, b: &str) -> bool {
    a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}

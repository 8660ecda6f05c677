//! A JSON object as it was written: members in their order, values as their text.

use std::collections::HashSet;
use std::fmt;

use rabatt_engine::{Code, Problem};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::ApiError;

/// Members of an object, each value byte for byte. A name that stands twice is here twice, for
/// the engine to refuse.
#[derive(Debug, Default)]
pub(crate) struct Members<'a>(pub(crate) Vec<(String, &'a str)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.push((name, value.get()));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'a> Members<'a> {
    /// The value of a member; `null` means absent.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(key, value)| key == name && *value != "null").map(|(_, value)| *value)
    }

    /// Sets a member where it stands, or last; `None` takes it away.
    pub(crate) fn set(&mut self, name: &str, value: Option<&'a str>) {
        match (self.0.iter_mut().find(|(key, _)| key == name), value) {
            (Some((_, own)), Some(value)) => *own = value,
            (None, Some(value)) => self.0.push((name.to_owned(), value)),
            (_, None) => self.0.retain(|(key, _)| key != name),
        }
    }

    /// Refuses a member that stands twice: it says two things. `place` is the object's JSON pointer.
    pub(crate) fn refuse_twice(&self, place: &str) -> Result<(), ApiError> {
        let mut seen = HashSet::new();
        for (name, _) in &self.0 {
            if !seen.insert(name) {
                let pointer = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                let message = "this member is here twice; leave one of them out";
                return Err(vec![Problem::new(Code::DuplicateMember, pointer, message)].into());
            }
        }
        Ok(())
    }

    /// The text of a member that is a string.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(|value| serde_json::from_str(value).ok())
    }
}

/// Writes an object.
impl fmt::Display for Members<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (at, (name, value)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let name = serde_json::to_string(name).map_err(|_| fmt::Error)?;
            write!(f, "{comma}{name}:{value}")?;
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[test]
    fn values_come_back_byte_for_byte() {
        let text = r#"{"b":1.50e2,"a":{"x" : [ 1 ]},"b":"\u00e5","a\"b":null}"#;
        let members: Members<'_> = serde_json::from_str(text).unwrap();
        assert_eq!(members.to_string(), text);
        assert_eq!((members.get("b"), members.get("a\"b"), members.get("c")), (Some("1.50e2"), None, None));
        assert!(serde_json::from_str::<Members<'_>>("[]").is_err());
    }
}

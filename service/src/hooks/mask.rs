//! Field masks: which members of a webhook's body are sent.
//!
//! | written | takes |
//! | --- | --- |
//! | `a,b` | the members `a` and `b`, whole |
//! | `a/b/c` | of `a` only `b`, of that only `c` |
//! | `a(b,c)` | of `a` only `b` and `c` |
//! | `a/*/c` | of every member of `a` only `c` |
//!
//! A list is looked through: what is said of it holds for each of its elements.

use std::collections::BTreeMap;

use serde_json::Value;

/// The longest mask, in bytes.
const MOST_BYTES: usize = 4_000;

/// How deep a mask reaches.
const DEEPEST: usize = 32;

/// What of a value is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mask {
    /// All of it.
    Whole,
    /// Of the members with these names, so much; `*` stands for every name.
    Members(BTreeMap<String, Mask>),
}

impl Mask {
    /// Reads a mask.
    ///
    /// # Errors
    /// A sentence that says where it is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MOST_BYTES {
            return Err(format!("a field mask has at most {MOST_BYTES} bytes"));
        }
        let mut reader = Reader { text, at: 0 };
        let mask = reader.list(0)?;
        match reader.peek() {
            None => Ok(mask),
            Some(found) => Err(reader.expected("a `,`", Some(found))),
        }
    }

    /// Leaves of a value only what is meant; `None` when that is nothing.
    pub(super) fn keep(&self, value: &Value) -> Option<Value> {
        let Self::Members(members) = self else { return Some(value.clone()) };
        match value {
            Value::Object(object) => {
                let kept = object.iter().filter_map(|(name, value)| {
                    let parts = [members.get(name), members.get("*")].into_iter().flatten();
                    let kept = parts.map(|mask| mask.keep(value)).reduce(|a, b| match (a, b) {
                        (Some(a), Some(b)) => Some(united(a, b)),
                        (a, b) => a.or(b),
                    });
                    Some((name.clone(), kept??))
                });
                Some(Value::Object(kept.collect()))
            }
            Value::Array(list) => Some(Value::Array(list.iter().filter_map(|value| self.keep(value)).collect())),
            _ => None,
        }
    }

    /// Takes what is meant out of a value.
    pub(super) fn drop_from(&self, value: &mut Value) {
        let Self::Members(members) = self else { return };
        match value {
            Value::Object(object) => {
                let parts = |name: &str| [members.get(name), members.get("*")].into_iter().flatten().collect::<Vec<_>>();
                object.retain(|name, _| !parts(name).contains(&&Mask::Whole));
                for (name, value) in object.iter_mut() {
                    parts(name).iter().for_each(|mask| mask.drop_from(value));
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.drop_from(value)),
            _ => {}
        }
    }

    /// Both together.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Members(mut own), Self::Members(others)) => {
                for (name, mask) in others {
                    let mask = match own.remove(&name) {
                        Some(before) => before.and(mask),
                        None => mask,
                    };
                    own.insert(name, mask);
                }
                Self::Members(own)
            }
            _ => Self::Whole,
        }
    }
}

/// Two parts of one value.
fn united(a: Value, b: Value) -> Value {
    match (a, b) {
        (Value::Object(mut a), Value::Object(b)) => {
            for (name, value) in b {
                let value = match a.remove(&name) {
                    Some(own) => united(own, value),
                    None => value,
                };
                a.insert(name, value);
            }
            Value::Object(a)
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            Value::Array(a.into_iter().zip(b).map(|(a, b)| united(a, b)).collect())
        }
        (a, _) => a,
    }
}

struct Reader<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next_if(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at = self.at.saturating_add(wanted.len_utf8());
        }
        found
    }

    /// What is wrong at this place.
    fn expected(&self, wanted: &str, found: Option<char>) -> String {
        let place = self.text.get(..self.at).map_or(0, |before| before.chars().count()).saturating_add(1);
        match found {
            Some(found) => format!("character {place} of this field mask is `{found}`, where {wanted} belongs"),
            None => format!("this field mask ends where {wanted} belongs"),
        }
    }

    /// `a,b`
    fn list(&mut self, depth: usize) -> Result<Mask, String> {
        let mut mask = self.path(depth)?;
        while self.next_if(',') {
            mask = mask.and(self.path(depth)?);
        }
        Ok(mask)
    }

    /// `a/b` or `a(b,c)`
    fn path(&mut self, depth: usize) -> Result<Mask, String> {
        if depth >= DEEPEST {
            return Err(format!("a field mask reaches at most {DEEPEST} members deep"));
        }
        let name = self.name()?;
        let below = depth.saturating_add(1);
        let mask = if self.next_if('/') {
            self.path(below)?
        } else if self.next_if('(') {
            let list = self.list(below)?;
            if !self.next_if(')') {
                return Err(self.expected("a `)`", self.peek()));
            }
            list
        } else {
            Mask::Whole
        };
        Ok(Mask::Members(BTreeMap::from([(name, mask)])))
    }

    fn name(&mut self) -> Result<String, String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find([',', '/', '(', ')']).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        let bad = name.char_indices().find(|(_, c)| c.is_whitespace() || c.is_control());
        if let Some((at, found)) = bad {
            self.at = self.at.saturating_add(at);
            return Err(self.expected("the name of a member", Some(found)));
        }
        if name.is_empty() {
            return Err(self.expected("the name of a member", self.peek()));
        }
        if name.contains('*') && name != "*" {
            self.at = self.at.saturating_add(name.find('*').unwrap_or(0));
            return Err(self.expected("no `*` (it stands alone, for every name)", Some('*')));
        }
        self.at = self.at.saturating_add(end);
        Ok(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({"a": {"b": {"c": 1, "d": 2}, "x": {"c": 3, "e": 4}}, "f": [{"c": 5, "g": 6}, {"g": 7}, 8], "h": 9, "i": null})
    }

    #[test]
    fn what_is_kept() {
        for (mask, kept) in [
            ("h", json!({"h": 9})),
            ("h,i", json!({"h": 9, "i": null})),
            ("a/b", json!({"a": {"b": {"c": 1, "d": 2}}})),
            ("a/b/c", json!({"a": {"b": {"c": 1}}})),
            ("a(b,x)", json!({"a": {"b": {"c": 1, "d": 2}, "x": {"c": 3, "e": 4}}})),
            ("a(b/c,x(e))", json!({"a": {"b": {"c": 1}, "x": {"e": 4}}})),
            ("a/*/c", json!({"a": {"b": {"c": 1}, "x": {"c": 3}}})),
            ("a(*/c,b/d)", json!({"a": {"b": {"c": 1, "d": 2}, "x": {"c": 3}}})),
            ("*/b", json!({"a": {"b": {"c": 1, "d": 2}}, "f": [{}, {}]})),
            ("*", body()),
            ("a,a/b", json!({"a": {"b": {"c": 1, "d": 2}, "x": {"c": 3, "e": 4}}})),
            ("a/b,a/x/c", json!({"a": {"b": {"c": 1, "d": 2}, "x": {"c": 3}}})),
            // Of a list each element; what has no members has none to keep.
            ("f/c", json!({"f": [{"c": 5}, {}]})),
            ("f(c,g)", json!({"f": [{"c": 5, "g": 6}, {"g": 7}]})),
            ("h/c", json!({})),
            ("nothing", json!({})),
        ] {
            assert_eq!(Mask::parse(mask).unwrap().keep(&body()), Some(kept), "{mask}");
        }
    }

    #[test]
    fn what_is_left_out() {
        for (mask, left) in [
            ("a,f", json!({"h": 9, "i": null})),
            ("a/b,f,h", json!({"a": {"x": {"c": 3, "e": 4}}, "i": null})),
            ("a/*/c,f/g,h,i", json!({"a": {"b": {"d": 2}, "x": {"e": 4}}, "f": [{"c": 5}, {}, 8]})),
            ("a(b(c),x),f,h,i", json!({"a": {"b": {"d": 2}}})),
            ("*", json!({})),
            ("h/c,a,f,i", json!({"h": 9})),
        ] {
            let mut value = body();
            Mask::parse(mask).unwrap().drop_from(&mut value);
            assert_eq!(value, left, "{mask}");
        }
    }

    #[test]
    fn what_is_no_mask() {
        for (mask, message) in [
            ("", "ends where the name of a member belongs"),
            (",a", "character 1 of this field mask is `,`, where the name of a member belongs"),
            ("a,", "ends where the name"),
            ("a,,b", "character 3"),
            ("a/", "ends where the name"),
            ("/a", "character 1"),
            ("a//b", "character 3"),
            ("a(", "ends where the name"),
            ("a()", "character 3"),
            ("a(b", "ends where a `)` belongs"),
            ("a(b))", "character 5 of this field mask is `)`, where a `,` belongs"),
            ("a(b)c", "character 5 of this field mask is `c`, where a `,` belongs"),
            ("a)", "character 2"),
            ("a b", "character 2 of this field mask is ` `"),
            ("a, b", "character 3"),
            ("å,b*", "character 4 of this field mask is `*`"),
            ("**", "character 1"),
            ("a(b(c)", "ends where a `)`"),
        ] {
            let said = Mask::parse(mask).unwrap_err();
            assert!(said.contains(message), "{mask}: {said}");
        }
        assert!(Mask::parse(&"a/".repeat(40)).unwrap_err().contains("deep"));
        assert!(Mask::parse(&"a(".repeat(1_900)).unwrap_err().contains("deep"));
        assert!(Mask::parse(&"a,".repeat(4_000)).unwrap_err().contains("bytes"));
    }
}

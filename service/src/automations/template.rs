//! The body an HTTP action sends: JSON in which every text that begins with `$` is a JSONPath into the event.

use rabatt_engine::{Code, Problem};
use serde_json::Value;

use super::path::Path;
use crate::json::pointer_part;

/// Most paths in one body: each may copy the whole event.
const MOST_PATHS: usize = 64;

/// A checked template.
#[derive(Debug)]
pub(super) enum Template {
    /// Stays as it is.
    Fixed(Value),
    /// Is replaced by what it finds.
    Path(Path),
    List(Vec<Template>),
    Object(Vec<(String, Template)>),
}

impl Template {
    /// Reads a template; what is wrong with it goes to `problems`, with its place.
    pub(super) fn read(body: &Value, place: &str, problems: &mut Vec<Problem>) -> Self {
        let template = Self::part(body, place, problems);
        if template.paths() > MOST_PATHS {
            problems.push(Problem::new(Code::OutOfRange, place, format!("a body has at most {MOST_PATHS} JSONPaths")));
        }
        template
    }

    fn part(body: &Value, place: &str, problems: &mut Vec<Problem>) -> Self {
        match body {
            Value::String(text) if text.starts_with('$') => match Path::parse(text) {
                Ok(path) => Self::Path(path),
                Err(message) => {
                    problems.push(Problem::new(Code::UnknownValue, place, message));
                    Self::Fixed(Value::Null)
                }
            },
            Value::Array(elements) => Self::List(
                elements
                    .iter()
                    .enumerate()
                    .map(|(at, element)| Self::part(element, &format!("{place}/{at}"), problems))
                    .collect(),
            ),
            Value::Object(members) => {
                let part = |(name, value): (&String, &Value)| {
                    (name.clone(), Self::part(value, &format!("{place}/{}", pointer_part(name)), problems))
                };
                Self::Object(members.iter().map(part).collect())
            }
            other => Self::Fixed(other.clone()),
        }
    }

    fn paths(&self) -> usize {
        match self {
            Self::Fixed(_) => 0,
            Self::Path(_) => 1,
            Self::List(parts) => parts.iter().map(Self::paths).sum(),
            Self::Object(parts) => parts.iter().map(|(_, part)| part.paths()).sum(),
        }
    }

    /// The body for one event. A path to one place becomes what is there, or `null`; a path that may find
    /// several values becomes the list of them, also when it finds one or none.
    pub(super) fn fill(&self, event: &Value) -> Value {
        match self {
            Self::Fixed(value) => value.clone(),
            Self::Path(path) if path.is_singular() => path.find(event).first().map_or(Value::Null, |value| (*value).clone()),
            Self::Path(path) => path.find(event).into_iter().cloned().collect(),
            Self::List(parts) => parts.iter().map(|part| part.fill(event)).collect(),
            Self::Object(parts) => Value::Object(parts.iter().map(|(name, part)| (name.clone(), part.fill(event))).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_become_what_they_find() {
        let template = json!({"customers": ["$.customer_id"], "codes": "$.items[*].id", "one": "$.items[?@.id == 'a'].id",
            "amount": "$.gross_amount", "none": "$.x", "nones": "$.x[*]", "event": "receipt", "n": 1.50, "price": "5 $"});
        let mut problems = Vec::new();
        let template = Template::read(&template, "", &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        let event = json!({"customer_id": "kari", "gross_amount": 3500, "items": [{"id": "a"}, {"id": "b"}]});
        assert_eq!(
            template.fill(&event),
            json!({"customers": ["kari"], "codes": ["a", "b"], "one": ["a"], "amount": 3500, "none": null, "nones": [],
                "event": "receipt", "n": 1.50, "price": "5 $"})
        );
    }

    #[test]
    fn what_is_no_path_is_told_with_its_place() {
        let mut problems = Vec::new();
        Template::read(&json!({"a": ["x", "$100"], "b/c": "$.x["}), "/body", &mut problems);
        let places: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
        assert_eq!(places, ["/body/a/1", "/body/b~1c"]);
        Template::read(&json!(vec!["$"; 65]), "/body", &mut problems);
        assert_eq!(problems.len(), 3);
    }
}

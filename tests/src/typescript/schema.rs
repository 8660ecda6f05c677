//! The contract's members that take no part in a calculation, from the OpenAPI document.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Member, Type, table, write_interface};

/// Schemas of the document, and which of them are still to be written.
pub(super) struct Schemas<'a> {
    all: &'a Value,
    asked: BTreeSet<String>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(openapi: &'a Value) -> Self {
        Self { all: &openapi["components"]["schemas"], asked: BTreeSet::new() }
    }

    /// The members of a schema; none of one that is not there. None is needed: the engine asks for none of them.
    pub(super) fn members(&mut self, schema: &str) -> Vec<Member> {
        let properties = self.all[schema]["properties"].as_object();
        let member = |(name, property): (&String, &Value)| Member {
            name: name.clone(),
            holds: Type::Written(self.written(property)),
            needed: false,
            doc: property["description"].as_str().unwrap_or_default().replace('\n', " "),
        };
        properties.into_iter().flatten().map(member).collect()
    }

    /// Schemas that members mention and that the table has no name for.
    pub(super) fn write_rest(&mut self, out: &mut String) {
        let mut done: BTreeSet<String> = BTreeSet::new();
        while let Some(next) = self.asked.iter().find(|name| !done.contains(*name)).cloned() {
            done.insert(next.clone());
            let schema = &self.all[&next];
            let doc = schema["description"]
                .as_str()
                .unwrap_or("Part of the contract; takes no part in a calculation.")
                .replace('\n', " ");
            if let Some(words) = schema["enum"].as_array() {
                let words: Vec<String> = words.iter().map(Value::to_string).collect();
                out.push_str(&format!("\n/** {doc} */\nexport type {next} =\n  | {};\n", words.join("\n  | ")));
            } else if schema["properties"].is_object() {
                let members = self.members(&next);
                write_interface(&next, &doc, None, true, false, &members, out);
            } else {
                let written = self.written(schema);
                out.push_str(&format!("\n/** {doc} */\nexport type {next} = {written};\n"));
            }
        }
    }

    fn written(&mut self, property: &Value) -> String {
        if let Some(reference) = property["$ref"].as_str() {
            let schema = reference.rsplit('/').next().unwrap_or_default();
            return match table::name_of(schema) {
                Some(known) => known.to_owned(),
                None => {
                    self.asked.insert(schema.to_owned());
                    schema.to_owned()
                }
            };
        }
        if let Some(one_of) = property["oneOf"].as_array() {
            let mut parts: Vec<String> = one_of.iter().filter(|one| one["type"] != "null").map(|one| self.written(one)).collect();
            parts.dedup();
            return parts.join(" | ");
        }
        let kinds: Vec<&str> = match &property["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => kind.as_str().into_iter().collect(),
        };
        let kind = kinds.into_iter().find(|kind| *kind != "null");
        match (kind, property["enum"].as_array()) {
            (_, Some(words)) => words.iter().filter(|word| !word.is_null()).map(Value::to_string).collect::<Vec<_>>().join(" | "),
            (Some("string"), _) if property["format"] == "date-time" => "Instant".to_owned(),
            (Some("string"), _) => "string".to_owned(),
            (Some("integer" | "number"), _) => "number".to_owned(),
            (Some("boolean"), _) => "boolean".to_owned(),
            (Some("array"), _) => {
                let element = self.written(&property["items"]);
                if element.contains(' ') { format!("({element})[]") } else { format!("{element}[]") }
            }
            (Some("object"), _) => "Record<string, unknown>".to_owned(),
            _ => "unknown".to_owned(),
        }
    }
}

//! Members of a store or customer as columns: those that the service's contract has, since a
//! stream's columns are fixed before its first row.

use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{Array, ArrayRef, ListArray, MapArray, StringArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields};
use rabatt_engine::{Code, Problem, Value};

/// What stands at a place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// A text, number or truth value, as the text that rules compare.
    Text,
    /// An object with these members.
    Object(&'static [(&'static str, Shape)]),
    /// A list of such objects.
    Objects(&'static [(&'static str, Shape)]),
    /// Names of the merchant's own, each with texts.
    Attributes,
}

use Shape::{Attributes, Object, Objects, Text};

const PLACE: [(&str, Shape); 5] =
    [("country", Text), ("postal_code", Text), ("postal_place", Text), ("type", Text), ("custom_type", Text)];
const CONSENT: Shape = Object(&[("consent", Text)]);

/// `store`.
pub(super) const STORE: Shape = Object(&[
    ("id", Text),
    ("name", Text),
    ("business_name", Text),
    ("address", Object(&PLACE)),
    ("chain", Text),
    ("email", Text),
    ("gln", Text),
    ("organization_number", Text),
    ("phone_number", Text),
    ("mcc", Text),
    ("bax", Text),
    ("terminal_id", Text),
]);

/// `customer`.
pub(super) const CUSTOMER: Shape = Object(&[
    ("customer_id", Text),
    ("first_name", Text),
    ("last_name", Text),
    ("email", Text),
    ("phone_number", Text),
    ("gender", Text),
    ("date_of_birth", Text),
    ("favorite_store", Text),
    ("status", Text),
    ("type", Text),
    ("addresses", Objects(&PLACE)),
    ("attributes", Attributes),
    (
        "company",
        Object(&[
            ("organization_number", Text),
            ("bussiness_name", Text),
            ("department", Text),
            ("industry", Text),
            ("website", Text),
            ("number_of_employees", Text),
        ]),
    ),
    ("enrolled_by", Object(&[("type", Text), ("value", Text)])),
    ("marketing_consent", Object(&[("email", CONSENT), ("sms", CONSENT)])),
    ("term", Object(&[("id", Text)])),
]);

fn texts() -> FieldRef {
    Arc::new(Field::new("item", DataType::Utf8, true))
}

fn entries() -> Fields {
    vec![Field::new("keys", DataType::Utf8, false), Field::new("values", DataType::List(texts()), true)].into()
}

fn fields(members: &[(&str, Shape)]) -> Fields {
    members.iter().map(|(name, shape)| Field::new(*name, shape.kind(), true)).collect()
}

impl Shape {
    pub(super) fn kind(self) -> DataType {
        match self {
            Text => DataType::Utf8,
            Object(members) => DataType::Struct(fields(members)),
            Objects(members) => DataType::List(Arc::new(Field::new("item", DataType::Struct(fields(members)), true))),
            Attributes => DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entries()), false)), false),
        }
    }
}

/// A column under construction.
#[derive(Debug)]
pub(super) enum Column {
    Text(StringBuilder),
    Object { members: Vec<(&'static str, Column)>, fields: Fields, present: Vec<bool> },
    Objects { element: Box<Column>, lengths: Vec<usize>, present: Vec<bool> },
    Attributes { names: Vec<String>, values: Vec<String>, lengths: Vec<usize>, entries: Vec<usize>, present: Vec<bool> },
}

impl Column {
    pub(super) fn new(shape: Shape) -> Self {
        let object = |members: &'static [(&'static str, Shape)]| Column::Object {
            members: members.iter().map(|(name, shape)| (*name, Column::new(*shape))).collect(),
            fields: fields(members),
            present: Vec::new(),
        };
        match shape {
            Text => Column::Text(StringBuilder::new()),
            Object(members) => object(members),
            Objects(members) => Column::Objects { element: Box::new(object(members)), lengths: Vec::new(), present: Vec::new() },
            Attributes => Column::Attributes {
                names: Vec::new(),
                values: Vec::new(),
                lengths: Vec::new(),
                entries: Vec::new(),
                present: Vec::new(),
            },
        }
    }

    /// Can this value stand in such a column? Its problem's pointer goes into the value.
    ///
    /// # Errors
    /// A value of another type.
    pub(super) fn check(&self, value: &Value<'_>) -> Result<(), Problem> {
        let wrong = |wanted: &'static str| Err(Problem::new(Code::WrongType, "", wanted));
        match (self, value) {
            (_, Value::Absent) => Ok(()),
            (Column::Text(_), value) => match value.as_text() {
                Some(_) => Ok(()),
                None => wrong("one text, number or truth value belongs here"),
            },
            (Column::Object { members, .. }, Value::Object(_)) => members
                .iter()
                .try_for_each(|(name, column)| column.check(value.member(name)).map_err(|problem| below(problem, name))),
            (Column::Objects { element, .. }, Value::List(list)) => (0..)
                .zip(list)
                .try_for_each(|(at, value): (usize, _)| element.check(value).map_err(|problem| below(problem, &at.to_string()))),
            (Column::Attributes { .. }, Value::Object(list)) => list.iter().try_for_each(|(name, value)| {
                let known = match value {
                    Value::List(texts) => texts.iter().all(|text| text.as_text().is_some() || text.is_absent()),
                    Value::Object(_) => false,
                    _ => true,
                };
                if known {
                    Ok(())
                } else {
                    wrong("a text, or a list of texts, belongs here").map_err(|problem| below(problem, name))
                }
            }),
            (Column::Object { .. } | Column::Attributes { .. }, _) => wrong("an object belongs here"),
            (Column::Objects { .. }, _) => wrong("a list of objects belongs here"),
        }
    }

    /// Adds a value that [`Column::check`] finds nothing wrong with.
    pub(super) fn push(&mut self, value: &Value<'_>) {
        let there = !value.is_absent();
        match self {
            Column::Text(texts) => texts.append_option(value.as_text()),
            Column::Object { members, present, .. } => {
                present.push(there);
                for (name, column) in members {
                    column.push(value.member(name));
                }
            }
            Column::Objects { element, lengths, present } => {
                let list = if let Value::List(list) = value { list.as_slice() } else { &[] };
                present.push(there);
                lengths.push(list.len());
                list.iter().for_each(|value| element.push(value));
            }
            Column::Attributes { names, values, lengths, entries, present } => {
                let members = if let Value::Object(members) = value { members.as_slice() } else { &[] };
                present.push(there);
                entries.push(members.len());
                for (name, value) in members {
                    names.push(name.clone().into_owned());
                    let list = if let Value::List(list) = value { list.as_slice() } else { std::slice::from_ref(value) };
                    let before = values.len();
                    values.extend(list.iter().filter_map(Value::as_text).map(str::to_owned));
                    lengths.push(values.len() - before);
                }
            }
        }
    }

    /// # Errors
    /// Texts of more than 2 GiB.
    pub(super) fn finish(self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Column::Text(mut texts) => Arc::new(texts.finish()),
            Column::Object { members, fields, present } => {
                let arrays = members.into_iter().map(|(_, column)| column.finish()).collect::<Result<_, _>>()?;
                Arc::new(StructArray::try_new(fields, arrays, Some(NullBuffer::from(present)))?)
            }
            Column::Objects { element, lengths, present } => {
                let values = element.finish()?;
                let field = Arc::new(Field::new("item", values.data_type().clone(), true));
                let nulls = Some(NullBuffer::from(present));
                Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), values, nulls)?)
            }
            Column::Attributes { names, values, lengths, entries: counts, present } => {
                let values: ArrayRef = Arc::new(StringArray::from(values));
                let lists = ListArray::try_new(texts(), OffsetBuffer::from_lengths(lengths), values, None)?;
                let arrays: Vec<ArrayRef> = vec![Arc::new(StringArray::from(names)), Arc::new(lists)];
                let list = StructArray::try_new(entries(), arrays, None)?;
                let field = Arc::new(Field::new("entries", DataType::Struct(entries()), false));
                let nulls = Some(NullBuffer::from(present));
                Arc::new(MapArray::try_new(field, OffsetBuffer::from_lengths(counts), list, nulls, false)?)
            }
        })
    }
}

/// Puts a step in front of a problem's place.
fn below(problem: Problem, step: &str) -> Problem {
    crate::arrow::values::below(problem, step)
}

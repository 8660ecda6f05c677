//! Free-form members of a store or customer: a tree of columns, read as a tree of values.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use rabatt_engine::{Problem, Value};

use super::columns::{Flags, Lists, Numbers, Texts};
use super::fault::wrong_type;

/// A column of any kind that JSON has.
#[derive(Debug)]
pub(crate) enum Values {
    Absent,
    Flags(Flags),
    Numbers(Numbers),
    Texts(Texts),
    Lists(Lists, Box<Values>),
    /// Names and values of each entry.
    Map(Lists, Option<Texts>, Box<Values>),
    Struct(Option<NullBuffer>, Vec<(String, Values)>),
}

impl Values {
    pub(crate) fn new(name: &str, array: &ArrayRef) -> Result<Self, Problem> {
        Ok(match array.data_type() {
            DataType::Struct(fields) => {
                let columns = array.as_struct();
                let members = fields.iter().zip(columns.columns()).map(|(field, column)| {
                    let values = Self::new(&format!("{name}.{}", field.name()), column)?;
                    Ok((field.name().clone(), values))
                });
                Values::Struct(columns.nulls().cloned(), members.collect::<Result<_, Problem>>()?)
            }
            DataType::Map(..) => match Lists::new(name, array, "")? {
                Some((lists, entries)) => {
                    let entries = entries.as_struct();
                    let [keys, values] = entries.columns() else { return Ok(Values::Absent) };
                    Values::Map(lists, Texts::new(name, keys)?, Box::new(Self::new(name, values)?))
                }
                None => Values::Absent,
            },
            DataType::List(_)
            | DataType::LargeList(_)
            | DataType::FixedSizeList(..)
            | DataType::ListView(_)
            | DataType::LargeListView(_) => match Lists::new(name, array, "")? {
                Some((lists, values)) => Values::Lists(lists, Box::new(Self::new(name, &values)?)),
                None => Values::Absent,
            },
            DataType::Null => Values::Absent,
            DataType::Boolean => Flags::new(name, array)?.map_or(Values::Absent, Values::Flags),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Texts::new(name, array)?.map_or(Values::Absent, Values::Texts)
            }
            DataType::Dictionary(_, of) if matches!(**of, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => {
                Texts::new(name, array)?.map_or(Values::Absent, Values::Texts)
            }
            kind if kind.is_numeric() => Numbers::new(name, array)?.map_or(Values::Absent, Values::Numbers),
            kind => return Err(wrong_type(name, kind, "cast it to text, number or bool, or leave it out")),
        })
    }

    /// A column that is a struct (or a map), as `store` and `customer` are.
    pub(crate) fn object(name: &str, array: &ArrayRef) -> Result<Self, Problem> {
        match array.data_type() {
            DataType::Struct(_) | DataType::Map(..) | DataType::Null => Self::new(name, array),
            other => Err(wrong_type(name, other, "a struct belongs there")),
        }
    }

    pub(crate) fn get(&self, at: usize) -> Result<Value<'_>, Problem> {
        Ok(match self {
            Values::Absent => Value::Absent,
            Values::Flags(flags) => flags.get(at).map_or(Value::Absent, Value::Bool),
            Values::Texts(texts) => texts.get(at).map_or(Value::Absent, |text| Value::Text(Cow::Borrowed(text))),
            Values::Numbers(numbers) => numbers.text(at)?.map_or(Value::Absent, |text| Value::Number(Cow::Owned(text))),
            Values::Lists(lists, _) | Values::Map(lists, ..) if lists.is_null(at) => Value::Absent,
            Values::Lists(lists, values) => {
                let elements = lists.range(at).enumerate().map(|(n, at)| values.get(at).map_err(|p| below(p, &n.to_string())));
                Value::List(elements.collect::<Result<_, _>>()?)
            }
            Values::Map(lists, names, values) => {
                let mut members = Vec::new();
                for at in lists.range(at) {
                    if let Some(name) = names.as_ref().and_then(|names| names.get(at)) {
                        let value = values.get(at).map_err(|problem| below(problem, name))?;
                        members.push((Cow::Borrowed(name), value));
                    }
                }
                Value::Object(members)
            }
            Values::Struct(nulls, _) if nulls.as_ref().is_some_and(|nulls| nulls.is_null(at)) => Value::Absent,
            Values::Struct(_, columns) => {
                let mut members = Vec::with_capacity(columns.len());
                for (name, values) in columns {
                    let value = values.get(at).map_err(|problem| below(problem, name))?;
                    if !value.is_absent() {
                        members.push((Cow::Borrowed(&**name), value));
                    }
                }
                Value::Object(members)
            }
        })
    }
}

/// Puts a step in front of a problem's place.
pub(crate) fn below(mut problem: Problem, step: &str) -> Problem {
    problem.pointer.insert_str(0, &format!("/{}", step.replace('~', "~0").replace('/', "~1")));
    problem
}

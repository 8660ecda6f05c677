//! Typed columns: what a cell means as text, number, truth value, instant or list.
//!
//! `None` is a null cell, and for a whole column one of Arrow's null type: both mean absent.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float32Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Decimal128Array, Float32Array, Float64Array, Int64Array, LargeStringArray, StringArray,
    StringViewArray, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, TimeUnit};
use rabatt_engine::{Code, Decimal, Instant, Problem};

use super::fault::{column, wrong_type};

/// A cell that cannot be read: a problem at its place, which the caller puts in front.
pub(crate) type Cell<T> = Result<Option<T>, Problem>;

fn cast(name: &str, array: &ArrayRef, to: &DataType) -> Result<ArrayRef, Problem> {
    arrow_cast::cast(array, to).map_err(|error| column(name, Code::WrongType, format!("column `{name}`: {error}")))
}

/// Dictionaries as the values they stand for.
fn plain(name: &str, array: &ArrayRef) -> Result<ArrayRef, Problem> {
    match array.data_type() {
        DataType::Dictionary(_, values) => cast(name, array, values),
        DataType::RunEndEncoded(_, values) => cast(name, array, values.data_type()),
        _ => Ok(array.clone()),
    }
}

/// Texts.
#[derive(Debug)]
pub(crate) enum Texts {
    Usual(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
}

impl Texts {
    pub(crate) fn new(name: &str, array: &ArrayRef) -> Result<Option<Self>, Problem> {
        let array = plain(name, array)?;
        Ok(Some(match array.data_type() {
            DataType::Null => return Ok(None),
            DataType::Utf8 => Texts::Usual(array.as_string().clone()),
            DataType::LargeUtf8 => Texts::Large(array.as_string().clone()),
            DataType::Utf8View => Texts::View(array.as_string_view().clone()),
            other => return Err(wrong_type(name, other, "text belongs there")),
        }))
    }

    pub(crate) fn get(&self, at: usize) -> Option<&str> {
        match self {
            Texts::Usual(array) => array.is_valid(at).then(|| array.value(at)),
            Texts::Large(array) => array.is_valid(at).then(|| array.value(at)),
            Texts::View(array) => array.is_valid(at).then(|| array.value(at)),
        }
    }
}

/// Exact numbers.
#[derive(Debug)]
pub(crate) enum Numbers {
    Whole(Int64Array),
    Unsigned(UInt64Array),
    Decimal(Decimal128Array, i32),
    /// Read as the number that the float's shortest repr shows.
    Float(Float64Array),
    Single(Float32Array),
    Text(Texts),
}

impl Numbers {
    /// Quantities and the like: whole numbers, decimals, floats or texts.
    pub(crate) fn new(name: &str, array: &ArrayRef) -> Result<Option<Self>, Problem> {
        let array = plain(name, array)?;
        Ok(Some(match array.data_type() {
            DataType::Float64 => Numbers::Float(array.as_primitive::<Float64Type>().clone()),
            DataType::Float32 => Numbers::Single(array.as_primitive::<Float32Type>().clone()),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => return Ok(Texts::new(name, &array)?.map(Numbers::Text)),
            _ => return Self::exact(name, &array, "a number belongs there: integer, decimal128, double or text"),
        }))
    }

    /// Amounts and names of lines: whole numbers. Floats are refused, not rounded.
    pub(crate) fn whole_only(name: &str, array: &ArrayRef) -> Result<Option<Self>, Problem> {
        Self::exact(name, &plain(name, array)?, "whole numbers belong there (amounts in minor units); cast it to int64")
    }

    fn exact(name: &str, array: &ArrayRef, wanted: &str) -> Result<Option<Self>, Problem> {
        Ok(Some(match array.data_type() {
            DataType::Null => return Ok(None),
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
                Numbers::Whole(cast(name, array, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
            }
            DataType::Int64 => Numbers::Whole(array.as_primitive::<Int64Type>().clone()),
            DataType::UInt64 => Numbers::Unsigned(array.as_primitive::<UInt64Type>().clone()),
            DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
                let wide = cast(name, array, &DataType::Decimal128(*precision, *scale))?;
                Numbers::Decimal(wide.as_primitive::<Decimal128Type>().clone(), i32::from(*scale))
            }
            DataType::Decimal128(_, scale) => Numbers::Decimal(array.as_primitive::<Decimal128Type>().clone(), i32::from(*scale)),
            other => return Err(wrong_type(name, other, wanted)),
        }))
    }

    fn is_valid(&self, at: usize) -> bool {
        match self {
            Numbers::Whole(array) => array.is_valid(at),
            Numbers::Unsigned(array) => array.is_valid(at),
            Numbers::Decimal(array, _) => array.is_valid(at),
            Numbers::Float(array) => array.is_valid(at),
            Numbers::Single(array) => array.is_valid(at),
            Numbers::Text(texts) => texts.get(at).is_some(),
        }
    }

    pub(crate) fn decimal(&self, at: usize) -> Cell<Decimal> {
        if !self.is_valid(at) {
            return Ok(None);
        }
        let decimal = match self {
            Numbers::Whole(array) => Some(Decimal::from_whole(array.value(at))),
            Numbers::Unsigned(array) => Decimal::new(i128::from(array.value(at)), 0),
            Numbers::Decimal(array, scale) => Decimal::new(array.value(at), *scale),
            Numbers::Float(array) => float(array.value(at)),
            // Its own shortest repr: as a double it would be another number.
            Numbers::Single(array) => Decimal::parse(&array.value(at).to_string()),
            Numbers::Text(texts) => texts.get(at).and_then(Decimal::parse),
        };
        let message = "this is no number, or it is too large or has more than 18 decimals";
        decimal.map(Some).ok_or_else(|| Problem::new(Code::OutOfRange, "", message))
    }

    pub(crate) fn whole(&self, at: usize) -> Cell<i64> {
        // The usual case, without a detour.
        if let Numbers::Whole(array) = self {
            return Ok(array.is_valid(at).then(|| array.value(at)));
        }
        let message = "a whole number belongs here: amounts are in minor units (øre, cents)";
        let Some(decimal) = self.decimal(at)? else { return Ok(None) };
        decimal.whole().map(Some).ok_or_else(|| Problem::new(Code::FractionalNumber, "", message))
    }

    /// The number's shortest plain form, as rules compare it (§5.5).
    pub(crate) fn text(&self, at: usize) -> Cell<String> {
        // A text there stays text; it does not come here. What is beyond Decimal is not, for a float.
        match self {
            Numbers::Float(array) if array.is_valid(at) && array.value(at).is_finite() => Ok(Some(plain_form(array.value(at)))),
            Numbers::Single(array) if array.is_valid(at) && array.value(at).is_finite() => Ok(Some(plain_form(array.value(at)))),
            _ => Ok(self.decimal(at)?.map(|decimal| decimal.to_string())),
        }
    }
}

/// A float's shortest digits, without an exponent.
fn plain_form(value: impl std::fmt::Display) -> String {
    let text = value.to_string();
    if text == "-0" { "0".to_owned() } else { text }
}

/// The decimal that a float's shortest repr shows. `None`: not finite, or none that is kept.
fn float(value: f64) -> Option<Decimal> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.trunc() == value && value.abs() < EXACT {
        return Some(Decimal::from_whole(value as i64));
    }
    Decimal::parse(&value.to_string())
}

/// Truth values.
#[derive(Debug)]
pub(crate) struct Flags(BooleanArray);

impl Flags {
    pub(crate) fn new(name: &str, array: &ArrayRef) -> Result<Option<Self>, Problem> {
        let array = plain(name, array)?;
        match array.data_type() {
            DataType::Null => Ok(None),
            DataType::Boolean => Ok(Some(Flags(array.as_boolean().clone()))),
            other => Err(wrong_type(name, other, "true or false (bool) belongs there")),
        }
    }

    pub(crate) fn get(&self, at: usize) -> Option<bool> {
        self.0.is_valid(at).then(|| self.0.value(at))
    }
}

/// Instants: timestamps with a zone, or RFC 3339.
#[derive(Debug)]
pub(crate) enum Instants {
    /// Counts since 1970, so many a second.
    Stamps(Int64Array, i64),
    Text(Texts),
}

impl Instants {
    pub(crate) fn new(name: &str, array: &ArrayRef) -> Result<Option<Self>, Problem> {
        const WANTED: &str = "a timestamp with its time zone belongs there, or text as `2024-06-01T12:00:00+02:00`";
        let array = plain(name, array)?;
        match array.data_type() {
            DataType::Timestamp(unit, Some(_)) => {
                let per_second = match unit {
                    TimeUnit::Second => 1,
                    TimeUnit::Millisecond => 1_000,
                    TimeUnit::Microsecond => 1_000_000,
                    TimeUnit::Nanosecond => 1_000_000_000,
                };
                let counts = cast(name, &array, &DataType::Int64)?;
                Ok(Some(Instants::Stamps(counts.as_primitive::<Int64Type>().clone(), per_second)))
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Ok(Texts::new(name, &array)?.map(Instants::Text)),
            DataType::Null => Ok(None),
            other => Err(wrong_type(name, other, WANTED)),
        }
    }

    pub(crate) fn get(&self, at: usize) -> Cell<Instant> {
        let instant = match self {
            Instants::Stamps(counts, _) if counts.is_null(at) => return Ok(None),
            Instants::Stamps(counts, per_second) => {
                let count = counts.value(at);
                let nanos = count.rem_euclid(*per_second) * (1_000_000_000 / per_second);
                u32::try_from(nanos).ok().and_then(|nanos| Instant::from_timestamp(count.div_euclid(*per_second), nanos))
            }
            Instants::Text(texts) => match texts.get(at) {
                Some(text) => Instant::parse(text),
                None => return Ok(None),
            },
        };
        let message = "a date-time with its offset belongs here, as `2024-06-01T12:00:00+02:00` (RFC 3339)";
        instant.map(Some).ok_or_else(|| Problem::new(Code::BadTime, "", message))
    }
}

/// Lists: where in their values each one stands.
#[derive(Debug)]
pub(crate) struct Lists {
    offsets: Offsets,
    nulls: Option<NullBuffer>,
}

#[derive(Debug)]
enum Offsets {
    Usual(OffsetBuffer<i32>),
    Large(OffsetBuffer<i64>),
}

impl Lists {
    /// The lists and their values.
    pub(crate) fn new(name: &str, array: &ArrayRef, wanted: &str) -> Result<Option<(Self, ArrayRef)>, Problem> {
        let array = match array.data_type() {
            DataType::FixedSizeList(field, _) | DataType::ListView(field) => cast(name, array, &DataType::List(field.clone()))?,
            DataType::LargeListView(field) => cast(name, array, &DataType::LargeList(field.clone()))?,
            _ => array.clone(),
        };
        let (offsets, values) = match array.data_type() {
            DataType::Null => return Ok(None),
            DataType::List(_) => {
                let lists = array.as_list::<i32>();
                (Offsets::Usual(lists.offsets().clone()), lists.values().clone())
            }
            DataType::LargeList(_) => {
                let lists = array.as_list::<i64>();
                (Offsets::Large(lists.offsets().clone()), lists.values().clone())
            }
            DataType::Map(..) => {
                let map = array.as_map();
                let entries: ArrayRef = std::sync::Arc::new(map.entries().clone());
                (Offsets::Usual(map.offsets().clone()), entries)
            }
            other => return Err(wrong_type(name, other, wanted)),
        };
        Ok(Some((Self { offsets, nulls: array.nulls().cloned() }, values)))
    }

    /// Is there a list at all?
    pub(crate) fn is_null(&self, at: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(at))
    }

    /// Where its elements stand; a null list has none.
    pub(crate) fn range(&self, at: usize) -> std::ops::Range<usize> {
        if self.is_null(at) {
            return 0..0;
        }
        // Arrow's offsets are never negative.
        let place = |at: usize| match &self.offsets {
            Offsets::Usual(offsets) => offsets.get(at).map_or(0, |offset| *offset as usize),
            Offsets::Large(offsets) => offsets.get(at).map_or(0, |offset| *offset as usize),
        };
        place(at)..place(at + 1)
    }
}

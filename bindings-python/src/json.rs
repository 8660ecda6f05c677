//! From Python to JSON text: text as it is, or dicts, lists and plain values written as JSON.
//!
//! Numbers are written exactly: an `int` and a `decimal.Decimal` with their digits, a `float` as
//! its shortest repr, which is also how it is read then.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use rabatt_engine::{Code, Problem};

use crate::problems::{self, Kind};

/// So deep may lists and dicts lie in each other; the engine follows no deeper.
const MOST_DEPTH: usize = 128;

/// JSON text, and whether it was text that came in.
pub(crate) struct Json<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) was_text: bool,
}

/// Reads an argument: JSON text (`str` or `bytes`), or Python objects.
///
/// # Errors
/// The exception of this kind, naming the place of what has no JSON form.
pub(crate) fn json<'a>(argument: &'a Bound<'_, PyAny>, kind: Kind) -> PyResult<Json<'a>> {
    let raise = |problem| problems::error(argument.py(), kind, &[problem]);
    if let Ok(text) = argument.cast::<PyString>() {
        let text = text.to_cow().map_err(|_| raise(surrogates()))?;
        return Ok(Json { text, was_text: true });
    }
    if let Ok(bytes) = argument.cast::<PyBytes>() {
        let text = std::str::from_utf8(bytes.as_bytes()).map_err(|error| {
            let message = format!("the text is not UTF-8: byte {} does not belong to a character", error.valid_up_to());
            raise(Problem::new(Code::BadJson, "", message))
        })?;
        return Ok(Json { text: Cow::Borrowed(text), was_text: true });
    }
    let mut out = String::with_capacity(1024);
    match write(argument, MOST_DEPTH, &mut out) {
        Ok(()) => Ok(Json { text: Cow::Owned(out), was_text: false }),
        Err(Unfit::Problem(problem)) => Err(raise(problem)),
        Err(Unfit::Python(error)) => Err(error),
    }
}

/// Why a value has no JSON form.
enum Unfit {
    Problem(Problem),
    /// Python itself failed: out of memory, or an exception of a caller's own class.
    Python(PyErr),
}

impl From<PyErr> for Unfit {
    fn from(error: PyErr) -> Self {
        Unfit::Python(error)
    }
}

impl Unfit {
    fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Unfit::Problem(Problem::new(code, "", message))
    }

    /// Puts a step in front of the place.
    fn below(self, step: &str) -> Self {
        match self {
            Unfit::Problem(mut problem) => {
                problem.pointer.insert_str(0, &format!("/{}", step.replace('~', "~0").replace('/', "~1")));
                Unfit::Problem(problem)
            }
            other => other,
        }
    }
}

fn surrogates() -> Problem {
    Problem::new(Code::BadJson, "", "this text has half a character (a lone surrogate), which UTF-8 cannot write")
}

fn write(value: &Bound<'_, PyAny>, depth: usize, out: &mut String) -> Result<(), Unfit> {
    if let Ok(text) = value.cast_exact::<PyString>() {
        return string(text, out);
    }
    if let Ok(number) = value.cast_exact::<PyInt>() {
        return whole(number, out);
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        return members(dict.iter().map(Ok), depth, out);
    }
    if let Ok(list) = value.cast::<PyList>() {
        return elements(list.iter(), depth, out);
    }
    if let Ok(flag) = value.cast::<PyBool>() {
        out.push_str(if flag.is_true() { "true" } else { "false" });
        return Ok(());
    }
    if value.is_none() {
        out.push_str("null");
        return Ok(());
    }
    if let Ok(number) = value.cast::<PyFloat>() {
        return float(number.extract()?, out);
    }
    unusual(value, depth, out)
}

/// What is rare in receipts.
fn unusual(value: &Bound<'_, PyAny>, depth: usize, out: &mut String) -> Result<(), Unfit> {
    static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static DATETIME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = value.py();
    let class = |cell: &'static PyOnceLock<Py<PyAny>>, module: &str, name: &str| -> PyResult<Bound<'_, PyAny>> {
        let class = cell.get_or_try_init(py, || Ok::<_, PyErr>(PyModule::import(py, module)?.getattr(name)?.unbind()))?;
        Ok(class.bind(py).clone())
    };
    if let Ok(text) = value.cast::<PyString>() {
        return string(text, out);
    }
    if let Ok(number) = value.cast::<PyInt>() {
        return whole(number, out);
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return elements(tuple.iter(), depth, out);
    }
    if value.is_instance(&class(&DECIMAL, "decimal", "Decimal")?)? {
        if !value.call_method0("is_finite")?.is_truthy()? {
            return Err(Unfit::new(Code::OutOfRange, "JSON has no NaN and no infinity"));
        }
        out.push_str(&value.str()?.to_cow()?);
        return Ok(());
    }
    if value.is_instance(&class(&DATETIME, "datetime", "datetime")?)? {
        if value.call_method0("utcoffset")?.is_none() {
            return Err(Unfit::new(
                Code::BadTime,
                "this date-time has no time zone; give it one, since rules are judged at that instant",
            ));
        }
        return string(value.call_method0("isoformat")?.cast::<PyString>().map_err(PyErr::from)?, out);
    }
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let pairs = mapping.items()?;
        return members(pairs.iter().map(|pair| pair.extract()), depth, out);
    }
    // numpy's numbers and truth values, and others of their kind.
    if value.hasattr("__index__")? {
        return whole(value.call_method0("__index__")?.cast::<PyInt>().map_err(PyErr::from)?, out);
    }
    if let Ok(flag) = value.extract::<bool>() {
        out.push_str(if flag { "true" } else { "false" });
        return Ok(());
    }
    if value.hasattr("__float__")? {
        // numpy's float32 has a repr of its own; as a Python float it would be another number.
        let text = value.str()?;
        let text = text.to_cow()?;
        return match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                out.push_str(&text);
                Ok(())
            }
            _ => Err(Unfit::new(Code::OutOfRange, "JSON has no NaN and no infinity")),
        };
    }
    let name = value.get_type().name()?;
    Err(Unfit::new(
        Code::WrongType,
        format!("a Python `{name}` has no JSON form; use dict, list, str, int, bool, None or Decimal"),
    ))
}

fn members<'py>(
    pairs: impl Iterator<Item = PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>,
    depth: usize,
    out: &mut String,
) -> Result<(), Unfit> {
    let depth = deeper(depth)?;
    out.push('{');
    for (at, pair) in pairs.enumerate() {
        let (name, value) = pair?;
        let Ok(name) = name.cast::<PyString>() else {
            return Err(Unfit::new(Code::WrongType, "the names of members are texts"));
        };
        if at > 0 {
            out.push(',');
        }
        string(name, out)?;
        out.push(':');
        write(&value, depth, out).map_err(|unfit| unfit.below(&name.to_string_lossy()))?;
    }
    out.push('}');
    Ok(())
}

fn elements<'py>(values: impl Iterator<Item = Bound<'py, PyAny>>, depth: usize, out: &mut String) -> Result<(), Unfit> {
    let depth = deeper(depth)?;
    out.push('[');
    for (at, value) in values.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(&value, depth, out).map_err(|unfit| unfit.below(&at.to_string()))?;
    }
    out.push(']');
    Ok(())
}

fn deeper(depth: usize) -> Result<usize, Unfit> {
    depth.checked_sub(1).ok_or_else(|| Unfit::new(Code::TooDeep, "lists and dicts lie too deep in each other"))
}

fn whole(number: &Bound<'_, PyInt>, out: &mut String) -> Result<(), Unfit> {
    if let Ok(number) = number.extract::<i64>() {
        out.push_str(itoa::Buffer::new().format(number));
        return Ok(());
    }
    // Python does not write numbers of thousands of digits; nobody prices by those.
    match number.str() {
        Ok(text) => out.push_str(&text.to_cow()?),
        Err(_) => return Err(Unfit::new(Code::OutOfRange, "this number is too large")),
    }
    Ok(())
}

fn float(number: f64, out: &mut String) -> Result<(), Unfit> {
    use std::fmt::Write;
    if !number.is_finite() {
        return Err(Unfit::new(Code::OutOfRange, "JSON has no NaN and no infinity"));
    }
    // Rust's digits are the shortest that read as this float, like Python's.
    let _ = write!(out, "{number:?}");
    Ok(())
}

fn string(text: &Bound<'_, PyString>, out: &mut String) -> Result<(), Unfit> {
    let text = text.to_cow().map_err(|_| Unfit::Problem(surrogates()))?;
    out.push('"');
    let mut rest: &str = &text;
    while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\\' | '\0'..='\x1f')) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut tail = tail.chars();
        match tail.next() {
            Some(c @ ('"' | '\\')) => out.extend(['\\', c]),
            Some(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            None => {}
        }
        rest = tail.as_str();
    }
    out.push_str(rest);
    out.push('"');
    Ok(())
}

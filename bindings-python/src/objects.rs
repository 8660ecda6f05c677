//! From JSON text to Python objects.
//!
//! A whole number becomes an `int`. One with decimals becomes the `float` whose shortest repr it
//! is, and a `decimal.Decimal` where no float has it, or when Decimals were asked for: what comes
//! out is always the number that stands in the text.

use jiter::{Jiter, JiterError, Peek};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};
use rabatt_engine::{Code, Problem};

use crate::problems::{self, Kind};

/// The value of a JSON text.
///
/// # Errors
/// The text is not JSON, or has half a character (`"\ud800"`), which Python's text cannot show.
pub(crate) fn value<'py>(py: Python<'py>, text: &str, decimals: bool) -> PyResult<Bound<'py, PyAny>> {
    let mut reader = Objects { py, jiter: Jiter::new(text.as_bytes()), decimals };
    let peek = reader.jiter.peek().map_err(|error| reader.broken(&error))?;
    reader.value(peek)
}

struct Objects<'py, 't> {
    py: Python<'py>,
    jiter: Jiter<'t>,
    decimals: bool,
}

impl<'py> Objects<'py, '_> {
    fn broken(&self, error: &JiterError) -> PyErr {
        let message = format!("the text cannot be shown as Python objects: {}", error.description(&self.jiter));
        problems::error(self.py, Kind::Call, &[Problem::new(Code::BadJson, "", message)])
    }

    fn value(&mut self, peek: Peek) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        Ok(match peek {
            Peek::Null => {
                self.jiter.known_null().map_err(|error| self.broken(&error))?;
                py.None().into_bound(py)
            }
            Peek::True | Peek::False => {
                let flag = self.jiter.known_bool(peek).map_err(|error| self.broken(&error))?;
                PyBool::new(py, flag).to_owned().into_any()
            }
            Peek::String => match self.jiter.known_str() {
                Ok(text) => PyString::new(py, text).into_any(),
                Err(error) => return Err(self.broken(&error)),
            },
            Peek::Array => self.list()?.into_any(),
            Peek::Object => self.dict()?.into_any(),
            _ => {
                let number = self.jiter.known_number_bytes(peek).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                let number = number.map_err(|error| self.broken(&error))?;
                self.number(&number)?
            }
        })
    }

    fn list(&mut self) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(self.py);
        let mut next = self.jiter.known_array().map_err(|error| self.broken(&error))?;
        while let Some(peek) = next {
            list.append(self.value(peek)?)?;
            next = self.jiter.array_step().map_err(|error| self.broken(&error))?;
        }
        Ok(list)
    }

    fn dict(&mut self) -> PyResult<Bound<'py, PyDict>> {
        let (py, dict) = (self.py, PyDict::new(self.py));
        let mut key = self.jiter.known_object().map(|key| key.map(|key| PyString::intern(py, key)));
        loop {
            let name = match key {
                Ok(Some(name)) => name,
                Ok(None) => return Ok(dict),
                Err(error) => return Err(self.broken(&error)),
            };
            let peek = self.jiter.peek().map_err(|error| self.broken(&error))?;
            dict.set_item(name, self.value(peek)?)?;
            key = self.jiter.next_key().map(|key| key.map(|key| PyString::intern(py, key)));
        }
    }

    fn number(&self, text: &str) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        if !text.contains(['.', 'e', 'E']) {
            if let Ok(number) = text.parse::<i64>() {
                return Ok(PyInt::new(py, number).into_any());
            }
            // Python reads no numbers of thousands of digits; a Decimal holds them.
            if let Ok(number) = py.get_type::<PyInt>().call1((text,)) {
                return Ok(number);
            }
        } else if !self.decimals
            && let Some(float) = same_float(text)
        {
            return Ok(PyFloat::new(py, float).into_any());
        }
        static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let class =
            DECIMAL.get_or_try_init(py, || Ok::<_, PyErr>(PyModule::import(py, "decimal")?.getattr("Decimal")?.unbind()))?;
        class.bind(py).call1((text,))
    }
}

/// The float whose shortest repr is this number, when there is one.
fn same_float(text: &str) -> Option<f64> {
    let float: f64 = text.parse().ok()?;
    // Up to 15 digits and within these powers every decimal is its float's shortest repr.
    if text.len() <= 16 && !text.contains(['e', 'E']) {
        return Some(float);
    }
    let same = float.is_finite() && digits(text) == digits(&format!("{float:e}"));
    same.then_some(float)
}

/// Sign, digits without zeros at either end, and the power of ten of the last one.
fn digits(text: &str) -> Option<(bool, String, i64)> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_end_matches('0');
    let zeros = i64::try_from(all.len() - significant.len()).ok()?;
    let power = exponent.trim_start_matches('+').parse::<i64>().ok()? - i64::try_from(fraction.len()).ok()? + zeros;
    let significant = significant.trim_start_matches('0');
    Some(if significant.is_empty() { (negative, String::new(), 0) } else { (negative, significant.to_owned(), power) })
}

//! Telling how far a pass is: a call of a Python function now and then, nothing when none is given.

use pyo3::prelude::*;
use pyo3::types::PyBool;

use super::fault::Fault;

/// Whom to tell, and how many receipts there will be when that is known.
pub(crate) struct Progress {
    tell: Py<PyAny>,
    rows: Option<u64>,
}

impl Progress {
    /// What an argument `progress` asks for: `True` is a bar, anything callable is called.
    ///
    /// # Errors
    /// It is neither.
    pub(crate) fn new(argument: Option<&Bound<'_, PyAny>>, receipts: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let Some(argument) = argument else { return Ok(None) };
        let module = PyModule::import(argument.py(), "rabatt.progress")?;
        let tell = match argument.cast::<PyBool>() {
            Ok(flag) if !flag.is_true() => return Ok(None),
            Ok(_) => module.call_method0("bar")?,
            Err(_) if argument.is_callable() => argument.clone(),
            Err(_) => {
                let message =
                    "progress is True for a bar, or a function that is called with (receipts done, all receipts or None)";
                return Err(pyo3::exceptions::PyTypeError::new_err(message));
            }
        };
        let rows = module.call_method1("rows", (receipts,))?.extract()?;
        Ok(Some(Self { tell: tell.unbind(), rows }))
    }

    /// So many receipts are done. Also the moment to notice Ctrl-C.
    ///
    /// # Errors
    /// Whatever the function raises.
    pub(crate) fn at(&self, done: u64) -> Result<(), Fault> {
        self.call(done, self.rows)
    }

    /// All receipts are done; now their number is known.
    pub(crate) fn end(&self, done: u64) -> Result<(), Fault> {
        self.call(done, Some(done))
    }

    fn call(&self, done: u64, rows: Option<u64>) -> Result<(), Fault> {
        Python::attach(|py| {
            py.check_signals()?;
            self.tell.call1(py, (done, rows)).map(drop)
        })
        .map_err(Fault::Python)
    }
}

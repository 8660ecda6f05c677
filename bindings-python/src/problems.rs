//! Problems as exceptions: the classes are Python's own (`rabatt/errors.py`), so that they pickle
//! and are read where they are documented.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;
use rabatt_engine::Problem;

/// Which exception is raised.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Rules,
    Receipt,
    Facts,
    Call,
    Column,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Kind::Rules => "RulesError",
            Kind::Receipt => "ReceiptError",
            Kind::Facts => "FactsError",
            Kind::Call => "CallError",
            Kind::Column => "ColumnError",
        }
    }
}

fn module(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    MODULE.get_or_try_init(py, || PyModule::import(py, "rabatt.errors").map(Bound::unbind)).map(|module| module.bind(py))
}

/// The problems as a list of `rabatt.Problem`.
pub(crate) fn list<'py>(py: Python<'py>, problems: &[Problem]) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let class = module(py)?.getattr("Problem")?;
    problems.iter().map(|problem| class.call1((problem.code.as_str(), &problem.pointer, &*problem.message))).collect()
}

/// The exception with these problems.
pub(crate) fn error(py: Python<'_>, kind: Kind, problems: &[Problem]) -> PyErr {
    let raised = || {
        let problems = PyTuple::new(py, list(py, problems)?)?;
        Ok(PyErr::from_value(module(py)?.getattr(kind.class())?.call1((problems,))?))
    };
    raised().unwrap_or_else(|error| error)
}

/// The exception for one broken row of a table.
pub(crate) fn row_error(py: Python<'_>, problem: &Problem, batch: u64, row: u64, column: &str) -> PyErr {
    let raised = || {
        let problems = PyTuple::new(py, list(py, std::slice::from_ref(problem))?)?;
        Ok(PyErr::from_value(module(py)?.getattr("RowError")?.call1((problems, batch, row, column))?))
    };
    raised().unwrap_or_else(|error| error)
}

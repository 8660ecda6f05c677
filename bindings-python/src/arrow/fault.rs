//! What is wrong with a table: a column as a whole, or one row.

use std::borrow::Cow;

use arrow_schema::{ArrowError, DataType};
use pyo3::prelude::*;
use rabatt_engine::{Code, Problem};

use crate::problems::{self, Kind};

/// A column that is missing or of a type that cannot be right; `column` as `items.quantity`.
pub(crate) fn column(column: &str, code: Code, message: impl Into<Cow<'static, str>>) -> Problem {
    Problem::new(code, format!("/{}", column.replace('.', "/")), message)
}

/// A column of another type than can be read.
pub(crate) fn wrong_type(name: &str, found: &DataType, wanted: &str) -> Problem {
    column(name, Code::WrongType, format!("column `{name}` is {found}; {wanted}"))
}

/// What ended a pass over a table.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The columns of a table.
    Columns(Vec<Problem>),
    /// One row; the problem's pointer goes into its receipt.
    Row { batch: u64, row: u64, problem: Problem },
    /// The source of the batches failed.
    Source(ArrowError),
    /// A Python function that was called on the way raised this.
    Python(PyErr),
}

impl Fault {
    pub(crate) fn into_error(self, py: Python<'_>) -> PyErr {
        match self {
            Fault::Columns(problems) => problems::error(py, Kind::Column, &problems),
            Fault::Row { batch, row, problem } => problems::row_error(py, &problem, batch, row, &column_of(&problem.pointer)),
            Fault::Python(error) => error,
            Fault::Source(error) => pyo3::exceptions::PyOSError::new_err(format!("the table could not be read: {error}")),
        }
    }

    /// For who reads through the C interface, which has nothing but a text.
    pub(crate) fn into_arrow(self) -> ArrowError {
        let text = match self {
            Fault::Columns(problems) => problems.iter().map(|problem| &*problem.message).collect::<Vec<_>>().join("; "),
            Fault::Row { batch, row, problem } => format!("batch {batch}, row {row}{}", described(&problem)),
            Fault::Source(error) => return error,
            Fault::Python(error) => error.to_string(),
        };
        // The interface's texts end at a NUL.
        ArrowError::InvalidArgumentError(text.replace('\0', "\u{fffd}"))
    }
}

/// `, column …: message (code)`, for the column `error` and the C interface.
pub(crate) fn described(problem: &Problem) -> String {
    let column = column_of(&problem.pointer);
    let column = if column.is_empty() { column } else { format!(", column `{column}`") };
    format!("{column}: {} ({})", problem.message, problem.code.as_str())
}

/// `/items/2/quantity` as `items[2].quantity`.
pub(crate) fn column_of(pointer: &str) -> String {
    let mut column = String::new();
    for step in pointer.split('/').skip(1) {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            column.extend(["[", step, "]"]);
        } else {
            if !column.is_empty() {
                column.push('.');
            }
            column.push_str(step);
        }
    }
    column
}

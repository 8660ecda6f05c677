//! Columns of a table that belongs to a simulation, beside its receipts.

use arrow_array::{ArrayRef, RecordBatch};
use rabatt_engine::{Code, Problem};

use crate::arrow::fault::column;

/// Looks columns up and collects what is wrong with them.
pub(crate) struct Columns<'b> {
    /// Which table, for people.
    table: &'static str,
    batch: &'b RecordBatch,
    problems: Vec<Problem>,
}

impl<'b> Columns<'b> {
    pub(crate) fn new(table: &'static str, batch: &'b RecordBatch) -> Self {
        Self { table, batch, problems: Vec::new() }
    }

    /// A column that may not be there.
    pub(crate) fn read<T>(&mut self, name: &str, read: impl FnOnce(&str, &ArrayRef) -> Result<Option<T>, Problem>) -> Option<T> {
        let array = self.batch.column_by_name(name)?;
        read(&format!("{}.{name}", self.table), array).unwrap_or_else(|problem| {
            self.problems.push(problem);
            None
        })
    }

    /// A column that has to be there.
    pub(crate) fn needed<T>(
        &mut self,
        name: &str,
        why: &str,
        read: impl FnOnce(&str, &ArrayRef) -> Result<Option<T>, Problem>,
    ) -> Option<T> {
        if self.batch.column_by_name(name).is_none() {
            let name = format!("{}.{name}", self.table);
            let message = format!("column `{name}` is missing: {why}");
            self.problems.push(column(&name, Code::MissingMember, message));
        }
        self.read(name, read)
    }

    /// # Errors
    /// Everything that was wrong.
    pub(crate) fn finish(self) -> Result<(), Vec<Problem>> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }
}

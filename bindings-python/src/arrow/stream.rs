//! A stream of receipts, batch by batch, with their lines where these are a table of their own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, SchemaRef};

use super::Reader;
use super::fault::Fault;
use super::join::{Join, LineTable};
use super::output::Schemas;
use super::receipts::Receipts;

/// Batches not read yet.
pub(crate) struct Stream {
    pub(crate) reader: Reader,
    pub(crate) join: Option<Join>,
    /// The type of the column `receipt_id`, when there is one.
    pub(crate) receipt_id: Option<DataType>,
    /// The type of the lines' `id`.
    pub(crate) line_id: Option<DataType>,
}

impl Stream {
    /// Looks at the columns; reads the table of lines, if there is one, but no receipt.
    ///
    /// # Errors
    /// Columns that cannot be right, or lines that cannot be read.
    pub(crate) fn new(reader: Reader, lines: Option<Reader>) -> Result<Self, Fault> {
        let mut line_id = None;
        let mut join = None;
        if let Some(mut lines) = lines {
            let schema = lines.schema();
            line_id = field(&schema, "id");
            let mut batches = Vec::new();
            while let Some(batch) = imported(&mut *lines)? {
                batches.push(batch);
            }
            join = Some(Join::new(LineTable::new(&batches, &schema).map_err(Fault::Columns)?));
        }
        let schema = reader.schema();
        // A batch without rows has the columns of all.
        Receipts::new(&RecordBatch::new_empty(Arc::clone(&schema)), join.as_mut()).map_err(Fault::Columns)?;
        if join.is_none() {
            line_id = nested_id(&schema);
        }
        Ok(Self { reader, join, receipt_id: field(&schema, "receipt_id"), line_id })
    }

    /// The columns of the tables that come out of it.
    pub(crate) fn schemas(&self, collect: bool) -> Schemas {
        Schemas::new(self.receipt_id.as_ref(), self.line_id.as_ref(), collect)
    }

    /// The columns, before any row.
    pub(crate) fn schema(&self) -> SchemaRef {
        self.reader.schema()
    }

    /// The next batch; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Receipts>, Fault> {
        Ok(self.next_with_batch()?.map(|(receipts, _)| receipts))
    }

    /// The next batch, and what it was read from.
    pub(crate) fn next_with_batch(&mut self) -> Result<Option<(Receipts, RecordBatch)>, Fault> {
        let Some(batch) = imported(&mut *self.reader)? else { return Ok(None) };
        let receipts = Receipts::new(&batch, self.join.as_mut()).map_err(Fault::Columns)?;
        Ok(Some((receipts, batch)))
    }
}

/// The next batch of a source. arrow-rs 59 panics on slices of structs in structs (its issue 9235), and
/// a panic must not unwind into who reads through the C interface.
pub(crate) fn imported(source: &mut dyn RecordBatchReader) -> Result<Option<RecordBatch>, Fault> {
    const MESSAGE: &str = "a batch could not be imported; slices of tables with structs inside structs are not understood: \
                           copy such a table first, as with pyarrow's `table.take(pa.array(range(table.num_rows)))`";
    match catch_unwind(AssertUnwindSafe(|| source.next())) {
        Ok(batch) => batch.transpose().map_err(Fault::Source),
        Err(_) => Err(Fault::Source(ArrowError::CDataInterface(MESSAGE.to_owned()))),
    }
}

fn field(schema: &SchemaRef, name: &str) -> Option<DataType> {
    schema.field_with_name(name).ok().map(|field| field.data_type().clone())
}

/// The type of `items[].id`.
fn nested_id(schema: &SchemaRef) -> Option<DataType> {
    match field(schema, "items")? {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => match item.data_type() {
            DataType::Struct(fields) => fields.find("id").map(|(_, field)| field.data_type().clone()),
            _ => None,
        },
        _ => None,
    }
}

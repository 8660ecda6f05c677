//! Many receipts at once: Arrow tables in, Arrow tables out, through the C stream interface that
//! pyarrow, Polars, DuckDB and pandas share.

mod chunks;
pub(crate) mod columns;
mod crew;
pub(crate) mod fault;
pub(crate) mod fold;
mod join;
mod lines;
pub(crate) mod output;
pub(crate) mod pass;
pub(crate) mod progress;
pub(crate) mod receipts;
pub(crate) mod stream;
pub(crate) mod threads;
pub(crate) mod values;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray};
use arrow_schema::{ArrowError, Field, SchemaRef};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyCapsule;
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};
use pyo3_arrow::input::AnyRecordBatch;

use output::{Part, Schemas, Wanted};
use pass::Pass;
pub(crate) use pass::Settings;
use progress::Progress;

pub(crate) type Reader = Box<dyn RecordBatchReader + Send>;

/// Which of the three tables.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Table {
    Receipts,
    Lines,
    Rules,
}

impl Table {
    pub(crate) fn wanted(self) -> Wanted {
        let is = |table: Table| std::mem::discriminant(&table) == std::mem::discriminant(&self);
        Wanted { receipts: is(Table::Receipts), lines: is(Table::Lines), rules: is(Table::Rules) }
    }

    pub(crate) fn schema(self, schemas: &Schemas) -> &SchemaRef {
        match self {
            Table::Receipts => &schemas.receipts,
            Table::Lines => &schemas.lines,
            Table::Rules => &schemas.rules,
        }
    }

    pub(crate) fn of(self, part: Part) -> Option<RecordBatch> {
        match self {
            Table::Receipts => part.receipts,
            Table::Lines => part.lines,
            Table::Rules => part.rules,
        }
    }
}

pub(crate) const ALL: Wanted = Wanted { receipts: true, lines: true, rules: true };

/// One pass over receipts: what `Engine.evaluate_arrow` gives.
///
/// Nothing is evaluated before it is read, and it is read once, in one of these ways:
///
/// - `receipts()`, `lines()`, `rules()` stream one table: hand it to `pyarrow.table`,
///   `pyarrow.RecordBatchReader.from_stream`, `polars.DataFrame`, DuckDB, … Only a window of the
///   source is in memory, so it may be larger than that.
/// - iterating gives parts, each with all three tables of some thousand receipts.
/// - `tables()` gives all three whole.
///
/// Amounts are int64 in minor units. `receipts` has a row for each receipt, `lines` one for each
/// of their lines, in order, and `rules` one for each rule and ref that gave something. `row`
/// counts the receipts of the source from 0.
///
/// >>> import pyarrow as pa, rabatt
/// >>> engine = rabatt.Engine([{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}])
/// >>> receipts = pa.Table.from_pylist([{"purchase_at": "2024-06-01T12:00:00+02:00",
/// ...     "items": [{"id": "espresso", "gross_amount": 3500, "eligible_for_discount": True}]}])
/// >>> tables = engine.evaluate_arrow(receipts).tables()
/// >>> pa.table(tables.lines).to_pylist()
/// [{'row': 0, 'line_id': 1, 'id': 'espresso', 'discount': 350, 'bonus': 0}]
/// >>> pa.table(tables.rules).select(["rule_id", "stage", "amount"]).to_pylist()
/// [{'rule_id': 'ten', 'stage': 'receipt', 'amount': 350}]
#[pyclass(module = "rabatt", frozen)]
pub(crate) struct Evaluation {
    state: Mutex<State>,
}

/// How far the reading of an [`Evaluation`] is.
enum State {
    Fresh(Box<Pass>),
    /// By iterating.
    Begun(Box<Pass>),
    /// Handed over, or at its end.
    Read,
}

impl Evaluation {
    pub(crate) fn new(
        receipts: &Bound<'_, PyAny>,
        items: Option<&Bound<'_, PyAny>>,
        settings: Settings,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let py = receipts.py();
        let progress = Progress::new(progress, receipts)?;
        let receipts = reader(receipts, "receipts")?;
        let items = items.map(|items| reader(items, "items")).transpose()?;
        // Sources that run Python take the interpreter's lock themselves.
        let pass = py.detach(|| Pass::new(receipts, items, settings, progress)).map_err(|fault| fault.into_error(py))?;
        Ok(Self { state: Mutex::new(State::Fresh(Box::new(pass))) })
    }

    /// Never wait for this with the interpreter's lock held: who has it may need that.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, py: Python<'_>) -> PyResult<Box<Pass>> {
        py.detach(|| match std::mem::replace(&mut *self.state(), State::Read) {
            State::Fresh(pass) => Some(pass),
            State::Begun(_) | State::Read => None,
        })
        .ok_or_else(|| PyValueError::new_err("this evaluation has been read already; call evaluate_arrow again"))
    }

    fn stream(&self, py: Python<'_>, table: Table) -> PyResult<ArrowReader> {
        let mut pass = self.take(py)?;
        let schemas = pass.schemas();
        let schema = Arc::clone(table.schema(schemas));
        let batches = std::iter::from_fn(move || match pass.next(table.wanted())? {
            Ok(part) => table.of(part).map(Ok),
            Err(fault) => Some(Err(fault.into_arrow())),
        });
        Ok(ArrowReader::new(schema, batches))
    }
}

#[pymethods]
impl Evaluation {
    /// Stream the table per receipt: `row`, `receipt_id` as it came in (when it did), `gross`,
    /// `existing_discount`, `discount`, `net`, `bonus`, `optimal`, `gap`, and `error` with
    /// `on_error="collect"`.
    fn receipts(&self, py: Python<'_>) -> PyResult<ArrowReader> {
        self.stream(py, Table::Receipts)
    }

    /// Stream the table per line: `row`, `receipt_id`, `line_id` (its position from 1 when it has
    /// none), `id`, `discount`, `bonus`. Every line of a receipt is there, in order.
    fn lines(&self, py: Python<'_>) -> PyResult<ArrowReader> {
        self.stream(py, Table::Lines)
    }

    /// Stream the table per rule and ref that gave something: `row`, `receipt_id`, `rule_id`,
    /// `ref_id`, `stage`, `amount`, `bonus`, `stamp`, `usage`, and `lines`, a list of `line_id`,
    /// `amount` and `bonus`.
    fn rules(&self, py: Python<'_>) -> PyResult<ArrowReader> {
        self.stream(py, Table::Rules)
    }

    /// All three tables whole, in memory.
    fn tables<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let mut pass = self.take(py)?;
        let (mut receipts, mut lines, mut rules) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(part) = py.detach(|| pass.next(ALL)) {
            let part = part.map_err(|fault| fault.into_error(py))?;
            receipts.extend(part.receipts);
            lines.extend(part.lines);
            rules.extend(part.rules);
            py.check_signals()?;
        }
        let schemas = pass.schemas();
        tables(py, [(&schemas.receipts, receipts), (&schemas.lines, lines), (&schemas.rules, rules)])
    }

    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let next = py.detach(|| {
            let mut state = self.state();
            let (pass, part) = match std::mem::replace(&mut *state, State::Read) {
                State::Fresh(mut pass) | State::Begun(mut pass) => {
                    let part = pass.next(ALL)?;
                    (pass, part)
                }
                State::Read => return None,
            };
            let schemas = pass.schemas();
            let schemas = [&schemas.receipts, &schemas.lines, &schemas.rules].map(Arc::clone);
            *state = State::Begun(pass);
            Some((part, schemas))
        });
        let Some((part, [receipts, lines, rules])) = next else { return Ok(None) };
        let part = part.map_err(|fault| fault.into_error(py))?;
        let batches = |batch: Option<RecordBatch>| batch.into_iter().collect();
        tables(py, [(&receipts, batches(part.receipts)), (&lines, batches(part.lines)), (&rules, batches(part.rules))]).map(Some)
    }
}

/// A `rabatt.Tables` of these.
pub(crate) fn tables<'py>(py: Python<'py>, tables: [(&SchemaRef, Vec<RecordBatch>); 3]) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let class =
        CLASS.get_or_try_init(py, || Ok::<_, PyErr>(PyModule::import(py, "rabatt.tables")?.getattr("Tables")?.unbind()))?;
    let [receipts, lines, rules] = tables.map(|(schema, batches)| ArrowTable { schema: Arc::clone(schema), batches });
    class.bind(py).call1((receipts, lines, rules))
}

/// Anything with Arrow's C interfaces, as batches.
pub(crate) fn reader(table: &Bound<'_, PyAny>, argument: &str) -> PyResult<Reader> {
    let name = table.get_type().name()?;
    let input = table.extract::<AnyRecordBatch>().map_err(|error: PyErr| {
        // What a source says itself tells more.
        if table.hasattr("__arrow_c_stream__").unwrap_or(false) || table.hasattr("__arrow_c_array__").unwrap_or(false) {
            return error;
        }
        let message =
            format!("`{argument}` is a table with `__arrow_c_stream__` (pyarrow, Polars, DuckDB, pandas 3), not `{name}`");
        pyo3::exceptions::PyTypeError::new_err(message)
    })?;
    input.into_reader()
}

fn exported<'py>(
    py: Python<'py>,
    reader: Reader,
    requested: Option<Bound<'py, PyCapsule>>,
) -> PyArrowResult<Bound<'py, PyCapsule>> {
    let schema = reader.schema();
    let field = Field::new_struct("", schema.fields().clone(), false);
    let arrays = reader.map(|batch| batch.map(|batch| Arc::new(StructArray::from(batch)) as ArrayRef));
    to_stream_pycapsule(py, Box::new(ArrayIterator::new(arrays, Arc::new(field))), requested)
}

impl ArrowReader {
    /// Of batches that are made as they are read.
    pub(crate) fn new(
        schema: SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>> + Send + 'static,
    ) -> Self {
        let reader: Reader = Box::new(RecordBatchIterator::new(batches, Arc::clone(&schema)));
        Self { schema, reader: Mutex::new(Some(reader)) }
    }
}

impl ArrowTable {
    /// Of batches that are there.
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches }
    }
}

/// A stream of one table, read once through Arrow's C interface (`__arrow_c_stream__`).
#[pyclass(module = "rabatt", frozen)]
pub(crate) struct ArrowReader {
    schema: SchemaRef,
    reader: Mutex<Option<Reader>>,
}

#[pymethods]
impl ArrowReader {
    /// Arrow's C interface: the columns.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyArrowResult<Bound<'py, PyCapsule>> {
        to_schema_pycapsule(py, self.schema.as_ref())
    }

    /// Arrow's C interface: the stream, once.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        let read = || PyValueError::new_err("this stream has been read already; ask for another");
        exported(py, reader.ok_or_else(read)?, requested_schema)
    }
}

/// A table in memory, for any library with Arrow's C interface (`__arrow_c_stream__`).
#[pyclass(module = "rabatt", frozen)]
pub(crate) struct ArrowTable {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl ArrowTable {
    /// Arrow's C interface: the columns.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyArrowResult<Bound<'py, PyCapsule>> {
        to_schema_pycapsule(py, self.schema.as_ref())
    }

    /// Arrow's C interface: the rows, as often as asked for.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let batches = self.batches.clone().into_iter().map(Ok::<_, ArrowError>);
        exported(py, Box::new(RecordBatchIterator::new(batches, Arc::clone(&self.schema))), requested_schema)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn __repr__(&self) -> String {
        let names = self.schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", ");
        format!("ArrowTable({} rows: {names})", self.__len__())
    }
}

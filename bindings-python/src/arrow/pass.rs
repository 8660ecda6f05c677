//! One pass over a stream of receipts: batches in, parts out, in order, on as many threads as
//! asked for. Only a window of the stream is in memory at a time.

use std::collections::VecDeque;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use rabatt_engine::{EvaluateOptions, Facts, Plan, Problem, Workspace, evaluate};

use super::Reader;
use super::fault::Fault;
use super::join::{Join, LineTable};
use super::output::{Frame, Output, Part, Schemas, Wanted};
use super::receipts::Receipts;

/// Receipts that one thread takes at a time, and rows of a batch that comes out.
pub(crate) const CHUNK: usize = 8_192;

/// How to evaluate a stream.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) plan: Arc<Plan>,
    /// JSON, read already once without problems; the same for every receipt.
    pub(crate) facts: Option<Arc<str>>,
    pub(crate) options: EvaluateOptions,
    /// Rows with a problem are told in the column `error`.
    pub(crate) collect: bool,
    pub(crate) threads: usize,
}

/// The pass. After a fault it has ended.
pub(crate) struct Pass {
    source: Reader,
    settings: Settings,
    schemas: Schemas,
    join: Option<Join>,
    workers: Vec<Workspace>,
    /// The batch being read, and its next row.
    current: Option<(Receipts, usize)>,
    ready: VecDeque<Result<Part, Fault>>,
    /// Batches read so far, and rows in those before the current one.
    batches: u64,
    before: u64,
    ended: bool,
}

impl Pass {
    /// Looks at the columns; reads the table of lines, if there is one, but no receipt.
    ///
    /// # Errors
    /// Columns that cannot be right, or lines that cannot be read.
    pub(crate) fn new(source: Reader, lines: Option<Reader>, settings: Settings) -> Result<Self, Fault> {
        let Source { reader: source, join, schemas } = Source::open(source, lines, settings.collect)?;
        let workers = std::iter::repeat_with(Workspace::new).take(settings.threads).collect();
        let (current, ready) = (None, VecDeque::new());
        Ok(Self { source, settings, schemas, join, workers, current, ready, batches: 0, before: 0, ended: false })
    }

    pub(crate) fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// The next part of the tables wanted.
    pub(crate) fn next(&mut self, wanted: Wanted) -> Option<Result<Part, Fault>> {
        while self.ready.is_empty() && !self.ended {
            if let Err(fault) = self.work(wanted) {
                self.ready.push_back(Err(fault));
                self.ended = true;
            }
        }
        self.ready.pop_front()
    }

    /// Evaluates the next window, or reads the next batch.
    fn work(&mut self, wanted: Wanted) -> Result<(), Fault> {
        let Some((receipts, from)) = self.current.take() else {
            let Some(batch) = imported(&mut *self.source)? else {
                self.ended = true;
                return Ok(());
            };
            let receipts = Receipts::new(&batch, self.join.as_mut()).map_err(Fault::Columns)?;
            self.batches += 1;
            self.current = Some((receipts, 0));
            return Ok(());
        };
        let until = receipts.rows.min(from + self.workers.len() * 2 * CHUNK);
        let facts = self.settings.facts.as_deref().map(Facts::from_json).transpose().map_err(Fault::Columns)?;
        let frame = Frame {
            schemas: &self.schemas,
            plan: &self.settings.plan,
            facts: facts.as_ref(),
            receipts: &receipts,
            before: self.before,
            collect: self.settings.collect,
        };
        let evaluated = window(&frame, from..until, wanted, self.settings.options, &mut self.workers);
        for part in evaluated {
            let failed = part.is_err();
            self.ready.push_back(part.map_err(|failure| failure.at(self.batches.saturating_sub(1))));
            if failed {
                self.ended = true;
                return Ok(());
            }
        }
        if until < receipts.rows {
            self.current = Some((receipts, until));
        } else {
            self.before += receipts.rows as u64;
        }
        Ok(())
    }
}

/// Receipts to read: a stream of batches, perhaps with lines in a table of their own.
pub(crate) struct Source {
    pub(crate) reader: Reader,
    pub(crate) join: Option<Join>,
    pub(crate) schemas: Schemas,
}

impl Source {
    /// Looks at the columns; reads the table of lines, if there is one, but no receipt.
    ///
    /// # Errors
    /// Columns that cannot be right, or lines that cannot be read.
    pub(crate) fn open(reader: Reader, lines: Option<Reader>, collect: bool) -> Result<Self, Fault> {
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
        let schemas = Schemas::new(field(&schema, "receipt_id").as_ref(), line_id.as_ref(), collect);
        Ok(Self { reader, join, schemas })
    }
}

/// The next batch of a source. arrow-rs 59 panics on slices of structs in structs (its issue 9235), and
/// a panic must not unwind into who reads through the C interface.
pub(crate) fn imported(source: &mut dyn RecordBatchReader) -> Result<Option<RecordBatch>, Fault> {
    const MESSAGE: &str = "a batch could not be imported; slices of tables with structs inside structs are not understood: \
                           copy such a table first, as with pyarrow's `table.take(range(table.num_rows))`";
    match catch_unwind(AssertUnwindSafe(|| source.next())) {
        Ok(batch) => batch.transpose().map_err(Fault::Source),
        Err(_) => Err(Fault::Source(ArrowError::CDataInterface(MESSAGE.to_owned()))),
    }
}

/// What ended a chunk.
enum Failure {
    Row(usize, Problem),
    Output(ArrowError),
}

impl Failure {
    fn at(self, batch: u64) -> Fault {
        match self {
            Failure::Row(row, problem) => Fault::Row { batch, row: row as u64, problem },
            Failure::Output(error) => Fault::Source(error),
        }
    }
}

/// Evaluates rows of a batch in chunks, which the workers take one after the other. What comes
/// back is in order of the rows, whoever was first.
fn window(
    frame: &Frame<'_>,
    rows: Range<usize>,
    wanted: Wanted,
    options: EvaluateOptions,
    workers: &mut [Workspace],
) -> Vec<Result<Part, Failure>> {
    let chunks = rows.len().div_ceil(CHUNK);
    let next = AtomicUsize::new(0);
    let work = |workspace: &mut Workspace| {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= chunks {
                return done;
            }
            let from = rows.start + at * CHUNK;
            done.push((at, chunk(frame, from..rows.end.min(from + CHUNK), wanted, options, workspace)));
        }
    };
    let mut done = Vec::with_capacity(chunks);
    std::thread::scope(|scope| {
        let mut workers = workers.iter_mut().take(chunks);
        // This thread is one of them.
        let own = workers.next();
        let others: Vec<_> = workers.map(|workspace| scope.spawn(|| work(workspace))).collect();
        done.extend(own.map(work).unwrap_or_default());
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, part)| part).collect()
}

fn chunk(
    frame: &Frame<'_>,
    rows: Range<usize>,
    wanted: Wanted,
    options: EvaluateOptions,
    workspace: &mut Workspace,
) -> Result<Part, Failure> {
    let mut output = Output::new(wanted);
    let (mut receipt, mut spare) = (Receipts::empty(), Vec::new());
    for row in rows.clone() {
        let filled = frame.receipts.fill(row, &mut receipt, &mut spare);
        match filled.and_then(|()| evaluate(frame.plan, &receipt, frame.facts, options, workspace)) {
            Ok(outcome) => output.evaluated(frame, row, &receipt, outcome),
            Err(mut problem) => {
                into_receipt(&mut problem);
                if !frame.collect {
                    return Err(Failure::Row(row, problem));
                }
                output.refuse(&problem);
            }
        }
    }
    output.finish(frame, rows).map_err(Failure::Output)
}

/// Evaluation speaks of `/receipt/…`, a table of its columns.
pub(crate) fn into_receipt(problem: &mut Problem) {
    if let Some(rest) = problem.pointer.strip_prefix("/receipt/") {
        problem.pointer = format!("/{rest}");
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

//! One pass over a stream of receipts: batches in, parts out, in order, on as many threads as
//! asked for. Only a window of the stream is in memory at a time.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use arrow_schema::ArrowError;
use rabatt_engine::{EvaluateOptions, Facts, Plan, Problem, Workspace, evaluate};

use super::Reader;
use super::fault::Fault;
use super::output::{Frame, Output, Part, Schemas, Wanted};
use super::progress::Progress;
use super::receipts::Receipts;
use super::stream::Stream;
use super::threads::{CHUNK, in_chunks};

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
    stream: Stream,
    settings: Settings,
    schemas: Schemas,
    progress: Option<Progress>,
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
    pub(crate) fn new(
        source: Reader,
        lines: Option<Reader>,
        settings: Settings,
        progress: Option<Progress>,
    ) -> Result<Self, Fault> {
        let stream = Stream::new(source, lines)?;
        let schemas = stream.schemas(settings.collect);
        let workers = std::iter::repeat_with(Workspace::new).take(settings.threads).collect();
        let (current, ready) = (None, VecDeque::new());
        Ok(Self { stream, settings, schemas, progress, workers, current, ready, batches: 0, before: 0, ended: false })
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
            let Some(receipts) = self.stream.next()? else {
                self.ended = true;
                return self.progress.as_ref().map_or(Ok(()), |progress| progress.end(self.before));
            };
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
        let options = self.settings.options;
        let evaluated =
            in_chunks(&mut self.workers, from..until, |workspace, rows| chunk(&frame, rows, wanted, options, workspace));
        for part in evaluated {
            let failed = part.is_err();
            self.ready.push_back(part.map_err(|failure| failure.at(self.batches.saturating_sub(1))));
            if failed {
                self.ended = true;
                return Ok(());
            }
        }
        if let Some(progress) = &self.progress {
            progress.at(self.before + until as u64)?;
        }
        if until < receipts.rows {
            self.current = Some((receipts, until));
        } else {
            self.before += receipts.rows as u64;
        }
        Ok(())
    }
}

/// What ended a chunk.
pub(crate) enum Failure {
    Row(usize, Problem),
    Output(ArrowError),
}

impl Failure {
    pub(crate) fn at(self, batch: u64) -> Fault {
        match self {
            Failure::Row(row, problem) => Fault::Row { batch, row: row as u64, problem },
            Failure::Output(error) => Fault::Source(error),
        }
    }
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
            Err(problem) => {
                let problem = in_row(problem);
                if !frame.collect {
                    return Err(Failure::Row(row, problem));
                }
                output.refuse(&problem);
            }
        }
    }
    output.finish(frame, rows).map_err(Failure::Output)
}

/// Evaluation speaks of `/receipt/…`.
pub(crate) fn in_row(mut problem: Problem) -> Problem {
    if let Some(rest) = problem.pointer.strip_prefix("/receipt/") {
        problem.pointer = format!("/{rest}");
    }
    problem
}

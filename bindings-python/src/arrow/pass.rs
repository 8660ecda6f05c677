//! One pass over a stream of receipts: batches in, parts out, in order, on as many threads as
//! asked for. Only a window of the stream is in memory at a time.
//!
//! Who asks for parts also reads the stream, while other threads evaluate what was read before: only
//! that one may have to do with Python, so the others never wait for the interpreter.

use std::sync::Arc;
use std::thread::JoinHandle;

use arrow_schema::ArrowError;
use rabatt_engine::{EvaluateOptions, Facts, Plan, Problem, Workspace, evaluate};

use super::Reader;
use super::chunks::{Chunk, Chunks};
use super::crew::Crew;
use super::fault::Fault;
use super::output::{Frame, Output, Part, Schemas, Wanted};
use super::progress::Progress;
use super::receipts::Receipts;
use super::stream::Stream;

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
    chunks: Chunks<Receipts>,
    settings: Arc<Settings>,
    schemas: Arc<Schemas>,
    progress: Option<Progress>,
    workers: Option<Workers>,
    ended: bool,
}

/// A chunk with what came of it. The chunk goes back to who reads: to give its memory back to where it
/// came from may need the interpreter.
struct Evaluated {
    chunk: Chunk<Receipts>,
    part: Result<Part, Failure>,
}

/// The threads of a pass.
struct Workers {
    crew: Crew<Chunk<Receipts>, Evaluated>,
    threads: Vec<JoinHandle<()>>,
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
        let schemas = Arc::new(stream.schemas(settings.collect));
        let (chunks, settings) = (Chunks::new(settings.threads), Arc::new(settings));
        Ok(Self { stream, chunks, settings, schemas, progress, workers: None, ended: false })
    }

    pub(crate) fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// The next part of the tables wanted, which are the same ones each time.
    pub(crate) fn next(&mut self, wanted: Wanted) -> Option<Result<Part, Fault>> {
        if self.ended {
            return None;
        }
        let part = self.work(wanted).transpose();
        if !matches!(part, Some(Ok(_))) {
            self.ended = true;
            self.workers = None;
        }
        part
    }

    fn work(&mut self, wanted: Wanted) -> Result<Option<Part>, Fault> {
        let Some(Evaluated { chunk, part }) = self.evaluated(wanted)? else {
            let rows = self.chunks.finish()?;
            return self.progress.as_ref().map_or(Ok(()), |progress| progress.end(rows)).map(|()| None);
        };
        let part = part.map_err(|failure| failure.at(chunk.number))?;
        if let Some(progress) = &self.progress {
            progress.at(chunk.before + chunk.rows.end as u64)?;
        }
        Ok(Some(part))
    }

    /// The next chunk with what came of it; `None` at the end.
    fn evaluated(&mut self, wanted: Wanted) -> Result<Option<Evaluated>, Fault> {
        if self.settings.threads <= 1 {
            let chunk = self.chunks.next(&mut self.stream, Ok);
            return Ok(chunk.map(|chunk| Evaluator::new(&self.settings, &self.schemas, wanted).evaluate(chunk)));
        }
        let crew = match &mut self.workers {
            Some(workers) => &mut workers.crew,
            none => &mut none.insert(Workers::start(&self.settings, &self.schemas, wanted)?).crew,
        };
        while crew.has_room() {
            let Some(chunk) = self.chunks.next(&mut self.stream, Ok) else { break };
            crew.hand_out(chunk);
        }
        Ok(crew.take())
    }
}

impl Workers {
    fn start(settings: &Arc<Settings>, schemas: &Arc<Schemas>, wanted: Wanted) -> Result<Self, Fault> {
        let (crew, members) = Crew::new(settings.threads);
        let mut workers = Self { crew, threads: Vec::new() };
        for member in members {
            let (settings, schemas) = (Arc::clone(settings), Arc::clone(schemas));
            let work = move || {
                let mut evaluator = Evaluator::new(&settings, &schemas, wanted);
                member.work(|chunk| evaluator.evaluate(chunk));
            };
            let thread = std::thread::Builder::new().name("rabatt".to_owned()).spawn(work);
            let failed = |error| Fault::Source(ArrowError::IoError("a thread could not be started".to_owned(), error));
            workers.threads.push(thread.map_err(failed)?);
        }
        Ok(workers)
    }
}

impl Drop for Workers {
    /// Waits for what the threads are at: the crew, dropped after this, then holds all they had.
    fn drop(&mut self) {
        self.crew.stop();
        for thread in self.threads.drain(..) {
            // Its panic has come up where its part was taken, if at all.
            let _ = thread.join();
        }
    }
}

/// What ended a chunk.
pub(crate) enum Failure {
    /// Facts that are wrong, wherever they are used.
    Facts(Vec<Problem>),
    Row(usize, Problem),
    Output(ArrowError),
}

impl Failure {
    pub(crate) fn at(self, batch: u64) -> Fault {
        match self {
            Failure::Facts(problems) => Fault::Columns(problems),
            Failure::Row(row, problem) => Fault::Row { batch, row: row as u64, problem },
            Failure::Output(error) => Fault::Source(error),
        }
    }
}

/// What a thread needs for each chunk.
struct Evaluator<'s> {
    settings: &'s Settings,
    schemas: &'s Schemas,
    wanted: Wanted,
    facts: Result<Option<Facts<'s>>, Vec<Problem>>,
    workspace: Workspace,
}

impl<'s> Evaluator<'s> {
    fn new(settings: &'s Settings, schemas: &'s Schemas, wanted: Wanted) -> Self {
        let facts = settings.facts.as_deref().map(Facts::from_json).transpose();
        Self { settings, schemas, wanted, facts, workspace: Workspace::new() }
    }

    fn evaluate(&mut self, chunk: Chunk<Receipts>) -> Evaluated {
        let part = self.part(&chunk);
        Evaluated { chunk, part }
    }

    fn part(&mut self, chunk: &Chunk<Receipts>) -> Result<Part, Failure> {
        let facts = self.facts.as_ref().map_err(|problems| Failure::Facts(problems.clone()))?.as_ref();
        let receipts = &*chunk.batch;
        let collect = self.settings.collect;
        let frame = Frame { schemas: self.schemas, plan: &self.settings.plan, facts, receipts, before: chunk.before, collect };
        let mut output = Output::new(self.wanted);
        let (mut receipt, mut spare) = (Receipts::empty(), Vec::new());
        for row in chunk.rows.clone() {
            let filled = receipts.fill(row, &mut receipt, &mut spare);
            let evaluated =
                filled.and_then(|()| evaluate(frame.plan, &receipt, facts, self.settings.options, &mut self.workspace));
            match evaluated {
                Ok(outcome) => output.evaluated(&frame, row, &receipt, outcome),
                Err(problem) => {
                    let problem = in_row(problem);
                    if !collect {
                        return Err(Failure::Row(row, problem));
                    }
                    output.refuse(&problem);
                }
            }
        }
        output.finish(&frame, chunk.rows.clone()).map_err(Failure::Output)
    }
}

/// Evaluation speaks of `/receipt/…`.
pub(crate) fn in_row(mut problem: Problem) -> Problem {
    if let Some(rest) = problem.pointer.strip_prefix("/receipt/") {
        problem.pointer = format!("/{rest}");
    }
    problem
}

//! JSON lines as Arrow batches, with the columns of a receipt whatever the lines hold: the stream
//! behind `rabatt.read_receipts`.

mod extras;
mod rows;
mod shape;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rabatt_engine::Problem;

use crate::arrow::fault::described;
use crate::arrow::threads::in_chunks;
use crate::arrow::{ArrowReader, ArrowTable};
use crate::engine::counted;
use rows::Rows;

/// A broken line: its number, from 1, and what is wrong.
type Broken = (i64, String);

/// Lines that could not be read, of the stream that was begun last.
#[pyclass(module = "rabatt._native", frozen)]
pub(crate) struct RejectedLines(Arc<Mutex<Vec<Broken>>>);

#[pymethods]
impl RejectedLines {
    #[new]
    fn new() -> Self {
        Self(Arc::default())
    }

    /// A table of `line` and `error`.
    fn table(&self) -> PyResult<ArrowTable> {
        let broken = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fields = vec![Field::new("line", DataType::Int64, false), Field::new("error", DataType::Utf8, false)];
        let schema = Arc::new(Schema::new(fields));
        let numbers = Int64Array::from_iter_values(broken.iter().map(|(line, _)| *line));
        let errors = StringArray::from_iter_values(broken.iter().map(|(_, error)| error));
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(numbers), Arc::new(errors)]);
        let batch = batch.map_err(|error| pyo3::exceptions::PyValueError::new_err(error.to_string()))?;
        Ok(ArrowTable::new(schema, vec![batch]))
    }
}

/// Makes a stream of receipts of JSON lines. `chunks` is an iterator of bytes, cut anywhere; `name`
/// is what errors call the lines' source. With `rejected`, broken lines are put there and left out.
#[pyfunction]
#[pyo3(signature = (chunks, name, rejected, threads))]
pub(crate) fn json_lines(
    chunks: Bound<'_, PyAny>,
    name: String,
    rejected: Option<&RejectedLines>,
    threads: Option<usize>,
) -> PyResult<ArrowReader> {
    let rejected = rejected.map(|rejected| Arc::clone(&rejected.0));
    if let Some(rejected) = &rejected {
        rejected.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
    let schema = rows::schema();
    let lines = Lines {
        chunks: chunks.unbind(),
        name,
        rejected,
        threads: counted(threads)?,
        schema: Arc::clone(&schema),
        text: Vec::new(),
        ended: false,
        lines: 0,
        ready: VecDeque::new(),
    };
    Ok(ArrowReader::new(schema, lines))
}

struct Lines {
    /// A Python iterator of bytes.
    chunks: Py<PyAny>,
    name: String,
    rejected: Option<Arc<Mutex<Vec<Broken>>>>,
    threads: usize,
    schema: SchemaRef,
    /// Bytes that came and are not read yet.
    text: Vec<u8>,
    /// No more chunks come.
    ended: bool,
    /// Lines read so far.
    lines: i64,
    ready: VecDeque<RecordBatch>,
}

impl Lines {
    /// So many bytes are read at a time, at least one line.
    const WINDOW: usize = 16 << 20;

    /// Fills `text` up; whole lines end where this says.
    fn fill(&mut self) -> Result<usize, ArrowError> {
        let mut seen = 0;
        loop {
            let enough = self.text.len() >= Self::WINDOW;
            if (enough || self.ended)
                && let Some(end) = self.text.iter().skip(seen).rposition(|byte| *byte == b'\n')
            {
                return Ok(seen + end + 1);
            }
            if self.ended {
                return Ok(self.text.len());
            }
            // A line longer than the window: what was looked at already holds no end.
            seen = if enough { self.text.len() } else { 0 };
            match self.chunk().map_err(|error| ArrowError::ExternalError(error.to_string().into()))? {
                Some(chunk) => self.text.extend(chunk),
                None => self.ended = true,
            }
        }
    }

    fn chunk(&self) -> PyResult<Option<Vec<u8>>> {
        Python::attach(|py| {
            py.check_signals()?;
            let next = self.chunks.bind(py).try_iter()?.next().transpose()?;
            next.map(|chunk| Ok(chunk.cast::<PyBytes>()?.as_bytes().to_vec())).transpose()
        })
    }

    /// Reads a window of lines.
    fn read(&mut self) -> Result<(), ArrowError> {
        let end = self.fill()?;
        let rest = self.text.split_off(end);
        let text = std::mem::replace(&mut self.text, rest);
        let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        if lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        let collect = self.rejected.is_some();
        let mut workers = vec![(); self.threads];
        let read = in_chunks(&mut workers, 0..lines.len(), |(), rows| {
            let mut out = Rows::default();
            let mut broken = Vec::new();
            for (at, line) in lines.iter().enumerate().take(rows.end).skip(rows.start) {
                if let Err(problem) = out.add(line) {
                    broken.push((at, problem));
                    if !collect {
                        break;
                    }
                }
            }
            (out.finish(&self.schema), broken)
        });
        for (batch, broken) in read {
            for (at, problem) in broken {
                self.refuse(at, &problem)?;
            }
            self.ready.extend(Some(batch?).filter(|batch| batch.num_rows() > 0));
        }
        self.lines = self.lines.saturating_add(i64::try_from(lines.len()).unwrap_or(i64::MAX));
        Ok(())
    }

    /// Collects a broken line, or ends with it.
    fn refuse(&self, at: usize, problem: &Problem) -> Result<(), ArrowError> {
        let number = self.lines.saturating_add(i64::try_from(at).unwrap_or(i64::MAX)).saturating_add(1);
        let error = described(problem);
        match &self.rejected {
            Some(rejected) => {
                let error = error.trim_start_matches([',', ':', ' ']).to_owned();
                rejected.lock().unwrap_or_else(PoisonError::into_inner).push((number, error));
                Ok(())
            }
            None => Err(ArrowError::InvalidArgumentError(format!("{}, line {number}{error}", self.name))),
        }
    }
}

impl Iterator for Lines {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ready.is_empty() && !(self.ended && self.text.is_empty()) {
            if let Err(error) = self.read() {
                (self.ended, self.text) = (true, Vec::new());
                self.ready.clear();
                return Some(Err(error));
            }
        }
        self.ready.pop_front().map(Ok)
    }
}

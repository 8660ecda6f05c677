//! Two sets of rules on the same receipts: `rabatt.compare`. One pass, in which every receipt is
//! evaluated under both and only sums are kept.

mod estimate;
mod groups;
mod rules;
mod sides;
mod tables;
mod tally;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use rabatt_engine::EvaluateOptions;

use crate::arrow::fold::fold;
use crate::arrow::progress::Progress;
use crate::arrow::reader;
use crate::arrow::stream::Stream;
use crate::engine::{Engine, collected, counted};
use estimate::Sample;
use sides::{Side, Sides};
use tables::Tables;
use tally::{Settings, Tally};

/// Evaluates every receipt under both; a dict of tables and numbers, which `rabatt.compare` makes
/// a Comparison of. `sample` is the part of receipts that is looked at, in 2⁶⁴ths, `z` how many
/// millionths of a standard error the bounds are away.
#[pyfunction]
#[pyo3(signature = (a, b, receipts, items, *, facts, cost, sample, seed, z, details, on_error, steps, threads, progress))]
#[expect(clippy::too_many_arguments, reason = "each is one keyword of the function in Python")]
pub(crate) fn compare<'py>(
    a: &Bound<'py, Engine>,
    b: &Bound<'py, Engine>,
    receipts: &Bound<'py, PyAny>,
    items: Option<&Bound<'py, PyAny>>,
    facts: Option<&Bound<'py, PyAny>>,
    cost: Option<String>,
    sample: Option<u64>,
    seed: u64,
    z: u64,
    details: bool,
    on_error: &str,
    steps: Option<u64>,
    threads: Option<usize>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let py = receipts.py();
    let side = |engine: &Engine| -> PyResult<Side> { Ok(Side { plan: engine.plan(), facts: engine.facts_or_own(facts)? }) };
    let sides = Sides::new(side(a.get())?, side(b.get())?);
    let sample = sample.map(|part| Sample { part, seed });
    let options = EvaluateOptions { explain: false, steps };
    let settings = Settings { cost, sample, details, collect: collected(on_error)?, options };
    let threads = counted(threads)?;
    let progress = Progress::new(progress, receipts)?;
    let receipts = reader(receipts, "receipts")?;
    let items = items.map(|items| reader(items, "items")).transpose()?;
    // Sources that run Python take the interpreter's lock themselves.
    let tables = py.detach(move || {
        let mut stream = Stream::new(receipts, items)?;
        let mut tallies: Vec<_> = std::iter::repeat_with(|| Tally::new(&sides, &settings)).take(threads).collect();
        let rows = fold(&mut stream, &mut tallies, |receipts| settings.columns(receipts), progress.as_ref())?;
        let sum = tallies.into_iter().reduce(Tally::merge);
        sum.map(|sum| Tables::new(sum, &sides, &settings, &stream, rows, z)).transpose()
    });
    let tables = tables.map_err(|fault| fault.into_error(py))?;
    let dict = PyDict::new(py);
    if let Some(tables) = tables {
        tables.fill(&dict)?;
    }
    Ok(dict)
}

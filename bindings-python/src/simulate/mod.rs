//! Purchases one after the other, each with what those before it left: as if every one had been
//! recorded in the service.

mod gifts;
mod hand;
mod packed;
mod results;
mod run;
mod state_table;
mod states;
mod table;
mod terms;
mod timeline;
mod walk;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::RecordBatch;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rabatt_engine::{EvaluateOptions, Facts, Value};
use rustc_hash::FxHashMap;

use crate::arrow::fault::Fault;
use crate::arrow::stream::Stream;
use crate::arrow::{ALL, ArrowReader, ArrowTable, Table, reader, tables};
use crate::engine::Engine;

use gifts::Gifts;
use results::Given;
use states::Place;
use terms::Terms;
use timeline::{Customers, Timeline};
use walk::{Signs, World};

/// What ended a simulation.
#[derive(Debug)]
pub(crate) enum Ended {
    Fault(Fault),
    /// Ctrl-C, or an exception of who is told the progress.
    Python(PyErr),
}

impl From<Fault> for Ended {
    fn from(fault: Fault) -> Self {
        Ended::Fault(fault)
    }
}

impl From<PyErr> for Ended {
    fn from(error: PyErr) -> Self {
        Ended::Python(error)
    }
}

impl Ended {
    fn into_error(self, py: Python<'_>) -> PyErr {
        match self {
            Ended::Fault(fault) => fault.into_error(py),
            Ended::Python(error) => error,
        }
    }
}

/// Tells the progress, and hears whether somebody wants to stop.
#[derive(Debug)]
pub(crate) struct Watch {
    progress: Option<Py<PyAny>>,
    /// The most that was told: what is done again is not told again.
    told: AtomicUsize,
}

impl Watch {
    /// So many purchases of so many are done; of 0 while they are being read.
    fn tick(&self, done: usize, of: usize) -> Result<(), Ended> {
        Python::attach(|py| {
            py.check_signals()?;
            if let Some(progress) = self.progress.as_ref().filter(|_| of > 0) {
                let before = self.told.fetch_max(done, Ordering::Relaxed);
                progress.call1(py, (done.max(before), of))?;
            }
            Ok(())
        })
    }
}

/// Walk every customer's purchases in order of time, with stamps, limits and balances carried along.
///
/// The result is the same as if each purchase had been sent to the service's
/// `available_for_receipt` and its answer back as the event `receipt_add`, one after the other.
///
/// `rules` are as `Engine` takes them, or an Engine. `receipts` (and `items`) are a table as
/// `Engine.evaluate_arrow` takes it, in any order, with a column `customer_id` (or
/// `customer.customer_id`), text or integer; null is a purchase without a customer. Purchases of one
/// instant come in the order of their rows; every row is a purchase of its own. Rows whose
/// `entry_status` is `Voided`, `Cancelled`, `OnHold` or `Training` use nothing up.
///
/// `customers` says who holds which rule: a mapping of customer id to rule ids, or a table with
/// `customer_id`, `rule_id` and perhaps `ref_id`, `given_at`, `deleted_at`. `"*"` is every purchase
/// with a customer, each with a count of their own, and `"/"` those without, all together. None
/// gives every rule to both. A customer who holds a rule personally does not use that of `"*"`.
///
/// `start_state` is where an earlier simulation ended: it, or its `states()`.
///
/// All cores work, or `threads`; that changes nothing in the result. `progress` is called with
/// purchases done and their number. `on_error="collect"` tells broken rows in the column `error`,
/// which take nothing, and goes on; otherwise the first one raises RowError.
///
/// >>> import pyarrow as pa, rabatt
/// >>> card = {"id": "card", "requirement": {"stamp": 2, "item": {"items": [{"id": "espresso"}]}},
/// ...         "reward": {"type": "discount_item_percent", "value": 100}}
/// >>> receipts = pa.Table.from_pylist([
/// ...     {"customer_id": "siri", "purchase_at": f"2024-06-0{day}T12:00:00+02:00",
/// ...      "items": [{"id": "espresso", "gross_amount": 3500, "eligible_for_discount": True}]}
/// ...     for day in (1, 2, 3, 4)])
/// >>> simulation = rabatt.simulate([card], receipts)
/// >>> pa.table(simulation.receipts())["discount"].to_pylist()  # the third cup is free
/// [0, 0, 3500, 0]
/// >>> pa.table(simulation.states()).select(["customer_id", "usage", "stamp", "current_stamp"]).to_pylist()
/// [{'customer_id': 'siri', 'usage': 1, 'stamp': 3, 'current_stamp': 1}]
/// >>> more = rabatt.simulate([card], receipts.slice(0, 2), start_state=simulation)
/// >>> pa.table(more.receipts())["discount"].to_pylist()
/// [0, 3500]
#[pyfunction]
#[pyo3(signature = (rules, receipts, customers=None, start_state=None, *, items=None, on_error="raise", steps=None, threads=None, progress=None))]
#[expect(clippy::too_many_arguments, reason = "they are keywords where they are written")]
pub(crate) fn simulate(
    rules: &Bound<'_, PyAny>,
    receipts: &Bound<'_, PyAny>,
    customers: Option<&Bound<'_, PyAny>>,
    start_state: Option<&Bound<'_, PyAny>>,
    items: Option<&Bound<'_, PyAny>>,
    on_error: &str,
    steps: Option<u64>,
    threads: Option<usize>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Simulation> {
    let py = rules.py();
    let collect = match on_error {
        "raise" => false,
        "collect" => true,
        _ => return Err(PyValueError::new_err("on_error is \"raise\" or \"collect\"")),
    };
    if threads == Some(0) {
        return Err(PyValueError::new_err("threads is 1 or more, or None for all cores"));
    }
    let plan = match rules.cast::<Engine>() {
        Ok(engine) => engine.get().plan(),
        Err(_) => Engine::new(rules)?.plan(),
    };
    let terms = Terms::of_plan(&plan);
    let mut names = Customers::new();
    let gifts = match customers {
        Some(given) => Gifts::read(given, &plan, &mut names)?,
        None => Gifts::to_all(&plan),
    };
    let receipts = reader(receipts, "receipts")?;
    let items = items.map(|items| reader(items, "items")).transpose()?;
    let start = match start_state {
        Some(state) => match state.cast::<Simulation>() {
            Ok(earlier) => Some(reader(Bound::new(py, earlier.get().states())?.as_any(), "start_state")?),
            Err(_) => Some(reader(state, "start_state")?),
        },
        None => None,
    };
    let threads = threads.or_else(|| std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1);
    let options = EvaluateOptions { explain: false, steps };
    let watch = Watch { progress, told: AtomicUsize::new(0) };
    let simulated = py.detach(move || {
        let mut source = Stream::new(receipts, items)?;
        let mut timeline = Timeline::read(&mut source, names, collect, &watch)?;
        let mut gifts = gifts;
        let known = match start {
            Some(mut start) => {
                let begins = timeline.begins;
                state_table::read(&mut *start, &plan, &terms, &mut gifts, &mut timeline.customers, begins)?
            }
            None => FxHashMap::default(),
        };
        let mut states = states::by_number(&timeline.customers, known);
        let world =
            World { plan: &plan, terms: &terms, gifts: &gifts, timeline: &timeline, options, collect, signs: Signs::new() };
        let mut results = run::run(&world, &mut states, threads, &watch)?;
        results.refuse(std::mem::take(&mut timeline.refused));
        finish(&terms, &gifts, &timeline, &mut states);
        let states = state_table::table(&plan, &gifts, &timeline.customers, states).map_err(Fault::Source)?;
        let facts = Facts { refs: Some(gifts.refs), customer: Value::Absent };
        let given = Given { plan, schemas: source.schemas(collect), batches: timeline.batches, facts, results, collect };
        Ok::<_, Ended>(Simulation { given: Arc::new(given), states })
    });
    simulated.map_err(|ended| ended.into_error(py))
}

/// Stamps that have lapsed by the last purchase are gone.
fn finish(terms: &[Terms], gifts: &Gifts, timeline: &Timeline, states: &mut [Vec<Place>]) {
    for place in states.iter_mut().flatten().filter(|place| place.card.is_some()) {
        if let Some(terms) = terms.get(gifts.rule(place.gift) as usize) {
            place.lapse(timeline.ends, terms);
        }
    }
}

/// What `rabatt.simulate` gives: the tables of `Engine.evaluate_arrow`, in the order of the
/// receipts that came in, and what customers have had and have left at the end.
///
/// Everything is computed already; tables are made when they are read, as often as asked for.
#[pyclass(module = "rabatt", frozen)]
pub(crate) struct Simulation {
    given: Arc<Given>,
    states: RecordBatch,
}

impl Simulation {
    fn stream(&self, table: Table) -> ArrowReader {
        let given = Arc::clone(&self.given);
        let schema = Arc::clone(table.schema(&given.schemas));
        let mut at = (0, 0);
        let batches = std::iter::from_fn(move || {
            let (part, next) = given.part(at, table.wanted())?;
            at = next;
            match part {
                Ok(part) => table.of(part).map(Ok),
                Err(fault) => Some(Err(fault.into_arrow())),
            }
        });
        ArrowReader::new(schema, batches)
    }
}

#[pymethods]
impl Simulation {
    /// Stream the table per receipt, as `Evaluation.receipts` has it.
    fn receipts(&self) -> ArrowReader {
        self.stream(Table::Receipts)
    }

    /// Stream the table per line, as `Evaluation.lines` has it.
    fn lines(&self) -> ArrowReader {
        self.stream(Table::Lines)
    }

    /// Stream the table per rule and ref that gave something, as `Evaluation.rules` has it.
    fn rules(&self) -> ArrowReader {
        self.stream(Table::Rules)
    }

    /// All three tables whole, in memory.
    fn tables<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (mut receipts, mut lines, mut rules) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = (0, 0);
        while let Some((part, next)) = py.detach(|| self.given.part(at, ALL)) {
            let part = part.map_err(|fault| fault.into_error(py))?;
            receipts.extend(part.receipts);
            lines.extend(part.lines);
            rules.extend(part.rules);
            at = next;
            py.check_signals()?;
        }
        let schemas = &self.given.schemas;
        tables(py, [(&schemas.receipts, receipts), (&schemas.lines, lines), (&schemas.rules, rules)])
    }

    /// What each customer has had of each ref, and has left, after the last purchase: a row per
    /// `customer_id` (`/`: purchases without one), `rule_id` and `ref_id` of which there was anything.
    ///
    /// `usage`: purchases in which it gave discount or bonus. `amount`, `bonus`: given, minor units.
    /// `stamp`, `stamp_spent`, `current_stamp`: stamps earned, taken for rewards, and held, without those
    /// that have lapsed by the last purchase of all. `debit_balance`: what is left of a debit, else null.
    /// `stamps`: when stamps were earned and how many are left, of rules whose stamps lapse, else null.
    fn states(&self) -> ArrowTable {
        ArrowTable::new(self.states.schema(), vec![self.states.clone()])
    }

    fn __repr__(&self) -> String {
        let receipts: usize = self.given.batches.iter().map(|batch| batch.receipts.rows).sum();
        format!("Simulation({receipts} receipts, {} states)", self.states.num_rows())
    }
}

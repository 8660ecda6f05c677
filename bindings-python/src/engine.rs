//! Rules compiled once, for as many receipts as come.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use jiter::{Jiter, JiterError, Peek};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use rabatt_engine::{Code, EvaluateOptions, Facts, Plan, Problem, RecalculateOptions, Workspace, recalculate};

use crate::arrow::{Evaluation, Settings};
use crate::json::{Json, json};
use crate::lint::{Places, places};
use crate::objects;
use crate::problems::{self, Kind};

thread_local! {
    /// Warm after the first receipt of a thread: evaluating then allocates nothing.
    static WORKSPACE: RefCell<Workspace> = RefCell::default();
}

/// Rules, compiled: evaluates receipts one by one or as Arrow tables.
///
/// `rules` is a list of dicts, JSON text (`str` or `bytes`) of a list, or a snapshot as
/// `GET discounts/snapshot` gives it, as text or dict. The facts of a snapshot (the refs that its
/// customer holds) are used for every receipt that comes without facts of its own.
///
/// Compiling reports every problem of the rules at once: RulesError. An Engine does not change;
/// threads may share it, and it can be pickled.
///
/// >>> import rabatt
/// >>> engine = rabatt.Engine([{
/// ...     "id": "three", "receipt_text": "3 for 2",
/// ...     "requirement": {"item": {"quantity": 3, "items": [{"group_id": "coffee"}]}},
/// ...     "reward": {"type": "discount_item_quantity", "value": 1}}])
/// >>> engine
/// Engine(1 rule, plan eb9a18…)
/// >>> try:
/// ...     rabatt.Engine([{"id": "a", "reward": {"type": "discount_percent", "value": 101}}])
/// ... except rabatt.RulesError as error:
/// ...     print(error.problems[0].code, error.problems[0].pointer)
/// percent_out_of_range /0/reward/value
#[pyclass(module = "rabatt", frozen)]
pub(crate) struct Engine {
    plan: Arc<Plan>,
    /// What it was made of, for pickling.
    source: Arc<str>,
    /// Rules of a snapshot, in `source`; without them it is a list of rules itself.
    rules: Option<Range<usize>>,
    /// Facts of a snapshot, in `source`.
    facts: Option<Range<usize>>,
}

#[pymethods]
impl Engine {
    #[new]
    pub(crate) fn new(rules: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = rules.py();
        let source: Arc<str> = json(rules, Kind::Rules)?.text.into();
        py.detach(|| Self::compile(source)).map_err(|problems| problems::error(py, Kind::Rules, &problems))
    }

    /// Every problem of these rules (as `Engine` takes them), empty when they compile.
    ///
    /// >>> import rabatt
    /// >>> for problem in rabatt.Engine.check([{"id": "a", "reward": {"type": "discount_percent", "value": 101}}, {}]):
    /// ...     print(problem.code, problem.pointer)
    /// percent_out_of_range /0/reward/value
    /// missing_id /1/id
    /// missing_member /1/reward
    #[staticmethod]
    fn check<'py>(rules: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let py = rules.py();
        let source: Arc<str> = json(rules, Kind::Rules)?.text.into();
        let found = py.detach(|| Self::compile(source)).err().unwrap_or_default();
        problems::list(py, &found)
    }

    /// SHA-256 of the rules' canonical form in rule order, lower-case hex: every Answer names it.
    #[getter]
    fn plan_hash(&self) -> &str {
        self.plan.hash()
    }

    /// Recalculate one receipt.
    ///
    /// A dict in gives a dict out; JSON text (`str` or `bytes`) in gives JSON text out, the same
    /// bytes as every other door of Rabatt. Either is the Answer: `receipt` is the receipt as sent
    /// plus what the rules gave, `outcome` the amounts.
    ///
    /// `facts` (dict or text) says what the customer holds; without facts every rule may be used.
    /// `explain=True` adds the verdict of every rule, `amounts="recalculated"` writes net amounts
    /// and total discounts, `steps` bounds the search for the best deals.
    ///
    /// Amounts are `int`, in minor units. Other numbers go in as `int`, `decimal.Decimal` or
    /// `float`; a float means the number that its repr shows, so 0.1 is one tenth. They come out
    /// as `float` where a float has that repr, else as `Decimal`; with `decimals=True` always as
    /// `Decimal`.
    ///
    /// Raises ReceiptError or FactsError with every problem and its place.
    ///
    /// >>> import rabatt
    /// >>> engine = rabatt.Engine([{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}])
    /// >>> receipt = {"purchase_at": "2024-06-01T12:00:00+02:00", "till": 7,
    /// ...            "items": [{"line_id": 1, "gross_amount": 3500, "eligible_for_discount": True}]}
    /// >>> answer = engine.evaluate(receipt)
    /// >>> answer["outcome"]["totals"]["net"], answer["receipt"]["till"]
    /// (3150, 7)
    /// >>> import json
    /// >>> engine.evaluate(json.dumps(receipt))[:40]
    /// '{"ok":true,"receipt":{"purchase_at": "20'
    /// >>> engine.evaluate({"items": []})
    /// Traceback (most recent call last):
    /// rabatt.errors.ReceiptError: /purchase_at: a receipt needs `purchase_at`: rules are judged at that instant (missing_member)
    #[pyo3(signature = (receipt, facts=None, explain=false, *, amounts=None, steps=None, decimals=false))]
    fn evaluate<'py>(
        &self,
        receipt: &Bound<'py, PyAny>,
        facts: Option<&Bound<'py, PyAny>>,
        explain: bool,
        amounts: Option<&str>,
        steps: Option<u64>,
        decimals: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = receipt.py();
        let options = RecalculateOptions { evaluate: EvaluateOptions { explain, steps }, amounts: recalculated(amounts)? };
        let receipt = json(receipt, Kind::Receipt)?;
        let facts = facts.map(|facts| json(facts, Kind::Facts)).transpose()?;
        let facts = facts.as_ref().map(|facts| &*facts.text).or_else(|| self.facts());
        let answer = py
            .detach(|| WORKSPACE.with_borrow_mut(|workspace| self.answer(&receipt, facts, options, workspace)))
            .map_err(|(kind, problems)| problems::error(py, kind, &problems))?;
        if receipt.was_text { Ok(answer.into_pyobject(py)?.into_any()) } else { objects::value(py, &answer, decimals) }
    }

    /// Evaluate many receipts as Arrow data, on all cores, without a Python object per row.
    ///
    /// `receipts` is anything with `__arrow_c_stream__` or `__arrow_c_array__` (pyarrow, Polars,
    /// DuckDB, pandas 3, a RecordBatchReader): a row per receipt, with the columns of a receipt and
    /// a list of structs `items`. Or `items` is a table of its own, a row per line, joined by
    /// `receipt_id`; it is kept in memory. Columns that a receipt does not have are passed over.
    ///
    /// Nothing is read yet: see Evaluation for what comes out, as streams or tables.
    ///
    /// `facts` (dict or text) holds for every receipt. With `on_error="collect"` a broken row has
    /// its reason in the column `error`, and the others go on; otherwise it raises RowError, which
    /// names batch, row and column. Columns that cannot be right raise ColumnError at once.
    /// `threads` is how many cores are used, all when None; it never changes what comes out.
    ///
    /// `progress=True` shows a bar on stderr, where somebody can see one, which knows its end when the
    /// source knows its rows; or it is a function, called with the receipts done and all of them
    /// (None when unknown) as the result is read. What it raises ends the reading.
    ///
    /// >>> import pyarrow as pa, rabatt
    /// >>> engine = rabatt.Engine([{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}])
    /// >>> receipts = pa.Table.from_pylist([
    /// ...     {"receipt_id": "1001", "purchase_at": "2024-06-01T12:00:00+02:00",
    /// ...      "items": [{"id": "espresso", "gross_amount": 3500, "eligible_for_discount": True}]}])
    /// >>> pa.table(engine.evaluate_arrow(receipts).receipts()).to_pylist()
    /// [{'row': 0, 'receipt_id': '1001', 'gross': 3500, 'existing_discount': 0, 'discount': 350, 'net': 3150, 'bonus': 0, 'optimal': True, 'gap': 0}]
    #[pyo3(signature = (receipts, items=None, *, facts=None, on_error="raise", steps=None, threads=None, progress=None))]
    #[expect(clippy::too_many_arguments, reason = "each is one keyword of the function in Python")]
    fn evaluate_arrow<'py>(
        &self,
        receipts: &Bound<'py, PyAny>,
        items: Option<&Bound<'py, PyAny>>,
        facts: Option<&Bound<'py, PyAny>>,
        on_error: &str,
        steps: Option<u64>,
        threads: Option<usize>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Evaluation> {
        let collect = collected(on_error)?;
        let threads = counted(threads)?;
        let facts = self.facts_or_own(facts)?;
        let options = EvaluateOptions { explain: false, steps };
        let settings = Settings { plan: Arc::clone(&self.plan), facts, options, collect, threads };
        Evaluation::new(receipts, items, settings, progress)
    }

    fn __repr__(&self) -> String {
        let count = self.plan.rules().len();
        let begin: String = self.plan.hash().chars().take(6).collect();
        format!("Engine({count} rule{}, plan {begin}…)", if count == 1 { "" } else { "s" })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        Ok((py.get_type::<Self>().into_any(), PyTuple::new(py, [&*self.source])?))
    }
}

impl Engine {
    pub(crate) fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan)
    }

    /// Where each rule stands in what the Engine was made of.
    pub(crate) fn places(&self) -> Places {
        match &self.rules {
            Some(range) => places(self.source.get(range.clone()).unwrap_or_default(), "/rules"),
            None => places(&self.source, ""),
        }
    }

    /// Facts for a whole run, as given or else those of the snapshot; read once to see that they can be.
    pub(crate) fn facts_or_own(&self, facts: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Arc<str>>> {
        let Some(facts) = facts else { return Ok(self.facts().map(Arc::from)) };
        let text = json(facts, Kind::Facts)?.text;
        Facts::from_json(&text).map_err(|problems| problems::error(facts.py(), Kind::Facts, &problems))?;
        Ok(Some(Arc::from(text)))
    }

    /// Compiles a list of rules, or a snapshot.
    fn compile(source: Arc<str>) -> Result<Self, Vec<Problem>> {
        if !source.trim_start().starts_with('{') {
            let plan = Arc::new(Plan::from_json(&source)?);
            return Ok(Self { plan, source, rules: None, facts: None });
        }
        let Snapshot { plan: hash, rules, facts } = snapshot(&source)?;
        let text = |range: &Range<usize>| source.get(range.clone()).unwrap_or_default();
        let plan = Plan::from_json(text(&rules)).map_err(|problems| below("/rules", problems))?;
        if hash.as_deref().is_some_and(|hash| hash != plan.hash()) {
            let message = format!("the rules make the plan `{}`, not this one; get the snapshot anew", plan.hash());
            return Err(vec![Problem::new(Code::UnknownValue, "/plan", message)]);
        }
        if let Some(facts) = &facts {
            Facts::from_json(text(facts)).map_err(|problems| below("/facts", problems))?;
        }
        Ok(Self { plan: Arc::new(plan), rules: Some(rules), facts, source })
    }

    fn facts(&self) -> Option<&str> {
        self.facts.clone().and_then(|range| self.source.get(range))
    }

    /// The Answer as text (§22).
    fn answer(
        &self,
        receipt: &Json<'_>,
        facts: Option<&str>,
        options: RecalculateOptions,
        workspace: &mut Workspace,
    ) -> Result<String, (Kind, Vec<Problem>)> {
        let facts = facts.map(Facts::from_json).transpose().map_err(|problems| (Kind::Facts, problems))?;
        let answer = recalculate(&self.plan, &receipt.text, facts.as_ref(), options, workspace)
            .map_err(|problems| (Kind::Receipt, problems))?;
        Ok(["{\"ok\":true,\"receipt\":", &answer.receipt, ",\"outcome\":", &answer.outcome, "}"].concat())
    }
}

/// An argument `on_error`: are broken rows collected?
pub(crate) fn collected(on_error: &str) -> PyResult<bool> {
    match on_error {
        "raise" => Ok(false),
        "collect" => Ok(true),
        _ => Err(pyo3::exceptions::PyValueError::new_err("on_error is \"raise\" or \"collect\"")),
    }
}

/// An argument `threads`: how many, all cores when not given.
pub(crate) fn counted(threads: Option<usize>) -> PyResult<usize> {
    if threads == Some(0) {
        return Err(pyo3::exceptions::PyValueError::new_err("threads is 1 or more, or None for all cores"));
    }
    Ok(threads.or_else(|| std::thread::available_parallelism().ok().map(Into::into)).unwrap_or(1))
}

fn recalculated(amounts: Option<&str>) -> PyResult<bool> {
    match amounts {
        None => Ok(false),
        Some("recalculated") => Ok(true),
        Some(_) => Err(pyo3::exceptions::PyValueError::new_err("amounts is \"recalculated\" or None")),
    }
}

fn below(place: &str, mut problems: Vec<Problem>) -> Vec<Problem> {
    for problem in &mut problems {
        problem.pointer.insert_str(0, place);
    }
    problems
}

/// Where the parts of a snapshot stand in its text.
struct Snapshot {
    plan: Option<String>,
    rules: Range<usize>,
    facts: Option<Range<usize>>,
}

fn snapshot(text: &str) -> Result<Snapshot, Vec<Problem>> {
    let mut jiter = Jiter::new(text.as_bytes());
    let (mut plan, mut rules, mut facts) = (None, None, None);
    let mut read = || -> Result<(), JiterError> {
        let mut key = jiter.next_object()?.map(str::to_owned);
        while let Some(name) = key {
            let peek = jiter.peek()?;
            let from = jiter.current_index();
            if name == "plan" && peek == Peek::String {
                plan = Some(jiter.known_str()?.to_owned());
            } else {
                jiter.known_skip(peek)?;
                let range = (peek != Peek::Null).then(|| from..jiter.current_index());
                match &*name {
                    "rules" => rules = range,
                    "facts" => facts = range,
                    _ => {}
                }
            }
            key = jiter.next_key()?.map(str::to_owned);
        }
        jiter.finish()
    };
    if let Err(error) = read() {
        let message = format!("this is not JSON: {}", error.description(&jiter));
        return Err(vec![Problem::new(Code::BadJson, "", message)]);
    }
    let Some(rules) = rules else {
        let message = "rules are a list, or a snapshot: an object with `rules`";
        return Err(vec![Problem::new(Code::MissingMember, "/rules", message)]);
    };
    Ok(Snapshot { plan, rules, facts })
}

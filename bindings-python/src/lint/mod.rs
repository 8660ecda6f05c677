//! Rules that cannot be meant: `rabatt.lint`. What is certain from the rules alone (`alone`, `hours`,
//! `pairs`), and what receipts show (`seen`).

mod alone;
mod hours;
mod pairs;
mod places;
mod seen;

use std::sync::Arc;

use pyo3::prelude::*;
use rabatt_engine::{EvaluateOptions, Rule};

use crate::arrow::fold::fold;
use crate::arrow::progress::Progress;
use crate::arrow::reader;
use crate::arrow::stream::Stream;
use crate::engine::{Engine, collected, counted};
pub(crate) use places::{Places, places};
use seen::{Settings, Tally};

/// What is found, and how bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// The rule gives nothing, to nobody, or as good as.
    Error,
    /// The rule gives something that is hardly meant.
    Warning,
    /// The rule does what it says; somebody should know that it says so.
    Note,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
}

/// One thing about a rule.
#[derive(Debug)]
struct Finding {
    code: &'static str,
    level: Level,
    /// Where in the rule, as `/limitation/discount_hours`.
    place: String,
    message: String,
    /// Position in the Plan of the other rule that it is about.
    other: Option<usize>,
}

impl Finding {
    fn new(code: &'static str, level: Level, place: &str, message: impl Into<String>) -> Self {
        Self { code, level, place: place.to_owned(), message: message.into(), other: None }
    }

    fn about(self, other: usize) -> Self {
        Self { other: Some(other), ..self }
    }
}

/// `rule_id`, `code`, `level`, `pointer`, `message`, `other`.
type Row = (String, &'static str, &'static str, String, String, Option<String>);

/// Finds what is wrong with the rules of an Engine: rows that `rabatt.lint` makes Findings of.
#[pyfunction]
#[pyo3(signature = (engine, receipts, items, *, facts, on_error, steps, threads, progress))]
#[expect(clippy::too_many_arguments, reason = "each is one keyword of the function in Python")]
pub(crate) fn lint<'py>(
    engine: &Bound<'py, Engine>,
    receipts: Option<&Bound<'py, PyAny>>,
    items: Option<&Bound<'py, PyAny>>,
    facts: Option<&Bound<'py, PyAny>>,
    on_error: &str,
    steps: Option<u64>,
    threads: Option<usize>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Vec<Row>> {
    let py = engine.py();
    let engine = engine.get();
    let plan = engine.plan();
    let rules = plan.rules();
    let mut findings: Vec<Vec<Finding>> = rules.iter().map(|rule| alone::check(rule)).collect();
    pairs::check(rules, &mut findings);
    if let Some(receipts) = receipts {
        let settings = Settings {
            plan: &plan,
            facts: engine.facts_or_own(facts)?,
            collect: collected(on_error)?,
            options: EvaluateOptions { explain: true, steps },
        };
        let threads = counted(threads)?;
        let progress = Progress::new(progress, receipts)?;
        let receipts = reader(receipts, "receipts")?;
        let items = items.map(|items| reader(items, "items")).transpose()?;
        let tally = py.detach(|| {
            let mut stream = Stream::new(receipts, items)?;
            let mut tallies: Vec<_> = std::iter::repeat_with(|| Tally::new(&settings)).take(threads).collect();
            fold(&mut stream, &mut tallies, |_| Ok(()), progress.as_ref())?;
            Ok(tallies.into_iter().reduce(Tally::merge))
        });
        if let Some(tally) = tally.map_err(|fault: crate::arrow::fault::Fault| fault.into_error(py))? {
            tally.check(rules, &mut findings);
        }
    }
    Ok(rows(rules, findings, &engine.places()))
}

/// Findings in the order in which the rules were given.
fn rows(rules: &[Arc<Rule>], findings: Vec<Vec<Finding>>, places: &Places) -> Vec<Row> {
    let mut all: Vec<_> = rules.iter().zip(findings).map(|(rule, findings)| (places.of(&rule.id), rule, findings)).collect();
    all.sort_by_key(|(place, _, _)| *place);
    let row = |place: usize, rule: &Rule, finding: Finding| {
        let other = finding.other.and_then(|at| rules.get(at)).map(|rule| rule.id.to_string());
        let pointer = format!("{}/{place}{}", places.before, finding.place);
        (rule.id.to_string(), finding.code, finding.level.as_str(), pointer, finding.message, other)
    };
    all.into_iter()
        .flat_map(|(place, rule, findings)| findings.into_iter().map(move |finding| row(place, rule, finding)))
        .collect()
}

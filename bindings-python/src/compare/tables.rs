//! The sums as tables.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::estimate::{Population, Sum};
use super::sides::Sides;
use super::tally::{DETAILS, Rows, Settings, Summary, Tally};
use crate::arrow::ArrowTable;
use crate::arrow::fault::Fault;
use crate::arrow::stream::Stream;

/// One row of the summary. Bounds are those of the difference.
type Metric = (&'static str, Option<i64>, Option<i64>, i64, Option<i64>, Option<i64>);

/// Everything that a comparison holds.
pub(crate) struct Tables {
    rows: u64,
    seen: u64,
    refused: u64,
    metrics: Vec<Metric>,
    tables: Vec<(&'static str, RecordBatch)>,
    /// Rows that were kept, batch by batch.
    kept: Vec<(&'static str, SchemaRef, Vec<RecordBatch>)>,
}

impl Tables {
    /// # Errors
    /// Texts of more than 2 GiB in one table.
    pub(crate) fn new(
        tally: Tally<'_>,
        sides: &Sides,
        settings: &Settings,
        stream: &Stream,
        rows: u64,
        z: u64,
    ) -> Result<Self, Fault> {
        let population = Population { all: rows, seen: tally.seen, z };
        // A sample of everything is none.
        let population = if settings.sample.is_none() { Population { seen: rows, ..population } } else { population };
        let (seen, refused) = (tally.seen, tally.refused);
        let metrics = metrics(&tally.summary, population, tally.costed);
        let made = || -> Result<_, ArrowError> {
            let tables = vec![
                ("summary", summary(&metrics)?),
                ("rules", rule_table(&tally, sides, population)?),
                ("groups", group_table(tally.groups.sorted(), tally.costed, population)?),
                ("displaced", displaced(&tally.rules, sides, population)?),
                ("customers", customers(tally.customers)?),
            ];
            let mut kept = Vec::new();
            if settings.details {
                kept.push(kept_rows("receipts", tally.details, stream, &DETAILS, false)?);
            }
            if settings.collect {
                kept.push(kept_rows("rejected", tally.rejected, stream, &["row"], true)?);
            }
            Ok((tables, kept))
        };
        let (tables, kept) = made().map_err(Fault::Source)?;
        Ok(Self { rows, seen, refused, metrics, tables, kept })
    }

    pub(crate) fn fill(self, dict: &Bound<'_, PyDict>) -> PyResult<()> {
        dict.set_item("rows", self.rows)?;
        dict.set_item("seen", self.seen)?;
        dict.set_item("refused", self.refused)?;
        dict.set_item("metrics", self.metrics)?;
        for (name, batch) in self.tables {
            dict.set_item(name, Py::new(dict.py(), ArrowTable::new(batch.schema(), vec![batch]))?)?;
        }
        for (name, schema, batches) in self.kept {
            dict.set_item(name, Py::new(dict.py(), ArrowTable::new(schema, batches))?)?;
        }
        Ok(())
    }
}

fn bounds(population: Population, sum: Sum) -> (i64, Option<i64>, Option<i64>) {
    let total = population.scaled(sum.total);
    let margin = population.margin(sum);
    (total, margin.map(|margin| total.saturating_sub(margin)), margin.map(|margin| total.saturating_add(margin)))
}

fn metrics(summary: &Summary, population: Population, costed: bool) -> Vec<Metric> {
    let scaled = |sum: Sum| population.scaled(sum.total);
    let both = |name, [a, b]: [Sum; 2], difference: Sum| -> Metric {
        let (a, b) = (scaled(a), scaled(b));
        let (_, low, high) = bounds(population, difference);
        // The difference shown is that of the numbers shown.
        let more = b.saturating_sub(a);
        let shift = more.saturating_sub(scaled(difference));
        (name, Some(a), Some(b), more, low.map(|low| low.saturating_add(shift)), high.map(|high| high.saturating_add(shift)))
    };
    let alone = |name, sum: Sum| -> Metric {
        let (total, low, high) = bounds(population, sum);
        (name, None, None, total, low, high)
    };
    let gross = scaled(summary.gross);
    let mut metrics = vec![
        ("gross", Some(gross), Some(gross), 0, Some(0), Some(0)),
        both("discount", summary.discount, summary.discount_difference),
        both("net", summary.net, summary.discount_difference.negated()),
        both("bonus", summary.bonus, summary.bonus_difference),
        both("receipts_touched", summary.touched, summary.touched_difference),
        both("receipts_unproven", summary.unproven, summary.unproven_difference),
        alone("receipts_changed", summary.changed),
        alone("winners", summary.winners),
        alone("won", summary.won),
        alone("losers", summary.losers),
        alone("lost", summary.lost),
    ];
    if costed {
        metrics.push(both("margin", summary.margin, summary.margin_difference));
        metrics.push(both("lines_below_cost", summary.below_cost, summary.below_cost_difference));
    }
    metrics
}

/// Columns under construction.
#[derive(Default)]
struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn text<'t>(&mut self, name: &str, values: impl Iterator<Item = Option<&'t str>>) {
        self.push(name, Arc::new(StringArray::from_iter(values)));
    }

    fn whole(&mut self, name: &str, values: impl Iterator<Item = i64>) {
        self.push(name, Arc::new(Int64Array::from_iter_values(values)));
    }

    fn maybe(&mut self, name: &str, values: impl Iterator<Item = Option<i64>>) {
        self.push(name, Arc::new(Int64Array::from_iter(values)));
    }

    fn push(&mut self, name: &str, array: ArrayRef) {
        self.fields.push(Field::new(name, array.data_type().clone(), true));
        self.arrays.push(array);
    }

    /// `difference`, `difference_low`, `difference_high`.
    fn difference(&mut self, population: Population, sums: impl Iterator<Item = Sum> + Clone) {
        let bounds = sums.map(|sum| bounds(population, sum));
        self.whole("difference", bounds.clone().map(|(total, _, _)| total));
        self.maybe("difference_low", bounds.clone().map(|(_, low, _)| low));
        self.maybe("difference_high", bounds.map(|(_, _, high)| high));
    }

    fn finish(self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
    }
}

fn summary(metrics: &[Metric]) -> Result<RecordBatch, ArrowError> {
    let mut columns = Columns::default();
    columns.text("metric", metrics.iter().map(|metric| Some(metric.0)));
    columns.maybe("a", metrics.iter().map(|metric| metric.1));
    columns.maybe("b", metrics.iter().map(|metric| metric.2));
    columns.whole("difference", metrics.iter().map(|metric| metric.3));
    columns.maybe("difference_low", metrics.iter().map(|metric| metric.4));
    columns.maybe("difference_high", metrics.iter().map(|metric| metric.5));
    columns.finish()
}

fn first<T: Copy + Default>(pair: [T; 2]) -> T {
    let [first, _] = pair;
    first
}

fn second<T: Copy + Default>(pair: [T; 2]) -> T {
    let [_, second] = pair;
    second
}

fn rule_table(tally: &Tally<'_>, sides: &Sides, population: Population) -> Result<RecordBatch, ArrowError> {
    let sums = tally.rules.rules.iter();
    let mut columns = Columns::default();
    columns.text("rule_id", sides.rules.iter().map(|rule| Some(&*rule.id)));
    columns.text("state", sides.rules.iter().map(|rule| Some(rule.state.as_str())));
    let scaled = |total| population.scaled(total);
    columns.whole("receipts_a", sums.clone().map(|rule| scaled(first(rule.receipts).into())));
    columns.whole("receipts_b", sums.clone().map(|rule| scaled(second(rule.receipts).into())));
    columns.whole("amount_a", sums.clone().map(|rule| scaled(first(rule.amount))));
    columns.whole("amount_b", sums.clone().map(|rule| scaled(second(rule.amount))));
    columns.difference(population, sums.clone().map(|rule| rule.difference));
    columns.whole("bonus_a", sums.clone().map(|rule| scaled(first(rule.bonus))));
    columns.whole("bonus_b", sums.map(|rule| scaled(second(rule.bonus))));
    let mut lost = vec![0i128; sides.rules.len()];
    for ((victim, _), displaced) in &tally.rules.displaced {
        if let Some(sum) = lost.get_mut(*victim as usize) {
            *sum += displaced.amount.total + displaced.bonus;
        }
    }
    columns.whole("displaced", lost.into_iter().map(scaled));
    columns.finish()
}

fn group_table(
    groups: Vec<(Option<Box<str>>, super::groups::Group)>,
    costed: bool,
    population: Population,
) -> Result<RecordBatch, ArrowError> {
    let scaled = |total| population.scaled(total);
    let sums = groups.iter().map(|(_, group)| group);
    let mut columns = Columns::default();
    columns.text("group_id", groups.iter().map(|(name, _)| name.as_deref()));
    columns.whole("lines", sums.clone().map(|group| scaled(group.lines.into())));
    columns.whole("gross", sums.clone().map(|group| scaled(group.gross)));
    columns.whole("discount_a", sums.clone().map(|group| scaled(first(group.discount))));
    columns.whole("discount_b", sums.clone().map(|group| scaled(second(group.discount))));
    columns.difference(population, sums.clone().map(|group| group.difference));
    columns.whole("bonus_a", sums.clone().map(|group| scaled(first(group.bonus))));
    columns.whole("bonus_b", sums.clone().map(|group| scaled(second(group.bonus))));
    if costed {
        columns.whole("margin_a", sums.clone().map(|group| scaled(first(group.margin))));
        columns.whole("margin_b", sums.map(|group| scaled(second(group.margin))));
    }
    columns.finish()
}

fn displaced(tally: &super::rules::RuleTally, sides: &Sides, population: Population) -> Result<RecordBatch, ArrowError> {
    let name = |number: u32| sides.rules.get(number as usize).map(|rule| &*rule.id);
    let pairs = &tally.displaced;
    let mut columns = Columns::default();
    columns.text("rule_id", pairs.keys().map(|(victim, _)| name(*victim)));
    columns.text("by", pairs.keys().map(|(_, by)| name(*by)));
    columns.whole("receipts", pairs.values().map(|pair| population.scaled(pair.receipts.into())));
    let bounds = pairs.values().map(|pair| bounds(population, pair.amount));
    columns.whole("amount", bounds.clone().map(|(total, _, _)| total));
    columns.maybe("amount_low", bounds.clone().map(|(_, low, _)| low));
    columns.maybe("amount_high", bounds.map(|(_, _, high)| high));
    columns.whole("bonus", pairs.values().map(|pair| population.scaled(pair.bonus)));
    columns.finish()
}

/// Customers by id, as they were seen: one customer's receipts cannot be scaled up.
fn customers(customers: rustc_hash::FxHashMap<Box<str>, super::tally::Customer>) -> Result<RecordBatch, ArrowError> {
    let mut customers: Vec<_> = customers.into_iter().collect();
    customers.sort_by(|(a, _), (b, _)| a.cmp(b));
    let sums = customers.iter().map(|(_, customer)| customer);
    let whole = |total: i128| i64::try_from(total).unwrap_or(i64::MAX);
    let mut columns = Columns::default();
    columns.text("customer_id", customers.iter().map(|(id, _)| Some(&**id)));
    columns.whole("receipts", sums.clone().map(|customer| whole(customer.receipts.into())));
    columns.whole("gross", sums.clone().map(|customer| whole(customer.gross)));
    columns.whole("discount_a", sums.clone().map(|customer| whole(first(customer.discount))));
    columns.whole("discount_b", sums.clone().map(|customer| whole(second(customer.discount))));
    columns.whole("difference", sums.clone().map(|customer| whole(second(customer.discount) - first(customer.discount))));
    columns.whole("bonus_a", sums.clone().map(|customer| whole(first(customer.bonus))));
    columns.whole("bonus_b", sums.map(|customer| whole(second(customer.bonus))));
    columns.finish()
}

/// Rows that were kept, in order.
fn kept_rows(
    name: &'static str,
    mut rows: Vec<Rows>,
    stream: &Stream,
    numbers: &[&str],
    with_error: bool,
) -> Result<(&'static str, SchemaRef, Vec<RecordBatch>), ArrowError> {
    rows.sort_by_key(|rows| rows.first);
    let mut fields: Vec<Field> = numbers.iter().map(|name| Field::new(*name, DataType::Int64, false)).collect();
    if let Some(kind) = &stream.receipt_id {
        fields.insert(1, Field::new("receipt_id", kind.clone(), true));
    }
    if with_error {
        fields.push(Field::new("error", DataType::Utf8, false));
    }
    let schema = Arc::new(Schema::new(fields));
    let batches = rows.into_iter().map(|rows| {
        let mut arrays: Vec<ArrayRef> =
            rows.numbers.into_iter().map(|column| Arc::new(Int64Array::from(column)) as ArrayRef).collect();
        if let Some(ids) = rows.receipt_id {
            arrays.insert(1, ids);
        }
        if with_error {
            arrays.push(Arc::new(StringArray::from(rows.texts)));
        }
        RecordBatch::try_new(Arc::clone(&schema), arrays)
    });
    let batches = batches.collect::<Result<_, _>>()?;
    Ok((name, schema, batches))
}

//! The tables that come out: per receipt, per line, per rule.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Int64Array, ListArray, RecordBatch, StringArray, StructArray, UInt32Array, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use arrow_select::take::take;
use rabatt_engine::{Facts, Outcome, Plan, Problem, Receipt};

use super::fault::described;
use super::receipts::Receipts;

/// One batch of each table that was asked for.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) receipts: Option<RecordBatch>,
    pub(crate) lines: Option<RecordBatch>,
    pub(crate) rules: Option<RecordBatch>,
}

/// Which tables are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) receipts: bool,
    pub(crate) lines: bool,
    pub(crate) rules: bool,
}

/// The columns that come out, known before the first row.
#[derive(Debug)]
pub(crate) struct Schemas {
    pub(crate) receipts: SchemaRef,
    pub(crate) lines: SchemaRef,
    pub(crate) rules: SchemaRef,
}

fn whole(name: &str) -> FieldRef {
    Arc::new(Field::new(name, DataType::Int64, false))
}

fn text(name: &str, nullable: bool) -> FieldRef {
    Arc::new(Field::new(name, DataType::Utf8, nullable))
}

/// The lines of a rule: what it gave on each.
fn line_fields() -> Fields {
    Fields::from(vec![whole("line_id"), whole("amount"), whole("bonus")])
}

impl Schemas {
    /// `receipt_id` and the lines' `id` come out as they are when they come in.
    pub(crate) fn new(receipt_id: Option<&DataType>, line_id: Option<&DataType>, collect: bool) -> Self {
        let echo = |name: &str, kind: Option<&DataType>| kind.map(|kind| Arc::new(Field::new(name, kind.clone(), true)));
        let start = || std::iter::once(whole("row")).chain(echo("receipt_id", receipt_id));
        let amount = |name: &str| Arc::new(Field::new(name, DataType::Int64, collect));
        let mut receipts: Vec<FieldRef> = start().collect();
        receipts.extend(["gross", "existing_discount", "discount", "net", "bonus"].map(amount));
        receipts.push(Arc::new(Field::new("optimal", DataType::Boolean, collect)));
        receipts.push(amount("gap"));
        receipts.extend(collect.then(|| text("error", true)));
        let lines = start().chain([whole("line_id")]).chain(echo("id", line_id)).chain([whole("discount"), whole("bonus")]);
        let mut rules: Vec<FieldRef> =
            start().chain([text("rule_id", false), text("ref_id", false), text("stage", false)]).collect();
        rules.extend(["amount", "bonus", "stamp", "usage"].map(whole));
        let entry = Field::new("item", DataType::Struct(line_fields()), false);
        rules.push(Arc::new(Field::new("lines", DataType::List(Arc::new(entry)), false)));
        let schema = |fields: Vec<FieldRef>| Arc::new(Schema::new(fields));
        Self { receipts: schema(receipts), lines: schema(lines.collect()), rules: schema(rules) }
    }
}

/// What some rows of a batch gave.
#[derive(Debug)]
pub(crate) struct Output {
    wanted: Wanted,
    receipts: PerReceipt,
    lines: PerLine,
    rules: PerRule,
    /// What the lines of a receipt are called.
    names: Vec<i64>,
}

#[derive(Debug, Default)]
struct PerReceipt {
    /// `Totals` in the order of the columns.
    amounts: [Vec<i64>; 5],
    optimal: Vec<bool>,
    gap: Vec<i64>,
    errors: Vec<Option<String>>,
}

#[derive(Debug, Default)]
struct PerLine {
    /// Which row of the batch.
    rows: Vec<u32>,
    /// Where in the column `id` of the lines.
    places: Vec<u64>,
    line_id: Vec<i64>,
    discount: Vec<i64>,
    bonus: Vec<i64>,
}

#[derive(Debug, Default)]
struct PerRule {
    rows: Vec<u32>,
    rule: Vec<u32>,
    reference: Vec<Option<u32>>,
    stage: Vec<&'static str>,
    /// `amount`, `bonus`, `stamp`, `usage`.
    numbers: [Vec<i64>; 4],
    lengths: Vec<usize>,
    /// `line_id`, `amount`, `bonus` of their lines.
    lines: [Vec<i64>; 3],
}

/// What the rows of a batch have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'f> {
    pub(crate) schemas: &'f Schemas,
    pub(crate) plan: &'f Plan,
    pub(crate) facts: Option<&'f Facts<'f>>,
    pub(crate) receipts: &'f Receipts,
    /// Rows in the batches before this one.
    pub(crate) before: u64,
    /// Rows with an error are kept.
    pub(crate) collect: bool,
}

impl Output {
    pub(crate) fn new(wanted: Wanted) -> Self {
        Self { wanted, receipts: PerReceipt::default(), lines: PerLine::default(), rules: PerRule::default(), names: Vec::new() }
    }

    /// Adds what a receipt got.
    pub(crate) fn evaluated(&mut self, frame: &Frame<'_>, row: usize, receipt: &Receipt<'_>, outcome: &Outcome) {
        let mut names = std::mem::take(&mut self.names);
        names.clear();
        if self.wanted.lines || self.wanted.rules {
            names.extend((1i64..).zip(&receipt.items).map(|(position, item)| item.line_id.unwrap_or(position)));
        }
        self.add(frame, row, &names, outcome);
        self.names = names;
    }

    /// Adds what a receipt got whose lines are called so (§16.4).
    pub(crate) fn add(&mut self, frame: &Frame<'_>, row: usize, names: &[i64], outcome: &Outcome) {
        if self.wanted.receipts {
            let totals = outcome.totals;
            let amounts = [totals.gross, totals.existing_discount, totals.discount, totals.net, totals.bonus];
            self.receipts.push(amounts, outcome.optimal, outcome.gap, None);
        }
        let row_number = u32::try_from(row).unwrap_or(u32::MAX);
        if self.wanted.lines {
            self.lines.add(row_number, names, outcome);
            frame.receipts.line_places(row, &mut self.lines.places);
        }
        if self.wanted.rules {
            self.rules.add(row_number, names, outcome);
        }
    }

    /// Adds a receipt that could not be evaluated.
    pub(crate) fn refuse(&mut self, problem: &Problem) {
        if self.wanted.receipts {
            let text = described(problem);
            self.receipts.push([0; 5], false, 0, Some(text.trim_start_matches([',', ':', ' ']).to_owned()));
        }
    }

    /// The tables.
    ///
    /// # Errors
    /// Texts of more than 2 GiB in one batch.
    pub(crate) fn finish(self, frame: &Frame<'_>, rows: std::ops::Range<usize>) -> Result<Part, ArrowError> {
        let Self { wanted, receipts, lines, rules, names: _ } = self;
        Ok(Part {
            receipts: wanted.receipts.then(|| receipts.finish(frame, rows)).transpose()?,
            lines: wanted.lines.then(|| lines.finish(frame)).transpose()?,
            rules: wanted.rules.then(|| rules.finish(frame)).transpose()?,
        })
    }
}

fn wholes(values: Vec<i64>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}

/// `row` and `receipt_id` of these rows.
fn start(frame: &Frame<'_>, rows: Vec<u32>) -> Result<Vec<ArrayRef>, ArrowError> {
    let before = i64::try_from(frame.before).unwrap_or(i64::MAX);
    let mut columns = vec![wholes(rows.iter().map(|row| before + i64::from(*row)).collect())];
    if let Some(receipt_id) = &frame.receipts.receipt_id {
        columns.push(take(receipt_id, &UInt32Array::from(rows), None)?);
    }
    Ok(columns)
}

impl PerReceipt {
    fn push(&mut self, amounts: [i64; 5], optimal: bool, gap: i64, error: Option<String>) {
        for (column, amount) in self.amounts.iter_mut().zip(amounts) {
            column.push(amount);
        }
        self.optimal.push(optimal);
        self.gap.push(gap);
        self.errors.push(error);
    }

    fn finish(self, frame: &Frame<'_>, rows: std::ops::Range<usize>) -> Result<RecordBatch, ArrowError> {
        let nulls = frame.collect.then(|| NullBuffer::from_iter(self.errors.iter().map(Option::is_none)));
        let before = i64::try_from(frame.before).unwrap_or(i64::MAX);
        let number = |row: usize| before + i64::try_from(row).unwrap_or(0);
        let mut columns = vec![wholes(rows.clone().map(number).collect())];
        columns.extend(frame.receipts.receipt_id.as_ref().map(|ids| ids.slice(rows.start, rows.len())));
        let amount = |values: Vec<i64>| -> ArrayRef { Arc::new(Int64Array::new(values.into(), nulls.clone())) };
        columns.extend(self.amounts.map(amount));
        columns.push(Arc::new(BooleanArray::new(self.optimal.into(), nulls.clone())));
        columns.push(amount(self.gap));
        if frame.collect {
            columns.push(Arc::new(StringArray::from_iter(self.errors)));
        }
        RecordBatch::try_new(Arc::clone(&frame.schemas.receipts), columns)
    }
}

impl PerLine {
    fn add(&mut self, row: u32, names: &[i64], outcome: &Outcome) {
        let first = self.line_id.len();
        self.line_id.extend(names);
        self.rows.resize(self.line_id.len(), row);
        self.discount.resize(self.line_id.len(), 0);
        self.bonus.resize(self.line_id.len(), 0);
        // The engine has added them up to the totals already, without overflow.
        for reward in &outcome.rewards {
            let at = first + reward.item as usize;
            if let (Some(discount), Some(bonus)) = (self.discount.get_mut(at), self.bonus.get_mut(at)) {
                *discount = discount.saturating_add(reward.amount);
                *bonus = bonus.saturating_add(reward.bonus);
            }
        }
    }

    fn finish(self, frame: &Frame<'_>) -> Result<RecordBatch, ArrowError> {
        let mut columns = start(frame, self.rows)?;
        columns.push(wholes(self.line_id));
        if let Some(ids) = frame.receipts.line_column("id") {
            columns.push(chosen(ids, self.places)?);
        }
        columns.extend([wholes(self.discount), wholes(self.bonus)]);
        RecordBatch::try_new(Arc::clone(&frame.schemas.lines), columns)
    }
}

/// Cells of a column: a slice of it where they stand side by side.
fn chosen(column: &ArrayRef, places: Vec<u64>) -> Result<ArrayRef, ArrowError> {
    let first = places.first().copied().unwrap_or(0);
    if places.iter().zip(first..).all(|(place, next)| *place == next) {
        return Ok(column.slice(first as usize, places.len()));
    }
    take(column, &UInt64Array::from(places), None)
}

impl PerRule {
    fn add(&mut self, row: u32, names: &[i64], outcome: &Outcome) {
        for applied in &outcome.applied {
            self.rows.push(row);
            self.rule.push(applied.rule);
            self.reference.push(applied.reference);
            self.stage.push(applied.stage.as_str());
            for (column, number) in self.numbers.iter_mut().zip([applied.amount, applied.bonus, applied.stamp, applied.usage]) {
                column.push(number);
            }
            let lines = outcome.lines.get(applied.lines.clone()).unwrap_or_default();
            self.lengths.push(lines.len());
            for line in lines {
                let name = names.get(line.item as usize).copied().unwrap_or_default();
                let entry = [name, line.amount, line.bonus];
                for (column, number) in self.lines.iter_mut().zip(entry) {
                    column.push(number);
                }
            }
        }
    }

    fn finish(self, frame: &Frame<'_>) -> Result<RecordBatch, ArrowError> {
        let rule_id = |at: &u32| frame.plan.rules().get(*at as usize).map_or("", |rule| &*rule.id);
        let refs = frame.facts.and_then(|facts| facts.refs.as_deref()).unwrap_or_default();
        // Without facts the one ref of a rule is called as the rule (§1.3).
        let ref_id = |(reference, rule): (&Option<u32>, &u32)| match reference.and_then(|at| refs.get(at as usize)) {
            Some(held) => held.id.clone().into_owned(),
            None => rule_id(rule).to_owned(),
        };
        let mut columns = start(frame, self.rows)?;
        columns.push(Arc::new(StringArray::from_iter_values(self.rule.iter().map(rule_id))));
        columns.push(Arc::new(StringArray::from_iter_values(self.reference.iter().zip(&self.rule).map(ref_id))));
        columns.push(Arc::new(StringArray::from_iter_values(self.stage)));
        columns.extend(self.numbers.map(wholes));
        let entries = StructArray::try_new(line_fields(), self.lines.map(wholes).into(), None)?;
        let entry = Arc::new(Field::new("item", DataType::Struct(line_fields()), false));
        columns.push(Arc::new(ListArray::try_new(entry, OffsetBuffer::from_lengths(self.lengths), Arc::new(entries), None)?));
        RecordBatch::try_new(Arc::clone(&frame.schemas.rules), columns)
    }
}

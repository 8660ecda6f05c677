//! Lines in a table of their own, found by `receipt_id`.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::DataType;
use arrow_select::concat::concat_batches;
use rabatt_engine::{Code, Problem};
use rustc_hash::{FxHashMap, FxHashSet};

use super::columns::{Numbers, Texts};
use super::fault::{column, wrong_type};
use super::lines::LineColumns;

/// A table of lines, kept in memory, with an index by receipt.
#[derive(Debug)]
pub(crate) struct LineTable {
    pub(crate) columns: LineColumns,
    /// Its columns as they came in.
    pub(crate) lines: StructArray,
    /// Numbers of receipts, from 0.
    receipts: FxHashMap<Key, u32>,
    /// Where in `rows` the lines of a receipt begin, and after the last one its end.
    starts: Vec<u64>,
    /// Rows of the table, receipt by receipt, in their order.
    rows: Vec<u64>,
}

/// What a receipt is called.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Whole(i64),
    Text(Box<str>),
}

/// For each row of a batch of receipts: its number among those that have lines.
#[derive(Debug)]
pub(crate) struct Joined(Vec<Result<Option<u32>, Code>>);

impl LineTable {
    /// Reads a whole table.
    ///
    /// # Errors
    /// Its columns.
    pub(crate) fn new(batches: &[RecordBatch], schema: &arrow_schema::SchemaRef) -> Result<Self, Vec<Problem>> {
        let table = concat_batches(schema, batches)
            .map_err(|error| vec![column("items", Code::OutOfRange, format!("the lines are too many for one table: {error}"))])?;
        let names = keys(&table, "items.")?;
        let (mut receipts, mut numbers) = (FxHashMap::default(), Vec::with_capacity(table.num_rows()));
        let mut counts: Vec<u64> = Vec::new();
        for name in names {
            // A line without `receipt_id` is of no receipt.
            let Some(name) = name else {
                numbers.push(u32::MAX);
                continue;
            };
            let next = u32::try_from(receipts.len()).unwrap_or(u32::MAX);
            let number = *receipts.entry(name).or_insert(next);
            if number as usize == counts.len() {
                counts.push(0);
            }
            if let Some(count) = counts.get_mut(number as usize) {
                *count += 1;
            }
            numbers.push(number);
        }
        let mut starts = Vec::with_capacity(counts.len() + 1);
        let mut end = 0;
        for count in &counts {
            starts.push(end);
            end += count;
        }
        starts.push(end);
        let mut next = starts.clone();
        let mut rows = vec![0; usize::try_from(end).unwrap_or(0)];
        for (row, number) in (0u64..).zip(numbers) {
            if let Some(place) = next.get_mut(number as usize).filter(|_| number != u32::MAX) {
                if let Some(to) = rows.get_mut(*place as usize) {
                    *to = row;
                }
                *place += 1;
            }
        }
        let lines = StructArray::from(table);
        let columns = LineColumns::new("items.", &lines)?;
        Ok(Self { columns, lines, receipts, starts, rows })
    }

    /// Rows of the lines of a receipt.
    pub(crate) fn lines(&self, receipts: &Joined, row: usize) -> Result<&[u64], Problem> {
        let number = match receipts.0.get(row) {
            Some(Ok(Some(number))) => *number as usize,
            Some(Ok(None)) | None => return Ok(&[]),
            Some(Err(Code::DuplicateId)) => {
                let message = "another row has this `receipt_id` already, and lines are joined by it";
                return Err(Problem::new(Code::DuplicateId, "/receipt_id", message));
            }
            Some(Err(code)) => {
                return Err(Problem::new(*code, "/receipt_id", "a receipt needs `receipt_id`: its lines are joined by it"));
            }
        };
        let place = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        Ok(self.rows.get(place(number)..place(number + 1)).unwrap_or_default())
    }
}

/// A table of lines that receipts are joined with, batch by batch.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) table: Arc<LineTable>,
    /// The receipts that had their lines already: no line is counted for two.
    taken: FxHashSet<u32>,
}

impl Join {
    pub(crate) fn new(table: LineTable) -> Self {
        Self { table: Arc::new(table), taken: FxHashSet::default() }
    }

    /// Finds the receipts of a batch.
    pub(crate) fn find(&mut self, batch: &RecordBatch) -> Result<Joined, Vec<Problem>> {
        let found = keys(batch, "")?.into_iter().map(|name| match name.map(|name| self.table.receipts.get(&name)) {
            None => Err(Code::MissingMember),
            Some(None) => Ok(None),
            Some(Some(number)) if self.taken.insert(*number) => Ok(Some(*number)),
            Some(Some(_)) => Err(Code::DuplicateId),
        });
        Ok(Joined(found.collect()))
    }
}

/// `receipt_id` of every row.
fn keys(table: &RecordBatch, prefix: &str) -> Result<Vec<Option<Key>>, Vec<Problem>> {
    let name = format!("{prefix}receipt_id");
    let Some(array) = table.column_by_name("receipt_id") else {
        let message = format!("column `{name}` is missing: receipts and lines are joined by it");
        return Err(vec![column(&name, Code::MissingMember, message)]);
    };
    let of = |array: &ArrayRef| -> Result<Vec<Option<Key>>, Problem> {
        let text = match array.data_type() {
            DataType::Dictionary(_, values) => !values.is_integer(),
            kind => !kind.is_integer(),
        };
        if text {
            let texts =
                Texts::new(&name, array).map_err(|_| wrong_type(&name, array.data_type(), "text or integer belongs there"))?;
            return Ok((0..array.len()).map(|at| texts.as_ref()?.get(at).map(|text| Key::Text(text.into()))).collect());
        }
        let numbers = Numbers::whole_only(&name, array)?;
        (0..array.len()).map(|at| numbers.as_ref().map_or(Ok(None), |n| n.whole(at)).map(|key| key.map(Key::Whole))).collect()
    };
    of(array).map_err(|problem| vec![problem])
}

//! A batch of receipts: its columns, and one row of them as a `Receipt`.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::DataType;
use rabatt_engine::{Code, Instant, Item, Problem, Receipt, Value, normalise_code};

use super::columns::{Instants, Lists, Texts};
use super::fault::{column, wrong_type};
use super::join::{Join, Joined, LineTable};
use super::lines::{self, LineColumns};
use super::values::{Values, below};

/// The columns of one batch of receipts.
#[derive(Debug)]
pub(crate) struct Receipts {
    pub(crate) rows: usize,
    /// `receipt_id`, to be given back as it is.
    pub(crate) receipt_id: Option<ArrayRef>,
    /// `customer_id`, for those who group by it; rules do not look at it.
    pub(crate) customer_id: Option<ArrayRef>,
    purchase_at: Option<Instants>,
    currency: Option<Texts>,
    store: Option<Values>,
    customer: Option<Values>,
    discount_code: Option<Codes>,
    lines: Lines,
}

#[derive(Debug)]
enum Codes {
    One(Texts),
    Several(Lists, Option<Texts>),
}

/// Where the lines of a receipt are.
#[derive(Debug)]
enum Lines {
    /// In the list `items` of its row.
    Nested { lists: Lists, columns: Box<LineColumns>, lines: StructArray },
    /// In a table of their own.
    Joined { table: Arc<LineTable>, receipts: Joined },
    /// `items` is all null.
    Absent,
}

impl Receipts {
    /// Finds the columns of a batch.
    ///
    /// # Errors
    /// Every column that is missing or of a type that cannot be right.
    pub(crate) fn new(batch: &RecordBatch, join: Option<&mut Join>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let purchase_at = batch.column_by_name("purchase_at");
        if purchase_at.is_none() {
            let message = "column `purchase_at` is missing: rules are judged at that instant (timestamp with time zone, or text)";
            problems.push(column("purchase_at", Code::MissingMember, message));
        }
        let lines = match join {
            Some(join) => join.find(batch).map(|receipts| Lines::Joined { table: Arc::clone(&join.table), receipts }),
            None => nested(batch),
        };
        let lines = lines.unwrap_or_else(|more| {
            problems.extend(more);
            Lines::Absent
        });
        let receipts = Self {
            rows: batch.num_rows(),
            receipt_id: batch.column_by_name("receipt_id").cloned(),
            customer_id: batch.column_by_name("customer_id").cloned(),
            purchase_at: read(batch, "purchase_at", &mut problems, Instants::new),
            currency: read(batch, "currency", &mut problems, Texts::new),
            store: read(batch, "store", &mut problems, |name, array| Values::object(name, array).map(Some)),
            customer: read(batch, "customer", &mut problems, |name, array| Values::object(name, array).map(Some)),
            discount_code: read(batch, "discount_code", &mut problems, codes),
            lines,
        };
        if problems.is_empty() { Ok(receipts) } else { Err(problems) }
    }

    /// An empty receipt to fill in.
    pub(crate) fn empty<'b>() -> Receipt<'b> {
        Receipt {
            purchase_at: Instant::EPOCH,
            currency: None,
            store: Value::Absent,
            customer: Value::Absent,
            discount_codes: Vec::new(),
            items: Vec::new(),
        }
    }

    /// When a purchase was.
    ///
    /// # Errors
    /// A cell that cannot be read, or is not there.
    pub(crate) fn purchase_at(&self, row: usize) -> Result<Instant, Problem> {
        let at = self.purchase_at.as_ref().map_or(Ok(None), |instants| instants.get(row));
        let missing = || {
            Problem::new(Code::MissingMember, "/purchase_at", "a receipt needs `purchase_at`: rules are judged at that instant")
        };
        at.map_err(|problem| below(problem, "purchase_at"))?.ok_or_else(missing)
    }

    /// The currency of a row, when it says one.
    pub(crate) fn currency(&self, row: usize) -> Option<&str> {
        self.currency.as_ref()?.get(row)
    }

    /// What the lines of a row are called (§16.4); those of a row that can be filled in.
    pub(crate) fn line_names(&self, row: usize, names: &mut Vec<i64>) {
        names.clear();
        match &self.lines {
            Lines::Nested { lists, columns, lines } => {
                let named = |(position, at)| if lines.is_null(at) { position } else { columns.name(at, position) };
                names.extend((1i64..).zip(lists.range(row)).map(named));
            }
            Lines::Joined { table, receipts } => {
                let lines = table.lines(receipts, row).unwrap_or_default();
                names.extend((1i64..).zip(lines).map(|(position, at)| table.columns.name(*at as usize, position)));
            }
            Lines::Absent => {}
        }
    }

    /// Fills in the receipt of a row, with the memory of the one before. `spare` holds lines that
    /// a longer receipt needed.
    ///
    /// # Errors
    /// The first cell that cannot be read; its pointer goes into the receipt.
    pub(crate) fn fill<'b>(&'b self, row: usize, receipt: &mut Receipt<'b>, spare: &mut Vec<Item<'b>>) -> Result<(), Problem> {
        receipt.purchase_at = self.purchase_at(row)?;
        receipt.currency = self.currency(row).map(Cow::Borrowed);
        receipt.store = value(self.store.as_ref(), row).map_err(|problem| below(problem, "store"))?;
        receipt.customer = value(self.customer.as_ref(), row).map_err(|problem| below(problem, "customer"))?;
        receipt.discount_codes.clear();
        match &self.discount_code {
            Some(Codes::One(texts)) => receipt.discount_codes.extend(texts.get(row).map(code)),
            Some(Codes::Several(lists, Some(texts))) => {
                receipt.discount_codes.extend(lists.range(row).filter_map(|at| texts.get(at)).map(code));
            }
            Some(Codes::Several(_, None)) | None => {}
        }
        let mut filled = 0;
        let mut fill = |columns: &'b LineColumns, at: usize, null: bool| -> Result<(), Problem> {
            if receipt.items.len() == filled {
                receipt.items.push(spare.pop().unwrap_or_default());
            }
            if let Some(item) = receipt.items.get_mut(filled) {
                if null {
                    lines::clear(item);
                } else {
                    columns.fill(at, item).map_err(|problem| below(below(problem, &filled.to_string()), "items"))?;
                }
            }
            filled += 1;
            Ok(())
        };
        match &self.lines {
            Lines::Nested { lists, columns, lines } => {
                for at in lists.range(row) {
                    fill(columns, at, lines.is_null(at))?;
                }
            }
            Lines::Joined { table, receipts } => {
                for at in table.lines(receipts, row)? {
                    fill(&table.columns, *at as usize, false)?;
                }
            }
            Lines::Absent => {}
        }
        while receipt.items.len() > filled {
            spare.extend(receipt.items.pop());
        }
        match receipt.lines_named_twice().first() {
            Some((position, name)) => Err(Problem::new(
                Code::DuplicateLineId,
                format!("/items/{position}/line_id"),
                format!(
                    "two lines are called {name}; give each its own `line_id` (a line without one is called by its position, from 1)"
                ),
            )),
            None => Ok(()),
        }
    }

    /// Where the lines of a row stand in the columns [`Receipts::line_column`] gives.
    pub(crate) fn line_places(&self, row: usize, out: &mut Vec<u64>) {
        match &self.lines {
            Lines::Nested { lists, .. } => out.extend(lists.range(row).map(|at| at as u64)),
            // A row whose lines cannot be found has been refused before.
            Lines::Joined { table, receipts } => out.extend(table.lines(receipts, row).unwrap_or_default()),
            Lines::Absent => {}
        }
    }

    /// A column of the lines as it came in.
    pub(crate) fn line_column(&self, name: &str) -> Option<&ArrayRef> {
        match &self.lines {
            Lines::Nested { lines, .. } => lines.column_by_name(name),
            Lines::Joined { table, .. } => table.lines.column_by_name(name),
            Lines::Absent => None,
        }
    }
}

fn read<T>(
    batch: &RecordBatch,
    name: &str,
    problems: &mut Vec<Problem>,
    read: impl FnOnce(&str, &ArrayRef) -> Result<Option<T>, Problem>,
) -> Option<T> {
    read(name, batch.column_by_name(name)?).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    })
}

fn nested(batch: &RecordBatch) -> Result<Lines, Vec<Problem>> {
    const WANTED: &str =
        "a list of structs belongs there, or give the lines as a table of their own: evaluate_arrow(receipts, items)";
    let Some(array) = batch.column_by_name("items") else {
        return Err(vec![column("items", Code::MissingMember, format!("column `items` is missing: {WANTED}"))]);
    };
    let Some((lists, values)) = Lists::new("items", array, WANTED).map_err(|problem| vec![problem])? else {
        return Ok(Lines::Absent);
    };
    match values.data_type() {
        DataType::Null => Ok(Lines::Absent),
        DataType::Struct(_) => {
            let lines = values.as_struct().clone();
            let columns = Box::new(LineColumns::new("items.", &lines)?);
            Ok(Lines::Nested { lists, columns, lines })
        }
        other => Err(vec![wrong_type("items", other, WANTED)]),
    }
}

/// `discount_code`: one text, or a list of them (§5.3).
fn codes(name: &str, array: &ArrayRef) -> Result<Option<Codes>, Problem> {
    if let DataType::List(_) | DataType::LargeList(_) = array.data_type() {
        let Some((lists, values)) = Lists::new(name, array, "")? else { return Ok(None) };
        return Ok(Some(Codes::Several(lists, Texts::new(name, &values)?)));
    }
    Ok(Texts::new(name, array)?.map(Codes::One))
}

fn code(text: &str) -> Cow<'_, str> {
    let new = normalise_code(text);
    if new == text { Cow::Borrowed(text) } else { Cow::Owned(new) }
}

fn value(column: Option<&Values>, row: usize) -> Result<Value<'_>, Problem> {
    column.map_or(Ok(Value::Absent), |column| column.get(row))
}

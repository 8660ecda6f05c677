//! The purchases in order of time, and who made them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use rabatt_engine::{Code, Instant, Problem, Value};
use rustc_hash::FxHashMap;

use super::{Ended, Watch};
use crate::arrow::columns::{Numbers, Texts};
use crate::arrow::fault::{Fault, column, wrong_type};
use crate::arrow::receipts::Receipts;
use crate::arrow::stream::{Stream, imported};
use crate::arrow::values::{Values, below};

/// Purchases without a customer; what they hold was given to `/`.
pub(crate) const PASSER_BY: u32 = 0;
/// Purchases of a token that nobody is known by: they hold nothing (§4.3).
pub(crate) const NOBODY: u32 = 1;

/// Customers by number and name.
#[derive(Debug)]
pub(crate) struct Customers {
    names: Vec<Arc<str>>,
    numbers: FxHashMap<Arc<str>, u32>,
}

impl Customers {
    pub(crate) fn new() -> Self {
        let mut customers = Self { names: Vec::new(), numbers: FxHashMap::default() };
        // In the order of the constants above. No customer is called like the second.
        customers.number("/");
        customers.names.push("".into());
        customers
    }

    /// The number of a customer; a new one when the name is new.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        number
    }

    pub(crate) fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", |name| name)
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// What may name a customer: 1 to 255 characters without space around them, as in the service.
pub(crate) fn is_customer(name: &str) -> bool {
    !name.is_empty() && name.trim() == name && name.chars().count() <= 255
}

/// One purchase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) customer: u32,
    pub(crate) batch: u32,
    /// In its batch.
    pub(crate) row: u32,
}

/// A batch of receipts, kept.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) receipts: Receipts,
    /// Rows in the batches before it.
    pub(crate) before: u32,
    entry_status: Option<Texts>,
}

impl Batch {
    /// Did the purchase take place? A till's training, and what was broken off, use nothing up.
    pub(crate) fn is_finished(&self, row: usize) -> bool {
        let status = self.entry_status.as_ref().and_then(|texts| texts.get(row));
        !matches!(status, Some("Voided" | "Cancelled" | "OnHold" | "Training"))
    }
}

/// All purchases.
#[derive(Debug)]
pub(crate) struct Timeline {
    pub(crate) batches: Vec<Batch>,
    /// In order of time; those of one instant in the order in which they came.
    pub(crate) turns: Vec<Turn>,
    /// Rows that cannot be purchases, by their number among all.
    pub(crate) refused: Vec<(u32, Problem)>,
    pub(crate) customers: Customers,
    pub(crate) rows: u32,
    /// The first and last purchase.
    pub(crate) begins: Instant,
    pub(crate) ends: Instant,
}

impl Timeline {
    /// Reads all receipts.
    ///
    /// # Errors
    /// Columns that cannot be right; unless rows are collected, the first row that is no purchase.
    pub(crate) fn read(source: &mut Stream, customers: Customers, collect: bool, watch: &Watch) -> Result<Self, Ended> {
        let mut timeline = Self {
            batches: Vec::new(),
            turns: Vec::new(),
            refused: Vec::new(),
            customers,
            rows: 0,
            begins: Instant::EPOCH,
            ends: Instant::EPOCH,
        };
        // Looked at before anything is read.
        Buyers::new(&RecordBatch::new_empty(source.reader.schema())).map_err(Fault::Columns)?;
        let mut instants: Vec<Instant> = Vec::new();
        let mut currency: Option<Box<str>> = None;
        while let Some(batch) = imported(&mut *source.reader)? {
            let receipts = Receipts::new(&batch, source.join.as_mut()).map_err(Fault::Columns)?;
            let buyers = Buyers::new(&batch).map_err(Fault::Columns)?;
            let number = timeline.batches.len() as u32;
            for row in 0..receipts.rows {
                let head = buyers.of(row, &mut timeline.customers).and_then(|customer| {
                    let at = receipts.purchase_at(row)?;
                    one_currency(&mut currency, receipts.currency(row))?;
                    Ok((customer, at))
                });
                match head {
                    Ok((customer, at)) => {
                        timeline.turns.push(Turn { customer, batch: number, row: row as u32 });
                        instants.push(at);
                    }
                    Err(problem) if collect => timeline.refused.push((timeline.rows + row as u32, problem)),
                    Err(problem) => return Err(Fault::Row { batch: number.into(), row: row as u64, problem }.into()),
                }
            }
            let before = timeline.rows;
            timeline.rows = u32::try_from(receipts.rows).ok().and_then(|rows| before.checked_add(rows)).ok_or_else(too_many)?;
            timeline.batches.push(Batch { receipts, before, entry_status: buyers.entry_status });
            watch.tick(0, 0)?;
        }
        timeline.sort(instants);
        Ok(timeline)
    }

    /// Puts the turns in order of time.
    fn sort(&mut self, instants: Vec<Instant>) {
        if let (Some(first), Some(last)) = (instants.iter().min(), instants.iter().max()) {
            (self.begins, self.ends) = (*first, *last);
        }
        if instants.is_sorted() {
            return;
        }
        let mut both: Vec<(Instant, Turn)> = instants.into_iter().zip(std::mem::take(&mut self.turns)).collect();
        both.sort_by_key(|(at, _)| *at);
        self.turns = both.into_iter().map(|(_, turn)| turn).collect();
    }
}

fn too_many() -> Fault {
    Fault::Columns(vec![Problem::new(Code::OutOfRange, "", "more than 4 billion receipts: simulate some customers at a time")])
}

/// Amounts of two currencies have no sum.
fn one_currency(known: &mut Option<Box<str>>, currency: Option<&str>) -> Result<(), Problem> {
    match (&*known, currency) {
        (Some(known), Some(currency)) if **known != *currency => {
            let message = format!(
                "`{currency}` after `{known}`: balances, budgets and sums are of one currency; simulate the receipts of each by themselves"
            );
            Err(Problem::new(Code::UnknownValue, "/currency", message))
        }
        (None, Some(currency)) => {
            *known = Some(currency.into());
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The columns that say who buys.
#[derive(Debug)]
struct Buyers {
    id: Option<Names>,
    /// Below `customer`, for receipts that have no `customer_id` of their own.
    inner: Option<Names>,
    token: Option<Values>,
    entry_status: Option<Texts>,
}

/// Names of customers: texts, or whole numbers.
#[derive(Debug)]
pub(crate) enum Names {
    Text(Texts),
    Whole(Numbers),
}

impl Names {
    pub(crate) fn new(name: &str, array: &ArrayRef) -> Result<Option<Self>, Problem> {
        let is_whole = match array.data_type() {
            DataType::Dictionary(_, values) => values.is_integer(),
            kind => kind.is_integer(),
        };
        if is_whole {
            return Ok(Numbers::whole_only(name, array)?.map(Names::Whole));
        }
        let wanted = |_| wrong_type(name, array.data_type(), "text or integer belongs there");
        Ok(Texts::new(name, array).map_err(wanted)?.map(Names::Text))
    }

    /// Hands the name to `with`, if there is one.
    pub(crate) fn with<T>(&self, row: usize, with: impl FnOnce(&str) -> T) -> Result<Option<T>, Problem> {
        match self {
            Names::Text(texts) => Ok(texts.get(row).map(with)),
            Names::Whole(numbers) => Ok(numbers.whole(row)?.map(|number| with(itoa::Buffer::new().format(number)))),
        }
    }
}

impl Buyers {
    fn new(batch: &RecordBatch) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let customer = batch.column_by_name("customer").filter(|array| matches!(array.data_type(), DataType::Struct(_)));
        let below_customer = |name: &str| customer.and_then(|array| array.as_struct().column_by_name(name));
        let (own, inner) = (batch.column_by_name("customer_id"), below_customer("customer_id"));
        if own.is_none() && inner.is_none() {
            let message = "column `customer_id` (or `customer.customer_id`) is missing: who bought, as text or integer; \
                           null is a purchase without a customer";
            problems.push(column("customer_id", Code::MissingMember, message));
        }
        let mut names = |name: &str, array: Option<&ArrayRef>| {
            array.and_then(|array| {
                Names::new(name, array).unwrap_or_else(|problem| {
                    problems.push(problem);
                    None
                })
            })
        };
        let (id, inner) = (names("customer_id", own), names("customer.customer_id", inner));
        let mut read = |name: &str| {
            let array = batch.column_by_name(name)?;
            Texts::new(name, array).map_err(|problem| problems.push(problem)).ok().flatten()
        };
        let entry_status = read("entry_status");
        // Of another type it is nothing that a service would take for a token.
        let token = below_customer("token").and_then(|array| Values::object("customer.token", array).ok());
        if problems.is_empty() { Ok(Self { id, inner, token, entry_status }) } else { Err(problems) }
    }

    /// Who made the purchase of a row.
    fn of(&self, row: usize, customers: &mut Customers) -> Result<u32, Problem> {
        for (names, place) in [(&self.id, "customer_id"), (&self.inner, "customer/customer_id")] {
            let Some(names) = names else { continue };
            let found = names.with(row, |name| {
                if !is_customer(name) || matches!(name, "*" | "/") {
                    let message = "this names one customer, in 1 to 255 characters; leave it null when nobody is known";
                    return Err(Problem::new(Code::UnknownValue, format!("/{place}"), message));
                }
                Ok(customers.number(name))
            });
            if let Some(customer) = found.map_err(|problem| below(problem, place))? {
                return customer;
            }
        }
        let token = self.token.as_ref().map_or(Ok(Value::Absent), |token| token.get(row));
        let named = |value: &Value<'_>| matches!(value, Value::Object(members) if !members.is_empty());
        Ok(if token.is_ok_and(|token| named(&token)) { NOBODY } else { PASSER_BY })
    }
}

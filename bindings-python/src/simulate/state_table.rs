//! States as a table, at the end of one simulation and the start of another.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, Int64Array, ListArray, RecordBatch, RecordBatchReader, StringArray, StructArray, TimestampMicrosecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use rabatt_engine::{Code, Instant, Plan, Problem, RewardKind, Statistics};
use rustc_hash::FxHashMap;

use super::gifts::Gifts;
use super::states::{Card, Place, micros};
use super::table::Columns;
use super::terms::Terms;
use super::timeline::{Customers, Names, is_customer};
use crate::arrow::columns::{Instants, Lists, Numbers, Texts};
use crate::arrow::fault::{Fault, wrong_type};
use crate::arrow::stream::imported;
use crate::arrow::values::below;

/// The counts of a row, in the order of its columns.
const COUNTS: [&str; 6] = ["usage", "amount", "bonus", "stamp", "stamp_spent", "current_stamp"];

fn counts(place: &Place) -> [i64; 6] {
    let Statistics { usage, amount, bonus, stamp, current_stamp, debit_balance: _ } = place.statistics;
    [usage, amount, bonus, stamp, place.spent, current_stamp]
}

fn stamp_fields() -> Fields {
    let earned_at = Field::new("earned_at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false);
    Fields::from(vec![earned_at, Field::new("count", DataType::Int64, false)])
}

fn stamps_item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Struct(stamp_fields()), false))
}

/// The columns of a table of states.
fn schema() -> SchemaRef {
    let mut fields: Vec<Field> = ["customer_id", "rule_id", "ref_id"].map(|name| Field::new(name, DataType::Utf8, false)).into();
    fields.extend(COUNTS.map(|name| Field::new(name, DataType::Int64, false)));
    fields.push(Field::new("debit_balance", DataType::Int64, true));
    fields.push(Field::new("stamps", DataType::List(stamps_item()), true));
    Arc::new(Schema::new(fields))
}

/// The table of states: by customer, then rule order, then ref.
///
/// # Errors
/// Texts of more than 2 GiB.
pub(crate) fn table(
    plan: &Plan,
    gifts: &Gifts,
    customers: &Customers,
    mut states: Vec<Vec<Place>>,
) -> Result<RecordBatch, ArrowError> {
    let mut order: Vec<u32> = (0..customers.len() as u32).collect();
    order.sort_by(|a, b| customers.name(*a).cmp(customers.name(*b)));
    let mut rows: Vec<(u32, Place)> = Vec::with_capacity(states.iter().map(Vec::len).sum());
    for customer in order {
        let mut places = states.get_mut(customer as usize).map(std::mem::take).unwrap_or_default();
        let id = |place: &Place| gifts.held(place.gift).map(|held| held.id.clone());
        places.sort_by_cached_key(|place| (gifts.rule(place.gift), id(place)));
        rows.extend(places.into_iter().map(|place| (customer, place)));
    }
    let held = |place: &Place| gifts.held(place.gift);
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(customer, _)| customers.name(*customer)))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(_, place)| held(place).map_or("", |held| &*held.rule_id)))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(_, place)| held(place).map_or("", |held| &*held.id)))),
    ];
    let numbers = |at: usize| rows.iter().map(move |(_, place)| counts(place).get(at).copied().unwrap_or_default());
    columns.extend((0..COUNTS.len()).map(|at| -> ArrayRef { Arc::new(Int64Array::from_iter_values(numbers(at))) }));
    let is_debit =
        |gift: u32| plan.rules().get(gifts.rule(gift) as usize).is_some_and(|rule| rule.reward.kind == RewardKind::Debit);
    let balance = |place: &Place| place.statistics.debit_balance.filter(|_| is_debit(place.gift));
    columns.push(Arc::new(Int64Array::from_iter(rows.iter().map(|(_, place)| balance(place)))));
    columns.push(Arc::new(stamps(rows.iter().map(|(_, place)| place.card.as_deref()))?));
    RecordBatch::try_new(schema(), columns)
}

/// Null for a rule whose stamps do not lapse.
fn stamps<'p>(cards: impl Iterator<Item = Option<&'p Card>>) -> Result<ListArray, ArrowError> {
    let (mut lengths, mut valid, mut earned_at, mut count) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for card in cards {
        valid.push(card.is_some());
        let held = card.map(|card| &card.0);
        lengths.push(held.map_or(0, VecDeque::len));
        for (at, number) in held.into_iter().flatten() {
            earned_at.push(*at);
            count.push(*number);
        }
    }
    let earned_at: ArrayRef = Arc::new(TimestampMicrosecondArray::from(earned_at).with_timezone("UTC"));
    let entries = StructArray::try_new(stamp_fields(), vec![earned_at, Arc::new(Int64Array::from(count))], None)?;
    let offsets = OffsetBuffer::from_lengths(lengths);
    ListArray::try_new(stamps_item(), offsets, Arc::new(entries), Some(NullBuffer::from(valid)))
}

/// Where a simulation that begins at an instant starts, by customer.
///
/// # Errors
/// Columns and rows that cannot be right. Rows of rules that the Plan does not have are passed over.
pub(crate) fn read(
    source: &mut dyn RecordBatchReader,
    plan: &Plan,
    terms: &[Terms],
    gifts: &mut Gifts,
    customers: &mut Customers,
    begins: Instant,
) -> Result<FxHashMap<u32, Vec<Place>>, Fault> {
    let mut states: FxHashMap<u32, Vec<Place>> = FxHashMap::default();
    let mut former: FxHashMap<(u32, String), u32> = FxHashMap::default();
    let mut number = 0;
    while let Some(batch) = imported(source)? {
        let columns = StateColumns::new(&batch).map_err(Fault::Columns)?;
        for row in 0..batch.num_rows() {
            let mut read = || -> Result<(), Problem> {
                let Some((customer, rule, id)) = columns.key(row, plan, customers)? else { return Ok(()) };
                let known = gifts
                    .of(customer)
                    .find(|gift| gifts.rule(*gift) == rule && gifts.held(*gift).is_some_and(|held| *held.id == *id));
                let gift = match known {
                    Some(gift) => gift,
                    None => *former.entry((rule, id.to_owned())).or_insert_with(|| gifts.add_former(plan, rule, id)),
                };
                let place = columns.place(row, gift, terms.get(rule as usize).copied().unwrap_or_default(), begins)?;
                let places = states.entry(customer).or_default();
                if places.iter().any(|other| other.gift == gift) {
                    let message = "another row is of this customer, rule and ref already";
                    return Err(Problem::new(Code::DuplicateId, "/ref_id", message));
                }
                places.push(place);
                Ok(())
            };
            let wrong = |problem| Fault::Row { batch: number, row: row as u64, problem: below(problem, "start_state") };
            read().map_err(wrong)?;
        }
        number += 1;
    }
    Ok(states)
}

/// The columns of a start state.
struct StateColumns {
    customer: Option<Names>,
    rule: Option<Texts>,
    id: Option<Texts>,
    counts: [Option<Numbers>; 6],
    balance: Option<Numbers>,
    stamps: Option<HeldStamps>,
}

/// The column `stamps`.
struct HeldStamps {
    lists: Lists,
    earned_at: Option<Instants>,
    count: Option<Numbers>,
}

impl StateColumns {
    fn new(batch: &RecordBatch) -> Result<Self, Vec<Problem>> {
        let mut columns = Columns::new("start_state", batch);
        let why = "a start state is what `Simulation.states()` gave";
        let found = Self {
            customer: columns.needed("customer_id", why, Names::new),
            rule: columns.needed("rule_id", why, Texts::new),
            id: columns.needed("ref_id", why, Texts::new),
            counts: COUNTS.map(|name| columns.read(name, Numbers::whole_only)),
            balance: columns.read("debit_balance", Numbers::whole_only),
            stamps: columns.read("stamps", held_stamps),
        };
        columns.finish().map(|()| found)
    }

    /// Customer, rule and ref; `None` when there is no such rule.
    fn key(&self, row: usize, plan: &Plan, customers: &mut Customers) -> Result<Option<(u32, u32, &str)>, Problem> {
        let text = |texts: &Option<Texts>, name: &'static str| match texts.as_ref().and_then(|texts| texts.get(row)) {
            Some(_) => Ok(()),
            None => Err(Problem::new(Code::MissingMember, format!("/{name}"), "this is null; every row needs it")),
        };
        text(&self.rule, "rule_id")?;
        text(&self.id, "ref_id")?;
        let (rule, id) = (self.rule.as_ref().and_then(|t| t.get(row)), self.id.as_ref().and_then(|t| t.get(row)));
        let Some(rule) = rule.and_then(|rule| plan.rule_index(rule)) else { return Ok(None) };
        let named = self
            .customer
            .as_ref()
            .map_or(Ok(None), |names| names.with(row, |name| (name != "*" && is_customer(name)).then(|| customers.number(name))));
        let customer = named.map_err(|problem| below(problem, "customer_id"))?.flatten().ok_or_else(|| {
            let message = "this names one customer, or `/` for purchases without one";
            Problem::new(Code::UnknownValue, "/customer_id", message)
        })?;
        Ok(Some((customer, rule, id.unwrap_or_default())))
    }

    fn place(&self, row: usize, gift: u32, terms: Terms, begins: Instant) -> Result<Place, Problem> {
        let number = |column: &Option<Numbers>, name: &str| {
            let number =
                column.as_ref().map_or(Ok(None), |numbers| numbers.whole(row)).map_err(|problem| below(problem, name))?;
            match number {
                Some(number) if number < 0 => {
                    Err(Problem::new(Code::NegativeNumber, format!("/{name}"), "this number cannot be negative"))
                }
                number => Ok(number),
            }
        };
        let mut found = [0; 6];
        for ((to, column), name) in found.iter_mut().zip(&self.counts).zip(COUNTS) {
            *to = number(column, name)?.unwrap_or(0);
        }
        let [usage, amount, bonus, stamp, spent, current_stamp] = found;
        let debit_balance = number(&self.balance, "debit_balance")?;
        let statistics = Statistics { usage, amount, bonus, stamp, current_stamp, debit_balance };
        let mut card = terms.expire_days.map(|_| self.card(row)).transpose()?.map(Box::new);
        if let Some(card) = card.as_deref_mut().filter(|card| card.0.is_empty() && current_stamp > 0) {
            // Of a rule whose stamps did not lapse until now.
            card.0.push_back((micros(begins), current_stamp));
        }
        Ok(Place { gift, statistics, spent, card })
    }

    fn card(&self, row: usize) -> Result<Card, Problem> {
        let mut card = Card::default();
        let Some(HeldStamps { lists, earned_at, count }) = &self.stamps else { return Ok(card) };
        for at in lists.range(row) {
            let earned_at = earned_at.as_ref().map_or(Ok(None), |instants| instants.get(at));
            let count = count.as_ref().map_or(Ok(None), |numbers| numbers.whole(at));
            let wrong = || Problem::new(Code::MissingMember, "/stamps", "stamps say when they were earned, and how many");
            match (earned_at, count) {
                (Ok(Some(at)), Ok(Some(count))) if count > 0 => card.0.push_back((micros(at), count)),
                _ => return Err(wrong()),
            }
        }
        Ok(card)
    }
}

fn held_stamps(name: &str, array: &ArrayRef) -> Result<Option<HeldStamps>, Problem> {
    const WANTED: &str = "a list of structs with `earned_at` and `count` belongs there";
    let Some((lists, values)) = Lists::new(name, array, WANTED)? else { return Ok(None) };
    if !matches!(values.data_type(), DataType::Struct(_)) {
        return Err(wrong_type(name, values.data_type(), WANTED));
    }
    let entries = values.as_struct();
    let member = |member: &str| entries.column_by_name(member).map(|array| (format!("{name}.{member}"), array));
    let earned_at = member("earned_at").map(|(name, array)| Instants::new(&name, array)).transpose()?.flatten();
    let count = member("count").map(|(name, array)| Numbers::whole_only(&name, array)).transpose()?.flatten();
    Ok(Some(HeldStamps { lists, earned_at, count }))
}

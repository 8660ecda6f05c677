//! Who holds which rule: the refs of a simulation (§4.2, §4.3).

use std::ops::Range;

use arrow_array::RecordBatch;
use pyo3::prelude::*;
use pyo3::types::{PyMapping, PyString};
use rabatt_engine::{Code, Instant, Plan, Problem, Ref};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Ended;
use super::table::Columns;
use super::timeline::{Customers, Names, PASSER_BY, is_customer};
use crate::arrow::columns::{Instants, Texts};
use crate::arrow::fault::Fault;
use crate::arrow::reader;
use crate::arrow::stream::imported;
use crate::arrow::values::below;
use crate::problems::{self, Kind};

/// The holder of what every purchase with a customer may use.
const EVERYBODY: u32 = u32::MAX;

/// A rule given to somebody.
#[derive(Debug)]
struct Gift {
    holder: u32,
    rule: u32,
    id: Option<String>,
    given_at: Option<Instant>,
    deleted_at: Option<Instant>,
}

/// All gifts, by number: those to `*` in rule order, those to `/`, then each customer's own, then
/// those that only a start state knows.
#[derive(Debug)]
pub(crate) struct Gifts {
    pub(crate) refs: Vec<Ref<'static>>,
    rules: Vec<u32>,
    deleted_at: Vec<Option<Instant>>,
    everybodys: u32,
    passers_by: u32,
    own: FxHashMap<u32, Range<u32>>,
}

impl Gifts {
    /// Every rule given to `*` and to `/`, at no particular time; the refs are called as the rules.
    pub(crate) fn to_all(plan: &Plan) -> Self {
        let rules = 0..plan.rules().len() as u32;
        let gift = |holder, rule| Gift { holder, rule, id: None, given_at: None, deleted_at: None };
        let all = rules.clone().map(|rule| gift(EVERYBODY, rule)).chain(rules.map(|rule| gift(PASSER_BY, rule)));
        Self::new(plan, all.collect())
    }

    /// What `customers` says: a mapping of customer to rules, or a table.
    pub(crate) fn read(given: &Bound<'_, PyAny>, plan: &Plan, customers: &mut Customers) -> PyResult<Self> {
        let py = given.py();
        let mut list = Vec::new();
        if let Ok(mapping) = given.cast::<PyMapping>() {
            mapped(mapping, plan, customers, &mut list)?;
        } else {
            let mut source = reader(given, "customers")?;
            let read = py.detach(|| {
                let (mut number, mut seen) = (0, FxHashSet::default());
                while let Some(batch) = imported(&mut *source)? {
                    table(&batch, number, plan, customers, &mut seen, &mut list)?;
                    number += 1;
                }
                Ok::<_, Fault>(())
            });
            read.map_err(|fault| Ended::from(fault).into_error(py))?;
        }
        Ok(Self::new(plan, list))
    }

    fn new(plan: &Plan, mut list: Vec<Gift>) -> Self {
        let group = |gift: &Gift| match gift.holder {
            EVERYBODY => (0, 0),
            PASSER_BY => (1, 0),
            holder => (2, holder),
        };
        list.sort_by(|a, b| (group(a), a.rule, a.given_at, &a.id).cmp(&(group(b), b.rule, b.given_at, &b.id)));
        let count = |holder: u32| list.iter().filter(|gift| gift.holder == holder).count() as u32;
        let (everybodys, passers_by) = (count(EVERYBODY), count(PASSER_BY));
        let mut gifts = Self {
            refs: Vec::with_capacity(list.len()),
            rules: Vec::with_capacity(list.len()),
            deleted_at: Vec::with_capacity(list.len()),
            everybodys,
            passers_by: everybodys + passers_by,
            own: FxHashMap::default(),
        };
        let mut nth = 0;
        for gift in list {
            let number = gifts.refs.len() as u32;
            let personal = group(&gift).0 == 2;
            let same_rule = gifts.rules.last() == Some(&gift.rule);
            if personal {
                let own = gifts.own.entry(gift.holder).or_insert(number..number);
                nth = if same_rule && own.end > own.start { nth + 1 } else { 1 };
                own.end = number + 1;
            } else {
                nth = if same_rule { nth + 1 } else { 1 };
            }
            let rule_id = plan.rules().get(gift.rule as usize).map_or("", |rule| &*rule.id);
            let id = gift.id.unwrap_or_else(|| match (personal, nth) {
                (false, 1) => rule_id.to_owned(),
                _ => format!("{rule_id}#{nth}"),
            });
            gifts.add(
                gift.rule,
                Ref { id: id.into(), rule_id: rule_id.to_owned().into(), given_at: gift.given_at, ..Ref::default() },
                gift.deleted_at,
            );
        }
        gifts
    }

    fn add(&mut self, rule: u32, held: Ref<'static>, deleted_at: Option<Instant>) -> u32 {
        let number = self.refs.len() as u32;
        self.refs.push(held);
        self.rules.push(rule);
        self.deleted_at.push(deleted_at);
        number
    }

    /// A gift that nobody holds any more; what was had of it counts all the same.
    pub(crate) fn add_former(&mut self, plan: &Plan, rule: u32, id: &str) -> u32 {
        let rule_id = plan.rules().get(rule as usize).map_or("", |rule| &*rule.id);
        self.add(
            rule,
            Ref { id: id.to_owned().into(), rule_id: rule_id.to_owned().into(), deleted: true, ..Ref::default() },
            None,
        )
    }

    /// The gifts to `*`.
    pub(crate) fn everybodys(&self) -> Range<u32> {
        0..self.everybodys
    }

    /// The gifts to `/`.
    pub(crate) fn passers_by(&self) -> Range<u32> {
        self.everybodys..self.passers_by
    }

    /// A customer's own gifts.
    pub(crate) fn own(&self, customer: u32) -> Range<u32> {
        self.own.get(&customer).cloned().unwrap_or(0..0)
    }

    /// The gifts that a customer's statistics may be of: shared ones, and their own.
    pub(crate) fn of(&self, customer: u32) -> impl Iterator<Item = u32> {
        let shared = if customer == PASSER_BY { self.passers_by() } else { self.everybodys() };
        self.own(customer).chain(shared)
    }

    /// The rule of a gift, by its position in the Plan.
    pub(crate) fn rule(&self, gift: u32) -> u32 {
        self.rules.get(gift as usize).copied().unwrap_or(u32::MAX)
    }

    pub(crate) fn held(&self, gift: u32) -> Option<&Ref<'static>> {
        self.refs.get(gift as usize)
    }

    /// Has it been given, and not been taken away yet?
    pub(crate) fn is_open(&self, gift: u32, at: Instant) -> bool {
        let given_at = self.held(gift).and_then(|held| held.given_at);
        given_at.is_none_or(|given| given <= at)
            && self.deleted_at.get(gift as usize).is_some_and(|end| end.is_none_or(|end| at < end))
    }

    /// May that change from this instant on?
    pub(crate) fn is_timed(&self, gift: u32, begins: Instant) -> bool {
        let given_at = self.held(gift).and_then(|held| held.given_at);
        given_at.is_some_and(|given| given > begins) || self.deleted_at.get(gift as usize).is_some_and(Option::is_some)
    }
}

fn holder(name: &str, customers: &mut Customers) -> Result<u32, Problem> {
    match name {
        "*" => Ok(EVERYBODY),
        "/" => Ok(PASSER_BY),
        name if is_customer(name) => Ok(customers.number(name)),
        _ => {
            let message =
                "this names one customer, in 1 to 255 characters, or `*` (purchases with a customer) or `/` (those without)";
            Err(Problem::new(Code::UnknownValue, "", message))
        }
    }
}

fn rule_of(plan: &Plan, id: &str) -> Result<u32, Problem> {
    plan.rule_index(id).ok_or_else(|| Problem::new(Code::UnknownValue, "", format!("there is no rule `{id}` among the rules")))
}

/// `{"kari": ["rule", …], "*": "rule"}`.
fn mapped(mapping: &Bound<'_, PyMapping>, plan: &Plan, customers: &mut Customers, list: &mut Vec<Gift>) -> PyResult<()> {
    let py = mapping.py();
    let raise = |problem: Problem| problems::error(py, Kind::Facts, &[problem]);
    for pair in mapping.items()?.iter() {
        let (name, rules): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
        let name = name.str()?.to_cow()?.into_owned();
        let holder = holder(&name, customers).map_err(|problem| raise(below(problem, &name)))?;
        let ids: Vec<String> = match rules.cast::<PyString>() {
            Ok(one) => vec![one.to_cow()?.into_owned()],
            Err(_) => rules.extract().map_err(|_| {
                let message = "a list of rule ids belongs here; refs with ids and times come as a table";
                raise(below(Problem::new(Code::WrongType, "", message), &name))
            })?,
        };
        for (at, id) in ids.iter().enumerate() {
            let rule = rule_of(plan, id).map_err(|problem| raise(below(below(problem, &at.to_string()), &name)))?;
            list.push(Gift { holder, rule, id: None, given_at: None, deleted_at: None });
        }
    }
    Ok(())
}

/// A batch of a table with `customer_id`, `rule_id`, and perhaps `ref_id`, `given_at`, `deleted_at`.
fn table(
    batch: &RecordBatch,
    number: u64,
    plan: &Plan,
    customers: &mut Customers,
    seen: &mut FxHashSet<(u32, u32, String)>,
    list: &mut Vec<Gift>,
) -> Result<(), Fault> {
    let mut columns = Columns::new("customers", batch);
    let holders =
        columns.needed("customer_id", "who holds the rule; `*` is every customer, `/` purchases without one", Names::new);
    let rules = columns.needed("rule_id", "which rule they hold", Texts::new);
    let ids = columns.read("ref_id", Texts::new);
    let (given, deleted) = (columns.read("given_at", Instants::new), columns.read("deleted_at", Instants::new));
    columns.finish().map_err(Fault::Columns)?;
    let instant = |column: &Option<Instants>, row: usize, name: &str| {
        column.as_ref().map_or(Ok(None), |column| column.get(row)).map_err(|problem| below(problem, name))
    };
    for row in 0..batch.num_rows() {
        let mut read = || -> Result<Gift, Problem> {
            let name = holders.as_ref().map_or(Ok(None), |names| names.with(row, |name| holder(name, customers)));
            let name = name.and_then(Option::transpose).and_then(|name| name.ok_or_else(nothing));
            let holder = name.map_err(|problem| below(problem, "customer_id"))?;
            let id = rules.as_ref().and_then(|texts| texts.get(row));
            let rule = id.ok_or_else(nothing).and_then(|id| rule_of(plan, id)).map_err(|problem| below(problem, "rule_id"))?;
            // All have ids or none: those that are made up are then nobody's.
            let id = ids.as_ref().map(|texts| texts.get(row).map(str::to_owned).ok_or_else(nothing)).transpose();
            let id = id.map_err(|problem| below(problem, "ref_id"))?;
            if id.as_ref().is_some_and(|id| !seen.insert((holder, rule, id.clone()))) {
                return Err(Problem::new(Code::DuplicateId, "/ref_id", "this customer has a ref of this id and rule already"));
            }
            let (given_at, deleted_at) = (instant(&given, row, "given_at")?, instant(&deleted, row, "deleted_at")?);
            Ok(Gift { holder, rule, id, given_at, deleted_at })
        };
        let gift =
            read().map_err(|problem| Fault::Row { batch: number, row: row as u64, problem: below(problem, "customers") })?;
        list.push(gift);
    }
    Ok(())
}

fn nothing() -> Problem {
    Problem::new(Code::MissingMember, "", "this is null; every row needs it")
}

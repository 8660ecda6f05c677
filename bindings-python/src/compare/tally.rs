//! What one thread adds up over the receipts it is given.

use std::ops::Range;

use arrow_array::{ArrayRef, UInt32Array};
use arrow_select::take::take;
use rabatt_engine::{Decimal, EvaluateOptions, Item, Outcome, Problem, Receipt, Totals, Workspace, evaluate};
use rustc_hash::FxHashMap;

use super::estimate::{Sample, Sum};
use super::groups::Groups;
use super::rules::RuleTally;
use super::sides::Sides;
use crate::arrow::columns::Numbers;
use crate::arrow::fault::{Fault, described};
use crate::arrow::fold;
use crate::arrow::pass::{Failure, in_row};
use crate::arrow::receipts::Receipts;
use crate::arrow::values::{Values, below};

/// How to compare.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The column of the lines with what they cost to buy.
    pub(crate) cost: Option<String>,
    pub(crate) sample: Option<Sample>,
    /// A row per receipt is kept.
    pub(crate) details: bool,
    /// Broken rows are collected.
    pub(crate) collect: bool,
    pub(crate) options: EvaluateOptions,
}

impl Settings {
    /// Finds the columns of a batch.
    ///
    /// # Errors
    /// Columns that cannot be right.
    pub(crate) fn columns(&self, receipts: &Receipts) -> Result<Columns, Fault> {
        let refused = |problem| Fault::Columns(vec![problem]);
        let cost = self.cost.as_deref().and_then(|name| Some((name, receipts.line_column(name)?)));
        let cost = cost.map(|(name, column)| Cost::new(name, column)).transpose().map_err(refused)?.flatten();
        let customer_id = receipts.customer_id.as_ref().map(|column| Values::new("customer_id", column));
        Ok(Columns { cost, customer_id: customer_id.transpose().map_err(refused)? })
    }
}

/// The columns beside those of a receipt.
pub(crate) struct Columns {
    cost: Option<Cost>,
    customer_id: Option<Values>,
}

/// What a line costs to buy.
enum Cost {
    /// One unit.
    Unit(Numbers),
    /// The whole line.
    Line(Numbers),
}

/// What one line got.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Line {
    /// 0 when the line does not count.
    pub(crate) gross: i64,
    counts: bool,
    /// Discounts on it before.
    existing: i64,
    discount: [i64; 2],
    bonus: [i64; 2],
    cost: Option<i64>,
}

impl Line {
    pub(crate) fn discount(&self, side: usize) -> i64 {
        self.discount.get(side).copied().unwrap_or(0)
    }

    pub(crate) fn bonus(&self, side: usize) -> i64 {
        self.bonus.get(side).copied().unwrap_or(0)
    }

    /// What it brings in above its cost, when that is known.
    pub(crate) fn margin(&self, side: usize) -> Option<i64> {
        Some((self.gross - self.existing - self.discount(side)).saturating_sub(self.cost?))
    }
}

/// Numbers of all receipts together; where there are two, one of each side.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) gross: Sum,
    pub(crate) discount: [Sum; 2],
    pub(crate) net: [Sum; 2],
    pub(crate) bonus: [Sum; 2],
    /// Receipts that get something.
    pub(crate) touched: [Sum; 2],
    /// Receipts whose deals are not proven to be the best.
    pub(crate) unproven: [Sum; 2],
    pub(crate) margin: [Sum; 2],
    pub(crate) below_cost: [Sum; 2],
    /// The second side less the first, receipt by receipt.
    pub(crate) discount_difference: Sum,
    pub(crate) bonus_difference: Sum,
    pub(crate) touched_difference: Sum,
    pub(crate) unproven_difference: Sum,
    pub(crate) margin_difference: Sum,
    pub(crate) below_cost_difference: Sum,
    /// Receipts that get another amount, and those that get more and less.
    pub(crate) changed: Sum,
    pub(crate) winners: Sum,
    pub(crate) losers: Sum,
    pub(crate) won: Sum,
    pub(crate) lost: Sum,
}

/// What one customer got.
#[derive(Debug, Clone, Default)]
pub(crate) struct Customer {
    pub(crate) receipts: u64,
    pub(crate) gross: i128,
    pub(crate) discount: [i128; 2],
    pub(crate) bonus: [i128; 2],
}

/// Rows that are kept, of one chunk.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) first: u64,
    pub(crate) receipt_id: Option<ArrayRef>,
    pub(crate) numbers: Vec<Vec<i64>>,
    pub(crate) texts: Vec<String>,
}

/// What one thread adds up.
pub(crate) struct Tally<'s> {
    sides: &'s Sides,
    settings: &'s Settings,
    workspaces: [Workspace; 2],
    lines: Vec<Line>,
    places: Vec<u64>,
    /// Receipts looked at, refused ones included.
    pub(crate) seen: u64,
    pub(crate) refused: u64,
    /// Did the lines have a cost?
    pub(crate) costed: bool,
    pub(crate) summary: Summary,
    pub(crate) rules: RuleTally,
    pub(crate) groups: Groups,
    pub(crate) customers: FxHashMap<Box<str>, Customer>,
    pub(crate) details: Vec<Rows>,
    pub(crate) rejected: Vec<Rows>,
}

/// The columns of numbers in a row of [`Tally::details`], `row` first.
pub(crate) const DETAILS: [&str; 7] = ["row", "gross", "discount_a", "discount_b", "difference", "bonus_a", "bonus_b"];

impl<'s> Tally<'s> {
    pub(crate) fn new(sides: &'s Sides, settings: &'s Settings) -> Self {
        Self {
            sides,
            settings,
            workspaces: Default::default(),
            lines: Vec::new(),
            places: Vec::new(),
            seen: 0,
            refused: 0,
            costed: false,
            summary: Summary::default(),
            rules: RuleTally::new(sides),
            groups: Groups::default(),
            customers: FxHashMap::default(),
            details: Vec::new(),
            rejected: Vec::new(),
        }
    }

    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.seen += other.seen;
        self.refused += other.refused;
        self.costed |= other.costed;
        self.summary.merge(other.summary);
        self.rules.merge(other.rules);
        self.groups.merge(other.groups);
        for (id, more) in other.customers {
            self.customers.entry(id).or_default().merge(&more);
        }
        self.details.extend(other.details);
        self.rejected.extend(other.rejected);
        self
    }

    /// Evaluates a receipt under both sides.
    fn receipt(
        &mut self,
        receipt: &mut Receipt<'_>,
        facts: [Option<&rabatt_engine::Facts<'_>>; 2],
    ) -> Result<[Totals; 2], Problem> {
        // What a rule of either side gave before is as if it never had, on both.
        for item in &mut receipt.items {
            item.discount_lines.retain(|line| !line.discount_id.as_deref().is_some_and(|id| self.sides.has(id)));
        }
        for (own, item) in self.lines.iter_mut().zip(&receipt.items) {
            *own = Line { cost: own.cost, ..line(item) };
        }
        let mut totals = [Totals::default(); 2];
        let [first, second] = &mut self.workspaces;
        // Both are evaluated before anything is noted: one that fails leaves no trace.
        let mut outcomes: [Option<&Outcome>; 2] = [None, None];
        for (((side, facts), workspace), outcome) in self.sides.sides.iter().zip(facts).zip([first, second]).zip(&mut outcomes) {
            *outcome = Some(evaluate(&side.plan, receipt, facts, self.settings.options, workspace).map_err(in_row)?);
        }
        for (at, (outcome, totals)) in outcomes.into_iter().flatten().zip(&mut totals).enumerate() {
            *totals = outcome.totals;
            self.rules.note(self.sides, at, outcome);
            if let Some(unproven) = self.summary.unproven.get_mut(at) {
                unproven.add(i64::from(!outcome.optimal));
            }
            for reward in &outcome.rewards {
                if let Some(line) = self.lines.get_mut(reward.item as usize) {
                    for (sums, amount) in [(&mut line.discount, reward.amount), (&mut line.bonus, reward.bonus)] {
                        if let Some(sum) = sums.get_mut(at) {
                            *sum = sum.saturating_add(amount);
                        }
                    }
                }
            }
        }
        if let [Some(first), Some(second)] = outcomes {
            self.summary.unproven_difference.add(i64::from(!second.optimal) - i64::from(!first.optimal));
        }
        self.rules.add(self.sides);
        Ok(totals)
    }

    /// What the lines of the receipt at hand cost to buy.
    fn costs(&mut self, receipts: &Receipts, cost: &Cost, row: usize, receipt: &Receipt<'_>) -> Result<(), Problem> {
        self.places.clear();
        receipts.line_places(row, &mut self.places);
        for (at, ((line, item), place)) in self.lines.iter_mut().zip(&receipt.items).zip(&self.places).enumerate() {
            if line.counts {
                let place = usize::try_from(*place).unwrap_or(usize::MAX);
                line.cost = cost.of(item, place).map_err(|problem| {
                    let name = self.settings.cost.as_deref().unwrap_or_default();
                    below(below(below(problem, name), &at.to_string()), "items")
                })?;
            }
        }
        Ok(())
    }

    /// Adds the receipt at hand, whose lines are filled in.
    fn sum(&mut self, totals: [Totals; 2], receipt: &Receipt<'_>, customer: Option<&str>) {
        self.summary.add(totals);
        if self.costed {
            self.summary.add_margins(&self.lines);
        }
        for (line, item) in self.lines.iter().zip(&receipt.items) {
            if !line.counts {
                continue;
            }
            if item.groups.is_empty() {
                self.groups.add(None, line);
            }
            for (at, group) in item.groups.iter().enumerate() {
                // A group named twice is one.
                if !item.groups.iter().take(at).any(|earlier| earlier == group) {
                    self.groups.add(Some(group), line);
                }
            }
        }
        self.groups.end_receipt();
        if let Some(id) = customer {
            match self.customers.get_mut(id) {
                Some(customer) => customer.add(totals),
                None => self.customers.entry(id.into()).or_default().add(totals),
            }
        }
    }
}

impl fold::Tally for Tally<'_> {
    type Columns = Columns;

    fn add(&mut self, receipts: &Receipts, columns: &Columns, rows: Range<usize>, before: u64) -> Result<(), Failure> {
        let facts = self.sides.sides.each_ref().map(|side| side.facts().unwrap_or_default());
        let facts = facts.each_ref().map(Option::as_ref);
        self.costed |= columns.cost.is_some();
        let (mut receipt, mut spare) = (Receipts::empty(), Vec::new());
        let (mut kept, mut rejected) = (Kept::default(), Kept::default());
        for row in rows {
            let number = before + row as u64;
            if self.settings.sample.is_some_and(|sample| !sample.takes(number)) {
                continue;
            }
            self.seen += 1;
            let filled = receipts.fill(row, &mut receipt, &mut spare);
            let customer = columns.customer_id.as_ref().map(|ids| ids.get(row)).transpose();
            let done = filled.and(customer).and_then(|customer| {
                // Costs are read first: a receipt whose costs are broken leaves no trace either.
                self.lines.clear();
                self.lines.extend(receipt.items.iter().map(line));
                if let Some(cost) = &columns.cost {
                    self.costs(receipts, cost, row, &receipt)?;
                }
                Ok((self.receipt(&mut receipt, facts)?, customer))
            });
            match done {
                Ok((totals, customer)) => {
                    let of_customer = receipt.customer.member("customer_id");
                    let id = customer.as_ref().and_then(|id| id.as_text()).or_else(|| of_customer.as_text());
                    self.sum(totals, &receipt, id);
                    if self.settings.details {
                        kept.add(row, number, totals);
                    }
                }
                Err(problem) if self.settings.collect => {
                    self.refused += 1;
                    rejected.places.push(row as u32);
                    rejected.row(number);
                    rejected.texts.push(described(&problem).trim_start_matches([',', ':', ' ']).to_owned());
                }
                Err(problem) => return Err(Failure::Row(row, problem)),
            }
        }
        self.details.extend(kept.rows(receipts)?);
        self.rejected.extend(rejected.rows(receipts)?);
        Ok(())
    }
}

/// Rows to keep of the chunk at hand.
#[derive(Debug, Default)]
struct Kept {
    places: Vec<u32>,
    numbers: Vec<Vec<i64>>,
    texts: Vec<String>,
}

impl Kept {
    fn push(&mut self, numbers: &[i64]) {
        self.numbers.resize_with(numbers.len(), Vec::new);
        for (column, number) in self.numbers.iter_mut().zip(numbers) {
            column.push(*number);
        }
    }

    fn row(&mut self, number: u64) {
        self.push(&[i64::try_from(number).unwrap_or(i64::MAX)]);
    }

    fn add(&mut self, row: usize, number: u64, [a, b]: [Totals; 2]) {
        self.places.push(row as u32);
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.push(&[number, a.gross, a.discount, b.discount, b.discount - a.discount, a.bonus, b.bonus]);
    }

    fn rows(self, receipts: &Receipts) -> Result<Option<Rows>, Failure> {
        let Some(first) = self.numbers.first().and_then(|rows| rows.first()) else { return Ok(None) };
        let first = u64::try_from(*first).unwrap_or(0);
        let places = UInt32Array::from(self.places);
        let receipt_id = receipts.receipt_id.as_ref().map(|ids| take(ids, &places, None)).transpose();
        Ok(Some(Rows { first, receipt_id: receipt_id.map_err(Failure::Output)?, numbers: self.numbers, texts: self.texts }))
    }
}

/// A line before anything is given on it.
fn line(item: &Item<'_>) -> Line {
    let Some(gross) = item.counting_gross() else { return Line::default() };
    let existing = item.discount_lines.iter().fold(0i64, |sum, line| sum.saturating_add(line.amount)).clamp(0, gross);
    Line { gross, counts: true, existing, ..Line::default() }
}

impl Cost {
    /// A column called `…_amount` is what a whole line costs, any other what one unit does.
    fn new(name: &str, column: &ArrayRef) -> Result<Option<Self>, Problem> {
        let numbers = Numbers::whole_only(&format!("items.{name}"), column)?;
        Ok(numbers.map(if name.ends_with("_amount") { Cost::Line } else { Cost::Unit }))
    }

    fn of(&self, item: &Item<'_>, place: usize) -> Result<Option<i64>, Problem> {
        match self {
            Cost::Line(numbers) => numbers.whole(place),
            Cost::Unit(numbers) => numbers.whole(place)?.map(|price| times(item.quantity, price)).transpose(),
        }
    }
}

fn times(quantity: Decimal, price: i64) -> Result<i64, Problem> {
    quantity.times(price).map_err(|_| {
        Problem::new(rabatt_engine::Code::OutOfRange, "", "this cost times the quantity is more than an amount can hold")
    })
}

impl Summary {
    fn add(&mut self, [a, b]: [Totals; 2]) {
        self.gross.add(a.gross);
        for (sums, numbers) in [
            (&mut self.discount, [a.discount, b.discount]),
            (&mut self.net, [a.net, b.net]),
            (&mut self.bonus, [a.bonus, b.bonus]),
            (&mut self.touched, [touched(&a), touched(&b)]),
        ] {
            sums.iter_mut().zip(numbers).for_each(|(sum, number)| sum.add(number));
        }
        let more = b.discount - a.discount;
        self.discount_difference.add(more);
        self.bonus_difference.add(b.bonus - a.bonus);
        self.touched_difference.add(touched(&b) - touched(&a));
        self.changed.add(i64::from(more != 0 || a.bonus != b.bonus));
        self.winners.add(i64::from(more > 0));
        self.losers.add(i64::from(more < 0));
        self.won.add(more.max(0));
        self.lost.add(more.min(0).saturating_neg());
    }

    fn add_margins(&mut self, lines: &[Line]) {
        let sum = |side: usize| lines.iter().filter_map(|line| line.margin(side)).fold(0, i64::saturating_add);
        let below = |side: usize| lines.iter().filter(|line| line.margin(side).is_some_and(|margin| margin < 0)).count() as i64;
        for (side, (margin, below_cost)) in self.margin.iter_mut().zip(&mut self.below_cost).enumerate() {
            margin.add(sum(side));
            below_cost.add(below(side));
        }
        self.margin_difference.add(sum(1).saturating_sub(sum(0)));
        self.below_cost_difference.add(below(1) - below(0));
    }

    /// Every sum there is.
    fn all(&mut self) -> impl Iterator<Item = &mut Sum> {
        let Self { gross, discount, net, bonus, touched, unproven, margin, below_cost, .. } = self;
        let sides = [discount, net, bonus, touched, unproven, margin, below_cost].into_iter().flatten();
        let singles = [
            gross,
            &mut self.discount_difference,
            &mut self.bonus_difference,
            &mut self.touched_difference,
            &mut self.unproven_difference,
            &mut self.margin_difference,
            &mut self.below_cost_difference,
            &mut self.changed,
            &mut self.winners,
            &mut self.losers,
            &mut self.won,
            &mut self.lost,
        ];
        sides.chain(singles)
    }

    fn merge(&mut self, mut other: Summary) {
        for (own, more) in self.all().zip(other.all()) {
            own.merge(*more);
        }
    }
}

fn touched(totals: &Totals) -> i64 {
    i64::from(totals.discount > 0 || totals.bonus > 0)
}

impl Customer {
    fn add(&mut self, [a, b]: [Totals; 2]) {
        self.receipts += 1;
        self.gross += i128::from(a.gross);
        self.discount.iter_mut().zip([a.discount, b.discount]).for_each(|(sum, more)| *sum += i128::from(more));
        self.bonus.iter_mut().zip([a.bonus, b.bonus]).for_each(|(sum, more)| *sum += i128::from(more));
    }

    fn merge(&mut self, other: &Customer) {
        self.receipts += other.receipts;
        self.gross += other.gross;
        self.discount.iter_mut().zip(other.discount).for_each(|(sum, more)| *sum += more);
        self.bonus.iter_mut().zip(other.bonus).for_each(|(sum, more)| *sum += more);
    }
}

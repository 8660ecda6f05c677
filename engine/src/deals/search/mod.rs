//! Deals that compete: an exact search, by bounds from a linear programme.
//!
//! Every way to apply a deal once is a *column*: units of some runs, and an amount. Which
//! columns to take how often is a packing problem. When fractions of columns are allowed it is a
//! linear programme ([`Master`]), whose columns are found one by one: its prices for units tell
//! each deal's best column ([`Offers`]), until no column gains any more ([`programme`]). What it
//! gives then is a bound for whole columns, and nearly always it takes whole columns by itself.
//! Where it does not, [`Cuts`] bring the bound down, a [`Sweep`] looks at all states of groups
//! when they are few, and else the search goes on with two cases ([`branch`]): a deal's
//! applications, or those whose cheapest unit is so dear, or the units of a run that a deal uses,
//! are at most n, or at least n + 1. It dives, then goes on with the case that has the greatest bound.
//! What is still open after a part of the steps, with few columns that a better choice can have, is
//! started anew with these columns listed ([`list`]): then rows over any set of units cut too
//! ([`SetCuts`]).
//!
//! [`choice`] makes whole choices on the way: a case whose bound is no greater is closed. When
//! the steps run out, [`fallback`] makes one that is good however many deals and units there are.
//!
//! Everything is in whole numbers and counted in steps, so it runs the same on every platform.
//!
//! Ties (§8.4) are part of the objective: amount first, then fewer applications, then more
//! applications of earlier deals. What is still equal is decided by the order in which columns
//! are met: earlier deals first; within a deal, dearer units of a group and earlier lines first.

mod branch;
mod choice;
mod fallback;
mod list;
mod programme;

use std::ops::Range;

use self::branch::Case;
use self::list::{List, Root};
use super::assign::{Assignment, Wanted};
use super::column::{Pick, group_each};
use super::cut::{self, Cuts};
use super::master::Master;
use super::offer::{Costs, Found, Market, Offers};
use super::set_cut::SetCuts;
use super::sweep::Sweep;
use super::{DealKind, DealProblem, Solution, Taken};
use crate::number::Overflow;
use crate::sort::InOrder as _;

/// The objective stays below this, so that prices with their common scale fit.
const MOST_OBJECTIVE: i128 = 1 << 96;

/// When it is greater than this, ties wait until the amount is proven, to keep numbers small.
const SMALL_OBJECTIVE: i128 = 1 << 60;

/// Counted work for ties alone, beside as much as the amount took.
const TIE_STEPS: u64 = 200_000;

/// After so many sixteenths of the steps columns are listed if they are so few.
const LIST_AFTER: [(u64, usize); 3] = [(1, 500), (4, 2_000), (8, 8_000)];

/// Where they are not, what is left after so many is for a sweep, if there can be one.
const SWEEP_AFTER: u64 = 12;

/// States of a sweep at a time: few for a good choice, then more to prove the best one.
const SWEEP_STATES: [usize; 4] = [64, 1_000, 16_000, 256_000];

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    market: Market,
    master: Master,
    offers: Offers,
    costs: Costs,
    columns: Vec<Column>,
    /// Units of the columns: each points in here.
    pool: Vec<Pick>,
    /// Per variable of the master: its column.
    column_of: Vec<u32>,
    /// Per deal of the set: rows of its limits, when they can bind.
    limit_rows: Vec<(Option<usize>, Option<usize>)>,
    cuts: Cuts,
    list: List,
    /// Columns are to be listed; asked after so many steps, which time.
    lists: bool,
    list_after: u64,
    list_tries: usize,
    /// A new start with fewer columns is worth it after so many steps, if the best is better than this.
    relist_after: u64,
    listed_best: i128,
    root: Root,
    /// Rows that only listed columns can be charged for.
    set_cuts: SetCuts,
    sweep: Sweep,
    /// The sweep can be used, and knows its prices.
    sweeps: bool,
    splits: Vec<Split>,
    cases: Vec<Case>,
    /// Cases still to be looked at.
    open: Vec<usize>,
    /// The limits of the case at hand that have no row yet.
    wanted: Vec<Limit>,
    /// Per deal of the set: what an application is worth beside its amount.
    preferences: Vec<i128>,
    /// What a minor unit is worth.
    minor: i128,
    /// Greatest thinkable objective.
    most: i128,
    best: Vec<(u32, i64)>,
    best_value: i128,
    /// Units there are.
    units: i128,
    /// What no choice is worth more than, by the scale of the prices at hand.
    promised: i128,
    /// At these prices no column is worth more than what it takes, those not known yet neither.
    priced: bool,
    /// The linear programme was left in the middle of something.
    stopped: bool,
    /// A bound for the case at hand, even when it was not solved.
    case_bound: i128,
    /// Cases that cannot give a greater amount are closed, though they may win a tie.
    amounts_only: bool,
    /// Such cases there were.
    ties_open: bool,
    /// Ties are told apart in full.
    exact: bool,
    steps: u64,
    /// The steps used when this search began, and those at which it has to end.
    begun: (u64, u64),
    /// Where a first choice has to come to an end.
    greedy_end: u64,
    nodes: u64,
    // Working space.
    worth: Vec<(i128, i128, usize)>,
    candidates: Vec<(i64, u32)>,
    spare: Vec<i64>,
    uses: Vec<(usize, i64)>,
    rooms: Vec<i64>,
    left: Vec<(i64, i64)>,
    values: Vec<Option<i128>>,
    choice: Vec<(u32, i64)>,
    refused: Vec<Range<usize>>,
    shares: Vec<(u32, i128)>,
    taken_by_floor: Vec<cut::Taken>,
    /// Per column taken: the price of its cheapest rewarded unit, its deal, its share and its amount.
    floors: Vec<(i64, usize, i128, i64)>,
    assignment: Assignment,
    wanted_units: Vec<Wanted>,
    /// The numbers of applications last assigned units to.
    assigned: Vec<Wanted>,
    sums: Vec<i128>,
    sums_rewarded: Vec<i128>,
    flat: Vec<(Pick, i128)>,
    queues: Vec<(Range<usize>, i64)>,
    sorted: Vec<(i64, i64)>,
    taken: Vec<Taken>,
}

/// One way to apply a deal once.
#[derive(Debug, Clone)]
struct Column {
    /// Position in the set.
    deal: usize,
    amount: i64,
    /// Amount and ties as one number.
    value: i128,
    picks: Range<usize>,
}

/// What two cases differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// How often a deal is applied.
    Times(usize),
    /// How many units of a `DealUnit` are used, in one role.
    Units { unit: u32, rewarded: bool },
    /// How often a column is taken.
    Column(u32),
    /// How many applications of these deals, as bits, have a cheapest rewarded unit of at least this price, where
    /// that decides the reward.
    Floor { deals: u128, price: i64 },
}

/// A row that bounds a subject.
#[derive(Debug, Clone, Copy)]
struct Split {
    limit: Limit,
    row: usize,
    /// Bounds nothing.
    free: i64,
}

/// How much of a subject there is in a case.
#[derive(Debug, Clone, Copy)]
struct Limit {
    subject: Subject,
    /// At least, else at most.
    least: bool,
    count: i64,
}

impl Limit {
    /// Do both bound the same?
    fn is_like(&self, other: &Self) -> bool {
        self.subject == other.subject && self.least == other.least
    }
}

impl Split {
    /// What the subject counts in its row.
    fn sign(&self) -> i64 {
        if self.limit.least { -1 } else { 1 }
    }
}

/// Solves the deals of one set.
pub(super) fn solve(
    problem: &DealProblem,
    deals: &[u32],
    steps: u64,
    buffers: &mut Buffers,
    solution: &mut Solution,
) -> Result<(), Overflow> {
    buffers.open(problem, deals, steps)?;
    buffers.amounts_only = true;
    let bound = buffers.search_within(problem, steps)?;
    if bound.is_none() && (buffers.ties_open || !buffers.exact) {
        // The amount is proven; what is left of the steps goes to ties.
        let steps = steps.min(buffers.used().saturating_mul(2).saturating_add(TIE_STEPS));
        let goes_on = buffers.exact && buffers.set_cuts.cuts.is_empty() && !buffers.stopped;
        if goes_on || buffers.restart(problem)? {
            buffers.amounts_only = false;
            buffers.close_list();
            buffers.nodes = 0;
            buffers.search_within(problem, steps)?;
        }
    }
    if bound.is_some() {
        buffers.deal_by_deal(problem)?;
    }
    buffers.write(problem, solution)?;
    solution.steps = solution.steps.saturating_add(buffers.used());
    if let Some(bound) = bound {
        // Ties weigh less than a minor unit, so what is left of the bound is amount alone.
        let least_tie = buffers.most_ties();
        let amount = (bound + least_tie).div_euclid(buffers.minor);
        let total: i128 = buffers
            .best
            .iter()
            .filter_map(|(at, times)| buffers.columns.get(*at as usize).map(|column| (column, times)))
            .fold(0, |sum, (column, times)| sum + i128::from(column.amount) * i128::from(*times));
        let gap = i64::try_from((amount - total).max(0)).unwrap_or(i64::MAX);
        solution.gap = solution.gap.saturating_add(gap);
    }
    Ok(())
}

impl Buffers {
    /// Searches until so many steps are used in all, the last quarter of them for a sweep. None:
    /// the best is proven; otherwise the bound that is left.
    fn search_within(&mut self, problem: &DealProblem, steps: u64) -> Result<Option<i128>, Overflow> {
        self.begun = (self.used().min(steps), steps);
        (self.lists, self.list_tries, self.list_after) = (false, 0, self.after(LIST_AFTER.first().map_or(16, |first| first.0)));
        (self.steps, self.relist_after) = (steps, u64::MAX);
        self.root.known = false;
        self.stopped = false;
        let Some(mut left) = self.search(problem)? else { return Ok(None) };
        self.stopped = true;
        self.steps = steps;
        while self.lists && !self.is_hopeless(left) && self.used() < steps {
            self.rebuild(problem)?;
            (self.nodes, self.listed_best) = (0, self.best_value);
            // With a better choice known, a new start can do with fewer columns.
            self.relist_after = steps - steps.saturating_sub(self.used()) / 2;
            let Some(bound) = self.search(problem)? else { return Ok(None) };
            left = left.min(bound);
            if self.best_value == self.listed_best {
                break;
            }
        }
        if self.sweeps && !self.is_hopeless(left) {
            left = self.sweep(problem, &SWEEP_STATES, left)?;
        }
        Ok((!self.is_hopeless(left)).then_some(left))
    }

    /// The steps used in all after so many sixteenths of those that this search has.
    fn after(&self, sixteenths: u64) -> u64 {
        let (begun, end) = self.begun;
        end - (end - begun) / 16 * (16 - sixteenths)
    }

    fn used(&self) -> u64 {
        self.master.steps.saturating_add(self.offers.steps).saturating_add(self.sweep.steps)
    }

    /// Are there cases by the cheapest unit of bundles?
    #[cfg(test)]
    pub(super) fn splits_by_floor(&self) -> bool {
        self.cases.iter().any(|case| matches!(case.limit.subject, Subject::Floor { .. }))
    }

    /// Sets up market, objective and the rows of the programme.
    fn open(&mut self, problem: &DealProblem, deals: &[u32], steps: u64) -> Result<(), Overflow> {
        self.steps = steps;
        self.nodes = 0;
        self.market.open(problem, deals);
        self.master.clear();
        self.offers.steps = 0;
        self.sweep.steps = 0;
        self.columns.clear();
        self.pool.clear();
        self.column_of.clear();
        self.limit_rows.clear();
        self.costs.forget_units();
        self.splits.clear();
        self.cuts.clear();
        self.close_list();
        self.best.clear();
        self.best_value = 0;
        self.ties_open = false;
        self.sweeps = false;
        self.assigned.clear();
        self.weigh(problem, &[2, 1, 0]);
        if self.costs.unit.len() < problem.units.len() {
            self.costs.unit.resize(problem.units.len(), 0);
            self.costs.rewarded.resize(problem.units.len(), 0);
            self.sums.resize(problem.units.len(), 0);
            self.sums_rewarded.resize(problem.units.len(), 0);
        }
        self.add_rows(problem)
    }

    /// Starts anew with ties told apart in full, all columns kept; false when numbers get too large.
    fn restart(&mut self, problem: &DealProblem) -> Result<bool, Overflow> {
        self.weigh(problem, &[2]);
        if self.most >= MOST_OBJECTIVE {
            return Ok(false);
        }
        for at in 0..self.columns.len() {
            if let Some(column) = self.columns.get_mut(at) {
                let preference = self.preferences.get(column.deal).copied().unwrap_or(0);
                column.value = self.minor.saturating_mul(i128::from(column.amount)).saturating_add(preference);
            }
        }
        self.rebuild(problem)?;
        self.sweeps = false;
        let values =
            self.best.iter().filter_map(|(at, times)| self.columns.get(*at as usize).map(|column| (column.value, times)));
        self.best_value = values.fold(0, |sum, (value, times)| sum + value * i128::from(*times));
        Ok(true)
    }

    /// The linear programme anew, with all columns but no rows beside those of units and limits.
    fn rebuild(&mut self, problem: &DealProblem) -> Result<(), Overflow> {
        let steps = self.master.steps;
        self.master.clear();
        self.master.steps = steps;
        self.column_of.clear();
        self.limit_rows.clear();
        self.costs.forget_units();
        self.splits.clear();
        self.cuts.clear();
        self.close_list();
        self.add_rows(problem)?;
        (0..self.columns.len()).for_each(|at| self.add_column(problem, at as u32));
        Ok(())
    }

    /// Puts amount and ties into one number: what a minor unit, and an application of each deal, weigh.
    fn weigh(&mut self, problem: &DealProblem, levels: &[u8]) {
        let Self { market, preferences, minor, most, exact, units: all_units, .. } = self;
        let units = market.rooms.iter().fold(0i128, |sum, room| sum + i128::from(*room));
        *all_units = units;
        let least_size = market.deals.iter().map(|party| party.size).min().unwrap_or(1).max(1);
        let applications =
            market.deals.iter().fold(0i128, |sum, party| sum + i128::from(party.most)).min(units / i128::from(least_size));
        let reach = market.runs.iter().zip(&market.rooms).fold(0i128, |sum, (run, room)| {
            let dearest = problem.runs.get(*run as usize).map_or(0, |run| run.price.max(run.share));
            sum.saturating_add(i128::from(dearest).saturating_mul(i128::from(*room)))
        });
        let reach = reach.max(1);
        // Counts compare one by one when each deal weighs more than all later ones together.
        // Where that grows beyond all numbers, earlier deals only weigh a little more; and where
        // even this does, ties are left to the order in which columns are met.
        for &exactness in levels {
            preferences.clear();
            let (mut weight, mut ties) = (i128::from(exactness > 0), 0i128);
            for party in market.deals.iter().rev() {
                preferences.push(weight);
                ties = ties.saturating_add(weight.saturating_mul(i128::from(party.most)));
                weight = match exactness {
                    2 => weight.saturating_mul(i128::from(party.most) + 1),
                    1 => weight.saturating_add(1),
                    _ => 0,
                };
            }
            preferences.reverse();
            let each = if exactness > 0 { ties.saturating_add(1) } else { 0 };
            // Ties together weigh far less than a minor unit, so that bounds tell amounts apart.
            let all = each.saturating_mul(applications).saturating_add(ties);
            *minor = if all == 0 { 1 } else { all.saturating_mul(1 << 10) };
            preferences.iter_mut().for_each(|preference| *preference = preference.saturating_sub(each));
            *most = minor.saturating_mul(reach);
            *exact = exactness == 2;
            if *most < if exactness == 2 && levels.len() > 1 { SMALL_OBJECTIVE } else { MOST_OBJECTIVE } {
                break;
            }
        }
    }

    /// The most that ties can take off an objective.
    fn most_ties(&self) -> i128 {
        let each = self.market.deals.iter().zip(&self.preferences);
        let all = each.fold(0i128, |sum, (party, preference)| {
            sum.saturating_add((-preference).max(0).saturating_mul(i128::from(party.most)))
        });
        // There are not units enough for all deals at their most.
        all.min(self.minor >> 10)
    }

    /// The column at hand in `offers`, kept.
    fn keep(&mut self, deal: usize, found: Found) -> u32 {
        let from = self.pool.len();
        self.pool.extend_from_slice(&self.offers.picks);
        self.push_column(deal, found.amount, from)
    }

    fn push_column(&mut self, deal: usize, amount: i64, from: usize) -> u32 {
        let preference = self.preferences.get(deal).copied().unwrap_or(0);
        let value = self.minor.saturating_mul(i128::from(amount)).saturating_add(preference);
        self.columns.push(Column { deal, amount, value, picks: from..self.pool.len() });
        self.columns.len() as u32 - 1
    }

    /// Forgets columns from `at` on that nobody uses.
    fn forget(&mut self, at: usize) {
        if let Some(column) = self.columns.get(at) {
            self.pool.truncate(column.picks.start);
            self.columns.truncate(at);
        }
    }

    /// Writes the best choice into the solution.
    fn write(&mut self, problem: &DealProblem, solution: &mut Solution) -> Result<(), Overflow> {
        let Self { market, columns, pool, best, taken, .. } = self;
        best.put_in_order_by_key(|(at, _)| (columns.get(*at as usize).map(|column| column.deal), *at));
        for (at, times) in best.iter() {
            let Some(column) = columns.get(*at as usize) else { continue };
            let Some(party) = market.deals.get(column.deal) else { continue };
            let Some(deal) = problem.deals.get(party.deal as usize) else { continue };
            let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
            taken.clear();
            for pick in picks {
                let run = problem.units.get(pick.unit as usize).map_or(0, |unit| unit.run);
                let (each, rewarded) = match &deal.kind {
                    DealKind::Single { .. } => (column.amount, true),
                    DealKind::Group { base, reward, .. } if pick.rewarded => {
                        let each = group_each(problem, *base, *reward, picks, pick)?;
                        (each, each > 0)
                    }
                    DealKind::Group { .. } => (0, false),
                    DealKind::Bundle { .. } => (0, pick.rewarded),
                };
                taken.push(Taken { run, count: pick.count, each, rewarded });
            }
            solution.add(party.deal, *times, column.amount, taken.iter().copied());
        }
        Ok(())
    }
}

/// Solves by a sweep alone, with prices that need no linear programme; whether that proves the
/// amount. `None`: the deals cannot be swept.
#[cfg(test)]
pub(super) fn solve_by_sweep(
    problem: &DealProblem,
    deals: &[u32],
    amounts_only: bool,
    buffers: &mut Buffers,
    solution: &mut Solution,
) -> Result<Option<bool>, Overflow> {
    buffers.open(problem, deals, 1 << 40)?;
    buffers.amounts_only = amounts_only;
    let Buffers { sweep, market, minor, preferences, .. } = &mut *buffers;
    if !sweep.open(problem, market, *minor, preferences) {
        return Ok(None);
    }
    let price = |run: &u32| (i128::from(problem.runs.get(*run as usize).map_or(0, |run| run.share)) + 1) * *minor;
    sweep.set_prices(market.runs.iter().map(price), market.deals.iter().map(|_| (0, 0)));
    let bound = buffers.sweep(problem, &[1 << 20], i128::MAX)?;
    buffers.write(problem, solution)?;
    buffers.amounts_only = true;
    Ok(Some(buffers.is_hopeless(bound)))
}

/// Solves with all columns listed, whatever the first case says, and none known before; whether that
/// proves the amount, and how many rows over sets there were in the end. `None`: they cannot be listed.
#[cfg(test)]
pub(super) fn solve_by_list(
    problem: &DealProblem,
    deals: &[u32],
    buffers: &mut Buffers,
    solution: &mut Solution,
) -> Result<Option<(bool, usize)>, Overflow> {
    buffers.open(problem, deals, 1 << 40)?;
    (buffers.amounts_only, buffers.lists, buffers.list_after, buffers.relist_after) = (true, false, u64::MAX, u64::MAX);
    if !matches!(buffers.relax(problem)?, programme::Relaxed::Solved(_)) {
        return Ok(None);
    }
    buffers.note_root(problem);
    buffers.columns.clear();
    buffers.pool.clear();
    buffers.rebuild(problem)?;
    if !buffers.open_list(problem)? {
        return Ok(None);
    }
    let bound = buffers.search(problem)?;
    let cuts = buffers.set_cuts.cuts.len();
    buffers.write(problem, solution)?;
    Ok(Some((bound.is_none(), cuts)))
}

/// How often a subject occurs in a column.
fn coefficient(subject: Subject, at: u32, column: &Column, pool: &[Pick], problem: &DealProblem, market: &Market) -> i64 {
    let picks = || pool.get(column.picks.clone()).unwrap_or(&[]).iter();
    match subject {
        Subject::Times(deal) => i64::from(column.deal == deal),
        Subject::Column(other) => i64::from(other == at),
        Subject::Units { unit, rewarded } => {
            picks().filter(|pick| pick.unit == unit && pick.rewarded == rewarded).map(|pick| pick.count).sum()
        }
        Subject::Floor { deals, price } => {
            let own = column.deal < 128 && deals >> column.deal & 1 == 1;
            let floor = own.then(|| cut::floor_of(problem, market, column.deal, picks().as_slice()));
            i64::from(floor.flatten().is_some_and(|floor| floor >= price))
        }
    }
}

//! Deals that compete: an exact search, by bounds from a linear programme.
//!
//! Every way to apply a deal once is a *column*: units of some runs, and an amount. Which
//! columns to take how often is a packing problem. When fractions of columns are allowed it is a
//! linear programme ([`Master`]), whose columns are found one by one: its prices for units tell
//! each deal's best column ([`Offers`]), until no column gains any more. What it gives then is a
//! bound for whole columns, and nearly always it takes whole columns by itself. Where it does
//! not, the search goes on with two cases: a deal's applications, or the units of a run that a
//! deal uses, are at most n, or at least n + 1.
//!
//! Everything is in whole numbers and counted in steps, so it runs the same on every platform.
//!
//! Ties (§8.4) are part of the objective: amount first, then fewer applications, then more
//! applications of earlier deals. What is still equal is decided by the order in which columns
//! are met: earlier deals first; within a deal, dearer units of a group and earlier lines first.

use std::ops::Range;

use super::column::{Pick, amount, group_each};
use super::master::Master;
use super::offer::{Costs, Found, Market, Offers, Wish};
use super::{DealKind, DealProblem, Solution, Taken};
use crate::number::Overflow;

/// The objective stays below this, so that prices with their common scale fit.
const MOST_OBJECTIVE: i128 = 1 << 96;

/// Objective times scale stay below this.
const MOST_SCALED: i128 = 1 << 112;

/// Breaking a row of a case costs this many times everything there is, so that breaking it by a
/// small fraction costs too much as well.
const RELIEF: i128 = 1 << 8;

/// Counted work that a first choice may take when the search has no steps left.
const GREEDY_STEPS: u64 = 50_000;

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
    splits: Vec<Split>,
    branches: Vec<Branch>,
    /// Per deal of the set: what an application is worth beside its amount.
    preferences: Vec<i128>,
    /// What a minor unit is worth.
    minor: i128,
    /// Greatest thinkable objective.
    most: i128,
    best: Vec<(u32, i64)>,
    best_value: i128,
    steps: u64,
    /// Where a first choice has to come to an end.
    greedy_end: u64,
    nodes: u64,
    // Working space.
    uses: Vec<(usize, i64)>,
    rooms: Vec<i64>,
    left: Vec<(i64, i64)>,
    values: Vec<Option<i128>>,
    choice: Vec<(u32, i64)>,
    refused: Vec<Range<usize>>,
    shares: Vec<(u32, i128)>,
    sums: Vec<i128>,
    sums_rewarded: Vec<i128>,
    flat: Vec<(Pick, i128)>,
    queues: Vec<(Range<usize>, i64)>,
    sorted: Vec<(i64, i64)>,
    units: Vec<Taken>,
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
}

/// A subject with its rows: at most, and at least.
#[derive(Debug, Clone, Copy)]
struct Split {
    subject: Subject,
    most_row: usize,
    least_row: usize,
    most: i64,
    least: i64,
}

/// A choice between two cases on the way down.
#[derive(Debug, Clone, Copy)]
struct Branch {
    split: usize,
    /// The cases: more than this, or at most this.
    at: i64,
    before: (i64, i64),
    second: bool,
    /// No choice below is worth more.
    bound: i128,
}

/// What became of a case.
enum Node {
    /// Nothing better in it, or its best is known.
    Closed,
    Split {
        subject: Subject,
        at: i64,
        bound: i128,
    },
    /// The steps ran out, or numbers grew too large.
    Stopped,
}

/// What became of the linear programme.
enum Relaxed {
    Solved(i128),
    Hopeless,
    Stopped,
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
    let bound = buffers.search(problem)?;
    if bound.is_some() && buffers.best.is_empty() {
        buffers.reset_costs(false);
        buffers.greedy(problem, false)?;
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
    fn used(&self) -> u64 {
        self.master.steps.saturating_add(self.offers.steps)
    }

    /// Sets up market, objective and the rows of the programme.
    fn open(&mut self, problem: &DealProblem, deals: &[u32], steps: u64) -> Result<(), Overflow> {
        self.steps = steps;
        self.nodes = 0;
        self.market.open(problem, deals);
        self.master.clear();
        self.offers.steps = 0;
        self.offers.complete = true;
        self.columns.clear();
        self.pool.clear();
        self.column_of.clear();
        self.limit_rows.clear();
        self.costs.forget_units(self.splits.iter().filter_map(Split::unit));
        self.splits.clear();
        self.branches.clear();
        self.best.clear();
        self.best_value = 0;
        self.weigh(problem);
        if self.costs.unit.len() < problem.units.len() {
            self.costs.unit.resize(problem.units.len(), 0);
            self.costs.rewarded.resize(problem.units.len(), 0);
            self.sums.resize(problem.units.len(), 0);
            self.sums_rewarded.resize(problem.units.len(), 0);
        }
        for at in 0..self.market.rooms.len() {
            let room = self.market.rooms.get(at).copied().unwrap_or(0);
            self.add_row(room, None, None)?;
        }
        for at in 0..self.market.deals.len() {
            let party = self.market.deals.get(at);
            let deal = party.filter(|party| party.limited).and_then(|party| problem.deals.get(party.deal as usize));
            let mut rows = (None, None);
            if let (Some(deal), Some(party)) = (deal, party) {
                let most = party.most;
                let tier_limit =
                    if let DealKind::Single { tier_limit, .. } = deal.kind { Some(tier_limit.clamp(0, most)) } else { None };
                rows.0 = Some(self.add_row(most, None, None)?);
                if let Some(tier_limit) = tier_limit {
                    rows.1 = Some(self.add_row(tier_limit, None, None)?);
                }
            }
            self.limit_rows.push(rows);
        }
        Ok(())
    }

    /// Puts amount and ties into one number: what a minor unit, and an application of each deal, weigh.
    fn weigh(&mut self, problem: &DealProblem) {
        let Self { market, preferences, minor, most, .. } = self;
        let applications = market.deals.iter().fold(0i128, |sum, party| sum + i128::from(party.most));
        let reach = market.runs.iter().zip(&market.rooms).fold(1i128, |sum, (run, room)| {
            let dearest = problem.runs.get(*run as usize).map_or(0, |run| run.price.max(run.share));
            sum.saturating_add(i128::from(dearest).saturating_mul(i128::from(*room)))
        });
        // Counts compare one by one when each deal weighs more than all later ones together.
        // Where that grows beyond all numbers, earlier deals only weigh a little more; and where
        // even this does, ties are left to the order in which columns are met.
        for exactness in [2, 1, 0] {
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
            *minor = each.saturating_mul(applications).saturating_add(ties).saturating_add(1);
            preferences.iter_mut().for_each(|preference| *preference = preference.saturating_sub(each));
            *most = minor.saturating_mul(reach);
            if *most < MOST_OBJECTIVE {
                break;
            }
        }
    }

    /// The most that ties can take off an objective.
    fn most_ties(&self) -> i128 {
        self.market
            .deals
            .iter()
            .zip(&self.preferences)
            .fold(0, |sum, (party, preference)| sum + (-preference).max(0).saturating_mul(i128::from(party.most)))
    }

    fn add_row(&mut self, bound: i64, relief: Option<i128>, subject: Option<(Subject, i64)>) -> Result<usize, Overflow> {
        let Self { master, columns, pool, column_of, .. } = self;
        let coefficients = column_of.iter().enumerate().filter_map(|(variable, at)| {
            let (subject, sign) = subject?;
            let column = columns.get(*at as usize)?;
            let coefficient = coefficient(subject, *at, column, pool);
            (coefficient != 0).then_some((variable as u32, coefficient * sign))
        });
        let row = master.add_row(bound, relief, coefficients)?;
        column_of.push(u32::MAX);
        column_of.extend(relief.map(|_| u32::MAX));
        Ok(row)
    }

    /// Hands a column to the master.
    fn add_column(&mut self, problem: &DealProblem, at: u32) -> Result<(), Overflow> {
        let Self { market, master, columns, pool, column_of, limit_rows, splits, uses, .. } = self;
        let Some(column) = columns.get(at as usize) else { return Ok(()) };
        uses.clear();
        let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
        uses.extend(picks.iter().map(|pick| (market.place(problem, pick.unit), pick.count)));
        if let Some((limit, tier)) = limit_rows.get(column.deal) {
            uses.extend(limit.map(|row| (row, 1)));
            let in_tier = |pick: &Pick| problem.units.get(pick.unit as usize).is_some_and(|unit| unit.tier);
            uses.extend(tier.filter(|_| picks.iter().any(in_tier)).map(|row| (row, 1)));
        }
        for split in splits.iter() {
            let coefficient = coefficient(split.subject, at, column, pool);
            if coefficient != 0 {
                uses.extend([(split.most_row, coefficient), (split.least_row, -coefficient)]);
            }
        }
        master.add_column(column.value, uses.iter().copied())?;
        column_of.push(at);
        Ok(())
    }

    /// Costs by the master's prices, or none.
    fn reset_costs(&mut self, by_prices: bool) -> bool {
        let Self { market, master, costs, splits, preferences, limit_rows, minor, .. } = self;
        costs.forget_units(splits.iter().filter_map(Split::unit));
        let scale = if by_prices { master.scale() } else { 1 };
        let price = |row: usize| if by_prices { master.price(row).max(0) } else { 0 };
        costs.minor = minor.saturating_mul(scale);
        costs.run.clear();
        costs.run.extend((0..market.rooms.len()).map(price));
        costs.deal.clear();
        costs.tier.clear();
        for (preference, (limit, tier)) in preferences.iter().zip(limit_rows.iter()) {
            costs.deal.push(preference.saturating_mul(scale) - limit.map_or(0, price));
            costs.tier.push(tier.map_or(0, price));
        }
        for split in splits.iter() {
            let cost = price(split.most_row) - price(split.least_row);
            match split.subject {
                Subject::Times(deal) => {
                    if let Some(own) = costs.deal.get_mut(deal) {
                        *own -= cost;
                    }
                }
                Subject::Units { unit, rewarded } => {
                    let list = if rewarded { &mut costs.rewarded } else { &mut costs.unit };
                    if let Some(own) = list.get_mut(unit as usize) {
                        *own += cost;
                    }
                }
                Subject::Column(_) => {}
            }
        }
        self.most.checked_mul(scale).is_some_and(|most| most < MOST_SCALED)
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

    /// Solves the linear programme of the case at hand.
    fn relax(&mut self, problem: &DealProblem) -> Result<Relaxed, Overflow> {
        let limit = |own: &Self| own.steps.saturating_sub(own.offers.steps);
        match self.master.repair(limit(self)) {
            Ok(true) => {}
            Ok(false) => return Ok(Relaxed::Hopeless),
            Err(Overflow) => return Ok(Relaxed::Stopped),
        }
        loop {
            if self.master.climb(limit(self)).is_err() || self.used() >= self.steps {
                return Ok(Relaxed::Stopped);
            }
            if !self.reset_costs(true) {
                return Ok(Relaxed::Stopped);
            }
            let first = self.columns.len();
            let mut reach = self.master.total();
            for deal in 0..self.market.deals.len() {
                if let Some(found) = self.offer(problem, deal, false)? {
                    let most = self.market.deals.get(deal).map_or(0, |party| party.most);
                    reach = reach.saturating_add(found.value.saturating_mul(i128::from(most)));
                    self.keep(deal, found);
                }
                if !self.offers.complete {
                    self.forget(first);
                    return Ok(Relaxed::Stopped);
                }
            }
            let bound = reach.div_euclid(self.master.scale());
            if bound <= self.best_value {
                self.forget(first);
                return Ok(Relaxed::Hopeless);
            }
            if first == self.columns.len() {
                return Ok(Relaxed::Solved(bound));
            }
            for at in first..self.columns.len() {
                if self.add_column(problem, at as u32).is_err() {
                    return Ok(Relaxed::Stopped);
                }
            }
        }
    }

    /// A deal's best column by the costs set: one that gains, or for a first choice (`any`) one
    /// that `rooms` leave units for.
    fn offer(&mut self, problem: &DealProblem, deal: usize, any: bool) -> Result<Option<Found>, Overflow> {
        let Self { market, offers, costs, columns, pool, splits, refused, rooms, .. } = self;
        refused.clear();
        if !any {
            refused.extend(splits.iter().filter_map(|split| match split.subject {
                Subject::Column(at) => {
                    columns.get(at as usize).filter(|column| column.deal == deal).map(|column| column.picks.clone())
                }
                _ => None,
            }));
        }
        let rooms: &[i64] = if any { rooms } else { &market.rooms };
        let above = if any { -(1 << 119) } else { 0 };
        let steps = if any { self.greedy_end } else { self.steps }.saturating_sub(self.master.steps);
        let wish = Wish { above, any, not: refused, pool, steps };
        offers.best(problem, market, deal, rooms, costs, &wish)
    }

    /// A choice of columns: what the linear programme takes wholly, if it is to be the start, then the
    /// best that still fits, by the costs set, as often as it fits.
    fn greedy(&mut self, problem: &DealProblem, from_master: bool) -> Result<(), Overflow> {
        let first = self.columns.len();
        let complete = self.offers.complete;
        self.greedy_end = self.used().saturating_add(GREEDY_STEPS);
        self.choice.clear();
        self.rooms.clear();
        self.rooms.extend_from_slice(&self.market.rooms);
        self.left.clear();
        self.left.extend(self.market.deals.iter().map(|party| {
            let tier = problem.deals.get(party.deal as usize).map_or(0, |deal| match deal.kind {
                DealKind::Single { tier_limit, .. } => tier_limit.max(0),
                _ => i64::MAX,
            });
            (party.most, tier)
        }));
        if from_master {
            let Self { master, column_of, choice, .. } = self;
            choice.extend(master.taken().filter_map(|(variable, times, by)| {
                let column = column_of.get(variable as usize).copied().filter(|at| *at != u32::MAX)?;
                let whole = times / by.max(1);
                (whole > 0).then_some((column, whole))
            }));
            let mut choice = std::mem::take(&mut self.choice);
            choice.retain(|(column, times)| self.take(problem, *column, *times) == *times);
            self.choice = choice;
        }
        self.values.clear();
        self.values.resize(self.market.deals.len(), Some(i128::MAX));
        while self.used() < self.greedy_end {
            // Values only fall as units go, so a value still greatest when looked at again is.
            let next = self
                .values
                .iter()
                .enumerate()
                .filter_map(|(deal, value)| value.map(|value| (value, std::cmp::Reverse(deal))))
                .max();
            let Some((_, std::cmp::Reverse(deal))) = next else { break };
            let (times, tier) = self.left.get(deal).copied().unwrap_or((0, 0));
            if let Some(cost) = self.costs.tier.get_mut(deal).filter(|_| tier == 0) {
                *cost = 1 << 120;
            }
            let found = if times > 0 { self.offer(problem, deal, true)? } else { None };
            if let Some(value) = self.values.get_mut(deal) {
                *value = found.map(|found| found.value);
            }
            let Some(found) = found else { continue };
            let others = self.values.iter().enumerate().filter(|(other, _)| *other != deal).filter_map(|(_, value)| *value).max();
            if others.is_some_and(|other| other > found.value) {
                continue;
            }
            let at = self.keep(deal, found);
            let times = self.take(problem, at, i64::MAX);
            if times == 0 {
                break;
            }
            self.choice.push((at, times));
        }
        self.offers.complete = complete;
        self.propose(first);
        Ok(())
    }

    /// Takes a column out of `rooms` and `left`, as often as possible, at most `times`; how often.
    fn take(&mut self, problem: &DealProblem, at: u32, times: i64) -> i64 {
        let Self { market, columns, pool, rooms, left, uses, .. } = self;
        let Some(column) = columns.get(at as usize) else { return 0 };
        let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
        uses.clear();
        for pick in picks {
            let place = market.place(problem, pick.unit);
            match uses.iter_mut().find(|(other, _)| *other == place) {
                Some((_, count)) => *count += pick.count,
                None => uses.push((place, pick.count)),
            }
        }
        let Some((applications, tier)) = left.get_mut(column.deal) else { return 0 };
        let in_tier = picks.iter().any(|pick| problem.units.get(pick.unit as usize).is_some_and(|unit| unit.tier));
        let mut times = times.min(*applications);
        if in_tier {
            times = times.min(*tier);
        }
        for (place, count) in uses.iter() {
            times = times.min(rooms.get(*place).copied().unwrap_or(0) / (*count).max(1));
        }
        if times > 0 {
            *applications -= times;
            if in_tier {
                *tier -= times;
            }
            for (place, count) in uses.iter() {
                if let Some(room) = rooms.get_mut(*place) {
                    *room -= count * times;
                }
            }
        }
        times
    }

    /// The whole search. None: the best is proven; otherwise the bound that is left.
    fn search(&mut self, problem: &DealProblem) -> Result<Option<i128>, Overflow> {
        let mut node = self.visit(problem, self.most)?;
        loop {
            match node {
                Node::Stopped => {
                    let open = self.branches.iter().enumerate();
                    let last = self.branches.len().saturating_sub(1);
                    let bound = open.filter(|(at, branch)| !branch.second || *at == last).map(|(_, branch)| branch.bound).max();
                    return Ok(Some(bound.unwrap_or(self.most).max(self.best_value)));
                }
                Node::Split { subject, at, bound } => {
                    let Ok(split) = self.split(subject) else {
                        node = Node::Stopped;
                        continue;
                    };
                    let before = self.splits.get(split).map_or((0, 0), |split| (split.most, split.least));
                    self.branches.push(Branch { split, at, before, second: false, bound });
                    if self.bind(split, (before.0, at + 1)).is_err() {
                        node = Node::Stopped;
                        continue;
                    }
                    node = self.visit(problem, bound)?;
                }
                Node::Closed => {
                    let Some(branch) = self.branches.last_mut() else { return Ok(None) };
                    let Branch { split, at, before, second, bound } = *branch;
                    let go_on = !second && bound > self.best_value;
                    branch.second = true;
                    let bounds = if go_on { (at, before.1) } else { before };
                    if self.bind(split, bounds).is_err() {
                        // The bound of this branch stays in sight.
                        node = Node::Stopped;
                        continue;
                    }
                    if go_on {
                        node = self.visit(problem, bound)?;
                    } else {
                        self.branches.pop();
                        node = Node::Closed;
                    }
                }
            }
        }
    }

    /// The rows of a subject, new ones that do not bind when it has none.
    fn split(&mut self, subject: Subject) -> Result<usize, Overflow> {
        if let Some(known) = self.splits.iter().position(|split| split.subject == subject) {
            return Ok(known);
        }
        let most = match subject {
            Subject::Times(deal) => self.market.deals.get(deal).map_or(0, |party| party.most),
            _ => self.market.rooms.iter().copied().max().unwrap_or(0),
        };
        let most_row = self.add_row(most, None, Some((subject, 1)))?;
        // Breaking it costs more than everything there is.
        let least_row = self.add_row(0, Some(self.most.saturating_mul(RELIEF)), Some((subject, -1)))?;
        self.splits.push(Split { subject, most_row, least_row, most, least: 0 });
        Ok(self.splits.len() - 1)
    }

    /// Sets the bounds of a split.
    fn bind(&mut self, at: usize, (most, least): (i64, i64)) -> Result<(), Overflow> {
        let Some(split) = self.splits.get_mut(at) else { return Ok(()) };
        let (old, new) = (*split, Split { most, least, ..*split });
        *split = new;
        if new.most != old.most {
            self.master.move_bound(old.most_row, new.most - old.most)?;
        }
        if new.least != old.least {
            self.master.move_bound(old.least_row, old.least - new.least)?;
        }
        Ok(())
    }

    /// Bounds the case at hand, and closes it or tells how to split it.
    fn visit(&mut self, problem: &DealProblem, above: i128) -> Result<Node, Overflow> {
        self.nodes += 1;
        let bound = match self.relax(problem)? {
            Relaxed::Solved(bound) => bound.min(above),
            Relaxed::Hopeless => return Ok(Node::Closed),
            Relaxed::Stopped => {
                if self.best.is_empty() && self.reset_costs(true) {
                    self.greedy(problem, false)?;
                }
                return Ok(Node::Stopped);
            }
        };
        if bound <= self.best_value {
            return Ok(Node::Closed);
        }
        let Some(by) = self.read_shares() else { return Ok(Node::Stopped) };
        if self.shares.iter().all(|(_, share)| share % by == 0) {
            self.best.clear();
            let Self { shares, best, best_value, columns, .. } = self;
            best.extend(shares.iter().filter_map(|(column, share)| Some((*column, i64::try_from(share / by).ok()?))));
            *best_value = best.iter().fold(0, |sum, (at, times)| {
                let value = columns.get(*at as usize).map_or(0, |column| column.value);
                sum + value * i128::from(*times)
            });
            return Ok(Node::Closed);
        }
        if self.nodes <= 4 || self.nodes.is_multiple_of(8) {
            self.greedy(problem, true)?;
            if bound <= self.best_value {
                return Ok(Node::Closed);
            }
        }
        if let Some((subject, at)) = self.most_divided(by) {
            return Ok(Node::Split { subject, at, bound });
        }
        self.regroup(problem, by)?;
        if bound <= self.best_value {
            return Ok(Node::Closed);
        }
        let divided = self.shares.iter().filter(|(_, share)| share % by != 0);
        let most = divided.max_by_key(|(at, share)| ((share % by).min(by - share % by), std::cmp::Reverse(*at)));
        let Some((column, share)) = most.copied() else { return Ok(Node::Stopped) };
        let Ok(at) = i64::try_from(share / by) else { return Ok(Node::Stopped) };
        Ok(Node::Split { subject: Subject::Column(column), at, bound })
    }

    /// How often the master takes each column, in parts of what is given back.
    fn read_shares(&mut self) -> Option<i128> {
        let Self { master, column_of, shares, .. } = self;
        let mut by = 1i128;
        for (_, _, scale) in master.taken() {
            let (mut a, mut b) = (by, i128::from(scale));
            while b != 0 {
                (a, b) = (b, a % b);
            }
            by = by.checked_mul(i128::from(scale) / a).filter(|by| *by < 1 << 60)?;
        }
        shares.clear();
        shares.extend(master.taken().filter_map(|(variable, times, scale)| {
            let column = column_of.get(variable as usize).copied().filter(|at| *at != u32::MAX)?;
            (times > 0).then(|| (column, i128::from(times) * (by / i128::from(scale))))
        }));
        shares.sort_unstable();
        Some(by)
    }

    /// The deal whose number of applications, or else the units whose number, is furthest from whole.
    fn most_divided(&mut self, by: i128) -> Option<(Subject, i64)> {
        let Self { columns, pool, shares, sums, sums_rewarded, market, .. } = self;
        let part = |sum: i128| (sum % by).min(by - sum % by);
        let mut best: Option<(i128, Subject, i128)> = None;
        let mut offer = |sum: i128, subject: Subject| {
            if sum % by != 0 && best.is_none_or(|(other, _, _)| part(sum) > other) {
                best = Some((part(sum), subject, sum / by));
            }
        };
        for deal in 0..market.deals.len() {
            let own = shares.iter().filter(|(at, _)| columns.get(*at as usize).is_some_and(|column| column.deal == deal));
            offer(own.map(|(_, share)| share).sum(), Subject::Times(deal));
        }
        if let Some((_, subject, at)) = best {
            return i64::try_from(at).ok().map(|at| (subject, at));
        }
        let picks = |at: &u32| {
            let column = columns.get(*at as usize);
            column.and_then(|column| pool.get(column.picks.clone())).unwrap_or(&[])
        };
        for (at, share) in shares.iter() {
            for pick in picks(at) {
                let list = if pick.rewarded { &mut *sums_rewarded } else { &mut *sums };
                if let Some(sum) = list.get_mut(pick.unit as usize) {
                    *sum += share * i128::from(pick.count);
                }
            }
        }
        let mut best: Option<(i128, Subject, i128)> = None;
        for (at, _) in shares.iter() {
            for pick in picks(at) {
                let list = if pick.rewarded { &mut *sums_rewarded } else { &mut *sums };
                let Some(sum) = list.get_mut(pick.unit as usize).map(std::mem::take) else { continue };
                if sum % by != 0 && best.is_none_or(|(other, _, _)| part(sum) > other) {
                    best = Some((part(sum), Subject::Units { unit: pick.unit, rewarded: pick.rewarded }, sum / by));
                }
            }
        }
        best.and_then(|(_, subject, at)| i64::try_from(at).ok().map(|at| (subject, at)))
    }

    /// All units are taken in whole numbers, but columns are not: makes whole columns of the same
    /// units. Rewards may depend on who is with whom, so it need not be as good.
    fn regroup(&mut self, problem: &DealProblem, by: i128) -> Result<(), Overflow> {
        let first = self.columns.len();
        self.choice.clear();
        for deal in 0..self.market.deals.len() {
            if !self.regroup_deal(problem, deal, by)? {
                self.forget(first);
                return Ok(());
            }
        }
        self.propose(first);
        Ok(())
    }

    /// Makes the choice the best one if it is; otherwise forgets its columns, from `first` on.
    fn propose(&mut self, first: usize) {
        let value = self.choice.iter().fold(0i128, |sum, (at, times)| {
            let value = self.columns.get(*at as usize).map_or(0, |column| column.value);
            sum.saturating_add(value.saturating_mul(i128::from(*times)))
        });
        if value > self.best_value {
            self.best_value = value;
            std::mem::swap(&mut self.best, &mut self.choice);
        } else {
            self.forget(first);
        }
    }

    /// Whole columns for one deal, into `choice`; false when the units cannot be grouped.
    fn regroup_deal(&mut self, problem: &DealProblem, deal: usize, by: i128) -> Result<bool, Overflow> {
        let Self { columns, pool, shares, flat, choice, market, queues, .. } = self;
        let own = || shares.iter().filter(|(at, _)| columns.get(*at as usize).is_some_and(|column| column.deal == deal));
        if own().all(|(_, share)| share % by == 0) {
            choice.extend(own().filter_map(|(at, share)| Some((*at, i64::try_from(share / by).ok()?))));
            return Ok(true);
        }
        let Some(kind) = market.deals.get(deal).and_then(|party| problem.deals.get(party.deal as usize)).map(|deal| &deal.kind)
        else {
            return Ok(true);
        };
        // The units of each role, dearest first in a group, by line in a bundle.
        flat.clear();
        let mut times = 0i128;
        for (at, share) in own() {
            times += share;
            let Some(column) = columns.get(*at as usize) else { continue };
            for pick in pool.get(column.picks.clone()).unwrap_or(&[]) {
                let sum = share * i128::from(pick.count);
                match flat.iter_mut().find(|(other, _)| other.unit == pick.unit && other.rewarded == pick.rewarded) {
                    Some((_, other)) => *other += sum,
                    None => flat.push((*pick, sum)),
                }
            }
        }
        let times = times / by;
        if times == 0 {
            return Ok(true);
        }
        for (pick, sum) in flat.iter_mut() {
            pick.count = i64::try_from(*sum / by).map_err(|_| Overflow)?;
        }
        queues.clear();
        match kind {
            DealKind::Bundle { mixes, .. } => {
                flat.sort_unstable_by_key(|(pick, _)| pick.unit);
                let mut from = 0;
                for mix in problem.mixes.get(mixes.clone()).unwrap_or(&[]) {
                    let there = flat.iter().filter(|(pick, _)| mix.units.contains(&(pick.unit as usize))).count();
                    queues.push((from..from + there, mix.quantity));
                    from += there;
                }
            }
            _ => {
                flat.sort_unstable_by_key(|(pick, _)| (pick.rewarded, market.rank(deal, pick.unit)));
                let paying = flat.iter().filter(|(pick, _)| !pick.rewarded).count();
                let units = |rewarded: bool| {
                    let of = flat.iter().filter(|(pick, _)| pick.rewarded == rewarded);
                    of.fold(0i128, |sum, (pick, _)| sum + i128::from(pick.count)) / times
                };
                queues.push((0..paying, i64::try_from(units(false)).map_err(|_| Overflow)?));
                queues.push((paying..flat.len(), i64::try_from(units(true)).map_err(|_| Overflow)?));
            }
        }
        let mut left = i64::try_from(times).map_err(|_| Overflow)?;
        while left > 0 {
            let from = self.pool.len();
            // As often as the first units of every role last; else one application across several.
            let mut times = left;
            for (range, needed) in self.queues.iter().filter(|(_, needed)| *needed > 0) {
                let there = self.flat.get(range.start).filter(|_| range.start < range.end).map_or(0, |(pick, _)| pick.count);
                times = times.min(there / needed);
            }
            let times = times.max(1);
            for (range, needed) in &mut self.queues {
                let mut needed = *needed;
                while needed > 0 {
                    let Some((pick, _)) = self.flat.get_mut(range.start).filter(|_| range.start < range.end) else {
                        self.pool.truncate(from);
                        return Ok(false);
                    };
                    let count = needed.min(pick.count / times);
                    if count == 0 {
                        range.start += 1;
                        continue;
                    }
                    self.pool.push(Pick { count, ..*pick });
                    pick.count -= count * times;
                    needed -= count;
                }
            }
            let picks = self.pool.get(from..).unwrap_or(&[]);
            if let DealKind::Group { .. } = kind {
                let rank = |pick: &Pick| self.market.rank(deal, pick.unit);
                let last_paying = picks.iter().filter(|pick| !pick.rewarded).map(rank).max();
                let first_rewarded = picks.iter().filter(|pick| pick.rewarded).map(rank).min();
                if last_paying > first_rewarded {
                    self.pool.truncate(from);
                    return Ok(false);
                }
            }
            let amount = amount(problem, kind, picks, &mut self.sorted)?;
            if amount > 0 {
                let at = self.push_column(deal, amount, from);
                self.choice.push((at, times));
            } else {
                self.pool.truncate(from);
            }
            left -= times;
        }
        Ok(true)
    }

    /// Writes the best choice into the solution.
    fn write(&mut self, problem: &DealProblem, solution: &mut Solution) -> Result<(), Overflow> {
        let Self { market, columns, pool, best, units, .. } = self;
        best.sort_unstable_by_key(|(at, _)| (columns.get(*at as usize).map(|column| column.deal), *at));
        for (at, times) in best.iter() {
            let Some(column) = columns.get(*at as usize) else { continue };
            let Some(party) = market.deals.get(column.deal) else { continue };
            let Some(deal) = problem.deals.get(party.deal as usize) else { continue };
            let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
            units.clear();
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
                units.push(Taken { run, count: pick.count, each, rewarded });
            }
            solution.add(party.deal, *times, column.amount, units.iter().copied());
        }
        Ok(())
    }
}

impl Split {
    fn unit(&self) -> Option<u32> {
        if let Subject::Units { unit, .. } = self.subject { Some(unit) } else { None }
    }
}

/// How often a subject occurs in a column.
fn coefficient(subject: Subject, at: u32, column: &Column, pool: &[Pick]) -> i64 {
    match subject {
        Subject::Times(deal) => i64::from(column.deal == deal),
        Subject::Column(other) => i64::from(other == at),
        Subject::Units { unit, rewarded } => {
            let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
            picks.iter().filter(|pick| pick.unit == unit && pick.rewarded == rewarded).map(|pick| pick.count).sum()
        }
    }
}

//! Bundles that compete for shelves: how often each is made decides everything else.
//!
//! Where the mixes of a set of bundles want either the same units or none in common, units lie on *shelves*, one for each
//! different list of units. Bundles at a new price take the dearest units of a shelf, so many as all of them together want:
//! the total depends on the numbers of applications alone, and each unit more from a shelf adds no more than the one before.
//! These numbers are found by trying them, deal by deal, as long as a bound says that something may be better: at any prices
//! for units no choice gives more than what shelves earn by keeping units that cost more than their price, and deals by
//! using units that are worth more to them than their prices. Prices come from moving them to where demand is for a while.
//!
//! Ties (§8.4) are part of the objective: a minor unit weighs more than any number of applications, and one application more
//! than which deals they are of. Of the units that are taken the earliest go to the earliest deals.

use super::{BundleReward, DealKind, DealProblem, Outcome, Solution, Taken};
use crate::number::Overflow;
use crate::sort::InOrder as _;

/// More units, or deals, are left to the search.
const MOST_UNITS: i64 = 1_000;
const MOST_DEALS: usize = 64;

/// Totals with their ties stay below this, so that sums of them fit.
const MOST_WEIGHT: i64 = 1 << 50;

/// How often prices are moved; and after how many moves without a better bound they become half as large.
const MOVES: (u32, u32) = (30, 1);

/// After so many tries prices are moved again for what is left, so often, unless it is the numbers of few deals.
const EASY: u64 = 2_000;
const MOVES_LATER: (u32, u32) = (10, 1);
const FEW_DEALS: usize = 4;

/// How often they are moved to tell how much may be missing, when there were too many tries.
const MOVES_AT_LAST: (u32, u32) = (2_000, 20);

/// Exchanges in a choice, for each deal.
const EXCHANGES: usize = 2;

/// Numbers of applications tried for a counted step.
const TRIES_A_STEP: u64 = 8;

/// Nobody has put this run on a shelf.
const NOWHERE: u32 = u32::MAX;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Per run of the problem: its shelf. Only those of this set mean anything.
    shelf_of: Vec<u32>,
    shelves: Vec<Shelf>,
    /// Units by shelf, dearest first, of equal ones the earlier line.
    units: Vec<Unit>,
    /// Per shelf, one entry more than it has units: what so many of its dearest units weigh.
    sums: Vec<i64>,
    /// The same: what the shelf earns at most by the units after so many.
    tails: Vec<i64>,
    /// In rule order.
    deals: Vec<Bundle>,
    needs: Vec<Need>,
    /// Positions in `deals`, those first of which the number is clearest.
    order: Vec<u32>,
    /// Per shelf: units taken so far, rewarded and not.
    used: Vec<(i64, i64)>,
    /// Per deal: applications tried, and those of the best choice.
    tried: Vec<i64>,
    best: Vec<i64>,
    best_value: i64,
    /// What a minor unit weighs.
    minor: i64,
    /// Nothing weighs more.
    most_price: i64,
    /// Per shelf: the prices with the least bound.
    least: Vec<(i64, i64)>,
    /// Per shelf: units wanted too much.
    wanted: Vec<(i64, i64)>,
    /// Prices and tails of places before.
    saved_prices: Vec<(i64, i64)>,
    saved_tails: Vec<i64>,
    tries: u64,
    most_tries: u64,
    rows: Vec<(u32, i64)>,
    queues: Vec<Queue>,
    taken: Vec<Taken>,
}

/// Units that the same mixes want.
#[derive(Debug, Clone, Copy, Default)]
struct Shelf {
    /// Where its units begin, and its sums.
    units: usize,
    sums: usize,
    count: i64,
    /// Runs of the problem.
    runs: usize,
    /// Some deal takes units that are not rewarded.
    has_plain: bool,
    /// What a rewarded unit pays, and what any other unit costs.
    price: i64,
    plain: i64,
}

#[derive(Debug, Clone, Copy)]
struct Unit {
    run: u32,
    share: i64,
    weight: i64,
}

/// A deal of the set.
#[derive(Debug, Clone)]
struct Bundle {
    /// Position in `DealProblem::deals`.
    deal: u32,
    most: i64,
    /// Its rule allows no more, rather than the shelves.
    limited: bool,
    /// What an application takes off the weight of its units.
    cost: i64,
    needs: std::ops::Range<usize>,
    /// What an application earns at the prices of the shelves.
    earns: i64,
}

/// What an application takes from one shelf.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Need {
    shelf: u32,
    /// Units whose shares count, and others.
    counted: i64,
    plain: i64,
}

/// Units of a shelf that are handed out, by line.
#[derive(Debug, Clone, Default)]
struct Queue {
    counted: Vec<(u32, i64)>,
    plain: Vec<(u32, i64)>,
}

/// Solves the deals of one set, when all of them are bundles that take from shelves.
pub(super) fn solve(
    problem: &DealProblem,
    deals: &[u32],
    steps: u64,
    buffers: &mut Buffers,
    solution: &mut Solution,
) -> Result<Outcome, Overflow> {
    if buffers.open(problem, deals).is_none() {
        return Ok(Outcome::Open);
    }
    buffers.most_tries = steps.saturating_mul(TRIES_A_STEP);
    buffers.tries = 0;
    buffers.best_value = 0;
    buffers.improve(0);
    buffers.first_prices();
    buffers.forget_choice();
    buffers.order.clear();
    buffers.order.extend(0..buffers.deals.len() as u32);
    buffers.move_prices(0, 0, MOVES);
    let earn = buffers.fill_tails();
    buffers.put_in_order(0);
    buffers.try_from(0, 0, earn);
    solution.steps = solution.steps.saturating_add(buffers.tries / TRIES_A_STEP);
    let first = solution.applications.len();
    if buffers.tries <= buffers.most_tries && buffers.write(problem, solution)? {
        return Ok(Outcome::Proven);
    }
    solution.applications.truncate(first);
    buffers.write(problem, solution)?;
    buffers.forget_choice();
    buffers.move_prices(0, 0, MOVES_AT_LAST);
    let bound = buffers.demand(0);
    let given = solution.sum(first..solution.applications.len())?;
    // Ties weigh less than a minor unit.
    let most = bound.saturating_add(buffers.minor - 1).div_euclid(buffers.minor.max(1)).max(given);
    Ok(Outcome::Bounded { most, alone: false })
}

impl Buffers {
    /// Puts units on shelves and weighs them. None: these deals are not for this.
    fn open(&mut self, problem: &DealProblem, deals: &[u32]) -> Option<()> {
        let Self { shelf_of, shelves, units, sums, tails, deals: own, needs, used, tried, best, minor, most_price, .. } = self;
        if deals.len() > 8 * MOST_DEALS {
            return None;
        }
        shelf_of.clear();
        shelf_of.resize(problem.runs.len(), NOWHERE);
        shelves.clear();
        units.clear();
        sums.clear();
        own.clear();
        needs.clear();
        for &at in deals {
            let deal = problem.deals.get(at as usize)?;
            let DealKind::Bundle { mixes, reward, .. } = &deal.kind else { return None };
            let mixes = problem.mixes.get(mixes.clone())?;
            let value = mixes.iter().find_map(|mix| problem.units.get(mix.units.start)).map(|unit| unit.value)?;
            let from = needs.len();
            // The least that the rewarded units of an application cost.
            let mut least = 0i64;
            for mix in mixes {
                let own = problem.units.get(mix.units.clone())?;
                if own.iter().any(|unit| unit.value != value) {
                    return None;
                }
                let shelf = shelf(problem, own, shelf_of, shelves, units)?;
                let cheapest = own.iter().filter_map(|unit| problem.runs.get(unit.run as usize)).map(|run| run.share).min()?;
                if mix.eligible {
                    least = least.checked_add(cheapest.checked_mul(mix.quantity)?)?;
                }
                let counted = if mix.eligible && *reward == BundleReward::NewPrice { mix.quantity } else { 0 };
                let plain = mix.quantity - counted;
                shelves.get_mut(shelf as usize)?.has_plain |= plain > 0;
                match needs.iter_mut().skip(from).find(|need| need.shelf == shelf) {
                    Some(need) => {
                        need.counted = need.counted.checked_add(counted)?;
                        need.plain = need.plain.checked_add(plain)?;
                    }
                    None => needs.push(Need { shelf, counted, plain }),
                }
            }
            let value = value.whole().filter(|value| *value >= 0)?;
            let cost = match reward {
                BundleReward::NewPrice => value,
                // As much for any units.
                BundleReward::Amount if least >= value => -value,
                _ => return None,
            };
            let room = |need: &Need| {
                let there = shelves.get(need.shelf as usize).map_or(0, |shelf| shelf.count);
                there.checked_div(need.counted.checked_add(need.plain)?)
            };
            let possible = needs.get(from..)?.iter().filter_map(room).min()?;
            let most = deal.limit.min(possible);
            if most > 0 {
                needs.get_mut(from..)?.put_in_order_by_key(|need| need.shelf);
                let limited = deal.limit < possible;
                own.push(Bundle { deal: at, most, limited, cost, needs: from..needs.len(), earns: 0 });
            } else {
                needs.truncate(from);
            }
        }
        leave_useful(own, needs);
        if own.len() > MOST_DEALS {
            return None;
        }
        let reach = units.iter().try_fold(1i64, |sum, unit| sum.checked_add(unit.share))?;
        let costs = own.iter().try_fold(reach, |sum, bundle| sum.checked_add(bundle.cost.abs().checked_mul(bundle.most)?))?;
        *minor = weigh(own, true, costs).or_else(|| weigh(own, false, costs))?;
        *most_price = costs.saturating_mul(*minor);
        for shelf in shelves.iter_mut() {
            shelf.sums = sums.len();
            let own = units.get_mut(shelf.units..shelf.units + shelf.count as usize)?;
            own.put_in_order_by(|a, b| b.share.cmp(&a.share).then(a.run.cmp(&b.run)));
            let mut sum = 0;
            sums.push(sum);
            for unit in own {
                unit.weight = unit.share * *minor;
                sum += unit.weight;
                sums.push(sum);
            }
        }
        tails.clear();
        tails.resize(sums.len(), 0);
        used.clear();
        used.resize(shelves.len(), (0, 0));
        for list in [tried, best] {
            list.clear();
            list.resize(own.len(), 0);
        }
        Some(())
    }

    fn needs(&self, at: usize) -> &[Need] {
        self.deals.get(at).and_then(|bundle| self.needs.get(bundle.needs.clone())).unwrap_or(&[])
    }

    /// What so many rewarded units of a shelf weigh.
    fn sum(&self, shelf: &Shelf, count: i64) -> i64 {
        self.sums.get(shelf.sums + count as usize).copied().unwrap_or(0)
    }

    /// How often a deal can still be made.
    #[inline]
    fn room(&self, at: usize) -> i64 {
        let most = self.deals.get(at).map_or(0, |bundle| bundle.most) - self.tried.get(at).copied().unwrap_or(0);
        self.needs(at).iter().fold(most, |most, need| {
            let at = need.shelf as usize;
            let (Some(shelf), Some((counted, plain))) = (self.shelves.get(at), self.used.get(at)) else { return 0 };
            let (left, each) = (shelf.count - counted - plain, need.counted + need.plain);
            // Most take one, and dividing is slow.
            most.min(if each > 1 { left / each } else { left })
        })
    }

    /// What a deal earns at most at the prices of the shelves, with the units that are left.
    #[inline]
    fn earns(&self, at: usize) -> i64 {
        let earns = self.deals.get(at).map_or(0, |bundle| bundle.earns);
        if earns > 0 { earns * self.room(at) } else { 0 }
    }

    fn cost(&self, at: usize) -> i64 {
        self.deals.get(at).map_or(0, |bundle| bundle.cost)
    }

    /// What applications of a deal more (or fewer) add.
    fn adds(&self, at: usize, times: i64) -> i64 {
        self.needs(at).iter().fold(-self.cost(at) * times, |sum, need| {
            let at = need.shelf as usize;
            let (Some(shelf), Some((counted, _))) = (self.shelves.get(at), self.used.get(at)) else { return sum };
            sum + self.sum(shelf, counted + need.counted * times) - self.sum(shelf, *counted)
        })
    }

    /// Takes the units of so many applications.
    fn take(&mut self, at: usize, times: i64) {
        let Self { deals, needs, used, tried, .. } = self;
        let own = deals.get(at).and_then(|bundle| needs.get(bundle.needs.clone())).unwrap_or(&[]);
        for need in own {
            if let Some((counted, plain)) = used.get_mut(need.shelf as usize) {
                *counted += need.counted * times;
                *plain += need.plain * times;
            }
        }
        if let Some(tried) = tried.get_mut(at) {
            *tried += times;
        }
    }

    /// Makes a choice out of the one at hand: what adds most, one application after the other, then exchanges of one for another.
    /// The one at hand is worth `value`.
    fn improve(&mut self, value: i64) {
        let mut value = value + self.fill_up();
        'better: for _ in 0..EXCHANGES * self.deals.len() {
            for out in 0..self.deals.len() {
                if self.tried.get(out).is_none_or(|tried| *tried == 0) {
                    continue;
                }
                let left = value + self.adds(out, -1);
                self.take(out, -1);
                for other in (0..self.deals.len()).filter(|other| *other != out) {
                    if self.room(other) > 0 && left + self.adds(other, 1) > value {
                        value = left + self.adds(other, 1);
                        self.take(other, 1);
                        value += self.fill_up();
                        continue 'better;
                    }
                }
                self.take(out, 1);
            }
            break;
        }
        if value > self.best_value {
            self.best_value = value;
            self.best.clone_from(&self.tried);
        }
    }

    fn fill_up(&mut self) -> i64 {
        let mut value = 0;
        loop {
            let worth = |at: usize| if self.room(at) > 0 { self.adds(at, 1) } else { 0 };
            let Some((adds, at)) = (0..self.deals.len()).map(|at| (worth(at), at)).max().filter(|(adds, _)| *adds > 0) else {
                return value;
            };
            self.take(at, 1);
            value += adds;
        }
    }

    fn forget_choice(&mut self) {
        self.used.iter_mut().for_each(|used| *used = (0, 0));
        self.tried.iter_mut().for_each(|tried| *tried = 0);
    }

    /// The prices at which the choice at hand was made: between the last unit that is taken and the first that is not.
    fn first_prices(&mut self) {
        for at in 0..self.shelves.len() {
            let (counted, _) = self.used.get(at).copied().unwrap_or_default();
            let Some(shelf) = self.shelves.get(at).copied() else { continue };
            let weight = |place: i64| if place < shelf.count { self.sum(&shelf, place + 1) - self.sum(&shelf, place) } else { 0 };
            let price = if counted > 0 { (weight(counted - 1) + weight(counted)) / 2 } else { weight(0) };
            if let Some(shelf) = self.shelves.get_mut(at) {
                (shelf.price, shelf.plain) = (price, 0);
            }
        }
    }

    /// Moves prices so often, to where little is promised for the deals from this place on beside `value`.
    fn move_prices(&mut self, place: usize, value: i64, (moves, patience): (u32, u32)) {
        let (mut least, mut waited, mut halves) = (i64::MAX, 0, 0u32);
        self.least.clear();
        for _ in 0..moves {
            let bound = value + self.demand(place);
            self.tries += 1;
            waited += 1;
            if bound < least {
                (least, waited) = (bound, 0);
                self.least.clear();
                self.least.extend(self.shelves.iter().map(|shelf| (shelf.price, shelf.plain)));
            }
            if waited > patience {
                waited = 0;
                halves += 1;
            }
            let norm: i64 = self.wanted.iter().map(|(counted, plain)| counted * counted + plain * plain).sum();
            let room = (bound - self.best_value) >> halves;
            if norm == 0 || room <= 0 {
                break;
            }
            let step = room / norm;
            for (shelf, (counted, plain)) in self.shelves.iter_mut().zip(&self.wanted) {
                shelf.price = (shelf.price - step * *counted).clamp(0, self.most_price);
                shelf.plain = (shelf.plain - step * *plain).clamp(0, self.most_price);
            }
        }
        for (shelf, (price, plain)) in self.shelves.iter_mut().zip(&self.least) {
            (shelf.price, shelf.plain) = (*price, *plain);
        }
        self.price_deals();
    }

    /// At the prices at hand: what the deals from this place on add at most, and into `wanted` how many units more they want
    /// than shelves do not keep; of those that are not rewarded, how many more shelves keep than deals want.
    fn demand(&mut self, place: usize) -> i64 {
        self.price_deals();
        self.wanted.clear();
        self.wanted.resize(self.shelves.len(), (0, 0));
        let mut bound = 0;
        for at in self.order.get(place..).unwrap_or(&[]) {
            let earns = self.deals.get(*at as usize).map_or(0, |bundle| bundle.earns);
            if earns <= 0 {
                continue;
            }
            let room = self.room(*at as usize);
            bound += room * earns;
            let own = self.deals.get(*at as usize).and_then(|bundle| self.needs.get(bundle.needs.clone()));
            for need in own.unwrap_or(&[]) {
                if let Some((counted, plain)) = self.wanted.get_mut(need.shelf as usize) {
                    *counted += need.counted * room;
                    *plain += need.plain * room;
                }
            }
        }
        let Self { shelves, units, sums, used, wanted, .. } = self;
        for ((shelf, (counted, plain)), (taken, others)) in shelves.iter().zip(wanted).zip(used.iter()) {
            let left = shelf.count - taken - others;
            let from = shelf.units + *taken as usize;
            let own = units.get(from..from + left as usize).unwrap_or(&[]);
            let price = shelf.price + shelf.plain;
            let sold = own.partition_point(|unit| unit.weight > price);
            let sum = |count: usize| sums.get(shelf.sums + *taken as usize + count).copied().unwrap_or(0);
            bound += sum(sold) - sum(0) - price * sold as i64 + shelf.plain * left;
            *counted -= sold as i64;
            *plain = if shelf.has_plain { left - sold as i64 - *plain } else { 0 };
        }
        bound
    }

    /// What an application of each deal earns at the prices of the shelves.
    fn price_deals(&mut self) {
        let Self { deals, needs, shelves, .. } = self;
        for bundle in deals.iter_mut() {
            let own = needs.get(bundle.needs.clone()).unwrap_or(&[]);
            bundle.earns = own.iter().fold(-bundle.cost, |sum, need| {
                let (price, plain) = shelves.get(need.shelf as usize).map_or((0, 0), |shelf| (shelf.price, shelf.plain));
                sum + need.counted * price - need.plain * plain
            });
        }
    }

    /// What shelves earn at most at the prices at hand by the units after any number, into `tails`; and with all units that
    /// are left.
    fn fill_tails(&mut self) -> i64 {
        let Self { shelves, units, tails, used, .. } = self;
        let mut all = 0;
        for (shelf, (taken, others)) in shelves.iter().zip(used.iter()) {
            let own = units.get(shelf.units..shelf.units + shelf.count as usize).unwrap_or(&[]);
            let mut tail = 0;
            let places = tails.get_mut(shelf.sums..=shelf.sums + own.len()).unwrap_or(&mut []);
            if let Some((last, places)) = places.split_last_mut() {
                *last = 0;
                for (place, unit) in places.iter_mut().zip(own).rev() {
                    tail += (unit.weight - shelf.price - shelf.plain).max(0);
                    *place = tail;
                }
            }
            all += tails.get(shelf.sums + *taken as usize).copied().unwrap_or(0) + shelf.plain * (shelf.count - taken - others);
        }
        all
    }

    /// Of the deals from this place on, those first of which the number of applications is clearest.
    fn put_in_order(&mut self, place: usize) {
        let Self { order, deals, .. } = self;
        let clear = |at: u32| deals.get(at as usize).map_or(0, |bundle| bundle.earns.abs());
        order.get_mut(place..).unwrap_or(&mut []).put_in_order_by(|a, b| clear(*b).cmp(&clear(*a)).then(a.cmp(b)));
    }

    /// Tries all numbers of applications of the deals from this place on that may be better. So far `value` is given, and
    /// the shelves earn at most `earn`.
    fn try_from(&mut self, place: usize, value: i64, earn: i64) {
        self.tries += 1;
        if value > self.best_value {
            self.best_value = value;
            self.best.clone_from(&self.tried);
        }
        let rest: i64 = self.order.iter().skip(place).map(|at| self.earns(*at as usize)).sum();
        if value + earn + rest <= self.best_value {
            return;
        }
        if self.tries < EASY || place + FEW_DEALS > self.order.len() {
            self.try_numbers(place, value, (earn, rest));
            return;
        }
        // Prices for what is left now promise less, which saves many tries.
        let (prices, tails) = (self.saved_prices.len(), self.saved_tails.len());
        self.saved_prices.extend(self.shelves.iter().map(|shelf| (shelf.price, shelf.plain)));
        self.saved_tails.extend_from_slice(&self.tails);
        let mut order = [0; MOST_DEALS];
        order.iter_mut().zip(&self.order).for_each(|(saved, at)| *saved = *at);
        self.move_prices(place, value, MOVES_LATER);
        let earn = self.fill_tails();
        let rest: i64 = self.order.iter().skip(place).map(|at| self.earns(*at as usize)).sum();
        if value + earn + rest > self.best_value {
            self.put_in_order(place);
            self.try_numbers(place, value, (earn, rest));
            self.order.iter_mut().zip(order).for_each(|(at, saved)| *at = saved);
        }
        for (shelf, (price, plain)) in self.shelves.iter_mut().zip(self.saved_prices.drain(prices..)) {
            (shelf.price, shelf.plain) = (price, plain);
        }
        self.tails.clear();
        self.tails.extend(self.saved_tails.drain(tails..));
        self.price_deals();
    }

    /// The same with each number of applications of the deal at this place. `rest` is what the deals from it on earn.
    fn try_numbers(&mut self, place: usize, value: i64, (earn, rest): (i64, i64)) {
        let Some(at) = self.order.get(place).map(|at| *at as usize) else { return };
        let rest = rest - self.earns(at);
        let downwards = self.deals.get(at).is_some_and(|bundle| bundle.earns > 0);
        let most = self.room(at);
        let mut last = i64::MIN;
        for number in 0..=most {
            if self.tries > self.most_tries {
                return;
            }
            let times = if downwards { most - number } else { number };
            let (mut now, mut kept) = (value - self.cost(at) * times, earn);
            for need in self.needs(at) {
                let at = need.shelf as usize;
                let (Some(shelf), Some((counted, _))) = (self.shelves.get(at), self.used.get(at)) else { continue };
                let (from, to) = (shelf.sums + *counted as usize, shelf.sums + (counted + need.counted * times) as usize);
                if let (Some(before), Some(after)) = (self.sums.get(from), self.sums.get(to)) {
                    now += after - before;
                }
                if let (Some(before), Some(after)) = (self.tails.get(from), self.tails.get(to)) {
                    kept += after - before;
                }
                kept -= shelf.plain * (need.counted + need.plain) * times;
            }
            let promised = now + kept + rest;
            let falls = promised < last;
            last = promised;
            if promised <= self.best_value {
                self.tries += 1;
                // Each unit more from a shelf promises no more than the one before: from here on less and less.
                if falls {
                    return;
                }
                continue;
            }
            self.take(at, times);
            self.try_from(place + 1, now, kept);
            self.take(at, -times);
        }
    }

    /// Writes the choice; false when one of its applications gives nothing, and is left out: the best choice has none such.
    fn write(&mut self, problem: &DealProblem, solution: &mut Solution) -> Result<bool, Overflow> {
        self.forget_choice();
        let best = std::mem::take(&mut self.best);
        (0..).zip(&best).for_each(|(at, times)| self.take(at, *times));
        let Self { shelves, units, used, queues, rows, deals, taken, shelf_of, .. } = self;
        if queues.len() < shelves.len() {
            queues.resize_with(shelves.len(), Queue::default);
        }
        for ((shelf, (counted, plain)), queue) in shelves.iter().zip(used.iter()).zip(queues.iter_mut()) {
            let mut own = units.get(shelf.units..shelf.units + shelf.count as usize).unwrap_or(&[]).iter();
            for (count, queue) in [(*counted, &mut queue.counted), (*plain, &mut queue.plain)] {
                queue.clear();
                queue.extend(own.by_ref().take(count as usize).map(|unit| (unit.run, unit.share)));
                // Taken from the end.
                queue.put_in_order_by(|a, b| b.0.cmp(&a.0));
            }
        }
        let mut good = true;
        for (bundle, times) in deals.iter().zip(&best) {
            let Some(deal) = problem.deals.get(bundle.deal as usize) else { continue };
            let DealKind::Bundle { mixes, reward, .. } = &deal.kind else { continue };
            for _ in 0..*times {
                taken.clear();
                let mut shares = 0i64;
                let mut value = None;
                for mix in problem.mixes.get(mixes.clone()).unwrap_or(&[]) {
                    let first = problem.units.get(mix.units.start);
                    value = value.or_else(|| first?.value.whole());
                    let shelf = first.and_then(|unit| shelf_of.get(unit.run as usize));
                    let Some(queue) = shelf.and_then(|shelf| queues.get_mut(*shelf as usize)) else { return Ok(false) };
                    let counts = mix.eligible && *reward == BundleReward::NewPrice;
                    let queue = if counts { &mut queue.counted } else { &mut queue.plain };
                    rows.clear();
                    for _ in 0..mix.quantity {
                        let Some((run, share)) = queue.pop() else { return Ok(false) };
                        if mix.eligible {
                            shares = shares.checked_add(share).ok_or(Overflow)?;
                        }
                        match rows.last_mut() {
                            Some((last, count)) if *last == run => *count += 1,
                            _ => rows.push((run, 1)),
                        }
                    }
                    let rewarded = mix.eligible;
                    taken.extend(rows.iter().map(|(run, count)| Taken { run: *run, count: *count, each: 0, rewarded }));
                }
                let value = value.unwrap_or(0);
                let amount = if *reward == BundleReward::NewPrice { shares - value } else { value.min(shares) };
                if amount > 0 {
                    solution.add_or_repeat(bundle.deal, amount, taken);
                } else {
                    good = false;
                }
            }
        }
        self.best = best;
        Ok(good)
    }
}

/// Drops bundles of which another one gives more for the same units, or as much and is earlier, as often as there are units.
fn leave_useful(deals: &mut Vec<Bundle>, needs: &[Need]) {
    let own = |bundle: &Bundle| needs.get(bundle.needs.clone()).unwrap_or(&[]);
    let mut at = 0;
    while let Some(bundle) = deals.get(at) {
        let beats = |(other, others): (usize, &Bundle)| {
            !others.limited
                && (others.cost < bundle.cost || others.cost == bundle.cost && other < at)
                && own(others) == own(bundle)
        };
        if deals.iter().enumerate().any(beats) {
            deals.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Adds to what applications cost so much that ties are told apart (§8.4): an application more weighs more than which deals
/// they are of; and a deal more than all later ones together when `exact`, else a little more than the next one. What a minor
/// unit weighs then, which is more than all of that. None: numbers get too large for totals of at most `reach`.
fn weigh(deals: &mut [Bundle], exact: bool, reach: i64) -> Option<i64> {
    let mut sum = 1i64;
    for (place, bundle) in deals.iter_mut().rev().enumerate() {
        bundle.earns = if exact { sum } else { place as i64 };
        sum = sum.checked_add(bundle.most.checked_mul(bundle.earns)?)?;
    }
    let applications = deals.iter().try_fold(1i64, |sum, bundle| sum.checked_add(bundle.most))?;
    let minor = sum.checked_mul(applications)?;
    if reach.checked_mul(minor)? > MOST_WEIGHT {
        return None;
    }
    for bundle in deals.iter_mut() {
        bundle.cost = bundle.cost * minor + sum - bundle.earns;
    }
    Some(minor)
}

/// The shelf of a mix's units, which may be a new one. None: some of them are on another shelf than others, or there are
/// too many.
fn shelf(
    problem: &DealProblem,
    own: &[super::DealUnit],
    shelf_of: &mut [u32],
    shelves: &mut Vec<Shelf>,
    units: &mut Vec<Unit>,
) -> Option<u32> {
    let place = |run: u32| shelf_of.get(run as usize).copied();
    let first = place(own.first()?.run)?;
    if own.iter().any(|unit| place(unit.run) != Some(first)) {
        return None;
    }
    if first != NOWHERE {
        return shelves.get(first as usize).filter(|shelf| shelf.runs == own.len()).map(|_| first);
    }
    let new = shelves.len() as u32;
    let from = units.len();
    for unit in own {
        let run = problem.runs.get(unit.run as usize)?;
        if run.count > MOST_UNITS - units.len() as i64 {
            return None;
        }
        units.extend((0..run.count).map(|_| Unit { run: unit.run, share: run.share, weight: 0 }));
        *shelf_of.get_mut(unit.run as usize)? = new;
    }
    let count = (units.len() - from) as i64;
    shelves.push(Shelf { units: from, count, runs: own.len(), ..Shelf::default() });
    Some(new)
}

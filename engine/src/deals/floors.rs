//! One deal on bundles that reward their cheapest unit: what k bundles give is told by how many of them have a
//! cheapest unit of each price.
//!
//! Of the units that cost at least p so many bundles can be made: as many as, for every choice of mixes, the units
//! that fit them last. No choice has more bundles with such units at any price. Whether it can have as many at every
//! price a flow from units to mixes tells; where it cannot, some units would be needed for bundles of several prices, and
//! at one of these there has to be a bundle less. Of the cases this makes the one that gives most comes first.

use std::cmp::Reverse;

use super::column::price_of;
use super::offer::is_by_floor;
use super::{BundleReward, DealKind, DealProblem, Outcome, Solution, Taken};
use crate::number::Overflow;
use crate::sort::InOrder as _;

/// More mixes are left to the search, and so are more units.
const MOST_MIXES: usize = 6;
const MOST_UNITS: i64 = 20_000;

/// Units looked at for a counted step.
const UNITS_A_STEP: u64 = 32;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Units of each mix in a bundle.
    mixes: Vec<i64>,
    /// Dearest first.
    runs: Vec<Placed>,
    /// What a bundle gives by the level of its cheapest unit, greatest first.
    gains: Vec<i64>,
    /// Bundles of each level and all dearer ones, of each case in turn.
    bundles: Vec<i64>,
    cases: Vec<Case>,
    /// Per run: its units still free, and who holds the others.
    free: Vec<i64>,
    held: Vec<Vec<(Slot, i64)>>,
    // The way at hand, from a slot to a free unit.
    reached: Vec<Slot>,
    /// Per run and per slot reached: where from.
    runs_from: Vec<usize>,
    slots_from: Vec<usize>,
    /// Per mix: the runs looked at.
    scanned: Vec<usize>,
    taken: Vec<Taken>,
    steps: u64,
    /// Cases looked at.
    #[cfg(test)]
    pub(super) looked: usize,
}

#[derive(Debug, Clone, Copy)]
struct Placed {
    run: u32,
    /// That of bundles whose cheapest it is, and what they give.
    level: usize,
    gain: i64,
    share: i64,
    count: i64,
    /// The mixes it fits, as bits.
    mixes: u32,
}

/// Units for the bundles of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    mix: usize,
    level: usize,
}

/// Bundles by level, in `bundles`, that may be too many.
#[derive(Debug, Clone, Copy)]
struct Case {
    total: i128,
    bundles: i64,
    from: usize,
}

const NOWHERE: usize = usize::MAX;

/// Solves a `Bundle` deal of one value whose cheapest unit decides the reward.
pub(super) fn solve(
    problem: &DealProblem,
    at: u32,
    steps: u64,
    buffers: &mut Buffers,
    solution: &mut Solution,
) -> Result<Outcome, Overflow> {
    let Some(deal) = problem.deals.get(at as usize) else { return Ok(Outcome::Open) };
    if !is_by_floor(problem, &deal.kind) || !buffers.open(problem, &deal.kind)? {
        return Ok(Outcome::Open);
    }
    buffers.begin(deal.limit);
    let mut outcome = Outcome::Open;
    while let Some(case) = buffers.next_case() {
        #[cfg(test)]
        {
            buffers.looked += 1;
        }
        if case.total == 0 || buffers.fit(case, false) {
            let first = solution.applications.len();
            let given = buffers.write(at, case, solution)?;
            // Units that cost little now may give less.
            if i128::from(given) == case.total {
                outcome = Outcome::Proven;
            } else {
                solution.applications.truncate(first);
            }
            break;
        }
        if buffers.steps > steps {
            // As many bundles of each level as fit, dearest first.
            let most = buffers.next_case().map_or(0, |next| next.total);
            let case = Case { from: 0, ..case };
            buffers.fit(case, true);
            buffers.write(at, case, solution)?;
            if let Ok(most) = i64::try_from(most) {
                outcome = Outcome::Bounded { most, alone: false };
            }
            break;
        }
    }
    solution.steps = solution.steps.saturating_add(buffers.steps);
    Ok(outcome)
}

impl Buffers {
    /// Lists mixes, units and levels; false when this is not for them.
    fn open(&mut self, problem: &DealProblem, kind: &DealKind) -> Result<bool, Overflow> {
        let DealKind::Bundle { mixes, base, reward } = kind else { return Ok(false) };
        let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
        let Self { mixes: own_mixes, runs, gains, steps, .. } = self;
        *steps = 0;
        own_mixes.clear();
        runs.clear();
        gains.clear();
        let units = |range: &std::ops::Range<usize>| problem.units.get(range.clone()).unwrap_or(&[]);
        let Some(value) = mixes.iter().find_map(|mix| units(&mix.units).first()).map(|unit| unit.value) else {
            return Ok(false);
        };
        // A unit of a mix that is not rewarded may be of any price.
        let all_eligible = mixes.iter().all(|mix| mix.eligible);
        if mixes.len() > MOST_MIXES || !all_eligible {
            return Ok(false);
        }
        for (number, mix) in mixes.iter().enumerate() {
            own_mixes.push(mix.quantity);
            for unit in units(&mix.units) {
                let Some(run) = problem.runs.get(unit.run as usize).filter(|_| unit.value == value) else { return Ok(false) };
                let price = price_of(run, *base);
                let gain = if *reward == BundleReward::Free { price } else { value.percent_of(price)? };
                gains.push(gain);
                let (share, count) = (run.share, run.count);
                runs.push(Placed { run: unit.run, level: 0, gain, share, count, mixes: 1 << number });
            }
        }
        gains.retain(|gain| *gain > 0);
        gains.put_in_order_by(|a, b| b.cmp(a));
        gains.dedup();
        runs.put_in_order_by_key(|placed| placed.run);
        runs.dedup_by(|later, kept| {
            let same = later.run == kept.run;
            kept.mixes |= if same { later.mixes } else { 0 };
            same
        });
        // Units that give nothing are in no bundle.
        runs.retain(|placed| placed.gain > 0);
        for placed in runs.iter_mut() {
            placed.level = gains.partition_point(|gain| *gain > placed.gain);
        }
        // Of equal ones those that fit fewer mixes first, then the earlier line.
        runs.put_in_order_by_key(|placed| (placed.level, placed.mixes.count_ones(), placed.run));
        let units = runs.iter().fold(0i64, |sum, placed| sum.saturating_add(placed.count));
        Ok(units <= MOST_UNITS && own_mixes.iter().all(|quantity| *quantity > 0))
    }

    /// The first case: at every level as many bundles as its units last for.
    fn begin(&mut self, limit: i64) {
        let Self { mixes, runs, gains, bundles, cases, steps, .. } = self;
        bundles.clear();
        cases.clear();
        // For every choice of mixes, as bits: the units of a bundle, and those there are.
        let mut choices = [(0i64, 0i64); 1 << MOST_MIXES];
        for (choice, (needed, _)) in (0u32..).zip(&mut choices) {
            let own = (0..).zip(mixes.iter()).filter(|(at, _)| choice >> at & 1 == 1);
            *needed = own.fold(0i64, |sum, (_, quantity)| sum.saturating_add(*quantity));
        }
        let mut rows = runs.iter().peekable();
        for level in 0..gains.len() {
            while let Some(placed) = rows.next_if(|placed| placed.level == level) {
                let fit = (0u32..).zip(&mut choices).filter(|(choice, _)| placed.mixes & choice != 0);
                fit.for_each(|(_, (_, there))| *there += placed.count);
            }
            let most = choices.iter().take(1 << mixes.len()).skip(1).map(|(needed, there)| there / (*needed).max(1)).min();
            bundles.push(most.unwrap_or(0).min(limit.max(0)));
        }
        *steps += 1 + (choices.len() * (runs.len() + gains.len())) as u64 / UNITS_A_STEP / 4;
        self.open_case(0);
    }

    fn open_case(&mut self, from: usize) {
        let own = self.bundles.get(from..from + self.gains.len()).unwrap_or(&[]);
        let mut total = 0i128;
        for (at, (gain, bundles)) in self.gains.iter().zip(own).enumerate() {
            let next = self.gains.get(at + 1).copied().unwrap_or(0);
            total += i128::from(gain - next) * i128::from(*bundles);
        }
        let bundles = own.last().copied().unwrap_or(0);
        self.cases.push(Case { total, bundles, from });
    }

    /// The case that gives most, with the fewest bundles.
    fn next_case(&mut self) -> Option<Case> {
        let key = |case: &Case| (case.total, Reverse(case.bundles), Reverse(case.from));
        let at = (0..self.cases.len()).max_by_key(|at| self.cases.get(*at).map(key))?;
        Some(self.cases.swap_remove(at))
    }

    /// Gives units to the bundles of a case; when they do not last, opens the cases with a bundle less. `some`: then
    /// makes the case one of fewer bundles instead.
    fn fit(&mut self, case: Case, some: bool) -> bool {
        self.free.clear();
        self.free.extend(self.runs.iter().map(|placed| placed.count));
        if self.held.len() < self.runs.len() {
            self.held.resize_with(self.runs.len(), Vec::new);
        }
        self.held.iter_mut().for_each(Vec::clear);
        let mut before = 0;
        for level in 0..self.gains.len() {
            let wanted = self.bundles.get(case.from + level).copied().unwrap_or(0);
            let mut bundles = if some { before } else { wanted };
            let mut fits = self.give_all(level, bundles - before);
            while some && fits && bundles < wanted {
                fits = self.give_all(level, 1);
                bundles += i64::from(fits);
            }
            if !fits && !some {
                self.split(case);
                return false;
            }
            before = bundles;
            if let Some(own) = self.bundles.get_mut(case.from + level) {
                *own = bundles;
            }
        }
        true
    }

    /// Gives units to so many bundles of a level; none when they do not last.
    fn give_all(&mut self, level: usize, bundles: i64) -> bool {
        for mix in 0..self.mixes.len() {
            let all = bundles.saturating_mul(self.mixes.get(mix).copied().unwrap_or(0));
            let mut needed = all;
            while needed > 0 {
                let Some(count) = self.give(Slot { mix, level }, needed) else {
                    self.take_back(Slot { mix, level }, all - needed);
                    for mix in 0..mix {
                        let all = bundles.saturating_mul(self.mixes.get(mix).copied().unwrap_or(0));
                        self.take_back(Slot { mix, level }, all);
                    }
                    return false;
                };
                needed -= count;
            }
        }
        true
    }

    /// Frees so many units of a slot.
    fn take_back(&mut self, slot: Slot, mut units: i64) {
        for (held, free) in self.held.iter_mut().zip(&mut self.free) {
            let Some(at) = held.iter().position(|(other, _)| *other == slot).filter(|_| units > 0) else { continue };
            if let Some((_, count)) = held.get_mut(at) {
                let freed = units.min(*count);
                *count -= freed;
                *free += freed;
                units -= freed;
                if *count == 0 {
                    held.swap_remove(at);
                }
            }
        }
    }

    /// Gives units to a slot along the shortest way: how many. None: there is no way.
    fn give(&mut self, slot: Slot, needed: i64) -> Option<i64> {
        let Self { runs, free, held, reached, runs_from, slots_from, scanned, mixes, steps, .. } = self;
        reached.clear();
        slots_from.clear();
        runs_from.clear();
        runs_from.resize(runs.len(), NOWHERE);
        scanned.clear();
        scanned.resize(mixes.len(), 0);
        reached.push(slot);
        slots_from.push(NOWHERE);
        let mut at = 0;
        let end = 'found: loop {
            let Slot { mix, level } = reached.get(at).copied()?;
            let from = scanned.get_mut(mix)?;
            *steps += 1;
            while let Some(placed) = runs.get(*from).filter(|placed| placed.level <= level) {
                let number = *from;
                *from += 1;
                let known = runs_from.get_mut(number)?;
                if placed.mixes >> mix & 1 == 0 || *known != NOWHERE {
                    continue;
                }
                *known = at;
                if free.get(number).is_some_and(|free| *free > 0) {
                    break 'found number;
                }
                for (slot, _) in held.get(number).map_or(&[][..], Vec::as_slice) {
                    if !reached.contains(slot) {
                        reached.push(*slot);
                        slots_from.push(number);
                    }
                }
            }
            at += 1;
        };
        *steps += (at + end) as u64 / UNITS_A_STEP;
        // As many as all units on the way last; then they change hands.
        let mut most = needed.min(free.get(end).copied().unwrap_or(0));
        for change in [false, true] {
            let mut run = end;
            loop {
                let to = runs_from.get(run).copied().unwrap_or(NOWHERE);
                let Some(slot) = reached.get(to).copied() else { break };
                let before = slots_from.get(to).copied().unwrap_or(NOWHERE);
                if change {
                    let own = held.get_mut(run)?;
                    match own.iter_mut().find(|(other, _)| *other == slot) {
                        Some((_, count)) => *count += most,
                        None => own.push((slot, most)),
                    }
                }
                let Some(own) = held.get_mut(before) else { break };
                let there = own.iter().position(|(other, _)| *other == slot)?;
                let (_, count) = own.get_mut(there)?;
                if change {
                    *count -= most;
                    if *count == 0 {
                        own.swap_remove(there);
                    }
                } else {
                    most = most.min(*count);
                }
                run = before;
            }
        }
        if let Some(free) = free.get_mut(end) {
            *free -= most;
        }
        Some(most)
    }

    /// The units reached do not last for all slots reached: at one of the levels there has to be a bundle less, or
    /// at the last one as few as the others leave units for.
    fn split(&mut self, case: Case) {
        let levels = self.gains.len();
        let reached = self.runs.iter().zip(&self.runs_from).filter(|(_, from)| **from != NOWHERE);
        let mut left = reached.fold(0i64, |sum, (placed, _)| sum.saturating_add(placed.count));
        let last = |mix: usize| self.reached.iter().filter(|slot| slot.mix == mix).map(|slot| slot.level).max();
        // Units of a bundle by level.
        let mut needed: [Option<(usize, i64)>; MOST_MIXES] = [None; MOST_MIXES];
        for (mix, quantity) in self.mixes.iter().enumerate() {
            let Some(level) = last(mix) else { continue };
            let known = needed.iter().position(|own| own.is_none_or(|(other, _)| other == level));
            if let Some(own) = known.and_then(|at| needed.get_mut(at)) {
                *own = Some((level, own.map_or(0, |(_, sum)| sum) + quantity));
            }
        }
        needed.put_in_order_by_key(|own| own.map_or(usize::MAX, |(level, _)| level));
        let count = needed.iter().flatten().count();
        for (number, (level, units)) in needed.into_iter().flatten().enumerate() {
            let there = self.bundles.get(case.from + level).copied().unwrap_or(0);
            let most = if number + 1 == count { (left / units.max(1)).min(there - 1) } else { there - 1 };
            left -= there.saturating_mul(units);
            if most < 0 {
                continue;
            }
            let from = self.bundles.len();
            self.bundles.extend_from_within(case.from..case.from + levels);
            for bundles in self.bundles.iter_mut().skip(from).take(level + 1) {
                *bundles = (*bundles).min(most);
            }
            let same = |other: &Case| self.bundles.get(other.from..other.from + levels) == self.bundles.get(from..from + levels);
            if self.cases.iter().any(same) {
                self.bundles.truncate(from);
            } else {
                self.open_case(from);
            }
        }
        self.steps += 1 + (self.reached.len() + levels + self.cases.len()) as u64 / UNITS_A_STEP;
    }

    /// Writes the bundles of a case; what they give.
    fn write(&mut self, at: u32, case: Case, solution: &mut Solution) -> Result<i64, Overflow> {
        let (mut total, mut before) = (0i64, 0);
        for level in 0..self.gains.len() {
            let bundles = self.bundles.get(case.from + level).copied().unwrap_or(0);
            for _ in before..bundles {
                self.taken.clear();
                let (mut shares, mut last) = (0i64, 0);
                for mix in 0..self.mixes.len() {
                    let mut needed = self.mixes.get(mix).copied().unwrap_or(0);
                    for (placed, held) in self.runs.iter().zip(&mut self.held) {
                        let own = held.iter_mut().find(|(slot, count)| *slot == Slot { mix, level } && *count > 0);
                        let Some((_, count)) = own.filter(|_| needed > 0) else { continue };
                        let units = needed.min(*count);
                        *count -= units;
                        needed -= units;
                        let part = placed.share.checked_mul(units).ok_or(Overflow)?;
                        shares = shares.checked_add(part).ok_or(Overflow)?;
                        last = last.max(placed.level);
                        self.taken.push(Taken { run: placed.run, count: units, each: 0, rewarded: true });
                    }
                }
                let amount = self.gains.get(last).copied().unwrap_or(0).min(shares);
                if amount > 0 {
                    solution.add_or_repeat(at, amount, &self.taken);
                    total = total.checked_add(amount).ok_or(Overflow)?;
                }
            }
            before = bundles;
        }
        Ok(total)
    }
}

//! Cuts: rows that every whole choice of columns meets, but fractions do not.
//!
//! Applications that take q or more units each, all out of one set of n units, are at most
//! ⌊n/q⌋. A group whose rewarded unit costs at least p lies wholly among the units that cost at
//! least p, so this holds for every price p and all deals together, or some of them. Such rows
//! count applications of deals or rewarded units, which the search for columns can charge for.

use std::ops::Range;

use super::column::{Pick, price_of};
use super::component::runs_of;
use super::offer::{Costs, Market};
use super::{DealKind, DealProblem, GroupReward};

/// At most so many new rows at a time.
const MOST_AT_ONCE: usize = 6;

/// The rows there are. Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    pub(super) cuts: Vec<Cut>,
    /// Per cut and deal: what an application counts, whatever its units.
    weights: Vec<i64>,
    /// Rewarded units that count; each cut points in here, sorted.
    units: Vec<u32>,
    // Working space.
    parties: Vec<Party>,
    prices: Vec<i64>,
    sets: Vec<u64>,
    union: Vec<u64>,
    joined: Vec<bool>,
    found: Vec<Candidate>,
}

#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub(super) row: usize,
    /// What the counts may sum to.
    pub(super) bound: i64,
    weights: Range<usize>,
    units: Range<usize>,
    /// For how long it has not bound.
    pub(super) idle: u32,
}

/// What a deal can add to a cut.
#[derive(Debug, Clone, Copy)]
struct Party {
    /// Applications count by their rewarded unit.
    by_unit: bool,
    size: i64,
    /// Taken so far, in parts; those that count at the price at hand.
    mass: i128,
}

#[derive(Debug, Clone)]
struct Candidate {
    violation: i128,
    price: i64,
    size: i64,
    bound: i64,
    /// Deals in it, as bits.
    deals: u128,
}

impl Cuts {
    pub(super) fn clear(&mut self) {
        self.cuts.clear();
        self.weights.clear();
        self.units.clear();
    }

    /// How much a column counts in a cut.
    pub(super) fn coefficient(&self, cut: &Cut, deal: usize, picks: &[Pick]) -> i64 {
        let whole = self.weights.get(cut.weights.clone()).and_then(|weights| weights.get(deal)).copied().unwrap_or(0);
        let units = self.units.get(cut.units.clone()).unwrap_or(&[]);
        let counted = picks.iter().filter(|pick| pick.rewarded && units.binary_search(&pick.unit).is_ok());
        whole + counted.map(|pick| pick.count).sum::<i64>()
    }

    /// Charges for what counts.
    pub(super) fn charge(&self, costs: &mut Costs, price: impl Fn(usize) -> i128) {
        for cut in &self.cuts {
            let cost = price(cut.row);
            if cost == 0 {
                continue;
            }
            for (own, weight) in costs.deal.iter_mut().zip(self.weights.get(cut.weights.clone()).unwrap_or(&[])) {
                *own -= cost.saturating_mul(i128::from(*weight));
            }
            for unit in self.units.get(cut.units.clone()).unwrap_or(&[]) {
                costs.charge(*unit, true, cost);
            }
        }
    }

    /// Finds cuts that a fractional choice breaks; how many were added to `cuts`, their rows to
    /// be made. `times`: per deal, `rewarded`: per unit, both in parts of `by`.
    pub(super) fn find(
        &mut self,
        problem: &DealProblem,
        market: &Market,
        (times, rewarded, by): (&[i128], &[i128], i128),
        steps: &mut u64,
    ) -> usize {
        let deals = market.deals.len();
        if deals > 128 {
            return 0;
        }
        self.parties.clear();
        self.prices.clear();
        self.found.clear();
        for (at, party) in market.deals.iter().enumerate() {
            let by_unit = match problem.deals.get(party.deal as usize).map(|deal| &deal.kind) {
                Some(DealKind::Group { units, base, reward, .. }) => {
                    let own = problem.units.get(units.clone()).unwrap_or(&[]);
                    let one = own.iter().all(|unit| *reward == GroupReward::Percent || unit.value.whole() == Some(1));
                    if one {
                        let taken = units.clone().zip(own).filter(|(unit, _)| rewarded.get(*unit).is_some_and(|mass| *mass > 0));
                        let prices =
                            taken.filter_map(|(_, unit)| problem.runs.get(unit.run as usize)).map(|run| price_of(run, *base));
                        self.prices.extend(prices);
                    }
                    one
                }
                _ => false,
            };
            let mass = times.get(at).copied().unwrap_or(0);
            self.parties.push(Party { by_unit, size: party.size, mass });
        }
        self.prices.push(i64::MIN);
        self.prices.sort_unstable_by(|a, b| b.cmp(a));
        self.prices.dedup();
        let words = market.rooms.len().div_ceil(64);
        for at in 0..self.prices.len() {
            let price = self.prices.get(at).copied().unwrap_or(i64::MIN);
            self.sets.clear();
            self.sets.resize(words * deals, 0);
            for (deal, party) in market.deals.iter().enumerate() {
                let Some(kind) = problem.deals.get(party.deal as usize).map(|deal| &deal.kind) else { continue };
                let Some(set) = self.sets.get_mut(deal * words..(deal + 1) * words) else { continue };
                let Some(own) = self.parties.get_mut(deal) else { continue };
                let mut add = |run: u32| {
                    let place = market.place_of(run);
                    if let Some(word) = set.get_mut(place / 64) {
                        *word |= 1 << (place % 64);
                    }
                };
                match kind {
                    DealKind::Group { units, base, .. } if own.by_unit => {
                        own.mass = 0;
                        for unit in units.clone() {
                            let Some(run) = problem.units.get(unit).map(|unit| unit.run) else { continue };
                            if problem.runs.get(run as usize).is_some_and(|run| price_of(run, *base) >= price) {
                                add(run);
                                own.mass += rewarded.get(unit).copied().unwrap_or(0);
                            }
                        }
                    }
                    _ => runs_of(problem, kind, add),
                }
            }
            for deal in 0..deals {
                let size = self.parties.get(deal).map_or(0, |party| party.size);
                if size > 1 && !self.parties.iter().take(deal).any(|party| party.size == size) {
                    self.join(market, (price, size, by), words, steps);
                }
            }
        }
        self.found.sort_by(|a, b| b.violation.cmp(&a.violation).then(b.price.cmp(&a.price)));
        self.found.dedup_by(|a, b| a.violation == b.violation && a.deals == b.deals && a.size == b.size && a.bound == b.bound);
        self.found.truncate(MOST_AT_ONCE);
        let found = std::mem::take(&mut self.found);
        for candidate in &found {
            self.write(problem, market, candidate);
        }
        let count = found.len();
        self.found = found;
        count
    }

    /// The deals whose applications break a bound most at this price and size: all together,
    /// or starting from the worst one, those that make it worse.
    fn join(&mut self, market: &Market, (price, size, by): (i64, i64, i128), words: usize, steps: &mut u64) {
        let deals = self.parties.len();
        let counts = |party: &Party| party.size >= size && party.mass > 0;
        let mut best: Option<(i128, i64, u128)> = None;
        let mut start: Option<(i128, usize)> = None;
        for deal in 0..deals {
            if !self.parties.get(deal).is_some_and(counts) {
                continue;
            }
            self.joined.clear();
            self.joined.resize(deals, false);
            if let Some(joined) = self.joined.get_mut(deal) {
                *joined = true;
            }
            let (violation, bound, set) = self.violation(market, size, by, words, None, steps);
            if start.is_none_or(|(other, _)| violation > other) {
                start = Some((violation, deal));
            }
            if violation > 0 && best.is_none_or(|(other, _, _)| violation > other) {
                best = Some((violation, bound, set));
            }
        }
        let Some((mut violation, first)) = start else { return };
        self.joined.clear();
        self.joined.extend(self.parties.iter().map(counts));
        let (all, bound, set) = self.violation(market, size, by, words, None, steps);
        if all > 0 && best.is_none_or(|(other, _, _)| all > other) {
            best = Some((all, bound, set));
        }
        self.joined.clear();
        self.joined.resize(deals, false);
        if let Some(joined) = self.joined.get_mut(first) {
            *joined = true;
        }
        loop {
            let mut next: Option<(i128, i64, u128, usize)> = None;
            for deal in 0..deals {
                if self.joined.get(deal) == Some(&false) && self.parties.get(deal).is_some_and(counts) {
                    let (more, bound, set) = self.violation(market, size, by, words, Some(deal), steps);
                    if more > violation && next.is_none_or(|(other, _, _, _)| more > other) {
                        next = Some((more, bound, set, deal));
                    }
                }
            }
            let Some((more, bound, set, deal)) = next else { break };
            violation = more;
            if let Some(joined) = self.joined.get_mut(deal) {
                *joined = true;
            }
            if more > 0 && best.is_none_or(|(other, _, _)| more > other) {
                best = Some((more, bound, set));
            }
        }
        // Small fractions are not worth a row.
        if let Some((violation, bound, deals)) = best.filter(|(violation, _, _)| violation * 20 > by) {
            self.found.push(Candidate { violation, price, size, bound, deals });
        }
    }

    /// By how much the joined deals, and one more, take more applications than their units hold.
    fn violation(
        &mut self,
        market: &Market,
        size: i64,
        by: i128,
        words: usize,
        more: Option<usize>,
        steps: &mut u64,
    ) -> (i128, i64, u128) {
        let Self { parties, sets, union, joined, .. } = self;
        union.clear();
        union.resize(words, 0);
        let (mut mass, mut deals) = (0i128, 0u128);
        for (deal, party) in parties.iter().enumerate() {
            if joined.get(deal) == Some(&true) || more == Some(deal) {
                mass += party.mass * i128::from(party.size / size);
                deals |= 1 << deal;
                for (word, own) in union.iter_mut().zip(sets.get(deal * words..).unwrap_or(&[])) {
                    *word |= own;
                }
            }
        }
        let mut units = 0i64;
        for (word, rooms) in union.iter().zip(market.rooms.chunks(64)) {
            let mut word = *word;
            while word != 0 {
                units = units.saturating_add(rooms.get(word.trailing_zeros() as usize).copied().unwrap_or(0));
                word &= word - 1;
            }
        }
        *steps += 1;
        let bound = units / size;
        (mass - i128::from(bound) * by, bound, deals)
    }

    fn write(&mut self, problem: &DealProblem, market: &Market, candidate: &Candidate) {
        let (first_weight, first_unit) = (self.weights.len(), self.units.len());
        for (deal, party) in market.deals.iter().enumerate() {
            let counts = candidate.deals >> deal & 1 == 1;
            let by_unit = self.parties.get(deal).is_some_and(|party| party.by_unit);
            let weight = if counts { party.size / candidate.size } else { 0 };
            // A whole deal, or one whose applications weigh more than one unit can say.
            let whole = !by_unit || candidate.price == i64::MIN;
            self.weights.push(if whole { weight } else { 0 });
            let kind = problem.deals.get(party.deal as usize).map(|deal| &deal.kind);
            if let (true, false, Some(DealKind::Group { units, base, .. })) = (counts, whole, kind) {
                self.units.extend(units.clone().map(|unit| unit as u32).filter(|unit| {
                    let run = problem.units.get(*unit as usize).and_then(|unit| problem.runs.get(unit.run as usize));
                    run.is_some_and(|run| price_of(run, *base) >= candidate.price)
                }));
            }
        }
        if let Some(units) = self.units.get_mut(first_unit..) {
            units.sort_unstable();
        }
        self.cuts.push(Cut {
            row: usize::MAX,
            bound: candidate.bound,
            weights: first_weight..self.weights.len(),
            units: first_unit..self.units.len(),
            idle: 0,
        });
    }
}

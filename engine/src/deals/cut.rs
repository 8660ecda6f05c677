//! Cuts: rows that every whole choice of columns meets, but fractions do not.
//!
//! Applications that each take k or more units out of one set of n units are at most ⌊n/k⌋. A mix takes
//! its quantity out of its units, so the sets are units of some mixes. Where an application's cheapest
//! unit decides its reward, those whose cheapest unit costs at least p lie wholly among the units that cost at least
//! p: then this holds for every price p, of all deals together, or some of them. Such rows count
//! applications of deals by their cheapest units, which the search for columns can charge for.

use std::ops::Range;

use super::column::{Pick, price_of, run_of};
use super::offer::{self, Costs, Market};
use super::{DealKind, DealProblem, GroupReward};
use crate::rule::Base;
use crate::sort::InOrder as _;

/// At most so many new rows at a time.
const MOST_AT_ONCE: usize = 8;

/// Sets that more units are added to, per price and k.
const STARTS: usize = 2;

/// What an application takes out of a set at most, to be told from others: k beside the sizes of the deals.
const DIVISORS: [i64; 3] = [2, 3, 4];

/// Mixes looked at for a counted step, and steps at a time.
const MIXES_A_STEP: usize = 128;
const MOST_STEPS: u64 = 20_000;

/// The rows there are. Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Cuts {
    pub(super) cuts: Vec<Cut>,
    /// Per cut and deal: what an application counts.
    weights: Vec<i64>,
    // Working space.
    parties: Vec<Party>,
    mixes: Vec<Mix>,
    divisors: Vec<i64>,
    prices: Vec<i64>,
    words: usize,
    /// Places as bits: of each mix at the price at hand, of what a set can be made of, and of the set at hand.
    mix_sets: Vec<u64>,
    parts: Vec<u64>,
    set: Vec<u64>,
    starts: Vec<(i128, usize)>,
    found: Vec<Candidate>,
    found_sets: Vec<u64>,
}

#[derive(Debug, Clone)]
pub(super) struct Cut {
    pub(super) row: usize,
    /// What the counts may sum to.
    pub(super) bound: i64,
    /// Applications count whose cheapest unit costs at least this.
    price: i64,
    weights: Range<usize>,
    /// For how long it has not bound.
    pub(super) idle: u32,
}

/// How often applications with a cheapest unit of this price are taken, in parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) deal: usize,
    pub(super) floor: i64,
    pub(super) share: i128,
}

/// What a deal can add to a cut: those of its applications that count at the price at hand.
#[derive(Debug, Clone)]
struct Party {
    mixes: Range<usize>,
    /// How often they are taken, in parts.
    mass: i128,
}

/// Units that an application takes so many of.
#[derive(Debug, Clone)]
struct Mix {
    quantity: i64,
    units: Range<usize>,
    /// Cheaper ones are not in applications that count.
    by_price: Option<Base>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    violation: i128,
    price: i64,
    size: i64,
    bound: i64,
    /// Its set in `found_sets`.
    set: usize,
}

/// The price of the cheapest rewarded unit of an application, where that alone is rewarded.
pub(super) fn floor_of(problem: &DealProblem, market: &Market, deal: usize, picks: &[Pick]) -> Option<i64> {
    let kind = market.deals.get(deal).and_then(|party| problem.deals.get(party.deal as usize)).map(|deal| &deal.kind);
    match kind {
        Some(DealKind::Group { base, .. }) if kind.is_some_and(|kind| rewards_one(problem, kind)) => {
            let rewarded = picks.iter().find(|pick| pick.rewarded);
            rewarded.and_then(|pick| run_of(problem, pick)).map(|run| price_of(run, *base))
        }
        _ => market.floor(problem, deal, picks),
    }
}

/// Does a group reward its cheapest unit alone?
pub(super) fn rewards_one(problem: &DealProblem, kind: &DealKind) -> bool {
    let DealKind::Group { units, reward, .. } = kind else { return false };
    let units = problem.units.get(units.clone()).unwrap_or(&[]);
    *reward == GroupReward::Percent || units.iter().all(|unit| unit.value.whole() == Some(1))
}

/// Lets the groups of these deals, as bits, cost more that reward a unit of at least this price.
pub(super) fn charge_groups(problem: &DealProblem, market: &Market, costs: &mut Costs, (deals, price, cost): (u128, i64, i128)) {
    let own = market.deals.iter().enumerate().filter(|(at, _)| *at < 128 && cost != 0 && deals >> at & 1 == 1);
    for (_, party) in own {
        charge_group(problem, party, costs, (price, cost));
    }
}

/// The same for one deal; false when it is none that rewards one unit of a group.
fn charge_group(problem: &DealProblem, party: &offer::Party, costs: &mut Costs, (price, cost): (i64, i128)) -> bool {
    let kind = problem.deals.get(party.deal as usize).map(|deal| &deal.kind);
    let Some(kind @ DealKind::Group { units, base, .. }) = kind else { return false };
    if !rewards_one(problem, kind) {
        return false;
    }
    for (unit, own) in units.clone().zip(problem.units.get(units.clone()).unwrap_or(&[])) {
        if problem.runs.get(own.run as usize).is_some_and(|run| price_of(run, *base) >= price) {
            costs.charge(unit as u32, true, cost);
        }
    }
    true
}

impl Cuts {
    pub(super) fn clear(&mut self) {
        self.cuts.clear();
        self.weights.clear();
    }

    fn weight(&self, cut: &Cut, deal: usize) -> i64 {
        self.weights.get(cut.weights.clone()).and_then(|weights| weights.get(deal)).copied().unwrap_or(0)
    }

    /// How much a column with this floor counts in a cut.
    pub(super) fn coefficient(&self, cut: &Cut, deal: usize, floor: i64) -> i64 {
        if floor >= cut.price { self.weight(cut, deal) } else { 0 }
    }

    /// Charges for what counts.
    pub(super) fn charge(&self, problem: &DealProblem, market: &Market, costs: &mut Costs, price: impl Fn(usize) -> i128) {
        for cut in &self.cuts {
            let cost = price(cut.row);
            if cost == 0 {
                continue;
            }
            for (at, party) in market.deals.iter().enumerate() {
                let cost = cost.saturating_mul(i128::from(self.weight(cut, at)));
                if cost == 0 {
                    continue;
                }
                if cut.price > i64::MIN && party.by_floor {
                    costs.floors.push((1 << at, cut.price, cost));
                } else if (cut.price == i64::MIN || !charge_group(problem, party, costs, (cut.price, cost)))
                    && let Some(own) = costs.deal.get_mut(at)
                {
                    *own -= cost;
                }
            }
        }
    }

    /// Finds cuts that a fractional choice breaks; how many were added to `cuts`, their rows to
    /// be made. What is taken is in parts of `by`.
    pub(super) fn find(&mut self, problem: &DealProblem, market: &Market, taken: &[Taken], by: i128, steps: &mut u64) -> usize {
        if market.deals.len() > 128 {
            return 0;
        }
        self.open(problem, market);
        self.found.clear();
        self.found_sets.clear();
        self.prices.clear();
        self.prices.extend(taken.iter().map(|taken| taken.floor).filter(|floor| *floor < i64::MAX));
        self.prices.push(i64::MIN);
        self.prices.put_in_order_by(|a, b| b.cmp(a));
        self.prices.dedup();
        for at in 0..self.prices.len() {
            let price = self.prices.get(at).copied().unwrap_or(i64::MIN);
            self.gather(problem, market, price, taken);
            for number in 0..self.divisors.len() {
                let size = self.divisors.get(number).copied().unwrap_or(1);
                if *steps < MOST_STEPS {
                    self.join(market, (price, size, by), steps);
                }
            }
            if *steps >= MOST_STEPS {
                break;
            }
        }
        self.found.sort_by(|a, b| b.violation.cmp(&a.violation).then(b.price.cmp(&a.price)));
        let known = self.cuts.len();
        for at in 0..self.found.len() {
            if self.cuts.len() < known + MOST_AT_ONCE
                && let Some(candidate) = self.found.get(at).copied()
            {
                self.write(problem, market, &candidate, known);
            }
        }
        self.cuts.len() - known
    }

    /// Lists the mixes of all deals.
    fn open(&mut self, problem: &DealProblem, market: &Market) {
        let Self { parties, mixes, divisors, words, .. } = self;
        *words = market.rooms.len().div_ceil(64).max(1);
        parties.clear();
        mixes.clear();
        divisors.clear();
        divisors.extend(market.deals.iter().map(|party| party.size));
        let most = divisors.iter().copied().max().unwrap_or(1);
        divisors.extend(DIVISORS);
        divisors.retain(|size| (2..=most).contains(size));
        divisors.put_in_order();
        divisors.dedup();
        for party in &market.deals {
            let from = mixes.len();
            match problem.deals.get(party.deal as usize).map(|deal| &deal.kind) {
                Some(kind @ DealKind::Group { units, quantity, base, .. }) => {
                    let by_price = rewards_one(problem, kind).then_some(*base);
                    mixes.push(Mix { quantity: *quantity, units: units.clone(), by_price });
                }
                Some(DealKind::Bundle { mixes: own, base, .. }) => {
                    let own = problem.mixes.get(own.clone()).unwrap_or(&[]);
                    mixes.extend(own.iter().map(|mix| Mix {
                        quantity: mix.quantity,
                        units: mix.units.clone(),
                        by_price: (party.by_floor && mix.eligible).then_some(*base),
                    }));
                }
                Some(DealKind::Single { units, .. }) => {
                    mixes.push(Mix { quantity: 1, units: units.clone(), by_price: None });
                }
                None => {}
            }
            parties.push(Party { mixes: from..mixes.len(), mass: 0 });
        }
    }

    /// The units of every mix at a price, and what is taken there.
    fn gather(&mut self, problem: &DealProblem, market: &Market, price: i64, taken: &[Taken]) {
        let Self { parties, mixes, mix_sets, parts, words, .. } = self;
        let words = *words;
        mix_sets.clear();
        for mix in mixes.iter() {
            let from = mix_sets.len();
            mix_sets.resize(from + words, 0);
            for unit in problem.units.get(mix.units.clone()).unwrap_or(&[]) {
                let Some(run) = problem.runs.get(unit.run as usize) else { continue };
                let place = market.place_of(unit.run);
                if mix.by_price.is_none_or(|base| price_of(run, base) >= price)
                    && let Some(word) = mix_sets.get_mut(from + place / 64)
                {
                    *word |= 1 << (place % 64);
                }
            }
        }
        parties.iter_mut().for_each(|party| party.mass = 0);
        for taken in taken.iter().filter(|taken| taken.floor >= price) {
            if let Some(party) = parties.get_mut(taken.deal) {
                party.mass += taken.share;
            }
        }
        // Single mixes, and those of a deal together.
        parts.clear();
        let mut add = |own: &[u64]| {
            let part = parts.len();
            parts.resize(part + words, 0);
            let (before, part) = parts.split_at_mut(part);
            for set in own.chunks(words) {
                part.iter_mut().zip(set).for_each(|(word, own)| *word |= own);
            }
            if part.iter().all(|word| *word == 0) || before.chunks(words).any(|other| other == part) {
                let part = before.len();
                parts.truncate(part);
            }
        };
        for party in parties.iter().filter(|party| party.mass > 0) {
            let own = mix_sets.get(party.mixes.start * words..party.mixes.end * words).unwrap_or(&[]);
            add(own);
            own.chunks(words).for_each(&mut add);
        }
    }

    /// The sets that break a bound most at this price: parts, or what they become with others that make it worse.
    fn join(&mut self, market: &Market, (price, size, by): (i64, i64, i128), steps: &mut u64) {
        let words = self.words;
        self.starts.clear();
        for at in 0..self.parts.len() / words {
            self.begin(Some(at));
            let (violation, _) = self.violation(market, (size, by), None);
            self.starts.push((violation, at));
        }
        let work = 1 + (self.parts.len() * self.mixes.len() / MIXES_A_STEP) as u64;
        *steps += work;
        self.starts.put_in_order_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        self.starts.truncate(STARTS);
        for number in 0..self.starts.len() {
            let Some((mut violation, start)) = self.starts.get(number).copied() else { break };
            self.begin(Some(start));
            loop {
                let mut next = None;
                for at in 0..self.parts.len() / words {
                    let (more, _) = self.violation(market, (size, by), Some(at));
                    if more > violation {
                        (violation, next) = (more, Some(at));
                    }
                }
                *steps += work;
                if next.is_none() {
                    break;
                }
                self.extend(next);
            }
            self.note(market, (price, size, by));
        }
        // All together.
        self.begin(None);
        (0..self.parts.len() / words).for_each(|at| self.extend(Some(at)));
        self.note(market, (price, size, by));
    }

    fn begin(&mut self, part: Option<usize>) {
        self.set.clear();
        self.set.resize(self.words, 0);
        self.extend(part);
    }

    fn extend(&mut self, part: Option<usize>) {
        let part = part.map_or(0..0, |at| at * self.words..(at + 1) * self.words);
        let part = self.parts.get(part).unwrap_or(&[]);
        self.set.iter_mut().zip(part).for_each(|(word, own)| *word |= own);
    }

    /// Keeps the set at hand if its bound is broken.
    fn note(&mut self, market: &Market, (price, size, by): (i64, i64, i128)) {
        let (violation, bound) = self.violation(market, (size, by), None);
        // Small fractions are not worth a row.
        if violation * 20 > by {
            let set = self.found_sets.len();
            self.found_sets.extend_from_slice(&self.set);
            self.found.push(Candidate { violation, price, size, bound, set });
        }
    }

    /// By how much the set at hand, and one part more, has more applications than it holds; and how many it holds.
    fn violation(&self, market: &Market, (size, by): (i64, i128), more: Option<usize>) -> (i128, i64) {
        let part = more.map_or(&[][..], |at| self.parts.get(at * self.words..).unwrap_or(&[]));
        let part = |word: usize| part.get(word).copied().unwrap_or(0);
        let word = |at: usize| self.set.get(at).copied().unwrap_or(0) | part(at);
        let mut units = 0i64;
        for at in 0..self.words {
            let mut word = word(at);
            while word != 0 {
                let place = at * 64 + word.trailing_zeros() as usize;
                units = units.saturating_add(market.rooms.get(place).copied().unwrap_or(0));
                word &= word - 1;
            }
        }
        let mut mass = 0i128;
        for party in self.parties.iter().filter(|party| party.mass > 0) {
            mass += party.mass * i128::from(self.count(party, size, word));
        }
        let bound = units / size;
        (mass - i128::from(bound) * by, bound)
    }

    /// How much an application of a deal counts in a set.
    fn count(&self, party: &Party, size: i64, word: impl Fn(usize) -> u64) -> i64 {
        let words = self.words;
        let mut units = 0i64;
        for at in party.mixes.clone() {
            let own = self.mix_sets.get(at * words..(at + 1) * words).unwrap_or(&[]);
            if own.iter().enumerate().all(|(at, own)| own & !word(at) == 0) {
                units += self.mixes.get(at).map_or(0, |mix| mix.quantity);
            }
        }
        units / size
    }

    /// Makes a cut, unless it is one of those from `known` on.
    fn write(&mut self, problem: &DealProblem, market: &Market, candidate: &Candidate, known: usize) {
        self.gather(problem, market, candidate.price, &[]);
        let first = self.weights.len();
        for at in 0..self.parties.len() {
            let set = self.found_sets.get(candidate.set..candidate.set + self.words).unwrap_or(&[]);
            let count = self.parties.get(at).map(|party| {
                let fits = self.mix_sets.get(party.mixes.start * self.words..party.mixes.end * self.words);
                // A deal without units at this price has no application that counts.
                let any = fits.is_some_and(|own| own.iter().any(|word| *word != 0));
                if any { self.count(party, candidate.size, |at| set.get(at).copied().unwrap_or(0)) } else { 0 }
            });
            self.weights.push(count.unwrap_or(0));
        }
        let weights = first..self.weights.len();
        let same = |cut: &Cut| {
            cut.price == candidate.price
                && cut.bound == candidate.bound
                && self.weights.get(cut.weights.clone()) == self.weights.get(weights.clone())
        };
        if self.cuts.iter().skip(known).any(same) {
            self.weights.truncate(first);
        } else {
            self.cuts.push(Cut { row: usize::MAX, bound: candidate.bound, price: candidate.price, weights, idle: 0 });
        }
    }
}

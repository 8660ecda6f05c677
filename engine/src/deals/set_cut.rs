//! Rows over sets of units, for when all columns are listed: applications that each take n of a
//! set's u units count ⌊n/k⌋ together at most ⌊u/k⌋. Whole choices meet that for every set and k,
//! fractions often do not.
//!
//! A row is broken most when units of the set are all taken, u is one less than a multiple of
//! k, and every column takes a multiple of k of them. What is missing from that is the cost
//! of a set; a search that puts one unit in or out at a time looks for sets of little cost.

use std::ops::Range;

use super::column::Pick;
use crate::sort::InOrder as _;

/// What k can be.
const DIVISORS: [i64; 3] = [2, 3, 4];

/// Units put in or out from one start.
const MOVES: usize = 24;

/// Moves before a unit is looked at again.
const REST: usize = 5;

/// Sets of the dearest units to start from.
const MOST_STARTS: usize = 24;

/// Rows at a time.
const MOST_AT_ONCE: usize = 10;

/// A column taken once, in parts told apart.
const ONE: i64 = 1 << 20;

/// A row must be broken by more than this.
const LEAST: i64 = ONE / 32;

#[derive(Debug, Clone, Copy)]
pub(super) struct SetCut {
    pub(super) row: usize,
    /// The places of the set, as bits.
    pub(super) places: u128,
    pub(super) by: i64,
    /// What the counts may sum to.
    pub(super) bound: i64,
    /// For how long it has not bound.
    pub(super) idle: u32,
}

impl SetCut {
    pub(super) fn coefficient(&self, units: impl Iterator<Item = (usize, i64)>) -> i64 {
        let count: i64 = units.map(|(place, count)| if self.places >> place & 1 == 1 { count } else { 0 }).sum();
        count / self.by
    }
}

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct SetCuts {
    pub(super) cuts: Vec<SetCut>,
    /// The columns taken: how often, and their units by place in `parts`.
    taken: Vec<Taken>,
    parts: Vec<(usize, i64)>,
    /// Per place: what is left of its units, and the columns that take some.
    spare: Vec<i64>,
    users: Vec<Vec<(usize, i64)>>,
    /// Per column taken: units of the set at hand.
    counts: Vec<i64>,
    rested: Vec<usize>,
    starts: Vec<(i64, usize, usize)>,
    found: Vec<(i64, SetCut)>,
}

#[derive(Debug, Clone)]
struct Taken {
    share: i64,
    whole: bool,
    parts: Range<usize>,
}

impl SetCuts {
    pub(super) fn clear(&mut self) {
        self.cuts.clear();
    }

    /// Starts anew with what the linear programme takes.
    pub(super) fn begin(&mut self, rooms: &[i64]) {
        self.taken.clear();
        self.parts.clear();
        self.spare.clear();
        self.spare.extend(rooms.iter().map(|room| room.saturating_mul(ONE)));
        self.users.iter_mut().for_each(Vec::clear);
        if self.users.len() < rooms.len() {
            self.users.resize_with(rooms.len(), Vec::new);
        }
    }

    /// A column taken `share` times in parts of `by`.
    pub(super) fn take(&mut self, (share, by): (i128, i128), picks: &[Pick], place: impl Fn(u32) -> usize) {
        let from = self.parts.len();
        for pick in picks {
            let place = place(pick.unit);
            match self.parts.iter_mut().skip(from).find(|(other, _)| *other == place) {
                Some((_, count)) => *count += pick.count,
                None => self.parts.push((place, pick.count)),
            }
        }
        let at = self.taken.len();
        let fixed = i64::try_from(share.saturating_mul(ONE.into()) / by).unwrap_or(i64::MAX >> 16);
        for (place, count) in self.parts.get(from..).unwrap_or(&[]) {
            if let Some(users) = self.users.get_mut(*place) {
                users.push((at, *count));
            }
            if let Some(spare) = self.spare.get_mut(*place) {
                *spare -= fixed.saturating_mul(*count);
            }
        }
        self.taken.push(Taken { share: fixed, whole: share % by == 0, parts: from..self.parts.len() });
    }

    /// Finds rows that are broken; they are the last of `cuts`, without their row. How many? Every
    /// row of places in `lists` is looked at, with those after its first one left out, too.
    pub(super) fn find(&mut self, rooms: &[i64], lists: &[Range<usize>], places: &[usize], steps: &mut u64) -> usize {
        self.found.clear();
        for by in DIVISORS {
            for start in 0..self.taken.len() {
                let Some(Taken { whole: false, parts, .. }) = self.taken.get(start).cloned() else { continue };
                let mut trial = self.begin_trial(by, rooms);
                for part in parts {
                    if let Some((place, _)) = self.parts.get(part).copied() {
                        self.turn(&mut trial, place, rooms);
                    }
                }
                self.search(rooms, trial, steps);
            }
            self.starts.clear();
            for (at, list) in lists.iter().enumerate() {
                let mut trial = self.begin_trial(by, rooms);
                for (length, place) in (1..).zip(places.get(list.clone()).unwrap_or(&[])) {
                    self.turn(&mut trial, *place, rooms);
                    self.starts.push((trial.all_cost(), at, length));
                }
                *steps += 1 + list.len() as u64 / 8;
            }
            self.starts.put_in_order();
            self.starts.truncate(MOST_STARTS);
            for number in 0..self.starts.len() {
                let Some((_, at, length)) = self.starts.get(number).copied() else { break };
                let mut trial = self.begin_trial(by, rooms);
                let list = lists.get(at).and_then(|list| places.get(list.clone())).unwrap_or(&[]);
                for place in list.iter().take(length) {
                    self.turn(&mut trial, *place, rooms);
                }
                self.search(rooms, trial, steps);
            }
        }
        let key = |cut: &SetCut| (cut.places.count_ones(), cut.places, cut.by);
        self.found.put_in_order_by(|a, b| b.0.cmp(&a.0).then(key(&a.1).cmp(&key(&b.1))));
        self.found.dedup_by(|a, b| key(&a.1) == key(&b.1));
        let known = self.cuts.len();
        for (_, cut) in &self.found {
            let same = |other: &SetCut| other.places == cut.places && other.by == cut.by;
            if self.cuts.len() < known + MOST_AT_ONCE && !self.cuts.iter().any(same) {
                self.cuts.push(*cut);
            }
        }
        self.cuts.len() - known
    }

    /// No unit is in the set.
    fn begin_trial(&mut self, by: i64, rooms: &[i64]) -> Trial {
        self.counts.clear();
        self.counts.resize(self.taken.len(), 0);
        self.rested.clear();
        self.rested.resize(rooms.len(), 0);
        Trial { by, set: 0, units: 0, cost: 0 }
    }

    /// From one set on: the set most broken on the way, if one is.
    fn search(&mut self, rooms: &[i64], mut trial: Trial, steps: &mut u64) {
        let by = trial.by;
        let mut best: Option<(i64, SetCut)> = None;
        for number in 1..=MOVES {
            let violation = ((by - 1) * ONE - trial.all_cost()) / by;
            if violation > best.map_or(LEAST, |(most, _)| most) {
                let cut = SetCut { row: usize::MAX, places: trial.set, by, bound: trial.units / by, idle: 0 };
                best = Some((violation, cut));
            }
            let mut next: Option<(i64, usize)> = None;
            for (place, room) in rooms.iter().enumerate() {
                if self.rested.get(place).is_some_and(|until| *until > number) {
                    continue;
                }
                let left = (trial.units + if trial.has(place) { -room } else { *room }).rem_euclid(by);
                let cost = trial.cost + self.change(&trial, place) + (by - 1 - left) * ONE;
                if next.is_none_or(|(least, _)| cost < least) {
                    next = Some((cost, place));
                }
            }
            *steps += 1 + self.parts.len() as u64 / 32;
            let Some((_, place)) = next else { break };
            self.turn(&mut trial, place, rooms);
            if let Some(until) = self.rested.get_mut(place) {
                *until = number + REST;
            }
        }
        self.found.extend(best);
    }

    /// What putting a place in or out adds to the cost.
    fn change(&self, trial: &Trial, place: usize) -> i64 {
        let sign = if trial.has(place) { -1 } else { 1 };
        let users = self.users.get(place).map_or(&[][..], Vec::as_slice);
        users.iter().fold(sign * self.spare.get(place).copied().unwrap_or(0), |change, (column, count)| {
            let own = self.counts.get(*column).copied().unwrap_or(0);
            let more = (own + sign * count).rem_euclid(trial.by) - own.rem_euclid(trial.by);
            change + more * self.taken.get(*column).map_or(0, |taken| taken.share)
        })
    }

    /// Puts a place in or out.
    fn turn(&mut self, trial: &mut Trial, place: usize, rooms: &[i64]) {
        trial.cost += self.change(trial, place);
        let sign = if trial.has(place) { -1 } else { 1 };
        for (column, count) in self.users.get(place).map_or(&[][..], Vec::as_slice) {
            if let Some(own) = self.counts.get_mut(*column) {
                *own += sign * count;
            }
        }
        trial.set ^= 1 << place;
        trial.units += sign * rooms.get(place).copied().unwrap_or(0);
    }
}

/// A set that is looked at.
#[derive(Debug, Clone, Copy)]
struct Trial {
    by: i64,
    set: u128,
    units: i64,
    /// Units left over, and those of columns beyond a multiple of k.
    cost: i64,
}

impl Trial {
    /// With what the number of units is away from one less than a multiple of k.
    fn all_cost(&self) -> i64 {
        self.cost + (self.by - 1 - self.units.rem_euclid(self.by)) * ONE
    }

    fn has(&self, place: usize) -> bool {
        self.set >> place & 1 == 1
    }
}

//! Deals that compete, unit by unit: the units stand in a row, dearest first, and each is given
//! to a deal or to none, keeping how far the next applications of every deal have come. Ways that
//! lead to the same state are one from there on, so there are far fewer states than ways.
//!
//! In that order the cheapest units of an application come last, so a deal's applications can be
//! made of its units in turn. [`lanes`] tells which deals allow that.
//!
//! What the prices of the linear programme promise for the units still to come bounds every state
//! ([`bounds`]). Of more states than wanted, those with the least bounds are dropped; the greatest
//! bound dropped bounds what was missed. When none was, the best way is the best choice there is.

mod bounds;
mod lanes;
mod states;

use std::cmp::Reverse;
use std::ops::Range;

use self::lanes::{Choice, Lane, Way};
pub(super) use self::states::{Index, States};
use super::column::Pick;

/// The promise of a state that comes to nothing; all others are far above half of it.
const NEVER: i128 = -(1 << 120);

/// The choice of giving a unit to no deal.
const NOBODY: u32 = u32::MAX;

/// Choices looked at for a counted step.
const CHOICES_A_STEP: u64 = 3;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    lanes: Vec<Lane>,
    choices: Vec<Choice>,
    /// Per place: its choices.
    choices_of: Vec<Range<usize>>,
    /// The places of the units in order, one entry per unit.
    seats: Vec<usize>,
    order: Vec<usize>,
    /// Numbers in a state.
    width: usize,
    /// What a unit costs, per place.
    prices: Vec<i128>,
    /// Per seat, and one more: what all units from it on cost.
    rest: Vec<i128>,
    /// Bounds of lanes by seat; each lane points in here.
    table: Vec<i128>,
    now: States,
    next: States,
    index: Index,
    child: Vec<u8>,
    promises: Vec<i128>,
    picked: Vec<usize>,
    /// How each state came about, by layer: the state before, and the choice made.
    history: Vec<(u32, u32)>,
    layers: Vec<usize>,
    /// The best way through: the choice per seat.
    way: Vec<u32>,
    /// Counted work.
    pub(super) steps: u64,
}

/// What a sweep came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Swept {
    /// The best way through when it is worth at least what was asked for.
    pub(super) best: Option<i128>,
    /// Nothing that was dropped is worth more; `None`: nothing was dropped.
    pub(super) dropped: Option<i128>,
}

impl Sweep {
    /// Goes through all units with at most `most` states at a time. Only ways worth at least
    /// `least` count. [`Self::application`] then tells the best one.
    ///
    /// When `amounts_only`, a unit that can begin an application by its cheapest unit is given to
    /// somebody: more units never give less, but may be in more applications.
    pub(super) fn run(&mut self, most: usize, least: i128, steps: u64, amounts_only: bool) -> Swept {
        let width = self.width;
        let mut swept = Swept { best: None, dropped: None };
        self.history.clear();
        self.layers.clear();
        let (mut now, mut next) = (std::mem::take(&mut self.now), std::mem::take(&mut self.next));
        now.start(width);
        for seat in 0..self.seats.len() {
            self.index.clear(now.len() * 2);
            next.clear();
            self.give_seat(seat, least, amounts_only, &now, &mut next);
            if next.len() > most {
                let dropped = next.narrow(most, width, &mut self.picked);
                swept.dropped = swept.dropped.max(Some(dropped));
            }
            self.layers.push(self.history.len());
            self.history.extend_from_slice(&next.from);
            std::mem::swap(&mut now, &mut next);
            if now.len() == 0 || self.steps > steps {
                break;
            }
        }
        if self.layers.len() == self.seats.len() {
            let best = now.values.iter().enumerate().max_by_key(|(at, value)| (**value, Reverse(*at)));
            if let Some((at, value)) = best.filter(|(_, value)| **value >= least) {
                swept.best = Some(*value);
                self.trace(at as u32);
            }
        } else if now.len() > 0 {
            // Stopped on the way: that tells nothing.
            swept.dropped = Some(i128::MAX);
        }
        (self.now, self.next) = (now, next);
        swept
    }

    /// All states after a unit.
    fn give_seat(&mut self, seat: usize, least: i128, amounts_only: bool, now: &States, next: &mut States) {
        let width = self.width;
        let place = self.seats.get(seat).copied().unwrap_or(0);
        let choices = self.choices_of.get(place).cloned().unwrap_or(0..0);
        let rest = self.rest.get(seat + 1).copied().unwrap_or(0);
        self.steps += 1 + (now.len() * (1 + choices.len())) as u64 / CHOICES_A_STEP;
        let (mut child, mut promises) = (std::mem::take(&mut self.child), std::mem::take(&mut self.promises));
        for at in 0..now.len() {
            let state = now.key(at, width);
            let Some(value) = now.values.get(at).copied() else { continue };
            promises.clear();
            promises.extend(self.lanes.iter().map(|lane| self.promise(lane, state, seat + 1)));
            let lost = |promise: i128| promise < NEVER / 2;
            let lost_all = promises.iter().filter(|promise| lost(**promise)).count();
            let sum = promises.iter().filter(|promise| !lost(**promise)).fold(rest, |sum, promise| sum + promise);
            let mut needless = false;
            for number in choices.clone() {
                let Some(choice) = self.choices.get(number) else { continue };
                let Some(lane) = self.lanes.get(choice.lane) else { continue };
                child.clear();
                child.extend_from_slice(state);
                let Some(adds) = self.give(lane, choice, &mut child) else { continue };
                needless |= self.only_waits(lane, choice, &child);
                // Only this lane's promise is another one now.
                let before = promises.get(choice.lane).copied().unwrap_or(0);
                let promise = self.promise(lane, &child, seat + 1);
                if lost(promise) || lost_all > usize::from(lost(before)) {
                    continue;
                }
                let value = value + adds;
                let bound = value + sum + promise - if lost(before) { 0 } else { before };
                if bound >= least {
                    next.offer(&mut self.index, width, &child, (value, bound), (at as u32, number as u32));
                }
            }
            // To nobody.
            let bound = value + sum;
            if bound >= least && lost_all == 0 && !(needless && amounts_only) {
                next.offer(&mut self.index, width, state, (value, bound), (at as u32, NOBODY));
            }
        }
        (self.child, self.promises) = (child, promises);
    }

    /// Gives a unit to a deal: changes the state, and says what that adds at once. `None`: the deal
    /// cannot take it.
    fn give(&self, lane: &Lane, choice: &Choice, state: &mut [u8]) -> Option<i128> {
        let left = match lane.limit {
            Some((at, most)) => most - i64::from(*state.get(at)?),
            None => i64::from(u8::MAX),
        };
        if let Some((at, most)) = lane.tier.filter(|_| choice.tier) {
            let used = state.get_mut(at)?;
            if i64::from(*used) >= most {
                return None;
            }
            *used += 1;
        }
        let own = state.get_mut(lane.first)?;
        let came = i64::from(*own);
        if let Way::Waiting { most } = lane.way {
            if !choice.rewarded {
                let most = most.min(left.saturating_mul(lane.quantity - 1));
                *own += 1;
                return (came < most).then_some(0);
            }
            if came < lane.quantity - 1 || left == 0 {
                return None;
            }
            *own -= (lane.quantity - 1) as u8;
            self.count(lane, state);
            return Some(choice.gain + lane.complete);
        }
        if came >= left.saturating_mul(lane.quantity) {
            return None;
        }
        *own += 1;
        let mut adds = if came < lane.paying { 0 } else { choice.gain };
        if came + 1 == lane.quantity {
            *own = 0;
            adds += lane.complete;
            self.count(lane, state);
        }
        Some(adds)
    }

    /// Has a unit just given only joined an application that may still be left unfinished?
    fn only_waits(&self, lane: &Lane, choice: &Choice, state: &[u8]) -> bool {
        lane.limit.is_none()
            && match lane.way {
                Way::InTurn => (1..=lane.paying).contains(&i64::from(state.get(lane.first).copied().unwrap_or(0))),
                Way::Waiting { .. } => !choice.rewarded,
            }
    }

    /// Counts an application against the deal's limit.
    fn count(&self, lane: &Lane, state: &mut [u8]) {
        if let Some(used) = lane.limit.and_then(|(at, _)| state.get_mut(at)) {
            *used += 1;
        }
    }

    /// Follows a state of the last layer back to the start.
    fn trace(&mut self, mut state: u32) {
        self.way.clear();
        for from in self.layers.iter().rev() {
            let (before, choice) = self.history.get(from + state as usize).copied().unwrap_or((0, NOBODY));
            self.way.push(choice);
            state = before;
        }
        self.way.reverse();
    }

    /// Appends the units of a deal's application, by number, that the best way makes; false when
    /// there are no more.
    pub(super) fn application(&self, deal: usize, number: usize, picks: &mut Vec<Pick>) -> bool {
        let Some(lane) = self.lanes.get(deal) else { return false };
        let given = || self.way.iter().filter_map(|choice| self.choices.get(*choice as usize)).filter(|own| own.lane == deal);
        let (quantity, paying) = (lane.quantity as usize, lane.paying as usize);
        let from = picks.len();
        let mut add = |unit: u32, rewarded: bool| {
            let own = picks.iter_mut().skip(from).find(|pick| pick.unit == unit && pick.rewarded == rewarded);
            match own {
                Some(pick) => pick.count += 1,
                None => picks.push(Pick { unit, count: 1, rewarded }),
            }
        };
        let mut there = 0;
        if lane.way == Way::InTurn {
            for (position, choice) in given().skip(number * quantity).take(quantity).enumerate() {
                add(choice.unit, position >= paying);
                there += 1;
            }
        } else if let Some(reward) = given().filter(|choice| choice.rewarded).nth(number) {
            for choice in given().filter(|choice| !choice.rewarded).skip(number * paying).take(paying) {
                add(choice.unit, false);
                there += 1;
            }
            add(reward.unit, true);
            there += 1;
        }
        if there < quantity {
            picks.truncate(from);
            return false;
        }
        true
    }
}

//! What a state can still come to. Prices of units, and of deals' limits, are such that no
//! application is worth more than what it takes, nor promises more: a way through makes other
//! applications of the same units than a choice has, so what they promise counts, too. So units still to come add no more than they
//! cost, and only applications that have begun may add more.

use super::lanes::{Choice, Lane, Slot, Way};
use super::{NEVER, Sweep};

/// Units of a slot that bounds look ahead for.
const LOOK_AHEAD: usize = 16;

impl Sweep {
    /// Sets the prices: of the units by place, and of each deal's limits.
    pub(in super::super) fn set_prices(
        &mut self,
        prices: impl Iterator<Item = i128>,
        limits: impl Iterator<Item = (i128, i128)>,
    ) {
        self.prices.clear();
        self.prices.extend(prices.zip(&self.surplus).map(|(price, surplus)| price + surplus));
        for (lane, (price, tier_price)) in self.lanes.iter_mut().zip(limits) {
            (lane.price, lane.tier_price) = (price, tier_price);
        }
        self.rest.clear();
        self.rest.resize(self.seats.len() + 1, 0);
        let mut sum = 0;
        for (rest, place) in self.rest.iter_mut().zip(&self.seats).rev() {
            sum += self.prices.get(*place).copied().unwrap_or(0);
            *rest = sum;
        }
        self.table.clear();
        for at in 0..self.lanes.len() {
            let from = self.table.len();
            let Some(lane) = self.lanes.get_mut(at) else { continue };
            lane.table = from;
            let lane = lane.clone();
            match lane.way {
                Way::InTurn => self.bound_turns(at, &lane),
                Way::Waiting { most } => self.bound_waiting(at, &lane, most),
                Way::Together => self.bound_together(at, &lane),
            }
        }
    }

    fn price(&self, seat: usize) -> i128 {
        self.seats.get(seat).and_then(|place| self.prices.get(*place)).copied().unwrap_or(0)
    }

    /// What the unit at a seat can be to a lane.
    fn choices_at(&self, seat: usize, lane: usize) -> impl Iterator<Item = &Choice> {
        let range = self.seats.get(seat).and_then(|place| self.choices_of.get(*place)).cloned().unwrap_or(0..0);
        self.choices.get(range).unwrap_or(&[]).iter().filter(move |choice| choice.lane == lane)
    }

    fn entry(&self, at: usize) -> i128 {
        self.table.get(at).copied().unwrap_or(NEVER)
    }

    /// Per seat and number of units that have come: what their application still adds.
    fn bound_turns(&mut self, at: usize, lane: &Lane) {
        let Some(Slot { quantity, paying, .. }) = self.slots.get(lane.slots.start).cloned() else { return };
        let size = quantity as usize;
        self.table.resize(lane.table + (self.seats.len() + 1) * size, 0);
        for seat in (0..=self.seats.len()).rev() {
            let (here, there) = (lane.table + seat * size, lane.table + (seat + 1) * size);
            for came in 1..size {
                let mut best = if lane.by_cheapest && came as i64 <= paying { 0 } else { NEVER };
                if seat < self.seats.len() {
                    best = best.max(self.entry(there + came));
                    for choice in self.choices_at(seat, at) {
                        let gain = if lane.by_cheapest && (came as i64) < paying { 0 } else { choice.gain };
                        let then = if came + 1 == size { lane.complete - lane.price } else { self.entry(there + came + 1) };
                        best = best.max(then + gain - self.price(seat));
                    }
                }
                if let Some(entry) = self.table.get_mut(here + came) {
                    *entry = best.max(NEVER);
                }
            }
        }
    }

    /// Per seat and number of units that wait: what they still add.
    fn bound_waiting(&mut self, at: usize, lane: &Lane, most: i64) {
        let Some(Slot { paying, .. }) = self.slots.get(lane.slots.start).cloned() else { return };
        let (size, paying) = (most as usize + 1, paying as usize);
        self.table.resize(lane.table + (self.seats.len() + 1) * size, 0);
        for seat in (0..self.seats.len()).rev() {
            let (here, there) = (lane.table + seat * size, lane.table + (seat + 1) * size);
            for waits in 0..size {
                let mut best = self.entry(there + waits);
                for choice in self.choices_at(seat, at) {
                    if !choice.rewarded && waits + 1 < size {
                        best = best.max(self.entry(there + waits + 1) - self.price(seat));
                    }
                    if choice.rewarded && waits >= paying {
                        let adds = choice.gain + lane.complete - lane.price - self.price(seat);
                        best = best.max(self.entry(there + waits - paying) + adds);
                    }
                }
                if let Some(entry) = self.table.get_mut(here + waits) {
                    *entry = best;
                }
            }
        }
    }

    /// Per seat: the greatest reward of a last unit. Then per slot and seat: the most that so many
    /// units still to come can add.
    fn bound_together(&mut self, at: usize, lane: &Lane) {
        self.table.resize(lane.table + self.seats.len() + 1, NEVER);
        let mut most = NEVER;
        for seat in (0..self.seats.len()).rev() {
            most = self.choices_at(seat, at).map(|choice| choice.gain).fold(most, i128::max);
            if let Some(entry) = self.table.get_mut(lane.table + seat) {
                *entry = most;
            }
        }
        let size = LOOK_AHEAD + 1;
        let mut top = std::mem::take(&mut self.top);
        for number in lane.slots.clone() {
            let from = self.table.len();
            self.table.resize(from + (self.seats.len() + 1) * size, NEVER);
            if let Some(slot) = self.slots.get_mut(number) {
                slot.table = from;
            }
            top.clear();
            for seat in (0..=self.seats.len()).rev() {
                for choice in self.choices_at(seat, at).filter(|choice| choice.slot == number) {
                    let adds = if lane.by_cheapest { 0 } else { choice.gain } - self.price(seat);
                    top.insert(top.partition_point(|other| *other >= adds), adds);
                    top.truncate(LOOK_AHEAD);
                }
                let mut sum = 0;
                let entries = self.table.iter_mut().skip(from + seat * size).take(size);
                for (entry, adds) in entries.zip(top.iter().copied().map(Some).chain(std::iter::repeat(None))) {
                    *entry = sum;
                    sum = adds.filter(|_| sum > NEVER).map_or(NEVER, |adds| sum + adds);
                }
            }
        }
        self.top = top;
    }

    /// The most that a lane can still add from a seat on beside what its units cost, or below
    /// half of [`NEVER`] when its state comes to nothing.
    pub(super) fn promise(&self, lane: &Lane, state: &[u8], seat: usize) -> i128 {
        let number = |at: usize| i64::from(state.get(at).copied().unwrap_or(0));
        let left = |limit: Option<(usize, i64)>| limit.map_or(0, |(at, most)| i128::from(most - number(at)));
        let limits = lane.price * left(lane.limit) + lane.tier_price * left(lane.tier);
        let came = number(lane.first) as usize;
        limits
            + match lane.way {
                Way::InTurn if came == 0 => 0,
                Way::InTurn => {
                    let quantity = self.slots.get(lane.slots.start).map_or(1, |slot| slot.quantity);
                    self.entry(lane.table + seat * quantity as usize + came)
                }
                Way::Waiting { most } => self.entry(lane.table + seat * (most as usize + 1) + came),
                Way::Together => self.finish(lane, &number, seat),
            }
    }

    /// What finishing the applications that have begun adds.
    fn finish(&self, lane: &Lane, number: &impl Fn(usize) -> i64, seat: usize) -> i128 {
        let slots = || self.slots.get(lane.slots.clone()).unwrap_or(&[]).iter().zip(lane.first..);
        let begun = slots().map(|(slot, at)| (number(at) + slot.quantity - 1) / slot.quantity).max().unwrap_or(0);
        let finish = |times: i64| {
            let mut each = lane.complete - lane.price;
            if lane.by_cheapest {
                each += self.entry(lane.table + seat);
            }
            let mut sum = each.saturating_mul(times.into());
            for (slot, at) in slots() {
                let needed = (times * slot.quantity - number(at)).max(0) as usize;
                let row = slot.table + seat * (LOOK_AHEAD + 1);
                sum = sum.saturating_add(self.entry(row + needed.min(LOOK_AHEAD)));
                if needed > LOOK_AHEAD {
                    // Further ones add no more than the best.
                    let best = self.entry(row + 1).max(0);
                    sum = sum.saturating_add(best.saturating_mul((needed - LOOK_AHEAD) as i128));
                }
            }
            sum.max(NEVER)
        };
        match begun {
            0 => 0,
            begun if lane.by_cheapest => (1..=begun).map(finish).fold(0, i128::max),
            begun => finish(begun),
        }
    }
}

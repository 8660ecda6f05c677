//! What a state can still come to. Prices of units, and of deals' limits, are such that no
//! application is worth more than what it takes. So units still to come add no more than they
//! cost, and only applications that have begun may add more.

use super::lanes::{Choice, Lane, Way};
use super::{NEVER, Sweep};

impl Sweep {
    /// Sets the prices: of the units by place, and of each deal's limits.
    pub(in super::super) fn set_prices(
        &mut self,
        prices: impl Iterator<Item = i128>,
        limits: impl Iterator<Item = (i128, i128)>,
    ) {
        self.prices.clear();
        self.prices.extend(prices);
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
        let size = lane.quantity as usize;
        self.table.resize(lane.table + (self.seats.len() + 1) * size, 0);
        for seat in (0..=self.seats.len()).rev() {
            let (here, there) = (lane.table + seat * size, lane.table + (seat + 1) * size);
            for came in 1..size {
                let mut best = if came as i64 <= lane.paying { 0 } else { NEVER };
                if seat < self.seats.len() {
                    best = best.max(self.entry(there + came));
                    for choice in self.choices_at(seat, at) {
                        let gain = if (came as i64) < lane.paying { 0 } else { choice.gain };
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
        let (size, paying) = (most as usize + 1, lane.paying as usize);
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
                Way::InTurn => self.entry(lane.table + seat * lane.quantity as usize + came),
                Way::Waiting { most } => self.entry(lane.table + seat * (most as usize + 1) + came),
            }
    }
}

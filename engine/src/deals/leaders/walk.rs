//! Along the row, unit by unit, with all states that can still come to more than the best way.

use std::cmp::Reverse;

use super::prices::NEVER;
use super::{ALONE, Buffers, LEADS, Lane};

/// Bytes of a lane in a state: leaders to be had and units that wait, two each, and units rewarded.
const NUMBERS: usize = 5;

impl Buffers {
    /// Goes along the row with at most so many states at a time and keeps the best way. None: no
    /// way is better; otherwise the greatest bound of the states left out.
    pub(super) fn walk(&mut self, most: usize, steps: u64) -> Option<i64> {
        let width = self.lanes.len() * NUMBERS + if self.limit.is_some() { 2 } else { 0 };
        let least = i128::from(self.best_value) + 1;
        let mut dropped: Option<i128> = None;
        self.history.clear();
        self.layers.clear();
        let (mut now, mut next) = (std::mem::take(&mut self.now), std::mem::take(&mut self.next));
        now.start(width);
        for seat in 0..self.seats.len() {
            self.index.clear(now.len() * 2);
            next.clear();
            self.give_seat(seat, width, least, &now, &mut next);
            if next.len() > most {
                dropped = dropped.max(Some(next.narrow(most, width, &mut self.picked)));
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
                self.best_value = i64::try_from(*value).unwrap_or(i64::MAX);
                self.trace(at as u32);
            }
        } else {
            dropped = dropped.max(now.bounds.iter().copied().max());
        }
        (self.now, self.next) = (now, next);
        dropped.map(|bound| i64::try_from(bound).unwrap_or(i64::MAX))
    }

    /// All states after a unit.
    fn give_seat(&mut self, seat: usize, width: usize, least: i128, now: &super::States, next: &mut super::States) {
        let place = self.seats.get(seat).copied().unwrap_or(0) as usize;
        let own_lane = self.row.get(place).map_or(usize::MAX, |placed| placed.lane);
        let rest = self.prices.rest.get(seat + 1).copied().unwrap_or(0);
        let complete = self.application_price();
        let mut child = std::mem::take(&mut self.child);
        let mut promises = std::mem::take(&mut self.promises);
        let mut index = std::mem::take(&mut self.index);
        let mut steps = 0;
        for at in 0..now.len() {
            let state = now.key(at, width);
            let Some(value) = now.values.get(at).copied() else { continue };
            steps += 1;
            let used = self.limit.map(|limit| {
                (limit, i64::from(*state.get(width - 2).unwrap_or(&0)) << 8 | i64::from(*state.get(width - 1).unwrap_or(&0)))
            });
            promises.clear();
            promises.extend((0..self.lanes.len()).map(|lane| self.promise(lane, seat + 1, numbers(state, lane))));
            let hopeless = |promise: i64| promise < NEVER / 2;
            let lost_all = promises.iter().filter(|promise| hopeless(**promise)).count();
            let limits = used.map_or(0, |(limit, used)| (limit - used) * complete);
            let sum = rest + limits + promises.iter().filter(|promise| !hopeless(**promise)).sum::<i64>();
            let mut needless = false;
            // Groups that a lane can still complete.
            let groups = |own: &Lane| {
                let left = (self.seats.len() - seat - 1) as i64 / own.rewarded;
                used.map_or(left, |(limit, used)| left.min(limit - used))
            };
            for (lane, own) in self.lanes.iter().enumerate() {
                let (leaders, waits, rewarded) = numbers(state, lane);
                let before = promises.get(lane).copied().unwrap_or(0);
                let others = sum - if hopeless(before) { 0 } else { before };
                if lost_all > usize::from(hopeless(before)) {
                    continue;
                }
                let open = waits % own.paying.max(1) != 0;
                let may_pay = own.paying > 0 && (!own.in_turn || waits < own.paying) && (open || !own.led || leaders > 0);
                let mut offer = |(to_leaders, to_waits, to_rewarded): (usize, i64, i64), adds: i64, done: bool, choice: u32| {
                    let promise = self.promise(lane, seat + 1, (to_leaders, to_waits, to_rewarded));
                    if hopeless(promise) {
                        return;
                    }
                    let value = value + i128::from(adds);
                    let bound = value + i128::from(others + promise - if done { complete } else { 0 });
                    if self.limit.is_none() && done {
                        debug_assert_eq!(complete, 0);
                    }
                    if bound < least {
                        return;
                    }
                    let ([a, b], [c, d]) = ((to_leaders as u16).to_be_bytes(), (to_waits as u16).to_be_bytes());
                    child.clear();
                    child.extend_from_slice(state);
                    if let Some(numbers) = child.get_mut(lane * NUMBERS..(lane + 1) * NUMBERS) {
                        numbers.copy_from_slice(&[a, b, c, d, to_rewarded as u8]);
                    }
                    if let (Some((_, used)), true, Some(count)) = (used, done, child.get_mut(width.saturating_sub(2)..)) {
                        count.copy_from_slice(&[((used + 1) >> 8) as u8, (used + 1) as u8]);
                    }
                    next.offer(&mut index, width, &child, (value, bound), (at as u32, choice));
                };
                if may_pay {
                    let begins = own.led && !open;
                    // More than groups still to come can use are as good as none.
                    let most = if own.led || own.in_turn { i64::MAX } else { own.paying.saturating_mul(groups(own)) };
                    offer((leaders - usize::from(begins), (waits + 1).min(most.max(waits)), rewarded), 0, false, lane as u32 * 2);
                    needless |= !own.led;
                }
                let begins = own.led && own.paying == 0 && rewarded == 0;
                let within = used.is_none_or(|(limit, used)| used < limit);
                if waits >= own.paying && (!begins || leaders > 0) && within {
                    let gain = self.gains.get(place * self.lanes.len() + lane).copied().unwrap_or(0) * self.minor;
                    let done = rewarded + 1 == own.rewarded;
                    let (to_waits, to_rewarded) = if done { (waits - own.paying, 0) } else { (waits, rewarded + 1) };
                    let adds = gain - i64::from(done);
                    offer((leaders - usize::from(begins), to_waits, to_rewarded), adds, done, lane as u32 * 2 + 1);
                    needless |= !own.led && own.rewarded == 1 && gain > 0 && own.in_turn && used.is_none();
                }
                if own_lane == lane && own.led {
                    if own.all_free {
                        let gain = self.gains.get(place * self.lanes.len() + lane).copied().unwrap_or(0) * self.minor;
                        offer((leaders + 1, waits, rewarded), gain, false, LEADS);
                    } else {
                        // More than can still lead a group are as good as none.
                        offer(((leaders + 1).min(leaders.max(groups(own) as usize)), waits, rewarded), 0, false, ALONE);
                        needless = true;
                    }
                }
            }
            // To nobody; whoever may lead a group is left alone for that.
            let bound = value + i128::from(sum);
            if bound >= least && lost_all == 0 && !needless {
                next.offer(&mut index, width, state, (value, bound), (at as u32, ALONE));
            }
        }
        (self.child, self.promises, self.index) = (child, promises, index);
        self.steps += steps;
    }

    /// Follows a state of the last layer back to the start.
    fn trace(&mut self, mut state: u32) {
        self.best.clear();
        for from in self.layers.iter().rev() {
            let (before, choice) = self.history.get(from + state as usize).copied().unwrap_or((0, ALONE));
            self.best.push(choice);
            state = before;
        }
        self.best.reverse();
    }
}

fn numbers(state: &[u8], lane: usize) -> (usize, i64, i64) {
    match state.get(lane * NUMBERS..(lane + 1) * NUMBERS) {
        Some([a, b, c, d, rewarded]) => {
            (usize::from(u16::from_be_bytes([*a, *b])), i64::from(u16::from_be_bytes([*c, *d])), i64::from(*rewarded))
        }
        _ => (0, 0, 0),
    }
}

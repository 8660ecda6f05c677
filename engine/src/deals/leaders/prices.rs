//! Prices of units, such that a lane's groups are hardly worth more than what they take: what all
//! lanes could give beside that, when they may take the same units, bounds what a state comes to.
//! A lane keeps count of the leaders at hand up to some number; those beyond it go to a bank, which
//! pays, and asks for, what the dearest leader still to come costs.

use super::{Buffers, Lane};

/// The promise of a state that comes to nothing.
pub(super) const NEVER: i64 = -(1 << 60);

/// So many units that wait are as good as any number, when they need not be rewarded in turn.
const MOST_WAITING: i64 = 24;

/// All prices together stay below this, so that sums of them never leave their numbers.
pub(super) const MOST_PRICES: i64 = 1 << 56;

/// A lane keeps count of so many leaders.
const MOST_LEADERS: usize = 6;

/// Cells of a table filled for a counted step.
const CELLS_A_STEP: u64 = 64;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Prices {
    pub(super) now: Set,
    pub(super) best: Set,
    /// Per unit, and one more: what all units from it on cost.
    pub(super) rest: Vec<i64>,
    /// Per lane and unit, and one more: what the bank asks for a leader, and whose price that is.
    pub(super) bank: Vec<(i64, u32)>,
    pub(super) shapes: Vec<Shape>,
    pub(super) moves: Vec<Move>,
    pub(super) table: Vec<i64>,
    pub(super) uses: Vec<i64>,
    pub(super) slopes: Vec<i64>,
}

#[derive(Debug, Default)]
pub(super) struct Set {
    /// Per unit of the row.
    pub(super) units: Vec<i64>,
    /// What an application costs.
    pub(super) application: i64,
}

impl Set {
    pub(super) fn copy(&mut self, other: &Set) {
        self.units.clone_from(&other.units);
        self.application = other.application;
    }
}

/// A lane's table: per unit of the row, what each state of the lane still adds from there on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) table: usize,
    pub(super) moves: usize,
    pub(super) leaders: usize,
    pub(super) waiting: i64,
    /// States for each number of leaders, and in all.
    pub(super) slots: usize,
    pub(super) width: usize,
    pub(super) in_turn: bool,
}

/// Where a state of a lane goes with a unit, or [`NOWHERE`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub(super) pay: u32,
    pub(super) win: u32,
    /// One more leader.
    pub(super) lead: u32,
    /// A group begins with it that needs a leader.
    pub(super) begins: bool,
    /// No more leaders are counted: the bank helps out.
    pub(super) full: bool,
    /// The group is complete with it.
    pub(super) done: bool,
}

const NOWHERE: u32 = u32::MAX;

impl Shape {
    fn slot(&self, lane: &Lane, (leaders, waits, rewarded): (usize, i64, i64)) -> usize {
        let own = if self.in_turn { waits + rewarded } else { waits.min(self.waiting) * lane.rewarded + rewarded };
        leaders.min(self.leaders) * self.slots + own as usize
    }
}

impl Buffers {
    /// Lays out the tables; prices for a start. A bound for all ways.
    pub(super) fn set_first_prices(&mut self) -> i64 {
        let Self { prices, lanes, seats, .. } = self;
        prices.shapes.clear();
        prices.moves.clear();
        let mut size = 0;
        for lane in lanes.iter() {
            let in_turn = lane.in_turn;
            let waiting = if in_turn { lane.paying } else { MOST_WAITING.max(2 * lane.paying) };
            let slots = if in_turn { lane.paying + lane.rewarded } else { (waiting + 1) * lane.rewarded } as usize;
            let leaders = if lane.led { MOST_LEADERS } else { 0 };
            let width = (leaders + 1) * slots;
            let shape = Shape { table: size, moves: prices.moves.len(), leaders, waiting, slots, width, in_turn };
            size += (seats.len() + 1) * width;
            for at in 0..width {
                let (own, slot) = (at / slots, (at % slots) as i64);
                let (waits, rewarded) = match in_turn {
                    true => (slot.min(lane.paying), (slot - lane.paying).max(0)),
                    false => (slot / lane.rewarded, slot % lane.rewarded),
                };
                let begins = lane.led
                    && if lane.paying > 0 { waits % lane.paying == 0 && (in_turn || waits < waiting) } else { rewarded == 0 };
                let to = |uses: bool, waits: i64, rewarded: i64| match own.checked_sub(usize::from(uses && begins)) {
                    Some(left) => shape.slot(lane, (left, waits, rewarded)) as u32,
                    None => NOWHERE,
                };
                let may_pay = lane.paying > 0 && (!in_turn || waits < lane.paying);
                let done = rewarded + 1 == lane.rewarded;
                let left = if !in_turn && waits == waiting { waits } else { waits - lane.paying };
                prices.moves.push(Move {
                    pay: if may_pay { to(true, waits + 1, rewarded) } else { NOWHERE },
                    win: match (waits >= lane.paying, done) {
                        (false, _) => NOWHERE,
                        (true, true) => to(lane.paying == 0, left, 0),
                        (true, false) => to(lane.paying == 0, waits, rewarded + 1),
                    },
                    lead: shape.slot(lane, (own + 1, waits, rewarded)) as u32,
                    begins,
                    full: lane.led && own == leaders,
                    done,
                });
            }
            prices.shapes.push(shape);
        }
        prices.table.clear();
        prices.table.resize(size, 0);
        // As if groups had no less than one of the values, and were made of it alone but for leaders.
        let mut best = i64::MAX;
        for lane in 0..self.lanes.len() {
            self.set_even_prices(lane);
            self.fill_tables();
            let bound = self.bound();
            if bound < best {
                best = bound;
                self.prices.best.copy(&self.prices.now);
            }
        }
        self.use_best_prices();
        best
    }

    /// Prices by which groups of one value come out even, and so do leaders of greater values.
    fn set_even_prices(&mut self, lane: usize) {
        let Self { prices, lanes, seats, gains, row, minor, .. } = self;
        let Some(own) = lanes.get(lane) else { return };
        let size = own.paying + own.rewarded + i64::from(own.led);
        let Set { units, application } = &mut prices.now;
        *application = 0;
        units.clear();
        let most = MOST_PRICES / seats.len().max(1) as i64;
        for seat in seats.iter() {
            let gain = |lane: usize| minor.saturating_mul(gains.get(*seat as usize * lanes.len() + lane).copied().unwrap_or(0));
            let even = gain(lane) * own.rewarded / size;
            let leads = row.get(*seat as usize).map_or(usize::MAX, |placed| placed.lane);
            let more = lanes.get(leads).filter(|other| other.led && leads < lane);
            let more = more.map_or(0, |other| gain(leads) * other.rewarded - even * (other.paying + other.rewarded));
            units.push(even.max(more).clamp(0, most));
        }
    }

    pub(super) fn use_best_prices(&mut self) {
        let Prices { now, best, .. } = &mut self.prices;
        now.copy(best);
        self.fill_tables();
    }

    /// What no way gives more than.
    pub(super) fn bound(&self) -> i64 {
        let lanes = (0..self.lanes.len()).map(|lane| self.promise(lane, 0, (0, 0, 0))).sum::<i64>();
        let limit = self.limit.map_or(0, |limit| limit.saturating_mul(self.prices.now.application));
        self.prices.rest.first().copied().unwrap_or(0) + lanes + limit
    }

    /// What an application costs.
    pub(super) fn application_price(&self) -> i64 {
        self.prices.now.application
    }

    /// The most that a lane can still add from a unit of the row on, with so many leaders at hand.
    pub(super) fn promise(&self, lane: usize, seat: usize, (leaders, waits, rewarded): (usize, i64, i64)) -> i64 {
        let (Some(own), Some(shape)) = (self.lanes.get(lane), self.prices.shapes.get(lane)) else { return 0 };
        let at = shape.table + seat * shape.width + shape.slot(own, (leaders, waits, rewarded));
        let bank = self.prices.bank.get(lane * (self.seats.len() + 1) + seat).map_or(0, |bank| bank.0);
        self.prices.table.get(at).copied().unwrap_or(NEVER) + bank * leaders.saturating_sub(shape.leaders) as i64
    }

    pub(super) fn fill_tables(&mut self) {
        let Self { prices, lanes, seats, gains, row, minor, steps, .. } = self;
        let Prices { now, rest, bank, shapes, moves, table, .. } = prices;
        let count = seats.len();
        rest.clear();
        rest.resize(count + 1, 0);
        bank.clear();
        bank.resize(lanes.len() * (count + 1), (0, u32::MAX));
        let mut sum = 0i64;
        for (rest, price) in rest.iter_mut().zip(now.units.iter()).rev() {
            sum = sum.saturating_add(*price);
            *rest = sum;
        }
        for (lane, own) in bank.chunks_mut(count + 1).enumerate() {
            let mut most = (0, u32::MAX);
            for (at, ((seat, price), bank)) in seats.iter().zip(&now.units).zip(own).enumerate().rev() {
                if row.get(*seat as usize).is_some_and(|placed| placed.lane == lane) && *price >= most.0 {
                    most = (*price, at as u32);
                }
                *bank = most;
            }
        }
        *steps += table.len() as u64 / CELLS_A_STEP;
        let complete = 1 + now.application;
        for (at, (lane, shape)) in lanes.iter().zip(shapes.iter()).enumerate() {
            let moves = moves.get(shape.moves..shape.moves + shape.width).unwrap_or(&[]);
            let own = table.get_mut(shape.table..shape.table + (count + 1) * shape.width).unwrap_or(&mut []);
            // At the end no group may be rewarded in part.
            let (head, last) = own.split_at_mut(count * shape.width);
            for (number, cell) in last.iter_mut().enumerate() {
                let slot = (number % shape.slots) as i64;
                let open = if shape.in_turn { slot > lane.paying } else { slot % lane.rewarded > 0 };
                let open = open || lane.all_free && number >= shape.slots;
                *cell = if open { NEVER } else { 0 };
            }
            let mut after: &mut [i64] = last;
            let banks = bank.get(at * (count + 1)..).unwrap_or(&[]);
            let units = seats.iter().zip(now.units.iter().zip(banks)).rev();
            for ((seat, (price, (bank, _))), here) in units.zip(head.chunks_mut(shape.width).rev()) {
                let gain = gains.get(*seat as usize * lanes.len() + at).copied().unwrap_or(0) * *minor;
                let leads = row.get(*seat as usize).filter(|placed| lane.led && placed.lane == at);
                let leads = leads.map(|_| if lane.all_free { gain } else { 0 });
                for ((cell, stay), own) in here.iter_mut().zip(after.iter()).zip(moves) {
                    let (best, _) = best_of(own, shape.slots, after, (gain, complete, *bank, leads));
                    *cell = (*stay).max(best - price).max(NEVER);
                }
                after = here;
            }
        }
    }
}

/// What a lane does with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Pay,
    PayByBank,
    Win,
    WinByBank,
    Lead,
}

/// The best that a lane can do with a unit in a state, beside leaving it, and what comes of it.
pub(super) fn best_of(
    own: &Move,
    slots: usize,
    after: &[i64],
    (gain, complete, bank, leads): (i64, i64, i64, Option<i64>),
) -> (i64, Way) {
    let then = |to: usize| after.get(to).copied().unwrap_or(NEVER);
    let adds = gain - if own.done { complete } else { 0 };
    let mut best = (then(own.win as usize) + adds, Way::Win);
    let mut offer = |value: i64, way: Way| {
        if value > best.0 {
            best = (value, way);
        }
    };
    if own.pay != NOWHERE {
        offer(then(own.pay as usize), Way::Pay);
    }
    if own.full && own.begins {
        if own.pay == NOWHERE {
            offer(then(own.win as usize + slots) + adds - bank, Way::WinByBank);
        } else {
            offer(then(own.pay as usize + slots) - bank, Way::PayByBank);
        }
    }
    if let Some(gain) = leads {
        offer(then(own.lead as usize) + gain + if own.full { bank } else { 0 }, Way::Lead);
    }
    best
}

//! Prices of units, such that a lane's groups are hardly worth more than what they take: what all
//! lanes could give beside that, when they may take the same units, bounds what a state comes to.
//! A lane keeps count of the leaders at hand up to some number; those beyond it go to a bank, which
//! pays, and asks for, what the dearest leader still to come costs. Whole groups whose units wait for those to be
//! rewarded go there too: for the most that any units still to come could make of one.

use super::{Buffers, Lane};

/// The promise of a state that comes to nothing.
pub(super) const NEVER: i64 = -(1 << 60);

/// A lane keeps count of so many units that wait, and of so many groups at least, when they need not be rewarded in turn;
/// in tests of so few that small problems use the bank.
const MOST_WAITING: i64 = if cfg!(test) { 2 } else { 24 };
const LEAST_WAITING: i64 = if cfg!(test) { 1 } else { 2 };

/// All prices together stay below this, so that sums of them never leave their numbers.
pub(super) const MOST_PRICES: i64 = 1 << 56;

/// A lane keeps count of so many leaders.
const MOST_LEADERS: usize = if cfg!(test) { 1 } else { 6 };

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
    /// And what it pays for a group that waits, and whose price that takes off.
    pub(super) group_bank: Vec<(i64, u32)>,
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
    /// Units of the groups that are counted while they wait; those of the group that is begun come on top.
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
    /// One more group waits than is counted, and goes to the bank.
    pub(super) sells: bool,
    /// As many wait as are counted: the state when the bank gives one more for the group that is complete.
    pub(super) bought: u32,
}

const NOWHERE: u32 = u32::MAX;

impl Shape {
    fn slot(&self, lane: &Lane, (leaders, waits, rewarded): (usize, i64, i64)) -> usize {
        let own = if self.in_turn { waits + rewarded } else { self.counted(lane, waits) * lane.rewarded + rewarded };
        leaders.min(self.leaders) * self.slots + own as usize
    }

    /// Of so many units that wait, those that are counted.
    fn counted(&self, lane: &Lane, waits: i64) -> i64 {
        if waits < self.waiting + lane.paying { waits } else { self.waiting + waits % lane.paying.max(1) }
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
            let waiting = (MOST_WAITING / lane.paying.max(1)).max(LEAST_WAITING) * lane.paying;
            let slots =
                if in_turn { lane.paying + lane.rewarded } else { (waiting + lane.paying.max(1)) * lane.rewarded } as usize;
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
                let begins = lane.led && if lane.paying > 0 { waits % lane.paying == 0 } else { rewarded == 0 };
                let to = |uses: bool, waits: i64, rewarded: i64| match own.checked_sub(usize::from(uses && begins)) {
                    Some(left) => shape.slot(lane, (left, waits, rewarded)) as u32,
                    None => NOWHERE,
                };
                let may_pay = lane.paying > 0 && (!in_turn || waits < lane.paying);
                let done = rewarded + 1 == lane.rewarded;
                let full = !in_turn && lane.paying > 0 && waits >= waiting;
                prices.moves.push(Move {
                    pay: if may_pay { to(true, waits + 1, rewarded) } else { NOWHERE },
                    win: match (waits >= lane.paying, done) {
                        (false, _) => NOWHERE,
                        (true, true) => to(lane.paying == 0, waits - lane.paying, 0),
                        (true, false) => to(lane.paying == 0, waits, rewarded + 1),
                    },
                    lead: shape.slot(lane, (own + 1, waits, rewarded)) as u32,
                    begins,
                    full: lane.led && own == leaders,
                    done,
                    sells: full && waits + 1 == waiting + lane.paying,
                    bought: if full && done { shape.slot(lane, (own, waits, 0)) as u32 } else { NOWHERE },
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
        let banked = |bank: &[(i64, u32)]| bank.get(lane * (self.seats.len() + 1) + seat).map_or(0, |bank| bank.0);
        let groups = if shape.in_turn { 0 } else { (waits - shape.counted(own, waits)) / own.paying.max(1) };
        self.prices.table.get(at).copied().unwrap_or(NEVER)
            + banked(&self.prices.bank) * leaders.saturating_sub(shape.leaders) as i64
            + banked(&self.prices.group_bank) * groups
    }

    pub(super) fn fill_tables(&mut self) {
        let Self { prices, lanes, seats, gains, row, minor, steps, .. } = self;
        let Prices { now, rest, bank, group_bank, shapes, moves, table, .. } = prices;
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
        group_bank.clear();
        group_bank.resize(lanes.len() * (count + 1), (0, u32::MAX));
        let most_banked = MOST_PRICES / count.max(1) as i64;
        for (at, (lane, own)) in
            lanes.iter().zip(group_bank.chunks_mut(count + 1)).enumerate().filter(|(_, (lane, _))| !lane.in_turn)
        {
            let mut most = (0, u32::MAX);
            for (number, ((seat, price), bank)) in seats.iter().zip(&now.units).zip(own).enumerate().rev() {
                let gain = gains.get(*seat as usize * lanes.len() + at).copied().unwrap_or(0) * *minor;
                let worth = (gain - price).saturating_mul(lane.rewarded).saturating_sub(complete);
                if worth >= most.0 {
                    most = (worth.min(most_banked), number as u32);
                }
                *bank = most;
            }
        }
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
            let group_banks = group_bank.get(at * (count + 1)..).unwrap_or(&[]).windows(2);
            let units = seats.iter().zip(now.units.iter().zip(banks.iter().zip(group_banks))).take(count).rev();
            for ((seat, (price, ((bank, _), groups))), here) in units.zip(head.chunks_mut(shape.width).rev()) {
                let gain = gains.get(*seat as usize * lanes.len() + at).copied().unwrap_or(0) * *minor;
                let leads = row.get(*seat as usize).filter(|placed| lane.led && placed.lane == at);
                let leads = leads.map(|_| if lane.all_free { gain } else { 0 });
                let now = Unit { gain, complete, leads, bank: *bank, groups: groups_of(groups) };
                for ((cell, stay), own) in here.iter_mut().zip(after.iter()).zip(moves) {
                    let (best, _) = best_of(own, shape.slots, after, &now);
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
    /// The bank gives the group.
    WinBought,
    Lead,
}

/// What a unit of the row is for a lane.
pub(super) struct Unit {
    pub(super) gain: i64,
    /// What a complete group costs.
    pub(super) complete: i64,
    /// What it gives as a leader, if it can be one.
    pub(super) leads: Option<i64>,
    /// What a leader costs.
    pub(super) bank: i64,
    /// What the bank asks for a group, and what it pays for one.
    pub(super) groups: (i64, i64),
}

/// What the bank asks at a unit, and pays after it.
pub(super) fn groups_of(pair: &[(i64, u32)]) -> (i64, i64) {
    (pair.first().map_or(0, |own| own.0), pair.last().map_or(0, |next| next.0))
}

/// The best that a lane can do with a unit in a state, beside leaving it, and what comes of it.
pub(super) fn best_of(own: &Move, slots: usize, after: &[i64], unit: &Unit) -> (i64, Way) {
    let Unit { gain, complete, leads, bank, groups: (asks, pays) } = *unit;
    let then = |to: usize| after.get(to).copied().unwrap_or(NEVER);
    let adds = gain - if own.done { complete } else { 0 };
    let sold = if own.sells { pays } else { 0 };
    let mut best = (then(own.win as usize) + adds, Way::Win);
    let mut offer = |value: i64, way: Way| {
        if value > best.0 {
            best = (value, way);
        }
    };
    if own.pay != NOWHERE {
        offer(then(own.pay as usize) + sold, Way::Pay);
    }
    if own.bought != NOWHERE {
        offer(then(own.bought as usize) + adds - asks, Way::WinBought);
    }
    if own.full && own.begins {
        if own.pay == NOWHERE {
            offer(then(own.win as usize + slots) + adds - bank, Way::WinByBank);
        } else {
            offer(then(own.pay as usize + slots) + sold - bank, Way::PayByBank);
        }
    }
    if let Some(gain) = leads {
        offer(then(own.lead as usize) + gain + if own.full { bank } else { 0 }, Way::Lead);
    }
    best
}

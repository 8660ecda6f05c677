//! One deal on groups of q units whose lines have different values: the most expensive unit of a
//! group, its *leader*, decides which value counts (§7.4).
//!
//! Units stand in a row, dearest first, and each is given to a *lane*, one lane per value, or left
//! alone. A unit left alone may lead a later group of its own lane. Within a lane groups fill up in
//! turn: of two groups with leaders of one value, the one that began first may just as well take
//! the dearer units. So all that matters of what came before is, per lane, how many leaders are to
//! be had, and how many units pay or are rewarded already in the groups that have begun. Where all
//! units of the row have at least a lane's value, whoever comes may lead: that lane takes units in
//! turn without asking, and nobody is left alone for it.
//!
//! [`prices`] bounds what a state can come to, [`slope`] makes that bound better, [`walk`] goes along the row. Both count their work.

mod prices;
mod slope;
mod walk;
mod write;

use std::cmp::Ordering;

use super::column::{Pick, price_of};
use super::sweep::{Index, States};
use super::{Deal, DealKind, DealProblem, GroupReward, Outcome, Solution, Taken};
use crate::number::{Decimal, Overflow};
use crate::sort::InOrder as _;

/// More units are left to the search.
const MOST_SEATS: i64 = 20_000;

/// More values are left to the search.
const MOST_LANES: usize = 6;

/// The objective stays below this.
const MOST_OBJECTIVE: i128 = 1 << 54;

/// States at a time: few for a good choice, then more to prove the best one.
const WIDTHS: [usize; 4] = [32, 1_000, 16_000, 256_000];

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// The row.
    row: Vec<Placed>,
    /// Per unit: its run's place in the row.
    seats: Vec<u32>,
    lanes: Vec<Lane>,
    /// Per place in the row and lane: what a unit gives when it is a rewarded one.
    gains: Vec<i64>,
    /// What a minor unit is worth: more than all applications together, so that fewer win ties.
    minor: i64,
    /// Dearer units never give less, and those of one price as much.
    plain: bool,
    /// Most applications, where that can bind.
    limit: Option<i64>,
    prices: prices::Prices,
    // The walk.
    now: States,
    next: States,
    index: Index,
    picked: Vec<usize>,
    history: Vec<(u32, u32)>,
    layers: Vec<usize>,
    child: Vec<u8>,
    promises: Vec<i64>,
    /// The best way: per unit twice its lane, and one more when it is rewarded there; or [`ALONE`].
    best: Vec<u32>,
    best_value: i64,
    steps: u64,
    // The groups made of it.
    leaders: Vec<u32>,
    pays: Vec<u32>,
    wins: Vec<u32>,
    group: Vec<u32>,
    picks: Vec<Pick>,
    sorted: Vec<(i64, i64)>,
    taken: Vec<Taken>,
}

/// The choice of leaving a unit alone, and that of having it lead a group that is free as a whole.
const ALONE: u32 = u32::MAX;
const LEADS: u32 = u32::MAX - 1;

/// A run in the row.
#[derive(Debug, Clone, Copy)]
struct Placed {
    /// Position in `DealProblem::units`.
    unit: u32,
    price: i64,
    share: i64,
    line: u32,
    count: i64,
    value: Decimal,
    /// The lane it may lead, or none's.
    lane: usize,
}

/// Groups of one value.
#[derive(Debug, Clone, Copy)]
struct Lane {
    value: Decimal,
    /// A group needs a unit of this value that was left alone; otherwise its first unit leads.
    led: bool,
    /// Such a leader is free too, so it must be given its group.
    all_free: bool,
    /// Units that pay, beside such a leader, and those that are rewarded.
    paying: i64,
    rewarded: i64,
    /// Groups fill up one after the other, since dearer units never give less; otherwise units that
    /// pay wait for those that are worth being rewarded.
    in_turn: bool,
}

/// Solves a `Group` deal whose values differ.
pub(super) fn solve(
    problem: &DealProblem,
    at: u32,
    steps: u64,
    buffers: &mut Buffers,
    solution: &mut Solution,
) -> Result<Outcome, Overflow> {
    let Some(deal) = problem.deals.get(at as usize) else { return Ok(Outcome::Open) };
    if !buffers.open(problem, deal)? {
        return Ok(Outcome::Open);
    }
    // Where the search may find more, it gets most of the steps.
    let alone = buffers.plain && !buffers.lanes.iter().any(|lane| lane.all_free);
    buffers.steps = 0;
    let bound = buffers.search(if alone { steps } else { steps / 4 });
    solution.steps = solution.steps.saturating_add(buffers.steps);
    let from = solution.applications.len();
    let given = buffers.write(problem, at, deal, solution)?;
    let applications = solution.applications.get(from..).unwrap_or(&[]).iter().map(|application| application.times).sum::<i64>();
    // Where several lines of one price have several values the way may have promised too much.
    if given * buffers.minor - applications >= bound {
        return Ok(Outcome::Proven);
    }
    let most = bound.div_euclid(buffers.minor) + i64::from(bound.rem_euclid(buffers.minor) != 0);
    Ok(Outcome::Bounded { most: most.max(given), alone })
}

impl Buffers {
    /// Sets up the row and the lanes; false when the deal is not for this.
    fn open(&mut self, problem: &DealProblem, deal: &Deal) -> Result<bool, Overflow> {
        let DealKind::Group { units, quantity, base, reward } = &deal.kind else { return Ok(false) };
        let own = problem.units.get(units.clone()).unwrap_or(&[]);
        let Self { row, seats, lanes, .. } = self;
        row.clear();
        seats.clear();
        lanes.clear();
        let (mut there, mut shares) = (0i64, 0i128);
        for (unit, own) in (units.start as u32..).zip(own) {
            let Some(run) = problem.runs.get(own.run as usize) else { continue };
            let price = price_of(run, *base);
            there = there.saturating_add(run.count);
            shares += i128::from(run.share) * i128::from(run.count);
            row.push(Placed {
                unit,
                price,
                share: run.share,
                line: run.line,
                count: run.count,
                value: own.value,
                lane: usize::MAX,
            });
        }
        let most = there / (*quantity).max(1);
        let minor = most.saturating_add(1).max(64);
        if there > MOST_SEATS || *quantity < 2 || *quantity > 100 || shares * i128::from(minor) >= MOST_OBJECTIVE {
            return Ok(false);
        }
        self.minor = minor;
        self.limit = (deal.limit < most).then_some(deal.limit.max(0));
        // Values, the greatest first; those that give nothing have no lane.
        for placed in row.iter() {
            if placed.value.is_positive() && !lanes.iter().any(|lane| lane.value == placed.value) {
                lanes.push(Lane { value: placed.value, led: true, all_free: false, paying: 0, rewarded: 1, in_turn: true });
            }
        }
        if lanes.len() > MOST_LANES {
            return Ok(false);
        }
        lanes.put_in_order_by(|a, b| if is_more(a.value, b.value) { Ordering::Less } else { Ordering::Greater });
        let all_lead = row.iter().all(|placed| placed.value.is_positive());
        let last = lanes.len().saturating_sub(1);
        for (at, lane) in lanes.iter_mut().enumerate() {
            let free = if *reward == GroupReward::Free { lane.value.whole().unwrap_or(0) } else { 1 };
            lane.led = !(all_lead && at == last);
            let members = if lane.led { *quantity - 1 } else { *quantity };
            lane.all_free = lane.led && free >= *quantity;
            let free = free.min(members);
            if free < 1 {
                return Ok(false);
            }
            (lane.paying, lane.rewarded) = (members - free, free);
        }
        // As leaders are told: the earlier line of equal prices.
        row.put_in_order_by(|a, b| b.price.cmp(&a.price).then(a.line.cmp(&b.line)).then(a.unit.cmp(&b.unit)));
        self.list_gains(*reward)?;
        self.plain = self.never_gives_more();
        if !self.plain {
            self.lanes.iter_mut().for_each(|lane| lane.in_turn = false);
            // As rewarded units are told. Of equal prices with several values any may be the leader's, which is no less.
            let row = &mut self.row;
            row.put_in_order_by(|a, b| b.price.cmp(&a.price).then(a.share.cmp(&b.share)).then(b.unit.cmp(&a.unit)));
            for alike in row.chunk_by_mut(|a, b| a.price == b.price) {
                let best = alike.iter().map(|placed| placed.value).reduce(|a, b| if is_more(b, a) { b } else { a });
                if let Some(best) = best {
                    alike.iter_mut().for_each(|placed| placed.value = best);
                }
            }
            self.list_gains(*reward)?;
        }
        let Self { row, seats, lanes, .. } = self;
        for (at, placed) in (0u32..).zip(row.iter_mut()) {
            placed.lane = lanes.iter().position(|lane| lane.value == placed.value).unwrap_or(usize::MAX);
            seats.extend((0..placed.count).map(|_| at));
        }
        Ok(true)
    }

    /// What each unit gives when it is a rewarded one, by lane.
    fn list_gains(&mut self, reward: GroupReward) -> Result<(), Overflow> {
        let Self { row, lanes, gains, .. } = self;
        gains.clear();
        for placed in row.iter() {
            for lane in lanes.iter() {
                let gain = match reward {
                    GroupReward::Free => placed.price,
                    GroupReward::Percent => lane.value.percent_of(placed.price)?,
                };
                gains.push(gain.min(placed.share));
            }
        }
        Ok(())
    }

    /// Does no unit give more than a dearer one, nor another than one that costs as much?
    fn never_gives_more(&self) -> bool {
        let own = self.row.iter().zip(self.gains.chunks(self.lanes.len().max(1)));
        own.clone().zip(own.skip(1)).all(|((placed, gains), (next, others))| {
            gains.iter().zip(others).all(|(gain, other)| if placed.price == next.price { gain == other } else { gain >= other })
        })
    }

    /// Finds the best way; a bound for all ways.
    fn search(&mut self, steps: u64) -> i64 {
        self.best.clear();
        self.best_value = 0;
        if self.lanes.is_empty() {
            return 0;
        }
        let mut bound = self.set_first_prices();
        self.walk(32, steps);
        bound = bound.min(self.better_prices(steps / 2));
        for width in WIDTHS {
            if bound <= self.best_value {
                return self.best_value;
            }
            match self.walk(width, steps) {
                None => return self.best_value,
                Some(dropped) => bound = bound.min(dropped.max(self.best_value)),
            }
            if self.steps >= steps {
                break;
            }
        }
        bound
    }
}

fn is_more(a: Decimal, b: Decimal) -> bool {
    let ((digits, power), (other, by)) = (a.ratio(), b.ratio());
    i128::from(digits) * i128::from(by) > i128::from(other) * i128::from(power)
}

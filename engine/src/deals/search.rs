//! Deals that compete: an exact search over what each application could take.
//!
//! Every way to apply a deal once is a *column*: units of some runs, and an amount. Choosing
//! columns so that no run is used up twice is a packing problem. Each run gets a *price* such
//! that no column is worth more than the prices of its units (a dual solution); the units that
//! are there, at these prices, bound what can be had. A choice of columns loses, against that
//! bound, the *slack* of each column taken and the price of each unit left over. The search
//! takes the dearest run still open, tries its columns by slack, and turns back as soon as more
//! is lost than the best choice so far lost. Everything is in integers and counted in steps, so
//! it runs the same on every platform.
//!
//! Ties (§8.4) are part of the objective: amount first, then fewer applications, then more
//! applications of earlier deals. What is still equal then goes to the columns found first:
//! those of earlier deals, and of earlier runs (by line, then unit).

use std::ops::Range;

use super::component::runs_of;
use super::{BundleReward, Deal, DealKind, DealMix, DealProblem, DealUnit, GroupReward, Solution, Taken};
use crate::number::{Decimal, Overflow};
use crate::rule::Base;

/// Prices are kept this much finer than values, so that they can lie close to the best ones.
const FINE: i128 = 64;

/// More columns than this are not listed; the answer is then the best found, with its gap.
const MOST_COLUMNS: usize = 200_000;

/// How often prices are improved.
const ROUNDS: usize = 40;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Units of each run of the problem, then of each limit, still to be used.
    room: Vec<i64>,
    prices: Vec<i128>,
    columns: Vec<Column>,
    uses: Vec<Use>,
    taken: Vec<Taken>,
    /// Columns by the room they use.
    by_room: Vec<Vec<u32>>,
    /// The choice being tried, and the best one.
    path: Vec<u32>,
    best: Vec<u32>,
    frames: Vec<Frame>,
    picks: Vec<Pick>,
    /// The picks of one column, dearest first, and its units.
    sorted: Vec<Pick>,
    units: Vec<Taken>,
    /// For the first choice: columns in order, and the room before it.
    order: Vec<u32>,
    start: Vec<i64>,
}

/// One way to apply a deal once.
#[derive(Debug, Clone)]
struct Column {
    deal: u32,
    amount: i64,
    /// Amount and ties, as one number.
    value: i128,
    slack: i128,
    uses: Range<usize>,
    taken: Range<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Use {
    room: u32,
    count: i64,
}

/// A unit picked for the column being built.
#[derive(Debug, Clone, Copy)]
struct Pick {
    run: u32,
    count: i64,
    value: Decimal,
    eligible: bool,
}

#[derive(Debug)]
struct Frame {
    room: u32,
    /// Next column to try, among those that use this room.
    next: usize,
    lost: i128,
    /// The column taken to come here, to give its units back.
    column: Option<u32>,
    /// Room closed on the way (left unused), to open it again.
    closed: i64,
}

/// Solves the deals of one set.
pub(super) fn solve(
    problem: &DealProblem,
    deals: &[u32],
    steps: u64,
    buffers: &mut Buffers,
    solution: &mut Solution,
) -> Result<(), Overflow> {
    buffers.columns.clear();
    buffers.uses.clear();
    buffers.taken.clear();
    buffers.room.clear();
    buffers.room.resize(problem.runs.len(), 0);
    for at in deals {
        let Some(deal) = problem.deals.get(*at as usize) else { continue };
        runs_of(problem, &deal.kind, |run| {
            if let (Some(room), Some(run)) = (buffers.room.get_mut(run as usize), problem.runs.get(run as usize)) {
                *room = run.count;
            }
        });
    }
    let mut complete = true;
    for at in deals {
        let Some(deal) = problem.deals.get(*at as usize) else { continue };
        complete &= buffers.list_columns(problem, *at, deal)?;
    }
    let applications = buffers.weigh(deals, problem)?;
    buffers.find_prices();
    let bound: i128 = buffers.room.iter().zip(&buffers.prices).map(|(room, price)| i128::from(*room) * price).sum();
    let lost = buffers.greedy();
    let (lost, used, proven) = buffers.search(lost, steps);
    solution.steps += used;
    for chunk in buffers.best.chunk_by(|a, b| a == b) {
        let Some(column) = chunk.first().and_then(|at| buffers.columns.get(*at as usize)) else { continue };
        let taken = buffers.taken.get(column.taken.clone()).unwrap_or(&[]);
        solution.add(column.deal, chunk.len() as i64, column.amount, taken.iter().copied());
    }
    if !proven || !complete {
        let value = bound - lost;
        let scale = FINE * buffers.amount_scale(applications);
        let gap = if complete { (bound - value) / scale } else { buffers.most_possible(problem) - value / scale };
        solution.gap = solution.gap.saturating_add(i64::try_from(gap.max(1)).unwrap_or(i64::MAX));
    }
    Ok(())
}

impl Buffers {
    /// Lists the columns of a deal that give anything; false when there are too many.
    fn list_columns(&mut self, problem: &DealProblem, at: u32, deal: &Deal) -> Result<bool, Overflow> {
        let limit_room = self.room.len() as u32;
        self.room.push(deal.limit.max(0));
        let units = |range: &Range<usize>| problem.units.get(range.clone()).unwrap_or(&[]);
        self.picks.clear();
        match &deal.kind {
            DealKind::Single { units: range, tier_limit } => {
                let tier_room = self.room.len() as u32;
                self.room.push((*tier_limit).max(0));
                for unit in units(range) {
                    self.units.clear();
                    self.units.push(Taken { run: unit.run, count: 1, each: unit.gain, rewarded: true });
                    self.push(at, unit.gain, limit_room, unit.tier.then_some(tier_room));
                }
                Ok(true)
            }
            DealKind::Group { units: range, quantity, base, reward } => {
                self.pick_group(problem, at, units(range), *quantity, (*base, *reward), limit_room)
            }
            DealKind::Bundle { mixes, base, reward } => {
                let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
                let most = mixes.first().map_or(0, |mix| mix.quantity);
                self.pick_bundle(problem, at, mixes, 0, most, (*base, *reward), limit_room)
            }
        }
    }

    /// Every set of `left` more units out of `units`, then its amount.
    fn pick_group(
        &mut self,
        problem: &DealProblem,
        at: u32,
        units: &[DealUnit],
        left: i64,
        how: (Base, GroupReward),
        limit_room: u32,
    ) -> Result<bool, Overflow> {
        if left == 0 {
            return self.push_group(problem, at, how, limit_room);
        }
        let Some((unit, rest)) = units.split_first() else { return Ok(true) };
        let there = problem.runs.get(unit.run as usize).map_or(0, |run| run.count).min(left);
        for count in (0..=there).rev() {
            if count > 0 {
                self.picks.push(Pick { run: unit.run, count, value: unit.value, eligible: true });
            }
            let more = self.pick_group(problem, at, rest, left - count, how, limit_room)?;
            if count > 0 {
                self.picks.pop();
            }
            if !more {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The column of the picked units of a group (§8.1).
    fn push_group(
        &mut self,
        problem: &DealProblem,
        at: u32,
        (base, reward): (Base, GroupReward),
        limit_room: u32,
    ) -> Result<bool, Overflow> {
        let Some(value) = self.deciding_value(problem, base) else { return Ok(true) };
        self.units.clear();
        let mut left = match reward {
            GroupReward::Free => value.whole().unwrap_or(0),
            GroupReward::Percent => 1,
        };
        let mut amount = 0i64;
        self.sorted.clear();
        self.sorted.extend_from_slice(&self.picks);
        sort_dearest_first(problem, base, &mut self.sorted);
        for pick in self.sorted.iter().rev() {
            let Some(run) = problem.runs.get(pick.run as usize) else { continue };
            let price = price_of(run, base);
            let each = match reward {
                GroupReward::Free => price,
                GroupReward::Percent => value.percent_of(price)?,
            };
            let each = each.min(run.share);
            let rewarded = left.min(pick.count);
            left -= rewarded;
            if rewarded > 0 {
                self.units.push(Taken { run: pick.run, count: rewarded, each, rewarded: true });
                amount = amount.checked_add(each.checked_mul(rewarded).ok_or(Overflow)?).ok_or(Overflow)?;
            }
            if pick.count > rewarded {
                self.units.push(Taken { run: pick.run, count: pick.count - rewarded, each: 0, rewarded: false });
            }
        }
        self.units.sort_unstable_by_key(|unit| (unit.run, unit.each));
        Ok(self.push(at, amount, limit_room, None))
    }

    /// Every way to fill the mixes from `mix` on, `left` units of its own still to find, then
    /// the amount of the bundle.
    #[expect(clippy::too_many_arguments, reason = "a bundle is picked with all of these in hand")]
    fn pick_bundle(
        &mut self,
        problem: &DealProblem,
        at: u32,
        mixes: &[DealMix],
        from: usize,
        left: i64,
        how: (Base, BundleReward),
        limit_room: u32,
    ) -> Result<bool, Overflow> {
        let Some((mix, rest)) = mixes.split_first() else { return self.push_bundle(problem, at, how, limit_room) };
        if left == 0 {
            let next = rest.first().map_or(0, |mix| mix.quantity);
            return self.pick_bundle(problem, at, rest, 0, next, how, limit_room);
        }
        let Some(unit) = problem.units.get(mix.units.clone()).and_then(|units| units.get(from)) else { return Ok(true) };
        let used: i64 = self.picks.iter().filter(|pick| pick.run == unit.run).map(|pick| pick.count).sum();
        let there = (problem.runs.get(unit.run as usize).map_or(0, |run| run.count) - used).min(left);
        for count in (0..=there).rev() {
            if count > 0 {
                self.picks.push(Pick { run: unit.run, count, value: unit.value, eligible: mix.eligible });
            }
            let more = self.pick_bundle(problem, at, mixes, from + 1, left - count, how, limit_room)?;
            if count > 0 {
                self.picks.pop();
            }
            if !more {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The column of the picked units of a bundle (§8.1).
    fn push_bundle(
        &mut self,
        problem: &DealProblem,
        at: u32,
        (base, reward): (Base, BundleReward),
        limit_room: u32,
    ) -> Result<bool, Overflow> {
        let Some(value) = self.deciding_value(problem, base) else { return Ok(true) };
        let run_of = |pick: &Pick| problem.runs.get(pick.run as usize);
        let (mut prices, mut shares) = (0i128, 0i128);
        for pick in self.picks.iter().filter(|pick| pick.eligible) {
            let Some(run) = run_of(pick) else { continue };
            prices += i128::from(price_of(run, base)) * i128::from(pick.count);
            shares += i128::from(run.share) * i128::from(pick.count);
        }
        let whole = i128::from(value.whole().unwrap_or(0));
        let percent = |amount: i128| -> Result<i128, Overflow> {
            value.percent_of(i64::try_from(amount).map_err(|_| Overflow)?).map(i128::from)
        };
        let amount = match reward {
            BundleReward::NewPrice => shares - whole,
            BundleReward::Amount => whole,
            BundleReward::Percent => percent(prices)?,
            BundleReward::Free | BundleReward::PercentOffCheapest => {
                self.sorted.clear();
                self.sorted.extend(self.picks.iter().filter(|pick| pick.eligible));
                sort_dearest_first(problem, base, &mut self.sorted);
                let (mut left, mut sum) = (if reward == BundleReward::Free { whole } else { 1 }, 0i128);
                for pick in self.sorted.iter().rev() {
                    let count = left.min(i128::from(pick.count));
                    left -= count;
                    sum += run_of(pick).map_or(0, |run| i128::from(price_of(run, base))) * count;
                }
                if reward == BundleReward::Free { sum } else { percent(sum)? }
            }
        };
        let amount = i64::try_from(amount.min(shares)).map_err(|_| Overflow)?;
        self.units.clear();
        self.units.extend(self.picks.iter().map(|pick| Taken {
            run: pick.run,
            count: pick.count,
            each: 0,
            rewarded: pick.eligible,
        }));
        Ok(self.push(at, amount, limit_room, None))
    }

    /// The value that counts for the picked units: that of the most expensive one (§7.4),
    /// the earlier line on equal prices.
    fn deciding_value(&self, problem: &DealProblem, base: Base) -> Option<Decimal> {
        let key = |pick: &&Pick| {
            let run = problem.runs.get(pick.run as usize);
            (std::cmp::Reverse(run.map(|run| price_of(run, base))), run.map(|run| run.line))
        };
        self.picks.iter().min_by_key(key).map(|pick| pick.value)
    }

    /// Keeps `units` as a column when it gives something; false when there are too many.
    fn push(&mut self, deal: u32, amount: i64, limit_room: u32, extra: Option<u32>) -> bool {
        if amount <= 0 {
            return true;
        }
        if self.columns.len() >= MOST_COLUMNS {
            return false;
        }
        let (from_use, from_taken) = (self.uses.len(), self.taken.len());
        for unit in &self.units {
            match self.uses.get_mut(from_use..).and_then(|uses| uses.iter_mut().find(|other| other.room == unit.run)) {
                Some(other) => other.count += unit.count,
                None => self.uses.push(Use { room: unit.run, count: unit.count }),
            }
        }
        self.uses.push(Use { room: limit_room, count: 1 });
        self.uses.extend(extra.map(|room| Use { room, count: 1 }));
        self.taken.extend_from_slice(&self.units);
        let (uses, taken) = (from_use..self.uses.len(), from_taken..self.taken.len());
        self.columns.push(Column { deal, amount, value: 0, slack: 0, uses, taken });
        true
    }

    fn uses(&self, column: &Column) -> &[Use] {
        self.uses.get(column.uses.clone()).unwrap_or(&[])
    }

    /// What one minor unit weighs in the objective.
    fn amount_scale(&self, applications: i64) -> i128 {
        (1i128 << 34).saturating_mul(i128::from(applications.clamp(1, 1 << 20)))
    }

    /// Puts amount and ties into one number per column; how many applications there can be.
    fn weigh(&mut self, deals: &[u32], problem: &DealProblem) -> Result<i64, Overflow> {
        let units: i64 = self.room.iter().take(problem.runs.len()).fold(0, |sum, room| sum.saturating_add(*room));
        let applications = units.clamp(1, 1 << 20);
        // Earlier deals weigh more: by powers where they fit, so that counts compare one by one.
        let powers = |base: i128| {
            let mut power = 1i128;
            for _ in 1..deals.len() {
                power = power.saturating_mul(base);
            }
            power
        };
        let base = i128::from(applications) + 1;
        let fits = powers(base).saturating_mul(i128::from(applications)) < 1 << 33;
        let scale = self.amount_scale(applications);
        for column in &mut self.columns {
            let rank = deals.iter().position(|deal| *deal == column.deal).unwrap_or(0);
            let after = deals.len() - 1 - rank;
            let preference = if fits { (0..after).fold(1i128, |power, _| power * base) } else { after as i128 };
            let ties = preference - (1i128 << 33);
            column.value =
                (i128::from(column.amount).checked_mul(scale).ok_or(Overflow)? + ties).checked_mul(FINE).ok_or(Overflow)?;
        }
        Ok(applications)
    }

    /// Prices such that no column is worth more than its units, as low as a few rounds make them.
    fn find_prices(&mut self) {
        let Self { room, prices, columns, uses, by_room, .. } = self;
        prices.clear();
        prices.resize(room.len(), 0);
        for list in by_room.iter_mut() {
            list.clear();
        }
        by_room.resize_with(room.len().max(by_room.len()), Vec::new);
        let uses_of = |column: &Column| uses.get(column.uses.clone()).unwrap_or(&[]);
        for (at, column) in (0u32..).zip(columns.iter()) {
            for usage in uses_of(column) {
                if let Some(list) = by_room.get_mut(usage.room as usize) {
                    list.push(at);
                }
            }
            // At first everything is charged to the units, in equal parts.
            let units: i64 = uses_of(column).iter().filter(|usage| is_scarce(room, usage)).map(|usage| usage.count).sum();
            let each = ceil(column.value, i128::from(units.max(1)));
            for usage in uses_of(column).iter().filter(|usage| is_scarce(room, usage)) {
                if let Some(price) = prices.get_mut(usage.room as usize) {
                    *price = (*price).max(each);
                }
            }
        }
        for _ in 0..ROUNDS {
            let mut changed = false;
            for at in (0..room.len()).rev() {
                let now = prices.get(at).copied().unwrap_or(0);
                let mut need = 0i128;
                for column in by_room.get(at).into_iter().flatten().filter_map(|at| columns.get(*at as usize)) {
                    let (mut others, mut own) = (0i128, 1i64);
                    for usage in uses_of(column) {
                        if usage.room as usize == at {
                            own = usage.count;
                        } else {
                            others += prices.get(usage.room as usize).copied().unwrap_or(0) * i128::from(usage.count);
                        }
                    }
                    need = need.max(ceil(column.value - others, i128::from(own)));
                }
                if need < now {
                    changed = true;
                    if let Some(price) = prices.get_mut(at) {
                        // Halfway first, so that the other runs of a column get their share of what is saved.
                        *price = if now - need > FINE { need + (now - need) / 2 } else { need };
                    }
                }
            }
            if !changed {
                break;
            }
        }
        for column in columns.iter_mut() {
            let cost: i128 = uses
                .get(column.uses.clone())
                .unwrap_or(&[])
                .iter()
                .map(|usage| prices.get(usage.room as usize).copied().unwrap_or(0) * i128::from(usage.count))
                .sum();
            column.slack = cost - column.value;
        }
        for list in by_room.iter_mut() {
            list.sort_unstable_by_key(|at| columns.get(*at as usize).map(|column| (column.slack, *at)));
        }
    }

    fn fits(&self, column: &Column) -> i64 {
        self.uses(column)
            .iter()
            .map(|usage| self.room.get(usage.room as usize).copied().unwrap_or(0) / usage.count)
            .min()
            .unwrap_or(0)
    }

    fn take(&mut self, at: u32, times: i64) {
        let Some(column) = self.columns.get(at as usize) else { return };
        for usage in self.uses.get(column.uses.clone()).unwrap_or(&[]) {
            if let Some(room) = self.room.get_mut(usage.room as usize) {
                *room -= usage.count * times;
            }
        }
    }

    /// A first choice: columns with the least slack, as often as they fit. What it loses.
    fn greedy(&mut self) -> i128 {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(0..self.columns.len() as u32);
        order.sort_unstable_by_key(|at| {
            self.columns.get(*at as usize).map(|column| (column.slack, std::cmp::Reverse(column.value), *at))
        });
        self.best.clear();
        self.start.clear();
        self.start.extend_from_slice(&self.room);
        let mut lost = 0i128;
        for &at in &order {
            let Some(column) = self.columns.get(at as usize) else { continue };
            let times = self.fits(column);
            if times > 0 {
                lost += column.slack * i128::from(times);
                self.best.extend(std::iter::repeat_n(at, usize::try_from(times).unwrap_or(0)));
                self.take(at, times);
            }
        }
        lost += self.room.iter().zip(&self.prices).map(|(room, price)| i128::from(*room) * price).sum::<i128>();
        self.room.clear();
        self.room.extend_from_slice(&self.start);
        self.order = order;
        lost
    }

    /// The search itself; `lost` is what the best choice so far loses. Gives back what the best
    /// one loses, the steps used, and whether nothing better exists.
    fn search(&mut self, mut best_lost: i128, steps: u64) -> (i128, u64, bool) {
        let mut used = 0u64;
        self.path.clear();
        self.frames.clear();
        if best_lost == 0 {
            return (0, 0, true);
        }
        let Some(room) = self.dearest_open() else { return (best_lost, 0, true) };
        self.frames.push(Frame { room, next: 0, lost: 0, column: None, closed: 0 });
        while let Some(frame) = self.frames.last_mut() {
            used += 1;
            if used > steps {
                return (best_lost, used, false);
            }
            let (room, lost, next) = (frame.room, frame.lost, frame.next);
            frame.next += 1;
            let list = self.by_room.get(room as usize).map_or(&[][..], Vec::as_slice);
            match list.get(next).copied() {
                Some(at) => {
                    let Some(column) = self.columns.get(at as usize) else { continue };
                    let lost = lost + column.slack;
                    if lost >= best_lost {
                        // The others lose more still: leave this room unused instead.
                        frame.next = list.len();
                        continue;
                    }
                    if self.fits(column) == 0 {
                        continue;
                    }
                    self.take(at, 1);
                    self.path.push(at);
                    let same = self.room.get(room as usize).is_some_and(|room| *room > 0);
                    self.enter(if same { Some((room, next)) } else { None }, lost, Some(at), 0, &mut best_lost);
                }
                None if next == list.len() => {
                    // The rest of this room stays unused.
                    let left = self.room.get(room as usize).copied().unwrap_or(0);
                    let price = self.prices.get(room as usize).copied().unwrap_or(0);
                    let lost = lost + price * i128::from(left);
                    if lost < best_lost {
                        if let Some(open) = self.room.get_mut(room as usize) {
                            *open = 0;
                        }
                        self.enter(None, lost, None, left, &mut best_lost);
                    }
                }
                None => self.leave(),
            }
        }
        (best_lost, used, true)
    }

    /// Goes one level down: on with the same room from column `next`, or with the dearest open one.
    fn enter(&mut self, same: Option<(u32, usize)>, lost: i128, column: Option<u32>, closed: i64, best_lost: &mut i128) {
        let (room, next) = match same {
            Some(same) => same,
            None => match self.dearest_open() {
                Some(room) => (room, 0),
                None => {
                    if lost < *best_lost {
                        *best_lost = lost;
                        self.best.clear();
                        self.best.extend_from_slice(&self.path);
                        self.best.sort_unstable();
                    }
                    (u32::MAX, usize::MAX - 1)
                }
            },
        };
        self.frames.push(Frame { room, next, lost, column, closed });
    }

    /// Goes one level up, giving back what was taken or closed.
    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        if let Some(at) = frame.column {
            self.take(at, -1);
            self.path.pop();
        } else if let Some(above) = self.frames.last()
            && let Some(room) = self.room.get_mut(above.room as usize)
        {
            *room = frame.closed;
        }
    }

    /// The open room with the greatest price; none when all that is left costs nothing.
    fn dearest_open(&self) -> Option<u32> {
        let open = (0u32..).zip(self.room.iter().zip(&self.prices)).filter(|(_, (room, price))| **room > 0 && **price > 0);
        open.max_by_key(|(at, (_, price))| (**price, std::cmp::Reverse(*at))).map(|(at, _)| at)
    }

    /// No deal gives more than its units cost: a bound when not all columns are known.
    fn most_possible(&self, problem: &DealProblem) -> i128 {
        problem.runs.iter().zip(&self.room).map(|(run, room)| i128::from(run.share) * i128::from(*room)).sum()
    }
}

/// Is a limit or a run scarce enough to have a price at the start? Units always are; limits get
/// theirs only as rounds go by, from what units save.
fn is_scarce(room: &[i64], usage: &Use) -> bool {
    room.get(usage.room as usize).is_some_and(|room| *room < i64::MAX)
}

fn ceil(value: i128, by: i128) -> i128 {
    if value <= 0 { value / by } else { (value + by - 1) / by }
}

fn price_of(run: &super::Run, base: Base) -> i64 {
    if base == Base::Net { run.share } else { run.price }
}

/// Dearest first; of equal prices the smaller share, then the later line: what is sought first
/// as the cheapest comes last (§8.1).
fn sort_dearest_first(problem: &DealProblem, base: Base, picks: &mut [Pick]) {
    let key = |pick: &Pick| problem.runs.get(pick.run as usize).map(|run| (price_of(run, base), run.share, run.line));
    picks.sort_unstable_by(|a, b| match (key(a), key(b)) {
        (Some(a), Some(b)) => b.0.cmp(&a.0).then(a.1.cmp(&b.1)).then(b.2.cmp(&a.2)),
        _ => std::cmp::Ordering::Equal,
    });
}

//! Groups of q units: the cheapest are rewarded.

use super::super::column::{Pick, price_of};
use super::super::{DealKind, DealProblem, GroupReward};
use super::{Costs, Found, Market, Offers, Party, Wish};
use crate::number::Overflow;
use crate::rule::Base;
use crate::sort::InOrder as _;

/// A table larger than this is not filled.
const MOST_CELLS: usize = 1 << 18;

/// More than any column is worth.
const OUT_OF_REACH: i128 = 1 << 121;

/// No way to fill a group from here.
const NEVER: i128 = i128::MIN / 4;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    row: Vec<Spot>,
    /// Per spot and number of units picked before it: the best that the rest can give.
    table: Vec<i128>,
    stack: Vec<Frame>,
    picks: Vec<Pick>,
    tried: Vec<Pick>,
}

/// Units of the row, dearest first.
#[derive(Debug, Clone, Copy)]
struct Spot {
    unit: u32,
    room: i64,
    /// What one costs that is not rewarded.
    pays: i128,
    /// What one is worth that is.
    wins: i128,
    gain: i64,
    /// At least this many.
    least: i64,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    picked: i64,
    value: i128,
    /// The count to try next; below the least, all were tried.
    next: i64,
}

/// Dearest first; of equal prices the one that is sought first as the cheapest comes last (§8.1).
pub(super) fn sort_dearest_first(problem: &DealProblem, base: Base, units: &mut [u32]) {
    let key = |unit: &u32| {
        let unit = problem.units.get(*unit as usize);
        let run = unit.and_then(|unit| problem.runs.get(unit.run as usize).map(|run| (unit.run, run)));
        run.map(|(at, run)| (-price_of(run, base), run.share, -i64::from(at)))
    };
    units.put_in_order_by_key(key);
}

impl Offers {
    pub(super) fn best_group(
        &mut self,
        problem: &DealProblem,
        market: &Market,
        (at, party): (usize, &Party),
        rooms: &[i64],
        costs: &Costs,
        wish: &Wish<'_>,
    ) -> Result<Option<Found>, Overflow> {
        let order = market.order.get(party.order.clone()).unwrap_or(&[]);
        let mut best = None;
        if party.several_values {
            // Each unit in turn as the most expensive one, which decides the value.
            for top in order {
                self.best_group_under(problem, market, (at, party), Some(*top), rooms, costs, wish, &mut best)?;
            }
        } else {
            self.best_group_under(problem, market, (at, party), None, rooms, costs, wish, &mut best)?;
        }
        Ok(best)
    }

    /// The best group whose most expensive unit is `top`.
    #[expect(clippy::too_many_arguments, reason = "a group is looked for with all of these in hand")]
    fn best_group_under(
        &mut self,
        problem: &DealProblem,
        market: &Market,
        (at, party): (usize, &Party),
        top: Option<u32>,
        rooms: &[i64],
        costs: &Costs,
        wish: &Wish<'_>,
        best: &mut Option<Found>,
    ) -> Result<(), Overflow> {
        let Some(DealKind::Group { quantity, base, reward, .. }) = problem.deals.get(party.deal as usize).map(|deal| &deal.kind)
        else {
            return Ok(());
        };
        let order = market.order.get(party.order.clone()).unwrap_or(&[]);
        let Some(decides) = top.or(order.first().copied()).and_then(|unit| problem.units.get(unit as usize)) else {
            return Ok(());
        };
        let value = decides.value;
        let top_key = top.and_then(|_| problem.runs.get(decides.run as usize)).map(|run| (-price_of(run, *base), run.line));
        let free = match reward {
            GroupReward::Free => value.whole().unwrap_or(0).min(*quantity),
            GroupReward::Percent => 1,
        };
        if free <= 0 {
            return Ok(());
        }
        let Self { group, picks, steps, bound, lists_all, .. } = self;
        group.row.clear();
        let mut units = 0i64;
        for &unit in order {
            let place = market.place(problem, unit);
            let room = rooms.get(place).copied().unwrap_or(0).min(*quantity);
            let Some(run) = problem.units.get(unit as usize).and_then(|unit| problem.runs.get(unit.run as usize)) else {
                continue;
            };
            let least = i64::from(top == Some(unit));
            if room <= 0 || top_key.is_some_and(|top| (-price_of(run, *base), run.line) < top) {
                if least > 0 {
                    return Ok(());
                }
                continue;
            }
            let price = price_of(run, *base);
            let gain = match reward {
                GroupReward::Free => price,
                GroupReward::Percent => value.percent_of(price)?,
            };
            let gain = gain.min(run.share);
            let pays = costs.run(place) + costs.role(unit, false);
            // A group that gives nothing is none.
            let nothing = if free == 1 && gain == 0 { OUT_OF_REACH } else { 0 };
            let wins = costs.minor * i128::from(gain) - costs.run(place) - costs.role(unit, true) - nothing;
            group.row.push(Spot { unit, room, pays, wins, gain, least });
            units = units.saturating_add(room);
        }
        if units < *quantity {
            return Ok(());
        }
        let width = usize::try_from(*quantity).ok().and_then(|q| q.checked_add(1)).unwrap_or(usize::MAX);
        let cells = (group.row.len() + 1).saturating_mul(width);
        let work = cells
            .saturating_mul(usize::try_from(group.row.iter().map(|spot| spot.room).max().unwrap_or(1)).unwrap_or(usize::MAX));
        if cells > MOST_CELLS || work as u64 / 16 > wish.steps.saturating_sub(*steps) {
            *bound = i128::MAX;
            *lists_all &= !wish.every;
            group.take_the_dearest(*quantity, free);
        } else if wish.every {
            *steps += 1 + work as u64 / 16;
            group.fill_table(*quantity, free, width);
            return self.list_groups(problem, market, at, (*quantity, free, width), wish.above - costs.deal(at));
        } else {
            *steps += 1 + work as u64 / 16;
            group.fill_table(*quantity, free, width);
            let above = best.map_or(wish.above, |best| best.value);
            let mut walked = 0;
            group.follow_table(*quantity, free, width, above - costs.deal(at), wish, &mut walked);
            *steps += walked / 8;
        }
        if group.picks.is_empty() {
            return Ok(());
        }
        let (mut amount, mut value) = (0i64, costs.deal(at));
        for pick in &group.picks {
            let Some(spot) = group.row.iter().find(|spot| spot.unit == pick.unit) else { continue };
            if pick.rewarded {
                amount = spot.gain.checked_mul(pick.count).and_then(|part| amount.checked_add(part)).ok_or(Overflow)?;
                value += spot.wins * i128::from(pick.count);
            } else {
                value -= spot.pays * i128::from(pick.count);
            }
        }
        if amount > 0 && value > best.map_or(wish.above, |best| best.value) && !wish.refuses(&group.picks) {
            *best = Some(Found { value, amount });
            picks.clear();
            picks.extend_from_slice(&group.picks);
        }
        Ok(())
    }
}

impl Offers {
    /// Lists every group worth more than `above` that the table promises.
    fn list_groups(
        &mut self,
        problem: &DealProblem,
        market: &Market,
        at: usize,
        (quantity, free, width): (i64, i64, usize),
        above: i128,
    ) -> Result<(), Overflow> {
        let mut group = std::mem::take(&mut self.group);
        let (mut walked, mut result) = (0, Ok(()));
        group.walk_all(quantity, free, width, above, &mut walked, |row, picks| {
            let mut amount = 0i64;
            for pick in picks.iter().filter(|pick| pick.rewarded) {
                let gain = row.iter().find(|spot| spot.unit == pick.unit).map_or(0, |spot| spot.gain);
                match gain.checked_mul(pick.count).and_then(|part| amount.checked_add(part)) {
                    Some(sum) => amount = sum,
                    None => result = Err(Overflow),
                }
            }
            result.is_ok() && self.list_one(problem, market, (at, amount), picks)
        });
        self.steps += walked / 8;
        self.group = group;
        result
    }
}

impl Buffers {
    /// What `count` units of a spot are worth when `picked` dearer ones were picked before.
    fn worth(spot: &Spot, picked: i64, count: i64, paying: i64) -> i128 {
        let pay = (paying - picked).clamp(0, count);
        spot.wins * i128::from(count - pay) - spot.pays * i128::from(pay)
    }

    fn fill_table(&mut self, quantity: i64, free: i64, width: usize) {
        let Self { row, table, .. } = self;
        table.clear();
        table.resize((row.len() + 1) * width, NEVER);
        if let Some(last) = table.last_mut() {
            *last = 0;
        }
        let paying = quantity - free;
        for (at, spot) in row.iter().enumerate().rev() {
            let (before, after) = table.split_at_mut((at + 1) * width);
            let Some(own) = before.get_mut(at * width..) else { return };
            for (picked, cell) in (0i64..).zip(own) {
                for count in spot.least..=spot.room.min(quantity - picked) {
                    let rest = after.get((picked + count) as usize).copied().unwrap_or(NEVER);
                    if rest > NEVER {
                        *cell = (*cell).max(rest + Self::worth(spot, picked, count, paying));
                    }
                }
            }
        }
    }

    /// Follows the table to the best group worth more than `above` that gives something and that
    /// the wish does not refuse.
    fn follow_table(&mut self, quantity: i64, free: i64, width: usize, above: i128, wish: &Wish<'_>, steps: &mut u64) {
        self.picks.clear();
        let start = self.table.first().copied().unwrap_or(NEVER);
        if start <= above {
            return;
        }
        // The first way down that gives all the table promises; when that will not do, any other.
        if !self.walk(quantity, free, width, start - 1, wish, steps) {
            self.walk(quantity, free, width, above, wish, steps);
        }
    }

    /// Tries groups worth more than `above`, the best into `picks`; has one been found?
    fn walk(&mut self, quantity: i64, free: i64, width: usize, above: i128, wish: &Wish<'_>, steps: &mut u64) -> bool {
        let Self { row, table, stack, picks, tried, .. } = self;
        let paying = quantity - free;
        let rest = |at: usize, picked: i64| table.get(at * width + picked as usize).copied().unwrap_or(NEVER);
        let most = |at: usize, picked: i64| row.get(at).map_or(0, |spot| spot.room).min(quantity - picked);
        let (mut best, mut found) = (above, false);
        stack.clear();
        stack.push(Frame { picked: 0, value: 0, next: most(0, 0) });
        while let Some(&Frame { picked, value, next }) = stack.last() {
            *steps += 1;
            let at = stack.len() - 1;
            let Some(spot) = row.get(at) else {
                // A whole group: the frames below hold its counts.
                let gives = write_picks(row, stack.get(..at).unwrap_or(&[]), paying, tried);
                stack.pop();
                if gives && value > best && !wish.refuses(tried) {
                    (best, found) = (value, true);
                    std::mem::swap(picks, tried);
                    if rest(0, 0) == value {
                        break;
                    }
                }
                continue;
            };
            if next < spot.least {
                stack.pop();
                continue;
            }
            if let Some(frame) = stack.last_mut() {
                frame.next -= 1;
            }
            let then = rest(at + 1, picked + next);
            if then <= NEVER {
                continue;
            }
            let value = value + Self::worth(spot, picked, next, paying);
            if value + then > best {
                stack.push(Frame { picked: picked + next, value, next: most(at + 1, picked + next) });
            }
        }
        found
    }

    /// Shows every group worth more than `above` that gives something, until it is told to stop.
    fn walk_all(
        &mut self,
        quantity: i64,
        free: i64,
        width: usize,
        above: i128,
        steps: &mut u64,
        mut show: impl FnMut(&[Spot], &[Pick]) -> bool,
    ) {
        let Self { row, table, stack, tried, .. } = self;
        let paying = quantity - free;
        let rest = |at: usize, picked: i64| table.get(at * width + picked as usize).copied().unwrap_or(NEVER);
        let most = |at: usize, picked: i64| row.get(at).map_or(0, |spot| spot.room).min(quantity - picked);
        stack.clear();
        if rest(0, 0) > above {
            stack.push(Frame { picked: 0, value: 0, next: most(0, 0) });
        }
        while let Some(&Frame { picked, value, next }) = stack.last() {
            *steps += 1;
            let at = stack.len() - 1;
            let Some(spot) = row.get(at) else {
                let gives = write_picks(row, stack.get(..at).unwrap_or(&[]), paying, tried);
                stack.pop();
                if gives && !show(row, tried) {
                    return;
                }
                continue;
            };
            if next < spot.least {
                stack.pop();
                continue;
            }
            if let Some(frame) = stack.last_mut() {
                frame.next -= 1;
            }
            let then = rest(at + 1, picked + next);
            let value = value + Self::worth(spot, picked, next, paying);
            if then > NEVER && value + then > above {
                stack.push(Frame { picked: picked + next, value, next: most(at + 1, picked + next) });
            }
        }
    }

    /// For quantities beyond any table: the first q units.
    fn take_the_dearest(&mut self, quantity: i64, free: i64) {
        self.picks.clear();
        let mut left = quantity;
        for spot in &self.row {
            let count = spot.room.min(left);
            let pay = (left - free).clamp(0, count);
            for (count, rewarded) in [(pay, false), (count - pay, true)] {
                if count > 0 {
                    self.picks.push(Pick { unit: spot.unit, count, rewarded });
                }
            }
            left -= count;
        }
    }
}

/// The units of the group that the frames chose; does it give anything?
fn write_picks(row: &[Spot], frames: &[Frame], paying: i64, picks: &mut Vec<Pick>) -> bool {
    picks.clear();
    let mut gives = false;
    for (spot, frame) in row.iter().zip(frames) {
        // `next` has already moved on below the count taken.
        let count = frame.next + 1;
        let pay = (paying - frame.picked).clamp(0, count);
        for (count, rewarded) in [(pay, false), (count - pay, true)] {
            if count > 0 {
                picks.push(Pick { unit: spot.unit, count, rewarded });
                gives |= rewarded && spot.gain > 0;
            }
        }
    }
    gives
}

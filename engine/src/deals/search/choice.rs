//! Whole choices, good ones if not the best: they close cases whose bounds are no greater.

use super::super::assign::Wanted;
use super::super::column::{Pick, amount, price_of, run_of};
use super::super::{DealKind, DealProblem, GroupReward};
use super::{Buffers, SWEEP_AFTER};
use crate::number::Overflow;
use crate::sort::InOrder as _;

/// Counted work that a first choice may take when the search has no steps left.
const GREEDY_STEPS: u64 = 50_000;

impl Buffers {
    /// A choice of columns: what the linear programme takes wholly, if it is to be the start, then the
    /// best that still fits, by the costs set, as often as it fits.
    pub(super) fn greedy(&mut self, problem: &DealProblem, from_shares: Option<i128>) -> Result<(), Overflow> {
        let first = self.columns.len();
        self.begin_choice(problem);
        if let Some(by) = from_shares {
            let mut shares = std::mem::take(&mut self.shares);
            for (column, share) in &shares {
                if let Ok(whole @ 1..) = i64::try_from(share / by) {
                    let times = self.take(problem, *column, whole);
                    self.choice.extend((times > 0).then_some((*column, times)));
                }
            }
            shares.put_in_order_by_key(|(column, share)| (std::cmp::Reverse(share % by), *column));
            for (column, share) in &shares {
                if share % by > 0 && self.take(problem, *column, 1) == 1 {
                    self.choice.push((*column, 1));
                }
            }
            shares.put_in_order();
            self.shares = shares;
        }
        self.fill_up(problem)?;
        self.propose(first);
        Ok(())
    }

    /// Nothing is chosen yet.
    fn begin_choice(&mut self, problem: &DealProblem) {
        self.choice.clear();
        self.rooms.clear();
        self.rooms.extend_from_slice(&self.market.rooms);
        self.left.clear();
        self.left.extend(self.market.deals.iter().map(|party| {
            let tier = problem.deals.get(party.deal as usize).map_or(0, |deal| match deal.kind {
                DealKind::Single { tier_limit, .. } => tier_limit.max(0),
                _ => i64::MAX,
            });
            (party.most, tier)
        }));
    }

    /// Adds to the choice the best that still fits, by the costs set, as often as it fits.
    fn fill_up(&mut self, problem: &DealProblem) -> Result<(), Overflow> {
        self.greedy_end = self.used().saturating_add(GREEDY_STEPS);
        self.values.clear();
        self.values.resize(self.market.deals.len(), Some(i128::MAX));
        while self.used() < self.greedy_end {
            // Values only fall as units go, so a value still greatest when looked at again is.
            let next = self
                .values
                .iter()
                .enumerate()
                .filter_map(|(deal, value)| value.map(|value| (value, std::cmp::Reverse(deal))))
                .max();
            let Some((_, std::cmp::Reverse(deal))) = next else { break };
            let (times, tier) = self.left.get(deal).copied().unwrap_or((0, 0));
            if let Some(cost) = self.costs.tier.get_mut(deal).filter(|_| tier == 0) {
                *cost = 1 << 120;
            }
            let found = if times > 0 { self.offer(problem, deal, true)? } else { None };
            if let Some(value) = self.values.get_mut(deal) {
                *value = found.map(|found| found.value);
            }
            let Some(found) = found else { continue };
            let others = self.values.iter().enumerate().filter(|(other, _)| *other != deal).filter_map(|(_, value)| *value).max();
            if others.is_some_and(|other| other > found.value) {
                continue;
            }
            let at = self.keep(deal, found);
            let times = self.take(problem, at, i64::MAX);
            if times == 0 {
                break;
            }
            self.choice.push((at, times));
        }
        Ok(())
    }

    /// Takes a column out of `rooms` and `left`, as often as possible, at most `times`; how often.
    pub(super) fn take(&mut self, problem: &DealProblem, at: u32, times: i64) -> i64 {
        let Self { market, columns, pool, rooms, left, uses, .. } = self;
        let Some(column) = columns.get(at as usize) else { return 0 };
        let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
        uses.clear();
        for pick in picks {
            let place = market.place(problem, pick.unit);
            match uses.iter_mut().find(|(other, _)| *other == place) {
                Some((_, count)) => *count += pick.count,
                None => uses.push((place, pick.count)),
            }
        }
        let Some((applications, tier)) = left.get_mut(column.deal) else { return 0 };
        let in_tier = picks.iter().any(|pick| problem.units.get(pick.unit as usize).is_some_and(|unit| unit.tier));
        let mut times = times.min(*applications);
        if in_tier {
            times = times.min(*tier);
        }
        for (place, count) in uses.iter() {
            times = times.min(rooms.get(*place).copied().unwrap_or(0) / (*count).max(1));
        }
        if times > 0 {
            *applications -= times;
            if in_tier {
                *tier -= times;
            }
            for (place, count) in uses.iter() {
                if let Some(room) = rooms.get_mut(*place) {
                    *room -= count * times;
                }
            }
        }
        times
    }

    /// Makes the choice the best one if it is; otherwise forgets its columns, from `first` on.
    pub(super) fn propose(&mut self, first: usize) {
        let value = self.choice.iter().fold(0i128, |sum, (at, times)| {
            let value = self.columns.get(*at as usize).map_or(0, |column| column.value);
            sum.saturating_add(value.saturating_mul(i128::from(*times)))
        });
        if value > self.best_value {
            self.best_value = value;
            std::mem::swap(&mut self.best, &mut self.choice);
        } else {
            self.forget(first);
        }
    }

    /// All units are taken in whole numbers, but columns are not: makes whole columns of the same
    /// units. Rewards may depend on who is with whom, so it need not be as good.
    pub(super) fn regroup(&mut self, problem: &DealProblem, by: i128) -> Result<(), Overflow> {
        let first = self.columns.len();
        self.choice.clear();
        for deal in 0..self.market.deals.len() {
            if !self.regroup_deal(problem, deal, by)? {
                self.forget(first);
                return Ok(());
            }
        }
        self.propose(first);
        Ok(())
    }

    /// Whole columns for one deal, into `choice`; false when the units cannot be grouped.
    pub(super) fn regroup_deal(&mut self, problem: &DealProblem, deal: usize, by: i128) -> Result<bool, Overflow> {
        let Self { columns, pool, shares, flat, choice, market, .. } = self;
        let own = || shares.iter().filter(|(at, _)| columns.get(*at as usize).is_some_and(|column| column.deal == deal));
        if own().all(|(_, share)| share % by == 0) {
            choice.extend(own().filter_map(|(at, share)| Some((*at, i64::try_from(share / by).ok()?))));
            return Ok(true);
        }
        let Some(kind) = market.deals.get(deal).and_then(|party| problem.deals.get(party.deal as usize)).map(|deal| &deal.kind)
        else {
            return Ok(true);
        };
        // Groups with different numbers of free units cannot be told from all their units together.
        let free_by_leader = matches!(kind, DealKind::Group { reward: GroupReward::Free, .. });
        if free_by_leader && market.deals.get(deal).is_some_and(|party| party.several_values) {
            return Ok(false);
        }
        flat.clear();
        let mut times = 0i128;
        for (at, share) in own() {
            times += share;
            let Some(column) = columns.get(*at as usize) else { continue };
            for pick in pool.get(column.picks.clone()).unwrap_or(&[]) {
                let sum = share * i128::from(pick.count);
                match flat.iter_mut().find(|(other, _)| other.unit == pick.unit && other.rewarded == pick.rewarded) {
                    Some((_, other)) => *other += sum,
                    None => flat.push((*pick, sum)),
                }
            }
        }
        let times = times / by;
        if times == 0 {
            return Ok(true);
        }
        for (pick, sum) in flat.iter_mut() {
            pick.count = i64::try_from(*sum / by).map_err(|_| Overflow)?;
        }
        self.make_columns(problem, deal, kind, times)
    }

    /// The best assignment of units for the numbers of applications at hand, rounded down, then the best that still
    /// fits. Where they are whole nothing is better; `only_whole`: else nothing is done.
    pub(super) fn assign(&mut self, problem: &DealProblem, by: i128, only_whole: bool) -> Result<(), Overflow> {
        if !self.want(problem, by) && only_whole || self.wanted_units == self.assigned {
            return Ok(());
        }
        self.assigned.clone_from(&self.wanted_units);
        let first = self.columns.len();
        self.begin_choice(problem);
        // Whole columns of deals that cannot be assigned units to.
        let shares = std::mem::take(&mut self.shares);
        for (column, share) in &shares {
            let deal = self.columns.get(*column as usize).map_or(usize::MAX, |column| column.deal);
            if let (false, Ok(whole @ 1..)) = (self.is_assigned(deal), i64::try_from(share / by)) {
                let times = self.take(problem, *column, whole);
                self.choice.extend((times > 0).then_some((*column, times)));
            }
        }
        self.shares = shares;
        let found = self.assignment.find(problem, &self.market, &self.rooms, &self.wanted_units)?;
        self.master.steps += std::mem::take(&mut self.assignment.steps);
        if !found {
            return Ok(());
        }
        for deal in 0..self.market.deals.len() {
            let own = self.wanted_units.iter().filter(|wanted| wanted.deal == deal);
            let times = own.map(|wanted| i128::from(wanted.times)).sum();
            let party = self.market.deals.get(deal);
            let Some(kind) = party.and_then(|party| problem.deals.get(party.deal as usize)).map(|deal| &deal.kind) else {
                continue;
            };
            self.flat.clear();
            let own = self.assignment.given.iter().filter(|(to, _)| *to == deal);
            self.flat.extend(own.map(|(_, pick)| (*pick, 0)));
            let chosen = self.choice.len();
            if times > 0 && !self.make_columns(problem, deal, kind, times)? {
                self.forget(first);
                return Ok(());
            }
            for at in chosen..self.choice.len() {
                if let Some((column, times)) = self.choice.get(at).copied()
                    && self.take(problem, column, times) < times
                {
                    self.forget(first);
                    return Ok(());
                }
            }
        }
        self.fill_up(problem)?;
        self.propose(first);
        Ok(())
    }

    /// Is what a deal gives told by its number of applications, and their cheapest units?
    fn is_assigned(&self, deal: usize) -> bool {
        self.market.deals.get(deal).is_some_and(|party| party.adds_up || party.by_floor)
    }

    /// How many applications of each deal and floor there are at least, into `wanted_units`; are all numbers whole?
    fn want(&mut self, problem: &DealProblem, by: i128) -> bool {
        let mut floors = std::mem::take(&mut self.floors);
        floors.clear();
        let mut whole = true;
        for (at, share) in &self.shares {
            let Some(column) = self.columns.get(*at as usize) else { continue };
            if self.is_assigned(column.deal) {
                let picks = self.pool.get(column.picks.clone()).unwrap_or(&[]);
                let floor = self.market.floor(problem, column.deal, picks).unwrap_or(i64::MIN);
                floors.push((floor, column.deal, *share, 0));
            } else {
                whole = false;
            }
        }
        floors.put_in_order_by_key(|(floor, deal, ..)| (*deal, std::cmp::Reverse(*floor)));
        self.wanted_units.clear();
        let (mut last, mut sum, mut taken) = (usize::MAX, 0, 0);
        for (at, (floor, deal, share, _)) in floors.iter().enumerate() {
            if *deal != last {
                (last, sum, taken) = (*deal, 0, 0);
            }
            sum += share;
            if floors.get(at + 1).is_some_and(|(next, other, ..)| (next, other) == (floor, deal)) {
                continue;
            }
            // Rounded down from the dearest on they fit.
            whole &= sum % by == 0;
            if let Ok(times @ 1..) = i64::try_from(sum / by - taken) {
                self.wanted_units.push(Wanted { deal: *deal, floor: *floor, times });
                taken += i128::from(times);
            }
        }
        self.floors = floors;
        whole
    }

    /// So many columns out of the units in `flat`, into `choice`; false when the units cannot be
    /// grouped.
    pub(super) fn make_columns(
        &mut self,
        problem: &DealProblem,
        deal: usize,
        kind: &DealKind,
        times: i128,
    ) -> Result<bool, Overflow> {
        let Self { flat, market, queues, .. } = self;
        // The units of each role, dearest first in a group, by line in a bundle.
        queues.clear();
        match kind {
            DealKind::Bundle { mixes, base, .. } => {
                // Where the cheapest decides, dear units belong together.
                let by_floor = market.deals.get(deal).is_some_and(|party| party.by_floor);
                let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
                let key = |pick: &Pick| {
                    let mix = mixes.iter().position(|mix| mix.units.contains(&(pick.unit as usize)));
                    let price = run_of(problem, pick).map_or(0, |run| price_of(run, *base));
                    (mix, if by_floor { -price } else { 0 }, pick.unit)
                };
                flat.put_in_order_by_key(|(pick, _)| key(pick));
                let mut from = 0;
                for mix in mixes {
                    let there = flat.iter().filter(|(pick, _)| mix.units.contains(&(pick.unit as usize))).count();
                    queues.push((from..from + there, mix.quantity));
                    from += there;
                }
            }
            DealKind::Single { .. } => {
                flat.put_in_order_by_key(|(pick, _)| pick.unit);
                queues.push((0..flat.len(), 1));
            }
            DealKind::Group { .. } => {
                flat.put_in_order_by_key(|(pick, _)| (pick.rewarded, market.rank(deal, pick.unit)));
                let paying = flat.iter().filter(|(pick, _)| !pick.rewarded).count();
                let units = |rewarded: bool| {
                    let of = flat.iter().filter(|(pick, _)| pick.rewarded == rewarded);
                    of.fold(0i128, |sum, (pick, _)| sum + i128::from(pick.count)) / times
                };
                queues.push((0..paying, i64::try_from(units(false)).map_err(|_| Overflow)?));
                queues.push((paying..flat.len(), i64::try_from(units(true)).map_err(|_| Overflow)?));
            }
        }
        self.fill(problem, deal, kind, i64::try_from(times).map_err(|_| Overflow)?)
    }

    /// So many columns, each with its part of every queue in turn, into `choice`; false when the
    /// queues do not have so many units, or not in the order of a group.
    pub(super) fn fill(&mut self, problem: &DealProblem, deal: usize, kind: &DealKind, mut left: i64) -> Result<bool, Overflow> {
        while left > 0 {
            let from = self.pool.len();
            // As often as the first units of every role last; else one application across several.
            let mut times = left;
            for (range, needed) in self.queues.iter().filter(|(_, needed)| *needed > 0) {
                let there = self.flat.get(range.start).filter(|_| range.start < range.end).map_or(0, |(pick, _)| pick.count);
                times = times.min(there / needed);
            }
            let times = times.max(1);
            for (range, needed) in &mut self.queues {
                let mut needed = *needed;
                while needed > 0 {
                    let Some((pick, _)) = self.flat.get_mut(range.start).filter(|_| range.start < range.end) else {
                        self.pool.truncate(from);
                        return Ok(false);
                    };
                    let count = needed.min(pick.count / times);
                    if count == 0 {
                        range.start += 1;
                        continue;
                    }
                    self.pool.push(Pick { count, ..*pick });
                    pick.count -= count * times;
                    needed -= count;
                }
            }
            let picks = self.pool.get(from..).unwrap_or(&[]);
            if let DealKind::Group { .. } = kind {
                let rank = |pick: &Pick| self.market.rank(deal, pick.unit);
                let last_paying = picks.iter().filter(|pick| !pick.rewarded).map(rank).max();
                let first_rewarded = picks.iter().filter(|pick| pick.rewarded).map(rank).min();
                if last_paying > first_rewarded {
                    self.pool.truncate(from);
                    return Ok(false);
                }
            }
            let amount = amount(problem, kind, picks, &mut self.sorted)?;
            if amount > 0 {
                let at = self.push_column(deal, amount, from);
                self.choice.push((at, times));
            } else {
                self.pool.truncate(from);
            }
            left -= times;
        }
        Ok(true)
    }

    /// Hands the prices of the linear programme to the sweep, if the deals can be swept.
    pub(super) fn price_sweep(&mut self, problem: &DealProblem) {
        let Self { sweep, sweeps, market, master, minor, preferences, limit_rows, .. } = self;
        *sweeps = sweep.open(problem, market, *minor, preferences);
        if *sweeps {
            let scale = master.scale().max(1);
            // Rounded up they still hold.
            let price = |row: usize| (master.price(row).max(0) + scale - 1).div_euclid(scale);
            let limits = limit_rows.iter().map(|(limit, tier)| (limit.map_or(0, price), tier.map_or(0, price)));
            sweep.set_prices((0..market.rooms.len()).map(price), limits);
            if !self.lists {
                self.steps = self.after(SWEEP_AFTER);
            }
        }
    }

    /// Sweeps with more and more states; a bound for what there is.
    pub(super) fn sweep(&mut self, problem: &DealProblem, states: &[usize], mut bound: i128) -> Result<i128, Overflow> {
        for most in states.iter().copied() {
            let least = self.least();
            let end = self.sweep.steps.saturating_add(self.steps.saturating_sub(self.used()));
            let swept = self.sweep.run(most, least, end, self.amounts_only);
            if swept.best.is_some() {
                self.read_sweep(problem)?;
            }
            self.ties_open |= self.amounts_only;
            let most = swept.best.max(swept.dropped);
            bound = bound.min(most.unwrap_or(0).max(self.best_value));
            if swept.dropped.is_none() || self.is_hopeless(bound) || self.sweep.steps > end {
                break;
            }
        }
        Ok(bound)
    }

    /// Makes columns of what the sweep found.
    pub(super) fn read_sweep(&mut self, problem: &DealProblem) -> Result<(), Overflow> {
        let first = self.columns.len();
        self.choice.clear();
        for deal in 0..self.market.deals.len() {
            let Some(kind) =
                self.market.deals.get(deal).and_then(|party| problem.deals.get(party.deal as usize)).map(|deal| &deal.kind)
            else {
                continue;
            };
            for number in 0.. {
                let from = self.pool.len();
                if !self.sweep.application(deal, number, &mut self.pool) {
                    break;
                }
                let amount = amount(problem, kind, self.pool.get(from..).unwrap_or(&[]), &mut self.sorted)?;
                let same = |(at, _): &&mut (u32, i64)| {
                    let column = self.columns.get(*at as usize).filter(|column| column.deal == deal);
                    column.is_some_and(|column| self.pool.get(column.picks.clone()) == self.pool.get(from..))
                };
                if let Some((_, times)) = self.choice.iter_mut().find(same) {
                    *times += 1;
                    self.pool.truncate(from);
                } else if amount > 0 {
                    let at = self.push_column(deal, amount, from);
                    self.choice.push((at, 1));
                } else {
                    self.pool.truncate(from);
                }
            }
        }
        self.propose(first);
        Ok(())
    }
}

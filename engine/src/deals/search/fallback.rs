//! A choice for when the steps run out, whatever the size: deal by deal, those that give most for
//! a unit first, each as if it were alone with the units that are left.

use super::super::column::{Pick, amount, deciding_value, price_of};
use super::super::{BundleReward, DealKind, DealProblem, GroupReward};
use super::Buffers;
use crate::number::{Decimal, Overflow};
use crate::sort::InOrder as _;

impl Buffers {
    /// Makes that choice; it is taken when it is better than the best.
    pub(super) fn deal_by_deal(&mut self, problem: &DealProblem) -> Result<(), Overflow> {
        let first = self.columns.len();
        let mut worth = std::mem::take(&mut self.worth);
        worth.clear();
        for deal in 0..self.market.deals.len() {
            self.rooms.clone_from(&self.market.rooms);
            self.choice.clear();
            self.take_alone(problem, deal)?;
            let (mut amount, mut units) = (0, 0);
            for (at, times) in &self.choice {
                let Some(column) = self.columns.get(*at as usize) else { continue };
                let picks = self.pool.get(column.picks.clone()).unwrap_or(&[]);
                amount += i128::from(column.amount) * i128::from(*times);
                units += picks.iter().map(|pick| i128::from(pick.count)).sum::<i128>() * i128::from(*times);
            }
            worth.extend((units > 0).then_some((amount, units, deal)));
            self.forget(first);
        }
        let by_unit = |a: &(i128, i128, usize), b: &(i128, i128, usize)| {
            let (left, right) = (a.0.saturating_mul(b.1), b.0.saturating_mul(a.1));
            right.cmp(&left).then(a.2.cmp(&b.2))
        };
        worth.put_in_order_by(by_unit);
        self.rooms.clone_from(&self.market.rooms);
        self.choice.clear();
        for (_, _, deal) in &worth {
            self.take_alone(problem, *deal)?;
        }
        self.worth = worth;
        self.propose(first);
        Ok(())
    }

    /// Adds a deal's applications to `choice`, as many as `rooms` leave units for, and takes their
    /// units.
    fn take_alone(&mut self, problem: &DealProblem, deal: usize) -> Result<(), Overflow> {
        let Some(party) = self.market.deals.get(deal) else { return Ok(()) };
        let (most, tier_limit, several_values) = (party.most, party.tier_limit, party.several_values);
        let Some(kind) = problem.deals.get(party.deal as usize).map(|deal| &deal.kind) else { return Ok(()) };
        let before = self.choice.len();
        self.flat.clear();
        self.queues.clear();
        match kind {
            DealKind::Single { units, .. } => {
                self.candidates.clear();
                let own = units.clone().zip(problem.units.get(units.clone()).unwrap_or(&[]));
                self.candidates.extend(own.map(|(at, unit)| (unit.gain, at as u32)));
                self.candidates.put_in_order_by_key(|(gain, unit)| (std::cmp::Reverse(*gain), *unit));
                let (mut left, mut tier) = (most, tier_limit.unwrap_or(i64::MAX));
                for at in 0..self.candidates.len() {
                    let Some((gain, unit)) = self.candidates.get(at).copied() else { continue };
                    let in_tier = problem.units.get(unit as usize).is_some_and(|unit| unit.tier);
                    let times = self.room(problem, unit).min(left).min(if in_tier { tier } else { i64::MAX });
                    if times > 0 {
                        let from = self.pool.len();
                        self.pool.push(Pick { unit, count: 1, rewarded: true });
                        let column = self.push_column(deal, gain, from);
                        self.choice.push((column, times));
                        left -= times;
                        tier -= if in_tier { times } else { 0 };
                    }
                }
            }
            DealKind::Group { units, quantity, reward, .. } => {
                let value = problem.units.get(units.start).and_then(|unit| unit.value.whole()).unwrap_or(0);
                let free = if *reward == GroupReward::Free { value.min(*quantity) } else { 1 };
                let there = self.market.order(deal).iter().map(|unit| self.room(problem, *unit)).sum::<i64>();
                let times = (there / quantity).min(most);
                if several_values && *reward == GroupReward::Free {
                    self.cut_by_value(problem, deal, kind, *quantity, times)?;
                    self.leave_rooms(problem, before);
                    return Ok(());
                }
                if free < 1 {
                    return Ok(());
                }
                // Groups stand one after the other in the row: first the units that pay, then the rewarded.
                for rewarded in [false, true] {
                    let (from, mut place) = (self.flat.len(), 0i64);
                    for at in 0..self.market.order(deal).len() {
                        let Some(unit) = self.market.order(deal).get(at).copied() else { continue };
                        let end = place.saturating_add(self.room(problem, unit)).min(times * quantity);
                        let paid = |end: i64| end / quantity * (quantity - free) + (end % quantity).min(quantity - free);
                        let paying = paid(end) - paid(place);
                        let count = if rewarded { end - place - paying } else { paying };
                        self.flat.extend((count > 0).then_some((Pick { unit, count, rewarded }, 0)));
                        place = end;
                    }
                    let needed = if rewarded { free } else { quantity - free };
                    self.queues.push((from..self.flat.len(), needed));
                }
                self.fill(problem, deal, kind, times)?;
            }
            DealKind::Bundle { mixes, .. } => {
                let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
                let mut times = most;
                while times > 0 && !self.gather_mixes(problem, kind, &mut times) {}
                if !mixes.is_empty() {
                    self.fill(problem, deal, kind, times)?;
                }
            }
        }
        self.leave_rooms(problem, before);
        Ok(())
    }

    /// Groups one after the other, each with as many rewarded units as its dearest one says.
    fn cut_by_value(
        &mut self,
        problem: &DealProblem,
        deal: usize,
        kind: &DealKind,
        quantity: i64,
        mut groups: i64,
    ) -> Result<(), Overflow> {
        let DealKind::Group { base, .. } = kind else { return Ok(()) };
        let (mut at, mut taken) = (0, 0);
        while groups > 0 {
            self.flat.clear();
            let (mut needed, mut times) = (quantity, 1);
            while needed > 0 {
                let Some(unit) = self.market.order(deal).get(at).copied() else { return Ok(()) };
                let left = self.room(problem, unit) - taken;
                if left <= 0 {
                    (at, taken) = (at + 1, 0);
                    continue;
                }
                if needed == quantity {
                    times = (left / quantity).clamp(1, groups);
                }
                let count = needed.min(left);
                self.flat.push((Pick { unit, count, rewarded: false }, 0));
                taken += count * times;
                needed -= count;
            }
            groups -= times;
            // Of equal prices the earlier line decides, wherever it stands here.
            let value = deciding_value(problem, *base, self.flat.iter().map(|(pick, _)| pick));
            let free = value.and_then(Decimal::whole).unwrap_or(0).clamp(0, quantity);
            let (from, mut paying) = (self.pool.len(), quantity - free);
            for (pick, _) in &self.flat {
                let pays = paying.min(pick.count);
                paying -= pays;
                for (count, rewarded) in [(pays, false), (pick.count - pays, true)] {
                    self.pool.extend((count > 0).then_some(Pick { count, rewarded, ..*pick }));
                }
            }
            let amount = amount(problem, kind, self.pool.get(from..).unwrap_or(&[]), &mut self.sorted)?;
            if amount > 0 {
                let column = self.push_column(deal, amount, from);
                self.choice.push((column, times));
            } else {
                self.pool.truncate(from);
            }
        }
        Ok(())
    }

    /// Takes the units of what was chosen from a place on out of `rooms`.
    fn leave_rooms(&mut self, problem: &DealProblem, before: usize) {
        for at in before..self.choice.len() {
            let Some((column, times)) = self.choice.get(at).copied() else { continue };
            let Some(picks) = self.columns.get(column as usize).map(|column| column.picks.clone()) else { continue };
            for pick in self.pool.get(picks).unwrap_or(&[]) {
                if let Some(room) = self.rooms.get_mut(self.market.place(problem, pick.unit)) {
                    *room -= pick.count * times;
                }
            }
        }
    }

    /// Fills `flat` and `queues` with units for so many bundles; false, with fewer `times`, when a
    /// mix finds too few.
    fn gather_mixes(&mut self, problem: &DealProblem, kind: &DealKind, times: &mut i64) -> bool {
        let DealKind::Bundle { mixes, base, reward } = kind else { return true };
        self.flat.clear();
        self.queues.clear();
        self.spare.clone_from(&self.rooms);
        for mix in problem.mixes.get(mixes.clone()).unwrap_or(&[]) {
            self.candidates.clear();
            for unit in mix.units.clone() {
                let run = problem.units.get(unit).and_then(|unit| problem.runs.get(unit.run as usize));
                let Some(run) = run else { continue };
                // What brings most comes first; where that is nothing, what costs least.
                let key = match reward {
                    BundleReward::NewPrice if mix.eligible => -run.share,
                    BundleReward::Amount => run.share,
                    _ if mix.eligible => -price_of(run, *base),
                    _ => run.share,
                };
                self.candidates.push((key, unit as u32));
            }
            self.candidates.put_in_order();
            let (from, wanted) = (self.flat.len(), times.saturating_mul(mix.quantity));
            let mut needed = wanted;
            for (_, unit) in &self.candidates {
                let Some(room) = self.spare.get_mut(self.market.place(problem, *unit)) else { continue };
                let count = needed.min(*room);
                if count > 0 {
                    *room -= count;
                    needed -= count;
                    self.flat.push((Pick { unit: *unit, count, rewarded: mix.eligible }, 0));
                }
            }
            if needed > 0 {
                // Mixes that share units may do with half as many.
                *times = ((wanted - needed) / mix.quantity.max(1)).max(*times / 2).min(*times - 1);
                return false;
            }
            self.queues.push((from..self.flat.len(), mix.quantity));
        }
        true
    }

    /// Units of a run that are left.
    fn room(&self, problem: &DealProblem, unit: u32) -> i64 {
        self.rooms.get(self.market.place(problem, unit)).copied().unwrap_or(0)
    }
}

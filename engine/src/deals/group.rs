//! One deal on groups of q units ("3 for 2"), when every line has the same value.
//!
//! Units stand in a row, dearest first; of equal prices the one that is sought first as the
//! cheapest comes last (§8.1). Which units are rewarded is decided first, then the groups are
//! made from the front of the row: that is the fixed order of units of §8.4.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{DealKind, DealProblem, GroupReward, Solution, Taken};
use crate::number::Overflow;
use crate::rule::Base;
use crate::sort::InOrder as _;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// The row.
    runs: Vec<Placed>,
    /// Rewarded so far: least gain on top, of equal ones the last in the row.
    kept: BinaryHeap<(Reverse<i64>, usize, i64)>,
    /// The units of the group being made.
    units: Vec<Taken>,
}

/// A run in the row.
#[derive(Debug, Clone, Copy)]
struct Placed {
    run: u32,
    price: i64,
    share: i64,
    count: i64,
    /// What a unit gives when it is a rewarded one of its group.
    gain: i64,
    /// Units that are rewarded.
    rewarded: i64,
}

/// Solves a `Group` deal in the cases that need no search; false otherwise.
pub(super) fn solve(problem: &DealProblem, at: u32, buffers: &mut Buffers, solution: &mut Solution) -> Result<bool, Overflow> {
    let Some(deal) = problem.deals.get(at as usize) else { return Ok(true) };
    let DealKind::Group { units, quantity, base, reward } = &deal.kind else { return Ok(false) };
    let units = problem.units.get(units.clone()).unwrap_or(&[]);
    let Some(first) = units.first() else { return Ok(true) };
    if units.iter().any(|unit| unit.value != first.value) {
        return Ok(false);
    }
    let free = match reward {
        GroupReward::Free => first.value.whole().unwrap_or(0),
        GroupReward::Percent => 1,
    };
    if free <= 0 || *quantity <= 0 {
        return Ok(true);
    }
    buffers.runs.clear();
    let mut plain = true;
    for unit in units {
        let Some(run) = problem.runs.get(unit.run as usize) else { continue };
        let price = if *base == Base::Net { run.share } else { run.price };
        plain &= run.share == price;
        let gain = match reward {
            GroupReward::Free => price,
            GroupReward::Percent => unit.value.percent_of(price)?,
        };
        let gain = gain.min(run.share);
        buffers.runs.push(Placed { run: unit.run, price, share: run.share, count: run.count, gain, rewarded: 0 });
    }
    // Runs stand in line order, so the later of two runs belongs to the later line.
    buffers.runs.put_in_order_by(|a, b| b.price.cmp(&a.price).then(a.share.cmp(&b.share)).then(b.run.cmp(&a.run)));
    if free == 1 {
        buffers.keep_greatest_gains(*quantity, 1, deal.limit);
        buffers.pay_from_the_front(at, *quantity, solution)?;
    } else if plain {
        buffers.cut_from_the_front(at, *quantity, free, deal.limit, solution)?;
    } else {
        buffers.keep_several(*quantity, free, deal.limit);
        buffers.pay_for_several(at, *quantity, free, solution)?;
    }
    Ok(true)
}

impl Buffers {
    /// So many rewarded units a group. They need the others of their group before them, which
    /// reward nobody else, so of the first n units only some can be rewarded: all `free` of each
    /// q, and of the r left over those beyond the q − `free` that pay. These bounds lie one within
    /// the other, so going along the row and giving up the least gain whenever there is one too
    /// many is best, and for one unit a group leaves the fewest applications. What they give.
    fn keep_greatest_gains(&mut self, quantity: i64, free: i64, limit: i64) -> i128 {
        self.kept.clear();
        self.runs.iter_mut().for_each(|run| run.rewarded = 0);
        let (mut units, mut rewarded) = (0i64, 0i64);
        for (at, run) in self.runs.iter().enumerate() {
            units = units.saturating_add(run.count);
            if run.gain > 0 || free > 1 {
                self.kept.push((Reverse(run.gain), at, run.count));
                rewarded = rewarded.saturating_add(run.count);
            }
            let rest = (units % quantity - (quantity - free)).max(0);
            let most = (units / quantity).saturating_mul(free).saturating_add(rest).min(limit.max(0).saturating_mul(free));
            while rewarded > most {
                let Some((gain, at, count)) = self.kept.pop() else { break };
                let given_up = count.min(rewarded - most);
                rewarded -= given_up;
                if count > given_up {
                    self.kept.push((gain, at, count - given_up));
                }
            }
        }
        let mut total = 0;
        for (_, at, count) in &self.kept {
            if let Some(run) = self.runs.get_mut(*at) {
                run.rewarded = *count;
                total += i128::from(run.gain) * i128::from(*count);
            }
        }
        total
    }

    /// The same with whole groups only, and as few as give the most.
    fn keep_several(&mut self, quantity: i64, free: i64, limit: i64) {
        let units = self.runs.iter().fold(0i64, |sum, run| sum.saturating_add(run.count));
        let mut enough = (units / quantity).min(limit.max(0));
        let most = self.keep_greatest_gains(quantity, free, enough);
        if enough > 0 && self.keep_greatest_gains(quantity, free, enough - 1) == most {
            let mut too_few = -1;
            while enough - too_few > 1 {
                let middle = too_few + (enough - too_few) / 2;
                if self.keep_greatest_gains(quantity, free, middle) == most {
                    enough = middle;
                } else {
                    too_few = middle;
                }
            }
        }
        self.keep_greatest_gains(quantity, free, enough);
    }

    /// Makes the groups: the rewarded units in turn, so many a group, each group with the next
    /// others that pay.
    fn pay_for_several(&mut self, deal: u32, quantity: i64, free: i64, solution: &mut Solution) -> Result<(), Overflow> {
        let Self { runs, units, .. } = self;
        let rewarded = runs.iter().fold(0i64, |sum, run| sum.saturating_add(run.rewarded));
        let roles = [(false, quantity - free), (true, free)];
        // Where each role stands: the run, and what is left of it.
        let there =
            |at: usize, gives: bool| runs.get(at).map_or(0, |run| if gives { run.rewarded } else { run.count - run.rewarded });
        let mut places = roles.map(|(gives, _)| (0, there(0, gives)));
        let mut groups = rewarded / free;
        while groups > 0 {
            for (place, (gives, _)) in places.iter_mut().zip(roles) {
                while place.1 == 0 && place.0 < runs.len() {
                    *place = (place.0 + 1, there(place.0 + 1, gives));
                }
            }
            // As many alike as the runs last; else one across several.
            let alike = places.iter().zip(roles).filter(|(_, (_, needed))| *needed > 0);
            let times = alike.map(|(place, (_, needed))| place.1 / needed).min().unwrap_or(0).clamp(1, groups);
            units.clear();
            let mut amount = 0i64;
            for (place, (gives, needed)) in places.iter_mut().zip(roles) {
                let mut needed = needed;
                while needed > 0 {
                    let Some(run) = runs.get(place.0) else { return Ok(()) };
                    let count = needed.min(place.1 / times);
                    if count > 0 {
                        let each = if gives { run.gain } else { 0 };
                        units.push(Taken { run: run.run, count, each, rewarded: each > 0 });
                        amount = each.checked_mul(count).and_then(|part| amount.checked_add(part)).ok_or(Overflow)?;
                        place.1 -= count.checked_mul(times).ok_or(Overflow)?;
                        needed -= count;
                    }
                    if needed > 0 {
                        *place = (place.0 + 1, there(place.0 + 1, gives));
                    }
                }
            }
            groups -= times;
            if amount > 0 {
                solution.add(deal, times, amount, units.iter().copied());
            }
        }
        Ok(())
    }

    /// Makes the groups: the rewarded units in turn, each with the next q − 1 others.
    fn pay_from_the_front(&mut self, deal: u32, quantity: i64, solution: &mut Solution) -> Result<(), Overflow> {
        let Self { runs, units, .. } = self;
        let paying = |at: usize| runs.get(at).map_or(0, |run| run.count - run.rewarded);
        let (mut payer, mut left) = (0, paying(0));
        for run in runs.iter() {
            let mut rewarded = run.rewarded;
            while rewarded > 0 {
                units.clear();
                let mut times = 1;
                let mut needed = quantity - 1;
                while needed > 0 {
                    let Some(other) = runs.get(payer) else { return Ok(()) };
                    if left == 0 {
                        payer += 1;
                        left = paying(payer);
                        continue;
                    }
                    if needed == quantity - 1 && left > needed {
                        times = (left / needed).min(rewarded);
                    }
                    let count = needed.min(left);
                    units.push(Taken { run: other.run, count, each: 0, rewarded: false });
                    needed -= count;
                    left -= count.checked_mul(times).ok_or(Overflow)?;
                }
                units.push(Taken { run: run.run, count: 1, each: run.gain, rewarded: true });
                rewarded -= times;
                solution.add(deal, times, run.gain, units.iter().copied());
            }
        }
        Ok(())
    }

    /// Several free units a group, all at full price: groups of q next to each other are best.
    fn cut_from_the_front(
        &mut self,
        deal: u32,
        quantity: i64,
        free: i64,
        limit: i64,
        solution: &mut Solution,
    ) -> Result<(), Overflow> {
        let Self { runs, units, .. } = self;
        let (mut at, mut left, mut groups) = (0, runs.first().map_or(0, |run| run.count), limit);
        while groups > 0 {
            units.clear();
            let (mut times, mut needed, mut amount) = (1, quantity, 0i64);
            while needed > 0 {
                let Some(run) = runs.get(at) else { return Ok(()) };
                if left == 0 {
                    at += 1;
                    left = runs.get(at).map_or(0, |run| run.count);
                    continue;
                }
                if needed == quantity && left > needed {
                    times = (left / needed).min(groups);
                }
                let count = needed.min(left);
                let paid = (needed - free).clamp(0, count);
                if paid > 0 {
                    units.push(Taken { run: run.run, count: paid, each: 0, rewarded: false });
                }
                if count > paid {
                    units.push(Taken { run: run.run, count: count - paid, each: run.gain, rewarded: run.gain > 0 });
                    let given = run.gain.checked_mul(count - paid).ok_or(Overflow)?;
                    amount = amount.checked_add(given).ok_or(Overflow)?;
                }
                needed -= count;
                left -= count.checked_mul(times).ok_or(Overflow)?;
            }
            if amount <= 0 {
                break;
            }
            groups -= times;
            solution.add(deal, times, amount, units.iter().copied());
        }
        Ok(())
    }
}

//! From the best way to groups: within a lane the first leader is of the first group, and so are the
//! first units that pay and the first rewarded ones.

use super::super::column::{Pick, amount, group_each};
use super::super::{Deal, DealKind, DealProblem, GroupReward, Solution, Taken};
use super::{ALONE, Buffers, LEADS, Lane};
use crate::number::Overflow;
use crate::sort::InOrder as _;

impl Buffers {
    /// Writes the groups of the best way; what they give.
    pub(super) fn write(
        &mut self,
        problem: &DealProblem,
        at: u32,
        deal: &Deal,
        solution: &mut Solution,
    ) -> Result<i64, Overflow> {
        let mut total = 0i64;
        for lane in 0..self.lanes.len() {
            let Some(own) = self.lanes.get(lane).copied() else { continue };
            let Self { best, seats, row, leaders, pays, wins, .. } = self;
            let of = |choice: u32| best.iter().zip(seats.iter()).filter(move |(own, _)| **own == choice).map(|(_, seat)| *seat);
            leaders.clear();
            leaders.extend(
                of(if own.all_free { LEADS } else { ALONE })
                    .filter(|seat| row.get(*seat as usize).is_some_and(|placed| placed.lane == lane)),
            );
            pays.clear();
            pays.extend(of(lane as u32 * 2));
            wins.clear();
            wins.extend(of(lane as u32 * 2 + 1));
            let mut number = 0;
            while self.take_group(own, number) {
                total = self.give(problem, (at, deal), total, solution)?;
                number += 1;
            }
        }
        Ok(total)
    }

    /// The units of a lane's group by number, into `group`; false when there are no more.
    fn take_group(&mut self, lane: Lane, number: usize) -> bool {
        let Self { pays, wins, leaders, group, .. } = self;
        group.clear();
        let (paying, rewarded) = (lane.paying as usize, lane.rewarded as usize);
        let (Some(pays), Some(wins)) =
            (pays.get(number * paying..(number + 1) * paying), wins.get(number * rewarded..(number + 1) * rewarded))
        else {
            return false;
        };
        group.extend_from_slice(pays);
        group.extend_from_slice(wins);
        if lane.led {
            let Some(leader) = leaders.get(number) else { return false };
            group.push(*leader);
        }
        true
    }

    /// Writes the group at hand, with the amount that its real leader gives; the total with it.
    fn give(
        &mut self,
        problem: &DealProblem,
        (at, deal): (u32, &Deal),
        total: i64,
        solution: &mut Solution,
    ) -> Result<i64, Overflow> {
        let DealKind::Group { base, reward, .. } = &deal.kind else { return Ok(total) };
        let Self { group, row, picks, taken, sorted, .. } = self;
        let placed = |seat: &u32| row.get(*seat as usize).copied();
        let leader = group.iter().filter_map(placed).min_by_key(|placed| (-placed.price, placed.line));
        let Some(value) = leader.and_then(|leader| problem.units.get(leader.unit as usize)).map(|unit| unit.value) else {
            return Ok(total);
        };
        let free = if *reward == GroupReward::Free { value.whole().unwrap_or(0).max(0) } else { 1 };
        // As the cheapest are told (§8.1).
        group
            .put_in_order_by_key(|seat| placed(seat).map(|placed| (-placed.price, placed.share, std::cmp::Reverse(placed.unit))));
        let paying = group.len().saturating_sub(free as usize);
        picks.clear();
        for (number, seat) in group.iter().enumerate() {
            let Some(unit) = placed(seat).map(|placed| placed.unit) else { continue };
            let rewarded = number >= paying;
            match picks.last_mut().filter(|pick| pick.unit == unit && pick.rewarded == rewarded) {
                Some(pick) => pick.count += 1,
                None => picks.push(Pick { unit, count: 1, rewarded }),
            }
        }
        let amount = amount(problem, &deal.kind, picks, sorted)?;
        if amount <= 0 {
            return Ok(total);
        }
        taken.clear();
        for pick in picks.iter() {
            let each = if pick.rewarded { group_each(problem, *base, *reward, picks, pick)? } else { 0 };
            let run = problem.units.get(pick.unit as usize).map_or(0, |unit| unit.run);
            taken.push(Taken { run, count: pick.count, each, rewarded: each > 0 });
        }
        solution.add_or_repeat(at, amount, taken);
        total.checked_add(amount).ok_or(Overflow)
    }
}

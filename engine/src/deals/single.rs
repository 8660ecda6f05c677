//! One deal whose applications take one unit each: the greatest gains first.

use super::{DealKind, DealProblem, Solution, Taken};
use crate::sort::InOrder as _;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Positions in the problem's units, greatest gain first.
    order: Vec<usize>,
}

/// Solves a `Single` deal; false when it is another kind. Taking the greatest gains is best,
/// since the two limits (all units, and the tier's) lie one within the other.
pub(super) fn solve(problem: &DealProblem, at: u32, buffers: &mut Buffers, solution: &mut Solution) -> bool {
    let Some(deal) = problem.deals.get(at as usize) else { return true };
    let DealKind::Single { units, tier_limit } = &deal.kind else { return false };
    let gain = |position: &usize| problem.units.get(*position).map_or(0, |unit| unit.gain);
    buffers.order.clear();
    buffers.order.extend(units.clone());
    buffers.order.put_in_order_by(|a, b| gain(b).cmp(&gain(a)).then(a.cmp(b)));
    let (mut left, mut tier_left) = (deal.limit, *tier_limit);
    for position in &buffers.order {
        let Some(unit) = problem.units.get(*position) else { continue };
        let there = problem.runs.get(unit.run as usize).map_or(0, |run| run.count);
        let count = there.min(left).min(if unit.tier { tier_left } else { i64::MAX });
        if count <= 0 {
            continue;
        }
        left -= count;
        if unit.tier {
            tier_left -= count;
        }
        let taken = Taken { run: unit.run, count: 1, each: unit.gain, rewarded: true };
        solution.add(at, count, unit.gain, std::iter::once(taken));
    }
    true
}

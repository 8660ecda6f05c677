//! One deal on groups of q units ("3 for 2"), when every line has the same value.

use super::{DealKind, DealProblem, GroupReward, Solution, Taken};
use crate::number::Overflow;
use crate::rule::Base;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Dearest first; of equal prices the one that is sought first as the cheapest comes last.
    runs: Vec<Sorted>,
    order: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Sorted {
    run: u32,
    price: i64,
    share: i64,
    count: i64,
    /// What a unit gives when it is the rewarded one of its group.
    gain: i64,
    /// How many units lie up to the end of this run.
    end: i64,
    chosen: i64,
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
    let free = first.value.whole().unwrap_or(0);
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
        buffers.runs.push(Sorted {
            run: unit.run,
            price,
            share: run.share,
            count: run.count,
            gain: gain.min(run.share),
            end: 0,
            chosen: 0,
        });
    }
    // Runs stand in line order, so the later of two runs belongs to the later line.
    buffers.runs.sort_unstable_by(|a, b| b.price.cmp(&a.price).then(a.share.cmp(&b.share)).then(b.run.cmp(&a.run)));
    let mut end = 0i64;
    for run in &mut buffers.runs {
        end = end.saturating_add(run.count);
        run.end = end;
    }
    match reward {
        GroupReward::Free if free == 0 => {}
        GroupReward::Free if free > 1 && !plain => return Ok(false),
        GroupReward::Free if free > 1 => consecutive(buffers, *quantity, free, deal.limit),
        _ => greatest_gains(buffers, *quantity, deal.limit),
    }
    for run in buffers.runs.iter().filter(|run| run.chosen > 0 && run.gain > 0) {
        let taken = Taken { run: run.run, count: 1, each: run.gain, rewarded: true };
        solution.add(at, run.chosen, run.gain, std::iter::once(taken));
    }
    Ok(true)
}

/// One rewarded unit a group. Each needs q − 1 units before it that reward nobody else, so of
/// the first n units at most ⌊n/q⌋ can be rewarded: prefixes lie one within the other, and
/// taking the greatest gains first is best. Within a run the last units are rewarded, so only
/// the ends of runs bind.
fn greatest_gains(buffers: &mut Buffers, quantity: i64, limit: i64) {
    let Buffers { runs, order } = buffers;
    order.clear();
    order.extend(0..runs.len());
    let gain = |at: usize| runs.get(at).map_or(0, |run| run.gain);
    order.sort_unstable_by(|a, b| gain(*b).cmp(&gain(*a)).then(b.cmp(a)));
    let mut left = limit;
    for &at in order.iter() {
        if left == 0 || runs.get(at).is_none_or(|run| run.gain <= 0) {
            continue;
        }
        let mut chosen = 0i64;
        let mut most = runs.get(at).map_or(0, |run| run.count).min(left);
        for (position, run) in runs.iter().enumerate() {
            chosen += run.chosen;
            if position >= at {
                most = most.min(run.end / quantity - chosen);
            }
        }
        if let Some(run) = runs.get_mut(at).filter(|_| most > 0) {
            run.chosen = most;
            left -= most;
        }
    }
}

/// Several free units a group, all at full price: groups of q next to each other, dearest first.
fn consecutive(buffers: &mut Buffers, quantity: i64, free: i64, limit: i64) {
    let units = buffers.runs.last().map_or(0, |run| run.end);
    let grouped = (units / quantity).min(limit).saturating_mul(quantity);
    // Of the first n positions, those that are free: the last `free` of each group.
    let free_among = |n: i64| {
        let n = n.min(grouped);
        n / quantity * free + (n % quantity - (quantity - free)).max(0)
    };
    for run in &mut buffers.runs {
        run.chosen = free_among(run.end) - free_among(run.end - run.count);
    }
}

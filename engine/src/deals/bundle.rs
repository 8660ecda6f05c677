//! One deal on bundles, when each unit adds to the reward on its own: which units k bundles take is
//! a flow from units to mixes.
//!
//! Units are given to mixes one after the other, each time along the way that adds most: a mix takes
//! a free unit, or one of another mix, which then takes another. So the units taken are the best
//! for that many bundles, and each bundle adds no more than the one before it.

use super::column::price_of;
use super::offer::most_by_rounding;
use super::{BundleReward, DealKind, DealMix, DealProblem, Outcome, Solution, Taken};
use crate::number::{Decimal, Overflow};
use crate::rule::Base;
use crate::sort::InOrder as _;

/// More units are left to the search, and so are more mixes.
const MOST_UNITS: i64 = 20_000;
const MOST_MIXES: usize = 12;

/// Units looked at for a counted step.
const UNITS_A_STEP: u64 = 32;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    runs: Vec<Placed>,
    mixes: Vec<(i64, bool)>,
    /// Units given, per run and mix; and so many for the last whole bundle.
    given: Vec<i64>,
    whole: Vec<i64>,
    /// Per mix that takes and mix that gives: what that adds, and the unit's run.
    moves: Vec<Option<(i64, usize)>>,
    /// Per mix: what the best way to it adds, the run taken at its end, and the mix before it.
    ways: Vec<Option<(i64, usize, usize)>>,
    lists: Vec<Vec<(usize, i64)>>,
    taken: Vec<Taken>,
    steps: u64,
}

#[derive(Debug, Clone, Copy)]
struct Placed {
    run: u32,
    weight: i64,
    price: i64,
    share: i64,
    free: i64,
    /// The mixes it fits, as bits.
    mixes: u32,
}

/// Where a way ends: the unit is free.
const FREE: usize = usize::MAX;

/// Solves a `Bundle` deal of one value whose units add up.
pub(super) fn solve(
    problem: &DealProblem,
    at: u32,
    steps: u64,
    buffers: &mut Buffers,
    solution: &mut Solution,
) -> Result<Outcome, Overflow> {
    let Some(deal) = problem.deals.get(at as usize) else { return Ok(Outcome::Open) };
    let DealKind::Bundle { mixes, base, reward } = &deal.kind else { return Ok(Outcome::Open) };
    let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
    let Some(value) = buffers.open(problem, mixes, *base, *reward, None) else { return Ok(Outcome::Open) };
    let fixed = i128::from(value.whole().unwrap_or(0));
    let prices = buffers.runs.iter().map(|placed| placed.weight);
    let ((digits, power), (up, by)) = (value.ratio(), most_by_rounding(value, prices));
    let (digits, power, up, by) = (i128::from(digits), i128::from(power) * 100, i128::from(up), i128::from(by));
    // What so many bundles, with units that add so much, give at most.
    let most = |bundles: i64, weight: i128| match reward {
        BundleReward::NewPrice => weight - i128::from(bundles) * fixed,
        BundleReward::Percent => (weight * digits * by + i128::from(bundles) * up * power).div_euclid(power * by),
        _ => i128::from(bundles) * fixed,
    };
    let least = if *reward == BundleReward::NewPrice { fixed } else { 0 };
    let taken = buffers.take(deal.limit, *reward != BundleReward::Amount, least, &most, steps);
    solution.steps = solution.steps.saturating_add(buffers.steps);
    let Some(Way { mut bundles, most, before }) = taken else { return Ok(Outcome::Open) };
    if most <= 0 {
        return Ok(Outcome::Proven);
    }
    // Prices bound what a percentage gives, but units that are cheap already give no more than they cost.
    let cut = *reward == BundleReward::Percent && buffers.is_cut(value);
    if cut {
        buffers.open(problem, mixes, *base, *reward, Some(value));
        let again = buffers.take(deal.limit, true, least, &|_, weight| weight, steps);
        solution.steps = solution.steps.saturating_add(buffers.steps);
        bundles = again.map_or(0, |way| way.bundles);
    }
    let first = solution.applications.len();
    let given = buffers.write(at, bundles, value, *reward, solution)?;
    // With percentages, fewer bundles may round to as much.
    if i128::from(given) >= most && (*reward != BundleReward::Percent || before < most) {
        return Ok(Outcome::Proven);
    }
    match i64::try_from(most) {
        // What rounding may add the search looks for.
        Ok(most) if *reward == BundleReward::Percent => Ok(Outcome::Bounded { most: most.max(given), alone: false }),
        _ => {
            solution.applications.truncate(first);
            Ok(Outcome::Open)
        }
    }
}

/// How many bundles to make, the most that any number of them gives, and that fewer give.
struct Way {
    bundles: i64,
    most: i128,
    before: i128,
}

impl Buffers {
    /// Lists the units and mixes; the deal's value. None: not for this. `cut`: units weigh no more
    /// than they cost with this percentage.
    fn open(
        &mut self,
        problem: &DealProblem,
        mixes: &[DealMix],
        base: Base,
        reward: BundleReward,
        cut: Option<Decimal>,
    ) -> Option<Decimal> {
        let adds_up = matches!(reward, BundleReward::NewPrice | BundleReward::Amount | BundleReward::Percent);
        if !adds_up || mixes.len() > MOST_MIXES {
            return None;
        }
        let Self { runs, mixes: own_mixes, given, steps, .. } = self;
        *steps = 0;
        runs.clear();
        own_mixes.clear();
        let first = mixes.iter().find_map(|mix| problem.units.get(mix.units.clone()).and_then(<[_]>::first))?;
        for (number, mix) in mixes.iter().enumerate() {
            own_mixes.push((mix.quantity, mix.eligible));
            for unit in problem.units.get(mix.units.clone()).unwrap_or(&[]) {
                if unit.value != first.value {
                    return None;
                }
                let run = problem.runs.get(unit.run as usize)?;
                let price = price_of(run, base);
                let weight = match (reward, cut) {
                    (BundleReward::Percent, None) => price,
                    (BundleReward::Percent, Some(value)) => price.min(whole_price(value, run.share)),
                    _ => run.share,
                };
                runs.push(Placed { run: unit.run, weight, price, share: run.share, free: run.count, mixes: 1 << number });
            }
        }
        // One entry for each run, with all its mixes.
        runs.put_in_order_by_key(|placed| placed.run);
        runs.dedup_by(|later, kept| {
            let same = later.run == kept.run;
            kept.mixes |= if same { later.mixes } else { 0 };
            same
        });
        // The greatest weights first, of equal ones the earlier line.
        runs.put_in_order_by(|a, b| b.weight.cmp(&a.weight).then(a.run.cmp(&b.run)));
        let units = runs.iter().fold(0i64, |sum, placed| sum.saturating_add(placed.free));
        given.clear();
        given.resize(runs.len() * own_mixes.len(), 0);
        (units <= MOST_UNITS && !first.value.is_negative()).then_some(first.value)
    }

    /// Do some units cost less than that percentage of their prices?
    fn is_cut(&self, value: Decimal) -> bool {
        self.runs.iter().any(|placed| whole_price(value, placed.share) < placed.price)
    }

    /// Takes units for as many bundles as there can be, when `adds_up` as long as each adds more than
    /// `least`: how many, and the most that any number of bundles gives. None: the steps ran out.
    fn take(&mut self, limit: i64, adds_up: bool, least: i128, most: &dyn Fn(i64, i128) -> i128, steps: u64) -> Option<Way> {
        let (mut way, mut number, mut weight) = (Way { bundles: 0, most: 0, before: 0 }, 0i64, 0i128);
        self.whole.clone_from(&self.given);
        'more: while number < limit {
            let mut adds = 0i128;
            for mix in 0..self.mixes.len() {
                let mut needed = self.mixes.get(mix).map_or(0, |(quantity, _)| *quantity);
                while needed > 0 {
                    if self.steps > steps {
                        return None;
                    }
                    let Some((each, count)) = self.give(mix, needed) else { break 'more };
                    adds += i128::from(each) * i128::from(count);
                    needed -= count;
                }
            }
            number += 1;
            weight += adds;
            let next = most(number, weight);
            // Each bundle adds no more than the one before it, so neither will later ones.
            let worth = !adds_up || adds > least;
            if worth {
                (way.bundles, way.before) = (number, way.most);
                self.whole.clone_from(&self.given);
            } else if next < way.most {
                break;
            }
            way.most = way.most.max(next);
        }
        Some(way)
    }

    /// Gives a mix units along the way that adds most: what each adds, and how many. None: there
    /// are no more.
    fn give(&mut self, mix: usize, needed: i64) -> Option<(i64, i64)> {
        let count = self.mixes.len();
        let Self { runs, mixes, given, moves, ways, steps, .. } = self;
        *steps += 1 + (runs.len() * count) as u64 / UNITS_A_STEP;
        let worth = |placed: &Placed, mix: usize| match mixes.get(mix) {
            Some((_, true)) => placed.weight,
            _ => 0,
        };
        // What a mix gains with a unit of another mix, or in the end with a free one.
        moves.clear();
        moves.resize(count * count, None);
        ways.clear();
        ways.resize(count, None);
        for (at, (placed, own)) in runs.iter().zip(given.chunks(count)).enumerate() {
            for to in (0..count).filter(|to| placed.mixes >> to & 1 == 1) {
                let value = worth(placed, to);
                // Where nothing is gained, a unit of less weight is kept from nobody who wants it.
                if placed.free > 0
                    && let Some(way) = ways.get_mut(to)
                    && way.is_none_or(|(other, _, _)| value > other || value == other && !mixes.get(to).is_some_and(|mix| mix.1))
                {
                    *way = Some((value, at, FREE));
                }
                for (from, _) in own.iter().enumerate().filter(|(from, there)| *from != to && **there > 0) {
                    let value = value - worth(placed, from);
                    if let Some(way) = moves.get_mut(to * count + from)
                        && way.is_none_or(|(other, _)| value > other)
                    {
                        *way = Some((value, at));
                    }
                }
            }
        }
        for _ in 1..count {
            let mut better = false;
            for to in 0..count {
                for from in 0..count {
                    let Some((value, at)) = moves.get(to * count + from).copied().flatten() else { continue };
                    let Some((rest, _, _)) = ways.get(from).copied().flatten() else { continue };
                    if let Some(way) = ways.get_mut(to)
                        && way.is_none_or(|(other, _, _)| value + rest > other)
                    {
                        *way = Some((value + rest, at, from));
                        better = true;
                    }
                }
            }
            if !better {
                break;
            }
        }
        let (value, _, _) = ways.get(mix).copied().flatten()?;
        // As many as all units on the way last; then they change hands.
        let mut most = needed;
        for change in [false, true] {
            let mut to = mix;
            for _ in 0..count {
                let Some((_, at, from)) = ways.get(to).copied().flatten() else { break };
                let Some(own) = given.get_mut(at * count..(at + 1) * count) else { break };
                let Some(placed) = runs.get_mut(at) else { break };
                let there = if from == FREE { Some(&mut placed.free) } else { own.get_mut(from) };
                if let Some(there) = there {
                    if change {
                        *there -= most;
                    } else {
                        most = most.min(*there);
                    }
                }
                if let Some(own) = own.get_mut(to).filter(|_| change) {
                    *own += most;
                }
                if from == FREE {
                    break;
                }
                to = from;
            }
        }
        (most > 0).then_some((value, most))
    }

    /// Writes the bundles; what they give.
    fn write(
        &mut self,
        at: u32,
        bundles: i64,
        value: Decimal,
        reward: BundleReward,
        solution: &mut Solution,
    ) -> Result<i64, Overflow> {
        let Self { runs, mixes, whole, lists, taken, .. } = self;
        let (count, fixed) = (mixes.len(), i128::from(value.whole().unwrap_or(0)));
        if lists.len() < count {
            lists.resize_with(count, Vec::new);
        }
        for (mix, list) in lists.iter_mut().enumerate().take(count) {
            list.clear();
            let own = whole.chunks(count).enumerate().filter_map(|(run, own)| own.get(mix).map(|own| (run, *own)));
            list.extend(own.filter(|(_, own)| *own > 0));
            // Dear units of one mix with cheap ones of the next, so that no bundle comes short. Lists are taken from the end.
            if mix % 2 == 0 {
                list.reverse();
            }
        }
        let mut total = 0i64;
        for _ in 0..bundles {
            taken.clear();
            let (mut shares, mut prices) = (0i128, 0i64);
            for ((quantity, eligible), list) in mixes.iter().zip(lists.iter_mut()) {
                let mut needed = *quantity;
                while needed > 0 {
                    let Some((run, there)) = list.last_mut() else { return Ok(0) };
                    let Some(placed) = runs.get(*run) else { return Ok(0) };
                    let count = needed.min(*there);
                    taken.push(Taken { run: placed.run, count, each: 0, rewarded: *eligible });
                    if *eligible {
                        shares += i128::from(placed.share) * i128::from(count);
                        prices = placed.price.checked_mul(count).and_then(|part| prices.checked_add(part)).ok_or(Overflow)?;
                    }
                    needed -= count;
                    *there -= count;
                    if *there == 0 {
                        list.pop();
                    }
                }
            }
            let amount = match reward {
                BundleReward::NewPrice => shares - fixed,
                BundleReward::Percent => i128::from(value.percent_of(prices)?).min(shares),
                _ => fixed.min(shares),
            };
            if amount > 0 {
                let amount = i64::try_from(amount).map_err(|_| Overflow)?;
                solution.add_or_repeat(at, amount, taken);
                total = total.checked_add(amount).ok_or(Overflow)?;
            }
        }
        Ok(total)
    }
}

/// The price of which that percentage is so much, rounded down.
fn whole_price(value: Decimal, share: i64) -> i64 {
    let (digits, power) = value.ratio();
    let price = i128::from(share) * i128::from(power) * 100 / i128::from(digits.max(1));
    i64::try_from(price).unwrap_or(i64::MAX)
}

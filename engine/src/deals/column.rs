//! One application as a column: which units it takes, in which role, and what it gives (§8.1).

use super::{BundleReward, DealKind, DealProblem, GroupReward, Run};
use crate::number::{Decimal, Overflow};
use crate::rule::Base;
use crate::sort::InOrder as _;

/// Units that a column takes of one `DealUnit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pick {
    /// Position in `DealProblem::units`; in a bundle that tells the mix too.
    pub(super) unit: u32,
    pub(super) count: i64,
    /// `Group`: one of the rewarded units. `Bundle`: of a mix that takes part in the reward.
    pub(super) rewarded: bool,
}

pub(super) fn price_of(run: &Run, base: Base) -> i64 {
    if base == Base::Net { run.share } else { run.price }
}

pub(super) fn run_of<'a>(problem: &'a DealProblem, pick: &Pick) -> Option<&'a Run> {
    problem.units.get(pick.unit as usize).and_then(|unit| problem.runs.get(unit.run as usize))
}

/// The value that decides (§7.4): that of the most expensive unit, the earlier line of equal ones.
pub(super) fn deciding_value<'a>(
    problem: &DealProblem,
    base: Base,
    picks: impl IntoIterator<Item = &'a Pick>,
) -> Option<Decimal> {
    let key = |pick: &&Pick| run_of(problem, pick).map(|run| (std::cmp::Reverse(price_of(run, base)), run.line));
    let top = picks.into_iter().min_by_key(key)?;
    problem.units.get(top.unit as usize).map(|unit| unit.value)
}

/// What a group gives whose rewarded units are these: each of them, and all together.
pub(super) fn group_each(
    problem: &DealProblem,
    base: Base,
    reward: GroupReward,
    picks: &[Pick],
    pick: &Pick,
) -> Result<i64, Overflow> {
    let Some(run) = run_of(problem, pick) else { return Ok(0) };
    let price = price_of(run, base);
    let each = match reward {
        GroupReward::Free => price,
        GroupReward::Percent => deciding_value(problem, base, picks).map_or(Ok(0), |value| value.percent_of(price))?,
    };
    Ok(each.min(run.share))
}

/// What one application that takes these units gives.
pub(super) fn amount(
    problem: &DealProblem,
    kind: &DealKind,
    picks: &[Pick],
    sorted: &mut Vec<(i64, i64)>,
) -> Result<i64, Overflow> {
    match kind {
        DealKind::Single { .. } => {
            Ok(picks.first().and_then(|pick| problem.units.get(pick.unit as usize)).map_or(0, |unit| unit.gain))
        }
        DealKind::Group { base, reward, .. } => {
            let mut amount = 0i64;
            for pick in picks.iter().filter(|pick| pick.rewarded) {
                let each = group_each(problem, *base, *reward, picks, pick)?;
                amount = each.checked_mul(pick.count).and_then(|part| amount.checked_add(part)).ok_or(Overflow)?;
            }
            Ok(amount)
        }
        DealKind::Bundle { base, reward, .. } => bundle_amount(problem, *base, *reward, picks, sorted),
    }
}

fn bundle_amount(
    problem: &DealProblem,
    base: Base,
    reward: BundleReward,
    picks: &[Pick],
    sorted: &mut Vec<(i64, i64)>,
) -> Result<i64, Overflow> {
    let Some(value) = deciding_value(problem, base, picks) else { return Ok(0) };
    let (mut prices, mut shares) = (0i128, 0i128);
    let eligible = || picks.iter().filter(|pick| pick.rewarded);
    for (pick, run) in eligible().filter_map(|pick| run_of(problem, pick).map(|run| (pick, run))) {
        prices += i128::from(price_of(run, base)) * i128::from(pick.count);
        shares += i128::from(run.share) * i128::from(pick.count);
    }
    let whole = value.whole().unwrap_or(0);
    let narrow = |amount: i128| i64::try_from(amount).map_err(|_| Overflow);
    let amount = match reward {
        BundleReward::NewPrice => shares - i128::from(whole),
        BundleReward::Amount => i128::from(whole),
        BundleReward::Percent => i128::from(value.percent_of(narrow(prices)?)?),
        BundleReward::Free => {
            sorted.clear();
            sorted.extend(eligible().filter_map(|pick| run_of(problem, pick).map(|run| (price_of(run, base), pick.count))));
            sorted.put_in_order();
            let (mut left, mut amount) = (whole, 0i128);
            for (price, count) in sorted.iter() {
                let free = left.min(*count).max(0);
                left -= free;
                amount += i128::from(*price) * i128::from(free);
            }
            amount
        }
        BundleReward::PercentOffCheapest => {
            let cheapest = eligible().filter_map(|pick| run_of(problem, pick)).map(|run| price_of(run, base)).min();
            i128::from(value.percent_of(cheapest.unwrap_or(0))?)
        }
    };
    narrow(amount.clamp(0, shares.max(0)))
}

//! Deals: rewards that take hold of particular units, chosen so that the total is greatest (§8).
//!
//! [`Problem`] says what there is to choose from, [`solve`] chooses. Neither knows rules or
//! receipts: the evaluation translates.

mod assign;
mod bundle;
mod column;
mod component;
mod cut;
mod floors;
mod group;
mod leaders;
mod master;
mod offer;
mod search;
mod set_cut;
mod shelves;
mod single;
mod sweep;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::number::{Decimal, Overflow};
use crate::rule::Base;

/// Steps of the search when the caller sets none: far more than ordinary receipts take.
pub(crate) const DEFAULT_STEPS: u64 = 6_000_000;

/// Equal units of one line, next to each other in the line's unit order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// Position of the line among the receipt's lines.
    pub(crate) line: u32,
    /// How many units, at least 1.
    pub(crate) count: i64,
    /// Each unit's price (§3.5), above or equal 0.
    pub(crate) price: i64,
    /// Each unit's net share (§3.6): what it costs now.
    pub(crate) share: i64,
}

/// What there is to choose from. All vectors are reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct DealProblem {
    /// Every unit that some deal may use; by line, within a line in unit order.
    pub(crate) runs: Vec<Run>,
    /// The deals in rule order (then ref order): earlier ones win ties.
    pub(crate) deals: Vec<Deal>,
    /// Units of `Single` and `Group` deals: each deal points in here, ordered by run.
    pub(crate) units: Vec<DealUnit>,
    /// Mixes of `Bundle` deals: each deal points in here.
    pub(crate) mixes: Vec<DealMix>,
}

/// One deal: what an application takes and gives, and how often it may be applied.
#[derive(Debug, Clone)]
pub(crate) struct Deal {
    /// Most applications; `i64::MAX` is no limit.
    pub(crate) limit: i64,
    pub(crate) kind: DealKind,
}

#[derive(Debug, Clone)]
pub(crate) enum DealKind {
    /// One unit per application, for the gain fixed in `DealUnit::gain` (only gains above 0 are listed).
    /// Of the units with `DealUnit::tier` set at most `tier_limit` may be taken: the units at
    /// exactly the k-th cheapest price (§8.1), which are interchangeable.
    Single { units: Range<usize>, tier_limit: i64 },
    /// `quantity` > 1 units per application; the cheapest of them are rewarded.
    Group { units: Range<usize>, quantity: i64, base: Base, reward: GroupReward },
    /// For each mix its quantity of units.
    Bundle { mixes: Range<usize>, base: Base, reward: BundleReward },
}

/// `Group` rewards; the value is `DealUnit::value` of the group's most expensive unit (§7.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupReward {
    /// The `value` cheapest are free: each gives min(price, share).
    Free,
    /// `value` percent of the cheapest one's price, at most its share.
    Percent,
}

/// `Bundle` rewards, over the units of the `eligible` mixes together; never below 0 nor above
/// the sum of their shares. The value is `DealMix::values` of the bundle's most expensive unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BundleReward {
    /// Sum of shares minus the value.
    NewPrice,
    /// That percent of the sum of prices.
    Percent,
    /// That amount.
    Amount,
    /// The prices of the `value` cheapest.
    Free,
    /// That percent of the cheapest one's price.
    PercentOffCheapest,
}

/// A run as one deal sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DealUnit {
    /// Position in `DealProblem::runs`.
    pub(crate) run: u32,
    /// `Single`: what one unit gives, minor units, above 0 and at most its share.
    pub(crate) gain: i64,
    /// `Single`: counts against `tier_limit`.
    pub(crate) tier: bool,
    /// `Group`, `Bundle`: the reward's value for this unit's line (§7.4); whole for `Free`.
    pub(crate) value: Decimal,
}

/// One mix of a bundle.
#[derive(Debug, Clone)]
pub(crate) struct DealMix {
    /// Units needed, at least 1.
    pub(crate) quantity: i64,
    /// Do its units take part in the reward?
    pub(crate) eligible: bool,
    /// The units it can be filled with, in `DealProblem::units`, ordered by run.
    pub(crate) units: Range<usize>,
}

/// The chosen applications, equal ones counted together. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Solution {
    pub(crate) applications: Vec<Application>,
    /// Units of the applications: each points in here.
    pub(crate) taken: Vec<Taken>,
    /// Sum of `times × amount`.
    pub(crate) total: i64,
    /// 0: proven best. Else at most this much more could be had (the counted steps ran out).
    pub(crate) gap: i64,
    /// Steps used, for benches and tests.
    pub(crate) steps: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Application {
    /// Position in `DealProblem::deals`.
    pub(crate) deal: u32,
    /// How many applications just like this one.
    pub(crate) times: i64,
    /// What one of them gives, above 0.
    pub(crate) amount: i64,
    /// Its units in `Solution::taken`.
    pub(crate) taken: Range<usize>,
}

/// Units of one run in one application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) run: u32,
    pub(crate) count: i64,
    /// `Single`, `Group`: what falls on each of these units. `Bundle`: 0 (the amount is shared, §8.6).
    pub(crate) each: i64,
    /// `Bundle`: does the mix take part in the reward? Otherwise `each > 0`.
    pub(crate) rewarded: bool,
}

/// Buffers of [`solve`]. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    components: component::Components,
    single: single::Buffers,
    group: group::Buffers,
    leaders: leaders::Buffers,
    bundle: bundle::Buffers,
    floors: floors::Buffers,
    shelves: shelves::Buffers,
    search: search::Buffers,
}

/// Chooses applications so that their total is greatest (§8.3), ties by §8.4. At most `steps`
/// counted steps, and few beside, are spent on searching; when they run out, `solution.gap` bounds what was missed.
pub(crate) fn solve(problem: &DealProblem, steps: u64, scratch: &mut Scratch, solution: &mut Solution) -> Result<(), Overflow> {
    solution.applications.clear();
    solution.taken.clear();
    (solution.total, solution.gap, solution.steps) = (0, 0, 0);
    let Scratch { components, single, group, leaders, bundle, floors, shelves, search } = scratch;
    components.find(problem);
    let count = components.count();
    for at in 0..count {
        let deals = components.deals(at);
        if let [only] = deals
            && (single::solve(problem, *only, single, solution) || group::solve(problem, *only, group, solution)?)
        {
            continue;
        }
        // A hard set leaves the later ones something.
        let left = steps.saturating_sub(solution.steps);
        let kept = (steps / 16).saturating_mul((count - 1 - at) as u64).min(left / 2);
        let (mut end, from) = (solution.steps.saturating_add(left - kept), solution.applications.len());
        let mut outcome;
        if let [only] = deals {
            outcome = leaders::solve(problem, *only, left - kept, leaders, solution)?;
            if let Outcome::Open = outcome {
                // So little that the search need not go without it.
                let before = solution.steps;
                outcome = bundle::solve(problem, *only, (left - kept) / 4, bundle, solution)?;
                if let Outcome::Open = outcome {
                    outcome = floors::solve(problem, *only, (left - kept) / 16, floors, solution)?;
                }
                end = end.saturating_add(solution.steps - before);
            }
        } else {
            outcome = shelves::solve(problem, deals, (left - kept) / 4, shelves, solution)?;
        }
        match outcome {
            Outcome::Proven => {}
            Outcome::Open => search::solve(problem, deals, end.saturating_sub(solution.steps), search, solution)?,
            Outcome::Bounded { most, alone } => {
                let own = solution.sum(from..solution.applications.len())?;
                let (mut best, mut most) = (own, most);
                if !alone {
                    // The better of two.
                    let (between, gap) = (solution.applications.len(), std::mem::take(&mut solution.gap));
                    search::solve(problem, deals, end.saturating_sub(solution.steps), search, solution)?;
                    let other = solution.sum(between..solution.applications.len())?;
                    most = most.min(other.saturating_add(solution.gap));
                    if other > own || other == own && solution.gap == 0 {
                        solution.applications.drain(from..between);
                    } else {
                        solution.applications.truncate(between);
                    }
                    best = own.max(other);
                    solution.gap = gap;
                }
                solution.gap = solution.gap.saturating_add(most - best);
            }
        }
    }
    solution.total = solution.sum(0..solution.applications.len())?;
    Ok(())
}

/// What came of one deal that stands alone.
enum Outcome {
    /// Nothing yet.
    Open,
    /// The best is in the solution.
    Proven,
    /// Something is in the solution, and no choice gives more than this. Unless `alone`, the search may
    /// find more.
    Bounded { most: i64, alone: bool },
}

impl Solution {
    /// What some of the applications give together.
    fn sum(&self, applications: Range<usize>) -> Result<i64, Overflow> {
        self.applications.get(applications).unwrap_or(&[]).iter().try_fold(0i64, |sum, application| {
            application.amount.checked_mul(application.times).and_then(|amount| sum.checked_add(amount)).ok_or(Overflow)
        })
    }

    /// Adds applications that take `units`.
    fn add(&mut self, deal: u32, times: i64, amount: i64, units: impl Iterator<Item = Taken>) {
        let from = self.taken.len();
        self.taken.extend(units);
        self.applications.push(Application { deal, times, amount, taken: from..self.taken.len() });
    }

    /// Adds an application, or counts it once more when it is just like the last one.
    fn add_or_repeat(&mut self, deal: u32, amount: i64, units: &[Taken]) {
        let last = self.applications.last_mut();
        let alike = last.filter(|last| last.deal == deal && self.taken.get(last.taken.clone()) == Some(units));
        match alike {
            Some(last) => last.times += 1,
            None => self.add(deal, 1, amount, units.iter().copied()),
        }
    }
}

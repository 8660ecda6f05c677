//! Deals that share no unit do not compete: each set of deals that do is solved on its own.

use std::ops::Range;

use super::{DealKind, DealProblem};
use crate::sort::InOrder as _;

/// The deals, in sets that share units. Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Components {
    /// Per deal: another deal of its set, in the end the first one.
    leader: Vec<u32>,
    /// Per run: the first deal that may use it.
    first: Vec<u32>,
    /// Deals by set.
    deals: Vec<u32>,
    sets: Vec<Range<usize>>,
}

const NOBODY: u32 = u32::MAX;

/// Calls `each` with every run that a deal may use.
pub(super) fn runs_of(problem: &DealProblem, kind: &DealKind, mut each: impl FnMut(u32)) {
    let mut units = |range: &Range<usize>| {
        problem.units.get(range.clone()).unwrap_or(&[]).iter().for_each(|unit| each(unit.run));
    };
    match kind {
        DealKind::Single { units: range, .. } | DealKind::Group { units: range, .. } => units(range),
        DealKind::Bundle { mixes, .. } => {
            problem.mixes.get(mixes.clone()).unwrap_or(&[]).iter().for_each(|mix| units(&mix.units));
        }
    }
}

impl Components {
    pub(super) fn find(&mut self, problem: &DealProblem) {
        let Self { leader, first, deals, sets } = self;
        leader.clear();
        leader.extend(0..problem.deals.len() as u32);
        first.clear();
        first.resize(problem.runs.len(), NOBODY);
        for (at, deal) in (0u32..).zip(&problem.deals) {
            runs_of(problem, &deal.kind, |run| {
                let Some(first) = first.get_mut(run as usize) else { return };
                if *first == NOBODY {
                    *first = at;
                } else {
                    let (a, b) = (lead(leader, *first), lead(leader, at));
                    if let Some(slot) = leader.get_mut(a.max(b) as usize) {
                        *slot = a.min(b);
                    }
                }
            });
        }
        for at in 0..leader.len() as u32 {
            let first = lead(leader, at);
            if let Some(slot) = leader.get_mut(at as usize) {
                *slot = first;
            }
        }
        deals.clear();
        deals.extend(0..leader.len() as u32);
        deals.put_in_order_by_key(|at| (leader.get(*at as usize).copied(), *at));
        sets.clear();
        let mut from = 0;
        for set in deals.chunk_by(|a, b| leader.get(*a as usize) == leader.get(*b as usize)) {
            sets.push(from..from + set.len());
            from += set.len();
        }
    }

    pub(super) fn count(&self) -> usize {
        self.sets.len()
    }

    /// The deals of a set, in order.
    pub(super) fn deals(&self, set: usize) -> &[u32] {
        self.sets.get(set).and_then(|set| self.deals.get(set.clone())).unwrap_or(&[])
    }
}

fn lead(leader: &[u32], mut at: u32) -> u32 {
    while let Some(&next) = leader.get(at as usize).filter(|next| **next != at) {
        at = next;
    }
    at
}

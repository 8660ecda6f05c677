//! Cases: when the linear programme takes fractions, it goes on with two of them.

use super::super::DealProblem;
use super::programme::Relaxed;
use super::{Buffers, SWEEP_STATES, Split, Subject, is_group};
use crate::number::Overflow;

/// Breaking a row of a case costs this many times everything there is, so that breaking it by a
/// small fraction costs too much as well.
const RELIEF: i128 = 1 << 8;

/// How often the first case, and any other, is bounded anew after adding rows.
const ROOT_CUTS: u32 = 16;
const OTHER_CUTS: u32 = 3;

/// How many sizes of sweeps are tried at once; more when states are small, otherwise last.
const FIRST_SWEEPS: usize = 1;

/// A choice between two cases on the way down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branch {
    split: usize,
    /// The cases: more than this, or at most this.
    at: i64,
    before: (i64, i64),
    second: bool,
    /// No choice below is worth more.
    bound: i128,
}

/// What became of a case.
pub(super) enum Node {
    /// Nothing better in it, or its best is known.
    Closed,
    Split {
        subject: Subject,
        at: i64,
        bound: i128,
    },
    /// The steps ran out, or numbers grew too large.
    Stopped,
}

impl Buffers {
    /// The whole search. None: the best is proven; otherwise the bound that is left.
    pub(super) fn search(&mut self, problem: &DealProblem) -> Result<Option<i128>, Overflow> {
        let mut node = self.visit(problem, self.most)?;
        loop {
            match node {
                Node::Stopped => {
                    let open = self.branches.iter().enumerate();
                    let last = self.branches.len().saturating_sub(1);
                    let bound = open.filter(|(at, branch)| !branch.second && *at < last).map(|(_, branch)| branch.bound).max();
                    let last =
                        self.branches.last().filter(|branch| !branch.second).map_or(self.case_bound, |branch| branch.bound);
                    return Ok(Some(bound.unwrap_or(0).max(last).max(self.case_bound).max(self.best_value)));
                }
                Node::Split { subject, at, bound } => {
                    let Ok(split) = self.split(problem, subject) else {
                        node = Node::Stopped;
                        continue;
                    };
                    let before = self.splits.get(split).map_or((0, 0), |split| (split.most, split.least));
                    self.branches.push(Branch { split, at, before, second: false, bound });
                    if self.bind(split, (before.0, at + 1)).is_err() {
                        node = Node::Stopped;
                        continue;
                    }
                    node = self.visit(problem, bound)?;
                }
                Node::Closed => {
                    let Some(branch) = self.branches.last() else { return Ok(None) };
                    let Branch { split, at, before, second, bound } = *branch;
                    let go_on = !second && !self.is_hopeless(bound);
                    let Some(branch) = self.branches.last_mut() else { return Ok(None) };
                    branch.second = true;
                    let bounds = if go_on { (at, before.1) } else { before };
                    if self.bind(split, bounds).is_err() {
                        // The bound of this branch stays in sight.
                        node = Node::Stopped;
                        continue;
                    }
                    if go_on {
                        node = self.visit(problem, bound)?;
                    } else {
                        self.branches.pop();
                        node = Node::Closed;
                    }
                }
            }
        }
    }

    /// The rows of a subject, new ones that do not bind when it has none.
    pub(super) fn split(&mut self, problem: &DealProblem, subject: Subject) -> Result<usize, Overflow> {
        if let Some(known) = self.splits.iter().position(|split| split.subject == subject) {
            return Ok(known);
        }
        let most = match subject {
            Subject::Times(deal) => self.market.deals.get(deal).map_or(0, |party| party.most),
            _ => self.market.rooms.iter().copied().max().unwrap_or(0),
        };
        let most_row = self.add_row(problem, most, None, Some((subject, 1)))?;
        // Breaking it costs more than everything there is.
        let least_row = self.add_row(problem, 0, Some(self.most.saturating_mul(RELIEF)), Some((subject, -1)))?;
        self.splits.push(Split { subject, most_row, least_row, most, least: 0 });
        Ok(self.splits.len() - 1)
    }

    /// Sets the bounds of a split.
    pub(super) fn bind(&mut self, at: usize, (most, least): (i64, i64)) -> Result<(), Overflow> {
        let Some(split) = self.splits.get_mut(at) else { return Ok(()) };
        let (old, new) = (*split, Split { most, least, ..*split });
        *split = new;
        if new.most != old.most {
            self.master.move_bound(old.most_row, new.most - old.most)?;
        }
        if new.least != old.least {
            self.master.move_bound(old.least_row, old.least - new.least)?;
        }
        Ok(())
    }

    /// Can nothing in a case with this bound be better than the best? At first only amounts count.
    pub(super) fn is_hopeless(&mut self, bound: i128) -> bool {
        if bound <= self.best_value {
            return true;
        }
        let ties = self.most_ties();
        let hopeless =
            self.amounts_only && (bound + ties).div_euclid(self.minor) <= (self.best_value + ties).div_euclid(self.minor);
        self.ties_open |= hopeless;
        hopeless
    }

    /// Bounds the case at hand, and closes it or tells how to split it.
    pub(super) fn visit(&mut self, problem: &DealProblem, above: i128) -> Result<Node, Overflow> {
        self.nodes += 1;
        self.case_bound = above;
        let mut rounds = if self.nodes == 1 { ROOT_CUTS } else { OTHER_CUTS };
        let (mut bound, by) = loop {
            let bound = match self.relax(problem)? {
                Relaxed::Solved(bound) => bound.min(above),
                Relaxed::Hopeless => return Ok(Node::Closed),
                Relaxed::Stopped => {
                    if self.best.is_empty() && self.reset_costs(problem) {
                        self.greedy(problem, None)?;
                    }
                    return Ok(Node::Stopped);
                }
            };
            // Its prices hold as long as they are those of units and limits alone.
            if self.cuts.cuts.is_empty() && self.splits.is_empty() {
                self.price_sweep(problem);
            }
            if self.is_hopeless(bound) {
                return Ok(Node::Closed);
            }
            let Some(by) = self.read_shares() else { return Ok(Node::Stopped) };
            if self.shares.iter().all(|(_, share)| share % by == 0) {
                self.best.clear();
                let Self { shares, best, best_value, columns, .. } = self;
                best.extend(shares.iter().filter_map(|(column, share)| Some((*column, i64::try_from(share / by).ok()?))));
                *best_value = best.iter().fold(0, |sum, (at, times)| {
                    let value = columns.get(*at as usize).map_or(0, |column| column.value);
                    sum + value * i128::from(*times)
                });
                return Ok(Node::Closed);
            }
            rounds -= 1;
            if rounds == 0 {
                break (bound, by);
            }
            match self.cut(problem, by) {
                Ok(true) => {}
                Ok(false) => break (bound, by),
                Err(Overflow) => return Ok(Node::Stopped),
            }
        };
        if self.nodes <= 4 || self.nodes.is_multiple_of(8) {
            self.greedy(problem, Some(by))?;
            if self.is_hopeless(bound) {
                return Ok(Node::Closed);
            }
        }
        self.assign(problem, by)?;
        if self.is_hopeless(bound) {
            return Ok(Node::Closed);
        }
        if self.nodes == 1 && self.sweeps {
            let (few, many) = SWEEP_STATES.split_at(FIRST_SWEEPS);
            bound = self.sweep(problem, few, bound)?;
            if self.sweep.is_narrow() && !self.is_hopeless(bound) {
                bound = self.sweep(problem, many, bound)?;
            }
            if self.is_hopeless(bound) {
                return Ok(Node::Closed);
            }
        }
        if let Some((subject, at)) = self.most_divided(problem, by) {
            return Ok(Node::Split { subject, at, bound });
        }
        self.regroup(problem, by)?;
        if self.is_hopeless(bound) {
            return Ok(Node::Closed);
        }
        let divided = self.shares.iter().filter(|(_, share)| share % by != 0);
        let most = divided.max_by_key(|(at, share)| ((share % by).min(by - share % by), std::cmp::Reverse(*at)));
        let Some((column, share)) = most.copied() else { return Ok(Node::Stopped) };
        let Ok(at) = i64::try_from(share / by) else { return Ok(Node::Stopped) };
        Ok(Node::Split { subject: Subject::Column(column), at, bound })
    }

    /// The deal whose number of applications, or else the units whose number, is furthest from whole.
    pub(super) fn most_divided(&mut self, problem: &DealProblem, by: i128) -> Option<(Subject, i64)> {
        let Self { columns, pool, shares, sums, sums_rewarded, times, market, .. } = self;
        let part = |sum: i128| (sum % by).min(by - sum % by);
        let mut best: Option<(i128, Subject, i128)> = None;
        for deal in 0..market.deals.len() {
            let own = shares.iter().filter_map(|(at, share)| columns.get(*at as usize).map(|column| (column, share)));
            let (sum, amount) =
                own.filter(|(column, _)| column.deal == deal).fold((0i128, 0i128), |(sum, amount), (column, share)| {
                    (sum + share, amount.saturating_add(share.saturating_mul(i128::from(column.amount))))
                });
            if sum % by != 0 {
                // What is at stake: the part that is not whole, by what an application gives.
                let stake = part(sum).saturating_mul(amount / sum);
                if best.is_none_or(|(other, _, _)| stake > other) {
                    best = Some((stake, Subject::Times(deal), sum / by));
                }
            }
        }
        // Where all deals are groups, rewards say as much as numbers of applications.
        let only_groups = (0..market.deals.len()).all(|deal| is_group(problem, market, deal));
        if let Some((_, subject, at)) = best.filter(|_| !only_groups) {
            return i64::try_from(at).ok().map(|at| (subject, at));
        }
        let mut rewarded = best;
        let picks = |at: &u32| {
            let column = columns.get(*at as usize);
            column.and_then(|column| pool.get(column.picks.clone())).unwrap_or(&[])
        };
        for (at, share) in shares.iter() {
            for pick in picks(at) {
                let list = if pick.rewarded { &mut *sums_rewarded } else { &mut *sums };
                if let Some(sum) = list.get_mut(pick.unit as usize) {
                    *sum += share * i128::from(pick.count);
                }
            }
        }
        // Rewards first, whichever deal's: they are what groups give.
        times.clear();
        times.resize(market.rooms.len(), 0);
        for (at, share) in shares.iter() {
            if columns.get(*at as usize).is_some_and(|column| is_group(problem, market, column.deal)) {
                for pick in picks(at).iter().filter(|pick| pick.rewarded) {
                    if let Some(sum) = times.get_mut(market.place(problem, pick.unit)) {
                        *sum += share * i128::from(pick.count);
                    }
                }
            }
        }
        for (place, sum) in times.iter().enumerate().filter(|(_, sum)| *sum % by != 0) {
            let run = market.runs.get(place).and_then(|run| problem.runs.get(*run as usize));
            let stake = part(*sum).saturating_mul(run.map_or(0, |run| i128::from(run.share)));
            if rewarded.is_none_or(|(other, _, _)| stake > other) {
                rewarded = Some((stake, Subject::Rewarded(place), sum / by));
            }
        }
        let mut best: Option<(i128, Subject, i128)> = None;
        for (at, _) in shares.iter() {
            for pick in picks(at) {
                let list = if pick.rewarded { &mut *sums_rewarded } else { &mut *sums };
                let Some(sum) = list.get_mut(pick.unit as usize).map(std::mem::take) else { continue };
                if sum % by != 0 && best.is_none_or(|(other, _, _)| part(sum) > other) {
                    best = Some((part(sum), Subject::Units { unit: pick.unit, rewarded: pick.rewarded }, sum / by));
                }
            }
        }
        rewarded.or(best).and_then(|(_, subject, at)| i64::try_from(at).ok().map(|at| (subject, at)))
    }
}

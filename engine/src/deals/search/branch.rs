//! Cases: when the linear programme takes fractions, it goes on with two of them.

use super::super::DealProblem;
use super::super::cut::floor_of;
use super::programme::Relaxed;
use super::{Buffers, Limit, SWEEP_STATES, Split, Subject};
use crate::number::Overflow;
use crate::sort::InOrder as _;

/// Breaking a row of a case costs this many times everything there is, so that breaking it by a
/// small fraction costs too much as well.
const RELIEF: i128 = 1 << 8;

/// How often the first case, and any other, is bounded anew after adding rows.
const ROOT_CUTS: u32 = 16;
const OTHER_CUTS: u32 = 2;

/// Only every so many are.
const CUT_EVERY: u64 = 4;

/// After the first few cases every so many make a choice from the columns at hand, and from what numbers of
/// applications leave.
const CHOOSE_EVERY: u64 = 8;
const ASSIGN_EVERY: u64 = 32;

/// And the first one when its columns are listed.
const LISTED_CUTS: u32 = 60;

/// How many sizes of sweeps are tried at once; more when states are small, otherwise last.
const FIRST_SWEEPS: usize = 1;

/// Rounds that a row may stay without binding: over sets, and of other cuts.
const SET_IDLE: u32 = 2;
const CUT_IDLE: u32 = 6;

/// A case that is still to be looked at, or was: one more limit than in the case it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    parent: Option<usize>,
    pub(super) limit: Limit,
    /// No choice in it is worth more.
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

/// What became of a case when rows were added.
enum Tightened {
    Closed,
    Stopped,
    /// Nothing is worth more than the bound; shares are in parts of `by`.
    Open {
        bound: i128,
        by: i128,
    },
}

impl Buffers {
    /// The whole search. None: the best is proven; otherwise the bound that is left.
    pub(super) fn search(&mut self, problem: &DealProblem) -> Result<Option<i128>, Overflow> {
        self.cases.clear();
        self.open.clear();
        if self.enter(problem, None).is_err() {
            return Ok(Some(self.most));
        }
        let (mut case, mut bound) = (None, self.most);
        loop {
            if self.should_list(problem)? || self.list.open && self.should_relist() {
                self.case_bound = bound;
                return Ok(Some(self.bound_left()));
            }
            let mut children = 0;
            match self.visit(problem, bound)? {
                Node::Closed => {}
                Node::Stopped => return Ok(Some(self.bound_left())),
                Node::Split { subject, at, bound } => {
                    for (least, count) in [(false, at), (true, at + 1)] {
                        self.open.push(self.cases.len());
                        self.cases.push(Case { parent: case, limit: Limit { subject, least, count }, bound });
                        children += 1;
                    }
                }
            }
            let Some(next) = self.next_case(children) else { return Ok(None) };
            (case, bound) = (Some(next), self.cases.get(next).map_or(self.most, |case| case.bound));
            if self.enter(problem, case).is_err() {
                // The bound of this case stays in sight.
                self.case_bound = bound;
                return Ok(Some(self.bound_left()));
            }
        }
    }

    /// No choice is worth more than this when the search ends here.
    fn bound_left(&self) -> i128 {
        let open = self.open.iter().filter_map(|case| self.cases.get(*case)).map(|case| case.bound).max();
        open.unwrap_or(0).max(self.case_bound).max(self.best_value)
    }

    /// The case to look at next: further down as long as that promises much, else the one with
    /// the greatest bound. Those that promise nothing are closed.
    fn next_case(&mut self, children: usize) -> Option<usize> {
        let mut open = std::mem::take(&mut self.open);
        let before = open.len();
        open.retain(|case| self.cases.get(*case).map(|case| case.bound).is_some_and(|bound| !self.is_hopeless(bound)));
        self.open = open;
        let bound = |case: &usize| self.cases.get(*case).map_or(0, |case| case.bound);
        let most = self.open.iter().map(bound).max()?;
        let at = match self.open.last() {
            // Prices that are looked for take long to follow from one case to a far one.
            Some(last)
                if children > 0
                    && (!self.list.open
                        || before == self.open.len() && bound(last) - self.best_value >= (most - self.best_value) / 2) =>
            {
                self.open.len() - 1
            }
            _ => self.open.iter().rposition(|case| bound(case) == most)?,
        };
        Some(self.open.remove(at))
    }

    /// Sets the limits of a case, and no others.
    fn enter(&mut self, problem: &DealProblem, mut next: Option<usize>) -> Result<(), Overflow> {
        self.wanted.clear();
        while let Some(case) = next.and_then(|case| self.cases.get(case)) {
            // Those further down are narrower.
            if !self.wanted.iter().any(|limit| limit.is_like(&case.limit)) {
                self.wanted.push(case.limit);
            }
            next = case.parent;
        }
        let mut at = 0;
        while let Some(split) = self.splits.get(at).copied() {
            let wanted = self.wanted.iter().position(|limit| limit.is_like(&split.limit));
            let limit = wanted.map(|wanted| self.wanted.swap_remove(wanted));
            self.bind(at, limit.map_or(split.free, |limit| limit.count))?;
            if limit.is_none() && !self.master.binds(split.row) {
                self.splits.swap_remove(at);
                self.drop_row(split.row);
            } else {
                at += 1;
            }
        }
        while let Some(limit) = self.wanted.pop() {
            self.add_split(problem, limit)?;
        }
        Ok(())
    }

    /// Makes the row of a limit.
    fn add_split(&mut self, problem: &DealProblem, limit: Limit) -> Result<(), Overflow> {
        let Limit { subject, least, count } = limit;
        let (row, free) = if least {
            // Breaking it costs more than everything there is.
            let relief = self.most.saturating_mul(RELIEF);
            (self.add_row(problem, -count, Some(relief), Some((subject, -1)))?, 0)
        } else {
            let all = self.market.rooms.iter().fold(0i64, |sum, room| sum.saturating_add(*room));
            (self.add_row(problem, count, None, Some((subject, 1)))?, all)
        };
        self.splits.push(Split { limit, row, free });
        Ok(())
    }

    /// Moves the bound of a split.
    fn bind(&mut self, at: usize, count: i64) -> Result<(), Overflow> {
        let Some(split) = self.splits.get_mut(at) else { return Ok(()) };
        let by = split.sign() * (count - split.limit.count);
        split.limit.count = count;
        if by == 0 { Ok(()) } else { self.master.move_bound(split.row, by) }
    }

    /// Drops cuts that have not bound for a while.
    fn drop_idle(&mut self) {
        let mut at = 0;
        while let Some(cut) = self.set_cuts.cuts.get_mut(at) {
            let row = cut.row;
            cut.idle = if self.master.binds(row) { 0 } else { cut.idle + 1 };
            if cut.idle < SET_IDLE {
                at += 1;
            } else {
                self.set_cuts.cuts.swap_remove(at);
                self.drop_row(row);
            }
        }
        at = 0;
        while let Some(cut) = self.cuts.cuts.get_mut(at) {
            let row = cut.row;
            cut.idle = if self.master.binds(row) { 0 } else { cut.idle + 1 };
            if cut.idle < CUT_IDLE {
                at += 1;
            } else {
                self.cuts.cuts.swap_remove(at);
                self.drop_row(row);
            }
        }
    }

    /// Drops a row that does not bind.
    fn drop_row(&mut self, row: usize) {
        self.master.drop_row(row);
        let last = self.master.height();
        let Self { cuts, set_cuts, splits, .. } = self;
        let rows = set_cuts.cuts.iter_mut().map(|cut| &mut cut.row);
        let rows = rows.chain(cuts.cuts.iter_mut().map(|cut| &mut cut.row)).chain(splits.iter_mut().map(|split| &mut split.row));
        for own in rows.filter(|own| **own == last) {
            *own = row;
        }
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

    /// The least that a better choice is worth.
    pub(super) fn least(&self) -> i128 {
        if self.amounts_only {
            let ties = self.most_ties();
            ((self.best_value + ties).div_euclid(self.minor) + 1).saturating_mul(self.minor) - ties
        } else {
            self.best_value + 1
        }
    }

    /// Bounds the case at hand, and closes it or tells how to split it.
    pub(super) fn visit(&mut self, problem: &DealProblem, above: i128) -> Result<Node, Overflow> {
        self.nodes += 1;
        self.case_bound = above;
        if self.list.open {
            self.forget_hopeless();
        }
        let rounds = if self.nodes == 1 { ROOT_CUTS } else { OTHER_CUTS };
        let (mut bound, mut by) = match self.tighten(problem, above, rounds)? {
            Tightened::Closed => return Ok(Node::Closed),
            Tightened::Stopped => return Ok(Node::Stopped),
            Tightened::Open { bound, by } => (bound, by),
        };
        if self.nodes == 1 && !self.lists {
            self.note_root(problem);
        }
        if self.nodes <= 4 || self.nodes.is_multiple_of(CHOOSE_EVERY) {
            self.greedy(problem, Some(by))?;
            if self.is_hopeless(bound) {
                return Ok(Node::Closed);
            }
        }
        self.assign(problem, by, !(self.nodes <= 4 || self.nodes.is_multiple_of(ASSIGN_EVERY)))?;
        if self.is_hopeless(bound) {
            return Ok(Node::Closed);
        }
        if self.nodes == 1 {
            if self.sweeps && !self.lists {
                let (few, many) = SWEEP_STATES.split_at(FIRST_SWEEPS);
                bound = self.sweep(problem, few, bound)?;
                if self.sweep.is_narrow() && !self.is_hopeless(bound) {
                    bound = self.sweep(problem, many, bound)?;
                }
                if self.is_hopeless(bound) {
                    return Ok(Node::Closed);
                }
            }
            if self.lists && self.open_list(problem)? {
                (bound, by) = match self.tighten(problem, bound, LISTED_CUTS)? {
                    Tightened::Closed => return Ok(Node::Closed),
                    Tightened::Stopped => return Ok(Node::Stopped),
                    Tightened::Open { bound, by } => (bound, by),
                };
                self.greedy(problem, Some(by))?;
                if self.is_hopeless(bound) {
                    return Ok(Node::Closed);
                }
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

    /// Solves the linear programme of the case at hand, and adds rows that its fractions break, so many times.
    fn tighten(&mut self, problem: &DealProblem, above: i128, mut rounds: u32) -> Result<Tightened, Overflow> {
        loop {
            let bound = match self.relax(problem)? {
                Relaxed::Solved(bound) => bound.min(above),
                Relaxed::Hopeless => return Ok(Tightened::Closed),
                Relaxed::Stopped => {
                    if self.best.is_empty() && self.reset_costs(problem) {
                        self.greedy(problem, None)?;
                    }
                    return Ok(Tightened::Stopped);
                }
            };
            // Its prices hold as long as they are those of units and limits alone.
            if self.nodes == 1 && self.priced && self.cuts.cuts.is_empty() && self.splits.is_empty() && !self.list.open {
                self.price_sweep(problem);
            }
            if self.is_hopeless(bound) {
                return Ok(Tightened::Closed);
            }
            let Some(by) = self.read_shares() else { return Ok(Tightened::Stopped) };
            if self.shares.iter().all(|(_, share)| share % by == 0) {
                let value = self.shares.iter().fold(0, |sum, (at, share)| {
                    let value = self.columns.get(*at as usize).map_or(0, |column| column.value);
                    sum + value * (*share / by)
                });
                if value > self.best_value || self.best.is_empty() {
                    let Self { shares, best, .. } = self;
                    best.clear();
                    best.extend(shares.iter().filter_map(|(column, share)| Some((*column, i64::try_from(share / by).ok()?))));
                    self.best_value = value;
                }
                // Columns that were not looked for to the end may give more.
                if !self.is_hopeless(bound) {
                    return Ok(Tightened::Stopped);
                }
                return Ok(Tightened::Closed);
            }
            rounds -= 1;
            if rounds == 0 {
                return Ok(Tightened::Open { bound, by });
            }
            if self.list.open && self.splits.is_empty() {
                self.shorten_list(problem);
            }
            self.drop_idle();
            if self.nodes > 1 && !self.nodes.is_multiple_of(CUT_EVERY) {
                return Ok(Tightened::Open { bound, by });
            }
            match self.cut(problem, by) {
                Ok(true) => {}
                Ok(false) => return Ok(Tightened::Open { bound, by }),
                Err(Overflow) => return Ok(Tightened::Stopped),
            }
        }
    }

    /// The deal whose number of applications, or else the units whose number, is furthest from whole.
    pub(super) fn most_divided(&mut self, problem: &DealProblem, by: i128) -> Option<(Subject, i64)> {
        let Self { columns, shares, market, .. } = self;
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
        if let Some((stake, subject, at)) = self.most_divided_floor(problem, by)
            && best.is_none_or(|(other, _, _)| stake > other)
        {
            best = Some((stake, subject, at));
        }
        let Self { columns, pool, shares, sums, sums_rewarded, .. } = self;
        let picks = |at: &u32| {
            let column = columns.get(*at as usize);
            column.and_then(|column| pool.get(column.picks.clone())).unwrap_or(&[])
        };
        if best.is_none() {
            for (at, share) in shares.iter() {
                for pick in picks(at) {
                    let list = if pick.rewarded { &mut *sums_rewarded } else { &mut *sums };
                    if let Some(sum) = list.get_mut(pick.unit as usize) {
                        *sum += share * i128::from(pick.count);
                    }
                }
            }
            for (at, _) in shares.iter() {
                for pick in picks(at) {
                    let list = if pick.rewarded { &mut *sums_rewarded } else { &mut *sums };
                    let Some(sum) = list.get_mut(pick.unit as usize).map(std::mem::take) else { continue };
                    if sum % by != 0 && best.is_none_or(|(other, _, _)| part(sum) > other) {
                        best = Some((part(sum), Subject::Units { unit: pick.unit, rewarded: pick.rewarded }, sum / by));
                    }
                }
            }
        }
        best.and_then(|(_, subject, at)| i64::try_from(at).ok().map(|at| (subject, at)))
    }

    /// The price at which the number of applications whose cheapest rewarded unit costs as much is furthest from
    /// whole: of all deals together, or else of one. With what is at stake.
    fn most_divided_floor(&mut self, problem: &DealProblem, by: i128) -> Option<(i128, Subject, i128)> {
        let Self { columns, pool, shares, floors, market, .. } = self;
        floors.clear();
        for (at, share) in shares.iter() {
            let Some(column) = columns.get(*at as usize).filter(|column| column.deal < 128) else { continue };
            let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
            let floor = floor_of(problem, market, column.deal, picks);
            floors.extend(floor.map(|floor| (floor, column.deal, *share, column.amount)));
        }
        floors.put_in_order_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let everyone = floors.iter().fold(0u128, |deals, (_, deal, ..)| deals | 1 << deal);
        let one = (0..market.deals.len().min(128)).map(|deal| 1u128 << deal).filter(|deal| everyone & deal != 0);
        let mut best: Option<(i128, Subject, i128)> = None;
        for deals in std::iter::once(everyone).chain(one) {
            let (mut sum, mut amounts) = (0i128, 0i128);
            let mut own = floors.iter().filter(|(_, deal, ..)| deals >> deal & 1 == 1).peekable();
            while let Some((price, _, share, amount)) = own.next() {
                sum += share;
                amounts = amounts.saturating_add(share.saturating_mul(i128::from(*amount)));
                if own.peek().is_some_and(|next| next.0 == *price) || sum % by == 0 {
                    continue;
                }
                let part = (sum % by).min(by - sum % by);
                let stake = part.saturating_mul(amounts / sum);
                if best.is_none_or(|(other, _, _)| stake > other) {
                    best = Some((stake, Subject::Floor { deals, price: *price }, sum / by));
                }
            }
            if deals == everyone && best.is_some() {
                break;
            }
        }
        best
    }
}

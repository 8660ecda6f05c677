//! The linear programme of the case at hand: its rows and columns, and what its prices say.

use super::super::DealProblem;
use super::super::column::Pick;
use super::super::cut::{Taken, charge_groups, floor_of};
use super::super::offer::{Found, Wish};
use super::{Buffers, Column, Subject, coefficient};
use crate::number::Overflow;
use crate::sort::InOrder as _;

/// Objective times scale stay below this.
const MOST_SCALED: i128 = 1 << 112;

/// What became of the linear programme.
pub(super) enum Relaxed {
    Solved(i128),
    Hopeless,
    Stopped,
}

impl Buffers {
    pub(super) fn add_rows(&mut self, problem: &DealProblem) -> Result<(), Overflow> {
        for at in 0..self.market.rooms.len() {
            let room = self.market.rooms.get(at).copied().unwrap_or(0);
            self.add_row(problem, room, None, None)?;
        }
        for at in 0..self.market.deals.len() {
            let party = self.market.deals.get(at);
            let (limit, tier_limit) = party.map_or((None, None), |party| (party.limit, party.tier_limit));
            let mut rows = (None, None);
            if let Some(limit) = limit {
                rows.0 = Some(self.add_row(problem, limit, None, None)?);
            }
            if let Some(limit) = tier_limit {
                rows.1 = Some(self.add_row(problem, limit, None, None)?);
            }
            self.limit_rows.push(rows);
        }
        Ok(())
    }

    pub(super) fn add_row(
        &mut self,
        problem: &DealProblem,
        bound: i64,
        relief: Option<i128>,
        subject: Option<(Subject, i64)>,
    ) -> Result<usize, Overflow> {
        let Self { market, master, columns, pool, column_of, .. } = self;
        let coefficients = column_of.iter().enumerate().filter_map(|(variable, at)| {
            let (subject, sign) = subject?;
            let column = columns.get(*at as usize)?;
            let coefficient = coefficient(subject, *at, column, pool, problem, market);
            (coefficient != 0).then_some((variable as u32, coefficient * sign))
        });
        let row = master.add_row(bound, relief, coefficients)?;
        column_of.resize(master.variables(), u32::MAX);
        Ok(row)
    }

    /// Hands a column to the master.
    pub(super) fn add_column(&mut self, problem: &DealProblem, at: u32) {
        let Self { market, master, columns, pool, column_of, limit_rows, splits, cuts, set_cuts, uses, .. } = self;
        let Some(column) = columns.get(at as usize) else { return };
        uses.clear();
        let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
        uses.extend(picks.iter().map(|pick| (market.place(problem, pick.unit), pick.count)));
        if let Some((limit, tier)) = limit_rows.get(column.deal) {
            uses.extend(limit.map(|row| (row, 1)));
            let in_tier = |pick: &Pick| problem.units.get(pick.unit as usize).is_some_and(|unit| unit.tier);
            uses.extend(tier.filter(|_| picks.iter().any(in_tier)).map(|row| (row, 1)));
        }
        let floor = floor_of(problem, market, column.deal, picks).unwrap_or(i64::MAX);
        for cut in &cuts.cuts {
            let coefficient = cuts.coefficient(cut, column.deal, floor);
            uses.extend((coefficient != 0).then_some((cut.row, coefficient)));
        }
        for cut in &set_cuts.cuts {
            let places = picks.iter().map(|pick| (market.place(problem, pick.unit), pick.count));
            let coefficient = cut.coefficient(places);
            uses.extend((coefficient != 0).then_some((cut.row, coefficient)));
        }
        for split in splits.iter() {
            let coefficient = coefficient(split.limit.subject, at, column, pool, problem, market);
            uses.extend((coefficient != 0).then_some((split.row, split.sign() * coefficient)));
        }
        let variable = master.add_column(column.value, uses.iter().copied());
        column_of.resize(master.variables(), u32::MAX);
        if let Some(slot) = column_of.get_mut(variable as usize) {
            *slot = at;
        }
    }

    /// Costs by the master's prices; false when they grow too large.
    pub(super) fn reset_costs(&mut self, problem: &DealProblem) -> bool {
        let Self { market, master, costs, splits, cuts, preferences, limit_rows, minor, .. } = self;
        costs.forget_units();
        let scale = master.scale();
        let price = |row: usize| master.price(row).max(0);
        costs.minor = minor.saturating_mul(scale);
        costs.run.clear();
        costs.run.extend((0..market.rooms.len()).map(price));
        costs.deal.clear();
        costs.tier.clear();
        for (preference, (limit, tier)) in preferences.iter().zip(limit_rows.iter()) {
            costs.deal.push(preference.saturating_mul(scale) - limit.map_or(0, price));
            costs.tier.push(tier.map_or(0, price));
        }
        cuts.charge(problem, market, costs, price);
        for split in splits.iter() {
            let cost = price(split.row) * i128::from(split.sign());
            match split.limit.subject {
                Subject::Times(deal) => {
                    if let Some(own) = costs.deal.get_mut(deal) {
                        *own -= cost;
                    }
                }
                Subject::Units { unit, rewarded } => costs.charge(unit, rewarded, cost),
                Subject::Column(_) => {}
                Subject::Floor { deals, price } => {
                    costs.floors.extend((cost != 0).then_some((deals, price, cost)));
                    charge_groups(problem, market, costs, (deals, price, cost));
                }
            }
        }
        self.most.checked_mul(scale).is_some_and(|most| most < MOST_SCALED)
    }

    /// Solves the linear programme of the case at hand.
    pub(super) fn relax(&mut self, problem: &DealProblem) -> Result<Relaxed, Overflow> {
        let limit = |own: &Self| own.steps.saturating_sub(own.offers.steps);
        match self.master.repair(limit(self)) {
            Ok(true) => {}
            Ok(false) => return Ok(Relaxed::Hopeless),
            Err(Overflow) => return Ok(Relaxed::Stopped),
        }
        loop {
            if self.master.climb(limit(self)).is_err() || self.used() >= self.steps {
                return Ok(Relaxed::Stopped);
            }
            if !self.reset_costs(problem) {
                return Ok(Relaxed::Stopped);
            }
            let first = self.columns.len();
            let (mut by_deals, mut by_units) = (0i128, (0i128, 1i64));
            if self.list.open {
                self.price_list(problem);
            }
            for deal in 0..self.market.deals.len() {
                let more = if self.list.open {
                    self.offer_listed(deal)
                } else {
                    if let Some(found) = self.offer(problem, deal, false)? {
                        self.keep(deal, found);
                    }
                    self.offers.bound
                };
                let (most, size) = self.market.deals.get(deal).map_or((0, 1), |party| (party.most, party.size.max(1)));
                by_deals = by_deals.saturating_add(more.saturating_mul(i128::from(most)));
                if more.saturating_mul(i128::from(by_units.1)) > by_units.0.saturating_mul(i128::from(size)) {
                    by_units = (more, size);
                }
            }
            // Columns not known yet add no more than each deal's best one as often as it can be
            // applied, nor more than the best one per unit on all units.
            let by_units = (by_units.0 / i128::from(by_units.1) + 1).saturating_mul(self.units);
            let more = if by_deals == 0 { 0 } else { by_deals.min(by_units) };
            (self.promised, self.priced) = (self.master.total().saturating_add(more), more == 0);
            let bound = self.promised.div_euclid(self.master.scale()).min(self.most);
            self.case_bound = self.case_bound.min(bound);
            if self.is_hopeless(bound) {
                if self.list.open {
                    // They are known now.
                    (first..self.columns.len()).for_each(|at| self.add_column(problem, at as u32));
                } else {
                    self.forget(first);
                }
                return Ok(Relaxed::Hopeless);
            }
            if first == self.columns.len() {
                return Ok(Relaxed::Solved(bound));
            }
            for at in first..self.columns.len() {
                self.add_column(problem, at as u32);
            }
        }
    }

    /// A deal's best column by the costs set: one that gains, or for a first choice (`any`) one
    /// that `rooms` leave units for.
    pub(super) fn offer(&mut self, problem: &DealProblem, deal: usize, any: bool) -> Result<Option<Found>, Overflow> {
        let Self { market, offers, costs, columns, pool, splits, refused, rooms, .. } = self;
        refused.clear();
        if !any {
            refused.extend(splits.iter().filter_map(|split| match split.limit.subject {
                Subject::Column(at) => {
                    columns.get(at as usize).filter(|column| column.deal == deal).map(|column| column.picks.clone())
                }
                _ => None,
            }));
        }
        let rooms: &[i64] = if any { rooms } else { &market.rooms };
        let above = if any { -(1 << 119) } else { 0 };
        let steps = if any { self.greedy_end } else { self.steps }.saturating_sub(self.master.steps);
        let wish = Wish { above, any: true, every: false, not: refused, pool, steps };
        offers.best(problem, market, deal, rooms, costs, &wish)
    }

    /// Adds rows that the fractional choice at hand breaks; were there any?
    pub(super) fn cut(&mut self, problem: &DealProblem, by: i128) -> Result<bool, Overflow> {
        let Self { market, columns, pool, shares, taken_by_floor, cuts, master, column_of, .. } = self;
        let floor = |column: &Column| {
            let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
            floor_of(problem, market, column.deal, picks).unwrap_or(i64::MAX)
        };
        taken_by_floor.clear();
        for (at, share) in shares.iter() {
            let Some(column) = columns.get(*at as usize) else { continue };
            taken_by_floor.push(Taken { deal: column.deal, floor: floor(column), share: *share });
        }
        let known = cuts.cuts.len();
        let mut steps = 0;
        let found = cuts.find(problem, market, taken_by_floor, by, &mut steps);
        master.steps += steps;
        for at in known..known + found {
            let Some(cut) = cuts.cuts.get(at) else { continue };
            let coefficients = column_of.iter().enumerate().filter_map(|(variable, at)| {
                let column = columns.get(*at as usize)?;
                let coefficient = cuts.coefficient(cut, column.deal, floor(column));
                (coefficient != 0).then_some((variable as u32, coefficient))
            });
            let row = master.add_row(cut.bound, None, coefficients)?;
            column_of.resize(master.variables(), u32::MAX);
            if let Some(cut) = cuts.cuts.get_mut(at) {
                cut.row = row;
            }
        }
        Ok(found > 0 || self.list.open && self.cut_sets(problem, by)?)
    }

    /// How often the master takes each column, in parts of what is given back.
    pub(super) fn read_shares(&mut self) -> Option<i128> {
        let Self { master, column_of, shares, .. } = self;
        let mut by = 1i128;
        for (_, _, scale) in master.taken() {
            let (mut a, mut b) = (by, i128::from(scale));
            while b != 0 {
                (a, b) = (b, a % b);
            }
            by = by.checked_mul(i128::from(scale) / a).filter(|by| *by < 1 << 60)?;
        }
        shares.clear();
        shares.extend(master.taken().filter_map(|(variable, times, scale)| {
            let column = column_of.get(variable as usize).copied().filter(|at| *at != u32::MAX)?;
            (times > 0).then(|| (column, i128::from(times) * (by / i128::from(scale))))
        }));
        shares.put_in_order();
        Some(by)
    }
}

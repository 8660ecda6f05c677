//! All applications of a deal that are worth enough, when they are few.

use super::super::column::Pick;
use super::super::{BundleReward, DealKind, DealProblem};
use super::{Costs, Market, Offers, Wish};
use crate::number::Overflow;
use crate::sort::InOrder as _;

/// Units of an application that is listed.
pub(in super::super) const MOST_UNITS: usize = 8;

/// Places that listed units can stand at.
pub(in super::super) const MOST_PLACES: usize = 127;

/// One application, a unit at a time, by place.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Listed {
    /// Place and role of every unit: equal for equal applications of a deal.
    pub(in super::super) key: u64,
    pub(in super::super) amount: i64,
    /// The price of the cheapest rewarded unit, where that decides the reward.
    pub(in super::super) floor: i64,
    units: [u32; MOST_UNITS],
    size: u8,
    /// Position of the deal in the set.
    pub(in super::super) deal: u32,
    /// The linear programme knows it.
    pub(in super::super) known: bool,
    /// No choice that has it is worth more.
    pub(in super::super) most: i128,
}

impl Listed {
    /// None when it has too many units.
    pub(in super::super) fn new(
        problem: &DealProblem,
        market: &Market,
        (deal, amount): (usize, i64),
        picks: &[Pick],
    ) -> Option<Self> {
        let mut row = [(u8::MAX, 0u32); MOST_UNITS];
        let mut size = 0;
        for pick in picks {
            let place = market.place(problem, pick.unit);
            if place >= MOST_PLACES {
                return None;
            }
            for _ in 0..pick.count {
                *row.get_mut(size)? = ((place << 1) as u8 | u8::from(pick.rewarded), pick.unit);
                size += 1;
            }
        }
        row.put_in_order();
        let key = row.iter().fold(0, |key, (part, _)| key << 8 | u64::from(*part));
        let units = row.map(|(_, unit)| unit);
        let floor = market.floor(problem, deal, picks).unwrap_or(i64::MIN);
        Some(Self { key, amount, floor, units, size: size as u8, deal: deal as u32, known: false, most: i128::MAX })
    }

    /// Its units with their places, and whether they are rewarded.
    pub(in super::super) fn units(&self) -> impl Iterator<Item = (u32, usize, bool)> {
        let parts = self.key.to_be_bytes();
        self.units.into_iter().zip(parts).take(self.size.into()).map(|(unit, part)| (unit, usize::from(part >> 1), part & 1 == 1))
    }

    /// Appends its units, equal ones counted together.
    pub(in super::super) fn write(&self, picks: &mut Vec<Pick>) {
        let from = picks.len();
        for (unit, _, rewarded) in self.units() {
            match picks.iter_mut().skip(from).find(|pick| pick.unit == unit && pick.rewarded == rewarded) {
                Some(pick) => pick.count += 1,
                None => picks.push(Pick { unit, count: 1, rewarded }),
            }
        }
    }
}

impl Offers {
    /// Appends all columns of a deal that are worth more than `wish` says to `listed`, each once;
    /// false when they are too many, or too large, or cannot be told.
    pub(in super::super) fn list(
        &mut self,
        problem: &DealProblem,
        market: &Market,
        at: usize,
        costs: &Costs,
        wish: &Wish<'_>,
    ) -> Result<bool, Overflow> {
        let Some(party) = market.deals.get(at) else { return Ok(true) };
        if party.several_values || party.size > MOST_UNITS as i64 || market.rooms.len() > MOST_PLACES {
            return Ok(false);
        }
        let from = self.listed.len();
        self.lists_all = true;
        if let Some(DealKind::Single { units, .. }) = problem.deals.get(party.deal as usize).map(|deal| &deal.kind) {
            for unit in units.clone() {
                let gain = problem.units.get(unit).map_or(0, |unit| unit.gain);
                self.list_one(problem, market, (at, gain), &[Pick { unit: unit as u32, count: 1, rewarded: true }]);
            }
            self.steps += units.len() as u64 / 16;
        } else {
            self.best(problem, market, at, &market.rooms, costs, wish)?;
        }
        // The same units may fill the mixes in several ways.
        if let Some(own) = self.listed.get_mut(from..) {
            own.put_in_order_by_key(|listed| (listed.key, listed.units));
            self.steps += own.len() as u64 / 4;
        }
        let mut last = None;
        let mut to = from;
        for at in from..self.listed.len() {
            let Some(listed) = self.listed.get(at).copied() else { break };
            if last != Some(listed.key) {
                if let Some(slot) = self.listed.get_mut(to) {
                    *slot = listed;
                }
                to += 1;
            }
            last = Some(listed.key);
        }
        self.listed.truncate(to);
        Ok(self.lists_all)
    }

    /// Lists a column; false when there are too many.
    pub(super) fn list_one(&mut self, problem: &DealProblem, market: &Market, column: (usize, i64), picks: &[Pick]) -> bool {
        match Listed::new(problem, market, column, picks) {
            Some(listed) if self.listed.len() < self.most_listed => self.listed.push(listed),
            _ => self.lists_all = false,
        }
        self.lists_all
    }
}

/// Does a bundle with these rewarded prices belong to the bounds for this price, and to no others?
pub(super) fn belongs(reward: BundleReward, free: i64, price: i64, prices: &mut [(i64, i64)]) -> bool {
    prices.put_in_order();
    let wanted = if reward == BundleReward::Free { free } else { 1 };
    let mut before = 0;
    for (own, count) in prices.iter() {
        before += count;
        if before >= wanted {
            return *own == price;
        }
    }
    false
}

//! The best application of one deal when its units cost something: what the search asks for.

mod bundle;
mod group;
mod list;

pub(super) use self::bundle::{is_by_floor, most_by_rounding};
pub(super) use self::list::{Listed, MOST_PLACES};

use std::ops::Range;

use super::assign::adds_up;
use super::column::{Pick, price_of, run_of};
use super::component::runs_of;
use super::{BundleReward, DealKind, DealProblem};
use crate::number::Overflow;

/// The deals of one set, and the runs they share.
#[derive(Debug, Default)]
pub(super) struct Market {
    pub(super) deals: Vec<Party>,
    /// Units of `Group` deals, dearest first.
    order: Vec<u32>,
    /// Per run of the problem: its place here. Only those of this set mean anything.
    place: Vec<u32>,
    /// Per place: the run, and its units.
    pub(super) runs: Vec<u32>,
    pub(super) rooms: Vec<i64>,
}

/// One deal of the set.
#[derive(Debug, Clone)]
pub(super) struct Party {
    /// Position in `DealProblem::deals`.
    pub(super) deal: u32,
    /// No more applications than this are possible.
    pub(super) most: i64,
    /// Units of one application.
    pub(super) size: i64,
    /// Most applications, and of them with tier units, where that can bind.
    pub(super) limit: Option<i64>,
    pub(super) tier_limit: Option<i64>,
    order: Range<usize>,
    pub(super) several_values: bool,
    /// Each unit adds to the reward on its own.
    pub(super) adds_up: bool,
    /// The cheapest rewarded unit of a bundle decides the reward.
    pub(super) by_floor: bool,
    /// The most that rounding can add to an application, as a fraction of a minor unit.
    pub(super) rounding: (i64, i64),
}

/// What units and applications cost, all times the same scale.
#[derive(Debug, Default)]
pub(super) struct Costs {
    /// What one minor unit of the amount is worth.
    pub(super) minor: i128,
    /// Per place.
    pub(super) run: Vec<i128>,
    /// Per `DealUnit`: on top of that, when it is not rewarded, and when it is.
    pub(super) unit: Vec<i128>,
    pub(super) rewarded: Vec<i128>,
    /// Units with such costs.
    charged: Vec<u32>,
    /// Per deal of the set: what an application is worth beside its amount.
    pub(super) deal: Vec<i128>,
    /// Per deal of the set: what a tier unit costs.
    pub(super) tier: Vec<i128>,
    /// What a bundle of these deals, as bits, costs whose cheapest rewarded unit has at least that price.
    pub(super) floors: Vec<(u128, i64, i128)>,
}

/// A column found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Amount less costs, by the scale of the costs.
    pub(super) value: i128,
    pub(super) amount: i64,
}

/// What to look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    /// Only columns worth more than this.
    pub(super) above: i128,
    /// Any such column will do, not only the best.
    pub(super) any: bool,
    /// All such columns are listed, and none is found.
    pub(super) every: bool,
    /// Columns of this deal not to be found, as ranges of `pool`.
    pub(super) not: &'a [Range<usize>],
    pub(super) pool: &'a [Pick],
    /// Counted work at most.
    pub(super) steps: u64,
}

impl Wish<'_> {
    fn refuses(&self, picks: &[Pick]) -> bool {
        self.not.iter().any(|column| {
            let column = self.pool.get(column.clone()).unwrap_or(&[]);
            column.len() == picks.len() && picks.iter().all(|pick| column.contains(pick))
        })
    }
}

/// Finds best columns. Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Offers {
    group: group::Buffers,
    bundle: bundle::Buffers,
    /// The units of the column found.
    pub(super) picks: Vec<Pick>,
    /// Choices tried for the column at hand.
    tries: u64,
    /// Counted work.
    pub(super) steps: u64,
    /// No column of the deal last asked for is worth more, whatever was found.
    pub(super) bound: i128,
    /// What [`Self::list`] has listed; and whether that is all.
    pub(super) listed: Vec<Listed>,
    /// Of all deals together.
    pub(super) most_listed: usize,
    lists_all: bool,
}

impl Market {
    pub(super) fn open(&mut self, problem: &DealProblem, deals: &[u32]) {
        self.deals.clear();
        self.order.clear();
        self.runs.clear();
        self.rooms.clear();
        if self.place.len() < problem.runs.len() {
            self.place.resize(problem.runs.len(), 0);
        }
        for &at in deals {
            let Some(deal) = problem.deals.get(at as usize) else { continue };
            runs_of(problem, &deal.kind, |run| {
                let known = self.place.get(run as usize).and_then(|place| self.runs.get(*place as usize)) == Some(&run);
                if let (false, Some(units), Some(place)) =
                    (known, problem.runs.get(run as usize), self.place.get_mut(run as usize))
                {
                    *place = self.runs.len() as u32;
                    self.runs.push(run);
                    self.rooms.push(units.count);
                }
            });
        }
        for &at in deals {
            self.join(problem, at);
        }
    }

    fn join(&mut self, problem: &DealProblem, at: u32) {
        let Some(deal) = problem.deals.get(at as usize) else { return };
        let there = |range: &Range<usize>| {
            let units = problem.units.get(range.clone()).unwrap_or(&[]);
            units
                .iter()
                .filter_map(|unit| problem.runs.get(unit.run as usize))
                .fold(0i64, |sum, run| sum.saturating_add(run.count))
        };
        let differ = |range: &Range<usize>| {
            let units = problem.units.get(range.clone()).unwrap_or(&[]);
            units.windows(2).any(|pair| pair.first().map(|unit| unit.value) != pair.last().map(|unit| unit.value))
        };
        let from = self.order.len();
        let mut rounding = (1, 2);
        let size = match &deal.kind {
            DealKind::Single { .. } => 1,
            DealKind::Group { quantity, .. } => *quantity,
            DealKind::Bundle { mixes, .. } => {
                let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
                mixes.iter().fold(0i64, |sum, mix| sum.saturating_add(mix.quantity))
            }
        };
        let mut most_tier = None;
        let (possible, several_values) = match &deal.kind {
            DealKind::Single { units, tier_limit } => {
                let own = problem.units.get(units.clone()).unwrap_or(&[]).iter().filter(|unit| unit.tier);
                let runs = own.filter_map(|unit| problem.runs.get(unit.run as usize));
                let tiers = runs.fold(0i64, |sum, run| sum.saturating_add(run.count));
                most_tier = (*tier_limit < tiers).then_some((*tier_limit).max(0));
                (there(units), false)
            }
            DealKind::Group { units, quantity, base, .. } => {
                self.order.extend(units.clone().map(|unit| unit as u32));
                group::sort_dearest_first(problem, *base, self.order.get_mut(from..).unwrap_or(&mut []));
                (there(units) / (*quantity).max(1), differ(units))
            }
            DealKind::Bundle { mixes, base, reward } => {
                let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
                let possible = mixes.iter().map(|mix| there(&mix.units) / mix.quantity.max(1)).min().unwrap_or(0);
                let first = mixes.iter().find_map(|mix| problem.units.get(mix.units.start)).map(|unit| unit.value);
                let other =
                    |range: &Range<usize>| problem.units.get(range.start).map(|unit| unit.value) != first && !range.is_empty();
                let several_values = mixes.iter().any(|mix| differ(&mix.units) || other(&mix.units));
                if let (BundleReward::Percent, false, Some(value)) = (reward, several_values, first) {
                    let units = mixes.iter().filter(|mix| mix.eligible).flat_map(|mix| mix.units.clone());
                    let runs =
                        units.filter_map(|unit| problem.units.get(unit).and_then(|unit| problem.runs.get(unit.run as usize)));
                    rounding = bundle::most_by_rounding(value, runs.map(|run| price_of(run, *base)));
                }
                (possible, several_values)
            }
        };
        let most = possible.min(deal.limit).max(0);
        self.deals.push(Party {
            deal: at,
            most,
            size,
            limit: (deal.limit < possible).then_some(most),
            tier_limit: most_tier,
            order: from..self.order.len(),
            several_values,
            adds_up: adds_up(&deal.kind, several_values),
            by_floor: !several_values && bundle::is_by_floor(problem, &deal.kind),
            rounding,
        });
    }

    /// The units of a group deal, dearest first.
    pub(super) fn order(&self, deal: usize) -> &[u32] {
        self.deals.get(deal).and_then(|party| self.order.get(party.order.clone())).unwrap_or(&[])
    }

    /// A unit's position in the row of its group.
    pub(super) fn rank(&self, deal: usize, unit: u32) -> Option<usize> {
        self.order(deal).iter().position(|other| *other == unit)
    }

    /// The price of the cheapest rewarded unit of a bundle, where that alone decides the reward.
    pub(super) fn floor(&self, problem: &DealProblem, deal: usize, picks: &[Pick]) -> Option<i64> {
        let party = self.deals.get(deal)?;
        let DealKind::Bundle { base, .. } = problem.deals.get(party.deal as usize)?.kind else { return None };
        if !party.by_floor {
            return None;
        }
        let rewarded = picks.iter().filter(|pick| pick.rewarded);
        rewarded.filter_map(|pick| run_of(problem, pick)).map(|run| price_of(run, base)).min()
    }

    /// The place of a unit's run.
    pub(super) fn place(&self, problem: &DealProblem, unit: u32) -> usize {
        self.place_of(problem.units.get(unit as usize).map_or(u32::MAX, |unit| unit.run))
    }

    pub(super) fn place_of(&self, run: u32) -> usize {
        self.place.get(run as usize).map_or(usize::MAX, |place| *place as usize)
    }
}

impl Costs {
    /// Becomes like others.
    pub(super) fn copy(&mut self, others: &Self) {
        let Self { minor, run, unit, rewarded, charged, deal, tier, floors } = others;
        self.minor = *minor;
        self.floors.clone_from(floors);
        self.charged.clone_from(charged);
        let own = [&mut self.run, &mut self.unit, &mut self.rewarded, &mut self.deal, &mut self.tier];
        for (own, other) in own.into_iter().zip([run, unit, rewarded, deal, tier]) {
            own.clone_from(other);
        }
    }

    /// Takes back what units cost beside their runs.
    pub(super) fn forget_units(&mut self) {
        self.floors.clear();
        for unit in self.charged.drain(..) {
            for list in [&mut self.unit, &mut self.rewarded] {
                if let Some(cost) = list.get_mut(unit as usize) {
                    *cost = 0;
                }
            }
        }
    }

    /// Lets a unit cost more in this role.
    pub(super) fn charge(&mut self, unit: u32, rewarded: bool, cost: i128) {
        let list = if rewarded { &mut self.rewarded } else { &mut self.unit };
        if let Some(own) = list.get_mut(unit as usize) {
            *own += cost;
            self.charged.push(unit);
        }
    }

    fn run(&self, place: usize) -> i128 {
        self.run.get(place).copied().unwrap_or(0)
    }

    /// What a unit costs on top of that, rewarded or not.
    fn role(&self, unit: u32, rewarded: bool) -> i128 {
        let list = if rewarded { &self.rewarded } else { &self.unit };
        list.get(unit as usize).copied().unwrap_or(0)
    }

    /// Are there costs by the cheapest unit for a deal?
    fn has_floors(&self, deal: usize) -> bool {
        self.floors.iter().any(|(deals, _, _)| deal < 128 && deals >> deal & 1 == 1)
    }

    /// What a bundle costs for its cheapest rewarded unit.
    pub(super) fn floor(&self, deal: usize, price: i64) -> i128 {
        let own = self.floors.iter().filter(|(deals, least, _)| deal < 128 && deals >> deal & 1 == 1 && price >= *least);
        own.map(|(_, _, cost)| cost).sum()
    }

    fn deal(&self, at: usize) -> i128 {
        self.deal.get(at).copied().unwrap_or(0)
    }
}

impl Offers {
    /// The best column of a deal of the set that `rooms` leave units for; its units are in `picks`.
    pub(super) fn best(
        &mut self,
        problem: &DealProblem,
        market: &Market,
        at: usize,
        rooms: &[i64],
        costs: &Costs,
        wish: &Wish<'_>,
    ) -> Result<Option<Found>, Overflow> {
        self.picks.clear();
        self.bound = wish.above;
        let Some(party) = market.deals.get(at).filter(|party| party.most > 0) else { return Ok(None) };
        let Some(deal) = problem.deals.get(party.deal as usize) else { return Ok(None) };
        let found = match &deal.kind {
            DealKind::Single { units, .. } => {
                let mut best: Option<Found> = None;
                for unit in units.clone() {
                    let Some(own) = problem.units.get(unit) else { continue };
                    let place = market.place(problem, unit as u32);
                    if rooms.get(place).is_none_or(|room| *room <= 0) {
                        continue;
                    }
                    let tier = if own.tier { costs.tier.get(at).copied().unwrap_or(0) } else { 0 };
                    let cost = costs.run(place) + costs.role(unit as u32, true) + tier;
                    let value = costs.minor * i128::from(own.gain) + costs.deal(at) - cost;
                    let pick = [Pick { unit: unit as u32, count: 1, rewarded: true }];
                    if value > best.map_or(wish.above, |best| best.value) && !wish.refuses(&pick) {
                        best = Some(Found { value, amount: own.gain });
                        self.picks.clear();
                        self.picks.extend_from_slice(&pick);
                    }
                }
                self.steps += 1 + units.len() as u64 / 16;
                best
            }
            DealKind::Group { .. } => self.best_group(problem, market, (at, party), rooms, costs, wish)?,
            DealKind::Bundle { .. } => self.best_bundle(problem, market, (at, party), rooms, costs, wish)?,
        };
        self.bound = self.bound.max(found.map_or(wish.above, |found| found.value));
        Ok(found)
    }
}

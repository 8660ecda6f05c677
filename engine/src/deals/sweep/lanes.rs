//! Deals as the sweep sees them: what their applications fill up with, and the numbers of a state that
//! count it.

use std::cmp::Reverse;
use std::ops::Range;

use super::super::column::price_of;
use super::super::offer::{Market, Party};
use super::super::{Deal, DealKind, DealProblem, DealUnit, GroupReward, Run};
use super::Sweep;
use crate::rule::Base;
use crate::sort::InOrder as _;

/// More units are not swept, so that a number of a state fits into a byte.
const MOST_SEATS: i64 = 250;

/// A deal.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    /// Its numbers in a state: units that have come, then what is used of its limits.
    pub(super) first: usize,
    /// Units of one application.
    pub(super) quantity: i64,
    /// Those from this one on are rewarded. After no more than these, applications may be left unfinished.
    pub(super) paying: i64,
    pub(super) way: Way,
    /// What an application is worth beside its units.
    pub(super) complete: i128,
    /// Most applications, and most tier units, with the number of the state that counts them.
    pub(super) limit: Option<(usize, i64)>,
    pub(super) tier: Option<(usize, i64)>,
    /// What one more application, and one more tier unit, costs.
    pub(super) price: i128,
    pub(super) tier_price: i128,
    /// Where its bounds are.
    pub(super) table: usize,
}

/// How a deal's applications fill up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// One after the other.
    InTurn,
    /// Paying units wait for a unit they reward. That is for units whose net
    /// shares differ from their prices: a dearer one may give less.
    Waiting {
        /// No more units wait.
        most: i64,
    },
}

/// A unit given to a deal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) lane: usize,
    /// Position in `DealProblem::units`.
    pub(super) unit: u32,
    /// What the unit adds when it is a rewarded one.
    pub(super) gain: i128,
    pub(super) tier: bool,
    /// Where units wait: is it a rewarded one?
    pub(super) rewarded: bool,
}

/// What the set of deals has in common.
#[derive(Clone, Copy)]
struct Terms {
    /// What a minor unit is worth.
    minor: i128,
    /// Every unit's net share is its price.
    plain: bool,
    units: i64,
}

impl Sweep {
    /// Sets up the deals of a set; false when they cannot be swept. `minor` is what a minor unit
    /// is worth, `preferences` what an application of each deal is worth beside its amount.
    pub(in super::super) fn open(&mut self, problem: &DealProblem, market: &Market, minor: i128, preferences: &[i128]) -> bool {
        self.lanes.clear();
        self.choices.clear();
        self.width = 0;
        let run = |place: usize| market.runs.get(place).and_then(|run| problem.runs.get(*run as usize));
        let plain = (0..market.runs.len()).filter_map(run).all(|run| run.share == run.price);
        let terms = Terms { minor, plain, units: market.rooms.iter().fold(0, |sum, room| sum.saturating_add(*room)) };
        if terms.units > MOST_SEATS {
            return false;
        }
        // The order that deals by the cheapest unit look at units in must be one.
        let mut order: Option<Base> = None;
        for (party, preference) in market.deals.iter().zip(preferences) {
            let Some(deal) = problem.deals.get(party.deal as usize) else { return false };
            let base = match &deal.kind {
                DealKind::Group { base, .. } => Some(*base),
                _ => None,
            };
            if !plain && base.is_some() && order.is_some() && order != base {
                return false;
            }
            order = order.or(base);
            if party.several_values || self.add_lane(problem, deal, party, *preference, terms).is_none() {
                return false;
            }
        }
        self.put_in_order(problem, market, order.unwrap_or(Base::Gross));
        true
    }

    /// Are there so few states that all can be looked at? Every deal is one number then.
    pub(in super::super) fn is_narrow(&self) -> bool {
        self.lanes.iter().all(|lane| lane.way == Way::InTurn)
    }

    /// Choices by place, and the row of units.
    fn put_in_order(&mut self, problem: &DealProblem, market: &Market, base: Base) {
        let place = |choice: &Choice| market.place(problem, choice.unit);
        self.choices.sort_by_key(place);
        self.choices_of.clear();
        let mut from = 0;
        for at in 0..market.rooms.len() {
            let there = self.choices.iter().skip(from).take_while(|choice| place(choice) == at).count();
            self.choices_of.push(from..from + there);
            from += there;
        }
        // As `group` has it: of equal prices the one that is sought first as the cheapest comes last.
        self.order.clear();
        self.order.extend(0..market.rooms.len());
        self.order.put_in_order_by_key(|place| {
            let run = market.runs.get(*place).and_then(|at| problem.runs.get(*at as usize));
            let (price, share) = run.map_or((0, 0), |run| (price_of(run, base), run.share));
            (Reverse(price), share, Reverse(market.runs.get(*place).copied()))
        });
        self.seats.clear();
        for place in &self.order {
            let room = market.rooms.get(*place).copied().unwrap_or(0);
            self.seats.extend((0..room).map(|_| *place));
        }
    }

    fn add_lane(&mut self, problem: &DealProblem, deal: &Deal, party: &Party, preference: i128, terms: Terms) -> Option<()> {
        let mut lane = Lane {
            first: self.width,
            quantity: 1,
            paying: 0,
            way: Way::InTurn,
            complete: preference,
            limit: None,
            tier: None,
            price: 0,
            tier_price: 0,
            table: 0,
        };
        match &deal.kind {
            DealKind::Single { units, .. } => self.add_choices(problem, units, &|unit, _| worth(terms, unit.gain))?,
            DealKind::Group { units, quantity, base, reward } => {
                if !(1..=MOST_SEATS).contains(quantity) {
                    return None;
                }
                let value = problem.units.get(units.start)?.value;
                let free = if *reward == GroupReward::Free { value.whole()? } else { 1 };
                let gain = |_: &DealUnit, run: &Run| {
                    let price = price_of(run, *base);
                    let gain = if *reward == GroupReward::Free { price } else { value.percent_of(price).ok()? };
                    worth(terms, gain.min(run.share))
                };
                self.add_choices(problem, units, &gain)?;
                (lane.quantity, lane.paying) = (*quantity, quantity - free);
                if !terms.plain && *base == Base::Gross {
                    if free != 1 {
                        return None;
                    }
                    self.let_wait(&mut lane, party, *quantity);
                }
            }
            DealKind::Bundle { .. } => return None,
        }
        self.width += 1;
        for (limit, own) in [(party.limit, &mut lane.limit), (party.tier_limit, &mut lane.tier)] {
            if let Some(limit) = limit {
                if limit > MOST_SEATS {
                    return None;
                }
                *own = Some((self.width, limit));
                self.width += 1;
            }
        }
        self.lanes.push(lane);
        Some(())
    }

    /// Units of the lane wait for those they reward.
    fn let_wait(&mut self, lane: &mut Lane, party: &Party, quantity: i64) {
        lane.way = Way::Waiting { most: party.most * (quantity - 1) };
        for at in 0..self.choices.len() {
            let own = self.choices.get(at).copied().filter(|choice| choice.lane == self.lanes.len());
            self.choices.extend(own.map(|choice| Choice { rewarded: false, gain: 0, ..choice }));
        }
    }

    /// A choice for every unit, of the lane to be.
    fn add_choices(
        &mut self,
        problem: &DealProblem,
        units: &Range<usize>,
        gain: &dyn Fn(&DealUnit, &Run) -> Option<i128>,
    ) -> Option<()> {
        let lane = self.lanes.len();
        for unit in units.clone() {
            let own = problem.units.get(unit)?;
            let gain = gain(own, problem.runs.get(own.run as usize)?)?;
            self.choices.push(Choice { lane, unit: unit as u32, gain, tier: own.tier, rewarded: true });
        }
        Some(())
    }
}

fn worth(terms: Terms, amount: i64) -> Option<i128> {
    terms.minor.checked_mul(amount.into())
}

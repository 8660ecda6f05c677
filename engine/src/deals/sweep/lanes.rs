//! Deals as the sweep sees them: slots that fill up with units, and the numbers of a state that
//! count them.

use std::cmp::Reverse;
use std::ops::Range;

use super::super::column::price_of;
use super::super::offer::{Market, Party};
use super::super::{BundleReward, Deal, DealKind, DealMix, DealProblem, DealUnit, GroupReward, Run};
use super::Sweep;
use crate::rule::Base;

/// More units are not swept, so that a number of a state fits into a byte.
const MOST_SEATS: i64 = 250;

/// A deal.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    /// Its numbers in a state: one per slot, then what is used of its limits.
    pub(super) first: usize,
    pub(super) slots: Range<usize>,
    pub(super) way: Way,
    /// Is the reward that of the last unit to come? Then applications may be left unfinished.
    pub(super) by_cheapest: bool,
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
    /// One after the other, from one slot.
    InTurn,
    /// From one slot, where paying units wait for a unit they reward. That is for units whose net
    /// shares differ from their prices: a dearer one may give less.
    Waiting {
        /// No more units wait.
        most: i64,
    },
    /// From several slots at once.
    Together,
}

#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// Units of one application.
    pub(super) quantity: i64,
    /// Where units fill it up in turn: those from this one on bring the reward.
    pub(super) paying: i64,
    /// The units from this one on take part in it.
    pub(super) rewarded: i64,
    /// Where its bounds are.
    pub(super) table: usize,
}

/// A unit given to a deal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub(super) lane: usize,
    pub(super) slot: usize,
    /// Position in `DealProblem::units`.
    pub(super) unit: u32,
    /// What the unit adds: when it is a rewarded one, when it comes last, or always.
    pub(super) gain: i128,
    /// Its part of what an application may promise here beyond what it gives, by rounding or because
    /// its units cost less.
    pub(super) surplus: i128,
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
        self.slots.clear();
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
                DealKind::Bundle { base, reward: BundleReward::Free | BundleReward::PercentOffCheapest, .. } => Some(*base),
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
        self.surplus.clear();
        self.surplus.extend(self.choices_of.iter().map(|own| {
            let own = self.choices.get(own.clone()).unwrap_or(&[]);
            own.iter().map(|choice| choice.surplus).max().unwrap_or(0)
        }));
        // As `group` has it: of equal prices the one that is sought first as the cheapest comes last.
        self.order.clear();
        self.order.extend(0..market.rooms.len());
        self.order.sort_unstable_by_key(|place| {
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
        let slots = self.slots.len();
        let mut lane = Lane {
            first: self.width,
            slots: slots..slots,
            way: Way::InTurn,
            by_cheapest: false,
            complete: preference,
            limit: None,
            tier: None,
            price: 0,
            tier_price: 0,
            table: 0,
        };
        match &deal.kind {
            DealKind::Single { units, .. } => {
                self.add_slot(problem, units, 1, 0, &|unit, _| worth(terms, unit.gain))?;
            }
            DealKind::Group { units, quantity, base, reward } => {
                let value = problem.units.get(units.start)?.value;
                let free = if *reward == GroupReward::Free { value.whole()? } else { 1 };
                let gain = |_: &DealUnit, run: &Run| {
                    let price = price_of(run, *base);
                    let gain = if *reward == GroupReward::Free { price } else { value.percent_of(price).ok()? };
                    worth(terms, gain.min(run.share))
                };
                self.add_slot(problem, units, *quantity, quantity - free, &gain)?;
                lane.by_cheapest = true;
                if !terms.plain && *base == Base::Gross {
                    if free != 1 {
                        return None;
                    }
                    self.let_wait(&mut lane, party, *quantity);
                }
            }
            DealKind::Bundle { .. } => self.add_bundle(problem, &mut lane, deal, party, terms)?,
        }
        lane.slots = slots..self.slots.len();
        self.width += lane.slots.len();
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

    /// Units of the lane's only slot wait for those they reward.
    fn let_wait(&mut self, lane: &mut Lane, party: &Party, quantity: i64) {
        lane.way = Way::Waiting { most: party.most * (quantity - 1) };
        for at in 0..self.choices.len() {
            let own = self.choices.get(at).copied().filter(|choice| choice.lane == self.lanes.len());
            self.choices.extend(own.map(|choice| Choice { rewarded: false, gain: 0, ..choice }));
        }
    }

    fn add_bundle(&mut self, problem: &DealProblem, lane: &mut Lane, deal: &Deal, party: &Party, terms: Terms) -> Option<()> {
        let DealKind::Bundle { mixes, base, reward } = &deal.kind else { return None };
        let mixes = problem.mixes.get(mixes.clone())?;
        let value = problem.units.get(mixes.iter().find(|mix| !mix.units.is_empty())?.units.start)?.value;
        let fixed = || worth(terms, value.whole().unwrap_or(0));
        let mut paying = 0;
        match reward {
            BundleReward::NewPrice => lane.complete -= fixed()?,
            BundleReward::Amount => lane.complete += fixed()?,
            BundleReward::Percent => {
                // What rounding may add.
                let (most, of) = party.rounding;
                lane.complete += above(terms.minor.checked_mul(most.into())?, of.into());
            }
            BundleReward::Free | BundleReward::PercentOffCheapest => {
                let free = if *reward == BundleReward::Free { value.whole()? } else { 1 };
                // Of several cheapest units in several mixes nobody can tell here which come last.
                let in_turn = matches!(mixes, [mix] if mix.eligible && free <= mix.quantity);
                if !(terms.plain || *base == Base::Net) || free < 1 || !in_turn && free > 1 {
                    return None;
                }
                if mixes.iter().any(|mix| !mix.eligible) {
                    return None;
                }
                lane.by_cheapest = true;
                if let (true, [mix]) = (in_turn, mixes) {
                    paying = mix.quantity - free;
                }
            }
        }
        let rewarded = mixes.iter().filter(|mix| mix.eligible).fold(0i64, |sum, mix| sum.saturating_add(mix.quantity));
        let each = |whole: i128| above(whole, i128::from(rewarded.max(1)));
        let cheap = match reward {
            BundleReward::Amount => worth(terms, self.least_share(problem, mixes, rewarded, value.whole().unwrap_or(0)))?,
            _ => 0,
        };
        for mix in mixes {
            let first = self.choices.len();
            self.add_slot(problem, &mix.units, mix.quantity, paying, &|_, run| {
                let price = price_of(run, *base);
                match reward {
                    _ if !mix.eligible => Some(0),
                    BundleReward::NewPrice => worth(terms, run.share),
                    BundleReward::Amount => Some(0),
                    BundleReward::Free => worth(terms, price),
                    BundleReward::PercentOffCheapest => worth(terms, value.percent_of(price).ok()?),
                    BundleReward::Percent => {
                        // Parts of a minor unit add up.
                        let (digits, power) = value.ratio();
                        Some(above(worth(terms, price)?.checked_mul(digits.into())?, i128::from(power) * 100))
                    }
                }
            })?;
            if let Some(slot) = self.slots.last_mut() {
                slot.rewarded = if mix.eligible { 0 } else { mix.quantity };
            }
            for choice in self.choices.iter_mut().skip(first).filter(|_| mix.eligible) {
                let run = problem.units.get(choice.unit as usize).and_then(|unit| problem.runs.get(unit.run as usize))?;
                let costs = worth(terms, run.share)?;
                choice.surplus = match reward {
                    BundleReward::Amount => (cheap - costs).max(0),
                    // Half a minor unit is the most that rounding takes off.
                    BundleReward::Percent if party.rounding.0 > 0 => {
                        let rounding = terms.minor.checked_mul(party.rounding.0.into())?;
                        let most = above(rounding, party.rounding.1.into()) + above(terms.minor, 2);
                        each(most) + 1 + (choice.gain - costs).max(0)
                    }
                    BundleReward::Percent => (choice.gain - costs).max(0),
                    _ => 0,
                };
            }
        }
        if mixes.len() > 1 {
            lane.way = Way::Together;
        }
        Some(())
    }

    /// What units must cost at least, or be taken to, so that no bundle of them is worth less than its amount off.
    fn least_share(&mut self, problem: &DealProblem, mixes: &[DealMix], units: i64, amount: i64) -> i64 {
        let Self { shares, .. } = self;
        shares.clear();
        for unit in mixes.iter().filter(|mix| mix.eligible).flat_map(|mix| mix.units.clone()) {
            let own = problem.units.get(unit).and_then(|unit| Some((unit.run, problem.runs.get(unit.run as usize)?)));
            shares.extend(own.map(|(at, run)| (run.share, at, run.count)));
        }
        shares.sort_unstable();
        shares.dedup();
        // The cheapest bundle there can be.
        let mut left = units;
        shares.retain_mut(|(_, _, count)| {
            *count = (*count).min(left);
            left -= *count;
            *count > 0
        });
        // Its dearest units keep what they cost as long as that is enough; the others share the rest.
        let (mut missing, mut others) = (i128::from(amount), i128::from(units));
        while let Some((share, _, count)) = shares.pop() {
            let each = above(missing.max(0), others.max(1));
            if i128::from(share) < each {
                return i64::try_from(each).unwrap_or(i64::MAX);
            }
            missing -= i128::from(share) * i128::from(count);
            others -= i128::from(count);
        }
        0
    }

    /// A slot of the lane to be, with a choice for every unit.
    fn add_slot(
        &mut self,
        problem: &DealProblem,
        units: &Range<usize>,
        quantity: i64,
        paying: i64,
        gain: &dyn Fn(&DealUnit, &Run) -> Option<i128>,
    ) -> Option<()> {
        if !(1..=MOST_SEATS).contains(&quantity) {
            return None;
        }
        let (lane, slot) = (self.lanes.len(), self.slots.len());
        for unit in units.clone() {
            let own = problem.units.get(unit)?;
            let gain = gain(own, problem.runs.get(own.run as usize)?)?;
            self.choices.push(Choice { lane, slot, unit: unit as u32, gain, surplus: 0, tier: own.tier, rewarded: true });
        }
        self.slots.push(Slot { quantity, paying, rewarded: paying, table: 0 });
        Some(())
    }
}

fn worth(terms: Terms, amount: i64) -> Option<i128> {
    terms.minor.checked_mul(amount.into())
}

/// Divided, rounded up.
fn above(value: i128, by: i128) -> i128 {
    value.div_euclid(by) + i128::from(value.rem_euclid(by) != 0)
}

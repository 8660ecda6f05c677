//! The refs that a buyer holds, ready for one purchase after the other.

use std::ops::Range;

use rabatt_engine::{HeldRefs, Instant, Outcome, Ref};

use super::states::Place;
use super::walk::{Taken, World};

/// The refs that a kind of buyer holds, and those of the one who is buying now.
#[derive(Debug)]
pub(crate) struct Hand<'w> {
    pub(crate) held: HeldRefs<'w>,
    /// The gift of each ref. The first `shared` are those of all such buyers, with numbers from `first` on.
    gifts: Vec<u32>,
    first: u32,
    shared: u32,
    /// Refs that begin or end at some time, of the shared ones and of the buyer's own.
    timed: Vec<u32>,
    own_timed: bool,
    /// Where each ref is among the buyer's places, from 1; 0 is nowhere.
    places: Vec<u32>,
}

impl<'w> Hand<'w> {
    pub(crate) fn new(world: &'w World<'w>, gifts: Range<u32>) -> Self {
        let mut hand = Self {
            held: HeldRefs::new(),
            gifts: Vec::new(),
            first: gifts.start,
            shared: 0,
            timed: Vec::new(),
            own_timed: false,
            places: Vec::new(),
        };
        hand.add(world, gifts);
        hand.shared = hand.gifts.len() as u32;
        let begins = world.timeline.begins;
        hand.timed = (0..hand.shared).filter(|at| world.gifts.is_timed(hand.gift(*at), begins)).collect();
        hand
    }

    fn add(&mut self, world: &'w World<'w>, gifts: Range<u32>) {
        for gift in gifts {
            let Some(held) = world.gifts.held(gift) else { continue };
            let held =
                Ref { id: (&*held.id).into(), rule_id: (&*held.rule_id).into(), given_at: held.given_at, ..Ref::default() };
            // Gifts are of rules that the Plan has: none is passed over, and positions follow numbers.
            if self.held.add(world.plan, held).is_some() {
                self.gifts.push(gift);
                self.places.push(0);
            }
        }
    }

    pub(crate) fn gift(&self, at: u32) -> u32 {
        self.gifts.get(at as usize).copied().unwrap_or(u32::MAX)
    }

    /// Where a gift is among the refs.
    fn position(&self, gift: u32) -> Option<u32> {
        let shared = gift.checked_sub(self.first).filter(|at| *at < self.shared);
        let own = || {
            let first_own = self.gifts.get(self.shared as usize)?;
            let at = gift.checked_sub(*first_own)?.checked_add(self.shared)?;
            (self.gifts.get(at as usize) == Some(&gift)).then_some(at)
        };
        shared.or_else(own)
    }

    /// What all such buyers hold of a rule.
    pub(crate) fn shared_of_rule(&self, rule: u32) -> Vec<u32> {
        self.held.of_rule(rule).filter(|at| *at < self.shared).collect()
    }

    pub(crate) fn close(&mut self, at: u32, closed: bool) {
        if let Some(held) = self.held.get_mut(at) {
            *held.deleted = closed;
        }
    }

    /// A customer comes, with what they have had so far.
    pub(crate) fn enter(&mut self, world: &'w World<'w>, customer: u32, places: &[Place]) {
        let own = world.gifts.own(customer);
        self.own_timed = own.clone().any(|gift| world.gifts.is_timed(gift, world.timeline.begins));
        self.add(world, own);
        for (nth, place) in (1u32..).zip(places) {
            if let Some(at) = self.position(place.gift) {
                self.set(at, nth, place);
            }
        }
    }

    fn set(&mut self, at: u32, nth: u32, place: &Place) {
        if let (Some(to), Some(held)) = (self.places.get_mut(at as usize), self.held.get_mut(at)) {
            *to = nth;
            *held.statistics = place.statistics;
        }
    }

    /// Makes the refs what they are at an instant. `first`: nothing was bought yet.
    pub(crate) fn prepare(&mut self, world: &World<'_>, used_up: &[bool], at: Instant, places: &mut [Place], first: bool) {
        for (nth, place) in (1u32..).zip(places.iter_mut()) {
            if place.card.is_some() {
                let terms = world.terms.get(world.gifts.rule(place.gift) as usize).copied().unwrap_or_default();
                place.lapse(at, &terms);
                if let Some(position) = self.position(place.gift) {
                    self.set(position, nth, place);
                }
            }
        }
        if first || self.own_timed || !self.timed.is_empty() {
            self.open(world, used_up, at);
        }
    }

    /// Which refs can be used at an instant (§4.2, §4.3).
    fn open(&mut self, world: &World<'_>, used_up: &[bool], at: Instant) {
        let closed = |gift: u32| {
            !world.gifts.is_open(gift, at) || used_up.get(world.gifts.rule(gift) as usize).copied().unwrap_or_default()
        };
        for nth in 0..self.timed.len() {
            if let Some(position) = self.timed.get(nth).copied() {
                self.close(position, closed(self.gift(position)));
            }
        }
        let own = self.shared..self.gifts.len() as u32;
        if own.is_empty() {
            return;
        }
        for position in own.clone() {
            let gift = self.gift(position);
            self.close(position, closed(gift));
            for other in self.shared_of_rule(world.gifts.rule(gift)) {
                self.close(other, closed(self.gift(other)));
            }
        }
        // Who holds a rule personally does not also use what everybody holds of it.
        for position in own {
            let gift = self.gift(position);
            if world.gifts.is_open(gift, at) {
                for other in self.shared_of_rule(world.gifts.rule(gift)) {
                    self.close(other, true);
                }
            }
        }
    }

    /// Counts what a purchase took.
    pub(crate) fn record(
        &mut self,
        world: &World<'_>,
        outcome: &Outcome,
        (position, at): (u32, Instant),
        places: &mut Vec<Place>,
        taken: &mut Vec<Taken>,
    ) {
        for applied in &outcome.applied {
            let Some(reference) = applied.reference else { continue };
            let terms = world.terms.get(applied.rule as usize).copied().unwrap_or_default();
            let nth = match self.places.get(reference as usize) {
                Some(0) => {
                    places.push(Place::new(self.gift(reference)));
                    places.len()
                }
                known => known.map_or(0, |nth| *nth as usize),
            };
            if let Some(place) = nth.checked_sub(1).and_then(|at| places.get_mut(at)) {
                place.record(applied, at, &terms);
                self.set(reference, nth as u32, place);
            }
            if terms.has_budget() {
                let amount = applied.amount.saturating_add(applied.bonus);
                taken.push(Taken { position, rule: applied.rule, usage: applied.usage, amount });
            }
        }
    }

    /// The customer goes; the hand is as it was before.
    pub(crate) fn leave(&mut self, world: &World<'_>, used_up: &[bool], customer: u32, places: &[Place]) {
        let nothing = Place::new(0);
        for place in places {
            if let Some(at) = self.position(place.gift) {
                self.set(at, 0, &nothing);
            }
        }
        for gift in world.gifts.own(customer) {
            let rule = world.gifts.rule(gift);
            for at in self.shared_of_rule(rule) {
                self.close(at, used_up.get(rule as usize).copied().unwrap_or_default());
            }
        }
        self.held.truncate(self.shared as usize);
        self.gifts.truncate(self.shared as usize);
        self.places.truncate(self.shared as usize);
    }
}

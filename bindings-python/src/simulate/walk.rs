//! The purchases of one customer after the other, each with what those before it left.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use rabatt_engine::{
    Code, EvaluateOptions, HeldRefs, Instant, Item, Outcome, Plan, Problem, Receipt, Ref, Workspace, evaluate_held,
};

use super::gifts::Gifts;
use super::packed;
use super::states::Place;
use super::terms::Terms;
use super::timeline::{Batch, NOBODY, PASSER_BY, Timeline, Turn};
use crate::arrow::pass::in_row;
use crate::arrow::receipts::Receipts;

/// What all walkers have in common.
#[derive(Debug)]
pub(crate) struct World<'w> {
    pub(crate) plan: &'w Plan,
    pub(crate) terms: &'w [Terms],
    pub(crate) gifts: &'w Gifts,
    pub(crate) timeline: &'w Timeline,
    pub(crate) options: EvaluateOptions,
    /// Rows with a problem are told, and the rest goes on.
    pub(crate) collect: bool,
    /// The first row with a problem, when that ends the simulation.
    pub(crate) failed: AtomicU32,
    /// Purchases so far.
    pub(crate) done: AtomicUsize,
}

/// What some customers' purchases gave.
#[derive(Debug, Default)]
pub(crate) struct Store {
    pub(crate) bytes: Vec<u8>,
    /// Rows, and where their outcomes begin.
    pub(crate) rows: Vec<(u32, u64)>,
    pub(crate) problems: Vec<(u32, Problem)>,
    /// What was taken from budgets.
    pub(crate) taken: Vec<Taken>,
}

/// What a purchase took from the budget of a rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// Which purchase, in order of time.
    pub(crate) position: u32,
    pub(crate) rule: u32,
    pub(crate) usage: i64,
    pub(crate) amount: i64,
}

/// One thread's means.
#[derive(Debug)]
pub(crate) struct Walker<'w> {
    world: &'w World<'w>,
    everybody: Hand<'w>,
    passers_by: Hand<'w>,
    nobody: Hand<'w>,
    /// Rules whose budget is used up.
    used_up: Vec<bool>,
    workspace: Workspace,
    receipt: Receipt<'w>,
    spare: Vec<Item<'w>>,
}

/// The refs that a kind of buyer holds, and those of the one who is buying now.
#[derive(Debug)]
struct Hand<'w> {
    held: HeldRefs<'w>,
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

impl<'w> Walker<'w> {
    pub(crate) fn new(world: &'w World<'w>) -> Self {
        let hand = |gifts| Hand::new(world, gifts);
        Self {
            world,
            everybody: hand(world.gifts.everybodys()),
            passers_by: hand(world.gifts.passers_by()),
            nobody: hand(0..0),
            used_up: vec![false; world.plan.rules().len()],
            workspace: Workspace::new(),
            receipt: Receipts::empty(),
            spare: Vec::new(),
        }
    }

    /// From now on a rule is offered to nobody.
    pub(crate) fn use_up(&mut self, rule: u32) {
        if let Some(used_up) = self.used_up.get_mut(rule as usize) {
            *used_up = true;
        }
        for hand in [&mut self.everybody, &mut self.passers_by] {
            for at in hand.shared_of_rule(rule) {
                hand.close(at, true);
            }
        }
    }

    /// Goes through purchases of one customer, which are in order of time; each with its position among all.
    pub(crate) fn walk(
        &mut self,
        customer: u32,
        turns: impl Iterator<Item = (u32, Turn)>,
        places: &mut Vec<Place>,
        out: &mut Store,
    ) {
        let Self { world, everybody, passers_by, nobody, used_up, workspace, receipt, spare } = self;
        let hand = match customer {
            PASSER_BY => passers_by,
            NOBODY => nobody,
            _ => everybody,
        };
        hand.enter(world, customer, places);
        let mut begun = false;
        for (position, turn) in turns {
            world.done.fetch_add(1, Ordering::Relaxed);
            let Some(batch) = world.timeline.batches.get(turn.batch as usize) else { continue };
            let number = batch.before + turn.row;
            // What comes after the row that ends it all does not matter.
            if number > world.failed.load(Ordering::Relaxed) {
                continue;
            }
            let row = turn.row as usize;
            let filled = batch.receipts.fill(row, receipt, spare).and_then(|()| check(receipt));
            let evaluated = filled.and_then(|()| {
                hand.prepare(world, used_up, receipt.purchase_at, places, !begun);
                begun = true;
                evaluate_held(world.plan, receipt, &hand.held, world.options, workspace)
            });
            match evaluated {
                Ok(outcome) => {
                    out.rows.push((number, out.bytes.len() as u64));
                    packed::write(outcome, |at| hand.gift(at), &mut out.bytes);
                    if batch.is_finished(row) {
                        hand.record(world, outcome, (position, receipt.purchase_at), places, &mut out.taken);
                    }
                }
                Err(problem) => {
                    out.problems.push((number, in_row(problem)));
                    if !world.collect {
                        world.failed.fetch_min(number, Ordering::Relaxed);
                    }
                }
            }
        }
        hand.leave(world, used_up, customer, places);
    }
}

/// What is no purchase, and no return either.
fn check(receipt: &Receipt<'_>) -> Result<(), Problem> {
    let wrong = |item: &Item<'_>| item.quantity.is_negative() && !item.voided && !item.is_return_item;
    match receipt.items.iter().position(wrong) {
        Some(at) => Err(Problem::new(
            Code::NegativeNumber,
            format!("/items/{at}/quantity"),
            "a negative quantity is of a line that comes back: say so with `is_return_item`, or take the line out",
        )),
        None => Ok(()),
    }
}

impl<'w> Hand<'w> {
    fn new(world: &'w World<'w>, gifts: std::ops::Range<u32>) -> Self {
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

    fn add(&mut self, world: &'w World<'w>, gifts: std::ops::Range<u32>) {
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

    fn gift(&self, at: u32) -> u32 {
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
    fn shared_of_rule(&self, rule: u32) -> Vec<u32> {
        self.held.of_rule(rule).filter(|at| *at < self.shared).collect()
    }

    fn close(&mut self, at: u32, closed: bool) {
        if let Some(held) = self.held.get_mut(at) {
            *held.deleted = closed;
        }
    }

    /// A customer comes, with what they have had so far.
    fn enter(&mut self, world: &'w World<'w>, customer: u32, places: &[Place]) {
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
    fn prepare(&mut self, world: &World<'_>, used_up: &[bool], at: Instant, places: &mut [Place], first: bool) {
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
    fn record(
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
    fn leave(&mut self, world: &World<'_>, used_up: &[bool], customer: u32, places: &[Place]) {
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

/// Where a row is: the batch that has it.
pub(crate) fn batch_of(batches: &[Batch], number: u32) -> Option<(usize, &Batch)> {
    let at = batches.partition_point(|batch| batch.before <= number).checked_sub(1)?;
    batches.get(at).map(|batch| (at, batch))
}

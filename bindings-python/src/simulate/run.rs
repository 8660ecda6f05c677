//! The run: customers to threads, and budgets that all customers share.
//!
//! Customers know nothing of each other but for budgets (§20). As long as a budget lasts, what is
//! left of it changes nothing; so purchases are taken in windows of time, in each of which customers go
//! to threads, and only the window in which a budget ends is done again, up to that very purchase and
//! from there on without the rule. The result is that of one purchase after the other.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rabatt_engine::Problem;

use super::results::Results;
use super::states::{Place, add_up, totals};
use super::timeline::{NOBODY, PASSER_BY, Turn};
use super::walk::{Store, Taken, Walker, World, batch_of};
use super::{Ended, Watch};
use crate::arrow::fault::Fault;

/// Purchases that a thread takes at a time, at least and most; a customer's are never parted.
const JOBS: Range<usize> = 64..4_096;
/// Purchases between two looks at the budgets, at least and most.
const WINDOWS: Range<usize> = 4_096..1_048_576;
/// Between two looks at whether somebody wants to stop.
const LOOK: Duration = Duration::from_millis(50);

/// A customer in a window.
struct Buyer {
    customer: u32,
    /// Their purchases in the sorted keys of the window.
    keys: Range<usize>,
    places: Vec<Place>,
    /// What `places` were, where the window may have to be done again.
    before: Option<Vec<Place>>,
}

/// Buyers done, with what they were given.
struct Done {
    buyers: Vec<Buyer>,
    store: Store,
}

/// Goes through all purchases. `states` are by customer number.
///
/// # Errors
/// The first row with a problem unless rows are collected, and what stops it from outside.
pub(crate) fn run(world: &World<'_>, states: &mut [Vec<Place>], threads: usize, watch: &Watch) -> Result<Results, Ended> {
    let mut walkers: Vec<Walker<'_>> = (0..threads).map(|_| Walker::new(world)).collect();
    let mut budgets = Budgets::new(world, states);
    for rule in budgets.used_up() {
        walkers.iter_mut().for_each(|walker| walker.use_up(rule));
    }
    let mut results = Results::new(world.timeline.rows);
    let all = world.timeline.turns.len();
    let (mut from, mut size) = (0, WINDOWS.start);
    while from < all {
        let until = if budgets.all_used_up() { all } else { all.min(from + size.min(budgets.expected(from))) };
        let done = window(world, from..until, &mut walkers, states, !budgets.all_used_up(), watch)?;
        let taken = budgets.in_order(&done);
        match budgets.first_end(&taken).filter(|end| *end + 1 < until) {
            None => {
                budgets.take(&taken);
                commit(world, done, states, &mut results)?;
                from = until;
                size = (size * 2).min(WINDOWS.end);
            }
            Some(end) => {
                // Up to and with the purchase that ends it, nothing would have been otherwise.
                world.signs.done.fetch_sub(until - from, Ordering::Relaxed);
                roll_back(world, done, states);
                let done = window(world, from..end + 1, &mut walkers, states, true, watch)?;
                budgets.take(&budgets.in_order(&done));
                commit(world, done, states, &mut results)?;
                from = end + 1;
            }
        }
        for rule in budgets.used_up() {
            walkers.iter_mut().for_each(|walker| walker.use_up(rule));
        }
    }
    watch.tick(all, all)?;
    Ok(results)
}

/// Takes in what a window gave.
fn commit(world: &World<'_>, done: Vec<Done>, states: &mut [Vec<Place>], results: &mut Results) -> Result<(), Ended> {
    if !world.collect {
        let problems = done.iter().flat_map(|done| &done.store.problems);
        if let Some((number, problem)) = problems.min_by_key(|(number, _)| *number) {
            return Err(row_fault(world, *number, problem.clone()).into());
        }
    }
    for Done { buyers, store } in done {
        for buyer in buyers {
            if let Some(places) = states.get_mut(buyer.customer as usize) {
                if is_parted(world, buyer.customer) {
                    add_up(places, buyer.places).map_err(|problem| Fault::Columns(vec![problem]))?;
                } else {
                    *places = buyer.places;
                }
            }
        }
        results.add(store);
    }
    Ok(())
}

/// Gives customers back what they had before a window. Of who is parted nothing was taken.
fn roll_back(world: &World<'_>, done: Vec<Done>, states: &mut [Vec<Place>]) {
    let buyers = done.into_iter().flat_map(|done| done.buyers);
    for buyer in buyers.filter(|buyer| !is_parted(world, buyer.customer)) {
        if let (Some(places), Some(before)) = (states.get_mut(buyer.customer as usize), buyer.before) {
            *places = before;
        }
    }
}

pub(crate) fn row_fault(world: &World<'_>, number: u32, problem: Problem) -> Fault {
    let (batch, row) = batch_of(&world.timeline.batches, number).map_or((0, number), |(at, batch)| (at, number - batch.before));
    Fault::Row { batch: batch as u64, row: row.into(), problem }
}

/// May this buyer's purchases be taken in any order, by several threads? Passers-by are many, and
/// what one of them was given matters to the next only where a rule remembers.
fn is_parted(world: &World<'_>, customer: u32) -> bool {
    let remembers = |gift: u32| world.terms.get(world.gifts.rule(gift) as usize).is_some_and(|terms| terms.remembers);
    customer == NOBODY || (customer == PASSER_BY && !world.gifts.passers_by().any(remembers))
}

/// Evaluates the purchases of a window, each customer's in order. `undoable`: what customers had before is kept.
fn window(
    world: &World<'_>,
    turns: Range<usize>,
    walkers: &mut [Walker<'_>],
    states: &mut [Vec<Place>],
    undoable: bool,
    watch: &Watch,
) -> Result<Vec<Done>, Ended> {
    let first = turns.start;
    let of_window = world.timeline.turns.get(turns).unwrap_or_default();
    // By customer, then in order.
    let mut keys: Vec<u64> = of_window.iter().zip(0u64..).map(|(turn, at)| u64::from(turn.customer) << 32 | at).collect();
    keys.sort_unstable();
    // Several for each thread, so that none waits long for the last.
    let size = (keys.len() / (walkers.len() * 4).max(1)).clamp(JOBS.start, JOBS.end);
    let jobs = Mutex::new(jobs(world, &keys, size, states).into_iter());
    let stop = &world.signs.stop;
    let work = |walker: &mut Walker<'_>| {
        let mut done = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some(mut buyers) = job else { break };
            let mut store = Store::default();
            for buyer in &mut buyers {
                buyer.before = undoable.then(|| buyer.places.clone());
                let keys = keys.get(buyer.keys.clone()).unwrap_or_default();
                let turn = |key: &u64| -> Option<(u32, Turn)> {
                    let at = *key as u32 as usize;
                    Some(((first + at) as u32, *of_window.get(at)?))
                };
                walker.walk(buyer.customer, keys.iter().filter_map(turn), &mut buyer.places, &mut store);
            }
            done.push(Done { buyers, store });
        }
        done
    };
    let all = world.timeline.turns.len();
    std::thread::scope(|scope| {
        let (send, receive) = mpsc::channel();
        for walker in walkers {
            let (send, work) = (send.clone(), &work);
            // Nobody listens any more only when all is lost already.
            scope.spawn(move || drop(send.send(work(walker))));
        }
        drop(send);
        let (mut done, mut ended) = (Vec::new(), Ok(()));
        loop {
            match receive.recv_timeout(LOOK) {
                Ok(more) => done.extend(more),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    if ended.is_ok() {
                        ended = watch.tick(world.signs.done.load(Ordering::Relaxed), all);
                        stop.fetch_or(ended.is_err(), Ordering::Relaxed);
                    }
                }
            }
        }
        ended.map(|()| done)
    })
}

/// Cuts the purchases of a window into jobs of about this size, with what their customers had before.
fn jobs(world: &World<'_>, keys: &[u64], size: usize, states: &mut [Vec<Place>]) -> Vec<Vec<Buyer>> {
    let mut jobs: Vec<Vec<Buyer>> = Vec::new();
    let (mut job, mut count, mut from) = (Vec::new(), 0, 0);
    for run in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
        let customer = run.first().map_or(NOBODY, |key| (key >> 32) as u32);
        let parted = is_parted(world, customer);
        for piece in run.chunks(if parted { size } else { run.len() }) {
            // The pieces of one that is parted start with nothing, and are added up.
            let places = states.get_mut(customer as usize).filter(|_| !parted).map(std::mem::take).unwrap_or_default();
            job.push(Buyer { customer, keys: from..from + piece.len(), places, before: None });
            from += piece.len();
            count += piece.len();
            if count >= size {
                jobs.push(std::mem::take(&mut job));
                count = 0;
            }
        }
    }
    jobs.push(job);
    jobs
}

/// Budgets, and what of them is taken.
struct Budgets {
    /// By rule: limits of usage and amount, and what was taken.
    rules: BTreeMap<u32, Budget>,
}

#[derive(Debug, Clone, Copy)]
struct Budget {
    most: (Option<i64>, Option<i64>),
    taken: (i64, i64),
    /// When the simulation began.
    before: (i64, i64),
}

impl Budget {
    fn is_used_up(&self) -> bool {
        self.most.0.is_some_and(|most| self.taken.0 >= most) || self.most.1.is_some_and(|most| self.taken.1 >= most)
    }

    /// In how many purchases it will be used up, going by those so far.
    fn expected(&self, so_far: usize) -> Option<u128> {
        let one = |most: Option<i64>, taken: i64, before: i64| {
            let (left, rate) = (most?.checked_sub(taken)?, taken.checked_sub(before)?);
            (u128::try_from(left).ok()? * so_far as u128).checked_div(u128::try_from(rate).ok()?)
        };
        let Self { most, taken, before } = self;
        let (usage, amount) = (one(most.0, taken.0, before.0), one(most.1, taken.1, before.1));
        usage.into_iter().chain(amount).min()
    }

    fn take(&mut self, taken: &Taken) {
        self.taken.0 = self.taken.0.saturating_add(taken.usage);
        self.taken.1 = self.taken.1.saturating_add(taken.amount);
    }
}

impl Budgets {
    fn new(world: &World<'_>, states: &[Vec<Place>]) -> Self {
        let totals = totals(world.plan, world.gifts, states);
        let with_budget = (0u32..).zip(world.terms).zip(totals).filter(|((_, terms), _)| terms.has_budget());
        let rules = with_budget.map(|((rule, terms), taken)| {
            (rule, Budget { most: (terms.budget_usage, terms.budget_amount), taken, before: taken })
        });
        Self { rules: rules.collect() }
    }

    fn used_up(&self) -> Vec<u32> {
        self.rules.iter().filter(|(_, budget)| budget.is_used_up()).map(|(rule, _)| *rule).collect()
    }

    /// Does no budget matter any more?
    fn all_used_up(&self) -> bool {
        self.rules.values().all(Budget::is_used_up)
    }

    /// How many purchases to take next, so that few are done again when a budget ends: most of those that
    /// are left until then, however few.
    fn expected(&self, so_far: usize) -> usize {
        let live = self.rules.values().filter(|budget| !budget.is_used_up());
        let next = live.filter_map(|budget| budget.expected(so_far)).min().and_then(|next| usize::try_from(next).ok());
        next.map_or(WINDOWS.end, |next| (next - next / 4).max(WINDOWS.start))
    }

    /// What was taken, in order of time.
    fn in_order(&self, done: &[Done]) -> Vec<Taken> {
        let mut taken: Vec<Taken> = done.iter().flat_map(|done| done.store.taken.iter().copied()).collect();
        taken.sort_unstable_by_key(|taken| (taken.position, taken.rule));
        taken
    }

    /// The first purchase after which a budget is used up that was not before.
    fn first_end(&self, taken: &[Taken]) -> Option<usize> {
        let mut budgets = self.rules.clone();
        let ends = |taken: &&Taken| {
            budgets.get_mut(&taken.rule).is_some_and(|budget| {
                let before = budget.is_used_up();
                budget.take(taken);
                !before && budget.is_used_up()
            })
        };
        let mut ends = ends;
        taken.iter().find(|taken| ends(taken)).map(|taken| taken.position as usize)
    }

    fn take(&mut self, taken: &[Taken]) {
        for taken in taken {
            if let Some(budget) = self.rules.get_mut(&taken.rule) {
                budget.take(taken);
            }
        }
    }
}

//! The purchases of one customer after the other, each with what those before it left.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use rabatt_engine::{Code, EvaluateOptions, Item, Plan, Problem, Receipt, Workspace, evaluate_held};

use super::gifts::Gifts;
use super::hand::Hand;
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
    pub(crate) signs: Signs,
}

/// What threads let each other know.
#[derive(Debug)]
pub(crate) struct Signs {
    /// The first row with a problem, when that ends the simulation.
    pub(crate) failed: AtomicU32,
    /// Purchases so far.
    pub(crate) done: AtomicUsize,
    /// Somebody wants to stop.
    pub(crate) stop: AtomicBool,
}

impl Signs {
    pub(crate) fn new() -> Self {
        Self { failed: AtomicU32::new(u32::MAX), done: AtomicUsize::new(0), stop: AtomicBool::new(false) }
    }
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
            if world.signs.stop.load(Ordering::Relaxed) {
                break;
            }
            world.signs.done.fetch_add(1, Ordering::Relaxed);
            let Some(batch) = world.timeline.batches.get(turn.batch as usize) else { continue };
            let number = batch.before + turn.row;
            // What comes after the row that ends it all does not matter.
            if number > world.signs.failed.load(Ordering::Relaxed) {
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
                        world.signs.failed.fetch_min(number, Ordering::Relaxed);
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

/// Where a row is: the batch that has it.
pub(crate) fn batch_of(batches: &[Batch], number: u32) -> Option<(usize, &Batch)> {
    let at = batches.partition_point(|batch| batch.before <= number).checked_sub(1)?;
    batches.get(at).map(|batch| (at, batch))
}

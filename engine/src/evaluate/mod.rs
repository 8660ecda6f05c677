//! The one entry: Plan + receipt + Facts → Outcome (§1).

mod adders;
mod candidates;
mod cart;
mod combine;
mod explain;
mod mixes;
mod parts;
mod record;
mod scenario;
mod units;

use crate::deals::DEFAULT_STEPS;
use crate::error::{Code, Problem};
use crate::facts::{Facts, Statistics};
use crate::held::{Buyer, HeldRefs, Refs};
use crate::outcome::{Outcome, Reason};
use crate::plan::{Compiled, NONE, Plan};
use crate::receipt::Receipt;
use crate::rule::Rule;
use crate::value::Value;

pub(crate) use cart::{counting_gross, discounts as existing_discounts, returned_net};

use candidates::Candidates;
use cart::Cart;
use combine::Combiner;
use parts::{NO_STATISTICS, Part, Parts, Verdicts};
use record::Recorder;
use scenario::Scenario;

/// How to evaluate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EvaluateOptions {
    /// Say of every rule why it did what it did (§17). Costs nothing when false.
    pub explain: bool,
    /// Most steps of the deal search (§8.5); `None` is the default, which is generous.
    pub steps: Option<u64>,
}

/// Everything an evaluation works in. Reuse one per thread: once warm, evaluating allocates
/// nothing. A workspace serves any Plan and any receipt, one at a time.
#[derive(Debug, Default)]
pub struct Workspace {
    cart: Cart,
    candidates: Candidates,
    parts: Parts,
    combiner: Combiner,
    discounts: Scenario,
    bonuses: Scenario,
    switched_off: Vec<bool>,
    refused: Vec<(Part, Vec<Reason>)>,
    recorder: Recorder,
    outcome: Outcome,
}

impl Workspace {
    /// An empty workspace.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counted steps that choosing deals took in the last evaluation, over all choices it compared.
    pub fn steps(&self) -> u64 {
        self.combiner.deals.steps
    }
}

/// What evaluation reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'e> {
    plan: &'e Plan,
    receipt: &'e Receipt<'e>,
    refs: Refs<'e>,
    customer: &'e Value<'e>,
    steps: u64,
}

impl<'e> Input<'e> {
    /// A rule by its position, which always comes from this Plan.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "positions of rules are only ever taken from the plan itself")]
    fn rule(&self, at: u32) -> &'e Rule {
        &self.plan.rules()[at as usize]
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "positions of rules are only ever taken from the plan itself")]
    fn compiled(&self, at: u32) -> &'e Compiled {
        &self.plan.compiled[at as usize]
    }

    /// Statistics of a ref by its position, or none for the one every rule has without Facts.
    fn statistics(&self, at: u32) -> Statistics {
        if at == NONE {
            return NO_STATISTICS;
        }
        self.refs.get(at).map_or(NO_STATISTICS, |held| held.statistics)
    }
}

/// An amount that left 64 bits (§2.4), and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Line(u32),
    Rule(u32),
}

impl Fault {
    fn into_problem(self, plan: &Plan) -> Problem {
        match self {
            Fault::Line(at) => Problem::new(
                Code::Overflow,
                format!("/receipt/items/{at}"),
                "the amounts of this line, or of the lines up to it, are too large to add up; check price and quantity",
            ),
            Fault::Rule(at) => {
                let id = plan.rules().get(at as usize).map_or("", |rule| &*rule.id);
                Problem::new(
                    Code::Overflow,
                    "/rules",
                    format!("an amount of rule `{id}`, or of the statistics of its refs, is too large; check its values"),
                )
            }
        }
    }
}

/// Recalculates a receipt: what each rule of the Plan gives on each line (§1.1).
///
/// Pure: the same input gives the same outcome on every platform. The outcome stays valid until
/// the workspace is used again.
///
/// # Errors
/// [`Code::Overflow`] when amounts do not fit 64 bits, naming the line or rule.
pub fn evaluate<'w>(
    plan: &Plan,
    receipt: &Receipt<'_>,
    facts: Option<&Facts<'_>>,
    options: EvaluateOptions,
    workspace: &'w mut Workspace,
) -> Result<&'w Outcome, Problem> {
    evaluate_for(plan, receipt, Buyer::of_facts(facts), options, workspace)
}

/// As [`evaluate`], with exactly these refs, which were added for the same Plan.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_held<'w>(
    plan: &Plan,
    receipt: &Receipt<'_>,
    held: &HeldRefs<'_>,
    options: EvaluateOptions,
    workspace: &'w mut Workspace,
) -> Result<&'w Outcome, Problem> {
    evaluate_for(plan, receipt, Buyer::holding(Refs::Held(held)), options, workspace)
}

pub(crate) fn evaluate_for<'w>(
    plan: &Plan,
    receipt: &Receipt<'_>,
    buyer: Buyer<'_>,
    options: EvaluateOptions,
    workspace: &'w mut Workspace,
) -> Result<&'w Outcome, Problem> {
    let Buyer { refs, customer } = buyer;
    let input = Input { plan, receipt, refs, customer, steps: options.steps.unwrap_or(DEFAULT_STEPS) };
    find(&input, options, workspace)
}

fn find<'w>(input: &Input<'_>, options: EvaluateOptions, workspace: &'w mut Workspace) -> Result<&'w Outcome, Problem> {
    match run(input, options.explain, workspace) {
        Ok(()) => Ok(&workspace.outcome),
        Err(fault) => Err(fault.into_problem(input.plan)),
    }
}

fn run(input: &Input<'_>, explain: bool, workspace: &mut Workspace) -> Result<(), Fault> {
    let Workspace { cart, candidates, parts, combiner, discounts, bonuses, switched_off, refused, recorder, outcome } = workspace;
    cart.fill(input.plan, input.receipt)?;
    candidates.find(input.plan, input.receipt, cart, explain);
    parts.start(input);
    refused.clear();
    combiner.deals.steps = 0;
    for candidate in &candidates.list {
        let mut reasons: Verdicts = explain.then(Vec::new);
        match parts.judge(input, cart, candidates, candidate, &mut reasons)? {
            Some((part, true)) => parts.list.push(part),
            Some((part, false)) => refused.push((part, reasons.unwrap_or_default())),
            None => {}
        }
    }
    deactivate(input, explain, parts, switched_off, refused);
    combiner.settle_groups(input, cart, parts)?;
    let discount_contest = combiner.discounts(input, cart, parts, discounts)?;
    let bonus_contest = combiner.bonuses(input, cart, parts, discounts, bonuses)?;
    discounts.gap = discounts.gap.saturating_add(combiner.open_groups);
    record::record(input, cart, parts, discounts, bonuses, recorder, outcome)?;
    outcome.explain = None;
    if explain {
        let contests = explain::Contests { discount: discount_contest, bonus: bonus_contest };
        outcome.explain = Some(explain::verdicts(input, cart, parts, combiner, refused, discounts, bonuses, contests)?);
    }
    Ok(())
}

/// `discount_activation` (§5.8): off when a rule it names meets its own requirements, whatever
/// becomes of that rule afterwards.
fn deactivate(input: &Input<'_>, explain: bool, parts: &mut Parts, off: &mut Vec<bool>, refused: &mut Vec<(Part, Vec<Reason>)>) {
    if parts.list.iter().all(|part| input.compiled(part.rule).deactivated_by().is_empty()) && !explain {
        return;
    }
    let names_a_part = |rule: u32| {
        let by = input.compiled(rule).deactivated_by();
        by.iter().any(|by| parts.list.binary_search_by_key(by, |part| part.rule).is_ok())
    };
    off.clear();
    off.extend(parts.list.iter().map(|part| names_a_part(part.rule)));
    if explain {
        for (part, reasons) in refused.iter_mut().filter(|(part, _)| names_a_part(part.rule)) {
            let _ = part;
            reasons.push(explain::deactivated());
        }
        refused.extend(
            parts.list.iter().zip(off.iter()).filter(|(_, off)| **off).map(|(part, _)| (*part, vec![explain::deactivated()])),
        );
    }
    let mut off = off.iter();
    parts.list.retain(|_| !off.next().copied().unwrap_or(false));
}

//! Refs made ready for many purchases: evaluating then costs what the purchase has to do with, not what is held.

use std::sync::Arc;

use crate::facts::{Facts, Ref, Statistics};
use crate::plan::{Moved, Plan};
use crate::sort::InOrder as _;
use crate::value::Value;

/// Refs of one Plan's rules, in the order in which evaluation wants them. [`evaluate_held`](crate::evaluate_held)
/// finds those of a rule without going through all of them, as it must with [`Facts`](crate::Facts); what changes
/// between two purchases, statistics mostly, is changed in place.
///
/// ```
/// use rabatt_engine::{EvaluateOptions, HeldRefs, Plan, Receipt, Ref, Workspace, evaluate_held};
///
/// let plan = Plan::from_json(r#"[{"id": "once", "limitation": {"discount_repeat_usage": 1},
///     "reward": {"type": "discount_percent", "value": 10}}]"#)?;
/// let receipt = Receipt::from_json(r#"{"purchase_at": "2024-06-01T12:00:00Z",
///     "items": [{"gross_amount": 3500, "eligible_for_discount": true}]}"#)?;
/// let mut refs = HeldRefs::new();
/// let at = refs.add(&plan, Ref { id: "r1".into(), rule_id: "once".into(), ..Ref::default() });
/// let mut workspace = Workspace::new();
/// for expected in [350, 0] {
///     let outcome = evaluate_held(&plan, &receipt, &refs, EvaluateOptions::default(), &mut workspace).map_err(|p| vec![p])?;
///     assert_eq!(outcome.totals.discount, expected);
///     for applied in &outcome.applied {
///         assert_eq!(applied.reference, at);
///         if let Some(held) = applied.reference.and_then(|at| refs.get_mut(at)) {
///             *held.statistics = applied.statistics;
///         }
///     }
/// }
/// # Ok::<(), Vec<rabatt_engine::Problem>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct HeldRefs<'a> {
    /// Shared with what was [`moved`](HeldRefs::moved) from it until one of them changes; `None` is none.
    refs: Option<Arc<Vec<Ref<'a>>>>,
    /// Rule and position of each ref: by rule, then `given_at`, then id (§4.2).
    order: Vec<(u32, u32)>,
}

impl<'a> HeldRefs<'a> {
    /// None.
    pub const fn new() -> Self {
        Self { refs: None, order: Vec::new() }
    }

    /// All of these, but those whose rule the Plan does not have.
    pub fn of(plan: &Plan, refs: impl IntoIterator<Item = Ref<'a>>) -> Self {
        let (mut all, mut order) = (Vec::new(), Vec::new());
        for one in refs {
            let (Some(rule), Ok(at)) = (plan.rule_index(&one.rule_id), u32::try_from(all.len())) else { continue };
            order.push((rule, at));
            all.push(one);
        }
        put_in_order(&all, &mut order);
        Self { refs: Some(Arc::new(all)), order }
    }

    /// The same refs for a Plan that was made from theirs by [`Plan::with`]; those of rules that are gone cannot be
    /// used any more.
    ///
    /// ```
    /// use rabatt_engine::{HeldRefs, Plan, Ref};
    /// let rule = |id: &str| format!(r#"[{{"id": "{id}", "reward": {{"type": "discount_percent", "value": 10}}}}]"#);
    /// let plan = Plan::from_json(&rule("b"))?;
    /// let held = HeldRefs::of(&plan, [Ref { id: "r".into(), rule_id: "b".into(), ..Ref::default() }]);
    /// let (changed, moved) = plan.with(&rule("a"), &[])?;
    /// let held = held.moved(&moved);
    /// assert_eq!(changed.rule_index("b"), Some(1));
    /// assert_eq!(held.of_rule(1).collect::<Vec<_>>(), [0]);
    /// # Ok::<(), Vec<rabatt_engine::Problem>>(())
    /// ```
    pub fn moved(&self, moved: &Moved) -> Self {
        let place = |(rule, at): &(u32, u32)| Some((moved.place(*rule)?, *at));
        let mut order: Vec<_> = self.order.iter().filter_map(place).collect();
        // Refs of one rule stay as they stand. Nearly all rules do, so this is quick.
        order.sort_by_key(|(rule, _)| *rule);
        Self { refs: self.refs.clone(), order }
    }

    /// Adds a ref; its position, which `Applied::reference` speaks of. `None`, and it is not
    /// added, when the Plan does not have its rule.
    pub fn add(&mut self, plan: &Plan, held: Ref<'a>) -> Option<u32> {
        let rule = plan.rule_index(&held.rule_id)?;
        let refs = Arc::make_mut(self.refs.get_or_insert_default());
        let at = u32::try_from(refs.len()).ok()?;
        let key = (held.given_at, &held.id);
        let goes_before = |(other, position): &(u32, u32)| {
            let other_key = || refs.get(*position as usize).map(|other| (other.given_at, &other.id));
            other.cmp(&rule).then_with(|| other_key().cmp(&Some(key))).is_le()
        };
        let place = self.order.partition_point(goes_before);
        self.order.insert(place, (rule, at));
        refs.push(held);
        Some(at)
    }

    /// Forgets the refs that were added after the first so many.
    pub fn truncate(&mut self, len: usize) {
        if let Some(refs) = self.refs.as_mut().filter(|refs| len < refs.len()) {
            Arc::make_mut(refs).truncate(len);
            self.order.retain(|(_, position)| (*position as usize) < len);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.refs().len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.refs().is_empty()
    }

    /// The refs, in the order in which they were added.
    pub fn refs(&self) -> &[Ref<'a>] {
        self.refs.as_deref().map_or(&[], Vec::as_slice)
    }

    /// The statistics of a ref, and whether it is deleted: both may change from one purchase to the next. Its
    /// rule, id and `given_at` make the order and must stay.
    pub fn get_mut(&mut self, at: u32) -> Option<HeldMut<'_>> {
        let Ref { statistics, deleted, .. } = Arc::make_mut(self.refs.as_mut()?).get_mut(at as usize)?;
        Some(HeldMut { statistics, deleted })
    }

    /// Positions of the refs of a rule, which is known by its position in the Plan.
    pub fn of_rule(&self, rule: u32) -> impl Iterator<Item = u32> {
        of_rule(&self.order, rule)
    }

    pub(crate) fn order(&self) -> &[(u32, u32)] {
        &self.order
    }
}

/// What somebody holds beside what everybody does, for one purchase: refs that are shared are neither copied nor
/// looked through. Who holds a rule personally does not also use what everybody holds of it (§4.3).
///
/// ```
/// use rabatt_engine::{EvaluateOptions, HeldRefs, Holding, Plan, RecalculateOptions, Ref, Workspace, recalculate_held};
///
/// let plan = Plan::from_json(r#"[{"id": "ten", "reward": {"type": "discount_percent", "value": 10}},
///     {"id": "five", "reward": {"type": "discount_percent", "value": 5}}]"#)?;
/// let held = |id: &'static str, rule: &'static str| Ref { id: id.into(), rule_id: rule.into(), ..Ref::default() };
/// let everybody = HeldRefs::of(&plan, [held("r1", "ten")]);
/// let mut holding = Holding::new(&everybody);
/// holding.add(&plan, held("r2", "five"));
/// let receipt = r#"{"purchase_at": "2024-06-01T12:00:00Z", "items": [{"gross_amount": 1000, "eligible_for_discount": true}]}"#;
/// let answer = recalculate_held(&plan, receipt, &holding, RecalculateOptions::default(), &mut Workspace::new())?;
/// assert!(answer.outcome.contains(r#""discount":150"#));
/// # Ok::<(), Vec<rabatt_engine::Problem>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Holding<'a> {
    shared: &'a HeldRefs<'a>,
    own: HeldRefs<'a>,
    /// What differs of shared refs, by position; one entry each.
    changed: Vec<(u32, Change)>,
}

/// How a shared ref is for this purchase.
#[derive(Debug, Clone, Copy, Default)]
struct Change {
    statistics: Statistics,
    deleted: bool,
}

impl<'a> Holding<'a> {
    /// What everybody holds, and nothing else.
    pub fn new(shared: &'a HeldRefs<'a>) -> Self {
        Self { shared, own: HeldRefs::new(), changed: Vec::new() }
    }

    /// Adds a ref that is held personally. `false`, and it is not added, when the Plan does not have its rule.
    pub fn add(&mut self, plan: &Plan, held: Ref<'a>) -> bool {
        self.own.add(plan, held).is_some()
    }

    /// What was had of a shared ref before this purchase.
    pub fn set_statistics(&mut self, at: u32, statistics: Statistics) {
        self.change(at, |change| change.statistics = statistics);
    }

    /// Nothing of this rule can be used, by whomever it is held.
    pub fn take_away(&mut self, plan: &Plan, rule_id: &str) {
        let Some(rule) = plan.rule_index(rule_id) else { return };
        for at in self.shared.of_rule(rule).collect::<Vec<_>>() {
            self.change(at, |change| change.deleted = true);
        }
        for at in self.own.of_rule(rule).collect::<Vec<_>>() {
            if let Some(held) = self.own.get_mut(at) {
                *held.deleted = true;
            }
        }
    }

    fn change(&mut self, at: u32, change: impl FnOnce(&mut Change)) {
        match self.changed.binary_search_by_key(&at, |(position, _)| *position) {
            Ok(place) => {
                if let Some((_, found)) = self.changed.get_mut(place) {
                    change(found);
                }
            }
            Err(place) => {
                let Some(held) = self.shared.refs().get(at as usize) else { return };
                let mut new = Change { statistics: held.statistics, deleted: held.deleted };
                change(&mut new);
                self.changed.insert(place, (at, new));
            }
        }
    }

    fn changed(&self, at: u32) -> Option<Change> {
        let place = self.changed.binary_search_by_key(&at, |(position, _)| *position).ok()?;
        self.changed.get(place).map(|(_, change)| *change)
    }

    /// The refs that can be used, as they are for this purchase: to be told to somebody else.
    pub fn to_refs(&self, plan: &Plan) -> Vec<Ref<'_>> {
        let refs = Refs::Layered(self);
        let rules = 0..u32::try_from(plan.rules().len()).unwrap_or(u32::MAX);
        let held = rules.flat_map(|rule| refs.of_rule(rule, &[])).filter_map(|at| refs.get(at)).filter(|found| !found.deleted);
        held.map(|HeldRef { held, statistics, .. }| Ref { statistics, ..held.clone() }).collect()
    }
}

/// The refs of a purchase, however they are kept. Without any every rule has one (§1.3).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refs<'e> {
    OneEach,
    /// In no order; evaluation makes one.
    Sent(&'e [Ref<'e>]),
    Held(&'e HeldRefs<'e>),
    Layered(&'e Holding<'e>),
}

/// One ref as it is for this purchase.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldRef<'e> {
    pub(crate) held: &'e Ref<'e>,
    pub(crate) statistics: Statistics,
    pub(crate) deleted: bool,
}

/// Who buys, as far as evaluation knows: a Call's facts, wherever they come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Buyer<'e> {
    pub(crate) refs: Refs<'e>,
    pub(crate) customer: &'e Value<'e>,
}

impl<'e> Buyer<'e> {
    pub(crate) fn of_facts(facts: Option<&'e Facts<'e>>) -> Self {
        Self {
            refs: facts.and_then(|facts| facts.refs.as_deref()).map_or(Refs::OneEach, Refs::Sent),
            customer: facts.map_or(&Value::Absent, |facts| &facts.customer),
        }
    }

    /// Nothing is known but these refs.
    pub(crate) fn holding(refs: Refs<'e>) -> Self {
        Self { refs, customer: &Value::Absent }
    }
}

impl<'e> Refs<'e> {
    /// The ref at a position; `None` for the one that every rule has.
    pub(crate) fn get(self, at: u32) -> Option<HeldRef<'e>> {
        let as_is = |held: &'e Ref<'e>| HeldRef { held, statistics: held.statistics, deleted: held.deleted };
        match self {
            Refs::OneEach => None,
            Refs::Sent(refs) => refs.get(at as usize).map(as_is),
            Refs::Held(held) => held.refs().get(at as usize).map(as_is),
            Refs::Layered(holding) => {
                let shared = holding.shared.refs();
                let Some(held) = shared.get(at as usize) else {
                    return holding.own.refs().get((at as usize).checked_sub(shared.len())?).map(as_is);
                };
                Some(
                    holding
                        .changed(at)
                        .map_or_else(|| as_is(held), |Change { statistics, deleted }| HeldRef { held, statistics, deleted }),
                )
            }
        }
    }

    /// The order of refs that come in none: by rule, `given_at` and id (§4.2).
    pub(crate) fn sort_sent(self, plan: &Plan, order: &mut Vec<(u32, u32)>) {
        order.clear();
        if let Refs::Sent(refs) = self {
            order.extend((0u32..).zip(refs).filter_map(|(at, held)| Some((plan.rule_index(&held.rule_id)?, at))));
            put_in_order(refs, order);
        }
    }

    /// Positions of a rule's refs, in order; `sent` is the order of those that came in none.
    pub(crate) fn of_rule(self, rule: u32, sent: &'e [(u32, u32)]) -> impl Iterator<Item = u32> + 'e {
        let (order, before) = match self {
            Refs::OneEach | Refs::Sent(_) => (sent, 0),
            Refs::Held(held) => (held.order(), 0),
            Refs::Layered(holding) if holding.own.of_rule(rule).next().is_some() => {
                (holding.own.order(), holding.shared.refs().len() as u32)
            }
            Refs::Layered(holding) => (holding.shared.order(), 0),
        };
        of_rule(order, rule).map(move |at| at + before)
    }
}

fn put_in_order(refs: &[Ref<'_>], order: &mut [(u32, u32)]) {
    let key = |at: u32| refs.get(at as usize).map(|held| (held.given_at, &held.id));
    order.put_in_order_by(|a, b| a.0.cmp(&b.0).then_with(|| key(a.1).cmp(&key(b.1))).then(a.1.cmp(&b.1)));
}

/// What of a ref may change from one purchase to the next.
#[derive(Debug)]
pub struct HeldMut<'a> {
    /// Before the next purchase.
    pub statistics: &'a mut crate::facts::Statistics,
    /// Taken away, or not given yet: it cannot be used.
    pub deleted: &'a mut bool,
}

/// Positions of the refs of a rule, out of the order of all.
fn of_rule(order: &[(u32, u32)], rule: u32) -> impl Iterator<Item = u32> {
    let from = order.partition_point(|(other, _)| *other < rule);
    order.iter().skip(from).take_while(move |(other, _)| *other == rule).map(|(_, position)| *position)
}

//! Refs made ready for many purchases, as simulations need them.

use crate::facts::Ref;
use crate::plan::Plan;

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
    refs: Vec<Ref<'a>>,
    /// Rule and position of each ref: by rule, then `given_at`, then id (§4.2).
    order: Vec<(u32, u32)>,
}

impl<'a> HeldRefs<'a> {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a ref; its position, which `Applied::reference` speaks of. `None`, and it is not
    /// added, when the Plan does not have its rule.
    pub fn add(&mut self, plan: &Plan, held: Ref<'a>) -> Option<u32> {
        let rule = plan.rule_index(&held.rule_id)?;
        let at = u32::try_from(self.refs.len()).ok()?;
        let key = (held.given_at, &held.id);
        let goes_before = |(other, position): &(u32, u32)| {
            let other_key = || self.refs.get(*position as usize).map(|other| (other.given_at, &other.id));
            other.cmp(&rule).then_with(|| other_key().cmp(&Some(key))).is_le()
        };
        let place = self.order.partition_point(goes_before);
        self.order.insert(place, (rule, at));
        self.refs.push(held);
        Some(at)
    }

    /// Forgets the refs that were added after the first so many.
    pub fn truncate(&mut self, len: usize) {
        if len < self.refs.len() {
            self.refs.truncate(len);
            self.order.retain(|(_, position)| (*position as usize) < len);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.refs.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.refs.is_empty()
    }

    /// The refs, in the order in which they were added.
    pub fn refs(&self) -> &[Ref<'a>] {
        &self.refs
    }

    /// The statistics of a ref, and whether it is deleted: both may change from one purchase to the next. Its
    /// rule, id and `given_at` make the order and must stay.
    pub fn get_mut(&mut self, at: u32) -> Option<HeldMut<'_>> {
        let Ref { statistics, deleted, .. } = self.refs.get_mut(at as usize)?;
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

/// What of a ref may change from one purchase to the next.
#[derive(Debug)]
pub struct HeldMut<'a> {
    /// Before the next purchase.
    pub statistics: &'a mut crate::facts::Statistics,
    /// Taken away, or not given yet: it cannot be used.
    pub deleted: &'a mut bool,
}

/// Positions of the refs of a rule, out of the order of all.
pub(crate) fn of_rule(order: &[(u32, u32)], rule: u32) -> impl Iterator<Item = u32> {
    let from = order.partition_point(|(other, _)| *other < rule);
    order.iter().skip(from).take_while(move |(other, _)| *other == rule).map(|(_, position)| *position)
}

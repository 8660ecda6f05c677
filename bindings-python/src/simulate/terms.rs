//! What of a rule is counted from purchase to purchase (§13–§15, §20).

use jiter::Jiter;
use rabatt_engine::{Decimal, Plan, RewardKind, Rule};

/// What of a rule is counted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Terms {
    /// `budget_amount`: most that all customers together are given, minor units.
    pub(crate) budget_amount: Option<i64>,
    /// `budget_usage`: in most so many purchases of all customers together.
    pub(crate) budget_usage: Option<i64>,
    /// `stamp_expire_days`, of a rule with stamps.
    pub(crate) expire_days: Option<i64>,
    /// Does what a ref was used for change what it gives?
    pub(crate) remembers: bool,
}

impl Terms {
    /// Those of every rule of a Plan.
    pub(crate) fn of_plan(plan: &Plan) -> Vec<Self> {
        plan.rules().iter().map(|rule| Self::of(rule)).collect()
    }

    fn of(rule: &Rule) -> Self {
        let limitation = member(&rule.source, "limitation").unwrap_or_default();
        // Whole numbers, as the engine found when it read them; a negative one is no limit.
        let limit = |name: &str| Decimal::parse(member(limitation, name)?).and_then(Decimal::whole).filter(|limit| *limit >= 0);
        Self {
            budget_amount: limit("budget_amount"),
            budget_usage: limit("budget_usage"),
            expire_days: limit("stamp_expire_days").filter(|_| rule.requirement.stamp.is_some()),
            remembers: rule.limitation.repeat_usage.is_some()
                || rule.requirement.stamp.is_some()
                || rule.reward.kind == RewardKind::Debit,
        }
    }

    /// Do all customers share a limit?
    pub(crate) fn has_budget(&self) -> bool {
        self.budget_amount.is_some() || self.budget_usage.is_some()
    }
}

/// The text of a member's value; of two of one name the last.
fn member<'t>(object: &'t str, name: &str) -> Option<&'t str> {
    let mut jiter = Jiter::new(object.as_bytes());
    let mut found = None;
    let mut wanted = jiter.next_object().ok()?.map(|key| key == name);
    while let Some(is_wanted) = wanted {
        let peek = jiter.peek().ok()?;
        let from = jiter.current_index();
        jiter.known_skip(peek).ok()?;
        if is_wanted {
            found = object.get(from..jiter.current_index());
        }
        wanted = jiter.next_key().ok()?.map(|key| key == name);
    }
    found
}

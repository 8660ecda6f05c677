//! The two sets of rules, and which rules of one are those of the other.

use std::sync::Arc;

use rabatt_engine::{Facts, Plan, Problem, Rule};
use rustc_hash::FxHashMap;

/// One set of rules.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) plan: Arc<Plan>,
    /// JSON, read already once without problems.
    pub(crate) facts: Option<Arc<str>>,
}

impl Side {
    pub(crate) fn facts(&self) -> Result<Option<Facts<'_>>, Vec<Problem>> {
        self.facts.as_deref().map(Facts::from_json).transpose()
    }
}

/// What became of a rule from one side to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It says the same on both sides.
    Kept,
    /// Both sides have it, and it says something else.
    Changed,
    /// Only the second side has it.
    Added,
    /// Only the first side has it.
    Removed,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            State::Kept => "kept",
            State::Changed => "changed",
            State::Added => "added",
            State::Removed => "removed",
        }
    }

    /// May it displace others?
    pub(crate) fn is_new(self) -> bool {
        matches!(self, State::Changed | State::Added)
    }
}

/// A rule of either side or both.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) id: Arc<str>,
    pub(crate) state: State,
}

/// Both sides, and one numbering of all their rules: those of the first in rule order, then those
/// that only the second has.
#[derive(Debug)]
pub(crate) struct Sides {
    pub(crate) sides: [Side; 2],
    pub(crate) rules: Vec<Known>,
    /// For each side: the number of each rule of its Plan.
    numbers: [Vec<u32>; 2],
}

impl Sides {
    pub(crate) fn new(first: Side, second: Side) -> Self {
        let mut by_id: FxHashMap<Arc<str>, u32> = FxHashMap::default();
        let mut rules = Vec::new();
        for (number, rule) in (0u32..).zip(first.plan.rules()) {
            by_id.insert(Arc::clone(&rule.id), number);
            rules.push(Known { id: Arc::clone(&rule.id), state: State::Removed });
        }
        let mut numbers = [(0u32..).take(rules.len()).collect(), Vec::new()];
        for rule in second.plan.rules() {
            let number = by_id.get(&rule.id).copied().unwrap_or_else(|| {
                rules.push(Known { id: Arc::clone(&rule.id), state: State::Added });
                u32::try_from(rules.len() - 1).unwrap_or(u32::MAX)
            });
            let before = first.plan.rule_index(&rule.id).and_then(|at| first.plan.rules().get(at as usize));
            if let Some((known, before)) = rules.get_mut(number as usize).zip(before) {
                known.state = if meaning(before) == meaning(rule) { State::Kept } else { State::Changed };
            }
            let [_, second] = &mut numbers;
            second.push(number);
        }
        Self { sides: [first, second], rules, numbers }
    }

    /// The number of a rule of a side's Plan.
    pub(crate) fn number(&self, side: usize, rule: u32) -> u32 {
        self.numbers.get(side).and_then(|numbers| numbers.get(rule as usize)).copied().unwrap_or(u32::MAX)
    }

    pub(crate) fn state(&self, number: u32) -> State {
        self.rules.get(number as usize).map_or(State::Kept, |known| known.state)
    }

    /// Is this a rule of either side? What such a rule once gave is no discount of before.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.sides.iter().any(|side| side.plan.rule_index(id).is_some())
    }
}

/// All of a rule that can change an amount, names and texts left out.
fn meaning(rule: &Rule) -> String {
    let Rule { id: _, source: _, receipt_text: _, created_at, priority, active, deleted, requirement, reward, limitation, group } =
        rule;
    format!("{:?}", (created_at, priority, active, deleted, requirement, reward, limitation, group))
}

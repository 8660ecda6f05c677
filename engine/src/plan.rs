//! Rules, compiled: checked, in rule order, indexed (§1.2).

use rustc_hash::FxHashMap;

use crate::rule::Rule;

/// A compiled, indexed, immutable set of rules.
#[derive(Debug)]
pub struct Plan {
    rules: Vec<Rule>,
    by_id: FxHashMap<Box<str>, u32>,
    hash: Box<str>,
}

impl Plan {
    /// The rules in rule order (§1.4).
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Position of the rule with this id.
    pub fn rule_index(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// SHA-256 of the canonical JSON of the rules in rule order, lower-case hex (§1.2).
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

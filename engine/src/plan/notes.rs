//! What a Plan notes of rules one by one, before it is known where each stands in rule order.
//!
//! Rules are many and far apart in memory, and rule order goes through them at random: what is to be known of a rule is
//! noted once, as it comes, and put in order afterwards.

use std::sync::Arc;

use super::hash::Hash;
use super::index::{Entries, Index};
use super::{Compiled, Ids, Numbers, Plan, put_in_order};
use crate::rule::Rule;

/// Notes of rules, numbered as they come.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    index: Index,
    entries: Entries,
    compiled: Vec<Compiled>,
    numbers: Numbers,
}

impl Notes {
    /// Makes room for so many rules.
    pub(crate) fn reserve(&mut self, rules: usize) {
        self.index.reserve(rules, &mut self.entries);
        self.compiled.reserve(rules);
    }

    /// Notes the next rule.
    pub(crate) fn note(&mut self, rule: &Rule) {
        let at = self.compiled.len() as u32;
        self.index.enter(at, rule, &mut self.entries);
        self.compiled.push(Compiled::of(rule, &mut self.index, &mut self.numbers));
    }

    /// The Plan of these rules, which are in rule order now: at each place the one that came at `order`; `places` says the
    /// same the other way round.
    pub(super) fn plan(self, rules: Vec<Arc<Rule>>, ids: Ids, hash: Hash, order: Vec<usize>, places: &[u32]) -> Plan {
        let Self { mut index, entries, mut compiled, numbers } = self;
        index.fill(entries, places);
        put_in_order(&mut compiled, order);
        for (compiled, rule) in compiled.iter_mut().zip(&rules) {
            compiled.join(rule, &rules, &ids);
        }
        let clocks = numbers.zones.iter().map(|zone| zone.clocks()).collect();
        let names = index.names() + numbers.len();
        Plan { rules, ids, hash, compiled, index, clocks, numbers, names }
    }
}

//! Rules, compiled: checked, in rule order, indexed (§1.2).

mod index;

use std::cmp::Reverse;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

pub(crate) use index::{Index, NONE, Symbol, SymbolEntry};

use crate::canonical::Forms;
use crate::number::Decimal;
use crate::read::RulesRead;
use crate::rule::{Entry, Rule};
use crate::zone::{Clocks, Zone};

/// A compiled, indexed, immutable set of rules.
///
/// Compiling reports every problem of the rules at once (§19). Evaluating against a Plan costs
/// what the rules that could match cost, not what all its rules would.
#[derive(Debug)]
pub struct Plan {
    rules: Vec<Rule>,
    ids: Ids,
    hash: Box<str>,
    pub(crate) compiled: Vec<Compiled>,
    pub(crate) index: Index,
    /// The clocks of the time zones that rules name.
    pub(crate) clocks: Vec<Clocks>,
}

/// What evaluation needs of a rule beside the rule itself.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) blacklist: Vec<SymbolEntry>,
    pub(crate) values: Vec<(Vec<SymbolEntry>, Decimal)>,
    /// Position in [`Plan::clocks`], when the rule has hours.
    pub(crate) zone: Option<u32>,
    /// Rules that switch this one off; those the Plan does not have cannot.
    pub(crate) deactivated_by: Vec<u32>,
    /// Number of its `stacking.group`, discount and bonus rules counted apart, or [`NONE`].
    pub(crate) group: u32,
}

impl Plan {
    /// Compiles checked rules: sorts them into rule order and indexes them.
    pub(crate) fn new(read: RulesRead) -> Self {
        let RulesRead { mut rules, forms, by_id } = read;
        let order = rule_order(&rules);
        let hash = hash(&order, &forms);
        let ids = Ids::new(by_id, &order);
        put_in_order(&mut rules, order);
        let mut index = Index::new(&rules);
        let mut zones: Vec<Zone> = Vec::new();
        let mut groups: FxHashMap<(&str, bool), u32> = FxHashMap::default();
        let mut compiled = Vec::with_capacity(rules.len());
        for rule in &rules {
            let zone = rule.limitation.hours.as_ref().map(|hours| {
                zones.iter().position(|zone| *zone == hours.zone).unwrap_or_else(|| {
                    zones.push(hours.zone);
                    zones.len() - 1
                }) as u32
            });
            let mut symbols = |entries: &[Entry]| entries.iter().map(|entry| index.symbols(entry)).collect::<Vec<_>>();
            let next = groups.len() as u32;
            let bonus = rule.reward.effect == crate::rule::Effect::Bonus;
            compiled.push(Compiled {
                blacklist: symbols(&rule.limitation.blacklist),
                values: rule.reward.values.iter().map(|value| (symbols(&value.items), value.value)).collect(),
                zone,
                deactivated_by: rule.limitation.deactivated_by.iter().filter_map(|id| ids.get(id)).collect(),
                group: rule.group.as_deref().map_or(NONE, |group| *groups.entry((group, bonus)).or_insert(next)),
            });
        }
        drop(groups);
        let clocks = zones.into_iter().map(Zone::clocks).collect();
        Self { rules, ids, hash, compiled, index, clocks }
    }

    /// The rules in rule order (§1.4).
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Position of the rule with this id.
    pub fn rule_index(&self, id: &str) -> Option<u32> {
        self.ids.get(id)
    }

    /// SHA-256 of the canonical JSON of the rules in rule order, lower-case hex (§1.2, §1.6).
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// Positions of rules by id.
#[derive(Debug)]
struct Ids {
    /// As they were read.
    read: FxHashMap<Arc<str>, u32>,
    /// Of the rule read at each place.
    place: Vec<u32>,
}

impl Ids {
    fn new(read: FxHashMap<Arc<str>, u32>, order: &[usize]) -> Self {
        let mut place = vec![0; order.len()];
        for (at, from) in (0u32..).zip(order) {
            if let Some(place) = place.get_mut(*from) {
                *place = at;
            }
        }
        Self { read, place }
    }

    fn get(&self, id: &str) -> Option<u32> {
        self.read.get(id).and_then(|read| self.place.get(*read as usize)).copied()
    }
}

/// The positions of the rules in rule order (§1.4).
fn rule_order(rules: &[Rule]) -> Vec<usize> {
    // Sorting looks at keys that lie side by side, and at an id elsewhere only when ids begin alike.
    let key = |(at, rule): (usize, &Rule)| (Reverse(rule.priority), rule.created_at, beginning(&rule.id), at);
    let mut order: Vec<_> = rules.iter().enumerate().map(key).collect();
    let id = |at: usize| rules.get(at).map(|rule| &rule.id);
    order.sort_unstable_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)).then_with(|| id(a.3).cmp(&id(b.3))));
    order.into_iter().map(|(.., at)| at).collect()
}

/// The first 16 bytes of a text as a number: what is less here is less as a text.
fn beginning(text: &str) -> u128 {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    u128::from_be_bytes(bytes)
}

/// Puts at each place the rule whose position `order` has there. Rules are large: each moves once.
fn put_in_order(rules: &mut [Rule], mut order: Vec<usize>) {
    for first in 0..order.len() {
        // Round one cycle; a place that is done names itself.
        let mut at = first;
        while let Some(from) = order.get_mut(at).map(|from| std::mem::replace(from, at)) {
            if from == first {
                break;
            }
            rules.swap(at, from);
            at = from;
        }
    }
}

/// SHA-256 of the forms as one JSON list.
fn hash(order: &[usize], forms: &Forms) -> Box<str> {
    let mut sha = Sha256::new();
    sha.update(b"[");
    for (place, at) in order.iter().enumerate() {
        if place > 0 {
            sha.update(b",");
        }
        sha.update(forms.get(*at).as_bytes());
    }
    sha.update(b"]");
    sha.finalize()
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    fn rule(id: &str, priority: usize, day: usize) -> String {
        let created = if day > 0 { format!(r#""created_at": "2024-01-0{day}T08:00:00Z","#) } else { String::new() };
        format!(
            r#"{{"id": {id}, {created} "stacking": {{"priority": {priority}}}, "reward": {{"type": "discount_percent", "value": 5}}}}"#
        )
    }

    #[test]
    fn rules_are_in_rule_order_and_found_by_id() {
        // Ids that begin alike for longer than the keys that are sorted by.
        let ids = ["a", "b", "a\\u0000", "summer-campaign-", "summer-campaign-2", "summer-campaign-10", "é", "summer-campaigm-3"];
        let mut state = 7usize;
        let mut below = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for _ in 0..200 {
            let mut texts: Vec<String> = ids.iter().map(|id| rule(&format!("\"{id}\""), below(2), below(3))).collect();
            for at in 1..texts.len() {
                texts.swap(at, below(at + 1));
            }
            let plan = Plan::from_json(&format!("[{}]", texts.join(","))).unwrap();
            let key = |rule: &Rule| (Reverse(rule.priority), rule.created_at, rule.id.to_string());
            assert!(plan.rules().is_sorted_by_key(key), "{texts:?}");
            for (at, rule) in (0u32..).zip(plan.rules()) {
                assert_eq!(plan.rule_index(&rule.id), Some(at));
                assert!(texts.contains(&rule.source.to_string()));
            }
            assert_eq!(plan.rules().len(), ids.len());
            assert_eq!(plan.rule_index("summer"), None);
            texts.reverse();
            assert_eq!(Plan::from_json(&format!("[{}]", texts.join(",  "))).unwrap().hash(), plan.hash());
        }
    }

    #[test]
    fn what_lies_deep_in_a_rule_is_in_the_hash() {
        let plan = |deep: &str| {
            let rule = rule("\"a\"", 0, 0);
            let note = format!(", \"note\": {}{deep}{}}}]", "[".repeat(199), "]".repeat(199));
            Plan::from_json(&format!("[{}{note}", rule.strip_suffix('}').unwrap())).unwrap()
        };
        assert_ne!(plan("1").hash(), plan("2").hash());
    }
}

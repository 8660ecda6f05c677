//! Rules, compiled: checked, in rule order, indexed (§1.2).

mod change;
mod hash;
mod index;
mod notes;
mod symbols;

use std::cmp::Reverse;
use std::sync::Arc;

use change::Kept;
pub use change::Moved;
use hash::Hash;
pub(crate) use index::{Index, SymbolEntry};
pub(crate) use notes::Notes;
pub(crate) use symbols::{NONE, Symbol, Symbols};
use symbols::{Slots, hash as hash_of};

use crate::number::Decimal;
use crate::read::RulesRead;
use crate::rule::{Effect, Entry, Rule};
use crate::sort::InOrder as _;
use crate::time::Instant;
use crate::zone::{Clocks, Zone};

/// A compiled, indexed, immutable set of rules.
///
/// Compiling reports every problem of the rules at once (§19). Evaluating against a Plan costs
/// what the rules that could match cost, not what all its rules would.
#[derive(Debug)]
pub struct Plan {
    /// A Plan made from this one has most of them too.
    rules: Vec<Arc<Rule>>,
    ids: Ids,
    hash: Hash,
    pub(crate) compiled: Vec<Compiled>,
    pub(crate) index: Index,
    /// The clocks of the time zones that rules name.
    pub(crate) clocks: Vec<Clocks>,
    numbers: Numbers,
    /// How many texts it knew when it was indexed as a whole.
    names: usize,
}

/// What evaluation needs of a rule beside the rule itself.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    /// Most rules have none of it.
    rare: Option<Box<Rare>>,
    /// Position in [`Plan::clocks`] of a rule that has hours, or [`NONE`].
    pub(crate) zone: u32,
    /// Number of its `stacking.group`, discount and bonus rules counted apart, or [`NONE`].
    pub(crate) group: u32,
}

/// What few rules have.
#[derive(Debug, Clone)]
struct Rare {
    blacklist: Box<[SymbolEntry]>,
    values: Box<[(Box<[SymbolEntry]>, Decimal)]>,
    /// Rules that switch this one off; those the Plan does not have cannot.
    deactivated_by: Box<[u32]>,
}

impl Compiled {
    /// Without the rules that switch it off: these may not be known yet.
    fn of(rule: &Rule, index: &mut Index, numbers: &mut Numbers) -> Self {
        let mut symbols = |entries: &[Entry]| entries.iter().map(|entry| index.symbols(entry)).collect();
        let (limitation, values) = (&rule.limitation, &rule.reward.values);
        let has_rare = !(limitation.blacklist.is_empty() && values.is_empty() && limitation.deactivated_by.is_empty());
        Self {
            rare: has_rare.then(|| {
                Box::new(Rare {
                    blacklist: symbols(&limitation.blacklist),
                    values: values.iter().map(|value| (symbols(&value.items), value.value)).collect(),
                    deactivated_by: Box::default(),
                })
            }),
            zone: limitation.hours.as_ref().map_or(NONE, |hours| numbers.zone(hours.zone)),
            group: numbers.group(rule),
        }
    }

    /// Finds the rules that switch this one off among those of its Plan.
    fn join(&mut self, rule: &Rule, rules: &[Arc<Rule>], ids: &Ids) {
        if let Some(rare) = &mut self.rare {
            rare.deactivated_by = ids.deactivating(rule, rules);
        }
    }

    #[inline]
    pub(crate) fn blacklist(&self) -> &[SymbolEntry] {
        self.rare.as_deref().map_or(&[], |rare| &rare.blacklist)
    }

    /// `reward.values`: for which items, and what.
    #[inline]
    pub(crate) fn values(&self) -> &[(Box<[SymbolEntry]>, Decimal)] {
        self.rare.as_deref().map_or(&[], |rare| &rare.values)
    }

    #[inline]
    pub(crate) fn deactivated_by(&self) -> &[u32] {
        self.rare.as_deref().map_or(&[], |rare| &rare.deactivated_by)
    }
}

/// Numbers for what rules name beside items.
#[derive(Debug, Clone, Default)]
struct Numbers {
    zones: Vec<Zone>,
    groups: Symbols,
}

impl Numbers {
    fn zone(&mut self, zone: Zone) -> u32 {
        let known = self.zones.iter().position(|known| *known == zone);
        known.unwrap_or_else(|| {
            self.zones.push(zone);
            self.zones.len() - 1
        }) as u32
    }

    fn group(&mut self, rule: &Rule) -> u32 {
        let bonus = u32::from(rule.reward.effect == Effect::Bonus);
        rule.group.as_deref().map_or(NONE, |group| 2 * self.groups.intern(group) + bonus)
    }

    fn len(&self) -> usize {
        self.zones.len() + self.groups.len()
    }
}

impl Plan {
    /// Compiles checked rules: sorts them into rule order and indexes them.
    pub(crate) fn new(read: RulesRead) -> Self {
        let RulesRead { mut rules, ids, notes } = read;
        let order = rule_order(&rules);
        let mut places = vec![NONE; order.len()];
        for (at, from) in (0u32..).zip(&order) {
            if let Some(place) = places.get_mut(*from) {
                *place = at;
            }
        }
        let ids = Ids::new(ids, &places);
        put_in_order(&mut rules, order.clone());
        notes.plan(rules, ids, Hash::new(), order, &places)
    }

    /// Indexes rules that are in rule order.
    fn indexed(rules: Vec<Arc<Rule>>, ids: Ids, hash: Hash) -> Self {
        let mut notes = Notes::default();
        notes.reserve(rules.len());
        rules.iter().for_each(|rule| notes.note(rule));
        let (order, places): (Vec<usize>, Vec<u32>) = (0..rules.len()).zip(0..).unzip();
        notes.plan(rules, ids, hash, order, &places)
    }

    /// The rules in rule order (§1.4).
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// Position of the rule with this id.
    pub fn rule_index(&self, id: &str) -> Option<u32> {
        self.ids.get(id, &self.rules)
    }

    /// SHA-256 of the canonical JSON of the rules in rule order, lower-case hex (§1.2, §1.6). It is taken when it is
    /// first asked for, also by an answer that names it: of many rules that takes about as long as to read them. Of a
    /// Plan made by [`Plan::with`] it goes on from what is known of the rules before the first that changed.
    pub fn hash(&self) -> &str {
        self.hash.text(&self.rules)
    }
}

/// Positions of rules by id. The ids themselves are the rules'.
#[derive(Debug)]
struct Ids(Slots);

impl Ids {
    /// Of rules whose ids were read in another order: `places` says where each stands.
    fn new(names: Symbols, places: &[u32]) -> Self {
        let mut slots = names.into_slots();
        slots.replace(|from| places.get(from as usize).copied().unwrap_or(NONE));
        Self(slots)
    }

    /// Of a Plan made from another one; of its rules the `fresh` ones (by position) are new.
    fn changed(&self, kept: &Kept, rules: &[Arc<Rule>], fresh: &[u32]) -> Self {
        let mut slots = Slots::with_room(rules.len());
        for (hash, before) in self.0.each() {
            if let Some(now) = kept.place(before) {
                slots.put(hash, now);
            }
        }
        for &at in fresh {
            if let Some(rule) = rules.get(at as usize) {
                slots.put(hash_of(&rule.id), at);
            }
        }
        Self(slots)
    }

    fn get(&self, id: &str, rules: &[Arc<Rule>]) -> Option<u32> {
        let at = self.0.find(hash_of(id), |at| rules.get(at as usize).is_some_and(|rule| *rule.id == *id));
        Some(at).filter(|at| *at != NONE)
    }

    /// The rules that switch a rule off.
    fn deactivating(&self, rule: &Rule, rules: &[Arc<Rule>]) -> Box<[u32]> {
        rule.limitation.deactivated_by.iter().filter_map(|id| self.get(id, rules)).collect()
    }
}

/// What the rule order goes by (§1.4).
fn rule_key(rule: &Rule) -> (Reverse<i64>, Option<Instant>, &str) {
    (Reverse(rule.priority), rule.created_at, &rule.id)
}

/// The positions of the rules in rule order.
fn rule_order(rules: &[Arc<Rule>]) -> Vec<usize> {
    // Sorting looks at keys that lie side by side, and at an id elsewhere only when ids begin alike.
    let key = |(at, rule): (usize, &Arc<Rule>)| {
        let (priority, created_at, id) = rule_key(rule);
        (priority, created_at, beginning(id), at)
    };
    let mut order: Vec<_> = rules.iter().enumerate().map(key).collect();
    let id = |at: usize| rules.get(at).map(|rule| &rule.id);
    order.put_in_order_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)).then_with(|| id(a.3).cmp(&id(b.3))));
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

/// Puts at each place the element whose position `order` has there.
fn put_in_order<T>(list: &mut [T], mut order: Vec<usize>) {
    for first in 0..order.len() {
        // Round one cycle; a place that is done names itself.
        let mut at = first;
        while let Some(from) = order.get_mut(at).map(|from| std::mem::replace(from, at)) {
            if from == first {
                break;
            }
            list.swap(at, from);
            at = from;
        }
    }
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
            let key = |rule: &Arc<Rule>| (Reverse(rule.priority), rule.created_at, rule.id.to_string());
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

//! Rules, compiled: checked, in rule order, indexed (§1.2).

mod index;

use chrono_tz::Tz;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

pub(crate) use index::{Index, NONE, Symbol, SymbolEntry};

use crate::canonical::Forms;
use crate::number::Decimal;
use crate::rule::{Entry, Rule};

/// A compiled, indexed, immutable set of rules.
///
/// Compiling reports every problem of the rules at once (§19). Evaluating against a Plan costs
/// what the rules that could match cost, not what all its rules would.
#[derive(Debug)]
pub struct Plan {
    rules: Vec<Rule>,
    by_id: FxHashMap<Box<str>, u32>,
    hash: Box<str>,
    pub(crate) compiled: Vec<Compiled>,
    pub(crate) index: Index,
    /// The time zones that rules name.
    pub(crate) zones: Vec<Tz>,
}

/// What evaluation needs of a rule beside the rule itself.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) blacklist: Vec<SymbolEntry>,
    pub(crate) values: Vec<(Vec<SymbolEntry>, Decimal)>,
    /// Position in [`Plan::zones`], when the rule has hours.
    pub(crate) zone: Option<u32>,
    /// Rules that switch this one off; those the Plan does not have cannot.
    pub(crate) deactivated_by: Vec<u32>,
    /// Number of its `stacking.group`, discount and bonus rules counted apart, or [`NONE`].
    pub(crate) group: u32,
}

impl Plan {
    /// Compiles checked rules, given with their canonical forms: sorts them into rule order and
    /// indexes them. Ids are unique.
    pub(crate) fn new(mut rules: Vec<Rule>, forms: &Forms) -> Self {
        let order = rule_order(&rules);
        let hash = hash(&order, forms);
        put_in_order(&mut rules, order);
        let by_id: FxHashMap<Box<str>, u32> = (0u32..).zip(&rules).map(|(at, rule)| (rule.id.clone(), at)).collect();
        let mut index = Index::new(&rules);
        let mut zones: Vec<Tz> = Vec::new();
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
                deactivated_by: rule.limitation.deactivated_by.iter().filter_map(|id| by_id.get(id).copied()).collect(),
                group: rule.group.as_deref().map_or(NONE, |group| *groups.entry((group, bonus)).or_insert(next)),
            });
        }
        drop(groups);
        Self { rules, by_id, hash, compiled, index, zones }
    }

    /// The rules in rule order (§1.4).
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Position of the rule with this id.
    pub fn rule_index(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// SHA-256 of the canonical JSON of the rules in rule order, lower-case hex (§1.2, §1.6).
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// The positions of the rules in rule order (§1.4).
fn rule_order(rules: &[Rule]) -> Vec<usize> {
    let mut order: Vec<(usize, &Rule)> = rules.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| {
        b.priority.cmp(&a.priority).then_with(|| a.created_at.cmp(&b.created_at)).then_with(|| a.id.cmp(&b.id))
    });
    order.into_iter().map(|(at, _)| at).collect()
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

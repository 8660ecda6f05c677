//! A Plan made from another one. What a change of a few rules leaves as it is, is shared or copied, not made anew.

use std::sync::Arc;

use super::hash::Hash;
use super::{Compiled, Ids, NONE, Plan, put_in_order, rule_key, rule_order};
use crate::error::Problem;
use crate::read;
use crate::rule::Rule;
use crate::sort::InOrder as _;

/// A Plan is compiled as a whole once most of the texts that it knows are those of rules that are gone, and more
/// than so many.
const MOST_WORN: usize = 1_024;

/// Where rules of one Plan stand in another one that was made from it.
#[derive(Debug, Clone)]
pub struct Moved(Vec<u32>);

impl Moved {
    /// The position now of the rule that was at this one; `None` when it is gone.
    pub fn place(&self, before: u32) -> Option<u32> {
        place(&self.0, before)
    }
}

/// The same for rules that are what they were: what was replaced is gone here.
#[derive(Debug)]
pub(super) struct Kept(Vec<u32>);

impl Kept {
    pub(super) fn place(&self, before: u32) -> Option<u32> {
        place(&self.0, before)
    }
}

fn place(places: &[u32], before: u32) -> Option<u32> {
    places.get(before as usize).copied().filter(|place| *place != NONE)
}

impl Plan {
    /// This Plan with these rules, a JSON array, in place of those with their ids, and without the rules of the
    /// ids `without`; and where its other rules stand now. It is equal to the Plan compiled of all those rules, and
    /// costs much less when few of many change. Ids that the Plan does not have are passed over.
    ///
    /// ```
    /// use rabatt_engine::Plan;
    /// let rule = |id: &str, percent: u8| {
    ///     format!(r#"{{"id": "{id}", "reward": {{"type": "discount_percent", "value": {percent}}}}}"#)
    /// };
    /// let plan = Plan::from_json(&format!("[{}, {}, {}]", rule("a", 1), rule("b", 2), rule("c", 3)))?;
    /// let (changed, moved) = plan.with(&format!("[{}]", rule("c", 4)), &["a"])?;
    /// let anew = Plan::from_json(&format!("[{}, {}]", rule("b", 2), rule("c", 4)))?;
    /// assert_eq!(changed.hash(), anew.hash());
    /// assert_eq!((moved.place(0), moved.place(2)), (None, Some(1)));
    /// # Ok::<(), Vec<rabatt_engine::Problem>>(())
    /// ```
    ///
    /// # Errors
    /// Every problem of the new rules at once (§19), with pointers into their array.
    pub fn with(&self, rules: &str, without: &[&str]) -> Result<(Self, Moved), Vec<Problem>> {
        let mut new = read::rules(rules, "")?.rules;
        let order = rule_order(&new);
        put_in_order(&mut new, order);
        let Merged { rules, kept, fresh, same } = self.merge(new, without);
        let hash = self.hash.changed(same);
        let ids = self.ids.changed(&kept, &rules, &fresh);
        let mut moved = kept.0.clone();
        for (&now, rule) in fresh.iter().filter_map(|at| Some((at, rules.get(*at as usize)?))) {
            if let Some(moved) = self.rule_index(&rule.id).and_then(|before| moved.get_mut(before as usize)) {
                *moved = now;
            }
        }
        let plan = self.reindexed(rules, ids, hash, &kept, &fresh);
        Ok((plan, Moved(moved)))
    }

    /// Puts new rules, which are in rule order, between those that stay.
    fn merge(&self, new: Vec<Arc<Rule>>, without: &[&str]) -> Merged {
        let replaced = new.iter().map(|rule| &*rule.id);
        let mut gone: Vec<u32> = without.iter().copied().chain(replaced).filter_map(|id| self.rule_index(id)).collect();
        gone.put_in_order();
        gone.dedup();
        let mut rules: Vec<Arc<Rule>> = Vec::with_capacity(self.rules.len() + new.len());
        let mut kept = vec![NONE; self.rules.len()];
        let mut fresh: Vec<u32> = Vec::with_capacity(new.len());
        // Looking for the few places touches fewer rules than comparing all of them with what comes next.
        let place = |rule: &Arc<Rule>| self.rules.partition_point(|other| rule_key(other) < rule_key(rule));
        let mut new = new.into_iter().map(|rule| (place(&rule), rule)).peekable();
        let mut going = gone.iter().peekable();
        for (at, (rule, kept)) in self.rules.iter().zip(&mut kept).enumerate() {
            while let Some((_, rule)) = new.next_if(|(place, _)| *place <= at) {
                fresh.push(rules.len() as u32);
                rules.push(rule);
            }
            if going.next_if_eq(&&(at as u32)).is_none() {
                *kept = rules.len() as u32;
                rules.push(Arc::clone(rule));
            }
        }
        for (_, rule) in new {
            fresh.push(rules.len() as u32);
            rules.push(rule);
        }
        let same = gone.first().into_iter().chain(fresh.first()).min().map_or(rules.len(), |first| *first as usize);
        Merged { rules, kept: Kept(kept), fresh, same }
    }

    fn reindexed(&self, rules: Vec<Arc<Rule>>, ids: Ids, hash: Hash, kept: &Kept, fresh: &[u32]) -> Self {
        let mut index = self.index.changed(kept, &rules, fresh);
        let mut numbers = self.numbers.clone();
        if index.names() + numbers.len() > 2 * self.names + MOST_WORN {
            return Self::indexed(rules, ids, hash);
        }
        let mut compiled: Vec<Compiled> = Vec::with_capacity(rules.len());
        let mut fresh = fresh.iter().peekable();
        let mut before = self.compiled.iter().zip(&kept.0).filter(|(_, place)| **place != NONE);
        for (at, rule) in (0u32..).zip(&rules) {
            let known = if fresh.next_if_eq(&&at).is_some() { None } else { before.next() };
            let mut one = match known {
                Some((compiled, _)) => compiled.clone(),
                None => Compiled::of(rule, &mut index, &mut numbers),
            };
            one.join(rule, &rules, &ids);
            compiled.push(one);
        }
        let clocks = self.clocks.iter().cloned().chain(numbers.zones.iter().skip(self.clocks.len()).map(|zone| zone.clocks()));
        Self { clocks: clocks.collect(), rules, ids, hash, compiled, index, numbers, names: self.names }
    }
}

/// Rules of which some are new.
struct Merged {
    /// In rule order.
    rules: Vec<Arc<Rule>>,
    kept: Kept,
    /// Positions of those that are new.
    fresh: Vec<u32>,
    /// How many of the first are those of the Plan before.
    same: usize,
}

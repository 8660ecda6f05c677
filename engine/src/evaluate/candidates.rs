//! Which rules to look at, and on which lines: from the Plan's index (§6.1, §6.2).

use super::cart::Cart;
use crate::plan::{NONE, Plan};
use crate::receipt::Receipt;
use crate::rule::Rule;

/// Rules that could take part, with the lines their entries match. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Candidates {
    pub(crate) list: Vec<Candidate>,
    hits: Vec<Hit>,
    /// Per rule of the Plan: the evaluation that last met it, and its candidate then.
    seen: Vec<(u32, u32)>,
    epoch: u32,
}

/// One rule to look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate {
    pub(crate) rule: u32,
    head: u32,
    tail: u32,
}

/// One line that matches an entry of the candidate; by line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    pub(crate) line: u32,
    /// 0 for `item.items`, 1 + m for mix m.
    pub(crate) slot: u32,
    next: u32,
}

impl Candidates {
    /// Finds the candidates. `every`: all rules of the Plan, whatever the receipt (for explain).
    pub(crate) fn find(&mut self, plan: &Plan, receipt: &Receipt<'_>, cart: &Cart, every: bool) {
        self.list.clear();
        self.hits.clear();
        if self.seen.len() < plan.rules().len() {
            self.seen.resize(plan.rules().len(), (0, 0));
        }
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            self.seen.fill((0, 0));
            self.epoch = 1;
        }
        let index = &plan.index;
        for &at in &cart.eligible {
            let line = cart.line(at);
            for posting in index.with_id(cart.id(&line)) {
                if posting.group == NONE || cart.groups(&line).contains(&posting.group) {
                    self.hit(plan, receipt, every, posting.rule, at, posting.slot);
                }
            }
            for &group in cart.groups(&line) {
                for posting in index.with_group(group) {
                    self.hit(plan, receipt, every, posting.rule, at, posting.slot);
                }
            }
        }
        if every {
            for rule in 0..plan.rules().len() as u32 {
                self.meet(rule);
            }
        } else {
            self.find_wide(plan, receipt, cart);
        }
        self.list.sort_unstable_by_key(|candidate| candidate.rule);
    }

    /// Rules that match every line: by threshold, store and code.
    fn find_wide(&mut self, plan: &Plan, receipt: &Receipt<'_>, cart: &Cart) {
        let index = &plan.index;
        for &(threshold, rule) in &index.wide {
            if threshold > 0 && threshold > cart.threshold_gross {
                break;
            }
            self.meet_live(plan, receipt, rule);
        }
        if !index.stores.is_empty() {
            let id = receipt.store.member("id");
            let ids = if let crate::value::Value::List(ids) = id { ids.as_slice() } else { std::slice::from_ref(id) };
            for id in ids.iter().filter_map(|id| id.as_text()) {
                for rule in index.stores.with(id) {
                    self.meet_live(plan, receipt, rule);
                }
            }
        }
        if !index.codes.is_empty() {
            for code in &receipt.discount_codes {
                for rule in index.codes.with(code) {
                    self.meet_live(plan, receipt, rule);
                }
            }
            for id in receipt.items.iter().filter_map(|item| item.id.as_deref()) {
                for rule in index.code_items.with(id) {
                    self.meet_live(plan, receipt, rule);
                }
            }
        }
    }

    fn meet_live(&mut self, plan: &Plan, receipt: &Receipt<'_>, rule: u32) {
        if plan.rules().get(rule as usize).is_some_and(|rule| is_live(rule, receipt)) {
            self.meet(rule);
        }
    }

    /// The candidate of a rule, made when it is new.
    fn meet(&mut self, rule: u32) -> u32 {
        let Some(seen) = self.seen.get_mut(rule as usize) else { return NONE };
        if seen.0 != self.epoch {
            *seen = (self.epoch, self.list.len() as u32);
            self.list.push(Candidate { rule, head: NONE, tail: NONE });
        }
        seen.1
    }

    #[inline]
    fn hit(&mut self, plan: &Plan, receipt: &Receipt<'_>, every: bool, rule: u32, line: u32, slot: u32) {
        let Some(seen) = self.seen.get_mut(rule as usize) else { return };
        if seen.0 != self.epoch {
            // A rule that is not live is met once and then passed over.
            let live = every || plan.rules().get(rule as usize).is_some_and(|rule| is_live(rule, receipt));
            *seen = (self.epoch, if live { self.list.len() as u32 } else { NONE });
            if live {
                self.list.push(Candidate { rule, head: NONE, tail: NONE });
            }
        }
        let Some(candidate) = self.list.get_mut(seen.1 as usize) else { return };
        let new = self.hits.len() as u32;
        let last = self.hits.get_mut(candidate.tail as usize);
        if last.as_ref().is_some_and(|last| last.line == line && last.slot == slot) {
            return; // the line's id and group both match
        }
        match last {
            Some(last) => last.next = new,
            None => candidate.head = new,
        }
        candidate.tail = new;
        self.hits.push(Hit { line, slot, next: NONE });
    }

    /// The candidate's hits, by line. The same line and slot may come twice when the rule has mixes.
    pub(crate) fn hits(&self, candidate: &Candidate) -> impl Iterator<Item = Hit> {
        let mut at = candidate.head;
        std::iter::from_fn(move || {
            let hit = *self.hits.get(at as usize)?;
            at = hit.next;
            Some(hit)
        })
    }
}

/// §4.1: switched on, and the purchase is inside the window.
pub(crate) fn is_live(rule: &Rule, receipt: &Receipt<'_>) -> bool {
    let requirement = &rule.requirement;
    rule.active
        && !rule.deleted
        && requirement.purchase_from.is_none_or(|from| from <= receipt.purchase_at)
        && requirement.purchase_to.is_none_or(|to| receipt.purchase_at < to)
}

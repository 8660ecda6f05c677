//! §7.3, §11, §12, §20: which rewards stand together, in what order, and what they come to.
//!
//! Where §8.4 leaves the last tie open there are several right results, so everything here works
//! on lists of them.

use std::cell::Cell;

use super::adders;
use super::deals::{self, Given};
use super::input::{Kind, Ref, Rule};
use super::lines::Line;
use super::matching::fulfilments;
use super::number::{Money, evenly, share};
use super::stamps;

/// So many results in all are followed, and no more.
const MOST_RESULTS: usize = 300;

/// A rule that is live, available and meets its requirements.
#[derive(Debug, Clone)]
pub(crate) struct Taker {
    /// Its place in rule order.
    pub(crate) place: usize,
    pub(crate) rule: Rule,
    /// Its available refs, in order, at least one.
    pub(crate) refs: Vec<Ref>,
}

/// What one ref of one rule gave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Award {
    /// The rule's place in rule order, and the place of the ref among its available refs.
    pub(crate) rule: usize,
    pub(crate) r: usize,
    /// Per line, discount or bonus.
    pub(crate) lines: Vec<Money>,
    /// Rewards really given, for §13.3.
    pub(crate) rewards: Money,
}

impl Award {
    pub(crate) fn total(&self) -> Money {
        self.lines.iter().sum()
    }
}

/// A result so far: what is left of each line, and what was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Branch {
    left: Vec<Money>,
    awards: Vec<Award>,
}

impl Branch {
    fn total(&self) -> Money {
        self.awards.iter().map(Award::total).sum()
    }

    fn take(&mut self, awards: Vec<Award>) {
        for award in awards {
            for (left, amount) in self.left.iter_mut().zip(&award.lines) {
                *left -= amount;
            }
            self.awards.push(award);
        }
    }
}

/// A rule that stood back, for whom, and by how much (§17).
#[derive(Debug, Clone)]
pub(crate) struct Lost {
    pub(crate) rule: usize,
    pub(crate) to: Option<usize>,
    pub(crate) by: Money,
}

/// One right result of the whole evaluation.
#[derive(Debug, Clone)]
pub(crate) struct Verdicts {
    pub(crate) discounts: Vec<Award>,
    pub(crate) bonuses: Vec<Award>,
    pub(crate) lost: Vec<Lost>,
}

/// The lines, and whether some list of equally right results was cut short.
pub(crate) struct World<'a> {
    pub(crate) lines: &'a [Line],
    pub(crate) capped: Cell<bool>,
}

/// §7.3, §11: evaluates everything that takes part.
pub(crate) fn evaluate(world: &World, takers: &[Taker]) -> Vec<Verdicts> {
    let (takers, group_lost) = one_of_each_group(world, takers);
    let (bonus, discount): (Vec<&Taker>, Vec<&Taker>) = takers.into_iter().partition(|t| t.rule.bonus);
    let mut results = Vec::new();
    for (branch, lost) in discounts(world, &discount) {
        for (bonuses, bonus_lost) in bonuses(world, &bonus, &branch.left) {
            let lost = [group_lost.clone(), lost.clone(), bonus_lost].concat();
            results.push(Verdicts { discounts: branch.awards.clone(), bonuses, lost });
            if results.len() > MOST_RESULTS {
                world.capped.set(true);
                return results;
            }
        }
    }
    results
}

/// §20: of the rules of one group the one that gives most alone; bonus and discount apart.
fn one_of_each_group<'a>(world: &World, takers: &'a [Taker]) -> (Vec<&'a Taker>, Vec<Lost>) {
    let mut lost = Vec::new();
    let mut kept: Vec<&Taker> = Vec::new();
    for taker in takers {
        let rivals: Vec<&Taker> = takers
            .iter()
            .filter(|t| taker.rule.group.is_some() && t.rule.group == taker.rule.group && t.rule.bonus == taker.rule.bonus)
            .collect();
        let worth = |t: &Taker| total(&alone(world, t));
        // max_by_key would keep the last of equals; rule order wants the first.
        let mut best = taker;
        for (i, &rival) in rivals.iter().enumerate() {
            if i == 0 || worth(rival) > worth(best) {
                best = rival;
            }
        }
        if best.place == taker.place {
            kept.push(taker);
        } else {
            lost.push(Lost { rule: taker.place, to: Some(best.place), by: worth(best) - worth(taker) });
        }
    }
    (kept, lost)
}

fn total(alternatives: &[Vec<Award>]) -> Money {
    alternatives.first().map_or(0, |awards| awards.iter().map(Award::total).sum())
}

/// The rule by itself on this receipt; a combination-0 rule through its first ref (§11.2).
fn alone(world: &World, taker: &Taker) -> Vec<Vec<Award>> {
    let left: Vec<Money> = world.lines.iter().map(|l| if l.counts { l.net() } else { 0 }).collect();
    let refs = if taker.rule.alone { &taker.refs[..1] } else { &taker.refs[..] };
    one_rule(world, taker, refs, &left, &vec![true; left.len()])
}

/// One rule on the free lines, of which so much is left.
fn one_rule(world: &World, taker: &Taker, refs: &[Ref], left: &[Money], free: &[bool]) -> Vec<Vec<Award>> {
    if !taker.rule.is_deal() {
        return vec![adder(world, taker, refs, left, free)];
    }
    let shares: Vec<Vec<Money>> = world.lines.iter().zip(left).map(|(l, &n)| evenly(n, l.prices.len())).collect();
    let classes = deals::classes(world.lines, &shares);
    let deal = deals::deal(&taker.rule, world.lines, &classes, free, refs);
    let (found, capped) = deals::assignments(&[deal], &classes, world.lines.len());
    if capped {
        world.capped.set(true);
    }
    found.into_iter().map(|given| given.first().map_or(Vec::new(), |g| deal_awards(taker, g))).collect()
}

/// §8 to awards: the first ref gets everything, except where each ref rewards one unit.
fn deal_awards(taker: &Taker, given: &Given) -> Vec<Award> {
    let mut awards = Vec::new();
    if given.rewards.is_empty() {
        awards.push(Award { rule: taker.place, r: 0, lines: given.lines.clone(), rewards: count(given.count) });
    } else {
        for (r, &(_, _, line, amount)) in given.rewards.iter().enumerate() {
            let mut lines = vec![0; given.lines.len()];
            lines[line] = amount;
            awards.push(Award { rule: taker.place, r, lines, rewards: 1 });
        }
    }
    cut(&taker.rule, awards)
}

/// §9 and §14 with §4.4: amounts and debits repeat per ref; a percentage and a rule with stamps
/// use the first ref only; L counts over all refs.
fn adder(world: &World, taker: &Taker, refs: &[Ref], left: &[Money], free: &[bool]) -> Vec<Award> {
    let rule = &taker.rule;
    let f = fulfilments(rule, world.lines, free);
    let repeats = matches!(rule.kind, Kind::Amount | Kind::Debit) && rule.stamp.is_none();
    // Only the first ref of a limited item rule finds units: it leaves fewer than q, or no rewards.
    let by_units = rule.kind == Kind::Amount && !rule.is_receipt_rule() && rule.is_limited();
    let refs = if repeats && !by_units { refs } else { &refs[..1] };
    let mut still = left.to_vec();
    let mut limit = rule.reward_usage;
    let mut awards = Vec::new();
    for (r, reference) in refs.iter().enumerate() {
        let rewards = stamps::rewards(rule, f, reference, limit);
        if rewards <= 0 {
            continue;
        }
        let (lines, used) = if rule.kind == Kind::Debit {
            (adders::debit(rule, world.lines, balance(rule, reference), &still), 1)
        } else {
            let given = adders::give(rule, world.lines, free, rewards, &still);
            let used = adders::rewards_given(rule, world.lines, free, rewards, &given);
            (given, used)
        };
        if !rule.bonus {
            for (still, amount) in still.iter_mut().zip(&lines) {
                *still -= amount;
            }
        }
        limit = limit.map(|l| l - if rule.kind == Kind::Debit && lines.iter().all(|&a| a == 0) { 0 } else { used });
        awards.push(Award { rule: taker.place, r, lines, rewards: used });
    }
    cut(rule, awards)
}

/// §1.3, §14: the balance before this purchase.
pub(crate) fn balance(rule: &Rule, r: &Ref) -> Money {
    r.debit_balance.unwrap_or_else(|| super::number::round(&rule.value))
}

/// §20 `max_discount_amount`: over all refs; line amounts by §10, handed to the refs in order.
/// What gives nothing is no reward (§13.3).
fn cut(rule: &Rule, mut awards: Vec<Award>) -> Vec<Award> {
    let n = awards.first().map_or(0, |a| a.lines.len());
    let lines: Vec<Money> = (0..n).map(|l| awards.iter().map(|a| a.lines[l]).sum()).collect();
    if let Some(most) = rule.max_amount
        && lines.iter().sum::<Money>() > most
    {
        let mut rest = share(most, &lines, &lines);
        for award in &mut awards {
            for (amount, rest) in award.lines.iter_mut().zip(&mut rest) {
                *amount = (*amount).min(*rest);
                *rest -= *amount;
            }
        }
    }
    awards.retain(|a| a.total() > 0);
    awards
}

/// §11.2: everything that combines together, or one combination-0 rule alone; then debits.
fn discounts(world: &World, takers: &[&Taker]) -> Vec<(Branch, Vec<Lost>)> {
    let (debits, others): (Vec<&Taker>, Vec<&Taker>) = takers.iter().partition(|t| t.rule.kind == Kind::Debit);
    let (singles, joint): (Vec<&Taker>, Vec<&Taker>) = others.into_iter().partition(|t| t.rule.alone);
    let mut results: Vec<(Branch, Vec<Lost>)> = Vec::new();
    for branch in together(world, &joint) {
        let mut winner: Option<&Taker> = None;
        let mut most = branch.total();
        for &single in &singles {
            let worth = total(&alone(world, single));
            if worth > most {
                (winner, most) = (Some(single), worth);
            }
        }
        let mut lost: Vec<Lost> = singles
            .iter()
            .filter(|s| winner.is_none_or(|w| w.place != s.place))
            .map(|s| Lost { rule: s.place, to: winner.map(|w| w.place), by: most - total(&alone(world, s)) })
            .collect();
        if let Some(winner) = winner {
            for &loser in joint.iter().chain(&debits) {
                lost.push(Lost { rule: loser.place, to: Some(winner.place), by: most - branch.total() });
            }
            for awards in alone(world, winner) {
                let mut stands = start(world);
                stands.take(awards);
                results.push((stands, lost.clone()));
            }
        } else {
            results.push((with_debits(world, branch, &debits), lost));
        }
    }
    results.sort_by(|a, b| a.0.cmp(&b.0));
    results.dedup_by(|a, b| a.0 == b.0);
    results
}

fn start(world: &World) -> Branch {
    Branch { left: world.lines.iter().map(|l| if l.counts { l.net() } else { 0 }).collect(), awards: Vec::new() }
}

/// §14, and the debits of §11.2.
fn with_debits(world: &World, mut branch: Branch, debits: &[&Taker]) -> Branch {
    let free = vec![true; world.lines.len()];
    let in_order = |alone: bool| {
        [false, true]
            .into_iter()
            .flat_map(move |receipt| debits.iter().filter(move |t| t.rule.alone == alone && t.rule.is_receipt_rule() == receipt))
    };
    for taker in in_order(false) {
        let awards = adder(world, taker, &taker.refs, &branch.left, &free);
        branch.take(awards);
    }
    for taker in in_order(true) {
        if branch.total() == 0 {
            let awards = adder(world, taker, &taker.refs[..1], &branch.left, &free);
            branch.take(awards);
        }
    }
    branch
}

/// Candidate P of §11.2, stage by stage (§7.3).
fn together(world: &World, takers: &[&Taker]) -> Vec<Branch> {
    let (any_item, rest): (Vec<&Taker>, Vec<&Taker>) = takers.iter().partition(|t| t.rule.is_any_item());
    let (deals, adders): (Vec<&Taker>, Vec<&Taker>) = rest.into_iter().partition(|t| t.rule.is_deal());
    let (receipt, item): (Vec<&Taker>, Vec<&Taker>) = adders.into_iter().partition(|t| t.rule.is_receipt_rule());

    let mut branches = all_deals(world, &deals);
    for branch in &mut branches {
        add(world, branch, &item);
    }
    let mut finished = Vec::new();
    for branch in branches {
        let places = item_rule_places(takers);
        let free: Vec<bool> =
            (0..branch.left.len()).map(|l| !branch.awards.iter().any(|a| places.contains(&a.rule) && a.lines[l] > 0)).collect();
        any_items(world, branch, &any_item, free, &mut finished);
    }
    for branch in &mut finished {
        add(world, branch, &receipt);
    }
    finished
}

/// Rules that keep `ANY_ITEM` rules off a line: the item rules (§11.3).
fn item_rule_places(takers: &[&Taker]) -> Vec<usize> {
    takers.iter().filter(|t| !t.rule.is_receipt_rule()).map(|t| t.place).collect()
}

/// §8: all deals at once.
fn all_deals(world: &World, takers: &[&Taker]) -> Vec<Branch> {
    let begin = start(world);
    let shares: Vec<Vec<Money>> = world.lines.iter().zip(&begin.left).map(|(l, &n)| evenly(n, l.prices.len())).collect();
    let classes = deals::classes(world.lines, &shares);
    let free = vec![true; world.lines.len()];
    let all: Vec<deals::Deal> = takers.iter().map(|t| deals::deal(&t.rule, world.lines, &classes, &free, &t.refs)).collect();
    let (found, capped) = deals::assignments(&all, &classes, world.lines.len());
    if capped {
        world.capped.set(true);
    }
    found
        .into_iter()
        .map(|outcome| {
            let mut branch = begin.clone();
            for (taker, given) in takers.iter().zip(&outcome) {
                branch.take(deal_awards(taker, given));
            }
            branch
        })
        .collect()
}

/// §9: base gross before base net, then rule order.
fn add(world: &World, branch: &mut Branch, takers: &[&Taker]) {
    let free = vec![true; world.lines.len()];
    for net in [false, true] {
        for taker in takers.iter().filter(|t| t.rule.net_base == net) {
            let awards = adder(world, taker, &taker.refs, &branch.left, &free);
            branch.take(awards);
        }
    }
}

/// §11.3: the `ANY_ITEM` rule that gives most on the free lines, then again on what is free.
fn any_items(world: &World, branch: Branch, takers: &[&Taker], free: Vec<bool>, finished: &mut Vec<Branch>) {
    let mut best: Option<(usize, Vec<Vec<Award>>)> = None;
    for (i, taker) in takers.iter().enumerate() {
        let given = one_rule(world, taker, &taker.refs, &branch.left, &free);
        if total(&given) > best.as_ref().map_or(0, |(_, b)| total(b)) {
            best = Some((i, given));
        }
    }
    let Some((i, alternatives)) = best else {
        finished.push(branch);
        if finished.len() > MOST_RESULTS {
            world.capped.set(true);
        }
        return;
    };
    let mut rest = takers.to_vec();
    rest.remove(i);
    for awards in alternatives {
        if finished.len() > MOST_RESULTS {
            return;
        }
        let mut free = free.clone();
        for (l, free) in free.iter_mut().enumerate() {
            *free = *free && awards.iter().all(|a| a.lines[l] == 0);
        }
        let mut next = branch.clone();
        next.take(awards);
        any_items(world, next, &rest, free, finished);
    }
}

/// §12: every bonus rule by itself, or one combination-0 bonus rule (§11.2).
fn bonuses(world: &World, takers: &[&Taker], left: &[Money]) -> Vec<(Vec<Award>, Vec<Lost>)> {
    let (singles, joint): (Vec<&Taker>, Vec<&Taker>) = takers.iter().partition(|t| t.rule.alone);
    let existing = start(world).left;
    let free = vec![true; left.len()];
    let given = |t: &Taker| {
        let refs = if t.rule.alone { &t.refs[..1] } else { &t.refs[..] };
        one_rule(world, t, refs, if t.rule.net_base { left } else { &existing }, &free)
    };
    let mut results: Vec<Vec<Award>> = vec![Vec::new()];
    for &taker in &joint {
        let alternatives = given(taker);
        results = results.into_iter().flat_map(|r| alternatives.iter().map(move |a| [r.clone(), a.clone()].concat())).collect();
        if results.len() > MOST_RESULTS {
            world.capped.set(true);
            results.truncate(MOST_RESULTS);
        }
    }
    let mut winner: Option<&Taker> = None;
    let joint_total = total(&results);
    let mut most = joint_total;
    for &single in &singles {
        let worth = total(&given(single));
        if worth > most {
            (winner, most) = (Some(single), worth);
        }
    }
    let mut lost: Vec<Lost> = singles
        .iter()
        .filter(|s| winner.is_none_or(|w| w.place != s.place))
        .map(|s| Lost { rule: s.place, to: winner.map(|w| w.place), by: most - total(&given(s)) })
        .collect();
    if let Some(winner) = winner {
        lost.extend(joint.iter().map(|t| Lost { rule: t.place, to: Some(winner.place), by: most - joint_total }));
        results = given(winner);
    }
    results.into_iter().map(|awards| (awards, lost.clone())).collect()
}

fn count(n: usize) -> Money {
    Money::try_from(n).unwrap_or(0)
}

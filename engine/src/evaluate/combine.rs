//! What stands together (§7.3, §11, §12, §20): the stages of one scenario, and which scenario wins.

use super::adders::{self, Buffers};
use super::cart::Cart;
use super::parts::{Part, Parts};
use super::scenario::Scenario;
use super::units::{DealBuffers, deals};
use super::{Fault, Input};
use crate::plan::NONE;
use crate::rule::{Base, Effect, RewardKind, Rule};

/// Buffers of combining. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Combiner {
    adders: Buffers,
    pub(super) deals: DealBuffers,
    /// Parts that stand together, copied, since `ANY_ITEM` rules add to the lists of all parts.
    members: Vec<(u32, Part)>,
    any_item: Vec<u32>,
    free: Vec<bool>,
    start: Vec<i64>,
    /// Where the best of a group is not proven: at most so much more could be had by another one.
    pub(super) open_groups: i64,
    /// The scenario at trial, and the best `ANY_ITEM` choice so far.
    trial: Scenario,
    round: Scenario,
    round_best: Scenario,
}

/// Which of the discount scenarios won, and what it beat.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Contest {
    /// The winning combination-0 part, or `None` when everything that combines stands together.
    pub(crate) alone: Option<u32>,
    /// Total of everything that combines.
    pub(crate) together: i64,
    /// Was there a contest at all?
    pub(crate) held: bool,
}

fn is_debit(rule: &Rule) -> bool {
    rule.reward.kind == RewardKind::Debit
}

pub(crate) fn is_bonus(rule: &Rule) -> bool {
    rule.reward.effect == Effect::Bonus
}

impl Combiner {
    /// Of the rules of one group only the best takes part (§20).
    pub(crate) fn settle_groups(&mut self, input: &Input<'_>, cart: &Cart, parts: &mut Parts) -> Result<(), Fault> {
        self.open_groups = 0;
        if parts.list.iter().all(|part| input.compiled(part.rule).group == NONE) {
            return Ok(());
        }
        for first in 0..parts.list.len() {
            let Some(group) = parts.list.get(first).map(|part| input.compiled(part.rule).group) else { continue };
            let seen = |part: &Part| input.compiled(part.rule).group == group;
            if group == NONE || parts.list.iter().take(first).any(seen) || !parts.list.iter().skip(first + 1).any(seen) {
                continue;
            }
            let mut best: Option<(i64, usize, i64)> = None;
            // The most that those before the best, and after it, could give whose totals are not proven.
            let (mut before, mut after) = (0i64, 0i64);
            for at in first..parts.list.len() {
                let Some(part) = parts.list.get(at).copied().filter(seen) else { continue };
                let (total, gap) = self.alone_within(input, cart, parts, (at as u32, &part))?;
                let reach = if gap > 0 { total.saturating_add(gap) } else { 0 };
                match best {
                    Some((most, ..)) if total <= most => after = after.max(reach),
                    _ => {
                        before = before.max(after).max(best.map_or(0, |(.., reach)| reach));
                        after = 0;
                        best = Some((total, at, reach));
                    }
                }
            }
            // Another one may be the best: of equal totals the earlier. What it would leave to others may differ too, so all that
            // it could give counts.
            if best.is_some_and(|(most, ..)| after > most || before > 0 && before >= most) {
                self.open_groups = self.open_groups.saturating_add(before.max(after));
            }
            for (at, part) in parts.list.iter_mut().enumerate().skip(first) {
                part.stands_back |= seen(part) && best.is_some_and(|(_, winner, _)| winner != at);
            }
        }
        Ok(())
    }

    /// What one part gives on this receipt when nothing else does, debits included.
    pub(crate) fn alone(&mut self, input: &Input<'_>, cart: &Cart, parts: &mut Parts, one: (u32, &Part)) -> Result<i64, Fault> {
        self.alone_within(input, cart, parts, one).map(|(total, _)| total)
    }

    /// The same, and how much more it could be where that is not proven.
    fn alone_within(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        parts: &mut Parts,
        one: (u32, &Part),
    ) -> Result<(i64, i64), Fault> {
        let rule = input.rule(one.1.rule);
        let mut trial = std::mem::take(&mut self.trial);
        trial.start(cart.lines.iter().map(|line| line.net));
        let first_ref_only = rule.limitation.alone;
        let done = if is_bonus(rule) {
            self.bonus(input, cart, parts, &mut trial, None, one, first_ref_only)
        } else if is_debit(rule) {
            let refs = if first_ref_only { 1 } else { usize::MAX };
            adders::debit(input, parts, &mut self.adders, &mut trial, one, refs);
            Ok(())
        } else {
            self.stages(input, cart, parts, &mut trial, &[(one.0, *one.1)], first_ref_only)
        };
        let found = (trial.sum(), trial.gap);
        self.trial = trial;
        done.map(|()| found)
    }

    /// All discounts of the purchase: the best of "everything that combines" and each
    /// combination-0 rule alone (§11.2), then debits (§14).
    pub(crate) fn discounts(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        parts: &mut Parts,
        best: &mut Scenario,
    ) -> Result<Contest, Fault> {
        let mut contest = Contest::default();
        let discount = |part: &Part| !part.stands_back && !part.role.bonus;
        let alone = |part: &Part| part.role.alone;
        let debit = |part: &Part| part.role.debit;
        let count = parts.list.len() as u32;
        best.start(cart.lines.iter().map(|line| line.net));
        self.members.clear();
        self.members.extend(
            (0..count).zip(parts.list.iter().copied()).filter(|(_, part)| discount(part) && !alone(part) && !debit(part)),
        );
        let members = std::mem::take(&mut self.members);
        let done = self.stages(input, cart, parts, best, &members, false);
        self.members = members;
        done?;
        contest.together = best.total;
        let mut bound = best.total.saturating_add(best.gap);
        for at in 0..count {
            let Some(part) = parts.list.get(at as usize).filter(|part| discount(part) && alone(part)).copied() else { continue };
            contest.held = true;
            if debit(&part) {
                continue;
            }
            let mut trial = std::mem::take(&mut self.trial);
            trial.start(cart.lines.iter().map(|line| line.net));
            let done = self.stages(input, cart, parts, &mut trial, &[(at, part)], true);
            bound = bound.max(trial.total.saturating_add(trial.gap));
            if done.is_ok() && trial.total > best.total {
                std::mem::swap(best, &mut trial);
                contest.alone = Some(at);
            }
            self.trial = trial;
            done?;
        }
        best.gap = bound - best.total;
        if contest.alone.is_some() {
            return Ok(contest);
        }
        // Debits: item rules before receipt rules, each in rule order (§14).
        for receipt_rules in [false, true] {
            for (at, part) in (0u32..).zip(&parts.list).filter(|(_, part)| debit(part)) {
                if discount(part) && !alone(part) && part.role.receipt_rule == receipt_rules {
                    adders::debit(input, parts, &mut self.adders, best, (at, part), usize::MAX);
                }
            }
        }
        if contest.held && best.awards.is_empty() {
            // Nothing else gives a discount: a combination-0 debit may, the first that pays (§14's order).
            for (receipt_rules, at) in [false, true].into_iter().flat_map(|turn| (0..count).map(move |at| (turn, at))) {
                let Some(part) = parts.list.get(at as usize).copied() else { continue };
                let in_turn = part.role.receipt_rule == receipt_rules;
                if in_turn && discount(&part) && alone(&part) && debit(&part) {
                    adders::debit(input, parts, &mut self.adders, best, (at, &part), 1);
                    if !best.awards.is_empty() {
                        contest.alone = Some(at);
                        break;
                    }
                }
            }
        }
        Ok(contest)
    }

    /// The stages of §7.3 up to the receipt adders, for these parts together.
    fn stages(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        parts: &mut Parts,
        scenario: &mut Scenario,
        members: &[(u32, Part)],
        first_ref_only: bool,
    ) -> Result<(), Fault> {
        let refs = if first_ref_only { 1 } else { usize::MAX };
        let mut chosen = members.iter().copied().filter(|(_, part)| part.role.deal && !part.role.any_item);
        deals(input, cart, parts, (&mut self.deals, &mut self.adders), scenario, &mut chosen, first_ref_only)?;
        self.adder_stage(input, cart, parts, scenario, members, refs, false)?;
        self.any_item.clear();
        if members.iter().any(|(_, part)| part.role.any_item) {
            self.any_items(input, cart, parts, scenario, members, first_ref_only)?;
        }
        self.adder_stage(input, cart, parts, scenario, members, refs, true)?;
        scenario.total = scenario.sum();
        Ok(())
    }

    /// Item adders or receipt adders: gross before net, then rule order.
    #[expect(clippy::too_many_arguments, reason = "a stage is made of all of these")]
    fn adder_stage(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        parts: &Parts,
        scenario: &mut Scenario,
        members: &[(u32, Part)],
        refs: usize,
        receipt_rules: bool,
    ) -> Result<(), Fault> {
        for base in [Base::Gross, Base::Net] {
            for &(at, ref part) in members {
                let role = part.role;
                if role.base == base && !role.deal && role.receipt_rule == receipt_rules && !role.any_item {
                    let refs = refs.min(parts.refs(part).len());
                    adders::give(input, cart, parts, &mut self.adders, scenario, (at, part), refs, None)?;
                }
            }
        }
        Ok(())
    }

    /// `ANY_ITEM` rules (§11.3): again and again the best of them on the lines still free.
    fn any_items(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        parts: &mut Parts,
        scenario: &mut Scenario,
        members: &[(u32, Part)],
        first_ref_only: bool,
    ) -> Result<(), Fault> {
        self.free.clear();
        self.free.resize(cart.lines.len(), true);
        for awards in scenario.awards.chunk_by(|a, b| a.part == b.part) {
            let part = awards.first().and_then(|first| members.iter().find(|(at, _)| *at == first.part));
            if part.is_none_or(|(_, part)| part.role.receipt_rule) {
                continue;
            }
            for award in awards {
                if let Some(free) = self.free.get_mut(award.line as usize) {
                    *free = false;
                }
            }
        }
        let mut remaining = std::mem::take(&mut self.any_item);
        remaining.extend(members.iter().filter(|(_, part)| part.role.any_item).map(|(at, _)| *at));
        let (mut round, mut round_best) = (std::mem::take(&mut self.round), std::mem::take(&mut self.round_best));
        let mut done = Ok(());
        // From the first round on whose winner is not proven: the most that could be given, and what is.
        let mut open: Option<(i64, i64)> = None;
        while done.is_ok() {
            let mut winner: Option<u32> = None;
            let (mut rounds, mut bound, mut proven) = (0, 0i64, true);
            for &(at, ref part) in members.iter().filter(|(at, _)| remaining.contains(at)) {
                let mark = parts.mark();
                let free = std::mem::take(&mut self.free);
                let on_free = parts.on_lines(input, cart, part, |line| free.get(line as usize).is_some_and(|free| *free));
                self.free = free;
                if let Some(part) = on_free {
                    round.start(scenario.left.iter().copied());
                    done = self.any_item_alone(input, cart, parts, &mut round, (at, &part), first_ref_only);
                    round.total = round.sum();
                    (rounds, bound, proven) = (rounds + 1, round.total.saturating_add(round.gap), proven && round.gap == 0);
                    if done.is_ok() && round.total > 0 && (winner.is_none() || round.total > round_best.total) {
                        winner = Some(at);
                        std::mem::swap(&mut round, &mut round_best);
                    }
                }
                parts.back_to(mark);
                if done.is_err() {
                    break;
                }
            }
            if !proven && open.is_none() {
                // With others to come, another winner may leave them other lines: no more than all that is free.
                let free = || scenario.left.iter().zip(&self.free).filter(|(_, free)| **free).map(|(left, _)| *left).sum();
                open = Some((if rounds == 1 { bound } else { free() }, 0));
            }
            let Some(winner) = winner.filter(|_| done.is_ok()) else { break };
            remaining.retain(|at| *at != winner);
            scenario.results.append(&mut round_best.results);
            if let Some((_, given)) = &mut open {
                *given += round_best.total;
            }
            for award in &round_best.awards {
                scenario.give(award.part, award.nth_ref, award.line, award.amount);
                if let Some(free) = self.free.get_mut(award.line as usize) {
                    *free = false;
                }
            }
        }
        if let Some((most, given)) = open {
            scenario.gap = scenario.gap.saturating_add(most.saturating_sub(given).max(0));
        }
        remaining.clear();
        (self.any_item, self.round, self.round_best) = (remaining, round, round_best);
        done
    }

    fn any_item_alone(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        parts: &Parts,
        round: &mut Scenario,
        (at, part): (u32, &Part),
        first_ref_only: bool,
    ) -> Result<(), Fault> {
        if part.role.deal {
            let one = &mut std::iter::once((at, *part));
            return deals(input, cart, parts, (&mut self.deals, &mut self.adders), round, one, first_ref_only);
        }
        let refs = if first_ref_only { 1 } else { parts.refs(part).len() };
        adders::give(input, cart, parts, &mut self.adders, round, (at, part), refs, None)
    }

    /// All bonus of the purchase (§12), by the same contest among bonus rules.
    pub(crate) fn bonuses(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        parts: &mut Parts,
        discounts: &Scenario,
        best: &mut Scenario,
    ) -> Result<Contest, Fault> {
        let mut contest = Contest::default();
        best.start(std::iter::empty());
        let takes_part = |part: &Part| !part.stands_back && part.role.bonus;
        let count = parts.list.len() as u32;
        let mut bound = 0i64;
        for alone in [false, true] {
            for at in 0..count {
                let in_turn = |part: &&Part| takes_part(part) && part.role.alone == alone;
                let Some(part) = parts.list.get(at as usize).filter(in_turn).copied() else { continue };
                if !alone {
                    self.bonus(input, cart, parts, best, Some(&discounts.left), (at, &part), false)?;
                    continue;
                }
                contest.held = true;
                let mut trial = std::mem::take(&mut self.trial);
                trial.start(std::iter::empty());
                let done = self.bonus(input, cart, parts, &mut trial, Some(&discounts.left), (at, &part), true);
                trial.total = trial.sum();
                bound = bound.max(trial.total.saturating_add(trial.gap));
                if done.is_ok() && trial.total > best.total {
                    std::mem::swap(best, &mut trial);
                    contest.alone = Some(at);
                }
                self.trial = trial;
                done?;
            }
            if !alone {
                best.total = best.sum();
                contest.together = best.total;
                bound = best.total.saturating_add(best.gap);
            }
        }
        best.gap = bound.saturating_sub(best.total);
        Ok(contest)
    }

    /// One bonus rule. `left`: what is left of the lines after all discounts, when there were any.
    #[expect(clippy::too_many_arguments, reason = "a bonus is made of all of these")]
    fn bonus(
        &mut self,
        input: &Input<'_>,
        cart: &Cart,
        parts: &Parts,
        scenario: &mut Scenario,
        left: Option<&[i64]>,
        (at, part): (u32, &Part),
        first_ref_only: bool,
    ) -> Result<(), Fault> {
        let rule = input.rule(part.rule);
        let mut start = std::mem::take(&mut self.start);
        start.clear();
        match (rule.reward.base, left) {
            (Base::Net, Some(left)) => start.extend_from_slice(left),
            // Deals start from the existing net; adders are capped by the base only (§12).
            (Base::Gross, _) if !rule.is_deal() => start.extend(cart.lines.iter().map(|line| line.gross)),
            _ => start.extend(cart.lines.iter().map(|line| line.net)),
        }
        scenario.left.clear();
        scenario.left.extend_from_slice(&start);
        let refs = if first_ref_only { 1 } else { parts.refs(part).len() };
        let done = if rule.is_deal() {
            let one = &mut std::iter::once((at, *part));
            deals(input, cart, parts, (&mut self.deals, &mut self.adders), scenario, one, first_ref_only)
        } else {
            adders::give(input, cart, parts, &mut self.adders, scenario, (at, part), refs, Some(&start))
        };
        self.start = start;
        done
    }
}

//! Why each rule did what it did, and what one more item would unlock (§17).

use super::cart::Cart;
use super::combine::{Combiner, Contest, is_bonus};
use super::parts::{Card, Part, Parts};
use super::scenario::{Award, Scenario};
use super::{Fault, Input};
use crate::outcome::{Reason, ReasonCode, Shortfall, Verdict, VerdictResult};
use crate::plan::NONE;

/// How the contests of §11.2 and §12 ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contests {
    pub(crate) discount: Contest,
    pub(crate) bonus: Contest,
}

pub(crate) fn deactivated() -> Reason {
    Reason { code: ReasonCode::Deactivated, numbers: None }
}

/// One verdict per rule, in rule order.
#[expect(clippy::too_many_arguments, reason = "verdicts look at all that was evaluated")]
pub(crate) fn verdicts(
    input: &Input<'_>,
    cart: &Cart,
    parts: &mut Parts,
    combiner: &mut Combiner,
    refused: &mut [(Part, Vec<Reason>)],
    discounts: &Scenario,
    bonuses: &Scenario,
    contests: Contests,
) -> Result<Vec<Verdict>, Fault> {
    let mut verdicts = Vec::with_capacity(input.plan.rules().len());
    for (part, reasons) in refused {
        let mut verdict = not_applied(part.rule, std::mem::take(reasons));
        if let [Reason { code, numbers: Some(_) }] = verdict.reasons.as_slice() {
            verdict.near_miss = true;
            verdict.potential = potential(input, cart, parts, combiner, part, code)?;
        }
        verdicts.push(verdict);
    }
    for at in 0..parts.list.len() as u32 {
        let Some(part) = parts.list.get(at as usize).copied() else { continue };
        let scenario = if is_bonus(input.rule(part.rule)) { bonuses } else { discounts };
        let contest = if is_bonus(input.rule(part.rule)) { contests.bonus } else { contests.discount };
        verdicts.push(took_part(input, cart, parts, combiner, scenario, contest, (at, &part))?);
    }
    verdicts.sort_by_key(|verdict| verdict.rule);
    Ok(verdicts)
}

fn not_applied(rule: u32, reasons: Vec<Reason>) -> Verdict {
    Verdict { rule, result: VerdictResult::NotApplied, reasons, near_miss: false, potential: None }
}

/// What a rule would give were its one numeric reason waived. `None` where that cannot be known.
fn potential(
    input: &Input<'_>,
    cart: &Cart,
    parts: &mut Parts,
    combiner: &mut Combiner,
    part: &Part,
    code: &ReasonCode,
) -> Result<Option<i64>, Fault> {
    let mut part = *part;
    match code {
        // The units at hand stand for one fulfilment.
        ReasonCode::QuantityBelow => {
            part.quantity = part.units;
            parts.count_rewards(input, input.rule(part.rule), &mut part);
        }
        ReasonCode::StampsBelow => {
            part.card = part.card.map(|card| Card { waived: true, ..card });
            parts.count_rewards(input, input.rule(part.rule), &mut part);
        }
        // Nobody knows what the missing goods cost.
        ReasonCode::MixIncomplete => return Ok(None),
        _ => {}
    }
    combiner.alone(input, cart, parts, (NONE, &part)).map(Some)
}

/// The verdict on a rule that met its requirements.
fn took_part(
    input: &Input<'_>,
    cart: &Cart,
    parts: &mut Parts,
    combiner: &mut Combiner,
    scenario: &Scenario,
    contest: Contest,
    (at, part): (u32, &Part),
) -> Result<Verdict, Fault> {
    let given = scenario.amount_of(at);
    if given > 0 {
        let cut = scenario.result(at).is_some_and(|result| result.cut);
        let result = if cut { VerdictResult::PartlyApplied } else { VerdictResult::Applied };
        return Ok(Verdict { result, ..not_applied(part.rule, Vec::new()) });
    }
    let limited_to_nothing = part.limit == Some(0);
    if let Some(card) = part.card.filter(|card| card.rewards == 0 && !limited_to_nothing) {
        let have = card.held.saturating_add(card.fulfilments);
        let numbers = Some(Shortfall { have, need: card.stamps.saturating_add(1) });
        let potential = potential(input, cart, parts, combiner, part, &ReasonCode::StampsBelow)?;
        let reasons = vec![Reason { code: ReasonCode::StampsBelow, numbers }];
        return Ok(Verdict { near_miss: true, potential, ..not_applied(part.rule, reasons) });
    }
    let alone = combiner.alone(input, cart, parts, (at, part))?;
    if alone == 0 {
        return Ok(not_applied(part.rule, vec![Reason { code: ReasonCode::NoEffect, numbers: None }]));
    }
    let (to, by) = lost_to(input, cart, parts, combiner, scenario, contest, (at, part), alone)?;
    Ok(Verdict { result: VerdictResult::Lost { to, by }, ..not_applied(part.rule, Vec::new()) })
}

/// Who stands in the place of a rule that would have given `alone`, and how much more that is.
#[expect(clippy::too_many_arguments, reason = "looks at all that was evaluated")]
fn lost_to(
    input: &Input<'_>,
    cart: &Cart,
    parts: &mut Parts,
    combiner: &mut Combiner,
    scenario: &Scenario,
    contest: Contest,
    (at, part): (u32, &Part),
    alone: i64,
) -> Result<(Option<u32>, i64), Fault> {
    let rule_of = |parts: &Parts, at: u32| parts.list.get(at as usize).map(|part| part.rule);
    let debits: Vec<bool> = parts.list.iter().map(|part| part.role.debit).collect();
    let is_debit = |at: u32| debits.get(at as usize).copied().unwrap_or(false);
    if part.stands_back {
        let group = input.compiled(part.rule).group;
        let winner = (0u32..).zip(&parts.list).find(|(_, other)| !other.stands_back && input.compiled(other.rule).group == group);
        if let Some((winner_at, winner)) = winner.map(|(at, winner)| (at, *winner)) {
            let total = combiner.alone(input, cart, parts, (winner_at, &winner))?;
            return Ok((Some(winner.rule), total.saturating_sub(alone).max(0)));
        }
    }
    if let Some(winner) = contest.alone {
        let own = if input.rule(part.rule).limitation.alone { alone } else { contest.together };
        return Ok((rule_of(parts, winner), scenario.sum().saturating_sub(own).max(0)));
    }
    if input.rule(part.rule).limitation.alone {
        // Lost to everything that combines, debits left out: named by its greatest part.
        let most = strongest(scenario, &|award| !is_debit(award.part));
        return Ok((most.and_then(|(at, _)| rule_of(parts, at)), contest.together.saturating_sub(alone).max(0)));
    }
    // Debits come last: they are in nobody's place but another debit's.
    let in_its_place = |award: &Award| part.role.debit || !is_debit(award.part);
    let on_its_lines = strongest(scenario, &|award| {
        let its_own = |lines: &[u32]| lines.contains(&award.line);
        in_its_place(award) && (its_own(parts.lines(part)) || parts.mixes(part).any(its_own))
    });
    let winner = on_its_lines.filter(|(winner, _)| *winner != at);
    Ok((
        winner.and_then(|(winner, _)| rule_of(parts, winner)),
        winner.map_or(0, |(_, amount)| amount.saturating_sub(alone).max(0)),
    ))
}

/// The part that gives most with the awards asked for, the earlier of equals, and how much.
fn strongest(scenario: &Scenario, asked: &dyn Fn(&Award) -> bool) -> Option<(u32, i64)> {
    let mut best: Option<(u32, i64)> = None;
    for award in &scenario.awards {
        let amount = scenario
            .awards
            .iter()
            .filter(|other| other.part == award.part && asked(other))
            .fold(0i64, |sum, other| sum.saturating_add(other.amount));
        let better = best.is_none_or(|(at, most)| amount > most || (amount == most && award.part < at));
        if amount > 0 && better {
            best = Some((award.part, amount));
        }
    }
    best
}

//! Deals: from rules and lines to units and applications (§8), and back to lines.

use std::ops::Range;

use super::adders::{Buffers, limit_amount, value_for};
use super::cart::{Cart, Line};
use super::parts::{Part, Parts};
use super::scenario::{PartResult, Scenario};
use super::{Fault, Input};
use crate::allocate::{Taker, share};
use crate::deals::{
    Application, BundleReward, Deal, DealKind, DealMix, DealProblem, DealUnit, GroupReward, Run, Scratch, Solution, Taken, solve,
};
use crate::number::Decimal;
use crate::rule::{Base, Reward, RewardKind, Rule};

/// Buffers of this stage. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct DealBuffers {
    problem: DealProblem,
    scratch: Scratch,
    solution: Solution,
    /// Which part each deal is of, with its refs.
    owners: Vec<(u32, Part, usize)>,
    /// Per line: its runs in the problem.
    line_runs: Vec<(u32, u32)>,
    touched: Vec<bool>,
    /// Per deal: its applications in the solution.
    applications: Vec<Range<usize>>,
    prices: Vec<(i64, i64)>,
    rewarded: Vec<Rewarded>,
    eligible: Vec<Taken>,
    /// Steps of all searches of an evaluation.
    pub(super) steps: u64,
}

/// Units that got a reward of their own, for giving each ref its share in turn.
#[derive(Debug, Clone, Copy)]
struct Rewarded {
    price: i64,
    share: i64,
    line: u32,
    each: i64,
    count: i64,
}

/// Is this reward given to the cheapest units one by one: with stamps, or with q = 1 (§8.1)?
fn picks_cheapest(rule: &Rule, part: &Part) -> bool {
    rule.requirement.mixes.is_empty()
        && (part.card.is_some()
            || (part.quantity == 1 && matches!(rule.reward.kind, RewardKind::ItemQuantity | RewardKind::ItemPercent)))
}

/// Chooses deals among `members` and gives their amounts. Units cost what is left of their lines.
pub(crate) fn deals(
    input: &Input<'_>,
    cart: &Cart,
    parts: &Parts,
    (buffers, adders): (&mut DealBuffers, &mut Buffers),
    scenario: &mut Scenario,
    members: &mut dyn Iterator<Item = (u32, Part)>,
    first_ref_only: bool,
) -> Result<(), Fault> {
    let DealBuffers { problem, scratch, solution, owners, line_runs, touched, applications, prices, rewarded, eligible, steps } =
        buffers;
    owners.clear();
    problem.runs.clear();
    problem.deals.clear();
    problem.units.clear();
    problem.mixes.clear();
    touched.clear();
    touched.resize(cart.lines.len(), false);
    let mut any = false;
    for (index, part) in members {
        any = true;
        let refs = if first_ref_only { 1 } else { parts.refs(&part).len() };
        owners.push((index, part, refs));
        let mut touch = |lines: &[u32]| {
            for &line in lines {
                if let Some(touched) = touched.get_mut(line as usize) {
                    *touched = true;
                }
            }
        };
        if input.rule(part.rule).requirement.mixes.is_empty() {
            touch(parts.lines(&part));
        } else {
            parts.mixes(&part).for_each(&mut touch);
        }
    }
    if !any {
        return Ok(());
    }
    split_lines(cart, scenario, touched, line_runs, &mut problem.runs);
    for (_, part, refs) in owners.iter() {
        add_deal(input, cart, parts, problem, line_runs, prices, part, *refs)?;
    }
    solve(problem, input.steps, scratch, solution)
        .map_err(|_| Fault::Rule(owners.first().map_or(0, |(_, part, _)| part.rule)))?;
    scenario.gap = scenario.gap.saturating_add(solution.gap);
    *steps = steps.saturating_add(solution.steps);
    // Those of one deal stand together: deals are solved in sets, and a set's choice is written by deal.
    applications.clear();
    applications.resize(owners.len(), 0..0);
    let mut from = 0;
    for own in solution.applications.chunk_by(|a, b| a.deal == b.deal) {
        let place = own.first().and_then(|first| applications.get_mut(first.deal as usize));
        if let Some(place) = place {
            debug_assert_eq!(*place, 0..0);
            *place = from..from + own.len();
        }
        from += own.len();
    }
    for (own, &(index, part, refs)) in applications.iter().zip(owners.iter()) {
        let rule = input.rule(part.rule);
        let first_award = scenario.awards.len();
        let by_share = rule.reward.base == Base::Net || rule.reward.kind.is_new_price();
        let (mut rewards, mut capped) = (0i64, false);
        rewarded.clear();
        for application in solution.applications.get(own.clone()).unwrap_or(&[]) {
            rewards += application.times;
            let taken = solution.taken.get(application.taken.clone()).unwrap_or(&[]);
            capped |= is_capped(problem, application, taken, &rule.reward, prices);
            if rule.requirement.mixes.is_empty() {
                for unit in taken.iter().filter(|unit| unit.each > 0) {
                    let Some(run) = problem.runs.get(unit.run as usize) else { continue };
                    let price = if rule.reward.base == Base::Net { run.share } else { run.price };
                    let count = unit.count.saturating_mul(application.times);
                    rewarded.push(Rewarded { price, share: run.share, line: run.line, each: unit.each, count });
                }
                continue;
            }
            eligible.clear();
            eligible.extend(taken.iter().filter(|unit| unit.rewarded));
            eligible.sort_unstable_by_key(|unit| unit.run);
            adders.takers.clear();
            for unit in eligible.iter() {
                let Some(run) = problem.runs.get(unit.run as usize) else { continue };
                let weight = if by_share { run.share } else { run.price };
                adders.takers.push(Taker::new(weight, run.share, unit.count));
            }
            share(application.amount, &mut adders.takers, &mut adders.order);
            for (unit, taker) in eligible.iter().zip(&adders.takers) {
                let Some(run) = problem.runs.get(unit.run as usize) else { continue };
                scenario.give(index, 0, run.line, taker.amount.saturating_mul(application.times));
            }
        }
        // Each ref its share in turn, the cheapest unit first (§4.4, §8.1).
        let in_turn = refs > 1 && part.card.is_none() && picks_cheapest(rule, &part);
        if in_turn {
            rewarded.sort_unstable_by(|a, b| a.price.cmp(&b.price).then(b.share.cmp(&a.share)).then(a.line.cmp(&b.line)));
        }
        let mut nth_ref = 0u32;
        for unit in rewarded.iter() {
            if in_turn {
                for _ in 0..unit.count.min(refs as i64) {
                    scenario.give(index, nth_ref, unit.line, unit.each);
                    nth_ref += 1;
                }
            } else {
                scenario.give(index, 0, unit.line, unit.each.saturating_mul(unit.count));
            }
        }
        let cut = limit_amount(input, adders, scenario, (index, &part), first_award) || capped;
        let gave = scenario.awards.len() > first_award;
        scenario.results.push(PartResult { part: index, rewards: if gave { rewards } else { 0 }, cut });
    }
    Ok(())
}

/// Would an application give more if more were left of its units (§8.1)?
fn is_capped(
    problem: &DealProblem,
    application: &Application,
    taken: &[Taken],
    reward: &Reward,
    prices: &mut Vec<(i64, i64)>,
) -> bool {
    let run = |unit: &Taken| problem.runs.get(unit.run as usize).copied();
    let is_amount = matches!(reward.kind, RewardKind::Amount | RewardKind::Debit);
    let by_price = reward.base == Base::Gross && !reward.kind.is_new_price();
    let is_discounted = |unit: &Taken| run(unit).is_some_and(|run| run.share < run.price);
    // Nearly always not: deals come first, and few lines have discounts already.
    if !(is_amount || by_price && taken.iter().any(is_discounted)) {
        return false;
    }
    let price = |unit: &Taken| run(unit).map_or(0, |run| if by_price { run.price } else { run.share });
    let (units, own) = match problem.deals.get(application.deal as usize).map(|deal| &deal.kind) {
        Some(DealKind::Single { units, .. }) => (units.clone(), true),
        Some(DealKind::Group { units, .. }) => (units.clone(), false),
        Some(DealKind::Bundle { mixes, .. }) => {
            let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
            (mixes.first().map_or(0, |mix| mix.units.start)..mixes.last().map_or(0, |mix| mix.units.end), false)
        }
        None => return false,
    };
    let value = |unit: &Taken| {
        let units = problem.units.get(units.clone()).unwrap_or(&[]);
        units.iter().find(|known| known.run == unit.run).map_or(reward.value, |known| known.value)
    };
    let more = |value: Decimal, sum: i64, amount: i64| value.percent_of(sum).is_ok_and(|uncut| uncut > amount);
    if own {
        return taken.iter().filter(|unit| unit.each > 0).any(|unit| match reward.kind {
            RewardKind::ItemPercent => more(value(unit), price(unit), unit.each),
            _ => price(unit) > unit.each,
        });
    }
    // The most expensive unit decides the value (§7.4).
    let dearest = taken.iter().max_by(|a, b| price(a).cmp(&price(b)).then(b.run.cmp(&a.run)));
    let value = dearest.map_or(reward.value, value);
    let in_bundle = taken.iter().any(|unit| unit.rewarded && unit.each == 0);
    prices.clear();
    prices.extend(taken.iter().filter(|unit| unit.rewarded || !in_bundle).map(|unit| (price(unit), unit.count)));
    prices.sort_unstable();
    let cheapest = prices.first().map_or(0, |(price, _)| *price);
    match reward.kind {
        RewardKind::ItemPercent => more(value, cheapest, application.amount),
        RewardKind::Percent => more(value, prices.iter().map(|(price, count)| price * count).sum(), application.amount),
        RewardKind::ItemQuantity => {
            let (mut left, mut sum) = (value.whole().unwrap_or(0), 0i64);
            for &(price, count) in prices.iter() {
                let free = count.min(left);
                (left, sum) = (left - free, sum.saturating_add(price.saturating_mul(free)));
            }
            sum > application.amount
        }
        _ => value.whole().unwrap_or(0) > application.amount,
    }
}

/// Cuts the touched lines into runs of equal units: price by §3.5, share by what is left (§3.6).
fn split_lines(cart: &Cart, scenario: &Scenario, touched: &[bool], line_runs: &mut Vec<(u32, u32)>, runs: &mut Vec<Run>) {
    line_runs.clear();
    for (at, (line, touched)) in (0u32..).zip(cart.lines.iter().zip(touched)) {
        let from = runs.len() as u32;
        if *touched && line.units > 0 {
            let left = scenario.left(at);
            let (first, second) = (line.gross % line.units, left % line.units);
            let mut start = 0;
            for end in [first.min(second), first.max(second), line.units] {
                if end > start {
                    let (price, share) = (line.unit(line.gross, start), line.unit(left, start));
                    runs.push(Run { line: at, count: end - start, price, share });
                    start = end;
                }
            }
        }
        line_runs.push((from, runs.len() as u32));
    }
}

/// Adds one deal (§8.1).
#[expect(clippy::too_many_arguments, reason = "a deal is made of all of these")]
fn add_deal(
    input: &Input<'_>,
    cart: &Cart,
    parts: &Parts,
    problem: &mut DealProblem,
    line_runs: &[(u32, u32)],
    prices: &mut Vec<(i64, i64)>,
    part: &Part,
    refs: usize,
) -> Result<(), Fault> {
    let rule = input.rule(part.rule);
    let reward = &rule.reward;
    let from = problem.units.len();
    let runs_of = |line: u32| {
        let (from, to) = line_runs.get(line as usize).copied().unwrap_or((0, 0));
        from..to
    };
    if !rule.requirement.mixes.is_empty() {
        let first_mix = problem.mixes.len();
        for (mix, lines) in rule.requirement.mixes.iter().zip(parts.mixes(part)) {
            let from = problem.units.len();
            for &at in lines {
                let value = value_for(input, cart, part.rule, &cart.line(at));
                problem.units.extend(runs_of(at).map(|run| DealUnit { run, gain: 0, tier: false, value }));
            }
            let units = from..problem.units.len();
            // Mixes of the same units are one mix of more units, which is far less to search.
            let alike = |other: &DealMix| {
                let own = problem.units.get(units.clone()).unwrap_or(&[]).iter().map(|unit| unit.run);
                let others = problem.units.get(other.units.clone()).unwrap_or(&[]).iter().map(|unit| unit.run);
                other.eligible == mix.reward_eligible && own.eq(others)
            };
            let known = problem.mixes.iter_mut().skip(first_mix).find(|other| alike(other));
            if let Some((known, sum)) = known.and_then(|known| known.quantity.checked_add(mix.quantity).map(|sum| (known, sum))) {
                known.quantity = sum;
                problem.units.truncate(from);
                continue;
            }
            problem.mixes.push(DealMix { quantity: mix.quantity, eligible: mix.reward_eligible, units });
        }
        let bundle = match reward.kind {
            RewardKind::ItemNewPrice | RewardKind::MixNewPrice => BundleReward::NewPrice,
            RewardKind::Percent => BundleReward::Percent,
            RewardKind::Amount | RewardKind::Debit => BundleReward::Amount,
            RewardKind::ItemQuantity => BundleReward::Free,
            RewardKind::ItemPercent => BundleReward::PercentOffCheapest,
        };
        let kind = DealKind::Bundle { mixes: first_mix..problem.mixes.len(), base: reward.base, reward: bundle };
        problem.deals.push(Deal { limit: part.rewards(), kind });
        return Ok(());
    }
    if picks_cheapest(rule, part) {
        add_cheapest(input, cart, parts, problem, line_runs, prices, part, refs)?;
        return Ok(());
    }
    for &at in parts.lines(part) {
        let line = cart.line(at);
        let value = value_for(input, cart, part.rule, &line);
        for run in runs_of(at) {
            let gain = if reward.kind == RewardKind::ItemNewPrice {
                let gain = problem.runs.get(run as usize).map_or(0, |units| new_price_gain(input, &line, at, units.share, value));
                if gain <= 0 {
                    continue;
                }
                gain
            } else {
                0
            };
            problem.units.push(DealUnit { run, gain, tier: false, value });
        }
    }
    let units = from..problem.units.len();
    let (limit, kind) = match reward.kind {
        RewardKind::ItemNewPrice => {
            let limit = if part.is_limited() { part.rewards().saturating_mul(part.quantity) } else { i64::MAX };
            (limit, DealKind::Single { units, tier_limit: 0 })
        }
        RewardKind::ItemPercent => {
            let (base, quantity) = (reward.base, part.quantity);
            (part.rewards(), DealKind::Group { units, quantity, base, reward: GroupReward::Percent })
        }
        _ => {
            let (base, quantity) = (reward.base, part.quantity);
            (part.rewards(), DealKind::Group { units, quantity, base, reward: GroupReward::Free })
        }
    };
    problem.deals.push(Deal { limit, kind });
    Ok(())
}

/// A reward for the k cheapest units (§8.1): which units may be chosen, and what each gives.
#[expect(clippy::too_many_arguments, reason = "a deal is made of all of these")]
fn add_cheapest(
    input: &Input<'_>,
    cart: &Cart,
    parts: &Parts,
    problem: &mut DealProblem,
    line_runs: &[(u32, u32)],
    prices: &mut Vec<(i64, i64)>,
    part: &Part,
    refs: usize,
) -> Result<(), Fault> {
    let reward = &input.rule(part.rule).reward;
    let most = match (part.card, part.limit) {
        (Some(card), _) => card.rewards,
        (None, Some(limit)) => limit.min(refs as i64),
        (None, None) => refs as i64,
    };
    let price_of = |run: &Run| if reward.base == Base::Net { run.share } else { run.price };
    prices.clear();
    let own_runs = || {
        parts.lines(part).iter().flat_map(|&line| {
            let (from, to) = line_runs.get(line as usize).copied().unwrap_or((0, 0));
            (from..to).map(move |run| (line, run))
        })
    };
    prices.extend(own_runs().filter_map(|(_, run)| problem.runs.get(run as usize)).map(|run| (price_of(run), run.count)));
    prices.sort_unstable();
    // The price of the k-th cheapest unit, and how many are cheaper.
    let (mut limit_price, mut cheaper, mut so_far) = (0i64, 0i64, 0i64);
    for &(price, count) in prices.iter() {
        if so_far >= most {
            break;
        }
        if price > limit_price {
            (limit_price, cheaper) = (price, so_far);
        }
        so_far = so_far.saturating_add(count);
    }
    let from = problem.units.len();
    for (at, run) in own_runs() {
        let Some(units) = problem.runs.get(run as usize) else { continue };
        let price = price_of(units);
        if price > limit_price || most <= 0 {
            continue;
        }
        let line = cart.line(at);
        let value = value_for(input, cart, part.rule, &line);
        let gain = match reward.kind {
            RewardKind::ItemNewPrice => new_price_gain(input, &line, at, units.share, value),
            RewardKind::ItemPercent => value.percent_of(price).map_err(|_| Fault::Rule(part.rule))?.min(units.share),
            _ if value.is_positive() => price.min(units.share),
            _ => 0,
        };
        if gain > 0 {
            problem.units.push(DealUnit { run, gain, tier: price == limit_price, value });
        }
    }
    let units = from..problem.units.len();
    problem.deals.push(Deal { limit: most, kind: DealKind::Single { units, tier_limit: most - cheaper } });
    Ok(())
}

/// What a new price takes off a unit; a weighed line is priced per its quantity (§8.1).
fn new_price_gain(input: &Input<'_>, line: &Line, at: u32, share: i64, value: crate::number::Decimal) -> i64 {
    let price = value.whole().unwrap_or(0);
    let price = match input.receipt.items.get(at as usize) {
        // A price beyond all amounts takes nothing off.
        Some(item) if line.weighed => item.quantity.times(price).unwrap_or(i64::MAX),
        _ => price,
    };
    share.saturating_sub(price)
}

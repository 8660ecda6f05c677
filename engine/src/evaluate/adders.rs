//! Adders: money off lines, by percent or amount, and debits (§9, §14).

use super::cart::{Cart, Line};
use super::parts::{Part, Parts, is_listed};
use super::scenario::{PartResult, Scenario};
use super::{Fault, Input};
use crate::allocate::{Place, Taker, share};
use crate::number::Decimal;
use crate::rule::{Base, Reward, RewardKind};

/// Buffers of this stage. Reused between evaluations.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    segments: Vec<Segment>,
    /// One per matched line: what of it is covered.
    covered: Vec<Covered>,
    pub(crate) takers: Vec<Taker>,
    pub(crate) order: Vec<Place>,
    lines: Vec<u32>,
}

/// Units of one line at one price, next to each other.
#[derive(Debug, Clone, Copy)]
struct Segment {
    price: i64,
    /// Position in the part's lines.
    nth: u32,
    start: i64,
    count: i64,
}

#[derive(Debug, Clone, Copy)]
struct Covered {
    line: u32,
    units: i64,
    /// b_i.
    base: i64,
}

/// The value for a line: the first matching entry of `reward.values`, or `reward.value` (§7.4).
pub(crate) fn value_for(input: &Input<'_>, cart: &Cart, rule: u32, line: &Line) -> Decimal {
    let values = input.compiled(rule).values();
    let own = values.iter().find(|(entries, _)| is_listed(cart, line, entries));
    own.map_or_else(|| input.rule(rule).reward.value, |(_, value)| *value)
}

fn whole(value: Decimal) -> i64 {
    value.whole().unwrap_or(0) // checked when the rule was read
}

/// Gives what an adder gives. `refs` is how many of its refs may be used; with `afresh` (bonus)
/// every ref starts from these amounts again, since nothing is taken off.
#[expect(clippy::too_many_arguments, reason = "an award is made of all of these")]
pub(crate) fn give(
    input: &Input<'_>,
    cart: &Cart,
    parts: &Parts,
    buffers: &mut Buffers,
    scenario: &mut Scenario,
    (index, part): (u32, &Part),
    refs: usize,
    afresh: Option<&[i64]>,
) -> Result<(), Fault> {
    let rule = input.rule(part.rule);
    let reward = &rule.reward;
    let first_award = scenario.awards.len();
    let mut cut = false;
    let once = reward.kind == RewardKind::Percent || part.card.is_some();
    let refs = if once { refs.min(1) } else { refs };
    let (mut used, mut offset) = (0i64, 0i64);
    for nth_ref in 0..refs as u32 {
        let rewards = match part.limit {
            Some(limit) if part.card.is_none() => {
                let left = if rule.is_receipt_rule() { 1 } else { (part.units - offset) / part.quantity };
                left.min(limit - used)
            }
            _ => part.rewards(),
        };
        if rewards <= 0 {
            break;
        }
        used += rewards;
        if let Some(amounts) = afresh {
            scenario.left.clear();
            scenario.left.extend_from_slice(amounts);
        }
        // At most the units there are: rewards ≤ f = ⌊N/q⌋ for item rules.
        let units = rewards.saturating_mul(part.quantity);
        if rule.is_receipt_rule() {
            cut |= receipt(input, cart, parts, buffers, scenario, (index, part), nth_ref)?;
        } else if reward.kind == RewardKind::Percent {
            let units = if part.is_limited() { units } else { part.units };
            cover(cart, parts, part, buffers, reward.base, scenario, offset, units, false);
            for at in 0..buffers.covered.len() {
                let Some(&covered) = buffers.covered.get(at) else { break };
                let value = value_for(input, cart, part.rule, &cart.line(covered.line));
                let amount = value.percent_of(covered.base).map_err(|_| Fault::Rule(part.rule))?;
                cut |= scenario.give(index, nth_ref, covered.line, amount) < amount;
            }
        } else if part.quantity == 1 {
            cover(cart, parts, part, buffers, reward.base, scenario, offset, units, false);
            for at in 0..buffers.covered.len() {
                let Some(&covered) = buffers.covered.get(at) else { break };
                let value = whole(value_for(input, cart, part.rule, &cart.line(covered.line)));
                let amount = value.saturating_mul(covered.units).min(covered.base);
                cut |= scenario.give(index, nth_ref, covered.line, amount) < amount;
            }
        } else {
            cover(cart, parts, part, buffers, reward.base, scenario, offset, units, true);
            let amount = per_fulfilment(input, cart, parts, buffers, scenario, part);
            cut |= share_out(buffers, scenario, index, nth_ref, amount) < amount;
        }
        if part.limit.is_some() {
            offset = offset.saturating_add(units); // a later ref covers what this one left (§4.4)
        }
    }
    let rewards = match part.card {
        Some(card) if card.rewards > 1 => really_given(cart, parts, part, buffers, scenario, first_award),
        _ => part.rewards(),
    };
    cut |= limit_amount(input, buffers, scenario, (index, part), first_award);
    let rewards = if scenario.awards.len() > first_award { rewards } else { 0 };
    scenario.results.push(PartResult { part: index, rewards, cut });
    Ok(())
}

/// How many of its rewards a part with stamps really gave (§13.2): the others lie on lines of which nothing was left.
fn really_given(cart: &Cart, parts: &Parts, part: &Part, buffers: &mut Buffers, scenario: &Scenario, first_award: usize) -> i64 {
    let units = part.rewards().saturating_mul(part.quantity);
    // Which units those are does not depend on what they cost now.
    cover(cart, parts, part, buffers, Base::Gross, scenario, 0, units, true);
    let awards = scenario.awards.get(first_award..).unwrap_or(&[]);
    let quantity = part.quantity.max(1);
    let (mut given, mut next, mut from) = (0, 0, 0i64);
    for segment in buffers.segments.iter().filter(|segment| segment.count > 0) {
        let to = from.saturating_add(segment.count);
        let line = buffers.covered.get(segment.nth as usize).map(|covered| covered.line);
        if awards.iter().any(|award| Some(award.line) == line) {
            // The rewards of its first and its last unit, without those counted already.
            let (first, last) = ((from / quantity).max(next), (to - 1) / quantity);
            given += (last - first + 1).max(0);
            next = next.max(last + 1);
        }
        from = to;
    }
    given
}

/// §9.3, §9.4: one amount for the whole receipt, shared over its lines. True: a cap cut it.
fn receipt(
    input: &Input<'_>,
    cart: &Cart,
    parts: &Parts,
    buffers: &mut Buffers,
    scenario: &mut Scenario,
    (index, part): (u32, &Part),
    nth_ref: u32,
) -> Result<bool, Fault> {
    let reward: &Reward = &input.rule(part.rule).reward;
    cover(cart, parts, part, buffers, reward.base, scenario, 0, part.units, false);
    let base = buffers.covered.iter().map(|covered| covered.base).sum(); // at most the receipt's gross
    let amount = match reward.kind {
        RewardKind::Percent => reward.value.percent_of(base).map_err(|_| Fault::Rule(part.rule))?,
        _ => whole(reward.value).min(base),
    };
    Ok(share_out(buffers, scenario, index, nth_ref, amount) < amount)
}

/// Shares an amount over the covered lines by their bases, what is left as caps (§10).
fn share_out(buffers: &mut Buffers, scenario: &mut Scenario, index: u32, nth_ref: u32, amount: i64) -> i64 {
    buffers.takers.clear();
    // A line that no covered unit lies on takes no part, not even when others are at their caps.
    buffers.takers.extend(buffers.covered.iter().map(|covered| {
        let cap = if covered.base > 0 { scenario.left(covered.line) } else { 0 };
        Taker::new(covered.base, cap, 1)
    }));
    let given = share(amount, &mut buffers.takers, &mut buffers.order);
    for (covered, taker) in buffers.covered.iter().zip(&buffers.takers) {
        scenario.give(index, nth_ref, covered.line, taker.amount);
    }
    given
}

/// Finds the `units` most expensive matched units after the first `offset` (§9), and each
/// line's base over them. `sorted`: leave the segments in that order.
#[expect(clippy::too_many_arguments, reason = "the covered units depend on all of these")]
fn cover(
    cart: &Cart,
    parts: &Parts,
    part: &Part,
    buffers: &mut Buffers,
    base: Base,
    scenario: &Scenario,
    offset: i64,
    units: i64,
    sorted: bool,
) {
    let lines = parts.lines(part);
    buffers.covered.clear();
    let amount = |at: u32, line: &Line| if base == Base::Gross { line.gross } else { scenario.left(at) };
    if offset == 0 && units >= part.units && !sorted {
        buffers.covered.extend(lines.iter().map(|&at| {
            let line = cart.line(at);
            Covered { line: at, units: line.units, base: amount(at, &line) }
        }));
        return;
    }
    buffers.covered.extend(lines.iter().map(|&at| Covered { line: at, units: 0, base: 0 }));
    buffers.segments.clear();
    for (nth, &at) in (0u32..).zip(lines) {
        let line = cart.line(at);
        let (price, dearer) = (line.gross / line.units, line.gross % line.units);
        if dearer > 0 {
            buffers.segments.push(Segment { price: price + 1, nth, start: 0, count: dearer });
        }
        buffers.segments.push(Segment { price, nth, start: dearer, count: line.units - dearer });
    }
    buffers.segments.sort_unstable_by(|a, b| b.price.cmp(&a.price).then(a.nth.cmp(&b.nth)).then(a.start.cmp(&b.start)));
    let (mut skip, mut rest) = (offset, units);
    for segment in &mut buffers.segments {
        let skipped = skip.min(segment.count);
        skip -= skipped;
        segment.start += skipped;
        segment.count = (segment.count - skipped).min(rest);
        rest -= segment.count;
        if segment.count == 0 {
            continue;
        }
        let Some(covered) = buffers.covered.get_mut(segment.nth as usize) else { continue };
        let line = cart.line(covered.line);
        let amount = amount(covered.line, &line);
        covered.units += segment.count;
        covered.base += line.first_units(amount, segment.start + segment.count) - line.first_units(amount, segment.start);
    }
}

/// §9.2, q > 1: the covered units, most expensive first, in fulfilments of q; each gives
/// min(value, its base). The sum.
fn per_fulfilment(input: &Input<'_>, cart: &Cart, parts: &Parts, buffers: &Buffers, scenario: &Scenario, part: &Part) -> i64 {
    let base = input.rule(part.rule).reward.base;
    let quantity = part.quantity;
    let lines = parts.lines(part);
    let (mut sum, mut filled, mut so_far, mut value) = (0i128, 0i64, 0i128, 0i128);
    let mut take = |mut count: i64, unit: i64, own: i64| {
        if filled > 0 {
            let taken = count.min(quantity - filled);
            so_far += i128::from(taken) * i128::from(unit);
            filled += taken;
            count -= taken;
            if filled == quantity {
                sum += so_far.min(value);
                (filled, so_far) = (0, 0);
            }
        }
        if filled == 0 && count > 0 {
            let full = i128::from(count / quantity);
            sum += full * i128::from(own).min(i128::from(quantity) * i128::from(unit));
            count %= quantity;
            (filled, so_far, value) = (count, i128::from(count) * i128::from(unit), i128::from(own));
        }
    };
    for segment in buffers.segments.iter().filter(|segment| segment.count > 0) {
        let Some(&at) = lines.get(segment.nth as usize) else { continue };
        let line = cart.line(at);
        let own = whole(value_for(input, cart, part.rule, &line));
        if base == Base::Gross {
            take(segment.count, segment.price, own);
            continue;
        }
        // Net: the line's first units cost one more; the segment may hold both kinds.
        let left = scenario.left(at);
        let dearer = (left % line.units - segment.start).clamp(0, segment.count);
        take(dearer, left / line.units + 1, own);
        take(segment.count - dearer, left / line.units, own);
    }
    // Each term is at most its units' base, so the sum is at most the receipt's gross.
    i64::try_from(sum).unwrap_or(i64::MAX)
}

/// `limitation.max_discount_amount` (§20): cuts what the part gave since `first_award`. True: it did.
pub(crate) fn limit_amount(
    input: &Input<'_>,
    buffers: &mut Buffers,
    scenario: &mut Scenario,
    (index, part): (u32, &Part),
    first_award: usize,
) -> bool {
    let Some(most) = input.rule(part.rule).limitation.max_discount_amount else { return false };
    let Buffers { takers, order, lines, .. } = buffers;
    lines.clear();
    takers.clear();
    let own = |award: &&super::scenario::Award| award.part == index;
    lines.extend(scenario.awards.iter().skip(first_award).filter(own).map(|award| award.line));
    lines.sort_unstable();
    lines.dedup();
    let mut total = 0i64;
    for &line in lines.iter() {
        let amount =
            scenario.awards.iter().skip(first_award).filter(own).filter(|award| award.line == line).map(|a| a.amount).sum();
        total += amount;
        takers.push(Taker::new(amount, amount, 1));
    }
    if total <= most {
        return false;
    }
    share(most, takers, order);
    for (&line, taker) in lines.iter().zip(takers.iter()) {
        let mut keep = taker.amount;
        for award in scenario.awards.iter_mut().skip(first_award).filter(|award| award.part == index && award.line == line) {
            let kept = award.amount.min(keep);
            keep -= kept;
            if let Some(left) = scenario.left.get_mut(line as usize) {
                *left += award.amount - kept;
            }
            award.amount = kept;
        }
    }
    let mut at = 0;
    scenario.awards.retain(|award| {
        at += 1;
        at <= first_award || award.amount > 0
    });
    true
}

/// A debit (§14): each ref in order pays what is left of the matched lines, as far as its
/// balance goes.
pub(crate) fn debit(
    input: &Input<'_>,
    parts: &Parts,
    buffers: &mut Buffers,
    scenario: &mut Scenario,
    (index, part): (u32, &Part),
    refs: usize,
) {
    let first_award = scenario.awards.len();
    let mut cut = false;
    let rewards = part.rewards();
    let refs = if part.card.is_some() { refs.min(1) } else { refs };
    // An empty ref does not use the limit up.
    let mut most = part.limit.unwrap_or(i64::MAX);
    for (nth_ref, &held) in (0u32..).zip(parts.refs(part).iter().take(refs)) {
        if rewards <= 0 || most <= 0 {
            break;
        }
        let balance = input.statistics(held).debit_balance.unwrap_or_else(|| whole(input.rule(part.rule).reward.value));
        buffers.covered.clear();
        buffers.covered.extend(parts.lines(part).iter().map(|&line| Covered { line, units: 1, base: scenario.left(line) }));
        let left: i64 = buffers.covered.iter().map(|covered| covered.base).sum();
        most -= i64::from(share_out(buffers, scenario, index, nth_ref, balance.min(left)) > 0);
    }
    cut |= limit_amount(input, buffers, scenario, (index, part), first_award);
    let gave = scenario.awards.len() > first_award;
    // Once a purchase, however many rewards a stamp card would have (§14).
    scenario.results.push(PartResult { part: index, rewards: i64::from(gave), cut });
}

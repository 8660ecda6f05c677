//! Bundles: for each mix its units, every unit used once.
//!
//! Each kind of reward is bounded by sums of a weight per unit, which is exact for most. The
//! heaviest units of each mix are tried first; only when a unit would be used twice, or the
//! sum is not exact, are others tried, as long as their weights promise more than was found.

use std::ops::Range;

use super::super::column::{Pick, amount, price_of, run_of};
use super::super::{BundleReward, DealKind, DealMix, DealProblem};
use super::list::belongs;
use super::{Costs, Found, Market, Offers, Party, Wish};
use crate::number::{Decimal, Overflow};
use crate::rule::Base;
use crate::sort::InOrder as _;

/// Other choices tried for one column.
const MOST_TRIES: u64 = 200_000;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    /// Candidates of every mix, heaviest first.
    candidates: Vec<Candidate>,
    /// Per mix: its candidates, and the units it still needs.
    mixes: Vec<(Range<usize>, i64)>,
    /// Per mix: the greatest weight that it and all later ones can have, by both weights.
    rest: Vec<(i128, i128)>,
    /// The weights of the deciding unit that stands aside.
    aside: (i128, i128),
    /// Units used so far, per place; all 0 between searches.
    used: Vec<i64>,
    stack: Vec<Frame>,
    picks: Vec<Pick>,
    prices: Vec<i64>,
    /// Per mix.
    least_costs: Vec<i128>,
    sorted: Vec<(i64, i64)>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    unit: u32,
    place: usize,
    room: i64,
    /// What it is worth at most; and at most when the shares cap the reward.
    weight: i128,
    capped: i128,
    rewarded: bool,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    mix: usize,
    at: usize,
    needed: i64,
    weight: i128,
    capped: i128,
    /// The count to try next; below 0, all were tried.
    next: i64,
    /// The count taken by the frames above.
    taken: i64,
}

/// One way to bound a bundle's worth by weights.
#[derive(Debug, Clone, Copy)]
struct Pass {
    top: Top,
    value: Decimal,
    weight: Weight,
    /// Beside the weights.
    constant: i128,
}

/// Which unit decides the value, when values differ.
#[derive(Debug, Clone, Copy)]
struct Top {
    /// This one: the mix it is taken for, and it.
    forced: Option<(usize, u32)>,
    /// None dearer than this (price below 0, then line).
    ceiling: Option<(i64, u32)>,
}

/// What a minor unit of a rewarded unit's price or share counts.
#[derive(Debug, Clone, Copy)]
enum Weight {
    Share,
    Price,
    Percent,
    Nothing,
    /// Less what it lies below this price.
    Below(i64),
    /// Only units of at least this price.
    From(i64),
}

/// The deal at hand.
struct Context<'a> {
    problem: &'a DealProblem,
    market: &'a Market,
    at: usize,
    kind: &'a DealKind,
    mixes: &'a [DealMix],
    base: Base,
    reward: BundleReward,
    rooms: &'a [i64],
    costs: &'a Costs,
    wish: &'a Wish<'a>,
}

impl Context<'_> {
    /// What a unit costs in this role, if there is one left.
    fn cost(&self, unit: usize, rewarded: bool) -> Option<i128> {
        let place = self.market.place(self.problem, unit as u32);
        let there = self.rooms.get(place).is_some_and(|room| *room > 0);
        there.then(|| self.costs.run(place) + self.costs.role(unit as u32, rewarded))
    }
}

impl Offers {
    pub(super) fn best_bundle(
        &mut self,
        problem: &DealProblem,
        market: &Market,
        (at, party): (usize, &Party),
        rooms: &[i64],
        costs: &Costs,
        wish: &Wish<'_>,
    ) -> Result<Option<Found>, Overflow> {
        let Some(kind) = problem.deals.get(party.deal as usize).map(|deal| &deal.kind) else { return Ok(None) };
        let DealKind::Bundle { mixes, base, reward } = kind else { return Ok(None) };
        let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
        let (base, reward) = (*base, *reward);
        let context = Context { problem, market, at, kind, mixes, base, reward, rooms, costs, wish };
        if self.bundle.used.len() < rooms.len() {
            self.bundle.used.resize(rooms.len(), 0);
        }
        let mut best = None;
        self.tries = 0;
        let by_price = matches!(reward, BundleReward::Free | BundleReward::PercentOffCheapest);
        if party.several_values && by_price {
            // Each value in turn, with no unit dearer than the dearest that has it.
            let key = |unit: usize| {
                let own = problem.units.get(unit)?;
                let run = problem.runs.get(own.run as usize)?;
                Some((own.value, (-price_of(run, base), run.line)))
            };
            let units = || mixes.iter().flat_map(|mix| mix.units.clone()).filter_map(key);
            for (at, (value, _)) in units().enumerate() {
                if !units().take(at).any(|(other, _)| other == value) {
                    let ceiling = units().filter(|(other, _)| *other == value).map(|(_, key)| key).min();
                    self.passes(&context, Top { forced: None, ceiling }, value, &mut best)?;
                }
            }
        } else if party.several_values {
            // Each unit in turn as the most expensive one, which decides the value.
            for (mix, units) in mixes.iter().enumerate() {
                for unit in units.units.clone() {
                    let Some(value) = problem.units.get(unit).map(|unit| unit.value) else { continue };
                    self.passes(&context, Top { forced: Some((mix, unit as u32)), ceiling: None }, value, &mut best)?;
                }
            }
        } else if let Some(unit) = mixes.first().and_then(|mix| problem.units.get(mix.units.start)) {
            self.passes(&context, Top { forced: None, ceiling: None }, unit.value, &mut best)?;
        }
        Ok(best)
    }

    fn passes(&mut self, context: &Context<'_>, top: Top, value: Decimal, best: &mut Option<Found>) -> Result<(), Overflow> {
        let minor = context.costs.minor;
        let eligible = || context.mixes.iter().filter(|mix| mix.eligible);
        // No amount exceeds what the units cost, so greater values bound nothing.
        let shares: i128 = context.rooms.iter().zip(&context.market.runs).fold(0, |sum, (room, run)| {
            let share = context.problem.runs.get(*run as usize).map_or(0, |run| run.share);
            sum + i128::from(*room) * i128::from(share)
        });
        let whole = i128::from(value.whole().unwrap_or(0));
        let simple = |weight: Weight, constant: i128| Pass { top, value, weight, constant };
        match context.reward {
            BundleReward::NewPrice if whole >= shares => Ok(()),
            BundleReward::NewPrice => self.pass(context, simple(Weight::Share, -minor * whole), best),
            BundleReward::Amount => self.pass(context, simple(Weight::Nothing, minor * whole.clamp(0, shares)), best),
            BundleReward::Percent => {
                let (most, by) = context.market.deals.get(context.at).map_or((1, 2), |party| party.rounding);
                let rounding = (minor * i128::from(most) + i128::from(by) - 1) / i128::from(by);
                self.pass(context, simple(Weight::Percent, rounding), best)
            }
            BundleReward::Free | BundleReward::PercentOffCheapest => {
                let units = eligible().fold(0i64, |sum, mix| sum.saturating_add(mix.quantity));
                let free = whole.clamp(0, i128::from(units));
                if context.reward == BundleReward::Free && free == i128::from(units) {
                    return self.pass(context, simple(Weight::Price, 0), best);
                }
                if context.costs.has_floors(context.at) {
                    return self.pass_by_floor(context, value, best);
                }
                let Some(costs) = self.find_least_costs(context) else { return Ok(()) };
                let mut prices = std::mem::take(&mut self.bundle.prices);
                prices.clear();
                prices.extend(eligible().flat_map(|mix| mix.units.clone()).filter_map(|unit| {
                    let place = context.market.place(context.problem, unit as u32);
                    let there = context.rooms.get(place).is_some_and(|room| *room > 0);
                    let run = context.problem.units.get(unit).and_then(|unit| context.problem.runs.get(unit.run as usize));
                    run.filter(|_| there).map(|run| price_of(run, context.base))
                }));
                prices.put_in_order_by(|a, b| b.cmp(a));
                prices.dedup();
                for &price in &prices {
                    let pass = if context.reward == BundleReward::Free {
                        // The sum of the f least prices is the greatest, over all p, of f·p less
                        // what units lie below p: at p the f-th least price both are equal.
                        simple(Weight::Below(price), minor * free * i128::from(price))
                    } else {
                        simple(Weight::From(price), minor * i128::from(value.percent_of(price)?))
                    };
                    let most = pass.constant + context.costs.deal(context.at) - costs;
                    if most > best.map_or(context.wish.above, |best| best.value) {
                        self.pass(context, pass, best)?;
                    }
                }
                self.bundle.prices = prices;
                Ok(())
            }
        }
    }

    /// The least that a unit of each mix costs, into `least_costs`, and what a whole bundle costs at least;
    /// none when a mix cannot be filled.
    fn find_least_costs(&mut self, context: &Context<'_>) -> Option<i128> {
        self.bundle.least_costs.clear();
        let mut sum = 0i128;
        for mix in context.mixes {
            let costs = mix.units.clone().filter_map(|unit| context.cost(unit, mix.eligible));
            let least = costs.min()?;
            self.bundle.least_costs.push(least);
            sum += least * i128::from(mix.quantity);
            self.steps += mix.units.len() as u64 / 16;
        }
        Some(sum)
    }

    /// Each unit in turn as the cheapest rewarded one, when that has a price of its own.
    fn pass_by_floor(&mut self, context: &Context<'_>, value: Decimal, best: &mut Option<Found>) -> Result<(), Overflow> {
        let minor = context.costs.minor;
        let Some(costs) = self.find_least_costs(context) else { return Ok(()) };
        for (mix, units) in context.mixes.iter().enumerate().filter(|(_, mix)| mix.eligible) {
            for unit in units.units.clone() {
                let run = context.problem.units.get(unit).and_then(|unit| context.problem.runs.get(unit.run as usize));
                let Some(price) = run.map(|run| price_of(run, context.base)) else { continue };
                let gain = if context.reward == BundleReward::Free { price } else { value.percent_of(price)? };
                let constant = minor * i128::from(gain) - context.costs.floor(context.at, price);
                let (Some(least), Some(cost)) = (self.bundle.least_costs.get(mix), context.cost(unit, true)) else { continue };
                let most = constant + context.costs.deal(context.at) - costs + least - cost;
                if most <= best.map_or(context.wish.above, |best| best.value) {
                    continue;
                }
                let top = Top { forced: Some((mix, unit as u32)), ceiling: None };
                self.pass(context, Pass { top, value, weight: Weight::From(price), constant }, best)?;
            }
        }
        Ok(())
    }

    fn pass(&mut self, context: &Context<'_>, pass: Pass, best: &mut Option<Found>) -> Result<(), Overflow> {
        let floor = match pass.weight {
            Weight::From(price) => context.costs.floor(context.at, price),
            _ => 0,
        };
        let own = context.costs.deal(context.at) - floor;
        let (constant, above) =
            (pass.constant + context.costs.deal(context.at), best.map_or(context.wish.above, |best| best.value));
        let gathered = self.bundle.gather(context, &pass)?;
        self.steps += 1 + self.bundle.candidates.len() as u64 / 8;
        let Some((weight, capped)) = gathered.filter(|(weight, capped)| constant + weight > above && own + capped > above) else {
            return Ok(());
        };
        let promised = (constant + weight).min(own + capped);
        if context.wish.every {
            self.lists_all &= self.try_others(context, &pass, (constant, own), best)?;
            return Ok(());
        }
        if self.bundle.take_heaviest() {
            self.keep(context, &pass, best)?;
        }
        let proven = best.is_some_and(|best| best.value >= promised)
            || ((!context.wish.any || best.is_none()) && self.try_others(context, &pass, (constant, own), best)?);
        if !proven {
            self.bound = self.bound.max(promised);
        }
        Ok(())
    }

    /// Keeps the picks when they are worth more than the best so far.
    fn keep(&mut self, context: &Context<'_>, pass: &Pass, best: &mut Option<Found>) -> Result<bool, Overflow> {
        let Self { bundle, picks, .. } = self;
        if let Some((mix, unit)) = pass.top.forced {
            let rewarded = context.mixes.get(mix).is_some_and(|mix| mix.eligible);
            match bundle.picks.iter_mut().find(|pick| pick.unit == unit) {
                Some(pick) => pick.count += 1,
                None => bundle.picks.push(Pick { unit, count: 1, rewarded }),
            }
        }
        let amount = amount(context.problem, context.kind, &bundle.picks, &mut bundle.sorted)?;
        let mut value = context.costs.minor * i128::from(amount) + context.costs.deal(context.at);
        if context.costs.has_floors(context.at) {
            let floor = context.market.floor(context.problem, context.at, &bundle.picks);
            value -= floor.map_or(0, |floor| context.costs.floor(context.at, floor));
        }
        for pick in &bundle.picks {
            let place = context.market.place(context.problem, pick.unit);
            value -= (context.costs.run(place) + context.costs.role(pick.unit, pick.rewarded)) * i128::from(pick.count);
        }
        if context.wish.every {
            let belongs = match pass.weight {
                Weight::Below(price) | Weight::From(price) => {
                    let free = pass.value.whole().unwrap_or(0);
                    let Buffers { picks, sorted, .. } = &mut *bundle;
                    sorted.clear();
                    let rewarded = picks.iter().filter(|pick| pick.rewarded);
                    sorted.extend(
                        rewarded.filter_map(|pick| Some((price_of(run_of(context.problem, pick)?, context.base), pick.count))),
                    );
                    belongs(context.reward, free, price, sorted)
                }
                _ => true,
            };
            if belongs && amount > 0 && value > context.wish.above {
                let picks = std::mem::take(&mut self.bundle.picks);
                self.list_one(context.problem, context.market, (context.at, amount), &picks);
                self.bundle.picks = picks;
            }
            // Enough when there are too many.
            return Ok(!self.lists_all);
        }
        let better = amount > 0 && value > best.map_or(context.wish.above, |best| best.value);
        let kept = better && !context.wish.refuses(&bundle.picks);
        if kept {
            *best = Some(Found { value, amount });
            picks.clear();
            picks.extend_from_slice(&bundle.picks);
        }
        Ok(kept)
    }

    /// Every choice whose weights promise more than the best so far; false when not all were tried.
    fn try_others(
        &mut self,
        context: &Context<'_>,
        pass: &Pass,
        (constant, own): (i128, i128),
        best: &mut Option<Found>,
    ) -> Result<bool, Overflow> {
        self.bundle.stack.clear();
        let first = self.bundle.enter(0, self.bundle.aside.0, self.bundle.aside.1);
        self.bundle.stack.push(first);
        while let Some(&Frame { mix, at, needed, weight, capped, next, .. }) = self.bundle.stack.last() {
            self.steps += 1;
            self.tries += 1;
            if self.tries > MOST_TRIES || self.steps > context.wish.steps {
                self.bundle.leave_all();
                return Ok(false);
            }
            if mix >= self.bundle.mixes.len() {
                self.bundle.write_picks();
                if self.keep(context, pass, best)? && (context.wish.any || context.wish.every) {
                    self.bundle.leave_all();
                    return Ok(false);
                }
                self.bundle.leave();
                continue;
            }
            if next < 0 {
                self.bundle.leave();
                continue;
            }
            let bundle = &mut self.bundle;
            if let Some(frame) = bundle.stack.last_mut() {
                frame.next -= 1;
            }
            let Some(candidate) = bundle.candidates.get(at).copied() else { continue };
            let needed = needed - next;
            let weight = weight + candidate.weight * i128::from(next);
            let capped = capped + candidate.capped * i128::from(next);
            let end = bundle.mixes.get(mix).map_or(0, |(range, _)| range.end);
            if needed > 0 && at + 1 >= end {
                continue;
            }
            let above = best.map_or(context.wish.above, |best| best.value);
            let (more, more_capped) = bundle.promise(mix, at + 1, needed);
            if constant + weight + more <= above {
                // Fewer of a heavier unit promise no more.
                if let Some(frame) = bundle.stack.last_mut() {
                    frame.next = -1;
                }
                continue;
            }
            if own + capped + more_capped <= above {
                continue;
            }
            if let Some(used) = bundle.used.get_mut(candidate.place) {
                *used += next;
            }
            let frame =
                if needed > 0 { bundle.at(mix, at + 1, needed, weight, capped) } else { bundle.enter(mix + 1, weight, capped) };
            // The count stays readable in the frame above which this one stands.
            if let Some(above) = bundle.stack.last_mut() {
                above.taken = next;
            }
            bundle.stack.push(frame);
        }
        Ok(true)
    }
}

impl Buffers {
    /// Lists the candidates of each mix; the most that their weights can sum to. None: a mix
    /// cannot be filled.
    fn gather(&mut self, context: &Context<'_>, pass: &Pass) -> Result<Option<(i128, i128)>, Overflow> {
        let Context { problem, market, costs, base, .. } = *context;
        self.candidates.clear();
        self.mixes.clear();
        self.rest.clear();
        let top = pass.top.forced.and_then(|(mix, unit)| {
            let run = problem.units.get(unit as usize).and_then(|unit| problem.runs.get(unit.run as usize))?;
            Some((mix, unit, (-price_of(run, base), run.line)))
        });
        let mut aside = (0i128, 0i128);
        for (at, mix) in context.mixes.iter().enumerate() {
            let from = self.candidates.len();
            let mut needed = mix.quantity;
            for unit in mix.units.clone() {
                let place = market.place(problem, unit as u32);
                let mut room = context.rooms.get(place).copied().unwrap_or(0);
                let Some(run) = problem.units.get(unit).and_then(|unit| problem.runs.get(unit.run as usize)) else { continue };
                let price = price_of(run, base);
                // The dearest unit rules out dearer ones, the cheapest one's price all that are below.
                let forced = top.filter(|_| !matches!(pass.weight, Weight::From(_))).map(|(_, _, top)| top);
                let ceiling = forced.or(pass.top.ceiling);
                if ceiling.is_some_and(|ceiling| (-price, run.line) < ceiling) {
                    continue;
                }
                let cost = costs.run(place) + costs.role(unit as u32, mix.eligible);
                let (mut weight, mut capped) = (-cost, -cost);
                let mut fits = true;
                if mix.eligible {
                    capped += costs.minor * i128::from(run.share);
                    weight += match pass.weight {
                        Weight::Share => costs.minor * i128::from(run.share),
                        Weight::Price => costs.minor * i128::from(price),
                        Weight::Percent => percent_at_most(pass.value, price, costs.minor),
                        Weight::Nothing => 0,
                        Weight::Below(least) => -costs.minor * i128::from((least - price).max(0)),
                        Weight::From(least) => {
                            fits = price >= least;
                            0
                        }
                    };
                }
                let own = top.is_some_and(|(mix, top, _)| mix == at && top == unit as u32);
                if top.is_some_and(|(_, top, _)| {
                    problem.units.get(top as usize).map(|unit| unit.run) == problem.units.get(unit).map(|unit| unit.run)
                }) {
                    room -= 1;
                }
                if own {
                    if room < 0 || !fits {
                        return Ok(None);
                    }
                    needed -= 1;
                    aside = (weight, capped);
                }
                if fits && room > 0 {
                    self.candidates.push(Candidate { unit: unit as u32, place, room, weight, capped, rewarded: mix.eligible });
                }
            }
            self.mixes.push((from..self.candidates.len(), needed));
        }
        let (mut weight, mut capped) = aside;
        self.rest.resize(self.mixes.len() + 1, (0, 0));
        for at in (0..self.mixes.len()).rev() {
            let Some((range, needed)) = self.mixes.get(at).cloned() else { continue };
            let candidates = self.candidates.get_mut(range.clone()).unwrap_or(&mut []);
            if needed > 0 {
                candidates.put_in_order_by(|a, b| b.weight.cmp(&a.weight).then(a.unit.cmp(&b.unit)));
            }
            let there = candidates.iter().fold(0i64, |sum, candidate| sum.saturating_add(candidate.room));
            if there < needed {
                return Ok(None);
            }
            let own = self.promise_of(range.start, range.end, needed);
            let after = self.rest.get(at + 1).copied().unwrap_or((0, 0));
            if let Some(rest) = self.rest.get_mut(at) {
                *rest = (after.0 + own.0, after.1 + own.1);
            }
        }
        let all = self.rest.first().copied().unwrap_or((0, 0));
        weight += all.0;
        capped += all.1;
        self.aside = aside;
        Ok(Some((weight, capped)))
    }

    /// The greatest weights of `needed` units among these candidates, used ones too.
    fn promise_of(&self, from: usize, to: usize, needed: i64) -> (i128, i128) {
        let (mut left, mut weight, mut capped) = (needed, 0i128, i128::MIN);
        for candidate in self.candidates.get(from..to).unwrap_or(&[]) {
            let count = left.min(candidate.room);
            left -= count;
            weight += candidate.weight * i128::from(count);
            capped = capped.max(candidate.capped);
        }
        (weight, if needed > 0 { capped.saturating_mul(i128::from(needed)) } else { 0 })
    }

    /// The greatest weights from a candidate on, `needed` units of its mix still to be found.
    fn promise(&self, mix: usize, at: usize, needed: i64) -> (i128, i128) {
        let end = self.mixes.get(mix).map_or(0, |(range, _)| range.end);
        let own = if needed > 0 { self.promise_of(at, end, needed) } else { (0, 0) };
        let rest = self.rest.get(mix + 1).copied().unwrap_or((0, 0));
        (own.0 + rest.0, own.1.saturating_add(rest.1))
    }

    /// Picks the heaviest units of each mix; false when a unit would be used twice.
    fn take_heaviest(&mut self) -> bool {
        let Self { candidates, mixes, used, picks, .. } = self;
        picks.clear();
        let mut fits = true;
        for (range, needed) in mixes.iter() {
            let mut left = *needed;
            for candidate in candidates.get(range.clone()).unwrap_or(&[]) {
                if left == 0 {
                    break;
                }
                let count = left.min(candidate.room);
                left -= count;
                picks.push(Pick { unit: candidate.unit, count, rewarded: candidate.rewarded });
                if let Some(used) = used.get_mut(candidate.place) {
                    *used += count;
                    fits &= *used <= candidate.room;
                }
            }
        }
        for (range, needed) in mixes.iter() {
            let mut left = *needed;
            for candidate in candidates.get(range.clone()).unwrap_or(&[]) {
                if left == 0 {
                    break;
                }
                let count = left.min(candidate.room);
                left -= count;
                if let Some(used) = used.get_mut(candidate.place) {
                    *used -= count;
                }
            }
        }
        fits
    }

    /// The first frame of a mix, or of the first one after it that needs units.
    fn enter(&self, mix: usize, weight: i128, capped: i128) -> Frame {
        let waiting = self.mixes.iter().enumerate().skip(mix).find(|(_, (_, needed))| *needed > 0);
        match waiting {
            Some((mix, (range, needed))) => self.at(mix, range.start, *needed, weight, capped),
            None => Frame { mix: self.mixes.len(), at: 0, needed: 0, weight, capped, next: -1, taken: 0 },
        }
    }

    fn at(&self, mix: usize, at: usize, needed: i64, weight: i128, capped: i128) -> Frame {
        let free =
            self.candidates.get(at).map_or(0, |candidate| candidate.room - self.used.get(candidate.place).copied().unwrap_or(0));
        Frame { mix, at, needed, weight, capped, next: needed.min(free), taken: 0 }
    }

    /// Takes the last frame away and gives back what the one before it took.
    fn leave(&mut self) {
        self.stack.pop();
        if let Some(frame) = self.stack.last_mut()
            && let Some(candidate) = self.candidates.get(frame.at)
            && let Some(used) = self.used.get_mut(candidate.place)
        {
            *used -= std::mem::take(&mut frame.taken);
        }
    }

    fn leave_all(&mut self) {
        while !self.stack.is_empty() {
            self.leave();
        }
    }

    fn write_picks(&mut self) {
        let Self { stack, candidates, picks, .. } = self;
        picks.clear();
        for frame in stack.iter().filter(|frame| frame.taken > 0) {
            if let Some(candidate) = candidates.get(frame.at) {
                picks.push(Pick { unit: candidate.unit, count: frame.taken, rewarded: candidate.rewarded });
            }
        }
    }
}

/// Does the cheapest rewarded unit alone decide what such a bundle, of one value, gives?
pub(in super::super) fn is_by_floor(problem: &DealProblem, kind: &DealKind) -> bool {
    match kind {
        DealKind::Bundle { reward: BundleReward::PercentOffCheapest, .. } => true,
        DealKind::Bundle { mixes, reward: BundleReward::Free, .. } => {
            let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
            let first = mixes.iter().find_map(|mix| problem.units.get(mix.units.clone()).and_then(<[_]>::first));
            let units = mixes.iter().filter(|mix| mix.eligible).fold(0i64, |sum, mix| sum.saturating_add(mix.quantity));
            units > 1 && first.and_then(|unit| unit.value.whole()) == Some(1)
        }
        _ => false,
    }
}

/// The most that rounding can add to that percentage of sums of these prices, as a fraction of a
/// minor unit.
pub(in super::super) fn most_by_rounding(value: Decimal, prices: impl Iterator<Item = i64>) -> (i64, i64) {
    let (digits, power) = value.ratio();
    let by = i128::from(power) * 100;
    // Every sum is a multiple of this.
    let step = prices.fold(by, |step, price| gcd(step, i128::from(price) * i128::from(digits) % by));
    // The least part above a half, or just a half, is rounded up.
    let least = (by / 2 + step - 1) / step * step;
    match (i64::try_from(by - least), i64::try_from(by)) {
        (Ok(most), Ok(by)) if by <= 1_000_000 => (most, by),
        _ => (1, 2),
    }
}

fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// At least `minor` times that percentage of a price, before rounding.
fn percent_at_most(value: Decimal, price: i64, minor: i128) -> i128 {
    let (digits, power) = value.ratio();
    let by = i128::from(power) * 100;
    let product = i128::from(price) * i128::from(digits);
    let (whole, rest) = (product / by, product % by);
    let fraction = if rest == 0 {
        0
    } else if by <= 1_000_000 {
        (minor * rest + by - 1) / by
    } else {
        minor
    };
    minor * whole + fraction
}

//! When every deal's number of applications is settled, with the price of the cheapest unit where that decides the
//! reward, and else each unit adds to it on its own, who gets which unit is an assignment: a linear programme
//! whose corners are whole.

use super::column::{Pick, price_of};
use super::master::Master;
use super::offer::Market;
use super::{BundleReward, DealKind, DealProblem};
use crate::number::Overflow;

/// Parts of a minor unit told apart.
const FINE: i128 = 10_000;

/// Counted work at most.
const MOST_STEPS: u64 = 40_000;

/// Reused between evaluations.
#[derive(Debug, Default)]
pub(super) struct Assignment {
    master: Master,
    /// Per variable of the master: position in the set of the deal, and its unit.
    who: Vec<Option<(usize, Pick)>>,
    weights: Vec<(i128, usize, usize, Pick, Option<usize>)>,
    /// The units each deal gets.
    pub(super) given: Vec<(usize, Pick)>,
    pub(super) steps: u64,
}

/// Applications to find units for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Position in the set.
    pub(super) deal: usize,
    /// No rewarded unit is cheaper.
    pub(super) floor: i64,
    pub(super) times: i64,
}

/// Does each unit add to this deal's reward on its own?
pub(super) fn adds_up(kind: &DealKind, several_values: bool) -> bool {
    match kind {
        DealKind::Single { .. } => true,
        DealKind::Bundle { reward, .. } => {
            !several_values && matches!(reward, BundleReward::NewPrice | BundleReward::Percent | BundleReward::Amount)
        }
        DealKind::Group { .. } => false,
    }
}

impl Assignment {
    /// Fills `given` with units of `rooms` for these numbers of applications, of each deal those with a floor or none;
    /// false when it cannot be done.
    pub(super) fn find(
        &mut self,
        problem: &DealProblem,
        market: &Market,
        rooms: &[i64],
        wanted: &[Wanted],
    ) -> Result<bool, Overflow> {
        let Self { master, who, weights, given, steps } = self;
        master.clear();
        who.clear();
        weights.clear();
        given.clear();
        let row = |master: &mut Master, bound: i64, who: &mut Vec<Option<(usize, Pick)>>| {
            who.push(None);
            master.add_row(bound, None, std::iter::empty())
        };
        for room in rooms {
            row(master, *room, who)?;
        }
        for Wanted { deal: at, floor, times } in wanted {
            let at = *at;
            let Some(party) = market.deals.get(at).filter(|_| *times > 0) else { continue };
            let Some(kind) = problem.deals.get(party.deal as usize).map(|deal| &deal.kind) else { continue };
            match kind {
                DealKind::Single { units, tier_limit } => {
                    let slot = row(master, *times, who)?;
                    let tier = row(master, (*tier_limit).max(0), who)?;
                    for unit in units.clone() {
                        let Some(own) = problem.units.get(unit) else { continue };
                        let pick = Pick { unit: unit as u32, count: 1, rewarded: true };
                        weights.push((i128::from(own.gain) * FINE, at, slot, pick, own.tier.then_some(tier)));
                    }
                }
                DealKind::Bundle { mixes, base, reward } => {
                    for mix in problem.mixes.get(mixes.clone()).unwrap_or(&[]) {
                        let slot = row(master, mix.quantity.checked_mul(*times).ok_or(Overflow)?, who)?;
                        for unit in mix.units.clone() {
                            let Some((own, run)) = problem
                                .units
                                .get(unit)
                                .and_then(|unit| problem.runs.get(unit.run as usize).map(|run| (unit, run)))
                            else {
                                continue;
                            };
                            if mix.eligible && price_of(run, *base) < *floor {
                                continue;
                            }
                            let weight = match reward {
                                _ if !mix.eligible => 0,
                                BundleReward::NewPrice => i128::from(run.share) * FINE,
                                BundleReward::Percent => {
                                    let (digits, power) = own.value.ratio();
                                    i128::from(price_of(run, *base)) * i128::from(digits) * FINE / (i128::from(power) * 100)
                                }
                                _ => 0,
                            };
                            weights.push((weight, at, slot, Pick { unit: unit as u32, count: 1, rewarded: mix.eligible }, None));
                        }
                    }
                }
                DealKind::Group { .. } => return Ok(false),
            }
        }
        // All slots are to be filled, before anything else.
        let greatest = weights.iter().map(|(weight, ..)| *weight).max().unwrap_or(0);
        let filled = (greatest + 1) * 2 * (market.rooms.len() as i128 + 1);
        for (weight, at, slot, pick, tier) in weights.iter() {
            let place = market.place(problem, pick.unit);
            let uses = [Some((place, 1)), Some((*slot, 1)), tier.map(|tier| (tier, 1))];
            master.add_column(weight + filled, uses.into_iter().flatten());
            who.push(Some((*at, *pick)));
        }
        let solved = master.climb(MOST_STEPS);
        *steps += master.steps;
        if solved.is_err() || master.steps >= MOST_STEPS {
            return Ok(false);
        }
        for (variable, count, scale) in master.taken() {
            if let Some(Some((at, pick))) = who.get(variable as usize)
                && count > 0
            {
                if count % scale != 0 {
                    return Ok(false);
                }
                given.push((*at, Pick { count: count / scale, ..*pick }));
            }
        }
        Ok(true)
    }
}

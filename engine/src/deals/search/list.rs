//! When the bound is near enough, all columns that a better choice can have are listed. From
//! there on rows of any kind can be added, for what a column counts in them is looked up.

use std::ops::Range;

use super::super::DealProblem;
use super::super::column::Pick;
use super::super::offer::{Costs, Listed, MOST_PLACES, Wish};
use super::super::{DealKind, set_cut::SetCut};
use super::{Buffers, LIST_AFTER};
use crate::number::Overflow;
use crate::sort::InOrder as _;

/// Columns listed at most.
const MOST_LISTED: usize = 8_000;

/// The prices of the first case.
#[derive(Debug, Default)]
pub(super) struct Root {
    pub(super) known: bool,
    costs: Costs,
    scale: i128,
    /// No choice is worth more, by that scale.
    promised: i128,
}

/// Mixes that are put together in pairs.
const MOST_PAIRED: usize = 12;

/// New columns of a deal at a time.
const MOST_AT_ONCE: usize = 4;

/// The columns, by deal.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) open: bool,
    pub(super) columns: Vec<Listed>,
    /// The least that a better choice was worth when they were looked through.
    least: i128,
    /// Per `DealUnit`: what it costs, not rewarded and rewarded.
    costs: Vec<(i128, i128)>,
    /// Rows with a price.
    charges: Vec<(SetCut, i128)>,
    best: Vec<(i128, usize)>,
    /// Places that can be used alike, dearest first: each row points into `places`.
    rows: Vec<Range<usize>>,
    places: Vec<usize>,
    pair: Vec<usize>,
}

impl List {
    /// A column's worth at the costs set, without rows over sets.
    fn worth(&self, listed: &Listed, costs: &Costs, deal: i128) -> i128 {
        let floor = costs.floor(listed.deal as usize, listed.floor);
        listed.units().fold(costs.minor * i128::from(listed.amount) + deal - floor, |worth, (unit, _, rewarded)| {
            let cost = self.costs.get(unit as usize).copied().unwrap_or((0, 0));
            worth - if rewarded { cost.1 } else { cost.0 }
        })
    }

    /// What those rows charge.
    fn charge(&self, listed: &Listed) -> i128 {
        self.charges.iter().fold(0, |sum, (cut, price)| {
            sum + price * i128::from(cut.coefficient(listed.units().map(|(_, place, _)| (place, 1))))
        })
    }
}

impl Buffers {
    /// Forgets the list, and the rows that need it.
    pub(super) fn close_list(&mut self) {
        self.list.open = false;
        self.set_cuts.clear();
    }

    /// Notes the prices of the first case, by which columns can be told from hopeless ones later.
    pub(super) fn note_root(&mut self, problem: &DealProblem) {
        self.root.known = self.market.rooms.len() <= MOST_PLACES && self.reset_costs(problem);
        if self.root.known {
            self.root.costs.copy(&self.costs);
            (self.root.scale, self.root.promised) = (self.master.scale(), self.promised);
        }
    }

    /// Lists all columns that a better choice can have, by the prices of the first case; false when
    /// they are more than so many, or finding them takes more than that part of the steps.
    fn list_all(&mut self, problem: &DealProblem, most: usize, part: u64) -> Result<bool, Overflow> {
        let above = self.least().saturating_mul(self.root.scale).saturating_sub(self.root.promised).saturating_sub(1);
        let left = self.steps.saturating_sub(self.used());
        let Self { market, offers, root, pool, .. } = self;
        offers.listed.clear();
        offers.most_listed = most;
        let wish = Wish { above, any: false, every: true, not: &[], pool, steps: offers.steps + left / part };
        for deal in 0..market.deals.len() {
            if !root.known || !offers.list(problem, market, deal, &root.costs, &wish)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// So many steps into the search: are the columns few enough to be listed? Then it is better to
    /// start anew.
    pub(super) fn should_list(&mut self, problem: &DealProblem) -> Result<bool, Overflow> {
        if self.list.open || self.lists || self.used() < self.list_after {
            return Ok(false);
        }
        let most = LIST_AFTER.get(self.list_tries).map_or(0, |(_, most)| *most);
        self.list_tries += 1;
        let next = LIST_AFTER.get(self.list_tries).map(|(after, _)| *after);
        self.list_after = next.map_or(u64::MAX, |next| self.after(next));
        self.lists = self.list_all(problem, most, if next.is_some() { 64 } else { 8 })?;
        Ok(self.lists)
    }

    /// Is a better choice known than when columns were listed, and are there steps left to make use of it?
    pub(super) fn should_relist(&self) -> bool {
        self.used() >= self.relist_after && self.best_value > self.listed_best
    }

    /// Lists all columns that a better choice can have; false when they are too many.
    pub(super) fn open_list(&mut self, problem: &DealProblem) -> Result<bool, Overflow> {
        if !self.list_all(problem, MOST_LISTED, 8)? {
            return Ok(false);
        }
        let Self { market, offers, pool, list, columns, column_of, .. } = self;
        std::mem::swap(&mut list.columns, &mut offers.listed);
        for at in column_of.iter() {
            let Some(column) = columns.get(*at as usize) else { continue };
            let picks = pool.get(column.picks.clone()).unwrap_or(&[]);
            let Some(own) = Listed::new(problem, market, (column.deal, column.amount), picks) else { continue };
            let place = list.columns.binary_search_by_key(&(own.deal, own.key), |other| (other.deal, other.key));
            if let Some(listed) = place.ok().and_then(|at| list.columns.get_mut(at)) {
                listed.known = true;
            }
        }
        list.open = true;
        // Choices as good as the best may have others.
        self.ties_open |= self.amounts_only;
        self.line_up(problem);
        Ok(true)
    }

    /// The places of every mix, of every deal, and all, dearest first.
    fn line_up(&mut self, problem: &DealProblem) {
        let Self { list: List { rows, places, pair, .. }, market, .. } = self;
        rows.clear();
        places.clear();
        let price = |place: &usize| {
            let run = market.runs.get(*place).and_then(|run| problem.runs.get(*run as usize));
            (std::cmp::Reverse(run.map_or(0, |run| run.price)), *place)
        };
        let add = |places: &mut Vec<usize>, rows: &mut Vec<Range<usize>>, units: &mut dyn Iterator<Item = usize>| {
            let from = places.len();
            places.extend(units);
            if let Some(own) = places.get_mut(from..) {
                own.put_in_order_by_key(price);
            }
            let mut to = from;
            for at in from..places.len() {
                let place = places.get(at).copied().unwrap_or(0);
                if to == from || places.get(to - 1) != Some(&place) {
                    if let Some(slot) = places.get_mut(to) {
                        *slot = place;
                    }
                    to += 1;
                }
            }
            places.truncate(to);
            if rows.iter().any(|row| places.get(row.clone()) == places.get(from..)) {
                places.truncate(from);
            } else {
                rows.push(from..places.len());
            }
        };
        for party in &market.deals {
            match problem.deals.get(party.deal as usize).map(|deal| &deal.kind) {
                Some(DealKind::Group { units, .. } | DealKind::Single { units, .. }) => {
                    add(places, rows, &mut units.clone().map(|unit| market.place(problem, unit as u32)));
                }
                Some(DealKind::Bundle { mixes, .. }) => {
                    let mixes = problem.mixes.get(mixes.clone()).unwrap_or(&[]);
                    for mix in mixes {
                        add(places, rows, &mut mix.units.clone().map(|unit| market.place(problem, unit as u32)));
                    }
                }
                None => {}
            }
        }
        let mixes = rows.len();
        for a in 0..mixes.min(MOST_PAIRED) {
            for b in 0..a {
                let Some((a, b)) = rows.get(a).cloned().zip(rows.get(b).cloned()) else { continue };
                pair.clear();
                pair.extend(a.chain(b).filter_map(|at| places.get(at).copied()));
                add(places, rows, &mut pair.iter().copied());
            }
        }
        for party in &market.deals {
            if let Some(DealKind::Bundle { mixes, .. }) = problem.deals.get(party.deal as usize).map(|deal| &deal.kind) {
                let all = problem.mixes.get(mixes.clone()).unwrap_or(&[]).iter().flat_map(|mix| mix.units.clone());
                add(places, rows, &mut all.map(|unit| market.place(problem, unit as u32)));
            }
        }
        add(places, rows, &mut (0..market.rooms.len()));
    }

    /// Looks up what everything costs.
    pub(super) fn price_list(&mut self, problem: &DealProblem) {
        let Self { market, master, costs, list, set_cuts, .. } = self;
        list.costs.clear();
        list.costs.extend((0..problem.units.len()).map(|unit| {
            let run = market.place(problem, unit as u32);
            let run = costs.run.get(run).copied().unwrap_or(0);
            let role = |list: &[i128]| run + list.get(unit).copied().unwrap_or(0);
            (role(&costs.unit), role(&costs.rewarded))
        }));
        for (party, tier) in market.deals.iter().zip(&costs.tier) {
            if let Some(DealKind::Single { units, .. }) = problem.deals.get(party.deal as usize).map(|deal| &deal.kind) {
                for unit in units.clone() {
                    if let (Some(cost), true) = (list.costs.get_mut(unit), problem.units.get(unit).is_some_and(|unit| unit.tier))
                    {
                        cost.1 += tier;
                    }
                }
            }
        }
        list.charges.clear();
        let prices = set_cuts.cuts.iter().map(|cut| (*cut, master.price(cut.row)));
        list.charges.extend(prices.filter(|(_, price)| *price > 0));
    }

    /// Keeps the columns of a deal that gain most; what the best one gains.
    pub(super) fn offer_listed(&mut self, deal: usize) -> i128 {
        let Self { list, costs, columns, pool, offers, minor: minor_now, preferences, .. } = self;
        let preference = preferences.get(deal).copied().unwrap_or(0);
        let own = costs.deal.get(deal).copied().unwrap_or(0);
        let from = list.columns.partition_point(|listed| (listed.deal as usize) < deal);
        let to = list.columns.partition_point(|listed| listed.deal as usize <= deal);
        let mut best = std::mem::take(&mut list.best);
        best.clear();
        for (at, listed) in list.columns.iter().enumerate().take(to).skip(from).filter(|(_, listed)| !listed.known) {
            let least = if best.len() < MOST_AT_ONCE { 0 } else { best.last().map_or(0, |(worth, _)| *worth) };
            let worth = list.worth(listed, costs, own);
            if worth > least {
                let worth = worth - list.charge(listed);
                if worth > least {
                    best.insert(best.partition_point(|(other, _)| *other >= worth), (worth, at));
                    best.truncate(MOST_AT_ONCE);
                }
            }
        }
        offers.steps += 1 + (to - from) as u64 / 16;
        for (_, at) in &best {
            let Some(listed) = list.columns.get_mut(*at) else { continue };
            listed.known = true;
            let from = pool.len();
            listed.write(pool);
            let value = minor_now.saturating_mul(i128::from(listed.amount)).saturating_add(preference);
            columns.push(super::Column { deal, amount: listed.amount, value, picks: from..pool.len() });
        }
        let gain = best.first().map_or(0, |(worth, _)| *worth);
        list.best = best;
        gain
    }

    /// Drops what no better choice can have, by the prices of the linear programme as it stands.
    pub(super) fn shorten_list(&mut self, problem: &DealProblem) {
        let least = self.least();
        if !self.reset_costs(problem) {
            return;
        }
        self.price_list(problem);
        let Self { list, costs, master, offers, promised, .. } = self;
        let scale = master.scale();
        for at in 0..list.columns.len() {
            let Some(listed) = list.columns.get(at).copied() else { break };
            let own = costs.deal.get(listed.deal as usize).copied().unwrap_or(0);
            let mut most = *promised + list.worth(&listed, costs, own);
            if most >= least.saturating_mul(scale) {
                most -= list.charge(&listed);
            }
            if let Some(listed) = list.columns.get_mut(at) {
                listed.most = listed.most.min(most.div_euclid(scale));
            }
        }
        offers.steps += 1 + list.columns.len() as u64 / 8;
        list.columns.retain(|listed| listed.most >= least);
    }

    /// Drops what no better choice can have, by what is known of each.
    pub(super) fn forget_hopeless(&mut self) {
        let least = self.least();
        if std::mem::replace(&mut self.list.least, least) != least {
            self.list.columns.retain(|listed| listed.most >= least);
        }
    }

    /// Adds rows over sets of units that the fractional choice at hand breaks; were there any?
    pub(super) fn cut_sets(&mut self, problem: &DealProblem, by: i128) -> Result<bool, Overflow> {
        let Self { market, columns, pool, shares, set_cuts, master, column_of, list, .. } = self;
        set_cuts.begin(&market.rooms);
        let picks = |at: u32| columns.get(at as usize).and_then(|column| pool.get(column.picks.clone())).unwrap_or(&[]);
        for (at, share) in shares.iter() {
            set_cuts.take((*share, by), picks(*at), |unit| market.place(problem, unit));
        }
        let mut steps = 0;
        let found = set_cuts.find(&market.rooms, &list.rows, &list.places, &mut steps);
        master.steps += steps;
        let places = |pick: &Pick| (market.place(problem, pick.unit), pick.count);
        let known = set_cuts.cuts.len() - found;
        for cut in set_cuts.cuts.iter_mut().skip(known) {
            let coefficients = column_of.iter().enumerate().filter(|(_, at)| **at != u32::MAX).filter_map(|(variable, at)| {
                let coefficient = cut.coefficient(picks(*at).iter().map(places));
                (coefficient != 0).then_some((variable as u32, coefficient))
            });
            let row = master.add_row(cut.bound, None, coefficients)?;
            column_of.resize(master.variables(), u32::MAX);
            cut.row = row;
        }
        Ok(found > 0)
    }
}

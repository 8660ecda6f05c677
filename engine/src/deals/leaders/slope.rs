//! Better prices, step by step: a unit that several lanes want becomes dearer, one that none wants
//! cheaper, which is down the slope of the bound. The steps get shorter where they lead nowhere.

use super::Buffers;
use super::prices::{MOST_PRICES, NEVER, Prices, Unit, Way, best_of, groups_of};

/// In how many parts the row's prices are made better together, and how often at most; at last each on its own.
const LEVELS: [(usize, usize); 4] = [(1, 40), (8, 40), (64, 40), (0, 40)];

/// The greatest weight of a price among those that move together.
const ONE: i64 = 1 << 20;

impl Buffers {
    /// Raises the prices of units that several lanes want and lowers those that none wants, for as
    /// long as that brings the bound down; first those of many units together, then of ever fewer.
    /// The least bound.
    pub(super) fn better_prices(&mut self, steps: u64) -> i64 {
        let mut best = self.bound();
        for (parts, rounds) in LEVELS {
            let (mut part, mut idle) = (64i64, 0);
            self.prices.slopes.clear();
            for _ in 0..rounds {
                if best <= self.best_value || part == 0 || self.steps >= steps {
                    break;
                }
                if !self.move_prices(parts, part) {
                    break;
                }
                let bound = self.bound();
                if bound < best {
                    best = bound;
                    idle = 0;
                    let Prices { now, best, .. } = &mut self.prices;
                    best.copy(now);
                } else {
                    idle += 1;
                    if idle == 4 {
                        (part, idle) = (part * 2 / 3, 0);
                    }
                }
            }
            self.use_best_prices();
            if best > self.best_value {
                self.walk(32, steps);
            }
        }
        best
    }

    /// One step down the bound's slope; false when there is none.
    fn move_prices(&mut self, parts: usize, part: i64) -> bool {
        let applications = self.count_uses();
        let over = self.limit.map_or(0, |limit| limit - applications);
        let now = self.bound();
        let target = self.best_value.max(now - now / 16);
        let Self { prices, seats, row, lanes, .. } = self;
        let Prices { now: set, uses, slopes, .. } = prices;
        let over = if over > 0 && set.application == 0 { 0 } else { over };
        let (units, kinds) = (seats.len(), lanes.len() + 1);
        let price = |number: usize| {
            let seat = seats.get(number).copied().unwrap_or(u32::MAX);
            row.get(seat as usize).map_or(0, |placed| placed.price)
        };
        let dearest = i128::from(price(0).max(1));
        let weight = |price: i64| (i128::from(price) * i128::from(ONE) / dearest) as i64;
        // Which prices move together, and how much each of them.
        let place = |number: usize, seat: u32| {
            let lane = row.get(seat as usize).map_or(0, |placed| placed.lane.min(kinds - 1));
            if parts == 0 { (number, ONE) } else { (number * parts / units * kinds + lane, weight(price(number)) + 1) }
        };
        slopes.iter_mut().for_each(|slope| *slope = *slope * 3 / 4);
        slopes.resize(if parts == 0 { units } else { parts * kinds }, 0);
        for (number, ((price, uses), seat)) in set.units.iter().zip(uses.iter()).zip(seats.iter()).enumerate() {
            if *uses > 0 || *price > 0 {
                let (at, weight) = place(number, *seat);
                if let Some(slope) = slopes.get_mut(at) {
                    *slope += weight * (1 - uses);
                }
            }
        }
        let norm = slopes.iter().map(|slope| i128::from(*slope) * i128::from(*slope)).sum::<i128>()
            + i128::from(over) * i128::from(over) * i128::from(ONE) * i128::from(ONE);
        if norm == 0 {
            return false;
        }
        let step = i128::from((now - target).max(1)) * i128::from(part);
        let by = norm * 64;
        let most = MOST_PRICES / (units as i64).max(self.limit.unwrap_or(0)).max(1);
        let moved = |own: i64, slope: i64, weight: i64| {
            let less = step * i128::from(slope) * i128::from(weight) / by;
            (i128::from(own) - less).clamp(0, i128::from(most)) as i64
        };
        for (number, (price, seat)) in set.units.iter_mut().zip(seats.iter()).enumerate() {
            let (at, weight) = place(number, *seat);
            *price = moved(*price, slopes.get(at).copied().unwrap_or(0), weight);
        }
        set.application = moved(set.application, over * ONE, ONE);
        self.fill_tables();
        true
    }

    /// Follows each lane's best way; how often units are taken, and applications made.
    fn count_uses(&mut self) -> i64 {
        let Self { prices, lanes, seats, gains, row, minor, .. } = self;
        let Prices { now, bank, group_bank, shapes, moves, table, uses, .. } = prices;
        let count = seats.len();
        uses.clear();
        uses.resize(count, 0);
        let mut applications = 0;
        for (at, (lane, shape)) in lanes.iter().zip(shapes.iter()).enumerate() {
            let mut state = 0usize;
            for (number, (seat, price)) in seats.iter().zip(now.units.iter()).enumerate() {
                let gain = gains.get(*seat as usize * lanes.len() + at).copied().unwrap_or(0) * *minor;
                let leads = row.get(*seat as usize).filter(|placed| lane.led && placed.lane == at);
                let leads = leads.map(|_| if lane.all_free { gain } else { 0 });
                let (bank, banker) = bank.get(at * (count + 1) + number).copied().unwrap_or((0, u32::MAX));
                let groups = group_bank.get(at * (count + 1) + number..at * (count + 1) + number + 2).unwrap_or(&[]);
                let after = table.get(shape.table + (number + 1) * shape.width..).unwrap_or(&[]);
                let Some(own) = moves.get(shape.moves + state) else { break };
                let unit = Unit { gain, complete: 1 + now.application, leads, bank, groups: groups_of(groups) };
                let (best, way) = best_of(own, shape.slots, after, &unit);
                if best - price < after.get(state).copied().unwrap_or(NEVER) {
                    continue;
                }
                let mut use_one = |at: usize, more: i64| {
                    if let Some(uses) = uses.get_mut(at) {
                        *uses += more;
                    }
                };
                use_one(number, 1);
                let banked = match way {
                    Way::Lead if own.full => -1,
                    Way::PayByBank | Way::WinByBank => 1,
                    _ => 0,
                };
                use_one(banker as usize, banked);
                // A group that is sold is worth what its rewarded units would be at their prices.
                let sold = match way {
                    Way::Pay | Way::PayByBank if own.sells => groups.last().map(|(_, unit)| (*unit, 1)),
                    Way::WinBought => groups.first().map(|(_, unit)| (*unit, -1)),
                    _ => None,
                };
                if let Some((unit, sold)) = sold.filter(|(unit, _)| *unit != u32::MAX) {
                    use_one(unit as usize, sold * lane.rewarded);
                    applications += sold;
                }
                state = match way {
                    Way::Pay => own.pay as usize,
                    Way::PayByBank => own.pay as usize + shape.slots,
                    Way::Win => own.win as usize,
                    Way::WinByBank => own.win as usize + shape.slots,
                    Way::WinBought => own.bought as usize,
                    Way::Lead => own.lead as usize,
                };
                applications += i64::from(own.done && matches!(way, Way::Win | Way::WinByBank | Way::WinBought));
            }
        }
        applications
    }
}

//! What each rule gave under each side, and what new rules took from others.

use std::collections::BTreeMap;

use rabatt_engine::Outcome;

use super::estimate::Sum;
use super::sides::{Sides, State};

/// What one rule gave.
#[derive(Debug, Clone, Default)]
pub(crate) struct RuleSums {
    pub(crate) receipts: [u64; 2],
    pub(crate) amount: [i128; 2],
    pub(crate) bonus: [i128; 2],
    /// Of each receipt: how much more discount it gives under the second side.
    pub(crate) difference: Sum,
}

/// What one rule took from another.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Displaced {
    pub(crate) receipts: u64,
    pub(crate) amount: Sum,
    pub(crate) bonus: i128,
}

/// What a rule gave on the receipt at hand: discount and bonus, under each side.
#[derive(Debug, Clone, Copy, Default)]
struct Given {
    rule: u32,
    discount: [i64; 2],
    bonus: [i64; 2],
}

impl Given {
    fn of(self, bonus: bool) -> [i64; 2] {
        if bonus { self.bonus } else { self.discount }
    }

    fn gained(self, bonus: bool) -> i64 {
        let [before, after] = self.of(bonus);
        after - before
    }
}

/// The sums of all rules, by their number in [`Sides`].
#[derive(Debug, Default)]
pub(crate) struct RuleTally {
    pub(crate) rules: Vec<RuleSums>,
    /// By the rule that lost and the rule that gave instead.
    pub(crate) displaced: BTreeMap<(u32, u32), Displaced>,
    given: Vec<Given>,
}

impl RuleTally {
    pub(crate) fn new(sides: &Sides) -> Self {
        Self { rules: vec![RuleSums::default(); sides.rules.len()], ..Self::default() }
    }

    /// Notes what a side gave on the receipt at hand.
    pub(crate) fn note(&mut self, sides: &Sides, side: usize, outcome: &Outcome) {
        if side == 0 {
            self.given.clear();
        }
        for applied in &outcome.applied {
            let rule = sides.number(side, applied.rule);
            let at = self.given.iter().position(|given| given.rule == rule).unwrap_or_else(|| {
                self.given.push(Given { rule, ..Given::default() });
                self.given.len() - 1
            });
            if let Some(given) = self.given.get_mut(at) {
                for (sums, amount) in [(&mut given.discount, applied.amount), (&mut given.bonus, applied.bonus)] {
                    if let Some(sum) = sums.get_mut(side) {
                        // The engine has added them up to the totals already, without overflow.
                        *sum = sum.saturating_add(amount);
                    }
                }
            }
        }
    }

    /// Adds the receipt at hand, both sides noted.
    pub(crate) fn add(&mut self, sides: &Sides) {
        for given in &self.given {
            let Some(sums) = self.rules.get_mut(given.rule as usize) else { continue };
            for side in 0..2 {
                let of = |both: [i64; 2]| both.get(side).copied().unwrap_or(0);
                let (amount, bonus) = (of(given.discount), of(given.bonus));
                if let Some(count) = sums.receipts.get_mut(side) {
                    *count += u64::from(amount > 0 || bonus > 0);
                }
                for (sums, more) in [(&mut sums.amount, amount), (&mut sums.bonus, bonus)] {
                    if let Some(sum) = sums.get_mut(side) {
                        *sum += i128::from(more);
                    }
                }
            }
            sums.difference.add(given.gained(false));
        }
        self.displace(sides, false);
        self.displace(sides, true);
    }

    /// What kept rules give less where new ones give more counts as displaced by these, in
    /// proportion to what they give. Discount displaces discount and bonus bonus: they do not
    /// compete with each other (§12).
    fn displace(&mut self, sides: &Sides, bonus: bool) {
        let gain = |given: &Given| if sides.state(given.rule).is_new() { given.gained(bonus).max(0) } else { 0 };
        let gained: i64 = self.given.iter().map(gain).fold(0, i64::saturating_add);
        if gained == 0 {
            return;
        }
        for victim in &self.given {
            let lost = victim.gained(bonus).saturating_neg();
            if lost <= 0 || sides.state(victim.rule) != State::Kept {
                continue;
            }
            // Each takes its part of what is left, so that the parts make the whole.
            let (mut lost_left, mut gained_left) = (i128::from(lost), i128::from(gained));
            for by in &self.given {
                let weight = i128::from(gain(by));
                if weight == 0 || gained_left == 0 {
                    continue;
                }
                let part = rabatt_engine::round_div(lost_left * weight, gained_left);
                (lost_left, gained_left) = (lost_left - part, gained_left - weight);
                let displaced = self.displaced.entry((victim.rule, by.rule)).or_default();
                displaced.receipts += 1;
                if bonus {
                    displaced.bonus += part;
                } else {
                    displaced.amount.add(i64::try_from(part).unwrap_or(i64::MAX));
                }
            }
        }
    }

    pub(crate) fn merge(&mut self, other: RuleTally) {
        for (own, more) in self.rules.iter_mut().zip(other.rules) {
            own.receipts.iter_mut().zip(more.receipts).for_each(|(own, more)| *own += more);
            own.amount.iter_mut().zip(more.amount).for_each(|(own, more)| *own += more);
            own.bonus.iter_mut().zip(more.bonus).for_each(|(own, more)| *own += more);
            own.difference.merge(more.difference);
        }
        for (pair, more) in other.displaced {
            let own = self.displaced.entry(pair).or_default();
            own.receipts += more.receipts;
            own.amount.merge(more.amount);
            own.bonus += more.bonus;
        }
    }
}

//! What customers have had of their refs, and have left.

use std::collections::VecDeque;

use rabatt_engine::{Applied, Code, Instant, Plan, Problem, Statistics};
use rustc_hash::FxHashMap;

use super::gifts::Gifts;
use super::terms::Terms;
use super::timeline::Customers;

const DAY: i64 = 86_400_000_000;

/// What one customer has had of one gift.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) gift: u32,
    pub(crate) statistics: Statistics,
    /// Stamps that rewards took.
    pub(crate) spent: i64,
    /// Of a rule whose stamps lapse.
    pub(crate) card: Option<Box<Card>>,
}

/// Stamps held, the oldest first: microseconds since 1970, and how many.
#[derive(Debug, Clone, Default)]
pub(crate) struct Card(pub(crate) VecDeque<(i64, i64)>);

/// Microseconds since 1970, as the service keeps times of purchases.
pub(crate) fn micros(at: Instant) -> i64 {
    let (seconds, nanos) = at.timestamp();
    seconds.saturating_mul(1_000_000).saturating_add(i64::from(nanos / 1_000))
}

impl Place {
    pub(crate) fn new(gift: u32) -> Self {
        Self { gift, statistics: Statistics::default(), spent: 0, card: None }
    }

    /// Adds what a purchase took.
    pub(crate) fn record(&mut self, applied: &Applied, at: Instant, terms: &Terms) {
        self.statistics = applied.statistics;
        self.spent = self.spent.saturating_add(applied.stamp_spent);
        if terms.expire_days.is_some() && applied.stamp + applied.stamp_spent > 0 {
            self.card.get_or_insert_default().record(micros(at), applied.stamp, applied.stamp_spent);
        }
    }

    /// Leaves out the stamps that have lapsed by an instant.
    pub(crate) fn lapse(&mut self, at: Instant, terms: &Terms) {
        if let (Some(card), Some(days)) = (&mut self.card, terms.expire_days) {
            card.lapse(micros(at), days);
            self.statistics.current_stamp = card.count();
        }
    }

    /// Adds what was had in other purchases, of a rule that does not remember any.
    ///
    /// # Errors
    /// A sum that leaves 64 bits.
    fn add(&mut self, other: &Self) -> Result<(), Problem> {
        let sum = |a: i64, b: i64| {
            let message = "what all purchases together had of a ref leaves 64 bits";
            a.checked_add(b).ok_or_else(|| Problem::new(Code::Overflow, "", message))
        };
        let (all, more) = (&mut self.statistics, &other.statistics);
        all.usage = sum(all.usage, more.usage)?;
        all.amount = sum(all.amount, more.amount)?;
        all.bonus = sum(all.bonus, more.bonus)?;
        Ok(())
    }
}

/// Adds places of the same customer.
///
/// # Errors
/// A sum that leaves 64 bits.
pub(crate) fn add_up(places: &mut Vec<Place>, more: Vec<Place>) -> Result<(), Problem> {
    for other in more {
        match places.iter_mut().find(|place| place.gift == other.gift) {
            Some(place) => place.add(&other)?,
            None => places.push(other),
        }
    }
    Ok(())
}

impl Card {
    /// A reward takes the oldest stamps, those of its own purchase last (§13).
    fn record(&mut self, at: i64, earned: i64, mut spent: i64) {
        if earned > 0 {
            self.0.push_back((at, earned));
        }
        while spent > 0 {
            let Some((_, count)) = self.0.front_mut() else { return };
            let taken = spent.min(*count);
            spent -= taken;
            *count -= taken;
            if *count == 0 {
                self.0.pop_front();
            }
        }
    }

    fn lapse(&mut self, at: i64, days: i64) {
        let until = |earned_at: i64| earned_at.saturating_add(days.saturating_mul(DAY));
        self.0.retain(|(earned_at, _)| until(*earned_at) >= at);
    }

    fn count(&self) -> i64 {
        self.0.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// What all customers together had of each rule: purchases, and amount with bonus.
pub(crate) fn totals(plan: &Plan, gifts: &Gifts, states: &[Vec<Place>]) -> Vec<(i64, i64)> {
    let mut totals = vec![(0i64, 0i64); plan.rules().len()];
    for place in states.iter().flatten() {
        if let Some((usage, amount)) = totals.get_mut(gifts.rule(place.gift) as usize) {
            let Statistics { usage: used, amount: given, bonus, .. } = place.statistics;
            *usage = usage.saturating_add(used);
            *amount = amount.saturating_add(given).saturating_add(bonus);
        }
    }
    totals
}

/// What is known of each customer, by number.
pub(crate) fn by_number(customers: &Customers, mut known: FxHashMap<u32, Vec<Place>>) -> Vec<Vec<Place>> {
    (0..customers.len() as u32).map(|number| known.remove(&number).unwrap_or_default()).collect()
}

//! What a till is told (§4): which refs a purchase may use, and what they give.

use super::{Book, Gift, Reward, Statistics};

/// What a unit of anything costs.
pub const PRICE: i64 = 10_000;

/// What one ref gives in a purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which ref.
    pub gift: usize,
    /// 1 when it gives something.
    pub usage: i64,
    /// Discount.
    pub amount: i64,
    /// Bonus.
    pub bonus: i64,
    /// Stamps earned.
    pub stamp: i64,
    /// Stamps that its rewards take.
    pub spent: i64,
    /// With this purchase included; stamps held without lapsed ones.
    pub statistics: Statistics,
}

impl Book {
    /// What a purchase of so many units of each rule's thing gets; nobody is `None`.
    pub fn available(&self, customer: Option<&str>, at: i64, quantities: &[i64]) -> Vec<Answer> {
        let mut answers = Vec::new();
        for (rule, quantity) in quantities.iter().enumerate() {
            answers.extend(self.of_rule(rule, customer, at, *quantity));
        }
        answers
    }

    fn of_rule(&self, index: usize, customer: Option<&str>, at: i64, quantity: i64) -> Vec<Answer> {
        let rule = &self.rules[index];
        let counted_for = customer.unwrap_or("/");
        let (usage, amount) = self.totals(index);
        let spent = rule.budget_usage.is_some_and(|most| usage >= most) || rule.budget_amount.is_some_and(|most| amount >= most);
        if rule.deleted || spent || quantity == 0 {
            return Vec::new();
        }
        let held: Vec<(usize, &Gift)> =
            self.gifts.iter().enumerate().filter(|(_, gift)| gift.rule == index && !gift.deleted).collect();
        let own = held.iter().any(|(_, gift)| gift.holder == counted_for);
        let mut usable: Vec<(usize, &Gift)> = held
            .into_iter()
            // Who holds a rule personally does not also use what everybody holds.
            .filter(|(_, gift)| if own { gift.holder == counted_for } else { customer.is_some() && gift.holder == "*" })
            .filter(|(at, _)| rule.repeat.is_none_or(|most| self.statistics(*at, counted_for).usage < most))
            .filter(|(_, gift)| rule.days.is_none_or(|days| at * 1_000_000 < gift.given_at + days * 86_400_000_000))
            .collect();
        usable.sort_by_key(|(_, gift)| (gift.given_at, gift.id.clone()));
        if matches!(rule.reward, Reward::Stamps(_)) {
            // The first one is filled.
            usable.truncate(1);
        }
        let units = rule.rewards.map_or(quantity, |most| most.min(quantity));
        let mut left = PRICE * quantity;
        let mut answers: Vec<Answer> = Vec::new();
        for (gift, _) in usable {
            if rule.rewards.is_some() && !answers.is_empty() {
                // The rewards of a limited rule are all taken by the first ref that gives any.
                break;
            }
            let before = self.statistics(gift, counted_for);
            let current = self.stamps_at(gift, counted_for, at);
            let mut answer = Answer { gift, usage: 0, amount: 0, bonus: 0, stamp: 0, spent: 0, statistics: before };
            match rule.reward {
                Reward::Amount(value) => answer.amount = (value * units).min(left),
                Reward::Bonus(value) => answer.bonus = value * units,
                Reward::Debit(_) => answer.amount = before.balance.unwrap_or(0).min(left),
                Reward::Stamps(needed) => {
                    // §13: so many stamps, then the next one is free and earns none.
                    let free = quantity.min((current + quantity) / (needed + 1));
                    (answer.amount, answer.stamp, answer.spent) = (free * PRICE, quantity - free, free * needed);
                }
            }
            left -= answer.amount;
            answer.usage = i64::from(answer.amount + answer.bonus > 0);
            if answer.usage + answer.stamp == 0 {
                continue;
            }
            let after = &mut answer.statistics;
            after.usage += answer.usage;
            after.amount += answer.amount;
            after.bonus += answer.bonus;
            after.stamp += answer.stamp;
            after.current = current + answer.stamp - answer.spent;
            after.balance = after.balance.map(|balance| balance - answer.amount);
            answers.push(answer);
        }
        answers
    }
}

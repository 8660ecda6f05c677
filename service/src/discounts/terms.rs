//! What of a rule is counted where it is stored (§15, §20): limits, stamps, debits, budgets.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use rabatt_engine::{RewardKind, Rule};
use serde::Deserialize;

use super::store::facts::Stamped;

/// What of a rule limits its use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// `discount_reward_usage`.
    pub reward_usage: Option<i64>,
    /// `discount_repeat_usage`.
    pub repeat_usage: Option<i64>,
    /// `stamp`: stamps for one reward.
    pub stamp: Option<i64>,
    /// `stamp_expire_days`.
    pub stamp_expire_days: Option<i64>,
    /// What a debit starts with, minor units.
    pub debit: Option<i64>,
    /// `budget_amount`: most all customers together are given, minor units.
    pub budget_amount: Option<i64>,
    /// `budget_usage`: in most so many purchases of all customers together.
    pub budget_usage: Option<i64>,
}

/// The members that the engine does not read.
#[derive(Debug, Default, Deserialize)]
struct Stored {
    #[serde(default)]
    limitation: Option<StoredLimitation>,
}

#[derive(Debug, Default, Deserialize)]
struct StoredLimitation {
    #[serde(default)]
    stamp_expire_days: Option<serde_json::Number>,
    #[serde(default)]
    budget_amount: Option<serde_json::Number>,
    #[serde(default)]
    budget_usage: Option<serde_json::Number>,
}

impl Terms {
    /// Reads them from a rule.
    pub fn of(rule: &Rule) -> Self {
        // Checked when the rule was stored; -1 and absent are no limit.
        let stored = serde_json::from_str::<Stored>(&rule.source).ok().and_then(|rule| rule.limitation).unwrap_or_default();
        let limit = |number: Option<serde_json::Number>| number.and_then(|number| number.as_i64()).filter(|limit| *limit >= 0);
        Self {
            reward_usage: rule.limitation.reward_usage,
            repeat_usage: rule.limitation.repeat_usage,
            stamp: rule.requirement.stamp,
            stamp_expire_days: limit(stored.stamp_expire_days),
            debit: (rule.reward.kind == RewardKind::Debit).then(|| rule.reward.value.whole()).flatten(),
            budget_amount: limit(stored.budget_amount),
            budget_usage: limit(stored.budget_usage),
        }
    }

    /// Does evaluation need more than a ref's statistics?
    pub fn is_special(&self) -> bool {
        (self.stamp.is_some() && self.stamp_expire_days.is_some()) || self.budget_amount.is_some() || self.budget_usage.is_some()
    }
}

/// The stamps that count at an instant: those since the last reward that have not lapsed (§13).
pub fn current_stamps(history: &[Stamped], expire_days: i64, purchase_at: &str) -> i64 {
    let Some(days) = TimeDelta::try_days(expire_days) else { return history.iter().map(|row| row.earned - row.spent).sum() };
    let instant = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    // Oldest first; a reward takes the oldest that have not lapsed by then.
    let mut held: VecDeque<(DateTime<Utc>, i64)> = VecDeque::new();
    let lapse = |held: &mut VecDeque<(DateTime<Utc>, i64)>, at: DateTime<Utc>| {
        held.retain(|(earned_at, _)| earned_at.checked_add_signed(days).is_none_or(|ends| ends >= at));
    };
    for row in history {
        let Some(at) = instant(&row.purchase_at) else { continue };
        lapse(&mut held, at);
        held.push_back((at, row.earned));
        let mut spent = row.spent;
        while spent > 0 {
            let Some((_, count)) = held.front_mut() else { break };
            let taken = spent.min(*count);
            spent = spent.saturating_sub(taken);
            *count = count.saturating_sub(taken);
            if *count == 0 {
                held.pop_front();
            }
        }
    }
    if let Some(at) = instant(purchase_at) {
        lapse(&mut held, at);
    }
    held.iter().fold(0, |sum: i64, (_, count)| sum.saturating_add(*count))
}

/// Of rewards that together gave so much, as many as it takes to give what is left: one is over when all that it gave is gone.
pub fn rewards_left(rewards: i64, gave: i64, gives: i64) -> i64 {
    let (all, left) = (i128::from(gave), i128::from(gives).saturating_mul(i128::from(rewards)));
    let needed = left.saturating_add(all).saturating_sub(1).checked_div(all);
    needed.and_then(|needed| i64::try_from(needed).ok()).map_or(rewards, |needed| needed.clamp(0, rewards))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(rows: &[(&str, i64, i64)]) -> Vec<Stamped> {
        rows.iter().map(|(at, earned, spent)| Stamped { purchase_at: (*at).to_owned(), earned: *earned, spent: *spent }).collect()
    }

    #[test]
    fn stamps_lapse_after_their_days_and_rewards_take_the_oldest() {
        let rows = history(&[("2024-01-01T12:00:00Z", 3, 0), ("2024-01-20T12:00:00Z", 3, 5), ("2024-02-01T12:00:00Z", 2, 0)]);
        // 1 of the 20th and 2 of February.
        assert_eq!(current_stamps(&rows, 100, "2024-02-02T12:00:00Z"), 3);
        // On the last instant of the days a stamp still counts.
        assert_eq!(current_stamps(&rows, 30, "2024-02-19T12:00:00Z"), 3);
        assert_eq!(current_stamps(&rows, 30, "2024-02-19T12:00:01Z"), 2);
        // When the reward came, the first three had lapsed: it took the three of that day, and no more.
        assert_eq!(current_stamps(&rows, 10, "2024-02-02T12:00:00Z"), 2);
        assert_eq!(current_stamps(&[], 10, "2024-02-02T12:00:00Z"), 0);
    }
}

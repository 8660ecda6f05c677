//! The account book: purchases, what each took from which ref, and the statistics that are their sums.
//!
//! Everything here runs inside one unit of work. Rows are locked in one order (names of the
//! purchase, statistics of refs, totals of rules), so that units never wait for each other in a circle.

mod late;
mod log;
mod purchases;
mod statistics;

pub use late::count_late;
pub use log::{Entry, Report, Reversal, UsageRow, first_delivery, log, put_back, reverse, rows, set_state};
pub use purchases::{Purchase, add_keys, lock_names, new_purchase, purchase, purchases, purchases_by, settle, unite};
pub use statistics::{Change, StampsLeft, StampsSeen, count};

/// What a purchase takes from a ref, or took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Purchases in which the ref gave something: 1 or 0 for one purchase.
    pub usage: i64,
    /// Discount, minor units.
    pub amount: i64,
    /// Bonus, minor units.
    pub bonus: i64,
    /// Stamps earned.
    pub stamp: i64,
    /// Stamps that rewards took.
    pub stamp_spent: i64,
    /// Taken from a debit's balance, minor units.
    pub debit: i64,
}

/// The place where something is counted: a ref, its rule, and the customer it is counted for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The rule.
    pub rule_id: String,
    /// The ref.
    pub ref_id: String,
    /// The holder; with a ref of `*` the buyer.
    pub customer_id: String,
}

/// Why something cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// `discount_repeat_usage` is reached.
    Usage,
    /// The debit's balance is too small.
    Balance,
    /// `budget_usage` or `budget_amount` is reached.
    Budget,
    /// A sum leaves 64 bits.
    Overflow,
}

impl Taken {
    /// Both together; `None` when a sum leaves 64 bits.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        Some(Self {
            usage: self.usage.checked_add(other.usage)?,
            amount: self.amount.checked_add(other.amount)?,
            bonus: self.bonus.checked_add(other.bonus)?,
            stamp: self.stamp.checked_add(other.stamp)?,
            stamp_spent: self.stamp_spent.checked_add(other.stamp_spent)?,
            debit: self.debit.checked_add(other.debit)?,
        })
    }
}

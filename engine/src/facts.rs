//! What is known beyond the receipt: refs the customer holds, stored customer members (§1.3).

use std::borrow::Cow;

use crate::time::Instant;
use crate::value::Value;

/// What is known beyond the receipt.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// Exactly the refs this purchase may use. `None`: every rule is available through one ref
    /// whose id is the rule's id and whose statistics are zero.
    pub refs: Option<Vec<Ref<'a>>>,
    /// Stored customer members; a member on the receipt wins.
    pub customer: Value<'a>,
}

/// One gift of a rule.
#[derive(Debug, Clone, Default)]
pub struct Ref<'a> {
    /// The ref's id.
    pub id: Cow<'a, str>,
    /// The rule it is a gift of. A rule that the Plan does not have is passed over.
    pub rule_id: Cow<'a, str>,
    /// When it was given; refs without it come first.
    pub given_at: Option<Instant>,
    /// `deleted_at` is set.
    pub deleted: bool,
    /// Before this purchase.
    pub statistics: Statistics,
}

/// Totals of a ref over earlier purchases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Purchases in which it gave something.
    pub usage: i64,
    /// Discount given, minor units.
    pub amount: i64,
    /// Bonus given, minor units.
    pub bonus: i64,
    /// Stamps ever earned.
    pub stamp: i64,
    /// Stamps since the last reward, lapsed ones left out.
    pub current_stamp: i64,
    /// What is left of a debit; `None` is `reward.value`.
    pub debit_balance: Option<i64>,
}

impl Facts<'_> {
    /// The same, borrowing nothing.
    pub fn into_owned(self) -> Facts<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let refs = self.refs.map(|refs| {
            let each = refs.into_iter().map(|held| {
                let Ref { id, rule_id, given_at, deleted, statistics } = held;
                Ref { id: owned(id), rule_id: owned(rule_id), given_at, deleted, statistics }
            });
            each.collect()
        });
        Facts { refs, customer: self.customer.into_owned() }
    }
}

impl Statistics {
    /// Every count but the balance, which may be unknown.
    pub(crate) fn counts(&self) -> [i64; 5] {
        let Self { usage, amount, bonus, stamp, current_stamp, debit_balance: _ } = *self;
        [usage, amount, bonus, stamp, current_stamp]
    }

    pub(crate) fn counts_mut(&mut self) -> [&mut i64; 5] {
        let Self { usage, amount, bonus, stamp, current_stamp, debit_balance: _ } = self;
        [usage, amount, bonus, stamp, current_stamp]
    }
}

//! Statistics per ref and customer, and totals per rule: the sums of the usage log, within their limits.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Entry, Place, Refusal, Taken, UsageRow};
use crate::discounts::store::facts;
use crate::discounts::terms::{Terms, current_stamps, rewards_left};
use crate::error::ApiError;
use crate::store::{Db, new_id, now};

/// A change of what is counted at a place: `back` is given back, `new` is taken.
#[derive(Debug, Clone)]
pub struct Change {
    /// Where.
    pub place: Place,
    /// What limits it.
    pub terms: Terms,
    /// Given back first.
    pub back: Taken,
    /// Given back too, because goods went back; afterwards, with the stamps that were still there.
    pub returned: Taken,
    /// Then taken; afterwards, what was taken in the end.
    pub new: Taken,
    /// It has happened already: of uses and a debit, take what is left rather than nothing.
    pub happened: bool,
    /// Stamps as the till saw them.
    pub stamps: Option<StampsSeen>,
    /// The row of the log that takes this again, when a return is undone.
    pub again: Option<String>,
    /// Why nothing was taken; with [`Refusal::Budget`] it was taken all the same.
    pub refused: Option<Refusal>,
}

/// Stamps as the till saw them when it evaluated: they tell how many its rewards took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StampsSeen {
    /// Held after the purchase.
    pub after: i64,
    /// Ever earned, with the purchase.
    pub ever: Option<i64>,
    /// Purchases, with this one: they tell whether its claim was seen.
    pub usage: Option<i64>,
    /// The purchase; what is in the log of it is not from before it.
    pub purchase_id: String,
    /// When it was.
    pub purchase_at: String,
    /// What is left of it, where the till took lines off after it had asked.
    pub left: Option<StampsLeft>,
}

/// What lines that were voided or go back leave of a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StampsLeft {
    /// Stamps as the till was told.
    pub told: i64,
    /// The most stamps that the other lines earn if none of them is rewarded.
    pub most: i64,
    /// Discount and bonus as the till was told.
    pub gave: i64,
    /// And of the other lines.
    pub gives: i64,
}

impl StampsSeen {
    /// How many stamps rewards took, when so many were held before and so many ever earned. Those that
    /// are gone by now went before the purchase or in it; others that came in between do not matter.
    fn spent(&self, before: i64, ever: i64, earned: i64) -> i64 {
        match self.ever {
            Some(seen) => seen.saturating_sub(self.after).saturating_sub(ever.saturating_sub(before)),
            None => before.saturating_add(earned).saturating_sub(self.after),
        }
    }
}

impl Change {
    /// Takes something new.
    pub fn new(place: Place, terms: Terms, new: Taken) -> Self {
        Self {
            place,
            terms,
            back: Taken::default(),
            returned: Taken::default(),
            new,
            happened: false,
            stamps: None,
            again: None,
            refused: None,
        }
    }

    /// Does it only add to counts, so that one conditional statement does it?
    fn only_adds(&self) -> bool {
        let within = |limit: Option<i64>, number: i64| limit.is_none_or(|limit| number <= limit);
        self.back == Taken::default()
            && self.returned == Taken::default()
            && (self.new.stamp, self.new.stamp_spent) == (0, 0)
            && self.stamps.is_none()
            // What the first use may be.
            && (self.new.usage == 0 || within(self.terms.repeat_usage, self.new.usage))
            && within(self.terms.debit, self.new.debit)
    }

    /// Was it taken? What passes a budget was: the money is spent.
    pub fn counts(&self) -> bool {
        matches!(self.refused, None | Some(Refusal::Budget))
    }

    /// What the log says of it.
    pub fn entry<'a>(&'a self, state: &'a str) -> Entry<'a> {
        Entry { place: &self.place, state, taken: &self.new }
    }

    /// Gives back what a row of the log took.
    pub fn back(row: &UsageRow) -> Self {
        Self { back: row.taken.clone(), ..Self::new(row.place.clone(), Terms::default(), Taken::default()) }
    }
}

/// Counts these changes. A change that a limit forbids takes nothing and says why.
///
/// # Errors
/// When the database refuses.
pub async fn count(db: &mut Db, account: &str, changes: &mut [Change]) -> Result<(), ApiError> {
    let now = now();
    // One order for everybody.
    changes.sort_by(|a, b| a.place.cmp(&b.place));
    for change in changes.iter_mut() {
        if change.only_adds() && add_statistics(db, account, change, &now).await? {
            continue;
        }
        let statistics = lock_statistics(db, account, &change.place, &now).await?;
        // Which stamps had lapsed by the purchase, only the log knows.
        let held = match (&change.stamps, change.terms.stamp_expire_days) {
            (Some(seen), Some(days)) => {
                let Place { ref_id, customer_id, .. } = &change.place;
                let history = facts::stamps(&mut *db, account, ref_id, customer_id, Some(&seen.purchase_id)).await?;
                Some(current_stamps(&history, days, &seen.purchase_at))
            }
            _ => None,
        };
        let after = match statistics.after(change, held) {
            Ok(after) => after,
            Err(refusal) => {
                change.refused = Some(refusal);
                change.new = Taken::default();
                statistics.after(change, held).map_err(|refusal| ApiError::Internal(format!("{refusal:?} while giving back")))?
            }
        };
        if after != statistics {
            write_statistics(db, account, &change.place, &after).await?;
        }
    }
    for change in changes.iter_mut() {
        let Taken { usage, amount, bonus, stamp, debit, .. } =
            difference(&difference(&change.new, &change.back), &change.returned);
        if (usage, amount, bonus, stamp, debit) == (0, 0, 0, 0, 0) {
            continue;
        }
        let row = add_to_totals(db, account, &change.place.rule_id, [usage, amount, bonus, stamp, debit]).await?;
        let over = |limit: Option<i64>, at: usize| limit.is_some_and(|limit| row.get::<i64, _>(at) > limit);
        if (usage > 0 && over(change.terms.budget_usage, 0)) || (amount + bonus > 0 && over(change.terms.budget_amount, 1)) {
            change.refused = Some(Refusal::Budget);
        }
    }
    Ok(())
}

/// Adds to a rule's totals; its usage, and its amount and bonus together.
async fn add_to_totals(db: &mut Db, account: &str, rule: &str, more: [i64; 5]) -> Result<AnyRow, ApiError> {
    loop {
        let mut query = sqlx::query(
            "UPDATE rule_totals SET usage = usage + $3, amount = amount + $4, bonus = bonus + $5, stamp = stamp + $6, debit = debit + $7
             WHERE account_id = $1 AND rule_id = $2 RETURNING usage, amount + bonus",
        )
        .bind(account)
        .bind(rule);
        for number in more {
            query = query.bind(number);
        }
        if let Some(row) = query.fetch_optional(&mut *db).await? {
            return Ok(row);
        }
        // The first of this rule.
        sqlx::query("INSERT INTO rule_totals (account_id, rule_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(rule)
            .execute(&mut *db)
            .await?;
    }
}

fn difference(new: &Taken, old: &Taken) -> Taken {
    Taken {
        usage: new.usage.saturating_sub(old.usage),
        amount: new.amount.saturating_sub(old.amount),
        bonus: new.bonus.saturating_sub(old.bonus),
        stamp: new.stamp.saturating_sub(old.stamp),
        stamp_spent: new.stamp_spent.saturating_sub(old.stamp_spent),
        debit: new.debit.saturating_sub(old.debit),
    }
}

/// A ref's statistics for one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counted {
    usage: i64,
    amount: i64,
    bonus: i64,
    stamp: i64,
    current_stamp: i64,
    debit_balance: Option<i64>,
}

impl Counted {
    /// The statistics after a change; `held` are the stamps before it, where lapsed ones make that another
    /// number than the stored one.
    fn after(&self, change: &mut Change, held: Option<i64>) -> Result<Self, Refusal> {
        let Change { terms, back, returned, new, happened, stamps, .. } = change;
        let stamps_back = back.stamp;
        let back = &back.plus(returned).ok_or(Refusal::Overflow)?;
        let move_ = |have: i64, back: i64, new: i64| {
            have.checked_sub(back).and_then(|have| have.checked_add(new)).ok_or(Refusal::Overflow)
        };
        if let (Some(most), true) = (terms.repeat_usage, new.usage > 0) {
            let left = most.saturating_sub(move_(self.usage, back.usage, 0)?);
            if left <= 0 || (left < new.usage && !*happened) {
                return Err(Refusal::Usage);
            }
            // What happened takes what is left.
            new.usage = new.usage.min(left);
        }
        let usage = move_(self.usage, back.usage, new.usage)?;
        let debit_balance = match self.debit_balance.or(terms.debit) {
            Some(balance) => {
                let balance = balance.checked_add(back.debit).ok_or(Refusal::Overflow)?;
                if *happened {
                    new.debit = new.debit.min(balance);
                }
                Some(balance.checked_sub(new.debit).ok_or(Refusal::Overflow)?)
            }
            None => None,
        };
        if debit_balance.is_some_and(|balance| balance < 0) {
            return Err(Refusal::Balance);
        }
        let held_before = self.current_stamp.checked_add(back.stamp_spent).ok_or(Refusal::Overflow)?;
        // Stamps that are spent cannot be taken back; those of this purchase only where it is known how many they are.
        let known = if stamps.as_ref().is_some_and(|seen| seen.left.is_some()) { 0 } else { new.stamp };
        returned.stamp = returned.stamp.min(move_(held_before, stamps_back, known)?.max(0));
        let stamps_back = stamps_back.checked_add(returned.stamp).ok_or(Refusal::Overflow)?;
        if let (Some(seen), Some(needed)) = (&*stamps, terms.stamp) {
            let before = held.unwrap_or(move_(held_before, stamps_back, 0)?);
            let told = seen.left.map_or(new.stamp, |left| left.told);
            let mut spent = seen.spent(before, move_(self.stamp, stamps_back, 0)?, told);
            // Who asked again after claiming saw the claim's stamps gone already.
            if back.usage > 0 && seen.usage == usage.checked_add(back.usage) {
                spent = spent.saturating_sub(back.stamp_spent);
            }
            // When another reward came in between, the numbers do not fit: one reward then.
            if spent > 0 && spent.checked_rem(needed) == Some(0) {
                new.stamp_spent = spent;
            }
            if let Some(left) = seen.left {
                let rewards = rewards_left(new.stamp_spent.checked_div(needed).unwrap_or(1), left.gave, left.gives);
                new.stamp_spent = rewards.saturating_mul(needed);
                new.stamp = left.told.min(left.most.saturating_sub(rewards)).max(0);
            }
        }
        let earned = move_(held_before, stamps_back, new.stamp)?;
        // A reward takes stamps that are there; the log says how many it was.
        new.stamp_spent = new.stamp_spent.min(earned.max(0));
        Ok(Self {
            usage,
            amount: move_(self.amount, back.amount, new.amount)?,
            bonus: move_(self.bonus, back.bonus, new.bonus)?,
            stamp: move_(self.stamp, stamps_back, new.stamp)?,
            current_stamp: earned.saturating_sub(new.stamp_spent).max(0),
            debit_balance,
        })
    }
}

/// Adds to a ref's statistics unless a limit forbids it; false, and nothing is added, when one does.
async fn add_statistics(db: &mut Db, account: &str, change: &Change, now: &str) -> Result<bool, ApiError> {
    let Change { place, terms, new, .. } = change;
    let added = sqlx::query(
        "INSERT INTO ref_statistics (account_id, ref_id, customer_id, id, rule_id, created_at, updated_at, usage, amount, bonus, debit_balance)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10 - $11)
         ON CONFLICT (account_id, ref_id, customer_id) DO UPDATE SET updated_at = excluded.updated_at,
            usage = ref_statistics.usage + $7, amount = ref_statistics.amount + $8, bonus = ref_statistics.bonus + $9,
            debit_balance = COALESCE(ref_statistics.debit_balance, $10) - $11
         WHERE ref_statistics.usage <= $12 - $7 AND ref_statistics.amount <= $13 - $8 AND ref_statistics.bonus <= $13 - $9
            AND COALESCE(ref_statistics.debit_balance, $10, $11) >= $11",
    )
    .bind(account)
    .bind(&*place.ref_id)
    .bind(&*place.customer_id)
    .bind(new_id())
    .bind(&*place.rule_id)
    .bind(now)
    .bind(new.usage)
    .bind(new.amount)
    .bind(new.bonus)
    .bind(terms.debit)
    .bind(new.debit)
    // What takes no use is not limited in uses.
    .bind(terms.repeat_usage.filter(|_| new.usage > 0).unwrap_or(i64::MAX))
    .bind(i64::MAX)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// The statistics as they are now; nobody else changes them until this unit is done.
async fn lock_statistics(db: &mut Db, account: &str, place: &Place, now: &str) -> Result<Counted, ApiError> {
    let row = sqlx::query(
        "INSERT INTO ref_statistics (account_id, ref_id, customer_id, id, rule_id, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (account_id, ref_id, customer_id) DO UPDATE SET updated_at = excluded.updated_at
         RETURNING usage, amount, bonus, stamp, current_stamp, debit_balance",
    )
    .bind(account)
    .bind(&*place.ref_id)
    .bind(&*place.customer_id)
    .bind(new_id())
    .bind(&*place.rule_id)
    .bind(now)
    .fetch_one(db)
    .await?;
    Ok(Counted {
        usage: row.get(0),
        amount: row.get(1),
        bonus: row.get(2),
        stamp: row.get(3),
        current_stamp: row.get(4),
        debit_balance: row.get(5),
    })
}

async fn write_statistics(db: &mut Db, account: &str, place: &Place, after: &Counted) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE ref_statistics SET usage = $4, amount = $5, bonus = $6, stamp = $7, current_stamp = $8, debit_balance = $9
         WHERE account_id = $1 AND ref_id = $2 AND customer_id = $3",
    )
    .bind(account)
    .bind(&*place.ref_id)
    .bind(&*place.customer_id)
    .bind(after.usage)
    .bind(after.amount)
    .bind(after.bonus)
    .bind(after.stamp)
    .bind(after.current_stamp)
    .bind(after.debit_balance)
    .execute(db)
    .await?;
    Ok(())
}

//! The account book: purchases, what each took from which ref, and the statistics that are their sums.
//!
//! Everything here runs inside one unit of work. Rows are locked in one order (names of the
//! purchase, statistics of refs, totals of rules), so that units never wait for each other in a circle.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::facts;
use crate::discounts::terms::{Terms, current_stamps};
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Kind, new_id, now};

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

/// A row of the usage log.
#[derive(Debug, Clone)]
pub struct UsageRow {
    /// The row.
    pub id: String,
    /// The purchase.
    pub purchase_id: String,
    /// Where it is counted.
    pub place: Place,
    /// `held`, `used`, `released` or `refused`.
    pub state: String,
    /// What was taken.
    pub taken: Taken,
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

/// A purchase that was reported before.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Its id.
    pub id: String,
    /// When it was reported first.
    pub created_at: String,
    /// Who bought, when known.
    pub customer_id: Option<String>,
    /// Has a receipt told what was used?
    pub settled: bool,
}

/// Keeps others from recording a purchase of any of these names until this unit is done.
///
/// # Errors
/// When the database refuses.
pub async fn lock_names(db: &mut AnyConnection, kind: Kind, account: &str, names: &[&str]) -> Result<(), ApiError> {
    // On SQLite a unit of work is alone anyway.
    if kind == Kind::Postgres {
        let mut names: Vec<String> = names.iter().map(|name| format!("{account}/{name}")).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            // The hash is what is locked: sorted names may share one, which a transaction may lock twice.
            sqlx::query("SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))) AS locked")
                .bind(name)
                .execute(&mut *db)
                .await?;
        }
    }
    Ok(())
}

/// Purchases known by any of these keys, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn purchases(db: &mut AnyConnection, account: &str, keys: &[String]) -> Result<Vec<Purchase>, ApiError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Statement::new(
        "SELECT p.id, p.customer_id, p.settled, p.created_at FROM purchase_keys k
         JOIN purchases p ON p.account_id = k.account_id AND p.id = k.purchase_id WHERE k.account_id = ",
    );
    query.push_bind(account)?.push(" AND k.key IN ").push_list(keys.iter().map(String::as_str))?;
    let rows = query.rows(db).await?;
    let mut found: Vec<Purchase> = Vec::new();
    for row in rows {
        let id: String = row.get(0);
        if found.iter().all(|purchase| purchase.id != id) {
            found.push(Purchase { id, created_at: row.get(3), customer_id: row.get(1), settled: row.get::<i64, _>(2) != 0 });
        }
    }
    found.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
    Ok(found)
}

/// One purchase.
///
/// # Errors
/// When the database refuses.
pub async fn purchase(db: &mut AnyConnection, account: &str, id: &str) -> Result<Option<Purchase>, ApiError> {
    let row = sqlx::query("SELECT customer_id, settled, created_at FROM purchases WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .fetch_optional(db)
        .await?;
    let purchase = |row: AnyRow| Purchase {
        id: id.to_owned(),
        created_at: row.get(2),
        customer_id: row.get(0),
        settled: row.get::<i64, _>(1) != 0,
    };
    Ok(row.map(purchase))
}

/// A new purchase, known by these keys; its id.
///
/// # Errors
/// When the database refuses.
pub async fn new_purchase(
    db: &mut AnyConnection,
    account: &str,
    customer: Option<&str>,
    purchase_at: &str,
    settled: bool,
    keys: &[String],
) -> Result<String, ApiError> {
    let id = new_id();
    sqlx::query(
        "INSERT INTO purchases (account_id, id, customer_id, purchase_at, settled, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(account)
    .bind(&*id)
    .bind(customer)
    .bind(purchase_at)
    .bind(i64::from(settled))
    .bind(now())
    .execute(&mut *db)
    .await?;
    add_keys(db, account, &id, keys).await?;
    Ok(id)
}

/// Makes a purchase known by these keys too.
///
/// # Errors
/// When the database refuses.
pub async fn add_keys(db: &mut AnyConnection, account: &str, purchase: &str, keys: &[String]) -> Result<(), ApiError> {
    for key in keys {
        sqlx::query("INSERT INTO purchase_keys (account_id, key, purchase_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(&**key)
            .bind(purchase)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Two purchases turned out to be one: names, claims and what counts go over to it. Rows of the other
/// that name the same place twice stay behind; the caller gives back what they took.
///
/// # Errors
/// When the database refuses.
pub async fn unite(db: &mut AnyConnection, account: &str, purchase: &str, other: &str) -> Result<(), ApiError> {
    for statement in [
        "INSERT INTO purchase_keys (account_id, key, purchase_id)
            SELECT account_id, key, $2 FROM purchase_keys WHERE account_id = $1 AND purchase_id = $3 ON CONFLICT DO NOTHING",
        "DELETE FROM purchase_keys WHERE account_id = $1 AND purchase_id = $3 AND $2 <> $3",
        "UPDATE claims SET purchase_id = $2 WHERE account_id = $1 AND purchase_id = $3",
        // A row that counts no more makes room for one that does.
        "DELETE FROM usages WHERE account_id = $1 AND purchase_id = $2 AND state = 'released' AND EXISTS (
            SELECT 1 FROM usages o WHERE o.account_id = usages.account_id AND o.purchase_id = $3
            AND o.ref_id = usages.ref_id AND o.customer_id = usages.customer_id AND o.state <> 'released')",
        "UPDATE usages SET purchase_id = $2 WHERE account_id = $1 AND purchase_id = $3 AND state <> 'released' AND NOT EXISTS (
            SELECT 1 FROM usages o WHERE o.account_id = usages.account_id AND o.purchase_id = $2
            AND o.ref_id = usages.ref_id AND o.customer_id = usages.customer_id)",
    ] {
        sqlx::query(statement).bind(account).bind(purchase).bind(other).execute(&mut *db).await?;
    }
    Ok(())
}

/// A receipt has told what the purchase used.
///
/// # Errors
/// When the database refuses.
pub async fn settle(
    db: &mut AnyConnection,
    account: &str,
    purchase: &str,
    customer: Option<&str>,
    purchase_at: &str,
) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE purchases SET settled = 1, purchase_at = $3, customer_id = COALESCE(customer_id, $4) WHERE account_id = $1 AND id = $2",
    )
    .bind(account)
    .bind(purchase)
    .bind(purchase_at)
    .bind(customer)
    .execute(db)
    .await?;
    Ok(())
}

/// What these purchases took or hold, as far as it counts.
///
/// # Errors
/// When the database refuses.
pub async fn rows(db: &mut AnyConnection, account: &str, purchases: &[Purchase]) -> Result<Vec<UsageRow>, ApiError> {
    let mut found = Vec::new();
    for purchase in purchases {
        let mut query = Statement::new(
            "SELECT id, purchase_id, rule_id, ref_id, customer_id, state, usage, amount, bonus, stamp, stamp_spent, debit FROM usages
             WHERE account_id = ",
        );
        query.push_bind(account)?.push(" AND purchase_id = ").push_bind(&*purchase.id)?;
        query.push(" ORDER BY rule_id, ref_id, customer_id");
        found.extend(query.rows(&mut *db).await?.iter().map(read_row));
    }
    Ok(found)
}

fn read_row(row: &AnyRow) -> UsageRow {
    UsageRow {
        id: row.get(0),
        purchase_id: row.get(1),
        place: Place { rule_id: row.get(2), ref_id: row.get(3), customer_id: row.get(4) },
        state: row.get(5),
        taken: Taken {
            usage: row.get(6),
            amount: row.get(7),
            bonus: row.get(8),
            stamp: row.get(9),
            stamp_spent: row.get(10),
            debit: row.get(11),
        },
    }
}

/// A change of what is counted at a place: `back` is given back, `new` is taken.
#[derive(Debug, Clone)]
pub struct Change {
    /// Where.
    pub place: Place,
    /// What limits it.
    pub terms: Terms,
    /// Given back first.
    pub back: Taken,
    /// Then taken; afterwards, what was taken in the end.
    pub new: Taken,
    /// It has happened already: of uses and a debit, take what is left rather than nothing.
    pub happened: bool,
    /// Stamps as the till saw them.
    pub stamps: Option<StampsSeen>,
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
        Self { place, terms, back: Taken::default(), new, happened: false, stamps: None, refused: None }
    }

    /// Does it only add to counts, so that one conditional statement does it?
    fn only_adds(&self) -> bool {
        let within = |limit: Option<i64>, number: i64| limit.is_none_or(|limit| number <= limit);
        self.back == Taken::default()
            && (self.new.stamp, self.new.stamp_spent) == (0, 0)
            && self.stamps.is_none()
            // What the first use may be.
            && (self.new.usage == 0 || within(self.terms.repeat_usage, self.new.usage))
            && within(self.terms.debit, self.new.debit)
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
pub async fn count(db: &mut AnyConnection, account: &str, changes: &mut [Change]) -> Result<(), ApiError> {
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
        let Taken { usage, amount, bonus, stamp, debit, .. } = difference(&change.new, &change.back);
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
async fn add_to_totals(db: &mut AnyConnection, account: &str, rule: &str, more: [i64; 5]) -> Result<AnyRow, ApiError> {
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
        let Change { terms, back, new, happened, stamps, .. } = change;
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
        let earned = move_(self.current_stamp, back.stamp, new.stamp)?.checked_add(back.stamp_spent).ok_or(Refusal::Overflow)?;
        if let (Some(seen), Some(needed)) = (&*stamps, terms.stamp) {
            let before = held.unwrap_or(earned.saturating_sub(new.stamp));
            let mut spent = seen.spent(before, move_(self.stamp, back.stamp, 0)?, new.stamp);
            // Who asked again after claiming saw the claim's stamps gone already.
            if back.usage > 0 && seen.usage == usage.checked_add(back.usage) {
                spent = spent.saturating_sub(back.stamp_spent);
            }
            // When another reward came in between, the numbers do not fit: one reward then.
            if spent > 0 && spent.checked_rem(needed) == Some(0) {
                new.stamp_spent = spent;
            }
        }
        // A reward takes stamps that are there; the log says how many it was.
        new.stamp_spent = new.stamp_spent.min(earned.max(0));
        Ok(Self {
            usage,
            amount: move_(self.amount, back.amount, new.amount)?,
            bonus: move_(self.bonus, back.bonus, new.bonus)?,
            stamp: move_(self.stamp, back.stamp, new.stamp)?,
            current_stamp: earned.saturating_sub(new.stamp_spent).max(0),
            debit_balance,
        })
    }
}

/// Adds to a ref's statistics unless a limit forbids it; false, and nothing is added, when one does.
async fn add_statistics(db: &mut AnyConnection, account: &str, change: &Change, now: &str) -> Result<bool, ApiError> {
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
async fn lock_statistics(db: &mut AnyConnection, account: &str, place: &Place, now: &str) -> Result<Counted, ApiError> {
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

async fn write_statistics(db: &mut AnyConnection, account: &str, place: &Place, after: &Counted) -> Result<(), ApiError> {
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

/// Who reports a usage, and as what.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The account.
    pub account: &'a str,
    /// The API client.
    pub client: &'a str,
    /// The caller's key for the purchase.
    pub reference: &'a str,
    /// What kind of key: `receipt_add`, `claim`, …
    pub ref_type: &'a str,
    /// When the purchase was.
    pub purchase_at: &'a str,
}

/// Writes into the usage log what a purchase took; replaces the row of the same place.
///
/// # Errors
/// When the database refuses.
pub async fn log(
    db: &mut AnyConnection,
    report: Report<'_>,
    purchase: &str,
    place: &Place,
    state: &str,
    taken: &Taken,
) -> Result<(), ApiError> {
    let now = now();
    sqlx::query(
        "INSERT INTO usages (account_id, id, purchase_id, ref_id, rule_id, customer_id, ref, ref_type, state, usage, amount, bonus,
            stamp, stamp_spent, debit, purchase_at, created_at, created_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $17)
         ON CONFLICT (account_id, purchase_id, ref_id, customer_id) DO UPDATE SET ref = excluded.ref, ref_type = excluded.ref_type,
            state = excluded.state, usage = excluded.usage, amount = excluded.amount, bonus = excluded.bonus, stamp = excluded.stamp,
            stamp_spent = excluded.stamp_spent, debit = excluded.debit, purchase_at = excluded.purchase_at,
            created_by = excluded.created_by, updated_at = excluded.updated_at",
    )
    .bind(report.account)
    .bind(new_id())
    .bind(purchase)
    .bind(&*place.ref_id)
    .bind(&*place.rule_id)
    .bind(&*place.customer_id)
    .bind(report.reference)
    .bind(report.ref_type)
    .bind(state)
    .bind(taken.usage)
    .bind(taken.amount)
    .bind(taken.bonus)
    .bind(taken.stamp)
    .bind(taken.stamp_spent)
    .bind(taken.debit)
    .bind(report.purchase_at)
    .bind(now)
    .bind(report.client)
    .execute(db)
    .await?;
    Ok(())
}

/// Sets the state of a row of the usage log.
///
/// # Errors
/// When the database refuses.
pub async fn set_state(db: &mut AnyConnection, account: &str, row: &str, state: &str) -> Result<(), ApiError> {
    sqlx::query("UPDATE usages SET state = $3, updated_at = $4 WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(row)
        .bind(state)
        .bind(now())
        .execute(db)
        .await?;
    Ok(())
}

/// Takes in a delivery; false when it was taken in before.
///
/// # Errors
/// When the database refuses.
pub async fn first_delivery(db: &mut AnyConnection, account: &str, delivery: &str) -> Result<bool, ApiError> {
    let added =
        sqlx::query("INSERT INTO deliveries_seen (account_id, id, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(delivery)
            .bind(now())
            .execute(db)
            .await?;
    Ok(added.rows_affected() > 0)
}

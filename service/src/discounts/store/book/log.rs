//! The usage log: what each purchase took from which ref, and the deliveries that told it.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Place, Purchase, Taken};
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, new_id, now};

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

/// What these purchases took or hold, as far as it counts.
///
/// # Errors
/// When the database refuses.
pub async fn rows(db: &mut Db, account: &str, purchases: &[Purchase]) -> Result<Vec<UsageRow>, ApiError> {
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

pub(super) fn read_row(row: &AnyRow) -> UsageRow {
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

/// What a purchase took at one place, and what became of it.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// Where it is counted.
    pub place: &'a Place,
    /// `held`, `used` or `refused`.
    pub state: &'a str,
    /// What was taken.
    pub taken: &'a Taken,
}

/// Entries in one statement: it has only so many placeholders.
const ENTRIES: usize = 500;

/// Writes into the usage log what a purchase took, each place once; replaces the rows of the same places.
///
/// # Errors
/// When the database refuses.
pub async fn log(db: &mut Db, report: Report<'_>, purchase: &str, entries: &[Entry<'_>]) -> Result<(), ApiError> {
    let now = now();
    for entries in entries.chunks(ENTRIES) {
        let mut statement = Statement::new(
            "INSERT INTO usages (account_id, purchase_id, ref, ref_type, purchase_at, created_at, updated_at, created_by, id, ref_id,
                rule_id, customer_id, state, usage, amount, bonus, stamp, stamp_spent, debit) VALUES ",
        );
        for (nth, Entry { place, state, taken }) in entries.iter().enumerate() {
            statement.push(if nth == 0 { "(" } else { ", (" });
            for shared in [report.account, purchase, report.reference, report.ref_type, report.purchase_at, &now, &now] {
                statement.push_bind(shared)?.push(", ");
            }
            statement.push_bind(report.client)?;
            for text in [&*new_id(), &*place.ref_id, &*place.rule_id, &*place.customer_id, state] {
                statement.push(", ").push_bind(text)?;
            }
            for number in [taken.usage, taken.amount, taken.bonus, taken.stamp, taken.stamp_spent, taken.debit] {
                statement.push(", ").push_bind(number)?;
            }
            statement.push(")");
        }
        statement.push(
            " ON CONFLICT (account_id, purchase_id, ref_id, customer_id) DO UPDATE SET ref = excluded.ref, ref_type = excluded.ref_type,
                state = excluded.state, usage = excluded.usage, amount = excluded.amount, bonus = excluded.bonus, stamp = excluded.stamp,
                stamp_spent = excluded.stamp_spent, debit = excluded.debit, purchase_at = excluded.purchase_at,
                created_by = excluded.created_by, updated_at = excluded.updated_at",
        );
        statement.execute(&mut *db).await?;
    }
    Ok(())
}

/// Sets the state of a row of the usage log.
///
/// # Errors
/// When the database refuses.
pub async fn set_state(db: &mut Db, account: &str, row: &str, state: &str) -> Result<(), ApiError> {
    sqlx::query("UPDATE usages SET state = $3, updated_at = $4 WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(row)
        .bind(state)
        .bind(now())
        .execute(db)
        .await?;
    Ok(())
}

/// What is taken back of a row of the usage log.
#[derive(Debug)]
pub struct Reversal {
    /// The row.
    pub row: UsageRow,
    /// How much of it.
    pub back: Taken,
    /// Which purchase with return lines takes it back; the receipt itself when it was voided.
    pub by: String,
}

/// Takes it back: the row holds what is left, and beside it stands what was taken back, and by what. False, and nothing is
/// taken, when the row is not any more what it was.
///
/// # Errors
/// When the database refuses.
pub async fn reverse(db: &mut Db, account: &str, reversal: &Reversal) -> Result<bool, ApiError> {
    let Reversal { row, back, by } = reversal;
    let now = now();
    let numbers = [back.usage, back.amount, back.bonus, back.stamp, back.stamp_spent, back.debit];
    let mut left = sqlx::query(
        "UPDATE usages SET usage = usage - $4, amount = amount - $5, bonus = bonus - $6, stamp = stamp - $7,
            stamp_spent = stamp_spent - $8, debit = debit - $9, updated_at = $3
         WHERE account_id = $1 AND id = $2 AND state = $10",
    )
    .bind(account)
    .bind(&*row.id)
    .bind(&*now);
    let mut taken_back = sqlx::query(
        "INSERT INTO usage_returns (account_id, usage_id, created_at, usage, amount, bonus, stamp, stamp_spent, debit, id, returned_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(account)
    .bind(&*row.id)
    .bind(&*now);
    for number in numbers {
        (left, taken_back) = (left.bind(number), taken_back.bind(number));
    }
    if left.bind(&*row.state).execute(&mut *db).await?.rows_affected() == 0 {
        return Ok(false);
    }
    taken_back.bind(new_id()).bind(&**by).execute(db).await?;
    Ok(true)
}

/// A row takes again what was taken back of it. False, and nothing is taken, when the row is not any more what it was.
///
/// # Errors
/// When the database refuses.
pub async fn put_back(db: &mut Db, account: &str, row: &UsageRow, taken: &Taken, state: &str) -> Result<bool, ApiError> {
    let changed = sqlx::query(
        "UPDATE usages SET usage = usage + $4, amount = amount + $5, bonus = bonus + $6, stamp = stamp + $7,
            stamp_spent = stamp_spent + $8, debit = debit + $9, updated_at = $3, state = $11
         WHERE account_id = $1 AND id = $2 AND state = $10",
    )
    .bind(account)
    .bind(&*row.id)
    .bind(now())
    .bind(taken.usage)
    .bind(taken.amount)
    .bind(taken.bonus)
    .bind(taken.stamp)
    .bind(taken.stamp_spent)
    .bind(taken.debit)
    .bind(&*row.state)
    .bind(state)
    .execute(db)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Takes in a delivery; false when it was taken in before.
///
/// # Errors
/// When the database refuses.
pub async fn first_delivery(db: &mut Db, account: &str, delivery: &str) -> Result<bool, ApiError> {
    let added =
        sqlx::query("INSERT INTO deliveries_seen (account_id, id, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(delivery)
            .bind(now())
            .execute(db)
            .await?;
    Ok(added.rows_affected() > 0)
}

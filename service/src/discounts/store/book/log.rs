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

/// Writes into the usage log what a purchase took; replaces the row of the same place.
///
/// # Errors
/// When the database refuses.
pub async fn log(
    db: &mut Db,
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

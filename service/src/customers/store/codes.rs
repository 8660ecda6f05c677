//! Codes that were sent, how often, and how often they were tried.

use sqlx::Row;

use crate::error::ApiError;
use crate::store::{Db, Store};

/// A code to keep.
#[derive(Debug)]
pub(in crate::customers) struct New<'a> {
    pub(in crate::customers) account: &'a str,
    pub(in crate::customers) customer: &'a str,
    pub(in crate::customers) purpose: &'a str,
    /// Sealed.
    pub(in crate::customers) target: &'a str,
    /// Hashed.
    pub(in crate::customers) code: &'a str,
    pub(in crate::customers) now: &'a str,
    pub(in crate::customers) expires_at: &'a str,
}

/// How many were sent, since when, and the last when.
#[derive(Debug)]
pub(in crate::customers) struct Sent {
    pub(in crate::customers) count: i64,
    pub(in crate::customers) since: String,
    pub(in crate::customers) last: String,
}

/// What was sent to a customer before; the customer is locked.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn sent(
    db: &mut Db,
    account: &str,
    customer: &str,
    purpose: &str,
) -> Result<Option<Sent>, ApiError> {
    let row = sqlx::query(
        "SELECT sent, sent_since, sent_at FROM customer_codes WHERE account_id = $1 AND customer = $2 AND purpose = $3",
    )
    .bind(account)
    .bind(customer)
    .bind(purpose)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Sent { count: row.get(0), since: row.get(1), last: row.get(2) }))
}

/// Keeps a code in place of the one before; `count` and `since` say how many were sent.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn set(db: &mut Db, new: &New<'_>, count: i64, since: &str) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO customer_codes (account_id, customer, purpose, target, code, tries, sent, sent_since, sent_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9)
         ON CONFLICT (account_id, customer, purpose) DO UPDATE SET target = excluded.target, code = excluded.code, tries = 0,
            sent = excluded.sent, sent_since = excluded.sent_since, sent_at = excluded.sent_at, expires_at = excluded.expires_at",
    )
    .bind(new.account)
    .bind(new.customer)
    .bind(new.purpose)
    .bind(new.target)
    .bind(new.code)
    .bind(count)
    .bind(since)
    .bind(new.now)
    .bind(new.expires_at)
    .execute(db)
    .await?;
    Ok(())
}

/// Counts a try before it is looked at; the code, hashed, and its target, sealed. Nothing when there is none, it is over, or
/// was tried too often.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn tried(
    store: &Store,
    (account, customer, purpose): (&str, &str, &str),
    now: &str,
    most: i64,
) -> Result<Option<(String, String)>, ApiError> {
    let mut unit = store.unit().await?;
    let row = sqlx::query(
        "UPDATE customer_codes SET tries = tries + 1
         WHERE account_id = $1 AND customer = $2 AND purpose = $3 AND expires_at > $4 AND tries < $5 RETURNING code, target",
    )
    .bind(account)
    .bind(customer)
    .bind(purpose)
    .bind(now)
    .bind(most)
    .fetch_optional(unit.db())
    .await?;
    unit.save().await?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}

/// Uses a code up; false when it was before. How many were sent stays counted.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn use_up(
    db: &mut Db,
    (account, customer, purpose): (&str, &str, &str),
    code: &str,
    now: &str,
) -> Result<bool, ApiError> {
    let used = sqlx::query(
        "UPDATE customer_codes SET expires_at = $5 WHERE account_id = $1 AND customer = $2 AND purpose = $3 AND code = $4
            AND expires_at > $5",
    )
    .bind(account)
    .bind(customer)
    .bind(purpose)
    .bind(code)
    .bind(now)
    .execute(db)
    .await?;
    Ok(used.rows_affected() > 0)
}

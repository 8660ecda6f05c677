//! Wrong passwords and PINs, counted by whom was named: whether there is somebody of that name or not.

use sqlx::Row;

use crate::error::ApiError;
use crate::store::{Pool, Store};

/// Until when nothing is looked at for this name.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn waits(pool: &Pool, account: &str, who: &str) -> Result<Option<String>, ApiError> {
    let row = sqlx::query("SELECT wait_until FROM customer_attempts WHERE account_id = $1 AND who = $2")
        .bind(account)
        .bind(who)
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// Counts a wrong one; `wait` says, by how many there were, until when no other is looked at. Forgets what is long over.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn failed(
    store: &Store,
    account: &str,
    who: &str,
    wait: impl Fn(i64) -> String,
    long_ago: &str,
) -> Result<(), ApiError> {
    let mut unit = store.unit().await?;
    let row = sqlx::query(
        "INSERT INTO customer_attempts (account_id, who, failures, wait_until) VALUES ($1, $2, 1, $3)
         ON CONFLICT (account_id, who) DO UPDATE SET failures = customer_attempts.failures + 1 RETURNING failures",
    )
    .bind(account)
    .bind(who)
    .bind(wait(1))
    .fetch_one(unit.db())
    .await?;
    sqlx::query("UPDATE customer_attempts SET wait_until = $3 WHERE account_id = $1 AND who = $2")
        .bind(account)
        .bind(who)
        .bind(wait(row.get(0)))
        .execute(unit.db())
        .await?;
    sqlx::query("DELETE FROM customer_attempts WHERE wait_until < $1").bind(long_ago).execute(unit.db()).await?;
    unit.save().await
}

/// Forgets wrong ones: the right one came.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn forget(store: &Store, account: &str, who: &str) -> Result<(), ApiError> {
    let mut unit = store.unit().await?;
    sqlx::query("DELETE FROM customer_attempts WHERE account_id = $1 AND who = $2")
        .bind(account)
        .bind(who)
        .execute(unit.db())
        .await?;
    unit.save().await
}

//! Accounts, and the partners that own them.

use sqlx::Row;

use crate::error::ApiError;
use crate::store::{Db, Pool, now};

/// Adds an account; `false` when it is there already.
///
/// # Errors
/// When the database refuses.
pub async fn add(db: &mut Db, id: &str, owner: Option<&str>, details: Option<&str>) -> Result<bool, ApiError> {
    let added =
        sqlx::query("INSERT INTO accounts (id, created_at, owner_id, details) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(now())
            .bind(owner)
            .bind(details)
            .execute(db)
            .await?;
    Ok(added.rows_affected() > 0)
}

/// An account as stored.
#[derive(Debug)]
pub struct StoredAccount {
    /// Who owns it.
    pub owner: Option<String>,
    /// Its details, JSON.
    pub details: Option<String>,
}

/// An account; `None` when there is none.
///
/// # Errors
/// When the database refuses.
pub async fn find(pool: &Pool, id: &str) -> Result<Option<StoredAccount>, ApiError> {
    let row = sqlx::query("SELECT owner_id, details FROM accounts WHERE id = $1").bind(id).fetch_optional(pool).await?;
    Ok(row.map(|row| StoredAccount { owner: row.get(0), details: row.get(1) }))
}

/// Does this owner have that account: is it the same, or one it owns?
///
/// # Errors
/// When the database refuses.
pub async fn owns(pool: &Pool, owner: &str, account: &str) -> Result<bool, ApiError> {
    let row = sqlx::query("SELECT 1 FROM accounts WHERE id = $1 AND (id = $2 OR owner_id = $2)")
        .bind(account)
        .bind(owner)
        .fetch_optional(pool)
        .await?;
    Ok(row.is_some())
}

/// Sets the details of an account; who owns it, or nothing when there is no such account.
///
/// # Errors
/// When the database refuses.
pub async fn set_details(db: &mut Db, id: &str, details: &str) -> Result<Option<Option<String>>, ApiError> {
    let set = sqlx::query("UPDATE accounts SET details = $2 WHERE id = $1 RETURNING owner_id")
        .bind(id)
        .bind(details)
        .fetch_optional(db)
        .await?;
    Ok(set.map(|row| row.get(0)))
}

//! Tokens in the database.

use sqlx::Row;

use crate::error::ApiError;
use crate::store::{Db, Pool};

/// A token to keep.
#[derive(Debug)]
pub(in crate::wallets) struct NewToken<'a> {
    pub(in crate::wallets) account: &'a str,
    pub(in crate::wallets) id: &'a str,
    /// The card's id.
    pub(in crate::wallets) card: &'a str,
    /// The client's key; a token made with the card has none.
    pub(in crate::wallets) ref_id: Option<&'a str>,
    pub(in crate::wallets) hash: &'a str,
    pub(in crate::wallets) masked: &'a str,
    /// JSON.
    pub(in crate::wallets) format: &'a str,
    pub(in crate::wallets) expires_at: Option<&'a str>,
    /// Good for one transaction.
    pub(in crate::wallets) once: bool,
    /// JSON.
    pub(in crate::wallets) metadata: Option<&'a str>,
    pub(in crate::wallets) created_at: &'a str,
    pub(in crate::wallets) created_by: &'a str,
}

/// Keeps a token; false when the card has one under this key.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn add(db: &mut Db, token: &NewToken<'_>) -> Result<bool, ApiError> {
    let added = sqlx::query(
        "INSERT INTO wallet_tokens (account_id, id, card, ref_id, hash, masked, format, expires_at, once, metadata,
            created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
    )
    .bind(token.account)
    .bind(token.id)
    .bind(token.card)
    .bind(token.ref_id)
    .bind(token.hash)
    .bind(token.masked)
    .bind(token.format)
    .bind(token.expires_at)
    .bind(i64::from(token.once))
    .bind(token.metadata)
    .bind(token.created_at)
    .bind(token.created_by)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// A token as stored.
#[derive(Debug)]
pub(in crate::wallets) struct StoredToken {
    pub(in crate::wallets) id: String,
    /// The card's id.
    pub(in crate::wallets) card: String,
    pub(in crate::wallets) expires_at: Option<String>,
    /// Good for one transaction.
    pub(in crate::wallets) once: bool,
}

/// The token with this hash.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn by_hash(pool: &Pool, account: &str, hash: &str) -> Result<Option<StoredToken>, ApiError> {
    let row = sqlx::query("SELECT id, card, expires_at, once FROM wallet_tokens WHERE account_id = $1 AND hash = $2")
        .bind(account)
        .bind(hash)
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|row| StoredToken { id: row.get(0), card: row.get(1), expires_at: row.get(2), once: row.get::<i64, _>(3) != 0 }))
}

/// Uses a token up; false when it was before.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn use_up(db: &mut Db, account: &str, id: &str, transaction: &str) -> Result<bool, ApiError> {
    let used = sqlx::query("UPDATE wallet_tokens SET used_by = $3 WHERE account_id = $1 AND id = $2 AND used_by IS NULL")
        .bind(account)
        .bind(id)
        .bind(transaction)
        .execute(db)
        .await?;
    Ok(used.rows_affected() > 0)
}

/// What is shown of a token.
#[derive(Debug)]
pub(in crate::wallets) struct Masked {
    pub(in crate::wallets) code: String,
    /// JSON.
    pub(in crate::wallets) format: String,
    pub(in crate::wallets) expires_at: Option<String>,
}

/// The tokens of a card that are good at this instant, oldest first.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn of_card(pool: &Pool, account: &str, card: &str, now: &str) -> Result<Vec<Masked>, ApiError> {
    let rows = sqlx::query(
        "SELECT masked, format, expires_at FROM wallet_tokens
         WHERE account_id = $1 AND card = $2 AND used_by IS NULL AND (expires_at IS NULL OR expires_at >= $3) ORDER BY id",
    )
    .bind(account)
    .bind(card)
    .bind(now)
    .fetch_all(pool)
    .await?;
    Ok(rows.iter().map(|row| Masked { code: row.get(0), format: row.get(1), expires_at: row.get(2) }).collect())
}

impl StoredToken {
    /// Is its time over?
    pub(in crate::wallets) fn is_over(&self, now: &str) -> bool {
        self.expires_at.as_deref().is_some_and(|until| until < now)
    }
}

//! Tokens: what identifies a customer at a till. Kept as keyed hashes: they are looked up, never shown.

use serde::Deserialize;
use sqlx::{AnyExecutor, Row};

use crate::error::ApiError;
use crate::sealed::Sealer;
use crate::store::Db;

/// What keyed hashes start with; anything else an older version stored.
pub(crate) const HASHED: &str = "b1:";

/// What a token's value is stored as.
pub(crate) fn hashed(sealer: &Sealer, account: &str, kind: &str, value: &str) -> String {
    format!("{HASHED}{}", sealer.blind(&format!("{account}/tokens/value/{kind}"), value))
}

/// What its id elsewhere is stored as.
pub(crate) fn hashed_id(sealer: &Sealer, account: &str, id: &str) -> String {
    format!("{HASHED}{}", sealer.blind(&format!("{account}/tokens/id"), id))
}

/// A token of a customer.
#[derive(Debug)]
pub struct Token<'a> {
    /// The account.
    pub account: &'a str,
    /// What kind of value, as `sha1:email`.
    pub kind: &'a str,
    /// The value.
    pub value: &'a str,
    /// Whose it is.
    pub customer_id: &'a str,
    /// Its id elsewhere.
    pub token_id: Option<&'a str>,
}

/// Adds a token; who had the same one before has it no more.
///
/// # Errors
/// When the database refuses.
pub async fn add(db: &mut Db, sealer: &Sealer, token: &Token<'_>) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO customer_tokens (account_id, type, value, customer_id, token_id) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id, type, value) DO UPDATE SET customer_id = excluded.customer_id, token_id = excluded.token_id",
    )
    .bind(token.account)
    .bind(token.kind)
    .bind(hashed(sealer, token.account, token.kind, token.value))
    .bind(token.customer_id)
    .bind(token.token_id.map(|id| hashed_id(sealer, token.account, id)))
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a token from a customer; not from another one who has it by now.
///
/// # Errors
/// When the database refuses.
pub async fn remove(
    db: &mut Db,
    sealer: &Sealer,
    account: &str,
    kind: &str,
    value: &str,
    customer: &str,
) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM customer_tokens WHERE account_id = $1 AND type = $2 AND value = $3 AND customer_id = $4")
        .bind(account)
        .bind(kind)
        .bind(hashed(sealer, account, kind, value))
        .bind(customer)
        .execute(db)
        .await?;
    Ok(())
}

/// What a receipt says of a customer's token: `type` and `value`, or the `token_id` it was added with.
#[derive(Debug, Default, Deserialize)]
pub struct SentToken {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    token_id: Option<String>,
}

/// Whose token this is; nobody's when a `token_id` is several customers'.
///
/// # Errors
/// When the database refuses.
pub async fn customer_of<'c>(
    db: impl AnyExecutor<'c>,
    sealer: &Sealer,
    account: &str,
    token: &SentToken,
) -> Result<Option<String>, ApiError> {
    let rows = if let (None, None, Some(id)) = (&token.kind, &token.value, &token.token_id) {
        sqlx::query("SELECT DISTINCT customer_id FROM customer_tokens WHERE account_id = $1 AND token_id = $2 LIMIT 2")
            .bind(account)
            .bind(hashed_id(sealer, account, id))
            .fetch_all(db)
            .await?
    } else {
        let kind = token.kind.as_deref().unwrap_or_default();
        sqlx::query("SELECT customer_id FROM customer_tokens WHERE account_id = $1 AND type = $2 AND value = $3")
            .bind(account)
            .bind(kind)
            .bind(hashed(sealer, account, kind, token.value.as_deref().unwrap_or_default()))
            .fetch_all(db)
            .await?
    };
    Ok(match &*rows {
        [one] => Some(one.get(0)),
        _ => None,
    })
}

//! Tokens: what identifies a customer at a till.

use crate::error::ApiError;
use crate::store::Db;

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
pub async fn add(db: &mut Db, token: &Token<'_>) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO customer_tokens (account_id, type, value, customer_id, token_id) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id, type, value) DO UPDATE SET customer_id = excluded.customer_id, token_id = excluded.token_id",
    )
    .bind(token.account)
    .bind(token.kind)
    .bind(token.value)
    .bind(token.customer_id)
    .bind(token.token_id)
    .execute(db)
    .await?;
    Ok(())
}

/// Takes a token from a customer; not from another one who has it by now.
///
/// # Errors
/// When the database refuses.
pub async fn remove(db: &mut Db, account: &str, kind: &str, value: &str, customer: &str) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM customer_tokens WHERE account_id = $1 AND type = $2 AND value = $3 AND customer_id = $4")
        .bind(account)
        .bind(kind)
        .bind(value)
        .bind(customer)
        .execute(db)
        .await?;
    Ok(())
}

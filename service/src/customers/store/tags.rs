//! Which tags customers have.

use sqlx::Row;

use crate::error::ApiError;
use crate::store::{Db, Pool};

/// The ids of a customer's tags.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn of(pool: &Pool, account: &str, customer: &str) -> Result<Vec<String>, ApiError> {
    let rows = sqlx::query("SELECT tag FROM customer_tags WHERE account_id = $1 AND customer = $2")
        .bind(account)
        .bind(customer)
        .fetch_all(pool)
        .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Gives a customer these tags and no others.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn set(db: &mut Db, account: &str, customer: &str, tags: &[&str]) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM customer_tags WHERE account_id = $1 AND customer = $2")
        .bind(account)
        .bind(customer)
        .execute(&mut *db)
        .await?;
    for tag in tags {
        sqlx::query("INSERT INTO customer_tags (account_id, customer, tag) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(customer)
            .bind(*tag)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Takes a tag from everybody.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn take_from_all(db: &mut Db, account: &str, tag: &str) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM customer_tags WHERE account_id = $1 AND tag = $2").bind(account).bind(tag).execute(db).await?;
    Ok(())
}

//! Settings in the database.

use sqlx::{AnyExecutor, Row};

use crate::error::ApiError;
use crate::store::Db;

/// An account's settings, sealed.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn get(db: impl AnyExecutor<'_>, account: &str) -> Result<Option<String>, ApiError> {
    let row = sqlx::query("SELECT body FROM customer_settings WHERE account_id = $1").bind(account).fetch_optional(db).await?;
    Ok(row.map(|row| row.get(0)))
}

/// Keeps others from changing them until the unit of work is over; makes these when there are none.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn lock(db: &mut Db, account: &str, none: &str) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO customer_settings (account_id, body) VALUES ($1, $2)
         ON CONFLICT (account_id) DO UPDATE SET body = customer_settings.body",
    )
    .bind(account)
    .bind(none)
    .execute(db)
    .await?;
    Ok(())
}

/// Sets them.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn set(db: &mut Db, account: &str, body: &str) -> Result<(), ApiError> {
    sqlx::query("UPDATE customer_settings SET body = $2 WHERE account_id = $1").bind(account).bind(body).execute(db).await?;
    Ok(())
}

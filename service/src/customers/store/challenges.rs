//! Log-ins that wait for a code.

use sqlx::Row;

use crate::error::ApiError;
use crate::store::{Db, Store};

/// A log-in that waits.
#[derive(Debug)]
pub(in crate::customers) struct Challenge {
    pub(in crate::customers) customer: String,
    /// `sms` or `email`.
    pub(in crate::customers) channel: String,
    /// How many codes were sent for it.
    pub(in crate::customers) sent: i64,
}

/// Begins one, and forgets those whose time is over.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn begin(
    store: &Store,
    (account, id): (&str, &str),
    (customer, client): (&str, &str),
    channel: &str,
    (now, expires_at): (&str, &str),
) -> Result<(), ApiError> {
    let mut unit = store.unit().await?;
    sqlx::query("DELETE FROM customer_challenges WHERE expires_at < $1").bind(now).execute(unit.db()).await?;
    sqlx::query(
        "INSERT INTO customer_challenges (account_id, id, customer, client, channel, tries, sent, expires_at)
         VALUES ($1, $2, $3, $4, $5, 0, 0, $6)",
    )
    .bind(account)
    .bind(id)
    .bind(customer)
    .bind(client)
    .bind(channel)
    .bind(expires_at)
    .execute(unit.db())
    .await?;
    unit.save().await
}

/// Takes the next code for one that this client began; nothing when there is none, or its time is over.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn set_code(
    db: &mut Db,
    (account, id): (&str, &str),
    client: &str,
    (oob, code): (&str, &str),
    now: &str,
) -> Result<Option<Challenge>, ApiError> {
    let row = sqlx::query(
        "UPDATE customer_challenges SET oob = $4, code = $5, sent = sent + 1
         WHERE account_id = $1 AND id = $2 AND client = $3 AND expires_at > $6 RETURNING customer, channel, sent",
    )
    .bind(account)
    .bind(id)
    .bind(client)
    .bind(oob)
    .bind(code)
    .bind(now)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Challenge { customer: row.get(0), channel: row.get(1), sent: row.get(2) }))
}

/// Counts a try before it is looked at; the customer, and the code, hashed. Tries count for all codes of a log-in.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn tried(
    store: &Store,
    (account, id): (&str, &str),
    client: &str,
    oob: &str,
    now: &str,
    most: i64,
) -> Result<Option<(String, String)>, ApiError> {
    let mut unit = store.unit().await?;
    let row = sqlx::query(
        "UPDATE customer_challenges SET tries = tries + 1
         WHERE account_id = $1 AND id = $2 AND client = $3 AND oob = $4 AND expires_at > $5 AND tries < $6 RETURNING customer, code",
    )
    .bind(account)
    .bind(id)
    .bind(client)
    .bind(oob)
    .bind(now)
    .bind(most)
    .fetch_optional(unit.db())
    .await?;
    unit.save().await?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}

/// Ends one; false when it was ended before.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn end(store: &Store, account: &str, id: &str) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    let ended = sqlx::query("DELETE FROM customer_challenges WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .execute(unit.db())
        .await?;
    unit.save().await?;
    Ok(ended.rows_affected() > 0)
}

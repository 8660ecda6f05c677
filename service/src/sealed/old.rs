//! What older versions stored in clear.
//!
//! What is looked up by its value is hashed before the service starts. Everything else opens as it is, and is sealed
//! beside the service, once for each database.

use std::time::Duration;

use sqlx::Row;

use super::{PREFIX, Sealer};
use crate::App;
use crate::discounts::store::tokens;
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Store};

/// Rows that are sealed in one unit of work.
const BATCH: i64 = 100;

/// What requests get between two of them.
const PAUSE: Duration = Duration::from_millis(5);

/// A column whose rows may be in clear; what they were sealed with once.
struct Column {
    table: &'static str,
    column: &'static str,
    /// The part of the place that follows the account.
    place: &'static str,
    /// The column that the place ends with.
    id: &'static str,
    /// What follows it.
    what: &'static str,
}

const COLUMNS: [Column; 10] = [
    Column { table: "receipts", column: "body", place: "receipts", id: "id", what: "" },
    Column { table: "claims", column: "body", place: "claims", id: "id", what: "" },
    Column { table: "automations", column: "body", place: "automations", id: "id", what: "" },
    Column { table: "wallet_cards", column: "name", place: "wallets", id: "id", what: "/name" },
    Column { table: "wallet_cards", column: "metadata", place: "wallets", id: "id", what: "/metadata" },
    Column { table: "wallet_cards", column: "originated_by", place: "wallets", id: "id", what: "/originated_by" },
    Column { table: "wallet_cards", column: "pin_hash", place: "wallets", id: "id", what: "/pin" },
    Column { table: "wallet_tokens", column: "metadata", place: "wallets", id: "card", what: "/token" },
    Column { table: "wallet_transactions", column: "metadata", place: "wallets", id: "card", what: "/transaction" },
    Column { table: "wallet_transactions", column: "originated_by", place: "wallets", id: "card", what: "/originated_by" },
];

/// Hashes what tokens are looked up by.
///
/// # Errors
/// When the database refuses.
pub(super) async fn hash_tokens(store: &Store, sealer: &Sealer) -> Result<(), ApiError> {
    if is_done(store, "hashed_tokens").await? {
        return Ok(());
    }
    let mut unit = store.unit().await?;
    // First of all: another service that starts waits here until this is done.
    if !mark(unit.db(), "hashed_tokens").await? {
        return Ok(());
    }
    let rows = sqlx::query("SELECT account_id, type, value, token_id FROM customer_tokens").fetch_all(unit.db()).await?;
    for row in rows {
        let [account, kind, value] = [0, 1, 2].map(|at| row.get::<String, _>(at));
        let token_id: Option<String> = row.get(3);
        sqlx::query("UPDATE customer_tokens SET value = $4, token_id = $5 WHERE account_id = $1 AND type = $2 AND value = $3")
            .bind(&*account)
            .bind(&*kind)
            .bind(&*value)
            .bind(tokens::hashed(sealer, &account, &kind, &value))
            .bind(token_id.map(|id| tokens::hashed_id(sealer, &account, &id)))
            .execute(unit.db())
            .await?;
    }
    unit.save().await
}

/// Seals what is in clear; how many values that were. To be called again when it was interrupted.
///
/// # Errors
/// When the database refuses.
pub async fn seal(app: &App) -> Result<u64, ApiError> {
    let mut sealed = 0_u64;
    if is_done(&app.store, "sealed_rows").await? {
        return Ok(sealed);
    }
    for column in &COLUMNS {
        let mut after = (String::new(), String::new());
        while let Some(more) = batch(app, column, &mut after).await? {
            sealed = sealed.saturating_add(more);
            tokio::time::sleep(PAUSE).await;
        }
    }
    let mut unit = app.store.unit().await?;
    mark(unit.db(), "sealed_rows").await?;
    unit.save().await?;
    Ok(sealed)
}

/// Seals the next values of a column; how many, or nothing at its end.
async fn batch(app: &App, column: &Column, after: &mut (String, String)) -> Result<Option<u64>, ApiError> {
    let Column { table, column, place, id, what } = column;
    let mut query = Statement::new("SELECT account_id, id, ");
    query.push(column).push(", ").push(id).push(" FROM ").push(table).push(" WHERE (account_id, id) > (");
    query.push_bind(&*after.0)?.push(", ").push_bind(&*after.1)?.push(") AND SUBSTR(").push(column).push(", 1, 3) <> ");
    query.push_bind(PREFIX)?.push(" ORDER BY account_id, id LIMIT ").push_bind(BATCH)?;
    let rows = query.rows(app.store.pool()).await?;
    let Some(last) = rows.last() else { return Ok(None) };
    *after = (last.get(0), last.get(1));
    let mut sealed = 0_u64;
    let mut unit = app.store.unit().await?;
    for row in &rows {
        let [account, row_id, clear, of] = [0, 1, 2, 3].map(|at| row.get::<String, _>(at));
        let text = app.sealer.seal(&format!("{account}/{place}/{of}{what}"), clear.as_bytes())?;
        let mut update = Statement::new("UPDATE ");
        update.push(table).push(" SET ").push(column).push(" = ").push_bind(text)?;
        update.push(" WHERE account_id = ").push_bind(account)?.push(" AND id = ").push_bind(row_id)?;
        // Not what was written meanwhile.
        update.push(" AND ").push(column).push(" = ").push_bind(clear)?;
        update.rows(unit.db()).await?;
        sealed = sealed.saturating_add(1);
    }
    unit.save().await?;
    Ok(Some(sealed))
}

async fn is_done(store: &Store, name: &str) -> Result<bool, ApiError> {
    let row = sqlx::query("SELECT 1 FROM settings WHERE name = $1").bind(name).fetch_optional(store.pool()).await?;
    Ok(row.is_some())
}

async fn mark(db: &mut Db, name: &str) -> Result<bool, ApiError> {
    let added = sqlx::query("INSERT INTO settings (name, value) VALUES ($1, 'done') ON CONFLICT DO NOTHING")
        .bind(name)
        .execute(db)
        .await?;
    Ok(added.rows_affected() > 0)
}

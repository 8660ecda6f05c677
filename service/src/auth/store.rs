//! Clients and grants in the database.

use sqlx::{AnyPool, Row};

use crate::error::ApiError;
use crate::store::{Store, now};

/// The hash of a client's secret; `None` when there is no such client.
pub(super) async fn secret_hash(pool: &AnyPool, client_id: &str) -> Result<Option<String>, ApiError> {
    let row = sqlx::query("SELECT secret_hash FROM clients WHERE client_id = $1").bind(client_id).fetch_optional(pool).await?;
    Ok(row.map(|row| row.get(0)))
}

/// What a client may do in an account; `None` when it has no grant there.
pub(super) async fn scopes(pool: &AnyPool, client_id: &str, account: &str) -> Result<Option<String>, ApiError> {
    let rows = sqlx::query("SELECT scopes FROM grants WHERE client_id = $1 AND audience = $2 ORDER BY id")
        .bind(client_id)
        .bind(account)
        .fetch_all(pool)
        .await?;
    let scopes: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    Ok((!scopes.is_empty()).then(|| scopes.join(" ")))
}

/// Makes an account and a client that may do these things in it.
///
/// # Errors
/// When the database refuses.
pub async fn create_account(
    store: &Store,
    account: &str,
    client_id: &str,
    secret_hash: &str,
    scopes: &str,
) -> Result<(), ApiError> {
    let now = now();
    let mut unit = store.unit().await?;
    sqlx::query("INSERT INTO accounts (id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(account)
        .bind(&now)
        .execute(unit.db())
        .await?;
    sqlx::query("INSERT INTO rule_counters (account_id, changes) VALUES ($1, 0) ON CONFLICT DO NOTHING")
        .bind(account)
        .execute(unit.db())
        .await?;
    sqlx::query("INSERT INTO clients (account_id, id, client_id, secret_hash, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(account)
        .bind(uuid::Uuid::new_v4().to_string())
        .bind(client_id)
        .bind(secret_hash)
        .bind(&now)
        .execute(unit.db())
        .await?;
    sqlx::query("INSERT INTO grants (id, client_id, audience, scopes, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(uuid::Uuid::new_v4().to_string())
        .bind(client_id)
        .bind(account)
        .bind(scopes)
        .bind(&now)
        .execute(unit.db())
        .await?;
    unit.save().await
}

/// Is there any account yet?
///
/// # Errors
/// When the database refuses.
pub async fn any_account(pool: &AnyPool) -> Result<bool, ApiError> {
    Ok(sqlx::query("SELECT 1 FROM accounts LIMIT 1").fetch_optional(pool).await?.is_some())
}

/// The secret that tokens are signed with, made when there is none.
///
/// # Errors
/// When the database refuses.
pub async fn signing_secret(store: &Store) -> Result<String, ApiError> {
    sqlx::query("INSERT INTO settings (name, value) VALUES ('signing_secret', $1) ON CONFLICT DO NOTHING")
        .bind(super::secret::new())
        .execute(store.pool())
        .await?;
    let row = sqlx::query("SELECT value FROM settings WHERE name = 'signing_secret'").fetch_one(store.pool()).await?;
    Ok(row.get(0))
}

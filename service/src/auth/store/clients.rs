//! API clients in the database. Secrets are there as hashes only.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Pool, Store, now};

/// A client to add.
#[derive(Debug, Default)]
pub struct NewClient<'a> {
    /// The account or partner it belongs to.
    pub account: &'a str,
    /// Its id.
    pub id: &'a str,
    /// What it is called at HTTP Basic.
    pub client_id: &'a str,
    /// Its secret's hash.
    pub secret_hash: &'a str,
    /// For people.
    pub name: Option<&'a str>,
    /// For people.
    pub description: Option<&'a str>,
    /// A JSON list.
    pub callbacks: Option<&'a str>,
    /// The client that adds it.
    pub created_by: Option<&'a str>,
}

/// Adds a client; `false` when its account has (or had) one of that `client_id`.
///
/// # Errors
/// When the database refuses.
pub async fn add(db: &mut Db, client: &NewClient<'_>) -> Result<bool, ApiError> {
    let added = sqlx::query(
        "INSERT INTO clients (id, account_id, client_id, secret_hash, name, description, callbacks, created_at, created_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8) ON CONFLICT DO NOTHING",
    )
    .bind(client.id)
    .bind(client.account)
    .bind(client.client_id)
    .bind(client.secret_hash)
    .bind(client.name)
    .bind(client.description)
    .bind(client.callbacks)
    .bind(now())
    .bind(client.created_by)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// A client as stored, without its secret.
#[derive(Debug)]
#[expect(missing_docs, reason = "as in `NewClient`, and the times of changes")]
pub struct StoredClient {
    pub id: String,
    pub client_id: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub callbacks: Option<String>,
    pub created_at: String,
    pub created_by: Option<String>,
    pub updated_at: String,
    pub deleted_at: Option<String>,
    pub deleted_by: Option<String>,
}

const STORED: &str =
    "SELECT id, client_id, name, description, callbacks, created_at, created_by, updated_at, deleted_at, deleted_by
    FROM clients WHERE account_id = ";

fn stored(row: &AnyRow) -> StoredClient {
    StoredClient {
        id: row.get(0),
        client_id: row.get(1),
        name: row.get(2),
        description: row.get(3),
        callbacks: row.get(4),
        created_at: row.get(5),
        created_by: row.get(6),
        updated_at: row.get(7),
        deleted_at: row.get(8),
        deleted_by: row.get(9),
    }
}

/// A client of an account, deleted ones too.
///
/// # Errors
/// When the database refuses.
pub async fn find(pool: &Pool, account: &str, id: &str) -> Result<Option<StoredClient>, ApiError> {
    let mut query = Statement::new(STORED);
    query.push_bind(account)?.push(" AND id = ").push_bind(id)?;
    Ok(query.rows(pool).await?.first().map(stored))
}

/// A page of clients, oldest first; `None` when `after` is no client of this account.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    pool: &Pool,
    account: &str,
    after: Option<&str>,
    deleted_too: bool,
    limit: i64,
) -> Result<Option<Vec<StoredClient>>, ApiError> {
    let mut query = Statement::new(STORED);
    query.push_bind(account)?;
    if !deleted_too {
        query.push(" AND deleted_at IS NULL");
    }
    if let Some(after) = after {
        let Some(place) = find(pool, account, after).await? else { return Ok(None) };
        query.push(" AND (created_at, id) > (").push_bind(place.created_at)?.push(", ").push_bind(after)?.push(")");
    }
    query.push(" ORDER BY created_at, id LIMIT ").push_bind(limit)?;
    Ok(Some(query.rows(pool).await?.iter().map(stored).collect()))
}

/// What a client proves who it is with.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The client's id.
    pub id: String,
    /// The secret's hash.
    pub hash: String,
    /// How often its tokens were ended.
    pub generation: i64,
}

/// The secret of a client that is not deleted.
///
/// # Errors
/// When the database refuses.
pub async fn secret(pool: &Pool, account: &str, client_id: &str) -> Result<Option<Secret>, ApiError> {
    let row = sqlx::query(
        "SELECT id, secret_hash, generation FROM clients WHERE account_id = $1 AND (client_id = $2 OR id = $2) AND deleted_at IS NULL
         ORDER BY CASE WHEN client_id = $2 THEN 0 ELSE 1 END LIMIT 1",
    )
    .bind(account)
    .bind(client_id)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Secret { id: row.get(0), hash: row.get(1), generation: row.get(2) }))
}

/// What to change of a client: `None` keeps what is there, `Some(None)` takes it away.
#[derive(Debug, Default)]
pub struct Change<'a> {
    /// For people.
    pub name: Option<Option<&'a str>>,
    /// For people.
    pub description: Option<Option<&'a str>>,
}

/// Changes a client; `false` when there is none that is not deleted.
///
/// # Errors
/// When the database refuses.
pub async fn change(store: &Store, account: &str, id: &str, change: &Change<'_>) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    let changed = sqlx::query(
        "UPDATE clients SET updated_at = $3, name = CASE WHEN $4 = 1 THEN $5 ELSE name END,
            description = CASE WHEN $6 = 1 THEN $7 ELSE description END
         WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL",
    )
    .bind(account)
    .bind(id)
    .bind(now())
    .bind(i64::from(change.name.is_some()))
    .bind(change.name.flatten())
    .bind(i64::from(change.description.is_some()))
    .bind(change.description.flatten())
    .execute(unit.db())
    .await?;
    unit.save().await?;
    Ok(changed.rows_affected() > 0)
}

/// Gives a client another secret and ends its tokens; `false` when there is none that is not deleted.
///
/// # Errors
/// When the database refuses.
pub async fn rotate(store: &Store, account: &str, id: &str, secret_hash: &str) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    let rotated = sqlx::query(
        "UPDATE clients SET secret_hash = $3, generation = generation + 1, updated_at = $4
         WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL",
    )
    .bind(account)
    .bind(id)
    .bind(secret_hash)
    .bind(now())
    .execute(unit.db())
    .await?;
    unit.save().await?;
    Ok(rotated.rows_affected() > 0)
}

/// Deletes a client with its grants; `false` when there is none that is not deleted.
///
/// # Errors
/// When the database refuses.
pub async fn delete(store: &Store, account: &str, id: &str, by: &str) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    let now = now();
    let deleted = sqlx::query(
        "UPDATE clients SET deleted_at = $3, deleted_by = $4, updated_at = $3, generation = generation + 1
         WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL",
    )
    .bind(account)
    .bind(id)
    .bind(&*now)
    .bind(by)
    .execute(unit.db())
    .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "UPDATE grants SET deleted_at = $2, deleted_by = $3, updated_at = $2 WHERE client_id = $1 AND deleted_at IS NULL",
    )
    .bind(id)
    .bind(&*now)
    .bind(by)
    .execute(unit.db())
    .await?;
    unit.save().await?;
    Ok(true)
}

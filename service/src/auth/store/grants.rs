//! Grants in the database: what a client may do in which account.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Pool, Store, now};

/// A grant to add.
#[derive(Debug)]
pub struct NewGrant<'a> {
    /// Its id.
    pub id: &'a str,
    /// The client's id.
    pub client: &'a str,
    /// The account.
    pub audience: &'a str,
    /// Scopes, separated by spaces.
    pub scopes: &'a str,
    /// The way of asking for tokens that it is for.
    pub kind: &'a str,
    /// The client that adds it.
    pub created_by: Option<&'a str>,
}

/// Adds a grant; `false` when its client is deleted or unknown.
///
/// # Errors
/// When the database refuses.
pub async fn add(db: &mut Db, grant: &NewGrant<'_>) -> Result<bool, ApiError> {
    let added = sqlx::query(
        "INSERT INTO grants (id, client_id, audience, scopes, type, created_at, created_by, updated_at)
         SELECT $1, id, $3, $4, $5, $6, $7, $6 FROM clients WHERE id = $2 AND deleted_at IS NULL",
    )
    .bind(grant.id)
    .bind(grant.client)
    .bind(grant.audience)
    .bind(grant.scopes)
    .bind(grant.kind)
    .bind(now())
    .bind(grant.created_by)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// A grant as stored.
#[derive(Debug)]
#[expect(missing_docs, reason = "as in `NewGrant`, and the times of changes")]
pub struct StoredGrant {
    pub id: String,
    pub client: String,
    pub audience: String,
    pub scopes: String,
    pub kind: String,
    pub created_at: String,
    pub created_by: Option<String>,
    pub updated_at: String,
    pub deleted_at: Option<String>,
    pub deleted_by: Option<String>,
}

const STORED: &str =
    "SELECT g.id, g.client_id, g.audience, g.scopes, g.type, g.created_at, g.created_by, g.updated_at, g.deleted_at,
        g.deleted_by
    FROM grants g JOIN clients c ON c.id = g.client_id WHERE c.account_id = ";

fn stored(row: &AnyRow) -> StoredGrant {
    StoredGrant {
        id: row.get(0),
        client: row.get(1),
        audience: row.get(2),
        scopes: row.get(3),
        kind: row.get(4),
        created_at: row.get(5),
        created_by: row.get(6),
        updated_at: row.get(7),
        deleted_at: row.get(8),
        deleted_by: row.get(9),
    }
}

/// A grant of an account's clients, deleted ones too.
///
/// # Errors
/// When the database refuses.
pub async fn find(pool: &Pool, account: &str, id: &str) -> Result<Option<StoredGrant>, ApiError> {
    let mut query = Statement::new(STORED);
    query.push_bind(account)?.push(" AND g.id = ").push_bind(id)?;
    Ok(query.rows(pool).await?.first().map(stored))
}

/// The grants of an account's clients, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn list(
    pool: &Pool,
    account: &str,
    client: Option<&str>,
    audience: Option<&str>,
) -> Result<Vec<StoredGrant>, ApiError> {
    let mut query = Statement::new(STORED);
    query.push_bind(account)?.push(" AND g.deleted_at IS NULL");
    if let Some(client) = client {
        query.push(" AND g.client_id = ").push_bind(client)?;
    }
    if let Some(audience) = audience {
        query.push(" AND g.audience = ").push_bind(audience)?;
    }
    query.push(" ORDER BY g.created_at, g.id");
    Ok(query.rows(pool).await?.iter().map(stored).collect())
}

/// Deletes a grant; `false` when there is none that is not deleted.
///
/// # Errors
/// When the database refuses.
pub async fn delete(store: &Store, account: &str, id: &str, by: &str) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    let deleted = sqlx::query(
        "UPDATE grants SET deleted_at = $3, deleted_by = $4, updated_at = $3
         WHERE id = $2 AND deleted_at IS NULL AND client_id IN (SELECT id FROM clients WHERE account_id = $1)",
    )
    .bind(account)
    .bind(id)
    .bind(now())
    .bind(by)
    .execute(unit.db())
    .await?;
    unit.save().await?;
    Ok(deleted.rows_affected() > 0)
}

/// A client as it stands: what its tokens are good for.
#[derive(Debug)]
pub struct Standing {
    /// How often its tokens were ended.
    pub generation: i64,
    /// What it may do.
    pub grants: Vec<Granted>,
}

/// What a client may do in an account.
#[derive(Debug)]
pub struct Granted {
    /// The grant.
    pub id: String,
    /// The account.
    pub audience: String,
    /// Scopes, separated by spaces.
    pub scopes: String,
    /// The way of asking for tokens that it is for.
    pub kind: String,
}

/// How a client stands; `None` when it is deleted or unknown. Grants for accounts that its owner
/// does not own do not count.
///
/// # Errors
/// When the database refuses.
pub async fn standing(pool: &Pool, client: &str) -> Result<Option<Standing>, ApiError> {
    let rows = sqlx::query(
        "SELECT c.generation, g.id, g.audience, g.scopes, g.type
         FROM clients c LEFT JOIN grants g ON g.client_id = c.id AND g.deleted_at IS NULL AND EXISTS (
            SELECT 1 FROM accounts a WHERE a.id = g.audience AND (a.id = c.account_id OR a.owner_id = c.account_id))
         WHERE c.id = $1 AND c.deleted_at IS NULL ORDER BY g.created_at, g.id",
    )
    .bind(client)
    .fetch_all(pool)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let granted = |row: &AnyRow| {
        let id: Option<String> = row.get(1);
        id.map(|id| Granted { id, audience: row.get(2), scopes: row.get(3), kind: row.get(4) })
    };
    Ok(Some(Standing { generation: first.get(0), grants: rows.iter().filter_map(granted).collect() }))
}

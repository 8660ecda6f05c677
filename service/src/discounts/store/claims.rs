//! Claims in the database.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::unknown_cursor;
use crate::App;
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Pool};

/// Where a claim's body is sealed.
pub fn place(account: &str, id: &str) -> String {
    format!("{account}/claims/{id}")
}

/// A claim to store.
#[derive(Debug)]
pub struct NewClaim<'a> {
    /// The account.
    pub account: &'a str,
    /// Its id.
    pub id: &'a str,
    /// The caller's key for the purchase.
    pub reference: Option<&'a str>,
    /// Who claims.
    pub customer_id: &'a str,
    /// The purchase it belongs to.
    pub purchase_id: &'a str,
    /// Its JSON, sealed.
    pub body: &'a str,
    /// When it was made.
    pub created_at: &'a str,
}

/// Stores a claim; false, and nothing is stored, when the `ref` is taken.
///
/// # Errors
/// When the database refuses.
pub async fn create(db: &mut Db, claim: &NewClaim<'_>) -> Result<bool, ApiError> {
    let added = sqlx::query(
        "INSERT INTO claims (account_id, id, ref, customer_id, purchase_id, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT DO NOTHING",
    )
    .bind(claim.account)
    .bind(claim.id)
    .bind(claim.reference)
    .bind(claim.customer_id)
    .bind(claim.purchase_id)
    .bind(claim.body)
    .bind(claim.created_at)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// A claim as stored.
#[derive(Debug)]
pub struct StoredClaim {
    /// Its JSON.
    pub body: String,
    /// Was it given back?
    pub deleted: bool,
    /// The caller's key for the purchase.
    pub reference: Option<String>,
}

/// One claim, deleted ones too.
///
/// # Errors
/// When the database refuses.
pub async fn claim(app: &App, account: &str, id: &str) -> Result<Option<StoredClaim>, ApiError> {
    let row = sqlx::query("SELECT body, deleted_at, ref FROM claims WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .fetch_optional(app.store.pool())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let body = app.sealer.open_text(&place(account, id), row.get(0))?;
    Ok(Some(StoredClaim { body, deleted: row.get::<Option<String>, _>(1).is_some(), reference: row.get(2) }))
}

/// Marks a claim as given back, with another sealed body; its purchase, or nothing when it was given back before.
///
/// # Errors
/// When the database refuses.
pub async fn delete(db: &mut Db, account: &str, id: &str, body: &str, deleted_at: &str) -> Result<Option<String>, ApiError> {
    let changed = sqlx::query(
        "UPDATE claims SET deleted_at = $4, body = $3 WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING purchase_id",
    )
    .bind(account)
    .bind(id)
    .bind(body)
    .bind(deleted_at)
    .fetch_optional(db)
    .await?;
    Ok(changed.map(|row| row.get(0)))
}

/// Which claims a list shows.
#[derive(Debug, Default)]
pub struct ClaimFilter {
    /// With this `ref`.
    pub reference: Option<String>,
    /// Of this customer.
    pub customer_id: Option<String>,
    /// After this claim.
    pub starting_after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// A page of claims that are not deleted, oldest first.
///
/// # Errors
/// When the database refuses, or `starting_after` is unknown.
pub async fn claims(app: &App, account: &str, filter: &ClaimFilter) -> Result<Vec<String>, ApiError> {
    let mut query = Statement::new("SELECT id, body FROM claims WHERE account_id = ");
    filtered(&mut query, account, filter)?;
    if let Some(after) = &filter.starting_after {
        let place = sqlx::query("SELECT created_at FROM claims WHERE account_id = $1 AND id = $2")
            .bind(account)
            .bind(&**after)
            .fetch_optional(app.store.pool())
            .await?
            .ok_or_else(|| unknown_cursor("id"))?;
        query.push(" AND (created_at, id) > (").push_bind(place.get::<String, _>(0))?.push(", ").push_bind(&**after)?.push(")");
    }
    query.push(" ORDER BY created_at, id LIMIT ").push_bind(filter.limit)?;
    let open = |row: &AnyRow| app.sealer.open_text(&place(account, row.get(0)), row.get(1));
    query.rows(app.store.pool()).await?.iter().map(open).collect()
}

/// How many claims the filter lets through, on all pages.
///
/// # Errors
/// When the database refuses.
pub async fn count(pool: &Pool, account: &str, filter: &ClaimFilter) -> Result<i64, ApiError> {
    let mut query = Statement::new("SELECT COUNT(*) FROM claims WHERE account_id = ");
    filtered(&mut query, account, filter)?;
    Ok(query.rows(pool).await?.first().map_or(0, |row| row.get(0)))
}

fn filtered(query: &mut Statement, account: &str, filter: &ClaimFilter) -> Result<(), ApiError> {
    query.push_bind(account)?.push(" AND deleted_at IS NULL");
    if let Some(reference) = &filter.reference {
        query.push(" AND ref = ").push_bind(&**reference)?;
    }
    if let Some(customer) = &filter.customer_id {
        query.push(" AND customer_id = ").push_bind(&**customer)?;
    }
    Ok(())
}

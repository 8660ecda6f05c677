//! What was told of tokens.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, new_id};

/// What is known of a token apart from whose it is.
#[derive(Debug)]
pub(in crate::customers) struct Subject {
    pub(in crate::customers) id: String,
    /// Its type and value, hashed.
    pub(in crate::customers) word: String,
}

/// Which subjects a list shows.
#[derive(Debug, Default)]
pub(in crate::customers) struct Filter {
    /// Changed at or after; then oldest change first.
    pub(in crate::customers) since: Option<String>,
    /// Cleared at or after.
    pub(in crate::customers) cleared_since: Option<String>,
    /// After the one with this id.
    pub(in crate::customers) after: Option<String>,
    pub(in crate::customers) limit: i64,
}

fn subject(row: &AnyRow) -> Subject {
    Subject { id: row.get(0), word: row.get(1) }
}

/// The subject of a token, made when there is none: something is told of it now.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn touch(db: &mut Db, account: &str, word: &str, at: &str) -> Result<String, ApiError> {
    let row = sqlx::query(
        "INSERT INTO customer_token_subjects (account_id, id, word, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (account_id, word) DO UPDATE SET updated_at = excluded.updated_at RETURNING id",
    )
    .bind(account)
    .bind(new_id())
    .bind(word)
    .bind(at)
    .fetch_one(db)
    .await?;
    Ok(row.get(0))
}

/// The subject of a token.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn find(db: &mut Db, account: &str, word: &str) -> Result<Option<String>, ApiError> {
    let row = sqlx::query("SELECT id FROM customer_token_subjects WHERE account_id = $1 AND word = $2")
        .bind(account)
        .bind(word)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// Is there a subject with this id?
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn is_known(db: &mut Db, account: &str, id: &str) -> Result<bool, ApiError> {
    let row = sqlx::query("SELECT 1 FROM customer_token_subjects WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .fetch_optional(db)
        .await?;
    Ok(row.is_some())
}

/// Says that what was told of a token was cleared.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn cleared(db: &mut Db, account: &str, id: &str, at: &str) -> Result<(), ApiError> {
    sqlx::query("UPDATE customer_token_subjects SET cleared_at = $3, updated_at = $3 WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .bind(at)
        .execute(db)
        .await?;
    Ok(())
}

/// An event to keep.
#[derive(Debug)]
pub(in crate::customers) struct New<'a> {
    pub(in crate::customers) id: &'a str,
    pub(in crate::customers) status: Option<&'a str>,
    pub(in crate::customers) expires_at: Option<&'a str>,
    pub(in crate::customers) created_at: &'a str,
    /// Sealed.
    pub(in crate::customers) body: &'a str,
}

/// Keeps an event.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn add(db: &mut Db, account: &str, subject: &str, new: &New<'_>) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO customer_token_events (account_id, subject, id, status, expires_at, created_at, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(account)
    .bind(subject)
    .bind(new.id)
    .bind(new.status)
    .bind(new.expires_at)
    .bind(new.created_at)
    .bind(new.body)
    .execute(db)
    .await?;
    Ok(())
}

/// An event as stored.
#[derive(Debug)]
pub(in crate::customers) struct Event {
    pub(in crate::customers) subject: String,
    pub(in crate::customers) id: String,
    pub(in crate::customers) status: Option<String>,
    pub(in crate::customers) expires_at: Option<String>,
    pub(in crate::customers) created_at: String,
    /// Sealed.
    pub(in crate::customers) body: String,
}

/// The events of these subjects that are not over, oldest first.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn of(db: &mut Db, account: &str, subjects: &[&str], now: &str) -> Result<Vec<Event>, ApiError> {
    let mut query =
        Statement::new("SELECT subject, id, status, expires_at, created_at, body FROM customer_token_events WHERE account_id = ");
    query.push_bind(account)?.push(" AND subject IN ").push_list(subjects.iter().copied())?;
    query.push(" AND (expires_at IS NULL OR expires_at > ").push_bind(now)?.push(") ORDER BY subject, id");
    let event = |row: &AnyRow| Event {
        subject: row.get(0),
        id: row.get(1),
        status: row.get(2),
        expires_at: row.get(3),
        created_at: row.get(4),
        body: row.get(5),
    };
    Ok(query.rows(db).await?.iter().map(event).collect())
}

/// A page of subjects.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn page(db: &mut Db, account: &str, filter: &Filter) -> Result<Vec<Subject>, ApiError> {
    let mut query = Statement::new("SELECT id, word FROM customer_token_subjects WHERE account_id = ");
    query.push_bind(account)?;
    if let Some(since) = &filter.cleared_since {
        query.push(" AND cleared_at >= ").push_bind(&**since)?;
    }
    if let Some(since) = &filter.since {
        query.push(" AND updated_at >= ").push_bind(&**since)?.push(" ORDER BY updated_at, id");
    } else {
        if let Some(after) = &filter.after {
            query.push(" AND id > ").push_bind(&**after)?;
        }
        query.push(" ORDER BY id");
    }
    query.push(" LIMIT ").push_bind(filter.limit)?;
    Ok(query.rows(db).await?.iter().map(subject).collect())
}

/// Takes away what was told of a token.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn forget(db: &mut Db, account: &str, id: &str) -> Result<(), ApiError> {
    for statement in [
        "DELETE FROM customer_token_events WHERE account_id = $1 AND subject = $2",
        "DELETE FROM customer_token_subjects WHERE account_id = $1 AND id = $2",
    ] {
        sqlx::query(statement).bind(account).bind(id).execute(&mut *db).await?;
    }
    Ok(())
}

//! The outbox's rows.
//!
//! A row is taken by raising `attempts` where it still has the value that was read: of several nodes one
//! succeeds. Its `next_at` moves past the time an attempt can take, so when the node dies another takes it
//! then. The outcome is written only where `attempts` is still the taker's.

use serde_json::{Map, Value};
use sqlx::Row;

use crate::App;
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Store, new_id, now};

/// A request to send.
#[derive(Debug)]
pub struct Message<'a> {
    /// The account.
    pub account: &'a str,
    /// The id of what sends it: an automation, a subscription.
    pub sender: &'a str,
    /// What happened; sent as header `event`.
    pub event: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// Where to.
    pub url: &'a str,
    /// More headers.
    pub headers: &'a [(&'a str, String)],
    /// The body, byte for byte.
    pub body: Option<String>,
}

/// Adds a message to a unit of work; the delivery's id, which receivers get as header `event-delivery`.
///
/// # Errors
/// When the database refuses.
pub async fn add(db: &mut Db, _app: &App, message: &Message<'_>) -> Result<String, ApiError> {
    let headers: Map<String, Value> =
        message.headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    let id = new_id();
    sqlx::query(
        "INSERT INTO outbox (id, account_id, sender, event, method, url, headers, body, state, attempts, next_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9, $9, $9)",
    )
    .bind(&*id)
    .bind(message.account)
    .bind(message.sender)
    .bind(message.event)
    .bind(message.method)
    .bind(message.url)
    .bind(Value::Object(headers).to_string())
    .bind(message.body.as_deref())
    .bind(now())
    .execute(db)
    .await?;
    Ok(id)
}

/// A message that is due.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) sender: String,
    pub(super) event: String,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
    /// How often it was tried; once taken, this attempt included.
    pub(super) attempts: i64,
}

/// Messages that are due, longest first, of accounts that are not passed over.
pub(super) async fn due(store: &Store, passed_over: &[&str], most: i64) -> Result<Vec<Due>, ApiError> {
    let mut query = Statement::new(
        "SELECT id, account_id, sender, event, method, url, headers, body, attempts FROM outbox WHERE state = 'waiting' AND next_at <= ",
    );
    query.push_bind(now())?;
    if !passed_over.is_empty() {
        query.push(" AND account_id NOT IN (''");
        for account in passed_over {
            query.push(", ").push_bind(*account)?;
        }
        query.push(")");
    }
    query.push(" ORDER BY next_at, id LIMIT ").push_bind(most)?;
    let rows = query.rows(store.pool()).await?;
    let read = |row: &sqlx::any::AnyRow| {
        let headers: Map<String, Value> = serde_json::from_str(&row.get::<String, _>(6)).unwrap_or_default();
        let text = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        Due {
            id: row.get(0),
            account: row.get(1),
            sender: row.get(2),
            event: row.get(3),
            method: row.get(4),
            url: row.get(5),
            headers: headers.into_iter().filter_map(text).collect(),
            body: row.get(7),
            attempts: row.get(8),
        }
    };
    Ok(rows.iter().map(read).collect())
}

/// Takes a message for one attempt that is over by `until`; false when another node was first.
pub(super) async fn take(store: &Store, due: &mut Due, until: &str) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    let taken = sqlx::query(
        "UPDATE outbox SET attempts = attempts + 1, next_at = $3, updated_at = $4 WHERE id = $1 AND attempts = $2 AND state = 'waiting'",
    )
    .bind(&*due.id)
    .bind(due.attempts)
    .bind(until)
    .bind(now())
    .execute(unit.db())
    .await?;
    unit.save().await?;
    due.attempts = due.attempts.saturating_add(1);
    Ok(taken.rows_affected() > 0)
}

/// What came of an attempt.
#[derive(Debug)]
pub(super) struct Outcome {
    /// `waiting` when it is tried again.
    pub(super) state: &'static str,
    /// When.
    pub(super) next_at: String,
    /// What was answered.
    pub(super) status: Option<u16>,
    /// What went wrong.
    pub(super) problem: Option<String>,
}

/// Writes what came of an attempt, when no other was begun meanwhile.
pub(super) async fn settle(store: &Store, due: &Due, outcome: &Outcome) -> Result<(), ApiError> {
    let mut unit = store.unit().await?;
    sqlx::query(
        "UPDATE outbox SET state = $3, next_at = $4, status = $5, problem = $6, updated_at = $7
         WHERE id = $1 AND attempts = $2 AND state = 'waiting'",
    )
    .bind(&*due.id)
    .bind(due.attempts)
    .bind(outcome.state)
    .bind(&*outcome.next_at)
    .bind(outcome.status.map(i64::from))
    .bind(outcome.problem.as_deref())
    .bind(now())
    .execute(unit.db())
    .await?;
    unit.save().await
}

/// Forgets what was settled before an instant.
pub(super) async fn forget(store: &Store, before: &str) -> Result<(), ApiError> {
    let mut unit = store.unit().await?;
    sqlx::query("DELETE FROM outbox WHERE state <> 'waiting' AND updated_at < $1").bind(before).execute(unit.db()).await?;
    unit.save().await
}

//! What was sent, and what came of it, for those who look.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::store::place;
use crate::App;
use crate::error::ApiError;
use crate::store::statement::Statement;

/// A delivery as stored.
#[derive(Debug)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// What happened.
    pub event: String,
    /// When.
    pub created_at: String,
    /// `waiting`, `accepted`, `refused` or `failed`.
    pub state: String,
    /// What was answered last.
    pub status: Option<i64>,
    /// Where to; empty where the receiver says so.
    pub url: String,
    /// The body.
    pub body: Option<String>,
    /// How often it was tried.
    pub attempts: i64,
    /// What went wrong last.
    pub problem: Option<String>,
    /// When it was sent last.
    pub sent_at: Option<String>,
    /// With which headers, JSON.
    pub sent_headers: Option<String>,
    /// Headers of the answer, JSON.
    pub answer_headers: Option<String>,
    /// The beginning of its body.
    pub answer_body: Option<String>,
    /// Milliseconds until the answer.
    pub took_ms: Option<i64>,
}

const DELIVERY: &str = "SELECT id, event, created_at, state, status, url, body, attempts, problem, sent_at, sent_headers, answer_headers, \
                        answer_body, took_ms FROM outbox WHERE account_id = ";

fn delivery(app: &App, account: &str, row: &AnyRow) -> Result<Delivery, ApiError> {
    let id: String = row.get(0);
    let place = place(account, &id);
    let open = |at: usize| row.get::<Option<String>, _>(at).map(|sealed| app.sealer.open_text(&place, sealed)).transpose();
    Ok(Delivery {
        event: row.get(1),
        created_at: row.get(2),
        state: row.get(3),
        status: row.get(4),
        url: open(5)?.unwrap_or_default(),
        body: open(6)?,
        attempts: row.get(7),
        problem: row.get(8),
        sent_at: row.get(9),
        sent_headers: open(10)?,
        answer_headers: open(11)?,
        answer_body: open(12)?,
        took_ms: row.get(13),
        id,
    })
}

/// A page of what a sender had to send, newest first.
///
/// # Errors
/// When the database refuses, or `after` is none of them.
pub async fn deliveries(
    app: &App,
    account: &str,
    sender: &str,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Delivery>, ApiError> {
    let mut query = Statement::new(DELIVERY);
    query.push_bind(account)?.push(" AND sender = ").push_bind(sender)?;
    if let Some(after) = after {
        let place = sqlx::query("SELECT seq FROM outbox WHERE account_id = $1 AND sender = $2 AND id = $3")
            .bind(account)
            .bind(sender)
            .bind(after)
            .fetch_optional(app.store.pool())
            .await?
            .ok_or_else(|| {
                let message = "`starting_after` is the `id` of the last entry of the page before".to_owned();
                ApiError::Invalid("bad_query", message)
            })?;
        query.push(" AND seq < ").push_bind(place.get::<i64, _>(0))?;
    }
    query.push(" ORDER BY seq DESC LIMIT ").push_bind(limit)?;
    query.rows(app.store.pool()).await?.iter().map(|row| delivery(app, account, row)).collect()
}

/// One of them.
///
/// # Errors
/// When the database refuses.
pub async fn one(app: &App, account: &str, sender: &str, id: &str) -> Result<Option<Delivery>, ApiError> {
    let mut query = Statement::new(DELIVERY);
    query.push_bind(account)?.push(" AND sender = ").push_bind(sender)?.push(" AND id = ").push_bind(id)?;
    query.rows(app.store.pool()).await?.first().map(|row| delivery(app, account, row)).transpose()
}

//! The outbox's rows.
//!
//! A row is taken by moving its `next_at` past the time an attempt can take, where it is still due: of several nodes
//! one succeeds, and when it dies another takes the row then. `attempts` is raised with it, and the outcome is written
//! only where it is still the taker's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use serde_json::{Map, Value};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::handed::Handed;
use crate::App;
use crate::config::Config;
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Kind, Store, now, written};

/// A request to send.
#[derive(Debug)]
pub struct Message<'a> {
    /// Its id, which receivers get as header `event-delivery`.
    pub id: &'a str,
    /// The account.
    pub account: &'a str,
    /// The id of what sends it: an automation, a subscription.
    pub sender: &'a str,
    /// Messages of one lane are sent in order: each when the one before was taken or given up. Those of webhooks
    /// have one; they are addressed and signed when they are sent.
    pub lane: Option<&'a str>,
    /// What happened; sent as header `event`.
    pub event: &'a str,
    /// The HTTP method.
    pub method: &'a str,
    /// Where to; empty where the receiver says so.
    pub url: &'a str,
    /// More headers; none where the receiver has them.
    pub headers: &'a [(&'a str, String)],
    /// The body, byte for byte.
    pub body: Option<String>,
}

/// Adds a message to a unit of work.
///
/// # Errors
/// When the database refuses.
pub async fn add(db: &mut Db, app: &App, message: &Message<'_>) -> Result<(), ApiError> {
    let place = place(message.account, message.id);
    let seal = |text: &str| seal(app, &place, text);
    // An address may hold a secret, too.
    let (url, body) = (seal(message.url)?, message.body.as_deref().map(seal).transpose()?);
    let headers: Map<String, Value> =
        message.headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    let headers = if headers.is_empty() { String::new() } else { Value::Object(headers).to_string() };
    let sealed_headers = seal(&headers)?;
    let now = now();
    let offered = match app.store.kind() {
        Kind::Sqlite => app.hand_over.offer(message.account, message.sender),
        Kind::Postgres => None,
    };
    let until = match &offered {
        Some(_) => later(time_of_attempt(&app.config)),
        None => now.clone(),
    };
    // What waits for others of its lane is not taken yet.
    let added = sqlx::query(
        "INSERT INTO outbox (id, account_id, sender, lane, event, method, url, headers, body, state, attempts, next_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting',
            CASE WHEN $12 = 0 OR EXISTS (SELECT 1 FROM outbox WHERE state = 'waiting' AND lane = $4) THEN 0 ELSE 1 END,
            CASE WHEN $12 = 0 OR EXISTS (SELECT 1 FROM outbox WHERE state = 'waiting' AND lane = $4) THEN $10 ELSE $11 END, $10, $10)
         RETURNING attempts",
    )
    .bind(message.id)
    .bind(message.account)
    .bind(message.sender)
    .bind(message.lane)
    .bind(message.event)
    .bind(message.method)
    .bind(url)
    .bind(sealed_headers)
    .bind(body.as_deref())
    .bind(&*now)
    .bind(&*until)
    .bind(i64::from(offered.is_some()))
    .fetch_one(&mut *db)
    .await?;
    let attempts: i64 = added.get(0);
    let hand_over = Arc::clone(&app.hand_over);
    match offered {
        Some(place) if attempts > 0 => {
            let due = Due {
                id: message.id.to_owned(),
                account: message.account.to_owned(),
                sender: message.sender.to_owned(),
                lane: message.lane.map(str::to_owned),
                event: message.event.to_owned(),
                method: message.method.to_owned(),
                url: message.url.to_owned(),
                headers,
                body: message.body.clone(),
                sealed: false,
                attempts,
            };
            db.afterwards(move || hand_over.hand(Handed { due, place }));
        }
        offered => {
            let lane = offered.and(message.lane).map(str::to_owned);
            db.afterwards(move || hand_over.leave(lane));
        }
    }
    Ok(())
}

/// How much longer than its timeout an attempt may take before another node takes the message.
const SLACK: Duration = Duration::from_secs(10);

/// How long an attempt may take.
pub(super) fn time_of_attempt(config: &Config) -> Duration {
    Duration::from_secs(config.delivery_timeout_seconds).saturating_add(SLACK)
}

/// The instant so much from now, as it is stored.
pub(super) fn later(wait: Duration) -> String {
    stored(TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX))
}

/// The instant so long ago.
pub(super) fn before(ago: Duration) -> String {
    stored(-TimeDelta::from_std(ago).unwrap_or(TimeDelta::MAX))
}

fn stored(wait: TimeDelta) -> String {
    // A wait beyond all time is forever.
    Utc::now().checked_add_signed(wait).map_or_else(|| "9999-12-31T23:59:59.999999Z".to_owned(), written)
}

/// Seals a text; that it says nothing is no secret.
fn seal(app: &App, place: &str, text: &str) -> Result<String, ApiError> {
    if text.is_empty() { Ok(String::new()) } else { app.sealer.seal(place, text.as_bytes()) }
}

/// Where what a message says is sealed.
pub(super) fn place(account: &str, id: &str) -> String {
    format!("{account}/outbox/{id}")
}

/// A message that is due.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) sender: String,
    /// A webhook has one.
    pub(super) lane: Option<String>,
    pub(super) event: String,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: String,
    pub(super) body: Option<String>,
    /// Are address, headers and body as they are stored? Else they were handed over as they are.
    pub(super) sealed: bool,
    /// How often it was tried; once taken, this attempt included.
    pub(super) attempts: i64,
}

impl Due {
    pub(super) fn is_webhook(&self) -> bool {
        self.lane.is_some()
    }
}

/// Who has messages that wait, in order of their ids.
pub(super) async fn senders(store: &Store) -> Result<Vec<String>, ApiError> {
    // From one sender to the next, however many messages each has.
    let rows = sqlx::query(
        "WITH RECURSIVE senders (sender) AS (
            SELECT MIN(sender) FROM outbox WHERE state = 'waiting'
            UNION ALL
            SELECT (SELECT MIN(o.sender) FROM outbox o WHERE o.state = 'waiting' AND o.sender > s.sender)
            FROM senders s WHERE s.sender IS NOT NULL
         )
         SELECT sender FROM senders WHERE sender IS NOT NULL",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// A sender's messages that are due, longest first.
pub(super) async fn due(store: &Store, sender: &str, most: i64) -> Result<Vec<Due>, ApiError> {
    let rows = sqlx::query(
        "SELECT id, account_id, sender, lane, event, method, url, headers, body, attempts
         FROM outbox o WHERE state = 'waiting' AND sender = $1 AND next_at <= $2 AND (lane IS NULL OR NOT EXISTS (
            SELECT 1 FROM outbox e WHERE e.state = 'waiting' AND e.lane = o.lane AND e.seq < o.seq
         ))
         ORDER BY next_at, seq LIMIT $3",
    )
    .bind(sender)
    .bind(now())
    .bind(most)
    .fetch_all(store.pool())
    .await?;
    Ok(rows.iter().map(read).collect())
}

fn read(row: &AnyRow) -> Due {
    Due {
        id: row.get(0),
        account: row.get(1),
        sender: row.get(2),
        lane: row.get(3),
        event: row.get(4),
        method: row.get(5),
        url: row.get(6),
        headers: row.get(7),
        body: row.get(8),
        sealed: true,
        attempts: row.get(9),
    }
}

/// Takes messages for one attempt that is over by `until`; those that this node got.
pub(super) async fn take(store: &Store, due: Vec<Handed>, until: &str) -> Result<Vec<Handed>, ApiError> {
    if due.is_empty() {
        return Ok(due);
    }
    let now = now();
    let mut query = Statement::new("UPDATE outbox SET attempts = attempts + 1, next_at = ");
    query.push_bind(until)?.push(", updated_at = ").push_bind(&*now)?;
    query.push(" WHERE state = 'waiting' AND next_at <= ").push_bind(&*now)?;
    let ids = due.iter().map(|one| one.due.id.as_str());
    match store.kind() {
        Kind::Sqlite => query.push(" AND id IN ").push_list(ids)?,
        // What another node takes at this moment is passed over: nodes never wait for each other in a circle.
        Kind::Postgres => {
            query.push(" AND id IN (SELECT id FROM outbox WHERE id IN ").push_list(ids)?.push(" FOR UPDATE SKIP LOCKED)")
        }
    };
    query.push(" RETURNING id, attempts");
    let mut unit = store.unit().await?;
    let taken: BTreeMap<String, i64> = query.rows(unit.db()).await?.iter().map(|row| (row.get(0), row.get(1))).collect();
    unit.save().await?;
    let taken = |Handed { due, place }: Handed| {
        let attempts = *taken.get(&due.id)?;
        Some(Handed { due: Due { attempts, ..due }, place })
    };
    Ok(due.into_iter().filter_map(taken).collect())
}

/// What an attempt got to see.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    /// When it was sent.
    pub(super) at: String,
    /// Milliseconds.
    pub(super) took: i64,
    /// With which headers, without secrets.
    pub(super) headers: Map<String, Value>,
    /// What was answered.
    pub(super) status: Option<u16>,
    /// Headers of the answer.
    pub(super) answer_headers: Map<String, Value>,
    /// The beginning of its body.
    pub(super) answer_body: String,
    /// What went wrong.
    pub(super) problem: Option<String>,
}

/// What comes of an attempt.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) due: Due,
    pub(super) attempt: Attempt,
    /// `waiting` when it is tried again.
    pub(super) state: &'static str,
    /// When.
    pub(super) next_at: String,
}

/// Writes what came of an attempt, when no other was begun meanwhile; true when it was written.
pub(super) async fn settle(db: &mut Db, app: &App, outcome: &Outcome) -> Result<bool, ApiError> {
    let Outcome { due, attempt, state, next_at } = outcome;
    let place = place(&due.account, &due.id);
    let seal = |text: &str| seal(app, &place, text);
    let answer = match attempt.status {
        Some(_) => Some((seal(&Value::Object(attempt.answer_headers.clone()).to_string())?, seal(&attempt.answer_body)?)),
        None => None,
    };
    let (answer_headers, answer_body) = answer.unzip();
    let settled = sqlx::query(
        "UPDATE outbox SET state = $3, next_at = $4, status = $5, problem = $6, updated_at = $7, sent_at = $8, took_ms = $9,
            sent_headers = $10, answer_headers = $11, answer_body = $12
         WHERE id = $1 AND attempts = $2 AND state = 'waiting'",
    )
    .bind(&*due.id)
    .bind(due.attempts)
    .bind(*state)
    .bind(&**next_at)
    .bind(attempt.status.map(i64::from))
    .bind(attempt.problem.as_deref())
    .bind(now())
    .bind(&*attempt.at)
    .bind(attempt.took)
    .bind(seal(&Value::Object(attempt.headers.clone()).to_string())?)
    .bind(answer_headers)
    .bind(answer_body)
    .execute(db)
    .await?;
    Ok(settled.rows_affected() > 0)
}

/// Gives up what a sender has waiting.
///
/// # Errors
/// When the database refuses.
pub async fn give_up(db: &mut Db, account: &str, sender: &str, problem: &str) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE outbox SET state = 'failed', problem = $3, updated_at = $4 WHERE account_id = $1 AND sender = $2 AND state = 'waiting'",
    )
    .bind(account)
    .bind(sender)
    .bind(problem)
    .bind(now())
    .execute(db)
    .await?;
    Ok(())
}

/// How much is forgotten in one unit of work, so that nobody waits for long.
const FORGOTTEN_AT_ONCE: i64 = 500;

/// Forgets what was settled before an instant.
pub(super) async fn forget(store: &Store, before: &str) -> Result<(), ApiError> {
    loop {
        let mut unit = store.unit().await?;
        let forgotten = sqlx::query(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state <> 'waiting' AND updated_at < $1 ORDER BY updated_at LIMIT $2)",
        )
        .bind(before)
        .bind(FORGOTTEN_AT_ONCE)
        .execute(unit.db())
        .await?;
        unit.save().await?;
        if forgotten.rows_affected() < FORGOTTEN_AT_ONCE.unsigned_abs() {
            return Ok(());
        }
    }
}

//! Subscriptions in the database. Every statement names the account.

use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::secret::{Receiver, Secret};
use crate::App;
use crate::entity::quoted;
use crate::error::ApiError;
use crate::members::Members;
use crate::outbox;
use crate::store::statement::Statement;
use crate::store::{Db, Pool, now};

/// Who deletes a subscription whose receiver takes nothing.
const SWITCHED_OFF_BY: &str = "repeated failures";

/// A subscription to store.
#[derive(Debug)]
pub(super) struct NewSubscription<'a> {
    pub(super) account: &'a str,
    pub(super) id: &'a str,
    /// Its JSON, with what the server sets and without the secret.
    pub(super) body: &'a str,
    /// Sealed.
    pub(super) secret: Option<&'a str>,
    pub(super) events: &'a [String],
    pub(super) active: bool,
    pub(super) created_at: &'a str,
    pub(super) created_by: &'a str,
}

/// Stores a new subscription.
///
/// # Errors
/// When the database refuses.
pub(super) async fn add(db: &mut Db, app: &App, new: &NewSubscription<'_>) -> Result<(), ApiError> {
    // Its address may hold a secret.
    let body = app.sealer.seal(&body_place(new.account, new.id), new.body.as_bytes())?;
    sqlx::query(
        "INSERT INTO hook_subscriptions (account_id, id, body, secret, events, active, created_at, created_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)",
    )
    .bind(new.account)
    .bind(new.id)
    .bind(body)
    .bind(new.secret)
    .bind(format!(" {} ", new.events.join(" ")))
    .bind(i64::from(new.active))
    .bind(new.created_at)
    .bind(new.created_by)
    .execute(db)
    .await?;
    Ok(())
}

/// A subscription as stored.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) id: String,
    body: String,
    /// When and by whom it was deleted.
    pub(super) deleted: Option<(String, String)>,
}

impl Stored {
    /// One that was just stored.
    pub(super) fn new(id: &str, body: &str) -> Self {
        Self { id: id.to_owned(), body: body.to_owned(), deleted: None }
    }

    /// Its JSON.
    ///
    /// # Errors
    /// When what is stored is no object.
    pub(super) fn shown(&self) -> Result<String, ApiError> {
        let Some((at, by)) = &self.deleted else { return Ok(self.body.clone()) };
        let (at, by) = (quoted(at), quoted(by));
        let mut members: Members<'_> = crate::http::read_object(&self.body)?;
        for (name, value) in [("updated_at", &at), ("deleted_at", &at), ("deleted_by", &by)] {
            members.set(name, Some(value));
        }
        Ok(members.to_string())
    }

    /// Where its webhooks go.
    pub(super) fn url(&self) -> String {
        url_of(&self.value())
    }

    /// Its JSON, as a value.
    pub(super) fn value(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

fn url_of(subscription: &Value) -> String {
    subscription.pointer("/config/url").and_then(Value::as_str).unwrap_or_default().to_owned()
}

const COLUMNS: &str = "SELECT id, body, deleted_at, deleted_by FROM hook_subscriptions WHERE account_id = ";

fn stored(app: &App, account: &str, row: &AnyRow) -> Result<Stored, ApiError> {
    let (id, deleted_at): (String, Option<String>) = (row.get(0), row.get(2));
    let body = app.sealer.open_text(&body_place(account, &id), row.get(1))?;
    Ok(Stored { id, body, deleted: deleted_at.zip(row.get(3)) })
}

/// One subscription, deleted or not.
///
/// # Errors
/// When the database refuses.
pub(super) async fn one(app: &App, account: &str, id: &str) -> Result<Option<Stored>, ApiError> {
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?.push(" AND id = ").push_bind(id)?;
    query.rows(app.store.pool()).await?.first().map(|row| stored(app, account, row)).transpose()
}

/// A page of subscriptions, oldest first.
///
/// # Errors
/// When the database refuses.
pub(super) async fn page(
    app: &App,
    account: &str,
    deleted_too: bool,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Stored>, ApiError> {
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?;
    if !deleted_too {
        query.push(" AND deleted_at IS NULL");
    }
    if let Some(after) = after {
        query.push(" AND id > ").push_bind(after)?;
    }
    query.push(" ORDER BY id LIMIT ").push_bind(limit)?;
    query.rows(app.store.pool()).await?.iter().map(|row| stored(app, account, row)).collect()
}

/// How many there are.
///
/// # Errors
/// When the database refuses.
pub(super) async fn total(pool: &Pool, account: &str, deleted_too: bool) -> Result<i64, ApiError> {
    let mut query = Statement::new("SELECT COUNT(*) FROM hook_subscriptions WHERE account_id = ");
    query.push_bind(account)?;
    if !deleted_too {
        query.push(" AND deleted_at IS NULL");
    }
    Ok(query.rows(pool).await?.first().map_or(0, |row| row.get(0)))
}

/// Deletes a subscription, and gives up what it has waiting; false when it is not there, or deleted already.
///
/// # Errors
/// When the database refuses.
pub(super) async fn delete(db: &mut Db, account: &str, id: &str, by: &str) -> Result<bool, ApiError> {
    let deleted = sqlx::query(
        "UPDATE hook_subscriptions SET deleted_at = $3, deleted_by = $4, updated_at = $3
         WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL",
    )
    .bind(account)
    .bind(id)
    .bind(now())
    .bind(by)
    .execute(&mut *db)
    .await?;
    if deleted.rows_affected() == 0 {
        return Ok(false);
    }
    outbox::give_up(db, account, id, "the subscription is deleted").await?;
    Ok(true)
}

/// Id and JSON of the subscriptions that ask for an event.
///
/// # Errors
/// When the database refuses.
pub(super) async fn listening(db: &mut Db, app: &App, account: &str, event: &str) -> Result<Vec<Stored>, ApiError> {
    let rows = sqlx::query(
        // A pattern that is bound as it is makes SQLite plan the statement anew for each.
        "SELECT id, body, deleted_at, deleted_by FROM hook_subscriptions
         WHERE account_id = $1 AND deleted_at IS NULL AND active = 1 AND events LIKE '% ' || $2 || ' %' ORDER BY id",
    )
    .bind(account)
    .bind(event)
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| stored(app, account, row)).collect()
}

/// How to send to a subscription; `None` when it is deleted.
///
/// # Errors
/// When the database refuses.
pub async fn receiver(app: &App, account: &str, id: &str) -> Result<Option<Receiver>, ApiError> {
    let row = sqlx::query("SELECT body, secret FROM hook_subscriptions WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL")
        .bind(account)
        .bind(id)
        .fetch_optional(app.store.pool())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let body: Value = serde_json::from_str(&app.sealer.open_text(&body_place(account, id), row.get(0))?).unwrap_or_default();
    let url = url_of(&body);
    let insecure = body.pointer("/config/insecure_ssl").and_then(Value::as_i64) == Some(1);
    let secret = row.get::<Option<String>, _>(1).map(|sealed| unseal(app, account, id, &sealed)).transpose()?;
    Ok(Some(Receiver { secret, id: id.to_owned(), url, insecure }))
}

/// A secret as it is stored.
///
/// # Errors
/// When it cannot be written.
pub(super) fn seal(app: &App, account: &str, id: &str, secret: &Secret) -> Result<String, ApiError> {
    let plain = serde_json::to_string(secret).map_err(|error| ApiError::Internal(error.to_string()))?;
    app.sealer.seal(&place(account, id), plain.as_bytes())
}

fn unseal(app: &App, account: &str, id: &str, sealed: &str) -> Result<Secret, ApiError> {
    let plain = app.sealer.open(&place(account, id), sealed)?;
    serde_json::from_slice(&plain).map_err(|_| ApiError::Internal(format!("the secret of subscription {id} cannot be read")))
}

fn place(account: &str, id: &str) -> String {
    format!("{account}/hooks/{id}")
}

fn body_place(account: &str, id: &str) -> String {
    format!("{account}/hooks/{id}/body")
}

/// Counts what came of deliveries: so many were given up, and `heard` when one was taken. A subscription that had too many
/// given up, and none taken between, is deleted.
///
/// # Errors
/// When the database refuses.
pub async fn count(db: &mut Db, app: &App, account: &str, id: &str, given_up: i64, heard: bool) -> Result<(), ApiError> {
    if heard {
        sqlx::query("UPDATE hook_subscriptions SET failures = 0 WHERE account_id = $1 AND id = $2 AND failures > 0")
            .bind(account)
            .bind(id)
            .execute(db)
            .await?;
        return Ok(());
    }
    if given_up == 0 {
        return Ok(());
    }
    let counted = sqlx::query(
        "UPDATE hook_subscriptions SET failures = failures + $3 WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING failures",
    )
    .bind(account)
    .bind(id)
    .bind(given_up)
    .fetch_optional(&mut *db)
    .await?;
    let most = i64::try_from(app.config.delivery_switch_off).unwrap_or(i64::MAX);
    if most > 0 && counted.is_some_and(|row| row.get::<i64, _>(0) >= most) {
        tracing::warn!(subscription = id, "deleted: its receiver takes nothing");
        delete(db, account, id, SWITCHED_OFF_BY).await?;
    }
    Ok(())
}

//! Rules and their revisions.

use rabatt_engine::Statistics;
use sqlx::any::AnyRow;
use sqlx::{AnyExecutor, Row};

use super::unknown_cursor;
use crate::automations::store as automations;
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Pool, Store, Unit, now};

/// Where a new revision of a rule goes.
#[derive(Debug)]
pub struct NewRule<'a> {
    /// The account.
    pub account: &'a str,
    /// The rule's id.
    pub id: &'a str,
    /// The rule's JSON.
    pub body: &'a str,
    /// Its `created_at`, which is also the first `updated_at`.
    pub created_at: &'a str,
    /// Its campaign, when it has one.
    pub campaign_id: Option<&'a str>,
    /// Is it switched on?
    pub active: bool,
    /// Is it kept from the public lists?
    pub private: bool,
    /// When it is shown first, as [`comparable`](super::comparable) writes it.
    pub visible_from: Option<&'a str>,
    /// The window, in UTC, as [`comparable`](super::comparable) writes it.
    pub purchase_from: &'a str,
    /// See `purchase_from`.
    pub purchase_to: &'a str,
}

/// Stores a new rule with its first revision, as part of a unit of work.
///
/// # Errors
/// When the database refuses.
pub async fn create_rule(db: &mut Db, rule: &NewRule<'_>) -> Result<(), ApiError> {
    let change = count_change(&mut *db, rule.account).await?;
    sqlx::query(
        "INSERT INTO rules (account_id, id, revision, created_at, updated_at, campaign_id, active, private, visible_from, purchase_from, purchase_to)
         VALUES ($1, $2, 1, $3, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(rule.account)
    .bind(rule.id)
    .bind(rule.created_at)
    .bind(rule.campaign_id)
    .bind(i64::from(rule.active))
    .bind(i64::from(rule.private))
    .bind(rule.visible_from)
    .bind(rule.purchase_from)
    .bind(rule.purchase_to)
    .execute(&mut *db)
    .await?;
    add_revision(db, (rule.account, rule.id, 1), rule.body, rule.created_at, change).await
}

async fn add_revision(
    db: &mut Db,
    (account, id, revision): (&str, &str, i64),
    body: &str,
    at: &str,
    change: i64,
) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO rule_revisions (account_id, rule_id, revision, body, created_at, change) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(account)
    .bind(id)
    .bind(revision)
    .bind(body)
    .bind(at)
    .bind(change)
    .execute(db)
    .await?;
    Ok(())
}

/// The newest revision of a rule.
#[derive(Debug)]
pub struct Current {
    /// Its number.
    pub revision: i64,
    /// The rule's JSON.
    pub body: String,
    /// Is it deleted?
    pub deleted: bool,
}

/// The newest revision of a rule.
///
/// # Errors
/// When the database refuses.
pub async fn current(pool: &Pool, account: &str, id: &str) -> Result<Option<Current>, ApiError> {
    let row = sqlx::query(
        "SELECT r.revision, v.body, CASE WHEN r.deleted_at IS NULL THEN 0 ELSE 1 END FROM rules r
         JOIN rule_revisions v ON v.account_id = r.account_id AND v.rule_id = r.id AND v.revision = r.revision
         WHERE r.account_id = $1 AND r.id = $2",
    )
    .bind(account)
    .bind(id)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Current { revision: row.get(0), body: row.get(1), deleted: row.get::<i64, _>(2) != 0 }))
}

/// A change of a rule.
#[derive(Debug)]
pub struct Revision<'a> {
    /// The account.
    pub account: &'a str,
    /// The rule's id.
    pub id: &'a str,
    /// The revision that was changed.
    pub after: i64,
    /// The rule's JSON.
    pub body: &'a str,
    /// When.
    pub updated_at: &'a str,
    /// Who deletes it with this, when somebody does.
    pub deleted_by: Option<&'a str>,
    /// Its campaign, when it has one.
    pub campaign_id: Option<&'a str>,
    /// Is it switched on?
    pub active: bool,
    /// Is it kept from the public lists?
    pub private: bool,
    /// When it is shown first, as [`comparable`](super::comparable) writes it.
    pub visible_from: Option<&'a str>,
    /// The end of its window, as [`comparable`](super::comparable) writes it.
    pub purchase_to: &'a str,
}

/// A new revision, in a unit of work that is to be saved; none when another change came first.
///
/// # Errors
/// When the database refuses.
pub async fn revise(store: &Store, change: &Revision<'_>) -> Result<Option<Unit>, ApiError> {
    let mut unit = store.unit().await?;
    // First, so that changes of one account queue up here.
    let number = count_change(unit.db(), change.account).await?;
    let changed = sqlx::query(
        "UPDATE rules SET revision = revision + 1, updated_at = $4, deleted_at = $5, campaign_id = $6, active = $7, private = $8,
            visible_from = $9, purchase_to = $10
         WHERE account_id = $1 AND id = $2 AND revision = $3 AND deleted_at IS NULL",
    )
    .bind(change.account)
    .bind(change.id)
    .bind(change.after)
    .bind(change.updated_at)
    .bind(change.deleted_by.map(|_| change.updated_at))
    .bind(change.campaign_id)
    .bind(i64::from(change.active))
    .bind(i64::from(change.private))
    .bind(change.visible_from)
    .bind(change.purchase_to)
    .execute(unit.db())
    .await?;
    if changed.rows_affected() == 0 {
        drop(unit);
        // What came first may be part of a commit that is still to come: afterwards it can be read.
        store.unit().await?.save().await?;
        return Ok(None);
    }
    let revision = change.after.saturating_add(1);
    add_revision(unit.db(), (change.account, change.id, revision), change.body, change.updated_at, number).await?;
    if let Some(by) = change.deleted_by {
        automations::delete_of_rule(unit.db(), change.account, change.id, by, change.updated_at).await?;
    }
    Ok(Some(unit))
}

/// Counts one more change of the account's rules; its number.
async fn count_change(db: &mut Db, account: &str) -> Result<i64, ApiError> {
    let row = sqlx::query(
        "INSERT INTO rule_counters (account_id, changes) VALUES ($1, 1)
         ON CONFLICT (account_id) DO UPDATE SET changes = rule_counters.changes + 1 RETURNING changes",
    )
    .bind(account)
    .fetch_one(db)
    .await?;
    Ok(row.try_get(0)?)
}

/// How often the account's rules have changed.
///
/// # Errors
/// When the database refuses.
pub async fn changes(pool: &Pool, account: &str) -> Result<i64, ApiError> {
    let row = sqlx::query("SELECT changes FROM rule_counters WHERE account_id = $1").bind(account).fetch_optional(pool).await?;
    Ok(row.map_or(0, |row| row.get(0)))
}

/// Every rule that is not deleted, newest revision, with the counter they belong to.
///
/// # Errors
/// When the database refuses.
pub async fn all_rules(store: &Store, account: &str) -> Result<(i64, Vec<String>), ApiError> {
    // One state of the database: the counter belongs to exactly these rules.
    let mut view = store.view().await?;
    let row =
        sqlx::query("SELECT changes FROM rule_counters WHERE account_id = $1").bind(account).fetch_optional(view.db()).await?;
    let rows = sqlx::query(
        "SELECT v.body FROM rules r JOIN rule_revisions v ON v.account_id = r.account_id AND v.rule_id = r.id AND v.revision = r.revision
         WHERE r.account_id = $1 AND r.deleted_at IS NULL",
    )
    .bind(account)
    .fetch_all(view.db())
    .await?;
    Ok((row.map_or(0, |row| row.get(0)), rows.iter().map(|row| row.get(0)).collect()))
}

/// A rule that has changed.
#[derive(Debug)]
pub struct ChangedRule {
    /// The rule.
    pub id: String,
    /// Its newest JSON.
    pub body: String,
    /// Is it deleted?
    pub deleted: bool,
}

/// The rules that have changed since so many changes, and how many there are now; `None` when more than `most` have.
///
/// # Errors
/// When the database refuses.
pub async fn changed_rules(
    store: &Store,
    account: &str,
    since: i64,
    most: usize,
) -> Result<Option<(i64, Vec<ChangedRule>)>, ApiError> {
    let mut view = store.view().await?;
    let row =
        sqlx::query("SELECT changes FROM rule_counters WHERE account_id = $1").bind(account).fetch_optional(view.db()).await?;
    // A rule's newest revision is among those since then when any of them is.
    let rows = sqlx::query(
        "SELECT v.rule_id, v.body, CASE WHEN r.deleted_at IS NULL THEN 0 ELSE 1 END FROM rule_revisions v
         JOIN rules r ON r.account_id = v.account_id AND r.id = v.rule_id AND r.revision = v.revision
         WHERE v.account_id = $1 AND v.change > $2 LIMIT $3",
    )
    .bind(account)
    .bind(since)
    .bind(i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1))
    .fetch_all(view.db())
    .await?;
    if rows.len() > most {
        return Ok(None);
    }
    let changed = |row: &AnyRow| ChangedRule { id: row.get(0), body: row.get(1), deleted: row.get::<i64, _>(2) != 0 };
    Ok(Some((row.map_or(0, |row| row.get(0)), rows.iter().map(changed).collect())))
}

/// Remembers which rules a Plan was made of.
///
/// # Errors
/// When the database refuses.
pub async fn keep_plan(store: &Store, account: &str, hash: &str, changes: i64) -> Result<(), ApiError> {
    let known = sqlx::query("SELECT 1 FROM plans WHERE account_id = $1 AND hash = $2")
        .bind(account)
        .bind(hash)
        .fetch_optional(store.pool())
        .await?;
    if known.is_none() {
        let mut unit = store.unit().await?;
        sqlx::query("INSERT INTO plans (account_id, hash, changes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(hash)
            .bind(changes)
            .execute(unit.db())
            .await?;
        unit.save().await?;
    }
    Ok(())
}

/// The rules that a Plan was made of, in order of their ids; `None` when it is unknown.
///
/// # Errors
/// When the database refuses.
pub async fn rules_of_plan(pool: &Pool, account: &str, hash: &str) -> Result<Option<Vec<String>>, ApiError> {
    let row = sqlx::query("SELECT changes FROM plans WHERE account_id = $1 AND hash = $2")
        .bind(account)
        .bind(hash)
        .fetch_optional(pool)
        .await?;
    let Some(row) = row else { return Ok(None) };
    // A revision never changes, so this needs no transaction. A rule's last revision says that it is deleted.
    let rows = sqlx::query(
        "SELECT v.body FROM rule_revisions v JOIN rules r ON r.account_id = v.account_id AND r.id = v.rule_id
         WHERE v.account_id = $1 AND v.change <= $2
            AND NOT EXISTS (SELECT 1 FROM rule_revisions n WHERE n.account_id = v.account_id AND n.rule_id = v.rule_id
                AND n.revision > v.revision AND n.change <= $2)
            AND (r.deleted_at IS NULL OR v.revision < r.revision)
         ORDER BY v.rule_id",
    )
    .bind(account)
    .bind(row.get::<i64, _>(0))
    .fetch_all(pool)
    .await?;
    Ok(Some(rows.iter().map(|row| row.get(0)).collect()))
}

/// A rule as stored.
#[derive(Debug)]
pub struct StoredRule {
    /// Its JSON.
    pub body: String,
    /// Is it deleted?
    pub deleted: bool,
    /// Totals over its refs.
    pub statistics: Statistics,
    /// What all its debits have taken together.
    pub debit: i64,
}

const STORED: &str = "SELECT v.body, CASE WHEN r.deleted_at IS NULL THEN 0 ELSE 1 END,
        t.usage, t.amount, t.bonus, t.stamp, t.debit
    FROM rules r JOIN rule_revisions v ON v.account_id = r.account_id AND v.rule_id = r.id AND v.revision = r.revision
    LEFT JOIN rule_totals t ON t.account_id = r.account_id AND t.rule_id = r.id
    WHERE r.account_id = ";

fn stored(row: &AnyRow) -> StoredRule {
    let total = |at: usize| row.get::<Option<i64>, _>(at).unwrap_or(0);
    let statistics = Statistics { usage: total(2), amount: total(3), bonus: total(4), stamp: total(5), ..Statistics::default() };
    StoredRule { body: row.get(0), deleted: row.get::<i64, _>(1) != 0, statistics, debit: total(6) }
}

/// One rule.
///
/// # Errors
/// When the database refuses.
pub async fn rule(db: impl AnyExecutor<'_>, account: &str, id: &str) -> Result<Option<StoredRule>, ApiError> {
    let mut query = Statement::new(STORED);
    query.push_bind(account)?.push(" AND r.id = ").push_bind(id)?;
    Ok(query.rows(db).await?.first().map(stored))
}

/// Which rules a list shows.
#[derive(Debug, Default)]
pub struct RuleFilter {
    /// As the contract names them.
    pub state: State,
    /// After this rule, in order of creation.
    pub starting_after: Option<String>,
    /// Changed at or after.
    pub since: Option<String>,
    /// Starting at or after.
    pub purchase_from: Option<String>,
    /// Ending at or before.
    pub purchase_to: Option<String>,
    /// In any of these campaigns.
    pub campaigns: Vec<String>,
    /// At most so many.
    pub limit: i64,
}

/// `state` of a list of rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Every rule, deleted ones too.
    All,
    /// Switched on and inside the window.
    Active,
    /// The window has not begun.
    Scheduled,
    /// The window is over.
    Completed,
    /// Not deleted.
    #[default]
    Available,
    /// Deleted.
    Deleted,
    /// Switched off.
    Inactive,
}

/// A page of rules, oldest first; with `since`, in order of change.
///
/// # Errors
/// When the database refuses, or `starting_after` is unknown.
pub async fn rules(pool: &Pool, account: &str, filter: &RuleFilter) -> Result<Vec<StoredRule>, ApiError> {
    let now = now();
    let mut query = Statement::new(STORED);
    query.push_bind(account)?;
    match filter.state {
        State::All => {}
        State::Deleted => drop(query.push(" AND r.deleted_at IS NOT NULL")),
        _ => drop(query.push(" AND r.deleted_at IS NULL")),
    }
    match filter.state {
        State::Active => {
            query.push(" AND r.active = 1 AND r.purchase_from <= ").push_bind(&*now)?;
            query.push(" AND r.purchase_to > ").push_bind(&*now)?;
        }
        State::Scheduled => drop(query.push(" AND r.purchase_from > ").push_bind(&*now)?),
        State::Completed => drop(query.push(" AND r.purchase_to <= ").push_bind(&*now)?),
        State::Inactive => drop(query.push(" AND r.active = 0")),
        State::All | State::Available | State::Deleted => {}
    }
    if let Some(since) = &filter.since {
        query.push(" AND r.updated_at >= ").push_bind(&**since)?;
    }
    if let Some(from) = &filter.purchase_from {
        query.push(" AND r.purchase_from >= ").push_bind(&**from)?;
    }
    if let Some(to) = &filter.purchase_to {
        query.push(" AND r.purchase_to <= ").push_bind(&**to)?;
    }
    if !filter.campaigns.is_empty() {
        query.push(" AND r.campaign_id IN ").push_list(filter.campaigns.iter().map(String::as_str))?;
    }
    if let Some(after) = &filter.starting_after {
        let place = sqlx::query("SELECT created_at FROM rules WHERE account_id = $1 AND id = $2")
            .bind(account)
            .bind(&**after)
            .fetch_optional(pool)
            .await?
            .ok_or_else(|| unknown_cursor("id"))?;
        query
            .push(" AND (r.created_at, r.id) > (")
            .push_bind(place.get::<String, _>(0))?
            .push(", ")
            .push_bind(&**after)?
            .push(")");
    }
    query.push(if filter.since.is_some() {
        " ORDER BY r.updated_at, r.id LIMIT "
    } else {
        " ORDER BY r.created_at, r.id LIMIT "
    });
    query.push_bind(filter.limit)?;
    Ok(query.rows(pool).await?.iter().map(stored).collect())
}

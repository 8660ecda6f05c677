//! Rules and refs in the database. Every statement names the account.

use rabatt_engine::{Facts, Instant, Ref, Statistics, Value};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool};

use crate::error::ApiError;
use crate::store::now;

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
    /// The window, in UTC, as [`comparable`] writes it.
    pub purchase_from: &'a str,
    /// See `purchase_from`.
    pub purchase_to: &'a str,
}

/// Stores a new rule with its first revision.
///
/// # Errors
/// When the database refuses.
pub async fn create_rule(pool: &SqlitePool, rule: &NewRule<'_>) -> Result<(), ApiError> {
    let mut unit = pool.begin().await?;
    sqlx::query(
        "INSERT INTO rules (account_id, id, revision, created_at, updated_at, campaign_id, active, purchase_from, purchase_to)
         VALUES ($1, $2, 1, $3, $3, $4, $5, $6, $7)",
    )
    .bind(rule.account)
    .bind(rule.id)
    .bind(rule.created_at)
    .bind(rule.campaign_id)
    .bind(rule.active)
    .bind(rule.purchase_from)
    .bind(rule.purchase_to)
    .execute(&mut *unit)
    .await?;
    sqlx::query("INSERT INTO rule_revisions (account_id, rule_id, revision, body, created_at) VALUES ($1, $2, 1, $3, $4)")
        .bind(rule.account)
        .bind(rule.id)
        .bind(rule.body)
        .bind(rule.created_at)
        .execute(&mut *unit)
        .await?;
    count_change(&mut unit, rule.account).await?;
    unit.commit().await?;
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
pub async fn current(pool: &SqlitePool, account: &str, id: &str) -> Result<Option<Current>, ApiError> {
    let row = sqlx::query(
        "SELECT r.revision, v.body, r.deleted_at IS NOT NULL FROM rules r
         JOIN rule_revisions v ON v.account_id = r.account_id AND v.rule_id = r.id AND v.revision = r.revision
         WHERE r.account_id = $1 AND r.id = $2",
    )
    .bind(account)
    .bind(id)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Current { revision: row.get(0), body: row.get(1), deleted: row.get(2) }))
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
    /// Does this delete it?
    pub deleted: bool,
    /// Its campaign, when it has one.
    pub campaign_id: Option<&'a str>,
    /// Is it switched on?
    pub active: bool,
    /// The end of its window, as [`comparable`] writes it.
    pub purchase_to: &'a str,
}

/// Stores a new revision; false, and nothing is stored, when another change came first.
///
/// # Errors
/// When the database refuses.
pub async fn revise(pool: &SqlitePool, change: &Revision<'_>) -> Result<bool, ApiError> {
    let mut unit = pool.begin_with("BEGIN IMMEDIATE").await?;
    let changed = sqlx::query(
        "UPDATE rules SET revision = revision + 1, updated_at = $4, deleted_at = CASE WHEN $5 THEN $4 END, campaign_id = $6,
            active = $7, purchase_to = $8
         WHERE account_id = $1 AND id = $2 AND revision = $3 AND deleted_at IS NULL",
    )
    .bind(change.account)
    .bind(change.id)
    .bind(change.after)
    .bind(change.updated_at)
    .bind(change.deleted)
    .bind(change.campaign_id)
    .bind(change.active)
    .bind(change.purchase_to)
    .execute(&mut *unit)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("INSERT INTO rule_revisions (account_id, rule_id, revision, body, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(change.account)
        .bind(change.id)
        .bind(change.after + 1)
        .bind(change.body)
        .bind(change.updated_at)
        .execute(&mut *unit)
        .await?;
    count_change(&mut unit, change.account).await?;
    unit.commit().await?;
    Ok(true)
}

async fn count_change(unit: &mut SqliteConnection, account: &str) -> Result<(), ApiError> {
    sqlx::query("INSERT INTO rule_counters (account_id, changes) VALUES ($1, 1) ON CONFLICT (account_id) DO UPDATE SET changes = changes + 1")
        .bind(account)
        .execute(unit)
        .await?;
    Ok(())
}

/// How often the account's rules have changed.
///
/// # Errors
/// When the database refuses.
pub async fn changes(pool: &SqlitePool, account: &str) -> Result<i64, ApiError> {
    let row = sqlx::query("SELECT changes FROM rule_counters WHERE account_id = $1").bind(account).fetch_optional(pool).await?;
    Ok(row.map_or(0, |row| row.get(0)))
}

/// Every rule that is not deleted, newest revision, with the counter they belong to.
///
/// # Errors
/// When the database refuses.
pub async fn all_rules(pool: &SqlitePool, account: &str) -> Result<(i64, Vec<String>), ApiError> {
    // One transaction: the counter belongs to exactly these rules.
    let mut unit = pool.begin().await?;
    let row =
        sqlx::query("SELECT changes FROM rule_counters WHERE account_id = $1").bind(account).fetch_optional(&mut *unit).await?;
    let rows = sqlx::query(
        "SELECT v.body FROM rules r JOIN rule_revisions v ON v.account_id = r.account_id AND v.rule_id = r.id AND v.revision = r.revision
         WHERE r.account_id = $1 AND r.deleted_at IS NULL",
    )
    .bind(account)
    .fetch_all(&mut *unit)
    .await?;
    unit.commit().await?;
    Ok((row.map_or(0, |row| row.get(0)), rows.iter().map(|row| row.get(0)).collect()))
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
}

const STORED: &str = "SELECT v.body, r.deleted_at IS NOT NULL,
    (SELECT COALESCE(SUM(s.usage), 0) FROM ref_statistics s JOIN refs f ON f.account_id = s.account_id AND f.id = s.ref_id WHERE f.account_id = r.account_id AND f.rule_id = r.id),
    (SELECT COALESCE(SUM(s.amount), 0) FROM ref_statistics s JOIN refs f ON f.account_id = s.account_id AND f.id = s.ref_id WHERE f.account_id = r.account_id AND f.rule_id = r.id),
    (SELECT COALESCE(SUM(s.stamp), 0) FROM ref_statistics s JOIN refs f ON f.account_id = s.account_id AND f.id = s.ref_id WHERE f.account_id = r.account_id AND f.rule_id = r.id)
    FROM rules r JOIN rule_revisions v ON v.account_id = r.account_id AND v.rule_id = r.id AND v.revision = r.revision
    WHERE r.account_id = ";

fn stored(row: &sqlx::sqlite::SqliteRow) -> StoredRule {
    let statistics = Statistics { usage: row.get(2), amount: row.get(3), stamp: row.get(4), ..Statistics::default() };
    StoredRule { body: row.get(0), deleted: row.get(1), statistics }
}

/// One rule.
///
/// # Errors
/// When the database refuses.
pub async fn rule(pool: &SqlitePool, account: &str, id: &str) -> Result<Option<StoredRule>, ApiError> {
    let mut query = QueryBuilder::<Sqlite>::new(STORED);
    query.push_bind(account).push(" AND r.id = ").push_bind(id);
    Ok(query.build().fetch_optional(pool).await?.as_ref().map(stored))
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
pub async fn rules(pool: &SqlitePool, account: &str, filter: &RuleFilter) -> Result<Vec<StoredRule>, ApiError> {
    let now = now();
    let mut query = QueryBuilder::<Sqlite>::new(STORED);
    query.push_bind(account);
    match filter.state {
        State::All => {}
        State::Deleted => drop(query.push(" AND r.deleted_at IS NOT NULL")),
        _ => drop(query.push(" AND r.deleted_at IS NULL")),
    }
    match filter.state {
        State::Active => {
            query
                .push(" AND r.active AND r.purchase_from <= ")
                .push_bind(now.clone())
                .push(" AND r.purchase_to > ")
                .push_bind(now);
        }
        State::Scheduled => drop(query.push(" AND r.purchase_from > ").push_bind(now)),
        State::Completed => drop(query.push(" AND r.purchase_to <= ").push_bind(now)),
        State::Inactive => drop(query.push(" AND NOT r.active")),
        State::All | State::Available | State::Deleted => {}
    }
    if let Some(since) = &filter.since {
        query.push(" AND r.updated_at >= ").push_bind(since);
    }
    if let Some(from) = &filter.purchase_from {
        query.push(" AND r.purchase_from >= ").push_bind(from);
    }
    if let Some(to) = &filter.purchase_to {
        query.push(" AND r.purchase_to <= ").push_bind(to);
    }
    if !filter.campaigns.is_empty() {
        query.push(" AND r.campaign_id IN (");
        let mut list = query.separated(", ");
        for campaign in &filter.campaigns {
            list.push_bind(campaign);
        }
        query.push(")");
    }
    if let Some(after) = &filter.starting_after {
        let place = sqlx::query("SELECT created_at FROM rules WHERE account_id = $1 AND id = $2")
            .bind(account)
            .bind(after)
            .fetch_optional(pool)
            .await?;
        let Some(place) = place else {
            return Err(ApiError::Invalid(
                "bad_query",
                "`starting_after` is the id of the last rule of the page before".to_owned(),
            ));
        };
        query.push(" AND (r.created_at, r.id) > (").push_bind(place.get::<String, _>(0)).push(", ").push_bind(after).push(")");
    }
    query.push(if filter.since.is_some() {
        " ORDER BY r.updated_at, r.id LIMIT "
    } else {
        " ORDER BY r.created_at, r.id LIMIT "
    });
    query.push_bind(filter.limit);
    Ok(query.build().fetch_all(pool).await?.iter().map(stored).collect())
}

/// Gives a rule to customers, all at once or not at all. With a constraint, who has the rule
/// under that value already is passed over.
///
/// # Errors
/// When the database refuses.
pub async fn give(
    pool: &SqlitePool,
    account: &str,
    rule: &str,
    customers: &[String],
    constraint: Option<&str>,
) -> Result<(), ApiError> {
    let given_at = now();
    let mut unit = pool.begin().await?;
    for customer in customers {
        sqlx::query(
            "INSERT INTO refs (account_id, id, rule_id, customer_id, given_at, offering_constraint_id) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (account_id, rule_id, customer_id, offering_constraint_id) WHERE offering_constraint_id IS NOT NULL DO NOTHING",
        )
        .bind(account)
        .bind(uuid::Uuid::new_v4().to_string())
        .bind(rule)
        .bind(customer)
        .bind(&given_at)
        .bind(constraint)
        .execute(&mut *unit)
        .await?;
    }
    unit.commit().await?;
    Ok(())
}

/// Whose refs a purchase may use (§4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buyer<'a> {
    /// A known customer: personal refs, and `*` where there is no personal one.
    Customer(&'a str),
    /// Nobody in particular: refs given to `/`.
    Anonymous,
    /// A token that belongs to nobody: no refs at all.
    Unknown,
}

/// Everything known of a buyer: exactly the refs this purchase may use, with their statistics.
///
/// # Errors
/// When the database refuses.
pub async fn facts(pool: &SqlitePool, account: &str, buyer: Buyer<'_>) -> Result<Facts<'static>, ApiError> {
    let none = Facts { refs: Some(Vec::new()), customer: Value::Absent };
    let (own, counted_for) = match buyer {
        Buyer::Customer(id) => ((id, "*"), id),
        Buyer::Anonymous => (("/", "/"), "/"),
        Buyer::Unknown => return Ok(none),
    };
    let rows = sqlx::query(
        "SELECT f.id, f.rule_id, f.given_at, s.usage, s.amount, s.bonus, s.stamp, s.current_stamp, s.debit_balance
         FROM refs f LEFT JOIN ref_statistics s ON s.account_id = f.account_id AND s.ref_id = f.id AND s.customer_id = $4
         WHERE f.account_id = $1 AND f.deleted_at IS NULL AND (f.customer_id = $2 OR (f.customer_id = $3 AND NOT EXISTS
            (SELECT 1 FROM refs p WHERE p.account_id = f.account_id AND p.customer_id = $2 AND p.rule_id = f.rule_id
             AND p.deleted_at IS NULL)))",
    )
    .bind(account)
    .bind(own.0)
    .bind(own.1)
    .bind(counted_for)
    .fetch_all(pool)
    .await?;
    let count = |row: &sqlx::sqlite::SqliteRow, at: usize| row.get::<Option<i64>, _>(at).unwrap_or(0);
    let refs = rows.iter().map(|row| Ref {
        id: row.get::<String, _>(0).into(),
        rule_id: row.get::<String, _>(1).into(),
        given_at: Instant::parse(&row.get::<String, _>(2)),
        deleted: false,
        statistics: Statistics {
            usage: count(row, 3),
            amount: count(row, 4),
            bonus: count(row, 5),
            stamp: count(row, 6),
            current_stamp: count(row, 7),
            debit_balance: row.get(8),
        },
    });
    Ok(Facts { refs: Some(refs.collect()), ..none })
}

/// Whose token this is.
///
/// # Errors
/// When the database refuses.
pub async fn customer_of_token(pool: &SqlitePool, account: &str, kind: &str, value: &str) -> Result<Option<String>, ApiError> {
    let row = sqlx::query("SELECT customer_id FROM customer_tokens WHERE account_id = $1 AND type = $2 AND value = $3")
        .bind(account)
        .bind(kind)
        .bind(value)
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|row| row.get(0)))
}

/// A date-time of a request as it is stored: UTC, microseconds. `None` when it is not RFC 3339.
///
/// Where the offset leads out of the years 0000 to 9999, which alone compare as text, the nearest
/// instant in them stands for it.
pub fn comparable(text: &str) -> Option<String> {
    use chrono::Datelike;
    let at = chrono::DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    Some(match at.year() {
        ..0 => "0000-01-01T00:00:00.000000Z".to_owned(),
        0..=9999 => at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        _ => "9999-12-31T23:59:59.999999Z".to_owned(),
    })
}

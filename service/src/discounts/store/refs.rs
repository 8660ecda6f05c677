//! Refs: who holds which rule, and the lists around them.

use chrono::TimeDelta;
use rabatt_engine::Statistics;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::unknown_cursor;
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Pool, Store, new_id, now, written};

/// A gift of a rule.
#[derive(Debug)]
pub struct StoredRef {
    /// Its id.
    pub id: String,
    /// The rule.
    pub rule_id: String,
    /// One customer, `*` or `/`.
    pub customer_id: String,
    /// When it was given.
    pub given_at: String,
    /// By which client.
    pub given_by: Option<String>,
    /// When it changed last.
    pub updated_at: Option<String>,
    /// When it was taken away.
    pub deleted_at: Option<String>,
    /// By which client.
    pub deleted_by: Option<String>,
}

const COLUMNS: &str = "SELECT f.id, f.rule_id, f.customer_id, f.given_at, f.given_by, f.updated_at, f.deleted_at, f.deleted_by FROM refs f WHERE f.account_id = ";

fn stored(row: &AnyRow) -> StoredRef {
    StoredRef {
        id: row.get(0),
        rule_id: row.get(1),
        customer_id: row.get(2),
        given_at: row.get(3),
        given_by: row.get(4),
        updated_at: row.get(5),
        deleted_at: row.get(6),
        deleted_by: row.get(7),
    }
}

/// Gives a rule to customers; who got it. With a constraint, who has the rule under that value already is passed over.
///
/// # Errors
/// When the database refuses.
pub async fn give(
    db: &mut Db,
    account: &str,
    client: &str,
    rule: &str,
    customers: &[String],
    constraint: Option<&str>,
) -> Result<Vec<String>, ApiError> {
    if customers.iter().any(|customer| is_everybody(customer)) {
        count_gift(db, account).await?;
    }
    // Lists are by time: a microsecond apart they come in the order in which they were named.
    let mut given_at = chrono::Utc::now();
    let mut gifts: Vec<(&String, String)> = Vec::with_capacity(customers.len());
    for customer in customers {
        gifts.push((customer, written(given_at)));
        given_at = given_at.checked_add_signed(TimeDelta::microseconds(1)).unwrap_or(given_at);
    }
    // In one order, so that two requests never wait for each other in a circle.
    gifts.sort_unstable();
    let mut given = Vec::with_capacity(gifts.len());
    for (customer, given_at) in gifts {
        let added = sqlx::query(
            "INSERT INTO refs (account_id, id, rule_id, customer_id, given_at, given_by, updated_at, offering_constraint_id)
             VALUES ($1, $2, $3, $4, $5, $6, $5, $7)
             ON CONFLICT (account_id, rule_id, customer_id, offering_constraint_id) WHERE offering_constraint_id IS NOT NULL DO NOTHING",
        )
        .bind(account)
        .bind(new_id())
        .bind(rule)
        .bind(&**customer)
        .bind(given_at)
        .bind(client)
        .bind(constraint)
        .execute(&mut *db)
        .await?;
        if added.rows_affected() > 0 {
            given.push(customer.clone());
        }
    }
    Ok(given)
}

/// Takes a rule away from customers; `*` is everybody, whoever it was given to.
///
/// # Errors
/// When the database refuses.
pub async fn take_away(store: &Store, account: &str, client: &str, rule: &str, customers: &[String]) -> Result<(), ApiError> {
    let mut unit = store.unit().await?;
    let mut query = Statement::new(
        "UPDATE refs SET deleted_at = $1, deleted_by = $2, updated_at = $1 WHERE account_id = $3 AND rule_id = $4 AND deleted_at IS NULL",
    );
    query.bind(now())?.bind(client)?.bind(account)?.bind(rule)?;
    if customers.iter().all(|customer| customer != "*") {
        query.push(" AND customer_id IN ").push_list(customers.iter().map(String::as_str))?;
    }
    if customers.iter().any(|customer| is_everybody(customer)) {
        count_gift(unit.db(), account).await?;
    }
    query.rows(unit.db()).await?;
    unit.save().await
}

/// Does this name stand for many?
fn is_everybody(customer: &str) -> bool {
    matches!(customer, "*" | "/")
}

/// What everybody holds is about to change.
async fn count_gift(db: &mut Db, account: &str) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO rule_counters (account_id, changes, gifts) VALUES ($1, 0, 1)
         ON CONFLICT (account_id) DO UPDATE SET gifts = rule_counters.gifts + 1",
    )
    .bind(account)
    .execute(db)
    .await?;
    Ok(())
}

/// What everybody holds, and after how many changes of it: refs of `*` and of `/`.
///
/// # Errors
/// When the database refuses.
pub async fn of_everybody(store: &Store, account: &str) -> Result<(i64, Vec<StoredRef>), ApiError> {
    let mut view = store.view().await?;
    let row =
        sqlx::query("SELECT gifts FROM rule_counters WHERE account_id = $1").bind(account).fetch_optional(view.db()).await?;
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?.push(" AND f.customer_id IN ('*', '/') AND f.deleted_at IS NULL");
    let refs = query.rows(view.db()).await?.iter().map(stored).collect();
    Ok((row.map_or(0, |row| row.get(0)), refs))
}

/// Does everybody hold any of these rules?
///
/// # Errors
/// When the database refuses.
pub async fn everybody_holds(pool: &Pool, account: &str, rules: &[&str]) -> Result<bool, ApiError> {
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?.push(" AND f.rule_id IN ").push_list(rules.iter().copied())?;
    query.push(" AND f.customer_id IN ('*', '/') AND f.deleted_at IS NULL LIMIT 1");
    Ok(!query.rows(pool).await?.is_empty())
}

/// `state` of a list of refs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RefState {
    /// Every ref, deleted ones too.
    All,
    /// Not deleted.
    #[default]
    Available,
    /// Deleted.
    Deleted,
    /// Not deleted, but used as often as the rule allows.
    Inactive,
}

/// The refs of a rule, oldest first. `most` is the rule's `discount_repeat_usage`.
///
/// # Errors
/// When the database refuses, or `starting_after` is unknown.
pub async fn of_rule(
    pool: &Pool,
    account: &str,
    rule: &str,
    state: RefState,
    most: Option<i64>,
    starting_after: Option<&str>,
    limit: i64,
) -> Result<Vec<StoredRef>, ApiError> {
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?.push(" AND f.rule_id = ").push_bind(rule)?;
    match state {
        RefState::All => {}
        RefState::Available | RefState::Inactive => drop(query.push(" AND f.deleted_at IS NULL")),
        RefState::Deleted => drop(query.push(" AND f.deleted_at IS NOT NULL")),
    }
    if state == RefState::Inactive {
        // A ref of `*` is never used up for everybody.
        query.push(" AND EXISTS (SELECT 1 FROM ref_statistics s WHERE s.account_id = f.account_id AND s.ref_id = f.id AND s.customer_id = f.customer_id AND s.usage >= ");
        query.push_bind(most.unwrap_or(i64::MAX))?.push(")");
    }
    if let Some(after) = starting_after {
        let place = sqlx::query("SELECT given_at FROM refs WHERE account_id = $1 AND id = $2")
            .bind(account)
            .bind(after)
            .fetch_optional(pool)
            .await?
            .ok_or_else(|| unknown_cursor("id"))?;
        query.push(" AND (f.given_at, f.id) > (").push_bind(place.get::<String, _>(0))?.push(", ").push_bind(after)?.push(")");
    }
    query.push(" ORDER BY f.given_at, f.id LIMIT ").push_bind(limit)?;
    Ok(query.rows(pool).await?.iter().map(stored).collect())
}

/// Refs by their ids, those that exist.
///
/// # Errors
/// When the database refuses.
pub async fn by_ids(pool: &Pool, account: &str, ids: &[&str]) -> Result<Vec<StoredRef>, ApiError> {
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?.push(" AND f.id IN ").push_list(ids.iter().copied())?;
    Ok(query.rows(pool).await?.iter().map(stored).collect())
}

/// One ref.
///
/// # Errors
/// When the database refuses.
pub async fn by_id(pool: &Pool, account: &str, id: &str) -> Result<Option<StoredRef>, ApiError> {
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?.push(" AND f.id = ").push_bind(id)?;
    Ok(query.rows(pool).await?.first().map(stored))
}

/// Takes one ref away from its holder; false when it was taken away before.
///
/// # Errors
/// When the database refuses.
pub async fn delete(store: &Store, account: &str, client: &str, holder: &str, id: &str) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    if is_everybody(holder) {
        count_gift(unit.db(), account).await?;
    }
    let changed = sqlx::query(
        "UPDATE refs SET deleted_at = $3, deleted_by = $4, updated_at = $3 WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL",
    )
    .bind(account)
    .bind(id)
    .bind(now())
    .bind(client)
    .execute(unit.db())
    .await?;
    unit.save().await?;
    Ok(changed.rows_affected() > 0)
}

/// A rule as one customer holds it.
#[derive(Debug)]
pub struct Held {
    /// The rule's JSON.
    pub body: String,
    /// The rule.
    pub rule_id: String,
    /// The ref.
    pub ref_id: String,
    /// Who holds it: the customer, `*` or `/`.
    pub holder: String,
    /// When it was given.
    pub given_at: String,
    /// When it was taken away.
    pub deleted_at: Option<String>,
    /// By which client.
    pub deleted_by: Option<String>,
    /// What the customer has had of it.
    pub statistics: Statistics,
}

const HELD: &str = "SELECT v.body, f.rule_id, f.id, f.customer_id, f.given_at, f.deleted_at,
        s.usage, s.amount, s.bonus, s.stamp, s.current_stamp, s.debit_balance, f.deleted_by
    FROM refs f JOIN rules r ON r.account_id = f.account_id AND r.id = f.rule_id
    JOIN rule_revisions v ON v.account_id = r.account_id AND v.rule_id = r.id AND v.revision = r.revision
    LEFT JOIN ref_statistics s ON s.account_id = f.account_id AND s.ref_id = f.id AND s.customer_id = ";

fn held(row: &AnyRow) -> Held {
    let count = |at: usize| row.get::<Option<i64>, _>(at).unwrap_or(0);
    Held {
        body: row.get(0),
        rule_id: row.get(1),
        ref_id: row.get(2),
        holder: row.get(3),
        given_at: row.get(4),
        deleted_at: row.get(5),
        statistics: Statistics {
            usage: count(6),
            amount: count(7),
            bonus: count(8),
            stamp: count(9),
            current_stamp: count(10),
            debit_balance: row.get(11),
        },
        deleted_by: row.get(12),
    }
}

/// One ref as this customer sees it, also when it was taken away.
///
/// # Errors
/// When the database refuses.
pub async fn held_by(pool: &Pool, account: &str, customer: &str, id: &str) -> Result<Option<Held>, ApiError> {
    let mut query = Statement::new(HELD);
    query.push_bind(customer)?.push(" WHERE f.account_id = ").push_bind(account)?;
    query.push(" AND f.id = ").push_bind(id)?.push(" AND f.customer_id IN ('*', ").push_bind(customer)?.push(")");
    Ok(query.rows(pool).await?.first().map(held))
}

/// Which rules a list for customers shows.
#[derive(Debug, Clone, Copy)]
pub struct Showcase<'a> {
    /// Whose statistics.
    pub counted_for: &'a str,
    /// Holders whose refs are shown.
    pub holders: &'a [&'a str],
    /// Only rules that may be shown to the public.
    pub public: bool,
    /// Only these rules' campaigns, when any.
    pub campaigns: &'a [String],
    /// Only this rule.
    pub rule: Option<&'a str>,
    /// After this ref.
    pub starting_after: Option<&'a str>,
    /// At most so many.
    pub limit: i64,
}

/// Rules that may be used now or are announced, by the refs that make them usable, oldest first.
///
/// # Errors
/// When the database refuses, or `starting_after` is unknown.
pub async fn showcase(pool: &Pool, account: &str, what: Showcase<'_>) -> Result<Vec<Held>, ApiError> {
    let now = now();
    let mut query = Statement::new(HELD);
    query.push_bind(what.counted_for)?.push(" WHERE f.account_id = ").push_bind(account)?;
    query.push(" AND f.deleted_at IS NULL AND r.deleted_at IS NULL AND r.active = 1 AND r.purchase_to > ").push_bind(&*now)?;
    query.push(" AND COALESCE(r.visible_from, r.purchase_from) <= ").push_bind(&*now)?;
    query.push(" AND f.customer_id IN ").push_list(what.holders.iter().copied())?;
    if what.public {
        query.push(" AND r.private = 0");
    } else if let [own, ..] = what.holders {
        // Who holds a rule personally does not also hold what everybody has (§4.3).
        query.push(" AND (f.customer_id = ").push_bind(*own)?;
        query.push(" OR NOT EXISTS (SELECT 1 FROM refs p WHERE p.account_id = f.account_id AND p.rule_id = f.rule_id AND p.deleted_at IS NULL AND p.customer_id = ");
        query.push_bind(*own)?.push("))");
    }
    if !what.campaigns.is_empty() {
        query.push(" AND r.campaign_id IN ").push_list(what.campaigns.iter().map(String::as_str))?;
        if what.public {
            query.push(
                " AND NOT EXISTS (SELECT 1 FROM campaigns c WHERE c.account_id = r.account_id AND r.campaign_id IN (c.campaign_id, c.id) AND c.private = 1)",
            );
        }
    }
    if let Some(rule) = what.rule {
        query.push(" AND r.id = ").push_bind(rule)?;
    }
    if let Some(after) = what.starting_after {
        let place = sqlx::query("SELECT given_at FROM refs WHERE account_id = $1 AND id = $2")
            .bind(account)
            .bind(after)
            .fetch_optional(pool)
            .await?
            .ok_or_else(|| unknown_cursor("ref_id"))?;
        query.push(" AND (f.given_at, f.id) > (").push_bind(place.get::<String, _>(0))?.push(", ").push_bind(after)?.push(")");
    }
    query.push(" ORDER BY f.given_at, f.id LIMIT ").push_bind(what.limit)?;
    Ok(query.rows(pool).await?.iter().map(held).collect())
}

/// What one customer has had of one ref.
#[derive(Debug)]
pub struct Usage {
    /// Of the statistics.
    pub id: String,
    /// The ref.
    pub ref_id: String,
    /// The customer it is counted for.
    pub customer_id: String,
    /// First use.
    pub created_at: String,
    /// Last change.
    pub updated_at: String,
    /// Sums of the log.
    pub statistics: Statistics,
    /// The log, oldest first.
    pub log: Vec<LogEntry>,
}

/// One purchase in the usage log.
#[derive(Debug)]
pub struct LogEntry {
    /// The caller's key for the purchase.
    pub reference: String,
    /// What kind of key.
    pub ref_type: String,
    /// Counted purchases.
    pub usage: i64,
    /// Stamps earned.
    pub stamp: i64,
    /// Discount, minor units.
    pub amount: i64,
    /// When it was reported.
    pub created_at: String,
    /// By which client.
    pub created_by: String,
}

/// The longest log of one ref and customer that is shown.
pub const MOST_LOG_ENTRIES: i64 = 1_000;

/// What customers have had of a rule, by first use.
///
/// # Errors
/// When the database refuses, or `starting_after` is unknown.
pub async fn usages(
    pool: &Pool,
    account: &str,
    rule: &str,
    starting_after: Option<&str>,
    limit: i64,
) -> Result<Vec<Usage>, ApiError> {
    let mut query = Statement::new(
        "SELECT id, ref_id, customer_id, created_at, updated_at, usage, amount, bonus, stamp, current_stamp, debit_balance
         FROM ref_statistics WHERE account_id = ",
    );
    query.push_bind(account)?.push(" AND rule_id = ").push_bind(rule)?;
    if let Some(after) = starting_after {
        let place = sqlx::query("SELECT created_at FROM ref_statistics WHERE account_id = $1 AND rule_id = $2 AND id = $3")
            .bind(account)
            .bind(rule)
            .bind(after)
            .fetch_optional(pool)
            .await?
            .ok_or_else(|| unknown_cursor("id"))?;
        query.push(" AND (created_at, id) > (").push_bind(place.get::<String, _>(0))?.push(", ").push_bind(after)?.push(")");
    }
    query.push(" ORDER BY created_at, id LIMIT ").push_bind(limit)?;
    let mut usages = Vec::new();
    for row in query.rows(pool).await? {
        let mut usage = Usage {
            id: row.get(0),
            ref_id: row.get(1),
            customer_id: row.get(2),
            created_at: row.get(3),
            updated_at: row.get(4),
            statistics: Statistics {
                usage: row.get(5),
                amount: row.get(6),
                bonus: row.get(7),
                stamp: row.get(8),
                current_stamp: row.get(9),
                debit_balance: row.get(10),
            },
            log: Vec::new(),
        };
        let log = sqlx::query(
            "SELECT ref, ref_type, usage, stamp, amount, created_at, created_by FROM usages
             WHERE account_id = $1 AND ref_id = $2 AND customer_id = $3 AND state IN ('held', 'used')
             ORDER BY created_at DESC, id DESC LIMIT $4",
        )
        .bind(account)
        .bind(&*usage.ref_id)
        .bind(&*usage.customer_id)
        .bind(MOST_LOG_ENTRIES)
        .fetch_all(pool)
        .await?;
        usage.log.extend(log.iter().rev().map(|row| LogEntry {
            reference: row.get(0),
            ref_type: row.get(1),
            usage: row.get(2),
            stamp: row.get(3),
            amount: row.get(4),
            created_at: row.get(5),
            created_by: row.get(6),
        }));
        usages.push(usage);
    }
    Ok(usages)
}

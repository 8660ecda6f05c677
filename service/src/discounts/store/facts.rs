//! What is known of a buyer: the refs a purchase may use, with their statistics (§1.3, §4.3).

use rabatt_engine::{Facts, Instant, Ref, Statistics, Value};
use sqlx::any::AnyRow;
use sqlx::{AnyExecutor, AnyPool, Row};

use crate::error::ApiError;

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

impl<'a> Buyer<'a> {
    /// Who holds the buyer's own refs, to whom further ones are given, and under whose name is counted.
    fn names(self) -> Option<(&'a str, &'a str, &'a str)> {
        match self {
            Buyer::Customer(id) => Some((id, "*", id)),
            Buyer::Anonymous => Some(("/", "/", "/")),
            Buyer::Unknown => None,
        }
    }
}

/// Everything known of a buyer: exactly the refs this purchase may use, and after how many changes
/// of the account's rules.
///
/// # Errors
/// When the database refuses.
pub async fn facts(pool: &AnyPool, account: &str, buyer: Buyer<'_>) -> Result<(i64, Facts<'static>), ApiError> {
    let none = Facts { refs: Some(Vec::new()), customer: Value::Absent };
    let Some((own, everybody, counted_for)) = buyer.names() else {
        return Ok((super::rules::changes(pool, account).await?, none));
    };
    // One question, so that one trip answers it: the counter's row is there also where no ref is.
    let rows = sqlx::query(
        "SELECT c.changes, f.id, f.rule_id, f.given_at, s.usage, s.amount, s.bonus, s.stamp, s.current_stamp, s.debit_balance
         FROM rule_counters c
         LEFT JOIN refs f ON f.account_id = c.account_id AND f.deleted_at IS NULL AND f.customer_id IN ($2, $3)
            AND (f.customer_id = $2 OR NOT EXISTS (SELECT 1 FROM refs p WHERE p.account_id = f.account_id AND p.customer_id = $2
                AND p.rule_id = f.rule_id AND p.deleted_at IS NULL))
         LEFT JOIN ref_statistics s ON s.account_id = f.account_id AND s.ref_id = f.id AND s.customer_id = $4
         WHERE c.account_id = $1",
    )
    .bind(account)
    .bind(own)
    .bind(everybody)
    .bind(counted_for)
    .fetch_all(pool)
    .await?;
    let changes = rows.first().map_or(0, |row| row.get(0));
    let refs = rows.iter().filter_map(read_ref).collect();
    Ok((changes, Facts { refs: Some(refs), ..none }))
}

fn read_ref(row: &AnyRow) -> Option<Ref<'static>> {
    let count = |at: usize| row.get::<Option<i64>, _>(at).unwrap_or(0);
    let id: Option<String> = row.get(1);
    Some(Ref {
        id: id?.into(),
        rule_id: row.get::<String, _>(2).into(),
        given_at: Instant::parse(&row.get::<String, _>(3)),
        deleted: false,
        statistics: Statistics {
            usage: count(4),
            amount: count(5),
            bonus: count(6),
            stamp: count(7),
            current_stamp: count(8),
            debit_balance: row.get(9),
        },
    })
}

/// One entry of a ref's stamp history.
#[derive(Debug, Clone)]
pub struct Stamped {
    /// When the purchase was.
    pub purchase_at: String,
    /// Stamps it earned.
    pub earned: i64,
    /// Stamps its rewards took.
    pub spent: i64,
}

/// The stamps of a ref, oldest purchase first; one purchase may be left out.
///
/// # Errors
/// When the database refuses.
pub async fn stamps(
    db: impl AnyExecutor<'_>,
    account: &str,
    ref_id: &str,
    counted_for: &str,
    without: Option<&str>,
) -> Result<Vec<Stamped>, ApiError> {
    let rows = sqlx::query(
        "SELECT purchase_at, stamp, stamp_spent FROM usages
         WHERE account_id = $1 AND ref_id = $2 AND customer_id = $3 AND state IN ('held', 'used') AND stamp + stamp_spent > 0
            AND purchase_id <> $4
         ORDER BY purchase_at, created_at, id",
    )
    .bind(account)
    .bind(ref_id)
    .bind(counted_for)
    .bind(without.unwrap_or_default())
    .fetch_all(db)
    .await?;
    Ok(rows.iter().map(|row| Stamped { purchase_at: row.get(0), earned: row.get(1), spent: row.get(2) }).collect())
}

/// What the account's customers together have had of a rule: purchases, and amount with bonus.
///
/// # Errors
/// When the database refuses.
pub async fn totals(pool: &AnyPool, account: &str, rule: &str) -> Result<(i64, i64), ApiError> {
    let row = sqlx::query("SELECT usage, amount + bonus FROM rule_totals WHERE account_id = $1 AND rule_id = $2")
        .bind(account)
        .bind(rule)
        .fetch_optional(pool)
        .await?;
    Ok(row.map_or((0, 0), |row| (row.get(0), row.get(1))))
}

/// Whose token this is.
///
/// # Errors
/// When the database refuses.
pub async fn customer_of_token(pool: &AnyPool, account: &str, kind: &str, value: &str) -> Result<Option<String>, ApiError> {
    let row = sqlx::query("SELECT customer_id FROM customer_tokens WHERE account_id = $1 AND type = $2 AND value = $3")
        .bind(account)
        .bind(kind)
        .bind(value)
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|row| row.get(0)))
}

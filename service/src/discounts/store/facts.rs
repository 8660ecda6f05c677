//! What is known of a buyer: the refs a purchase may use, with their statistics (§1.3, §4.3).

use rabatt_engine::{Instant, Ref, Statistics};
use sqlx::{AnyExecutor, Row};

use crate::error::ApiError;
use crate::store::Pool;

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

/// What the database knows of a buyer.
#[derive(Debug, Default)]
pub struct Own {
    /// After how many changes of the account's rules.
    pub changes: i64,
    /// After how many changes of what everybody holds.
    pub gifts: i64,
    /// After how many changes of the account's products: 0 where it has none.
    pub products: i64,
    /// The buyer's personal refs.
    pub refs: Vec<Ref<'static>>,
    /// What the buyer has had of refs that everybody holds, by ref.
    pub used: Vec<(String, Statistics)>,
}

/// What the database knows of a buyer, and what of the account has changed.
///
/// # Errors
/// When the database refuses.
pub async fn own(pool: &Pool, account: &str, buyer: Buyer<'_>) -> Result<Own, ApiError> {
    // Nobody is called nothing.
    let (holder, counted_for) = match buyer {
        Buyer::Customer(id) => (id, id),
        Buyer::Anonymous => ("", "/"),
        Buyer::Unknown => ("", ""),
    };
    // One question, so that one trip answers it: the counters' row is there also where nothing else is.
    let rows = sqlx::query(
        "SELECT c.changes, c.gifts, f.id, f.rule_id, f.given_at, s.usage, s.amount, s.bonus, s.stamp, s.current_stamp, s.debit_balance, c.products
         FROM rule_counters c
         LEFT JOIN refs f ON f.account_id = c.account_id AND f.customer_id = $2 AND f.deleted_at IS NULL
         LEFT JOIN ref_statistics s ON s.account_id = f.account_id AND s.ref_id = f.id AND s.customer_id = $2
         WHERE c.account_id = $1
         UNION ALL
         SELECT c.changes, c.gifts, s.ref_id, s.ref_id, NULL, s.usage, s.amount, s.bonus, s.stamp, s.current_stamp, s.debit_balance, c.products
         FROM rule_counters c JOIN ref_statistics s ON s.account_id = c.account_id AND s.customer_id = $3
         WHERE c.account_id = $1",
    )
    .bind(account)
    .bind(holder)
    .bind(counted_for)
    .fetch_all(pool)
    .await?;
    let mut own = Own::default();
    for row in &rows {
        (own.changes, own.gifts, own.products) = (row.get(0), row.get(1), row.get(11));
        let Some(id) = row.get::<Option<String>, _>(2) else { continue };
        let count = |at: usize| row.get::<Option<i64>, _>(at).unwrap_or(0);
        let statistics = Statistics {
            usage: count(5),
            amount: count(6),
            bonus: count(7),
            stamp: count(8),
            current_stamp: count(9),
            debit_balance: row.get(10),
        };
        match row.get::<Option<String>, _>(4) {
            Some(given_at) => own.refs.push(Ref {
                id: id.into(),
                rule_id: row.get::<String, _>(3).into(),
                given_at: Instant::parse(&given_at),
                deleted: false,
                statistics,
            }),
            None => own.used.push((id, statistics)),
        }
    }
    Ok(own)
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
pub async fn totals(pool: &Pool, account: &str, rule: &str) -> Result<(i64, i64), ApiError> {
    let row = sqlx::query("SELECT usage, amount + bonus FROM rule_totals WHERE account_id = $1 AND rule_id = $2")
        .bind(account)
        .bind(rule)
        .fetch_optional(pool)
        .await?;
    Ok(row.map_or((0, 0), |row| (row.get(0), row.get(1))))
}

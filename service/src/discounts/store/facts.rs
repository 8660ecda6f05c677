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
    // One question, so that one trip answers it: the counters come with the refs, and what everybody's were used for.
    let rows = sqlx::query(
        "SELECT 1, f.id, f.rule_id, f.given_at, s.usage, s.amount, s.bonus, s.stamp, s.current_stamp, s.debit_balance
         FROM refs f LEFT JOIN ref_statistics s ON s.account_id = f.account_id AND s.ref_id = f.id AND s.customer_id = f.customer_id
         WHERE f.account_id = $1 AND f.customer_id = $2 AND f.deleted_at IS NULL
         UNION ALL
         SELECT 2, ref_id, NULL, NULL, usage, amount, bonus, stamp, current_stamp, debit_balance
         FROM ref_statistics WHERE account_id = $1 AND customer_id = $3
         UNION ALL
         SELECT 3, NULL, NULL, NULL, changes, gifts, products, NULL, NULL, NULL FROM rule_counters WHERE account_id = $1",
    )
    .bind(account)
    .bind(holder)
    .bind(counted_for)
    .fetch_all(pool)
    .await?;
    let mut own = Own::default();
    for row in &rows {
        let count = |at: usize| row.get::<Option<i64>, _>(at).unwrap_or(0);
        let statistics = || Statistics {
            usage: count(4),
            amount: count(5),
            bonus: count(6),
            stamp: count(7),
            current_stamp: count(8),
            debit_balance: row.get(9),
        };
        match row.get::<i64, _>(0) {
            1 => own.refs.push(Ref {
                id: row.get::<String, _>(1).into(),
                rule_id: row.get::<String, _>(2).into(),
                given_at: Instant::parse(row.get(3)),
                deleted: false,
                statistics: statistics(),
            }),
            2 => own.used.push((row.get(1), statistics())),
            _ => (own.changes, own.gifts, own.products) = (count(4), count(5), count(6)),
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

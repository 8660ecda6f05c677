//! What went back of stored receipts, and where it may come from.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::book::Taken;
use crate::App;
use crate::error::ApiError;
use crate::receipts::{Original, original};
use crate::store::statement::Statement;
use crate::store::{Db, now};

/// So many of a customer's purchases are looked at, newest first: goods that go back were bought of late.
const MOST_PURCHASES: i64 = 50;

const RECEIPTS: &str = "SELECT id, customer_id, body FROM receipts WHERE account_id = ";

fn opened(app: &App, account: &str, rows: &[AnyRow]) -> Result<Vec<Original>, ApiError> {
    rows.iter().map(|row| original(app, account, row.get(0), row.get(2))).collect()
}

/// A customer's finished purchases up to an instant, newest first.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn of_customer(
    db: &mut Db,
    app: &App,
    account: &str,
    customer: &str,
    until: &str,
) -> Result<Vec<Original>, ApiError> {
    let mut query = Statement::new(RECEIPTS);
    query.push_bind(account)?.push(" AND customer_id = ").push_bind(customer)?.push(" AND bought = 1 AND purchase_at <= ");
    query.push_bind(until)?.push(" ORDER BY purchase_at DESC, id DESC LIMIT ").push_bind(MOST_PURCHASES)?;
    opened(app, account, &query.rows(db).await?)
}

/// Receipts with any of these orders or payments, of nobody or of this customer.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn of_orders(
    db: &mut Db,
    app: &App,
    account: &str,
    orders: &[String],
    customer: Option<&str>,
) -> Result<Vec<Original>, ApiError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<String> = orders.iter().map(|order| format!("w:{order}")).collect();
    let mut query = Statement::new(
        "SELECT r.id, r.customer_id, r.body FROM receipts r WHERE r.bought = 1 AND r.id IN (
            SELECT SUBSTR(i.key, 3) FROM purchase_keys k
            JOIN purchase_keys i ON i.account_id = k.account_id AND i.purchase_id = k.purchase_id AND i.key LIKE 'r:%'
            WHERE k.account_id = ",
    );
    query.push_bind(account)?.push(" AND k.key IN ").push_list(keys.iter().map(String::as_str))?;
    query.push(") AND r.account_id = ").push_bind(account)?.push(" ORDER BY r.purchase_at DESC, r.id DESC");
    let mut rows = query.rows(db).await?;
    let of = |row: &AnyRow| row.get::<Option<String>, _>(1);
    rows.retain(|row| of(row).is_none_or(|its| customer.is_none_or(|customer| its == customer)));
    opened(app, account, &rows)
}

/// The receipt with this id.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn of_id(db: &mut Db, app: &App, account: &str, id: &str) -> Result<Option<Original>, ApiError> {
    let mut query = Statement::new(RECEIPTS);
    query.push_bind(account)?.push(" AND id = ").push_bind(id)?;
    Ok(opened(app, account, &query.rows(db).await?)?.pop())
}

/// The receipt of this store and number.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn of_number(
    db: &mut Db,
    app: &App,
    account: &str,
    store: &str,
    number: &str,
) -> Result<Option<Original>, ApiError> {
    let mut query = Statement::new(RECEIPTS);
    query.push_bind(account)?.push(" AND receipt_id = ").push_bind(number)?.push(" AND store_id = ").push_bind(store)?;
    Ok(opened(app, account, &query.rows(db).await?)?.pop())
}

/// What a purchase is stored as.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn receipts_of(db: &mut Db, account: &str, purchase: &str) -> Result<Vec<String>, ApiError> {
    let keys = "SELECT SUBSTR(key, 3) FROM purchase_keys WHERE account_id = $1 AND purchase_id = $2 AND key LIKE 'r:%'";
    let rows = sqlx::query(keys).bind(account).bind(purchase).fetch_all(db).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// How much of which line of a receipt is gone.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn gone(db: &mut Db, account: &str, receipt: &str) -> Result<std::collections::BTreeMap<String, i64>, ApiError> {
    let lines =
        "SELECT line, CAST(SUM(quantity) AS BIGINT) FROM receipt_returns WHERE account_id = $1 AND receipt = $2 GROUP BY line";
    let rows = sqlx::query(lines).bind(account).bind(receipt).fetch_all(db).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// What this took from where: receipt, line, quantity.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn by(db: &mut Db, account: &str, by: &str) -> Result<Vec<(String, String, i64)>, ApiError> {
    let lines = "SELECT receipt, line, quantity FROM receipt_returns WHERE account_id = $1 AND returned_by = $2";
    let rows = sqlx::query(lines).bind(account).bind(by).fetch_all(db).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// More of a line is gone.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn add_line(
    db: &mut Db,
    account: &str,
    receipt: &str,
    line: &str,
    by: &str,
    quantity: i64,
) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO receipt_returns (account_id, receipt, line, returned_by, quantity, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (account_id, receipt, line, returned_by) DO UPDATE SET quantity = receipt_returns.quantity + excluded.quantity",
    )
    .bind(account)
    .bind(receipt)
    .bind(line)
    .bind(by)
    .bind(quantity)
    .bind(now())
    .execute(db)
    .await?;
    Ok(())
}

/// What was taken back of a row of the usage log.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn taken_back(db: &mut Db, account: &str, usage: &str) -> Result<Taken, ApiError> {
    let row = sqlx::query(
        "SELECT CAST(COALESCE(SUM(usage), 0) AS BIGINT), CAST(COALESCE(SUM(amount), 0) AS BIGINT), CAST(COALESCE(SUM(bonus), 0) AS BIGINT),
            CAST(COALESCE(SUM(stamp), 0) AS BIGINT), CAST(COALESCE(SUM(stamp_spent), 0) AS BIGINT), CAST(COALESCE(SUM(debit), 0) AS BIGINT)
         FROM usage_returns WHERE account_id = $1 AND usage_id = $2",
    )
    .bind(account)
    .bind(usage)
    .fetch_one(db)
    .await?;
    Ok(Taken {
        usage: row.get(0),
        amount: row.get(1),
        bonus: row.get(2),
        stamp: row.get(3),
        stamp_spent: row.get(4),
        debit: row.get(5),
    })
}

//! What went back of purchases, and where it may come from: stored receipts, and what events told.

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

/// Finished purchases that are stored. Where an event told of one before, its lines are what it told.
const STORED: &str = "SELECT r.id, r.purchase_at, r.body, r.customer_id, p.id, p.lines FROM receipts r
    LEFT JOIN purchase_keys k ON k.account_id = r.account_id AND k.key = 'r:' || r.id
    LEFT JOIN purchases p ON p.account_id = k.account_id AND p.id = k.purchase_id AND p.lines IS NOT NULL
    WHERE r.bought = 1 AND r.account_id = ";

/// Those that only an event told of.
const TOLD: &str = "SELECT r.id, r.purchase_at, r.lines, r.customer_id, r.id, r.lines FROM purchases r
    WHERE r.lines IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM purchase_keys k JOIN receipts s ON s.account_id = k.account_id AND s.id = SUBSTR(k.key, 3)
        WHERE k.account_id = r.account_id AND k.purchase_id = r.id AND k.key LIKE 'r:%')
    AND r.account_id = ";

/// Where the lines of a purchase are sealed.
fn place(account: &str, purchase: &str) -> String {
    format!("{account}/purchases/{purchase}")
}

/// What was found, newest purchase first.
fn opened(app: &App, account: &str, mut rows: Vec<AnyRow>) -> Result<Vec<Original>, ApiError> {
    rows.sort_by_key(|row| std::cmp::Reverse((row.get::<String, _>(1), row.get::<String, _>(0))));
    let open = |row: &AnyRow| match (row.get::<Option<String>, _>(4), row.get::<Option<String>, _>(5)) {
        (Some(id), Some(lines)) => Ok(Original { body: app.sealer.open_text(&place(account, &id), lines)?, id }),
        _ => original(app, account, row.get(0), row.get(2)),
    };
    rows.iter().map(open).collect()
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
    let mut found = Vec::new();
    for purchases in [STORED, TOLD] {
        let mut query = Statement::new(purchases);
        query.push_bind(account)?.push(" AND r.customer_id = ").push_bind(customer)?.push(" AND r.purchase_at <= ");
        query.push_bind(until)?.push(" ORDER BY r.purchase_at DESC, r.id DESC LIMIT ").push_bind(MOST_PURCHASES)?;
        found.extend(query.rows(&mut *db).await?);
    }
    opened(app, account, found)
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
    let mut found = Vec::new();
    for (purchases, ids) in [
        (
            STORED,
            " AND r.id IN (SELECT SUBSTR(i.key, 3) FROM purchase_keys o
                JOIN purchase_keys i ON i.account_id = o.account_id AND i.purchase_id = o.purchase_id AND i.key LIKE 'r:%'
                WHERE o.account_id = ",
        ),
        (TOLD, " AND r.id IN (SELECT o.purchase_id FROM purchase_keys o WHERE o.account_id = "),
    ] {
        let mut query = Statement::new(purchases);
        query.push_bind(account)?.push(ids).push_bind(account)?;
        query.push(" AND o.key IN ").push_list(keys.iter().map(String::as_str))?.push(")");
        found.extend(query.rows(&mut *db).await?);
    }
    let of = |row: &AnyRow| row.get::<Option<String>, _>(3);
    found.retain(|row| of(row).is_none_or(|its| customer.is_none_or(|customer| its == customer)));
    opened(app, account, found)
}

/// The receipt or told purchase with this id.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn of_id(db: &mut Db, app: &App, account: &str, id: &str) -> Result<Option<Original>, ApiError> {
    let told = "SELECT id, purchase_at, lines, customer_id, id, lines FROM purchases WHERE lines IS NOT NULL AND account_id = ";
    let mut found = Vec::new();
    for (purchases, id_is) in [(STORED, " AND r.id = "), (told, " AND id = ")] {
        let mut query = Statement::new(purchases);
        query.push_bind(account)?.push(id_is).push_bind(id)?;
        found.extend(query.rows(&mut *db).await?);
    }
    Ok(opened(app, account, found)?.pop())
}

/// What is known of the lines of a purchase: as an event told it, else as it is stored, else nothing.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn of_purchase(db: &mut Db, app: &App, account: &str, purchase: &str) -> Result<Original, ApiError> {
    // What was reported first.
    let mut ids = vec![purchase.to_owned()];
    ids.extend(receipts_of(db, account, purchase).await?);
    for id in ids {
        if let Some(original) = of_id(db, app, account, &id).await? {
            return Ok(original);
        }
    }
    Ok(Original { id: purchase.to_owned(), body: "{}".to_owned() })
}

/// Keeps the lines of a purchase that an event told of.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn keep(db: &mut Db, app: &App, account: &str, purchase: &str, lines: &str) -> Result<(), ApiError> {
    let sealed = app.sealer.seal(&place(account, purchase), lines.as_bytes())?;
    sqlx::query("UPDATE purchases SET lines = $3 WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(purchase)
        .bind(sealed)
        .execute(db)
        .await?;
    Ok(())
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
    let lines = "SELECT receipt, line, quantity FROM receipt_returns WHERE account_id = $1 AND returned_by = $2
        ORDER BY created_at DESC, receipt, line";
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

/// Less of a line is gone by this.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn less_of_line(
    db: &mut Db,
    account: &str,
    receipt: &str,
    line: &str,
    by: &str,
    quantity: i64,
) -> Result<(), ApiError> {
    for statement in [
        "UPDATE receipt_returns SET quantity = quantity - $5
         WHERE account_id = $1 AND receipt = $2 AND line = $3 AND returned_by = $4 AND quantity > $5",
        "DELETE FROM receipt_returns
         WHERE account_id = $1 AND receipt = $2 AND line = $3 AND returned_by = $4 AND quantity <= $5",
    ] {
        let statement = sqlx::query(statement).bind(account).bind(receipt).bind(line).bind(by).bind(quantity);
        if statement.execute(&mut *db).await?.rows_affected() > 0 {
            break;
        }
    }
    Ok(())
}

/// So much of what was taken back of a row of the usage log is not any more: of what this took back, then of the rest.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn undo(db: &mut Db, account: &str, usage: &str, by: &str, taken: &Taken) -> Result<(), ApiError> {
    let rows = sqlx::query(
        "SELECT id, usage, amount, bonus, stamp, stamp_spent, debit FROM usage_returns WHERE account_id = $1 AND usage_id = $2
         ORDER BY CASE WHEN returned_by = $3 THEN 0 ELSE 1 END, created_at DESC, id DESC",
    )
    .bind(account)
    .bind(usage)
    .bind(by)
    .fetch_all(&mut *db)
    .await?;
    let mut left = [taken.usage, taken.amount, taken.bonus, taken.stamp, taken.stamp_spent, taken.debit];
    for row in rows {
        let (mut rest, mut changed) = ([0; 6], false);
        for (at, (left, rest)) in (1_usize..).zip(left.iter_mut().zip(&mut rest)) {
            let there: i64 = row.get(at);
            let goes = there.min(*left);
            (*left, *rest) = (left.saturating_sub(goes), there.saturating_sub(goes));
            changed |= goes != 0;
        }
        if !changed {
            continue;
        }
        let mut less = sqlx::query(if rest == [0; 6] {
            "DELETE FROM usage_returns WHERE account_id = $1 AND id = $2"
        } else {
            "UPDATE usage_returns SET usage = $3, amount = $4, bonus = $5, stamp = $6, stamp_spent = $7, debit = $8
             WHERE account_id = $1 AND id = $2"
        })
        .bind(account)
        .bind(row.get::<String, _>(0));
        if rest != [0; 6] {
            for number in rest {
                less = less.bind(number);
            }
        }
        less.execute(&mut *db).await?;
    }
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

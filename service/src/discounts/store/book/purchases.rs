//! Purchases, and the names by which they are known.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Kind, new_id, now};

/// A purchase that was reported before.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// Its id.
    pub id: String,
    /// When it was reported first.
    pub created_at: String,
    /// Who bought, when known.
    pub customer_id: Option<String>,
    /// Has a receipt told what was used?
    pub settled: bool,
}

/// Keeps others from recording a purchase of any of these names until this unit is done.
///
/// # Errors
/// When the database refuses.
pub async fn lock_names(db: &mut Db, kind: Kind, account: &str, names: &[&str]) -> Result<(), ApiError> {
    // On SQLite a unit of work is alone anyway.
    if kind == Kind::Postgres {
        let mut names: Vec<String> = names.iter().map(|name| format!("{account}/{name}")).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            // The hash is what is locked: sorted names may share one, which a transaction may lock twice.
            sqlx::query("SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))) AS locked")
                .bind(name)
                .execute(&mut *db)
                .await?;
        }
    }
    Ok(())
}

/// Purchases known by any of these keys, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn purchases(db: &mut Db, account: &str, keys: &[String]) -> Result<Vec<Purchase>, ApiError> {
    Ok(purchases_by(db, account, keys, keys.len()).await?.0)
}

/// Purchases known by any of the first `first` keys, and others known by the rest; each oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn purchases_by(
    db: &mut Db,
    account: &str,
    keys: &[String],
    first: usize,
) -> Result<(Vec<Purchase>, Vec<Purchase>), ApiError> {
    if keys.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut query = Statement::new(
        "SELECT p.id, p.customer_id, p.settled, p.created_at, k.key FROM purchase_keys k
         JOIN purchases p ON p.account_id = k.account_id AND p.id = k.purchase_id WHERE k.account_id = ",
    );
    query.push_bind(account)?.push(" AND k.key IN ").push_list(keys.iter().map(String::as_str))?;
    let rows = query.rows(db).await?;
    let mut found: Vec<(Purchase, bool)> = Vec::new();
    for row in rows {
        let (id, key): (String, String) = (row.get(0), row.get(4));
        let is_first = keys.iter().take(first).any(|one| *one == key);
        match found.iter_mut().find(|(purchase, _)| purchase.id == id) {
            Some((_, is)) => *is |= is_first,
            None => {
                let (customer_id, settled) = (row.get(1), row.get::<i64, _>(2) != 0);
                found.push((Purchase { id, created_at: row.get(3), customer_id, settled }, is_first));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
    let (first, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, is_first)| *is_first);
    let purchases = |found: Vec<(Purchase, bool)>| found.into_iter().map(|(purchase, _)| purchase).collect();
    Ok((purchases(first), purchases(others)))
}

/// One purchase.
///
/// # Errors
/// When the database refuses.
pub async fn purchase(db: &mut Db, account: &str, id: &str) -> Result<Option<Purchase>, ApiError> {
    let row = sqlx::query("SELECT customer_id, settled, created_at FROM purchases WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .fetch_optional(db)
        .await?;
    let purchase = |row: AnyRow| Purchase {
        id: id.to_owned(),
        created_at: row.get(2),
        customer_id: row.get(0),
        settled: row.get::<i64, _>(1) != 0,
    };
    Ok(row.map(purchase))
}

/// A new purchase, known by these keys; its id.
///
/// # Errors
/// When the database refuses.
pub async fn new_purchase(
    db: &mut Db,
    account: &str,
    customer: Option<&str>,
    purchase_at: &str,
    settled: bool,
    keys: &[String],
) -> Result<String, ApiError> {
    let id = new_id();
    sqlx::query(
        "INSERT INTO purchases (account_id, id, customer_id, purchase_at, settled, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(account)
    .bind(&*id)
    .bind(customer)
    .bind(purchase_at)
    .bind(i64::from(settled))
    .bind(now())
    .execute(&mut *db)
    .await?;
    add_keys(db, account, &id, keys).await?;
    Ok(id)
}

/// Makes a purchase known by these keys too.
///
/// # Errors
/// When the database refuses.
pub async fn add_keys(db: &mut Db, account: &str, purchase: &str, keys: &[String]) -> Result<(), ApiError> {
    // A few at a time: a statement has only so many placeholders.
    for keys in keys.chunks(500) {
        let mut statement = Statement::new("INSERT INTO purchase_keys (account_id, key, purchase_id) VALUES ");
        for (nth, key) in keys.iter().enumerate() {
            statement.push(if nth == 0 { "(" } else { ", (" }).push_bind(account)?.push(", ").push_bind(&**key)?;
            statement.push(", ").push_bind(purchase)?.push(")");
        }
        statement.push(" ON CONFLICT DO NOTHING");
        statement.execute(&mut *db).await?;
    }
    Ok(())
}

/// Two purchases turned out to be one: names, claims and what counts go over to it. Rows of the other
/// that name the same place twice stay behind; the caller gives back what they took.
///
/// # Errors
/// When the database refuses.
pub async fn unite(db: &mut Db, account: &str, purchase: &str, other: &str) -> Result<(), ApiError> {
    for statement in [
        "INSERT INTO purchase_keys (account_id, key, purchase_id)
            SELECT account_id, key, $2 FROM purchase_keys WHERE account_id = $1 AND purchase_id = $3 ON CONFLICT DO NOTHING",
        "DELETE FROM purchase_keys WHERE account_id = $1 AND purchase_id = $3 AND $2 <> $3",
        "UPDATE claims SET purchase_id = $2 WHERE account_id = $1 AND purchase_id = $3",
        // A row that counts no more makes room for one that does.
        "DELETE FROM usages WHERE account_id = $1 AND purchase_id = $2 AND state = 'released' AND EXISTS (
            SELECT 1 FROM usages o WHERE o.account_id = usages.account_id AND o.purchase_id = $3
            AND o.ref_id = usages.ref_id AND o.customer_id = usages.customer_id AND o.state <> 'released')",
        "UPDATE usages SET purchase_id = $2 WHERE account_id = $1 AND purchase_id = $3 AND state <> 'released' AND NOT EXISTS (
            SELECT 1 FROM usages o WHERE o.account_id = usages.account_id AND o.purchase_id = $2
            AND o.ref_id = usages.ref_id AND o.customer_id = usages.customer_id)",
    ] {
        sqlx::query(statement).bind(account).bind(purchase).bind(other).execute(&mut *db).await?;
    }
    Ok(())
}

/// A receipt has told what the purchase used.
///
/// # Errors
/// When the database refuses.
pub async fn settle(
    db: &mut Db,
    account: &str,
    purchase: &str,
    customer: Option<&str>,
    purchase_at: &str,
) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE purchases SET settled = 1, purchase_at = CASE WHEN settled = 1 THEN purchase_at ELSE $3 END, customer_id = COALESCE(customer_id, $4) WHERE account_id = $1 AND id = $2",
    )
    .bind(account)
    .bind(purchase)
    .bind(purchase_at)
    .bind(customer)
    .execute(db)
    .await?;
    Ok(())
}

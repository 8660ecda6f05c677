//! What there is to show of tokens.

use sqlx::any::AnyRow;
use sqlx::{AnyExecutor, Row as _};

use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Pool};

/// A token as stored.
#[derive(Debug)]
pub(in crate::customers) struct Row {
    pub(in crate::customers) id: String,
    pub(in crate::customers) customer_id: String,
    /// Sealed.
    pub(in crate::customers) body: String,
    /// Was it made of what is known of the customer?
    pub(in crate::customers) auto: bool,
    pub(in crate::customers) deleted: bool,
}

const ROW: &str = "SELECT id, customer_id, body, auto, CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END FROM customer_token_bodies
    WHERE account_id = ";

fn row(row: &AnyRow) -> Row {
    Row { id: row.get(0), customer_id: row.get(1), body: row.get(2), auto: row.get::<i64, _>(3) != 0, deleted: flag(row, 4) }
}

/// A computed `0` or `1`, which is a shorter number in one of the databases.
fn flag(row: &AnyRow, at: usize) -> bool {
    row.try_get::<i64, _>(at).map_or_else(|_| row.try_get::<i32, _>(at).is_ok_and(|flag| flag != 0), |flag| flag != 0)
}

/// A token to keep.
#[derive(Debug)]
pub(in crate::customers) struct New<'a> {
    pub(in crate::customers) id: &'a str,
    pub(in crate::customers) customer_id: &'a str,
    /// Of type and value, of the type, of the value.
    pub(in crate::customers) words: [String; 3],
    /// Sealed.
    pub(in crate::customers) body: &'a str,
    pub(in crate::customers) auto: bool,
}

/// Keeps a token.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn add(db: &mut Db, account: &str, new: &New<'_>) -> Result<(), ApiError> {
    let [word, kind, value] = &new.words;
    sqlx::query(
        "INSERT INTO customer_token_bodies (account_id, id, customer_id, word, type_word, value_word, body, auto)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(account)
    .bind(new.id)
    .bind(new.customer_id)
    .bind(&**word)
    .bind(&**kind)
    .bind(&**value)
    .bind(new.body)
    .bind(i64::from(new.auto))
    .execute(db)
    .await?;
    Ok(())
}

/// Marks a token as deleted.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn delete(db: &mut Db, account: &str, id: &str, at: &str, body: &str) -> Result<(), ApiError> {
    sqlx::query("UPDATE customer_token_bodies SET deleted_at = $3, body = $4 WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .bind(at)
        .bind(body)
        .execute(db)
        .await?;
    Ok(())
}

/// One token of a customer, deleted or not.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn one(db: &mut Db, account: &str, customer_id: &str, id: &str) -> Result<Option<Row>, ApiError> {
    let mut query = Statement::new(ROW);
    query.push_bind(account)?.push(" AND customer_id = ").push_bind(customer_id)?.push(" AND id = ").push_bind(id)?;
    Ok(query.rows(db).await?.first().map(row))
}

/// All tokens of a customer, deleted or not.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn of_customer(db: &mut Db, account: &str, customer_id: &str) -> Result<Vec<Row>, ApiError> {
    let mut query = Statement::new(ROW);
    query.push_bind(account)?.push(" AND customer_id = ").push_bind(customer_id)?.push(" ORDER BY id");
    Ok(query.rows(db).await?.iter().map(row).collect())
}

/// The token of this type and value.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn of_word(db: impl AnyExecutor<'_>, account: &str, word: &str) -> Result<Option<Row>, ApiError> {
    let mut query = Statement::new(ROW);
    query.push_bind(account)?.push(" AND word = ").push_bind(word)?.push(" AND deleted_at IS NULL ORDER BY id DESC LIMIT 1");
    Ok(query.rows(db).await?.first().map(row))
}

/// Which tokens a list shows.
#[derive(Debug)]
pub(in crate::customers) struct Which<'a> {
    pub(in crate::customers) account: &'a str,
    pub(in crate::customers) customer_id: &'a str,
    /// Of this type, hashed.
    pub(in crate::customers) kind: Option<&'a str>,
    /// Deleted ones too.
    pub(in crate::customers) deleted: bool,
}

impl Which<'_> {
    fn filter(&self, query: &mut Statement) -> Result<(), ApiError> {
        query.push_bind(self.account)?.push(" AND customer_id = ").push_bind(self.customer_id)?;
        if let Some(kind) = self.kind {
            query.push(" AND type_word = ").push_bind(kind)?;
        }
        if !self.deleted {
            query.push(" AND deleted_at IS NULL");
        }
        Ok(())
    }
}

/// A page of tokens, by their ids.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn page(
    pool: &Pool,
    which: &Which<'_>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Row>, ApiError> {
    let mut query = Statement::new(ROW);
    which.filter(&mut query)?;
    if let Some(after) = after {
        query.push(" AND id > ").push_bind(after)?;
    }
    query.push(" ORDER BY id LIMIT ").push_bind(limit)?;
    Ok(query.rows(pool).await?.iter().map(row).collect())
}

/// How many there are.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn count(pool: &Pool, which: &Which<'_>) -> Result<usize, ApiError> {
    let mut query = Statement::new("SELECT COUNT(*) FROM customer_token_bodies WHERE account_id = ");
    which.filter(&mut query)?;
    let count = query.rows(pool).await?.first().map_or(0, |row| row.get::<i64, _>(0));
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Does, or did, a customer have the token with this id?
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn is_known(pool: &Pool, account: &str, customer_id: &str, id: &str) -> Result<bool, ApiError> {
    let row = sqlx::query("SELECT 1 FROM customer_token_bodies WHERE account_id = $1 AND customer_id = $2 AND id = $3")
        .bind(account)
        .bind(customer_id)
        .bind(id)
        .fetch_optional(pool)
        .await?;
    Ok(row.is_some())
}

/// A customer is called something else.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn rename(db: &mut Db, account: &str, old: &str, new: &str) -> Result<(), ApiError> {
    sqlx::query("UPDATE customer_token_bodies SET customer_id = $3 WHERE account_id = $1 AND customer_id = $2")
        .bind(account)
        .bind(old)
        .bind(new)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes away for good what was deleted of a customer.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn purge(db: &mut Db, account: &str, customer_id: &str) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM customer_token_bodies WHERE account_id = $1 AND customer_id = $2 AND deleted_at IS NOT NULL")
        .bind(account)
        .bind(customer_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Tokens from before there were customers here: account, id, and their JSON in clear.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn old(db: &mut Db) -> Result<Vec<(String, String, String)>, ApiError> {
    let rows = sqlx::query("SELECT account_id, id, body FROM customer_token_bodies WHERE word IS NULL").fetch_all(db).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// Seals one of them.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn seal_old(
    db: &mut Db,
    account: &str,
    id: &str,
    body: &str,
    words: &[String; 3],
) -> Result<(), ApiError> {
    let [word, kind, value] = words;
    sqlx::query(
        "UPDATE customer_token_bodies SET body = $3, word = $4, type_word = $5, value_word = $6 WHERE account_id = $1 AND id = $2",
    )
    .bind(account)
    .bind(id)
    .bind(body)
    .bind(&**word)
    .bind(&**kind)
    .bind(&**value)
    .execute(db)
    .await?;
    Ok(())
}

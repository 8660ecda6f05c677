//! Customers' rows: who there is, what they are found by, and what they alone may have.

use std::collections::BTreeSet;

use sqlx::any::AnyRow;
use sqlx::{AnyExecutor, Row};

use crate::customers::profile::Kind;
use crate::customers::words::Claim;
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Pool};

/// A customer as stored.
#[derive(Debug, Clone)]
pub(in crate::customers) struct Stored {
    /// Its id.
    pub(in crate::customers) id: String,
    /// What the client calls it.
    pub(in crate::customers) customer_id: String,
    /// Its JSON, sealed.
    pub(in crate::customers) body: String,
    /// When its e-mail address was shown to be its own.
    pub(in crate::customers) email_verified_at: Option<String>,
    /// When its phone number was.
    pub(in crate::customers) phone_verified_at: Option<String>,
    pub(in crate::customers) password_hash: Option<String>,
    pub(in crate::customers) pin_hash: Option<String>,
    /// How often its own tokens were ended.
    pub(in crate::customers) generation: i64,
    pub(in crate::customers) updated_at: String,
    pub(in crate::customers) deleted_at: Option<String>,
}

macro_rules! columns {
    () => {
        "c.id, c.customer_id, c.body, c.email_verified_at, c.phone_verified_at, c.password_hash, c.pin_hash, c.generation, \
         c.updated_at, c.deleted_at"
    };
}
pub(super) use columns;

pub(super) fn stored(row: &AnyRow) -> Stored {
    Stored {
        id: row.get(0),
        customer_id: row.get(1),
        body: row.get(2),
        email_verified_at: row.get(3),
        phone_verified_at: row.get(4),
        password_hash: row.get(5),
        pin_hash: row.get(6),
        generation: row.get(7),
        updated_at: row.get(8),
        deleted_at: row.get(9),
    }
}

/// A customer to add.
#[derive(Debug)]
pub(in crate::customers) struct New<'a> {
    pub(in crate::customers) id: &'a str,
    pub(in crate::customers) customer_id: &'a str,
    pub(in crate::customers) kind: Kind,
    /// Sealed.
    pub(in crate::customers) body: &'a str,
    pub(in crate::customers) password_hash: Option<&'a str>,
    pub(in crate::customers) pin_hash: Option<&'a str>,
    pub(in crate::customers) created_at: &'a str,
}

/// A `customer_id` as a serial number, where it is one of at most 15 digits.
fn serial(customer_id: &str) -> Option<i64> {
    let digits = customer_id.len() <= 15 && customer_id.bytes().all(|byte| byte.is_ascii_digit());
    customer_id.parse().ok().filter(|_| digits)
}

/// Adds a customer. What it alone may have is claimed apart.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn add(db: &mut Db, account: &str, new: &New<'_>) -> Result<(), ApiError> {
    sqlx::query(
        "INSERT INTO customers (account_id, id, customer_id, type, serial, body, password_hash, pin_hash, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind(account)
    .bind(new.id)
    .bind(new.customer_id)
    .bind(new.kind.word())
    .bind(serial(new.customer_id))
    .bind(new.body)
    .bind(new.password_hash)
    .bind(new.pin_hash)
    .bind(new.created_at)
    .execute(db)
    .await?;
    Ok(())
}

/// Claims what nobody else may have; the member that somebody else has, when there is one. Then nothing of the unit may be saved.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn claim(
    db: &mut Db,
    account: &str,
    customer: &str,
    claims: &[Claim],
) -> Result<Option<&'static str>, ApiError> {
    for Claim { member, word } in claims {
        let claimed =
            sqlx::query("INSERT INTO customer_claims (account_id, claim, customer) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                .bind(account)
                .bind(&**word)
                .bind(customer)
                .execute(&mut *db)
                .await?;
        if claimed.rows_affected() == 0 {
            return Ok(Some(member));
        }
    }
    Ok(None)
}

/// Gives claims up.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn unclaim(db: &mut Db, account: &str, customer: &str, claims: &[Claim]) -> Result<(), ApiError> {
    for Claim { word, .. } in claims {
        sqlx::query("DELETE FROM customer_claims WHERE account_id = $1 AND claim = $2 AND customer = $3")
            .bind(account)
            .bind(&**word)
            .bind(customer)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Words written by one statement.
const AT_ONCE: usize = 8;

/// Lets a customer be found by these words.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn add_words(
    db: &mut Db,
    account: &str,
    customer: &str,
    words: &BTreeSet<&str>,
) -> Result<(), ApiError> {
    let words: Vec<&str> = words.iter().copied().collect();
    let (eights, rest) = words.as_chunks::<AT_ONCE>();
    // Two texts of statements only: databases remember those they know.
    for part in eights.iter().map(<[&str; AT_ONCE]>::as_slice).chain(rest.chunks(1)) {
        let mut insert = Statement::new("INSERT INTO customer_words (account_id, word, customer) VALUES ");
        for (at, word) in part.iter().enumerate() {
            insert.push(if at == 0 { "(" } else { ", (" }).push_bind(account)?.push(", ").push_bind(*word)?;
            insert.push(", ").push_bind(customer)?.push(")");
        }
        insert.push(" ON CONFLICT DO NOTHING");
        insert.rows(&mut *db).await?;
    }
    Ok(())
}

/// A customer is found by these words no more.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn remove_words(
    db: &mut Db,
    account: &str,
    customer: &str,
    words: &BTreeSet<&str>,
) -> Result<(), ApiError> {
    for word in words {
        sqlx::query("DELETE FROM customer_words WHERE account_id = $1 AND word = $2 AND customer = $3")
            .bind(account)
            .bind(*word)
            .bind(customer)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Does somebody else have this word?
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn others_have(db: &mut Db, account: &str, customer: &str, word: &str) -> Result<bool, ApiError> {
    let row = sqlx::query("SELECT 1 FROM customer_words WHERE account_id = $1 AND word = $2 AND customer <> $3 LIMIT 1")
        .bind(account)
        .bind(word)
        .bind(customer)
        .fetch_optional(db)
        .await?;
    Ok(row.is_some())
}

/// The customer that the client calls so.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn named(
    db: impl AnyExecutor<'_>,
    account: &str,
    customer_id: &str,
) -> Result<Option<Stored>, ApiError> {
    let query = concat!(
        "SELECT ",
        columns!(),
        " FROM customers c WHERE c.account_id = $1 AND c.customer_id = $2 AND c.deleted_at IS NULL"
    );
    let row = sqlx::query(query).bind(account).bind(customer_id).fetch_optional(db).await?;
    Ok(row.as_ref().map(stored))
}

/// The customer with this id, deleted or not.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn by_id(db: impl AnyExecutor<'_>, account: &str, id: &str) -> Result<Option<Stored>, ApiError> {
    let query = concat!("SELECT ", columns!(), " FROM customers c WHERE c.account_id = $1 AND c.id = $2");
    let row = sqlx::query(query).bind(account).bind(id).fetch_optional(db).await?;
    Ok(row.as_ref().map(stored))
}

/// The last customer that was called so, deleted or not.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn any_named(pool: &Pool, account: &str, customer_id: &str) -> Result<Option<Stored>, ApiError> {
    let query = concat!(
        "SELECT ",
        columns!(),
        " FROM customers c WHERE c.account_id = $1 AND c.customer_id = $2 ORDER BY c.id DESC LIMIT 1"
    );
    let row = sqlx::query(query).bind(account).bind(customer_id).fetch_optional(pool).await?;
    Ok(row.as_ref().map(stored))
}

/// Locks the customer of this name until the unit of work is over, and reads it: others who would change it wait.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn lock(db: &mut Db, account: &str, customer_id: &str) -> Result<Option<Stored>, ApiError> {
    let query = "UPDATE customers SET generation = generation WHERE account_id = $1 AND customer_id = $2 AND deleted_at IS NULL \
         RETURNING id, customer_id, body, email_verified_at, phone_verified_at, password_hash, pin_hash, generation, updated_at, \
         deleted_at";
    let row = sqlx::query(query).bind(account).bind(customer_id).fetch_optional(db).await?;
    Ok(row.as_ref().map(stored))
}

/// Is there a deleted customer of this name?
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn was_deleted(db: &mut Db, account: &str, customer_id: &str) -> Result<bool, ApiError> {
    let row =
        sqlx::query("SELECT 1 FROM customers WHERE account_id = $1 AND customer_id = $2 AND deleted_at IS NOT NULL LIMIT 1")
            .bind(account)
            .bind(customer_id)
            .fetch_optional(db)
            .await?;
    Ok(row.is_some())
}

/// Writes a customer that is locked.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn write(db: &mut Db, account: &str, customer: &Stored, kind: Kind) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE customers SET customer_id = $3, type = $4, serial = $5, body = $6, email_verified_at = $7, phone_verified_at = $8,
            password_hash = $9, pin_hash = $10, generation = $11, updated_at = $12, deleted_at = $13
         WHERE account_id = $1 AND id = $2",
    )
    .bind(account)
    .bind(&*customer.id)
    .bind(&*customer.customer_id)
    .bind(kind.word())
    .bind(serial(&customer.customer_id))
    .bind(&*customer.body)
    .bind(customer.email_verified_at.as_deref())
    .bind(customer.phone_verified_at.as_deref())
    .bind(customer.password_hash.as_deref())
    .bind(customer.pin_hash.as_deref())
    .bind(customer.generation)
    .bind(&*customer.updated_at)
    .bind(customer.deleted_at.as_deref())
    .execute(db)
    .await?;
    Ok(())
}

/// The next serial number of an account: one more than the largest, given or chosen. Who asks next waits for this unit of work.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn next_serial(db: &mut Db, account: &str) -> Result<i64, ApiError> {
    let given = sqlx::query(
        "INSERT INTO customer_serials (account_id, last) VALUES ($1, 0)
         ON CONFLICT (account_id) DO UPDATE SET last = customer_serials.last RETURNING last",
    )
    .bind(account)
    .fetch_one(&mut *db)
    .await?;
    let chosen = sqlx::query("SELECT MAX(serial) FROM customers WHERE account_id = $1 AND serial IS NOT NULL")
        .bind(account)
        .fetch_one(&mut *db)
        .await?;
    let largest = given.get::<i64, _>(0).max(chosen.get::<Option<i64>, _>(0).unwrap_or(0));
    let next = largest.saturating_add(1);
    sqlx::query("UPDATE customer_serials SET last = $2 WHERE account_id = $1").bind(account).bind(next).execute(db).await?;
    Ok(next)
}

/// Who a contact speaks for from now on.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn set_contact(
    db: &mut Db,
    account: &str,
    contact: &str,
    customers: &[String],
) -> Result<(), ApiError> {
    sqlx::query("DELETE FROM customer_contacts WHERE account_id = $1 AND contact = $2")
        .bind(account)
        .bind(contact)
        .execute(&mut *db)
        .await?;
    for customer in customers {
        sqlx::query("INSERT INTO customer_contacts (account_id, customer, contact) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(&**customer)
            .bind(contact)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

/// Who speaks for a customer.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn contacts(
    db: impl AnyExecutor<'_>,
    account: &str,
    customer: &str,
) -> Result<Vec<Stored>, ApiError> {
    let query = concat!(
        "SELECT ",
        columns!(),
        " FROM customer_contacts k JOIN customers c ON c.account_id = k.account_id AND c.id = k.contact \
         WHERE k.account_id = $1 AND k.customer = $2 ORDER BY c.id"
    );
    Ok(sqlx::query(query).bind(account).bind(customer).fetch_all(db).await?.iter().map(stored).collect())
}

/// Takes away what hangs on a customer who is deleted.
///
/// # Errors
/// When the database refuses.
pub(in crate::customers) async fn forget(db: &mut Db, account: &str, customer: &str) -> Result<(), ApiError> {
    for statement in [
        "DELETE FROM customer_contacts WHERE account_id = $1 AND customer = $2",
        "DELETE FROM customer_contacts WHERE account_id = $1 AND contact = $2",
        "DELETE FROM customer_tags WHERE account_id = $1 AND customer = $2",
        "DELETE FROM customer_codes WHERE account_id = $1 AND customer = $2",
        "DELETE FROM customer_challenges WHERE account_id = $1 AND customer = $2",
    ] {
        sqlx::query(statement).bind(account).bind(customer).execute(&mut *db).await?;
    }
    Ok(())
}

//! Receipts in the database.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::read::{Checked, PARKED};
use crate::App;
use crate::error::ApiError;
use crate::members::Members;
use crate::store::Db;
use crate::store::statement::Statement;

/// A stored receipt, as what went back of it is worked out.
#[derive(Debug)]
pub(crate) struct Original {
    /// Its id.
    pub(crate) id: String,
    /// Its JSON.
    pub(crate) body: String,
}

/// Opens one.
pub(crate) fn original(app: &App, account: &str, id: String, sealed: String) -> Result<Original, ApiError> {
    let body = app.sealer.open_text(&place(account, &id), sealed)?;
    Ok(Original { id, body })
}

/// Where a receipt's body is sealed.
pub(super) fn place(account: &str, id: &str) -> String {
    format!("{account}/receipts/{id}")
}

/// Stores a receipt, its body sealed; false, and nothing is stored, when its store reported it before.
///
/// # Errors
/// When the database refuses.
pub(super) async fn add(
    db: &mut Db,
    account: &str,
    id: &str,
    receipt: &Checked,
    token_id: Option<&str>,
    created_at: &str,
    body: &str,
) -> Result<bool, ApiError> {
    let added = sqlx::query(
        "INSERT INTO receipts (account_id, id, store_id, receipt_id, customer_id, purchase_at, bought, items, token_id, created_at, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
    )
    .bind(account)
    .bind(id)
    .bind(&*receipt.store_id)
    .bind(&*receipt.receipt_id)
    .bind(receipt.customer_id.as_deref())
    .bind(&*receipt.purchase_at)
    .bind(i64::from(receipt.bought))
    .bind(&*receipt.items)
    .bind(token_id)
    .bind(created_at)
    .bind(body)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// A receipt as stored.
#[derive(Debug)]
pub(super) struct Stored {
    /// Its id.
    pub(super) id: String,
    /// Who bought, when known: as its JSON says, else as recording found out.
    pub(super) customer_id: Option<String>,
    /// The token that may claim it.
    pub(super) token_id: Option<String>,
    /// Its JSON.
    pub(super) body: String,
    /// As it is in the database.
    sealed: String,
}

const COLUMNS: &str = "SELECT id, customer_id, token_id, body FROM receipts WHERE account_id = ";

fn stored(app: &App, account: &str, row: &AnyRow) -> Result<Stored, ApiError> {
    let (id, sealed): (String, String) = (row.get(0), row.get(3));
    let body = app.sealer.open_text(&place(account, &id), sealed.clone())?;
    Ok(Stored { id, customer_id: row.get(1), token_id: row.get(2), body, sealed })
}

/// Receipts of this number, one for each store that gave it, oldest first; or the one with this id.
///
/// # Errors
/// When the database refuses.
pub(super) async fn named(app: &App, account: &str, name: &str) -> Result<Vec<Stored>, ApiError> {
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?.push(" AND (receipt_id = ").push_bind(name)?.push(" OR id = ").push_bind(name)?;
    query.push(") ORDER BY created_at, id");
    query.rows(app.store.pool()).await?.iter().map(|row| stored(app, account, row)).collect()
}

/// Replaces a receipt that still is what `before` says, and that customer's, by a sealed body; false, and nothing is stored,
/// when it is not.
///
/// # Errors
/// When the database refuses.
pub(super) async fn replace(
    db: &mut Db,
    account: &str,
    before: &Stored,
    customer: Option<&str>,
    token_id: Option<&str>,
    body: &str,
) -> Result<bool, ApiError> {
    let changed = sqlx::query(
        "UPDATE receipts SET customer_id = $3, token_id = $4, body = $5
         WHERE account_id = $1 AND id = $2 AND body = $6 AND COALESCE(customer_id, '') = $7",
    )
    .bind(account)
    .bind(&*before.id)
    .bind(customer)
    .bind(token_id)
    .bind(body)
    .bind(&*before.sealed)
    .bind(before.customer_id.as_deref().unwrap_or_default())
    .execute(db)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// The parked receipt that has this one's store and number.
///
/// # Errors
/// When the database refuses.
pub(super) async fn parked(db: &mut Db, app: &App, account: &str, receipt: &Checked) -> Result<Option<Stored>, ApiError> {
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?.push(" AND store_id = ").push_bind(&*receipt.store_id)?;
    query.push(" AND receipt_id = ").push_bind(&*receipt.receipt_id)?.push(" AND bought = 0");
    let Some(row) = query.rows(db).await?.into_iter().next() else { return Ok(None) };
    let found = stored(app, account, &row)?;
    let status = |body: &str| serde_json::from_str::<Members<'_>>(body).ok()?.text("entry_status");
    Ok(Some(found).filter(|found| status(&found.body).as_deref() == Some(PARKED)))
}

/// Puts a receipt in the place of the parked one that `before` says, if it still is that; false, and nothing is stored, when it is not.
///
/// # Errors
/// When the database refuses.
pub(super) async fn finish(
    db: &mut Db,
    account: &str,
    before: &Stored,
    receipt: &Checked,
    token_id: Option<&str>,
    body: &str,
) -> Result<bool, ApiError> {
    let customer = receipt.customer_id.as_deref().or(before.customer_id.as_deref());
    if !replace(db, account, before, customer, token_id, body).await? {
        return Ok(false);
    }
    sqlx::query("UPDATE receipts SET purchase_at = $3, bought = $4, items = $5 WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(&*before.id)
        .bind(&*receipt.purchase_at)
        .bind(i64::from(receipt.bought))
        .bind(&*receipt.items)
        .execute(db)
        .await?;
    Ok(true)
}

/// Who made a purchase is known: what is stored of it and does not say so is theirs. Its JSON stays as it was sent.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn bought_by(db: &mut Db, account: &str, purchase: &str, customer: &str) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE receipts SET customer_id = $3 WHERE account_id = $1 AND customer_id IS NULL AND id IN (
            SELECT SUBSTR(key, 3) FROM purchase_keys WHERE account_id = $1 AND purchase_id = $2 AND key LIKE 'r:%')",
    )
    .bind(account)
    .bind(purchase)
    .bind(customer)
    .execute(db)
    .await?;
    Ok(())
}

/// A page of a customer's receipts, newest purchase first.
///
/// # Errors
/// When the database refuses, or `starting_after` is unknown.
pub(super) async fn of_customer(
    app: &App,
    account: &str,
    customer: &str,
    starting_after: Option<&str>,
    limit: i64,
) -> Result<Vec<Stored>, ApiError> {
    let mut query = Statement::new(COLUMNS);
    query.push_bind(account)?.push(" AND customer_id = ").push_bind(customer)?;
    if let Some(after) = starting_after {
        let place = sqlx::query("SELECT purchase_at FROM receipts WHERE account_id = $1 AND id = $2")
            .bind(account)
            .bind(after)
            .fetch_optional(app.store.pool())
            .await?
            .ok_or_else(|| {
                ApiError::Invalid("bad_query", "`starting_after` is what the page before gave under this name".to_owned())
            })?;
        query.push(" AND (purchase_at, id) < (").push_bind(place.get::<String, _>(0))?;
        query.push(", ").push_bind(after)?.push(")");
    }
    query.push(" ORDER BY purchase_at DESC, id DESC LIMIT ").push_bind(limit)?;
    query.rows(app.store.pool()).await?.iter().map(|row| stored(app, account, row)).collect()
}

/// Which purchases a segment looks at.
#[derive(Debug, Default)]
pub(super) struct Purchases {
    /// At or after.
    pub(super) from: Option<String>,
    /// Before.
    pub(super) to: Option<String>,
    /// In one of these stores; in all when there are none.
    pub(super) stores: Vec<String>,
}

impl Purchases {
    fn filtered(&self, query: &mut Statement, account: &str) -> Result<(), ApiError> {
        query.push_bind(account)?.push(" AND bought = 1 AND customer_id IS NOT NULL");
        if let Some(from) = &self.from {
            query.push(" AND purchase_at >= ").push_bind(&**from)?;
        }
        if let Some(to) = &self.to {
            query.push(" AND purchase_at < ").push_bind(&**to)?;
        }
        if !self.stores.is_empty() {
            query.push(" AND store_id IN ").push_list(self.stores.iter().map(String::as_str))?;
        }
        Ok(())
    }

    /// How many purchases each customer made.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn counted(&self, db: &mut Db, account: &str) -> Result<Vec<(String, i64)>, ApiError> {
        let mut query = Statement::new("SELECT customer_id, COUNT(*) FROM receipts WHERE account_id = ");
        self.filtered(&mut query, account)?;
        query.push(" GROUP BY customer_id");
        Ok(query.rows(db).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// A page of them in order of time: who bought, and what.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn page(
        &self,
        db: &mut Db,
        account: &str,
        after: Option<&(String, String)>,
        limit: i64,
    ) -> Result<Vec<Purchase>, ApiError> {
        let mut query = Statement::new("SELECT purchase_at, id, customer_id, items FROM receipts WHERE account_id = ");
        self.filtered(&mut query, account)?;
        if let Some((at, id)) = after {
            query.push(" AND (purchase_at, id) > (").push_bind(&**at)?.push(", ").push_bind(&**id)?.push(")");
        }
        query.push(" ORDER BY purchase_at, id LIMIT ").push_bind(limit)?;
        let purchase = |row: &AnyRow| Purchase { place: (row.get(0), row.get(1)), customer_id: row.get(2), items: row.get(3) };
        Ok(query.rows(db).await?.iter().map(purchase).collect())
    }
}

/// One purchase.
#[derive(Debug)]
pub(super) struct Purchase {
    /// Where it stands in the order of time.
    pub(super) place: (String, String),
    /// Who bought.
    pub(super) customer_id: String,
    /// JSON: ids and groups of what was bought.
    pub(super) items: String,
}

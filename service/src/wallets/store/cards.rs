//! Cards in the database.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Pool, Store};
use crate::wallets::model::{CardCurrency, CardType};

/// A card as stored.
#[derive(Debug)]
pub(in crate::wallets) struct StoredCard {
    pub(in crate::wallets) id: String,
    /// The client's name for it.
    pub(in crate::wallets) card_id: String,
    pub(in crate::wallets) customer_id: Option<String>,
    pub(in crate::wallets) kind: CardType,
    /// Sealed, as are the next two.
    pub(in crate::wallets) name: Option<String>,
    pub(in crate::wallets) originated_by: Option<String>,
    /// JSON.
    pub(in crate::wallets) metadata: Option<String>,
    pub(in crate::wallets) active: bool,
    /// What it was made or activated with.
    pub(in crate::wallets) amount: i64,
    pub(in crate::wallets) currency: Option<String>,
    pub(in crate::wallets) active_from: Option<String>,
    pub(in crate::wallets) expires_at: Option<String>,
    pub(in crate::wallets) funds: i64,
    pub(in crate::wallets) drawn: i64,
    pub(in crate::wallets) reserved: i64,
    /// JSON; present when it has a PIN.
    pub(in crate::wallets) pin_format: Option<String>,
    pub(in crate::wallets) created_at: String,
    pub(in crate::wallets) created_by: String,
}

macro_rules! columns {
    () => {
        "id, card_id, customer_id, type, name, originated_by, metadata, active, amount, currency, active_from, expires_at, \
         funds, drawn, reserved, pin_format, created_at, created_by"
    };
}

fn stored(row: &AnyRow) -> StoredCard {
    StoredCard {
        id: row.get(0),
        card_id: row.get(1),
        customer_id: row.get(2),
        kind: if row.get::<String, _>(3) == "credit_note" { CardType::CreditNote } else { CardType::GiftCard },
        name: row.get(4),
        originated_by: row.get(5),
        metadata: row.get(6),
        active: row.get::<i64, _>(7) != 0,
        amount: row.get(8),
        currency: row.get(9),
        active_from: row.get(10),
        expires_at: row.get(11),
        funds: row.get(12),
        drawn: row.get(13),
        reserved: row.get(14),
        pin_format: row.get(15),
        created_at: row.get(16),
        created_by: row.get(17),
    }
}

/// A PIN as it is kept.
#[derive(Debug)]
pub(in crate::wallets) struct KeptPin {
    /// Sealed.
    pub(in crate::wallets) hash: String,
    /// JSON.
    pub(in crate::wallets) format: String,
}

/// Adds a card without money; false when there is one of this name.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn add(
    db: &mut Db,
    account: &str,
    card: &StoredCard,
    pin: Option<&KeptPin>,
) -> Result<bool, ApiError> {
    let added = sqlx::query(
        "INSERT INTO wallet_cards (account_id, id, card_id, customer_id, type, name, originated_by, metadata, active, amount,
            currency, active_from, expires_at, pin_hash, pin_format, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING",
    )
    .bind(account)
    .bind(&*card.id)
    .bind(&*card.card_id)
    .bind(card.customer_id.as_deref())
    .bind(card.kind.word())
    .bind(card.name.as_deref())
    .bind(card.originated_by.as_deref())
    .bind(card.metadata.as_deref())
    .bind(i64::from(card.active))
    .bind(card.amount)
    .bind(card.currency.as_deref())
    .bind(card.active_from.as_deref())
    .bind(card.expires_at.as_deref())
    .bind(pin.map(|pin| &*pin.hash))
    .bind(pin.map(|pin| &*pin.format))
    .bind(&*card.created_at)
    .bind(&*card.created_by)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// The card that the client calls so.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn named(pool: &Pool, account: &str, card_id: &str) -> Result<Option<StoredCard>, ApiError> {
    let query = concat!("SELECT ", columns!(), " FROM wallet_cards WHERE account_id = $1 AND card_id = $2");
    let row = sqlx::query(query).bind(account).bind(card_id).fetch_optional(pool).await?;
    Ok(row.as_ref().map(stored))
}

/// The card with this id.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn by_id(pool: &Pool, account: &str, id: &str) -> Result<Option<StoredCard>, ApiError> {
    let query = concat!("SELECT ", columns!(), " FROM wallet_cards WHERE account_id = $1 AND id = $2");
    let row = sqlx::query(query).bind(account).bind(id).fetch_optional(pool).await?;
    Ok(row.as_ref().map(stored))
}

/// Locks a card until the unit of work is over, and reads it: others who would change it wait.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn lock(db: &mut Db, account: &str, id: &str) -> Result<Option<StoredCard>, ApiError> {
    // Changes nothing, and on both databases comes after whoever changes the row now.
    let query = concat!("UPDATE wallet_cards SET reserved = reserved WHERE account_id = $1 AND id = $2 RETURNING ", columns!());
    let row = sqlx::query(query).bind(account).bind(id).fetch_optional(db).await?;
    Ok(row.as_ref().map(stored))
}

/// What activation says of a card.
#[derive(Debug)]
pub(in crate::wallets) struct Activated<'a> {
    pub(in crate::wallets) customer_id: Option<&'a str>,
    pub(in crate::wallets) name: Option<&'a str>,
    pub(in crate::wallets) originated_by: Option<&'a str>,
    pub(in crate::wallets) metadata: Option<&'a str>,
    pub(in crate::wallets) amount: i64,
    pub(in crate::wallets) currency: CardCurrency,
    pub(in crate::wallets) active_from: &'a str,
    pub(in crate::wallets) expires_at: Option<&'a str>,
}

/// Activates a card; false, and nothing changes, when it is active.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn activate(db: &mut Db, account: &str, id: &str, card: &Activated<'_>) -> Result<bool, ApiError> {
    let changed = sqlx::query(
        "UPDATE wallet_cards SET active = 1, customer_id = $3, name = $4, originated_by = $5, metadata = $6, amount = $7,
            currency = $8, active_from = $9, expires_at = $10
         WHERE account_id = $1 AND id = $2 AND active = 0",
    )
    .bind(account)
    .bind(id)
    .bind(card.customer_id)
    .bind(card.name)
    .bind(card.originated_by)
    .bind(card.metadata)
    .bind(card.amount)
    .bind(card.currency.word())
    .bind(card.active_from)
    .bind(card.expires_at)
    .execute(db)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Which cards a list shows.
#[derive(Debug, Default)]
pub(in crate::wallets) struct Filter {
    /// Of this customer.
    pub(in crate::wallets) customer_id: Option<String>,
    /// With so much to pay with, at least.
    pub(in crate::wallets) available: Option<i64>,
    /// After the card with this id.
    pub(in crate::wallets) starting_after: Option<String>,
    /// At most so many.
    pub(in crate::wallets) limit: i64,
}

/// A page of cards, oldest first.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn page(pool: &Pool, account: &str, filter: &Filter) -> Result<Vec<StoredCard>, ApiError> {
    let mut query = Statement::new(concat!("SELECT ", columns!(), " FROM wallet_cards WHERE account_id = "));
    query.push_bind(account)?;
    if let Some(customer) = &filter.customer_id {
        query.push(" AND customer_id = ").push_bind(&**customer)?;
    }
    if let Some(available) = filter.available {
        query.push(" AND funds - drawn - reserved >= ").push_bind(available)?;
    }
    if let Some(after) = &filter.starting_after {
        // Ids rise with time.
        query.push(" AND id > ").push_bind(&**after)?;
    }
    query.push(" ORDER BY id LIMIT ").push_bind(filter.limit)?;
    Ok(query.rows(pool).await?.iter().map(stored).collect())
}

/// Gives a card another PIN, and forgets the wrong ones.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn set_pin(store: &Store, account: &str, id: &str, pin: &KeptPin) -> Result<(), ApiError> {
    let mut unit = store.unit().await?;
    sqlx::query(
        "UPDATE wallet_cards SET pin_hash = $3, pin_format = $4, pin_failures = 0, pin_wait_until = NULL
         WHERE account_id = $1 AND id = $2",
    )
    .bind(account)
    .bind(id)
    .bind(&*pin.hash)
    .bind(&*pin.format)
    .execute(unit.db())
    .await?;
    unit.save().await
}

/// A card's PIN, and what was tried.
#[derive(Debug, Default)]
pub(in crate::wallets) struct StoredPin {
    /// Sealed.
    pub(in crate::wallets) hash: Option<String>,
    /// Wrong ones since the last right one.
    pub(in crate::wallets) failures: i64,
    /// No other is looked at before.
    pub(in crate::wallets) wait_until: Option<String>,
}

/// The PIN of a card.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn pin(pool: &Pool, account: &str, id: &str) -> Result<StoredPin, ApiError> {
    let row = sqlx::query("SELECT pin_hash, pin_failures, pin_wait_until FROM wallet_cards WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .fetch_optional(pool)
        .await?;
    let read = |row: AnyRow| StoredPin { hash: row.get(0), failures: row.get(1), wait_until: row.get(2) };
    Ok(row.map_or_else(StoredPin::default, read))
}

/// Counts a PIN that was not the one behind this hash; `wait` says, by how many were wrong, until when no other is looked at. How
/// many were wrong.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn count_wrong_pin(
    store: &Store,
    account: &str,
    id: &str,
    hash: &str,
    wait: impl Fn(i64) -> Option<String>,
) -> Result<i64, ApiError> {
    let mut unit = store.unit().await?;
    let counted = sqlx::query(
        "UPDATE wallet_cards SET pin_failures = pin_failures + 1 WHERE account_id = $1 AND id = $2 AND pin_hash = $3
         RETURNING pin_failures",
    )
    .bind(account)
    .bind(id)
    .bind(hash)
    .fetch_optional(unit.db())
    .await?;
    // The card got another PIN meanwhile: that one was not tried.
    let Some(failures) = counted.map(|row| row.get::<i64, _>(0)) else { return Ok(0) };
    sqlx::query("UPDATE wallet_cards SET pin_wait_until = $3 WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .bind(wait(failures))
        .execute(unit.db())
        .await?;
    unit.save().await?;
    Ok(failures)
}

/// Forgets wrong PINs: the right one came.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn forget_wrong_pins(store: &Store, account: &str, id: &str, hash: &str) -> Result<(), ApiError> {
    let mut unit = store.unit().await?;
    sqlx::query(
        "UPDATE wallet_cards SET pin_failures = 0, pin_wait_until = NULL WHERE account_id = $1 AND id = $2 AND pin_hash = $3",
    )
    .bind(account)
    .bind(id)
    .bind(hash)
    .execute(unit.db())
    .await?;
    unit.save().await
}

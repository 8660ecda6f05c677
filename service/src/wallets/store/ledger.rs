//! The ledger: every transaction moves one amount from one book to another.
//!
//! A card has four books. `issuer` is what the merchant owes for what was put on it (below 0), `card` what can be
//! paid with, `reserved` what is held, `spent` what was paid. Their sum is 0, always.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::ApiError;
use crate::store::{Db, Pool};
use crate::wallets::model::TransactionType;

/// The most that is put on one card in all: so no sum leaves 64 bits.
pub(in crate::wallets) const MOST_FUNDS: i64 = 1_000_000_000_000_000;

/// What a transaction does to a card's books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wallets) enum Movement {
    Fund,
    Pay,
    Reserve,
    Capture,
    LetGo,
}

impl Movement {
    pub(in crate::wallets) fn kind(self) -> TransactionType {
        match self {
            Movement::Fund => TransactionType::Fund,
            Movement::Pay | Movement::Capture => TransactionType::Drawdown,
            Movement::Reserve => TransactionType::PendingCapture,
            Movement::LetGo => TransactionType::Voided,
        }
    }

    /// From which book to which.
    fn books(self) -> [&'static str; 2] {
        match self {
            Movement::Fund => ["issuer", "card"],
            Movement::Pay => ["card", "spent"],
            Movement::Reserve => ["card", "reserved"],
            Movement::Capture => ["reserved", "spent"],
            Movement::LetGo => ["reserved", "card"],
        }
    }

    /// What an amount adds to the card's totals: funds, drawn, reserved.
    fn totals(self, amount: i64) -> [i64; 3] {
        match self {
            Movement::Fund => [amount, 0, 0],
            Movement::Pay => [0, amount, 0],
            Movement::Reserve => [0, 0, amount],
            Movement::Capture => [0, amount, amount.saturating_neg()],
            Movement::LetGo => [0, 0, amount.saturating_neg()],
        }
    }
}

/// A transaction to record.
#[derive(Debug)]
pub(in crate::wallets) struct NewTransaction<'a> {
    pub(in crate::wallets) account: &'a str,
    pub(in crate::wallets) id: &'a str,
    /// The card's id.
    pub(in crate::wallets) card: &'a str,
    /// The client's key.
    pub(in crate::wallets) ref_id: &'a str,
    pub(in crate::wallets) movement: Movement,
    pub(in crate::wallets) amount: i64,
    pub(in crate::wallets) currency: &'a str,
    pub(in crate::wallets) parent_id: Option<&'a str>,
    /// Sealed.
    pub(in crate::wallets) originated_by: Option<&'a str>,
    /// JSON, sealed.
    pub(in crate::wallets) metadata: Option<&'a str>,
    pub(in crate::wallets) created_at: &'a str,
    pub(in crate::wallets) created_by: &'a str,
}

/// Moves the amount; false when the book that it is taken from holds less, or a card would hold too much. Then the
/// unit of work must not be saved.
///
/// # Errors
/// When the database refuses; also when the card has a transaction under this key.
pub(in crate::wallets) async fn record(db: &mut Db, new: &NewTransaction<'_>) -> Result<bool, ApiError> {
    let [funds, drawn, reserved] = new.movement.totals(new.amount);
    let moved = sqlx::query(
        "UPDATE wallet_cards SET funds = funds + $3, drawn = drawn + $4, reserved = reserved + $5
         WHERE account_id = $1 AND id = $2 AND funds + $3 <= $6 AND reserved + $5 >= 0
            AND funds + $3 >= drawn + $4 + reserved + $5",
    )
    .bind(new.account)
    .bind(new.card)
    .bind(funds)
    .bind(drawn)
    .bind(reserved)
    .bind(MOST_FUNDS)
    .execute(&mut *db)
    .await?;
    if moved.rows_affected() == 0 || !take_from_parent(db, new).await? {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO wallet_transactions (account_id, id, card, ref_id, type, amount, currency, remaining, parent_id, originated_by,
            metadata, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(new.account)
    .bind(new.id)
    .bind(new.card)
    .bind(new.ref_id)
    .bind(new.movement.kind().word())
    .bind(new.amount)
    .bind(new.currency)
    .bind(if new.movement == Movement::Reserve { new.amount } else { 0 })
    .bind(new.parent_id)
    .bind(new.originated_by)
    .bind(new.metadata)
    .bind(new.created_at)
    .bind(new.created_by)
    .execute(&mut *db)
    .await?;
    let [from, to] = new.movement.books();
    sqlx::query(
        "INSERT INTO wallet_entries (account_id, transaction_id, book, amount) VALUES ($1, $2, $3, $4), ($1, $2, $5, $6)",
    )
    .bind(new.account)
    .bind(new.id)
    .bind(from)
    .bind(new.amount.saturating_neg())
    .bind(to)
    .bind(new.amount)
    .execute(db)
    .await?;
    Ok(true)
}

/// What is captured or let go was reserved by one transaction; false when less of that is left.
async fn take_from_parent(db: &mut Db, new: &NewTransaction<'_>) -> Result<bool, ApiError> {
    let Some(parent) = new.parent_id else { return Ok(true) };
    let taken = sqlx::query(
        "UPDATE wallet_transactions SET remaining = remaining - $4
         WHERE account_id = $1 AND card = $2 AND id = $3 AND remaining >= $4",
    )
    .bind(new.account)
    .bind(new.card)
    .bind(parent)
    .bind(new.amount)
    .execute(db)
    .await?;
    Ok(taken.rows_affected() > 0)
}

/// A transaction as stored.
#[derive(Debug)]
pub(in crate::wallets) struct StoredTransaction {
    pub(in crate::wallets) id: String,
    /// The card's id.
    pub(in crate::wallets) card: String,
    pub(in crate::wallets) ref_id: String,
    pub(in crate::wallets) kind: TransactionType,
    pub(in crate::wallets) amount: i64,
    pub(in crate::wallets) currency: String,
    /// Of what was reserved: what is neither captured nor let go.
    pub(in crate::wallets) remaining: i64,
    pub(in crate::wallets) parent_id: Option<String>,
    /// Sealed.
    pub(in crate::wallets) originated_by: Option<String>,
    /// JSON, sealed.
    pub(in crate::wallets) metadata: Option<String>,
    pub(in crate::wallets) created_at: String,
    pub(in crate::wallets) created_by: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, card, ref_id, type, amount, currency, remaining, parent_id, originated_by, metadata, created_at, created_by \
             FROM wallet_transactions WHERE account_id = $1 AND ",
            $rest
        )
    };
}

fn stored(row: &AnyRow) -> StoredTransaction {
    StoredTransaction {
        id: row.get(0),
        card: row.get(1),
        ref_id: row.get(2),
        kind: TransactionType::of(&row.get::<String, _>(3)),
        amount: row.get(4),
        currency: row.get(5),
        remaining: row.get(6),
        parent_id: row.get(7),
        originated_by: row.get(8),
        metadata: row.get(9),
        created_at: row.get(10),
        created_by: row.get(11),
    }
}

/// The transaction that a card has under this key. The card is locked: what is not there now does not come before the unit is over.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn of_ref(
    db: &mut Db,
    account: &str,
    card: &str,
    ref_id: &str,
) -> Result<Option<StoredTransaction>, ApiError> {
    let row = sqlx::query(select!("card = $2 AND ref_id = $3")).bind(account).bind(card).bind(ref_id).fetch_optional(db).await?;
    Ok(row.as_ref().map(stored))
}

/// One transaction.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn transaction(pool: &Pool, account: &str, id: &str) -> Result<Option<StoredTransaction>, ApiError> {
    let row = sqlx::query(select!("id = $2")).bind(account).bind(id).fetch_optional(pool).await?;
    Ok(row.as_ref().map(stored))
}

/// One transaction, within a unit of work that holds its card.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn locked(db: &mut Db, account: &str, id: &str) -> Result<Option<StoredTransaction>, ApiError> {
    let row = sqlx::query(select!("id = $2")).bind(account).bind(id).fetch_optional(db).await?;
    Ok(row.as_ref().map(stored))
}

/// The transactions of a card, oldest first.
///
/// # Errors
/// When the database refuses.
pub(in crate::wallets) async fn of_card(pool: &Pool, account: &str, card: &str) -> Result<Vec<StoredTransaction>, ApiError> {
    let rows = sqlx::query(select!("card = $2 ORDER BY id")).bind(account).bind(card).fetch_all(pool).await?;
    Ok(rows.iter().map(stored).collect())
}

//! Gift cards and credit notes: money that customers hold.
//!
//! Every transaction moves one amount from one book of the ledger to another; a card's balances are the
//! sums of its books. What a card is paid with, its token and PIN, is shown once and kept as hashes.

mod barcode;
mod cards;
mod check;
mod format;
mod made;
pub mod model;
mod page;
pub mod routes;
mod secrets;
mod shape;
mod store;
mod tokens;
mod told;
mod transactions;

pub use self::secrets::Secrets;

/// Where something of a card is sealed.
fn private(account: &str, card: &str, what: &str) -> String {
    format!("{account}/wallets/{card}/{what}")
}

//! The ledger as it is in the database: whatever happened, every transaction's entries sum to 0, and a card's totals
//! are the sums of its books.

use std::collections::BTreeMap;

use sqlx::Row;

use crate::support::Service;

/// What does not agree.
pub(crate) async fn contradictions(service: &Service) -> Vec<String> {
    let pool = service.app.store.pool();
    let mut found = Vec::new();
    let mut sums: BTreeMap<String, (i64, usize)> = BTreeMap::new();
    let mut books: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    let entries = "SELECT e.transaction_id, t.card, e.book, e.amount, t.amount FROM wallet_entries e
        JOIN wallet_transactions t ON t.account_id = e.account_id AND t.id = e.transaction_id";
    for row in sqlx::query(entries).fetch_all(pool).await.unwrap() {
        let (id, card, book): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let (amount, moved): (i64, i64) = (row.get(3), row.get(4));
        if amount.abs() != moved {
            found.push(format!("transaction {id} moved {moved}, an entry says {amount}"));
        }
        let sum = sums.entry(id).or_default();
        *sum = (sum.0 + amount, sum.1 + 1);
        *books.entry(card).or_default().entry(book).or_default() += amount;
    }
    found.extend(sums.iter().filter(|(_, sum)| **sum != (0, 2)).map(|(id, sum)| format!("transaction {id}: {sum:?}")));
    let mut reserved: BTreeMap<String, i64> = BTreeMap::new();
    let transactions = "SELECT id, card, remaining FROM wallet_transactions";
    for row in sqlx::query(transactions).fetch_all(pool).await.unwrap() {
        let id: String = row.get(0);
        if !sums.contains_key(&id) {
            found.push(format!("transaction {id} has no entries"));
        }
        *reserved.entry(row.get(1)).or_default() += row.get::<i64, _>(2);
    }
    let cards = "SELECT id, card_id, funds, drawn, reserved FROM wallet_cards";
    for row in sqlx::query(cards).fetch_all(pool).await.unwrap() {
        let (id, name): (String, String) = (row.get(0), row.get(1));
        let totals: [i64; 3] = [2, 3, 4].map(|at| row.get(at));
        let book = |name: &str| books.get(&id).and_then(|books| books.get(name)).copied().unwrap_or_default();
        let derived = [-book("issuer"), book("spent"), book("reserved")];
        let available = totals[0] - totals[1] - totals[2];
        if totals != derived || available != book("card") || totals[2] != reserved.get(&id).copied().unwrap_or_default() {
            found.push(format!("card {name}: funds, drawn, reserved {totals:?}, the ledger says {derived:?}"));
        }
        if available < 0 || totals.iter().any(|total| *total < 0) {
            found.push(format!("card {name} is below 0: {totals:?}"));
        }
    }
    found
}

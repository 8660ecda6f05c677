//! The account book as it is in the database: whatever happened, sums agree.

use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};

/// The book of one deployment, read past the service.
pub(crate) struct Ledger(AnyPool);

impl Ledger {
    pub(crate) async fn open(url: &str) -> Self {
        sqlx::any::install_default_drivers();
        Self(sqlx::any::AnyPoolOptions::new().max_connections(1).connect(url).await.unwrap())
    }

    async fn rows(&self, statement: &'static str) -> Vec<AnyRow> {
        sqlx::query(statement).fetch_all(&self.0).await.unwrap()
    }

    /// Cards whose totals are not the sums of their books, and transactions whose entries do not sum to 0.
    pub(crate) async fn contradictions_of_cards(&self) -> Vec<String> {
        let mut found = Vec::new();
        let entries = "SELECT t.id, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT), COUNT(e.amount) FROM wallet_transactions t
            LEFT JOIN wallet_entries e ON e.account_id = t.account_id AND e.transaction_id = t.id
            GROUP BY t.account_id, t.id HAVING COALESCE(SUM(e.amount), 0) <> 0 OR COUNT(e.amount) <> 2";
        for row in self.rows(entries).await {
            let (sum, sides): (i64, i64) = (row.get(1), row.get(2));
            found.push(format!("transaction {}: {sides} sides, together {sum}", row.get::<String, _>(0)));
        }
        let books = "SELECT c.card_id, c.funds - c.drawn - c.reserved, c.reserved,
                CAST(COALESCE(SUM(CASE WHEN e.book = 'card' THEN e.amount ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(SUM(CASE WHEN e.book = 'reserved' THEN e.amount ELSE 0 END), 0) AS BIGINT)
            FROM wallet_cards c LEFT JOIN wallet_transactions t ON t.account_id = c.account_id AND t.card = c.id
            LEFT JOIN wallet_entries e ON e.account_id = t.account_id AND e.transaction_id = t.id
            GROUP BY c.account_id, c.id, c.card_id, c.funds, c.drawn, c.reserved";
        for row in self.rows(books).await {
            let numbers = [1, 2, 3, 4].map(|at| row.get::<i64, _>(at));
            if numbers[..2] != numbers[2..] || numbers.iter().any(|number| *number < 0) {
                found.push(format!("card {}: totals {:?}, ledger {:?}", row.get::<String, _>(0), &numbers[..2], &numbers[2..]));
            }
        }
        found
    }

    /// Rows that should not be: places whose statistics are not the sum of their log, rules whose
    /// totals are not the sum of theirs, claims without their purchase or their rows.
    pub(crate) async fn contradictions(&self) -> Vec<String> {
        let mut found = Vec::new();
        // Both ways round: a log without statistics counts as much as statistics without a log. A sum of
        // whole numbers is a decimal on PostgreSQL.
        let places = "SELECT COALESCE(s.ref_id, u.ref_id), COALESCE(s.customer_id, u.customer_id),
                CAST(COALESCE(s.usage, 0) AS BIGINT), CAST(COALESCE(s.amount, 0) AS BIGINT),
                CAST(COALESCE(s.bonus, 0) AS BIGINT), CAST(COALESCE(s.stamp, 0) AS BIGINT),
                CAST(COALESCE(s.current_stamp, 0) AS BIGINT),
                CAST(COALESCE(u.usage, 0) AS BIGINT), CAST(COALESCE(u.amount, 0) AS BIGINT),
                CAST(COALESCE(u.bonus, 0) AS BIGINT), CAST(COALESCE(u.stamp, 0) AS BIGINT),
                CAST(COALESCE(u.stamp, 0) - COALESCE(u.stamp_spent, 0) AS BIGINT)
            FROM ref_statistics s FULL JOIN (
                SELECT account_id, ref_id, customer_id, SUM(usage) AS usage, SUM(amount) AS amount, SUM(bonus) AS bonus,
                    SUM(stamp) AS stamp, SUM(stamp_spent) AS stamp_spent
                FROM usages WHERE state IN ('held', 'used') GROUP BY account_id, ref_id, customer_id) u
            ON u.account_id = s.account_id AND u.ref_id = s.ref_id AND u.customer_id = s.customer_id";
        for row in self.rows(places).await {
            let numbers = |from: usize| [0, 1, 2, 3, 4].map(|at| row.get::<i64, _>(from + at));
            if numbers(2) != numbers(7) {
                let (place, customer): (String, String) = (row.get(0), row.get(1));
                found.push(format!("ref {place} of {customer}: statistics {:?}, log {:?}", numbers(2), numbers(7)));
            }
        }
        let totals = "SELECT COALESCE(t.rule_id, u.rule_id),
                CAST(COALESCE(t.usage, 0) AS BIGINT), CAST(COALESCE(t.amount, 0) AS BIGINT),
                CAST(COALESCE(t.bonus, 0) AS BIGINT), CAST(COALESCE(t.stamp, 0) AS BIGINT), CAST(COALESCE(t.debit, 0) AS BIGINT),
                CAST(COALESCE(u.usage, 0) AS BIGINT), CAST(COALESCE(u.amount, 0) AS BIGINT),
                CAST(COALESCE(u.bonus, 0) AS BIGINT), CAST(COALESCE(u.stamp, 0) AS BIGINT), CAST(COALESCE(u.debit, 0) AS BIGINT)
            FROM rule_totals t FULL JOIN (
                SELECT account_id, rule_id, SUM(usage) AS usage, SUM(amount) AS amount, SUM(bonus) AS bonus, SUM(stamp) AS stamp,
                    SUM(debit) AS debit
                FROM usages WHERE state IN ('held', 'used') GROUP BY account_id, rule_id) u
            ON u.account_id = t.account_id AND u.rule_id = t.rule_id";
        for row in self.rows(totals).await {
            let numbers = |from: usize| [0, 1, 2, 3, 4].map(|at| row.get::<i64, _>(from + at));
            if numbers(1) != numbers(6) {
                found.push(format!("rule {}: totals {:?}, log {:?}", row.get::<String, _>(0), numbers(1), numbers(6)));
            }
        }
        let claims = "SELECT c.id FROM claims c WHERE NOT EXISTS (
                SELECT 1 FROM usages u WHERE u.account_id = c.account_id AND u.purchase_id = c.purchase_id)";
        found.extend(self.rows(claims).await.iter().map(|row| format!("claim {} took nothing", row.get::<String, _>(0))));
        let held = "SELECT c.id FROM claims c JOIN usages u ON u.account_id = c.account_id AND u.purchase_id = c.purchase_id
            WHERE c.deleted_at IS NOT NULL AND u.state = 'held'";
        found.extend(self.rows(held).await.iter().map(|row| format!("claim {} is deleted and holds", row.get::<String, _>(0))));
        found
    }

    /// How many rows each purchase has in the log, by the name it was reported under.
    pub(crate) async fn rows_by_name(&self) -> std::collections::HashMap<String, i64> {
        let rows = self.rows("SELECT ref, COUNT(*) FROM usages WHERE state IN ('held', 'used') GROUP BY ref").await;
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// What was taken from the balances of a rule's refs, by the log.
    pub(crate) async fn taken_from_balances(&self, rule: &str) -> i64 {
        let row = sqlx::query(
            "SELECT CAST(COALESCE(SUM(debit), 0) AS BIGINT) FROM usages WHERE rule_id = $1 AND state IN ('held', 'used')",
        )
        .bind(rule)
        .fetch_one(&self.0)
        .await
        .unwrap();
        row.get(0)
    }
}

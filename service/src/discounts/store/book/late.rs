//! What came too late for a limit, when there is room again.

use super::log::read_row;
use super::{Change, UsageRow, count};
use crate::discounts::store::rules;
use crate::discounts::terms::Terms;
use crate::error::ApiError;
use crate::store::{Db, now};
use rabatt_engine::Rule;

/// Counts, oldest first, what was refused where uses have just been given back: those purchases happened,
/// and what they used must not be offered again.
///
/// # Errors
/// When the database refuses.
pub async fn count_late(db: &mut Db, account: &str, changes: &[Change]) -> Result<(), ApiError> {
    for Change { place, .. } in
        changes.iter().filter(|change| change.back.usage.saturating_add(change.returned.usage) > change.new.usage)
    {
        let rows = sqlx::query(
            "SELECT id, purchase_id, rule_id, ref_id, customer_id, state, usage, amount, bonus, stamp, stamp_spent, debit FROM usages
             WHERE account_id = $1 AND ref_id = $2 AND customer_id = $3 AND state = 'refused' ORDER BY created_at, id",
        )
        .bind(account)
        .bind(&*place.ref_id)
        .bind(&*place.customer_id)
        .fetch_all(&mut *db)
        .await?;
        if rows.is_empty() {
            continue;
        }
        let rule = rules::rule(&mut *db, account, &place.rule_id).await?;
        let terms = rule.and_then(|stored| Rule::from_json(&stored.body).ok()).map(|rule| Terms::of(&rule)).unwrap_or_default();
        for row in rows.iter().map(read_row) {
            let mut late = [Change { happened: true, ..Change::new(row.place.clone(), terms.clone(), row.taken.clone()) }];
            count(db, account, &mut late).await?;
            let [late] = &late;
            if late.counts() {
                use_late(db, account, &row, late).await?;
            }
        }
    }
    Ok(())
}

async fn use_late(db: &mut Db, account: &str, row: &UsageRow, late: &Change) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE usages SET state = 'used', usage = $3, amount = $4, bonus = $5, stamp = $6, stamp_spent = $7, debit = $8, updated_at = $9
         WHERE account_id = $1 AND id = $2",
    )
    .bind(account)
    .bind(&*row.id)
    .bind(late.new.usage)
    .bind(late.new.amount)
    .bind(late.new.bonus)
    .bind(late.new.stamp)
    .bind(late.new.stamp_spent)
    .bind(late.new.debit)
    .bind(now())
    .execute(db)
    .await?;
    Ok(())
}

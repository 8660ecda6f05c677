//! What is told of discounts: rules, who got them, and what customers have left of them.

use rabatt_engine::Rule;
use serde_json::{Value, json};
use sqlx::Row;

use super::store::book::{Change, Place};
use super::store::{facts, rules};
use super::terms::{Terms, current_stamps};
use crate::App;
use crate::error::ApiError;
use crate::happened::{Event, Happening, happened, resource};
use crate::hooks::is_heard;
use crate::store::{Db, now};

/// A rule was made, changed or deleted.
///
/// # Errors
/// When the database refuses.
pub(super) async fn rule(db: &mut Db, app: &App, account: &str, event: Event, (id, body): (&str, &str)) -> Result<(), ApiError> {
    happened(db, app, account, Happening { event, key: id, resource: &resource(body) }).await
}

/// Customers got a rule.
///
/// # Errors
/// When the database refuses.
pub async fn given(
    db: &mut Db,
    app: &App,
    account: &str,
    rule: &str,
    customers: &[String],
    constraint: Option<&str>,
) -> Result<(), ApiError> {
    if customers.is_empty() {
        return Ok(());
    }
    let mut resource = json!({"id": rule, "customers": customers});
    if let (Some(constraint), Some(members)) = (constraint, resource.as_object_mut()) {
        members.insert("offering_constraint_id".to_owned(), constraint.into());
    }
    let event = Event::DiscountAddCustomers;
    happened(db, app, account, Happening { event, key: rule, resource: &resource }).await
}

/// A purchase changed what customers have of refs.
///
/// # Errors
/// When the database refuses.
pub(super) async fn used(db: &mut Db, app: &App, account: &str, changes: &[Change]) -> Result<(), ApiError> {
    let event = Event::DiscountCustomerUpdate;
    // What is counted for everybody is no customer's.
    let places: Vec<&Place> =
        changes.iter().map(|change| &change.place).filter(|place| !matches!(&*place.customer_id, "*" | "/")).collect();
    if places.is_empty() || !is_heard(db, app, account, event).await? {
        return Ok(());
    }
    for Place { rule_id, ref_id, customer_id } in places {
        let row = sqlx::query(
            "SELECT usage, amount, bonus, stamp, current_stamp, debit_balance FROM ref_statistics
             WHERE account_id = $1 AND ref_id = $2 AND customer_id = $3",
        )
        .bind(account)
        .bind(&**ref_id)
        .bind(&**customer_id)
        .fetch_optional(&mut *db)
        .await?;
        let Some(row) = row else { continue };
        let current = match days_of(db, account, rule_id).await? {
            Some(days) => current_stamps(&facts::stamps(&mut *db, account, ref_id, customer_id, None).await?, days, &now()),
            None => row.get(4),
        };
        let mut statistics = json!({"usage": row.get::<i64, _>(0), "amount": row.get::<i64, _>(1), "bonus": row.get::<i64, _>(2),
            "stamp": row.get::<i64, _>(3), "current_stamp": current});
        if let (Some(balance), Some(members)) = (row.get::<Option<i64>, _>(5), statistics.as_object_mut()) {
            members.insert("debit_balance".to_owned(), balance.into());
        }
        let resource: Value =
            json!({"id": rule_id, "customer_id": customer_id, "refs": [{"id": ref_id, "statistics": statistics}]});
        happened(db, app, account, Happening { event, key: customer_id, resource: &resource }).await?;
    }
    Ok(())
}

/// After how many days the stamps of a rule lapse.
async fn days_of(db: &mut Db, account: &str, rule: &str) -> Result<Option<i64>, ApiError> {
    let rule = rules::rule(db, account, rule).await?.and_then(|stored| Rule::from_json(&stored.body).ok());
    Ok(rule.map(|rule| Terms::of(&rule)).and_then(|terms| terms.stamp.and(terms.stamp_expire_days)))
}

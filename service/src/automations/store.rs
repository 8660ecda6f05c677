//! Automations in the database. Every statement names the account.

use rabatt_engine::{Code, Problem};
use serde_json::json;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::App;
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Store, now};

/// Where an automation's body is sealed: what it sends, and where to, may hold secrets.
pub(super) fn place(account: &str, id: &str) -> String {
    format!("{account}/automations/{id}")
}

/// An automation to store.
#[derive(Debug)]
pub(super) struct NewAutomation<'a> {
    pub(super) account: &'a str,
    pub(super) id: &'a str,
    /// Who makes it.
    pub(super) client: &'a str,
    /// Its JSON, without what the server sets; sealed.
    pub(super) body: &'a str,
    pub(super) events: Vec<&'static str>,
    /// The window, as [`comparable`](crate::discounts::store::comparable) writes it.
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    /// The rules it gives, with the place of the action.
    pub(super) rules: Vec<(usize, &'a str)>,
}

/// Stores a new automation.
///
/// # Errors
/// 400 when a rule does not exist, is deleted or ends too early.
pub(super) async fn create(store: &Store, new: &NewAutomation<'_>) -> Result<(), ApiError> {
    let mut unit = store.unit().await?;
    let mut rules = new.rules.clone();
    // In one order, so that two requests never wait for each other in a circle.
    rules.sort_unstable_by_key(|(at, id)| (*id, *at));
    let mut problems = Vec::new();
    for (at, rule) in &rules {
        // Writes nothing new, but holds the rule: a deletion comes before this, and is seen, or after, and takes
        // the automation along.
        let row = sqlx::query(
            "UPDATE rules SET revision = revision WHERE account_id = $1 AND id = $2
             RETURNING CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END, CASE WHEN purchase_to > $3 AND purchase_to > $4 THEN 1 ELSE 0 END",
        )
        .bind(new.account)
        .bind(*rule)
        .bind(new.from)
        .bind(new.to)
        .fetch_optional(unit.db())
        .await?;
        let place = format!("/actions/{at}/id");
        match row.map(|row| (row.get::<i64, _>(0) != 0, row.get::<i64, _>(1) != 0)) {
            None => problems.push(Problem::new(Code::UnknownValue, place, "there is no rule with this id")),
            Some((true, _)) => problems.push(Problem::new(Code::UnknownValue, place, "this rule is deleted and cannot be given")),
            Some((false, false)) => {
                let message = "the automation must end before the rule it gives: before its `purchase_to`";
                problems.push(Problem::new(Code::UnknownValue, "/requirement/automation_to", message));
            }
            Some((false, true)) => {}
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let at = now();
    sqlx::query(
        "INSERT INTO automations (account_id, id, body, events, automation_from, automation_to, created_at, created_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)",
    )
    .bind(new.account)
    .bind(new.id)
    .bind(new.body)
    .bind(format!(" {} ", new.events.join(" ")))
    .bind(new.from)
    .bind(new.to)
    .bind(&*at)
    .bind(new.client)
    .execute(unit.db())
    .await?;
    for (_, rule) in &rules {
        sqlx::query(
            "INSERT INTO automation_rules (account_id, automation_id, rule_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(new.account)
        .bind(new.id)
        .bind(*rule)
        .execute(unit.db())
        .await?;
    }
    unit.save().await
}

const SHOWN: &str =
    "SELECT id, body, created_at, created_by, updated_at, deleted_at, deleted_by FROM automations WHERE account_id = ";

/// The automation's JSON, with what the server sets.
fn shown(app: &App, account: &str, row: &AnyRow) -> Result<String, ApiError> {
    let mut set = json!({"id": row.get::<String, _>(0), "created_at": row.get::<String, _>(2),
        "created_by": row.get::<String, _>(3), "updated_at": row.get::<String, _>(4)});
    for (at, name) in [(5, "deleted_at"), (6, "deleted_by")] {
        if let (Some(value), Some(set)) = (row.get::<Option<String>, _>(at), set.as_object_mut()) {
            set.insert(name.to_owned(), value.into());
        }
    }
    let (set, body) = (set.to_string(), app.sealer.open_text(&place(account, row.get(0)), row.get(1))?);
    Ok(format!("{},{}", set.trim_end_matches('}'), body.trim_start_matches('{')))
}

/// One automation's JSON.
///
/// # Errors
/// When the database refuses.
pub(super) async fn automation(app: &App, account: &str, id: &str) -> Result<Option<String>, ApiError> {
    let mut query = Statement::new(SHOWN);
    query.push_bind(account)?.push(" AND id = ").push_bind(id)?;
    query.rows(app.store.pool()).await?.first().map(|row| shown(app, account, row)).transpose()
}

/// `state` of a list of automations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AutomationState {
    /// Every one, deleted ones too.
    All,
    /// Not deleted.
    #[default]
    Available,
    /// Deleted.
    Deleted,
}

/// A page of automations, oldest first.
///
/// # Errors
/// When the database refuses, or `after` is unknown.
pub(super) async fn automations(
    app: &App,
    account: &str,
    state: AutomationState,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>, ApiError> {
    let mut query = Statement::new(SHOWN);
    query.push_bind(account)?;
    match state {
        AutomationState::All => {}
        AutomationState::Available => drop(query.push(" AND deleted_at IS NULL")),
        AutomationState::Deleted => drop(query.push(" AND deleted_at IS NOT NULL")),
    }
    if let Some(after) = after {
        let place = sqlx::query("SELECT created_at FROM automations WHERE account_id = $1 AND id = $2")
            .bind(account)
            .bind(after)
            .fetch_optional(app.store.pool())
            .await?
            .ok_or_else(|| {
                ApiError::Invalid("bad_query", "`starting_after` is the `id` of the last entry of the page before".to_owned())
            })?;
        query.push(" AND (created_at, id) > (").push_bind(place.get::<String, _>(0))?.push(", ").push_bind(after)?.push(")");
    }
    query.push(" ORDER BY created_at, id LIMIT ").push_bind(limit)?;
    query.rows(app.store.pool()).await?.iter().map(|row| shown(app, account, row)).collect()
}

/// Deletes an automation; false when it is not there, or deleted already.
///
/// # Errors
/// When the database refuses.
pub(super) async fn delete(store: &Store, account: &str, id: &str, by: &str) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    let deleted = sqlx::query(
        "UPDATE automations SET deleted_at = $3, deleted_by = $4, updated_at = $3 WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL",
    )
    .bind(account)
    .bind(id)
    .bind(now())
    .bind(by)
    .execute(unit.db())
    .await?;
    unit.save().await?;
    Ok(deleted.rows_affected() > 0)
}

/// Deletes the automations that give a rule, as part of the rule's deletion.
///
/// # Errors
/// When the database refuses.
pub async fn delete_of_rule(db: &mut Db, account: &str, rule: &str, by: &str, at: &str) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE automations SET deleted_at = $3, deleted_by = $4, updated_at = $3 WHERE account_id = $1 AND deleted_at IS NULL
            AND id IN (SELECT automation_id FROM automation_rules WHERE account_id = $1 AND rule_id = $2)",
    )
    .bind(account)
    .bind(rule)
    .bind(at)
    .bind(by)
    .execute(db)
    .await?;
    Ok(())
}

/// Id and JSON of the automations that an event may set off now.
///
/// # Errors
/// When the database refuses.
pub(super) async fn live(db: &mut Db, app: &App, account: &str, event: &str) -> Result<Vec<(String, String)>, ApiError> {
    // In one order, so that two units of work never wait for each other in a circle.
    let rows = sqlx::query(
        "SELECT id, body FROM automations WHERE account_id = $1 AND deleted_at IS NULL AND automation_from <= $2 AND automation_to > $2
            AND events LIKE '% ' || $3 || ' %' ORDER BY id",
    )
    .bind(account)
    .bind(now())
    .bind(event)
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Ok((row.get(0), app.sealer.open_text(&place(account, row.get(0)), row.get(1))?))).collect()
}

/// Counts one more time that an automation acts for a customer; false, and not counted, when it did
/// so `most` times.
///
/// # Errors
/// When the database refuses.
pub(super) async fn count(db: &mut Db, account: &str, id: &str, customer: &str, most: i64) -> Result<bool, ApiError> {
    let counted = sqlx::query(
        "INSERT INTO automation_repeats (account_id, automation_id, customer_id, repeats) VALUES ($1, $2, $3, 1)
         ON CONFLICT (account_id, automation_id, customer_id) DO UPDATE SET repeats = automation_repeats.repeats + 1
            WHERE automation_repeats.repeats < $4",
    )
    .bind(account)
    .bind(id)
    .bind(customer)
    .bind(most)
    .execute(db)
    .await?;
    Ok(counted.rows_affected() > 0)
}

//! Rules as customers see them: which, and what is left of them.

use rabatt_engine::{Instant, Rule, Statistics};
use serde_json::{Value, json};

use super::model::held::HeldStatistics;
use super::store::facts;
use super::store::refs::{self, Held, Showcase};
use super::terms::{Terms, current_stamps};
use crate::App;
use crate::error::ApiError;
use crate::http::read;
use crate::members::Members;
use crate::store::now;

/// Metadata that the public does not see.
const KEPT_FROM_THE_PUBLIC: &str = "dintero:exclude:public:";

/// A page of the rules that a customer can use now or soon, with what is left of them.
///
/// # Errors
/// When the database refuses, or `starting_after` is unknown.
pub async fn of_customer(
    app: &App,
    account: &str,
    customer: &str,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<String>, ApiError> {
    let everybody = if customer == "/" { "/" } else { "*" };
    let holders = [customer, everybody];
    let (mut found, mut after) = (Vec::new(), after);
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    // What is used up shows only when it is looked at; the page is filled from what comes behind.
    loop {
        let what = Showcase {
            counted_for: customer,
            holders: &holders,
            public: false,
            campaigns: &[],
            rule: None,
            starting_after: after.as_deref(),
            limit,
        };
        let page = refs::showcase(app.store.pool(), account, what).await?;
        let last = page.len() < most;
        after = page.last().map(|held| held.ref_id.clone());
        for held in page {
            if found.len() < most && !is_over(&held)? {
                found.push(with_statistics(app, account, customer, &held).await?);
            }
        }
        if last || found.len() >= most {
            return Ok(found);
        }
    }
}

/// Is a ref used up or past?
fn is_over(held: &Held) -> Result<bool, ApiError> {
    let rule = rule(&held.body)?;
    let terms = Terms::of(&rule);
    let used_up = terms.repeat_usage.is_some_and(|most| held.statistics.usage >= most);
    let empty = terms.debit.is_some_and(|value| held.statistics.debit_balance.unwrap_or(value) <= 0);
    let past = rule.limitation.dynamic_days.is_some_and(|days| ended(&held.given_at, days));
    Ok(used_up || empty || past)
}

/// Are so many days over since this instant?
fn ended(given_at: &str, days: i64) -> bool {
    let given = chrono::DateTime::parse_from_rfc3339(given_at).ok();
    let end = given.zip(chrono::TimeDelta::try_days(days)).and_then(|(given, days)| given.checked_add_signed(days));
    end.is_some_and(|end| end <= chrono::Utc::now())
}

fn rule(body: &str) -> Result<Rule, ApiError> {
    Rule::from_json(body).map_err(|problems| ApiError::Internal(format!("a stored rule cannot be read: {problems:?}")))
}

/// A ref's JSON: the rule, what the customer has had of it, and the ref's id.
///
/// # Errors
/// When the database refuses.
pub async fn with_statistics(app: &App, account: &str, customer: &str, held: &Held) -> Result<String, ApiError> {
    let terms = Terms::of(&rule(&held.body)?);
    let shown = shown(app, account, customer, &held.ref_id, held.statistics, &terms).await?;
    let balance = shown.debit_balance.map(|balance| balance.to_string());
    let statistics = json!(shown).to_string();
    let id = Value::from(held.ref_id.as_str()).to_string();
    let mut members: Members<'_> = read(&held.body)?;
    members.set("statistics", Some(&statistics));
    members.set("ref_id", Some(&id));
    if let Some(deleted_at) = &held.deleted_at {
        let deleted_at = Value::from(deleted_at.as_str()).to_string();
        let deleted_by = held.deleted_by.as_deref().map(|client| Value::from(client).to_string());
        members.set("deleted_at", Some(&deleted_at));
        members.set("deleted_by", deleted_by.as_deref());
        members.set("debit_balance", balance.as_deref());
        return Ok(members.to_string());
    }
    Ok(members.to_string())
}

/// What a customer has had of a ref, on the wire: stamps without those that have lapsed.
///
/// # Errors
/// When the database refuses.
pub(super) async fn shown(
    app: &App,
    account: &str,
    customer: &str,
    ref_id: &str,
    statistics: Statistics,
    terms: &Terms,
) -> Result<HeldStatistics, ApiError> {
    let Statistics { usage, amount, bonus, stamp, mut current_stamp, debit_balance } = statistics;
    if let (Some(_), Some(days)) = (terms.stamp, terms.stamp_expire_days) {
        let history = facts::stamps(app.store.pool(), account, ref_id, customer, None).await?;
        current_stamp = current_stamps(&history, days, &now());
    }
    let debit_balance = debit_balance.or(terms.debit);
    #[expect(deprecated, reason = "existing clients read it")]
    Ok(HeldStatistics { usage, used: usage, amount, bonus, stamp, current_stamp, debit_balance })
}

/// A rule's JSON as the public sees it; of a list with the ref that everybody holds.
///
/// # Errors
/// When a stored rule cannot be read.
pub fn public(held: &Held, with_ref: bool) -> Result<String, ApiError> {
    let mut members: Members<'_> = read(&held.body)?;
    let metadata = match members.get("metadata") {
        Some(text) => {
            let mut metadata: Members<'_> = read(text)?;
            metadata.0.retain(|(name, _)| !name.starts_with(KEPT_FROM_THE_PUBLIC));
            Some(metadata.to_string())
        }
        None => None,
    };
    if let Some(metadata) = &metadata {
        members.set("metadata", Some(metadata));
    }
    let id = Value::from(held.ref_id.as_str()).to_string();
    members.set("ref_id", with_ref.then_some(&id));
    Ok(members.to_string())
}

/// Is this rule's window open at an instant?
pub(super) fn is_live(rule: &Rule, at: Instant) -> bool {
    rule.active
        && !rule.deleted
        && rule.requirement.purchase_from.is_none_or(|from| from <= at)
        && rule.requirement.purchase_to.is_none_or(|to| at < to)
}

//! From a request to the engine and back: who is buying, which refs, what it costs.

use std::cell::RefCell;
use std::sync::Arc;

use rabatt_engine::{Code, EvaluateOptions, Facts, Problem, RecalculateOptions, Recalculated, Workspace, recalculate};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::plans::Rules;
use super::store::comparable;
use super::store::facts::{self, Buyer};
use super::terms::current_stamps;
use crate::App;
use crate::error::ApiError;
use crate::http::is_client_id;

/// The most lines a receipt may have over HTTP.
const MOST_LINES: usize = 1_000;

/// Receipts of more lines are evaluated on a thread of their own: the search for the best deals
/// may take a while, and the threads that serve requests are few.
const MOST_LINES_AT_ONCE: usize = 50;

thread_local! {
    // One workspace a thread, so that evaluating allocates nothing once warm.
    static WORKSPACE: RefCell<Workspace> = RefCell::new(Workspace::new());
}

/// Who is buying, as far as the receipt says.
#[derive(Debug, Deserialize)]
struct Purchase<'a> {
    #[serde(default)]
    customer_id: Option<String>,
    #[serde(default)]
    customer: Option<PurchaseCustomer>,
    #[serde(default)]
    purchase_at: Option<String>,
    #[serde(default)]
    items: Option<Vec<serde::de::IgnoredAny>>,
    /// Of an earlier answer that is sent again.
    #[serde(default, borrow)]
    outcome: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
struct PurchaseCustomer {
    #[serde(default)]
    token: Option<PurchaseToken>,
}

#[derive(Debug, Default, Deserialize)]
struct PurchaseToken {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    value: Option<String>,
}

/// Recalculates a receipt with the account's rules; uses nothing up.
///
/// # Errors
/// 400 with every problem of the receipt.
pub async fn available(app: &App, account: &str, receipt: String, explain: bool, amounts: bool) -> Result<String, ApiError> {
    // The engine reads the receipt itself and names every problem by its place; this only looks
    // for who is buying, and leaves what it cannot read to the engine's errors.
    let purchase: Result<Purchase<'_>, _> = serde_json::from_str(&receipt);
    let lines = purchase.as_ref().ok().and_then(|purchase| purchase.items.as_ref()).map_or(0, Vec::len);
    refuse_long(lines)?;
    let resolved;
    let buyer = match &purchase {
        Ok(Purchase { customer_id: Some(id), .. }) if matches!(id.as_str(), "*" | "/") || !is_client_id(id) => {
            let message = "this names one customer, in 1 to 255 characters; leave it out when nobody is known";
            return Err(vec![Problem::new(Code::UnknownValue, "/customer_id", message)].into());
        }
        Ok(Purchase { customer_id: Some(id), .. }) => Buyer::Customer(id),
        Ok(Purchase { customer: Some(PurchaseCustomer { token: Some(token) }), .. }) => {
            let (kind, value) = (token.kind.as_deref().unwrap_or_default(), token.value.as_deref().unwrap_or_default());
            resolved = facts::customer_of_token(app.store.pool(), account, kind, value).await?;
            resolved.as_deref().map_or(Buyer::Unknown, Buyer::Customer)
        }
        Ok(_) => Buyer::Anonymous,
        Err(_) => Buyer::Unknown,
    };
    let purchase_at = purchase.as_ref().ok().and_then(|purchase| purchase.purchase_at.as_deref()).and_then(comparable);
    let (rules, facts) = known(app, account, buyer, purchase_at.as_deref()).await?;
    let unreadable = purchase.as_ref().err().map(ToString::to_string);
    let earlier = purchase.ok().and_then(|purchase| purchase.outcome).filter(|_| explain);
    let receipt = earlier.and_then(|outcome| without_member(&receipt, outcome.get())).unwrap_or(receipt);
    let evaluate = move || {
        let options = RecalculateOptions { evaluate: EvaluateOptions { explain, steps: None }, amounts };
        WORKSPACE.with_borrow_mut(|workspace| recalculate(&rules.plan, &receipt, Some(&facts), options, workspace))
    };
    let answer = if lines > MOST_LINES_AT_ONCE {
        tokio::task::spawn_blocking(evaluate).await.map_err(|error| ApiError::Internal(error.to_string()))?
    } else {
        evaluate()
    };
    let Recalculated { receipt, outcome } = answer?;
    if let Some(error) = unreadable {
        // Good for the engine, yet the buyer cannot be read: never guess who is buying.
        let message = format!("`customer_id`, `customer.token` and its members stand once, as texts in an object: {error}");
        return Err(ApiError::Invalid("wrong_type", message));
    }
    if !explain {
        return Ok(receipt);
    }
    let open = receipt.trim_end();
    Ok(format!("{},\"outcome\":{outcome}}}", open.strip_suffix('}').unwrap_or(open)))
}

/// Refuses receipts with more lines than are taken over HTTP.
pub(super) fn refuse_long(lines: usize) -> Result<(), ApiError> {
    if lines > MOST_LINES {
        let message = format!("a receipt has at most {MOST_LINES} lines here; this one has {lines}");
        return Err(ApiError::Invalid("too_many_lines", message));
    }
    Ok(())
}

/// The account's rules, and what is known of a buyer at an instant.
///
/// # Errors
/// When the database refuses.
pub async fn known(
    app: &App,
    account: &str,
    buyer: Buyer<'_>,
    purchase_at: Option<&str>,
) -> Result<(Arc<Rules>, Facts<'static>), ApiError> {
    let (changes, mut facts) = facts::facts(app.store.pool(), account, buyer).await?;
    let rules = app.plans.at(&app.store, account, changes).await?;
    if rules.special.is_empty() {
        return Ok((rules, facts));
    }
    let mut used_up = Vec::new();
    for known in facts.refs.iter_mut().flatten() {
        let Some(terms) = rules.special.get(&*known.rule_id) else { continue };
        if terms.budget_amount.is_some() || terms.budget_usage.is_some() {
            let (usage, amount) = facts::totals(app.store.pool(), account, &known.rule_id).await?;
            if terms.budget_usage.is_some_and(|most| usage >= most) || terms.budget_amount.is_some_and(|most| amount >= most) {
                used_up.push(known.id.clone());
            }
        }
        if let (Some(_), Some(days), Some(at)) = (terms.stamp, terms.stamp_expire_days, purchase_at) {
            let counted_for = match buyer {
                Buyer::Customer(id) => id,
                Buyer::Anonymous | Buyer::Unknown => "/",
            };
            let history = facts::stamps(app.store.pool(), account, &known.id, counted_for, None).await?;
            known.statistics.current_stamp = current_stamps(&history, days, at);
        }
    }
    if let Some(refs) = &mut facts.refs {
        refs.retain(|known| !used_up.contains(&known.id));
    }
    Ok((rules, facts))
}

/// The object without the member whose value is this part of its text; `None` when it has none.
fn without_member(object: &str, value: &str) -> Option<String> {
    let from = (value.as_ptr() as usize).checked_sub(object.as_ptr() as usize)?;
    let (before, after) = (object.get(..from)?, object.get(from.checked_add(value.len())?..)?);
    // Before the value stand its name in quotes and a colon. A name never holds a bare quote.
    let before = before.trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
    let before = before.get(..before.rfind('"')?)?.trim_end();
    // One comma goes with it: the one before, or for the first member the one behind.
    Some(match before.strip_suffix(',') {
        Some(before) => format!("{before}{after}"),
        None => format!("{before}{}", after.trim_start().strip_prefix(',').unwrap_or(after)),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[test]
    fn a_member_is_taken_out_and_the_rest_stays() {
        for (text, expected) in [
            (r#"{"a": [1, 2], "outcome" : {"b":"}"} , "c":"é"}"#, r#"{"a": [1, 2] , "c":"é"}"#),
            (r#"{"a":1,"outcome":{"outcome":1}}"#, r#"{"a":1}"#),
            (r#"{ "outcome":{},"a":1}"#, r#"{"a":1}"#),
            (r#"{"\u006futcome":{}}"#, "{}"),
        ] {
            let purchase: Purchase<'_> = serde_json::from_str(text).unwrap();
            assert_eq!(without_member(text, purchase.outcome.unwrap().get()).as_deref(), Some(expected), "{text}");
        }
    }
}

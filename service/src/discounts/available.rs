//! From a request to the engine and back: who is buying, which refs, what it costs.

use std::cell::RefCell;

use rabatt_engine::{EvaluateOptions, RecalculateOptions, Workspace, recalculate};
use serde::Deserialize;

use super::store::{self, Buyer};
use crate::App;
use crate::error::ApiError;

/// The most lines a receipt may have over HTTP.
const MOST_LINES: usize = 1_000;

thread_local! {
    // One workspace a thread, so that evaluating allocates nothing once warm.
    static WORKSPACE: RefCell<Workspace> = RefCell::new(Workspace::new());
}

/// Who is buying, as far as the receipt says.
#[derive(Debug, Deserialize)]
struct Purchase {
    #[serde(default)]
    customer_id: Option<String>,
    #[serde(default)]
    customer: Option<PurchaseCustomer>,
    #[serde(default)]
    items: Option<Vec<serde::de::IgnoredAny>>,
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
pub async fn available(app: &App, account: &str, receipt: &str, explain: bool, amounts: bool) -> Result<String, ApiError> {
    // The engine reads the receipt itself and names every problem by its place; this only looks
    // for who is buying, and leaves what it cannot read to the engine's errors.
    let purchase: Result<Purchase, _> = serde_json::from_str(receipt);
    if let Ok(Purchase { items: Some(items), .. }) = &purchase
        && items.len() > MOST_LINES
    {
        let message = format!("a receipt has at most {MOST_LINES} lines here; this one has {}", items.len());
        return Err(ApiError::Invalid("too_many_lines", message));
    }
    let plan = app.plans.get(&app.pool, account).await?;
    let resolved;
    let buyer = match &purchase {
        Ok(Purchase { customer_id: Some(id), .. }) => Buyer::Customer(id),
        Ok(Purchase { customer: Some(PurchaseCustomer { token: Some(token) }), .. }) => {
            let (kind, value) = (token.kind.as_deref().unwrap_or_default(), token.value.as_deref().unwrap_or_default());
            resolved = store::customer_of_token(&app.pool, account, kind, value).await?;
            resolved.as_deref().map_or(Buyer::Unknown, Buyer::Customer)
        }
        Ok(_) => Buyer::Anonymous,
        Err(_) => Buyer::Unknown,
    };
    let facts = store::facts(&app.pool, account, buyer).await?;
    let options = RecalculateOptions { evaluate: EvaluateOptions { explain, steps: None }, amounts };
    let answer = WORKSPACE.with_borrow_mut(|workspace| recalculate(&plan, receipt, Some(&facts), options, workspace))?;
    if let Err(error) = purchase {
        // Good for the engine, yet the buyer cannot be read: never guess who is buying.
        let message = format!("`customer_id` and `customer.token` are texts: {error}");
        return Err(ApiError::Invalid("wrong_type", message));
    }
    if !explain {
        return Ok(answer.receipt);
    }
    let open = answer.receipt.strip_suffix('}').unwrap_or(&answer.receipt);
    Ok(format!("{open},\"outcome\":{}}}", answer.outcome))
}

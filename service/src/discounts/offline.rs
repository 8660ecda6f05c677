//! Evaluation away from the store: snapshots for checkouts, and Calls that bring their own rules.

use rabatt_engine::{Instant, Ref, Statistics};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::available::Known;
use super::store::facts::Buyer;
use crate::App;
use crate::error::{ApiError, FieldError};
use crate::http::is_client_id;
use crate::store::now;

/// Rules, facts and Plan hash for one customer, and a tag that changes with them.
///
/// # Errors
/// 400 when the customer id is wrong.
pub async fn snapshot(app: &App, account: &str, customer: Option<&str>) -> Result<(String, String), ApiError> {
    let buyer = match customer {
        Some(id) if matches!(id, "*" | "/") || !is_client_id(id) => {
            let message = "`customer_id` names one customer, in 1 to 255 characters; leave it out when nobody is known";
            return Err(ApiError::Invalid("bad_query", message.to_owned()));
        }
        Some(id) => Buyer::Customer(id),
        None => Buyer::Anonymous,
    };
    let known = Known::of(app, account, buyer, Instant::parse(&now())).await?;
    known.in_force.rules.keep(&app.store, account).await?;
    let (plan, holding) = (&known.in_force.rules.plan, known.holding());
    let refs: Vec<Value> = holding.to_refs(plan).iter().map(written).collect();
    let bodies: Vec<&str> = plan.rules().iter().map(|rule| &*rule.source).collect();
    let body =
        format!("{{\"plan\":{},\"rules\":[{}],\"facts\":{}}}", Value::from(plan.hash()), bodies.join(","), json!({"refs": refs}));
    let digest = Sha256::digest(body.as_bytes());
    let tag = digest.iter().take(16).fold("\"".to_owned(), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
    Ok((body, tag))
}

/// A ref as a Call's `facts` have it.
fn written(known: &Ref<'_>) -> Value {
    let Statistics { usage, amount, bonus, stamp, current_stamp, debit_balance } = known.statistics;
    let mut statistics =
        json!({"usage": usage, "amount": amount, "bonus": bonus, "stamp": stamp, "current_stamp": current_stamp});
    if let (Some(balance), Some(statistics)) = (debit_balance, statistics.as_object_mut()) {
        statistics.insert("debit_balance".to_owned(), json!(balance));
    }
    let given_at = known.given_at.map(|at| at.to_string());
    json!({"id": known.id, "rule_id": known.rule_id, "given_at": given_at, "statistics": statistics})
}

/// The most steps a Call may ask for: the engine's default.
const MOST_STEPS: i64 = 6_000_000;

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    options: Option<AskedOptions>,
    #[serde(default)]
    receipt: Option<AskedReceipt>,
}

#[derive(Debug, Deserialize)]
struct AskedOptions {
    #[serde(default)]
    steps: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct AskedReceipt {
    #[serde(default)]
    items: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Debug, Deserialize)]
struct Failed {
    ok: bool,
    #[serde(default)]
    errors: Vec<FieldError>,
}

/// Answers a Call; what is wrong with it is the contract's error.
///
/// # Errors
/// 400 with every problem of the Call.
pub async fn evaluate(call: String) -> Result<String, ApiError> {
    // What cannot be read here is told by the engine.
    if let Ok(asked) = serde_json::from_str::<Asked>(&call) {
        if asked.options.and_then(|options| options.steps).is_some_and(|steps| steps > MOST_STEPS) {
            let message = format!("at most {MOST_STEPS} steps here");
            return Err(ApiError::At("invalid_body", "/options/steps".to_owned(), message));
        }
        let lines = asked.receipt.and_then(|receipt| receipt.items).map_or(0, |items| items.len());
        super::available::refuse_long(lines)?;
    }
    let answer = tokio::task::spawn_blocking(move || rabatt_engine::answer(&call));
    let answer = answer.await.map_err(|error| ApiError::Internal(error.to_string()))?;
    match serde_json::from_str::<Failed>(&answer) {
        Ok(Failed { ok: false, errors }) => Err(ApiError::Fields(errors)),
        _ => Ok(answer),
    }
}

//! Receipt tokens: whoever holds one may read the receipt and, once, claim it for a customer.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::store::{self, Stored};
use crate::App;
use crate::auth::address::audience;
use crate::error::ApiError;

/// The longest that a token lasts, in days.
pub(super) const MOST_DAYS: u64 = 3_650;

const DAY: u64 = 24 * 60 * 60;

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Claims {
    account: String,
    /// The till's number of the receipt.
    receipt_id: String,
    /// Who bought, when that was known.
    customer_id: Option<String>,
    /// The receipt's id.
    receipt: String,
    /// Which token it is: a receipt that was claimed knows it no more.
    jti: String,
    iat: u64,
    exp: u64,
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs())
}

/// The receipt that a token is of.
#[derive(Debug)]
pub(super) struct Of<'a> {
    pub(super) id: &'a str,
    /// The till's number.
    pub(super) receipt_id: &'a str,
    pub(super) customer_id: Option<&'a str>,
}

/// A token for a receipt, as entries of `extra_info`.
///
/// # Errors
/// When it cannot be signed.
pub(super) fn extra_info(app: &App, account: &str, of: &Of<'_>, token_id: &str, days: u64) -> Result<Value, ApiError> {
    let iat = now();
    let exp = iat.saturating_add(days.saturating_mul(DAY));
    let claims = Claims {
        account: account.to_owned(),
        receipt_id: of.receipt_id.to_owned(),
        customer_id: of.customer_id.map(str::to_owned),
        receipt: of.id.to_owned(),
        jti: token_id.to_owned(),
        iat,
        exp,
    };
    let token = app.auth.keys.sign(&claims)?;
    let expires_at = i64::try_from(exp).ok().and_then(|exp| DateTime::from_timestamp(exp, 0)).unwrap_or_default();
    let url = format!("{}/receipts/receipt-token?token={token}", audience(&app.config.public_url, account));
    let entry = |name: &str, value: &str, kind: &str| json!({"key": format!("dintero.receipt.token.{name}"), "value": value, "value_type": kind});
    Ok(json!([
        entry("value", &token, "string"),
        entry("expires_at", &expires_at.to_rfc3339_opts(SecondsFormat::Secs, true), "datetime"),
        entry("url", &url, "string"),
    ]))
}

/// The receipt that a token names.
///
/// # Errors
/// 400 when it names none, is over, or was used.
pub(super) async fn receipt(app: &App, account: &str, token: &str) -> Result<Stored, ApiError> {
    let void = || ApiError::Invalid("token_invalid", "this token names no receipt here, is over, or was used".to_owned());
    let claims: Claims = app.auth.keys.check(token).ok_or_else(void)?;
    if claims.account != account {
        return Err(void());
    }
    let found = store::named(app, account, &claims.receipt).await?;
    let found = found.into_iter().find(|stored| stored.id == claims.receipt);
    found.filter(|stored| stored.token_id.as_ref() == Some(&claims.jti)).ok_or_else(void)
}

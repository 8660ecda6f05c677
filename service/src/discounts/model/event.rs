//! Events, as the contract describes them. These types describe; bodies stay JSON text.
#![expect(missing_docs, reason = "the contract's own names")]

use utoipa::ToSchema;

use super::receipt::Receipt;

/// Event of the contract: what happened elsewhere.
#[derive(Debug, ToSchema)]
pub struct Event {
    /// With `receipt_add`.
    pub receipt: Option<Receipt>,
    /// With `token_add` and `token_remove`.
    pub token: Option<EventToken>,
}

/// What identifies a customer at a till.
#[derive(Debug, ToSchema)]
pub struct EventToken {
    pub token_id: String,
    pub r#type: String,
    pub value: String,
    pub customer_id: String,
}

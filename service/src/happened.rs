//! Something happened: automations act on it, and subscribers of webhooks are told.
//!
//! [`happened`] is called once for each thing, inside the unit of work that makes it happen: what follows from it is
//! saved together with it, or not at all.

use serde_json::Value;

use crate::App;
use crate::automations::{self, trigger};
use crate::error::ApiError;
use crate::hooks::tell;
use crate::store::Db;

macro_rules! events {
    ($($event:ident = $name:literal, $member:literal;)*) => {
        /// What can happen here.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the contract's own names")]
        pub enum Event {
            $($event,)*
        }

        impl Event {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$event),*];

            /// Its name in the contract.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$event => $name,)*
                }
            }

            /// What a webhook's body calls the thing that it happened to.
            pub fn member(self) -> &'static str {
                match self {
                    $(Self::$event => $member,)*
                }
            }
        }
    };
}

events! {
    AccountAdd = "account_add", "account";
    AccountUpdate = "account_update", "account";
    ReceiptAdd = "receipt_add", "receipt";
    ReceiptUpdate = "receipt_update", "receipt";
    CustomerAdd = "customer_add", "customer";
    CustomerUpdate = "customer_update", "customer";
    CustomerDelete = "customer_delete", "customer";
    CustomerChangePassword = "customer_change_password", "customer";
    TokenAdd = "token_add", "token";
    TokenRemove = "token_remove", "token";
    WalletTransaction = "wallet_transaction", "transaction";
    DiscountAdd = "discount_add", "discount";
    DiscountUpdate = "discount_update", "discount";
    DiscountDelete = "discount_delete", "discount";
    DiscountAddCustomers = "discount_add_customers", "discount";
    DiscountCustomerUpdate = "discount_customer_update", "discount";
    LocationAdd = "location_add", "location";
    LocationUpdate = "location_update", "location";
    LocationDelete = "location_delete", "location";
}

impl Event {
    /// What automations know it as.
    fn automation(self) -> Option<automations::Event> {
        Some(match self {
            Self::ReceiptAdd => automations::Event::ReceiptAdd,
            Self::CustomerAdd => automations::Event::CustomerAdd,
            Self::CustomerUpdate => automations::Event::CustomerUpdate,
            Self::CustomerDelete => automations::Event::CustomerRemove,
            Self::TokenAdd => automations::Event::TokenAdd,
            Self::TokenRemove => automations::Event::TokenRemove,
            _ => return None,
        })
    }
}

/// A stored text as the thing that something happened to; nothing when it is nested deeper than is told of.
pub fn resource(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::warn!(%error, "this is told of without saying what it is");
        Value::Null
    })
}

/// One thing that happened.
#[derive(Debug, Clone, Copy)]
pub struct Happening<'a> {
    /// What.
    pub event: Event,
    /// To which customer, receipt, card, …: its events reach each subscriber in their order.
    pub key: &'a str,
    /// It, as the contract shows it, without secrets.
    pub resource: &'a Value,
}

/// Lets automations act on what happened, and tells who subscribed to it.
///
/// # Errors
/// When the database refuses; then nothing of the unit may be saved.
pub async fn happened(db: &mut Db, app: &App, account: &str, happening: Happening<'_>) -> Result<(), ApiError> {
    if let Some(event) = happening.event.automation() {
        trigger(db, app, account, event, happening.resource).await?;
    }
    tell(db, app, account, &happening).await
}

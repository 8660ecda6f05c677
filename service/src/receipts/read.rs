//! A receipt as it was sent: what storing it needs to know.

use serde::Deserialize;
use serde_json::json;

use crate::discounts::store::comparable;
use crate::error::ApiError;
use crate::http::is_client_id;
use crate::json::Whole;

/// The most lines that a receipt has.
const MOST_LINES: usize = 1_000;

/// The status of a receipt that is put aside at the till, to be finished later.
pub(super) const PARKED: &str = "OnHold";

/// What is read of a receipt. Wrong types in what belongs to the purchase are refused; the rest is the till's own.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "some members are read for their types only")]
pub(super) struct Sent {
    store: SentStore,
    receipt_id: String,
    purchase_at: String,
    #[serde(default)]
    customer_id: Option<String>,
    #[serde(default)]
    entry_status: Option<String>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    gross_amount: Option<Whole>,
    #[serde(default)]
    net_amount: Option<Whole>,
    #[serde(default)]
    items: Option<Vec<SentLine>>,
    #[serde(default)]
    extra_info: Option<Vec<serde::de::IgnoredAny>>,
}

#[derive(Debug, Deserialize)]
struct SentStore {
    id: String,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "amounts are read for their types only")]
struct SentLine {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    groups: Option<Vec<SentGroup>>,
    #[serde(default)]
    voided: Option<bool>,
    #[serde(default)]
    is_return_item: Option<bool>,
    #[serde(default)]
    gross_amount: Option<Whole>,
    #[serde(default)]
    net_amount: Option<Whole>,
    #[serde(default)]
    quantity: Option<serde_json::Number>,
}

#[derive(Debug, Deserialize)]
struct SentGroup {
    id: String,
}

/// What a receipt says, checked.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) store_id: String,
    pub(super) receipt_id: String,
    pub(super) customer_id: Option<String>,
    /// As stored: UTC, microseconds.
    pub(super) purchase_at: String,
    /// Is it of a purchase that was finished?
    pub(super) bought: bool,
    /// JSON: ids and groups of what was bought.
    pub(super) items: String,
}

impl Sent {
    /// Checks it; `place` is its pointer in the body.
    ///
    /// # Errors
    /// 400 with the place of what is wrong.
    pub(super) fn check(self, place: &str) -> Result<Checked, ApiError> {
        let at = |member: &str, message: &str| ApiError::At("invalid_body", format!("{place}{member}"), message.to_owned());
        let names = [
            ("/store/id", Some(&self.store.id)),
            ("/receipt_id", Some(&self.receipt_id)),
            ("/customer_id", self.customer_id.as_ref()),
        ];
        for (member, name) in names {
            if name.is_some_and(|name| !is_client_id(name) || name.contains('\0')) {
                return Err(at(member, "this is a name of 1 to 255 characters, without space around them"));
            }
        }
        if self.customer_id.as_deref().is_some_and(|customer| matches!(customer, "*" | "/")) {
            return Err(at("/customer_id", "this names one customer; leave it out when nobody is known"));
        }
        let Some(purchase_at) = comparable(&self.purchase_at) else {
            return Err(at("/purchase_at", "this is a date-time with its offset, as 2024-06-01T12:00:00Z"));
        };
        let lines = self.items.unwrap_or_default();
        if lines.len() > MOST_LINES {
            return Err(at("/items", "a receipt has at most 1 000 lines"));
        }
        // Neither what was taken off the receipt again nor what came back was bought.
        let bought = lines.iter().filter(|line| line.voided != Some(true) && line.is_return_item != Some(true));
        let items = bought.map(|line| {
            let groups: Vec<&str> = line.groups.iter().flatten().map(|group| &*group.id).collect();
            json!([line.id, groups])
        });
        Ok(Checked {
            items: serde_json::Value::Array(items.collect()).to_string(),
            bought: !matches!(self.entry_status.as_deref(), Some("Voided" | "Cancelled" | PARKED | "Training")),
            store_id: self.store.id,
            receipt_id: self.receipt_id,
            customer_id: self.customer_id,
            purchase_at,
        })
    }
}

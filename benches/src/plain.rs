//! A receipt as ordinary typed structs: what "parse and serialise" costs without any rules.

use serde::{Deserialize, Serialize};

/// The receipt of the workload.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's own names")]
pub struct Receipt {
    pub receipt_id: String,
    pub purchase_at: String,
    pub currency: String,
    pub store: Store,
    pub customer_id: String,
    pub operator_id: String,
    pub gross_amount: i64,
    pub net_amount: i64,
    pub items: Vec<Item>,
}

/// Where it was bought.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's own names")]
pub struct Store {
    pub id: String,
    pub name: String,
    pub chain: String,
    pub mcc: String,
}

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's own names")]
pub struct Item {
    pub id: String,
    pub line_id: i64,
    pub groups: Vec<Group>,
    pub description: String,
    pub quantity: i64,
    pub gross_amount: i64,
    pub net_amount: i64,
    pub unit_gross_price: i64,
    pub tax_percent: i64,
    pub barcode: String,
    pub eligible_for_discount: bool,
}

/// A product group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's own names")]
pub struct Group {
    pub id: String,
    pub name: String,
}

/// A rule, as far as a plain parser of the workload would look.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's own names")]
pub struct Rule {
    pub id: String,
    pub name: String,
    pub receipt_text: String,
    pub created_at: String,
    pub active: bool,
    pub requirement: Requirement,
    pub reward: Reward,
    #[serde(default)]
    pub limitation: Option<serde_json::Value>,
}

/// What a rule asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's own names")]
pub struct Requirement {
    pub purchase_from: String,
    pub purchase_to: String,
    #[serde(default)]
    pub item: Option<ItemRequirement>,
    #[serde(default)]
    pub gross_amount: i64,
    #[serde(default)]
    pub store: Option<serde_json::Value>,
}

/// Which items.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's own names")]
pub struct ItemRequirement {
    #[serde(default)]
    pub quantity: i64,
    pub items: Vec<Entry>,
}

/// An item or a group.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's own names")]
pub struct Entry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
}

/// What a rule gives.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's own names")]
pub struct Reward {
    #[serde(rename = "type")]
    pub kind: String,
    pub value: i64,
}

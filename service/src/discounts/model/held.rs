//! Rules as customers hold them, refs and usages, as the contract describes them. Rule types
//! describe; bodies stay JSON text.
#![expect(missing_docs, reason = "the contract's own names")]

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::rule::*;

/// A rule in the public list.
#[derive(Debug, ToSchema)]
pub struct PublicRule {
    #[schema(format = Uuid)]
    pub id: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    pub created_by: Option<String>,
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
    pub deleted_by: Option<String>,
    #[schema(format = DateTime)]
    pub deleted_at: Option<String>,
    pub campaign_id: Option<String>,
    #[schema(default = json!(true))]
    pub active: Option<bool>,
    #[schema(default = json!(false))]
    pub private: Option<bool>,
    pub updated_by: Option<String>,
    pub r#type: Option<RuleType>,
    pub name: Option<String>,
    pub receipt_text: Option<String>,
    #[schema(format = DateTime)]
    pub visible_from: Option<String>,
    pub description: Option<String>,
    pub limitation: Option<Limitation>,
    pub requirement: Requirement,
    pub reward: Reward,
    pub metadata: Option<BTreeMap<String, Value>>,
    pub links: Option<Vec<Link>>,
    pub ref_id: Option<String>,
}

/// A rule as one customer holds it.
#[derive(Debug, ToSchema)]
pub struct HeldRule {
    #[schema(format = Uuid)]
    pub id: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    pub created_by: Option<String>,
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
    pub deleted_by: Option<String>,
    #[schema(format = DateTime)]
    pub deleted_at: Option<String>,
    pub campaign_id: Option<String>,
    #[schema(default = json!(true))]
    pub active: Option<bool>,
    #[schema(default = json!(false))]
    pub private: Option<bool>,
    pub updated_by: Option<String>,
    pub r#type: Option<RuleType>,
    pub name: Option<String>,
    pub receipt_text: Option<String>,
    #[schema(format = DateTime)]
    pub visible_from: Option<String>,
    pub description: Option<String>,
    pub limitation: Option<Limitation>,
    pub requirement: Requirement,
    pub reward: Reward,
    pub metadata: Option<BTreeMap<String, Value>>,
    pub links: Option<Vec<Link>>,
    pub statistics: Option<HeldStatistics>,
    pub ref_id: Option<String>,
    /// Of a debit that was taken away: `statistics.debit_balance` again.
    #[deprecated]
    pub debit_balance: Option<i64>,
}

/// What one customer has had of one ref; `debit_balance` of debits only.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldStatistics {
    #[schema(required = false)]
    pub usage: i64,
    #[schema(required = false)]
    #[deprecated]
    pub used: i64,
    #[schema(required = false)]
    pub amount: i64,
    #[schema(required = false)]
    pub bonus: i64,
    #[schema(required = false)]
    pub stamp: i64,
    #[schema(required = false)]
    pub current_stamp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub debit_balance: Option<i64>,
}

/// A gift of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefEntry {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    /// `null` when it was given to everybody; `/` when to purchases without a customer.
    #[schema(required = false)]
    pub customer_id: Option<String>,
}

/// What one customer has had of one ref, purchase by purchase.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiscountUsage {
    pub id: Option<String>,
    pub ref_id: Option<String>,
    pub discount_id: Option<String>,
    pub customer_id: Option<String>,
    #[schema(format = DateTime)]
    pub create_at: Option<String>,
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// The newest 1 000, oldest first.
    pub usage_refs: Option<Vec<UsageRef>>,
    pub statistics: Option<HeldStatistics>,
}

/// One purchase that used a ref.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageRef {
    pub r#ref: String,
    pub ref_type: String,
    pub usage: Option<i64>,
    pub stamp: Option<i64>,
    pub amount: Option<i64>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
}

/// Usage added by hand.
#[derive(Debug, ToSchema)]
pub struct UsageRefWrite {
    pub r#ref: String,
    pub ref_type: String,
    pub usage: Option<i64>,
    pub stamp: Option<i64>,
    pub amount: Option<i64>,
}

/// The body of usage added by hand.
#[derive(Debug, ToSchema)]
pub struct UsageRequest {
    pub usage_ref: UsageRefWrite,
}

//! Rules, as the contract describes them.
//!
//! These types describe: OpenAPI is generated from them. Bodies themselves stay JSON text, so that
//! members nobody here knows survive; the engine reads what it needs and checks it.
#![expect(missing_docs, reason = "the contract's own names")]

use std::collections::BTreeMap;

use rabatt_engine::{Code, Instant, Problem};
use serde_json::Value;
use utoipa::ToSchema;

use crate::members::Members;

/// Problems of the members that the engine does not look at.
pub(in crate::discounts) fn wrong_types(rule: &Members<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut expect = |name: &str, holds: fn(&Value) -> bool, code, message| {
        let value = rule.get(name).and_then(|text| serde_json::from_str(text).ok());
        if value.as_ref().is_some_and(|value| !holds(value)) {
            problems.push(Problem::new(code, format!("/{name}"), message));
        }
    };
    for name in ["name", "description", "campaign_id"] {
        expect(name, Value::is_string, Code::WrongType, "this is a text");
    }
    let is_instant = |value: &Value| value.as_str().and_then(Instant::parse).is_some();
    expect("visible_from", is_instant, Code::BadTime, "this is a date-time with its offset, as 2024-06-01T12:00:00Z");
    expect("private", Value::is_boolean, Code::WrongType, "this is true or false");
    expect("metadata", Value::is_object, Code::WrongType, "metadata are an object, name by name");
    let are_links = |value: &Value| {
        value.as_array().is_some_and(|links| links.iter().all(|link| link.get("href").is_some_and(Value::is_string)))
    };
    expect("links", are_links, Code::WrongType, "links are a list of objects with an `href`");
    problems.extend(wrong_limits(rule));
    problems
}

/// What the engine does not see in the budgets (§20), which the store counts.
fn wrong_limits(rule: &Members<'_>) -> Vec<Problem> {
    let limitation: Option<Value> = rule.get("limitation").and_then(|text| serde_json::from_str(text).ok());
    let Some(limitation) = limitation else { return Vec::new() };
    let wrong = |name: &str| {
        let below = limitation.get(name).and_then(Value::as_i64).is_some_and(|value| value < -1);
        below.then(|| Problem::new(Code::UnknownValue, format!("/limitation/{name}"), "this is 0 or more, or -1 for no limit"))
    };
    ["budget_amount", "budget_usage"].into_iter().filter_map(wrong).collect()
}

/// Link of the contract.
#[derive(Debug, ToSchema)]
pub struct Link {
    #[schema(format = "uri")]
    pub href: String,
    pub rel: Option<String>,
    pub r#type: Option<String>,
}

/// Discount of the contract.
#[derive(Debug, ToSchema)]
pub struct Discount {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    pub campaign_id: Option<String>,
    #[schema(default = json!(true))]
    pub active: Option<bool>,
    #[schema(default = json!(false))]
    pub private: Option<bool>,
    #[schema(read_only)]
    pub updated_by: Option<String>,
    #[schema(read_only)]
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
}

/// What of a requirement can change.
#[derive(Debug, ToSchema)]
pub struct RequirementChange {
    pub customer: Option<CustomerRequirement>,
    pub item: Option<RequirementItem>,
    pub store_ids: Option<Vec<String>>,
    pub gross_amount: Option<i64>,
    pub currencies: Option<Vec<Value>>,
    pub stamp: Option<i64>,
    pub discount_code: Option<String>,
    pub store: Option<StoreRequirement>,
    #[schema(format = DateTime)]
    pub purchase_to: Option<String>,
    pub net_amount: Option<i64>,
}

/// What of a reward can change.
#[derive(Debug, ToSchema)]
pub struct RewardChange {
    pub base: Option<RewardBase>,
}

/// The contract's body of a change.
#[derive(Debug, ToSchema)]
pub struct DiscountChange {
    #[schema(nullable)]
    pub campaign_id: Option<String>,
    #[schema(default = json!(true))]
    pub active: Option<bool>,
    pub private: Option<bool>,
    pub links: Option<Vec<Link>>,
    pub limitation: Option<Limitation>,
    pub requirement: Option<RequirementChange>,
    pub description: Option<String>,
    pub metadata: Option<BTreeMap<String, Value>>,
    pub name: Option<String>,
    pub receipt_text: Option<String>,
    pub reward: Option<RewardChange>,
}

/// DiscountWithStatisticsStatistics of the contract.
#[derive(Debug, ToSchema)]
pub struct DiscountWithStatisticsStatistics {
    pub stamp: Option<i64>,
    pub used: Option<i64>,
    pub usage: Option<i64>,
    pub amount: Option<i64>,
    pub debit_balance: Option<i64>,
}

/// DiscountWithStatistics of the contract.
#[derive(Debug, ToSchema)]
pub struct DiscountWithStatistics {
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
    pub statistics: Option<DiscountWithStatisticsStatistics>,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum LimitationDiscountActivationItemType {
    #[schema(rename = "deactivate_if_discount_active")]
    DeactivateIfDiscountActive,
}

/// LimitationDiscountActivationItem of the contract.
#[derive(Debug, ToSchema)]
pub struct LimitationDiscountActivationItem {
    pub r#type: LimitationDiscountActivationItemType,
    pub value: String,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum LimitationDiscountHoursHourDay {
    #[schema(rename = "mon")]
    Mon,
    #[schema(rename = "tue")]
    Tue,
    #[schema(rename = "wed")]
    Wed,
    #[schema(rename = "thu")]
    Thu,
    #[schema(rename = "fri")]
    Fri,
    #[schema(rename = "sat")]
    Sat,
    #[schema(rename = "sun")]
    Sun,
}

/// LimitationDiscountHoursHour of the contract.
#[derive(Debug, ToSchema)]
pub struct LimitationDiscountHoursHour {
    pub day: LimitationDiscountHoursHourDay,
    #[schema(pattern = "^([01]?[0-9]|2[0-3]):[0-5][0-9]$")]
    pub start: String,
    #[schema(pattern = "^([01]?[0-9]|2[0-3]):[0-5][0-9]$")]
    pub end: String,
}

/// LimitationDiscountHours of the contract.
#[derive(Debug, ToSchema)]
pub struct LimitationDiscountHours {
    #[schema(default = json!("Europe/Oslo"))]
    pub timezone: Option<String>,
    pub hours: Vec<LimitationDiscountHoursHour>,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum LimitationDiscountEligible {
    #[schema(rename = "item_eligible_for_discount")]
    ItemEligibleForDiscount,
    #[schema(rename = "item_eligible_for_discount_no_discount")]
    ItemEligibleForDiscountNoDiscount,
    #[schema(rename = "receipt_no_discount")]
    ReceiptNoDiscount,
}

/// Limitation of the contract.
#[derive(Debug, ToSchema)]
pub struct Limitation {
    pub discount_activation: Option<Vec<LimitationDiscountActivationItem>>,
    pub discount_hours: Option<LimitationDiscountHours>,
    #[schema(default = json!(-1))]
    pub discount_reward_usage: Option<i64>,
    pub discount_combination: Option<i64>,
    pub discount_eligible: Option<LimitationDiscountEligible>,
    #[schema(default = json!(-1))]
    pub discount_repeat_usage: Option<i64>,
    #[schema(default = json!(-1))]
    pub stamp_expire_days: Option<i64>,
    pub blacklist: Option<Vec<Item>>,
    pub dynamic_purchase_to_days: Option<i64>,
}

/// RequirementItem of the contract.
#[derive(Debug, ToSchema)]
pub struct RequirementItem {
    #[schema(default = json!(0), value_type = Option<f64>)]
    pub quantity: Option<serde_json::Number>,
    pub mixes: Option<Vec<ItemMixProperty>>,
    pub items: Option<Vec<Item>>,
}

/// Requirement of the contract.
#[derive(Debug, ToSchema)]
pub struct Requirement {
    pub customer: Option<CustomerRequirement>,
    pub item: Option<RequirementItem>,
    pub store_ids: Option<Vec<String>>,
    #[schema(default = json!(0))]
    pub gross_amount: Option<i64>,
    pub currencies: Option<Vec<Value>>,
    pub stamp: Option<i64>,
    pub discount_code: Option<String>,
    pub store: Option<StoreRequirement>,
    #[schema(format = DateTime)]
    pub purchase_from: String,
    #[schema(format = DateTime)]
    pub purchase_to: String,
    pub net_amount: Option<i64>,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum RewardType {
    #[schema(rename = "discount_amount")]
    DiscountAmount,
    #[schema(rename = "discount_percent")]
    DiscountPercent,
    #[schema(rename = "discount_item_new_price")]
    DiscountItemNewPrice,
    #[schema(rename = "discount_item_quantity")]
    DiscountItemQuantity,
    #[schema(rename = "discount_item_percent")]
    DiscountItemPercent,
    #[schema(rename = "discount_mix_new_price")]
    DiscountMixNewPrice,
    #[schema(rename = "discount_debit")]
    DiscountDebit,
}

/// RewardValueItem of the contract.
#[derive(Debug, ToSchema)]
pub struct RewardValueItem {
    pub id: Option<String>,
    pub group_id: Option<String>,
}

/// RewardValue of the contract.
#[derive(Debug, ToSchema)]
pub struct RewardValue {
    pub items: Vec<RewardValueItem>,
    #[schema(value_type = f64)]
    pub value: serde_json::Number,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum RewardBase {
    #[schema(rename = "net")]
    Net,
    #[schema(rename = "gross")]
    Gross,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum RewardEffect {
    #[schema(rename = "discount")]
    Discount,
    #[schema(rename = "bonus")]
    Bonus,
}

/// Reward of the contract.
#[derive(Debug, ToSchema)]
pub struct Reward {
    pub r#type: RewardType,
    #[schema(value_type = f64)]
    pub value: serde_json::Number,
    pub values: Option<Vec<RewardValue>>,
    pub base: Option<RewardBase>,
    pub effect: Option<RewardEffect>,
}

/// Item of the contract.
#[derive(Debug, ToSchema)]
pub struct Item {
    pub id: Option<String>,
    pub group_id: Option<String>,
}

/// CustomerRequirementAddresse of the contract.
#[derive(Debug, ToSchema)]
pub struct CustomerRequirementAddresse {
    pub country: Option<Vec<String>>,
    pub postal_code: Option<Vec<String>>,
    pub postal_place: Option<Vec<String>>,
    pub custom_type: Option<Vec<String>>,
    pub r#type: Option<Vec<String>>,
}

/// CustomerRequirementCompany of the contract.
#[derive(Debug, ToSchema)]
pub struct CustomerRequirementCompany {
    pub bussiness_name: Option<Vec<String>>,
    pub department: Option<Vec<String>>,
    pub industry: Option<Vec<String>>,
    pub number_of_employees: Option<Vec<String>>,
    pub organization_number: Option<Vec<String>>,
    pub website: Option<Vec<String>>,
}

/// CustomerRequirementEnrolledBy of the contract.
#[derive(Debug, ToSchema)]
pub struct CustomerRequirementEnrolledBy {
    pub r#type: Option<Vec<String>>,
    pub value: Option<Vec<String>>,
}

/// CustomerRequirementMarketingConsentEmail of the contract.
#[derive(Debug, ToSchema)]
pub struct CustomerRequirementMarketingConsentEmail {
    pub consent: Option<Vec<String>>,
}

/// CustomerRequirementMarketingConsentSms of the contract.
#[derive(Debug, ToSchema)]
pub struct CustomerRequirementMarketingConsentSms {
    pub consent: Option<Vec<String>>,
}

/// CustomerRequirementMarketingConsent of the contract.
#[derive(Debug, ToSchema)]
pub struct CustomerRequirementMarketingConsent {
    pub email: Option<CustomerRequirementMarketingConsentEmail>,
    pub sms: Option<CustomerRequirementMarketingConsentSms>,
}

/// CustomerRequirementTerm of the contract.
#[derive(Debug, ToSchema)]
pub struct CustomerRequirementTerm {
    pub id: Option<Vec<String>>,
}

/// CustomerRequirement of the contract.
#[derive(Debug, ToSchema)]
pub struct CustomerRequirement {
    pub addresses: Option<Vec<CustomerRequirementAddresse>>,
    pub company: Option<CustomerRequirementCompany>,
    pub date_of_birth: Option<Vec<String>>,
    pub enrolled_by: Option<CustomerRequirementEnrolledBy>,
    pub favorite_store: Option<Vec<String>>,
    pub first_name: Option<Vec<String>>,
    pub gender: Option<Vec<String>>,
    pub last_name: Option<Vec<String>>,
    pub marketing_consent: Option<CustomerRequirementMarketingConsent>,
    pub status: Option<Vec<String>>,
    pub term: Option<CustomerRequirementTerm>,
    pub r#type: Option<Vec<String>>,
    pub attributes: Option<BTreeMap<String, Vec<String>>>,
}

/// ItemMixPropertyItem of the contract.
#[derive(Debug, ToSchema)]
pub struct ItemMixPropertyItem {
    #[schema(pattern = "^(\\*.+|(?!\\*).*)$")]
    pub id: Option<String>,
    #[schema(pattern = "^(\\*.+|(?!\\*).*)$")]
    pub group_id: Option<String>,
}

/// ItemMixProperty of the contract.
#[derive(Debug, ToSchema)]
pub struct ItemMixProperty {
    pub items: Option<Vec<ItemMixPropertyItem>>,
    #[schema(value_type = f64)]
    pub quantity: serde_json::Number,
    pub reward_eligible: bool,
}

/// StoreRequirementAddress of the contract.
#[derive(Debug, ToSchema)]
pub struct StoreRequirementAddress {
    pub country: Option<Vec<String>>,
    pub postal_code: Option<Vec<String>>,
    pub postal_place: Option<Vec<String>>,
}

/// StoreRequirementMccRange of the contract.
#[derive(Debug, ToSchema)]
pub struct StoreRequirementMccRange {
    pub start: String,
    pub end: String,
}

/// StoreRequirement of the contract.
#[derive(Debug, ToSchema)]
pub struct StoreRequirement {
    pub id: Option<Vec<String>>,
    pub name: Option<Vec<String>>,
    pub business_name: Option<Vec<String>>,
    pub address: Option<StoreRequirementAddress>,
    pub chain: Option<Vec<String>>,
    pub email: Option<Vec<String>>,
    pub gln: Option<Vec<String>>,
    pub organization_number: Option<Vec<String>>,
    pub phone_number: Option<Vec<String>>,
    pub mcc: Option<Vec<String>>,
    pub mcc_ranges: Option<Vec<StoreRequirementMccRange>>,
    pub bax: Option<Vec<String>>,
    pub terminal_id: Option<Vec<String>>,
}

/// An item rule looks at certain lines, a receipt rule at the receipt as one.
#[derive(Debug, ToSchema)]
pub enum RuleType {
    #[schema(rename = "item")]
    Item,
    #[schema(rename = "receipt")]
    Receipt,
}

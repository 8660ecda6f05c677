//! Automations, as the contract describes them. These types describe; bodies stay JSON, so that members
//! nobody here knows survive.
#![expect(missing_docs, reason = "the contract's own names")]

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

/// What can set an automation off.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum AutomationEvent {
    CustomerAdd,
    CustomerUpdate,
    CustomerRemove,
    TokenAdd,
    TokenRemove,
    ReceiptAdd,
}

/// When an automation acts.
#[derive(Debug, ToSchema)]
pub struct AutomationRequirement {
    #[schema(format = DateTime)]
    pub automation_from: String,
    /// Not included.
    #[schema(format = DateTime)]
    pub automation_to: String,
    pub events: Vec<AutomationEvent>,
    /// JSONPath (RFC 9535) into the event, and a list of what it may find: a value, `{"anything-but": …}` or
    /// `{"numeric": [">", 0, "<=", 1500]}`. Every path must match, by any of its values. A path that finds
    /// nothing does not match.
    #[schema(example = json!({
        "$.type": ["company"], "$.status": [{"anything-but": "blocked"}], "$.addresses[*].postal_code": ["0342", "6901"]
    }))]
    pub filter: Option<BTreeMap<String, Value>>,
}

/// When an automation acts.
#[derive(Debug, ToSchema)]
pub struct AutomationRequirementSent {
    #[schema(format = DateTime)]
    pub automation_from: String,
    /// Not included.
    #[schema(format = DateTime)]
    pub automation_to: String,
    pub events: Vec<AutomationEvent>,
    /// JSONPath (RFC 9535) into the event, and a list of what it may find: a value, `{"anything-but": …}` or
    /// `{"numeric": [">", 0, "<=", 1500]}`. Every path must match, by any of its values. A path that finds
    /// nothing does not match.
    #[schema(example = json!({
        "$.type": ["company"], "$.status": [{"anything-but": "blocked"}], "$.addresses[*].postal_code": ["0342", "6901"]
    }))]
    pub filter: Option<BTreeMap<String, Value>>,
    /// Another spelling of `filter`.
    pub filters: Option<BTreeMap<String, Value>>,
}

/// How often an automation acts.
#[derive(Debug, ToSchema)]
pub struct AutomationLimitation {
    /// For one customer; -1 is every time.
    #[schema(default = json!(1))]
    pub automation_repeat: i64,
}

/// What an automation does: `discount` gives the rule `id` to the customer of the event; `http` sends a request.
#[derive(Debug, ToSchema)]
pub struct AutomationAction {
    /// `discount` or `http`.
    pub r#type: String,
    /// The rule to give.
    pub id: Option<String>,
    /// Where the request goes: a public address.
    pub url: Option<String>,
    /// `POST` when absent.
    #[schema(example = "POST")]
    pub method: Option<String>,
    /// `application/json` when absent.
    #[schema(example = "application/json")]
    pub content_type: Option<String>,
    /// What is sent, as JSON or JSON in a text: every text in it that begins with `$` is a JSONPath, and replaced
    /// by what it finds in the event.
    #[schema(example = json!({"customers": ["$.customer_id"]}))]
    pub body: Option<String>,
}

/// An automation to create.
#[derive(Debug, ToSchema)]
pub struct Automation {
    #[schema(example = "Company Automation")]
    pub name: Option<String>,
    pub description: Option<String>,
    pub requirement: AutomationRequirementSent,
    pub limitation: Option<AutomationLimitation>,
    pub actions: Vec<AutomationAction>,
}

/// An automation.
#[derive(Debug, ToSchema)]
pub struct StoredAutomation {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only, example = "1c92f7e1-2897-4d46-bdcc-c127a914fb4e")]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only, example = "1c92f7e1-2897-4d46-bdcc-c127a914fb4e")]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    #[schema(example = "Company Automation")]
    pub name: Option<String>,
    pub description: Option<String>,
    pub requirement: AutomationRequirement,
    pub limitation: Option<AutomationLimitation>,
    pub actions: Vec<AutomationAction>,
}

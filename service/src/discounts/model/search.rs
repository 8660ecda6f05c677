//! `search/rules`, as the contract describes it.
#![expect(missing_docs, reason = "the contract's own names")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// What to look for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SearchRequest {
    /// Each finds rules of its own; any-of.
    pub query: Vec<SearchQuery>,
    pub group_by: Vec<GroupBy>,
    /// Members of the rules to answer; absent means all.
    #[serde(default)]
    pub includes: Option<Vec<SearchInclude>>,
}

/// Customers and items; a rule is found for each pair it fits.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SearchQuery {
    /// Customer ids; `*` and `/` stand for what was given to them.
    pub customer_id: Vec<String>,
    #[serde(rename = "$.requirement.item.items[*]")]
    pub items: Vec<SearchItem>,
}

/// An item by its id, its group, or both.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SearchItem {
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub group_id: Option<String>,
}

/// How the answer is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub enum GroupBy {
    #[serde(rename = "customer_id#$.requirement.item.items[*].id")]
    Id,
    #[serde(rename = "customer_id#$.requirement.item.items[*].group_id")]
    GroupId,
}

/// A member of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub enum SearchInclude {
    #[serde(rename = "$.campaign_id")]
    CampaignId,
    #[serde(rename = "$.created_at")]
    CreatedAt,
    #[serde(rename = "$.created_by")]
    CreatedBy,
    #[serde(rename = "$.description")]
    Description,
    #[serde(rename = "$.id")]
    Id,
    #[serde(rename = "$.limitation")]
    Limitation,
    #[serde(rename = "$.links")]
    Links,
    #[serde(rename = "$.metadata")]
    Metadata,
    #[serde(rename = "$.name")]
    Name,
    #[serde(rename = "$.private")]
    Private,
    #[serde(rename = "$.receipt_text")]
    ReceiptText,
    #[serde(rename = "$.requirement")]
    Requirement,
    #[serde(rename = "$.reward")]
    Reward,
    #[serde(rename = "$.type")]
    Type,
    #[serde(rename = "$.updated_at")]
    UpdatedAt,
    #[serde(rename = "$.updated_by")]
    UpdatedBy,
    #[serde(rename = "$.visible_from")]
    VisibleFrom,
}

impl SearchInclude {
    /// The member's name.
    pub fn member(self) -> &'static str {
        match self {
            Self::CampaignId => "campaign_id",
            Self::CreatedAt => "created_at",
            Self::CreatedBy => "created_by",
            Self::Description => "description",
            Self::Id => "id",
            Self::Limitation => "limitation",
            Self::Links => "links",
            Self::Metadata => "metadata",
            Self::Name => "name",
            Self::Private => "private",
            Self::ReceiptText => "receipt_text",
            Self::Requirement => "requirement",
            Self::Reward => "reward",
            Self::Type => "type",
            Self::UpdatedAt => "updated_at",
            Self::UpdatedBy => "updated_by",
            Self::VisibleFrom => "visible_from",
        }
    }
}

/// A page of what was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub starting_after: Option<String>,
    #[schema(required = false)]
    pub data: Vec<SearchHit>,
}

/// A rule that one customer can use on one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchHit {
    #[schema(required = false)]
    pub group_by: GroupedBy,
    #[schema(required = false)]
    pub group_value: String,
    #[schema(required = false)]
    pub customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub group_id: Option<String>,
    #[schema(required = false)]
    pub rule: BTreeMap<String, Value>,
}

/// Which member the group's value is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum GroupedBy {
    #[serde(rename = "$.requirement.item.items[*].id")]
    Id,
    #[serde(rename = "$.requirement.item.items[*].group_id")]
    GroupId,
}

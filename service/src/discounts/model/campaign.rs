//! Campaigns, as the contract describes them. These types describe; bodies stay JSON text.
#![expect(missing_docs, reason = "the contract's own names")]

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

/// Campaign of the contract: a name that rules share.
#[derive(Debug, ToSchema)]
pub struct Campaign {
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
    /// A name of the caller's own.
    pub campaign_id: Option<String>,
    pub name: String,
    pub description: Option<String>,
    /// Its rules are not in the public list when that is filtered by this campaign.
    #[schema(default = json!(false))]
    pub private: Option<bool>,
    pub metadata: Option<BTreeMap<String, Value>>,
}

/// What of a campaign can change.
#[derive(Debug, ToSchema)]
pub struct CampaignChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub private: Option<bool>,
}

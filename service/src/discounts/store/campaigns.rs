//! Campaigns in the database.

use sqlx::Row;

use super::unknown_cursor;
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Pool, Store};

/// `state` of a list of campaigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CampaignState {
    /// Every campaign, deleted ones too.
    All,
    /// Neither private nor deleted.
    Public,
    /// Private and not deleted.
    Private,
    /// Deleted.
    Deleted,
}

/// A campaign to store.
#[derive(Debug)]
pub struct NewCampaign<'a> {
    /// The account.
    pub account: &'a str,
    /// Its id.
    pub id: &'a str,
    /// What rules and paths name it by.
    pub campaign_id: &'a str,
    /// Its JSON.
    pub body: &'a str,
    /// Are its rules hidden?
    pub private: bool,
    /// When it was made.
    pub created_at: &'a str,
    /// When it was deleted.
    pub deleted_at: Option<&'a str>,
}

/// Stores a new campaign; false, and nothing is stored, when the `campaign_id` is taken.
///
/// # Errors
/// When the database refuses.
pub async fn create(store: &Store, campaign: &NewCampaign<'_>) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    let added = sqlx::query(
        "INSERT INTO campaigns (account_id, id, body, private, created_at, campaign_id)
         SELECT $1, $2, $3, $4, $5, $6 WHERE NOT EXISTS (SELECT 1 FROM campaigns WHERE account_id = $1 AND id = $6)
         ON CONFLICT DO NOTHING",
    )
    .bind(campaign.account)
    .bind(campaign.id)
    .bind(campaign.body)
    .bind(i64::from(campaign.private))
    .bind(campaign.created_at)
    .bind(campaign.campaign_id)
    .execute(unit.db())
    .await?;
    unit.save().await?;
    Ok(added.rows_affected() > 0)
}

/// Replaces a campaign that still reads `before`; false, and nothing is stored, when it does not.
///
/// # Errors
/// When the database refuses.
pub async fn replace(store: &Store, campaign: &NewCampaign<'_>, before: &str) -> Result<bool, ApiError> {
    let mut unit = store.unit().await?;
    let changed = sqlx::query(
        "UPDATE campaigns SET body = $3, private = $4, deleted_at = $5 WHERE account_id = $1 AND id = $2 AND body = $6",
    )
    .bind(campaign.account)
    .bind(campaign.id)
    .bind(campaign.body)
    .bind(i64::from(campaign.private))
    .bind(campaign.deleted_at)
    .bind(before)
    .execute(unit.db())
    .await?;
    unit.save().await?;
    Ok(changed.rows_affected() > 0)
}

/// A campaign as stored.
#[derive(Debug)]
pub struct StoredCampaign {
    /// Its id.
    pub id: String,
    /// What rules and paths name it by.
    pub campaign_id: String,
    /// Its JSON.
    pub body: String,
}

/// One campaign by its `campaign_id` or id; deleted ones too.
///
/// # Errors
/// When the database refuses.
pub async fn campaign(pool: &Pool, account: &str, name: &str) -> Result<Option<StoredCampaign>, ApiError> {
    let row = sqlx::query("SELECT id, campaign_id, body FROM campaigns WHERE account_id = $1 AND (campaign_id = $2 OR id = $2)")
        .bind(account)
        .bind(name)
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|row| StoredCampaign { id: row.get(0), campaign_id: row.get(1), body: row.get(2) }))
}

/// A page of campaigns, oldest first; without a state those that are not deleted.
///
/// # Errors
/// When the database refuses, or `starting_after` is unknown.
pub async fn campaigns(
    pool: &Pool,
    account: &str,
    state: Option<CampaignState>,
    starting_after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>, ApiError> {
    let mut query = Statement::new("SELECT body FROM campaigns WHERE account_id = ");
    query.push_bind(account)?;
    query.push(match state {
        Some(CampaignState::All) => "",
        None => " AND deleted_at IS NULL",
        Some(CampaignState::Public) => " AND deleted_at IS NULL AND private = 0",
        Some(CampaignState::Private) => " AND deleted_at IS NULL AND private = 1",
        Some(CampaignState::Deleted) => " AND deleted_at IS NOT NULL",
    });
    if let Some(after) = starting_after {
        let place = sqlx::query("SELECT created_at, id FROM campaigns WHERE account_id = $1 AND (campaign_id = $2 OR id = $2)")
            .bind(account)
            .bind(after)
            .fetch_optional(pool)
            .await?
            .ok_or_else(|| unknown_cursor("id"))?;
        query.push(" AND (created_at, id) > (").push_bind(place.get::<String, _>(0))?;
        query.push(", ").push_bind(place.get::<String, _>(1))?.push(")");
    }
    query.push(" ORDER BY created_at, id LIMIT ").push_bind(limit)?;
    Ok(query.rows(pool).await?.iter().map(|row| row.get(0)).collect())
}

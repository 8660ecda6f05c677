//! Campaigns are made, changed and deleted here.

use serde_json::Value;

use super::store::campaigns::{self as store, NewCampaign, StoredCampaign};
use crate::App;
use crate::entity::{Change, Made, SERVER_SET, quoted};
use crate::error::ApiError;
use crate::http::{is_client_id, read};
use crate::members::Members;

/// How often a change is tried again when another one came first.
const TRIES: usize = 100;

/// Checks and stores a new campaign; its JSON.
///
/// # Errors
/// 400 when something is wrong with it.
pub async fn create(app: &App, account: &str, client: &str, body: &str) -> Result<String, ApiError> {
    let sent: Members<'_> = read(body)?;
    sent.refuse_twice("")?;
    let made = Made::now(client);
    let mut campaign = made.with(sent);
    if campaign.get("private").is_none() {
        campaign.set("private", Some("false"));
    }
    check(&campaign)?;
    let campaign_id = campaign.text("campaign_id").unwrap_or_else(|| made.id.clone());
    if !is_client_id(&campaign_id) {
        let message = "this names the campaign, in 1 to 255 characters without space around them".to_owned();
        return Err(ApiError::At("invalid_body", "/campaign_id".to_owned(), message));
    }
    let campaign_id_json = quoted(&campaign_id);
    campaign.set("campaign_id", Some(&campaign_id_json));
    let body = campaign.to_string();
    let private = campaign.get("private") == Some("true");
    let new = NewCampaign {
        account,
        id: &made.id,
        campaign_id: &campaign_id,
        body: &body,
        private,
        created_at: &made.at,
        deleted_at: None,
    };
    if !store::create(&app.store, &new).await? {
        let message = format!("there is a campaign `{campaign_id}` already; a deleted one comes back with PUT");
        return Err(ApiError::At("campaign_exists", "/campaign_id".to_owned(), message));
    }
    Ok(body)
}

/// Changes a campaign, and brings a deleted one back; its JSON.
///
/// # Errors
/// 400 when something is wrong with the change, 404 when there is no such campaign.
pub async fn update(app: &App, account: &str, client: &str, id: &str, body: &str) -> Result<String, ApiError> {
    let sent: Members<'_> = read(body)?;
    sent.refuse_twice("")?;
    for _ in 0..TRIES {
        let before = current(app, account, id).await?;
        let mut campaign: Members<'_> = read(&before.body)?;
        // What rules name it by stays.
        let kept = |name: &str| name == "campaign_id" || SERVER_SET.contains(&name);
        for (name, value) in sent.0.iter().filter(|(name, _)| !kept(name)) {
            campaign.set(name, Some(*value).filter(|value| *value != "null"));
        }
        if campaign.get("private").is_none() {
            campaign.set("private", Some("false"));
        }
        check(&campaign)?;
        let change = Change::now(client);
        change.update(&mut campaign);
        campaign.set("deleted_at", None);
        campaign.set("deleted_by", None);
        if let Some(body) = replace(app, account, &before, &campaign, None).await? {
            return Ok(body);
        }
    }
    Err(ApiError::Internal(format!("campaign {id} changed all the time")))
}

/// Deletes a campaign; its JSON.
///
/// # Errors
/// 400 when it is deleted already, 404 when there is no such campaign.
pub async fn delete(app: &App, account: &str, client: &str, id: &str) -> Result<String, ApiError> {
    for _ in 0..TRIES {
        let before = current(app, account, id).await?;
        let mut campaign: Members<'_> = read(&before.body)?;
        if campaign.get("deleted_at").is_some() {
            return Err(ApiError::Invalid("campaign_deleted", "this campaign is deleted already".to_owned()));
        }
        let change = Change::now(client);
        change.delete(&mut campaign);
        if let Some(body) = replace(app, account, &before, &campaign, Some(&change.at)).await? {
            return Ok(body);
        }
    }
    Err(ApiError::Internal(format!("campaign {id} changed all the time")))
}

async fn current(app: &App, account: &str, id: &str) -> Result<StoredCampaign, ApiError> {
    store::campaign(app.store.pool(), account, id).await?.ok_or(ApiError::NotFound("Campaign"))
}

/// Stores the campaign in place of what it was; `None` when another change came first.
async fn replace(
    app: &App,
    account: &str,
    before: &StoredCampaign,
    campaign: &Members<'_>,
    deleted_at: Option<&str>,
) -> Result<Option<String>, ApiError> {
    let body = campaign.to_string();
    let private = campaign.get("private") == Some("true");
    let StoredCampaign { id, campaign_id, .. } = before;
    let new = NewCampaign { account, id, campaign_id, body: &body, private, created_at: "", deleted_at };
    Ok(store::replace(&app.store, &new, &before.body).await?.then_some(body))
}

fn check(campaign: &Members<'_>) -> Result<(), ApiError> {
    let wrong = |name: &str, message: &str| Err(ApiError::At("invalid_body", format!("/{name}"), message.to_owned()));
    let value = |name: &str| campaign.get(name).and_then(|text| serde_json::from_str::<Value>(text).ok());
    if value("name").is_none_or(|name| name.as_str().is_none_or(|name| name.trim().is_empty())) {
        return wrong("name", "a campaign needs a name");
    }
    for name in ["campaign_id", "description"] {
        if value(name).is_some_and(|value| !value.is_string()) {
            return wrong(name, "this is a text");
        }
    }
    if value("private").is_some_and(|value| !value.is_boolean()) {
        return wrong("private", "this is true or false");
    }
    if value("metadata").is_some_and(|value| !value.is_object()) {
        return wrong("metadata", "metadata are an object, name by name");
    }
    Ok(())
}

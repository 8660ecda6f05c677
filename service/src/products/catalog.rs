//! Products in their catalogs, with their groups.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;

use super::{CATALOG, GROUP, PRODUCT};
use crate::App;
use crate::documents::{Document, Place};
use crate::entity::quoted;
use crate::error::ApiError;
use crate::http::{is_client_id, read_object};
use crate::members::Members;
use crate::store::{Db, Pool};

/// Groups of an account.
pub(super) fn groups(account: &str) -> Place<'_> {
    Place { account, kind: &GROUP, parent: "" }
}

/// Catalogs of an account.
pub(super) fn catalogs(account: &str) -> Place<'_> {
    Place { account, kind: &CATALOG, parent: "" }
}

/// Products of a catalog.
pub(super) fn products<'a>(account: &'a str, catalog: &'a str) -> Place<'a> {
    Place { account, kind: &PRODUCT, parent: catalog }
}

/// A group as a product names it, by the contract's schema or its example.
#[derive(Debug, Deserialize)]
pub(super) struct SentGroup {
    #[serde(default, alias = "id")]
    group_id: Option<String>,
    #[serde(default, alias = "name")]
    group_name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Grouped {
    #[serde(default)]
    groups: Option<Vec<SentGroup>>,
}

/// Receipts have to look for groups from now on, or anew.
pub(super) async fn changed(db: &mut Db, account: &str) -> Result<(), ApiError> {
    sqlx::query("UPDATE rule_counters SET products = products + 1 WHERE account_id = $1").bind(account).execute(db).await?;
    Ok(())
}

/// What a product's groups are stored as, once they are there: their ids.
async fn put_groups(db: &mut Db, account: &str, client: &str, body: &str) -> Result<Option<String>, ApiError> {
    let Grouped { groups: Some(mut sent) } = read_object(body)? else { return Ok(None) };
    let mut ids: Vec<String> = Vec::new();
    for (at, group) in sent.iter().enumerate() {
        let id = group.group_id.as_deref().filter(|id| is_client_id(id) && !id.contains('\0'));
        let Some(id) = id else {
            let message = "a group needs its `group_id`: a name of 1 to 255 characters, without space around them".to_owned();
            return Err(ApiError::At("invalid_body", format!("/groups/{at}/group_id"), message));
        };
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    // In one order, so that products stored at the same time do not wait for each other in a circle.
    sent.sort_by(|a, b| a.group_id.cmp(&b.group_id));
    for group in sent {
        let name = group.group_name.as_deref().map(quoted);
        let set: Vec<(&str, Cow<'_, str>)> = name.iter().map(|name| ("group_name", Cow::Borrowed(name.as_str()))).collect();
        groups(account).put(db, client, group.group_id.as_deref().unwrap_or_default(), &set).await?;
    }
    let list: Vec<String> = ids.iter().map(|id| format!(r#"{{"group_id":{}}}"#, quoted(id))).collect();
    Ok(Some(format!("[{}]", list.join(","))))
}

/// The body with another list of groups, and of this catalog.
fn set(body: &str, groups: Option<&str>, catalog: Option<&str>) -> Result<String, ApiError> {
    let catalog = catalog.map(quoted);
    let mut members: Members<'_> = read_object(body)?;
    members.refuse_twice("")?;
    if let Some(groups) = groups {
        members.set("groups", Some(groups));
    }
    // It is where it is, whatever is sent.
    members.set("catalog_id", catalog.as_deref());
    members.set("catalog_name", None);
    Ok(members.to_string())
}

/// Adds a product to a catalog, its groups to the account's.
///
/// # Errors
/// 400 when something is wrong with it, or there is no such catalog.
pub(super) async fn create(app: &App, account: &str, client: &str, catalog: &str, body: &str) -> Result<String, ApiError> {
    if catalogs(account).one(app.store.pool(), catalog).await.is_err() {
        let message = format!("there is no catalog `{catalog}`; make it first");
        return Err(ApiError::Invalid("catalog_unknown", message));
    }
    let mut unit = app.store.unit().await?;
    let groups = put_groups(unit.db(), account, client, body).await?;
    let body = set(body, groups.as_deref(), Some(catalog))?;
    let document = products(account, catalog).create(unit.db(), client, &body).await?;
    changed(unit.db(), account).await?;
    unit.save().await?;
    shown_one(app.store.pool(), account, document).await
}

/// Changes a product.
///
/// # Errors
/// 400 when something is wrong with the change, 404 when there is no such product.
pub(super) async fn update(
    app: &App,
    account: &str,
    client: &str,
    (catalog, name): (&str, &str),
    body: &str,
) -> Result<String, ApiError> {
    let mut unit = app.store.unit().await?;
    let groups = put_groups(unit.db(), account, client, body).await?;
    let body = set(body, groups.as_deref(), None)?;
    let document = products(account, catalog).update(unit.db(), client, name, &body).await?;
    changed(unit.db(), account).await?;
    unit.save().await?;
    shown_one(app.store.pool(), account, document).await
}

pub(super) async fn shown_one(pool: &Pool, account: &str, document: Document) -> Result<String, ApiError> {
    Ok(shown(pool, account, &[document]).await?.pop().unwrap_or_default())
}

/// Products as the contract shows them: with the names of their catalog and of those of their groups that are not deleted.
///
/// # Errors
/// When the database refuses.
pub(super) async fn shown(pool: &Pool, account: &str, documents: &[Document]) -> Result<Vec<String>, ApiError> {
    let bodies = documents.iter().map(Document::shown).collect::<Result<Vec<_>, _>>()?;
    let mut catalog_ids: Vec<String> = Vec::new();
    let mut group_ids: Vec<String> = Vec::new();
    for body in &bodies {
        catalog_ids.extend(read_object::<Members<'_>>(body)?.text("catalog_id"));
        let Grouped { groups } = read_object(body)?;
        group_ids.extend(groups.into_iter().flatten().filter_map(|group| group.group_id));
    }
    for ids in [&mut catalog_ids, &mut group_ids] {
        ids.sort_unstable();
        ids.dedup();
    }
    let by_name = async |place: Place<'_>, ids: &[String]| {
        let found = place.named(pool, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        Ok::<_, ApiError>(found.into_iter().map(|document| (document.name, document.body)).collect::<HashMap<_, _>>())
    };
    let (catalogs, groups) = (by_name(catalogs(account), &catalog_ids).await?, by_name(groups(account), &group_ids).await?);
    let member = |body: Option<&String>, name: &str| {
        body.and_then(|body| read_object::<Members<'_>>(body).ok().and_then(|members| members.get(name).map(str::to_owned)))
    };
    let mut shown = Vec::with_capacity(bodies.len());
    for body in &bodies {
        let mut members: Members<'_> = read_object(body)?;
        let catalog_name = members.text("catalog_id").and_then(|id| member(catalogs.get(&id), "catalog_name"));
        let Grouped { groups: own } = read_object(body)?;
        let own = own.map(|own| {
            let known = own.iter().filter_map(|group| group.group_id.as_ref()).filter(|id| groups.contains_key(*id));
            let entry = |id: &String| match member(groups.get(id), "group_name") {
                Some(name) => format!(r#"{{"group_id":{},"group_name":{name}}}"#, quoted(id)),
                None => format!(r#"{{"group_id":{}}}"#, quoted(id)),
            };
            format!("[{}]", known.map(entry).collect::<Vec<_>>().join(","))
        });
        members.set("catalog_name", catalog_name.as_deref());
        if own.is_some() {
            members.set("groups", own.as_deref());
        }
        shown.push(members.to_string());
    }
    Ok(shown)
}

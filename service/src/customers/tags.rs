//! Tags and terms: documents of the account. Which tags a customer has is kept apart.

use serde_json::Value;

use super::change::missing;
use super::profile::wrong;
use super::store::{tags, users};
use crate::App;
use crate::documents::{Kind, Member, Place, Shape};
use crate::error::ApiError;
use crate::json::read_once;

/// The most tags of an account, and of a customer.
pub(super) const MOST: i64 = 10_000;

/// Tags.
pub(super) static TAG: Kind = Kind {
    word: "customer_tag",
    title: "Tag",
    name: "id",
    members: &[Member("tag", Shape::NeededText), Member("metadata", Shape::Object(&[]))],
};

/// Terms and conditions.
pub(super) static TERMS: Kind =
    Kind { word: "customer_terms", title: "Terms", name: "id", members: &[Member("terms", Shape::NeededText)] };

/// Where things of a kind are kept.
pub(super) fn place<'a>(account: &'a str, kind: &'static Kind) -> Place<'a> {
    Place { account, kind, parent: "" }
}

/// The tags of a customer, as a list.
///
/// # Errors
/// 404 when there is no such customer.
pub(super) async fn of(app: &App, account: &str, customer_id: &str) -> Result<String, ApiError> {
    let customer = users::named(app.store.pool(), account, customer_id).await?.ok_or_else(missing)?;
    let ids = tags::of(app.store.pool(), account, &customer.id).await?;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let found = place(account, &TAG).named(app.store.pool(), &ids).await?;
    let bodies: Vec<&str> = found.iter().map(|document| &*document.body).collect();
    Ok(format!("[{}]", bodies.join(",")))
}

/// Gives a customer these tags and no others.
///
/// # Errors
/// 404 when there is no such customer, 400 when there is no such tag.
pub(super) async fn set(app: &App, account: &str, customer_id: &str, body: &str) -> Result<String, ApiError> {
    let Value::Array(sent) = read_once(body)? else { return Err(wrong("", "the body is a list of ids of tags")) };
    let mut ids: Vec<&str> = Vec::new();
    for (at, id) in sent.iter().enumerate() {
        ids.push(id.as_str().ok_or_else(|| wrong(&format!("/{at}"), "the id of a tag belongs here, as a text"))?);
    }
    if i64::try_from(ids.len()).unwrap_or(i64::MAX) > MOST {
        return Err(wrong("", format!("a customer has at most {MOST} tags")));
    }
    let known = place(account, &TAG).named(app.store.pool(), &ids).await?;
    if let Some(at) = ids.iter().position(|id| known.iter().all(|tag| tag.name != *id)) {
        return Err(wrong(&format!("/{at}"), "there is no such tag"));
    }
    let mut unit = app.store.unit().await?;
    let customer = users::lock(unit.db(), account, customer_id).await?.ok_or_else(missing)?;
    tags::set(unit.db(), account, &customer.id, &ids).await?;
    unit.save().await?;
    of(app, account, customer_id).await
}

/// Deletes a tag; nobody has it any more. Its JSON.
///
/// # Errors
/// 404 when there is no such tag.
pub(super) async fn delete(app: &App, account: &str, client: &str, id: &str) -> Result<String, ApiError> {
    let mut unit = app.store.unit().await?;
    let document = place(account, &TAG).delete(unit.db(), client, id).await?;
    tags::take_from_all(unit.db(), account, id).await?;
    unit.save().await?;
    document.shown()
}

//! Customers by what they bought, where and when.

use std::collections::HashMap;

use serde::Deserialize;

use super::model::{CustomerPurchases, Segment};
use super::store::Purchases;
use crate::App;
use crate::discounts::store::comparable;
use crate::error::ApiError;
use crate::http::read_object;

/// Purchases looked at in one go.
const PAGE: i64 = 5_000;

#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    purchase_from: Option<String>,
    #[serde(default)]
    purchase_to: Option<String>,
    #[serde(default)]
    store_ids: Option<Vec<String>>,
    #[serde(default)]
    items: Option<Vec<AskedItem>>,
}

#[derive(Debug, Deserialize)]
struct AskedItem {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    group: Option<String>,
}

impl AskedItem {
    fn fits(&self, (id, groups): &(Option<String>, Vec<String>)) -> bool {
        self.id.as_ref().is_none_or(|wanted| id.as_ref() == Some(wanted))
            && self.group.as_ref().is_none_or(|wanted| groups.contains(wanted))
    }
}

/// The customers whose purchases match, those with most purchases first.
///
/// # Errors
/// 400 when the body is wrong.
pub(super) async fn segment(app: &App, account: &str, body: &str) -> Result<Segment, ApiError> {
    let asked: Asked = read_object(body)?;
    let instant = |name: &str, text: Option<String>| match text {
        None => Ok(None),
        Some(text) => comparable(&text).map(Some).ok_or_else(|| {
            let message = "this is a date-time with its offset, as 2024-06-01T12:00:00Z".to_owned();
            ApiError::At("invalid_body", format!("/{name}"), message)
        }),
    };
    let purchases = Purchases {
        from: instant("purchase_from", asked.purchase_from)?,
        to: instant("purchase_to", asked.purchase_to)?,
        stores: asked.store_ids.unwrap_or_default(),
    };
    let items = asked.items.unwrap_or_default();
    if let Some(at) = items.iter().position(|item| item.id.is_none() && item.group.is_none()) {
        let message = "this names an `id`, a `group`, or both".to_owned();
        return Err(ApiError::At("invalid_body", format!("/items/{at}"), message));
    }
    let mut view = app.store.view().await?;
    let mut counts: HashMap<String, i64> = HashMap::new();
    if items.is_empty() {
        counts.extend(purchases.counted(view.db(), account).await?);
    } else {
        let mut after = None;
        loop {
            let page = purchases.page(view.db(), account, after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.place.clone());
            for purchase in page {
                let bought: Vec<(Option<String>, Vec<String>)> = serde_json::from_str(&purchase.items)
                    .map_err(|error| ApiError::Internal(format!("receipt {}: {error}", purchase.place.1)))?;
                if bought.iter().any(|line| items.iter().any(|item| item.fits(line))) {
                    let count = counts.entry(purchase.customer_id).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
    }
    view.save().await?;
    let mut customers: Vec<CustomerPurchases> =
        counts.into_iter().map(|(customer_id, purchases)| CustomerPurchases { customer_id, purchases }).collect();
    customers.sort_unstable_by(|a, b| b.purchases.cmp(&a.purchases).then_with(|| a.customer_id.cmp(&b.customer_id)));
    Ok(Segment { customers })
}

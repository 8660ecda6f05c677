//! Receipts whose lines do not name their groups: the catalogs know them.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::catalog::{groups, products};
use crate::entity::quoted;
use crate::error::ApiError;
use crate::members::Members;
use crate::store::Pool;

#[derive(Debug, Deserialize)]
struct Line {
    #[serde(default)]
    id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Grouped {
    #[serde(default)]
    groups: Option<Vec<Group>>,
}

#[derive(Debug, Deserialize)]
struct Group {
    group_id: String,
}

/// The receipt with the groups of the account's catalogs in lines that name an item and no groups; `None` when there is nothing to add.
/// What cannot be read is left to whoever reads it next.
///
/// # Errors
/// When the database refuses.
pub async fn filled(pool: &Pool, account: &str, receipt: &str) -> Result<Option<String>, ApiError> {
    let Ok(mut members) = serde_json::from_str::<Members<'_>>(receipt) else { return Ok(None) };
    let Some(Ok(items)) = members.get("items").map(serde_json::from_str::<Vec<&RawValue>>) else { return Ok(None) };
    let mut lines: Vec<(&str, Option<(Members<'_>, String)>)> = Vec::with_capacity(items.len());
    for item in items {
        let open = serde_json::from_str::<Members<'_>>(item.get()).ok().filter(|line| line.get("groups").is_none());
        let id = open.as_ref().and_then(|_| serde_json::from_str::<Line>(item.get()).ok()?.id);
        lines.push((item.get(), open.zip(id)));
    }
    let ids: BTreeSet<&str> = lines.iter().filter_map(|(_, open)| open.as_ref().map(|(_, id)| id.as_str())).collect();
    let found = products(account, "").named(pool, &ids.into_iter().collect::<Vec<_>>()).await?;
    // A product may stand in several catalogs: it is in the groups of each.
    let mut groups_of: HashMap<String, Vec<String>> = HashMap::new();
    for product in found {
        let Ok(Grouped { groups: Some(own) }) = serde_json::from_str(&product.body) else { continue };
        let known = groups_of.entry(product.name).or_default();
        for group in own {
            if !known.contains(&group.group_id) {
                known.push(group.group_id);
            }
        }
    }
    let ids: BTreeSet<&str> = groups_of.values().flatten().map(String::as_str).collect();
    let known = groups(account).named(pool, &ids.into_iter().collect::<Vec<_>>()).await?;
    let names: HashMap<&str, Option<String>> = known
        .iter()
        .map(|group| {
            (
                group.name.as_str(),
                serde_json::from_str::<Members<'_>>(&group.body).ok().and_then(|group| group.text("group_name")),
            )
        })
        .collect();
    let mut added = false;
    let mut texts: Vec<String> = Vec::with_capacity(lines.len());
    for (text, open) in lines {
        let list: Vec<String> = match &open {
            Some((_, id)) => {
                let own = groups_of.get(id).into_iter().flatten().filter_map(|group| Some((group, names.get(group.as_str())?)));
                own.map(|(id, name)| match name {
                    Some(name) => format!(r#"{{"id":{},"name":{}}}"#, quoted(id), quoted(name)),
                    None => format!(r#"{{"id":{}}}"#, quoted(id)),
                })
                .collect()
            }
            None => Vec::new(),
        };
        match open {
            Some((mut line, _)) if !list.is_empty() => {
                let list = format!("[{}]", list.join(","));
                line.0.retain(|(name, _)| name != "groups");
                line.0.push(("groups".to_owned(), &list));
                texts.push(line.to_string());
                added = true;
            }
            _ => texts.push(text.to_owned()),
        }
    }
    if !added {
        return Ok(None);
    }
    let items = format!("[{}]", texts.join(","));
    members.set("items", Some(&items));
    Ok(Some(members.to_string()))
}

//! `search/rules`: which rules customers can use on which items now.

use std::collections::{BTreeMap, HashSet};

use rabatt_engine::{Instant, Rule};
use serde::Deserialize;
use serde_json::Value;

use super::available::Known;
use super::held::is_live;
use super::model::search::{GroupBy, GroupedBy, SearchAnswer, SearchHit, SearchItem, SearchRequest};
use super::store::facts::Buyer;
use crate::App;
use crate::error::ApiError;
use crate::http::read;
use crate::store::now;

/// The members of a rule that the search looks at.
#[derive(Debug, Default, Deserialize)]
struct Searched {
    #[serde(default)]
    requirement: Option<SearchedRequirement>,
}

#[derive(Debug, Default, Deserialize)]
struct SearchedRequirement {
    #[serde(default)]
    item: Option<SearchedItems>,
}

#[derive(Debug, Default, Deserialize)]
struct SearchedItems {
    #[serde(default)]
    items: Option<Vec<SearchItem>>,
}

/// Finds the rules; a page of them in the order of the query, then in rule order.
///
/// # Errors
/// 400 when the query or the cursor is wrong.
pub async fn search(
    app: &App,
    account: &str,
    body: &str,
    starting_after: Option<&str>,
    limit: i64,
) -> Result<SearchAnswer, ApiError> {
    let request: SearchRequest = read(body)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let from = match starting_after {
        Some(cursor) => cursor.parse::<usize>().map_err(|_| super::store::unknown_cursor("starting_after"))?,
        None => 0,
    };
    let at = Instant::parse(&now()).ok_or_else(|| ApiError::Internal("the clock is wrong".to_owned()))?;
    let mut found: Vec<SearchHit> = Vec::new();
    let mut passed = 0_usize;
    for query in &request.query {
        for customer in &query.customer_id {
            let buyer = if customer == "/" { Buyer::Anonymous } else { Buyer::Customer(customer) };
            let known = Known::of(app, account, buyer, None).await?;
            let holding = known.holding();
            let rules: HashSet<String> =
                holding.to_refs(&known.in_force.rules.plan).into_iter().map(|held| held.rule_id.into_owned()).collect();
            let held = |rule: &Rule| rules.contains(&*rule.id);
            let usable: Vec<(&Rule, Vec<SearchItem>)> = known
                .in_force
                .rules
                .plan
                .rules()
                .iter()
                .filter(|rule| is_live(rule, at) && held(rule))
                .map(|rule| (&**rule, items(rule)))
                .collect();
            for item in &query.items {
                for group_by in &request.group_by {
                    let (asked, grouped_by) = match group_by {
                        GroupBy::Id => (&item.id, GroupedBy::Id),
                        GroupBy::GroupId => (&item.group_id, GroupedBy::GroupId),
                    };
                    let Some(value) = asked else { continue };
                    for (rule, _) in usable.iter().filter(|(_, entries)| entries.iter().any(|entry| fits(entry, item))) {
                        passed = passed.saturating_add(1);
                        if passed <= from {
                            continue;
                        }
                        if found.len() == limit {
                            return Ok(SearchAnswer { starting_after: Some(passed.saturating_sub(1).to_string()), data: found });
                        }
                        found.push(SearchHit {
                            group_by: grouped_by,
                            group_value: value.clone(),
                            customer_id: customer.clone(),
                            id: item.id.clone(),
                            group_id: item.group_id.clone(),
                            rule: picked(rule, &request)?,
                        });
                    }
                }
            }
        }
    }
    Ok(SearchAnswer { starting_after: None, data: found })
}

fn items(rule: &Rule) -> Vec<SearchItem> {
    let searched: Searched = serde_json::from_str(&rule.source).unwrap_or_default();
    searched.requirement.and_then(|requirement| requirement.item).and_then(|item| item.items).unwrap_or_default()
}

/// Does an entry of a rule name what was asked for?
fn fits(entry: &SearchItem, asked: &SearchItem) -> bool {
    let same = |entry: &Option<String>, asked: &Option<String>| asked.is_some() && entry == asked;
    match (&asked.id, &asked.group_id) {
        (Some(_), Some(_)) => same(&entry.id, &asked.id) || (entry.id.is_none() && same(&entry.group_id, &asked.group_id)),
        _ => same(&entry.id, &asked.id) || same(&entry.group_id, &asked.group_id),
    }
}

/// The members of a rule that are asked for.
fn picked(rule: &Rule, request: &SearchRequest) -> Result<BTreeMap<String, Value>, ApiError> {
    let mut members: BTreeMap<String, Value> = read(&rule.source)?;
    if let Some(includes) = &request.includes {
        members.retain(|name, _| includes.iter().any(|include| include.member() == name));
    }
    Ok(members)
}

//! Who there is: one customer, or a page of those that fit.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::change::{hide_private, missing};
use super::profile::{Kind, is_phone};
use super::settings;
use super::store::list::{self, Filter, OfKind, TokenWord};
use super::store::users::{self, Stored};
use super::words::{Words, fits};
use crate::App;
use crate::discounts::store::{comparable, unknown_cursor};
use crate::error::ApiError;
use crate::http::limit;

/// Customers looked at in one go while a search looks for some.
const LOOK: i64 = 200;

/// The most attributes that a list is filtered by.
const MOST_ATTRIBUTES: usize = 4;

/// One customer's JSON; without private attributes when the customer itself asks.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn one(app: &App, account: &str, customer_id: &str, is_user: bool) -> Result<String, ApiError> {
    let stored = users::named(app.store.pool(), account, customer_id).await?.ok_or_else(missing)?;
    if !is_user {
        return stored.text(app, account);
    }
    let settings = settings::of(app.store.pool(), &app.sealer, account).await?;
    let mut members = stored.open(app, account)?;
    hide_private(&mut members, &settings);
    Ok(Value::Object(members).to_string())
}

/// What a list asks for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    filter: Filter,
    /// Of the text that is searched for the words are a beginning.
    search: Option<String>,
    starting_after: Option<String>,
    limit: i64,
    total: bool,
}

fn bad(message: impl Into<String>) -> ApiError {
    ApiError::Invalid("bad_query", message.into())
}

fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    value.parse().map_err(|_| bad(format!("`{name}` is `true` or `false`")))
}

impl Asked {
    /// Reads the query parameters of a list.
    ///
    /// # Errors
    /// 400 when one is wrong.
    pub(super) fn read(app: &App, account: &str, pairs: Vec<(String, String)>) -> Result<Self, ApiError> {
        let words = Words { sealer: &app.sealer, account };
        let mut asked = Self { limit: limit(None, 100)?, ..Self::default() };
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let (mut token_type, mut token_value) = (None, None);
        for (name, value) in pairs {
            match name.trim_end_matches("[]") {
                "limit" => {
                    let number = value.parse().map_err(|_| bad("`limit` is a whole number"))?;
                    asked.limit = limit(Some(number), 100)?;
                }
                "total" => asked.total = flag("total", &value)?,
                "include_deleted" => asked.filter.deleted |= flag("include_deleted", &value)?,
                "starting_after" => asked.starting_after = Some(value),
                "since_datetime" => {
                    let instant = comparable(&value.replace(' ', "+"));
                    let instant =
                        instant.ok_or_else(|| bad("`since_datetime` is a date-time with its offset, as 2024-06-01T12:00:00Z"))?;
                    asked.filter.since = Some(instant);
                }
                "type" if value == "any" => asked.filter.kind = OfKind::Any,
                "type" => {
                    let kinds = "`type` is `customer`, `company`, `contact`, `employee`, `other` or `any`";
                    asked.filter.kind = OfKind::One(Kind::of(&value).ok_or_else(|| bad(kinds))?);
                }
                "email" => asked.filter.words.push(words.email(&value)),
                "phone_number" => asked.filter.words.push(words.phone(&plus(&value))),
                "search" => asked.search = Some(value),
                "tag_id" => asked.filter.tag = Some(value),
                "token_type" => token_type = Some(value),
                "token_value" => token_value = Some(value),
                "attributes_keys" => keys.push(value),
                "attributes_values" => values.push(value),
                _ => {}
            }
        }
        asked.filter.token = match (token_type, token_value) {
            (Some(kind), Some(value)) => Some(TokenWord::Whole(words.token(&kind, &value))),
            (None, Some(value)) => Some(TokenWord::Value(words.token_value(&value))),
            (Some(kind), None) => Some(TokenWord::Kind(words.token_type(&kind))),
            (None, None) => None,
        };
        for (name, value) in paired(&keys, &values)? {
            asked.filter.words.push(words.attribute(name, value));
        }
        asked.filter.words.extend(asked.search.as_deref().and_then(|search| words.search(search)));
        asked.search = asked.search.filter(|search| !search.trim().is_empty());
        if asked.filter.since.is_some() {
            if asked.starting_after.is_some() {
                return Err(bad("page by `starting_after` or by `since_datetime`, not both"));
            }
            // What was deleted has changed too.
            asked.filter.deleted = true;
        }
        Ok(asked)
    }
}

/// A number whose `+` was not escaped.
fn plus(phone: &str) -> String {
    match phone.strip_prefix(' ') {
        Some(digits) if is_phone(digits) => digits.to_owned(),
        _ => phone.to_owned(),
    }
}

/// Attributes and the values asked for; each list is repeated, or one text with commas.
fn paired<'a>(keys: &'a [String], values: &'a [String]) -> Result<Vec<(&'a str, &'a str)>, ApiError> {
    let keys: Vec<&str> = keys.iter().flat_map(|keys| keys.split(',')).collect();
    let values: Vec<&str> = if keys.len() == values.len() {
        values.iter().map(String::as_str).collect()
    } else {
        values.iter().flat_map(|values| values.split(',')).collect()
    };
    if keys.len() != values.len() || keys.len() > MOST_ATTRIBUTES {
        return Err(bad(format!("`attributes_keys` and `attributes_values` come in pairs, {MOST_ATTRIBUTES} at most")));
    }
    Ok(keys.into_iter().zip(values).collect())
}

/// A page of customers.
#[derive(Debug)]
pub(super) struct Page {
    /// Each one's JSON.
    pub(super) customers: Vec<String>,
    /// How many there are on all pages, when that was asked.
    pub(super) total: Option<usize>,
}

/// A page of the customers that fit, and of those a fitting contact speaks for.
///
/// # Errors
/// 400 when `starting_after` is unknown.
pub(super) async fn page(app: &App, account: &str, asked: &Asked) -> Result<Page, ApiError> {
    let after = match asked.starting_after.as_deref() {
        None => None,
        Some(name) => Some(cursor(app, account, name).await?.ok_or_else(|| unknown_cursor("id"))?),
    };
    let most = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let looking = Looking::new(app, account, asked).await?;
    let mut customers = Vec::new();
    let mut last = after;
    while customers.len() < most {
        let step = looking.step(last.as_ref(), asked.limit).await?;
        customers.extend(step.found);
        last = step.reached;
        if last.is_none() {
            break;
        }
    }
    customers.truncate(most);
    let total = if asked.total { Some(looking.total().await?) } else { None };
    Ok(Page { customers, total })
}

async fn cursor(app: &App, account: &str, name: &str) -> Result<Option<Stored>, ApiError> {
    match users::by_id(app.store.pool(), account, name).await? {
        Some(stored) => Ok(Some(stored)),
        None => users::any_named(app.store.pool(), account, name).await,
    }
}

/// A list being walked.
struct Looking<'a> {
    app: &'a App,
    account: &'a str,
    asked: &'a Asked,
    /// Are those shown too for whom a contact speaks?
    contacts: bool,
}

/// What one step of the walk found.
struct Step {
    found: Vec<String>,
    /// The last one looked at; `None` when nothing lies behind.
    reached: Option<Stored>,
}

impl<'a> Looking<'a> {
    async fn new(app: &'a App, account: &'a str, asked: &'a Asked) -> Result<Self, ApiError> {
        let contacts = asked.filter.looks_for_somebody()
            && asked.filter.kind != OfKind::One(Kind::Contact)
            && list::has_contacts(app.store.pool(), account).await?;
        Ok(Self { app, account, asked, contacts })
    }

    async fn step(&self, after: Option<&Stored>, limit: i64) -> Result<Step, ApiError> {
        let (pool, filter) = (self.app.store.pool(), &self.asked.filter);
        let look = if self.asked.search.is_some() { LOOK.max(limit) } else { limit };
        let own = list::page(pool, self.account, filter, after, look).await?;
        let mut seen: BTreeMap<(String, String), Stored> = BTreeMap::new();
        let since = filter.since.is_some();
        let order = |stored: &Stored| (if since { stored.updated_at.clone() } else { String::new() }, stored.id.clone());
        let mut until = full(&own, look).map(order);
        seen.extend(own.into_iter().map(|stored| (order(&stored), stored)));
        if self.contacts {
            let more = list::by_contact(pool, self.account, filter, after, look).await?;
            // What lies behind the shorter of two full pages comes in the next step.
            until = match (until, full(&more, look).map(order)) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
            seen.extend(more.into_iter().map(|stored| (order(&stored), stored)));
        }
        let more = until.is_some();
        if let Some(until) = until {
            seen.retain(|order, _| *order <= until);
        }
        let mut found = Vec::new();
        let mut reached = None;
        for stored in seen.into_values() {
            if let Some(text) = self.shown(&stored).await? {
                found.push(text);
            }
            reached = Some(stored);
        }
        Ok(Step { found, reached: reached.filter(|_| more) })
    }

    /// A customer's JSON, when it fits the whole search.
    async fn shown(&self, stored: &Stored) -> Result<Option<String>, ApiError> {
        let text = stored.text(self.app, self.account)?;
        let Some(search) = &self.asked.search else { return Ok(Some(text)) };
        let members: Map<String, Value> =
            serde_json::from_str(&text).map_err(|error| ApiError::Internal(format!("a stored customer: {error}")))?;
        if fits(&members, search) {
            return Ok(Some(text));
        }
        if self.contacts {
            for contact in users::contacts(self.app.store.pool(), self.account, &stored.id).await? {
                if fits(&contact.open(self.app, self.account)?, search) {
                    return Ok(Some(text));
                }
            }
        }
        Ok(None)
    }

    async fn total(&self) -> Result<usize, ApiError> {
        if self.asked.search.is_none() && !self.contacts {
            let count = list::count(self.app.store.pool(), self.account, &self.asked.filter).await?;
            return Ok(usize::try_from(count).unwrap_or(0));
        }
        let (mut total, mut last) = (0_usize, None);
        loop {
            let step = self.step(last.as_ref(), LOOK).await?;
            total = total.saturating_add(step.found.len());
            last = step.reached;
            if last.is_none() {
                return Ok(total);
            }
        }
    }
}

/// The last of a page that is full: more may come behind it.
fn full(page: &[Stored], most: i64) -> Option<&Stored> {
    page.last().filter(|_| i64::try_from(page.len()).unwrap_or(i64::MAX) >= most)
}

/// Is there a customer with this e-mail address, or phone number, or both where both are asked for?
///
/// # Errors
/// 400 when nothing is asked.
pub(super) async fn exists(app: &App, account: &str, email: Option<&str>, phone: Option<&str>) -> Result<bool, ApiError> {
    let words = Words { sealer: &app.sealer, account };
    let asked: Vec<String> =
        email.map(|email| words.email(email)).into_iter().chain(phone.map(|phone| words.phone(&plus(phone)))).collect();
    if asked.is_empty() {
        return Err(bad("say whom you look for: `email`, `phone_number` or both"));
    }
    let filter = Filter { words: asked, kind: OfKind::Any, ..Filter::default() };
    Ok(!list::page(app.store.pool(), account, &filter, None, 1).await?.is_empty())
}

/// The departments of the companies with this number, each once.
///
/// # Errors
/// When the database refuses.
pub(super) async fn departments(app: &App, account: &str, number: &str) -> Result<Vec<String>, ApiError> {
    let words = Words { sealer: &app.sealer, account };
    let filter = Filter { words: vec![words.organization(number)], kind: OfKind::Any, ..Filter::default() };
    let mut departments = Vec::new();
    let mut last: Option<Stored> = None;
    loop {
        let page = list::page(app.store.pool(), account, &filter, last.as_ref(), LOOK).await?;
        for stored in &page {
            let company = stored.open(app, account)?.shift_remove("company").unwrap_or_default();
            if let Some(name) = company.get("department").and_then(Value::as_str)
                && !departments.iter().any(|known| known == name)
            {
                departments.push(name.to_owned());
            }
        }
        match page.into_iter().next_back() {
            Some(reached) => last = Some(reached),
            None => return Ok(departments),
        }
    }
}

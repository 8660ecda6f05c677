//! Rules are made, changed and deleted here. Every change is a new revision; none is ever rewritten.

use rabatt_engine::{Code, Instant, Plan, Problem, Rule};
use serde_json::Value;
use uuid::Uuid;

use super::model::rule;
use super::store::comparable;
use super::store::rules::{self, NewRule, Revision};
use super::told;
use crate::App;
use crate::entity::quoted;
use crate::error::ApiError;
use crate::happened::Event;
use crate::members::Members;
use crate::store::Db;

/// Members that the server sets; what a request says of them is passed over.
const SERVER_SET: [&str; 10] =
    ["id", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by", "type", "statistics", "refs"];

/// What a stored rule says when its request does not, as existing clients read it without asking
/// (contract, `examples.md` §1).
const DEFAULTS: [(&str, &str); 5] = [
    ("active", "true"),
    ("private", "false"),
    ("limitation", r#"{"discount_repeat_usage":-1}"#),
    ("links", "[]"),
    ("metadata", "{}"),
];

/// Checks and stores a new rule; its id and JSON.
///
/// # Errors
/// 400 with every problem of the rule.
pub async fn create(app: &App, account: &str, client: &str, body: &str) -> Result<(String, String), ApiError> {
    // Checked before anything is locked.
    let rule = Ready::new(client, body)?;
    let mut unit = app.store.unit().await?;
    rule.store(unit.db(), account).await?;
    told::rule(unit.db(), app, account, Event::DiscountAdd, (&rule.id, &rule.body)).await?;
    unit.save().await?;
    Ok((rule.id, rule.body))
}

/// A new rule, checked.
pub struct Ready {
    /// Its id.
    pub id: String,
    body: String,
    created_at: String,
    campaign_id: Option<String>,
    active: bool,
    private: bool,
    checked: Checked,
}

impl Ready {
    /// Checks a rule that this client wants to make.
    ///
    /// # Errors
    /// 400 with every problem of the rule.
    pub fn new(client: &str, body: &str) -> Result<Self, ApiError> {
        let (id, now) = (Uuid::new_v4().to_string(), crate::store::now());
        let sent: Members<'_> = match serde_json::from_str(body) {
            Ok(sent) => sent,
            // The engine's reader says where and why; that the id is missing is as it should be.
            Err(error) => {
                let mut problems = Rule::from_json(body).err().unwrap_or_default();
                problems.retain(|problem| problem.code != Code::MissingId);
                return Err(if problems.is_empty() { ApiError::Invalid("bad_json", error.to_string()) } else { problems.into() });
            }
        };
        sent.refuse_twice("")?;
        let (id_json, now_json, client_json) = (quoted(&id), quoted(&now), quoted(client));
        let set = [("id", &id_json), ("created_at", &now_json), ("updated_at", &now_json), ("created_by", &client_json)];
        let mut members = Members(set.map(|(name, value)| (name.to_owned(), value.as_str())).into());
        members.0.push(("updated_by".to_owned(), &client_json));
        members.0.extend(sent.0.into_iter().filter(|(name, _)| !SERVER_SET.contains(&name.as_str())));
        for (name, default) in DEFAULTS {
            if members.get(name).is_none() {
                members.0.retain(|(key, _)| key != name);
                members.0.push((name.to_owned(), default));
            }
        }
        let checked = check(&members)?;
        members.0.push(("type".to_owned(), checked.kind));
        let (body, campaign_id) = (members.to_string(), members.text("campaign_id"));
        let (active, private) = (members.get("active") != Some("false"), members.get("private") == Some("true"));
        Ok(Self { id, body, created_at: now, campaign_id, active, private, checked })
    }

    /// Stores it, as part of a unit of work.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn store(&self, db: &mut Db, account: &str) -> Result<(), ApiError> {
        let rule = NewRule {
            account,
            id: &self.id,
            body: &self.body,
            created_at: &self.created_at,
            campaign_id: self.campaign_id.as_deref(),
            active: self.active,
            private: self.private,
            visible_from: self.checked.visible_from.as_deref(),
            purchase_from: &self.checked.purchase_from,
            purchase_to: &self.checked.purchase_to,
        };
        rules::create_rule(db, &rule).await
    }
}

/// What a rule's members come to.
struct Checked {
    purchase_from: String,
    purchase_to: String,
    visible_from: Option<String>,
    /// `type`, as JSON.
    kind: &'static str,
}

/// Checks a rule that is about to be stored.
fn check(members: &Members<'_>) -> Result<Checked, ApiError> {
    // Compiled as one of many, as every later request will: what passes here never spoils a Plan.
    let compiled = Plan::from_json(&format!("[{members}]"));
    let mut problems = compiled.as_ref().err().cloned().unwrap_or_default();
    for problem in &mut problems {
        problem.pointer = problem.pointer.strip_prefix("/0").unwrap_or_default().to_owned();
    }
    let requirement = object(members.get("requirement"));
    for name in ["purchase_from", "purchase_to"] {
        if requirement.get(name).is_none() {
            let message = "a stored rule says when it may be used: this date-time is needed";
            problems.push(Problem::new(Code::MissingMember, format!("/requirement/{name}"), message));
        }
    }
    problems.extend(rule::wrong_types(members));
    let instant = |name: &str| requirement.text(name).and_then(|text| comparable(&text));
    match (&compiled, problems.as_slice(), instant("purchase_from"), instant("purchase_to")) {
        (Ok(compiled), [], Some(purchase_from), Some(purchase_to)) => {
            let receipt_rule = compiled.rules().first().is_some_and(|rule| rule.is_receipt_rule());
            let visible_from = members.text("visible_from").and_then(|text| comparable(&text));
            Ok(Checked { purchase_from, purchase_to, visible_from, kind: if receipt_rule { "\"receipt\"" } else { "\"item\"" } })
        }
        _ => Err(problems.into()),
    }
}

/// The members of an object, or none.
fn object(text: Option<&str>) -> Members<'_> {
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Members that a change may replace as a whole; `null` takes them away.
const CHANGEABLE: [&str; 10] =
    ["campaign_id", "active", "private", "links", "limitation", "description", "metadata", "name", "receipt_text", "stacking"];

/// How often a change is tried again when another one came first.
const TRIES: usize = 100;

/// Changes a rule: members that are given replace those that are stored; of `requirement` each on
/// its own, of `reward` only `base`. The changed rule's JSON.
///
/// # Errors
/// 400 when something cannot change, 404 when there is no such rule.
pub async fn update(app: &App, account: &str, client: &str, id: &str, body: &str) -> Result<String, ApiError> {
    let sent: Members<'_> = serde_json::from_str(body).map_err(|error| {
        ApiError::Invalid("bad_json", format!("the body is an object with what is to change: {}", crate::http::wrong(&error)))
    })?;
    sent.refuse_twice("")?;
    for name in ["requirement", "reward"] {
        let Some(text) = sent.get(name) else { continue };
        let members: Members<'_> = serde_json::from_str(text).map_err(|_| {
            ApiError::from(vec![Problem::new(Code::WrongType, format!("/{name}"), "this is an object with what is to change")])
        })?;
        members.refuse_twice(&format!("/{name}"))?;
    }
    for _ in 0..TRIES {
        let stored = current(app, account, id).await?;
        let (now, client) = (Value::from(crate::store::now()).to_string(), Value::from(client).to_string());
        let old: Members<'_> = object(Some(&stored.body));
        let requirement = changed_requirement(&object(old.get("requirement")), &object(sent.get("requirement")))?;
        let reward = changed_reward(&object(old.get("reward")), &object(sent.get("reward")))?;
        let mut new = Members(old.0.clone());
        new.set("requirement", Some(&requirement));
        new.set("reward", Some(&reward));
        for (name, value) in &sent.0 {
            let fixed = ["requirement", "reward"].contains(&name.as_str()) || SERVER_SET.contains(&name.as_str());
            if CHANGEABLE.contains(&name.as_str()) || (!fixed && old.get(name).is_none()) {
                new.set(name, Some(*value).filter(|value| *value != "null"));
            } else if !fixed && !same(old.get(name), Some(value)) {
                return Err(unchangeable(&format!("/{name}"), "this cannot change once a rule is made"));
            }
        }
        for (name, default) in DEFAULTS {
            if new.get(name).is_none() {
                new.set(name, Some(default));
            }
        }
        new.set("updated_at", Some(&now));
        new.set("updated_by", Some(&client));
        let checked = check(&new)?;
        new.set("type", Some(checked.kind));
        let (body, campaign_id) = (new.to_string(), new.text("campaign_id"));
        let revision = Revision {
            account,
            id,
            after: stored.revision,
            body: &body,
            updated_at: &new.text("updated_at").unwrap_or_default(),
            deleted_by: None,
            campaign_id: campaign_id.as_deref(),
            active: new.get("active") != Some("false"),
            private: new.get("private") == Some("true"),
            visible_from: checked.visible_from.as_deref(),
            purchase_to: &checked.purchase_to,
        };
        if let Some(mut unit) = rules::revise(&app.store, &revision).await? {
            told::rule(unit.db(), app, account, Event::DiscountUpdate, (id, &body)).await?;
            unit.save().await?;
            return Ok(body);
        }
    }
    Err(ApiError::Internal(format!("rule {id} changed all the time")))
}

/// Deletes a rule: who holds it can no longer use it. The deleted rule's JSON.
///
/// # Errors
/// 400 when it is deleted already, 404 when there is no such rule.
pub async fn delete(app: &App, account: &str, client: &str, id: &str) -> Result<String, ApiError> {
    for _ in 0..TRIES {
        let stored = current(app, account, id).await?;
        let now = crate::store::now();
        let (now_json, client_json) = (Value::from(now.as_str()).to_string(), Value::from(client).to_string());
        let mut rule: Members<'_> = object(Some(&stored.body));
        rule.set("updated_at", Some(&now_json));
        rule.set("updated_by", Some(&client_json));
        rule.set("deleted_at", Some(&now_json));
        rule.set("deleted_by", Some(&client_json));
        let (body, campaign_id) = (rule.to_string(), rule.text("campaign_id"));
        let requirement = object(rule.get("requirement"));
        let visible_from = rule.text("visible_from").and_then(|text| comparable(&text));
        let revision = Revision {
            account,
            id,
            after: stored.revision,
            body: &body,
            updated_at: &now,
            deleted_by: Some(client),
            campaign_id: campaign_id.as_deref(),
            active: rule.get("active") != Some("false"),
            private: rule.get("private") == Some("true"),
            visible_from: visible_from.as_deref(),
            purchase_to: &requirement.text("purchase_to").and_then(|text| comparable(&text)).unwrap_or_default(),
        };
        if let Some(mut unit) = rules::revise(&app.store, &revision).await? {
            told::rule(unit.db(), app, account, Event::DiscountDelete, (id, &body)).await?;
            unit.save().await?;
            return Ok(body);
        }
    }
    Err(ApiError::Internal(format!("rule {id} changed all the time")))
}

/// The newest revision of a rule that is not deleted.
async fn current(app: &App, account: &str, id: &str) -> Result<rules::Current, ApiError> {
    let stored = rules::current(app.store.pool(), account, id).await?.ok_or(ApiError::NotFound("Rule"))?;
    if stored.deleted {
        return Err(ApiError::Invalid("rule_deleted", "this rule is deleted; make a new one".to_owned()));
    }
    Ok(stored)
}

/// The requirement with what is to change; the window may only end later.
fn changed_requirement(old: &Members<'_>, sent: &Members<'_>) -> Result<String, ApiError> {
    let instant = |members: &Members<'_>, name: &str| members.text(name).and_then(|text| Instant::parse(&text));
    if sent.get("purchase_from").is_some() && instant(sent, "purchase_from") != instant(old, "purchase_from") {
        return Err(unchangeable("/requirement/purchase_from", "the start of a rule cannot change once it is made"));
    }
    if let (Some(new), Some(before)) = (instant(sent, "purchase_to"), instant(old, "purchase_to"))
        && new < before
    {
        return Err(unchangeable("/requirement/purchase_to", "a rule can only be made to end later, not earlier"));
    }
    let mut new = Members(old.0.clone());
    for (name, value) in sent.0.iter().filter(|(name, _)| name != "purchase_from") {
        new.set(name, Some(*value).filter(|value| *value != "null"));
    }
    Ok(new.to_string())
}

/// The reward with another base; nothing else of it can change.
fn changed_reward(old: &Members<'_>, sent: &Members<'_>) -> Result<String, ApiError> {
    let mut new = Members(old.0.clone());
    for (name, value) in &sent.0 {
        if name == "base" {
            new.set(name, Some(*value).filter(|value| *value != "null"));
        } else if !same(old.get(name), Some(value)) {
            let message = "of a reward only `base` can change once a rule is made; make a new rule instead";
            return Err(unchangeable(&format!("/reward/{name}"), message));
        }
    }
    Ok(new.to_string())
}

fn unchangeable(pointer: &str, message: &'static str) -> ApiError {
    vec![Problem::new(Code::UnknownValue, pointer, message)].into()
}

/// Do two texts hold the same JSON? `null` is absent.
fn same(a: Option<&str>, b: Option<&str>) -> bool {
    let value =
        |text: Option<&str>| text.and_then(|text| serde_json::from_str::<Value>(text).ok()).filter(|value| !value.is_null());
    value(a) == value(b)
}

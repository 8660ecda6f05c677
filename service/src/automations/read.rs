//! An automation's JSON: what is written, checked, and what it means.

use rabatt_engine::{Code, Instant, Problem};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::filter::Filter;
use super::template::Template;
use crate::discounts::store::comparable;
use crate::outbox::address;

/// Most actions of one automation.
const MOST_ACTIONS: usize = 10;

/// Members that the server sets; what a request says of them is passed over.
pub(super) const SERVER_SET: [&str; 7] =
    ["id", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "deleted_by"];

/// What can set an automation off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the contract's own names")]
pub enum Event {
    CustomerAdd,
    CustomerUpdate,
    CustomerRemove,
    TokenAdd,
    TokenRemove,
    ReceiptAdd,
}

impl Event {
    const ALL: [Self; 6] =
        [Self::CustomerAdd, Self::CustomerUpdate, Self::CustomerRemove, Self::TokenAdd, Self::TokenRemove, Self::ReceiptAdd];

    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::CustomerAdd => "customer_add",
            Self::CustomerUpdate => "customer_update",
            Self::CustomerRemove => "customer_remove",
            Self::TokenAdd => "token_add",
            Self::TokenRemove => "token_remove",
            Self::ReceiptAdd => "receipt_add",
        }
    }
}

/// What an automation does.
#[derive(Debug)]
pub(super) enum Action {
    /// Gives this rule to the customer.
    Discount(String),
    /// Sends a request.
    Http(Http),
}

/// A request to send.
#[derive(Debug)]
pub(super) struct Http {
    pub(super) url: String,
    pub(super) method: String,
    pub(super) content_type: String,
    pub(super) body: Option<Template>,
}

/// A checked automation.
#[derive(Debug)]
pub(super) struct Automation {
    /// The window, as [`comparable`] writes it: from the first instant until before the last.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) events: Vec<Event>,
    pub(super) filter: Filter,
    /// How often for one customer; `None` is every time.
    pub(super) repeat: Option<i64>,
    pub(super) actions: Vec<Action>,
}

/// Writes an automation as it is stored: without what the server sets, `filters` as `filter`, with its defaults.
pub(super) fn tidy(sent: &mut Map<String, Value>) {
    sent.retain(|name, value| !SERVER_SET.contains(&name.as_str()) && !value.is_null());
    if let Some(requirement) = sent.get_mut("requirement").and_then(Value::as_object_mut) {
        requirement.retain(|_, value| !value.is_null());
        if !requirement.contains_key("filter")
            && let Some(filter) = requirement.remove("filters")
        {
            requirement.insert("filter".to_owned(), filter);
        }
    }
    let limitation = sent.entry("limitation").or_insert_with(|| json!({}));
    if let Some(limitation) = limitation.as_object_mut() {
        limitation.retain(|_, value| !value.is_null());
        limitation.entry("automation_repeat").or_insert_with(|| json!(1));
    }
}

impl Automation {
    /// Reads a tidy automation.
    ///
    /// # Errors
    /// Every problem, with its place.
    pub(super) fn read(automation: &Map<String, Value>, private_addresses: bool) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        for name in ["name", "description"] {
            if automation.get(name).is_some_and(|value| !value.is_string()) {
                problems.push(Problem::new(Code::WrongType, format!("/{name}"), "this is a text"));
            }
        }
        let nothing = Map::new();
        let (requirement, (from, to), events) = match automation.get("requirement") {
            Some(Value::Object(requirement)) => {
                (requirement, window(requirement, &mut problems), events(requirement, &mut problems))
            }
            other => {
                let code = if other.is_none() { Code::MissingMember } else { Code::WrongType };
                problems.push(Problem::new(code, "/requirement", "an automation says when it is for: this object is needed"));
                (&nothing, Default::default(), Vec::new())
            }
        };
        if requirement.contains_key("filters") {
            let message = "`filters` is another spelling of `filter`: send one of them";
            problems.push(Problem::new(Code::DuplicateMember, "/requirement/filters", message));
        }
        let filter = requirement.get("filter").map(|filter| Filter::read(filter, "/requirement/filter", &mut problems));
        let repeat = repeat(automation, &mut problems);
        let actions = actions(automation, private_addresses, &mut problems);
        if problems.is_empty() {
            Ok(Self { from, to, events, filter: filter.unwrap_or_default(), repeat, actions })
        } else {
            Err(problems)
        }
    }

    /// The rules it gives.
    pub(super) fn rules(&self) -> impl Iterator<Item = (usize, &str)> {
        self.actions.iter().enumerate().filter_map(|(at, action)| match action {
            Action::Discount(id) => Some((at, id.as_str())),
            Action::Http(_) => None,
        })
    }
}

fn window(requirement: &Map<String, Value>, problems: &mut Vec<Problem>) -> (String, String) {
    let mut instant = |name: &str| {
        let place = format!("/requirement/{name}");
        let Some(value) = requirement.get(name) else {
            problems.push(Problem::new(Code::MissingMember, place, "this date-time is needed"));
            return None;
        };
        let read = value.as_str().filter(|text| Instant::parse(text).is_some()).and_then(comparable);
        if read.is_none() {
            let message = "this is a date-time with its offset, as 2024-06-01T12:00:00Z";
            problems.push(Problem::new(Code::BadTime, place, message));
        }
        read
    };
    let (from, to) = (instant("automation_from"), instant("automation_to"));
    let (Some(from), Some(to)) = (from, to) else { return Default::default() };
    if from >= to {
        let message = "an automation ends after it begins";
        problems.push(Problem::new(Code::EmptyWindow, "/requirement/automation_to", message));
    }
    (from, to)
}

fn events(requirement: &Map<String, Value>, problems: &mut Vec<Problem>) -> Vec<Event> {
    let Some(names) = requirement.get("events").and_then(Value::as_array).filter(|names| !names.is_empty()) else {
        let code = if requirement.contains_key("events") { Code::WrongType } else { Code::MissingMember };
        problems.push(Problem::new(code, "/requirement/events", "this is a list with at least one event"));
        return Vec::new();
    };
    let mut events = Vec::new();
    for (at, name) in names.iter().enumerate() {
        match Event::ALL.iter().find(|event| name == event.name()) {
            Some(event) => events.push(*event),
            None => {
                let known = Event::ALL.map(Event::name).join(", ");
                let message = format!("there are the events {known}");
                problems.push(Problem::new(Code::UnknownValue, format!("/requirement/events/{at}"), message));
            }
        }
    }
    events
}

fn repeat(automation: &Map<String, Value>, problems: &mut Vec<Problem>) -> Option<i64> {
    const MESSAGE: &str = "how often for one customer: 1 or more, or -1 for every time";
    let Some(limitation) = automation.get("limitation").and_then(Value::as_object) else {
        problems.push(Problem::new(Code::WrongType, "/limitation", "this is an object with `automation_repeat`"));
        return None;
    };
    match limitation.get("automation_repeat").and_then(Value::as_i64) {
        Some(-1) => None,
        Some(count) if count >= 1 => Some(count),
        count => {
            let code = if count.is_some() { Code::OutOfRange } else { Code::WrongType };
            problems.push(Problem::new(code, "/limitation/automation_repeat", MESSAGE));
            None
        }
    }
}

fn actions(automation: &Map<String, Value>, private_addresses: bool, problems: &mut Vec<Problem>) -> Vec<Action> {
    let actions = match automation.get("actions") {
        Some(Value::Array(actions)) if (1..=MOST_ACTIONS).contains(&actions.len()) => actions,
        other => {
            let code = if other.is_none() { Code::MissingMember } else { Code::WrongType };
            problems.push(Problem::new(code, "/actions", format!("this is a list of 1 to {MOST_ACTIONS} actions")));
            return Vec::new();
        }
    };
    let read = |(at, action): (usize, &Value)| {
        let place = format!("/actions/{at}");
        let text = |name: &str| action.get(name).and_then(Value::as_str);
        match text("type") {
            Some("discount") => match text("id").and_then(|id| Uuid::parse_str(id).ok()) {
                Some(id) => Some(Action::Discount(id.to_string())),
                None => {
                    problems.push(Problem::new(Code::UnknownValue, place + "/id", "this is the id of the rule to give"));
                    None
                }
            },
            Some("http") => http(action, &place, private_addresses, problems).map(Action::Http),
            _ => {
                problems.push(Problem::new(Code::UnknownValue, place + "/type", "an action is a `discount` or `http`"));
                None
            }
        }
    };
    actions.iter().enumerate().filter_map(read).collect()
}

fn http(action: &Value, place: &str, private_addresses: bool, problems: &mut Vec<Problem>) -> Option<Http> {
    let before = problems.len();
    let mut text = |name: &str, default: &str| match action.get(name) {
        None | Some(Value::Null) => default.to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => {
            problems.push(Problem::new(Code::WrongType, format!("{place}/{name}"), "this is a text"));
            default.to_owned()
        }
    };
    let (url, method, content_type) = (text("url", ""), text("method", "POST"), text("content_type", "application/json"));
    if let Err(message) = address::check_url(&url, private_addresses) {
        problems.push(Problem::new(Code::UnknownValue, format!("{place}/url"), message));
    }
    if !["POST", "PUT", "PATCH", "DELETE", "GET"].contains(&method.as_str()) {
        problems.push(Problem::new(Code::UnknownValue, format!("{place}/method"), "this is POST, PUT, PATCH, DELETE or GET"));
    }
    if reqwest::header::HeaderValue::from_str(&content_type).is_err() {
        problems.push(Problem::new(Code::UnknownValue, format!("{place}/content_type"), "this is no content type"));
    }
    let place = format!("{place}/body");
    let body = match action.get("body") {
        None | Some(Value::Null) => None,
        // The contract's type is a text, its example an object: a text with JSON in it is that JSON.
        Some(Value::String(text)) if is_json(&content_type) && !text.starts_with('$') => match crate::json::read_once(text) {
            Ok(body) => Some(Template::read(&body, &place, problems)),
            Err(_) => {
                let message = "for this content type the body is JSON, in which each member stands once";
                problems.push(Problem::new(Code::BadJson, place, message));
                None
            }
        },
        Some(body) => Some(Template::read(body, &place, problems)),
    };
    (problems.len() == before).then_some(Http { url, method, content_type, body })
}

/// Is this content JSON?
pub(super) fn is_json(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json")
}

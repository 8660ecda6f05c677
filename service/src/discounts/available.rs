//! From a request to the engine and back: who is buying, which refs, what it costs.

use std::borrow::Cow;
use std::cell::RefCell;

use rabatt_engine::{
    Code, EvaluateOptions, HeldRefs, Holding, Instant, ParsedReceipt, Problem, RecalculateOptions, Recalculated, Workspace,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::plans::{InForce, Shared};
use super::store::comparable_instant;
use super::store::facts::{self, Buyer, Own};
use super::store::tokens;
use super::terms::{Terms, current_stamps};
use crate::App;
use crate::error::ApiError;
use crate::http::{is_client_id, wrong};
use crate::products::fill::filled;

/// The most lines a receipt may have over HTTP.
const MOST_LINES: usize = 1_000;

/// Lines of larger texts, in bytes, are counted before they are read: one that was read takes a hundred times as much
/// memory as `{}`.
const COUNTED_FIRST: usize = 1 << 16;

/// Receipts of more lines are evaluated on a thread of their own: the search for the best deals
/// may take a while, and the threads that serve requests are few.
const MOST_LINES_AT_ONCE: usize = 50;

thread_local! {
    // One workspace a thread, so that evaluating allocates nothing once warm.
    static WORKSPACE: RefCell<Workspace> = RefCell::new(Workspace::new());
}

/// The lines of a receipt, to be counted.
#[derive(Debug, Deserialize)]
struct Lines {
    #[serde(default)]
    items: Option<Vec<serde::de::IgnoredAny>>,
}

/// What `customer` says of who is buying.
#[derive(Debug, Deserialize)]
struct PurchaseCustomer {
    #[serde(default)]
    token: Option<tokens::SentToken>,
}

/// Recalculates a receipt with the account's rules; uses nothing up.
///
/// # Errors
/// 400 with every problem of the receipt.
pub async fn available(app: &App, account: &str, text: String, explain: bool, amounts: bool) -> Result<String, ApiError> {
    if text.len() > COUNTED_FIRST
        && let Ok(Lines { items: Some(items) }) = serde_json::from_str(&text)
    {
        refuse_long(items.len())?;
    }
    let receipt = ParsedReceipt::from_json(&text)?;
    let lines = receipt.receipt().items.len();
    refuse_long(lines)?;
    let id: Option<Cow<'_, str>> = one(&receipt, "customer_id")?;
    let customer: Option<PurchaseCustomer> = one(&receipt, "customer")?;
    let earlier: Option<&RawValue> = one(&receipt, "outcome")?;
    let resolved;
    let buyer = match (&id, customer.and_then(|customer| customer.token)) {
        (Some(id), _) if matches!(&**id, "*" | "/") || !is_client_id(id) => {
            let message = "this names one customer, in 1 to 255 characters; leave it out when nobody is known";
            return Err(vec![Problem::new(Code::UnknownValue, "/customer_id", message)].into());
        }
        (Some(id), _) => Buyer::Customer(id),
        (None, Some(token)) => {
            resolved = tokens::customer_of(app.store.pool(), &app.sealer, account, &token).await?;
            resolved.as_deref().map_or(Buyer::Unknown, Buyer::Customer)
        }
        (None, None) => Buyer::Anonymous,
    };
    let known = Known::of(app, account, buyer, Some(receipt.receipt().purchase_at)).await?;
    // An answer that is sent again.
    let mut changed = earlier.filter(|_| explain).and_then(|outcome| without_member(&text, outcome.get()));
    if known.own.products > 0
        && let Some(filled) = filled(app.store.pool(), account, changed.as_deref().unwrap_or(&text)).await?
    {
        changed = Some(filled);
    }
    if explain {
        // The outcome names the Plan.
        known.in_force.rules.keep(&app.store, account).await?;
    }
    let options = RecalculateOptions { evaluate: EvaluateOptions { explain, steps: None }, amounts };
    match changed {
        None if lines <= MOST_LINES_AT_ONCE => known.recalculate(&receipt, options),
        changed => {
            drop(receipt);
            let text = changed.unwrap_or(text);
            let evaluate = move || known.recalculate(&ParsedReceipt::from_json(&text)?, options);
            if lines <= MOST_LINES_AT_ONCE {
                return evaluate();
            }
            tokio::task::spawn_blocking(evaluate).await.map_err(|error| ApiError::Internal(error.to_string()))?
        }
    }
}

/// What a member of the receipt says, whose name stands once; nothing where it is absent or `null`. Who is buying
/// is never guessed.
fn one<'a, T: Deserialize<'a>>(receipt: &ParsedReceipt<'a>, name: &str) -> Result<Option<T>, ApiError> {
    let mut found = receipt.members(name);
    let (Some(text), another) = (found.next(), found.next()) else { return Ok(None) };
    let refused = |code, message: String| ApiError::from(vec![Problem::new(code, format!("/{name}"), message)]);
    if another.is_some() {
        return Err(refused(Code::DuplicateMember, "this member is here twice; leave one of them out".to_owned()));
    }
    serde_json::from_str(text)
        .map_err(|error| refused(Code::WrongType, format!("another type of value belongs here: {}", wrong(&error))))
}

/// Refuses receipts with more lines than are taken over HTTP.
pub(super) fn refuse_long(lines: usize) -> Result<(), ApiError> {
    if lines > MOST_LINES {
        let message = format!("a receipt has at most {MOST_LINES} lines here; this one has {lines}");
        return Err(ApiError::Invalid("too_many_lines", message));
    }
    Ok(())
}

/// What a purchase is evaluated with.
#[derive(Debug)]
pub struct Known {
    /// The account's rules and what everybody holds.
    pub in_force: InForce,
    own: Own,
    anonymous: bool,
    nobody: bool,
    /// Refs of which the budget is used up.
    used_up: Vec<String>,
}

impl Known {
    /// What is known of a buyer at an instant.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn of(app: &App, account: &str, buyer: Buyer<'_>, purchase_at: Option<Instant>) -> Result<Self, ApiError> {
        let own = facts::own(app.store.pool(), account, buyer).await?;
        let in_force = app.plans.at(&app.store, account, own.changes, own.gifts).await?;
        let (anonymous, nobody) = (buyer == Buyer::Anonymous, buyer == Buyer::Unknown);
        let mut known = Self { in_force, own, anonymous, nobody, used_up: Vec::new() };
        if !known.in_force.rules.special.is_empty() {
            known.look_closer(app, account, buyer, purchase_at).await?;
        }
        Ok(known)
    }

    /// Lapsed stamps and used-up budgets: what statistics alone do not tell.
    async fn look_closer(&mut self, app: &App, account: &str, buyer: Buyer<'_>, at: Option<Instant>) -> Result<(), ApiError> {
        let at = at.and_then(comparable_instant).unwrap_or_default();
        let special = &self.in_force.rules.special;
        for (rule, terms) in special.iter().filter(|(_, terms)| terms.budget_amount.is_some() || terms.budget_usage.is_some()) {
            let (usage, amount) = facts::totals(app.store.pool(), account, rule).await?;
            if terms.budget_usage.is_some_and(|most| usage >= most) || terms.budget_amount.is_some_and(|most| amount >= most) {
                self.used_up.push(rule.to_string());
            }
        }
        let counted_for = match buyer {
            Buyer::Customer(id) => id,
            Buyer::Anonymous | Buyer::Unknown => "/",
        };
        let shared = if self.anonymous { &self.in_force.passers_by } else { &self.in_force.everybody };
        let rule_of =
            |id: &str| shared.places.get(id).and_then(|at| shared.refs.refs().get(*at as usize)).map(|held| &*held.rule_id);
        let own = self.own.refs.iter_mut().map(|held| (held.rule_id.to_string(), held.id.to_string(), &mut held.statistics));
        let used = self.own.used.iter_mut().filter_map(|(id, known)| Some((rule_of(id)?.to_owned(), id.clone(), known)));
        for (rule, id, statistics) in own.chain(used) {
            let Some(Terms { stamp: Some(_), stamp_expire_days: Some(days), .. }) = special.get(&*rule) else { continue };
            let history = facts::stamps(app.store.pool(), account, &id, counted_for, None).await?;
            statistics.current_stamp = current_stamps(&history, *days, &at);
        }
        Ok(())
    }

    /// Recalculates a receipt for this buyer; with an outcome when it is to be explained.
    fn recalculate(&self, receipt: &ParsedReceipt<'_>, options: RecalculateOptions) -> Result<String, ApiError> {
        let (plan, holding) = (&self.in_force.rules.plan, self.holding());
        WORKSPACE.with_borrow_mut(|workspace| {
            if !options.evaluate.explain {
                return Ok(receipt.receipt_held(plan, &holding, options, workspace)?);
            }
            let Recalculated { receipt, outcome } = receipt.recalculate_held(plan, &holding, options, workspace)?;
            let open = receipt.trim_end();
            Ok(format!("{},\"outcome\":{outcome}}}", open.strip_suffix('}').unwrap_or(open)))
        })
    }

    /// What the buyer can use, as evaluation takes it.
    pub fn holding(&self) -> Holding<'_> {
        static NOTHING: HeldRefs<'static> = HeldRefs::new();
        let plan = &self.in_force.rules.plan;
        if self.nobody {
            return Holding::new(&NOTHING);
        }
        let mut holding = self.shared().with(plan, &self.own.refs, &self.own.used);
        for rule in &self.used_up {
            holding.take_away(plan, rule);
        }
        holding
    }

    fn shared(&self) -> &Shared {
        if self.anonymous { &self.in_force.passers_by } else { &self.in_force.everybody }
    }
}

/// The object without the member whose value is this part of its text; `None` when it has none.
fn without_member(object: &str, value: &str) -> Option<String> {
    let from = (value.as_ptr() as usize).checked_sub(object.as_ptr() as usize)?;
    let (before, after) = (object.get(..from)?, object.get(from.checked_add(value.len())?..)?);
    // Before the value stand its name in quotes and a colon. A name never holds a bare quote.
    let before = before.trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
    let before = before.get(..before.rfind('"')?)?.trim_end();
    // One comma goes with it: the one before, or for the first member the one behind.
    Some(match before.strip_suffix(',') {
        Some(before) => format!("{before}{after}"),
        None => format!("{before}{}", after.trim_start().strip_prefix(',').unwrap_or(after)),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[derive(Deserialize)]
    struct Sent<'a> {
        #[serde(borrow)]
        outcome: &'a RawValue,
    }

    #[test]
    fn a_member_is_taken_out_and_the_rest_stays() {
        for (text, expected) in [
            (r#"{"a": [1, 2], "outcome" : {"b":"}"} , "c":"é"}"#, r#"{"a": [1, 2] , "c":"é"}"#),
            (r#"{"a":1,"outcome":{"outcome":1}}"#, r#"{"a":1}"#),
            (r#"{ "outcome":{},"a":1}"#, r#"{"a":1}"#),
            (r#"{"\u006futcome":{}}"#, "{}"),
        ] {
            let sent: Sent<'_> = serde_json::from_str(text).unwrap();
            assert_eq!(without_member(text, sent.outcome.get()).as_deref(), Some(expected), "{text}");
        }
    }
}

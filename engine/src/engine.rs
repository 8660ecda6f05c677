//! Rules loaded once, receipts answered often, as JSON text: what a till that evaluates by itself
//! uses, in every language.

use crate::call::{RecalculateOptions, Recalculated, recalculate_at, write_answer};
use crate::error::Problem;
use crate::evaluate::Workspace;
use crate::facts::Facts;
use crate::held::{Buyer, HeldRefs, Refs};
use crate::plan::Plan;
use crate::value::Value;
use crate::{read, write};

/// A compiled Plan, the facts that came with its rules, and room to evaluate in.
///
/// ```
/// use rabatt_engine::Engine;
/// let mut engine = Engine::load(r#"[{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}]"#)?;
/// let receipt = r#"{"purchase_at": "2024-06-01T12:00:00Z", "items": [{"gross_amount": 3500, "eligible_for_discount": true}]}"#;
/// let mut answer = String::new();
/// assert!(engine.answer(receipt, None, Some(r#"{"amounts": "recalculated"}"#), &mut answer));
/// assert!(answer.starts_with(r#"{"ok":true,"receipt":{"purchase_at""#));
/// assert!(answer.contains(r#""net_amount":3150"#));
/// # Ok::<(), Vec<rabatt_engine::Problem>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    plan: Plan,
    own: Option<Own>,
    workspace: Workspace,
    parts: Recalculated,
}

/// The facts that came with the rules.
#[derive(Debug)]
struct Own {
    refs: Option<HeldRefs<'static>>,
    customer: Value<'static>,
}

impl Own {
    fn buyer(&self) -> Buyer<'_> {
        Buyer { refs: self.refs.as_ref().map_or(Refs::OneEach, Refs::Held), customer: &self.customer }
    }
}

impl Engine {
    /// Reads a list of rules, or a snapshot (`rules`, and the `facts` to use where none are given)
    /// as the service gives it. Members of a snapshot beside these are passed over.
    ///
    /// # Errors
    /// Every problem of rules and facts at once (§19), with pointers into the text.
    pub fn load(text: &str) -> Result<Self, Vec<Problem>> {
        let parts = read::snapshot(text)?;
        let (rules, at) = parts.rules;
        let rules = read::rules(rules, at);
        let facts = parts.facts.map(|facts| read::facts(facts, "/facts").map(Facts::into_owned)).transpose();
        match (rules, facts) {
            (Ok(rules), Ok(facts)) => Ok(Self::new(Plan::new(rules), facts)),
            (rules, facts) => {
                let mut problems = rules.err().unwrap_or_default();
                problems.extend(facts.err().unwrap_or_default());
                Err(problems)
            }
        }
    }

    pub(crate) fn new(plan: Plan, facts: Option<Facts<'static>>) -> Self {
        let own = facts.map(|Facts { refs, customer }| Own { refs: refs.map(|refs| HeldRefs::of(&plan, refs)), customer });
        Self { plan, own, workspace: Workspace::new(), parts: Recalculated::default() }
    }

    /// The same from bytes, which may turn out not to be UTF-8.
    ///
    /// # Errors
    /// As [`Engine::load`].
    pub fn load_bytes(bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        read::text(bytes).map_err(|problem| vec![problem]).and_then(Self::load)
    }

    /// The rules.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Appends the Answer to a receipt (§22): the very bytes that a Call with these rules, facts and
    /// options has. `facts` and `options` are those of a Call. Is the Answer `ok`?
    pub fn answer(&mut self, receipt: &str, facts: Option<&str>, options: Option<&str>, out: &mut String) -> bool {
        let before = out.len();
        match self.try_answer(receipt, facts, options, out) {
            Ok(()) => true,
            Err(problems) => {
                out.truncate(before);
                write::problems(&problems, out);
                false
            }
        }
    }

    fn try_answer(
        &mut self,
        receipt: &str,
        facts: Option<&str>,
        options: Option<&str>,
        out: &mut String,
    ) -> Result<(), Vec<Problem>> {
        let options = options.map_or_else(|| Ok(Default::default()), read::options)?;
        let facts = match facts.map(|facts| read::facts(facts, "/facts")).transpose() {
            Ok(facts) => facts,
            Err(mut told) => {
                let mut problems = read::receipt(receipt, "/receipt").err().unwrap_or_default();
                problems.append(&mut told);
                return Err(problems);
            }
        };
        self.recalculate(receipt, facts.as_ref(), options, out)
    }

    /// The same with facts and options that were read.
    pub(crate) fn recalculate(
        &mut self,
        receipt: &str,
        facts: Option<&Facts<'_>>,
        options: RecalculateOptions,
        out: &mut String,
    ) -> Result<(), Vec<Problem>> {
        let buyer = match (facts, &self.own) {
            (None, Some(own)) => own.buyer(),
            (facts, _) => Buyer::of_facts(facts),
        };
        self.parts.receipt.clear();
        self.parts.outcome.clear();
        recalculate_at("/receipt", &self.plan, receipt, buyer, options, &mut self.workspace, &mut self.parts)?;
        write_answer(&self.parts, out);
        Ok(())
    }
}

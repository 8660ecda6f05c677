//! The one door (§22): a Call in, an Answer out, as JSON text. Every binding and the command
//! line use it; they convert and nothing else.

use crate::engine::Engine;
use crate::error::Problem;
use crate::evaluate::{EvaluateOptions, Workspace};
use crate::facts::Facts;
use crate::held::{Buyer, Holding};
use crate::parsed::ParsedReceipt;
use crate::plan::Plan;
use crate::receipt::Receipt;
use crate::rule::Rule;
use crate::{read, write};

/// How to recalculate a receipt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecalculateOptions {
    /// How to evaluate it.
    pub evaluate: EvaluateOptions,
    /// Also write `net_amount` and `total_discount` anew, per line and receipt (§16.3).
    pub amounts: bool,
}

/// A recalculated receipt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recalculated {
    /// The receipt as sent plus what the rules gave (§16), JSON.
    pub receipt: String,
    /// The outcome (§22), JSON.
    pub outcome: String,
}

impl Recalculated {
    /// With room for the answer to a receipt.
    pub(crate) fn for_receipt(text: &str) -> Self {
        Self { receipt: String::with_capacity(text.len() * 2), outcome: String::new() }
    }
}

impl Plan {
    /// Compiles a JSON array of rules.
    ///
    /// ```
    /// let plan = rabatt_engine::Plan::from_json(
    ///     r#"[{"id": "ten", "requirement": {}, "reward": {"type": "discount_percent", "value": 10}}]"#,
    /// )?;
    /// assert_eq!(plan.rules().len(), 1);
    /// assert_eq!(plan.hash().len(), 64);
    /// # Ok::<(), Vec<rabatt_engine::Problem>>(())
    /// ```
    ///
    /// # Errors
    /// Every problem of every rule at once (§19), with pointers into the array.
    ///
    /// ```
    /// let problems = rabatt_engine::Plan::from_json(
    ///     r#"[{"id": "a", "reward": {"type": "discount_percent", "value": 101}}, {"id": "a"}]"#,
    /// ).unwrap_err();
    /// let pointers: Vec<&str> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    /// assert_eq!(pointers, ["/0/reward/value", "/1/reward", "/1/id"]);
    /// ```
    pub fn from_json(rules: &str) -> Result<Self, Vec<Problem>> {
        read::rules(rules, "").map(Plan::new)
    }
}

impl<'a> Receipt<'a> {
    /// Reads a receipt from JSON, borrowing its texts.
    ///
    /// # Errors
    /// Every problem at once, with pointers into the receipt (§19).
    pub fn from_json(receipt: &'a str) -> Result<Self, Vec<Problem>> {
        ParsedReceipt::from_json(receipt).map(ParsedReceipt::into_receipt)
    }
}

impl<'a> Facts<'a> {
    /// Reads facts from JSON, borrowing their texts.
    ///
    /// # Errors
    /// Every problem at once, with pointers into the facts (§19).
    pub fn from_json(facts: &'a str) -> Result<Self, Vec<Problem>> {
        read::facts(facts, "")
    }
}

/// Appends the Answer that tells these problems (§22).
pub fn write_problems(problems: &[Problem], out: &mut String) {
    write::problems(problems, out);
}

/// Every problem of a JSON array of rules (§19); empty when they compile. Pointers into the array.
pub fn check(rules: &str) -> Vec<Problem> {
    read::rules(rules, "").err().unwrap_or_default()
}

impl Rule {
    /// Reads and checks one rule.
    ///
    /// # Errors
    /// Every problem at once, with pointers into the rule (§19).
    pub fn from_json(rule: &str) -> Result<Self, Vec<Problem>> {
        read::rule(rule, "")
    }
}

/// Recalculates a receipt given as JSON under a compiled Plan.
///
/// Members of the receipt that Rabatt does not know come back byte for byte.
///
/// # Errors
/// Every problem of the receipt at once, with pointers into it (§19), or an overflow (§2.4).
///
/// ```
/// use rabatt_engine::{Plan, RecalculateOptions, Workspace, recalculate};
/// let plan = Plan::from_json(r#"[{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}]"#)?;
/// let receipt = r#"{"purchase_at": "2024-06-01T12:00:00Z", "till": 7,
///   "items": [{"line_id": 1, "gross_amount": 3500, "eligible_for_discount": true}]}"#;
/// let answer = recalculate(&plan, receipt, None, RecalculateOptions::default(), &mut Workspace::new())?;
/// assert!(answer.receipt.contains(r#""till": 7"#));
/// assert!(answer.receipt.contains(r#""amount":350"#));
/// # Ok::<(), Vec<rabatt_engine::Problem>>(())
/// ```
pub fn recalculate(
    plan: &Plan,
    receipt: &str,
    facts: Option<&Facts<'_>>,
    options: RecalculateOptions,
    workspace: &mut Workspace,
) -> Result<Recalculated, Vec<Problem>> {
    recalculate_for(plan, receipt, Buyer::of_facts(facts), options, workspace)
}

/// As [`recalculate`], for somebody who holds exactly this, made for the same Plan.
///
/// # Errors
/// As [`recalculate`].
pub fn recalculate_held(
    plan: &Plan,
    receipt: &str,
    holding: &Holding<'_>,
    options: RecalculateOptions,
    workspace: &mut Workspace,
) -> Result<Recalculated, Vec<Problem>> {
    ParsedReceipt::from_json(receipt)?.recalculate_held(plan, holding, options, workspace)
}

fn recalculate_for(
    plan: &Plan,
    receipt: &str,
    buyer: Buyer<'_>,
    options: RecalculateOptions,
    workspace: &mut Workspace,
) -> Result<Recalculated, Vec<Problem>> {
    let mut out = Recalculated::for_receipt(receipt);
    recalculate_at("", plan, receipt, buyer, options, workspace, &mut out)?;
    Ok(out)
}

/// Writes the receipt and the outcome.
pub(crate) fn recalculate_at(
    at: &str,
    plan: &Plan,
    text: &str,
    buyer: Buyer<'_>,
    options: RecalculateOptions,
    workspace: &mut Workspace,
    out: &mut Recalculated,
) -> Result<(), Vec<Problem>> {
    let parsed = ParsedReceipt::at(text, at)?;
    parsed.recalculate::<true>(at, plan, buyer, options, workspace, out)
}

/// Answers a Call: JSON text in, JSON text out (§22). Never fails: what is wrong with the Call
/// is in the Answer.
///
/// ```
/// let answer = rabatt_engine::answer(r#"{"rules": [], "receipt": {"purchase_at": "yesterday"}}"#);
/// assert!(answer.starts_with(r#"{"ok":false,"errors":[{"code":"bad_time","pointer":"/receipt/purchase_at""#));
/// ```
pub fn answer(call: &str) -> String {
    let mut out = String::new();
    if let Err(problems) = answer_into(call, &mut out) {
        out.clear();
        write::problems(&problems, &mut out);
    }
    out
}

/// Answers a Call given as bytes, which may turn out not to be UTF-8.
pub fn answer_bytes(call: &[u8]) -> String {
    match read::text(call) {
        Ok(call) => answer(call),
        Err(problem) => {
            let mut out = String::new();
            write::problems(&[problem], &mut out);
            out
        }
    }
}

fn answer_into(call: &str, out: &mut String) -> Result<(), Vec<Problem>> {
    let parts = read::call(call)?;
    // Rules, facts and receipt are read whatever the others hold, so that all problems come at once.
    let rules = read::rules(parts.rules, "/rules");
    let facts = parts.facts.map(|facts| read::facts(facts, "/facts")).transpose();
    let (plan, facts) = match (rules, facts) {
        (Ok(rules), Ok(facts)) => (Plan::new(rules), facts),
        (rules, facts) => {
            let mut problems = rules.err().unwrap_or_default();
            problems.extend(read::receipt(parts.receipt, "/receipt").err().unwrap_or_default());
            problems.extend(facts.err().unwrap_or_default());
            return Err(problems);
        }
    };
    Engine::new(plan, None).recalculate(parts.receipt, facts.as_ref(), parts.options, out)
}

/// The Answer to a Call that could be evaluated.
pub(crate) fn write_answer(parts: &Recalculated, out: &mut String) {
    out.reserve(parts.receipt.len() + parts.outcome.len() + 40);
    for part in ["{\"ok\":true,\"receipt\":", &parts.receipt, ",\"outcome\":", &parts.outcome, "}"] {
        out.push_str(part);
    }
}

//! A receipt that was read and not evaluated yet: what its buyer holds may have to be looked up first.

use crate::call::{RecalculateOptions, Recalculated};
use crate::error::Problem;
use crate::evaluate::{Workspace, evaluate_for};
use crate::held::{Buyer, Holding, Refs};
use crate::json::Cursor;
use crate::plan::Plan;
use crate::read::{self, ReceiptLayout};
use crate::receipt::Receipt;
use crate::write;

/// A receipt and the JSON text that it was read from.
///
/// ```
/// use rabatt_engine::{HeldRefs, Holding, ParsedReceipt, Plan, RecalculateOptions, Workspace};
/// let plan = Plan::from_json(r#"[{"id": "ten", "reward": {"type": "discount_percent", "value": 10}}]"#)?;
/// let text = r#"{"purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari",
///   "items": [{"line_id": 1, "gross_amount": 3500, "eligible_for_discount": true}]}"#;
/// let receipt = ParsedReceipt::from_json(text)?;
/// assert_eq!(receipt.members("customer_id").next(), Some("\"kari\"")); // who holds nothing
/// let (nothing, mut workspace) = (HeldRefs::default(), Workspace::new());
/// let answer = receipt.recalculate_held(&plan, &Holding::new(&nothing), RecalculateOptions::default(), &mut workspace)?;
/// assert!(!answer.receipt.contains("discount_lines"));
/// # Ok::<(), Vec<rabatt_engine::Problem>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ParsedReceipt<'a> {
    text: &'a str,
    receipt: Receipt<'a>,
    layout: ReceiptLayout,
}

impl<'a> ParsedReceipt<'a> {
    /// Reads a receipt from JSON, borrowing its texts.
    ///
    /// # Errors
    /// Every problem at once, with pointers into the receipt (§19).
    pub fn from_json(text: &'a str) -> Result<Self, Vec<Problem>> {
        Self::at(text, "")
    }

    /// The same of a receipt that stands at a place.
    pub(crate) fn at(text: &'a str, at: &'a str) -> Result<Self, Vec<Problem>> {
        read::receipt(text, at).map(|(receipt, layout)| Self { text, receipt, layout })
    }

    /// The receipt.
    pub fn receipt(&self) -> &Receipt<'a> {
        &self.receipt
    }

    pub(crate) fn into_receipt(self) -> Receipt<'a> {
        self.receipt
    }

    /// The JSON text of each member of the receipt with this name, those that no rule looks at included.
    /// (Of such a one nobody has checked that it is there once.)
    pub fn members<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'a str> + 'n {
        let cursor = Cursor::new(self.text);
        let called = self.layout.members.iter().filter(move |(found, _)| *cursor.bytes(*found) == *name.as_bytes());
        called.filter_map(|(_, value)| self.text.get(value.clone()))
    }

    /// Recalculates it for somebody who holds exactly this, made for the same Plan.
    ///
    /// # Errors
    /// An overflow (§2.4).
    pub fn recalculate_held(
        &self,
        plan: &Plan,
        holding: &Holding<'_>,
        options: RecalculateOptions,
        workspace: &mut Workspace,
    ) -> Result<Recalculated, Vec<Problem>> {
        let mut out = Recalculated::for_receipt(self.text);
        self.recalculate::<true>("", plan, Buyer::holding(Refs::Layered(holding)), options, workspace, &mut out)?;
        Ok(out)
    }

    /// The same, the receipt alone: no outcome is written.
    ///
    /// # Errors
    /// As there.
    pub fn receipt_held(
        &self,
        plan: &Plan,
        holding: &Holding<'_>,
        options: RecalculateOptions,
        workspace: &mut Workspace,
    ) -> Result<String, Vec<Problem>> {
        let mut out = Recalculated::for_receipt(self.text);
        self.recalculate::<false>("", plan, Buyer::holding(Refs::Layered(holding)), options, workspace, &mut out)?;
        Ok(out.receipt)
    }

    /// Writes the receipt, which stands at a place, and the outcome when it is wanted.
    pub(crate) fn recalculate<const OUTCOME: bool>(
        &self,
        at: &str,
        plan: &Plan,
        buyer: Buyer<'_>,
        options: RecalculateOptions,
        workspace: &mut Workspace,
        out: &mut Recalculated,
    ) -> Result<(), Vec<Problem>> {
        let Self { text, receipt, layout } = self;
        let outcome = evaluate_for(plan, receipt, buyer, options.evaluate, workspace).map_err(|mut problem| {
            // Evaluation speaks of `/receipt/…`; here the receipt stands at `at`.
            if let Some(rest) = problem.pointer.strip_prefix("/receipt") {
                problem.pointer = format!("{at}{rest}");
            }
            vec![problem]
        })?;
        write::receipt(plan, text, layout, receipt, buyer.refs, outcome, options.amounts, &mut out.receipt);
        if OUTCOME {
            write::outcome(plan, receipt, buyer.refs, outcome, &mut out.outcome);
        }
        Ok(())
    }
}

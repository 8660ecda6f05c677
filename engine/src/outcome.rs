//! What an evaluation found: amounts per rule, ref and line (§16, §22), and why (§17).
//!
//! An [`Outcome`] lives in a [`Workspace`](Workspace) and is overwritten by the next
//! evaluation, so that evaluating allocates nothing once warm. It speaks in indices: `rule` is a
//! position in [`Plan::rules`](crate::Plan::rules), `reference` one in `Facts::refs`, `item` one
//! in `Receipt::items`.

use std::ops::Range;

use crate::facts::Statistics;
use crate::number::Decimal;
use crate::words::words;

/// The result of one evaluation. Amounts are minor units.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Sums over the counting lines.
    pub totals: Totals,
    /// One per rule and ref that gave discount, bonus or stamps: in rule order, then ref order.
    pub applied: Vec<Applied>,
    /// The lines of every [`Applied`], which points in here.
    pub lines: Vec<AppliedLine>,
    /// One per item and rewarding rule: by item, then rule order. What is written on the receipt.
    pub rewards: Vec<LineReward>,
    /// Is the choice of deals proven to be the best (§8.5)?
    pub optimal: bool,
    /// When it is not: at most this much more discount exists.
    pub gap: i64,
    /// One per rule of the Plan in rule order, when asked for (§17).
    pub explain: Option<Vec<Verdict>>,
}

/// Sums over the counting lines, minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Before any discount.
    pub gross: i64,
    /// Discounts that were on the lines already.
    pub existing_discount: i64,
    /// Discounts of this evaluation.
    pub discount: i64,
    /// `gross - existing_discount - discount`.
    pub net: i64,
    /// Bonus of this evaluation.
    pub bonus: i64,
}

words! {
    /// Which part of the evaluation gave it (§7.3).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Stage {
        /// Took hold of units (§8).
        Deal = "deal",
        /// Item adder (§9).
        Item = "item",
        /// `ANY_ITEM` rule (§11.3).
        AnyItem = "any_item",
        /// Receipt adder (§9).
        Receipt = "receipt",
        /// Debit (§14).
        Debit = "debit",
        /// Bonus (§12).
        Bonus = "bonus",
        /// Only stamps were earned (§13.4).
        Stamp = "stamp",
    }
}

/// What one ref of one rule gave.
#[derive(Debug, Clone)]
pub struct Applied {
    /// Position in the Plan's rules.
    pub rule: u32,
    /// Position in `Facts::refs`; `None` is the one ref that every rule has without Facts.
    pub reference: Option<u32>,
    /// Where in the evaluation.
    pub stage: Stage,
    /// Discount given, minor units.
    pub amount: i64,
    /// Bonus given, minor units.
    pub bonus: i64,
    /// Stamps earned.
    pub stamp: i64,
    /// Stamps paid for rewards.
    pub stamp_spent: i64,
    /// Taken from the ref's debit balance, minor units; equals `amount` for a debit.
    pub debit: i64,
    /// 1 when discount or bonus was given, else 0 (§4.4).
    pub usage: i64,
    /// The ref's statistics with this purchase included.
    pub statistics: Statistics,
    /// Its lines in [`Outcome::lines`].
    pub lines: Range<usize>,
}

/// What one ref of one rule gave on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppliedLine {
    /// Position in `Receipt::items`.
    pub item: u32,
    /// Discount, minor units.
    pub amount: i64,
    /// Bonus, minor units.
    pub bonus: i64,
}

/// What one rule gave on one line, all its refs together: an entry of `discount_lines` or
/// `bonus_lines`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineReward {
    /// Position in `Receipt::items`.
    pub item: u32,
    /// Position in the Plan's rules.
    pub rule: u32,
    /// Discount, minor units.
    pub amount: i64,
    /// Bonus, minor units.
    pub bonus: i64,
    /// The percentage, for percentage rewards.
    pub percentage: Option<Decimal>,
}

/// Why a rule did what it did (§17).
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Position in the Plan's rules.
    pub rule: u32,
    /// What became of it.
    pub result: VerdictResult,
    /// All reasons against it, with `not_applied`.
    pub reasons: Vec<Reason>,
    /// One numeric reason stands alone against it: the customer is close.
    pub near_miss: bool,
    /// For a near miss: what the rule would give on this receipt were that reason waived.
    pub potential: Option<i64>,
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerdictResult {
    /// Gave all it could.
    Applied,
    /// Gave something; a cap cut it.
    PartlyApplied,
    /// Would have given something, but stood back.
    Lost {
        /// For this rule, when it was one.
        to: Option<u32>,
        /// By this much, minor units.
        by: i64,
    },
    /// Gave nothing, for the reasons listed.
    NotApplied,
}

impl VerdictResult {
    /// Every word there is.
    pub const WORDS: &'static [&'static str] = &["applied", "partly_applied", "lost", "not_applied"];

    /// The word in an Answer.
    pub fn as_str(self) -> &'static str {
        match self {
            VerdictResult::Applied => "applied",
            VerdictResult::PartlyApplied => "partly_applied",
            VerdictResult::Lost { .. } => "lost",
            VerdictResult::NotApplied => "not_applied",
        }
    }
}

/// One reason against a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What kind.
    pub code: ReasonCode,
    /// For the numeric ones: what there is and what is needed.
    pub numbers: Option<Shortfall>,
}

/// What there is, what is needed; `need - have` is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall {
    /// What there is: minor units, units or stamps.
    pub have: i64,
    /// What is needed, same unit.
    pub need: i64,
}

/// The kinds of reason (§17).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasonCode {
    /// `active` is false, or the rule is deleted.
    Inactive,
    /// Before `purchase_from`.
    NotStarted,
    /// At or after `purchase_to`.
    Ended,
    /// The purchase has no ref of the rule.
    RefMissing,
    /// The ref's days are over.
    RefExpired,
    /// The ref was used as often as it may.
    UsageExhausted,
    /// Outside `discount_hours`.
    OutsideHours,
    /// The receipt's currency is not accepted.
    Currency,
    /// The code is not on the receipt.
    CodeMissing,
    /// This member of the store does not match.
    Store(Box<str>),
    /// This member of the customer does not match.
    Customer(Box<str>),
    /// Gross amount too small.
    GrossBelow,
    /// Net amount too small.
    NetBelow,
    /// No eligible line matches.
    NoMatchingItems,
    /// Too few units match.
    QuantityBelow,
    /// A mix lacks units.
    MixIncomplete,
    /// A discount is there already.
    ExistingDiscount,
    /// Another rule switches it off.
    Deactivated,
    /// Too few stamps for a reward.
    StampsBelow,
    /// Everything holds, yet nothing is given.
    NoEffect,
}

impl ReasonCode {
    /// The codes without a member name.
    pub const PLAIN: &'static [&'static str] = &[
        "inactive",
        "not_started",
        "ended",
        "ref_missing",
        "ref_expired",
        "usage_exhausted",
        "outside_hours",
        "currency",
        "code_missing",
        "gross_below",
        "net_below",
        "no_matching_items",
        "quantity_below",
        "mix_incomplete",
        "existing_discount",
        "deactivated",
        "stamps_below",
        "no_effect",
    ];

    /// The code in an Answer: a prefix, and the member's name for store and customer.
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            ReasonCode::Inactive => ("inactive", ""),
            ReasonCode::NotStarted => ("not_started", ""),
            ReasonCode::Ended => ("ended", ""),
            ReasonCode::RefMissing => ("ref_missing", ""),
            ReasonCode::RefExpired => ("ref_expired", ""),
            ReasonCode::UsageExhausted => ("usage_exhausted", ""),
            ReasonCode::OutsideHours => ("outside_hours", ""),
            ReasonCode::Currency => ("currency", ""),
            ReasonCode::CodeMissing => ("code_missing", ""),
            ReasonCode::Store(member) => ("store.", member),
            ReasonCode::Customer(member) => ("customer.", member),
            ReasonCode::GrossBelow => ("gross_below", ""),
            ReasonCode::NetBelow => ("net_below", ""),
            ReasonCode::NoMatchingItems => ("no_matching_items", ""),
            ReasonCode::QuantityBelow => ("quantity_below", ""),
            ReasonCode::MixIncomplete => ("mix_incomplete", ""),
            ReasonCode::ExistingDiscount => ("existing_discount", ""),
            ReasonCode::Deactivated => ("deactivated", ""),
            ReasonCode::StampsBelow => ("stamps_below", ""),
            ReasonCode::NoEffect => ("no_effect", ""),
        }
    }
}

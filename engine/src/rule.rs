//! A rule as meant: what a merchant wrote, after every check of §19.
//!
//! [`Rule`] is read from JSON by [`crate::read`]; what the reader could not understand is a
//! [`Problem`](crate::Problem) and no `Rule` exists. Wire names stay as the contract has them.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use crate::number::Decimal;
use crate::time::{Hours, Instant};
use crate::value::Need;
use crate::words::words;

/// What the merchant wrote: requirement, reward, limitation.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The rule's id, unique in a Plan.
    pub id: Arc<str>,
    /// The rule's JSON as stored, unknown members and white space included, without `refs`.
    pub source: Source,
    /// `stacking.priority`: higher comes first in rule order (§1.4).
    pub priority: i64,
    /// Second key of the rule order; missing comes first.
    pub created_at: Option<Instant>,
    /// `active`, true when absent.
    pub active: bool,
    /// `deleted_at` is set.
    pub deleted: bool,
    /// What stands on the receipt beside the discount.
    pub receipt_text: Box<str>,
    /// What must hold.
    pub requirement: Requirement,
    /// What is given.
    pub reward: Reward,
    /// How often, when, with what.
    pub limitation: Limitation,
    /// `stacking.group`: of one group only the best rule takes part (§20).
    pub group: Option<Box<str>>,
}

/// A rule's text: a piece of one that the rules read together share.
#[derive(Clone, Default)]
pub struct Source {
    all: Arc<str>,
    /// Where it is; a rule is large, and there are many: 32 bits do, and longer texts are taken apart.
    own: Range<u32>,
}

impl Source {
    /// A piece of a shared text.
    pub(crate) fn shared(all: &Arc<str>, own: Range<usize>) -> Self {
        match (u32::try_from(own.start), u32::try_from(own.end)) {
            (Ok(from), Ok(to)) => Self { all: Arc::clone(all), own: from..to },
            _ => Self::whole(all.get(own).unwrap_or("")),
        }
    }

    /// The whole of a text.
    pub(crate) fn whole(text: &str) -> Self {
        Self { own: 0..u32::try_from(text.len()).unwrap_or(u32::MAX), all: text.into() }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl Deref for Source {
    type Target = str;

    fn deref(&self) -> &str {
        self.all.get(self.own.start as usize..self.own.end as usize).unwrap_or("")
    }
}

/// What must hold for the rule to give anything (§5, §6). Everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct Requirement {
    /// First instant of the window.
    pub purchase_from: Option<Instant>,
    /// First instant after the window.
    pub purchase_to: Option<Instant>,
    /// Least gross amount of the receipt, minor units; 0 is no requirement.
    pub gross_amount: i64,
    /// Least net amount of the receipt, minor units; 0 is no requirement.
    pub net_amount: i64,
    /// The currencies, when restricted.
    pub currencies: Option<Box<Currencies>>,
    /// A code that must be on the receipt.
    pub discount_code: Option<Box<DiscountCode>>,
    /// Members of `receipt.store`, by name; `store_ids` is an `id` need of its own here.
    pub store: Vec<(Box<str>, Need)>,
    /// `store.mcc` and `store.mcc_ranges`, one any-of together.
    pub mcc: Option<Box<Mcc>>,
    /// Members of `receipt.customer`, by name.
    pub customer: Box<[(Box<str>, Need)]>,
    /// Which lines the rule looks at.
    pub items: Items,
    /// `item.quantity`, at least 1 (§6.3).
    pub quantity: i64,
    /// `item.mixes`: sets of units that are bought together.
    pub mixes: Box<[Mix]>,
    /// `stamp`: stamps for one reward (§13).
    pub stamp: Option<i64>,
}

/// `requirement.currencies`: any one of these holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currencies {
    /// Codes that are accepted.
    pub listed: Vec<Box<str>>,
    /// Lists under `anything-but`: a currency in none of one list is accepted.
    pub anything_but: Vec<Vec<Box<str>>>,
}

/// A discount code: typed by the customer, or scanned as an item (§5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountCode {
    /// Trimmed and lower-cased by [`normalise_code`], compared with `receipt.discount_code`.
    pub normalised: Box<str>,
    /// As written, compared with item ids.
    pub exact: Box<str>,
}

/// Merchant category codes of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mcc {
    /// Codes that are accepted as they stand.
    pub codes: Vec<Box<str>>,
    /// Inclusive ranges of codes, as numbers.
    pub ranges: Vec<(u32, u32)>,
}

/// `requirement.item.items`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Items {
    /// No entries, or only `*`: every eligible line (a receipt rule unless there are mixes).
    #[default]
    Every,
    /// `ANY_ITEM`: every eligible line, never together with another item rule (§11.3).
    AnyItem,
    /// Any-of these entries.
    Listed(Box<[Entry]>),
}

/// One entry of an item list: by id, by group, or both at once. Never neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The line's id.
    pub id: Option<Box<str>>,
    /// One of the line's groups.
    pub group_id: Option<Box<str>>,
}

/// One mix: `quantity` units out of its own items (§6.4).
#[derive(Debug, Clone)]
pub struct Mix {
    /// Any-of; never empty, never a wildcard.
    pub items: Box<[Entry]>,
    /// Units needed, at least 1.
    pub quantity: i64,
    /// Do its units take part in the reward?
    pub reward_eligible: bool,
}

words! {
    /// `reward.type`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum RewardKind {
        /// `discount_amount`: minor units off.
        Amount = "discount_amount",
        /// `discount_percent`: percent of the base off.
        Percent = "discount_percent",
        /// `discount_item_new_price`: a unit costs the value.
        ItemNewPrice = "discount_item_new_price",
        /// `discount_item_quantity`: the value cheapest units are free.
        ItemQuantity = "discount_item_quantity",
        /// `discount_item_percent`: percent off the cheapest unit.
        ItemPercent = "discount_item_percent",
        /// `discount_mix_new_price`: a bundle costs the value.
        MixNewPrice = "discount_mix_new_price",
        /// `discount_debit`: off until the ref's balance is used up.
        Debit = "discount_debit",
    }
}

impl RewardKind {
    /// Is the value a percentage?
    pub fn is_percentage(self) -> bool {
        matches!(self, RewardKind::Percent | RewardKind::ItemPercent)
    }

    /// Is the value a promised price?
    pub fn is_new_price(self) -> bool {
        matches!(self, RewardKind::ItemNewPrice | RewardKind::MixNewPrice)
    }
}

words! {
    /// `reward.base`: which amount the reward is computed from.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Base {
        /// The full amount.
        #[default]
        Gross = "gross",
        /// What is left after discounts.
        Net = "net",
    }
}

words! {
    /// `reward.effect`: what becomes of the amount.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Effect {
        /// Taken off the line.
        #[default]
        Discount = "discount",
        /// Earned, nothing is taken off (§12).
        Bonus = "bonus",
    }
}

/// What is given.
#[derive(Debug, Clone)]
pub struct Reward {
    /// How `value` is read.
    pub kind: RewardKind,
    /// Percent for the percentage kinds, else a whole number: minor units or units.
    pub value: Decimal,
    /// Other values for certain items, first match wins (§7.4).
    pub values: Box<[ValueFor]>,
    /// Gross or net.
    pub base: Base,
    /// Discount or bonus.
    pub effect: Effect,
}

/// One entry of `reward.values`.
#[derive(Debug, Clone)]
pub struct ValueFor {
    /// Any-of; id and group must both match when both are given.
    pub items: Box<[Entry]>,
    /// Instead of `reward.value`.
    pub value: Decimal,
}

words! {
    /// `limitation.discount_eligible`: which lines may be rewarded (§5.7).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Eligible {
        /// Every eligible line.
        #[default]
        Item = "item_eligible_for_discount",
        /// Eligible lines without a discount so far.
        ItemWithoutDiscount = "item_eligible_for_discount_no_discount",
        /// Only when no counting line has a discount.
        ReceiptWithoutDiscount = "receipt_no_discount",
    }
}

/// How often, when, with what.
#[derive(Debug, Clone, Default)]
pub struct Limitation {
    /// `discount_hours`, when given.
    pub hours: Option<Box<Hours>>,
    /// `discount_reward_usage`: most rewards in a purchase; `None` is no limit (-1).
    pub reward_usage: Option<i64>,
    /// `discount_repeat_usage`: most purchases per ref; `None` is no limit (-1).
    pub repeat_usage: Option<i64>,
    /// `discount_combination` 0: with no other discount.
    pub alone: bool,
    /// `discount_eligible`.
    pub eligible: Eligible,
    /// `blacklist`: items never rewarded.
    pub blacklist: Box<[Entry]>,
    /// `discount_activation`: ids of rules that switch this one off.
    pub deactivated_by: Box<[Box<str>]>,
    /// `dynamic_purchase_to_days`: days a ref lasts after it was given.
    pub dynamic_days: Option<i64>,
    /// `max_discount_amount`: most a rule gives in a purchase, minor units (§20).
    pub max_discount_amount: Option<i64>,
}

impl Rule {
    /// A receipt rule matches every line and looks at the receipt as one (§6.2).
    pub fn is_receipt_rule(&self) -> bool {
        self.requirement.items == Items::Every && self.requirement.mixes.is_empty()
    }

    /// Does the reward take hold of particular units (§7.1)?
    pub fn is_deal(&self) -> bool {
        !self.requirement.mixes.is_empty()
            || matches!(self.reward.kind, RewardKind::ItemNewPrice | RewardKind::ItemQuantity | RewardKind::ItemPercent)
    }
}

/// The form in which discount codes are compared: trimmed, Unicode lower case (§5.3).
pub fn normalise_code(code: &str) -> String {
    code.trim().to_lowercase()
}

//! The purchase, as far as rules look at it. Everything else stays in the receipt's text.

use std::borrow::Cow;

use crate::number::Decimal;
use crate::time::Instant;
use crate::value::Value;

/// A receipt, its texts borrowed from the input where they can be.
#[derive(Debug, Clone)]
pub struct Receipt<'a> {
    /// The instant of the evaluation (§1.1).
    pub purchase_at: Instant,
    /// ISO 4217 code, when given.
    pub currency: Option<Cow<'a, str>>,
    /// `store`, an object or absent.
    pub store: Value<'a>,
    /// `customer`, an object or absent.
    pub customer: Value<'a>,
    /// `discount_code`, each normalised by [`crate::normalise_code`].
    pub discount_codes: Vec<Cow<'a, str>>,
    /// The lines, in order.
    pub items: Vec<Item<'a>>,
}

/// One line.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// `line_id`; a line without one is called by its position, from 1 (§16.4).
    pub line_id: Option<i64>,
    /// The product.
    pub id: Option<Cow<'a, str>>,
    /// `groups[].id`.
    pub groups: Vec<Cow<'a, str>>,
    /// `quantity`, 1 when absent; pieces, or kilograms and the like.
    pub quantity: Decimal,
    /// `gross_amount` of the whole line, minor units.
    pub gross_amount: Option<i64>,
    /// `unit_gross_price`, minor units.
    pub unit_gross_price: Option<i64>,
    /// `eligible_for_discount`, false when absent.
    pub eligible_for_discount: bool,
    /// `voided`.
    pub voided: bool,
    /// `is_return_item`.
    pub is_return_item: bool,
    /// `scale_item`: sold by weight, one unit whatever the quantity (§3.4).
    pub scale_item: bool,
    /// `discount_lines`, those of the Plan's own rules included (the engine leaves them out, §16.6).
    pub discount_lines: Vec<DiscountLine<'a>>,
}

/// A discount that is already on a line.
#[derive(Debug, Clone)]
pub struct DiscountLine<'a> {
    /// The rule that gave it, when one did.
    pub discount_id: Option<Cow<'a, str>>,
    /// Minor units; 0 when absent.
    pub amount: i64,
}

impl Default for Item<'_> {
    fn default() -> Self {
        Self {
            line_id: None,
            id: None,
            groups: Vec::new(),
            quantity: Decimal::ONE,
            gross_amount: None,
            unit_gross_price: None,
            eligible_for_discount: false,
            voided: false,
            is_return_item: false,
            scale_item: false,
            discount_lines: Vec::new(),
        }
    }
}

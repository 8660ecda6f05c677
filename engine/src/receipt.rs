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

impl Receipt<'_> {
    /// The lines that are called like an earlier one, by position, and that name (§16.4).
    /// Reading from JSON refuses them; who makes a receipt another way asks before evaluating.
    ///
    /// ```
    /// use rabatt_engine::{Item, Receipt};
    /// let text = r#"{"purchase_at": "2024-06-01T12:00:00Z", "items": [{"line_id": 2}]}"#;
    /// let mut receipt = Receipt::from_json(text)?;
    /// receipt.items.push(Item::default()); // the second line, without a name of its own
    /// assert_eq!(receipt.lines_named_twice(), [(1, 2)]);
    /// # Ok::<(), Vec<rabatt_engine::Problem>>(())
    /// ```
    pub fn lines_named_twice(&self) -> Vec<(usize, i64)> {
        named_twice(&self.items)
    }
}

/// A line without `line_id` is called by its position, from 1; no two lines share a name (§16.4).
pub(crate) fn named_twice(items: &[Item<'_>]) -> Vec<(usize, i64)> {
    let name = |(position, item): (i64, &Item<'_>)| item.line_id.unwrap_or(position);
    let mut last = 0i64;
    // The usual numberings, absent or rising, need no list.
    let rising = (1i64..).zip(items).map(name).all(|name| {
        let rises = name > last;
        last = name;
        rises
    });
    if rising {
        return Vec::new();
    }
    let mut names: Vec<(i64, usize)> = (1i64..).zip(items).map(name).zip(0..).collect();
    names.sort_unstable();
    let mut twice: Vec<(usize, i64)> = names
        .windows(2)
        .filter_map(|pair| match pair {
            [(name, _), (same, position)] if name == same => Some((*position, *name)),
            _ => None,
        })
        .collect();
    twice.sort_unstable();
    twice
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

impl Item<'_> {
    /// What the line costs before discounts, minor units, when it counts (§3.2); `None` when it does not.
    ///
    /// ```
    /// use rabatt_engine::Item;
    /// let item = Item { unit_gross_price: Some(3_500), ..Item::default() };
    /// assert_eq!(item.counting_gross(), Some(3_500));
    /// assert_eq!(Item { voided: true, ..item }.counting_gross(), None);
    /// ```
    pub fn counting_gross(&self) -> Option<i64> {
        crate::evaluate::counting_gross(self)
    }
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

//! §3: lines, units, what already lies on them.

use num_traits::{Signed, ToPrimitive};
use serde_json::Value;

use super::input::{Problem, flag, get, list, text, whole};
use super::number::{Money, Ratio, evenly, number, ratio, round};

/// One line of the receipt. Every unit is spelled out.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Its name (§16.4).
    pub(crate) name: Money,
    pub(crate) id: Option<String>,
    pub(crate) groups: Vec<String>,
    pub(crate) counts: bool,
    pub(crate) eligible: bool,
    pub(crate) voided: bool,
    pub(crate) is_return: bool,
    pub(crate) quantity: Ratio,
    /// Priced per quantity, one unit whatever the quantity (§3.4).
    pub(crate) weighed: bool,
    pub(crate) gross: Money,
    /// §3.6, for a return line §5.1.
    pub(crate) existing: Money,
    /// §3.5, empty when the line does not count.
    pub(crate) prices: Vec<Money>,
}

impl Line {
    /// §3.6.
    pub(crate) fn net(&self) -> Money {
        self.gross - self.existing
    }
}

fn line(item: &Value, position: usize) -> Result<Line, Problem> {
    let quantity = match get(item, "quantity") {
        Some(q) => number(q).ok_or("quantity is not a number")?,
        None => ratio(1),
    };
    // §3.1: gross_amount wins; else unit price times quantity; else the line does not count.
    let gross = match (whole(item, "gross_amount")?, whole(item, "unit_gross_price")?) {
        (Some(gross), _) => Some(gross),
        (None, Some(price)) => Some(round(&(ratio(price) * &quantity))),
        (None, None) => None,
    };
    let (voided, is_return) = (flag(item, "voided") == Some(true), flag(item, "is_return_item") == Some(true));
    // §3.2.
    let counts = !voided && !is_return && quantity.is_positive() && gross.is_some_and(|g| g > 0);
    let gross = gross.unwrap_or(0);
    let mut discounts = 0;
    for entry in list(item, "discount_lines") {
        discounts += whole(entry, "amount")?.unwrap_or(0);
    }
    let existing = if is_return { discounts.abs().min(gross.abs()) } else { discounts.clamp(0, gross.max(0)) };
    // §3.4: whole and not weighed is that many units, anything else is one.
    let weighed = flag(item, "scale_item") == Some(true) || !quantity.is_integer();
    let n = if weighed { 1 } else { quantity.to_integer().to_usize().unwrap_or(0) };
    Ok(Line {
        name: whole(item, "line_id")?.unwrap_or(Money::try_from(position + 1).unwrap_or(0)),
        id: text(item, "id"),
        groups: list(item, "groups").iter().filter_map(|g| text(g, "id")).collect(),
        counts,
        eligible: counts && flag(item, "eligible_for_discount") == Some(true),
        voided,
        is_return,
        quantity,
        weighed,
        gross,
        existing,
        prices: if counts { evenly(gross, n) } else { Vec::new() },
    })
}

/// The lines of a receipt, in order.
pub(crate) fn lines(receipt: &Value) -> Result<Vec<Line>, Problem> {
    let items = get(receipt, "items").map_or(Some(&[][..]), |i| i.as_array().map(Vec::as_slice));
    let items = items.ok_or("items is not a list")?;
    let lines = items.iter().enumerate().map(|(i, item)| line(item, i)).collect::<Result<Vec<_>, _>>()?;
    // §16.4.
    for (i, one) in lines.iter().enumerate() {
        if lines[..i].iter().any(|other| other.name == one.name) {
            return Err("duplicate_line_id".to_owned());
        }
    }
    Ok(lines)
}

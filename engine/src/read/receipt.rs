//! Receipts: the members that rules look at, and where in the text the answer is written.

use std::borrow::Cow;
use std::ops::Range;

use super::{Read, Reader};
use crate::error::{Code, Problem};
use crate::number::Decimal;
use crate::receipt::{DiscountLine, Item, Receipt};
use crate::rule::normalise_code;
use crate::value::Value;

/// Where in a receipt's text the members stand that an answer changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReceiptLayout {
    /// The receipt itself, braces included.
    pub(crate) object: Range<usize>,
    pub(crate) is_changed: Option<Range<usize>>,
    pub(crate) discounts: Option<Range<usize>>,
    pub(crate) net_amount: Option<Range<usize>>,
    pub(crate) total_discount: Option<Range<usize>>,
    /// One per item.
    pub(crate) items: Vec<ItemLayout>,
}

/// The same for one item.
#[derive(Debug, Clone, Default)]
pub(crate) struct ItemLayout {
    pub(crate) object: Range<usize>,
    pub(crate) is_changed: Option<Range<usize>>,
    pub(crate) discount_lines: Option<Range<usize>>,
    pub(crate) bonus_lines: Option<Range<usize>>,
    pub(crate) net_amount: Option<Range<usize>>,
    pub(crate) total_discount: Option<Range<usize>>,
}

/// Reads a receipt.
///
/// # Errors
/// Every problem, duplicate line names included (§16.4).
pub(crate) fn receipt<'a>(text: &'a str, base: &'a str) -> Result<(Receipt<'a>, ReceiptLayout), Vec<Problem>> {
    Reader::new(text, base).finish(one)
}

fn one<'a>(r: &mut Reader<'a>) -> Read<Option<(Receipt<'a>, ReceiptLayout)>> {
    let mut layout = ReceiptLayout::default();
    let (mut purchase_at, mut currency) = (None, None);
    let (mut store, mut customer) = (Value::Absent, Value::Absent);
    let mut discount_codes = Vec::new();
    let mut items: Vec<Item<'a>> = Vec::new();
    let mut seen = 0u64;
    let range = r.members("a receipt is an object", |r, name, null| {
        match name {
            // Where the answer writes, a `null` is replaced like any other value.
            "is_changed" if r.once(&mut seen, 6)? => layout.is_changed = Some(r.range()?),
            "net_amount" if r.once(&mut seen, 8)? => layout.net_amount = Some(r.range()?),
            "total_discount" if r.once(&mut seen, 9)? => layout.total_discount = Some(r.range()?),
            "discounts" if null && r.once(&mut seen, 7)? => layout.discounts = Some(r.range()?),
            _ if null => r.skip()?,
            "purchase_at" if r.once(&mut seen, 0)? => purchase_at = r.instant()?,
            "currency" if r.once(&mut seen, 1)? => currency = r.string()?,
            "store" if r.once(&mut seen, 2)? => store = r.object_value("`store` is an object")?,
            "customer" if r.once(&mut seen, 3)? => customer = r.object_value("`customer` is an object")?,
            "discount_code" if r.once(&mut seen, 4)? => codes(r, &mut discount_codes)?,
            "items" if r.once(&mut seen, 5)? => {
                r.list("`items` is a list of lines", |r, _| {
                    if let Some((item, spans)) = item(r)? {
                        items.push(item);
                        layout.items.push(spans);
                    }
                    Ok(())
                })?;
                name_twice(r, &items);
            }
            "discounts" if r.once(&mut seen, 7)? => layout.discounts = objects(r)?,
            "purchase_at" | "currency" | "store" | "customer" | "discount_code" | "items" | "is_changed" | "discounts"
            | "net_amount" | "total_discount" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    let Some(range) = range else { return Ok(None) };
    layout.object = range;
    if seen & 1 == 0 {
        r.problem_below("/purchase_at", Code::MissingMember, "a receipt needs `purchase_at`: rules are judged at that instant");
    }
    let Some(purchase_at) = purchase_at else { return Ok(None) };
    Ok(Some((Receipt { purchase_at, currency, store, customer, discount_codes, items }, layout)))
}

/// `discount_code`: a list, or one text (§5.3).
fn codes<'a>(r: &mut Reader<'a>, codes: &mut Vec<Cow<'a, str>>) -> Read<()> {
    fn normalised(code: Cow<'_, str>) -> Cow<'_, str> {
        let new = normalise_code(&code);
        if new == code { code } else { Cow::Owned(new) }
    }
    if r.peek()? == jiter::Peek::String {
        codes.extend(r.string()?.map(normalised));
        return Ok(());
    }
    r.list("`discount_code` is a list of codes", |r, _| {
        codes.extend(r.string()?.map(normalised));
        Ok(())
    })?;
    Ok(())
}

/// A list of objects whose entries the answer may drop or add to; its range.
fn objects(r: &mut Reader<'_>) -> Read<Option<Range<usize>>> {
    r.peek()?;
    let from = r.jiter.current_index();
    let list = r.list("a list of objects belongs here", |r, _| {
        r.object("an object belongs here", |r, _| r.skip())?;
        Ok(())
    })?;
    Ok(list.then(|| from..r.jiter.current_index()))
}

fn item<'a>(r: &mut Reader<'a>) -> Read<Option<(Item<'a>, ItemLayout)>> {
    let mut item = Item::default();
    let mut layout = ItemLayout::default();
    let mut seen = 0u64;
    let range = r.members("a line is an object", |r, name, null| {
        match name {
            "is_changed" if r.once(&mut seen, 12)? => layout.is_changed = Some(r.range()?),
            "net_amount" if r.once(&mut seen, 13)? => layout.net_amount = Some(r.range()?),
            "total_discount" if r.once(&mut seen, 14)? => layout.total_discount = Some(r.range()?),
            "discount_lines" if null && r.once(&mut seen, 10)? => layout.discount_lines = Some(r.range()?),
            "bonus_lines" if null && r.once(&mut seen, 11)? => layout.bonus_lines = Some(r.range()?),
            _ if null => r.skip()?,
            "id" if r.once(&mut seen, 0)? => item.id = r.string()?,
            "line_id" if r.once(&mut seen, 1)? => item.line_id = r.whole()?,
            "groups" if r.once(&mut seen, 2)? => {
                r.list("`groups` is a list of objects with `id`", |r, _| {
                    r.object("a group is an object with `id`", |r, name| {
                        if name == "id" {
                            item.groups.extend(r.string()?);
                            return Ok(());
                        }
                        r.skip()
                    })?;
                    Ok(())
                })?;
            }
            "quantity" if r.once(&mut seen, 3)? => item.quantity = r.decimal()?.unwrap_or(Decimal::ONE),
            "gross_amount" if r.once(&mut seen, 4)? => item.gross_amount = r.whole()?,
            "unit_gross_price" if r.once(&mut seen, 5)? => item.unit_gross_price = r.whole()?,
            "eligible_for_discount" if r.once(&mut seen, 6)? => item.eligible_for_discount = r.bool()?.unwrap_or(false),
            "voided" if r.once(&mut seen, 7)? => item.voided = r.bool()?.unwrap_or(false),
            "is_return_item" if r.once(&mut seen, 8)? => item.is_return_item = r.bool()?.unwrap_or(false),
            "scale_item" if r.once(&mut seen, 9)? => item.scale_item = r.bool()?.unwrap_or(false),
            "discount_lines" if r.once(&mut seen, 10)? => {
                r.peek()?;
                let from = r.jiter.current_index();
                let list = r.list("`discount_lines` is a list of objects", |r, _| {
                    let (mut line, mut seen) = (DiscountLine { discount_id: None, amount: 0 }, 0u64);
                    let read = r.object("a discount line is an object", |r, name| {
                        match name {
                            "amount" if r.once(&mut seen, 0)? => line.amount = r.whole()?.unwrap_or(0),
                            "discount_id" if r.once(&mut seen, 1)? => line.discount_id = r.string()?,
                            "amount" | "discount_id" => {}
                            _ => r.skip()?,
                        }
                        Ok(())
                    })?;
                    item.discount_lines.extend(read.map(|_| line));
                    Ok(())
                })?;
                layout.discount_lines = list.then(|| from..r.jiter.current_index());
            }
            "bonus_lines" if r.once(&mut seen, 11)? => layout.bonus_lines = objects(r)?,
            "id"
            | "line_id"
            | "groups"
            | "quantity"
            | "gross_amount"
            | "unit_gross_price"
            | "eligible_for_discount"
            | "voided"
            | "is_return_item"
            | "scale_item"
            | "discount_lines"
            | "bonus_lines"
            | "is_changed"
            | "net_amount"
            | "total_discount" => {}
            _ => r.skip()?,
        }
        Ok(())
    })?;
    Ok(range.map(|object| (item, ItemLayout { object, ..layout })))
}

/// §16.4: a line without `line_id` is called by its position, from 1; no two lines share a name.
fn name_twice(r: &mut Reader<'_>, items: &[Item<'_>]) {
    let mut in_order = 0i64;
    // The usual numberings, absent or rising, need no list.
    let rising = (1i64..).zip(items).all(|(position, item)| {
        let name = item.line_id.unwrap_or(position);
        let rises = name > in_order;
        in_order = name;
        rises
    });
    if rising {
        return;
    }
    let mut names: Vec<(i64, i64)> =
        (1i64..).zip(items).map(|(position, item)| (item.line_id.unwrap_or(position), position)).collect();
    names.sort_unstable();
    let mut twice: Vec<(i64, i64)> =
        names.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| (pair[1].1, pair[1].0)).collect();
    twice.sort_unstable();
    for (position, name) in twice {
        let message = format!(
            "two lines are called {name}; give each its own `line_id` (a line without one is called by its position, from 1)"
        );
        r.problem_below(&format!("/{}/line_id", position - 1), Code::DuplicateLineId, message);
    }
}

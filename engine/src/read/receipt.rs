//! Receipts: the members that rules look at, and where in the text the answer is written.

use std::borrow::Cow;
use std::ops::Range;

use super::members::{Member, Members, Order};
use super::{Read, Reader};
use crate::error::{Code, Problem};
use crate::json::{Kind, Quoted};
use crate::number::Decimal;
use crate::receipt::{DiscountLine, Item, Receipt, named_twice};
use crate::rule::normalise_code;
use crate::value::Value;

/// Bytes of a line as tills send it, rather too few.
const USUAL_LINE: usize = 200;

/// Members of a receipt as tills send it.
const USUAL_MEMBERS: usize = 16;

/// Where in a receipt's text the members stand that an answer changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReceiptLayout {
    /// The receipt itself, braces included.
    pub(crate) object: Range<usize>,
    /// Where its members' names and values stand.
    pub(crate) members: Vec<(Quoted, Range<usize>)>,
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
    let (mut lines, mut line_groups) = (Order::default(), Order::default());
    let mut read = |r: &mut Reader<'a>, member: Member, kind: Kind| {
        let null = kind == Kind::Null;
        if null && !Members::WRITTEN.has(member) {
            return r.known_skip(kind);
        }
        if !r.once(&mut seen, member as u32)? {
            return Ok(());
        }
        match member {
            Member::PurchaseAt => purchase_at = r.instant()?,
            Member::Currency => currency = r.string()?,
            Member::Store => store = r.object_value("`store` is an object")?,
            Member::Customer => customer = r.object_value("`customer` is an object")?,
            Member::DiscountCode => codes(r, &mut discount_codes)?,
            Member::Items => {
                // About as many as there will be, since lines are too large to be moved about.
                let likely = r.text.len() / USUAL_LINE;
                items.reserve(likely);
                layout.items.reserve(likely);
                r.list("`items` is a list of lines", |r, _| {
                    // Filled in where they stay.
                    items.push(Item::default());
                    layout.items.push(ItemLayout::default());
                    if let (Some(line), Some(spans)) = (items.last_mut(), layout.items.last_mut()) {
                        item(r, line, spans, &mut lines, &mut line_groups)?;
                    }
                    Ok(())
                })?;
                name_twice(r, &items);
            }
            Member::IsChanged => layout.is_changed = Some(r.range()?),
            Member::NetAmount => layout.net_amount = Some(r.range()?),
            Member::TotalDiscount => layout.total_discount = Some(r.range()?),
            Member::Discounts if null => layout.discounts = Some(r.range()?),
            Member::Discounts => layout.discounts = objects(r)?,
            _ => {}
        }
        Ok(())
    };
    let mut members = Vec::with_capacity(USUAL_MEMBERS);
    let range =
        r.known_members("a receipt is an object", Members::OF_RECEIPT, &mut Order::default(), &mut |r, member, kind| {
            let (name, from) = (r.name(), r.cursor.at());
            match member {
                Some(member) => read(r, member, kind)?,
                None => r.known_skip(kind)?,
            }
            // All are noted, also those that no rule looks at.
            members.extend(name.map(|name| (name, from..r.cursor.at())));
            Ok(())
        })?;
    layout.members = members;
    let Some(range) = range else { return Ok(None) };
    layout.object = range;
    if seen & 1 << Member::PurchaseAt as u32 == 0 {
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
    if r.peek()? == Kind::String {
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
    let from = r.cursor.at();
    let list = r.list("a list of objects belongs here", |r, _| {
        r.object("an object belongs here", |r, _| r.skip())?;
        Ok(())
    })?;
    Ok(list.then(|| from..r.cursor.at()))
}

fn groups<'a>(r: &mut Reader<'a>, item: &mut Item<'a>, order: &mut Order) -> Read<()> {
    r.list("`groups` is a list of objects with `id`", |r, _| {
        r.known_members("a group is an object with `id`", Members::OF_GROUP, order, &mut |r, member, kind| {
            if member.is_none() {
                return r.known_skip(kind);
            }
            if item.groups.is_empty() {
                item.groups.reserve_exact(1); // nearly all goods are of one group
            }
            item.groups.extend(r.string()?);
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}

/// Reads the discounts on a line; the list's range.
fn discount_lines<'a>(r: &mut Reader<'a>, item: &mut Item<'a>) -> Read<Option<Range<usize>>> {
    r.peek()?;
    let from = r.cursor.at();
    let list = r.list("`discount_lines` is a list of objects", |r, _| {
        let (mut line, mut seen) = (DiscountLine { discount_id: None, amount: 0 }, 0u64);
        let read = r.object("a discount line is an object", |r, name| {
            match &**name {
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
    Ok(list.then(|| from..r.cursor.at()))
}

fn item<'a>(
    r: &mut Reader<'a>,
    item: &mut Item<'a>,
    layout: &mut ItemLayout,
    order: &mut Order,
    order_of_groups: &mut Order,
) -> Read<()> {
    let mut seen = 0u64;
    let range = r.known_members("a line is an object", Members::OF_ITEM, order, &mut |r, member, kind| {
        let null = kind == Kind::Null;
        let Some(member) = member.filter(|member| !null || Members::WRITTEN.has(*member)) else { return r.known_skip(kind) };
        if !r.once(&mut seen, member as u32)? {
            return Ok(());
        }
        match member {
            Member::Id => item.id = r.string()?,
            Member::LineId => item.line_id = r.whole()?,
            Member::Groups => groups(r, item, order_of_groups)?,
            Member::Quantity => item.quantity = r.decimal()?.unwrap_or(Decimal::ONE),
            Member::GrossAmount => item.gross_amount = r.whole()?,
            Member::UnitGrossPrice => item.unit_gross_price = r.whole()?,
            Member::EligibleForDiscount => item.eligible_for_discount = r.bool()?.unwrap_or(false),
            Member::Voided => item.voided = r.bool()?.unwrap_or(false),
            Member::IsReturnItem => item.is_return_item = r.bool()?.unwrap_or(false),
            Member::ScaleItem => item.scale_item = r.bool()?.unwrap_or(false),
            Member::IsChanged => layout.is_changed = Some(r.range()?),
            Member::NetAmount => layout.net_amount = Some(r.range()?),
            Member::TotalDiscount => layout.total_discount = Some(r.range()?),
            Member::DiscountLines if null => layout.discount_lines = Some(r.range()?),
            Member::BonusLines if null => layout.bonus_lines = Some(r.range()?),
            Member::DiscountLines => layout.discount_lines = discount_lines(r, item)?,
            Member::BonusLines => layout.bonus_lines = objects(r)?,
            _ => {}
        }
        Ok(())
    })?;
    layout.object = range.unwrap_or_default();
    Ok(())
}

/// §16.4: no two lines share a name.
fn name_twice(r: &mut Reader<'_>, items: &[Item<'_>]) {
    for (position, name) in named_twice(items) {
        let message = format!(
            "two lines are called {name}; give each its own `line_id` (a line without one is called by its position, from 1)"
        );
        r.problem_below(&format!("/{position}/line_id"), Code::DuplicateLineId, message);
    }
}

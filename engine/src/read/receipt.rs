//! Receipts: the members that rules look at, and where in the text the answer is written.

use std::borrow::Cow;
use std::ops::Range;

use super::{Read, Reader};
use crate::error::{Code, Problem};
use crate::json::Kind;
use crate::number::Decimal;
use crate::receipt::{DiscountLine, Item, Receipt, named_twice};
use crate::rule::normalise_code;
use crate::value::Value;

/// Bytes of a line as tills send it, rather too few.
const USUAL_LINE: usize = 200;

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

/// The members of an object that are read, by name. Those in `written` are where an answer
/// writes: there a `null` is replaced like any other value.
macro_rules! members {
    ($(#[$doc:meta])* $type:ident { $($name:ident = $text:literal),* $(,)? } written { $($written:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        enum $type { $($name),* }

        impl $type {
            #[inline]
            fn named(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$name),)* _ => None }
            }

            fn is_written(self) -> bool {
                matches!(self, $(Self::$written)|*)
            }
        }
    };
}

members! {
    ReceiptMember {
        PurchaseAt = "purchase_at", Currency = "currency", Store = "store", Customer = "customer", DiscountCode = "discount_code",
        Items = "items", IsChanged = "is_changed", Discounts = "discounts", NetAmount = "net_amount", TotalDiscount = "total_discount",
    }
    written { IsChanged, Discounts, NetAmount, TotalDiscount }
}

members! {
    ItemMember {
        Id = "id", LineId = "line_id", Groups = "groups", Quantity = "quantity", GrossAmount = "gross_amount",
        UnitGrossPrice = "unit_gross_price", EligibleForDiscount = "eligible_for_discount", Voided = "voided",
        IsReturnItem = "is_return_item", ScaleItem = "scale_item", DiscountLines = "discount_lines", BonusLines = "bonus_lines",
        IsChanged = "is_changed", NetAmount = "net_amount", TotalDiscount = "total_discount",
    }
    written { IsChanged, DiscountLines, BonusLines, NetAmount, TotalDiscount }
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
    let range = r.known_members("a receipt is an object", ReceiptMember::named, |r, member, kind| {
        let null = kind == Kind::Null;
        if null && !member.is_written() {
            return r.known_skip(kind);
        }
        if !r.once(&mut seen, member as u32)? {
            return Ok(());
        }
        match member {
            ReceiptMember::PurchaseAt => purchase_at = r.instant()?,
            ReceiptMember::Currency => currency = r.string()?,
            ReceiptMember::Store => store = r.object_value("`store` is an object")?,
            ReceiptMember::Customer => customer = r.object_value("`customer` is an object")?,
            ReceiptMember::DiscountCode => codes(r, &mut discount_codes)?,
            ReceiptMember::Items => {
                // About as many as there will be, since lines are too large to be moved about.
                let likely = r.text.len() / USUAL_LINE;
                items.reserve(likely);
                layout.items.reserve(likely);
                r.list("`items` is a list of lines", |r, _| {
                    // Filled in where they stay.
                    items.push(Item::default());
                    layout.items.push(ItemLayout::default());
                    if let (Some(line), Some(spans)) = (items.last_mut(), layout.items.last_mut()) {
                        item(r, line, spans)?;
                    }
                    Ok(())
                })?;
                name_twice(r, &items);
            }
            ReceiptMember::IsChanged => layout.is_changed = Some(r.range()?),
            ReceiptMember::NetAmount => layout.net_amount = Some(r.range()?),
            ReceiptMember::TotalDiscount => layout.total_discount = Some(r.range()?),
            ReceiptMember::Discounts if null => layout.discounts = Some(r.range()?),
            ReceiptMember::Discounts => layout.discounts = objects(r)?,
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

fn groups<'a>(r: &mut Reader<'a>, item: &mut Item<'a>) -> Read<()> {
    r.list("`groups` is a list of objects with `id`", |r, _| {
        let id = |name: &str| (name == "id").then_some(());
        r.known_members("a group is an object with `id`", id, |r, (), _| {
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

fn item<'a>(r: &mut Reader<'a>, item: &mut Item<'a>, layout: &mut ItemLayout) -> Read<()> {
    let mut seen = 0u64;
    let range = r.known_members("a line is an object", ItemMember::named, |r, member, kind| {
        let null = kind == Kind::Null;
        if null && !member.is_written() {
            return r.known_skip(kind);
        }
        if !r.once(&mut seen, member as u32)? {
            return Ok(());
        }
        match member {
            ItemMember::Id => item.id = r.string()?,
            ItemMember::LineId => item.line_id = r.whole()?,
            ItemMember::Groups => groups(r, item)?,
            ItemMember::Quantity => item.quantity = r.decimal()?.unwrap_or(Decimal::ONE),
            ItemMember::GrossAmount => item.gross_amount = r.whole()?,
            ItemMember::UnitGrossPrice => item.unit_gross_price = r.whole()?,
            ItemMember::EligibleForDiscount => item.eligible_for_discount = r.bool()?.unwrap_or(false),
            ItemMember::Voided => item.voided = r.bool()?.unwrap_or(false),
            ItemMember::IsReturnItem => item.is_return_item = r.bool()?.unwrap_or(false),
            ItemMember::ScaleItem => item.scale_item = r.bool()?.unwrap_or(false),
            ItemMember::IsChanged => layout.is_changed = Some(r.range()?),
            ItemMember::NetAmount => layout.net_amount = Some(r.range()?),
            ItemMember::TotalDiscount => layout.total_discount = Some(r.range()?),
            ItemMember::DiscountLines if null => layout.discount_lines = Some(r.range()?),
            ItemMember::BonusLines if null => layout.bonus_lines = Some(r.range()?),
            ItemMember::DiscountLines => layout.discount_lines = discount_lines(r, item)?,
            ItemMember::BonusLines => layout.bonus_lines = objects(r)?,
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

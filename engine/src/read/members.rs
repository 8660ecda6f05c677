//! The members of receipts and of their lines: found fast, as they are most of what is read.

use std::ops::Range;

use super::{Read, Reader, Step};
use crate::json::{Kind, Quoted};

macro_rules! members {
    ($($name:ident = $text:literal),* $(,)?) => {
        /// A member that is read or written.
        #[derive(Debug, Clone, Copy)]
        pub(super) enum Member { $($name),* }

        impl Member {
            #[cfg(test)]
            const ALL: &[(&str, Self)] = &[$(($text, Self::$name)),*];

            fn named(name: &[u8]) -> Option<Self> {
                // One number decides which name is worth comparing.
                let key = key(name);
                $(if key == const { self::key($text.as_bytes()) } {
                    return (name == $text.as_bytes()).then_some(Self::$name);
                })*
                None
            }
        }
    };
}

/// Length, first and last byte: different for the names below.
const fn key(name: &[u8]) -> u32 {
    match name {
        [] => 0,
        [only] => *only as u32,
        [first, .., last] => (name.len() as u32) << 16 | (*first as u32) << 8 | *last as u32,
    }
}

members! {
    PurchaseAt = "purchase_at", Currency = "currency", Store = "store", Customer = "customer", DiscountCode = "discount_code",
    Items = "items", Discounts = "discounts", Id = "id", LineId = "line_id", Groups = "groups", Quantity = "quantity",
    GrossAmount = "gross_amount", UnitGrossPrice = "unit_gross_price", EligibleForDiscount = "eligible_for_discount",
    Voided = "voided", IsReturnItem = "is_return_item", ScaleItem = "scale_item", DiscountLines = "discount_lines",
    BonusLines = "bonus_lines", IsChanged = "is_changed", NetAmount = "net_amount", TotalDiscount = "total_discount",
}

/// Some of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members(u32);

impl Members {
    pub(super) const OF_RECEIPT: Self = {
        use Member::*;
        let own = [PurchaseAt, Currency, Store, Customer, DiscountCode, Items, Discounts, IsChanged, NetAmount, TotalDiscount];
        Self::of(&own)
    };
    pub(super) const OF_ITEM: Self = {
        use Member::*;
        let written = [DiscountLines, BonusLines, IsChanged, NetAmount, TotalDiscount];
        let read =
            [Id, LineId, Groups, Quantity, GrossAmount, UnitGrossPrice, EligibleForDiscount, Voided, IsReturnItem, ScaleItem];
        Self(Self::of(&read).0 | Self::of(&written).0)
    };
    pub(super) const OF_GROUP: Self = Self::of(&[Member::Id]);
    /// Where an answer writes: there a `null` is replaced like any other value.
    pub(super) const WRITTEN: Self = {
        use Member::*;
        Self::of(&[Discounts, DiscountLines, BonusLines, IsChanged, NetAmount, TotalDiscount])
    };

    const fn of(members: &[Member]) -> Self {
        let (mut all, mut rest) = (0, members);
        while let [first, behind @ ..] = rest {
            all |= 1 << *first as u32;
            rest = behind;
        }
        Self(all)
    }

    #[inline]
    pub(super) fn has(self, member: Member) -> bool {
        self.0 & 1 << member as u32 != 0
    }
}

/// The members of the object of a list that came before, in their order.
#[derive(Debug, Default)]
pub(super) struct Order(Vec<Usual>);

/// One of them: the text from behind the value before it to its own value, where its name stands, and which it is.
#[derive(Debug)]
struct Usual {
    text: Range<usize>,
    name: Quoted,
    known: Option<Member>,
}

/// What is done with each member of an object: which of them it is, if any, and what comes.
type EachKnown<'m, 'a> = dyn FnMut(&mut Reader<'a>, Option<Member>, Kind) -> Read<()> + 'm;

impl<'a> Reader<'a> {
    /// Reads an object, `member` once for each member, which is told whether it is one of `of` and reads the value.
    /// `None`: absent, or not an object. Otherwise the object's range.
    ///
    /// Objects of a list nearly always have the same members in the same order. Where the text goes on as it did in
    /// the object before, names are neither looked for nor told apart again: a third of what reading a receipt took.
    pub(super) fn known_members(
        &mut self,
        wanted: &'static str,
        of: Members,
        order: &mut Order,
        member: &mut EachKnown<'_, 'a>,
    ) -> Read<Option<Range<usize>>> {
        let Some(from) = self.open_object(wanted)? else { return Ok(None) };
        let mut nth = 0;
        loop {
            let before = self.cursor.at() + usize::from(nth == 0);
            let (name, known) = match order.0.get(nth) {
                Some(usual) if self.cursor.goes_on(before, &usual.text) => {
                    self.cursor.go_to(before + usual.text.len());
                    (usual.name.moved(usual.text.start, before), usual.known)
                }
                _ => {
                    let Some(name) = self.cursor.member(nth == 0).map_err(|broken| self.broken(broken))? else { break };
                    let known = Member::named(&self.cursor.bytes(name)).filter(|known| of.has(*known));
                    let usual = Usual { text: before..self.cursor.at(), name, known };
                    match order.0.get_mut(nth) {
                        Some(other) => *other = usual,
                        None => order.0.push(usual),
                    }
                    (name, known)
                }
            };
            nth += 1;
            let kind = self.peek()?;
            self.path.push(Step::Member(name));
            member(self, known, kind)?;
            self.path.pop();
        }
        Ok(Some(from..self.cursor.at()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Member, key};

    #[test]
    fn names_are_told_apart() {
        for (name, member) in Member::ALL {
            let found = Member::named(name.as_bytes());
            assert_eq!(found.map(|found| found as u32), Some(*member as u32), "{name}: another one has its key");
            // Nobody's, with the same key.
            let inner = |at: usize| at > 0 && at + 1 < name.len();
            let like: String = name.char_indices().map(|(at, letter)| if inner(at) { 'x' } else { letter }).collect();
            assert!(*name == like || (key(like.as_bytes()) == key(name.as_bytes()) && Member::named(like.as_bytes()).is_none()));
        }
        assert!(Member::named(b"").is_none() && Member::named(b"i").is_none() && Member::named("æ".as_bytes()).is_none());
    }
}

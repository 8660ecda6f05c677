//! Texts as numbers. Whatever their number, they lie in three pieces of memory, so that a Plan which is made from
//! another one copies them quickly.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

/// A text that some rule names, as a number; [`NONE`] stands for every other text.
pub(crate) type Symbol = u32;

/// No symbol: no rule names this text.
pub(crate) const NONE: u32 = u32::MAX;

/// Texts to symbols, which count from 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Symbols {
    /// The texts, one behind the other.
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
    slots: Slots,
}

impl Symbols {
    /// The symbol of a text, which may be a new one.
    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        let hash = hash(text);
        let known = self.find(hash, text);
        if known != NONE {
            return known;
        }
        self.slots.reserve(self.len() + 1);
        let symbol = self.len() as Symbol;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.slots.put(hash, symbol);
        symbol
    }

    /// The symbol of a text, or [`NONE`].
    #[inline]
    pub(crate) fn get(&self, text: &str) -> Symbol {
        self.find(hash(text), text)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Makes room for so many more.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.ends.reserve(more);
        self.slots.reserve(self.len() + more);
    }

    /// Where its symbols are found, for who has the texts elsewhere.
    pub(super) fn into_slots(self) -> Slots {
        self.slots
    }

    #[inline]
    fn find(&self, hash: u32, text: &str) -> Symbol {
        self.slots.find(hash, |symbol| self.text(symbol) == text)
    }

    fn text(&self, symbol: Symbol) -> &str {
        let at = symbol as usize;
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|to| self.text.get(from..*to)).unwrap_or("")
    }
}

/// Numbers by the hash of a text: where to look for one is at its hash, and from there on until a free slot. There
/// are as many slots as a power of two, and at least half of them are free.
#[derive(Debug, Clone, Default)]
pub(super) struct Slots(Vec<Slot>);

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// Tells most texts apart without looking at them.
    hash: u32,
    /// [`NONE`]: the slot is free.
    number: u32,
}

const FREE: Slot = Slot { hash: 0, number: NONE };

impl Slots {
    /// For so many numbers.
    pub(super) fn with_room(numbers: usize) -> Self {
        let mut slots = Self::default();
        slots.reserve(numbers);
        slots
    }

    /// The number with this hash that it is, or [`NONE`].
    #[inline]
    pub(super) fn find(&self, hash: u32, is: impl Fn(u32) -> bool) -> u32 {
        let mut at = self.first(hash);
        // Some slot is free, so this ends.
        while let Some(slot) = self.0.get(at) {
            if slot.number == NONE {
                break;
            }
            if slot.hash == hash && is(slot.number) {
                return slot.number;
            }
            at = self.after(at);
        }
        NONE
    }

    /// Puts a number that is not there yet into the first free slot. There is room for it.
    pub(super) fn put(&mut self, hash: u32, number: u32) {
        let mut at = self.first(hash);
        while self.0.get(at).is_some_and(|slot| slot.number != NONE) {
            at = self.after(at);
        }
        if let Some(slot) = self.0.get_mut(at) {
            *slot = Slot { hash, number };
        }
    }

    /// Makes room for so many numbers in all.
    pub(super) fn reserve(&mut self, numbers: usize) {
        if 2 * numbers > self.0.len() {
            let slots = vec![FREE; (2 * numbers).next_power_of_two().max(8)];
            let before = Self(std::mem::replace(&mut self.0, slots));
            before.each().for_each(|(hash, number)| self.put(hash, number));
        }
    }

    /// Every number, and the hash that it has.
    pub(super) fn each(&self) -> impl Iterator<Item = (u32, u32)> {
        self.0.iter().filter(|slot| slot.number != NONE).map(|slot| (slot.hash, slot.number))
    }

    /// Replaces every number by another one.
    pub(super) fn replace(&mut self, by: impl Fn(u32) -> u32) {
        for slot in self.0.iter_mut().filter(|slot| slot.number != NONE) {
            slot.number = by(slot.number);
        }
    }

    /// The slot at which looking for a hash begins.
    #[inline]
    fn first(&self, hash: u32) -> usize {
        hash as usize & self.0.len().wrapping_sub(1)
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        (at + 1) & self.0.len().wrapping_sub(1)
    }
}

#[inline]
pub(super) fn hash(text: &str) -> u32 {
    FxBuildHasher.hash_one(text) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_text_has_one_symbol() {
        let mut symbols = Symbols::default();
        assert_eq!((symbols.get(""), symbols.get("a"), symbols.len()), (NONE, NONE, 0));
        let mut known: BTreeMap<String, Symbol> = BTreeMap::new();
        for n in 0..5_000u64 {
            // Every text comes more than once, the empty one too.
            let number = n.wrapping_mul(2_654_435_761) % 1_999;
            let text = "é".repeat(number as usize % 3) + &if number == 0 { String::new() } else { number.to_string() };
            let next = known.len() as Symbol;
            let expected = *known.entry(text.clone()).or_insert(next);
            if n % 1_000 == 7 {
                symbols.reserve(300);
            }
            assert_eq!(symbols.get(&text), if expected == next { NONE } else { expected }, "{text}");
            assert_eq!(symbols.intern(&text), expected, "{text}");
            assert_eq!(symbols.len(), known.len());
        }
        let copy = symbols.clone();
        symbols.intern("new");
        for (text, symbol) in &known {
            assert_eq!((copy.get(text), symbols.get(text)), (*symbol, *symbol));
        }
        assert_eq!((copy.get("new"), symbols.get("new")), (NONE, known.len() as Symbol));
    }
}

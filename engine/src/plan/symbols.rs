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
    /// Where to look for a text: at its hash, and from there on until a free slot. As many as a power of two,
    /// and at least half of them free.
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// Tells most texts apart without looking at them.
    hash: u32,
    /// [`NONE`]: the slot is free.
    symbol: Symbol,
}

const FREE: Slot = Slot { hash: 0, symbol: NONE };

impl Symbols {
    /// The symbol of a text, which may be a new one.
    pub(crate) fn intern(&mut self, text: &str) -> Symbol {
        let hash = hash(text);
        if let Ok(known) = self.find(hash, text) {
            return known;
        }
        if 2 * (self.len() + 1) > self.slots.len() {
            self.grow(2 * (self.len() + 1));
        }
        let symbol = self.len() as Symbol;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.put(Slot { hash, symbol });
        symbol
    }

    /// The symbol of a text, or [`NONE`].
    #[inline]
    pub(crate) fn get(&self, text: &str) -> Symbol {
        self.find(hash(text), text).unwrap_or(NONE)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Makes room for so many more.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.ends.reserve(more);
        let wanted = 2 * (self.len() + more);
        if wanted > self.slots.len() {
            self.grow(wanted);
        }
    }

    /// The symbol of a text, or where a new one goes.
    #[inline]
    fn find(&self, hash: u32, text: &str) -> Result<Symbol, usize> {
        let mut at = self.first(hash);
        // Some slot is free, so this ends.
        while let Some(slot) = self.slots.get(at) {
            if slot.symbol == NONE {
                break;
            }
            if slot.hash == hash && self.text(slot.symbol) == text {
                return Ok(slot.symbol);
            }
            at = self.after(at);
        }
        Err(at)
    }

    fn text(&self, symbol: Symbol) -> &str {
        let at = symbol as usize;
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|to| self.text.get(from..*to)).unwrap_or("")
    }

    /// The slot at which looking for a hash begins.
    #[inline]
    fn first(&self, hash: u32) -> usize {
        hash as usize & self.slots.len().wrapping_sub(1)
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        (at + 1) & self.slots.len().wrapping_sub(1)
    }

    /// Puts a text that is not there yet into the first free slot.
    fn put(&mut self, new: Slot) {
        let mut at = self.first(new.hash);
        while self.slots.get(at).is_some_and(|slot| slot.symbol != NONE) {
            at = self.after(at);
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = new;
        }
    }

    fn grow(&mut self, least: usize) {
        let slots = vec![FREE; least.next_power_of_two().max(8)];
        for slot in std::mem::replace(&mut self.slots, slots) {
            if slot.symbol != NONE {
                self.put(slot);
            }
        }
    }
}

#[inline]
fn hash(text: &str) -> u32 {
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

//! Which rules could touch a receipt: looked up by item, group, store, code and threshold, so
//! that an evaluation costs what could match, not what exists.

use rustc_hash::FxHashMap;

use crate::rule::{Entry, Items, Rule};
use crate::value::Need;

/// A text that some rule names, as a number; [`NONE`] stands for every other text.
pub(crate) type Symbol = u32;

/// No symbol: no rule names this text.
pub(crate) const NONE: u32 = u32::MAX;

/// Texts to symbols.
#[derive(Debug, Default)]
pub(crate) struct Symbols(FxHashMap<Box<str>, Symbol>);

impl Symbols {
    fn intern(&mut self, text: &str) -> Symbol {
        if let Some(&symbol) = self.0.get(text) {
            return symbol;
        }
        let symbol = self.0.len() as Symbol;
        self.0.insert(text.into(), symbol);
        symbol
    }

    /// The symbol of a text, or [`NONE`].
    #[inline]
    pub(crate) fn get(&self, text: &str) -> Symbol {
        self.0.get(text).copied().unwrap_or(NONE)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// An item entry in symbols; a part that is not asked for is [`NONE`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct SymbolEntry {
    pub(crate) id: Symbol,
    pub(crate) group: Symbol,
}

/// A rule to look at because of one entry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posting {
    pub(crate) rule: u32,
    /// 0 for `item.items`, 1 + m for mix m.
    pub(crate) slot: u32,
    /// The group that must be there as well, or [`NONE`].
    pub(crate) group: Symbol,
}

/// Lists by symbol, one after the other in memory.
#[derive(Debug, Default)]
struct Postings {
    starts: Vec<u32>,
    all: Vec<Posting>,
}

impl Postings {
    /// From a list by rule and slot, which stays the order of what has one symbol.
    fn new(list: &[(Symbol, Posting)], symbols: usize) -> Self {
        let mut starts = vec![0u32; symbols + 1];
        for (symbol, _) in list {
            if let Some(start) = starts.get_mut(*symbol as usize + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        // A counting sort: each goes to the next free place of its symbol.
        let mut next = starts.clone();
        let mut all = vec![Posting { rule: 0, slot: 0, group: NONE }; list.len()];
        for (symbol, posting) in list {
            if let Some(next) = next.get_mut(*symbol as usize) {
                if let Some(place) = all.get_mut(*next as usize) {
                    *place = *posting;
                }
                *next += 1;
            }
        }
        Self { starts, all }
    }

    #[inline]
    fn of(&self, symbol: Symbol) -> &[Posting] {
        let at = symbol as usize;
        match (self.starts.get(at), self.starts.get(at.wrapping_add(1))) {
            (Some(&from), Some(&to)) => self.all.get(from as usize..to as usize).unwrap_or(&[]),
            _ => &[],
        }
    }
}

/// The look-up tables of a Plan.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) ids: Symbols,
    pub(crate) groups: Symbols,
    by_id: Postings,
    by_group: Postings,
    /// Rules that match every line and name no code or store: `(gross_amount, rule)`, sorted.
    pub(crate) wide: Vec<(i64, u32)>,
    /// Rules that match every line, by a store id they ask for.
    pub(crate) by_store: FxHashMap<Box<str>, Vec<u32>>,
    /// Rules that match every line, by normalised code, and by the code as an item id.
    pub(crate) by_code: FxHashMap<Box<str>, Vec<u32>>,
    pub(crate) by_code_item: FxHashMap<Box<str>, Vec<u32>>,
    /// Does any rule have a code requirement?
    pub(crate) any_codes: bool,
}

impl Index {
    /// Indexes rules that are in rule order.
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut index = Index::default();
        let guess = rules.len() / 2;
        index.ids.0.reserve(guess);
        index.groups.0.reserve(guess);
        let mut ids = Vec::with_capacity(guess);
        let mut groups = Vec::with_capacity(guess);
        for (at, rule) in (0u32..).zip(rules) {
            let requirement = &rule.requirement;
            let listed: &[Entry] = match &requirement.items {
                Items::Listed(entries) => entries,
                Items::Every | Items::AnyItem => &[],
            };
            let slots = std::iter::once(listed).chain(requirement.mixes.iter().map(|mix| mix.items.as_slice()));
            for (slot, entries) in (0u32..).zip(slots) {
                for entry in entries {
                    let entry = index.symbols(entry);
                    let posting = Posting { rule: at, slot, group: entry.group };
                    if entry.id == NONE {
                        groups.push((entry.group, Posting { group: NONE, ..posting }));
                    } else {
                        ids.push((entry.id, posting));
                    }
                }
            }
            index.any_codes |= requirement.discount_code.is_some();
            if requirement.mixes.is_empty() && listed.is_empty() {
                index.add_wide(at, rule);
            }
        }
        index.wide.sort_unstable();
        index.by_id = Postings::new(&ids, index.ids.len());
        index.by_group = Postings::new(&groups, index.groups.len());
        index
    }

    fn add_wide(&mut self, at: u32, rule: &Rule) {
        if let Some(code) = &rule.requirement.discount_code {
            self.by_code.entry(code.normalised.clone()).or_default().push(at);
            self.by_code_item.entry(code.exact.clone()).or_default().push(at);
            return;
        }
        let store_ids = rule.requirement.store.iter().find_map(|(member, need)| match need {
            Need::Any(needs) if &**member == "id" => {
                needs.iter().map(|need| if let Need::Text(id) = need { Some(id) } else { None }).collect::<Option<Vec<_>>>()
            }
            _ => None,
        });
        match store_ids {
            Some(mut ids) => {
                ids.sort();
                ids.dedup();
                for id in ids {
                    self.by_store.entry(id.clone()).or_default().push(at);
                }
            }
            None => self.wide.push((rule.requirement.gross_amount, at)),
        }
    }

    /// An entry in symbols, interning what it names.
    pub(crate) fn symbols(&mut self, entry: &Entry) -> SymbolEntry {
        SymbolEntry {
            id: entry.id.as_deref().map_or(NONE, |id| self.ids.intern(id)),
            group: entry.group_id.as_deref().map_or(NONE, |group| self.groups.intern(group)),
        }
    }

    /// Rules with an entry for this item id.
    #[inline]
    pub(crate) fn with_id(&self, id: Symbol) -> &[Posting] {
        self.by_id.of(id)
    }

    /// Rules with an entry for this group alone.
    #[inline]
    pub(crate) fn with_group(&self, group: Symbol) -> &[Posting] {
        self.by_group.of(group)
    }
}

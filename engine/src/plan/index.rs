//! Which rules could touch a receipt: looked up by item, group, store, code and threshold, so
//! that an evaluation costs what could match, not what exists.

use std::sync::Arc;

use super::change::Kept;
use super::symbols::{NONE, Symbol, Symbols};
use crate::rule::{Entry, Items, Rule};
use crate::sort::InOrder as _;
use crate::value::Need;

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

impl Posting {
    /// What those under one symbol are in order of.
    fn order(&self) -> (u32, u32, Symbol) {
        (self.rule, self.slot, self.group)
    }
}

/// Postings and what they stand under; those of one symbol by rule and slot.
type List = Vec<(Symbol, Posting)>;

/// Lists by symbol, one after the other in memory.
#[derive(Debug, Default)]
struct Postings {
    starts: Vec<u32>,
    all: Vec<Posting>,
}

impl Postings {
    /// Of rules that were numbered in another order: `places` says where each stands.
    fn new(list: &[(Symbol, Posting)], symbols: usize, places: &[u32]) -> Self {
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
                if let (Some(to), Some(place)) = (all.get_mut(*next as usize), places.get(posting.rule as usize)) {
                    *to = Posting { rule: *place, ..*posting };
                }
                *next += 1;
            }
        }
        for run in starts.windows(2) {
            if let [from, to] = *run
                && let Some(run) = all.get_mut(from as usize..to as usize)
                && !run.is_sorted_by_key(Posting::order)
            {
                run.put_in_order_by_key(Posting::order);
            }
        }
        Self { starts, all }
    }

    /// These postings of the rules that are kept, and others.
    fn changed(&self, kept: &Kept, mut new: List, symbols: usize) -> Self {
        new.sort_by_key(|(symbol, posting)| (*symbol, posting.rule, posting.slot));
        let mut new = new.into_iter().peekable();
        let mut starts = Vec::with_capacity(symbols + 1);
        let mut all: Vec<Posting> = Vec::with_capacity(self.all.len() + new.len());
        for symbol in 0..symbols as Symbol {
            let from = all.len();
            starts.push(from as u32);
            let stays = |posting: &Posting| Some(Posting { rule: kept.place(posting.rule)?, ..*posting });
            all.extend(self.of(symbol).iter().filter_map(stays));
            while let Some((_, posting)) = new.next_if(|(of, _)| *of == symbol) {
                let before = |other: &Posting| (other.rule, other.slot) <= (posting.rule, posting.slot);
                let place = from + all.get(from..).unwrap_or(&[]).partition_point(before);
                all.insert(place, posting);
            }
        }
        starts.push(all.len() as u32);
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

/// Rules by one kind of text that they name.
#[derive(Debug, Default)]
pub(crate) struct Table {
    names: Symbols,
    postings: Postings,
}

impl Table {
    /// The symbol of a text, or [`NONE`].
    #[inline]
    pub(crate) fn get(&self, text: &str) -> Symbol {
        self.names.get(text)
    }

    /// The rules under a symbol.
    #[inline]
    fn of(&self, symbol: Symbol) -> &[Posting] {
        self.postings.of(symbol)
    }

    /// The rules under a text.
    pub(crate) fn with(&self, text: &str) -> impl Iterator<Item = u32> {
        self.of(self.get(text)).iter().map(|posting| posting.rule)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.postings.all.is_empty()
    }

    fn fill(&mut self, list: &[(Symbol, Posting)], places: &[u32]) {
        self.postings = Postings::new(list, self.names.len(), places);
    }

    /// Takes over from another table, of which this one has the names and maybe more.
    fn follow(&mut self, other: &Self, kept: &Kept, new: List) {
        self.postings = other.postings.changed(kept, new, self.names.len());
    }

    fn names_of(other: &Self) -> Self {
        Self { names: other.names.clone(), postings: Postings::default() }
    }

    fn add(&mut self, text: &str, rule: u32, list: &mut List) {
        list.push((self.names.intern(text), Posting { rule, slot: 0, group: NONE }));
    }
}

/// The look-up tables of a Plan.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) ids: Table,
    pub(crate) groups: Table,
    /// Rules that match every line and name no code or store: `(gross_amount, rule)`, sorted.
    pub(crate) wide: Vec<(i64, u32)>,
    /// Rules that match every line, by a store id they ask for.
    pub(crate) stores: Table,
    /// Rules that match every line, by normalised code, and by the code as an item id.
    pub(crate) codes: Table,
    pub(crate) code_items: Table,
}

/// What rules put into the tables.
#[derive(Debug, Default)]
pub(super) struct Entries {
    ids: List,
    groups: List,
    wide: Vec<(i64, u32)>,
    stores: List,
    codes: List,
    code_items: List,
}

impl Index {
    /// Makes room for the entries of so many rules.
    pub(super) fn reserve(&mut self, rules: usize, new: &mut Entries) {
        let guess = rules / 2;
        self.ids.names.reserve(guess);
        self.groups.names.reserve(guess);
        new.ids.reserve(guess);
        new.groups.reserve(guess);
    }

    /// Fills the tables with what was noted; `places` says where each rule stands in rule order.
    pub(super) fn fill(&mut self, mut new: Entries, places: &[u32]) {
        self.ids.fill(&new.ids, places);
        self.groups.fill(&new.groups, places);
        self.stores.fill(&new.stores, places);
        self.codes.fill(&new.codes, places);
        self.code_items.fill(&new.code_items, places);
        for (_, rule) in &mut new.wide {
            *rule = places.get(*rule as usize).copied().unwrap_or(NONE);
        }
        new.wide.put_in_order();
        self.wide = new.wide;
    }

    /// The tables of a Plan made from this one: of these rules, the `fresh` ones (by position) are new.
    pub(super) fn changed(&self, kept: &Kept, rules: &[Arc<Rule>], fresh: &[u32]) -> Self {
        let mut index = Self {
            ids: Table::names_of(&self.ids),
            groups: Table::names_of(&self.groups),
            wide: Vec::new(),
            stores: Table::names_of(&self.stores),
            codes: Table::names_of(&self.codes),
            code_items: Table::names_of(&self.code_items),
        };
        let mut new = Entries::default();
        for &at in fresh {
            if let Some(rule) = rules.get(at as usize) {
                index.enter(at, rule, &mut new);
            }
        }
        new.wide.extend(self.wide.iter().filter_map(|(threshold, rule)| Some((*threshold, kept.place(*rule)?))));
        new.wide.put_in_order();
        index.wide = new.wide;
        index.ids.follow(&self.ids, kept, new.ids);
        index.groups.follow(&self.groups, kept, new.groups);
        index.stores.follow(&self.stores, kept, new.stores);
        index.codes.follow(&self.codes, kept, new.codes);
        index.code_items.follow(&self.code_items, kept, new.code_items);
        index
    }

    /// How many texts it knows, those of rules that are gone included.
    pub(super) fn names(&self) -> usize {
        [&self.ids, &self.groups, &self.stores, &self.codes, &self.code_items].iter().map(|table| table.names.len()).sum()
    }

    /// Notes what one rule puts into the tables.
    pub(super) fn enter(&mut self, at: u32, rule: &Rule, new: &mut Entries) {
        let requirement = &rule.requirement;
        let listed: &[Entry] = match &requirement.items {
            Items::Listed(entries) => entries,
            Items::Every | Items::AnyItem => &[],
        };
        let slots = std::iter::once(listed).chain(requirement.mixes.iter().map(|mix| &*mix.items));
        for (slot, entries) in (0u32..).zip(slots) {
            for entry in entries {
                let entry = self.symbols(entry);
                let posting = Posting { rule: at, slot, group: entry.group };
                if entry.id == NONE {
                    new.groups.push((entry.group, Posting { group: NONE, ..posting }));
                } else {
                    new.ids.push((entry.id, posting));
                }
            }
        }
        if requirement.mixes.is_empty() && listed.is_empty() {
            self.enter_wide(at, rule, new);
        }
    }

    fn enter_wide(&mut self, at: u32, rule: &Rule, new: &mut Entries) {
        if let Some(code) = &rule.requirement.discount_code {
            self.codes.add(&code.normalised, at, &mut new.codes);
            self.code_items.add(&code.exact, at, &mut new.code_items);
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
                    self.stores.add(id, at, &mut new.stores);
                }
            }
            None => new.wide.push((rule.requirement.gross_amount, at)),
        }
    }

    /// An entry in symbols, interning what it names.
    pub(crate) fn symbols(&mut self, entry: &Entry) -> SymbolEntry {
        SymbolEntry {
            id: entry.id.as_deref().map_or(NONE, |id| self.ids.names.intern(id)),
            group: entry.group_id.as_deref().map_or(NONE, |group| self.groups.names.intern(group)),
        }
    }

    /// Rules with an entry for this item id.
    #[inline]
    pub(crate) fn with_id(&self, id: Symbol) -> &[Posting] {
        self.ids.of(id)
    }

    /// Rules with an entry for this group alone.
    #[inline]
    pub(crate) fn with_group(&self, group: Symbol) -> &[Posting] {
        self.groups.of(group)
    }
}

//! What every purchase was given, and the tables of it.

use rabatt_engine::{Facts, Outcome, Plan, Problem};
use rustc_hash::FxHashMap;

use super::packed;
use super::timeline::Batch;
use super::walk::Store;
use crate::arrow::fault::Fault;
use crate::arrow::output::{Frame, Output, Part, Schemas, Wanted};
use crate::arrow::threads::CHUNK;

/// A row without an outcome.
const NONE: u64 = u64::MAX;
/// A place is a store's number above so many bits, and where in it the outcome begins.
const OFFSET_BITS: u32 = 40;

/// Outcomes by row.
#[derive(Debug)]
pub(crate) struct Results {
    stores: Vec<Vec<u8>>,
    places: Vec<u64>,
    problems: FxHashMap<u32, Problem>,
}

impl Results {
    pub(crate) fn new(rows: u32) -> Self {
        Self { stores: Vec::new(), places: vec![NONE; rows as usize], problems: FxHashMap::default() }
    }

    pub(crate) fn add(&mut self, store: Store) {
        let number = self.stores.len() as u64;
        for (row, offset) in store.rows {
            if let Some(place) = self.places.get_mut(row as usize) {
                *place = number << OFFSET_BITS | offset;
            }
        }
        let mut bytes = store.bytes;
        bytes.shrink_to_fit();
        self.stores.push(bytes);
        self.refuse(store.problems);
    }

    pub(crate) fn refuse(&mut self, problems: Vec<(u32, Problem)>) {
        self.problems.extend(problems);
    }

    /// Reads a row's outcome; false when it has none.
    fn read(&self, row: u32, outcome: &mut Outcome) -> bool {
        let place = self.places.get(row as usize).copied().filter(|place| *place != NONE);
        let bytes = place.and_then(|place| {
            let offset = (place & ((1 << OFFSET_BITS) - 1)) as usize;
            self.stores.get((place >> OFFSET_BITS) as usize)?.get(offset..)
        });
        bytes.map(|bytes| packed::read(bytes, outcome)).is_some()
    }
}

/// What the tables are made of.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) plan: std::sync::Arc<Plan>,
    pub(crate) schemas: Schemas,
    pub(crate) batches: Vec<Batch>,
    /// All gifts as refs, which outcomes speak of by number.
    pub(crate) facts: Facts<'static>,
    pub(crate) results: Results,
    pub(crate) collect: bool,
}

impl Given {
    /// The part of the tables that begins at a row of a batch, and where the next one begins.
    pub(crate) fn part(&self, (batch, from): (usize, usize), wanted: Wanted) -> Option<(Result<Part, Fault>, (usize, usize))> {
        let Batch { receipts, before, .. } = self.batches.get(batch)?;
        let until = receipts.rows.min(from + CHUNK);
        let frame = Frame {
            schemas: &self.schemas,
            plan: &self.plan,
            facts: Some(&self.facts),
            receipts,
            before: (*before).into(),
            collect: self.collect,
        };
        let mut output = Output::new(wanted);
        let (mut outcome, mut names) = (Outcome::default(), Vec::new());
        for row in from..until {
            let number = before.saturating_add(row as u32);
            if self.results.read(number, &mut outcome) {
                if wanted.lines || wanted.rules {
                    receipts.line_names(row, &mut names);
                }
                output.add(&frame, row, &names, &outcome);
            } else if let Some(problem) = self.results.problems.get(&number) {
                output.refuse(problem);
            }
        }
        let part = output.finish(&frame, from..until).map_err(Fault::Source);
        Some((part, if until < receipts.rows { (batch, until) } else { (batch + 1, 0) }))
    }
}

//! One pass over a stream that adds up: each thread has a tally of its own, and at the end all are
//! added together. What a tally holds must not depend on which rows it was given: then neither
//! threads nor batches change the result.

use std::ops::Range;

use super::fault::Fault;
use super::pass::Failure;
use super::progress::Progress;
use super::receipts::Receipts;
use super::stream::Stream;
use super::threads::{CHUNK, in_chunks};

/// What one thread adds up.
pub(crate) trait Tally: Send {
    /// What is made once of each batch.
    type Columns: Sync;

    /// Finds the columns that it needs beside those of a receipt.
    ///
    /// # Errors
    /// Columns that cannot be right.
    fn columns(&self, receipts: &Receipts) -> Result<Self::Columns, Fault>;

    /// Adds these rows; `before` rows came in earlier batches.
    fn add(&mut self, receipts: &Receipts, columns: &Self::Columns, rows: Range<usize>, before: u64) -> Result<(), Failure>;
}

/// Reads the whole stream; how many receipts there were.
///
/// # Errors
/// The first fault, in order of the rows.
pub(crate) fn fold<T: Tally>(stream: &mut Stream, tallies: &mut [T], progress: Option<&Progress>) -> Result<u64, Fault> {
    let window = tallies.len() * 2 * CHUNK;
    let (mut before, mut batch) = (0, 0);
    while let Some(receipts) = stream.next()? {
        let Some(first) = tallies.first() else { break };
        let columns = first.columns(&receipts)?;
        let mut from = 0;
        while from < receipts.rows {
            let until = receipts.rows.min(from + window);
            for done in in_chunks(tallies, from..until, |tally, rows| tally.add(&receipts, &columns, rows, before)) {
                done.map_err(|failure: Failure| failure.at(batch))?;
            }
            if let Some(progress) = progress {
                progress.at(before + until as u64)?;
            }
            from = until;
        }
        before += receipts.rows as u64;
        batch += 1;
    }
    if let Some(progress) = progress {
        progress.end(before)?;
    }
    Ok(before)
}

//! One pass over a stream that adds up: each thread has a tally of its own, and at the end all are
//! added together. What a tally holds must not depend on which rows it was given: then neither
//! threads nor batches change the result.

use std::ops::Range;

use super::chunks::{Chunk, Chunks};
use super::crew::Crew;
use super::fault::Fault;
use super::pass::Failure;
use super::progress::Progress;
use super::receipts::Receipts;
use super::stream::Stream;

/// What one thread adds up.
pub(crate) trait Tally: Send {
    /// The columns that it needs beside those of a receipt; made once of each batch.
    type Columns: Send + Sync;

    /// Adds these rows; `before` rows came in earlier batches.
    fn add(&mut self, receipts: &Receipts, columns: &Self::Columns, rows: Range<usize>, before: u64) -> Result<(), Failure>;
}

type Batch<C> = (Receipts, C);
type Added<C> = (Chunk<Batch<C>>, Result<(), Failure>);

fn added<T: Tally>(tally: &mut T, chunk: Chunk<Batch<T::Columns>>) -> Added<T::Columns> {
    let (receipts, columns) = &*chunk.batch;
    let result = tally.add(receipts, columns, chunk.rows.clone(), chunk.before);
    (chunk, result)
}

/// Reads the whole stream; how many receipts there were. A batch whose `columns` cannot be right is a fault.
///
/// # Errors
/// The first fault, in order of the rows.
pub(crate) fn fold<T: Tally>(
    stream: &mut Stream,
    tallies: &mut [T],
    columns: impl Fn(&Receipts) -> Result<T::Columns, Fault>,
    progress: Option<&Progress>,
) -> Result<u64, Fault> {
    let mut chunks = Chunks::new(tallies.len());
    let mut next = || chunks.next(stream, |receipts| columns(&receipts).map(|columns| (receipts, columns)));
    let end = |(chunk, result): Added<T::Columns>| {
        result.map_err(|failure| failure.at(chunk.number))?;
        progress.map_or(Ok(()), |progress| progress.at(chunk.before + chunk.rows.end as u64))
    };
    if let [tally] = tallies {
        while let Some(chunk) = next() {
            end(added(tally, chunk))?;
        }
    } else {
        let (mut crew, members) = Crew::new(tallies.len());
        std::thread::scope(|scope| {
            for (tally, member) in tallies.iter_mut().zip(members) {
                scope.spawn(|| member.work(|chunk| added(tally, chunk)));
            }
            let done = loop {
                while crew.has_room()
                    && let Some(chunk) = next()
                {
                    crew.hand_out(chunk);
                }
                let Some(one) = crew.take() else { break Ok(()) };
                if let Err(fault) = end(one) {
                    break Err(fault);
                }
            };
            crew.stop();
            done
        })?;
    }
    let rows = chunks.finish()?;
    progress.map_or(Ok(()), |progress| progress.end(rows))?;
    Ok(rows)
}

//! Rows of a batch, worked at in chunks by several threads.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most receipts that one thread takes at a time, and rows of a batch that comes out.
pub(crate) const CHUNK: usize = 8_192;

/// The fewest, as long as there are more.
const LEAST: usize = 1_024;

/// Cuts the rows of a batch into equal parts: every thread gets one, and none is larger than [`CHUNK`].
pub(crate) fn cut(rows: usize, threads: usize) -> impl Iterator<Item = Range<usize>> {
    let parts = rows.div_ceil(CHUNK).max(threads.min(rows.div_ceil(LEAST)));
    let size = rows.div_ceil(parts.max(1)).max(1);
    (0..rows).step_by(size).map(move |from| from..rows.min(from + size))
}

/// Works at these rows in chunks, which the workers take one after the other. What comes back is
/// in order of the rows, whoever was first.
pub(crate) fn in_chunks<W: Send, T: Send>(
    workers: &mut [W],
    rows: Range<usize>,
    chunk: impl Fn(&mut W, Range<usize>) -> T + Sync,
) -> Vec<T> {
    let chunks = rows.len().div_ceil(CHUNK);
    let next = AtomicUsize::new(0);
    let work = |worker: &mut W| {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= chunks {
                return done;
            }
            let from = rows.start + at * CHUNK;
            done.push((at, chunk(worker, from..rows.end.min(from + CHUNK))));
        }
    };
    let mut done = Vec::with_capacity(chunks);
    std::thread::scope(|scope| {
        let mut workers = workers.iter_mut().take(chunks);
        // This thread is one of them.
        let own = workers.next();
        let others: Vec<_> = workers.map(|worker| scope.spawn(|| work(worker))).collect();
        done.extend(own.map(work).unwrap_or_default());
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, part)| part).collect()
}

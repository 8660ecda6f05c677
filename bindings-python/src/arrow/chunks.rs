//! A stream cut into chunks of rows, which threads take one by one.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::fault::Fault;
use super::receipts::Receipts;
use super::stream::Stream;
use super::threads::cut;

/// Some rows of a batch.
pub(crate) struct Chunk<B> {
    pub(crate) batch: Arc<B>,
    pub(crate) rows: Range<usize>,
    /// Which batch it is, and the rows of those before it.
    pub(crate) number: u64,
    pub(crate) before: u64,
}

/// Chunks not handed out yet: those of the batch that was read last.
pub(crate) struct Chunks<B> {
    threads: usize,
    waiting: VecDeque<Chunk<B>>,
    /// Batches read so far, and their rows.
    batches: u64,
    rows: u64,
    dry: bool,
    /// What ended the stream; told when all before it is done.
    broken: Option<Fault>,
}

impl<B> Chunks<B> {
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads, waiting: VecDeque::new(), batches: 0, rows: 0, dry: false, broken: None }
    }

    /// The next chunk; reads a batch when it has to. `None`: there are no more.
    pub(crate) fn next(&mut self, stream: &mut Stream, make: impl Fn(Receipts) -> Result<B, Fault>) -> Option<Chunk<B>> {
        while self.waiting.is_empty() && !self.dry {
            match stream.next() {
                Ok(Some(receipts)) => {
                    let rows = receipts.rows;
                    match make(receipts) {
                        Ok(batch) => self.add(Arc::new(batch), rows),
                        Err(fault) => self.end(Some(fault)),
                    }
                }
                Ok(None) => self.end(None),
                Err(fault) => self.end(Some(fault)),
            }
        }
        self.waiting.pop_front()
    }

    fn add(&mut self, batch: Arc<B>, rows: usize) {
        let (number, before) = (self.batches, self.rows);
        self.waiting.extend(cut(rows, self.threads).map(|rows| Chunk { batch: Arc::clone(&batch), rows, number, before }));
        self.batches += 1;
        self.rows += rows as u64;
    }

    fn end(&mut self, fault: Option<Fault>) {
        self.dry = true;
        self.broken = fault;
    }

    /// When all chunks are done: how many rows there were.
    ///
    /// # Errors
    /// What ended the stream too early.
    pub(crate) fn finish(&mut self) -> Result<u64, Fault> {
        self.broken.take().map_or(Ok(self.rows), Err)
    }
}

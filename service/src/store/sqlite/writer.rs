//! Writing: one unit of work at a time, and units that wait for each other share a commit.
//!
//! Each unit is a savepoint in a transaction. Nobody is answered before its commit is on the disk, which takes longer
//! than a unit's statements: so others write meanwhile, in one transaction that goes on until the disk is free again.
//! SQLite's own wait would keep them out; here a commit only appends to the log (`synchronous = NORMAL`), and [`Disk`]
//! waits for the log's file afterwards. What is on the disk is whole whenever the machine stops, as the log's
//! checksums tell; a checkpoint waits for the log by itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::ask::{Error, ask};
use super::connection::{Direct, writer};
use super::disk::Disk;
use crate::error::ApiError;
use crate::store::Db;
use crate::store::db::Afterwards;

/// Most units that share a commit.
const MOST_UNITS: usize = 64;

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(15);

/// The one who writes. Who waits is served in turn, which SQLite's own waiting does not promise.
#[derive(Debug)]
pub(super) struct Writer {
    path: PathBuf,
    state: Arc<Mutex<State>>,
    /// Units that wait for their turn.
    waiting: AtomicUsize,
    disk: Arc<Disk>,
}

#[derive(Debug, Default)]
struct State {
    db: Option<Db>,
    /// Has a transaction begun?
    open: bool,
    /// Units that are done and wait for the commit.
    done: Vec<Done>,
}

/// A unit that waits for its commit.
#[derive(Debug)]
struct Done {
    /// Whoever waits no longer need not be told.
    unit: oneshot::Sender<Result<(), String>>,
    afterwards: Afterwards,
}

impl Done {
    fn tell(self, ended: Result<(), String>) {
        if ended.is_ok() {
            self.afterwards.run();
        }
        drop(self.unit.send(ended));
    }
}

impl State {
    fn direct(&mut self) -> Result<&mut Direct, sqlx::Error> {
        self.db.as_mut().and_then(Db::direct).ok_or(sqlx::Error::PoolClosed)
    }

    fn run(&mut self, statement: &'static str) -> Result<(), Error> {
        let connection = self.direct().and_then(|direct| direct.connection()).map_err(Error::Other)?;
        ask(connection, statement, &[], 0).map(drop)
    }

    /// Ends the transaction; what is left to wait for.
    fn commit(&mut self, disk: &Disk) -> Ended {
        let ended = if self.open { self.run("COMMIT").map_err(sqlx::Error::from) } else { Ok(()) };
        if ended.is_err() && self.run("ROLLBACK").is_err() {
            // Whatever state it is in: another connection takes its place.
            self.db = None;
        }
        self.open = false;
        let ended = ended.map(|()| disk.committed()).map_err(|error| error.to_string());
        Ended { done: std::mem::take(&mut self.done), ended }
    }
}

/// A commit that its units wait for.
struct Ended {
    done: Vec<Done>,
    /// Which one it was.
    ended: Result<usize, String>,
}

impl Ended {
    /// Tells the units, when it is on the disk.
    fn tell(self, disk: &Disk) {
        if !self.done.is_empty() {
            let ended = self.ended.and_then(|commit| disk.wait(commit));
            if let Err(error) = &ended {
                tracing::error!(%error, "a commit failed");
            }
            for done in self.done {
                done.tell(ended.clone());
            }
        }
        disk.is_awaited_no_more();
    }
}

/// Waits for a turn. When it gives up, somebody may rely on it to commit.
struct Waiting<'w> {
    writer: &'w Arc<Writer>,
    served: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.writer.waiting.fetch_sub(1, Ordering::SeqCst);
        if !self.served
            && let Ok(runtime) = Handle::try_current()
        {
            let writer = Arc::clone(self.writer);
            runtime.spawn(async move { writer.leave(Arc::clone(&writer.state).lock_owned().await) });
        }
    }
}

impl Writer {
    pub(super) fn new(path: PathBuf) -> Self {
        let disk = Arc::new(Disk::new(&path));
        Self { path, state: Arc::default(), waiting: AtomicUsize::new(0), disk }
    }

    /// Begins a unit when its turn comes.
    pub(super) async fn turn(self: &Arc<Self>) -> Result<Turn, ApiError> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut waiting = Waiting { writer: self, served: false };
        let state = Arc::clone(&self.state).lock_owned().await;
        waiting.served = true;
        drop(waiting);
        // From here on the state is given on whatever happens.
        let mut turn = Turn { writer: Arc::clone(self), state: Some(state), begun: false };
        let state = turn.state.as_mut().ok_or_else(gone)?;
        self.disk.works().map_err(ApiError::Internal)?;
        if state.db.is_none() {
            let connection = writer(&self.path).map_err(Error::from).map_err(sqlx::Error::from)?;
            state.db = Some(Db::sqlite(Direct::new(connection, None)));
            self.disk.begin_anew();
        }
        if !state.open {
            begin(state).await?;
        }
        state.run("SAVEPOINT unit").map_err(sqlx::Error::from)?;
        turn.begun = true;
        Ok(turn)
    }

    /// Ends a turn: the transaction goes on when another unit waits, and the disk would not take it yet.
    fn leave(&self, mut state: OwnedMutexGuard<State>) {
        let done = state.done.len();
        let sooner = done > 0 && (done >= MOST_UNITS || self.disk.is_free());
        if self.waiting.load(Ordering::SeqCst) > 0 && !sooner {
            return;
        }
        let disk = Arc::clone(&self.disk);
        disk.is_awaited();
        let end = move || {
            let ended = state.commit(&disk);
            // Others write while these wait.
            drop(state);
            ended.tell(&disk);
        };
        // On a thread that may wait for the disk, and of its own: a request that gives up must not end the commit
        // of others.
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(end)),
            Err(_) => end(),
        }
    }

    /// Closes the connection, when what was begun is done.
    pub(super) async fn close(&self) {
        let mut state = Arc::clone(&self.state).lock_owned().await;
        let disk = Arc::clone(&self.disk);
        disk.is_awaited();
        let closed = tokio::task::spawn_blocking(move || {
            state.commit(&disk).tell(&disk);
            state.db = None;
        });
        if let Err(error) = closed.await {
            tracing::error!(%error, "the database was not closed");
        }
    }
}

/// Begins a transaction. Another process may be writing: SQLite's own waiting sleeps ever longer and would
/// miss the moments between its commits.
async fn begin(state: &mut State) -> Result<(), sqlx::Error> {
    let start = Instant::now();
    loop {
        match state.run("BEGIN IMMEDIATE") {
            Ok(()) => break,
            Err(Error::Busy) if start.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_micros(700)).await,
            Err(error) => return Err(error.into()),
        }
    }
    state.open = true;
    Ok(())
}

fn gone() -> ApiError {
    ApiError::Internal("a unit of work was over before it was done".to_owned())
}

/// One unit of work in the shared transaction.
#[derive(Debug)]
pub(in crate::store) struct Turn {
    writer: Arc<Writer>,
    state: Option<OwnedMutexGuard<State>>,
    begun: bool,
}

impl Turn {
    /// What statements run on.
    #[expect(clippy::expect_used, reason = "a turn has its state and connection until it is saved or dropped")]
    pub(in crate::store) fn db(&mut self) -> &mut Db {
        self.state.as_mut().and_then(|state| state.db.as_mut()).expect("a turn has its connection")
    }

    pub(super) fn direct(&mut self) -> Result<&mut Direct, sqlx::Error> {
        self.state.as_mut().ok_or(sqlx::Error::PoolClosed)?.direct()
    }

    /// Makes it last: waits until it is on the disk.
    pub(in crate::store) async fn save(mut self) -> Result<(), ApiError> {
        let state = self.state.as_mut().ok_or_else(gone)?;
        state.run("RELEASE unit").map_err(sqlx::Error::from)?;
        let (unit, done) = oneshot::channel();
        let afterwards = state.db.as_mut().ok_or_else(gone)?.take_afterwards();
        state.done.push(Done { unit, afterwards });
        self.writer.leave(self.state.take().ok_or_else(gone)?);
        done.await.map_err(|_| gone())?.map_err(ApiError::Internal)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut state) = self.state.take() else { return };
        // Nothing follows from what is not saved.
        drop(state.db.as_mut().map(Db::take_afterwards));
        if self.begun && (state.run("ROLLBACK TO unit").is_err() || state.run("RELEASE unit").is_err()) {
            // The whole transaction is of no use any more; nobody was answered yet.
            if state.run("ROLLBACK").is_err() {
                state.db = None;
            }
            state.open = false;
            for done in state.done.drain(..) {
                done.tell(Err("the transaction was rolled back".to_owned()));
            }
        }
        self.writer.leave(state);
    }
}

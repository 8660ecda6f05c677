//! Writing to SQLite: one unit of work at a time, and units that wait for each other share a commit.
//!
//! A commit waits for the disk, which takes longer than a unit's statements. Each unit is a savepoint in a
//! transaction; when one is done and another waits, the transaction goes on, and the last one commits for
//! all. Nobody is answered before that: what was answered is on the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::error::ApiError;

/// Most units that share a commit.
const MOST_UNITS: usize = 64;

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(15);

/// The one who writes. Who waits is served in turn, which SQLite's own waiting does not promise.
#[derive(Debug, Default)]
pub(super) struct Writer {
    state: Arc<Mutex<State>>,
    /// Units that wait for their turn.
    waiting: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    connection: Option<PoolConnection<Any>>,
    /// Has a transaction begun?
    open: bool,
    /// Units that are done and wait for the commit.
    done: Vec<oneshot::Sender<Result<(), String>>>,
}

impl State {
    async fn run(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        match &mut self.connection {
            Some(connection) => sqlx::query(statement).execute(&mut **connection).await.map(drop),
            None => Err(sqlx::Error::PoolClosed),
        }
    }

    /// Ends the transaction and tells those who wait for it.
    async fn commit(&mut self) {
        let mut ended = if self.open { self.run("COMMIT").await } else { Ok(()) };
        if ended.is_err() && self.run("ROLLBACK").await.is_err() {
            // Whatever state it is in: another connection takes its place.
            if let Some(connection) = self.connection.take() {
                drop(connection.close().await);
            }
        }
        self.open = false;
        for done in self.done.drain(..) {
            let ended = ended.as_ref().map(drop).map_err(ToString::to_string);
            // Who waits no longer need not be told.
            drop(done.send(ended));
        }
        if let Err(error) = &mut ended {
            tracing::error!(%error, "a commit failed");
        }
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
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let writer = Arc::clone(self.writer);
            runtime.spawn(async move { writer.leave(Arc::clone(&writer.state).lock_owned().await).await });
        }
    }
}

impl Writer {
    /// Begins a unit when its turn comes.
    pub(super) async fn turn(self: &Arc<Self>, pool: &AnyPool) -> Result<Turn, ApiError> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut waiting = Waiting { writer: self, served: false };
        let state = Arc::clone(&self.state).lock_owned().await;
        waiting.served = true;
        drop(waiting);
        // From here on the state is given on whatever happens.
        let mut turn = Turn { writer: Arc::clone(self), state: Some(state), begun: false };
        let state = turn.state.as_mut().ok_or_else(gone)?;
        if state.connection.is_none() {
            state.connection = Some(pool.acquire().await?);
            // [`begin`] does the waiting.
            state.run("PRAGMA busy_timeout = 0").await?;
        }
        if !state.open {
            begin(state).await?;
        }
        state.run("SAVEPOINT unit").await?;
        turn.begun = true;
        Ok(turn)
    }

    /// Ends a turn: the transaction goes on when another unit waits.
    async fn leave(&self, mut state: OwnedMutexGuard<State>) {
        if self.waiting.load(Ordering::SeqCst) == 0 || state.done.len() >= MOST_UNITS {
            state.commit().await;
        }
    }

    /// Gives the connection back, when what was begun is done.
    pub(super) async fn close(&self) {
        let mut state = self.state.lock().await;
        state.commit().await;
        state.connection = None;
    }
}

/// Begins a transaction. Another process may be writing: SQLite's own waiting sleeps ever longer and would
/// miss the moments between its commits.
async fn begin(state: &mut State) -> Result<(), sqlx::Error> {
    let start = Instant::now();
    loop {
        match state.run("BEGIN IMMEDIATE").await {
            Ok(()) => break,
            Err(error) if is_busy(&error) && start.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_micros(700)).await,
            Err(error) => return Err(error),
        }
    }
    state.open = true;
    Ok(())
}

fn is_busy(error: &sqlx::Error) -> bool {
    // SQLITE_BUSY and its kinds: the low byte is 5.
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

fn gone() -> ApiError {
    ApiError::Internal("a unit of work was over before it was done".to_owned())
}

/// One unit of work in the shared transaction.
#[derive(Debug)]
pub(super) struct Turn {
    writer: Arc<Writer>,
    state: Option<OwnedMutexGuard<State>>,
    begun: bool,
}

impl Turn {
    /// What statements run on.
    #[expect(clippy::expect_used, reason = "a turn has its state and connection until it is saved or dropped")]
    pub(super) fn db(&mut self) -> &mut AnyConnection {
        self.state.as_mut().and_then(|state| state.connection.as_mut()).expect("a turn has its connection")
    }

    /// Makes it last: waits until it is on the disk.
    pub(super) async fn save(mut self) -> Result<(), ApiError> {
        let state = self.state.as_mut().ok_or_else(gone)?;
        state.run("RELEASE unit").await?;
        let (sender, done) = oneshot::channel();
        state.done.push(sender);
        let (writer, state) = (Arc::clone(&self.writer), self.state.take().ok_or_else(gone)?);
        // On a task of its own: a request that gives up here must not end the commit of others.
        tokio::spawn(async move { writer.leave(state).await });
        done.await.map_err(|_| gone())?.map_err(ApiError::Internal)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut state) = self.state.take() else { return };
        let (writer, begun) = (Arc::clone(&self.writer), self.begun);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if begun && (state.run("ROLLBACK TO unit").await.is_err() || state.run("RELEASE unit").await.is_err()) {
                // The whole transaction is of no use any more; nobody was answered yet.
                let lost: Vec<_> = state.done.drain(..).collect();
                drop(state.run("ROLLBACK").await);
                state.open = false;
                for done in lost {
                    drop(done.send(Err("the transaction was rolled back".to_owned())));
                }
            }
            writer.leave(state).await;
        });
    }
}

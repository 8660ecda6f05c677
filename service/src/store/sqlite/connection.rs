//! A connection to the file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use sqlx_core::any::AnyValueKind;
use tokio::sync::OwnedSemaphorePermit;

use super::readers::Readers;
use super::{Answer, ask};

/// How long to wait for another process.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 128;

/// A connection that only reads. Other processes may hold the file for a moment.
pub(super) fn reader(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = open(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// The connection that writes. It does not wait for other processes by itself.
pub(super) fn writer(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = open(path)?;
    // What units share a transaction change stays in memory until the commit, and so does what would be needed to
    // take a unit back: 16 MiB.
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // What is deleted or replaced leaves no trace in the file.
    connection.pragma_update(None, "secure_delete", "ON")?;
    // A page that many commits change goes from the log to its place once in so many pages.
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    // A commit goes to the log, and [`Disk`](super::disk::Disk) waits for it.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Not before: what comes above reads the file.
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}

fn open(path: &Path) -> Result<Connection, rusqlite::Error> {
    // A connection is used by one thread at a time: [`Connection`] sees to that.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(PATIENCE)?;
    // Money is recorded here, so that what was answered is on the disk (`FULL`).
    for (name, value) in [("journal_mode", "WAL"), ("synchronous", "FULL"), ("foreign_keys", "ON")] {
        connection.pragma_update(None, name, value)?;
    }
    Ok(connection)
}

/// Where a view's connection belongs.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) readers: Arc<Readers>,
    pub(super) permit: OwnedSemaphorePermit,
}

/// A connection in use: the writer's, or a view's.
#[derive(Debug)]
pub(in crate::store) struct Direct {
    /// Away while a thread that may wait has it.
    connection: Option<Connection>,
    view: Option<Home>,
}

impl Direct {
    pub(super) fn new(connection: Connection, view: Option<Home>) -> Self {
        Self { connection: Some(connection), view }
    }

    pub(super) fn connection(&self) -> Result<&Connection, sqlx::Error> {
        self.connection.as_ref().ok_or(sqlx::Error::PoolClosed)
    }

    /// Runs a statement for its first rows.
    pub(in crate::store) async fn ask(&mut self, sql: &str, values: &[AnyValueKind], most: usize) -> Result<Answer, sqlx::Error> {
        tokio::task::coop::consume_budget().await;
        if self.view.is_none() {
            return Ok(ask::ask(self.connection()?, sql, values, most)?);
        }
        // Views are there to read a lot: not on a thread that serves requests.
        let connection = self.connection.take().ok_or(sqlx::Error::PoolClosed)?;
        let (sql, values) = (sql.to_owned(), values.to_vec());
        let (connection, answer) = tokio::task::spawn_blocking(move || {
            let answer = ask::ask(&connection, &sql, &values, most);
            (connection, answer)
        })
        .await
        .map_err(|error| sqlx::Error::AnyDriverError(error.into()))?;
        self.connection = Some(connection);
        Ok(answer?)
    }
}

impl Drop for Direct {
    fn drop(&mut self) {
        if let (Some(connection), Some(Home { readers, permit })) = (self.connection.take(), self.view.take()) {
            readers.give_back(connection);
            drop(permit);
        }
    }
}

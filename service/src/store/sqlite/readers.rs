//! Connections that read.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use sqlx_core::any::AnyValueKind;
use tokio::sync::Semaphore;

use super::Answer;
use super::ask::{Error, ask};
use super::connection::{Direct, Home, reader};

/// How long a view waits for others to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// Connections that read, made as they are needed. The one that was used last is taken first: it knows most of
/// the file's pages.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    most: usize,
    /// A statement by itself holds its connection as long as it runs, so there are as many as threads; views
    /// last longer.
    views: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, most: usize) -> Self {
        let views = Arc::new(Semaphore::new(most.clamp(1, Semaphore::MAX_PERMITS)));
        Self { path, idle: Mutex::default(), most, views }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a connection, to see that the file can be used.
    pub(super) fn warm(&self) -> Result<(), sqlx::Error> {
        let connection = self.take()?;
        self.give_back(connection);
        Ok(())
    }

    /// Runs a statement that reads.
    pub(super) fn ask(&self, sql: &str, values: &[AnyValueKind], most: usize) -> Result<Answer, Error> {
        let connection = self.take()?;
        let answer = ask(&connection, sql, values, most);
        self.give_back(connection);
        answer
    }

    /// Begins reading one state of the file, whatever others write meanwhile.
    pub(super) async fn view(readers: &Arc<Self>) -> Result<Direct, sqlx::Error> {
        let permit = tokio::time::timeout(PATIENCE, Arc::clone(&readers.views).acquire_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let connection = readers.take()?;
        let view = Direct::new(connection, Some(Home { readers: Arc::clone(readers), permit }));
        ask(view.connection()?, "BEGIN", &[], 0)?;
        Ok(view)
    }

    fn take(&self) -> Result<Connection, Error> {
        let idle = self.idle().pop();
        match idle {
            Some(connection) => Ok(connection),
            None => Ok(reader(&self.path)?),
        }
    }

    pub(super) fn give_back(&self, connection: Connection) {
        // A view ends here. What cannot end it is not used again.
        if connection.is_autocommit() || ask(&connection, "ROLLBACK", &[], 0).is_ok() {
            let mut idle = self.idle();
            if idle.len() < self.most {
                idle.push(connection);
            }
        }
    }

    pub(super) fn close(&self) {
        self.views.close();
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

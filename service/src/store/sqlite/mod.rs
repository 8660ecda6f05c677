//! SQLite, embedded: statements run where they are asked for.
//!
//! A statement takes microseconds, a trip to another thread and back takes tens of them. So statements run in
//! the task that asks, and only what waits for the disk or reads a lot goes to a thread that may wait.

mod ask;
mod connection;
mod disk;
mod readers;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use sqlx_core::any::{AnyQueryResult, AnyRow, AnyValueKind};

use self::readers::Readers;
use self::writer::Writer;
use crate::error::ApiError;

pub(super) use self::connection::Direct;
pub(super) use self::writer::Turn;

static TABLES: Migrator = sqlx::migrate!("migrations/sqlite");

/// What a statement answered.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) rows: Vec<AnyRow>,
    pub(super) result: AnyQueryResult,
}

/// A file, who reads it and the one who writes it.
#[derive(Debug, Clone)]
pub(super) struct File {
    readers: Arc<Readers>,
    writer: Arc<Writer>,
}

impl File {
    /// Opens the file behind an address, makes it when it is not there, and brings its tables up to date.
    pub(super) async fn open(url: &str, connections: u32) -> Result<Self, sqlx::Error> {
        let options: SqliteConnectOptions = url.parse()?;
        let options = options
            .busy_timeout(connection::PATIENCE)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        let path = path(options.get_filename())?;
        let mut tables = options.connect().await?;
        TABLES.run(&mut tables).await?;
        let file = Self {
            readers: Arc::new(Readers::new(path.clone(), usize::try_from(connections).unwrap_or(usize::MAX))),
            writer: Arc::new(Writer::new(path)),
        };
        // Not before others are open: the last to close a file tidies it up, which takes time.
        file.readers.warm()?;
        tables.close().await?;
        Ok(file)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.readers.path()
    }

    /// Runs a statement by itself. One that writes is a unit of work.
    pub(super) async fn ask(&self, sql: &str, values: &[AnyValueKind], most: usize) -> Result<Answer, sqlx::Error> {
        tokio::task::coop::consume_budget().await;
        match self.readers.ask(sql, values, most) {
            Err(ask::Error::Writes) => {
                let failed = |error: ApiError| sqlx::Error::AnyDriverError(format!("{error:?}").into());
                let mut turn = self.writer.turn().await.map_err(failed)?;
                let answer = turn.direct()?.ask(sql, values, most).await?;
                turn.save().await.map_err(failed)?;
                Ok(answer)
            }
            answer => Ok(answer?),
        }
    }

    /// Begins a unit of work when its turn comes.
    pub(super) async fn turn(&self) -> Result<Turn, ApiError> {
        self.writer.turn().await
    }

    /// Begins reading one state of the file.
    pub(super) async fn view(&self) -> Result<Direct, sqlx::Error> {
        Readers::view(&self.readers).await
    }

    /// Closes it, when everything begun is done.
    pub(super) async fn close(&self) {
        self.writer.close().await;
        self.readers.close();
    }
}

fn path(file: &Path) -> Result<PathBuf, sqlx::Error> {
    // What sqlx calls a database in memory.
    if file.to_string_lossy().starts_with("file:") {
        let message = "a database in memory is gone when the service ends: name a file, as sqlite:rabatt.db?mode=rwc";
        return Err(sqlx::Error::Configuration(message.into()));
    }
    Ok(file.to_owned())
}

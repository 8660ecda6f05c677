//! The database: SQLite, embedded, or PostgreSQL. The same statements run on both: numbered
//! placeholders, whole numbers, texts, and `0`/`1` for no and yes.

pub mod statement;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::Migrator;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};

use self::writer::{Turn, Writer};
use crate::error::ApiError;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Which database it is, where that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file beside the service.
    Sqlite,
    /// A server that several services may share.
    Postgres,
}

/// The open database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    kind: Kind,
    /// SQLite writes one at a time.
    writer: Option<Arc<Writer>>,
}

impl Store {
    /// Opens the database behind an address (`sqlite:…`, `postgres://…`), makes a SQLite file that is
    /// not there, and brings the tables up to date.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn open(url: &str, connections: u32) -> Result<Self, sqlx::Error> {
        install_default_drivers();
        let kind = if url.starts_with("sqlite:") { Kind::Sqlite } else { Kind::Postgres };
        let options: AnyConnectOptions = url.parse()?;
        let mut pool = AnyPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(20));
        if kind == Kind::Sqlite {
            pool = pool.after_connect(|connection, _| {
                Box::pin(async move {
                    // Another process may hold the file for a moment: wait before anything else. Money is recorded
                    // here, so that what was answered is on the disk (`FULL`).
                    for pragma in [
                        "PRAGMA busy_timeout = 10000",
                        "PRAGMA journal_mode = WAL",
                        "PRAGMA synchronous = FULL",
                        "PRAGMA foreign_keys = ON",
                    ] {
                        sqlx::query(pragma).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            });
        }
        let pool = pool.connect_with(options).await?;
        match kind {
            Kind::Sqlite => SQLITE.run(&pool).await?,
            Kind::Postgres => POSTGRES.run(&pool).await?,
        }
        let writer = (kind == Kind::Sqlite).then(Arc::default);
        Ok(Self { pool, kind, writer })
    }

    /// Where reading needs no transaction.
    pub fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// Which database this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Begins a unit of work: all of it is saved, or none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unit(&self) -> Result<Unit, ApiError> {
        Ok(match &self.writer {
            Some(writer) => Unit(Inner::Shared(writer.turn(&self.pool).await?)),
            None => Unit(Inner::Own(self.pool.begin().await?)),
        })
    }

    /// Begins reading one state of the database, whatever others write meanwhile.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn view(&self) -> Result<Unit, ApiError> {
        let transaction = match self.kind {
            Kind::Sqlite => self.pool.begin().await?,
            Kind::Postgres => self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
        };
        Ok(Unit(Inner::Own(transaction)))
    }

    /// Does the database answer?
    pub async fn is_ready(&self) -> bool {
        sqlx::query("SELECT 1").execute(&self.pool).await.is_ok()
    }

    /// Closes it, when everything begun is done.
    pub async fn close(&self) {
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
        self.pool.close().await;
    }
}

/// A unit of work. Dropped without [`Unit::save`], it has changed nothing.
#[derive(Debug)]
pub struct Unit(Inner);

#[derive(Debug)]
enum Inner {
    /// A transaction of its own.
    Own(Transaction<'static, Any>),
    /// A part of a transaction that several units share.
    Shared(Turn),
}

impl Unit {
    /// What statements run on.
    pub fn db(&mut self) -> &mut AnyConnection {
        match &mut self.0 {
            Inner::Own(transaction) => transaction,
            Inner::Shared(turn) => turn.db(),
        }
    }

    /// Makes it last.
    ///
    /// # Errors
    /// When the database refuses; then nothing has changed.
    pub async fn save(self) -> Result<(), ApiError> {
        match self.0 {
            Inner::Own(transaction) => Ok(transaction.commit().await?),
            Inner::Shared(turn) => turn.save().await,
        }
    }
}

/// The address of a SQLite file.
pub fn file_url(file: &Path) -> String {
    let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let mut url = "sqlite://".to_owned();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url + "?mode=rwc"
}

/// The time as it is stored: RFC 3339, UTC, microseconds, so that it compares as text.
pub fn now() -> String {
    written(chrono::Utc::now())
}

/// An instant as it is stored.
pub fn written(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// A new id.
pub fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

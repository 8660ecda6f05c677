//! The database: SQLite, embedded, or PostgreSQL. The same statements run on both: numbered
//! placeholders, whole numbers, texts, and `0`/`1` for no and yes.

mod db;
mod sqlite;
pub mod statement;

use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::Migrator;

pub use self::db::{Db, Pool};

use self::db::Database;
use self::sqlite::{File, Turn};
use crate::error::ApiError;

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
    pool: Pool,
}

impl Store {
    /// Opens the database behind an address (`sqlite:…`, `postgres://…`), makes a SQLite file that is
    /// not there, and brings the tables up to date.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn open(url: &str, connections: u32) -> Result<Self, sqlx::Error> {
        if url.starts_with("sqlite:") {
            let file = File::open(url, connections).await?;
            return Ok(Self { pool: Pool(Database::Sqlite(file)) });
        }
        install_default_drivers();
        let options: AnyConnectOptions = url.parse()?;
        let pool = AnyPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(20));
        let pool = pool.connect_with(options).await?;
        POSTGRES.run(&pool).await?;
        Ok(Self { pool: Pool(Database::Postgres(pool)) })
    }

    /// Where reading needs no transaction.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Which database this is.
    pub fn kind(&self) -> Kind {
        self.pool.kind()
    }

    /// The SQLite file; of PostgreSQL there is none.
    pub fn file(&self) -> Option<&Path> {
        match &self.pool.0 {
            Database::Sqlite(file) => Some(file.path()),
            Database::Postgres(_) => None,
        }
    }

    /// Begins a unit of work: all of it is saved, or none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unit(&self) -> Result<Unit, ApiError> {
        Ok(match &self.pool.0 {
            Database::Sqlite(file) => Unit(Inner::Shared(file.turn().await?)),
            Database::Postgres(pool) => Unit(Inner::Own(Db::postgres(pool.begin().await?))),
        })
    }

    /// Begins reading one state of the database, whatever others write meanwhile.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn view(&self) -> Result<Unit, ApiError> {
        Ok(Unit(Inner::Own(match &self.pool.0 {
            Database::Sqlite(file) => Db::sqlite(file.view().await?),
            Database::Postgres(pool) => Db::postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?),
        })))
    }

    /// Does the database answer?
    pub async fn is_ready(&self) -> bool {
        sqlx::query("SELECT 1").execute(&self.pool).await.is_ok()
    }

    /// Closes it, when everything begun is done.
    pub async fn close(&self) {
        match &self.pool.0 {
            Database::Sqlite(file) => file.close().await,
            Database::Postgres(pool) => pool.close().await,
        }
    }
}

/// A unit of work. Dropped without [`Unit::save`], it has changed nothing.
#[derive(Debug)]
pub struct Unit(Inner);

#[derive(Debug)]
enum Inner {
    /// A transaction of its own.
    Own(Db),
    /// A part of a transaction that several units share.
    Shared(Turn),
}

impl Unit {
    /// What statements run on.
    pub fn db(&mut self) -> &mut Db {
        match &mut self.0 {
            Inner::Own(db) => db,
            Inner::Shared(turn) => turn.db(),
        }
    }

    /// Makes it last.
    ///
    /// # Errors
    /// When the database refuses; then nothing has changed.
    pub async fn save(self) -> Result<(), ApiError> {
        match self.0 {
            Inner::Own(db) => Ok(db.commit().await?),
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

/// A new id. Ids rise with time: rows that are made together lie together, so a commit writes few pages.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

//! What a durable unit of work costs at least: as many writers, each committing one row at a time, without HTTP and as
//! durable; each with a connection of its own, which then wait for SQLite's lock, or in turns on one. The faster of the
//! two counts.

use std::path::Path;
use std::time::{Duration, Instant};

use rabatt_service::discounts::revise;
use rabatt_service::discounts::store::refs;
use rabatt_service::error::ApiError;
use rabatt_service::setup::TEST_ACCOUNT;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::client::{Ask, Measured, load};
use crate::{Failure, MEASURE, ROUNDS, Service, table};

/// Writers at once.
pub(crate) const WRITERS: usize = 16;

/// A database as durable, with so many connections.
async fn bare_pool(file: &Path, connections: usize) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .busy_timeout(Duration::from_secs(10))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new().max_connections(connections as u32).connect_with(options).await?;
    sqlx::query("CREATE TABLE floor (writer INTEGER NOT NULL, nth INTEGER NOT NULL)").execute(&pool).await?;
    Ok(pool)
}

/// Commits of one row, from as many writers.
async fn bare(pool: &SqlitePool, time: Duration) -> Result<Measured, Failure> {
    let start = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while start.elapsed() < time {
                    let asked = Instant::now();
                    sqlx::query("INSERT INTO floor (writer, nth) VALUES ($1, $2)")
                        .bind(writer as i64)
                        .bind(latencies.len() as i64)
                        .execute(&pool)
                        .await?;
                    latencies.push(asked.elapsed());
                }
                Ok::<_, sqlx::Error>(latencies)
            })
        })
        .collect();
    let mut measured = Measured::default();
    for writer in writers {
        measured.latencies.extend(writer.await??);
    }
    measured.seconds = start.elapsed().as_secs_f64();
    measured.latencies.sort_unstable();
    Ok(measured)
}

/// Measures what a service is asked beside the floors, and prints it.
pub(crate) async fn beside(service: &Service, ask: Ask, title: &str, what: &str) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let own = bare_pool(&folder.path().join("own.db"), WRITERS).await?;
    let turns = bare_pool(&folder.path().join("turns.db"), 1).await?;
    let (mut floor_own, mut floor_turns, mut measured) = (Measured::default(), Measured::default(), Measured::default());
    for _ in 0..ROUNDS {
        floor_own.add(bare(&own, MEASURE).await?);
        floor_turns.add(bare(&turns, MEASURE).await?);
        measured.add(load(service.address, &service.token, WRITERS, MEASURE, Ask::clone(&ask)).await?);
    }
    let faster = if floor_own.per_second() > floor_turns.per_second() { &floor_own } else { &floor_turns };
    table::head(title);
    table::row("floor: bare commits of one row, a connection for each writer", &floor_own, faster);
    table::row("floor: bare commits of one row, in turns on one connection", &floor_turns, faster);
    table::row(what, &measured, faster);
    Ok(())
}

/// Gives everybody a rule; its id, and the ref's.
pub(crate) async fn given(service: &Service, rule: &serde_json::Value) -> Result<(String, String), Failure> {
    let failed = |error: ApiError| format!("{error:?}");
    let (rule, _) = revise::create(&service.app, TEST_ACCOUNT, "load", &rule.to_string()).await.map_err(failed)?;
    let mut unit = service.app.store.unit().await.map_err(failed)?;
    refs::give(unit.db(), TEST_ACCOUNT, "load", &rule, &["*".to_owned()], None).await.map_err(failed)?;
    unit.save().await.map_err(failed)?;
    let (_, held) = refs::of_everybody(&service.app.store, TEST_ACCOUNT).await.map_err(failed)?;
    let reference = held.into_iter().find(|held| held.rule_id == rule).ok_or("nothing was given")?;
    Ok((rule, reference.id))
}

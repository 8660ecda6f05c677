//! What statements run on: `sqlx::query(…).execute(db)` is the same on either database.

use std::fmt;
use std::pin::Pin;

use futures_util::{TryFutureExt, stream};
use sqlx::{Any, AnyPool, Describe, Either, Error, Execute, Executor, SqlStr, Transaction};
use sqlx_core::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo, AnyValueKind};

use super::Kind;
use super::sqlite::{Answer, Direct, File};

/// The connection of a unit of work or a view.
#[derive(Debug)]
pub struct Db {
    connection: Connection,
    afterwards: Afterwards,
}

/// What is done once a unit of work is saved, and not at all when it is not.
#[derive(Default)]
pub(super) struct Afterwards(Vec<Box<dyn FnOnce() + Send>>);

impl fmt::Debug for Afterwards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Afterwards").field(&self.0.len()).finish()
    }
}

impl Afterwards {
    pub(super) fn run(self) {
        self.0.into_iter().for_each(|then| then());
    }
}

#[derive(Debug)]
enum Connection {
    Postgres(Transaction<'static, Any>),
    Sqlite(Direct),
}

impl Db {
    pub(super) fn postgres(transaction: Transaction<'static, Any>) -> Self {
        Self { connection: Connection::Postgres(transaction), afterwards: Afterwards::default() }
    }

    pub(super) fn sqlite(connection: Direct) -> Self {
        Self { connection: Connection::Sqlite(connection), afterwards: Afterwards::default() }
    }

    /// Does something once the unit of work is saved. It must be quick.
    pub fn afterwards(&mut self, then: impl FnOnce() + Send + 'static) {
        self.afterwards.0.push(Box::new(then));
    }

    /// What is to be done once the unit is saved; from now on it is another one's.
    pub(super) fn take_afterwards(&mut self) -> Afterwards {
        std::mem::take(&mut self.afterwards)
    }

    pub(super) fn direct(&mut self) -> Option<&mut Direct> {
        match &mut self.connection {
            Connection::Postgres(_) => None,
            Connection::Sqlite(direct) => Some(direct),
        }
    }

    pub(super) async fn commit(self) -> Result<(), Error> {
        match self.connection {
            Connection::Postgres(transaction) => transaction.commit().await?,
            // A view: there is nothing to save.
            Connection::Sqlite(_) => {}
        }
        self.afterwards.run();
        Ok(())
    }
}

/// Where single statements run, each by itself. One that writes is a unit of work.
#[derive(Debug, Clone)]
pub struct Pool(pub(super) Database);

#[derive(Debug, Clone)]
pub(super) enum Database {
    Postgres(AnyPool),
    Sqlite(File),
}

impl Pool {
    pub(super) fn kind(&self) -> Kind {
        match self.0 {
            Database::Postgres(_) => Kind::Postgres,
            Database::Sqlite(_) => Kind::Sqlite,
        }
    }
}

type Later<'e, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'e>>;
type Steps<'e> = Pin<Box<dyn stream::Stream<Item = Result<Either<AnyQueryResult, AnyRow>, Error>> + Send + 'e>>;

/// The text of a query, and what its placeholders stand for.
fn taken<'q>(mut query: impl Execute<'q, Any>) -> Result<(SqlStr, Vec<AnyValueKind>), Error> {
    let values = query.take_arguments().map_err(Error::Encode)?;
    Ok((query.sql(), values.map_or_else(Vec::new, |values| values.values.0)))
}

fn steps<'e>(answer: impl Future<Output = Result<Answer, Error>> + Send + 'e) -> Steps<'e> {
    let steps = |Answer { rows, result }| {
        let rows = rows.into_iter().map(Either::Right);
        stream::iter(rows.chain([Either::Left(result)]).map(Ok))
    };
    Box::pin(answer.map_ok(steps).try_flatten_stream())
}

fn not_described<'e, T: Send + 'e>() -> Later<'e, T> {
    let message = "statements run on SQLite as they are: they are neither prepared apart nor described";
    Box::pin(std::future::ready(Err(Error::AnyDriverError(message.into()))))
}

impl<'c> Executor<'c> for &'c mut Db {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Steps<'e>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match &mut self.connection {
            Connection::Postgres(transaction) => (&mut **transaction).fetch_many(query),
            Connection::Sqlite(direct) => {
                let query = taken(query);
                steps(async move {
                    let (sql, values) = query?;
                    direct.ask(sql.as_str(), &values, usize::MAX).await
                })
            }
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> Later<'e, Option<AnyRow>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match &mut self.connection {
            Connection::Postgres(transaction) => (&mut **transaction).fetch_optional(query),
            Connection::Sqlite(direct) => {
                let query = taken(query);
                Box::pin(async move {
                    let (sql, values) = query?;
                    Ok(direct.ask(sql.as_str(), &values, 1).await?.rows.pop())
                })
            }
        }
    }

    fn prepare_with<'e>(self, sql: SqlStr, types: &'e [AnyTypeInfo]) -> Later<'e, AnyStatement>
    where
        'c: 'e,
    {
        match &mut self.connection {
            Connection::Postgres(transaction) => (&mut **transaction).prepare_with(sql, types),
            Connection::Sqlite(_) => not_described(),
        }
    }

    fn describe<'e>(self, sql: SqlStr) -> Later<'e, Describe<Any>>
    where
        'c: 'e,
    {
        match &mut self.connection {
            Connection::Postgres(transaction) => (&mut **transaction).describe(sql),
            Connection::Sqlite(_) => not_described(),
        }
    }
}

impl<'p> Executor<'p> for &'p Pool {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> Steps<'e>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match &self.0 {
            Database::Postgres(pool) => pool.fetch_many(query),
            Database::Sqlite(file) => {
                let query = taken(query);
                steps(async move {
                    let (sql, values) = query?;
                    file.ask(sql.as_str(), &values, usize::MAX).await
                })
            }
        }
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> Later<'e, Option<AnyRow>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        match &self.0 {
            Database::Postgres(pool) => pool.fetch_optional(query),
            Database::Sqlite(file) => {
                let query = taken(query);
                Box::pin(async move {
                    let (sql, values) = query?;
                    Ok(file.ask(sql.as_str(), &values, 1).await?.rows.pop())
                })
            }
        }
    }

    fn prepare_with<'e>(self, sql: SqlStr, types: &'e [AnyTypeInfo]) -> Later<'e, AnyStatement>
    where
        'p: 'e,
    {
        match &self.0 {
            Database::Postgres(pool) => pool.prepare_with(sql, types),
            Database::Sqlite(_) => not_described(),
        }
    }

    fn describe<'e>(self, sql: SqlStr) -> Later<'e, Describe<Any>>
    where
        'p: 'e,
    {
        match &self.0 {
            Database::Postgres(pool) => pool.describe(sql),
            Database::Sqlite(_) => not_described(),
        }
    }
}

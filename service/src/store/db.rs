//! What statements run on: `sqlx::query(…).execute(db)` is the same on either database.

use std::pin::Pin;

use futures_util::{TryFutureExt, stream};
use sqlx::{Any, AnyPool, Describe, Either, Error, Execute, Executor, SqlStr, Transaction};
use sqlx_core::any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo, AnyValueKind};

use super::Kind;
use super::sqlite::{Answer, Direct, File};

/// The connection of a unit of work or a view.
#[derive(Debug)]
pub struct Db(Connection);

#[derive(Debug)]
enum Connection {
    Postgres(Transaction<'static, Any>),
    Sqlite(Direct),
}

impl Db {
    pub(super) fn postgres(transaction: Transaction<'static, Any>) -> Self {
        Self(Connection::Postgres(transaction))
    }

    pub(super) fn sqlite(connection: Direct) -> Self {
        Self(Connection::Sqlite(connection))
    }

    pub(super) fn direct(&mut self) -> Option<&mut Direct> {
        match &mut self.0 {
            Connection::Postgres(_) => None,
            Connection::Sqlite(direct) => Some(direct),
        }
    }

    pub(super) async fn commit(self) -> Result<(), Error> {
        match self.0 {
            Connection::Postgres(transaction) => transaction.commit().await,
            // A view: there is nothing to save.
            Connection::Sqlite(_) => Ok(()),
        }
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
        match &mut self.0 {
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
        match &mut self.0 {
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
        match &mut self.0 {
            Connection::Postgres(transaction) => (&mut **transaction).prepare_with(sql, types),
            Connection::Sqlite(_) => not_described(),
        }
    }

    fn describe<'e>(self, sql: SqlStr) -> Later<'e, Describe<Any>>
    where
        'c: 'e,
    {
        match &mut self.0 {
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

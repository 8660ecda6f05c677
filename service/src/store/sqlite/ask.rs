//! One statement on one connection.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement};
use sqlx_core::any::{AnyColumn, AnyQueryResult, AnyRow, AnyTypeInfo, AnyTypeInfoKind, AnyValue, AnyValueKind};

use super::Answer;

/// Why a statement has no answer.
#[derive(Debug)]
pub(super) enum Error {
    /// Another process writes.
    Busy,
    /// It writes, and the connection is for reading.
    Writes,
    /// Anything else.
    Other(sqlx::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => Self::Busy,
            Some(ErrorCode::ReadOnly) => Self::Writes,
            _ => Self::Other(sqlx::Error::AnyDriverError(Box::new(error))),
        }
    }
}

impl From<Error> for sqlx::Error {
    fn from(error: Error) -> Self {
        let message = match error {
            Error::Busy => "another process kept the database for too long",
            Error::Writes => "this reads one state of the database: begin a unit of work to write",
            Error::Other(error) => return error,
        };
        Self::AnyDriverError(message.into())
    }
}

/// Runs a statement for its first rows. One that writes is run to its end whatever is asked for.
pub(super) fn ask(connection: &Connection, sql: &str, values: &[AnyValueKind], most: usize) -> Result<Answer, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, values)?;
    let (columns, reads) = (statement.column_count(), statement.readonly());
    let mut answer = Answer::default();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        if answer.rows.len() < most {
            answer.rows.push(read(row, columns)?);
        } else if reads {
            break;
        }
    }
    drop(rows);
    if !reads {
        answer.result = AnyQueryResult { rows_affected: connection.changes(), last_insert_id: None };
    }
    Ok(answer)
}

/// Binds values to `$1`, `$2`, …, which SQLite numbers in the order in which it meets them.
fn bind(statement: &mut Statement<'_>, values: &[AnyValueKind]) -> Result<(), Error> {
    for at in 1..=statement.parameter_count() {
        let named = statement.parameter_name(at).and_then(|name| name.get(1..)?.parse::<usize>().ok());
        let number = named.unwrap_or(at);
        let Some(value) = number.checked_sub(1).and_then(|place| values.get(place)) else {
            let message = format!("the statement has a placeholder ${number}, and {} values are bound", values.len());
            return Err(Error::Other(sqlx::Error::Protocol(message)));
        };
        statement.raw_bind_parameter(at, ToSqlOutput::Borrowed(sent(value)?))?;
    }
    Ok(())
}

fn sent(value: &AnyValueKind) -> Result<ValueRef<'_>, Error> {
    Ok(match value {
        AnyValueKind::Null(_) => ValueRef::Null,
        AnyValueKind::Bool(value) => ValueRef::Integer(i64::from(*value)),
        AnyValueKind::SmallInt(value) => ValueRef::Integer(i64::from(*value)),
        AnyValueKind::Integer(value) => ValueRef::Integer(i64::from(*value)),
        AnyValueKind::BigInt(value) => ValueRef::Integer(*value),
        AnyValueKind::Real(value) => ValueRef::Real(f64::from(*value)),
        AnyValueKind::Double(value) => ValueRef::Real(*value),
        AnyValueKind::Text(text) => ValueRef::Text(text.as_bytes()),
        AnyValueKind::TextSlice(text) => ValueRef::Text(text.as_bytes()),
        AnyValueKind::Blob(bytes) => ValueRef::Blob(bytes),
        other => return Err(Error::Other(sqlx::Error::Protocol(format!("SQLite has no place for {other:?}")))),
    })
}

/// A row. Its columns are read by their places; they have no names here.
fn read(row: &rusqlite::Row<'_>, columns: usize) -> Result<AnyRow, Error> {
    let column = |ordinal| AnyColumn { ordinal, name: "".into(), type_info: AnyTypeInfo { kind: AnyTypeInfoKind::Null } };
    let mut read =
        AnyRow { column_names: Arc::default(), columns: (0..columns).map(column).collect(), values: Vec::with_capacity(columns) };
    for at in 0..columns {
        let kind = match row.get_ref(at)? {
            ValueRef::Null => AnyValueKind::Null(AnyTypeInfoKind::Null),
            ValueRef::Integer(value) => AnyValueKind::BigInt(value),
            ValueRef::Real(value) => AnyValueKind::Double(value),
            ValueRef::Text(text) => {
                let text = String::from_utf8(text.to_vec()).map_err(|error| Error::Other(sqlx::Error::Decode(error.into())))?;
                AnyValueKind::Text(Arc::new(text))
            }
            ValueRef::Blob(bytes) => AnyValueKind::Blob(Arc::new(bytes.to_vec())),
        };
        read.values.push(AnyValue { kind });
    }
    Ok(read)
}

//! Documents in the database.

use sqlx::any::AnyRow;
use sqlx::{AnyExecutor, Row};

use super::{Document, Place};
use crate::error::ApiError;
use crate::store::statement::Statement;
use crate::store::{Db, Pool};

/// Where a document stands in a list.
pub(super) type Cursor = (String, String);

/// Stores a new document, in place of a deleted one of its name; false when one that is not deleted has it.
pub(super) async fn add(db: &mut Db, place: &Place<'_>, name: &str, id: &str, at: &str, body: &str) -> Result<bool, ApiError> {
    let added = sqlx::query(
        "INSERT INTO documents (account_id, kind, parent, name, id, created_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (account_id, kind, parent, name) DO UPDATE
         SET id = excluded.id, created_at = excluded.created_at, body = excluded.body, deleted_at = NULL, deleted_by = NULL
         WHERE documents.deleted_at IS NOT NULL",
    )
    .bind(place.account)
    .bind(place.kind.word)
    .bind(place.parent)
    .bind(name)
    .bind(id)
    .bind(at)
    .bind(body)
    .execute(db)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Replaces a document that still reads `before`; false, and nothing is stored, when it does not.
pub(super) async fn replace(db: &mut Db, place: &Place<'_>, name: &str, before: &str, body: &str) -> Result<bool, ApiError> {
    let changed = sqlx::query(
        "UPDATE documents SET body = $5
         WHERE account_id = $1 AND kind = $2 AND parent = $3 AND name = $4 AND body = $6 AND deleted_at IS NULL",
    )
    .bind(place.account)
    .bind(place.kind.word)
    .bind(place.parent)
    .bind(name)
    .bind(body)
    .bind(before)
    .execute(db)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Marks a document as deleted; false when it is, or is not there.
pub(super) async fn delete(db: &mut Db, place: &Place<'_>, name: &str, at: &str, client: &str) -> Result<bool, ApiError> {
    let changed = sqlx::query(
        "UPDATE documents SET deleted_at = $5, deleted_by = $6
         WHERE account_id = $1 AND kind = $2 AND parent = $3 AND name = $4 AND deleted_at IS NULL",
    )
    .bind(place.account)
    .bind(place.kind.word)
    .bind(place.parent)
    .bind(name)
    .bind(at)
    .bind(client)
    .execute(db)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Marks all documents here as deleted.
pub(super) async fn delete_all(db: &mut Db, place: &Place<'_>, at: &str, client: &str) -> Result<(), ApiError> {
    sqlx::query(
        "UPDATE documents SET deleted_at = $4, deleted_by = $5
         WHERE account_id = $1 AND kind = $2 AND parent = $3 AND deleted_at IS NULL",
    )
    .bind(place.account)
    .bind(place.kind.word)
    .bind(place.parent)
    .bind(at)
    .bind(client)
    .execute(db)
    .await?;
    Ok(())
}

fn document(row: &AnyRow) -> Document {
    let deleted_at: Option<String> = row.get(2);
    Document {
        name: row.get(0),
        body: row.get(1),
        deleted: deleted_at.map(|at| (at, row.get::<Option<String>, _>(3).unwrap_or_default())),
    }
}

/// One document, deleted or not.
pub(super) async fn one<'c>(db: impl AnyExecutor<'c>, place: &Place<'_>, name: &str) -> Result<Option<Document>, ApiError> {
    let row = sqlx::query(
        "SELECT name, body, deleted_at, deleted_by FROM documents WHERE account_id = $1 AND kind = $2 AND parent = $3 AND name = $4",
    )
    .bind(place.account)
    .bind(place.kind.word)
    .bind(place.parent)
    .bind(name)
    .fetch_optional(db)
    .await?;
    Ok(row.as_ref().map(document))
}

/// Those of these names that are not deleted, whatever they belong to.
pub(super) async fn named(pool: &Pool, place: &Place<'_>, names: &[&str]) -> Result<Vec<Document>, ApiError> {
    let mut query = Statement::new("SELECT name, body, deleted_at, deleted_by FROM documents WHERE account_id = ");
    query.push_bind(place.account)?.push(" AND kind = ").push_bind(place.kind.word)?;
    query.push(" AND deleted_at IS NULL AND name IN ").push_list(names.iter().copied())?;
    query.push(" ORDER BY created_at, id");
    Ok(query.rows(pool).await?.iter().map(document).collect())
}

/// Where a document stands; deleted ones stay good cursors.
pub(super) async fn cursor(pool: &Pool, place: &Place<'_>, name: &str) -> Result<Option<Cursor>, ApiError> {
    let row =
        sqlx::query("SELECT created_at, id FROM documents WHERE account_id = $1 AND kind = $2 AND parent = $3 AND name = $4")
            .bind(place.account)
            .bind(place.kind.word)
            .bind(place.parent)
            .bind(name)
            .fetch_optional(pool)
            .await?;
    Ok(row.map(|row| (row.get(0), row.get(1))))
}

/// Those after the cursor, oldest first; deleted ones only where they are asked for.
pub(super) async fn page(
    pool: &Pool,
    place: &Place<'_>,
    after: Option<&Cursor>,
    limit: i64,
    deleted: bool,
) -> Result<Vec<(Cursor, Document)>, ApiError> {
    let mut query =
        Statement::new("SELECT name, body, deleted_at, deleted_by, created_at, id FROM documents WHERE account_id = ");
    query.push_bind(place.account)?.push(" AND kind = ").push_bind(place.kind.word)?;
    query.push(" AND parent = ").push_bind(place.parent)?;
    if !deleted {
        query.push(" AND deleted_at IS NULL");
    }
    if let Some((at, id)) = after {
        query.push(" AND (created_at, id) > (").push_bind(&**at)?.push(", ").push_bind(&**id)?.push(")");
    }
    query.push(" ORDER BY created_at, id LIMIT ").push_bind(limit)?;
    Ok(query.rows(pool).await?.iter().map(|row| ((row.get(4), row.get(5)), document(row))).collect())
}

//! A database for one test.

use rabatt_service::store::file_url;

/// The address of an empty database: a SQLite file, or with `RABATT_TEST_POSTGRES` (the address of a
/// throw-away server) a database there.
pub(crate) async fn database(folder: &tempfile::TempDir) -> String {
    let Ok(server) = std::env::var("RABATT_TEST_POSTGRES") else { return file_url(&folder.path().join("test.db")) };
    use sqlx::{AssertSqlSafe, Connection};
    let name = format!("t_{}", rabatt_service::store::new_id().replace('-', ""));
    let mut connection = sqlx::PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    format!("{server}/{name}")
}

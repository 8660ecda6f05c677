//! Units of work, views and statements by themselves, on whichever database it is.

use rabatt_service::store::Store;
use sqlx::{AnyExecutor, Row};

use crate::support::database;

async fn open() -> (tempfile::TempDir, String, Store) {
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let store = Store::open(&url, 4).await.unwrap();
    (folder, url, store)
}

async fn add(db: impl AnyExecutor<'_>, name: &str) {
    sqlx::query("INSERT INTO settings (name, value) VALUES ($1, 'test')").bind(name).execute(db).await.unwrap();
}

async fn names(db: impl AnyExecutor<'_>) -> Vec<String> {
    let rows = sqlx::query("SELECT name FROM settings WHERE value = 'test' ORDER BY name").fetch_all(db).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn units_that_are_dropped_or_given_up_leave_the_others_alone() {
    let (_folder, _, store) = open().await;
    // While this one lasts, the others wait for it (SQLite) or for a free connection.
    let mut first = store.unit().await.expect("nobody else writes");
    add(first.db(), "first").await;
    let tasks: Vec<_> = (10..40)
        .map(|nth| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut unit = store.unit().await.unwrap();
                add(unit.db(), &nth.to_string()).await;
                if nth % 3 != 0 {
                    unit.save().await.unwrap();
                }
            })
        })
        .collect();
    tokio::task::yield_now().await;
    for task in tasks.iter().step_by(5) {
        task.abort();
    }
    drop(first);
    let mut given_up = Vec::new();
    for (nth, task) in (10..).zip(tasks) {
        if task.await.is_err() {
            given_up.push(nth);
        }
    }
    let saved: Vec<String> =
        (10..40).filter(|nth| nth % 3 != 0 && !given_up.contains(nth)).map(|nth: i32| nth.to_string()).collect();
    assert!(given_up.iter().all(|nth| nth % 5 == 0) && saved.len() >= 16, "given up: {given_up:?}");
    // Whoever is given up while it commits may have been saved: PostgreSQL goes on with what it was told.
    let mut there = names(store.pool()).await;
    there.retain(|name| !name.parse().is_ok_and(|nth: i32| nth % 3 != 0 && given_up.contains(&nth)));
    assert_eq!(there, saved, "given up: {given_up:?}");
}

#[tokio::test]
async fn what_is_saved_is_seen_and_what_is_not_is_not() {
    let (_folder, _, store) = open().await;
    let mut unit = store.unit().await.unwrap();
    add(unit.db(), "a").await;
    assert_eq!(names(unit.db()).await, ["a"]);
    assert!(names(store.pool()).await.is_empty());
    unit.save().await.unwrap();
    assert_eq!(names(store.pool()).await, ["a"]);
    // A statement that fails ends its unit only.
    let mut unit = store.unit().await.unwrap();
    add(unit.db(), "b").await;
    let again = sqlx::query("INSERT INTO settings (name, value) VALUES ('a', 'test')").execute(unit.db()).await;
    assert!(again.is_err());
    drop(unit);
    assert_eq!(names(store.pool()).await, ["a"]);
}

#[tokio::test]
async fn a_statement_by_itself_lasts() {
    let (_folder, url, store) = open().await;
    add(store.pool(), "a").await;
    let added = sqlx::query("INSERT INTO settings (name, value) VALUES ('b', $1), ('c', $1) RETURNING name").bind("test");
    assert_eq!(added.fetch_one(store.pool()).await.unwrap().get::<String, _>(0), "b");
    let changed = sqlx::query("UPDATE settings SET value = value WHERE value = $1").bind("test").execute(store.pool()).await;
    assert_eq!(changed.unwrap().rows_affected(), 3);
    store.close().await;
    let again = Store::open(&url, 4).await.unwrap();
    assert_eq!(names(again.pool()).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_view_sees_one_state_and_changes_nothing() {
    let (_folder, _, store) = open().await;
    add(store.pool(), "a").await;
    let mut view = store.view().await.unwrap();
    assert_eq!(names(view.db()).await, ["a"]);
    add(store.pool(), "b").await;
    assert_eq!(names(view.db()).await, ["a"]);
    let refused = sqlx::query("INSERT INTO settings (name, value) VALUES ('c', 'test')").execute(view.db()).await;
    assert!(refused.is_err());
    drop(view);
    assert_eq!(names(store.view().await.unwrap().db()).await, ["a", "b"]);
    // More of them, one after the other, than there are connections.
    for _ in 0..10 {
        assert_eq!(names(store.view().await.unwrap().db()).await.len(), 2);
    }
}

#[tokio::test]
async fn placeholders_come_in_any_order_and_need_their_values() {
    let (_folder, _, store) = open().await;
    let numbers = "SELECT CAST($2 AS BIGINT), CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT)";
    let row = sqlx::query(numbers).bind(1_i64).bind(2_i64).bind(None::<String>).fetch_one(store.pool()).await.unwrap();
    assert_eq!([0, 1, 2].map(|at| row.get::<i64, _>(at)), [2, 1, 2]);
    assert_eq!(row.get::<Option<String>, _>(3), None);
    let forgotten = sqlx::query("SELECT name FROM settings WHERE name = $1 AND value = $2").bind("a");
    assert!(forgotten.fetch_optional(store.pool()).await.is_err());
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    let error = Store::open("sqlite::memory:", 4).await.unwrap_err().to_string();
    assert!(error.contains("name a file"), "{error}");
}

#[tokio::test]
async fn when_the_log_cannot_be_put_on_the_disk_nothing_is_written_any_more() {
    let (folder, _, store) = open().await;
    if store.kind() != rabatt_service::store::Kind::Sqlite {
        return;
    }
    let mut unit = store.unit().await.unwrap();
    std::fs::rename(folder.path().join("test.db-wal"), folder.path().join("elsewhere")).unwrap();
    add(unit.db(), "a").await;
    let told = format!("{:?}", unit.save().await.unwrap_err());
    assert!(told.contains("the disk refused") && told.contains("starts again"), "{told}");
    assert!(store.unit().await.is_err());
    let alone = sqlx::query("INSERT INTO settings (name, value) VALUES ('b', 'test')").execute(store.pool()).await;
    assert!(alone.is_err());
    // Reading goes on.
    assert!(store.is_ready().await);
}

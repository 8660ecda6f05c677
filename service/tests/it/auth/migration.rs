//! Databases made before clients had names of their own.

use rabatt_service::auth::store::{clients, grants};
use rabatt_service::setup::first_start;
use rabatt_service::store::Store;
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::Migrator;

use crate::support::{database, state};

#[tokio::test]
async fn accounts_clients_and_grants_survive() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let kind = if url.starts_with("sqlite") { "sqlite" } else { "postgres" };
    for file in ["0001_init.sql", "0002_recording.sql"] {
        std::fs::copy(format!("{}/migrations/{kind}/{file}", env!("CARGO_MANIFEST_DIR")), folder.path().join(file)).unwrap();
    }
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
    Migrator::new(folder.path()).await.unwrap().run(&pool).await.unwrap();
    for insert in [
        "INSERT INTO settings (name, value) VALUES ('signing_secret', 'shared')",
        "INSERT INTO accounts (id, created_at) VALUES ('T00000001', '2024-01-01T00:00:00.000000Z')",
        "INSERT INTO clients (account_id, id, client_id, secret_hash, created_at)
            VALUES ('T00000001', 'row', 'till', 'hash', '2024-01-02T00:00:00.000000Z')",
        "INSERT INTO grants (id, client_id, audience, scopes, created_at)
            VALUES ('grant', 'till', 'T00000001', 'admin:discounts read:wallets', '2024-01-03T00:00:00.000000Z')",
    ] {
        sqlx::query(insert).execute(&pool).await.unwrap();
    }
    pool.close().await;

    let store = Store::open(&url, 2).await.unwrap();
    let client = clients::find(store.pool(), "T00000001", "row").await.unwrap().unwrap();
    assert_eq!((&*client.client_id, &*client.created_at), ("till", "2024-01-02T00:00:00.000000Z"));
    let secret = clients::secret(store.pool(), "T00000001", "till").await.unwrap().unwrap();
    assert_eq!((&*secret.id, &*secret.hash, secret.generation), ("row", "hash", 0));
    let standing = grants::standing(store.pool(), "row").await.unwrap().unwrap();
    assert_eq!((&*standing.grants[0].id, &*standing.grants[0].scopes), ("grant", "admin:discounts read:wallets"));
    assert_eq!(standing.grants[0].kind, "client_credentials");
    let old = sqlx::query("SELECT 1 FROM settings WHERE name = 'signing_secret'").fetch_optional(store.pool()).await.unwrap();
    assert!(old.is_none());
    store.close().await;
    // A database with an account is not set up again.
    assert!(first_start(&state(&url).await, |_| Ok(())).await.unwrap().is_none());
}

//! Databases made before clients had names of their own are brought up to date with all they hold.

use rabatt_service::auth::store::{clients, grants};
use rabatt_service::setup::first_start;
use rabatt_service::store::Store;
use sqlx::Row;
use sqlx::any::AnyPoolOptions;
use sqlx::migrate::Migrator;

use crate::support::{database, state};

#[tokio::test]
async fn what_an_old_database_holds_survives() {
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
        "INSERT INTO rules (account_id, id, revision, created_at, updated_at, active, purchase_from, purchase_to)
            VALUES ('T00000001', 'rule', 1, '2024', '2024', 1, '2024', '2030')",
        "INSERT INTO refs (account_id, id, rule_id, customer_id, given_at) VALUES ('T00000001', 'ref', 'rule', 'kari', '2024')",
        "INSERT INTO purchases (account_id, id, customer_id, purchase_at, settled, created_at)
            VALUES ('T00000001', 'purchase', 'kari', '2024-06', 1, '2024')",
        "INSERT INTO purchase_keys (account_id, key, purchase_id)
            VALUES ('T00000001', 'w:1', 'purchase'), ('T00000001', 'r:1', 'purchase')",
        "INSERT INTO usages (account_id, id, purchase_id, ref_id, rule_id, customer_id, ref, ref_type, state, usage, amount, bonus, stamp,
                stamp_spent, debit, purchase_at, created_at, created_by, updated_at)
            VALUES ('T00000001', 'usage', 'purchase', 'ref', 'rule', 'kari', '1', 'receipt_add', 'used', 1, 2, 3, 4, 5, 6, '2024-06', '2024', 'till', '2025')",
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
    let used = sqlx::query(
        "SELECT k.key, u.id, u.state, u.usage, u.amount, u.bonus, u.stamp, u.stamp_spent, u.debit, u.updated_at
         FROM usages u JOIN purchase_keys k ON k.account_id = u.account_id AND k.purchase_id = u.purchase_id ORDER BY k.key",
    );
    let used = used.fetch_all(store.pool()).await.unwrap();
    let texts = |at: usize| used.iter().map(|row| row.get::<String, _>(at)).collect::<Vec<_>>();
    assert_eq!((texts(0), texts(1)), (vec!["r:1".to_owned(), "w:1".to_owned()], vec!["usage".to_owned(); 2]));
    assert_eq!((&*texts(2)[0], &*texts(9)[0]), ("used", "2025"));
    assert_eq!([3, 4, 5, 6, 7, 8].map(|at| used[0].get::<i64, _>(at)), [1, 2, 3, 4, 5, 6]);
    store.close().await;
    // A database with an account is not set up again.
    assert!(first_start(&state(&url).await, |_| Ok(())).await.unwrap().is_none());
}

//! First start: the test account, its API client, and the rules of a kiosk.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row;

use crate::App;
use crate::auth::store::accounts;
use crate::auth::store::clients::{self, NewClient};
use crate::auth::store::grants::{self, NewGrant};
use crate::auth::{scope, secret};
use crate::discounts::store::book::Place;
use crate::discounts::store::refs;
use crate::discounts::{record, revise};
use crate::error::ApiError;
use crate::store::{Db, new_id};

/// The account made at first start.
pub const TEST_ACCOUNT: &str = "T00000001";

/// What a kiosk in Norway would run.
const KIOSK_RULES: &str = include_str!("../examples/kiosk-rules.json");

/// To whom each of them is given.
const KIOSK_GIFTS: &str = include_str!("../examples/kiosk-gifts.json");

/// Which customers have stamps already, so that a card can be seen to fill up.
const KIOSK_STAMPS: &str = include_str!("../examples/kiosk-stamps.json");

/// The test account's API client, for Rabatt's own commands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Client {
    /// The account.
    pub account_id: String,
    /// For HTTP Basic.
    pub client_id: String,
    /// For HTTP Basic.
    pub client_secret: String,
}

/// Sets an empty database up: all of it, or nothing. `None` when that was done before. Of several
/// services that start on one database, one does it.
///
/// `keep` is told the client before anything lasts: a client whose secret nobody knows would be of no use.
///
/// # Errors
/// When the database refuses, or the client cannot be kept.
pub async fn first_start(app: &App, keep: impl FnOnce(&Client) -> Result<(), String>) -> Result<Option<Client>, ApiError> {
    let done = sqlx::query("SELECT 1 FROM settings WHERE name = 'first_start'").fetch_optional(app.store.pool()).await?;
    if done.is_some() {
        return Ok(None);
    }
    let client = Client { account_id: TEST_ACCOUNT.to_owned(), client_id: new_id(), client_secret: secret::new() };
    let hash = secret::hash(client.client_secret.clone()).await?;
    let broken = |error: serde_json::Error| ApiError::Internal(format!("the kiosk's examples: {error}"));
    let rules: Vec<Value> = serde_json::from_str(KIOSK_RULES).map_err(broken)?;
    let gifts: HashMap<String, Vec<String>> = serde_json::from_str(KIOSK_GIFTS).map_err(broken)?;
    let stamps: HashMap<String, HashMap<String, i64>> = serde_json::from_str(KIOSK_STAMPS).map_err(broken)?;
    let mut unit = app.store.unit().await?;
    // First of all: whoever comes second waits here until the first is done, or has given up.
    let mark = "INSERT INTO settings (name, value) VALUES ('first_start', 'done') ON CONFLICT DO NOTHING";
    if sqlx::query(mark).execute(unit.db()).await?.rows_affected() == 0 {
        return Ok(None);
    }
    accounts::add(unit.db(), TEST_ACCOUNT, None, None).await?;
    add_client(unit.db(), TEST_ACCOUNT, &client.client_id, &hash, None, scope::ALL).await?;
    for rule in rules {
        let ready = revise::Ready::new(&client.client_id, &rule.to_string())?;
        ready.store(unit.db(), TEST_ACCOUNT).await?;
        let name = rule["id"].as_str().unwrap_or_default();
        let customers = gifts.get(name).map_or(&[][..], Vec::as_slice);
        refs::give(unit.db(), TEST_ACCOUNT, &client.client_id, &ready.id, customers, None).await?;
        for (customer, stamps) in stamps.get(name).into_iter().flatten() {
            add_stamps(unit.db(), &client.client_id, &ready.id, customer, *stamps).await?;
        }
    }
    keep(&client).map_err(ApiError::Internal)?;
    unit.save().await?;
    Ok(Some(client))
}

/// Stamps of a customer on the ref that everybody holds.
async fn add_stamps(db: &mut Db, client: &str, rule: &str, customer: &str, stamps: i64) -> Result<(), ApiError> {
    let held = "SELECT id FROM refs WHERE account_id = $1 AND rule_id = $2 AND customer_id = '*'";
    let held = sqlx::query(held).bind(TEST_ACCOUNT).bind(rule).fetch_one(&mut *db).await?;
    let place = Place { rule_id: rule.to_owned(), ref_id: held.get(0), customer_id: customer.to_owned() };
    let reference = format!("{rule}/{customer}");
    record::stamps_within(db, TEST_ACCOUNT, client, place, stamps, &reference).await
}

/// Adds a client that is called by its id, with a grant of these scopes in its own account.
///
/// # Errors
/// When the database refuses.
pub async fn add_client(
    db: &mut Db,
    account: &str,
    id: &str,
    secret_hash: &str,
    name: Option<&str>,
    scopes: &str,
) -> Result<(), ApiError> {
    let client = NewClient { account, id, client_id: id, secret_hash, name, ..NewClient::default() };
    clients::add(&mut *db, &client).await?;
    let kind = "client_credentials";
    let grant = NewGrant { id: &new_id(), client: id, audience: account, scopes, kind, created_by: None };
    grants::add(db, &grant).await?;
    Ok(())
}

/// Makes the data folder when it is not there, for its owner alone: the database holds the key
/// that tokens are signed with.
///
/// # Errors
/// When it cannot be made.
pub fn data_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Keeps the client where only the owner can read it.
///
/// # Errors
/// When the file cannot be written.
pub fn keep_client(file: &Path, client: &Client) -> std::io::Result<()> {
    // A file that is there already keeps its rights, whatever they are: a new one takes its place.
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(serde_json::to_string_pretty(client)?.as_bytes())?;
    file.write_all(b"\n")
}

//! First start: the test account, its API client, and the rules of a kiosk.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::auth::{secret, store as auth_store};
use crate::discounts::revise;
use crate::discounts::store::refs;
use crate::error::ApiError;

/// The account made at first start.
pub const TEST_ACCOUNT: &str = "T00000001";

/// What a kiosk in Norway would run.
const KIOSK_RULES: &str = include_str!("../examples/kiosk-rules.json");

/// To whom each of them is given.
const KIOSK_GIFTS: &str = include_str!("../examples/kiosk-gifts.json");

/// Everything, in the test account.
const ALL_SCOPES: &str = "admin:accounts admin:automations admin:customers admin:discounts admin:hooks admin:locations admin:products \
                          admin:receipts admin:wallets";

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

/// Sets an empty database up; `None` when there is an account already.
///
/// # Errors
/// When the database refuses.
pub async fn first_start(app: &App) -> Result<Option<Client>, ApiError> {
    if auth_store::any_account(app.store.pool()).await? {
        return Ok(None);
    }
    let client =
        Client { account_id: TEST_ACCOUNT.to_owned(), client_id: uuid::Uuid::new_v4().to_string(), client_secret: secret::new() };
    let hash = secret::hash(client.client_secret.clone()).await?;
    auth_store::create_account(&app.store, TEST_ACCOUNT, &client.client_id, &hash, ALL_SCOPES).await?;
    let broken = |error: serde_json::Error| ApiError::Internal(format!("the kiosk's examples: {error}"));
    let rules: Vec<Value> = serde_json::from_str(KIOSK_RULES).map_err(broken)?;
    let gifts: HashMap<String, Vec<String>> = serde_json::from_str(KIOSK_GIFTS).map_err(broken)?;
    for rule in rules {
        let (id, _) = revise::create(app, TEST_ACCOUNT, &client.client_id, &rule.to_string()).await?;
        let customers = rule["id"].as_str().and_then(|id| gifts.get(id)).map_or(&[][..], Vec::as_slice);
        refs::give(&app.store, TEST_ACCOUNT, &client.client_id, &id, customers, None).await?;
    }
    Ok(Some(client))
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

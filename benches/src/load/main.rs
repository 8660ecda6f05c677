//! The load generator: the service on loopback beside its floors, in one run.
//!
//! `cargo xtask bench service` runs it and prints a table. Every measure takes a bounded time; floors and
//! what is compared with them take turns, so that a slow spell of the machine hits both.

mod available;
mod bare;
mod changes;
mod claims;
mod client;
mod customers;
mod http;
mod many_accounts;
mod receipts;
mod table;
mod webhooks;

use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use rabatt_service::auth::store::accounts;
use rabatt_service::auth::store::clients::{self, NewClient};
use rabatt_service::auth::store::grants::{self, NewGrant};
use rabatt_service::auth::token::Claims;
use rabatt_service::config::Config;
use rabatt_service::error::ApiError;
use rabatt_service::setup::TEST_ACCOUNT;
use rabatt_service::store::{Store, file_url};
use rabatt_service::{App, app_with};
use tokio::task::JoinHandle;

/// How long one measure takes; each is repeated [`ROUNDS`] times.
const MEASURE: Duration = Duration::from_secs(3);

/// How often floors and measures take turns.
const ROUNDS: usize = 3;

/// Whatever goes wrong ends the run.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A service in this process, on a port and a database of its own.
struct Service {
    app: App,
    address: std::net::SocketAddr,
    token: String,
    serving: JoinHandle<std::io::Result<()>>,
    folder: tempfile::TempDir,
}

impl Service {
    /// On an empty database, with a client of the test account's.
    async fn start(more: Router<App>) -> Result<Self, Failure> {
        let mut service = Self::on(tempfile::tempdir()?, more).await?;
        service.token = account(&service.app, TEST_ACCOUNT).await.map_err(|error| format!("{error:?}"))?;
        Ok(service)
    }

    /// On the database in this folder.
    async fn on(folder: tempfile::TempDir, more: Router<App>) -> Result<Self, Failure> {
        let config = Config::load(None, std::env::vars().filter(|(name, _)| name == "DATABASE_URL"))?;
        let url = config.database_url.clone().unwrap_or_else(|| file_url(&folder.path().join("load.db")));
        let store = Store::open(&url, config.database_connections).await?;
        let app = App::new(config, store).await.map_err(|error| format!("{error:?}"))?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = app_with(app.clone(), more);
        let serving = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { app, address, token: String::new(), serving, folder })
    }

    /// Stops it; the folder of its database.
    async fn stop(self) -> tempfile::TempDir {
        self.serving.abort();
        self.app.store.close().await;
        self.folder
    }
}

/// Makes an account with a client; a token of the client's.
async fn account(app: &App, id: &str) -> Result<String, ApiError> {
    let (client, grant, scopes) =
        (format!("client-{id}"), format!("grant-{id}"), "admin:discounts admin:customers admin:receipts");
    let mut unit = app.store.unit().await?;
    accounts::add(unit.db(), id, None, None).await?;
    let new = NewClient { account: id, id: &client, client_id: &client, secret_hash: "no hash", ..NewClient::default() };
    clients::add(unit.db(), &new).await?;
    let kind = "client_credentials";
    grants::add(unit.db(), &NewGrant { id: &grant, client: &client, audience: id, scopes, kind, created_by: None }).await?;
    unit.save().await?;
    app.auth.keys.sign(&Claims {
        iss: "load".into(),
        sub: client,
        aud: format!("{}/v1/accounts/{id}", app.config.public_url),
        scope: scopes.into(),
        iat: 1_700_000_000,
        exp: u64::from(u32::MAX),
        generation: 0,
        grants: vec![grant],
        user: None,
    })
}

/// The service's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let done = runtime.map_err(Failure::from).and_then(|runtime| {
        runtime.block_on(async {
            if asked("available") {
                available::run().await?;
            }
            if asked("http") {
                http::run().await?;
            }
            if asked("changes") {
                changes::run().await?;
            }
            if asked("claims") {
                claims::run().await?;
            }
            if asked("receipts") {
                receipts::run().await?;
            }
            if asked("webhooks") {
                webhooks::run().await?;
            }
            if asked("customers") {
                customers::run().await?;
            }
            if asked("accounts") {
                many_accounts::run().await?;
            }
            Ok(())
        })
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

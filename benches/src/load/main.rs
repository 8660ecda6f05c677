//! The load generator: the service on loopback beside its floors, in one run.
//!
//! `cargo xtask bench service` runs it and prints a table. Every measure takes a bounded time; floors and
//! what is compared with them take turns, so that a slow spell of the machine hits both.

mod accounts;
mod available;
mod claims;
mod client;
mod table;

use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use rabatt_service::auth::token::Claims;
use rabatt_service::config::Config;
use rabatt_service::setup::TEST_ACCOUNT;
use rabatt_service::store::{Store, file_url};
use rabatt_service::{App, app_with, auth};

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
    _folder: tempfile::TempDir,
}

impl Service {
    async fn start(more: Router<App>) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let config = Config::load(None, std::env::vars().filter(|(name, _)| name == "DATABASE_URL"))?;
        let url = config.database_url.clone().unwrap_or_else(|| file_url(&folder.path().join("load.db")));
        let store = Store::open(&url, config.database_connections).await?;
        let app = App::new(config, store).await.map_err(|error| format!("{error:?}"))?;
        auth::store::create_account(&app.store, TEST_ACCOUNT, "load", "no hash", "admin:discounts")
            .await
            .map_err(|error| format!("{error:?}"))?;
        let claims = Claims {
            sub: "load".into(),
            aud: TEST_ACCOUNT.into(),
            scope: "admin:discounts".into(),
            iat: 1_700_000_000,
            exp: u64::from(u32::MAX),
        };
        let token = app.keys.sign(&claims).map_err(|error| format!("{error:?}"))?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = app_with(app.clone(), more);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { app, address, token, _folder: folder })
    }
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let asked = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let done = runtime.map_err(Failure::from).and_then(|runtime| {
        runtime.block_on(async {
            if asked("available") {
                available::run().await?;
            }
            if asked("claims") {
                claims::run().await?;
            }
            if asked("accounts") {
                accounts::run().await?;
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

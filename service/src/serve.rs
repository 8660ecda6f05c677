//! `rabatt serve`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::config::{Config, LogFormat};
use crate::error::ApiError;
use crate::outbox::deliver::Deliverer;
use crate::setup::{self, Client};
use crate::store::Store;
use crate::{App, app, sealed};

const SETTINGS: &str = concat!("Settings, their defaults and meaning:\n\n", include_str!("../config.default.toml"));

/// Start the service.
#[derive(Debug, Args)]
#[command(after_help = SETTINGS)]
pub struct ServeArgs {
    /// A TOML file with settings.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command until it is told to stop.
pub fn run(args: &ServeArgs) -> ExitCode {
    let done = Config::load(args.config.as_deref(), std::env::vars()).and_then(|config| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
        runtime.block_on(serve(config))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("rabatt serve: {message}");
            ExitCode::from(2)
        }
    }
}

async fn serve(config: Config) -> Result<(), String> {
    log(config.log_format);
    let told_to_stop = told_to_stop().map_err(|error| format!("signals cannot be listened to: {error}"))?;
    let data = config.data.clone();
    setup::data_folder(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    let store = Store::open(&config.database(), config.database_connections)
        .await
        .map_err(|error| format!("the database cannot be used: {error}"))?;
    // Bound before anything is set up: a second service on the port changes nothing.
    let listener = tokio::net::TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("{}: {error}; set RABATT_LISTEN to another address", config.listen))?;
    let state = App::new(config, store).await.map_err(told)?;
    let address = format!("http://{}", listener.local_addr().map_err(|error| error.to_string())?);
    let kept = data.join("client.json");
    let keep = |client: &Client| setup::keep_client(&kept, client).map_err(|error| format!("{}: {error}", kept.display()));
    match setup::first_start(&state, keep).await.map_err(|error| format!("first start: {error:?}"))? {
        Some(client) => println!("{}", welcome(&address, &client, &kept.display().to_string())),
        None => println!("Rabatt listens on {address}; open it in a browser. Its API is described at {address}/docs"),
    }
    let store = state.store.clone();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let delivering = match Deliverer::new(&state) {
        Ok(deliverer) => Some(tokio::spawn(deliverer.run(async { drop(stopped.await) }))),
        // Everything else works without; what is to be sent waits for another start.
        Err(error) => {
            tracing::error!(error, "nothing is sent: install this system's certificates (Debian's ca-certificates)");
            None
        }
    };
    let old = tokio::spawn(seal_old(state.clone()));
    // A request is answered within its deadline, so what is open after that is a connection whose
    // request never came: it must not keep the service from ending.
    let deadline = Duration::from_secs(state.config.request_seconds.saturating_add(1));
    let (told, mut stopping) = tokio::sync::watch::channel(());
    let ending = async move {
        told_to_stop.await;
        drop(told);
    };
    let too_long = async move {
        // An error: the sender is gone, which is the sign.
        while stopping.changed().await.is_ok() {}
        tokio::time::sleep(deadline).await;
    };
    let served = tokio::select! {
        served = axum::serve(listener, app(state)).with_graceful_shutdown(ending) => served,
        () = too_long => {
            tracing::warn!("stopped with connections open that had sent no whole request");
            Ok(())
        }
    };
    // What was accepted is answered by now; leave the database tidy.
    drop(stop);
    // The next start goes on.
    old.abort();
    if let Some(delivering) = delivering {
        // Whatever came of it: the database is closed next.
        drop(delivering.await);
    }
    store.close().await;
    served.map_err(|error| error.to_string())
}

/// Seals what an older version stored in clear.
async fn seal_old(app: App) {
    match sealed::old::seal(&app).await {
        Ok(0) => {}
        Ok(values) => tracing::info!(values, "sealed what an older version stored in clear"),
        Err(error) => {
            tracing::error!(?error, "what an older version stored in clear cannot be sealed; the next start tries again")
        }
    }
}

/// Why the service cannot start.
fn told(error: ApiError) -> String {
    match error {
        ApiError::Internal(message) => message,
        other => format!("{other:?}"),
    }
}

/// What is said once, at first start.
fn welcome(address: &str, client: &Client, kept: &str) -> String {
    let Client { account_id, client_id, client_secret } = client;
    let receipt = include_str!("../examples/receipt.json").split_whitespace().collect::<Vec<_>>().join(" ");
    format!(
        "Rabatt listens on {address}; its API is described at {address}/docs\n\n\
         The page, signed in: {address}/#client={client_id}:{client_secret}\n\n\
         The test account {account_id} has the rules of a kiosk and one API client, shown this once and kept in {kept}:\n\
         \x20 client id      {client_id}\n\
         \x20 client secret  {client_secret}\n\n\
         Try it in another terminal:\n\n\
         TOKEN=$(curl -s -u '{client_id}:{client_secret}' {address}/v1/accounts/{account_id}/auth/token \
         -d '{{\"grant_type\":\"client_credentials\",\"audience\":\"{address}/v1/accounts/{account_id}\"}}' \
         -H 'content-type: application/json' | sed 's/.*\"access_token\":\"\\([^\"]*\\).*/\\1/')\n\n\
         curl -s \"{address}/v1/accounts/{account_id}/discounts/available_for_receipt?explain=true\" -H \"authorization: Bearer $TOKEN\" \
         -H 'content-type: application/json' -d '{receipt}'\n"
    )
}

fn log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

/// Waits for Ctrl-C or a request to end. Listens from now on, not from when it is waited for: whoever reads
/// that the service listens may tell it to stop at once.
#[cfg(unix)]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! { _ = interrupted.recv() => {}, _ = terminated.recv() => {} }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // When it cannot be listened to, the service runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

//! `rabatt account`: accounts beyond the test account, and their first API clients.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::App;
use crate::auth::address::{is_owner_id, is_partner_id, same_world};
use crate::auth::routes::account::check;
use crate::auth::store::accounts;
use crate::auth::told::{account, is_told_of};
use crate::auth::{scope, secret};
use crate::config::Config;
use crate::error::ApiError;
use crate::happened::Event;
use crate::setup::{self, Client};
use crate::store::{Store, new_id};

/// Add accounts and their API clients, on the database that `rabatt serve` uses.
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// A TOML file with settings, as for `rabatt serve`.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add an account (P or T and eight digits) or a partner (three digits).
    Add {
        /// Its id, as T00000002 or T123.
        id: String,
        /// The partner that owns the account.
        #[arg(long, value_name = "ID")]
        owner: Option<String>,
        /// A JSON file with its details: `applicant`, `company`.
        #[arg(long, value_name = "FILE")]
        details: Option<PathBuf>,
    },
    /// Add an API client to an account or partner, and print its id and secret, this once.
    Client {
        /// The account or partner.
        id: String,
        /// What people call the client.
        #[arg(long)]
        name: Option<String>,
        /// What it may do there, as write:discounts; may be repeated. Everything when left out.
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
    },
    /// Set the details of an account.
    Details {
        /// The account.
        id: String,
        /// A JSON file: `applicant`, `company`.
        file: PathBuf,
    },
}

/// Runs the command.
pub fn run(args: &AccountArgs) -> ExitCode {
    let done = Config::load(args.config.as_deref(), std::env::vars()).and_then(|config| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        runtime.block_on(execute(&config, &args.command))
    });
    match done {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("rabatt account: {message}");
            ExitCode::from(2)
        }
    }
}

async fn execute(config: &Config, command: &Command) -> Result<String, String> {
    let (Command::Add { id, .. } | Command::Client { id, .. } | Command::Details { id, .. }) = command;
    if !is_owner_id(id) {
        return Err(format!("`{id}` is no account id (P or T and eight digits) and no partner id (three digits)"));
    }
    if config.database_url.is_none() {
        setup::data_folder(&config.data).map_err(|error| format!("{}: {error}", config.data.display()))?;
    }
    let store = Store::open(&config.database(), 2).await.map_err(|error| format!("the database cannot be used: {error}"))?;
    let answer = match command {
        Command::Add { id, owner, details } => add(config, &store, id, owner.as_deref(), details.as_ref()).await,
        Command::Client { id, name, scopes } => client(&store, id, name.as_deref(), scopes).await,
        Command::Details { id, file } => {
            let details = read(file)?;
            set_details(config, &store, id, &details).await
        }
    };
    store.close().await;
    answer
}

async fn add(config: &Config, store: &Store, id: &str, owner: Option<&str>, details: Option<&PathBuf>) -> Result<String, String> {
    if let Some(owner) = owner {
        if is_partner_id(id) || !is_partner_id(owner) {
            return Err(format!("partners (three digits) own accounts (eight digits); `{owner}` cannot own `{id}`"));
        }
        if !same_world(owner, id) {
            return Err(format!("production (P) and tests (T) never mix: `{owner}` cannot own `{id}`"));
        }
        if accounts::find(store.pool(), owner).await.map_err(told)?.is_none() {
            return Err(missing(owner));
        }
    }
    let details = details.map(read).transpose()?;
    let app = app(config, store, id).await?;
    let mut unit = store.unit().await.map_err(told)?;
    if !accounts::add(unit.db(), id, owner, details.as_deref()).await.map_err(told)? {
        return Err(format!("{id} exists already"));
    }
    if let Some(app) = app {
        account(unit.db(), &app, Event::AccountAdd, id, owner, details.as_deref()).await.map_err(told)?;
    }
    unit.save().await.map_err(told)?;
    Ok(format!("{id} is added; `rabatt account client {id}` gives it an API client"))
}

async fn set_details(config: &Config, store: &Store, id: &str, details: &str) -> Result<String, String> {
    let app = app(config, store, id).await?;
    let mut unit = store.unit().await.map_err(told)?;
    let Some(owner) = accounts::set_details(unit.db(), id, details).await.map_err(told)? else { return Err(missing(id)) };
    if let Some(app) = app {
        account(unit.db(), &app, Event::AccountUpdate, id, owner.as_deref(), Some(details)).await.map_err(told)?;
    }
    unit.save().await.map_err(told)?;
    Ok(format!("the details of {id} are set"))
}

/// What telling of an account needs, when it is told of.
async fn app(config: &Config, store: &Store, id: &str) -> Result<Option<App>, String> {
    if !is_told_of(id) {
        return Ok(None);
    }
    App::new(config.clone(), store.clone()).await.map(Some).map_err(told)
}

async fn client(store: &Store, id: &str, name: Option<&str>, scopes: &[String]) -> Result<String, String> {
    let unknown = |text: &String| format!("there is no scope `{text}`; write:discounts is one");
    let known: Vec<&str> = scopes.iter().map(|text| scope::known(text).ok_or_else(|| unknown(text))).collect::<Result<_, _>>()?;
    let scopes = if known.is_empty() { scope::ALL.to_owned() } else { known.join(" ") };
    if accounts::find(store.pool(), id).await.map_err(told)?.is_none() {
        return Err(missing(id));
    }
    let client = Client { account_id: id.to_owned(), client_id: new_id(), client_secret: secret::new() };
    let hash = secret::hash(client.client_secret.clone()).await.map_err(told)?;
    let mut unit = store.unit().await.map_err(told)?;
    setup::add_client(unit.db(), id, &client.client_id, &hash, name, &scopes).await.map_err(told)?;
    unit.save().await.map_err(told)?;
    serde_json::to_string_pretty(&client).map_err(|error| error.to_string())
}

fn read(file: &PathBuf) -> Result<String, String> {
    let wrong = |error: String| format!("{}: {error}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    check(&text).map_err(|error| wrong(told(error)))?;
    Ok(text)
}

fn missing(id: &str) -> String {
    format!("there is no {id}; `rabatt account add {id}` adds it")
}

/// What people are told of an error.
fn told(error: ApiError) -> String {
    match error {
        ApiError::At(_, pointer, message) => format!("at {pointer}: {message}"),
        ApiError::Invalid(_, message) | ApiError::Internal(message) => message,
        error => format!("{error:?}"),
    }
}

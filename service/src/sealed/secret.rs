//! The secret that everything is sealed with: set, or in a file that the first start makes.

use std::fmt;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde::Deserialize;
use sqlx::Row;

use super::Sealer;
use crate::config::Config;
use crate::error::ApiError;
use crate::store::{Store, new_id};

/// 32 random bytes; not for showing.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Secret([u8; 32]);

impl Secret {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl TryFrom<String> for Secret {
    type Error = String;

    /// From base64, with padding or without.
    fn try_from(text: String) -> Result<Self, String> {
        let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let text = text.trim().replace('-', "+").replace('_', "/");
        let bytes = GeneralPurpose::new(&alphabet::STANDARD, config).decode(text).ok();
        let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes
            .map(Self)
            .ok_or_else(|| "a secret key is 32 random bytes as base64, as `openssl rand -base64 32` makes them".to_owned())
    }
}

/// The sealer of this database. The database remembers which secret it was first opened with.
pub(super) async fn load(config: &Config, store: &Store) -> Result<Sealer, ApiError> {
    let known = remembered(store).await?;
    let file = key_file(config, store);
    let secret = match &config.secret_key {
        Some(secret) => secret.clone(),
        None => match read(&file)? {
            Some(secret) => secret,
            // A new one would open nothing that is there.
            None if known.is_some() => return Err(missing(&file)),
            None => make(&file)?,
        },
    };
    let sealer = Sealer::new(&secret)?;
    let known = match known {
        Some(known) => known,
        None => remember(store, &sealer).await?,
    };
    if known != sealer.check() {
        return Err(other(config, &file));
    }
    super::old::hash_tokens(store, &sealer).await?;
    Ok(sealer)
}

/// Beside the SQLite file; for a database elsewhere, in the data folder.
fn key_file(config: &Config, store: &Store) -> PathBuf {
    store.file().map_or_else(|| config.data.join("rabatt.key"), |file| file.with_extension("key"))
}

async fn remembered(store: &Store) -> Result<Option<String>, ApiError> {
    let row = sqlx::query("SELECT value FROM settings WHERE name = 'sealed_with'").fetch_optional(store.pool()).await?;
    Ok(row.map(|row| row.get(0)))
}

/// Of several services that start with secrets of their own one wins; the others are told.
async fn remember(store: &Store, sealer: &Sealer) -> Result<String, ApiError> {
    let mut unit = store.unit().await?;
    sqlx::query("INSERT INTO settings (name, value) VALUES ('sealed_with', $1) ON CONFLICT DO NOTHING")
        .bind(sealer.check())
        .execute(unit.db())
        .await?;
    unit.save().await?;
    remembered(store).await?.ok_or_else(|| ApiError::Internal("what the database was sealed with is gone".to_owned()))
}

fn read(file: &Path) -> Result<Option<Secret>, ApiError> {
    let told = |problem: String| ApiError::Internal(format!("{}: {problem}", file.display()));
    match std::fs::read_to_string(file) {
        Ok(text) => Secret::try_from(text).map(Some).map_err(told),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(told(error.to_string())),
    }
}

/// Makes the file: whole and on the disk before anything is sealed with what is in it, or not at all. Where
/// another service made one meanwhile, that one counts.
fn make(file: &Path) -> Result<Secret, ApiError> {
    let told = |error: std::io::Error| {
        let message = format!(
            "{}: the key file cannot be made: {error}; make its folder writable, or set RABATT_SECRET_KEY",
            file.display()
        );
        ApiError::Internal(message)
    };
    let mut made = [0; 32];
    getrandom::fill(&mut made).map_err(|error| ApiError::Internal(format!("no random bytes: {error}")))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    crate::setup::data_folder(folder).map_err(told)?;
    let draft = file.with_extension(format!("key.{}", new_id()));
    let put = write(&draft, &(STANDARD.encode(made) + "\n")).and_then(|()| match std::fs::hard_link(&draft, file) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    });
    // Whatever came of it, the draft has done its work.
    drop(std::fs::remove_file(&draft));
    put.map_err(told)?;
    #[cfg(unix)]
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(told)?;
    read(file)?.ok_or_else(|| missing(file))
}

fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn missing(file: &Path) -> ApiError {
    ApiError::Internal(format!(
        "{}: this key file is missing, and without it what the database holds cannot be opened: put it back, or set RABATT_SECRET_KEY \
         to what was in it",
        file.display()
    ))
}

fn other(config: &Config, file: &Path) -> ApiError {
    let used = if config.secret_key.is_some() {
        "the secret key that is set".to_owned()
    } else {
        format!("the key in {}", file.display())
    };
    ApiError::Internal(format!(
        "{used} is not the one that this database was sealed with: set RABATT_SECRET_KEY to that one (services that share a database \
         share it), or put its key file back"
    ))
}

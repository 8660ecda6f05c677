//! Settings: compiled-in defaults, a file, then the environment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::sealed::Secret;
use crate::store::file_url;

/// The defaults, commented: what `config.default.toml` says.
const DEFAULTS: &str = include_str!("../config.default.toml");

/// The service's settings; `config.default.toml` describes each.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "described in config.default.toml")]
pub struct Config {
    pub listen: SocketAddr,
    pub data: PathBuf,
    #[serde(default)]
    pub database_url: Option<String>,
    pub database_connections: u32,
    #[serde(default)]
    pub secret_key: Option<Secret>,
    pub public_url: String,
    pub token_seconds: u64,
    pub secret_failures: usize,
    pub secret_failures_in_all: usize,
    pub secret_failure_seconds: u64,
    pub request_seconds: u64,
    pub delivery_timeout_seconds: u64,
    pub delivery_retry_seconds: Vec<u64>,
    pub delivery_keep_days: u64,
    pub delivery_switch_off: u64,
    pub private_addresses: bool,
    pub log_format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// Which setting is wrong, and where it was read.
    pub fn load(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Self, String> {
        let mut table: toml::Table = DEFAULTS.parse().map_err(|error| format!("config.default.toml: {error}"))?;
        if let Some(file) = file {
            let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            let own: toml::Table = text.parse().map_err(|error| format!("{}: {error}", file.display()))?;
            table.extend(own);
        }
        for (name, value) in environment {
            // The usual name for this one.
            let setting = if name == "DATABASE_URL" {
                Some("database_url".to_owned())
            } else {
                name.strip_prefix("RABATT_").map(str::to_lowercase)
            };
            let Some(setting) = setting else { continue };
            // Neither has a default; empty is not set.
            if setting == "database_url" || setting == "secret_key" {
                if !value.is_empty() {
                    table.insert(setting, toml::Value::String(value));
                }
                continue;
            }
            // What is a number in the defaults is one here; so is yes or no, and a list of numbers.
            let number = |text: &str| text.trim().parse().map_err(|_| format!("{name}: `{text}` is not a whole number"));
            let value = match table.get(&setting) {
                Some(toml::Value::Integer(_)) => toml::Value::Integer(number(&value)?),
                Some(toml::Value::Boolean(_)) => {
                    toml::Value::Boolean(value.parse().map_err(|_| format!("{name}: `{value}` is neither `true` nor `false`"))?)
                }
                Some(toml::Value::Array(_)) => {
                    let texts = value.split(',').filter(|text| !text.trim().is_empty());
                    toml::Value::Array(texts.map(|text| number(text).map(toml::Value::Integer)).collect::<Result<_, _>>()?)
                }
                Some(_) => toml::Value::String(value),
                None => return Err(format!("{name}: there is no such setting; see `rabatt serve --help`")),
            };
            table.insert(setting, value);
        }
        table.try_into().map_err(|error| format!("settings: {error}"))
    }

    /// The address of the database: the SQLite file in the data folder, unless another is set. It
    /// may hold a password: not for showing.
    pub fn database(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| file_url(&self.data.join("rabatt.db")))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[test]
    fn the_environment_wins_and_unknown_settings_are_told() {
        let set = |name: &str, value: &str| std::iter::once((name.to_owned(), value.to_owned()));
        assert_eq!(Config::load(None, std::iter::empty()).unwrap().token_seconds, 14_400);
        assert_eq!(Config::load(None, set("RABATT_TOKEN_SECONDS", "60")).unwrap().token_seconds, 60);
        assert!(Config::load(None, set("RABATT_TOKEN_SECONDS", "soon")).unwrap_err().contains("whole number"));
        assert_eq!(Config::load(None, set("RABATT_DELIVERY_RETRY_SECONDS", "1, 2")).unwrap().delivery_retry_seconds, [1, 2]);
        assert!(Config::load(None, set("RABATT_DELIVERY_RETRY_SECONDS", "1,soon")).unwrap_err().contains("whole number"));
        assert!(Config::load(None, set("RABATT_PRIVATE_ADDRESSES", "true")).unwrap().private_addresses);
        assert!(Config::load(None, set("RABATT_PRIVATE_ADDRESSES", "yes")).unwrap_err().contains("neither"));
        assert!(Config::load(None, set("RABATT_SECRET_KEY", "")).unwrap().secret_key.is_none());
        let told = Config::load(None, set("RABATT_SECRET_KEY", "c2VjcmV0")).unwrap_err();
        assert!(told.contains("32 random bytes") && !told.contains("c2VjcmV0"), "{told}");
        for key in ["_-8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", " /+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"] {
            let config = Config::load(None, set("RABATT_SECRET_KEY", key)).unwrap();
            assert!(config.secret_key.is_some() && !format!("{config:?}").contains("8AAA"));
        }
        assert!(Config::load(None, set("RABATT_LISTN", "x")).unwrap_err().contains("no such setting"));
    }
}

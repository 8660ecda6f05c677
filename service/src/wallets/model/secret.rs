//! PINs and tokens.

use std::fmt;

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A PIN or token. It is written to who asked for it, and nowhere else.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Hidden(pub String);

/// What is wrong with one is told without saying what was sent.
impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            _ => Err(D::Error::custom("a text belongs here")),
        }
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// How a PIN or token looks. One of `symbols`, `numbers` and `characters` at least is true.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecretFormat {
    /// Without the prefix. A PIN has 4 or more; a token must be hard to guess: 16 digits at least, or 9 of all kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(default = 36, minimum = 1, maximum = 128)]
    pub length: Option<i64>,
    /// What it begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64, example = "DINCARD:")]
    pub prefix: Option<String>,
    /// `-`, `.`, `_` and `~`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(default = true)]
    pub symbols: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(default = true)]
    pub numbers: Option<bool>,
    /// Letters, capital and small; so unless `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub characters: Option<bool>,
    /// Also as a Code 128 barcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    pub barcode: Option<bool>,
}

/// A PIN or token, this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SecretValue {
    #[schema(value_type = String, required = false, example = "DINCARD:6ccfec5d-3a53-47de-910a-97d6dda22e5f")]
    pub value: Hidden,
    /// PNG as a data URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAADIA...")]
    pub barcode_128: Option<Hidden>,
}

/// A new PIN.
#[derive(Debug, Serialize, ToSchema)]
pub struct GeneratedPin {
    #[schema(required = false)]
    pub format: SecretFormat,
    #[schema(read_only, required = false)]
    pub pin: SecretValue,
}

/// The answer to a new PIN.
#[derive(Debug, Serialize, ToSchema)]
pub struct RotatedPin {
    pub pin: GeneratedPin,
}

/// A new token of a card.
#[derive(Debug, Serialize, ToSchema)]
pub struct GeneratedToken {
    #[schema(required = false)]
    pub format: SecretFormat,
    #[schema(required = false)]
    pub expires_after_transaction: bool,
    /// Absent for a token that does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
    #[schema(read_only, required = false)]
    pub token: SecretValue,
}

/// A token for a while, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalletToken {
    #[schema(format = Uuid, read_only, required = false)]
    pub id: String,
    #[schema(format = DateTime, read_only, required = false)]
    pub created_at: String,
    #[schema(read_only, required = false)]
    pub created_by: String,
    pub ref_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub metadata: Option<Box<RawValue>>,
    #[schema(required = false)]
    pub format: SecretFormat,
    #[schema(required = false, default = true)]
    pub expires_after_transaction: bool,
    /// Seconds.
    pub expires_in: i64,
    #[schema(read_only, required = false)]
    pub token: SecretValue,
}

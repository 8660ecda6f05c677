//! What is asked for. Members that only the server sets, and those nobody knows, are passed over.

use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::card::{CardCurrency, CardType};
use super::secret::{Hidden, SecretFormat};
use crate::json::Whole;

/// A PIN to make.
#[derive(Debug, Deserialize, ToSchema)]
pub struct PinRequest {
    /// Six digits when absent.
    #[serde(default)]
    pub format: Option<SecretFormat>,
}

/// A token to make with a card. It is good for ever unless `expires_in` is there.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CardToken {
    #[serde(default)]
    pub format: Option<SecretFormat>,
    /// Good for one transaction; with `expires_in` true unless `false`.
    #[serde(default)]
    pub expires_after_transaction: Option<bool>,
    /// Seconds.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 315_360_000)]
    pub expires_in: Option<Whole>,
}

/// A card to make.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CardRequest<'a> {
    #[schema(max_length = 255)]
    pub card_id: String,
    #[serde(default)]
    #[schema(max_length = 255)]
    pub customer_id: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    #[schema(max_length = 255)]
    pub originated_by: Option<String>,
    /// `gift_card` when absent.
    #[serde(default, rename = "type")]
    pub kind: Option<CardType>,
    /// What is put on it.
    #[schema(value_type = i64, minimum = 0, example = 50000)]
    pub amount: Whole,
    pub currency: CardCurrency,
    #[serde(default)]
    #[schema(format = DateTime)]
    pub active_from: Option<String>,
    #[serde(default)]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// Names that begin with `dintero_` are not taken.
    #[serde(default, borrow)]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub metadata: Option<&'a RawValue>,
    #[serde(default)]
    pub pin: Option<PinRequest>,
    #[serde(default)]
    pub card_token: Option<CardToken>,
}

/// A card to make in a batch.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NamedCard {
    #[schema(max_length = 255)]
    pub card_id: String,
    /// `gift_card` when absent.
    #[serde(default, rename = "type")]
    pub kind: Option<CardType>,
}

/// How the PINs or tokens of a batch look.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BatchSecret {
    #[serde(default)]
    pub format: Option<SecretFormat>,
}

/// What the cards of a batch get.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct BatchOptions {
    #[serde(default)]
    pub pin: Option<BatchSecret>,
    #[serde(default)]
    pub card_token: Option<BatchSecret>,
}

/// Cards to make, to be activated later.
#[derive(Debug, Deserialize, ToSchema)]
pub struct BatchRequest {
    /// With PINs at most 100.
    #[schema(min_items = 1, max_items = 500)]
    pub cards: Vec<NamedCard>,
    #[serde(default)]
    pub options: Option<BatchOptions>,
}

/// What a card becomes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ActivationRequest<'a> {
    #[serde(default)]
    #[schema(max_length = 255)]
    pub customer_id: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    /// What is put on it.
    #[schema(value_type = i64, minimum = 0, example = 50000)]
    pub amount: Whole,
    pub currency: CardCurrency,
    #[serde(default)]
    #[schema(max_length = 255)]
    pub originated_by: Option<String>,
    /// Now when absent.
    #[serde(default)]
    #[schema(format = DateTime)]
    pub active_from: Option<String>,
    #[serde(default)]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// Names that begin with `dintero_` are not taken.
    #[serde(default, borrow)]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub metadata: Option<&'a RawValue>,
}

/// A PIN in place of the one before.
#[derive(Debug, Deserialize, ToSchema)]
pub struct RotatePinRequest {
    pub pin: PinRequest,
}

/// A token for a while.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CardTokenRequest<'a> {
    /// The client's key: unique on the card.
    #[schema(max_length = 255)]
    pub ref_id: String,
    #[serde(default)]
    pub format: Option<SecretFormat>,
    /// Good for one transaction.
    #[serde(default)]
    #[schema(default = true)]
    pub expires_after_transaction: Option<bool>,
    /// Seconds.
    #[schema(value_type = i64, minimum = 1, maximum = 315_360_000)]
    pub expires_in: Whole,
    /// Names that begin with `dintero_` are not taken.
    #[serde(default, borrow)]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub metadata: Option<&'a RawValue>,
}

/// A card, by its token.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CardInfoRequest {
    #[schema(value_type = String)]
    pub token: Hidden,
    /// Needed when the card has one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub pin: Option<Hidden>,
}

/// What a transaction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransactionKind {
    Drawdown,
    Fund,
}

/// An amount to move, on the card with this `card_id` or `token`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TransactionRequest<'a> {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub token: Option<Hidden>,
    /// Decides when both are there. Needs `admin:wallets` or `write:wallets`.
    #[serde(default)]
    #[schema(max_length = 255)]
    pub card_id: Option<String>,
    /// Needed with `token` when the card has one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub pin: Option<Hidden>,
    /// The client's key, unique on the card: repeated, nothing moves again.
    #[schema(max_length = 255)]
    pub ref_id: String,
    #[schema(value_type = i64, minimum = 1, example = 50000)]
    pub amount: Whole,
    pub currency: CardCurrency,
    /// `drawdown` when absent. `fund` needs `admin:wallets` or `write:wallets`.
    #[serde(default, rename = "type")]
    pub kind: Option<TransactionKind>,
    /// Reserve, to capture or void later.
    #[serde(default)]
    #[schema(default = false)]
    pub pending: Option<bool>,
    #[serde(default)]
    #[schema(max_length = 255)]
    pub originated_by: Option<String>,
    /// Names that begin with `dintero_` are not taken.
    #[serde(default, borrow)]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub metadata: Option<&'a RawValue>,
}

/// How much of what was reserved is paid.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CaptureRequest<'a> {
    /// The client's key, unique on the card: repeated, nothing moves again.
    #[schema(max_length = 255)]
    pub ref_id: String,
    /// All that is left when absent.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1)]
    pub amount: Option<Whole>,
    /// Names that begin with `dintero_` are not taken.
    #[serde(default, borrow)]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub metadata: Option<&'a RawValue>,
}

/// Lets go what was reserved.
#[derive(Debug, Deserialize, ToSchema)]
pub struct VoidRequest<'a> {
    /// The client's key, unique on the card: repeated, nothing moves again.
    #[schema(max_length = 255)]
    pub ref_id: String,
    /// Names that begin with `dintero_` are not taken.
    #[serde(default, borrow)]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub metadata: Option<&'a RawValue>,
}

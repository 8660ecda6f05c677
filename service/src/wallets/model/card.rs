//! Cards.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::secret::{GeneratedPin, GeneratedToken, SecretFormat};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardType {
    GiftCard,
    CreditNote,
}

impl CardType {
    /// As it is stored.
    pub(in crate::wallets) fn word(self) -> &'static str {
        match self {
            CardType::GiftCard => "gift_card",
            CardType::CreditNote => "credit_note",
        }
    }
}

/// What can be done with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardStatus {
    /// Made in a batch and not activated: it can do nothing yet.
    Inactive,
    /// Nothing was paid with it.
    Unused,
    /// Some of it was paid or is reserved.
    InUse,
    /// All of it was paid.
    Used,
    /// Its time is over.
    Expired,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum CardCurrency {
    NOK,
    SEK,
    DKK,
    EUR,
    USD,
}

impl CardCurrency {
    /// As it is stored.
    pub(in crate::wallets) fn word(self) -> &'static str {
        match self {
            CardCurrency::NOK => "NOK",
            CardCurrency::SEK => "SEK",
            CardCurrency::DKK => "DKK",
            CardCurrency::EUR => "EUR",
            CardCurrency::USD => "USD",
        }
    }
}

/// What a card is, whatever is on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CardSelf {
    #[schema(format = Uuid, read_only, required = false)]
    pub id: String,
    #[schema(format = DateTime, read_only, required = false)]
    pub created_at: String,
    #[schema(read_only, required = false)]
    pub created_by: String,
    /// The client's name for it.
    #[schema(max_length = 255)]
    pub card_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 255)]
    pub customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 255)]
    pub originated_by: Option<String>,
    #[serde(rename = "type")]
    #[schema(required = false)]
    pub kind: CardType,
    #[schema(read_only, required = false)]
    pub status: CardStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub metadata: Option<Box<RawValue>>,
    /// Nothing is paid before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub active_from: Option<String>,
    /// Nothing is paid after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
}

/// What is on a card, in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub struct CardBalances {
    /// Absent until the card is activated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What is on it, with what is reserved.
    #[schema(read_only, required = false)]
    pub amount_balance: i64,
    /// What can be paid with it now.
    #[schema(read_only, required = false)]
    pub amount_available: i64,
    /// What was put on it, in all.
    #[schema(read_only, required = false, minimum = 0)]
    pub amount_funds: i64,
    /// What was paid with it, in all.
    #[schema(read_only, required = false, minimum = 0)]
    pub amount_drawdown: i64,
    /// What is reserved now.
    #[schema(read_only, required = false, minimum = 0)]
    pub amount_pending: i64,
    /// What is reserved now.
    #[schema(read_only, required = false, minimum = 0)]
    pub amount_reserved: i64,
}

/// What is shown of a PIN.
#[derive(Debug, Serialize, ToSchema)]
pub struct PinShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<SecretFormat>,
}

/// What is shown of a token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenShown {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    #[schema(required = false)]
    pub masked_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<SecretFormat>,
}

/// A card.
#[derive(Debug, Serialize, ToSchema)]
pub struct Card {
    #[serde(flatten)]
    pub owned: CardSelf,
    /// What it was made or activated with.
    #[schema(minimum = 0)]
    pub amount: i64,
    #[serde(flatten)]
    pub balances: CardBalances,
    /// Present when it has a PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinShown>,
}

/// A card and what it can be paid with.
#[derive(Debug, Serialize, ToSchema)]
pub struct CardDetails {
    #[serde(flatten)]
    pub owned: CardSelf,
    /// What it was made or activated with.
    #[schema(minimum = 0)]
    pub amount: i64,
    #[serde(flatten)]
    pub balances: CardBalances,
    /// Present when it has a PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinShown>,
    /// Those that are not over.
    #[schema(required = false)]
    pub tokens: Vec<TokenShown>,
}

/// A new card; its PIN and token are shown here only.
#[derive(Debug, Serialize, ToSchema)]
pub struct CardWithSecrets {
    #[serde(flatten)]
    pub owned: CardSelf,
    /// What it was made or activated with.
    #[schema(minimum = 0)]
    pub amount: i64,
    #[serde(flatten)]
    pub balances: CardBalances,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<GeneratedPin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_token: Option<GeneratedToken>,
}

/// A card in a customer's list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerCard {
    #[serde(flatten)]
    pub owned: CardSelf,
    /// Present when it has a PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinShown>,
}

/// A customer's card.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerCardState {
    #[serde(flatten)]
    pub owned: CardSelf,
    #[serde(flatten)]
    pub balances: CardBalances,
    /// Present when it has a PIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin: Option<PinShown>,
    /// Those that are not over.
    #[schema(required = false)]
    pub tokens: Vec<TokenShown>,
}

/// A page of cards.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cards {
    #[schema(required = false)]
    pub cards: Vec<Card>,
    /// Cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starting_after: Option<String>,
}

/// New cards, in the order in which they were asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeCards {
    #[schema(required = false)]
    pub cards: Vec<CardWithSecrets>,
}

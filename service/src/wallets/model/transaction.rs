//! Transactions.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransactionType {
    /// Paid: from the card, or with `parent_id` from what was reserved.
    Drawdown,
    /// Reserved, to be captured or voided.
    PendingCapture,
    /// What was reserved and not captured is on the card again.
    Voided,
    /// Put on the card.
    Fund,
}

impl TransactionType {
    /// As it is stored.
    pub(in crate::wallets) fn word(self) -> &'static str {
        match self {
            TransactionType::Drawdown => "drawdown",
            TransactionType::PendingCapture => "pending_capture",
            TransactionType::Voided => "voided",
            TransactionType::Fund => "fund",
        }
    }

    /// The type that is stored so.
    pub(in crate::wallets) fn of(word: &str) -> Self {
        match word {
            "fund" => TransactionType::Fund,
            "pending_capture" => TransactionType::PendingCapture,
            "voided" => TransactionType::Voided,
            _ => TransactionType::Drawdown,
        }
    }
}

/// An amount that moved.
#[derive(Debug, Serialize, ToSchema)]
pub struct Transaction {
    #[schema(format = Uuid, read_only, required = false)]
    pub id: String,
    #[schema(format = DateTime, read_only, required = false)]
    pub created_at: String,
    #[schema(read_only, required = false)]
    pub created_by: String,
    /// The client's key: unique on the card.
    pub ref_id: String,
    #[schema(minimum = 0)]
    pub amount: i64,
    pub currency: String,
    #[serde(rename = "type")]
    #[schema(required = false)]
    pub kind: TransactionType,
    /// The transaction that reserved what is captured or voided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Uuid)]
    pub parent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 255)]
    pub originated_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub metadata: Option<Box<RawValue>>,
}

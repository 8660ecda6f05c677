//! Claims, as the contract describes them. These types describe; bodies stay JSON text.
#![expect(missing_docs, reason = "the contract's own names")]

use utoipa::ToSchema;

/// Claim of the contract: refs reserved for a purchase in progress.
#[derive(Debug, ToSchema)]
pub struct Claim {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    /// The caller's key for the purchase: the `receipt_id`, `transaction_id` or `order_number` it will have. Unique.
    pub r#ref: Option<String>,
    pub r#type: Option<String>,
    #[schema(format = DateTime)]
    pub purchase_at: String,
    /// `/` claims for a purchase without a customer.
    #[schema(max_length = 255)]
    pub customer_id: String,
    #[schema(min_items = 1)]
    pub discounts: Vec<ClaimDiscount>,
}

/// A rule of which refs are claimed.
#[derive(Debug, ToSchema)]
pub struct ClaimDiscount {
    pub id: String,
    pub refs: Vec<ClaimRef>,
}

/// A claimed ref.
#[derive(Debug, ToSchema)]
pub struct ClaimRef {
    pub id: String,
    /// Minor units.
    pub amount: i64,
    /// Counted purchases, normally 1.
    pub usage: i64,
}

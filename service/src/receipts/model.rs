//! Receipts as they go over the wire. Stored receipts stay JSON text; these describe them.
#![expect(missing_docs, reason = "the contract's own names")]

use serde::Serialize;
use utoipa::ToSchema;

use crate::discounts::model::receipt::{DiscountRefs, ExtraInfo, Receipt, ReceiptItem, Store};

/// A receipt that was stored.
#[derive(Debug, ToSchema)]
pub struct AddedReceipt {
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
    /// With `token_expire_days`: the receipt's token, shown here only.
    pub extra_info: Option<Vec<ExtraInfo>>,
}

/// What became of a list of receipts.
#[derive(Debug, ToSchema)]
pub struct AddedReceipts {
    /// Those that were stored, in order.
    pub receipts: Option<Vec<AddedReceipt>>,
    /// How many were stored before, or stand in the list twice.
    pub duplicates: Option<i64>,
}

/// A receipt in a customer's list.
#[derive(Debug, ToSchema)]
pub struct ReceiptMinimal {
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
    pub store: Option<Store>,
    pub items: Option<Vec<ReceiptItem>>,
    pub gross_amount: Option<i64>,
    pub net_amount: Option<i64>,
    pub currency: Option<String>,
    #[schema(format = DateTime)]
    pub purchase_at: Option<String>,
}

/// Names of members of [`ReceiptMinimal`], and the till's number, by which one receipt is asked for.
pub const MINIMAL: [&str; 13] = [
    "id",
    "created_at",
    "created_by",
    "updated_at",
    "deleted_by",
    "deleted_at",
    "receipt_id",
    "store",
    "items",
    "gross_amount",
    "net_amount",
    "currency",
    "purchase_at",
];

/// A page of a customer's receipts.
#[derive(Debug, ToSchema)]
pub struct MinimalReceipts {
    pub receipts: Option<Vec<ReceiptMinimal>>,
    /// Cursor of the next page; absent on the last.
    pub starting_after: Option<String>,
}

/// Receipts with one number.
#[derive(Debug, ToSchema)]
pub struct FoundReceipts {
    pub receipts: Option<Vec<Receipt>>,
    pub starting_after: Option<String>,
}

/// What is said of a receipt later.
#[derive(Debug, ToSchema)]
pub struct ReceiptUpdate {
    pub customer_id: String,
    pub discounts: Option<Vec<DiscountRefs>>,
}

/// To whom a receipt goes.
#[derive(Debug, ToSchema)]
pub struct ReceiptMove {
    pub customer_id: Option<String>,
}

/// Who claims a receipt.
#[derive(Debug, ToSchema)]
pub struct ReceiptClaim {
    pub customer_id: String,
}

/// An item that a purchase must have: the one, one of the group, or both.
#[derive(Debug, ToSchema)]
pub struct SegmentItem {
    pub id: Option<String>,
    pub group: Option<String>,
}

/// Which purchases count.
#[derive(Debug, ToSchema)]
pub struct SegmentRequest {
    /// At or after.
    #[schema(format = DateTime)]
    pub purchase_from: Option<String>,
    /// Before.
    #[schema(format = DateTime)]
    pub purchase_to: Option<String>,
    /// In any of these stores.
    pub store_ids: Option<Vec<String>>,
    /// With any of these items.
    pub items: Option<Vec<SegmentItem>>,
}

/// A customer of a segment.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerPurchases {
    #[schema(required = false)]
    pub customer_id: String,
    /// How many of their purchases match.
    #[schema(required = false)]
    pub purchases: i64,
}

/// Customers whose purchases match, most purchases first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Segment {
    #[schema(required = false)]
    pub customers: Vec<CustomerPurchases>,
}

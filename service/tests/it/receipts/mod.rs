//! receipts/…

mod operations;
mod recording;
mod returns;

use serde_json::{Value, json};

use crate::support::Service;

/// A receipt of one coffee and one bun.
pub(crate) fn receipt(number: &str, more: Value) -> Value {
    let mut receipt = json!({
        "receipt_id": number, "store": {"id": "s1"}, "purchase_at": "2024-06-01T12:00:00Z", "currency": "NOK",
        "gross_amount": 6500, "net_amount": 5000,
        "items": [
            {"line_id": 1, "id": "kaffe", "groups": [{"id": "drikke"}], "quantity": 1, "gross_amount": 3500},
            {"line_id": 2, "id": "bolle", "groups": [{"id": "bakst"}], "quantity": 1, "gross_amount": 3000}
        ]
    });
    receipt.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    receipt
}

impl Service {
    /// Stores receipts; what came of it.
    pub(crate) async fn store_receipts(&self, receipts: &[Value]) -> Value {
        self.call("POST", "receipts", json!(receipts).to_string()).await.ok()
    }
}

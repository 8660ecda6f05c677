//! Receipts: stored, sealed, and recorded with what they used, on the disk when it is answered.

use std::sync::Arc;

use axum::Router;
use rabatt_service::setup::TEST_ACCOUNT;
use serde_json::{Value, json};

use crate::client::Ask;
use crate::{Failure, Service, bare};

/// Discounts of each receipt, one a line.
const DISCOUNTS: usize = 3;

/// Measures it.
pub(crate) async fn run() -> Result<(), Failure> {
    let service = Service::start(Router::new()).await?;
    let mut discounts: Vec<Value> = Vec::new();
    for line in 1..=DISCOUNTS {
        let rule = json!({"name": "used", "requirement": {"purchase_from": "2024-01-01T00:00:00Z",
            "purchase_to": "2030-01-01T00:00:00Z", "item": {"items": [{"id": format!("thing-{line}")}]}}, "reward": {"type": "discount_amount", "value": 100}});
        let (rule, reference) = bare::given(&service, &rule).await?;
        let items = json!([{"line_id": line, "amount": 100}]);
        discounts.push(json!({"id": rule, "refs": [{"id": reference, "amount": 100, "usage": 1, "items": items}]}));
    }
    let items: Vec<Value> = (1..=DISCOUNTS)
        .map(|line| {
            json!({"line_id": line, "id": format!("thing-{line}"), "description": "A thing", "quantity": 1, "gross_amount": 3500,
                "net_amount": 3400, "tax_percent": 15, "groups": [{"id": "things"}], "eligible_for_discount": true})
        })
        .collect();
    let ask: Ask = Arc::new(move |client, nth| {
        let number = format!("{client}-{nth}-{}", rabatt_service::store::new_id());
        let body = json!([{"receipt_id": number, "store": {"id": "kiosk-1"}, "customer_id": format!("customer-{client}"),
            "purchase_at": "2024-06-01T12:00:00Z", "currency": "NOK", "gross_amount": 10500, "net_amount": 10200,
            "items": items, "discounts": discounts}]);
        ("POST", format!("/v1/accounts/{TEST_ACCOUNT}/receipts"), body.to_string())
    });
    let what = "receipts with three discounts over HTTP (to reach: 60 % of the faster floor)";
    bare::beside(&service, ask, "Receipts on SQLite, 16 writers, synchronous = FULL", what).await
}

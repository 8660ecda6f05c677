//! Claims: refs reserved, on the disk when it is answered.

use std::sync::Arc;

use axum::Router;
use rabatt_service::setup::TEST_ACCOUNT;
use serde_json::json;

use crate::client::Ask;
use crate::{Failure, Service, bare};

/// Measures it.
pub(crate) async fn run() -> Result<(), Failure> {
    let service = Service::start(Router::new()).await?;
    let rule = json!({"name": "claimed", "requirement": {"purchase_from": "2024-01-01T00:00:00Z", "purchase_to": "2030-01-01T00:00:00Z"},
        "reward": {"type": "discount_amount", "value": 100}});
    let (rule, reference) = bare::given(&service, &rule).await?;
    let ask: Ask = Arc::new(move |client, nth| {
        let purchase = format!("{client}-{nth}-{}", rabatt_service::store::new_id());
        let body = json!({"ref": purchase, "customer_id": format!("customer-{client}"), "purchase_at": "2024-06-01T12:00:00Z",
            "discounts": [{"id": rule, "refs": [{"id": reference, "amount": 100, "usage": 1}]}]});
        ("POST", format!("/v1/accounts/{TEST_ACCOUNT}/discounts/available_for_receipt/claims"), body.to_string())
    });
    let what = "claims over HTTP (to reach: 80 % of the faster floor)";
    bare::beside(&service, ask, "Claims on SQLite, 16 writers, synchronous = FULL", what).await
}

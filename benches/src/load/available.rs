//! `available_for_receipt`: a 10-line receipt, 1 000 rules that everybody has, a known customer.
//!
//! The floor is the same server answering the receipt, parsed and written again, after one indexed row read.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::post;
use rabatt_benches::workload;
use rabatt_service::App;
use rabatt_service::auth::scope::{Authorized, RecalculateReceipts};
use rabatt_service::discounts::revise;
use rabatt_service::discounts::store::{refs, rules};
use rabatt_service::error::ApiError;
use rabatt_service::http::{JsonText, read};
use rabatt_service::setup::TEST_ACCOUNT;

use crate::client::{Ask, Measured, load};
use crate::{Failure, MEASURE, ROUNDS, Service, table};

/// Rules of the account.
const RULES: u64 = 1_000;

/// Clients that ask at once.
pub(crate) const CLIENTS: usize = 16;

async fn floor(
    caller: Authorized<RecalculateReceipts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<impl IntoResponse, ApiError> {
    rules::changes(app.store.pool(), &caller.account).await?;
    let receipt: serde_json::Value = read(&body)?;
    Ok(([("content-type", "application/json")], receipt.to_string()))
}

/// A service with so many rules that everybody has, and receipts to ask about.
pub(crate) async fn with_rules(more: Router<App>) -> Result<(Service, Arc<Vec<String>>), Failure> {
    let service = Service::start(more).await?;
    let bodies: Vec<serde_json::Value> = serde_json::from_str(&workload::rules(RULES, 7))?;
    for rule in bodies {
        let failed = |error: ApiError| format!("{error:?}");
        let (id, _) = revise::create(&service.app, TEST_ACCOUNT, "load", &rule.to_string()).await.map_err(failed)?;
        let mut unit = service.app.store.unit().await.map_err(failed)?;
        refs::give(unit.db(), TEST_ACCOUNT, "load", &id, &["*".to_owned()], None).await.map_err(failed)?;
        unit.save().await.map_err(failed)?;
    }
    Ok((service, Arc::new((0..200).map(|seed| workload::receipt(RULES, 10, 1, seed)).collect())))
}

/// Asks a path about the receipts in turn.
pub(crate) fn asking(path: &'static str, receipts: &Arc<Vec<String>>) -> Ask {
    let receipts = Arc::clone(receipts);
    Arc::new(move |client, nth| {
        ("POST", format!("/v1/accounts/{TEST_ACCOUNT}/{path}"), receipts[(client * 31 + nth) % receipts.len()].clone())
    })
}

/// Measures it.
pub(crate) async fn run() -> Result<(), Failure> {
    let (service, receipts) = with_rules(Router::new().route("/v1/accounts/{aid}/floor", post(floor))).await?;
    let ask = |path| asking(path, &receipts);
    let (mut floor, mut measured) = (Measured::default(), Measured::default());
    for _ in 0..ROUNDS {
        floor.add(load(service.address, &service.token, CLIENTS, MEASURE, ask("floor")).await?);
        measured.add(load(service.address, &service.token, CLIENTS, MEASURE, ask("discounts/available_for_receipt")).await?);
    }
    table::head("available_for_receipt: 10 lines, 1 000 rules given to everybody, a known customer, 16 clients");
    table::row("floor: one row read, the parsed receipt back", &floor, &floor);
    table::row("available_for_receipt (to reach: 70 %)", &measured, &floor);
    Ok(())
}

//! `available_for_receipt` over HTTP beside a server without logic, at full and at half load, and millions of times.
//!
//! The floor stands in the same server, behind the same layers: it takes the body as bytes, parses it into typed structs and
//! writes it again, and asks neither who is there nor the database.

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use rabatt_benches::plain::Receipt;

use crate::available::{CLIENTS, asking, with_rules};
use crate::client::{Measured, load, paced};
use crate::{Failure, MEASURE, ROUNDS, table};

/// Millions of requests after each of which the memory is looked at.
const MILLIONS: usize = 3;

/// Requests before that: what is made once is there by then.
const WARM: usize = 100_000;

async fn floor(body: Bytes) -> Result<impl IntoResponse, StatusCode> {
    let receipt: Receipt = serde_json::from_slice(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
    let text = serde_json::to_vec(&receipt).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([("content-type", "application/json")], text))
}

/// What this process has in memory, in bytes.
fn resident() -> Result<u64, Failure> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = pages.split(' ').nth(1).ok_or("statm has no second number")?.parse()?;
    Ok(pages * 4_096)
}

/// Measures it.
pub(crate) async fn run() -> Result<(), Failure> {
    let (service, receipts) = with_rules(Router::new().route("/v1/accounts/{aid}/floor", post(floor))).await?;
    let (floor_ask, ask) = (asking("floor", &receipts), asking("discounts/available_for_receipt", &receipts));
    let (mut floor, mut full, mut half) = (Measured::default(), Measured::default(), Measured::default());
    for _ in 0..ROUNDS {
        floor.add(load(service.address, &service.token, CLIENTS, MEASURE, floor_ask.clone()).await?);
        full.add(load(service.address, &service.token, CLIENTS, MEASURE, ask.clone()).await?);
        let pause = std::time::Duration::from_secs_f64(2.0 * CLIENTS as f64 / full.per_second());
        half.add(paced(service.address, &service.token, CLIENTS, MEASURE, pause, ask.clone()).await?);
    }
    table::head("available_for_receipt over HTTP: 10 lines, 1 000 rules given to everybody, 16 clients");
    table::row("floor: the body parsed into typed structs and written again", &floor, &floor);
    table::row("available_for_receipt (to reach: 80 %)", &full, &floor);
    table::row("the same at half that rate (p99 to reach at full load: at most twice as long)", &half, &floor);
    println!("\n| requests | in memory |\n| ---: | ---: |");
    let mut asked = 0;
    for million in 0..=MILLIONS {
        // The first row is what is made once.
        let until = (million * 1_000_000).max(WARM);
        while asked < until {
            asked += load(service.address, &service.token, CLIENTS, MEASURE, ask.clone()).await?.latencies.len();
        }
        println!("| {asked} | {:.1} MiB |", resident()? as f64 / f64::from(1 << 20));
    }
    Ok(())
}

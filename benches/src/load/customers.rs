//! Customers: one of a million by its name, and pages of them.
//!
//! The floor is the same server answering a text of the same length after one indexed row read. Late pages are compared with the first.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::get;
use rabatt_service::App;
use rabatt_service::auth::scope::{Authorized, ReadCustomers};
use rabatt_service::error::ApiError;
use rabatt_service::setup::TEST_ACCOUNT;
use serde_json::json;
use sqlx::Row;

use crate::client::{Ask, Measured, load};
use crate::{Failure, MEASURE, ROUNDS, Service, table};

/// Clients that ask at once.
const CLIENTS: usize = 16;

/// Customers written in one unit of work.
const BATCH: usize = 10_000;

/// Customers a page.
const PAGE: usize = 100;

/// The page that is compared with the first.
const LATE: usize = 1_000;

fn id(nth: usize) -> String {
    format!("01900000-0000-7000-8000-{nth:012}")
}

fn customer(nth: usize) -> String {
    json!({"id": id(nth), "customer_id": id(nth), "created_at": "2024-06-01T12:00:00.000000Z", "created_by": "load",
        "updated_at": "2024-06-01T12:00:00.000000Z", "type": "customer", "first_name": "Kari Anne", "last_name": "Nordmann",
        "email": format!("kari.{nth}@example.com"), "phone_number": format!("+47{:08}", nth), "favorite_store": "s1",
        "marketing_consent": {"sms": {"consent": true}, "email": {"consent": false}},
        "addresses": [{"address_line": "Storgata 1", "postal_code": "0155", "postal_place": "Oslo", "country": "NO"}]})
    .to_string()
}

async fn floor(
    caller: Authorized<ReadCustomers>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<impl IntoResponse, ApiError> {
    let row = sqlx::query("SELECT id FROM customers WHERE account_id = $1 AND customer_id = $2")
        .bind(&*caller.account)
        .bind(&*path.1)
        .fetch_one(app.store.pool())
        .await?;
    let known: String = row.get(0);
    Ok((
        [("content-type", "application/json")],
        FLOOR.get_or_init(|| customer(0)).replace("kari.0@", known.get(..7).unwrap_or_default()),
    ))
}

static FLOOR: std::sync::OnceLock<String> = std::sync::OnceLock::new();

async fn fill(app: &App, customers: usize) -> Result<(), ApiError> {
    let insert = "INSERT INTO customers (account_id, id, customer_id, type, body, created_at, updated_at) VALUES ($1, $2, $2, 'customer', $3, $4, $4)";
    for from in (0..customers).step_by(BATCH) {
        let mut unit = app.store.unit().await?;
        for nth in from..customers.min(from + BATCH) {
            let place = format!("{TEST_ACCOUNT}/customers/{}", id(nth));
            sqlx::query(insert)
                .bind(TEST_ACCOUNT)
                .bind(id(nth))
                .bind(app.sealer.seal(&place, customer(nth).as_bytes())?)
                .bind("2024-06-01T12:00:00.000000Z")
                .execute(unit.db())
                .await?;
        }
        unit.save().await?;
    }
    Ok(())
}

/// Measures it. `RABATT_BENCH_CUSTOMERS` makes fewer than a million.
pub(crate) async fn run() -> Result<(), Failure> {
    let customers = std::env::var("RABATT_BENCH_CUSTOMERS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000_000_usize);
    let service = Service::start(Router::new().route("/v1/accounts/{aid}/floor/{customer_id}", get(floor))).await?;
    fill(&service.app, customers).await.map_err(|error| format!("{error:?}"))?;
    let by_key = |path: &'static str| -> Ask {
        Arc::new(move |client, nth| {
            let which = (client * 7_919 + nth * 104_729) % customers;
            ("GET", format!("/v1/accounts/{TEST_ACCOUNT}/{path}/{}", id(which)), String::new())
        })
    };
    let page = |nth: usize| -> Ask {
        // The cursor is the last customer of the page before.
        let after = (PAGE * (nth - 1)).checked_sub(1).map(|last| format!("&starting_after={}", id(last))).unwrap_or_default();
        Arc::new(move |_, _| ("GET", format!("/v1/accounts/{TEST_ACCOUNT}/customers/users?limit={PAGE}{after}"), String::new()))
    };
    let late = LATE.min(customers / PAGE).max(1);
    let [mut floor, mut one, mut first, mut last] = [(); 4].map(|()| Measured::default());
    for _ in 0..ROUNDS {
        floor.add(load(service.address, &service.token, CLIENTS, MEASURE, by_key("floor")).await?);
        one.add(load(service.address, &service.token, CLIENTS, MEASURE, by_key("customers/users")).await?);
        first.add(load(service.address, &service.token, CLIENTS, MEASURE, page(1)).await?);
        last.add(load(service.address, &service.token, CLIENTS, MEASURE, page(late)).await?);
    }
    table::head(&format!("Customers: {customers} of them, {CLIENTS} clients"));
    table::row("floor: one row read, a customer's text back", &floor, &floor);
    table::row("GET customers/users/{customer_id} (to reach: 80 %)", &one, &floor);
    table::row(&format!("page 1 of {PAGE} customers"), &first, &first);
    table::row(&format!("page {late} (to reach: 67 % of page 1)"), &last, &first);
    drop(service.stop().await);
    Ok(())
}

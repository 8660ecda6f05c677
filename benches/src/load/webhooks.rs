//! Webhooks: what a thousand events a second, each told to a receiver on this machine, cost those who ask meanwhile.
//!
//! The events happen with and without somebody who listens, in many short turns: the difference is what telling costs.
//! The receiver runs in this process, so what it takes counts too: it does as little as a receiver can.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use rabatt_service::App;
use rabatt_service::discounts::revise;
use rabatt_service::discounts::store::refs;
use rabatt_service::error::ApiError;
use rabatt_service::happened::{Event, Happening, happened};
use rabatt_service::outbox::deliver::Deliverer;
use rabatt_service::setup::TEST_ACCOUNT;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{Ask, Measured, load};
use crate::{Failure, Service, table};

/// Clients that ask for receipts.
const CLIENTS: usize = 8;

/// Events a second.
const EVENTS: u64 = 1_000;

/// From so many places at once.
const SOURCES: u64 = 10;

/// Of so many resources in turn: the events of each keep their order.
const RESOURCES: u64 = 200;

/// How long one turn takes, and how many there are with and without.
const TURN: Duration = Duration::from_millis(1_500);
const TURNS: usize = 8;

/// A receiver that counts what arrives; its address.
async fn sink(arrived: Arc<AtomicU64>) -> Result<String, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take(stream, Arc::clone(&arrived)));
        }
    });
    Ok(url)
}

/// Takes what comes over one connection.
async fn take(mut stream: TcpStream, arrived: Arc<AtomicU64>) -> Result<(), std::io::Error> {
    const END: &[u8] = b"\r\n\r\n";
    let mut bytes: Vec<u8> = Vec::with_capacity(8_192);
    while stream.read_buf(&mut bytes).await? > 0 {
        while let Some(head) = bytes.windows(END.len()).position(|window| window == END) {
            let length = bytes[..head].split(|byte| *byte == b'\n').find_map(length_of).unwrap_or(0);
            let whole = head + END.len() + length;
            if bytes.len() < whole {
                break;
            }
            bytes.drain(..whole);
            arrived.fetch_add(1, Ordering::Relaxed);
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await?;
        }
    }
    Ok(())
}

/// The length that a header tells, when it is the one that does.
fn length_of(line: &[u8]) -> Option<usize> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
}

/// Lets things happen, a hundred a second, until told to stop; how many.
async fn events(app: App, first: u64, stop: Arc<AtomicU64>) -> Result<u64, ApiError> {
    let mut ticks = tokio::time::interval(Duration::from_millis(1_000 * SOURCES / EVENTS));
    let (resource, mut made) = (json!({"location_id": "kiosk", "name": "Kiosk", "chain": "Kiosks"}), 0);
    while stop.load(Ordering::Relaxed) == 0 {
        ticks.tick().await;
        let key = ((made * SOURCES + first) % RESOURCES).to_string();
        let mut unit = app.store.unit().await?;
        let happening = Happening { event: Event::LocationUpdate, key: &key, resource: &resource };
        happened(unit.db(), &app, TEST_ACCOUNT, happening).await?;
        // The change itself: something is written either way.
        sqlx::query("INSERT INTO settings (name, value) VALUES ('load', $1) ON CONFLICT (name) DO UPDATE SET value = $1")
            .bind(&*key)
            .execute(unit.db())
            .await?;
        unit.save().await?;
        made += 1;
    }
    Ok(made)
}

async fn listening(app: &App, is: bool) -> Result<(), ApiError> {
    let mut unit = app.store.unit().await?;
    sqlx::query("UPDATE hook_subscriptions SET active = $1").bind(i64::from(is)).execute(unit.db()).await?;
    unit.save().await
}

/// Measures it.
pub(crate) async fn run() -> Result<(), Failure> {
    let mut service = Service::start(Router::new()).await?;
    let mut config = rabatt_service::config::Config::clone(&service.app.config);
    config.private_addresses = true;
    service.app.config = Arc::new(config);
    let failed = |error: ApiError| format!("{error:?}");
    let rule = json!({"name": "asked", "requirement": {"purchase_from": "2024-01-01T00:00:00Z", "purchase_to": "2030-01-01T00:00:00Z"},
        "reward": {"type": "discount_amount", "value": 100}});
    let (rule, _) = revise::create(&service.app, TEST_ACCOUNT, "load", &rule.to_string()).await.map_err(failed)?;
    let mut unit = service.app.store.unit().await.map_err(failed)?;
    refs::give(unit.db(), TEST_ACCOUNT, "load", &rule, &["*".to_owned()], None).await.map_err(failed)?;
    let arrived = Arc::new(AtomicU64::new(0));
    let url = sink(Arc::clone(&arrived)).await?;
    let body =
        json!({"events": ["location_update"], "config": {"url": url, "insecure_ssl": 0, "content_type": "application/json"}});
    sqlx::query(
        "INSERT INTO hook_subscriptions (account_id, id, body, events, active, created_at, created_by, updated_at)
         VALUES ($1, 'load', $2, ' location_update ', 0, '2024', 'load', '2024')",
    )
    .bind(TEST_ACCOUNT)
    .bind(body.to_string())
    .execute(unit.db())
    .await?;
    unit.save().await.map_err(failed)?;
    tokio::spawn(Deliverer::new(&service.app)?.run(std::future::pending()));

    let ask: Ask = Arc::new(|client, _| {
        let body = json!({"receipt_id": "1", "customer_id": format!("customer-{client}"), "purchase_at": "2024-06-01T12:00:00Z",
            "currency": "NOK", "items": [{"line_id": 1, "id": "kaffe", "quantity": 1, "gross_amount": 3500, "eligible_for_discount": true}]});
        ("POST", format!("/v1/accounts/{TEST_ACCOUNT}/discounts/available_for_receipt"), body.to_string())
    });
    let (mut alone, mut beside) = (Measured::default(), Measured::default());
    let (mut made, mut told, mut waited) = (0, 0, Duration::ZERO);
    for _ in 0..TURNS {
        for heard in [false, true] {
            listening(&service.app, heard).await.map_err(failed)?;
            let (stop, before) = (Arc::new(AtomicU64::new(0)), arrived.load(Ordering::Relaxed));
            let happening: Vec<_> =
                (0..SOURCES).map(|first| tokio::spawn(events(service.app.clone(), first, Arc::clone(&stop)))).collect();
            let measured = load(service.address, &service.token, CLIENTS, TURN, Arc::clone(&ask)).await?;
            let in_time = arrived.load(Ordering::Relaxed) - before;
            stop.store(1, Ordering::Relaxed);
            let mut count = 0;
            for source in happening {
                count += source.await?.map_err(failed)?;
            }
            if !heard {
                alone.add(measured);
                continue;
            }
            beside.add(measured);
            (made, told) = (made + count, told + in_time);
            // What is left arrives before the next turn.
            let behind = Instant::now();
            while arrived.load(Ordering::Relaxed) - before < count && behind.elapsed() < Duration::from_secs(20) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            waited = waited.max(behind.elapsed());
        }
    }
    table::head("Receipts recalculated while 1 000 events a second happen, SQLite, 8 clients");
    table::row("nobody listens", &alone, &alone);
    table::row("each event is told to a receiver on this machine (to reach: 90 %)", &beside, &alone);
    let seconds = beside.seconds;
    println!(
        "\n{:.0} events happened and {:.0} arrived each second meanwhile; the rest arrived within {}.",
        made as f64 / seconds,
        told as f64 / seconds,
        table::time(waited)
    );
    Ok(())
}

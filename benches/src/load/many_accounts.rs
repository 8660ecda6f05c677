//! Many accounts: 1 000 of 100 rules each. How long a service takes to start on them, what they cost in memory, and how
//! much longer a first answer takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use rabatt_benches::workload;
use rabatt_service::discounts::revise;
use rabatt_service::error::ApiError;

use crate::client::load;
use crate::{Failure, Service, table};

const ACCOUNTS: u64 = 1_000;
const RULES: u64 = 100;

/// Resident memory of this process, in MiB.
fn resident() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

/// Measures it.
pub(crate) async fn run() -> Result<(), Failure> {
    let service = Service::start(Router::new()).await?;
    let failed = |error: ApiError| format!("{error:?}");
    let bodies: Vec<serde_json::Value> = serde_json::from_str(&workload::rules(RULES, 7))?;
    let filled = Instant::now();
    let mut tokens = Vec::new();
    for nth in 0..ACCOUNTS {
        let account = format!("T9{nth:07}");
        let token = crate::account(&service.app, &account).await.map_err(failed)?;
        // All rules of an account at once would be faster, and is not how they come.
        for rule in &bodies {
            revise::create(&service.app, &account, "load", &rule.to_string()).await.map_err(failed)?;
        }
        tokens.push((account, token));
    }
    let filling = filled.elapsed();
    let receipt = workload::receipt(RULES, 10, 1, 1);
    let folder = service.stop().await;
    let started = Instant::now();
    let service = Service::on(folder, Router::new()).await?;
    let ready = Arc::new(|_, _| ("GET", "/readyz".to_owned(), String::new()));
    load(service.address, "", 1, Duration::from_nanos(1), ready).await?;
    let ready = started.elapsed();
    let ask = async |(account, token): &(String, String)| -> Result<Duration, Failure> {
        let (path, body) = (format!("/v1/accounts/{account}/discounts/available_for_receipt"), receipt.clone());
        // One request: its time, without the connection's.
        let ask = Arc::new(move |_, _| ("POST", path.clone(), body.clone()));
        let measured = load(service.address, token, 1, Duration::from_nanos(1), ask).await?;
        Ok(measured.permille(0))
    };
    let before = resident();
    // The first answer of all also opens what is opened when it is needed.
    let first = match tokens.first() {
        Some(account) => ask(account).await?,
        None => Duration::ZERO,
    };
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for account in tokens.iter().skip(1) {
        cold.push(ask(account).await?);
        warm.push(ask(account).await?);
    }
    let memory = resident() - before;
    cold.sort_unstable();
    warm.sort_unstable();
    let median = |times: &[Duration]| times.get(times.len() / 2).copied().unwrap_or_default();
    let (cold, warm) = (median(&cold), median(&warm));
    println!("\n1 000 accounts of 100 rules each\n\n| what | |\n| --- | ---: |");
    println!("| filling, rule by rule | {} |", table::time(filling));
    println!("| start, until `/readyz` answers | {} |", table::time(ready));
    println!("| the first answer after that | {} |", table::time(first));
    println!("| memory of all Plans | {memory:.0} MiB |");
    println!("| first answer of an account, median | {} |", table::time(cold));
    println!("| later answer, median | {} |", table::time(warm));
    println!("| ratio (to reach: < 10) | {:.1} |", cold.as_secs_f64() / warm.as_secs_f64());
    Ok(())
}

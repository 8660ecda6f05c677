//! Sends what is in the outbox.
//!
//! 2xx accepts. 400 means "do not send this again". Anything else, redirects too, is tried again on the schedule
//! of the settings, and given up when that ends. Nodes that share a database share the work.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta, Utc};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use tokio::task::{Id, JoinSet};
use tokio::time::{sleep, timeout};

use super::address::{PublicOnly, check_url};
use super::store::{self, Due, Outcome};
use crate::config::Config;
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::store::Store;

/// Most requests under way at once, on one node.
const MOST: usize = 16;

/// Of these for one account: whoever is slow to answer must not hold the others up.
const MOST_OF_ACCOUNT: usize = 4;

/// How long a node that found nothing to send waits before it looks again.
const PAUSE: Duration = Duration::from_secs(1);

/// How much longer than its timeout an attempt may take before another node takes the message.
const SLACK: Duration = Duration::from_secs(30);

/// How long requests under way may still take when the service stops; the rest is sent again later.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// How often old messages are looked for.
const FORGET_EVERY: Duration = Duration::from_secs(3600);

/// Sends messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Deliverer {
    store: Store,
    client: Client,
    timeout: Duration,
    retries: Vec<Duration>,
    keep: Duration,
    private_addresses: bool,
    metrics: Metrics,
}

impl Deliverer {
    /// With the settings of the service.
    ///
    /// # Errors
    /// When this machine's certificates cannot be used.
    pub fn new(config: &Config, store: Store, metrics: Metrics) -> Result<Self, String> {
        // Who comes second finds it installed, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let seconds = |seconds: &u64| Duration::from_secs(*seconds);
        let wait = seconds(&config.delivery_timeout_seconds);
        // A proxy would resolve names by itself, and reach what this service must not.
        let client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(wait)
            .connect_timeout(wait.min(Duration::from_secs(10)));
        let client = if config.private_addresses { client } else { client.dns_resolver(PublicOnly::new()) };
        let client = client.build().map_err(|error| format!("requests cannot be sent: {}", chain(&error)))?;
        Ok(Self {
            store,
            client,
            timeout: wait,
            retries: config.delivery_retry_seconds.iter().map(seconds).collect(),
            keep: Duration::from_secs(config.delivery_keep_days.saturating_mul(86_400)),
            private_addresses: config.private_addresses,
            metrics,
        })
    }

    /// Sends until told to stop; what is under way then gets a moment to finish.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut sending = Sending::default();
        let mut forgotten: Option<tokio::time::Instant> = None;
        loop {
            if forgotten.is_none_or(|at| at.elapsed() >= FORGET_EVERY) {
                forgotten = Some(tokio::time::Instant::now());
                if let Err(error) = store::forget(&self.store, &before(self.keep)).await {
                    tracing::error!(?error, "old messages cannot be deleted");
                }
            }
            let begun = self.begin(&mut sending).await.unwrap_or_else(|error| {
                tracing::error!(?error, "the outbox cannot be read");
                0
            });
            // More may be due when all of this was; otherwise look again later, or when a place is free.
            let pause = if begun > 0 && sending.tasks.len() < MOST { Duration::ZERO } else { PAUSE };
            tokio::select! {
                () = &mut stop => break,
                () = sending.next(), if !sending.tasks.is_empty() => {}
                () = sleep(pause) => {}
            }
        }
        let finish = async {
            while !sending.tasks.is_empty() {
                sending.next().await
            }
        };
        // What did not finish is taken up again when its time is over, here or on another node.
        drop(timeout(LAST_WAIT, finish).await);
    }

    /// Sends once what is due now, as far as there is room, and waits for it; how many attempts that were.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn send_due(&self) -> Result<usize, ApiError> {
        let mut sending = Sending::default();
        let begun = self.begin(&mut sending).await?;
        while !sending.tasks.is_empty() {
            sending.next().await;
        }
        Ok(begun)
    }

    /// Takes messages as far as there is room, and begins to send them; how many.
    async fn begin(&self, sending: &mut Sending) -> Result<usize, ApiError> {
        let room = MOST.saturating_sub(sending.tasks.len());
        if room == 0 {
            return Ok(0);
        }
        let full: Vec<String> = sending.full_accounts();
        let full: Vec<&str> = full.iter().map(String::as_str).collect();
        let mut begun = 0;
        for mut due in store::due(&self.store, &full, i64::try_from(room).unwrap_or(i64::MAX)).await? {
            if sending.of(&due.account) >= MOST_OF_ACCOUNT {
                continue;
            }
            let most = self.retries.len().saturating_add(1);
            let begun_before = usize::try_from(due.attempts).unwrap_or(usize::MAX);
            if !store::take(&self.store, &mut due, &after(self.timeout.saturating_add(SLACK))).await? {
                continue;
            }
            if begun_before >= most {
                // Nobody heard of the last attempt: the node that made it died.
                let problem = "the service stopped while this was sent for the last time".to_owned();
                let outcome = Outcome { state: "failed", next_at: after(Duration::ZERO), status: None, problem: Some(problem) };
                store::settle(&self.store, &due, &outcome).await?;
                continue;
            }
            begun = usize::saturating_add(begun, 1);
            sending.begin(due.account.clone(), self.clone().attempt(due));
        }
        Ok(begun)
    }

    /// One attempt, and what is to be done after it.
    async fn attempt(self, due: Due) {
        let answer = self.send(&due).await;
        let retry = usize::try_from(due.attempts).ok().and_then(|made| self.retries.get(made.saturating_sub(1)));
        let status = answer.as_ref().ok().copied();
        let problem = match answer {
            Ok(200..=299) => None,
            Ok(status @ 300..=399) => Some(format!("answered {status}; redirects are not followed")),
            Ok(status) => Some(format!("answered {status}")),
            Err(problem) => Some(problem),
        };
        let (state, next_at) = match (&problem, status, retry) {
            (None, ..) => ("accepted", after(Duration::ZERO)),
            (_, Some(400), _) => ("refused", after(Duration::ZERO)),
            (_, _, Some(pause)) => ("waiting", after(*pause)),
            (_, _, None) => ("failed", after(Duration::ZERO)),
        };
        self.metrics.attempted(state);
        // Neither address nor body: they may name customers.
        tracing::info!(delivery = due.id, sender = due.sender, event = due.event, attempt = due.attempts, status, state, "sent");
        if let Err(error) = store::settle(&self.store, &due, &Outcome { state, next_at, status, problem }).await {
            tracing::error!(?error, delivery = due.id, "what came of a message cannot be written; it will be sent again");
        }
    }

    async fn send(&self, due: &Due) -> Result<u16, String> {
        let url = check_url(&due.url, self.private_addresses)?;
        let method = Method::from_bytes(due.method.as_bytes()).map_err(|error| error.to_string())?;
        let mut request = self.client.request(method, url).header("event", &due.event).header("event-delivery", &due.id);
        for (name, value) in &due.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &due.body {
            request = request.body(body.clone());
        }
        request.send().await.map(|response| response.status().as_u16()).map_err(|error| chain(&error.without_url()))
    }
}

/// Requests under way.
#[derive(Default)]
struct Sending {
    tasks: JoinSet<()>,
    accounts: HashMap<Id, String>,
}

impl Sending {
    fn begin(&mut self, account: String, attempt: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(attempt);
        self.accounts.insert(task.id(), account);
    }

    /// Waits until one is done.
    async fn next(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => error.id(),
            None => return,
        };
        self.accounts.remove(&id);
    }

    fn of(&self, account: &str) -> usize {
        self.accounts.values().filter(|other| *other == account).count()
    }

    fn full_accounts(&self) -> Vec<String> {
        let mut full: Vec<String> =
            self.accounts.values().filter(|account| self.of(account) >= MOST_OF_ACCOUNT).cloned().collect();
        full.sort_unstable();
        full.dedup();
        full
    }
}

/// An error with what caused it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// The instant so much from now, as it is stored.
fn after(wait: Duration) -> String {
    stored(TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX))
}

/// The instant so long ago.
fn before(ago: Duration) -> String {
    stored(-TimeDelta::from_std(ago).unwrap_or(TimeDelta::MAX))
}

fn stored(wait: TimeDelta) -> String {
    // A wait beyond all time is forever.
    let at = Utc::now().checked_add_signed(wait);
    at.map_or_else(|| "9999-12-31T23:59:59.999999Z".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

//! Sends what is in the outbox.
//!
//! 2xx accepts. 400 means "do not send this again". Anything else, redirects too, is tried again on the schedule
//! of the settings, and given up when that ends. Nodes that share a database share the work.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta, Utc};
use tokio::time::{sleep, timeout};

use super::attempt::Sender;
use super::sending::Sending;
use super::store::{self, Attempt, Due, Outcome};
use crate::App;
use crate::error::ApiError;
use crate::hooks::{self, Receiver};

/// How long a node that found nothing to send waits before it looks again.
const PAUSE: Duration = Duration::from_millis(250);

/// How long a node that sends gathers what happens meanwhile: what is due and what has ended is read and written
/// together, which costs hardly more than one message alone.
const GATHER: Duration = Duration::from_millis(20);

/// How much longer than its timeout an attempt may take before another node takes the message.
const SLACK: Duration = Duration::from_secs(10);

/// How long requests under way may still take when the service stops; the rest is sent again later.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// How often old messages are looked for.
const FORGET_EVERY: Duration = Duration::from_secs(3600);

/// Sends messages. Cheap to clone.
#[derive(Clone)]
pub struct Deliverer {
    app: App,
    sender: Sender,
    timeout: Duration,
    retries: Vec<Duration>,
    keep: Duration,
}

impl Deliverer {
    /// With the settings of the service.
    ///
    /// # Errors
    /// When this machine's certificates cannot be used.
    pub fn new(app: &App) -> Result<Self, String> {
        let config = &app.config;
        Ok(Self {
            app: app.clone(),
            sender: Sender::new(config)?,
            timeout: Duration::from_secs(config.delivery_timeout_seconds),
            retries: config.delivery_retry_seconds.iter().map(|seconds| Duration::from_secs(*seconds)).collect(),
            keep: Duration::from_secs(config.delivery_keep_days.saturating_mul(86_400)),
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
                if let Err(error) = store::forget(&self.app.store, &before(self.keep)).await {
                    tracing::error!(?error, "old messages cannot be deleted");
                }
            }
            let begun = self.begin(&mut sending).await.unwrap_or_else(|error| {
                tracing::error!(?error, "the outbox cannot be read");
                0
            });
            tokio::select! {
                () = &mut stop => break,
                () = sleep(GATHER) => {}
            }
            // More may be due when there was this; otherwise look again later, or when a place is free.
            let pause = if begun > 0 && sending.room(0) > 0 { Duration::ZERO } else { PAUSE };
            tokio::select! {
                () = &mut stop => break,
                done = sending.done(), if !sending.is_empty() => self.settle(done).await,
                () = sleep(pause) => {}
            }
        }
        // What did not finish is taken up again when its time is over, here or on another node.
        drop(timeout(LAST_WAIT, self.finish(&mut sending)).await);
    }

    /// Sends once what is due now, as far as there is room, and waits for it; how many attempts that were.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn send_due(&self) -> Result<usize, ApiError> {
        let mut sending = Sending::default();
        let begun = self.begin(&mut sending).await?;
        self.finish(&mut sending).await;
        Ok(begun)
    }

    async fn finish(&self, sending: &mut Sending) {
        while !sending.is_empty() {
            let done = sending.done().await;
            self.settle(done).await;
        }
    }

    /// Takes messages as far as there is room, and begins to send them; how many.
    async fn begin(&self, sending: &mut Sending) -> Result<usize, ApiError> {
        let due = self.choose(sending).await?;
        let taken = store::take(&self.app.store, due, &after(self.timeout.saturating_add(SLACK))).await?;
        let mut receivers: HashMap<String, Option<Receiver>> = HashMap::new();
        let (mut begun, mut hopeless) = (0_usize, Vec::new());
        for due in taken {
            if due.by_hook && !receivers.contains_key(&due.sender) {
                receivers.insert(due.sender.clone(), hooks::receiver(&self.app, &due.account, &due.sender).await?);
            }
            let receiver = receivers.get(&due.sender).cloned().flatten();
            let made_before = usize::try_from(due.attempts).unwrap_or(usize::MAX).saturating_sub(1);
            let problem = if due.by_hook && receiver.is_none() {
                Some("the subscription is deleted")
            } else if made_before > self.retries.len() {
                // Nobody heard of the last attempt: the node that made it died.
                Some("the service stopped while this was sent for the last time")
            } else {
                None
            };
            if let Some(problem) = problem {
                let attempt = Attempt { at: crate::store::now(), problem: Some(problem.to_owned()), ..Attempt::default() };
                hopeless.push(Outcome { due, attempt, state: "failed", next_at: after(Duration::ZERO) });
                continue;
            }
            begun = begun.saturating_add(1);
            sending.begin(&due.clone(), self.clone().attempt(due, receiver));
        }
        self.settle(hopeless).await;
        Ok(begun)
    }

    /// What to send next: of each sender something, as far as there is room.
    async fn choose(&self, sending: &mut Sending) -> Result<Vec<Due>, ApiError> {
        let mut chosen: Vec<Due> = Vec::new();
        let mut of_account: HashMap<String, usize> = HashMap::new();
        if sending.room(0) == 0 {
            return Ok(chosen);
        }
        let senders = store::senders(&self.app.store).await?;
        for sender in sending.in_turn(senders) {
            let room = sending.room(chosen.len()).min(sending.room_of_sender(&sender));
            if room == 0 {
                continue;
            }
            for due in store::due(&self.app.store, &sender, i64::try_from(room).unwrap_or(i64::MAX)).await? {
                let chosen_of_account = of_account.entry(due.account.clone()).or_default();
                if *chosen_of_account < sending.room_of_account(&due.account) {
                    *chosen_of_account = chosen_of_account.saturating_add(1);
                    chosen.push(due);
                }
            }
        }
        Ok(chosen)
    }

    /// One attempt, and what is to be done after it.
    async fn attempt(self, due: Due, receiver: Option<Receiver>) -> Outcome {
        let open = |text: String| self.app.sealer.open_text(&store::place(&due.account, &due.id), text);
        let opened = || {
            let (url, headers) = (open(due.url.clone())?, open(due.headers.clone())?);
            Ok((Due { url, headers, ..due.clone() }, due.body.clone().map(open).transpose()?))
        };
        let attempt = match opened() {
            Ok((opened, body)) => self.sender.send(&opened, body, receiver.as_ref()).await,
            Err::<_, ApiError>(error) => {
                tracing::error!(?error, delivery = due.id, "a message cannot be read");
                let problem = Some("what is to be sent cannot be read".to_owned());
                Attempt { at: crate::store::now(), problem, ..Attempt::default() }
            }
        };
        let retry = usize::try_from(due.attempts).ok().and_then(|made| self.retries.get(made.saturating_sub(1)));
        let (state, next_at) = match (&attempt.problem, attempt.status, retry) {
            (None, ..) => ("accepted", after(Duration::ZERO)),
            (_, Some(400), _) => ("refused", after(Duration::ZERO)),
            (_, _, Some(pause)) => ("waiting", after(*pause)),
            (_, _, None) => ("failed", after(Duration::ZERO)),
        };
        self.app.metrics.attempted(state);
        // Neither address nor body: they may name customers.
        let Due { id, sender, event, attempts, .. } = &due;
        tracing::info!(delivery = id, sender, event, attempt = attempts, status = attempt.status, state, "sent");
        Outcome { due, attempt, state, next_at }
    }

    /// Writes what came of attempts, all in one unit of work.
    async fn settle(&self, outcomes: Vec<Outcome>) {
        if outcomes.is_empty() {
            return;
        }
        if let Err(error) = self.write(outcomes).await {
            tracing::error!(?error, "what came of messages cannot be written; they will be sent again");
        }
    }

    async fn write(&self, mut outcomes: Vec<Outcome>) -> Result<(), ApiError> {
        // In one order, so that two nodes never wait for each other in a circle.
        outcomes.sort_unstable_by(|a, b| a.due.id.cmp(&b.due.id));
        let mut unit = self.app.store.unit().await?;
        // By account and subscription: how many were given up, and was any taken?
        let mut of_hooks: BTreeMap<(&str, &str), (i64, bool)> = BTreeMap::new();
        for outcome in &outcomes {
            let Outcome { due, state, .. } = outcome;
            if store::settle(unit.db(), &self.app, outcome).await? && due.by_hook {
                let (given_up, heard) = of_hooks.entry((&due.account, &due.sender)).or_default();
                match *state {
                    "failed" => *given_up = given_up.saturating_add(1),
                    "accepted" | "refused" => *heard = true,
                    _ => {}
                }
            }
        }
        for ((account, subscription), (given_up, heard)) in of_hooks {
            hooks::count(unit.db(), &self.app, account, subscription, given_up, heard).await?;
        }
        unit.save().await
    }
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

//! Sends what is in the outbox.
//!
//! 2xx accepts. 400 means "do not send this again". Anything else, redirects too, is tried again on the schedule
//! of the settings, and given up when that ends. Nodes that share a database share the work.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep, timeout};

use super::attempt::Sender;
use super::handed::Handed;
use super::sending::Sending;
use super::store::{self, Attempt, Due, Outcome, before, later};
use crate::App;
use crate::error::ApiError;
use crate::hooks::{self, Receiver};

/// How long a node that found nothing to send waits before it looks again.
const PAUSE: Duration = Duration::from_millis(250);

/// How long a node that sends gathers what happens meanwhile: what is due and what has ended is read and written
/// together, which costs hardly more than one message alone.
const GATHER: Duration = Duration::from_millis(20);

/// How long requests under way may still take when the service stops; the rest is sent again later.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// How often old messages are looked for.
const FORGET_EVERY: Duration = Duration::from_secs(3600);

/// Sends messages. Cheap to clone.
#[derive(Clone)]
pub struct Deliverer {
    app: App,
    sender: Sender,
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
            retries: config.delivery_retry_seconds.iter().map(|seconds| Duration::from_secs(*seconds)).collect(),
            keep: Duration::from_secs(config.delivery_keep_days.saturating_mul(86_400)),
        })
    }

    /// Sends until told to stop; what is under way then gets a moment to finish.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut handed = self.app.hand_over.open();
        let mut sending = Sending::default();
        let mut forgotten: Option<Instant> = None;
        // When the outbox was looked into; it is again after a pause, or when something is known to be there.
        let mut looked: Option<Instant> = None;
        loop {
            if forgotten.is_none_or(|at| at.elapsed() >= FORGET_EVERY) {
                forgotten = Some(Instant::now());
                if let Err(error) = store::forget(&self.app.store, &before(self.keep)).await {
                    tracing::error!(?error, "old messages cannot be deleted");
                }
            }
            if looked.is_none_or(|at| at.elapsed() >= PAUSE) {
                let begun = self.begin(&mut sending).await.unwrap_or_else(|error| {
                    tracing::error!(?error, "the outbox cannot be read");
                    0
                });
                // More may be due when there was this.
                looked = if begun > 0 && self.app.hand_over.room() > 0 { None } else { Some(Instant::now()) };
            }
            tokio::select! {
                () = &mut stop => break,
                () = sleep(GATHER) => {}
            }
            self.begin_handed(waiting(&mut handed), &mut sending).await;
            let pause = looked.map_or(Duration::ZERO, |at| PAUSE.saturating_sub(at.elapsed()));
            tokio::select! {
                () = &mut stop => break,
                done = sending.done(), if !sending.is_empty() => {
                    if self.settle(done).await {
                        looked = None;
                    }
                }
                Some(first) = next(&mut handed) => self.begin_handed(vec![first], &mut sending).await,
                () = sleep(pause) => {}
            }
        }
        if handed.is_some() {
            self.app.hand_over.close();
        }
        self.begin_handed(waiting(&mut handed), &mut sending).await;
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
        let chosen = self.choose(sending).await?;
        if chosen.is_empty() && self.app.hand_over.room() > 0 {
            self.app.hand_over.nothing_left();
        }
        let until = later(store::time_of_attempt(&self.app.config));
        let taken = store::take(&self.app.store, chosen, &until).await?;
        self.begin_taken(taken, sending).await
    }

    /// Begins to send what was handed over.
    async fn begin_handed(&self, handed: Vec<Handed>, sending: &mut Sending) {
        if handed.is_empty() {
            return;
        }
        if let Err(error) = self.begin_taken(handed, sending).await {
            tracing::error!(?error, "what was handed over cannot be sent; it will be when its time is over");
        }
    }

    /// Begins to send messages that are taken; how many.
    async fn begin_taken(&self, taken: Vec<Handed>, sending: &mut Sending) -> Result<usize, ApiError> {
        let mut receivers: HashMap<String, Option<Receiver>> = HashMap::new();
        let (mut begun, mut hopeless) = (0_usize, Vec::new());
        for Handed { due, place } in taken {
            if due.is_webhook() && !receivers.contains_key(&due.sender) {
                receivers.insert(due.sender.clone(), hooks::receiver(&self.app, &due.account, &due.sender).await?);
            }
            let receiver = receivers.get(&due.sender).cloned().flatten();
            let made_before = usize::try_from(due.attempts).unwrap_or(usize::MAX).saturating_sub(1);
            let problem = if due.is_webhook() && receiver.is_none() {
                Some("the subscription is deleted")
            } else if made_before > self.retries.len() {
                // Nobody heard of the last attempt: the node that made it died.
                Some("the service stopped while this was sent for the last time")
            } else {
                None
            };
            if let Some(problem) = problem {
                let attempt = Attempt { at: crate::store::now(), problem: Some(problem.to_owned()), ..Attempt::default() };
                hopeless.push(Outcome { due, attempt, state: "failed", next_at: later(Duration::ZERO) });
                continue;
            }
            begun = begun.saturating_add(1);
            sending.begin(place, self.clone().attempt(due, receiver));
        }
        self.settle(hopeless).await;
        Ok(begun)
    }

    /// What to send next: of each sender something, as far as there is room.
    async fn choose(&self, sending: &mut Sending) -> Result<Vec<Handed>, ApiError> {
        let places = &self.app.hand_over;
        let mut chosen: Vec<Handed> = Vec::new();
        if places.room() == 0 {
            return Ok(chosen);
        }
        let senders = store::senders(&self.app.store).await?;
        for sender in sending.in_turn(senders) {
            let room = places.room().min(places.room_of_sender(&sender));
            if room == 0 {
                continue;
            }
            for due in store::due(&self.app.store, &sender, i64::try_from(room).unwrap_or(i64::MAX)).await? {
                if let Some(place) = places.place(&due.account, &due.sender) {
                    chosen.push(Handed { due, place });
                }
            }
        }
        Ok(chosen)
    }

    /// One attempt, and what is to be done after it.
    async fn attempt(self, due: Due, receiver: Option<Receiver>) -> Outcome {
        let place = store::place(&due.account, &due.id);
        let open = |text: String| if due.sealed { self.app.sealer.open_text(&place, text) } else { Ok(text) };
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
            (None, ..) => ("accepted", later(Duration::ZERO)),
            (_, Some(400), _) => ("refused", later(Duration::ZERO)),
            (_, _, Some(pause)) => ("waiting", later(*pause)),
            (_, _, None) => ("failed", later(Duration::ZERO)),
        };
        self.app.metrics.attempted(state);
        // Neither address nor body: they may name customers.
        let Due { id, sender, event, attempts, .. } = &due;
        tracing::info!(delivery = id, sender, event, attempt = attempts, status = attempt.status, state, "sent");
        Outcome { due, attempt, state, next_at }
    }

    /// Writes what came of attempts, all in one unit of work. True: something else may be due now.
    async fn settle(&self, outcomes: Vec<Outcome>) -> bool {
        if outcomes.is_empty() {
            return false;
        }
        let is_awaited = |Outcome { due, .. }: &Outcome| due.sealed || self.app.hand_over.is_awaited(due.lane.as_deref());
        // Each is asked: a lane is awaited once.
        let awaited = outcomes.iter().filter(|outcome| is_awaited(outcome)).count() > 0;
        if let Err(error) = self.write(outcomes).await {
            tracing::error!(?error, "what came of messages cannot be written; they will be sent again");
        }
        awaited
    }

    async fn write(&self, mut outcomes: Vec<Outcome>) -> Result<(), ApiError> {
        // In one order, so that two nodes never wait for each other in a circle.
        outcomes.sort_unstable_by(|a, b| a.due.id.cmp(&b.due.id));
        let mut unit = self.app.store.unit().await?;
        // By account and subscription: how many were given up, and was any taken?
        let mut of_hooks: BTreeMap<(&str, &str), (i64, bool)> = BTreeMap::new();
        for outcome in &outcomes {
            let Outcome { due, state, .. } = outcome;
            if store::settle(unit.db(), &self.app, outcome).await? && due.is_webhook() {
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

/// What was handed over by now.
fn waiting(handed: &mut Option<UnboundedReceiver<Handed>>) -> Vec<Handed> {
    let Some(handed) = handed else { return Vec::new() };
    std::iter::from_fn(|| handed.try_recv().ok()).collect()
}

/// What is handed over next; never anything where another one gets it.
async fn next(handed: &mut Option<UnboundedReceiver<Handed>>) -> Option<Handed> {
    match handed {
        Some(handed) => handed.recv().await,
        None => std::future::pending().await,
    }
}

//! What is saved while somebody sends is handed over: neither read again nor taken.

use std::collections::BTreeSet;
use std::time::Duration;

use rabatt_service::outbox::{Message, add};
use rabatt_service::setup::TEST_ACCOUNT;
use rabatt_service::store::{Kind, new_id};
use sqlx::Row;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::{Received, deliverer, receiver, service, state, write};
use crate::support::Service;

/// Sends beside the service, until told to stop.
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(service: &Service) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(deliverer(service).run(async { drop(stopped.await) }));
        sleep(Duration::from_millis(50)).await;
        Self { stop, task }
    }

    async fn stop(self) {
        drop(self.stop);
        self.task.await.unwrap();
    }
}

/// A message in a lane, or in none.
fn message<'a>(id: &'a str, url: &'a str) -> Message<'a> {
    Message {
        id,
        account: TEST_ACCOUNT,
        sender: "automation-1",
        lane: None,
        event: "receipt_add",
        method: "POST",
        url,
        headers: &[],
        body: Some("{}".to_owned()),
    }
}

fn arrived(received: &Received) -> Vec<String> {
    let received = received.lock().unwrap();
    received.iter().map(|(_, _, headers, _)| headers["event-delivery"].to_str().unwrap().to_owned()).collect()
}

async fn wait_for(received: &Received, count: usize) {
    for _ in 0..500 {
        if received.lock().unwrap().len() >= count {
            break;
        }
        sleep(Duration::from_millis(20)).await;
    }
    assert!(received.lock().unwrap().len() >= count, "too few of {count} arrived");
}

#[tokio::test]
async fn it_is_taken_when_it_is_written() {
    let service = service().await;
    let (url, received) = receiver(&[204], Duration::from_millis(300)).await;
    // Nobody sends yet.
    let before = write(&service, &url).await;
    assert_eq!(state(&service, &before).await.1, 0);
    let running = Running::start(&service).await;
    wait_for(&received, 1).await;
    let id = write(&service, &url).await;
    if service.app.store.kind() == Kind::Sqlite {
        assert_eq!(state(&service, &id).await, ("waiting".to_owned(), 1, None, String::new()));
        // Others do not send it.
        assert_eq!(deliverer(&service).send_due().await.unwrap(), 0);
    }
    wait_for(&received, 2).await;
    running.stop().await;
    for id in [&before, &id] {
        assert_eq!(state(&service, id).await, ("accepted".to_owned(), 1, Some(204), String::new()));
    }
    let (_, _, headers, body) = received.lock().unwrap()[1].clone();
    assert_eq!((headers["content-type"].to_str().unwrap(), &*body), ("application/json", r#"{"customers":["kåre"]}"#));
    // It has stopped: what is written now waits.
    let after = write(&service, &url).await;
    assert_eq!(state(&service, &after).await.1, 0);
}

#[tokio::test]
async fn what_is_not_saved_is_not_sent_and_what_is_saved_without_anybody_waiting_is() {
    let service = service().await;
    let (url, received) = receiver(&[204], Duration::ZERO).await;
    let running = Running::start(&service).await;
    let (lost, kept, last) = (new_id(), new_id(), new_id());
    let mut unit = service.app.store.unit().await.unwrap();
    add(unit.db(), &service.app, &message(&lost, &url)).await.unwrap();
    drop(unit);
    let mut unit = service.app.store.unit().await.unwrap();
    add(unit.db(), &service.app, &message(&kept, &url)).await.unwrap();
    // Whoever asked for it is gone before it is on the disk; PostgreSQL takes such a unit back.
    let saved = timeout(Duration::ZERO, unit.save()).await;
    let is_kept = saved.is_ok() || service.app.store.kind() == Kind::Sqlite;
    let mut unit = service.app.store.unit().await.unwrap();
    add(unit.db(), &service.app, &message(&last, &url)).await.unwrap();
    unit.save().await.unwrap();
    wait_for(&received, 1 + usize::from(is_kept)).await;
    running.stop().await;
    let expected: BTreeSet<String> = if is_kept { [kept, last].into() } else { [last].into() };
    assert_eq!(arrived(&received).into_iter().collect::<BTreeSet<_>>(), expected);
}

#[tokio::test]
async fn more_than_there_is_room_for_arrives_once_each() {
    let service = service().await;
    let (url, received) = receiver(&[204], Duration::from_millis(30)).await;
    let running = Running::start(&service).await;
    let mut ids = BTreeSet::new();
    for _ in 0..150 {
        ids.insert(write(&service, &url).await);
    }
    wait_for(&received, ids.len()).await;
    running.stop().await;
    let arrived = arrived(&received);
    assert_eq!((arrived.len(), arrived.into_iter().collect::<BTreeSet<_>>()), (ids.len(), ids.clone()));
    for id in &ids {
        assert_eq!(state(&service, id).await, ("accepted".to_owned(), 1, Some(204), String::new()));
    }
}

#[tokio::test]
async fn when_its_process_ends_another_one_sends_it() {
    let service = service().await;
    let (url, received) = receiver(&[200], Duration::from_millis(500)).await;
    let running = Running::start(&service).await;
    let id = write(&service, &url).await;
    wait_for(&received, 1).await;
    running.task.abort();
    drop(running.task.await);
    assert_eq!(state(&service, &id).await, ("waiting".to_owned(), 1, None, String::new()));
    // Not before its time is over.
    let row = sqlx::query("SELECT created_at, next_at FROM outbox WHERE id = $1").bind(&id);
    let row = row.fetch_one(service.app.store.pool()).await.unwrap();
    let at = |at: usize| chrono::DateTime::parse_from_rfc3339(row.get(at)).unwrap();
    let wait = at(1) - at(0);
    assert!((14..=30).contains(&wait.num_seconds()), "{wait}");
    assert_eq!(deliverer(&service).send_due().await.unwrap(), 0);
    sqlx::query("UPDATE outbox SET next_at = created_at").execute(service.app.store.pool()).await.unwrap();
    assert_eq!(deliverer(&service).send_due().await.unwrap(), 1);
    assert_eq!(state(&service, &id).await, ("accepted".to_owned(), 2, Some(200), String::new()));
    // Who starts after that one hands over, too.
    let running = Running::start(&service).await;
    let id = write(&service, &url).await;
    wait_for(&received, 3).await;
    running.stop().await;
    assert_eq!(state(&service, &id).await.0, "accepted");
}

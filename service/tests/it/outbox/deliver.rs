//! Sending what is in the outbox, to a receiver on this machine.

use std::time::Duration;

use axum::http::Method;
use sqlx::Row;

use super::{deliverer, receiver, service, state, write};

#[tokio::test]
async fn a_message_arrives_as_it_was_written() {
    let service = service().await;
    let (url, received) = receiver(&[204], Duration::ZERO).await;
    let id = write(&service, &format!("{url}/hook")).await;
    assert_eq!(deliverer(&service).send_due().await.unwrap(), 1);
    assert_eq!(state(&service, &id).await, ("accepted".to_owned(), 1, Some(204), String::new()));
    assert_eq!(deliverer(&service).send_due().await.unwrap(), 0);
    let received = received.lock().unwrap();
    assert_eq!(received.len(), 1);
    let (method, path, headers, body) = &received[0];
    assert_eq!((method, path.as_str(), body.as_str()), (&Method::POST, "/hook", r#"{"customers":["kåre"]}"#));
    for (name, value) in [("event", "receipt_add"), ("event-delivery", id.as_str()), ("content-type", "application/json")] {
        assert_eq!(headers[name], value);
    }
}

#[tokio::test]
async fn what_a_message_says_lies_sealed_before_and_after_it_is_sent() {
    let service = service().await;
    let (url, _) = receiver(&[204], Duration::ZERO).await;
    let id = write(&service, &url).await;
    let stored = async || -> Vec<Option<String>> {
        let row = "SELECT url, headers, body, sent_headers, answer_headers, answer_body FROM outbox WHERE id = $1";
        let row = sqlx::query(row).bind(&*id).fetch_one(service.app.store.pool()).await.unwrap();
        (0..6).map(|at| row.get(at)).collect()
    };
    assert_eq!(stored().await.iter().flatten().filter(|text| text.starts_with("s1:")).count(), 3);
    assert_eq!(deliverer(&service).send_due().await.unwrap(), 1);
    // This answer has no body: that nothing was said is no secret.
    let sealed = stored().await.iter().flatten().map(|text| text.starts_with("s1:")).collect::<Vec<_>>();
    assert_eq!(sealed, [true, true, true, true, true, false]);
    assert_eq!(stored().await.last().unwrap().as_deref(), Some(""));
}

#[tokio::test]
async fn what_is_not_accepted_is_sent_again_five_times_in_all() {
    let service = service().await;
    let (url, received) = receiver(&[500, 503, 200], Duration::ZERO).await;
    let id = write(&service, &url).await;
    for _ in 0..5 {
        deliverer(&service).send_due().await.unwrap();
    }
    assert_eq!(state(&service, &id).await, ("accepted".to_owned(), 3, Some(200), String::new()));
    assert_eq!(received.lock().unwrap().len(), 3);
    let (url, received) = receiver(&[500], Duration::ZERO).await;
    let id = write(&service, &url).await;
    for _ in 0..7 {
        deliverer(&service).send_due().await.unwrap();
    }
    assert_eq!(state(&service, &id).await, ("failed".to_owned(), 5, Some(500), "answered 500".to_owned()));
    let deliveries = received.lock().unwrap();
    assert_eq!(deliveries.len(), 5);
    assert!(deliveries.iter().all(|(_, _, headers, _)| headers["event-delivery"] == id.as_str()));
}

#[tokio::test]
async fn the_schedule_is_kept() {
    let mut service = service().await;
    service.set(|config| config.delivery_retry_seconds = vec![3600]);
    let (url, received) = receiver(&[500], Duration::ZERO).await;
    let id = write(&service, &url).await;
    for _ in 0..3 {
        deliverer(&service).send_due().await.unwrap();
    }
    assert_eq!(state(&service, &id).await.0, "waiting");
    assert_eq!(received.lock().unwrap().len(), 1);
    sqlx::query("UPDATE outbox SET next_at = created_at").execute(service.app.store.pool()).await.unwrap();
    deliverer(&service).send_due().await.unwrap();
    assert_eq!(state(&service, &id).await.0, "failed");
}

#[tokio::test]
async fn an_answer_of_400_and_redirects() {
    let service = service().await;
    let (url, received) = receiver(&[400], Duration::ZERO).await;
    let id = write(&service, &url).await;
    let (elsewhere, redirected) = receiver(&[302], Duration::ZERO).await;
    let moved = write(&service, &format!("{elsewhere}/here")).await;
    for _ in 0..6 {
        deliverer(&service).send_due().await.unwrap();
    }
    assert_eq!(state(&service, &id).await, ("refused".to_owned(), 1, Some(400), "answered 400".to_owned()));
    assert_eq!(received.lock().unwrap().len(), 1);
    // A redirect is a failure, and nobody goes where it points.
    let (what, attempts, status, problem) = state(&service, &moved).await;
    assert_eq!((what.as_str(), attempts, status), ("failed", 5, Some(302)));
    assert!(problem.contains("redirects"), "{problem}");
    assert!(redirected.lock().unwrap().iter().all(|(_, path, ..)| path == "/here"));
}

#[tokio::test]
async fn nobody_there_and_nobody_who_answers() {
    let mut service = service().await;
    service.set(|config| {
        config.delivery_timeout_seconds = 1;
        config.delivery_retry_seconds = Vec::new();
    });
    let nobody = write(&service, "http://127.0.0.1:1/").await;
    let (url, _received) = receiver(&[200], Duration::from_secs(60)).await;
    let silent = write(&service, &url).await;
    deliverer(&service).send_due().await.unwrap();
    for id in [nobody, silent] {
        let (what, attempts, status, problem) = state(&service, &id).await;
        assert_eq!((what.as_str(), attempts, status), ("failed", 1, None));
        // Neither names the address, which may hold a secret.
        assert!(!problem.is_empty() && !problem.contains("http://"), "{problem}");
    }
}

#[tokio::test]
async fn private_addresses_are_not_connected_to() {
    let mut service = service().await;
    service.set(|config| config.private_addresses = false);
    let (url, received) = receiver(&[200], Duration::ZERO).await;
    let port = url.rsplit(':').next().unwrap();
    let mut ids = vec![write(&service, &url).await];
    // A name that leads to this machine is seen when it is resolved.
    for host in ["localhost", "localhost.", "ip6-localhost", "127.1", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"] {
        ids.push(write(&service, &format!("http://{host}:{port}/")).await);
    }
    if let Ok(name) = std::fs::read_to_string("/etc/hostname") {
        ids.push(write(&service, &format!("http://{}:{port}/", name.trim())).await);
    }
    for _ in 0..ids.len() {
        deliverer(&service).send_due().await.unwrap();
    }
    assert!(received.lock().unwrap().is_empty());
    for id in ids {
        let (what, attempts, status, problem) = state(&service, &id).await;
        assert!(what != "accepted" && attempts >= 1 && status.is_none() && !problem.is_empty(), "{what} {attempts} {problem}");
    }
}

#[tokio::test]
async fn nodes_share_the_work_and_send_each_message_once() {
    let service = service().await;
    let (url, received) = receiver(&[200], Duration::from_millis(50)).await;
    let mut ids = Vec::new();
    for _ in 0..12 {
        ids.push(write(&service, &url).await);
    }
    let (one, two, three) = (deliverer(&service), deliverer(&service), deliverer(&service));
    for _ in 0..12 {
        let (a, b, c) = tokio::join!(one.send_due(), two.send_due(), three.send_due());
        if a.unwrap() + b.unwrap() + c.unwrap() == 0 {
            break;
        }
    }
    let mut arrived: Vec<String> = received
        .lock()
        .unwrap()
        .iter()
        .map(|(_, _, headers, _)| headers["event-delivery"].to_str().unwrap().to_owned())
        .collect();
    arrived.sort();
    ids.sort();
    assert_eq!(arrived, ids);
}

#[tokio::test]
async fn a_message_of_a_node_that_died_is_taken_up_by_another() {
    let service = service().await;
    let (url, received) = receiver(&[200], Duration::from_millis(500)).await;
    let id = write(&service, &url).await;
    // It dies while it sends: the message is its own until its time is over.
    let dying = deliverer(&service);
    drop(tokio::time::timeout(Duration::from_millis(200), dying.send_due()).await);
    assert_eq!(state(&service, &id).await.0, "waiting");
    assert_eq!(deliverer(&service).send_due().await.unwrap(), 0);
    sqlx::query("UPDATE outbox SET next_at = created_at").execute(service.app.store.pool()).await.unwrap();
    assert_eq!(deliverer(&service).send_due().await.unwrap(), 1);
    assert_eq!(state(&service, &id).await, ("accepted".to_owned(), 2, Some(200), String::new()));
    assert_eq!(received.lock().unwrap().len(), 2);
    // Died in the last attempt of all: given up, not sent for ever.
    let id = write(&service, &url).await;
    sqlx::query("UPDATE outbox SET attempts = 5 WHERE id = $1").bind(&id).execute(service.app.store.pool()).await.unwrap();
    assert_eq!(deliverer(&service).send_due().await.unwrap(), 0);
    assert_eq!(state(&service, &id).await.0, "failed");
}

#[tokio::test]
async fn what_is_settled_is_forgotten_when_its_time_is_over() {
    let mut service = service().await;
    service.set(|config| config.delivery_keep_days = 3);
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(write(&service, "http://127.0.0.1:1/").await);
    }
    let in_the_past = chrono::Utc::now() - chrono::TimeDelta::days(3);
    for (at, (state, minutes)) in [("accepted", -1), ("failed", -1), ("accepted", 1), ("waiting", -1)].into_iter().enumerate() {
        sqlx::query("UPDATE outbox SET state = $2, updated_at = $3, next_at = '9999' WHERE id = $1")
            .bind(&*ids[at])
            .bind(state)
            .bind(rabatt_service::store::written(in_the_past + chrono::TimeDelta::minutes(minutes)))
            .execute(service.app.store.pool())
            .await
            .unwrap();
    }
    deliverer(&service).run(tokio::time::sleep(Duration::from_millis(100))).await;
    let left = sqlx::query("SELECT id FROM outbox ORDER BY seq").fetch_all(service.app.store.pool()).await.unwrap();
    let left: Vec<String> = left.iter().map(|row| row.get(0)).collect();
    assert_eq!(left, ids[2..]);
}

#[tokio::test]
async fn it_runs_beside_the_service_until_told_to_stop() {
    let service = service().await;
    let (url, received) = receiver(&[500, 200], Duration::from_millis(20)).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(deliverer(&service).run(async { drop(stopped.await) }));
    let ids = [write(&service, &url).await, write(&service, &url).await];
    for _ in 0..100 {
        if received.lock().unwrap().len() >= 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(stop);
    running.await.unwrap();
    for id in ids {
        assert_eq!(state(&service, &id).await.0, "accepted");
    }
}

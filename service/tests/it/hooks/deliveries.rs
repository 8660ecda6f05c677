//! Pings, and deliveries as they are shown.

use std::time::Duration;

use serde_json::json;

use super::receiver::Receiver;
use super::{deliveries, delivery, send_all, service, subscribe};
use crate::support::coffee;

#[tokio::test]
async fn a_new_subscription_is_pinged_with_itself() {
    let service = service().await;
    let receiver = Receiver::new().await;
    let id = subscribe(&service, &receiver, &["receipt_add"], json!({"active": false, "fields": "receipt/items"})).await;
    send_all(&service).await;
    let received = receiver.received();
    assert_eq!(received.len(), 1);
    let ping = &received[0];
    assert_eq!((ping.method.as_str(), ping.path.as_str(), ping.header("event")), ("POST", "/hook", "ping"));
    assert_eq!((ping.header("user-agent"), ping.header("content-type")), (&*format!("Rabatt-Hook/{id}"), "application/json"));
    let shown = service.call("GET", &format!("hooks/subscriptions/{id}"), "").await.ok();
    assert_eq!(ping.json(), shown);
    // Asked for, again.
    let answer = service.call("POST", &format!("hooks/subscriptions/{id}/ping"), "").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    send_all(&service).await;
    let received = receiver.received();
    assert_eq!((received.len(), received[1].json()), (2, shown));
    assert_ne!(received[0].header("event-delivery"), received[1].header("event-delivery"));
    // Switched off: it is told nothing else.
    service.call("POST", "receipts", json!([coffee(json!({}))]).to_string()).await.ok();
    send_all(&service).await;
    assert_eq!(receiver.told().len(), 0);
}

#[tokio::test]
async fn a_delivery_shows_what_was_sent_and_answered() {
    let service = service().await;
    let receiver = Receiver::answering(|got| if got.header("event") == "ping" { 204 } else { 503 }).await;
    let secret = json!({"config": {"secret": {"type": "Authorization", "value": "Bearer hush"}}});
    let id = subscribe(&service, &receiver, &["receipt_add"], secret).await;
    service.call("POST", "receipts", json!([coffee(json!({}))]).to_string()).await.ok();
    // Before anything was sent.
    let list = deliveries(&service, &id).await;
    assert_eq!(list.len(), 2);
    assert_eq!(list[0].get("status"), None);
    let waiting = delivery(&service, &id, &list[0]).await;
    assert_eq!(waiting["details"], json!({"delivery_success": false, "attempts": 0, "state": "waiting"}));
    assert_eq!((waiting.get("response"), &waiting["request"]["headers"]["event"]), (None, &json!("receipt_add")));
    send_all(&service).await;

    let list = deliveries(&service, &id).await;
    assert_eq!(list.iter().map(|one| one["status"].as_i64().unwrap()).collect::<Vec<_>>(), [503, 204], "newest first");
    let (receipt, ping) = (delivery(&service, &id, &list[0]).await, delivery(&service, &id, &list[1]).await);
    let got = receiver.told();
    assert_eq!(got.len(), 5);
    for got in &got {
        assert_eq!(got.header("authorization"), "Bearer hush");
        assert_eq!(got.header("event-delivery"), receipt["event_delivery"], "each time the same");
    }
    assert_eq!(receipt["url"], json!(receiver.url));
    assert_eq!(receipt["request"]["body"], got[0].json());
    let headers = &receipt["request"]["headers"];
    assert_eq!((&headers["event"], &headers["event-delivery"]), (&json!("receipt_add"), &receipt["id"]));
    assert_eq!(headers["authorization"], "********");
    assert_eq!(receipt["response"]["body"], "answered 503");
    assert_eq!(receipt["response"]["headers"]["location"], "/elsewhere");
    let details = &receipt["details"];
    assert_eq!((&details["delivery_success"], &details["attempts"]), (&json!(false), &json!(5)));
    assert_eq!((&details["state"], &details["problem"]), (&json!("failed"), &json!("answered 503")));
    assert!(details["delivery_at"].is_string() && details["delivery_duration"].is_u64(), "{details}");
    assert_eq!(ping["details"]["delivery_success"], true);
    assert!(!receipt.to_string().contains("hush") && !ping.to_string().contains("hush"));
    // Pages.
    let path = format!("hooks/subscriptions/{id}/deliveries");
    let page = service.call("GET", &format!("{path}?limit=1"), "").await.ok();
    assert_eq!(page, json!([list[0]]));
    let page = service.call("GET", &format!("{path}?limit=1&starting_after={}", list[0]["id"].as_str().unwrap()), "").await.ok();
    assert_eq!(page, json!([list[1]]));
    for query in ["limit=0", "limit=1001", "starting_after=x"] {
        service.call("GET", &format!("{path}?{query}"), "").await.refused(400);
    }
}

#[tokio::test]
async fn what_a_deleted_subscription_has_waiting_is_given_up() {
    let service = service().await;
    let receiver = Receiver::new().await;
    let id = subscribe(&service, &receiver, &["receipt_add"], json!({})).await;
    service.call("DELETE", &format!("hooks/subscriptions/{id}"), "").await.ok();
    service.call("POST", "receipts", json!([coffee(json!({}))]).to_string()).await.ok();
    send_all(&service).await;
    assert_eq!(receiver.received().len(), 0);
    let list = deliveries(&service, &id).await;
    assert_eq!(list.len(), 1);
    let ping = delivery(&service, &id, &list[0]).await;
    assert_eq!(ping["details"]["problem"], "the subscription is deleted");
}

#[tokio::test]
async fn who_asks_not_to_be_sent_this_again_is_not() {
    let service = service().await;
    let receiver = Receiver::answering(|_| 400).await;
    let id = subscribe(&service, &receiver, &["receipt_add"], json!({})).await;
    send_all(&service).await;
    assert_eq!(receiver.received().len(), 1);
    let list = deliveries(&service, &id).await;
    let details = delivery(&service, &id, &list[0]).await["details"].clone();
    assert_eq!((&details["state"], &details["delivery_success"]), (&json!("refused"), &json!(false)));
    // A redirect is followed by nobody, and is a failure.
    let receiver = Receiver::answering(|_| 307).await;
    let id = subscribe(&service, &receiver, &["receipt_add"], json!({})).await;
    send_all(&service).await;
    assert!(receiver.received().len() == 5 && receiver.received().iter().all(|got| got.path == "/hook"));
    let list = deliveries(&service, &id).await;
    assert_eq!((list[0]["status"].as_i64(), list.len()), (Some(307), 1));
}

#[tokio::test]
async fn a_receiver_that_takes_nothing_is_not_told_any_more() {
    let mut service = service().await;
    service.set(|config| config.delivery_switch_off = 3);
    // Takes one thing now and then: that keeps it.
    let mut count = 0;
    let moody = Receiver::answering(move |got| {
        count += 1;
        if got.header("event") == "ping" || count > 10 { 200 } else { 500 }
    })
    .await;
    let dead = Receiver::answering(|_| 500).await;
    let kept = subscribe(&service, &moody, &["location_add"], json!({})).await;
    let lost = subscribe(&service, &dead, &["location_add"], json!({})).await;
    for n in 0..4 {
        let location = json!({"location_id": format!("l{n}")});
        service.call("POST", "locations", location.to_string()).await.ok();
        send_all(&service).await;
    }
    assert_eq!(service.call("GET", &format!("hooks/subscriptions/{kept}"), "").await.ok().get("deleted_at"), None);
    let gone = service.call("GET", &format!("hooks/subscriptions/{lost}"), "").await.ok();
    assert_eq!(gone["deleted_by"], "repeated failures");
    // The ping and two locations, five times each; nothing of what came later.
    assert_eq!(dead.received().len(), 15);
    assert_eq!(service.call("GET", "hooks/subscriptions", "").await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_slow_receiver_holds_nobody_up() {
    let service = service().await;
    let slow = Receiver::slow(Duration::from_secs(3600), |_| 200).await;
    let quick = Receiver::new().await;
    for _ in 0..3 {
        subscribe(&service, &slow, &["location_add"], json!({})).await;
    }
    subscribe(&service, &quick, &["location_add"], json!({})).await;
    for n in 0..40 {
        service.call("POST", "locations", json!({"location_id": format!("l{n}")}).to_string()).await.ok();
    }
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let deliverer = rabatt_service::outbox::deliver::Deliverer::new(&service.app).unwrap();
    let running = tokio::spawn(deliverer.run(async { drop(stopped.await) }));
    let mut waited = 0;
    while quick.told().len() < 40 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        waited += 1;
        assert!(waited < 3_000, "{} of 40", quick.told().len());
    }
    // The slow ones have as much of the work as they may, and no more.
    assert!((1..=96).contains(&slow.received().len()), "{}", slow.received().len());
    drop(stop);
    running.abort();
}

//! At least once, and of one resource in order.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{deliveries, send_all, service, subscribe};
use crate::support::Service;

async fn location(service: &Service, method: &str, id: &str, name: &str) {
    let (path, body) = match method {
        "POST" => ("locations".to_owned(), json!({"location_id": id, "name": name})),
        _ => (format!("locations/{id}"), json!({"name": name})),
    };
    service.call(method, &path, body.to_string()).await.ok();
}

#[tokio::test]
async fn later_events_of_a_resource_wait_and_those_of_others_do_not() {
    let service = service().await;
    // Fails the first three times for `a`.
    let mut failures = 0;
    let receiver = Receiver::answering(move |got| {
        let is_a = got.header("event") != "ping" && got.json()["location"]["location_id"] == "a";
        failures += i32::from(is_a && failures < 3);
        if is_a && failures < 3 { 500 } else { 200 }
    })
    .await;
    subscribe(&service, &receiver, &["location_add", "location_update", "location_delete"], json!({})).await;
    for (method, id, name) in [("POST", "a", "1"), ("POST", "b", "1"), ("PUT", "a", "2"), ("PUT", "b", "2"), ("DELETE", "a", "2")]
    {
        location(&service, method, id, name).await;
    }
    let deliverer = rabatt_service::outbox::deliver::Deliverer::new(&service.app).unwrap();
    // At first the ping, and the first event of each.
    assert_eq!(deliverer.send_due().await.unwrap(), 3);
    send_all(&service).await;
    let told: Vec<String> = receiver
        .told()
        .iter()
        .map(|got| format!("{} {}", got.header("event"), got.json()["location"]["location_id"].as_str().unwrap()))
        .collect();
    let of = |id: &str| told.iter().filter(|one| one.ends_with(id)).cloned().collect::<Vec<_>>();
    assert_eq!(of("a"), ["location_add a", "location_add a", "location_add a", "location_update a", "location_delete a"]);
    assert_eq!(of("b"), ["location_add b", "location_update b"]);
    let second_of_b = told.iter().position(|one| one == "location_update b").unwrap();
    let second_of_a = told.iter().position(|one| one == "location_update a").unwrap();
    assert!(second_of_b < second_of_a, "{told:?}");
}

#[tokio::test]
async fn what_is_given_up_lets_the_next_go_on() {
    let service = service().await;
    let receiver = Receiver::answering(|got| if got.header("event") == "location_add" { 500 } else { 200 }).await;
    let id = subscribe(&service, &receiver, &["location_add", "location_update"], json!({})).await;
    location(&service, "POST", "a", "1").await;
    location(&service, "PUT", "a", "2").await;
    send_all(&service).await;
    let events: Vec<String> = receiver.told().iter().map(|got| got.header("event").to_owned()).collect();
    assert_eq!(events, [vec!["location_add"; 5], vec!["location_update"]].concat());
    let statuses: Vec<Value> = deliveries(&service, &id).await.iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, [json!(200), json!(500), json!(200)]);
}

#[tokio::test]
async fn under_failures_and_several_nodes_every_event_arrives_in_its_order() {
    let service = service().await;
    // Fails every third time.
    let mut count = 0_u32;
    let receiver = Receiver::answering(move |_| {
        count += 1;
        if count.is_multiple_of(3) { 500 } else { 200 }
    })
    .await;
    subscribe(&service, &receiver, &["location_add", "location_update"], json!({})).await;
    for id in ["a", "b", "c", "d"] {
        location(&service, "POST", id, "0").await;
    }
    for turn in 1..8 {
        for id in ["a", "b", "c", "d"] {
            location(&service, "PUT", id, &turn.to_string()).await;
        }
    }
    let nodes = [(); 3].map(|()| rabatt_service::outbox::deliver::Deliverer::new(&service.app).unwrap());
    loop {
        let (a, b, c) = tokio::join!(nodes[0].send_due(), nodes[1].send_due(), nodes[2].send_due());
        if a.unwrap() + b.unwrap() + c.unwrap() == 0 {
            break;
        }
    }
    let heard = names(&receiver);
    let expected: Vec<String> = (0..8).map(|turn| turn.to_string()).collect();
    assert_eq!(heard.len(), 4);
    for (id, names) in heard {
        assert_eq!(names, expected, "{id}");
    }
}

#[tokio::test]
async fn what_happens_while_the_service_sends_arrives_in_its_order() {
    let service = service().await;
    // Fails every third time, and takes its time.
    let mut count = 0_u32;
    let receiver = Receiver::slow(Duration::from_millis(15), move |_| {
        count += 1;
        if count.is_multiple_of(3) { 500 } else { 200 }
    })
    .await;
    let deliverer = rabatt_service::outbox::deliver::Deliverer::new(&service.app).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(deliverer.run(async { drop(stopped.await) }));
    subscribe(&service, &receiver, &["location_add", "location_update"], json!({})).await;
    for id in ["a", "b", "c", "d"] {
        location(&service, "POST", id, "0").await;
    }
    for turn in 1..8 {
        for id in ["a", "b", "c", "d"] {
            location(&service, "PUT", id, &turn.to_string()).await;
        }
    }
    let mut heard = BTreeMap::new();
    for _ in 0..400 {
        heard = names(&receiver);
        if heard.values().map(Vec::len).sum::<usize>() >= 32 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    drop(stop);
    running.await.unwrap();
    let expected: Vec<String> = (0..8).map(|turn| turn.to_string()).collect();
    assert_eq!(heard, ["a", "b", "c", "d"].map(|id| (id.to_owned(), expected.clone())).into());
}

/// The names that were told of each location, each once where it was told again and again.
fn names(receiver: &Receiver) -> BTreeMap<String, Vec<String>> {
    let mut heard: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for got in receiver.told() {
        let location = got.json()["location"].clone();
        let names = heard.entry(location["location_id"].as_str().unwrap().to_owned()).or_default();
        let name = location["name"].as_str().unwrap().to_owned();
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    heard
}

#[tokio::test]
async fn what_is_not_saved_is_not_told() {
    let service = service().await;
    let receiver = Receiver::new().await;
    subscribe(&service, &receiver, &["location_add"], json!({})).await;
    location(&service, "POST", "a", "1").await;
    // Refused: it is there already.
    let again = json!({"location_id": "a"}).to_string();
    service.call("POST", "locations", again).await.refused(400);
    send_all(&service).await;
    assert_eq!(receiver.told().len(), 1);
}

//! The service is killed while it tells of what happens: every event of a change that was answered arrives all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use rabatt_tests::generate::Random;
use serde_json::{Value, json};

use crate::deployment::Deployment;

const KILLS: u64 = 5;
const WRITERS: u64 = 6;

/// What a node needs to tell this machine, and not to wait long.
const SETTINGS: [(&str, &str); 4] = [
    ("RABATT_PRIVATE_ADDRESSES", "true"),
    ("RABATT_DELIVERY_TIMEOUT_SECONDS", "2"),
    ("RABATT_DELIVERY_RETRY_SECONDS", "0,1,1,1,1,1,1,1"),
    ("RABATT_DELIVERY_SWITCH_OFF", "0"),
];

/// Names of locations as they were heard, in order.
type Heard = Arc<Mutex<BTreeMap<String, Vec<String>>>>;

/// A receiver that is slow, and fails now and then.
async fn receiver() -> (String, Heard) {
    let heard = Heard::default();
    let (kept, count) = (Arc::clone(&heard), Arc::new(AtomicU64::new(0)));
    let app = axum::Router::new().fallback(move |Json(body): Json<Value>| {
        let (kept, count) = (Arc::clone(&kept), Arc::clone(&count));
        async move {
            tokio::time::sleep(Duration::from_millis(3)).await;
            if count.fetch_add(1, Ordering::SeqCst) % 11 == 10 {
                return StatusCode::INTERNAL_SERVER_ERROR;
            }
            if let Some(id) = body["location"]["location_id"].as_str() {
                let name = body["location"]["name"].as_str().unwrap().to_owned();
                kept.lock().unwrap().entry(id.to_owned()).or_default().push(name);
            }
            StatusCode::OK
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, heard)
}

/// Makes locations and renames each until nobody answers any more; the names that were answered for each.
async fn write(deployment: Arc<Deployment>, node: String, name: String, answers: Arc<AtomicU64>) -> Vec<(String, Vec<String>)> {
    let mut written: Vec<(String, Vec<String>)> = Vec::new();
    for turn in 0.. {
        let id = format!("{name}-{turn}");
        written.push((id.clone(), Vec::new()));
        for rename in 0..3 {
            let (method, path) = if rename == 0 { ("POST", "locations".to_owned()) } else { ("PUT", format!("locations/{id}")) };
            let body = json!({"location_id": id, "name": rename.to_string()});
            match deployment.ask_as(&node, method, &path, &[], Some(&body)).await {
                Some(answer) => drop(answer.ok()),
                None => return written,
            }
            written.last_mut().unwrap().1.push(rename.to_string());
            answers.fetch_add(1, Ordering::Relaxed);
        }
    }
    written
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_of_a_change_that_was_answered_arrives_in_its_order() {
    let (url, heard) = receiver().await;
    let (deployment, first) = Deployment::new().await;
    first.kill();
    let deployment = Arc::new(deployment);
    let mut node = deployment.node_with(&SETTINGS);
    let hook = json!({"config": {"url": url}, "events": ["location_add", "location_update"]});
    deployment.ask_as(&node.address, "POST", "hooks/subscriptions", &[], Some(&hook)).await.unwrap().ok();
    let mut random = Random::new(7);
    let mut written = Vec::new();
    for round in 0..KILLS {
        let answers = Arc::new(AtomicU64::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (deployment, answers) = (Arc::clone(&deployment), Arc::clone(&answers));
                tokio::spawn(write(deployment, node.address.clone(), format!("{round}-{writer}"), answers))
            })
            .collect();
        let enough = 30 + random.bits() % 60;
        while answers.load(Ordering::Relaxed) < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_micros(random.bits() % 20_000)).await;
        node.kill();
        for writer in writers {
            written.extend(writer.await.unwrap());
        }
        node = deployment.node_with(&SETTINGS);
    }
    // What was under way at a kill is taken up again when its time is over.
    let missing = || {
        let heard = heard.lock().unwrap();
        let nothing = Vec::new();
        let missing = |(id, names): &&(String, Vec<String>)| {
            let heard: BTreeSet<&String> = heard.get(id).unwrap_or(&nothing).iter().collect();
            !names.iter().all(|name| heard.contains(name))
        };
        written.iter().filter(missing).count()
    };
    for _ in 0..1_200 {
        if missing() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(missing(), 0, "of {} locations", written.len());
    let heard = heard.lock().unwrap().clone();
    for (id, mut names) in heard {
        // What was told once more stands beside itself.
        names.dedup();
        let expected: Vec<String> = (0..names.len()).map(|name| name.to_string()).collect();
        assert_eq!(names, expected, "{id}");
        // What was told of was saved.
        let location = deployment.ask_as(&node.address, "GET", &format!("locations/{id}"), &[], None).await.unwrap().ok();
        assert!(location["name"].as_str().unwrap().parse::<usize>().unwrap() + 1 >= names.len(), "{location}");
    }
    let answered: usize = written.iter().map(|(_, names)| names.len()).sum();
    assert!(answered > 200, "{answered}");
}

//! What the outbox has is sent, at least once.

mod deliver;
mod handed;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{HeaderMap, Method, StatusCode, Uri};
use rabatt_service::outbox::deliver::Deliverer;
use rabatt_service::outbox::{Message, add};
use rabatt_service::setup::TEST_ACCOUNT;
use rabatt_service::store::new_id;
use sqlx::Row;

use crate::support::Service;

/// What a receiver got: method, path, headers, body.
type Received = Arc<Mutex<Vec<(Method, String, HeaderMap, String)>>>;

/// A receiver that answers one after the other of these, and the last one from then on.
async fn receiver(answers: &'static [u16], takes: Duration) -> (String, Received) {
    let received = Received::default();
    let kept = Arc::clone(&received);
    let app = axum::Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: String| {
        let kept = Arc::clone(&kept);
        async move {
            let at = {
                let mut kept = kept.lock().unwrap();
                kept.push((method, uri.path().to_owned(), headers, body));
                kept.len() - 1
            };
            tokio::time::sleep(takes).await;
            let answer = StatusCode::from_u16(*answers.get(at).or(answers.last()).unwrap()).unwrap();
            (answer, [("location", "/elsewhere")])
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, received)
}

/// A service that may send to this machine, and tries again at once.
async fn service() -> Service {
    let mut service = Service::new().await;
    service.set(|config| {
        config.private_addresses = true;
        config.delivery_retry_seconds = vec![0; 4];
        config.delivery_timeout_seconds = 5;
    });
    service
}

fn deliverer(service: &Service) -> Deliverer {
    Deliverer::new(&service.app).unwrap()
}

async fn write(service: &Service, url: &str) -> String {
    let mut unit = service.app.store.unit().await.unwrap();
    let headers = [("content-type", "application/json".to_owned())];
    let id = new_id();
    let message = Message {
        id: &id,
        lane: None,
        account: TEST_ACCOUNT,
        sender: "automation-1",
        event: "receipt_add",
        method: "POST",
        url,
        headers: &headers,
        body: Some(r#"{"customers":["kåre"]}"#.to_owned()),
    };
    add(unit.db(), &service.app, &message).await.unwrap();
    unit.save().await.unwrap();
    id
}

/// What became of a message: state, attempts, last answer, problem.
async fn state(service: &Service, id: &str) -> (String, i64, Option<i64>, String) {
    let row = sqlx::query("SELECT state, attempts, status, problem FROM outbox WHERE id = $1")
        .bind(id)
        .fetch_one(service.app.store.pool())
        .await
        .unwrap();
    (row.get(0), row.get(1), row.get(2), row.get::<Option<String>, _>(3).unwrap_or_default())
}

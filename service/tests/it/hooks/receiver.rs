//! A receiver of webhooks on this machine.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::Value;

/// What it got.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

type Answer = Box<dyn FnMut(&Received) -> u16 + Send>;

pub(super) struct Receiver {
    pub(super) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    /// One that takes everything.
    pub(super) async fn new() -> Self {
        Self::answering(|_| 200).await
    }

    /// One that answers with these statuses.
    pub(super) async fn answering(answer: impl FnMut(&Received) -> u16 + Send + 'static) -> Self {
        Self::slow(Duration::ZERO, answer).await
    }

    /// One that takes its time.
    pub(super) async fn slow(takes: Duration, answer: impl FnMut(&Received) -> u16 + Send + 'static) -> Self {
        let received = Arc::<Mutex<Vec<Received>>>::default();
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Box::new(answer)));
        let kept = Arc::clone(&received);
        let app = axum::Router::new().fallback(move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
            async move {
                let body = String::from_utf8(body.to_vec()).unwrap();
                let got = Received { method, path: uri.to_string(), headers, body };
                let status = (answer.lock().unwrap())(&got);
                kept.lock().unwrap().push(got);
                tokio::time::sleep(takes).await;
                (StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")], format!("answered {status}"))
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, received }
    }

    /// All that arrived, in order.
    pub(super) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// What arrived but for pings.
    pub(super) fn told(&self) -> Vec<Received> {
        self.received().into_iter().filter(|got| got.header("event") != "ping").collect()
    }
}

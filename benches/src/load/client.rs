//! HTTP clients that ask as fast as they are answered, each on a connection of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;

use crate::Failure;

/// What to ask: method, path and body of the n-th request of a client.
pub(crate) type Ask = Arc<dyn Fn(usize, usize) -> (&'static str, String, String) + Send + Sync>;

/// How long each answer took.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// In all.
    pub(crate) seconds: f64,
    /// Each answer, sorted.
    pub(crate) latencies: Vec<Duration>,
}

impl Measured {
    pub(crate) fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds
    }

    /// The latency that so many of a thousand stay below.
    pub(crate) fn permille(&self, of: usize) -> Duration {
        let at = self.latencies.len() * of / 1000;
        self.latencies.get(at.min(self.latencies.len().saturating_sub(1))).copied().unwrap_or_default()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.latencies.extend(other.latencies);
        self.latencies.sort_unstable();
    }
}

/// Lets clients ask for a while. Every answer must be 200.
pub(crate) async fn load(
    address: SocketAddr,
    token: &str,
    clients: usize,
    time: Duration,
    ask: Ask,
) -> Result<Measured, Failure> {
    paced(address, token, clients, time, Duration::ZERO, ask).await
}

/// As [`load`], each client asking once in so long; late ones catch up.
pub(crate) async fn paced(
    address: SocketAddr,
    token: &str,
    clients: usize,
    time: Duration,
    pause: Duration,
    ask: Ask,
) -> Result<Measured, Failure> {
    let start = Instant::now();
    let client = |client| one(address, token.to_owned(), client, (start + time, pause), Arc::clone(&ask));
    let tasks: Vec<_> = (0..clients).map(|nth| tokio::spawn(client(nth))).collect();
    let mut measured = Measured::default();
    for task in tasks {
        measured.latencies.extend(task.await??);
    }
    measured.seconds = start.elapsed().as_secs_f64();
    measured.latencies.sort_unstable();
    Ok(measured)
}

async fn one(
    address: SocketAddr,
    token: String,
    client: usize,
    (until, pause): (Instant, Duration),
    ask: Ask,
) -> Result<Vec<Duration>, Failure> {
    let mut connection = Client::connect(address, &token).await?;
    let mut next = Instant::now();
    let mut latencies = Vec::new();
    let mut nth = 0;
    // At least one, however short the time.
    loop {
        let (method, path, body) = ask(client, nth);
        nth += 1;
        if next > Instant::now() {
            tokio::time::sleep_until(next.into()).await;
        }
        next += pause;
        latencies.push(connection.ask(method, &path, body).await?.0);
        if Instant::now() >= until {
            return Ok(latencies);
        }
    }
}

/// One connection.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    token: String,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr, token: &str) -> Result<Self, Failure> {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, token: token.to_owned() })
    }

    /// How long an answer took, and what it is, which must be 200.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: String) -> Result<(Duration, Bytes), Failure> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "load")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))?;
        // The connection may not have seen yet that the answer before is read to its end.
        self.sender.ready().await?;
        let asked = Instant::now();
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        let took = asked.elapsed();
        if status != StatusCode::OK {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok((took, body))
    }
}

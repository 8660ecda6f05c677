//! One attempt to send a message.

use std::error::Error;
use std::time::{Duration, Instant};

use chrono::Utc;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, Url};
use serde_json::{Map, Value};

use super::address::{PublicOnly, check_url};
use super::store::{Attempt, Due};
use crate::config::Config;
use crate::hooks::{Receiver, ToSign};
use crate::store::now;

/// So much of an answer is kept, in bytes: of its body, and of its headers.
const KEPT: usize = 16_384;

/// What is kept of a header that lets somebody in.
const HIDDEN: &str = "********";

/// What requests are made with.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    client: Client,
    /// Takes any certificate.
    insecure: Client,
    private_addresses: bool,
}

impl Sender {
    /// With the settings of the service.
    ///
    /// # Errors
    /// When this machine's certificates cannot be used.
    pub(super) fn new(config: &Config) -> Result<Self, String> {
        // Who comes second finds it installed, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let wait = Duration::from_secs(config.delivery_timeout_seconds);
        let client = |any_certificate: bool| {
            // A proxy would resolve names by itself, and reach what this service must not.
            let client = Client::builder()
                .redirect(Policy::none())
                .no_proxy()
                .timeout(wait)
                .connect_timeout(wait.min(Duration::from_secs(10)))
                .tls_danger_accept_invalid_certs(any_certificate);
            let client = if config.private_addresses { client } else { client.dns_resolver(PublicOnly::new()) };
            client.build().map_err(|error| format!("requests cannot be sent: {}", chain(&error)))
        };
        Ok(Self { client: client(false)?, insecure: client(true)?, private_addresses: config.private_addresses })
    }

    /// Sends a message once. `receiver` is the subscription of a webhook.
    pub(super) async fn send(&self, due: &Due, body: Option<String>, receiver: Option<&Receiver>) -> Attempt {
        let (begun, at) = (Instant::now(), now());
        let mut attempt = Attempt { at, ..Attempt::default() };
        if let Err(problem) = self.ask(due, body, receiver, &mut attempt).await {
            attempt.problem = Some(problem);
        }
        attempt.took = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        attempt
    }

    async fn ask(
        &self,
        due: &Due,
        body: Option<String>,
        receiver: Option<&Receiver>,
        attempt: &mut Attempt,
    ) -> Result<(), String> {
        let url = if due.url.is_empty() { receiver.map_or("", |receiver| &receiver.url) } else { &due.url };
        let url = check_url(url, self.private_addresses)?;
        let request = self.request(due, body, receiver, url, &mut attempt.headers)?;
        let mut response = request.send().await.map_err(|error| chain(&error.without_url()))?;
        let status = response.status().as_u16();
        attempt.status = Some(status);
        attempt.answer_headers = shown(response.headers());
        attempt.answer_body = beginning(&mut response).await;
        match status {
            200..=299 => Ok(()),
            300..=399 => Err(format!("answered {status}; redirects are not followed")),
            status => Err(format!("answered {status}")),
        }
    }

    /// The request; its headers, without secrets, go to `sent`.
    fn request(
        &self,
        due: &Due,
        body: Option<String>,
        receiver: Option<&Receiver>,
        url: Url,
        sent: &mut Map<String, Value>,
    ) -> Result<RequestBuilder, String> {
        let mut headers = vec![("event".to_owned(), due.event.clone()), ("event-delivery".to_owned(), due.id.clone())];
        let own: Map<String, Value> = serde_json::from_str(&due.headers).unwrap_or_default();
        headers.extend(own.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))));
        if let Some(receiver) = receiver {
            if due.headers.is_empty() {
                headers.extend(receiver.headers());
            }
            let to_sign = ToSign {
                method: &due.method,
                url: &url,
                id: &due.id,
                at: Utc::now(),
                headers: &headers,
                body: body.as_deref().unwrap_or_default(),
            };
            headers.extend(receiver.sign(&to_sign)?);
        }
        let method = Method::from_bytes(due.method.as_bytes()).map_err(|error| error.to_string())?;
        let client = if receiver.is_some_and(|receiver| receiver.insecure) { &self.insecure } else { &self.client };
        let mut request = client.request(method, url);
        for (name, value) in headers {
            request = request.header(&name, &value);
            let kept = if name == "authorization" { HIDDEN.to_owned() } else { value };
            sent.insert(name, kept.into());
        }
        Ok(match body {
            Some(body) => request.body(body),
            None => request,
        })
    }
}

/// Headers as they are kept, as far as they are text and few.
fn shown(headers: &HeaderMap) -> Map<String, Value> {
    let mut room = KEPT;
    let mut shown = Map::new();
    for (name, value) in headers {
        let Ok(value) = value.to_str() else { continue };
        let Some(left) = room.checked_sub(name.as_str().len().saturating_add(value.len())) else { break };
        room = left;
        shown.insert(name.as_str().to_owned(), value.into());
    }
    shown
}

/// The beginning of an answer's body; nothing more of it is read.
async fn beginning(response: &mut Response) -> String {
    let mut bytes = Vec::new();
    // What breaks off after the status was answered all the same.
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = KEPT.saturating_sub(bytes.len());
        bytes.extend(chunk.iter().take(room));
        if bytes.len() >= KEPT {
            break;
        }
    }
    // Not every database keeps a NUL.
    String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}")
}

/// An error with what caused it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

//! What a subscription's secret adds to a request.
//!
//! Whatever the secret, the headers of Standard Webhooks come along: `webhook-id`, `webhook-timestamp` and, when an
//! `HMAC-SHA1` secret is written as that standard writes them (`whsec_` and base64), `webhook-signature`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::Sha256;

use super::aws::{Signer, hex};

/// How Standard Webhooks writes a secret.
const STANDARD_PREFIX: &str = "whsec_";

/// A secret, as it is sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Secret {
    #[serde(rename = "HMAC-SHA1")]
    Sha1 { value: String },
    #[serde(rename = "Authorization")]
    Authorization { value: String },
    #[serde(rename = "AWS4-HMAC-SHA256")]
    Aws { aws_access_key_id: String, aws_secret_access_key: String, region: String, service: String },
}

/// Who gets a webhook, as far as sending it goes. Never printed: it holds the secret.
#[derive(Clone)]
pub struct Receiver {
    pub(super) secret: Option<Secret>,
    /// The subscription's id.
    pub(super) id: String,
    /// Where to.
    pub url: String,
    /// Is any certificate good enough?
    pub insecure: bool,
}

/// A request to sign.
#[derive(Debug)]
pub struct ToSign<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// Where to.
    pub url: &'a Url,
    /// The delivery.
    pub id: &'a str,
    /// Now.
    pub at: DateTime<Utc>,
    /// Its headers so far.
    pub headers: &'a [(String, String)],
    /// Its body.
    pub body: &'a str,
}

impl Receiver {
    /// The headers that all its webhooks have.
    pub(crate) fn headers(&self) -> [(String, String); 2] {
        let agent = format!("Rabatt-Hook/{}", self.id);
        [("user-agent", agent), ("content-type", "application/json".to_owned())].map(|(name, value)| (name.to_owned(), value))
    }

    /// The headers that show who sends this.
    ///
    /// # Errors
    /// Never: keys have any length.
    pub fn sign(&self, request: &ToSign<'_>) -> Result<Vec<(String, String)>, String> {
        let seconds = request.at.timestamp().to_string();
        let mut more = vec![("webhook-id".to_owned(), request.id.to_owned()), ("webhook-timestamp".to_owned(), seconds.clone())];
        match &self.secret {
            None => {}
            Some(Secret::Sha1 { value }) => {
                let mut mac = Hmac::<Sha1>::new_from_slice(value.as_bytes()).map_err(|error| error.to_string())?;
                mac.update(request.body.as_bytes());
                more.push(("event-signature".to_owned(), hex(&mac.finalize().into_bytes())));
                if let Some(Ok(key)) = standard_key(value) {
                    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| error.to_string())?;
                    mac.update(format!("{}.{seconds}.{}", request.id, request.body).as_bytes());
                    more.push(("webhook-signature".to_owned(), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))));
                }
            }
            Some(Secret::Authorization { value }) => more.push(("authorization".to_owned(), value.clone())),
            Some(Secret::Aws { aws_access_key_id, aws_secret_access_key, region, service }) => {
                let signer = Signer { key_id: aws_access_key_id, secret_key: aws_secret_access_key, region, service };
                let signed = ["content-type", "event", "event-delivery"];
                let headers: Vec<(&str, &str)> = request
                    .headers
                    .iter()
                    .filter(|(name, _)| signed.contains(&name.as_str()))
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                more.extend(signer.sign(request.method, request.url, &headers, request.body, request.at)?);
            }
        }
        Ok(more)
    }
}

/// The key of a secret that is written as Standard Webhooks writes them; `None` when it is not.
pub(super) fn standard_key(value: &str) -> Option<Result<Vec<u8>, &'static str>> {
    let text = value.strip_prefix(STANDARD_PREFIX)?;
    let key = STANDARD.decode(text).ok().filter(|key| (24..=64).contains(&key.len()));
    Some(key.ok_or("a secret that begins with `whsec_` goes on with 24 to 64 bytes in base64"))
}

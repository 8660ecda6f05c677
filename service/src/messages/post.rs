//! Messages posted as JSON to the address of the settings.

use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::json;

use super::Message;
use crate::config::Config;
use crate::outbox::address::{PublicOnly, check_url};

/// How long the receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn send(config: &Config, message: &Message<'_>) -> Result<(), String> {
    let url = check_url(&config.sender_url.0, config.private_addresses).map_err(|problem| format!("`sender_url`: {problem}"))?;
    // Who comes second finds it installed, which is as good.
    drop(rustls::crypto::ring::default_provider().install_default());
    // A proxy would resolve names by itself, and reach what this service must not. Messages are few: each makes a client of its own.
    let client = Client::builder().redirect(Policy::none()).no_proxy().timeout(PATIENCE);
    let client = if config.private_addresses { client } else { client.dns_resolver(PublicOnly::new()) };
    let client = client.build().map_err(|error| error.to_string())?;
    let Message { account, channel, to, subject, text } = message;
    let body = json!({"account_id": account, "channel": channel.word(), "to": to, "subject": subject, "text": text});
    let request = client.post(url).header("content-type", "application/json").body(body.to_string());
    // Not the address: it may hold a secret.
    let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
    match answer.status().as_u16() {
        200..=299 => Ok(()),
        status => Err(format!("answered {status}")),
    }
}

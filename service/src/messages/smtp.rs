//! Messages sent by e-mail.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::Message;
use crate::config::Config;

/// How long the server may take for each step.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) async fn send(config: &Config, message: &Message<'_>) -> Result<(), String> {
    // Neither addresses nor what errors say of them: they name customers.
    let from: Mailbox = config.email_from.parse().map_err(|_| "`email_from` is no e-mail address".to_owned())?;
    let to: Mailbox = message.to.parse().map_err(|_| "the customer's address cannot be used".to_owned())?;
    let mail = lettre::Message::builder().from(from).to(to).subject(message.subject).body(message.text.to_owned());
    let mail = mail.map_err(|error| error.to_string())?;
    let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&config.smtp_url.0);
    let server = server.map_err(|_| "`smtp_url` is as smtps://user:password@host".to_owned())?;
    let sent = server.timeout(Some(PATIENCE)).build().send(mail).await;
    sent.map(drop).map_err(|error| match error.status() {
        Some(status) => format!("the server answered {status}"),
        None => "the server cannot be reached".to_owned(),
    })
}

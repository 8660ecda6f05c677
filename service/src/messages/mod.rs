//! Messages to customers: codes by e-mail and SMS, through what the settings name.
//!
//! What a message says, and to whom, never gets into the log.

mod file;
mod post;
mod smtp;

use serde::Deserialize;

use crate::App;
use crate::error::ApiError;

/// How messages leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// They are written into a file of the data folder.
    Log,
    /// By e-mail.
    Smtp,
    /// They are posted to an address.
    Http,
}

/// Where messages go: an address that may hold a password.
#[derive(Clone, Default, Deserialize)]
pub struct Whereto(pub String);

impl std::fmt::Debug for Whereto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// What a customer is reached by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// A text to a phone.
    Sms,
    /// An e-mail.
    Email,
}

impl Channel {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }
}

/// A message to a customer.
#[derive(Debug)]
pub struct Message<'a> {
    /// The account in whose name it goes.
    pub account: &'a str,
    /// How.
    pub channel: Channel,
    /// A phone number, or an e-mail address.
    pub to: &'a str,
    /// Of an e-mail.
    pub subject: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// Sends a message.
///
/// # Errors
/// 500 when it could not be handed over; why is in the log.
pub async fn send(app: &App, message: &Message<'_>) -> Result<(), ApiError> {
    let config = &app.config;
    let sender = match message.channel {
        Channel::Email => config.email_sender,
        Channel::Sms => config.sms_sender,
    };
    let sent = match sender {
        Sender::Log => file::write(config, message).await,
        Sender::Smtp if message.channel == Channel::Sms => Err("`sms_sender` is `log` or `http`".to_owned()),
        Sender::Smtp => smtp::send(config, message).await,
        Sender::Http => post::send(config, message).await,
    };
    sent.map_err(|problem| ApiError::Internal(format!("a message by {} was not sent: {problem}", message.channel.word())))
}

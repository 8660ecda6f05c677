//! The service through its router, in process; a folder per resource, a file per operation.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its set-up fails")]

mod auth;
mod automations;
mod available;
mod cli;
mod documents;
mod http;
mod outbox;
mod rules;
mod support;

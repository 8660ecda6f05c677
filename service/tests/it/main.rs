//! The service through its router, in process; a folder per resource, a file per operation.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its set-up fails")]

mod auth;
mod automations;
mod available;
mod campaigns;
mod claims;
mod cli;
mod console;
mod customers;
mod database;
mod documents;
mod events;
mod hooks;
mod http;
mod locations;
mod model;
mod offline;
mod outbox;
mod products;
mod public;
mod receipts;
mod rules;
mod sealed;
mod search;
mod store;
mod support;
mod users;
mod wallets;

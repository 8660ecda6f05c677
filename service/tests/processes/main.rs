//! The service as it runs: `rabatt serve` in processes of its own, one or two on one database, asked
//! over the network, stopped and killed.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its set-up fails")]

#[path = "../it/database.rs"]
mod database;

mod deployment;
mod kill;
mod ledger;
mod mixed;
mod races;
mod rules;
mod stop;
mod story;
mod wallets;
mod webhooks;

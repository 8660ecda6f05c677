//! Customers: who they are, what identifies them at a till, and how they log in.
//!
//! What is personal is kept sealed. Customers are found by keyed hashes of what may be asked for (`words.rs`), and what nobody
//! else may have is claimed under such a hash, so that of two who ask at once one gets it.

mod auto;
mod change;
mod codes;
mod find;
pub(crate) mod login;
pub mod model;
mod profile;
pub mod routes;
mod settings;
mod store;
mod tags;
mod token_events;
pub(crate) mod tokens;
mod told;
mod verify;
mod words;

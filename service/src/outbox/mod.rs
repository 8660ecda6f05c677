//! Requests to others, written in the transaction of what they tell and sent afterwards, at least once.
//!
//! Whoever has something to tell [adds](add) a message to the unit of work that makes it true: it is sent
//! exactly when that was saved. [`deliver`] sends, on any node, and tries again what was not accepted. What it can send at
//! once is [handed over](HandOver) when its unit is saved.

pub mod address;
mod attempt;
pub mod deliver;
mod handed;
mod sending;
pub mod sent;
mod store;

pub use handed::HandOver;
pub use store::{Message, add, give_up};

//! Receipts of finished purchases: stored once, turned into usage, read by customers and segments.

mod add;
mod change;
pub mod model;
mod read;
pub mod routes;
mod segment;
mod shape;
mod store;
mod token;

pub(crate) use self::store::{Original, bought_by, original};

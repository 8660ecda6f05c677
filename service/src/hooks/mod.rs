//! Webhooks: who is told what happens here.
//!
//! [`tell()`] writes a delivery to the [outbox](crate::outbox) for each subscription that asks for the event, in the
//! unit of work that makes it happen. The outbox sends it, signed for its [`Receiver`]; each resource's events reach a
//! subscription in their order.

mod aws;
mod mask;
pub mod model;
mod read;
pub mod routes;
mod secret;
mod shown;
mod store;
mod tell;

pub use secret::{Receiver, ToSign};
pub use store::{count, receiver};
pub use tell::{is_heard, tell};

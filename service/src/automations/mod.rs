//! Automations: when something happens to a customer, give a discount or tell somebody.
//!
//! [`trigger()`] is called inside the unit of work that changes something: the gift, the message in the
//! [outbox](crate::outbox) and the change itself are saved together or not at all.

mod filter;
pub mod model;
mod path;
mod read;
pub mod routes;
pub mod store;
mod template;
mod trigger;

pub use read::Event;
pub use trigger::trigger;

//! What goes over the wire.

pub mod campaign;
pub mod claim;
pub mod event;
pub mod held;
pub mod receipt;
pub mod rule;
pub mod search;

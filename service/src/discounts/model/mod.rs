//! What goes over the wire.

pub mod receipt;
pub mod rule;

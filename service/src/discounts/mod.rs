//! Rules, their gifts (refs), and the recalculation of receipts.

pub mod available;
pub(crate) mod members;
pub mod model;
pub mod plans;
pub mod record;
pub mod revise;
pub mod routes;
pub mod store;
pub mod terms;

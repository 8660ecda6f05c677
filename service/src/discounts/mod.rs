//! Rules, their gifts (refs), and the recalculation of receipts.

pub mod available;
pub mod campaigns;
pub mod events;
pub mod held;
pub mod model;
pub mod offline;
pub mod plans;
pub mod record;
pub mod revise;
pub mod routes;
pub mod search;
pub mod store;
pub mod terms;
pub mod told;

//! Customers in the database.

pub(super) mod list;
pub(super) mod settings;
pub(super) mod tags;
pub(super) mod users;

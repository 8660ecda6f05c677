//! Customers in the database.

pub(super) mod attempts;
pub(super) mod challenges;
pub(super) mod codes;
pub(super) mod list;
pub(super) mod settings;
pub(super) mod tags;
pub(super) mod token_events;
pub(super) mod tokens;
pub(super) mod users;

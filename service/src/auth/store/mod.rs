//! Accounts, clients and grants in the database.

pub mod accounts;
pub mod clients;
pub mod grants;

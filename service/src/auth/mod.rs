//! Who may do what: API clients, their tokens, and scopes.

pub mod routes;
pub mod scope;
pub mod secret;
pub mod store;
pub mod token;

//! What a token says.

use serde::{Deserialize, Serialize};

/// The claims of a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it: the service's address.
    pub iss: String,
    /// The id of the API client.
    pub sub: String,
    /// The account, as the address that grants name.
    pub aud: String,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// Made at, seconds since 1970.
    pub iat: u64,
    /// Good until, seconds since 1970.
    pub exp: u64,
    /// How often the client's tokens had been ended when this one was made: it goes with the next time.
    pub generation: i64,
    /// The grants that its scopes come from: they go with these.
    pub grants: Vec<String>,
    /// Of a customer who logged in, whose `customer_id` is the subject then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<LoggedIn>,
}

/// What a token says of a customer who logged in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoggedIn {
    /// The id of the API client that logged it in: the token goes with its grants.
    pub client: String,
    /// The customer's id.
    pub customer: String,
    /// How often the customer's tokens had been ended.
    pub generation: i64,
}

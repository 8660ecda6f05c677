//! Access tokens: signed, with the account and the scopes they are good for.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// The API client.
    pub sub: String,
    /// The account.
    pub aud: String,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// Made at, seconds since 1970.
    pub iat: u64,
    /// Good until, seconds since 1970.
    pub exp: u64,
}

/// The key that tokens are signed with.
#[derive(Clone)]
pub struct Keys {
    sign: EncodingKey,
    check: DecodingKey,
}

impl Keys {
    /// From a stored random secret.
    pub fn new(secret: &str) -> Self {
        Self { sign: EncodingKey::from_secret(secret.as_bytes()), check: DecodingKey::from_secret(secret.as_bytes()) }
    }

    /// Signs a token.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(&self, claims: &Claims) -> Result<String, ApiError> {
        encode(&Header::new(Algorithm::HS256), claims, &self.sign).map_err(|error| ApiError::Internal(error.to_string()))
    }

    /// The claims of a token, when it is ours, for this account and not over.
    pub fn check(&self, token: &str, account: &str) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[account]);
        validation.leeway = 0;
        decode::<Claims>(token, &self.check, &validation).ok().map(|data| data.claims)
    }
}

//! Client secrets, kept only as argon2id hashes.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base64::Engine;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::ApiError;

/// Hashes made at once. Each takes 19 MiB and a processor for some time, and anybody may ask for a
/// token: more at once would only bring the rest of the service down.
static TURNS: Semaphore = Semaphore::const_new(4);

/// The right to make one hash now.
#[derive(Debug)]
pub struct Turn {
    _permit: SemaphorePermit<'static>,
}

/// Waits until a hash may be made.
///
/// # Errors
/// Never, while the service runs.
pub async fn turn() -> Result<Turn, ApiError> {
    TURNS.acquire().await.map(|permit| Turn { _permit: permit }).map_err(|error| ApiError::Internal(error.to_string()))
}

impl Turn {
    /// Runs a hash on a thread of its own, which holds the turn even when nobody waits for it any more.
    async fn slowly<T: Send + 'static>(self, hash: impl FnOnce() -> T + Send + 'static) -> Result<(T, Self), ApiError> {
        tokio::task::spawn_blocking(move || (hash(), self)).await.map_err(|error| ApiError::Internal(error.to_string()))
    }

    /// Is this the secret behind a hash? Slow by design. The turn comes back, so that nobody else's
    /// comes before the answer is acted on.
    ///
    /// # Errors
    /// When it cannot be told.
    pub async fn verify(self, secret: String, hash: String) -> Result<(bool, Self), ApiError> {
        self.slowly(move || {
            PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok())
        })
        .await
    }
}

/// A new secret: more than 256 random bits, as text.
pub fn new() -> String {
    let bytes: Vec<u8> =
        [uuid::Uuid::new_v4(), uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].iter().flat_map(|id| *id.as_bytes()).collect();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The hash under which a secret is stored. Slow by design.
///
/// # Errors
/// When the hash cannot be made.
pub async fn hash(secret: String) -> Result<String, ApiError> {
    let hash = move || Argon2::default().hash_password(secret.as_bytes()).map(|hash| hash.to_string());
    turn().await?.slowly(hash).await?.0.map_err(|error| ApiError::Internal(error.to_string()))
}

//! Client secrets, kept only as argon2id hashes.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use base64::Engine;
use tokio::sync::Semaphore;

use crate::error::ApiError;

/// Hashes made at once. Each takes 19 MiB and a processor for some time, and anybody may ask for a
/// token: more at once would only bring the rest of the service down.
static TURNS: Semaphore = Semaphore::const_new(4);

/// Runs a hash on a thread of its own, when its turn comes.
async fn slowly<T: Send + 'static>(hash: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let turn = TURNS.acquire().await.map_err(|error| ApiError::Internal(error.to_string()))?;
    let work = move || {
        let done = hash();
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| ApiError::Internal(error.to_string()))
}

/// A new secret: 256 random bits, as text.
pub fn new() -> String {
    let bytes: Vec<u8> =
        [uuid::Uuid::new_v4(), uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].iter().flat_map(|id| *id.as_bytes()).collect();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// The hash under which a secret is stored. Slow by design: runs on a thread of its own.
///
/// # Errors
/// When the hash cannot be made.
pub async fn hash(secret: String) -> Result<String, ApiError> {
    slowly(move || Argon2::default().hash_password(secret.as_bytes()).map(|hash| hash.to_string()))
        .await?
        .map_err(|error| ApiError::Internal(error.to_string()))
}

/// Is this the secret behind a hash?
///
/// # Errors
/// When it cannot be told.
pub async fn verify(secret: String, hash: String) -> Result<bool, ApiError> {
    slowly(move || PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok()))
        .await
}

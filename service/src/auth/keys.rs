//! The key pair that tokens are signed with, made once for each database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::traits::PublicKeyParts;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::ApiError;
use crate::sealed::Sealer;
use crate::store::Store;

/// Bits of a new key: what RS256 asks for at least.
const BITS: usize = 2048;

/// Signs tokens and checks signatures.
pub struct Keys {
    sign: EncodingKey,
    check: DecodingKey,
    /// The modulus of the public key, base64url.
    pub n: String,
    /// The exponent of the public key, base64url.
    pub e: String,
    /// Which key this is: its thumbprint (RFC 7638).
    pub kid: String,
}

impl Keys {
    /// The keys of this database, made when there are none. Of several services that make them at
    /// the same time one wins, and all use its keys.
    ///
    /// # Errors
    /// When the database refuses, or holds what is no key.
    pub async fn load(store: &Store, sealer: &Sealer) -> Result<Self, ApiError> {
        let make =
            async || tokio::task::spawn_blocking(new_pem).await.map_err(|error| ApiError::Internal(error.to_string())).flatten();
        Self::from_pem(&sealer.setting(store, "signing_key", make).await?)
    }

    /// From a private key, PKCS#8 in PEM.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_pem(pem: &str) -> Result<Self, ApiError> {
        let key = RsaPrivateKey::from_pkcs8_pem(pem).map_err(broken)?;
        let der = key.to_pkcs1_der().map_err(broken)?;
        let (n, e) = (key.n().to_bytes_be(), key.e().to_bytes_be());
        let check = DecodingKey::from_rsa_raw_components(&n, &e);
        let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
        let thumbprint = Sha256::digest(format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#));
        let kid = URL_SAFE_NO_PAD.encode(thumbprint);
        Ok(Self { sign: EncodingKey::from_rsa_der(der.as_bytes()), check, n, e, kid })
    }

    /// Signs a token that says this.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, ApiError> {
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::RS256) };
        encode(&header, claims, &self.sign).map_err(|error| ApiError::Internal(error.to_string()))
    }

    /// What a token says, when it is ours, not over, and of the kind asked for. Slow: see [`super::checked`].
    pub fn check<T: DeserializeOwned + Clone>(&self, token: &str) -> Option<T> {
        let mut validation = Validation::new(Algorithm::RS256);
        // Whom it is for is compared where the path is known.
        validation.validate_aud = false;
        validation.leeway = 0;
        decode::<T>(token, &self.check, &validation).ok().map(|data| data.claims)
    }
}

/// A new private key, PKCS#8 in PEM. Takes a good part of a second.
fn new_pem() -> Result<String, ApiError> {
    let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS).map_err(broken)?;
    Ok(key.to_pkcs8_pem(LineEnding::LF).map_err(broken)?.to_string())
}

/// The error says what kind of mistake it is, never what the key is.
fn broken(error: impl std::fmt::Display) -> ApiError {
    ApiError::Internal(format!("the signing key: {error}"))
}

//! Permission in the signature: a handler that takes [`Authorized`] cannot be reached without
//! one of its scopes.

use std::collections::HashMap;
use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::App;
use crate::error::ApiError;
use crate::http::{credentials, is_account_id};

/// A permission: holding any one of these scopes is enough.
pub trait Permission: Send + Sync {
    /// The scopes, as the contract lists them.
    const ANY_OF: &'static [&'static str];
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = [$($scope:literal),+];)*) => {
        $($(#[$doc])* #[derive(Debug)] pub struct $name; impl Permission for $name { const ANY_OF: &'static [&'static str] = &[$($scope),+]; })*
    };
}

permissions! {
    /// Read rules and refs.
    ReadDiscounts = ["admin:discounts", "read:discounts"];
    /// Change rules and refs.
    WriteDiscounts = ["admin:discounts", "write:discounts"];
    /// Read automations.
    ReadAutomations = ["admin:automations", "read:automations"];
    /// Change automations.
    WriteAutomations = ["admin:automations", "write:automations"];
    /// Read the rules of a customer, or one's own.
    ReadOwnDiscounts = ["admin:discounts", "read:discounts", "user:discounts"];
    /// Read what the public may know.
    ReadPublicDiscounts = ["admin:discounts", "read:discounts", "public:discounts"];
    /// Read claims.
    ReadClaims = ["admin:discounts", "read:discounts", "read:discounts:/available_for_receipt"];
    /// Read what a checkout needs to evaluate by itself.
    ReadSnapshot = ["admin:discounts", "read:discounts", "read:discounts:/available_for_receipt"];
    /// Tell what happened elsewhere.
    WriteEvents = ["admin:discounts", "write:discounts", "write:discounts:/events"];
    /// Recalculate receipts.
    RecalculateReceipts = ["admin:discounts", "write:discounts", "write:discounts:/available_for_receipt"];
}

/// Proof that the caller may act in this account.
#[derive(Debug)]
pub struct Authorized<P> {
    /// The account in the path.
    pub account: String,
    /// The API client that asks.
    pub client: String,
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequestParts<App> for Authorized<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, app)
            .await
            .map_err(|error| ApiError::Invalid("bad_path", error.body_text()))?;
        let account = path.get("aid").map(String::as_str).unwrap_or_default();
        if !is_account_id(account) {
            return Err(ApiError::Invalid("bad_path", "an account id is P or T and eight digits, as T00000001".to_owned()));
        }
        let Some(token) = credentials(&parts.headers, "Bearer") else {
            return Err(ApiError::Unauthorized("send `Authorization: Bearer <token>`; tokens come from POST auth/token"));
        };
        let Some(claims) = app.keys.check(token, account) else {
            return Err(ApiError::Unauthorized(
                "this token is not good for this account, or is over; ask POST auth/token for a new one",
            ));
        };
        if !claims.scope.split(' ').any(|scope| P::ANY_OF.contains(&scope)) {
            return Err(ApiError::Forbidden(P::ANY_OF));
        }
        // A token of one end user reaches that customer's data only.
        let enough = |scope: &str| P::ANY_OF.contains(&scope) && !scope.starts_with("user:");
        if !claims.scope.split(' ').any(enough) && path.get("customer_id") != Some(&claims.sub) {
            return Err(ApiError::Forbidden(P::ANY_OF));
        }
        Ok(Self { account: account.to_owned(), client: claims.sub, permission: PhantomData })
    }
}

//! Permission in the signature: a handler that takes [`Authorized`] cannot be reached without
//! one of its scopes.

use std::collections::HashMap;
use std::marker::PhantomData;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::address::{is_owner_id, is_partner_id};
use super::scope::{ADMIN_ACCOUNTS, Permission};
use super::store::accounts;
use super::{Auth, Caller};
use crate::App;
use crate::error::ApiError;
use crate::http::{credentials, is_account_id};

/// Proof that the caller may act in this account.
#[derive(Debug)]
pub struct Authorized<P> {
    /// The account in the path; where the path is an owner's (`{oid}`), it may be a partner.
    pub account: String,
    /// The id of the API client that asks.
    pub client: String,
    /// The only customer whose data this token reaches, when it is an end user's.
    pub user: Option<String>,
    caller: Caller,
    permission: PhantomData<P>,
}

impl<P> Authorized<P> {
    /// Does the caller hold this scope too?
    pub fn holds(&self, scope: &str) -> bool {
        self.caller.holds(scope)
    }
}

impl<P: Permission> FromRequestParts<App> for Authorized<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, app)
            .await
            .map_err(|error| ApiError::Invalid("bad_path", error.body_text()))?;
        let (account, owners) = match path.get("oid") {
            Some(owner) => (owner.as_str(), true),
            None => (path.get("aid").map(String::as_str).unwrap_or_default(), false),
        };
        if owners && !is_owner_id(account) {
            return Err(bad_owner());
        }
        let is_fit = owners || is_account_id(account) || (P::PARTNERS && is_partner_id(account));
        if !is_fit {
            return Err(ApiError::Invalid("bad_path", "an account id is P or T and eight digits, as T00000001".to_owned()));
        }
        let Some(token) = credentials(&parts.headers, "Bearer") else {
            return Err(ApiError::Unauthorized("send `Authorization: Bearer <token>`; tokens come from POST auth/token"));
        };
        let caller = match Auth::caller(app, token).await? {
            Some(caller) if caller.owner() == account => caller,
            // A partner manages the clients of accounts it owns, under their paths too.
            Some(caller)
                if owners
                    && caller.holds(ADMIN_ACCOUNTS)
                    && accounts::owns(app.store.pool(), caller.owner(), account).await? =>
            {
                caller
            }
            _ => {
                return Err(ApiError::Unauthorized(
                    "this token is not good for this account, or is over; ask POST auth/token for a new one",
                ));
            }
        };
        if !P::ANY_OF.iter().any(|scope| caller.holds(scope)) {
            return Err(ApiError::Forbidden(P::ANY_OF));
        }
        // A token of one end user reaches that customer's data only.
        let everybodys = P::ANY_OF.iter().any(|scope| !scope.starts_with("user:") && caller.holds(scope));
        let user = (!everybodys).then(|| caller.client().to_owned());
        if P::USER_IN_PATH && user.is_some() && path.get("customer_id") != user.as_ref() {
            return Err(ApiError::Forbidden(P::ANY_OF));
        }
        Ok(Self { account: account.to_owned(), client: caller.client().to_owned(), user, caller, permission: PhantomData })
    }
}

/// What is said of an owner id that is none.
pub(super) fn bad_owner() -> ApiError {
    let message = "an owner id is P or T and eight digits (an account), or three (a partner), as T00000001 or T123";
    ApiError::Invalid("bad_path", message.to_owned())
}

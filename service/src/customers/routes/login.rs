//! `customers/login` and what belongs to it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::App;
use crate::auth::routes::token::AccessToken;
use crate::auth::scope::{Authorized, LogIn, LogInByCode};
use crate::customers::login::{self, NO_MFA};
use crate::customers::model::{
    ChangePasswordRequest, LoginRequest, MfaChallengeRequest, MfaChallengeSent, MfaLoginRequest, MfaRecoveryRequest,
    MultiFactorAuthenticationChallenge, MultiFactorAuthenticationRecoveryChallenge,
};
use crate::error::{ApiError, Error};
use crate::http::JsonText;

/// Let a customer have another password
///
/// Sends a code by e-mail. Sent again with the `code` and a `password`, it sets the password. Whether there is such a customer is not told.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/change_password", tag = "customers", operation_id = "aid_customers_change_password",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = ChangePasswordRequest,
    responses(
        (status = 204, description = "Sent, or set"), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn change_password(
    caller: Authorized<LogInByCode>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<StatusCode, ApiError> {
    login::change_password(&app, &caller.account, &caller.client, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Log a customer in by its password
///
/// The token reaches that customer's data only. Where log-in by a code is switched on, the client needs `write:accounts:/auth/users/no-mfa`, or is told an `mfa_token`.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/login", tag = "customers", operation_id = "aid_customers_login_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = LoginRequest,
    responses(
        (status = 200, body = AccessToken), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 429, body = Error, headers(("retry-after" = u64, description = "Seconds to wait"))), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn login(caller: Authorized<LogIn>, State(app): State<App>, JsonText(body): JsonText) -> Result<Response, ApiError> {
    login::log_in(&app, &caller.logs_in()?, caller.holds(NO_MFA), &body).await
}

/// Log a customer in by its PIN or password, and a code
///
/// The code is asked for at `auth/mfa/challenge`, and given to `auth/token`.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/mfa_login", tag = "customers", operation_id = "aid_customers_mfa_login_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = MfaLoginRequest,
    responses(
        (status = 200, body = MultiFactorAuthenticationChallenge), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 429, body = Error, headers(("retry-after" = u64, description = "Seconds to wait"))), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn mfa_login(
    caller: Authorized<LogInByCode>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    login::mfa_log_in(&app, &caller.logs_in()?, &body).await
}

/// Log a customer in who forgot its PIN
///
/// A code is sent at once, and given to `auth/token`. Whether there is such a customer is not told.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/customers/mfa_login_recovery", tag = "customers", operation_id = "aid_customers_mfa_login_initiate_recovery_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = MfaRecoveryRequest,
    responses(
        (status = 200, body = MultiFactorAuthenticationRecoveryChallenge), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn mfa_login_recovery(
    caller: Authorized<LogInByCode>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    login::recover(&app, &caller.logs_in()?, &body).await
}

/// Send the code that a log-in waits for
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/auth/mfa/challenge", tag = "auth", operation_id = "aid_auth_mfa_challenge_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = MfaChallengeRequest,
    responses(
        (status = 200, body = MfaChallengeSent), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 429, body = Error, headers(("retry-after" = u64, description = "Seconds to wait"))), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn mfa_challenge(
    caller: Authorized<LogInByCode>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    login::challenge(&app, &caller.logs_in()?, &body).await
}

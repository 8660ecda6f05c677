//! `discounts/events`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::App;
use crate::auth::scope::{Authorized, WriteEvents};
use crate::discounts::events::{self, EventKind};
use crate::discounts::model::event;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, is_client_id};

/// Tell what happened elsewhere
///
/// `receipt_add` records what a finished purchase used; `token_add` and `token_remove` say by what a
/// customer is known at a till. A delivery is taken in once.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/discounts/events", tag = "discounts", operation_id = "aid_discounts_events_post",
    params(
        ("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"),
        ("event" = EventKind, Header, description = "What happened"),
        ("event-delivery" = String, Header, description = "An id of this delivery; repeated ones change nothing")
    ),
    request_body = event::Event,
    responses(
        (status = 204, description = "Taken in"), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error),
        (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn post_event(
    caller: Authorized<WriteEvents>,
    State(app): State<App>,
    headers: HeaderMap,
    JsonText(body): JsonText,
) -> Result<StatusCode, ApiError> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let event = match header("event") {
        Some("token_add") => EventKind::TokenAdd,
        Some("token_remove") => EventKind::TokenRemove,
        Some("receipt_add") => EventKind::ReceiptAdd,
        _ => {
            let message = "the header `event` is token_add, token_remove or receipt_add".to_owned();
            return Err(ApiError::Invalid("bad_header", message));
        }
    };
    let Some(delivery) = header("event-delivery").filter(|id| is_client_id(id)) else {
        let message = "the header `event-delivery` is an id of this delivery, in 1 to 255 characters".to_owned();
        return Err(ApiError::Invalid("bad_header", message));
    };
    events::take_in(&app, &caller.account, &caller.client, event, delivery, &body).await?;
    Ok(StatusCode::NO_CONTENT)
}

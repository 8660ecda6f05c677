//! What others are told when something happens to a customer.

use serde_json::{Map, Value};

use super::profile::text;
use crate::App;
use crate::error::ApiError;
use crate::happened::{Event, Happening, happened};
use crate::store::Db;

/// Tells it, within the unit of work that makes it happen: events of a customer reach everybody in their order.
///
/// # Errors
/// When the database refuses.
pub(super) async fn told(
    db: &mut Db,
    app: &App,
    account: &str,
    event: Event,
    members: &Map<String, Value>,
) -> Result<(), ApiError> {
    let resource = Value::Object(members.clone());
    let key = text(members, "customer_id").unwrap_or_default();
    happened(db, app, account, Happening { event, key, resource: &resource }).await
}

//! `locations/…`: the handlers, in the contract's order.

use axum::extract::{Path, State};
use axum::response::Response;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Location, LocationRequest};
use super::{LOCATION, LocationFilter};
use crate::App;
use crate::auth::scope::{Authorized, ReadLocations, WriteLocations};
use crate::documents::{Document, Place};
use crate::entity::quoted;
use crate::error::{ApiError, Error};
use crate::happened::{Event, Happening, happened, resource};
use crate::http::{JsonText, Params, json_text, limit, read_object};
use crate::members::Members;
use crate::store::Unit;

/// Every operation on sales locations.
pub fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_locations, create_location)).routes(routes!(
        get_location,
        update_location,
        delete_location
    ))
}

fn place(account: &str) -> Place<'_> {
    Place { account, kind: &LOCATION, parent: "" }
}

/// As the contract shows it: with its account.
fn shown(account: &str, document: &Document) -> Result<String, ApiError> {
    let body = document.shown()?;
    let account = quoted(account);
    let mut members: Members<'_> = read_object(&body)?;
    members.set("account_id", Some(&account));
    Ok(members.to_string())
}

/// Says what happened to a location, saves it, and shows the location.
async fn tell(app: App, mut unit: Unit, account: &str, event: Event, document: &Document) -> Result<Response, ApiError> {
    let shown = shown(account, document)?;
    happened(unit.db(), &app, account, Happening { event, key: &document.name, resource: &resource(&shown) }).await?;
    unit.save().await?;
    Ok(json_text(shown))
}

/// Which locations to list. Of each list a location has any; lists are `name=a&name=b`, `name[]=a` or `name=a,b`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes")]
pub struct LocationsQuery {
    /// Locations a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Cursor: `location_id` of the last entry of the page before.
    starting_after: Option<String>,
    /// Text that the id, a name, a number, the e-mail or the place begins with.
    search: Option<String>,
    status: Option<Vec<String>>,
    /// Of the address.
    country: Option<Vec<String>>,
    phone_number: Option<Vec<String>>,
    organization_number: Option<Vec<String>>,
    email: Option<Vec<String>>,
    r#type: Option<Vec<String>>,
}

/// List sales locations
///
/// Those that are not deleted, oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/locations", tag = "locations", operation_id = "aid_locations_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), LocationsQuery),
    responses(
        (status = 200, body = Vec<Location>), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn list_locations(
    caller: Authorized<ReadLocations>,
    State(app): State<App>,
    Params(pairs): Params<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let mut filter = LocationFilter::default();
    let (mut most, mut after) = (None, None);
    for (name, value) in pairs {
        let pointer = match name.trim_end_matches("[]") {
            "limit" => {
                let number = value.parse::<i64>();
                most = Some(number.map_err(|_| ApiError::Invalid("bad_query", "`limit` is a whole number".to_owned()))?);
                continue;
            }
            "starting_after" => {
                after = Some(value);
                continue;
            }
            "search" => {
                filter.search = Some(value);
                continue;
            }
            "status" => "/status",
            "country" => "/address/country",
            "phone_number" => "/phone_number",
            "organization_number" => "/organization_number",
            "email" => "/email",
            "type" => "/type",
            _ => continue,
        };
        let values = value.split(',').map(str::to_owned);
        match filter.any_of.iter_mut().find(|(known, _)| *known == pointer) {
            Some((_, known)) => known.extend(values),
            None => filter.any_of.push((pointer, values.collect())),
        }
    }
    let most = limit(most, 100)?;
    let fits = |value: &serde_json::Value| filter.fits(value);
    let fits: Option<&(dyn Fn(&serde_json::Value) -> bool + Sync)> = if filter.is_open() { None } else { Some(&fits) };
    let page = place(&caller.account).list(app.store.pool(), after.as_deref(), most, fits).await?;
    let locations = page.documents.iter().map(|document| shown(&caller.account, document)).collect::<Result<Vec<_>, _>>()?;
    Ok(json_text(format!("[{}]", locations.join(","))))
}

/// Add a sales location
///
/// Without `location_id` it gets one.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/locations", tag = "locations", operation_id = "aid_location_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = LocationRequest,
    responses(
        (status = 200, body = Location), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn create_location(
    caller: Authorized<WriteLocations>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let mut unit = app.store.unit().await?;
    let document = place(&caller.account).create(unit.db(), &caller.client, &body).await?;
    tell(app, unit, &caller.account, Event::LocationAdd, &document).await
}

/// One sales location
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/locations/{lid}", tag = "locations", operation_id = "aid_locations_lid_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("lid" = String, Path, description = "Its `location_id`")),
    responses(
        (status = 200, body = Location), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn get_location(
    caller: Authorized<ReadLocations>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let document = place(&caller.account).one(app.store.pool(), &name).await?;
    shown(&caller.account, &document).map(json_text)
}

/// Change a sales location
///
/// Members that are sent; `null` takes one away.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/locations/{lid}", tag = "locations", operation_id = "aid_location_lid_put",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("lid" = String, Path, description = "Its `location_id`")),
    request_body = LocationRequest,
    responses(
        (status = 200, body = Location), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn update_location(
    caller: Authorized<WriteLocations>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let mut unit = app.store.unit().await?;
    let document = place(&caller.account).update(unit.db(), &caller.client, &name, &body).await?;
    tell(app, unit, &caller.account, Event::LocationUpdate, &document).await
}

/// Delete a sales location
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/locations/{lid}", tag = "locations", operation_id = "aid_location_lid_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("lid" = String, Path, description = "Its `location_id`")),
    responses(
        (status = 200, body = Location), (status = 400, body = Error), (status = 401, body = Error),
        (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)
    ),
    security(("bearer" = []))
)]
pub async fn delete_location(
    caller: Authorized<WriteLocations>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let mut unit = app.store.unit().await?;
    let document = place(&caller.account).delete(unit.db(), &caller.client, &name).await?;
    tell(app, unit, &caller.account, Event::LocationDelete, &document).await
}

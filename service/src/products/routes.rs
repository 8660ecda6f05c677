//! `products/…`: the handlers, in the contract's order.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::TAX;
use super::catalog::{self, catalogs, groups, products, shown, shown_one};
use super::model::{
    Catalog, CatalogRequest, Catalogs, Group, GroupRequest, Groups, Product, ProductRequest, ProductResponse, ProductUpdate,
    Products, Tax, TaxRequest, Taxes,
};
use crate::App;
use crate::auth::scope::{Authorized, ReadProducts, WriteProducts};
use crate::documents::{Document, Page, Place};
use crate::entity::quoted;
use crate::error::{ApiError, Error};
use crate::http::{JsonText, Params, json_text, limit};

/// Every operation on products.
pub fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_catalogs, create_catalog))
        .routes(routes!(update_catalog, delete_catalog))
        .routes(routes!(list_products, create_product))
        .routes(routes!(update_product, delete_product))
        .routes(routes!(list_groups, create_group))
        .routes(routes!(update_group, delete_group))
        .routes(routes!(list_taxes, create_tax))
        .routes(routes!(update_tax, delete_tax))
}

/// Tax groups of an account.
fn taxes(account: &str) -> Place<'_> {
    Place { account, kind: &TAX, parent: "" }
}

/// A page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Entries a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Cursor: what the page before gave under this name.
    starting_after: Option<String>,
}

/// A page of groups.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GroupsQuery {
    /// Entries a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Cursor: what the page before gave under this name.
    starting_after: Option<String>,
    /// Only this group.
    group_id: Option<String>,
}

/// Which products to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProductsQuery {
    /// Only this product.
    product_id: Option<String>,
    /// Text that the name begins with, in any letter case.
    product_name: Option<String>,
    /// Products a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Cursor: what the page before gave under this name.
    starting_after: Option<String>,
}

/// A list with its cursor.
fn envelope(member: &str, bodies: &[String], page: &Page) -> Response {
    let next = page.next.as_ref().map(|next| format!(r#","starting_after":{}"#, quoted(next)));
    json_text(format!(r#"{{"{member}":[{}]{}}}"#, bodies.join(","), next.unwrap_or_default()))
}

fn bodies(documents: &[Document]) -> Result<Vec<String>, ApiError> {
    documents.iter().map(Document::shown).collect()
}

/// List catalogs
///
/// Those that are not deleted, oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/products/catalogs", tag = "products", operation_id = "aid_catalogs_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), PageQuery),
    responses((status = 200, body = Catalogs), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn list_catalogs(
    caller: Authorized<ReadProducts>,
    State(app): State<App>,
    Params(query): Params<PageQuery>,
) -> Result<Response, ApiError> {
    let most = limit(query.limit, 100)?;
    let page = catalogs(&caller.account).list(app.store.pool(), query.starting_after.as_deref(), most, None).await?;
    Ok(envelope("catalogs", &bodies(&page.documents)?, &page))
}

/// Add a catalog
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/products/catalogs", tag = "products", operation_id = "aid_catalogs_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = CatalogRequest,
    responses((status = 200, body = Catalog), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn create_catalog(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let mut unit = app.store.unit().await?;
    let document = catalogs(&caller.account).create(unit.db(), &caller.client, &body).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

/// Change a catalog
///
/// Members that are sent; `null` takes one away.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/products/catalogs/{catalog_id}", tag = "products", operation_id = "aid_catalogs_put",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("catalog_id" = String, Path, description = "The catalog")),
    request_body = CatalogRequest,
    responses((status = 200, body = Catalog), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn update_catalog(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let mut unit = app.store.unit().await?;
    let document = catalogs(&caller.account).update(unit.db(), &caller.client, &name, &body).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

/// Delete a catalog
///
/// With its products.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/products/catalogs/{catalog_id}", tag = "products", operation_id = "aid_catalogs_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("catalog_id" = String, Path, description = "The catalog")),
    responses((status = 200, body = Catalog), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn delete_catalog(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let mut unit = app.store.unit().await?;
    let document = catalogs(&caller.account).delete(unit.db(), &caller.client, &name).await?;
    products(&caller.account, &name).delete_all(unit.db(), &caller.client).await?;
    catalog::changed(unit.db(), &caller.account).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

/// List the products of a catalog
///
/// Those that are not deleted, oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/products/catalogs/{catalog_id}/products", tag = "products", operation_id = "aid_products_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("catalog_id" = String, Path, description = "The catalog"), ProductsQuery),
    responses((status = 200, body = Products), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn list_products(
    caller: Authorized<ReadProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Params(query): Params<ProductsQuery>,
) -> Result<Response, ApiError> {
    let (_, catalog) = path;
    let most = limit(query.limit, 100)?;
    let name = query.product_name.map(|name| name.to_lowercase());
    let fits = |product: &Value| {
        let text = |member: &str| product.get(member).and_then(Value::as_str).unwrap_or_default();
        query.product_id.as_deref().is_none_or(|id| text("product_id") == id)
            && name.as_ref().is_none_or(|name| text("product_name").to_lowercase().starts_with(name))
    };
    let open = query.product_id.is_none() && name.is_none();
    let fits: Option<&(dyn Fn(&Value) -> bool + Sync)> = if open { None } else { Some(&fits) };
    let place = products(&caller.account, &catalog);
    let page = place.list(app.store.pool(), query.starting_after.as_deref(), most, fits).await?;
    let bodies = shown(app.store.pool(), &caller.account, &page.documents).await?;
    Ok(envelope("products", &bodies, &page))
}

/// Add a product to a catalog
///
/// Its groups are added to the account's, or changed, or come back. Lines of receipts that name the product
/// and no groups are in these.
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/products/catalogs/{catalog_id}/products", tag = "products", operation_id = "aid_products_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("catalog_id" = String, Path, description = "The catalog")),
    request_body = ProductRequest,
    responses((status = 200, body = Product), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn create_product(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, catalog) = path;
    catalog::create(&app, &caller.account, &caller.client, &catalog, &body).await.map(json_text)
}

/// Change a product
///
/// Members that are sent; `null` takes one away. `groups` replace those it had.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/products/catalogs/{catalog_id}/products/{product_id}", tag = "products", operation_id = "aid_products_put",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("catalog_id" = String, Path, description = "The catalog"), ("product_id" = String, Path, description = "The product")),
    request_body = ProductUpdate,
    responses((status = 200, body = ProductResponse), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn update_product(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, catalog, name) = path;
    catalog::update(&app, &caller.account, &caller.client, (&catalog, &name), &body).await.map(json_text)
}

/// Delete a product
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/products/catalogs/{catalog_id}/products/{product_id}", tag = "products", operation_id = "aid_catalog_id_product_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("catalog_id" = String, Path, description = "The catalog"), ("product_id" = String, Path, description = "The product")),
    responses((status = 200, body = ProductResponse), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn delete_product(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String, String)>,
) -> Result<Response, ApiError> {
    let (_, catalog, name) = path;
    let mut unit = app.store.unit().await?;
    let document = products(&caller.account, &catalog).delete(unit.db(), &caller.client, &name).await?;
    catalog::changed(unit.db(), &caller.account).await?;
    unit.save().await?;
    shown_one(app.store.pool(), &caller.account, document).await.map(json_text)
}

/// List groups
///
/// Those that are not deleted, oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/products/groups", tag = "products", operation_id = "aid_group_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), GroupsQuery),
    responses((status = 200, body = Groups), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn list_groups(
    caller: Authorized<ReadProducts>,
    State(app): State<App>,
    Params(query): Params<GroupsQuery>,
) -> Result<Response, ApiError> {
    let most = limit(query.limit, 100)?;
    let is_it = |group: &Value| group.get("group_id").and_then(Value::as_str) == query.group_id.as_deref();
    let fits: Option<&(dyn Fn(&Value) -> bool + Sync)> = if query.group_id.is_some() { Some(&is_it) } else { None };
    let page = groups(&caller.account).list(app.store.pool(), query.starting_after.as_deref(), most, fits).await?;
    Ok(envelope("groups", &bodies(&page.documents)?, &page))
}

/// Add a group
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/products/groups", tag = "products", operation_id = "aid_group_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = GroupRequest,
    responses((status = 200, body = Group), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn create_group(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let mut unit = app.store.unit().await?;
    let document = groups(&caller.account).create(unit.db(), &caller.client, &body).await?;
    catalog::changed(unit.db(), &caller.account).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

/// Change a group
///
/// Members that are sent; `null` takes one away.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/products/groups/{group_id}", tag = "products", operation_id = "aid_group_put",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("group_id" = String, Path, description = "The group")),
    request_body = GroupRequest,
    responses((status = 200, body = Group), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn update_group(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let mut unit = app.store.unit().await?;
    let document = groups(&caller.account).update(unit.db(), &caller.client, &name, &body).await?;
    catalog::changed(unit.db(), &caller.account).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

/// Delete a group
///
/// Products are in it no more, until it comes back.
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/products/groups/{group_id}", tag = "products", operation_id = "aid_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("group_id" = String, Path, description = "The group")),
    responses((status = 200, body = Group), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn delete_group(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let mut unit = app.store.unit().await?;
    let document = groups(&caller.account).delete(unit.db(), &caller.client, &name).await?;
    catalog::changed(unit.db(), &caller.account).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

/// List tax groups
///
/// Those that are not deleted, oldest first.
#[utoipa::path(
    get, path = "/v1/accounts/{aid}/products/tax", tag = "products", operation_id = "aid_tax_get",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), PageQuery),
    responses((status = 200, body = Taxes), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn list_taxes(
    caller: Authorized<ReadProducts>,
    State(app): State<App>,
    Params(query): Params<PageQuery>,
) -> Result<Response, ApiError> {
    let most = limit(query.limit, 100)?;
    let page = taxes(&caller.account).list(app.store.pool(), query.starting_after.as_deref(), most, None).await?;
    Ok(envelope("tax_groups", &bodies(&page.documents)?, &page))
}

/// Add a tax group
#[utoipa::path(
    post, path = "/v1/accounts/{aid}/products/tax", tag = "products", operation_id = "aid_tax_post",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$")),
    request_body = TaxRequest,
    responses((status = 200, body = Tax), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn create_tax(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let mut unit = app.store.unit().await?;
    let document = taxes(&caller.account).create(unit.db(), &caller.client, &body).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

/// Change a tax group
///
/// Members that are sent; `null` takes one away.
#[utoipa::path(
    put, path = "/v1/accounts/{aid}/products/tax/{tax_id}", tag = "products", operation_id = "aid_tax_put",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("tax_id" = String, Path, description = "The tax group")),
    request_body = TaxRequest,
    responses((status = 200, body = Tax), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn update_tax(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    JsonText(body): JsonText,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let mut unit = app.store.unit().await?;
    let document = taxes(&caller.account).update(unit.db(), &caller.client, &name, &body).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

/// Delete a tax group
#[utoipa::path(
    delete, path = "/v1/accounts/{aid}/products/tax/{tax_id}", tag = "products", operation_id = "aid_tax_delete",
    params(("aid" = String, Path, pattern = r"^[PT]{1}\d{8}$"), ("tax_id" = String, Path, description = "The tax group")),
    responses((status = 200, body = Tax), (status = 400, body = Error), (status = 401, body = Error), (status = 403, body = Error), (status = 404, body = Error), (status = 500, body = Error)),
    security(("bearer" = []))
)]
pub async fn delete_tax(
    caller: Authorized<WriteProducts>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (_, name) = path;
    let mut unit = app.store.unit().await?;
    let document = taxes(&caller.account).delete(unit.db(), &caller.client, &name).await?;
    unit.save().await?;
    document.shown().map(json_text)
}

//! `customers/…`: a file for each part of the paths.

pub mod company;
pub mod settings;
pub mod tags;
pub mod terms;
pub mod users;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// Every operation on customers.
pub fn operations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(settings::get_settings, settings::change_settings))
        .routes(routes!(tags::list_tags, tags::create_tag))
        .routes(routes!(tags::delete_tag))
        .routes(routes!(terms::list_terms, terms::create_terms))
        .routes(routes!(terms::get_terms, terms::delete_terms))
        .routes(routes!(users::list_customers, users::create_customer, users::has_customer))
        .routes(routes!(users::get_customer, users::update_customer, users::delete_customer))
        .routes(routes!(users::rename_customer))
        .routes(routes!(tags::get_customer_tags, tags::set_customer_tags))
        .routes(routes!(company::list_departments))
}

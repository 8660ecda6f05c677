//! Look-ups in registries of companies and places that others keep. Off unless a setting says where to look.

mod http;
mod limit;
mod model;
pub mod routes;
mod table;

use std::pin::Pin;
use std::sync::Arc;

pub use self::http::Http;
pub use self::limit::Limit;
pub use self::model::{
    Address, AddressValidationResult, GetExternalOrganizationResult, PostalPlaceResult, SearchExternalOrganizationNorwayResult,
};
pub use self::table::Table;
use crate::config::Config;
use crate::error::ApiError;

/// What a registry answers, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + Send + 'a>>;

/// Which Norwegian organizations to find.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// What their names begin with.
    pub name: Option<String>,
    /// Their number.
    pub organization_number: Option<String>,
    /// The number of the last one of the page before.
    pub starting_after: Option<String>,
    /// Most of a page.
    pub limit: i64,
}

/// Where is looked. Countries are two capital letters.
pub trait Registry: Send + Sync {
    /// Organizations of this number: head office and branches.
    fn organizations<'a>(&'a self, country: &'a str, number: &'a str) -> Answer<'a, Vec<GetExternalOrganizationResult>>;

    /// The place of a postal code, when there is one.
    fn postal_place<'a>(&'a self, country: &'a str, code: &'a str) -> Answer<'a, Option<PostalPlaceResult>>;

    /// Is there such an address, and which are like it?
    fn validate<'a>(&'a self, country: &'a str, address: &'a Address) -> Answer<'a, AddressValidationResult>;

    /// A page of Norwegian organizations.
    fn search<'a>(&'a self, search: &'a Search) -> Answer<'a, Vec<SearchExternalOrganizationNorwayResult>>;
}

/// The registry of the settings; none when look-ups are off.
///
/// # Errors
/// What is wrong with the settings.
pub fn registry(config: &Config) -> Result<Option<Arc<dyn Registry>>, String> {
    Ok(match (config.lookup_table.as_ref(), config.lookup_url.as_ref()) {
        (None, None) => None,
        (Some(table), None) => Some(Arc::new(Table::load(table)?)),
        (None, Some(url)) => Some(Arc::new(Http::new(url)?)),
        (Some(_), Some(_)) => return Err("set `lookup_table` or `lookup_url`, not both".to_owned()),
    })
}

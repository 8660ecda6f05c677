//! `discounts/…`: the handlers, a file for each part of the paths.

pub mod available;
pub mod campaigns;
pub mod claims;
pub mod customers;
pub mod events;
pub mod offline;
pub mod public;
pub mod refs;
pub mod rules;
pub mod search;

use serde::Deserialize;
use utoipa::IntoParams;

/// A page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Entries a page.
    #[param(minimum = 1, maximum = 100, default = 10)]
    limit: Option<i64>,
    /// Cursor: `ref_id` of the last entry of the page before.
    starting_after: Option<String>,
}

//! Sales locations: where goods are sold.

pub mod model;
pub mod routes;

use serde_json::Value;

use crate::documents::{Kind, Member, Shape};

/// Sales locations.
pub static LOCATION: Kind = Kind {
    word: "location",
    title: "Location",
    name: "location_id",
    members: &[
        Member("name", Shape::Text),
        Member("timezone", Shape::Text),
        Member("status", Shape::Text),
        Member("language_code", Shape::Text),
        Member("currency", Shape::Text),
        Member("phone_number", Shape::Text),
        Member("chain", Shape::Text),
        Member("email", Shape::Text),
        Member("mcc", Shape::Text),
        Member("gln", Shape::Text),
        Member("organization_number", Shape::Text),
        Member("business_name", Shape::Text),
        Member("franchise", Shape::Text),
        Member("type", Shape::Text),
        Member("website_url", Shape::Text),
        Member(
            "address",
            Shape::Object(&[
                Member("address_line", Shape::NeededText),
                Member("address_line_2", Shape::Text),
                Member("postal_code", Shape::Text),
                Member("postal_place", Shape::NeededText),
                Member("country", Shape::NeededText),
                Member("latitude", Shape::Number),
                Member("longitude", Shape::Number),
            ]),
        ),
    ],
};

/// What a search looks at.
const SEARCHED: [&str; 8] = [
    "/location_id",
    "/name",
    "/business_name",
    "/chain",
    "/organization_number",
    "/phone_number",
    "/email",
    "/address/postal_place",
];

/// Which locations a list shows: any of the values of each member, and a search.
#[derive(Debug, Default)]
pub struct LocationFilter {
    /// A text that a member begins with, in any letter case.
    pub search: Option<String>,
    /// Pointers of members, and the values that are let through.
    pub any_of: Vec<(&'static str, Vec<String>)>,
}

impl LocationFilter {
    /// Does the filter let everything through?
    pub fn is_open(&self) -> bool {
        self.search.is_none() && self.any_of.is_empty()
    }

    /// Is this location shown?
    pub fn fits(&self, location: &Value) -> bool {
        let text = |pointer: &str| location.pointer(pointer).and_then(Value::as_str).map(str::to_lowercase);
        let found = |search: &String| {
            let search = search.to_lowercase();
            SEARCHED.iter().filter_map(|pointer| text(pointer)).any(|text| text.starts_with(&search))
        };
        self.search.as_ref().is_none_or(found)
            && self.any_of.iter().all(|(pointer, values)| {
                text(pointer).is_some_and(|text| values.iter().any(|value| value.to_lowercase() == text))
            })
    }
}

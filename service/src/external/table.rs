//! A registry in a file of one's own.

use std::path::Path;

use serde::Deserialize;

use super::model::{
    Address, AddressValidationResult, GetExternalOrganizationResult, PostalPlaceResult, SearchExternalOrganizationNorwayResult,
};
use super::{Answer, Registry, Search};

/// Most addresses that are offered instead of a wrong one.
const MOST_ALTERNATIVES: usize = 5;

/// What is known, as its JSON file has it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    #[serde(default)]
    organizations: Vec<InCountry>,
    #[serde(default)]
    postal_places: Vec<PostalPlaceResult>,
    #[serde(default)]
    addresses: Vec<Address>,
    /// Norwegian organizations.
    #[serde(default)]
    norway: Vec<SearchExternalOrganizationNorwayResult>,
}

#[derive(Debug, Deserialize)]
struct InCountry {
    country: String,
    #[serde(flatten)]
    organization: GetExternalOrganizationResult,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn load(file: &Path) -> Result<Self, String> {
        let wrong = |error: String| format!("lookup_table: {}: {error}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        Self::read(&text).map_err(wrong)
    }

    /// Reads its text.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(text: &str) -> Result<Self, String> {
        // A list of the members, in order, would be read too.
        if !text.trim_start().starts_with('{') {
            return Err("a table is an object".to_owned());
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}

/// Is this the same text, whatever its letter case and the space in it?
fn is_same(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(a) == plain(b)
}

fn now<'a, T: Send + 'a>(found: T) -> Answer<'a, T> {
    Box::pin(std::future::ready(Ok(found)))
}

impl Registry for Table {
    fn organizations<'a>(&'a self, country: &'a str, number: &'a str) -> Answer<'a, Vec<GetExternalOrganizationResult>> {
        let fits = |one: &&InCountry| one.country == country && one.organization.organization_number == number;
        now(self.organizations.iter().filter(fits).map(|one| one.organization.clone()).collect())
    }

    fn postal_place<'a>(&'a self, country: &'a str, code: &'a str) -> Answer<'a, Option<PostalPlaceResult>> {
        now(self.postal_places.iter().find(|one| one.country == country && one.postal_code == code).cloned())
    }

    fn validate<'a>(&'a self, country: &'a str, address: &'a Address) -> Answer<'a, AddressValidationResult> {
        let in_country = || self.addresses.iter().filter(|one| one.country == country);
        let same_code = |one: &Address| address.postal_code.is_none() || address.postal_code == one.postal_code;
        let same_line = |one: &Address| is_same(&one.address_line, &address.address_line);
        let same_place = |one: &Address| is_same(&one.postal_place, &address.postal_place);
        let valid = in_country().any(|one| same_line(one) && same_place(one) && same_code(one));
        // Of an address that is wrong in one thing, the other is right.
        let alike = in_country().filter(|one| same_line(one) || (same_place(one) && begins_alike(one, address)));
        let alternatives = if valid { Vec::new() } else { alike.take(MOST_ALTERNATIVES).cloned().collect() };
        now(AddressValidationResult { valid, alternatives })
    }

    fn search<'a>(&'a self, search: &'a Search) -> Answer<'a, Vec<SearchExternalOrganizationNorwayResult>> {
        let begins = |name: &String, one: &SearchExternalOrganizationNorwayResult| {
            one.business_name.to_lowercase().starts_with(&name.to_lowercase())
        };
        let mut found: Vec<&SearchExternalOrganizationNorwayResult> = self
            .norway
            .iter()
            .filter(|one| search.name.as_ref().is_none_or(|name| begins(name, one)))
            .filter(|one| search.organization_number.as_ref().is_none_or(|number| one.organization_number == *number))
            .filter(|one| search.starting_after.as_ref().is_none_or(|after| one.organization_number > *after))
            .collect();
        found.sort_by(|a, b| a.organization_number.cmp(&b.organization_number));
        let most = usize::try_from(search.limit).unwrap_or(0);
        now(found.into_iter().take(most).cloned().collect())
    }
}

/// Do the lines of two addresses begin with the same word?
fn begins_alike(a: &Address, b: &Address) -> bool {
    let first = |address: &Address| address.address_line.split_whitespace().next().map(str::to_lowercase);
    first(a).is_some() && first(a) == first(b)
}

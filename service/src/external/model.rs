//! Look-ups as they go over the wire, to clients and from registries.
#![expect(missing_docs, reason = "the contract's own names")]

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExternalAddress)]
pub struct Address {
    #[schema(example = "Sommerkroveien 34")]
    pub address_line: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "PB 123")]
    pub address_line_2: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0349")]
    pub postal_code: Option<String>,
    #[schema(example = "Oslo")]
    pub postal_place: String,
    /// ISO 3166-1, two letters.
    #[schema(format = "iso-3166-1", example = "NO")]
    pub country: String,
}

/// An organization, or a branch of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GetExternalOrganizationResult {
    #[schema(example = "123456789MVA")]
    pub organization_number: String,
    pub business_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "head_office")]
    pub office_type: Option<String>,
}

/// Organizations.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ExternalOrganizations {
    #[serde(default)]
    #[schema(required = false)]
    pub items: Vec<GetExternalOrganizationResult>,
}

/// The place of a postal code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PostalPlaceResult {
    #[schema(example = "NO")]
    pub country: String,
    #[schema(example = "0349")]
    pub postal_code: String,
    #[schema(example = "Oslo")]
    pub postal_place: String,
}

/// Is there such an address?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddressValidationResult {
    #[schema(example = false)]
    pub valid: bool,
    /// Addresses like it.
    pub alternatives: Vec<Address>,
}

/// Who knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ExternalSource {
    Enhetsregisteret,
}

/// A Norwegian organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SearchExternalOrganizationNorwayResult {
    #[schema(inline)]
    pub response_from: ExternalSource,
    #[schema(example = "AS")]
    pub organization_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^\\+?[1-9]\\d{1,14}$", example = "+4799999999")]
    pub phone_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "hello@company.com")]
    pub email: Option<String>,
    #[schema(example = "123456789MVA")]
    pub organization_number: String,
    pub business_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website_url: Option<String>,
}

//! Sales locations as they go over the wire. Stored ones stay JSON text.
#![expect(missing_docs, reason = "the contract's own names")]

use utoipa::ToSchema;

/// Where it is.
#[derive(Debug, ToSchema)]
pub struct LocationAddress {
    pub address_line: String,
    pub address_line_2: Option<String>,
    pub postal_code: Option<String>,
    pub postal_place: String,
    pub country: String,
    #[schema(value_type = Option<f64>)]
    pub latitude: Option<serde_json::Number>,
    #[schema(value_type = Option<f64>)]
    pub longitude: Option<serde_json::Number>,
}

/// A sales location.
#[derive(Debug, ToSchema)]
pub struct Location {
    #[schema(read_only, pattern = "^[PT]{1}\\d{8}$")]
    pub account_id: Option<String>,
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    pub location_id: Option<String>,
    pub name: Option<String>,
    pub timezone: Option<String>,
    pub status: Option<String>,
    pub language_code: Option<String>,
    pub currency: Option<String>,
    #[schema(pattern = "^\\+?[1-9]\\d{1,14}$")]
    pub phone_number: Option<String>,
    pub chain: Option<String>,
    pub email: Option<String>,
    pub mcc: Option<String>,
    pub gln: Option<String>,
    pub organization_number: Option<String>,
    pub business_name: Option<String>,
    pub franchise: Option<String>,
    pub r#type: Option<String>,
    pub website_url: Option<String>,
    pub address: Option<LocationAddress>,
}

/// A sales location as it is sent; all members are optional.
#[derive(Debug, ToSchema)]
pub struct LocationRequest {
    pub location_id: Option<String>,
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only)]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only)]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    pub name: Option<String>,
    pub timezone: Option<String>,
    pub status: Option<String>,
    pub language_code: Option<String>,
    pub currency: Option<String>,
    #[schema(pattern = "^\\+?[1-9]\\d{1,14}$")]
    pub phone_number: Option<String>,
    pub chain: Option<String>,
    pub email: Option<String>,
    pub mcc: Option<String>,
    pub gln: Option<String>,
    pub organization_number: Option<String>,
    pub business_name: Option<String>,
    pub franchise: Option<String>,
    pub r#type: Option<String>,
    pub website_url: Option<String>,
    pub address: Option<LocationAddress>,
}

//! Customers as they go over the wire. Stored ones stay JSON text.
#![expect(missing_docs, reason = "the contract's own names")]

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What the server says of everything.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entity {
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
}

/// Who a customer is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CustomerType {
    Customer,
    Company,
    Contact,
    Employee,
    Other,
}

/// What kind of address it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CustomerAddressType {
    Custom,
    Home,
    Other,
    Work,
}

/// Where a customer lives, or works.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerAddress {
    pub address_line: String,
    pub address_line_2: Option<String>,
    pub postal_code: Option<String>,
    pub postal_place: String,
    pub country: String,
    #[schema(value_type = Option<f64>)]
    pub latitude: Option<serde_json::Number>,
    #[schema(value_type = Option<f64>)]
    pub longitude: Option<serde_json::Number>,
    pub r#type: Option<CustomerAddressType>,
    pub custom_type: Option<String>,
    pub comment: Option<String>,
}

/// The terms that a customer accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerTerm {
    #[schema(format = Uuid)]
    pub id: Option<String>,
    #[schema(format = DateTime)]
    pub accepted_at: Option<String>,
}

/// What made a customer one.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerEnrolledBy {
    pub r#type: Option<String>,
    pub value: String,
}

/// May the customer be written to?
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerConsent {
    pub consent: Option<bool>,
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
}

/// How the customer may be written to.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerMarketingConsent {
    pub sms: Option<CustomerConsent>,
    pub email: Option<CustomerConsent>,
}

/// The company that a customer is.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerCompany {
    pub organization_number: Option<String>,
    pub bussiness_name: String,
    pub department: Option<String>,
    pub industry: Option<String>,
    pub website: Option<String>,
    pub number_of_employees: Option<String>,
}

/// Somebody for whom a contact speaks.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerContactFor {
    pub customer_id: String,
}

/// What is known of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerBasics {
    #[schema(nullable)]
    pub first_name: Option<String>,
    #[schema(nullable)]
    pub last_name: Option<String>,
    #[schema(nullable)]
    pub email: Option<String>,
    #[schema(nullable, pattern = "^\\+?[1-9]\\d{1,14}$")]
    pub phone_number: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub attributes: Option<Map<String, Value>>,
    #[schema(nullable)]
    pub status: Option<String>,
    #[schema(nullable)]
    pub favorite_store: Option<String>,
    pub enrolled_by: Option<CustomerEnrolledBy>,
    pub marketing_consent: Option<CustomerMarketingConsent>,
    pub addresses: Option<Vec<CustomerAddress>>,
    pub term: Option<CustomerTerm>,
    pub company: Option<CustomerCompany>,
    #[schema(nullable)]
    pub gender: Option<String>,
    #[schema(nullable, format = Date)]
    pub date_of_birth: Option<String>,
    pub contact_for: Option<Vec<CustomerContactFor>>,
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
}

/// A customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Customer {
    #[serde(flatten)]
    pub entity: Entity,
    #[serde(flatten)]
    pub basics: CustomerBasics,
    #[schema(default = "customer")]
    pub r#type: CustomerType,
    #[schema(max_length = 255)]
    pub customer_id: String,
}

/// A customer to be.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerRequest {
    #[serde(flatten)]
    pub entity: Entity,
    #[serde(flatten)]
    pub basics: CustomerBasics,
    #[schema(default = "customer")]
    pub r#type: Option<CustomerType>,
    #[schema(max_length = 255)]
    pub customer_id: Option<String>,
    /// 4 to 255 characters.
    #[schema(write_only)]
    pub password: Option<String>,
    /// Six digits.
    #[schema(write_only)]
    pub pin: Option<String>,
}

/// Members to change.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerChange {
    #[serde(flatten)]
    pub basics: CustomerBasics,
    #[schema(default = "customer")]
    pub r#type: Option<CustomerType>,
    #[schema(write_only)]
    pub password: Option<String>,
    #[schema(write_only)]
    pub pin: Option<String>,
}

/// What a customer is to be called.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerRename {
    /// A new one is made when absent.
    pub customer_id: Option<String>,
}

/// A tag.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerTag {
    #[serde(flatten)]
    pub entity: Entity,
    pub tag: String,
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
}

/// Terms and conditions.
#[derive(Debug, Serialize, ToSchema)]
pub struct TermsAndConditions {
    #[serde(flatten)]
    pub entity: Entity,
    pub terms: String,
}

/// The departments of a company.
#[derive(Debug, Serialize, ToSchema)]
pub struct CompanyDepartments {
    pub organization_number: Option<String>,
    pub departments: Option<Vec<String>>,
}

/// May anybody ask whether somebody is a customer?
#[derive(Debug, Serialize, ToSchema)]
pub struct HeadSettings {
    #[schema(default = false)]
    pub enabled: bool,
}

/// May several customers have one phone number?
#[derive(Debug, Serialize, ToSchema)]
pub struct PhoneNumberSettings {
    #[schema(default = false)]
    pub allow_duplicates: bool,
}

/// What a customer is called when the client does not say.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CustomerIdFormat {
    Uuid,
    Sequence,
}

/// How a customer shows who it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChallengeType {
    Oob,
}

/// How a code reaches a customer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum OobChannel {
    Sms,
    Email,
}

/// How a customer gets a code.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaChallengeSettings {
    pub challenge_type: ChallengeType,
    pub oob_channel: OobChannel,
}

/// Log-in by a code.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomersMfaSettings {
    #[schema(default = false)]
    pub enabled: bool,
    pub login: MfaChallengeSettings,
    pub login_recovery: MfaChallengeSettings,
}

/// How phone numbers change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum VerificationChannel {
    Sms,
}

/// What changes by a code only.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationSettings {
    pub phone_number: Option<VerificationChannel>,
}

/// Settings for customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerUserSettings {
    pub head: Option<HeadSettings>,
    pub phone_number_validation: Option<PhoneNumberSettings>,
    #[schema(default = "uuid")]
    pub customer_id_format: CustomerIdFormat,
    pub mfa: Option<CustomersMfaSettings>,
    pub verifications: Option<VerificationSettings>,
}

/// How a token is made.
#[derive(Debug, Serialize, ToSchema)]
pub enum AutoTokenKind {
    #[serde(rename = "SHA256")]
    Sha256,
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
}

/// A token made of what is known of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct AutoTokenType {
    pub r#type: AutoTokenKind,
    /// Of `HMAC-SHA256`; taken, never shown.
    pub secret: Option<String>,
}

/// Tokens made whenever the phone number or the e-mail address changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct AutoTokenSettings {
    pub phone_number: Option<Vec<AutoTokenType>>,
    pub email: Option<Vec<AutoTokenType>>,
}

/// How long a status lasts.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventExpirySetting {
    pub status: String,
    /// Seconds.
    pub time_to_live: i64,
}

/// Settings for token events.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenSettings {
    pub event_expiry: Option<Vec<EventExpirySetting>>,
}

/// What an attribute's values are.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttributeKind {
    String,
    Integer,
    Real,
    Boolean,
    PhoneNumber,
    Email,
    Date,
    #[serde(rename = "date-time")]
    DateTime,
}

/// An attribute of customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttributeSetting {
    pub name: String,
    pub r#type: AttributeKind,
    #[schema(default = false)]
    pub multiple_values: Option<bool>,
    /// Kept from the customers themselves.
    #[schema(default = false)]
    pub private: Option<bool>,
}

/// An account's settings for its customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomersSettings {
    pub users: Option<CustomerUserSettings>,
    pub auto_tokens: Option<AutoTokenSettings>,
    pub tokens: Option<TokenSettings>,
    pub attributes: Option<Vec<AttributeSetting>>,
}

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

/// A token of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerToken {
    #[serde(flatten)]
    pub entity: Entity,
    /// Its id elsewhere.
    #[schema(min_length = 1, max_length = 255)]
    pub token_id: Option<String>,
    /// What kind of value, as `sha1:email`.
    #[schema(min_length = 1)]
    pub r#type: String,
    #[schema(min_length = 1)]
    pub value: String,
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
}

/// Something that was told of a token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenEvent {
    #[schema(format = DateTime, read_only)]
    pub expires_at: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    pub event: String,
    pub status: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
}

/// A token by its type and value.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenTypeValue {
    pub r#type: String,
    pub value: String,
}

/// A token, and what happened; without `event` it only asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenEventRequest {
    pub token: TokenTypeValue,
    pub event: Option<TokenEvent>,
}

/// Why what was told of a token is cleared.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenClearing {
    pub event: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Map<String, Value>>,
}

/// A token of which what was told is cleared.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenClearRequest {
    pub token: TokenTypeValue,
    pub event: Option<TokenClearing>,
}

/// What is known of a token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenDetail {
    pub id: Option<String>,
    pub customer: Option<Customer>,
    pub token: Option<CustomerToken>,
    #[schema(default = "UNKNOWN")]
    pub status: Option<String>,
    pub events: Option<Vec<TokenEvent>>,
}

/// What was told of a token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenEvents {
    pub id: Option<String>,
    #[schema(default = "UNKNOWN")]
    pub status: Option<String>,
    pub events: Option<Vec<TokenEvent>>,
}

/// What a customer is named by.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentType {
    PhoneNumber,
    Email,
}

/// Who can log in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LoginType {
    Customer,
    Company,
}

/// A customer who wants another password.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangePasswordRequest {
    pub email: String,
    /// This account, as `http://127.0.0.1:8080/v1/accounts/T00000001`.
    pub audience: String,
    pub r#type: LoginType,
    /// The code that was sent; with it `password`.
    pub code: Option<String>,
    /// The new password; with it `code`.
    #[schema(write_only)]
    pub password: Option<String>,
}

/// A log-in.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoginRequest {
    pub email: Option<String>,
    pub ident_type: Option<IdentType>,
    pub ident: Option<String>,
    pub audience: String,
    pub r#type: LoginType,
    #[schema(write_only, min_length = 4, max_length = 255)]
    pub password: String,
}

/// A log-in with a code.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaLoginRequest {
    pub ident_type: IdentType,
    pub ident: String,
    pub audience: String,
    pub r#type: LoginType,
    /// The PIN, or the password.
    #[schema(write_only)]
    pub secret: String,
}

/// A log-in with nothing but a code.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaRecoveryRequest {
    pub ident_type: IdentType,
    pub ident: String,
    pub audience: String,
    pub r#type: LoginType,
}

/// Where a log-in goes on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MfaRel {
    MfaChallenge,
    MfaOob,
}

/// Where a log-in goes on.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaLink {
    pub rel: MfaRel,
    pub href: String,
}

/// A log-in that waits for a code, which is to be asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct MultiFactorAuthenticationChallenge {
    pub links: Vec<MfaLink>,
    pub mfa_token: String,
    pub challenge_type: ChallengeType,
    pub oob_channel: Option<OobChannel>,
}

/// Where a recovery goes on.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MfaRecoveryRel {
    MfaOob,
}

/// Where a recovery goes on.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaRecoveryLink {
    pub rel: MfaRecoveryRel,
    pub href: String,
}

/// What the customer does with the code.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BindingMethod {
    Prompt,
}

/// A log-in that waits for the code that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct MultiFactorAuthenticationRecoveryChallenge {
    pub links: Vec<MfaRecoveryLink>,
    pub binding_method: Option<BindingMethod>,
    pub oob_code: String,
    pub mfa_token: String,
    pub challenge_type: ChallengeType,
}

/// Asks for the code that a log-in waits for.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaChallengeRequest {
    pub mfa_token: String,
    pub challenge_type: Option<ChallengeType>,
}

/// A code was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct MfaChallengeSent {
    pub challenge_type: ChallengeType,
    pub oob_code: String,
    pub oob_channel: OobChannel,
    pub binding_method: BindingMethod,
}

/// A code, or the address that it is to be sent to.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerificationRequest {
    /// With `confirm-verification-code`: the code that was sent.
    pub code: Option<String>,
    /// With `send-verification-code/email`: the address that the customer is to have; absent, the one it has.
    pub email: Option<String>,
    /// With `send-verification-code/phone_number`: the number that the customer is to have; absent, the one it has.
    pub phone_number: Option<String>,
}

/// When an address was verified, and whether the customer may be written to there.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommunicationChannel {
    #[schema(format = DateTime)]
    pub verified_at: Option<String>,
    /// As the marketing consent says.
    pub allowed: Option<bool>,
}

/// How a customer is reached.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommunicationChannels {
    pub email: Option<CommunicationChannel>,
    pub phone_number: Option<CommunicationChannel>,
}

/// How a customer is reached.
#[derive(Debug, Serialize, ToSchema)]
pub struct Communication {
    #[serde(flatten)]
    pub entity: Entity,
    pub communication: Option<CommunicationChannels>,
}

/// What to do with a code.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub enum VerificationOperation {
    SendVerificationCode,
    ConfirmVerificationCode,
}

/// What is verified.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum VerifiedField {
    Email,
    PhoneNumber,
}

//! Receipts, as the contract describes them.
//!
//! These types describe: OpenAPI is generated from them. Bodies themselves stay JSON text, so that
//! members nobody here knows survive; the engine reads what it needs and checks it.
#![expect(missing_docs, reason = "the contract's own names")]

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

use super::rule::*;
/// ReceiptDelivery of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptDelivery {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    #[schema(pattern = "^\\+?[1-9]\\d{1,14}$")]
    pub phone_number: Option<String>,
    pub address: Option<Address>,
}

/// ReceiptCustomerAddresse of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptCustomerAddresse {
    pub address_line: String,
    pub address_line_2: Option<String>,
    pub postal_code: Option<String>,
    pub postal_place: String,
    pub country: String,
    pub r#type: Option<String>,
    pub custom_type: Option<String>,
}

/// ReceiptCustomerEnrolledBy of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptCustomerEnrolledBy {
    pub r#type: Option<String>,
    pub value: String,
}

/// ReceiptCustomerCompany of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptCustomerCompany {
    pub organization_number: Option<String>,
    pub bussiness_name: String,
    pub department: Option<String>,
    pub industry: Option<String>,
    pub website: Option<String>,
    pub number_of_employees: Option<String>,
}

/// ReceiptCustomerMarketingConsentSms of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptCustomerMarketingConsentSms {
    pub consent: Option<bool>,
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
}

/// ReceiptCustomerMarketingConsentEmail of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptCustomerMarketingConsentEmail {
    pub consent: Option<bool>,
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
}

/// ReceiptCustomerMarketingConsent of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptCustomerMarketingConsent {
    pub sms: Option<ReceiptCustomerMarketingConsentSms>,
    pub email: Option<ReceiptCustomerMarketingConsentEmail>,
}

/// ReceiptCustomerTerm of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptCustomerTerm {
    pub id: Option<String>,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum ReceiptCustomerType {
    #[schema(rename = "customer")]
    Customer,
    #[schema(rename = "company")]
    Company,
    #[schema(rename = "contact")]
    Contact,
    #[schema(rename = "employee")]
    Employee,
    #[schema(rename = "other")]
    Other,
}

/// ReceiptCustomerToken of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptCustomerToken {
    pub token_id: Option<String>,
    pub value: Option<String>,
    pub r#type: Option<String>,
}

/// ReceiptCustomer of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptCustomer {
    pub gender: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub metadata: Option<BTreeMap<String, Value>>,
    #[schema(pattern = "^\\+?[1-9]\\d{1,14}$")]
    pub phone_number: Option<String>,
    pub addresses: Option<Vec<ReceiptCustomerAddresse>>,
    pub pays_tax: Option<bool>,
    #[schema(format = Date)]
    pub date_of_birth: Option<String>,
    pub enrolled_by: Option<ReceiptCustomerEnrolledBy>,
    pub favorite_store: Option<String>,
    pub company: Option<ReceiptCustomerCompany>,
    pub marketing_consent: Option<ReceiptCustomerMarketingConsent>,
    pub status: Option<String>,
    pub term: Option<ReceiptCustomerTerm>,
    pub r#type: Option<ReceiptCustomerType>,
    pub token: Option<ReceiptCustomerToken>,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum ReceiptEntryStatus {
    #[schema(rename = "None")]
    None,
    #[schema(rename = "Voided")]
    Voided,
    #[schema(rename = "Posted")]
    Posted,
    #[schema(rename = "Concluded")]
    Concluded,
    #[schema(rename = "Cancelled")]
    Cancelled,
    #[schema(rename = "OnHold")]
    OnHold,
    #[schema(rename = "Training")]
    Training,
}

/// Receipt of the contract.
#[derive(Debug, ToSchema)]
pub struct Receipt {
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
    pub discounts: Option<Vec<DiscountRefs>>,
    pub store: Store,
    pub items: Option<Vec<ReceiptItem>>,
    pub receipt_id: String,
    pub delivery: Option<ReceiptDelivery>,
    #[schema(max_length = 255)]
    pub customer_id: Option<String>,
    pub customer: Option<ReceiptCustomer>,
    pub gross_amount: Option<i64>,
    pub gross_amount_dwh: Option<String>,
    pub net_amount: Option<i64>,
    pub net_amount_dwh: Option<String>,
    pub round_off_to_coin: Option<i64>,
    pub currency: Option<String>,
    #[schema(format = DateTime)]
    pub purchase_at: String,
    pub order_number: Option<String>,
    #[schema(format = DateTime)]
    pub transaction_date: Option<String>,
    pub amount_due: Option<i64>,
    pub amount_due_dwh: Option<String>,
    pub no_of_items: Option<i64>,
    pub is_changed: Option<bool>,
    pub transaction_id: Option<String>,
    pub total_discount: Option<i64>,
    pub total_manual_discount_amount: Option<i64>,
    #[schema(value_type = Option<f64>)]
    pub total_manual_percentage_discount: Option<serde_json::Number>,
    pub operator_id: Option<String>,
    pub operator_name: Option<String>,
    pub salesperson_id: Option<String>,
    pub salesperson_name: Option<String>,
    pub entry_status: Option<ReceiptEntryStatus>,
    pub comment: Option<String>,
    pub tax_lines: Option<Vec<TaxItem>>,
    pub payments: Option<Vec<PaymentItem>>,
    pub infocode_items: Option<Vec<InfoCodeItem>>,
    pub receipt_text: Option<String>,
    pub discount_code: Option<Vec<String>>,
    pub extra_info: Option<Vec<ExtraInfo>>,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum DiscountType {
    #[schema(rename = "customer")]
    Customer,
    #[schema(rename = "periodic")]
    Periodic,
    #[schema(rename = "manual")]
    Manual,
    #[schema(rename = "loyalty")]
    Loyalty,
    #[schema(rename = "total")]
    Total,
    #[schema(rename = "employee")]
    Employee,
    #[schema(rename = "external")]
    External,
}

/// DiscountRefsRefStatistics of the contract.
#[derive(Debug, ToSchema)]
pub struct DiscountRefsRefStatistics {
    pub amount: Option<i64>,
    pub bonus: Option<i64>,
    pub debit_balance: Option<i64>,
    pub stamp: Option<i64>,
    pub usage: Option<i64>,
}

/// DiscountRefsRefItem of the contract.
#[derive(Debug, ToSchema)]
pub struct DiscountRefsRefItem {
    pub line_id: Option<i64>,
    pub bonus: Option<i64>,
    pub amount: Option<i64>,
}

/// DiscountRefsRef of the contract.
#[derive(Debug, ToSchema)]
pub struct DiscountRefsRef {
    pub id: Option<String>,
    pub stamp: Option<i64>,
    pub amount: Option<i64>,
    pub bonus: Option<i64>,
    pub statistics: Option<DiscountRefsRefStatistics>,
    pub items: Option<Vec<DiscountRefsRefItem>>,
    pub usage: Option<i64>,
}

/// DiscountRefs of the contract.
#[derive(Debug, ToSchema)]
pub struct DiscountRefs {
    #[schema(format = Uuid)]
    pub id: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    pub created_by: Option<String>,
    #[schema(format = DateTime)]
    pub updated_at: Option<String>,
    pub deleted_by: Option<String>,
    #[schema(format = DateTime)]
    pub deleted_at: Option<String>,
    pub campaign_id: Option<String>,
    #[schema(default = json!(true))]
    pub active: Option<bool>,
    #[schema(default = json!(false))]
    pub private: Option<bool>,
    pub updated_by: Option<String>,
    pub r#type: Option<RuleType>,
    pub name: Option<String>,
    pub receipt_text: Option<String>,
    #[schema(format = DateTime)]
    pub visible_from: Option<String>,
    pub description: Option<String>,
    pub limitation: Option<Limitation>,
    pub requirement: Requirement,
    pub reward: Reward,
    pub metadata: Option<BTreeMap<String, Value>>,
    pub links: Option<Vec<Link>>,
    pub refs: Option<Vec<DiscountRefsRef>>,
}

/// Store of the contract.
#[derive(Debug, ToSchema)]
pub struct Store {
    pub id: String,
    pub name: Option<String>,
    pub business_name: Option<String>,
    pub address: Option<Address>,
    pub chain: Option<String>,
    pub email: Option<String>,
    pub gln: Option<String>,
    pub organization_number: Option<String>,
    pub phone_number: Option<String>,
    pub mcc: Option<String>,
    pub bax: Option<String>,
    pub terminal_id: Option<String>,
    pub payout_destination_id: Option<String>,
}

/// ReceiptItemGroup of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptItemGroup {
    pub id: String,
    pub name: Option<String>,
}

/// ReceiptItem of the contract.
#[derive(Debug, ToSchema)]
pub struct ReceiptItem {
    pub id: Option<String>,
    pub groups: Option<Vec<ReceiptItemGroup>>,
    #[schema(default = json!(1), value_type = Option<f64>)]
    pub quantity: Option<serde_json::Number>,
    pub unit: Option<String>,
    pub description: Option<String>,
    pub description_alias: Option<String>,
    pub net_amount: Option<i64>,
    pub net_amount_dwh: Option<String>,
    pub gross_amount: Option<i64>,
    pub gross_amount_dwh: Option<String>,
    pub unit_gross_price: Option<i64>,
    #[schema(value_type = Option<f64>)]
    pub tax_percent: Option<serde_json::Number>,
    pub line_id: Option<i64>,
    pub barcode: Option<String>,
    pub cost_price: Option<i64>,
    pub voided: Option<bool>,
    pub scale_item: Option<bool>,
    pub eligible_for_discount: Option<bool>,
    pub included_in_total_discount: Option<bool>,
    #[schema(rename = "price_has_been_keyedIn")]
    pub price_has_been_keyed_in: Option<bool>,
    #[schema(rename = "discount_has_been_keyedIn")]
    pub discount_has_been_keyed_in: Option<bool>,
    pub is_return_item: Option<bool>,
    pub is_linked_item: Option<bool>,
    pub is_virtual_product: Option<bool>,
    pub is_changed: Option<bool>,
    pub salesperson_id: Option<String>,
    pub salesperson_name: Option<String>,
    pub serial_id: Option<String>,
    pub comment: Option<String>,
    pub infocode_lines: Option<Vec<InfoCodeItem>>,
    pub tax_lines: Option<Vec<TaxItem>>,
    pub dimension: Option<Dimension>,
    pub discount_lines: Option<Vec<DiscountItem>>,
    pub bonus_lines: Option<Vec<BonusItem>>,
    pub extra_info: Option<Vec<ExtraInfo>>,
}

/// Address of the contract.
#[derive(Debug, ToSchema)]
pub struct Address {
    pub address_line: String,
    pub address_line_2: Option<String>,
    pub postal_code: Option<String>,
    pub postal_place: String,
    pub country: String,
}

/// TaxItem of the contract.
#[derive(Debug, ToSchema)]
pub struct TaxItem {
    pub amount: Option<i64>,
    pub amount_dwh: Option<String>,
    pub exempt: Option<bool>,
    pub included_in_price: Option<bool>,
    #[schema(value_type = Option<f64>)]
    pub percentage: Option<serde_json::Number>,
    pub tax_basis: Option<i64>,
    pub tax_basis_dwh: Option<String>,
    pub tax_code: Option<String>,
    pub tax_group: Option<String>,
}

/// PaymentItem of the contract.
#[derive(Debug, ToSchema)]
pub struct PaymentItem {
    pub line_id: Option<i64>,
    pub amount: Option<i64>,
    pub type_id: Option<String>,
    pub token_id: Option<String>,
    pub token_type: Option<String>,
    pub description: Option<String>,
    pub voided: Option<bool>,
    pub card_info: Option<CardInfo>,
    pub reference_id: Option<String>,
    pub infocode_lines: Option<Vec<InfoCodeItem>>,
}

/// InfoCodeItem of the contract.
#[derive(Debug, ToSchema)]
pub struct InfoCodeItem {
    pub line_id: Option<i64>,
    pub amount: Option<i64>,
    pub amount_dwh: Option<String>,
    pub infocode_id: Option<String>,
    pub sub_infocode_id: Option<String>,
    pub information: Option<String>,
    pub input_type: Option<i64>,
    pub withdrawal_from_stock: Option<bool>,
}

/// One of the contract's words.
#[derive(Debug, ToSchema)]
pub enum ExtraInfoValueType {
    #[schema(rename = "string")]
    String,
    #[schema(rename = "integer")]
    Integer,
    #[schema(rename = "number")]
    Number,
    #[schema(rename = "boolean")]
    Boolean,
    #[schema(rename = "datetime")]
    Datetime,
}

/// ExtraInfo of the contract.
#[derive(Debug, ToSchema)]
pub struct ExtraInfo {
    pub key: Option<String>,
    pub value: Option<String>,
    pub value_type: Option<ExtraInfoValueType>,
}

/// Dimension of the contract.
#[derive(Debug, ToSchema)]
pub struct Dimension {
    pub color: Option<String>,
    pub size: Option<String>,
    pub style: Option<String>,
    pub config: Option<String>,
    pub variant: Option<String>,
}

/// DiscountItem of the contract.
#[derive(Debug, ToSchema)]
pub struct DiscountItem {
    pub amount: Option<i64>,
    #[schema(value_type = Option<f64>)]
    pub percentage: Option<serde_json::Number>,
    pub discount_type: Option<DiscountType>,
    pub discount_id: Option<String>,
    pub description: Option<String>,
    pub line_id: Option<i64>,
}

/// BonusItem of the contract.
#[derive(Debug, ToSchema)]
pub struct BonusItem {
    pub bonus: Option<i64>,
    #[schema(value_type = Option<f64>)]
    pub percentage: Option<serde_json::Number>,
    pub discount_type: Option<DiscountType>,
    pub discount_id: Option<String>,
    pub description: Option<String>,
    pub line_id: Option<i64>,
}

/// CardInfo of the contract.
#[derive(Debug, ToSchema)]
pub struct CardInfo {
    pub balance_amount: Option<i64>,
    pub card_amount: Option<i64>,
    pub issuer_id: Option<i64>,
    pub issuer_name: Option<String>,
    pub session_id: Option<String>,
    pub terminal_id: Option<String>,
    pub card_number: Option<String>,
    pub card_type: Option<String>,
    pub receipt: Option<String>,
}

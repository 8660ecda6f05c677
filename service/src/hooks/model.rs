//! Subscriptions and deliveries, as the contract describes them. These types describe; subscriptions stay JSON, so that
//! members nobody here knows survive.
#![expect(missing_docs, reason = "the contract's own names")]

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::ToSchema;

/// What a webhook can tell. Those of shops, payments and settlements never happen here.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum HookEvent {
    AccountAdd,
    AccountUpdate,
    ReceiptAdd,
    ReceiptUpdate,
    CustomerAdd,
    CustomerUpdate,
    CustomerDelete,
    CustomerChangePassword,
    TokenAdd,
    TokenRemove,
    Transaction,
    WalletTransaction,
    DiscountAdd,
    DiscountUpdate,
    DiscountDelete,
    DiscountAddCustomers,
    DiscountCustomerUpdate,
    ShoppingDraftAdd,
    ShoppingDraftUpdate,
    ShoppingDraftComplete,
    ShoppingOrderUpdate,
    ShoppingOrderEventAdd,
    ShoppingOrderDelete,
    SettlementAdd,
    LocationAdd,
    LocationDelete,
    LocationUpdate,
    CddCaseUpdate,
    ApprovalPayoutDestinationUpdate,
    ApprovalPayoutDestinationDelete,
    CheckoutTransaction,
    CheckoutAuthorization,
    CheckoutTokenAdd,
    CheckoutTokenUpdate,
    CheckoutTokenDelete,
    AccountStoreAdd,
    AccountStoreUpdate,
    AccountStoreDelete,
    AccountPayoutDestinationAdd,
    AccountPayoutDestinationUpdate,
    AccountPayoutDestinationDelete,
}

/// How a secret is used.
#[derive(Debug, ToSchema)]
pub enum SecretType {
    /// `event-signature`: hexadecimal HMAC-SHA1 of the body.
    #[schema(rename = "HMAC-SHA1")]
    HmacSha1,
    /// AWS Signature Version 4.
    #[schema(rename = "AWS4-HMAC-SHA256")]
    Aws4HmacSha256,
    /// The header of this name.
    Authorization,
}

/// A secret. It is shown as `********`, never again as it is.
#[derive(Debug, ToSchema)]
pub struct HookSecret {
    pub r#type: SecretType,
    /// Of `HMAC-SHA1` and `Authorization`. One of `HMAC-SHA1` that is written as Standard Webhooks writes them (`whsec_` and
    /// base64) makes the header `webhook-signature` too.
    #[schema(example = "Bearer <token>")]
    pub value: Option<String>,
    /// Of `AWS4-HMAC-SHA256`, as the following.
    #[schema(example = "AKIAIOSFODNN7EXAMPLE")]
    pub aws_access_key_id: Option<String>,
    #[schema(example = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")]
    pub aws_secret_access_key: Option<String>,
    #[schema(example = "eu-west-1")]
    pub region: Option<String>,
    #[schema(example = "execute-api")]
    pub service: Option<String>,
}

/// The only content type.
#[derive(Debug, ToSchema)]
pub enum HookContentType {
    #[schema(rename = "application/json")]
    Json,
}

/// Who is told, and how.
#[derive(Debug, ToSchema)]
pub struct HookConfig {
    /// A public address.
    #[schema(example = "https://shop.no/hooks")]
    pub url: String,
    #[schema(inline, default = "application/json")]
    pub content_type: Option<HookContentType>,
    pub secret: Option<HookSecret>,
    /// 1 takes any certificate of the receiver.
    #[schema(default = json!(0))]
    pub insecure_ssl: Option<i64>,
}

/// A subscription.
#[derive(Debug, ToSchema)]
pub struct Hook {
    #[schema(format = Uuid, read_only)]
    pub id: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub created_at: Option<String>,
    #[schema(read_only, example = "1c92f7e1-2897-4d46-bdcc-c127a914fb4e")]
    pub created_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub updated_at: Option<String>,
    #[schema(read_only, example = "1c92f7e1-2897-4d46-bdcc-c127a914fb4e")]
    pub deleted_by: Option<String>,
    #[schema(format = DateTime, read_only)]
    pub deleted_at: Option<String>,
    #[schema(default = json!(true))]
    pub active: Option<bool>,
    pub config: HookConfig,
    /// Which members of the body are sent: `a,b`, `a/b/c`, `a(b,c)`, `a/*/c`.
    #[schema(format = "field-mask", example = "account(partner_id,account_id,created_at)")]
    pub fields: Option<String>,
    /// Which are not, written alike.
    #[schema(format = "field-mask")]
    pub exclude_fields: Option<String>,
    pub events: Vec<HookEvent>,
}

/// A delivery: one event for one subscription.
#[derive(Debug, ToSchema)]
pub struct HookDelivery {
    pub id: Option<String>,
    /// What the receiver gets as header `event-delivery`: the same each time this is sent.
    pub event_delivery: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// What the receiver answered last.
    #[schema(example = 200)]
    pub status: Option<i64>,
}

#[derive(Debug, ToSchema)]
pub struct HookRequestHeaders {
    pub event: Option<String>,
    #[schema(rename = "event-delivery")]
    pub event_delivery: Option<String>,
    #[schema(rename = "event-signature")]
    pub event_signature: Option<String>,
}

#[derive(Debug, ToSchema)]
pub struct HookRequest {
    pub headers: Option<HookRequestHeaders>,
    pub body: Option<BTreeMap<String, Value>>,
}

#[derive(Debug, ToSchema)]
pub struct HookResponse {
    pub headers: Option<BTreeMap<String, Value>>,
    /// Its beginning.
    pub body: Option<String>,
}

/// What became of it.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum HookDeliveryState {
    Waiting,
    Accepted,
    /// Answered with 400: not sent again.
    Refused,
    /// Given up.
    Failed,
}

#[derive(Debug, ToSchema)]
pub struct HookDeliveryDetails {
    /// When it was sent last.
    #[schema(format = DateTime)]
    pub delivery_at: Option<String>,
    /// Milliseconds until the answer.
    #[schema(example = 848)]
    pub delivery_duration: Option<i64>,
    #[schema(example = true)]
    pub delivery_success: Option<bool>,
    /// How often it was sent.
    #[schema(example = 1)]
    pub attempts: Option<i64>,
    pub state: Option<HookDeliveryState>,
    /// What went wrong last.
    pub problem: Option<String>,
}

/// A delivery with the last request, and what was answered.
#[derive(Debug, ToSchema)]
pub struct HookDeliveryDetail {
    pub id: Option<String>,
    /// What the receiver gets as header `event-delivery`: the same each time this is sent.
    pub event_delivery: Option<String>,
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// What the receiver answered last.
    #[schema(example = 200)]
    pub status: Option<i64>,
    pub url: Option<String>,
    pub request: Option<HookRequest>,
    pub response: Option<HookResponse>,
    pub details: Option<HookDeliveryDetails>,
}

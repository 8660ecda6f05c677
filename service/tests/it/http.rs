//! What holds for every operation.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::Service;

const READ: &[&str] = &["admin:discounts", "read:discounts"];
const WRITE: &[&str] = &["admin:discounts", "write:discounts"];
const PUBLIC: &[&str] = &["admin:discounts", "read:discounts", "public:discounts"];
const CLAIMS: &[&str] = &["admin:discounts", "read:discounts", "read:discounts:/available_for_receipt"];
const EVENTS: &[&str] = &["admin:discounts", "write:discounts", "write:discounts:/events"];
const READ_ACCOUNTS: &[&str] = &["admin:accounts", "read:accounts"];
const WRITE_ACCOUNTS: &[&str] = &["admin:accounts", "write:accounts"];
const READ_RECEIPTS: &[&str] = &["admin:receipts", "read:receipts"];
const READ_WALLETS: &[&str] = &["admin:wallets", "read:wallets"];
const WRITE_WALLETS: &[&str] = &["admin:wallets", "write:wallets"];
const MOVE_MONEY: &[&str] = &["admin:wallets", "write:wallets", "write:wallets:/transactions"];
const READ_HOOKS: &[&str] = &["admin:hooks", "read:hooks"];
const WRITE_HOOKS: &[&str] = &["admin:hooks", "write:hooks"];
const READ_PRODUCTS: &[&str] = &["admin:products", "write:products", "read:products"];
const WRITE_PRODUCTS: &[&str] = &["admin:products", "write:products"];
const READ_CUSTOMERS: &[&str] = &["admin:customers", "read:customers"];
const WRITE_CUSTOMERS: &[&str] = &["admin:customers", "write:customers"];
const PUBLIC_CUSTOMERS: &[&str] = &["admin:customers", "read:customers", "public:customers"];
const RECALCULATE: &[&str] = &["admin:discounts", "write:discounts", "write:discounts:/available_for_receipt"];

/// Method, path and scopes of every operation that needs a token, as the contract lists them. That
/// `user:customers`, `user:discounts`, `user:receipts` and `user:wallets` reach what is a customer's own have tests of their own.
const OPERATIONS: [(&str, &str, &[&str]); 127] = [
    ("POST", "discounts/available_for_receipt", RECALCULATE),
    ("GET", "discounts/rules", READ),
    ("POST", "discounts/rules", WRITE),
    ("GET", "discounts/rules/did", READ),
    ("PUT", "discounts/rules/did", WRITE),
    ("DELETE", "discounts/rules/did", WRITE),
    ("GET", "discounts/rules/did/customers", READ),
    ("POST", "discounts/rules/did/customers", WRITE),
    ("DELETE", "discounts/rules/did/customers", WRITE),
    ("GET", "discounts/rules/did/usages", READ),
    ("GET", "discounts/customers/kari/rules", READ),
    ("GET", "discounts/customers/kari/refs/rid", READ),
    ("POST", "discounts/customers/kari/refs/rid", WRITE),
    ("DELETE", "discounts/customers/kari/refs/rid", WRITE),
    ("GET", "discounts/public/rules", PUBLIC),
    ("GET", "discounts/public/rules/did", PUBLIC),
    ("GET", "discounts/campaigns", READ),
    ("POST", "discounts/campaigns", WRITE),
    ("GET", "discounts/campaigns/cid", READ),
    ("PUT", "discounts/campaigns/cid", WRITE),
    ("DELETE", "discounts/campaigns/cid", WRITE),
    ("GET", "discounts/available_for_receipt/claims", CLAIMS),
    ("POST", "discounts/available_for_receipt/claims", RECALCULATE),
    ("GET", "discounts/available_for_receipt/claims/cid", CLAIMS),
    ("DELETE", "discounts/available_for_receipt/claims/cid", RECALCULATE),
    ("POST", "discounts/events", EVENTS),
    ("POST", "discounts/search/rules", READ),
    ("GET", "discounts/snapshot", CLAIMS),
    ("GET", "discounts/plans/hash", READ),
    ("POST", "discounts/evaluate", RECALCULATE),
    ("GET", "auth/clients", READ_ACCOUNTS),
    ("POST", "auth/clients", WRITE_ACCOUNTS),
    ("GET", "auth/clients/id", READ_ACCOUNTS),
    ("PATCH", "auth/clients/id", WRITE_ACCOUNTS),
    ("DELETE", "auth/clients/id", WRITE_ACCOUNTS),
    ("POST", "auth/clients/id/rotate-secret", WRITE_ACCOUNTS),
    ("GET", "auth/client-grants", READ_ACCOUNTS),
    ("POST", "auth/client-grants", WRITE_ACCOUNTS),
    ("DELETE", "auth/client-grants/id", WRITE_ACCOUNTS),
    ("GET", "management/settings", READ_ACCOUNTS),
    ("GET", "automations/rules", &["admin:automations", "read:automations"]),
    ("POST", "automations/rules", &["admin:automations", "write:automations"]),
    ("GET", "automations/rules/arid", &["admin:automations", "read:automations"]),
    ("DELETE", "automations/rules/arid", &["admin:automations", "write:automations"]),
    ("POST", "receipts", &["admin:receipts", "write:receipts"]),
    // The contract names the scope that reads.
    ("PUT", "receipts/all/r1", &["admin:receipts", "read:receipts", "write:receipts"]),
    ("POST", "receipts/customer_segment", READ_RECEIPTS),
    ("GET", "receipts/customers/kari", READ_RECEIPTS),
    ("GET", "receipts/customers/kari/r1", READ_RECEIPTS),
    ("POST", "receipts/customers/kari/r1/change_customer_id", &["admin:receipts"]),
    ("GET", "receipts/receipt-token?token=x", &["admin:receipts", "read:receipts", "user:receipts", "public:receipts"]),
    ("POST", "receipts/receipt-token?token=x", &["admin:receipts", "write:receipts", "user:receipts"]),
    ("GET", "receipts/search?receipt_id=r1", READ_RECEIPTS),
    ("POST", "customers/change_password", &["write:accounts:/auth/users"]),
    ("POST", "customers/login", &["write:accounts:/auth/users", "write:accounts:/auth/users/no-mfa"]),
    ("POST", "customers/mfa_login", &["write:accounts:/auth/users"]),
    ("POST", "customers/mfa_login_recovery", &["write:accounts:/auth/users"]),
    ("POST", "auth/mfa/challenge", &["write:accounts:/auth/users"]),
    ("GET", "customers/users/kari/communication", READ_CUSTOMERS),
    ("POST", "customers/users/kari/communication/send-verification-code/email", WRITE_CUSTOMERS),
    ("GET", "customers/settings", PUBLIC_CUSTOMERS),
    ("PUT", "customers/settings", WRITE_CUSTOMERS),
    ("GET", "customers/tags", READ_CUSTOMERS),
    ("POST", "customers/tags", WRITE_CUSTOMERS),
    ("DELETE", "customers/tags/tid", WRITE_CUSTOMERS),
    ("GET", "customers/terms", PUBLIC_CUSTOMERS),
    ("POST", "customers/terms", WRITE_CUSTOMERS),
    ("GET", "customers/terms/tid", PUBLIC_CUSTOMERS),
    ("DELETE", "customers/terms/tid", WRITE_CUSTOMERS),
    ("GET", "customers/users", READ_CUSTOMERS),
    ("POST", "customers/users", &["admin:customers", "write:customers", "create:customers:/users"]),
    ("HEAD", "customers/users?email=a@b", PUBLIC_CUSTOMERS),
    ("GET", "customers/users/kari", READ_CUSTOMERS),
    ("PUT", "customers/users/kari", WRITE_CUSTOMERS),
    ("DELETE", "customers/users/kari", WRITE_CUSTOMERS),
    ("POST", "customers/users/kari/change_customer_id", &["admin:customers", "admin:accounts"]),
    ("GET", "customers/users/kari/tags", READ_CUSTOMERS),
    ("PUT", "customers/users/kari/tags", WRITE_CUSTOMERS),
    ("GET", "customers/tokens/events", READ_CUSTOMERS),
    ("POST", "customers/tokens/events", WRITE_CUSTOMERS),
    ("DELETE", "customers/tokens/events", WRITE_CUSTOMERS),
    ("GET", "customers/users/kari/tokens", READ_CUSTOMERS),
    ("POST", "customers/users/kari/tokens", WRITE_CUSTOMERS),
    ("DELETE", "customers/users/kari/tokens/tid", WRITE_CUSTOMERS),
    ("GET", "customers/company/departments?organization_number=1", PUBLIC_CUSTOMERS),
    ("GET", "locations", &["admin:locations", "read:locations"]),
    ("POST", "locations", &["admin:locations", "write:locations"]),
    ("GET", "locations/lid", &["admin:locations", "read:locations"]),
    ("PUT", "locations/lid", &["admin:locations", "write:locations"]),
    ("DELETE", "locations/lid", &["admin:locations", "write:locations"]),
    ("GET", "products/catalogs", READ_PRODUCTS),
    ("POST", "products/catalogs", WRITE_PRODUCTS),
    ("PUT", "products/catalogs/cid", WRITE_PRODUCTS),
    ("DELETE", "products/catalogs/cid", WRITE_PRODUCTS),
    ("GET", "products/catalogs/cid/products", READ_PRODUCTS),
    ("POST", "products/catalogs/cid/products", WRITE_PRODUCTS),
    ("PUT", "products/catalogs/cid/products/pid", WRITE_PRODUCTS),
    ("DELETE", "products/catalogs/cid/products/pid", WRITE_PRODUCTS),
    ("GET", "products/groups", READ_PRODUCTS),
    ("POST", "products/groups", WRITE_PRODUCTS),
    ("PUT", "products/groups/gid", WRITE_PRODUCTS),
    ("DELETE", "products/groups/gid", WRITE_PRODUCTS),
    ("GET", "products/tax", READ_PRODUCTS),
    ("POST", "products/tax", WRITE_PRODUCTS),
    ("PUT", "products/tax/tid", WRITE_PRODUCTS),
    ("DELETE", "products/tax/tid", WRITE_PRODUCTS),
    ("GET", "hooks/subscriptions", READ_HOOKS),
    ("POST", "hooks/subscriptions", WRITE_HOOKS),
    ("GET", "hooks/subscriptions/hid", READ_HOOKS),
    ("DELETE", "hooks/subscriptions/hid", WRITE_HOOKS),
    ("GET", "hooks/subscriptions/hid/deliveries", READ_HOOKS),
    ("GET", "hooks/subscriptions/hid/deliveries/did", READ_HOOKS),
    ("POST", "hooks/subscriptions/hid/ping", WRITE_HOOKS),
    ("GET", "wallets/cards", READ_WALLETS),
    ("POST", "wallets/cards", WRITE_WALLETS),
    ("POST", "wallets/cards/batch", WRITE_WALLETS),
    ("GET", "wallets/cards/c1", READ_WALLETS),
    ("POST", "wallets/cards/c1/activate", WRITE_WALLETS),
    ("POST", "wallets/cards/c1/rotate-pin", WRITE_WALLETS),
    ("POST", "wallets/cards/c1/tokens", WRITE_WALLETS),
    ("GET", "wallets/cards/c1/transactions", READ_WALLETS),
    ("GET", "wallets/customers/kari/cards", READ_WALLETS),
    ("GET", "wallets/customers/kari/cards/c1", READ_WALLETS),
    ("POST", "wallets/info", &["admin:wallets", "write:wallets", "write:wallets:/info"]),
    ("POST", "wallets/transactions", MOVE_MONEY),
    ("POST", "wallets/transactions/tid/capture", MOVE_MONEY),
    ("POST", "wallets/transactions/tid/void", MOVE_MONEY),
];

/// Look-ups, which every token with `public` may make.
const LOOK_UPS: [(&str, &str); 4] = [
    ("GET", "search/external/organizations/NO/1"),
    ("GET", "search/external/postal_place/NO/0349"),
    ("POST", "search/external/address/NO/validate"),
    ("GET", "search/external/organizations/no?name=x"),
];

/// Scopes that services give; a token may hold any.
const SCOPES: [&str; 43] = [
    "admin:accounts",
    "write:accounts",
    "read:accounts",
    "write:accounts:/auth/users",
    "write:accounts:/auth/users/no-mfa",
    "admin:discounts",
    "write:discounts",
    "read:discounts",
    "public:discounts",
    "user:discounts",
    "write:discounts:/available_for_receipt",
    "read:discounts:/available_for_receipt",
    "admin:automations",
    "write:automations",
    "read:automations",
    "write:discounts:/events",
    "admin:customers",
    "write:customers",
    "read:customers",
    "create:customers:/users",
    "public:customers",
    "user:customers",
    "admin:receipts",
    "write:receipts",
    "read:receipts",
    "user:receipts",
    "public:receipts",
    "admin:locations",
    "write:locations",
    "read:locations",
    "admin:products",
    "write:products",
    "read:products",
    "admin:hooks",
    "write:hooks",
    "read:hooks",
    "admin:wallets",
    "write:wallets",
    "read:wallets",
    "user:wallets",
    "write:wallets:/info",
    "write:wallets:/transactions",
    "admin",
];

#[tokio::test]
async fn every_operation_asks_for_its_scopes() {
    let service = Service::new().await;
    for (method, path, enough) in OPERATIONS {
        let path = format!("/v1/accounts/T00000001/{path}");
        let other = service.token("P00000001", enough[0]);
        for token in [None, Some("a.b.c"), Some(&*other)] {
            let answer = service.call_with(method, &path, token, "{}").await;
            // What is only asked for has no body.
            if method == "HEAD" { assert_eq!(answer.status, 401) } else { drop(answer.refused(401)) }
        }
        for scope in SCOPES {
            // A token with that scope among others that do not help.
            let token = service.token("T00000001", &format!("public {scope}"));
            let answer = service.call_with(method, &path, Some(&token), "{}").await;
            assert_eq!(answer.status != 403, enough.contains(&scope), "{method} {path} with {scope}: {}", answer.text);
            if answer.status == 403 && method != "HEAD" {
                assert!(answer.refused(403)["message"].as_str().unwrap().contains(enough[0]));
            }
        }
    }
    for (method, path) in LOOK_UPS {
        let path = format!("/v1/accounts/T00000001/{path}");
        service.call_with(method, &path, None, "{}").await.refused(401);
        let other = service.token("P00000001", "public");
        service.call_with(method, &path, Some(&other), "{}").await.refused(401);
        let token = service.token("T00000001", &SCOPES.join(" "));
        service.call_with(method, &path, Some(&token), "{}").await.refused(403);
    }
    // The lists above are whole.
    let document: Value = serde_json::from_str(&rabatt_service::openapi().unwrap()).unwrap();
    let described = document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values());
    let with_token = described.filter(|operation| operation["security"][0].get("bearer").is_some());
    assert_eq!(with_token.count(), OPERATIONS.len() + LOOK_UPS.len());
}

#[tokio::test]
async fn pages_of_other_origins_may_ask() {
    let service = Service::new().await;
    let asked = "origin,accept,authorization,content-type,total-count,page-count,dintero-system-name";
    let request = Request::options("/v1/accounts/T00000001/discounts/rules")
        .header("origin", "https://till.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", asked);
    let answer = service.send(request.body(Body::empty()).unwrap()).await;
    assert!(answer.status.is_success());
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-methods"), "GET,HEAD,PUT,PATCH,POST,DELETE");
    for name in asked.split(',') {
        assert!(answer.header("access-control-allow-headers").contains(name), "{name}");
    }
    // Refusals can be read from there too.
    let refused = Request::get("/v1/accounts/T00000001/discounts/rules").header("origin", "https://till.example");
    let refused = service.send(refused.body(Body::empty()).unwrap()).await;
    refused.refused(401);
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    assert_eq!(refused.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_told_so() {
    let mut service = Service::new().await;
    service.set(|config| config.request_seconds = 0);
    // Who writes waits for another who does, or at least for the database.
    let unit = service.app.store.unit().await.unwrap();
    let campaign = json!({"name": "Summer"}).to_string();
    let error = service.call("POST", "discounts/campaigns", campaign.clone()).await.refused(503);
    assert_eq!(error["code"], "too_slow");
    drop(unit);
    service.set(|config| config.request_seconds = 30);
    service.call("POST", "discounts/campaigns", campaign).await.ok();
}

#[tokio::test]
async fn paths_that_lead_nowhere_get_the_contracts_error() {
    let service = Service::new().await;
    for (method, path, status) in [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/accounts/T00000001/discounts/rules/", 404),
        ("POST", "/v1/accounts/%FF/auth/token", 400),
        ("GET", "/v1/accounts/%FF/discounts/rules", 400),
        ("PATCH", "/v1/accounts/T00000001/discounts/rules", 405),
    ] {
        service.call_with(method, path, None, "{}").await.refused(status);
    }
    for account in ["X00000001", "T0000001", "T000000001", "T0000000x", "t00000001", "T0000000\u{0661}"] {
        let path = format!("/v1/accounts/{}/discounts/rules", account.replace('\u{0661}', "%D9%A1"));
        service.call_with("GET", &path, None, "").await.refused(400);
    }
}

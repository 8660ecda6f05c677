//! Tokens, clients and grants.

mod account;
mod clients;
mod first_start;
mod grants;
mod keys;
mod limits;
mod migration;
mod partners;
mod revocation;
mod token;

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use rabatt_service::auth::secret;
use rabatt_service::auth::store::accounts;
use rabatt_service::setup::add_client;
use serde_json::{Value, json};

use crate::support::{Answer, Service, audience};

/// Asks for a token: the client belongs to `owner`, the token is for `account`.
async fn ask(service: &Service, owner: &str, (id, secret): (&str, &str), account: &str) -> Answer {
    let body = json!({"grant_type": "client_credentials", "audience": audience(account)}).to_string();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    let request = Request::post(format!("/v1/accounts/{owner}/auth/token"))
        .header("authorization", format!("Basic {basic}"))
        .header("content-type", "application/json");
    service.send(request.body(Body::from(body)).unwrap()).await
}

/// The token that a client gets.
pub(crate) async fn token_of(service: &Service, owner: &str, client: (&str, &str), account: &str) -> String {
    ask(service, owner, client, account).await.ok()["access_token"].as_str().unwrap().to_owned()
}

/// Adds an account or partner with a client that has these scopes in it; the client's secret. Its id is `client of <account>`.
async fn add_account(service: &Service, account: &str, owner: Option<&str>, scopes: &str) -> (String, String) {
    let (id, secret) = (format!("client of {account}"), secret::new());
    let hash = secret::hash(secret.clone()).await.unwrap();
    let mut unit = service.app.store.unit().await.unwrap();
    assert!(accounts::add(unit.db(), account, owner, None).await.unwrap());
    add_client(unit.db(), account, &id, &hash, None, scopes).await.unwrap();
    unit.save().await.unwrap();
    (id, secret)
}

/// Makes a client with a grant, over the API; its id and secret.
async fn make_client(service: &Service, scopes: &[&str]) -> (String, String) {
    let made = service.call_auth("POST", "clients", json!({"name": "till"})).await.ok();
    let id = made["id"].as_str().unwrap().to_owned();
    let grant = json!({"client_id": id, "audience": audience("T00000001"), "scope": scopes});
    service.call_auth("POST", "client-grants", grant).await.ok();
    (id, made["client_secret"].as_str().unwrap().to_owned())
}

impl Service {
    /// Calls an operation under `auth/` of the test account as who may do everything there.
    async fn call_auth(&self, method: &str, path: &str, body: Value) -> Answer {
        let token = self.token("T00000001", "admin:accounts");
        self.call_with(method, &format!("/v1/accounts/T00000001/auth/{path}"), Some(&token), body.to_string()).await
    }
}

/// Does this token open the list of rules of the test account?
async fn opens(service: &Service, token: &str) -> u16 {
    service.call_with("GET", "/v1/accounts/T00000001/discounts/rules", Some(token), "").await.status.as_u16()
}

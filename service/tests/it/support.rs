//! A service on a database of its own.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use rabatt_service::auth::scope;
use rabatt_service::auth::store::accounts;
use rabatt_service::auth::store::clients::{self, NewClient};
use rabatt_service::auth::store::grants::{self, NewGrant};
use rabatt_service::auth::token::Claims;
use rabatt_service::config::Config;
use rabatt_service::discounts::store::tokens;
use rabatt_service::sealed::{Sealer, Secret};
use rabatt_service::setup::{Client, TEST_ACCOUNT, first_start};
use rabatt_service::store::Store;
use rabatt_service::{App, app};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) use crate::database::database;

/// One service; its database goes with it.
pub(crate) struct Service {
    pub(crate) app: App,
    router: Router,
    pub(crate) client: Option<Client>,
    /// The address of its database.
    pub(crate) url: String,
    _folder: Option<tempfile::TempDir>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
    headers: HeaderMap,
}

impl Answer {
    /// A header of the answer, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("every body is JSON")
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    /// The error of a refusal, in the contract's form.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        let error = self.json()["error"].clone();
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", self.text);
        error
    }
}

impl Service {
    /// An empty account `T00000001`.
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = database(&folder).await;
        let state = state(&url).await;
        add_tester(&state).await;
        let data = folder.path().to_owned();
        let mut service = Self { router: app(state.clone()), app: state, client: None, url, _folder: Some(folder) };
        // Where messages to customers are written.
        service.set(|config| config.data = data);
        service
    }

    /// As at first start: the kiosk's rules and an API client.
    pub(crate) async fn kiosk() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = database(&folder).await;
        let state = state(&url).await;
        let client = first_start(&state, |_| Ok(())).await.unwrap();
        add_tester(&state).await;
        Self { router: app(state.clone()), app: state, client, url, _folder: Some(folder) }
    }

    /// Another service on the same database.
    pub(crate) async fn beside(&self) -> Self {
        Self { client: self.client.clone(), ..Self::on(state(&self.url).await, &self.url) }
    }

    /// A service that was opened on this database.
    pub(crate) fn on(state: App, url: &str) -> Self {
        Self { router: app(state.clone()), app: state, client: None, url: url.to_owned(), _folder: None }
    }

    /// The same service with other settings.
    pub(crate) fn set(&mut self, change: impl FnOnce(&mut Config)) {
        let mut config = Config::clone(&self.app.config);
        change(&mut config);
        self.app.config = config.into();
        self.router = app(self.app.clone());
    }

    /// A token with these scopes for this account.
    pub(crate) fn token(&self, account: &str, scope: &str) -> String {
        self.app.auth.keys.sign(&claims(account, scope)).unwrap()
    }

    /// Adds an account with a client of its own; a token of that client's.
    pub(crate) async fn other_account(&self, account: &str, scope: &str) -> String {
        add_client(&self.app, account, account).await;
        let claims = Claims { sub: account.into(), grants: vec![account.into()], ..claims(account, scope) };
        self.app.auth.keys.sign(&claims).unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, text: String::from_utf8(bytes.to_vec()).unwrap(), headers }
    }

    /// A request below `/v1/accounts/T00000001/`, with every scope.
    pub(crate) async fn call(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let token = self.token(TEST_ACCOUNT, scope::ALL);
        self.call_with(method, &format!("/v1/accounts/{TEST_ACCOUNT}/{path}"), Some(&token), body).await
    }

    pub(crate) async fn call_with(&self, method: &str, path: &str, token: Option<&str>, body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Creates a rule and gives it; its id.
    pub(crate) async fn rule(&self, rule: Value, customers: &[&str]) -> String {
        let created = self.call("POST", "discounts/rules", with_window(rule).to_string()).await.ok();
        let id = created["id"].as_str().unwrap().to_owned();
        if !customers.is_empty() {
            let body = json!({"customers": customers}).to_string();
            self.call("POST", &format!("discounts/rules/{id}/customers"), body).await.ok();
        }
        id
    }

    pub(crate) async fn recalculate(&self, receipt: &Value) -> Answer {
        self.call("POST", "discounts/available_for_receipt", receipt.to_string()).await
    }
}

/// What a token of the test client says.
pub(crate) fn claims(account: &str, scope: &str) -> Claims {
    Claims {
        iss: "test".into(),
        sub: "test".into(),
        aud: audience(account),
        scope: scope.into(),
        iat: 1_700_000_000,
        exp: u64::from(u32::MAX),
        generation: 0,
        grants: vec!["test".into()],
        user: None,
    }
}

/// The address that names an account.
pub(crate) fn audience(account: &str) -> String {
    format!("http://127.0.0.1:8080/v1/accounts/{account}")
}

/// A client `test` in the test account, which may do everything there; its tokens are made by [`Service::token`].
async fn add_tester(state: &App) {
    add_client(state, TEST_ACCOUNT, "test").await;
}

/// A client, its grant and their account; the first two have this id.
async fn add_client(state: &App, account: &str, id: &str) {
    let mut unit = state.store.unit().await.unwrap();
    accounts::add(unit.db(), account, None, None).await.unwrap();
    let client = NewClient { account, id, client_id: id, secret_hash: "no hash", ..NewClient::default() };
    assert!(clients::add(unit.db(), &client).await.unwrap());
    let scopes = scope::KNOWN.join(" ");
    let grant = NewGrant { id, client: id, audience: account, scopes: &scopes, kind: "any", created_by: None };
    assert!(grants::add(unit.db(), &grant).await.unwrap());
    unit.save().await.unwrap();
}

/// A key that services on one server share.
fn key() -> String {
    format!("{}A=", "A".repeat(42))
}

/// A sealer that needs no database.
pub(crate) fn sealer() -> Sealer {
    Sealer::new(&Secret::try_from(key()).unwrap()).unwrap()
}

/// A service on this database, with the settings that are compiled in.
pub(crate) async fn state(url: &str) -> App {
    // What an answer does not tell is shown when the test fails.
    drop(tracing_subscriber::fmt().with_test_writer().with_max_level(tracing::Level::ERROR).try_init());
    // Beside a SQLite file its key is made; a server's is one for all.
    let key = url.starts_with("postgres").then(|| ("RABATT_SECRET_KEY".to_owned(), key()));
    let config = Config::load(None, key.into_iter()).unwrap();
    let store = Store::open(url, 4).await.unwrap();
    // Making a key takes long: the first test does it for all.
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/signing_key.pem");
    let known = std::fs::read_to_string(file).ok();
    if let Some(key) = &known {
        let insert = "INSERT INTO settings (name, value) VALUES ('signing_key', $1) ON CONFLICT DO NOTHING";
        sqlx::query(insert).bind(&**key).execute(store.pool()).await.unwrap();
    }
    let app = App::new(config, store).await.unwrap();
    if known.is_none() {
        let make = async || unreachable!("it was made just now");
        let key = app.sealer.setting(&app.store, "signing_key", make).await.unwrap();
        let made = format!("{file}.{}", std::process::id());
        std::fs::write(&made, key).unwrap();
        std::fs::rename(&made, file).unwrap();
    }
    app
}

/// Adds a window to a rule that has none.
pub(crate) fn with_window(mut rule: Value) -> Value {
    rule["requirement"]["purchase_from"] = json!("2024-01-01T00:00:00Z");
    rule["requirement"]["purchase_to"] = json!("2030-01-01T00:00:00Z");
    rule
}

/// A receipt of one coffee for 35.00.
pub(crate) fn coffee(more: Value) -> Value {
    let mut receipt = json!({
        "receipt_id": "1", "store": {"id": "s1"}, "purchase_at": "2024-06-01T12:00:00Z",
        "items": [{"line_id": 1, "id": "kaffe", "quantity": 1, "gross_amount": 3500, "eligible_for_discount": true}]
    });
    receipt.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    receipt
}

impl Service {
    /// Creates a rule of one reward, gives it to one holder; the rule's and the ref's id.
    pub(crate) async fn given(&self, rule: Value, holder: &str) -> (String, String) {
        let id = self.rule(rule, &[holder]).await;
        let refs = self.call("GET", &format!("discounts/rules/{id}/customers"), "").await.ok();
        let reference = refs[0]["id"].as_str().unwrap().to_owned();
        (id, reference)
    }

    /// Gives a customer a token.
    pub(crate) async fn customer_token(&self, kind: &str, value: &str, customer_id: &str) {
        let mut unit = self.app.store.unit().await.unwrap();
        let token = tokens::Token { account: TEST_ACCOUNT, kind, value, customer_id, token_id: None };
        tokens::add(unit.db(), &self.app.sealer, &token).await.unwrap();
        unit.save().await.unwrap();
    }

    /// The statistics of a customer's ref.
    pub(crate) async fn statistics(&self, customer: &str, reference: &str) -> Value {
        let customer = customer.replace('/', "%2F");
        self.call("GET", &format!("discounts/customers/{customer}/refs/{reference}"), "").await.ok()["statistics"].clone()
    }

    /// Claims one ref.
    pub(crate) async fn claim(&self, purchase: &str, customer: &str, rule: &str, reference: &str, amount: i64) -> Answer {
        let body = json!({"ref": purchase, "customer_id": customer, "purchase_at": "2024-06-01T12:00:00Z",
            "discounts": [{"id": rule, "refs": [{"id": reference, "amount": amount, "usage": 1}]}]});
        self.call("POST", "discounts/available_for_receipt/claims", body.to_string()).await
    }

    /// Posts an event, under a delivery id of its own.
    pub(crate) async fn event(&self, event: &str, body: &Value) -> Answer {
        self.deliver(event, &rabatt_service::store::new_id(), body).await
    }

    pub(crate) async fn deliver(&self, event: &str, delivery: &str, body: &Value) -> Answer {
        let token = self.token(TEST_ACCOUNT, "write:discounts:/events");
        let request = Request::builder()
            .method("POST")
            .uri(format!("/v1/accounts/{TEST_ACCOUNT}/discounts/events"))
            .header("authorization", format!("Bearer {token}"))
            .header("event", event)
            .header("event-delivery", delivery);
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    /// A finished purchase of one ref, as an event.
    pub(crate) async fn receipt(&self, id: &str, customer: &str, used: Value) {
        let receipt = json!({"receipt": {"id": rabatt_service::store::new_id(), "receipt_id": id, "store": {"id": "s1"},
            "purchase_at": "2024-06-01T12:00:00Z", "customer_id": customer, "discounts": used}});
        let answer = self.event("receipt_add", &receipt).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
    }
}

//! POST /v1/accounts/{oid}/auth/token

use axum::body::Body;
use axum::http::Request;
use base64::Engine;

use crate::support::{Answer, Service, coffee};

const PATH: &str = "/v1/accounts/T00000001/auth/token";
const BODY: &str = r#"{"grant_type": "client_credentials", "audience": "http://127.0.0.1:8080/v1/accounts/T00000001"}"#;

async fn ask(service: &Service, id: &str, secret: &str, kind: &str, body: &str) -> Answer {
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    let request = Request::post(PATH).header("authorization", format!("Basic {basic}")).header("content-type", kind);
    service.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn a_client_gets_a_token_that_works() {
    let service = Service::kiosk().await;
    let client = service.client.clone().unwrap();
    let form = "grant_type=client_credentials&audience=http%3A%2F%2F127.0.0.1%3A8080%2Fv1%2Faccounts%2FT00000001";
    for (kind, body) in [("application/json", BODY), ("application/x-www-form-urlencoded", form)] {
        let answer = ask(&service, &client.client_id, &client.client_secret, kind, body).await.ok();
        assert_eq!(answer["token_type"], "Bearer");
        assert_eq!(answer["expires_in"], 14_400);
        let token = answer["access_token"].as_str().unwrap();
        let path = "/v1/accounts/T00000001/discounts/available_for_receipt";
        let receipt = coffee(serde_json::json!({})).to_string();
        service.call_with("POST", path, Some(token), receipt).await.ok();
    }
}

#[tokio::test]
async fn wrong_secrets_and_unknown_clients_look_alike() {
    let service = Service::kiosk().await;
    let client = service.client.clone().unwrap();
    let wrong = ask(&service, &client.client_id, "wrong", "application/json", BODY).await;
    let unknown = ask(&service, "nobody", &client.client_secret, "application/json", BODY).await;
    wrong.refused(401);
    assert_eq!(wrong.text, unknown.text);
    let without = Request::post(PATH).header("content-type", "application/json").body(Body::from(BODY)).unwrap();
    service.send(without).await.refused(401);
}

#[tokio::test]
async fn other_accounts_and_other_grants_are_refused() {
    let service = Service::kiosk().await;
    let client = service.client.clone().unwrap();
    for body in [
        r#"{"grant_type": "client_credentials"}"#,
        r#"{"grant_type": "client_credentials", "audience": "http://127.0.0.1:8080/v1/accounts/T00000002"}"#,
        r#"{"grant_type": "client_credentials", "audience": "T00000001"}"#,
        r#"{"grant_type": "password"}"#,
        r#"{"grant_type": "magic"}"#,
        "{",
    ] {
        ask(&service, &client.client_id, &client.client_secret, "application/json", body).await.refused(400);
    }
}

#[tokio::test]
async fn secrets_are_stored_as_argon2id_hashes_only() {
    use sqlx::Row;
    let service = Service::kiosk().await;
    let row = sqlx::query("SELECT secret_hash FROM clients").fetch_one(service.app.store.pool()).await.unwrap();
    let hash: String = row.get(0);
    assert!(hash.starts_with("$argon2id$"), "{hash}");
}

#[tokio::test]
async fn the_scheme_is_known_in_any_letter_case_and_named_in_refusals() {
    let service = Service::kiosk().await;
    let client = service.client.clone().unwrap();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", client.client_id, client.client_secret));
    for (credentials, status) in [
        (format!("basic {basic}"), 200),
        (format!("Bearer {basic}"), 401),
        ("Basic".to_owned(), 401),
        ("Basic !".to_owned(), 401),
    ] {
        let request = Request::post(PATH).header("authorization", credentials).header("content-type", "application/json");
        let answer = service.send(request.body(Body::from(BODY)).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        if status == 401 {
            assert!(answer.header("www-authenticate").starts_with("Basic"));
        }
    }
}

#[tokio::test]
async fn tokens_end() {
    use rabatt_service::auth::token::Claims;
    let service = Service::new().await;
    let now = chrono::Utc::now().timestamp().unsigned_abs();
    let token = |exp: u64| {
        let (sub, aud, scope) = ("test".to_owned(), "T00000001".to_owned(), "admin:discounts".to_owned());
        service.app.keys.sign(&Claims { sub, aud, scope, iat: now - 100, exp }).unwrap()
    };
    let path = "/v1/accounts/T00000001/discounts/rules";
    service.call_with("GET", path, Some(&token(now + 60)), "").await.ok();
    service.call_with("GET", path, Some(&token(now - 1)), "").await.refused(401);
    // Signed by somebody else, or by nobody.
    let other = Service::new().await;
    let foreign = other.token("T00000001", "admin:discounts");
    service.call_with("GET", path, Some(&foreign), "").await.refused(401);
    let claims = token(now + 60).split('.').nth(1).unwrap().to_owned();
    let none = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    service.call_with("GET", path, Some(&format!("{none}.{claims}.")), "").await.refused(401);
}

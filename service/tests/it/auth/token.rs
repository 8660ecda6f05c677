//! POST /v1/accounts/{oid}/auth/token

use axum::body::Body;
use axum::http::Request;
use base64::Engine;

use rabatt_service::auth::token::Claims;
use rabatt_service::store::Store;

use crate::support::{Answer, Service, claims, coffee, database};

const PATH: &str = "/v1/accounts/T00000001/auth/token";
const BODY: &str = r#"{"grant_type": "client_credentials", "audience": "http://127.0.0.1:8080/v1/accounts/T00000001"}"#;

async fn ask(service: &Service, id: &str, secret: &str, kind: &str, body: &str) -> Answer {
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    let request = Request::post(PATH).header("authorization", format!("Basic {basic}")).header("content-type", kind);
    service.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn aid_auths_oauth_token_post() {
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
    let row =
        sqlx::query("SELECT secret_hash FROM clients WHERE id <> 'test'").fetch_one(service.app.store.pool()).await.unwrap();
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
    use rabatt_service::auth::keys::Keys;
    let service = Service::new().await;
    let now = chrono::Utc::now().timestamp().unsigned_abs();
    let token = |exp: u64| service.app.auth.keys.sign(&Claims { exp, ..claims("T00000001", "admin:discounts") }).unwrap();
    let path = "/v1/accounts/T00000001/discounts/rules";
    service.call_with("GET", path, Some(&token(now + 60)), "").await.ok();
    service.call_with("GET", path, Some(&token(now - 1)), "").await.refused(401);
    // Signed by somebody else, or by nobody.
    let folder = tempfile::tempdir().unwrap();
    let other = Store::open(&database(&folder).await, 2).await.unwrap();
    let other = Keys::load(&other, &service.app.sealer).await.unwrap();
    assert_ne!(other.kid, service.app.auth.keys.kid);
    let foreign = other.sign(&claims("T00000001", "admin:discounts")).unwrap();
    service.call_with("GET", path, Some(&foreign), "").await.refused(401);
    let token = token(now + 60);
    let (head, rest) = token.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let more = encode(&serde_json::to_string(&claims("P00000001", "admin:discounts")).unwrap());
    // The public key is known to all: it is no secret to sign with.
    let public = encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    for forged in [
        format!("{}.{body}.", encode(r#"{"alg":"none","typ":"JWT"}"#)),
        format!("{public}.{body}.{signature}"),
        format!("{head}.{more}.{signature}"),
        format!("{head}.{body}."),
        format!("{head}.{body}"),
        String::new(),
    ] {
        service.call_with("GET", path, Some(&forged), "").await.refused(401);
    }
}

#[tokio::test]
async fn a_token_says_whose_it_is_what_for_and_for_how_long() {
    let mut service = Service::kiosk().await;
    service.set(|config| config.token_seconds = 86_400);
    let client = service.client.clone().unwrap();
    let answer = ask(&service, &client.client_id, &client.client_secret, "application/json", BODY).await.ok();
    assert_eq!(answer["expires_in"], 86_400);
    let parts: Vec<&str> = answer["access_token"].as_str().unwrap().split('.').collect();
    let part = |at: usize| -> serde_json::Value {
        serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(parts[at]).unwrap()).unwrap()
    };
    assert_eq!((&part(0)["alg"], &part(0)["kid"]), (&"RS256".into(), &service.app.auth.keys.kid.clone().into()));
    let claims = part(1);
    assert_eq!(claims["sub"], client.client_id);
    assert_eq!(claims["aud"], "http://127.0.0.1:8080/v1/accounts/T00000001");
    assert_eq!(claims["iss"], "http://127.0.0.1:8080");
    assert!(claims["scope"].as_str().unwrap().contains("admin:discounts"));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 86_400);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_with_its_place() {
    let service = Service::kiosk().await;
    let client = service.client.clone().unwrap();
    let ask =
        async |kind: &str, body: &str| ask(&service, &client.client_id, &client.client_secret, kind, body).await.refused(400);
    for (body, code, pointer) in [
        (r#"{"grant_type": "client_credentials"}"#, "invalid_audience", "/audience"),
        (r#"{"grant_type": "client_credentials", "audience": 1}"#, "invalid_body", "/audience"),
        (r#"{"grant_type": "password"}"#, "unsupported_grant_type", "/grant_type"),
        (r#"{"grant_type": "refresh_token", "refresh_token": "x"}"#, "unsupported_grant_type", "/grant_type"),
        (r#"{"grant_type": "mfa-oob", "mfa_token": "x"}"#, "unsupported_grant_type", "/grant_type"),
        (r#"{"grant_type": "magic"}"#, "invalid_body", "/grant_type"),
        (r#"["client_credentials", "http://127.0.0.1:8080/v1/accounts/T00000001"]"#, "invalid_body", ""),
    ] {
        let error = ask("application/json", body).await;
        assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&code.into(), &pointer.into()), "{body}");
    }
    assert_eq!(ask("application/json", "{").await["code"], "bad_json");
    assert_eq!(ask("application/x-www-form-urlencoded", "grant_type=magic").await["code"], "invalid_body");
    // Which owner, says the path.
    for owner in ["T0000001", "T12", "X123", "T12345"] {
        super::ask(&service, owner, (&client.client_id, &client.client_secret), "T00000001").await.refused(400);
    }
    super::ask(&service, "T00000002", (&client.client_id, &client.client_secret), "T00000001").await.refused(401);
}

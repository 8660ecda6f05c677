//! GET /v1/accounts/{oid}/auth/keys

use rabatt_service::auth::keys::Keys;
use rabatt_service::store::Store;

use crate::support::{Service, database, sealer};

#[tokio::test]
async fn aid_auths_keys_get() {
    let service = Service::kiosk().await;
    let keys = service.call_with("GET", "/v1/accounts/T00000001/auth/keys", None, "").await.ok();
    let key = &keys.as_array().unwrap()[0];
    for (name, value) in [("alg", "RS256"), ("kty", "RSA"), ("use", "sig"), ("e", "AQAB")] {
        assert_eq!(key[name], value);
    }
    // Whoever has it can check a token, and that is all.
    let text = keys.to_string();
    assert!(["d", "p", "q"].iter().all(|name| key.get(name).is_none()) && !text.contains("PRIVATE"), "{text}");
    let client = service.client.clone().unwrap();
    let token = super::token_of(&service, "T00000001", (&client.client_id, &client.client_secret), "T00000001").await;
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(header.kid.as_deref(), key["kid"].as_str());
    let public = jsonwebtoken::DecodingKey::from_rsa_components(key["n"].as_str().unwrap(), key["e"].as_str().unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.set_audience(&["http://127.0.0.1:8080/v1/accounts/T00000001"]);
    jsonwebtoken::decode::<serde_json::Value>(&token, &public, &validation).unwrap();
    // The same for everybody.
    assert_eq!(service.call_with("GET", "/v1/accounts/T123/auth/keys", None, "").await.ok(), keys);
    service.call_with("GET", "/v1/accounts/T1234/auth/keys", None, "").await.refused(400);
}

#[tokio::test]
async fn services_that_start_together_end_with_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let url = database(&folder).await;
    let sealer = sealer();
    let (one, two) = (Store::open(&url, 2).await.unwrap(), Store::open(&url, 2).await.unwrap());
    let (one, two) = tokio::join!(Keys::load(&one, &sealer), Keys::load(&two, &sealer));
    let again = Keys::load(&Store::open(&url, 2).await.unwrap(), &sealer).await.unwrap();
    assert_eq!((&one.unwrap().kid, &two.unwrap().kid), (&again.kid, &again.kid));
}

//! What shows a receiver who sent a webhook.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::digest::{hex, hmac, sha1, sha256};
use super::receiver::{Received, Receiver};
use super::{send_all, service, subscribe};
use crate::support::coffee;

/// What arrives under a secret: a ping, and a receipt with letters of any kind.
async fn arrived(secret: Value) -> Vec<Received> {
    let service = service().await;
    let receiver = Receiver::new().await;
    let config = if secret.is_null() { json!({}) } else { json!({"config": {"secret": secret}}) };
    subscribe(&service, &receiver, &["receipt_add"], config).await;
    let receipt = coffee(json!({"x_note": "Blåbærsyltetøy ☕ \"\\ \u{1f980}"}));
    service.call("POST", "receipts", json!([receipt]).to_string()).await.ok();
    send_all(&service).await;
    let received = receiver.received();
    assert_eq!(received.len(), 2);
    for got in &received {
        assert_eq!(got.header("webhook-id"), got.header("event-delivery"));
        let seconds: i64 = got.header("webhook-timestamp").parse().unwrap();
        assert!((chrono::Utc::now().timestamp() - seconds).abs() < 600);
    }
    received
}

#[tokio::test]
async fn without_a_secret_nothing_is_signed() {
    for got in arrived(json!(null)).await {
        for name in ["event-signature", "webhook-signature", "authorization", "x-amz-date"] {
            assert_eq!(got.header(name), "", "{name}");
        }
    }
}

#[tokio::test]
async fn the_contracts_signature() {
    for got in arrived(json!({"type": "HMAC-SHA1", "value": "nøkkel"})).await {
        assert_eq!(got.header("event-signature"), hex(&hmac(sha1, "nøkkel".as_bytes(), got.body.as_bytes())));
        assert_eq!(got.header("webhook-signature"), "");
    }
}

#[tokio::test]
async fn standard_webhooks_beside_it() {
    let key = b"twenty-four bytes or more";
    let secret = format!("whsec_{}", STANDARD.encode(key));
    for got in arrived(json!({"type": "HMAC-SHA1", "value": secret})).await {
        assert_eq!(got.header("event-signature"), hex(&hmac(sha1, secret.as_bytes(), got.body.as_bytes())));
        let signed = format!("{}.{}.{}", got.header("webhook-id"), got.header("webhook-timestamp"), got.body);
        let expected = format!("v1,{}", STANDARD.encode(hmac(sha256, key, signed.as_bytes())));
        assert_eq!(got.header("webhook-signature"), expected);
    }
}

#[tokio::test]
async fn a_header_that_lets_in() {
    for got in arrived(json!({"type": "Authorization", "value": "Bearer abc"})).await {
        assert_eq!((got.header("authorization"), got.header("event-signature")), ("Bearer abc", ""));
    }
}

#[tokio::test]
async fn signed_for_aws() {
    let secret = json!({"type": "AWS4-HMAC-SHA256", "aws_access_key_id": "AKIDEXAMPLE",
        "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "region": "eu-west-1", "service": "execute-api"});
    for got in arrived(secret).await {
        let time = got.header("x-amz-date");
        let names = "content-type;event;event-delivery;host;x-amz-date";
        let lines: String = names.split(';').map(|name| format!("{name}:{}\n", got.header(name))).collect();
        let request = format!("POST\n/hook\n\n{lines}\n{names}\n{}", hex(&sha256(got.body.as_bytes())));
        let scope = format!("{}/eu-west-1/execute-api/aws4_request", &time[..8]);
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&sha256(request.as_bytes())));
        let mut key = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
        for part in scope.split('/') {
            key = hmac(sha256, &key, part.as_bytes());
        }
        let expected = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={names}, Signature={}",
            hex(&hmac(sha256, &key, to_sign.as_bytes()))
        );
        assert_eq!(got.header("authorization"), expected);
    }
}

//! PINs: needed, slowed down, locked.

use serde_json::{Value, json};

use crate::support::{Answer, Service};

impl Service {
    async fn info_with(&self, token: &Value, pin: &str) -> Answer {
        self.call("POST", "wallets/info", json!({"token": token, "pin": pin}).to_string()).await
    }

    /// As if some time had passed since the last wrong PIN.
    async fn waits(&self) {
        let wait = "UPDATE wallet_cards SET pin_wait_until = '2020-01-01T00:00:00.000000Z' WHERE pin_wait_until IS NOT NULL";
        sqlx::query(wait).execute(self.app.store.pool()).await.unwrap();
    }
}

const FOUR: &str = r#"{"format": {"length": 4, "symbols": false, "characters": false}}"#;

/// A card with a token and a PIN of four digits; both, and a PIN that is wrong.
async fn card(service: &Service) -> (Value, String, String) {
    let pin: Value = serde_json::from_str(FOUR).unwrap();
    let card = service.card("c1", 1_000, json!({"pin": pin, "card_token": {}})).await;
    let right = card["pin"]["pin"]["value"].as_str().unwrap().to_owned();
    let wrong = if right == "0000" { "1111" } else { "0000" };
    (card["card_token"]["token"]["value"].clone(), right, wrong.to_owned())
}

#[tokio::test]
async fn a_pin_is_needed_where_a_token_names_the_card() {
    let service = Service::new().await;
    let (token, right, wrong) = card(&service).await;
    service.info_with(&token, &right).await.ok();
    let without = json!({"token": token}).to_string();
    let error = service.call("POST", "wallets/info", without).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("pin_missing"), &json!("/pin")));
    let mut pays = json!({"token": token, "ref_id": "a", "amount": 10, "currency": "NOK"});
    let path = "wallets/transactions";
    assert_eq!(service.call("POST", path, pays.to_string()).await.refused(400)["code"], "pin_missing");
    pays["pin"] = json!(wrong);
    let refused = service.call("POST", path, pays.to_string()).await;
    assert_eq!(refused.refused(400)["code"], "pin_wrong");
    assert!(!refused.text.contains(&right) && !refused.text.contains(&wrong));
    pays["pin"] = json!(right);
    service.call("POST", path, pays.to_string()).await.ok();
    // A PIN that is no text is not said again.
    pays["pin"] = json!(424_242);
    let refused = service.call("POST", path, pays.to_string()).await;
    assert_eq!(refused.refused(400)["errors"][0]["pointer"], "/pin");
    assert!(!refused.text.contains("424242"), "{}", refused.text);
    // Who names the card needs none; one that is sent must be right.
    service.moves("c1", "b", 10, json!({})).await.ok();
    assert_eq!(service.moves("c1", "c", 10, json!({"pin": wrong})).await.refused(400)["code"], "pin_wrong");
    assert_eq!(service.amounts("c1").await, [980, 980, 1_000, 20, 0]);
}

#[tokio::test]
async fn wrong_pins_are_slowed_down_and_lock_the_card_in_the_end() {
    let service = Service::new().await;
    let (token, right, wrong) = card(&service).await;
    let code = async |pin: &str| service.info_with(&token, pin).await.refused(400)["code"].clone();
    // A right one in time begins anew.
    for _ in 0..2 {
        assert_eq!([code(&wrong).await, code(&wrong).await], ["pin_wrong", "pin_wrong"]);
        service.info_with(&token, &right).await.ok();
    }
    for _ in 0..3 {
        assert_eq!(code(&wrong).await, "pin_wrong");
    }
    // Now not even the right one is looked at for a while, on any service.
    let beside = service.beside().await;
    for service in [&service, &beside] {
        assert_eq!(service.info_with(&token, &right).await.refused(400)["code"], "pin_locked");
    }
    for _ in 3..7 {
        service.waits().await;
        assert_eq!(code(&wrong).await, "pin_wrong");
        assert_eq!(code(&wrong).await, "pin_locked");
    }
    service.waits().await;
    assert_eq!(code(&wrong).await, "pin_locked");
    service.waits().await;
    assert_eq!(code(&right).await, "pin_locked");
    let error = service.moves("c1", "a", 1, json!({"pin": right})).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("pin_locked"), &json!("/pin")));
    // Another PIN opens it.
    let rotated = service.call("POST", "wallets/cards/c1/rotate-pin", format!(r#"{{"pin": {FOUR}}}"#)).await.ok();
    service.info_with(&token, rotated["pin"]["pin"]["value"].as_str().unwrap()).await.ok();
}

#[tokio::test]
async fn many_pins_at_once_are_counted_too() {
    let service = Service::new().await;
    let (token, _, wrong) = card(&service).await;
    let answers = futures_util::future::join_all((0..40).map(|_| service.info_with(&token, &wrong))).await;
    let looked_at = answers.iter().filter(|answer| answer.refused(400)["code"] == "pin_wrong").count();
    // Four may be looked at together.
    assert!((3..=6).contains(&looked_at), "{looked_at}");
}

#[tokio::test]
async fn aid_cards_cardid_rotate_pin_post() {
    let service = Service::new().await;
    let (token, old, _) = card(&service).await;
    let asked = json!({"pin": {"format": {"length": 8, "symbols": false, "characters": false, "barcode": true}}});
    let answer = service.call("POST", "wallets/cards/c1/rotate-pin", asked.to_string()).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let rotated = answer.ok();
    let new = rotated["pin"]["pin"]["value"].as_str().unwrap();
    assert!(new.len() == 8 && rotated["pin"]["format"] == asked["pin"]["format"]);
    assert!(rotated["pin"]["pin"]["barcode_128"].as_str().unwrap().starts_with("data:image/png;base64,"));
    assert_eq!(service.info_with(&token, &old).await.refused(400)["code"], "pin_wrong");
    service.info_with(&token, new).await.ok();
    // A card without one gets one.
    let card = service.card("c2", 10, json!({"card_token": {}})).await;
    let rotated = service.call("POST", "wallets/cards/c2/rotate-pin", r#"{"pin": {}}"#).await.ok();
    assert_eq!(rotated["pin"]["pin"]["value"].as_str().unwrap().len(), 6);
    let without = json!({"token": card["card_token"]["token"]["value"]}).to_string();
    assert_eq!(service.call("POST", "wallets/info", without).await.refused(400)["code"], "pin_missing");
    service.call("POST", "wallets/cards/c3/rotate-pin", r#"{"pin": {}}"#).await.refused(404);
    let error = service.call("POST", "wallets/cards/c1/rotate-pin", r#"{"pin": {"format": {"length": 3}}}"#).await.refused(400);
    assert_eq!(error["errors"][0]["pointer"], "/pin/format/length");
}

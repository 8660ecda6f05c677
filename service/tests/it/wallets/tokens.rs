//! Tokens: for good, for a while, and for one transaction.

use serde_json::{Value, json};

use super::books::contradictions;
use crate::support::{Answer, Service};

impl Service {
    async fn token_of(&self, card: &str, ref_id: &str, more: Value) -> String {
        let mut body = json!({"ref_id": ref_id, "expires_in": 60});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.call("POST", &format!("wallets/cards/{card}/tokens"), body.to_string()).await.ok();
        made["token"]["value"].as_str().unwrap().to_owned()
    }

    async fn info(&self, token: &str) -> Answer {
        self.call("POST", "wallets/info", json!({"token": token}).to_string()).await
    }

    async fn pays(&self, token: &str, ref_id: &str, amount: i64) -> Answer {
        let body = json!({"token": token, "ref_id": ref_id, "amount": amount, "currency": "NOK"});
        self.call("POST", "wallets/transactions", body.to_string()).await
    }
}

#[tokio::test]
async fn aid_cards_cardid_token_post() {
    let service = Service::new().await;
    service.card("c1", 1_000, json!({})).await;
    let body = json!({"ref_id": "t1", "expires_in": 60, "metadata": {"app": 1},
        "format": {"length": 24, "prefix": "T:", "symbols": false, "barcode": true}});
    let answer = service.call("POST", "wallets/cards/c1/tokens", body.to_string()).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let made = answer.ok();
    let value = made["token"]["value"].as_str().unwrap();
    assert!(value.starts_with("T:") && value.len() == 26 && !value.contains('-'), "{value}");
    assert!(made["token"]["barcode_128"].as_str().unwrap().starts_with("data:image/png;base64,"));
    for name in ["ref_id", "expires_in", "metadata", "format"] {
        assert_eq!(made[name], body[name], "{name}");
    }
    assert_eq!((&made["expires_after_transaction"], &made["created_by"]), (&json!(true), &json!("test")));
    let error = service.call("POST", "wallets/cards/c1/tokens", body.to_string()).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("ref_id_used"), &json!("/ref_id")));
    service.call("POST", "wallets/cards/c2/tokens", body.to_string()).await.refused(404);
    let card = service.call("GET", "wallets/cards/c1", "").await.ok();
    assert_eq!(card["tokens"][0]["masked_code"], format!("T:{}{}", "*".repeat(21), &value[23..]));
}

#[tokio::test]
async fn aid_cards_token_post() {
    let service = Service::new().await;
    service.card("c1", 1_000, json!({"customer_id": "kari", "metadata": {"a": 1}})).await;
    let token = service.token_of("c1", "t1", json!({})).await;
    let card = service.info(&token).await.ok();
    assert_eq!((&card["card_id"], &card["amount_available"], &card["metadata"]), (&json!("c1"), &json!(1_000), &json!({"a": 1})));
    assert!(card.get("tokens").is_none());
    for unknown in ["", "c1", &token.to_lowercase()[1..]] {
        service.info(unknown).await.refused(404);
    }
    let till = service.token("T00000001", "write:wallets:/info");
    let body = json!({"token": token}).to_string();
    service.call_with("POST", "/v1/accounts/T00000001/wallets/info", Some(&till), body.clone()).await.ok();
    let other = service.other_account("T00000002", "admin:wallets").await;
    service.call_with("POST", "/v1/accounts/T00000002/wallets/info", Some(&other), body).await.refused(404);
}

#[tokio::test]
async fn a_token_for_one_transaction_is_used_up_by_one() {
    let service = Service::new().await;
    service.card("c1", 1_000, json!({})).await;
    let token = service.token_of("c1", "t1", json!({})).await;
    // What is refused does not use it up.
    assert_eq!(service.pays(&token, "a", 1_001).await.refused(400)["code"], "amount_exceeds_available");
    let answers = futures_util::future::join_all((0..16).map(|at| {
        let (service, token, ref_id) = (&service, &token, format!("r{at}"));
        async move { service.pays(token, &ref_id, 10).await }
    }))
    .await;
    let won: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    let lost = answers.iter().filter(|answer| answer.status != 200);
    lost.for_each(|answer| assert_eq!(answer.refused(400)["code"], "token_used"));
    let first = won[0].ok();
    // The same again is no second transaction; looking goes on.
    assert_eq!(service.pays(&token, first["ref_id"].as_str().unwrap(), 10).await.ok(), first);
    service.info(&token).await.ok();
    let many = service.token_of("c1", "t2", json!({"expires_after_transaction": false})).await;
    for ref_id in ["x", "y"] {
        service.pays(&many, ref_id, 10).await.ok();
    }
    assert_eq!(service.amounts("c1").await, [970, 970, 1_000, 30, 0]);
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_token_is_of_no_use_after_its_time() {
    let service = Service::new().await;
    service.card("c1", 1_000, json!({})).await;
    let token = service.token_of("c1", "t1", json!({"expires_after_transaction": false})).await;
    let paid = service.pays(&token, "a", 10).await.ok();
    let expire = "UPDATE wallet_tokens SET expires_at = '2020-01-01T00:00:00.000000Z'";
    sqlx::query(expire).execute(service.app.store.pool()).await.unwrap();
    service.info(&token).await.refused(404);
    assert_eq!(service.pays(&token, "b", 10).await.refused(400)["code"], "token_expired");
    // A till that asks again late is told what happened.
    assert_eq!(service.pays(&token, "a", 10).await.ok(), paid);
    assert_eq!(service.call("GET", "wallets/cards/c1", "").await.ok()["tokens"], json!([]));
}

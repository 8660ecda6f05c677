//! What is wrong is told with its place, and changes nothing.

use serde_json::{Value, json};

use crate::support::Service;

/// With one member set; `null` takes it away.
fn with(body: &Value, name: &str, value: &Value) -> String {
    let mut body = body.clone();
    if value.is_null() {
        body.as_object_mut().unwrap().remove(name);
    } else {
        body[name] = value.clone();
    }
    body.to_string()
}

async fn refused_at(service: &Service, path: &str, body: String, pointer: &str) {
    let error = service.call("POST", path, body.clone()).await.refused(400);
    assert_eq!(error["errors"][0]["pointer"], pointer, "{path} {body} {error}");
}

#[tokio::test]
async fn cards() {
    let service = Service::new().await;
    let card = json!({"card_id": "c1", "amount": 100, "currency": "NOK"});
    let long = "x".repeat(256);
    for (name, value, pointer) in [
        ("card_id", json!(null), ""),
        ("card_id", json!(""), "/card_id"),
        ("card_id", json!(" c1"), "/card_id"),
        ("card_id", json!("a\u{0}b"), "/card_id"),
        ("card_id", json!(long), "/card_id"),
        ("customer_id", json!("*"), "/customer_id"),
        ("originated_by", json!(long), "/originated_by"),
        ("amount", json!(null), ""),
        ("amount", json!(-1), "/amount"),
        ("amount", json!(1.5), "/amount"),
        ("amount", json!("100"), "/amount"),
        ("amount", json!(1_000_000_000_001_i64), "/amount"),
        ("currency", json!("GBP"), "/currency"),
        ("currency", json!(null), ""),
        ("type", json!("bank"), "/type"),
        ("active_from", json!("soon"), "/active_from"),
        ("expires_at", json!("2024-01-01"), "/expires_at"),
        ("metadata", json!([]), "/metadata"),
        ("metadata", json!({"dintero_a/b": 1}), "/metadata/dintero_a~1b"),
        ("pin", json!({"format": {"length": 3}}), "/pin/format/length"),
        ("pin", json!({"format": {"symbols": false, "numbers": false, "characters": false}}), "/pin/format"),
        ("card_token", json!({"format": {"length": 8}}), "/card_token/format/length"),
        ("card_token", json!({"format": {"prefix": "å"}}), "/card_token/format/prefix"),
        ("card_token", json!({"expires_in": 0}), "/card_token/expires_in"),
    ] {
        refused_at(&service, "wallets/cards", with(&card, name, &value), pointer).await;
    }
    let mut period = card.clone();
    period["active_from"] = json!("2030-01-01T00:00:00Z");
    refused_at(&service, "wallets/cards", with(&period, "expires_at", &json!("2030-01-01T00:00:00Z")), "/expires_at").await;
    for (body, code) in [("[]", "invalid_body"), ("{", "bad_json"), ("", "body_missing")] {
        assert_eq!(service.call("POST", "wallets/cards", body).await.refused(400)["code"], code, "{body}");
    }
    let batch = json!({"cards": [{"card_id": "c1"}]});
    for (name, value, pointer) in [
        ("cards", json!([]), "/cards"),
        ("cards", json!(vec![json!({"card_id": "x"}); 501]), "/cards"),
        ("cards", json!([{"card_id": "c1"}, {"card_id": "c1"}]), "/cards/1/card_id"),
        ("cards", json!([{"card_id": "c1"}, {}]), "/cards/1"),
        ("options", json!({"pin": {"format": {"length": 3}}}), "/options/pin/format/length"),
        ("options", json!({"card_token": {"format": {"length": 3}}}), "/options/card_token/format/length"),
    ] {
        refused_at(&service, "wallets/cards/batch", with(&batch, name, &value), pointer).await;
    }
    let names: Vec<Value> = (0..101).map(|at| json!({"card_id": format!("c{at}")})).collect();
    refused_at(&service, "wallets/cards/batch", json!({"cards": names, "options": {"pin": {}}}).to_string(), "/cards").await;
    assert_eq!(service.call("GET", "wallets/cards", "").await.ok(), json!({"cards": []}));
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let service = Service::new().await;
    let told = async |path: &str, body: Value| -> Vec<String> {
        let error = service.call("POST", path, body.to_string()).await.refused(400);
        error["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap().to_owned()).collect()
    };
    let card = json!({"amount": -1, "currency": "GBP", "card_token": {"expires_in": 0}, "metadata": [], "expires_at": "soon"});
    let expected = ["", "/amount", "/currency", "/expires_at", "/metadata", "/card_token/expires_in"];
    assert_eq!(told("wallets/cards", card).await, expected);
    let batch = json!({"cards": [{"card_id": " "}, {"type": "coin"}, {"card_id": "c"}], "options": {"pin": []}});
    assert_eq!(told("wallets/cards/batch", batch).await, ["/cards/0/card_id", "/cards/1", "/cards/1/type", "/options/pin"]);
    let pay = json!({"card_id": 7, "amount": 0, "currency": "NOK", "pending": "no"});
    assert_eq!(told("wallets/transactions", pay).await, ["/card_id", "", "/amount", "/pending"]);
    assert_eq!(told("wallets/transactions/x/capture", json!({"ref_id": "", "amount": 0})).await, ["/ref_id", "/amount"]);
}

#[tokio::test]
async fn what_cards_do() {
    let service = Service::new().await;
    let batch = json!({"cards": [{"card_id": "b1"}]}).to_string();
    service.call("POST", "wallets/cards/batch", batch).await.ok();
    service.card("c1", 1_000, json!({})).await;
    let reserved = service.moves("c1", "r", 100, json!({"pending": true})).await.ok();
    let activation = json!({"amount": 1, "currency": "NOK"});
    for (name, value, pointer) in [
        ("amount", json!(-1), "/amount"),
        ("currency", json!(null), ""),
        ("customer_id", json!("/"), "/customer_id"),
        ("expires_at", json!("2020-01-01T00:00:00Z"), "/expires_at"),
        ("metadata", json!({"dintero_x": 1}), "/metadata/dintero_x"),
    ] {
        refused_at(&service, "wallets/cards/b1/activate", with(&activation, name, &value), pointer).await;
    }
    let token = json!({"ref_id": "t", "expires_in": 60});
    for (name, value, pointer) in [
        ("ref_id", json!(null), ""),
        ("ref_id", json!(" "), "/ref_id"),
        ("expires_in", json!(null), ""),
        ("expires_in", json!(0), "/expires_in"),
        ("expires_in", json!(315_360_001), "/expires_in"),
        ("format", json!({"length": 4}), "/format/length"),
    ] {
        refused_at(&service, "wallets/cards/c1/tokens", with(&token, name, &value), pointer).await;
    }
    let paid = json!({"card_id": "c1", "ref_id": "a", "amount": 1, "currency": "NOK"});
    for (name, value, pointer) in [
        ("card_id", json!(null), ""),
        ("ref_id", json!(null), ""),
        ("ref_id", json!("x".repeat(256)), "/ref_id"),
        ("amount", json!(0), "/amount"),
        ("amount", json!(-5), "/amount"),
        ("amount", json!(1_000_000_000_001_i64), "/amount"),
        ("amount", json!(901), "/amount"),
        ("currency", json!("SEK"), "/currency"),
        ("currency", json!("nok"), "/currency"),
        ("type", json!("voided"), "/type"),
        ("pending", json!("yes"), "/pending"),
        ("originated_by", json!("x".repeat(256)), "/originated_by"),
        ("metadata", json!({"dintero_x": 1}), "/metadata/dintero_x"),
    ] {
        refused_at(&service, "wallets/transactions", with(&paid, name, &value), pointer).await;
    }
    let funded = with(&paid, "type", &json!("fund"));
    let funded: Value = serde_json::from_str(&funded).unwrap();
    refused_at(&service, "wallets/transactions", with(&funded, "pending", &json!(true)), "/pending").await;
    service.moves("c2", "a", 1, json!({})).await.refused(404);
    let path = |verb: &str| format!("wallets/transactions/{}/{verb}", reserved["id"].as_str().unwrap());
    for (body, pointer) in [
        (json!({}), ""),
        (json!({"ref_id": ""}), "/ref_id"),
        (json!({"ref_id": "b", "amount": 0}), "/amount"),
        (json!({"ref_id": "b", "amount": -1}), "/amount"),
        (json!({"ref_id": "b", "amount": 101}), "/amount"),
        (json!({"ref_id": "b", "metadata": 1}), "/metadata"),
    ] {
        refused_at(&service, &path("capture"), body.to_string(), pointer).await;
    }
    refused_at(&service, &path("void"), "{}".to_owned(), "").await;
    refused_at(&service, "wallets/info", "{}".to_owned(), "").await;
    assert_eq!(service.amounts("c1").await, [1_000, 900, 1_000, 0, 100]);
    assert_eq!(service.call("GET", "wallets/cards/b1", "").await.ok()["status"], "inactive");
    assert_eq!(service.call("GET", "wallets/cards/c1/transactions", "").await.ok().as_array().unwrap().len(), 2);
}

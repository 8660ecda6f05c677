//! Cards: made, activated, listed.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::books::contradictions;
use crate::support::{Service, claims};

#[tokio::test]
async fn aid_cards_post() {
    let service = Service::new().await;
    let more = json!({"customer_id": "kari", "name": "Birthday", "originated_by": "shop", "type": "credit_note",
        "metadata": {"order_id": "x", "exact": 1.50}, "active_from": "2024-01-01T01:00:00+01:00", "expires_at": "2999-01-01T00:00:00Z",
        "id": "mine", "status": "used", "amount_balance": 7, "created_by": "me"});
    let card = service.card("c1", 50_000, more).await;
    let shown = json!({"card_id": "c1", "customer_id": "kari", "name": "Birthday", "originated_by": "shop", "type": "credit_note",
        "metadata": {"order_id": "x", "exact": 1.50}, "active_from": "2024-01-01T00:00:00.000000Z",
        "expires_at": "2999-01-01T00:00:00.000000Z", "status": "unused", "created_by": "test", "amount": 50_000, "currency": "NOK",
        "amount_balance": 50_000, "amount_available": 50_000, "amount_funds": 50_000, "amount_drawdown": 0, "amount_pending": 0,
        "amount_reserved": 0});
    for (name, value) in shown.as_object().unwrap() {
        assert_eq!(&card[name], value, "{name}");
    }
    assert_ne!(card["id"], "mine");
    assert!(card.get("pin").is_none() && card.get("card_token").is_none());
    // Nothing is made twice, nor a second time otherwise.
    let again = json!({"card_id": "c1", "amount": 1, "currency": "NOK"}).to_string();
    let error = service.call("POST", "wallets/cards", again).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("card_exists"), &json!("/card_id")));
    assert_eq!(service.amounts("c1").await, [50_000, 50_000, 50_000, 0, 0]);
    let secrets = json!({"pin": {"format": {"length": 4, "symbols": false, "characters": false}},
        "card_token": {"format": {"prefix": "DINCARD:", "barcode": true}}});
    let body =
        json!({"card_id": "c2", "amount": 0, "currency": "SEK", "pin": secrets["pin"], "card_token": secrets["card_token"]});
    let answer = service.call("POST", "wallets/cards", body.to_string()).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let card = answer.ok();
    let (pin, token) = (card["pin"]["pin"]["value"].as_str().unwrap(), &card["card_token"]["token"]);
    assert!(pin.len() == 4 && pin.bytes().all(|byte| byte.is_ascii_digit()), "{pin}");
    assert_eq!(card["pin"]["format"], secrets["pin"]["format"]);
    let value = token["value"].as_str().unwrap();
    assert!(value.starts_with("DINCARD:") && value.len() == 44, "{value}");
    assert!(token["barcode_128"].as_str().unwrap().starts_with("data:image/png;base64,iVBORw0KGgo"));
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}

#[tokio::test]
async fn aid_cards_batch_post() {
    let service = Service::new().await;
    let body = json!({"cards": [{"card_id": "b2", "type": "credit_note"}, {"card_id": "b1"}],
        "options": {"pin": {"format": {"length": 6, "symbols": false, "characters": false}}, "card_token": {"format": {"length": 20}}}});
    let made = service.call("POST", "wallets/cards/batch", body.to_string()).await.ok();
    let cards = made["cards"].as_array().unwrap();
    let names: Vec<&Value> = cards.iter().map(|card| &card["card_id"]).collect();
    assert_eq!(names, ["b2", "b1"]);
    let (mut pins, mut tokens) = (HashSet::new(), HashSet::new());
    for (card, kind) in cards.iter().zip(["credit_note", "gift_card"]) {
        assert_eq!((&card["status"], &card["type"], &card["amount_balance"]), (&json!("inactive"), &json!(kind), &json!(0)));
        assert!(card.get("currency").is_none());
        assert_eq!(card["card_token"]["expires_after_transaction"], false);
        pins.insert(card["pin"]["pin"]["value"].as_str().unwrap().to_owned());
        tokens.insert(card["card_token"]["token"]["value"].as_str().unwrap().to_owned());
    }
    assert_eq!(tokens.len(), 2);
    assert!(pins.iter().all(|pin| pin.len() == 6));
    // All, or none.
    let body = json!({"cards": [{"card_id": "b3"}, {"card_id": "b1"}]}).to_string();
    let error = service.call("POST", "wallets/cards/batch", body).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("card_exists"), &json!("/cards/1/card_id")));
    service.call("GET", "wallets/cards/b3", "").await.refused(404);
    let card = service.call("GET", "wallets/cards/b1", "").await.ok();
    assert_eq!((&card["pin"], &card["tokens"][0]["format"]), (&json!({}), &Value::Null));
}

#[tokio::test]
async fn aid_cards_cardid_activate_post() {
    let service = Service::new().await;
    let body = json!({"cards": [{"card_id": "b1"}, {"card_id": "b2"}], "options": {"card_token": {}}}).to_string();
    let made = service.call("POST", "wallets/cards/batch", body).await.ok();
    let sent = json!({"amount": 50_000, "currency": "EUR", "customer_id": "kari", "name": "Gift", "originated_by": "till 4",
        "expires_at": "2999-01-01T00:00:00Z", "metadata": {"a": 1}});
    let card = service.call("POST", "wallets/cards/b1/activate", sent.to_string()).await.ok();
    for name in ["amount", "currency", "customer_id", "name", "originated_by", "metadata"] {
        assert_eq!(card[name], sent[name], "{name}");
    }
    assert_eq!((&card["status"], &card["id"]), (&json!("unused"), &made["cards"][0]["id"]));
    // From now on, when nothing else is said.
    assert!(card["active_from"].as_str() > card["created_at"].as_str());
    assert_eq!(card["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(service.amounts("b1").await, [50_000, 50_000, 50_000, 0, 0]);
    let paid = json!({"token": made["cards"][0]["card_token"]["token"]["value"], "ref_id": "a", "amount": 1, "currency": "EUR"});
    service.call("POST", "wallets/transactions", paid.to_string()).await.ok();
    // Once only; also for a hundred tills at once.
    let error = service.call("POST", "wallets/cards/b1/activate", sent.to_string()).await.refused(400);
    assert_eq!(error["code"], "card_active");
    let tries = (0..16).map(|_| service.call("POST", "wallets/cards/b2/activate", sent.to_string()));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(service.amounts("b2").await, [50_000, 50_000, 50_000, 0, 0]);
    service.call("POST", "wallets/cards/b3/activate", sent.to_string()).await.refused(404);
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}

#[tokio::test]
async fn aid_cards_cardid_get() {
    let service = Service::new().await;
    let card = service.card("c/1 å", 100, json!({"pin": {}, "card_token": {"format": {"prefix": "X:", "length": 40}}})).await;
    let token = card["card_token"]["token"]["value"].as_str().unwrap();
    let get = async |query: &str| service.call("GET", &format!("wallets/cards/c%2F1%20%C3%A5{query}"), "").await;
    let shown = get("").await.ok();
    assert_eq!(shown["id"], card["id"]);
    assert_eq!(shown["tokens"], json!([{"masked_code": format!("X:{}{}", "*".repeat(35), &token[37..])}]));
    let all = json!({"length": 40, "prefix": "X:"});
    for query in ["?includes=pin.format&includes=tokens.format", "?includes[]=tokens.format,pin.format"] {
        let shown = get(query).await.ok();
        assert_eq!(shown["pin"]["format"], json!({"length": 6, "symbols": false, "characters": false}));
        assert_eq!(shown["tokens"][0]["format"], all);
    }
    assert_eq!(get("?includes=secrets").await.refused(400)["code"], "bad_query");
    service.call("GET", "wallets/cards/c2", "").await.refused(404);
    let other = service.other_account("T00000002", "admin:wallets").await;
    let path = "/v1/accounts/T00000002/wallets/cards/c%2F1%20%C3%A5";
    service.call_with("GET", path, Some(&other), "").await.refused(404);
}

#[tokio::test]
async fn a_cards_status_says_what_was_done() {
    let service = Service::new().await;
    service.card("c1", 100, json!({})).await;
    let status = async || service.call("GET", "wallets/cards/c1", "").await.ok()["status"].clone();
    assert_eq!(status().await, "unused");
    let reserved = service.moves("c1", "a", 40, json!({"pending": true})).await.ok();
    assert_eq!(status().await, "in_use");
    service.settles("void", &reserved, json!({"ref_id": "b"})).await.ok();
    assert_eq!(status().await, "unused");
    service.moves("c1", "c", 60, json!({})).await.ok();
    assert_eq!(status().await, "in_use");
    service.moves("c1", "d", 40, json!({})).await.ok();
    assert_eq!(status().await, "used");
    service.moves("c1", "e", 1, json!({"type": "fund"})).await.ok();
    assert_eq!(status().await, "in_use");
}

#[tokio::test]
async fn aid_cards_get() {
    let service = Service::new().await;
    for at in 0..25 {
        service.card(&format!("c{at}"), at * 100, json!({})).await;
    }
    let (mut seen, mut after, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = service.call("GET", &format!("wallets/cards?limit=10{after}"), "").await.ok();
        seen.extend(page["cards"].as_array().unwrap().iter().map(|card| card["card_id"].as_str().unwrap().to_owned()));
        pages += 1;
        let Some(next) = page.get("starting_after") else { break };
        after = format!("&starting_after={}", next.as_str().unwrap());
    }
    assert_eq!((pages, seen), (3, (0..25).map(|at| format!("c{at}")).collect()));
    assert_eq!(service.call("GET", "wallets/cards", "").await.ok()["cards"].as_array().unwrap().len(), 10);
    service.moves("c24", "a", 200, json!({"pending": true})).await.ok();
    let rich = service.call("GET", "wallets/cards?amount_available=2300", "").await.ok();
    assert_eq!((rich["cards"].as_array().unwrap().len(), &rich["cards"][0]["card_id"]), (1, &json!("c23")));
    for query in ["limit=0", "limit=101", "limit=x", "starting_after=c1", "amount_available=much"] {
        let error = service.call("GET", &format!("wallets/cards?{query}"), "").await.refused(400);
        assert_eq!(error["code"], "bad_query", "{query}");
    }
}

#[tokio::test]
async fn aid_customers_cid_cards_get() {
    let service = Service::new().await;
    for (name, customer) in [("c1", "kari"), ("c2", "ola"), ("c3", "kari"), ("c4", "kari")] {
        service.card(name, 100, json!({"customer_id": customer})).await;
    }
    let list = async |query: &str| service.call("GET", &format!("wallets/customers/kari/cards{query}"), "").await.ok();
    let names = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|card| card["card_id"].as_str().unwrap().to_owned()).collect()
    };
    let first = list("?limit=2").await;
    assert_eq!(names(&first), ["c1", "c3"]);
    assert!(first[0].get("amount_balance").is_none());
    let after = first[1]["id"].as_str().unwrap();
    assert_eq!(names(&list(&format!("?starting_after={after}")).await), ["c4"]);
    assert_eq!(service.call("GET", "wallets/customers/nora/cards", "").await.ok(), json!([]));
    service.call("GET", "wallets/customers/kari/cards?limit=101", "").await.refused(400);
}

#[tokio::test]
async fn aid_customers_cid_card_cid_get() {
    let service = Service::new().await;
    service.card("c1", 100, json!({"customer_id": "test", "card_token": {}})).await;
    let card = service.call("GET", "wallets/customers/test/cards/c1", "").await.ok();
    assert_eq!((&card["amount_available"], &card["currency"]), (&json!(100), &json!("NOK")));
    assert!(card["tokens"][0]["masked_code"].as_str().unwrap().starts_with("****"));
    service.call("GET", "wallets/customers/kari/cards/c1", "").await.refused(404);
    service.call("GET", "wallets/customers/test/cards/c2", "").await.refused(404);
    // Who is a customer sees what is theirs, and no more.
    let user = service.app.auth.keys.sign(&claims("T00000001", "user:wallets")).unwrap();
    for (path, status) in [("test/cards/c1", 200), ("test/cards", 200), ("kari/cards/c1", 403), ("kari/cards", 403)] {
        let path = format!("/v1/accounts/T00000001/wallets/customers/{path}");
        assert_eq!(service.call_with("GET", &path, Some(&user), "").await.status, status, "{path}");
    }
    service.call_with("GET", "/v1/accounts/T00000001/wallets/cards", Some(&user), "").await.refused(403);
}

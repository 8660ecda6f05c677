//! What happens in each service is told, with what it happened to.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{send_all, service, subscribe};
use crate::support::{Service, coffee, with_window};

/// What arrived since the last time: event and resource, by event.
async fn told(service: &Service, receiver: &Receiver, before: &mut usize) -> Vec<(String, Value)> {
    send_all(service).await;
    let all = receiver.told();
    let mut told = Vec::new();
    for got in all.iter().skip(*before) {
        let body = got.json();
        let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members[..3], ["account_id", "event", "event_delivery"]);
        assert_eq!((&body["account_id"], &body["event"]), (&json!("T00000001"), &json!(got.header("event"))));
        assert_eq!(body["event_delivery"], got.header("event-delivery"));
        assert_eq!(members.len(), 4, "{body}");
        told.push((got.header("event").to_owned(), body[members[3]].clone()));
        let expected = match got.header("event").split('_').next().unwrap() {
            "wallet" => "transaction",
            first => first,
        };
        assert_eq!(members[3], expected);
    }
    *before = all.len();
    told.sort_by(|a, b| a.0.cmp(&b.0));
    told
}

fn names(told: &[(String, Value)]) -> Vec<&str> {
    told.iter().map(|(event, _)| event.as_str()).collect()
}

const ALL: [&str; 12] = [
    "receipt_add",
    "receipt_update",
    "wallet_transaction",
    "discount_add",
    "discount_update",
    "discount_delete",
    "discount_add_customers",
    "discount_customer_update",
    "location_add",
    "location_update",
    "location_delete",
    "token_add",
];

#[tokio::test]
async fn rules_and_who_has_them() {
    let service = service().await;
    let receiver = Receiver::new().await;
    subscribe(&service, &receiver, &ALL, json!({})).await;
    let mut seen = 0;
    let rule = with_window(json!({"reward": {"type": "discount_amount", "value": 100}, "x_own": [1.50]}));
    let made = service.call("POST", "discounts/rules", rule.to_string()).await.ok();
    let id = made["id"].as_str().unwrap();
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!(heard, [("discount_add".to_owned(), made.clone())]);

    let give = json!({"customers": ["ola", "kari", "*"], "offering_constraint_id": "spring"}).to_string();
    let path = format!("discounts/rules/{id}/customers");
    service.call("POST", &path, give.clone()).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!(names(&heard), ["discount_add_customers"]);
    let customers = json!({"id": id, "customers": ["*", "kari", "ola"], "offering_constraint_id": "spring"});
    assert_eq!(heard[0].1, customers);
    // Nobody got it a second time.
    service.call("POST", &path, give).await.ok();
    assert_eq!(told(&service, &receiver, &mut seen).await, []);

    let change = json!({"name": "Half price"}).to_string();
    let changed = service.call("PUT", &format!("discounts/rules/{id}"), change).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!((names(&heard), &heard[0].1["name"]), (vec!["discount_update"], &changed["name"]));
    service.call("DELETE", &format!("discounts/rules/{id}"), "").await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!(names(&heard), ["discount_delete"]);
    assert!(heard[0].1["deleted_at"].is_string());
    // What was refused did not happen.
    service.call("DELETE", &format!("discounts/rules/{id}"), "").await.refused(400);
    service.call("POST", "discounts/rules", "{}").await.refused(400);
    assert_eq!(told(&service, &receiver, &mut seen).await, []);
}

#[tokio::test]
async fn receipts_and_what_they_use() {
    let service = service().await;
    let receiver = Receiver::new().await;
    let rule = json!({"reward": {"type": "discount_amount", "value": 100}});
    let (rule, reference) = service.given(rule, "kari").await;
    subscribe(&service, &receiver, &ALL, json!({})).await;
    let mut seen = 0;
    let claimed = service.claim("p1", "kari", &rule, &reference, 100).await.ok();
    let used = |usage: i64| {
        json!({"id": rule, "customer_id": "kari", "refs": [{"id": reference,
        "statistics": {"usage": usage, "amount": 100 * usage, "bonus": 0, "stamp": 0, "current_stamp": 0}}]})
    };
    assert_eq!(told(&service, &receiver, &mut seen).await, [("discount_customer_update".to_owned(), used(1))]);
    assert!(claimed["id"].is_string());

    let refs = json!([{"id": rule, "refs": [{"id": reference, "amount": 100, "usage": 1}]}]);
    let receipt = coffee(json!({"receipt_id": "r1", "customer_id": "kari", "discounts": refs, "x_own": 1}));
    let stored = service.call("POST", "receipts", json!([receipt]).to_string()).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!(names(&heard), ["discount_customer_update", "receipt_add"]);
    assert_eq!(heard[0].1, used(2));
    assert_eq!((&heard[1].1["id"], &heard[1].1["x_own"]), (&stored["receipts"][0]["id"], &json!(1)));
    // Told again, nothing happens.
    service.call("POST", "receipts", json!([receipt]).to_string()).await.ok();
    let event = json!({"receipt": receipt});
    assert_eq!(service.event("receipt_add", &event).await.status, StatusCode::NO_CONTENT);
    assert_eq!(told(&service, &receiver, &mut seen).await, []);

    // By event first.
    let event = json!({"receipt": coffee(json!({"receipt_id": "r2"}))});
    service.event("receipt_add", &event).await;
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!((names(&heard), &heard[0].1), (vec!["receipt_add"], &event["receipt"]));

    // Changed: who bought, then somebody else.
    service.call("POST", "receipts", json!([coffee(json!({"receipt_id": "r3"}))]).to_string()).await.ok();
    assert_eq!(names(&told(&service, &receiver, &mut seen).await), ["receipt_add"]);
    service.call("PUT", "receipts/all/r3", json!({"customer_id": "kari"}).to_string()).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!((names(&heard), &heard[0].1["customer_id"]), (vec!["receipt_update"], &json!("kari")));
    service.call("PUT", "receipts/all/r3", json!({"customer_id": "kari"}).to_string()).await.ok();
    assert_eq!(told(&service, &receiver, &mut seen).await, [], "it says nothing new");
    let path = "receipts/customers/kari/r3/change_customer_id";
    service.call("POST", path, json!({"customer_id": "ola"}).to_string()).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!((names(&heard), &heard[0].1["customer_id"]), (vec!["receipt_update"], &json!("ola")));
}

#[tokio::test]
async fn stamps_that_have_lapsed_are_not_told_as_current() {
    let service = service().await;
    let receiver = Receiver::new().await;
    let card = json!({"requirement": {"stamp": 5, "item": {"items": [{"id": "kaffe"}]}}, "limitation": {"stamp_expire_days": 30},
        "reward": {"type": "discount_item_percent", "value": 100}});
    let (rule, reference) = service.given(card, "kari").await;
    subscribe(&service, &receiver, &ALL, json!({})).await;
    let mut seen = 0;
    let bought = |number: &str, at: String, stamps: i64| {
        let refs = json!([{"id": rule, "refs": [{"id": reference, "stamp": stamps}]}]);
        json!([coffee(json!({"receipt_id": number, "customer_id": "kari", "purchase_at": at, "discounts": refs}))]).to_string()
    };
    service.call("POST", "receipts", bought("1", "2024-06-01T12:00:00Z".to_owned(), 2)).await.ok();
    service.call("POST", "receipts", bought("2", rabatt_service::store::now(), 1)).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    let of = |told: &Value| ["stamp", "current_stamp"].map(|name| told["refs"][0]["statistics"][name].as_i64());
    let stamps: Vec<_> =
        heard.iter().filter(|(event, _)| event == "discount_customer_update").map(|(_, told)| of(told)).collect();
    assert_eq!(stamps, [[Some(2), Some(0)], [Some(3), Some(1)]]);
}

#[tokio::test]
async fn money_locations_and_tokens() {
    let service = service().await;
    let receiver = Receiver::new().await;
    subscribe(&service, &receiver, &ALL, json!({})).await;
    let mut seen = 0;
    let card = json!({"card_id": "gift", "customer_id": "kari", "amount": 500, "currency": "NOK", "card_token": {}, "pin": {}});
    let made = service.call("POST", "wallets/cards", card.to_string()).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!(names(&heard), ["wallet_transaction"]);
    let funded = &heard[0].1;
    assert_eq!((&funded["type"], &funded["amount"], &funded["currency"]), (&json!("fund"), &json!(500), &json!("NOK")));
    assert_eq!((&funded["card_id"], &funded["customer_id"]), (&json!("gift"), &json!("kari")));
    let secrets = [&made["card_token"]["token"]["value"], &made["pin"]["pin"]["value"]].map(|value| value.as_str().unwrap());
    for got in receiver.received() {
        assert!(secrets.iter().all(|secret| !got.body.contains(&format!("\"{secret}\""))), "{}", got.body);
    }
    let pay = json!({"card_id": "gift", "ref_id": "p1", "amount": 200, "currency": "NOK", "pending": true}).to_string();
    let reserved = service.call("POST", "wallets/transactions", pay.clone()).await.ok();
    let path = format!("wallets/transactions/{}", reserved["id"].as_str().unwrap());
    service.call("POST", &format!("{path}/capture"), json!({"ref_id": "p2", "amount": 50}).to_string()).await.ok();
    service.call("POST", &format!("{path}/void"), json!({"ref_id": "p3"}).to_string()).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    let kinds: Vec<&Value> = heard.iter().map(|(_, transaction)| &transaction["type"]).collect();
    assert_eq!(kinds, ["pending_capture", "drawdown", "voided"], "in order: {heard:?}");
    assert_eq!(heard[0].1["id"], reserved["id"]);
    // Asked for again, money does not move again.
    service.call("POST", "wallets/transactions", pay).await.ok();
    let too_much = json!({"card_id": "gift", "ref_id": "p4", "amount": 5000, "currency": "NOK"}).to_string();
    service.call("POST", "wallets/transactions", too_much).await.refused(400);
    assert_eq!(told(&service, &receiver, &mut seen).await, []);
    // A card of a batch, when it is activated.
    let batch = json!({"cards": [{"card_id": "b1", "type": "gift_card"}]}).to_string();
    service.call("POST", "wallets/cards/batch", batch).await.ok();
    assert_eq!(told(&service, &receiver, &mut seen).await, []);
    service.call("POST", "wallets/cards/b1/activate", json!({"amount": 7, "currency": "SEK"}).to_string()).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!((heard.len(), &heard[0].1["card_id"], &heard[0].1["amount"]), (1, &json!("b1"), &json!(7)));

    // One with nothing on it is told of all the same.
    let empty = json!({"card_id": "e1", "customer_id": "kari", "amount": 0, "currency": "NOK"});
    let made = service.call("POST", "wallets/cards", empty.to_string()).await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    let of = &heard[0].1;
    assert_eq!((names(&heard), &of["card_id"], &of["customer_id"]), (vec!["wallet_transaction"], &json!("e1"), &json!("kari")));
    assert_eq!((&of["type"], &of["amount"], &of["ref_id"]), (&json!("fund"), &json!(0), &made["id"]));

    let made = service.call("POST", "locations", json!({"location_id": "l1", "name": "Kiosk"}).to_string()).await.ok();
    let changed = service.call("PUT", "locations/l1", json!({"name": "Shop"}).to_string()).await.ok();
    let deleted = service.call("DELETE", "locations/l1", "").await.ok();
    let heard = told(&service, &receiver, &mut seen).await;
    let pairs = [("location_add", made), ("location_delete", deleted), ("location_update", changed)];
    assert_eq!(heard, pairs.map(|(event, location)| (event.to_owned(), location)));

    let token = json!({"token": {"type": "card", "value": "4711", "customer_id": "kari"}});
    service.event("token_add", &token).await;
    let heard = told(&service, &receiver, &mut seen).await;
    assert_eq!(heard, [("token_add".to_owned(), token["token"].clone())]);
}

#[tokio::test]
async fn an_automations_gift_is_told_of() {
    let service = service().await;
    let receiver = Receiver::new().await;
    let rule = service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &[]).await;
    let automation = json!({
        "requirement": {"automation_from": "2024-01-01T00:00:00Z", "automation_to": "2029-12-31T00:00:00Z", "events": ["receipt_add"]},
        "actions": [{"type": "discount", "id": rule}]
    });
    service.call("POST", "automations/rules", automation.to_string()).await.ok();
    subscribe(&service, &receiver, &ALL, json!({})).await;
    service.call("POST", "receipts", json!([coffee(json!({"customer_id": "kari"}))]).to_string()).await.ok();
    let heard = told(&service, &receiver, &mut 0).await;
    assert_eq!(names(&heard), ["discount_add_customers", "receipt_add"]);
    assert_eq!(heard[0].1, json!({"id": rule, "customers": ["kari"]}));
}

#[tokio::test]
async fn each_subscription_hears_what_it_asked_for() {
    let service = service().await;
    let (some, all) = (Receiver::new().await, Receiver::new().await);
    subscribe(&service, &some, &["location_delete"], json!({})).await;
    let mask = json!({"fields": "location(location_id,address/country),receipt", "exclude_fields": "location/address/x"});
    subscribe(&service, &all, &["location_add", "location_delete"], mask).await;
    let token = service.other_account("T00000002", "admin:locations admin:hooks").await;
    let elsewhere = Receiver::new().await;
    let body = json!({"config": {"url": elsewhere.url}, "events": ["location_add"]}).to_string();
    service.call_with("POST", "/v1/accounts/T00000002/hooks/subscriptions", Some(&token), body).await.ok();
    let address = json!({"address_line": "A", "postal_place": "Oslo", "country": "NO"});
    let location = json!({"location_id": "l1", "name": "Kiosk", "address": address}).to_string();
    service.call("POST", "locations", location).await.ok();
    service.call("DELETE", "locations/l1", "").await.ok();
    send_all(&service).await;
    assert_eq!(some.told().iter().map(|got| got.header("event").to_owned()).collect::<Vec<_>>(), ["location_delete"]);
    let heard: Vec<Value> = all.told().iter().map(|got| got.json()["location"].clone()).collect();
    assert_eq!(heard, vec![json!({"location_id": "l1", "address": {"country": "NO"}}); 2]);
    assert_eq!(elsewhere.told().len(), 0);
}

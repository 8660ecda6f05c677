//! A customer from sign-up to a free coffee and a gift card, over HTTP only, while webhooks arrive.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::deployment::{Deployment, Node};

/// Webhooks as they came: event and body.
type Heard = Arc<Mutex<Vec<(String, Value)>>>;

async fn receiver() -> (String, Heard) {
    let heard = Heard::default();
    let kept = Arc::clone(&heard);
    let app = axum::Router::new().fallback(move |headers: HeaderMap, Json(body): Json<Value>| {
        let kept = Arc::clone(&kept);
        async move {
            // Who signs?
            assert_eq!(headers["event-signature"].len(), 40);
            kept.lock().unwrap().push((headers["event"].to_str().unwrap().to_owned(), body));
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, heard)
}

struct Shop {
    deployment: Deployment,
    node: Node,
    heard: Heard,
    /// How many webhooks were looked at.
    seen: usize,
}

impl Shop {
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = (method != "GET").then_some(body);
        self.deployment.ask_as(&self.node.address, method, path, &[], body).await.expect("an answer").ok()
    }

    /// Waits until these events were heard, in whatever order, and no others; what they are about.
    async fn hears(&mut self, events: &[&str]) -> Vec<Value> {
        let mut expected = events.to_vec();
        expected.sort_unstable();
        let mut new = Vec::new();
        for _ in 0..600 {
            new = self.heard.lock().unwrap()[self.seen..].to_vec();
            if new.len() >= expected.len() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        new.sort_by(|a, b| a.0.cmp(&b.0));
        let names: Vec<&str> = new.iter().map(|(event, _)| event.as_str()).collect();
        assert_eq!(names, expected);
        self.seen += new.len();
        new.into_iter().map(|(_, body)| body).collect()
    }

    /// Buys a coffee: asks what it costs, and stores the receipt; what was taken off.
    async fn coffee(&self, number: usize) -> i64 {
        let receipt = json!({"receipt_id": format!("r{number}"), "store": {"id": "kiosk"}, "customer_id": "nora",
            "purchase_at": format!("2024-06-{number:02}T12:00:00Z"), "currency": "NOK",
            "items": [{"line_id": 1, "id": "brygg", "quantity": 1, "gross_amount": 3500, "eligible_for_discount": true}]});
        let answered = self.ask("POST", "discounts/available_for_receipt", &receipt).await;
        let stored = self.ask("POST", "receipts", &json!([answered])).await;
        assert_eq!(stored["duplicates"], 0);
        answered["items"][0]["discount_lines"].as_array().into_iter().flatten().map(|line| line["amount"].as_i64().unwrap()).sum()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_sign_up_to_a_free_coffee_and_a_gift_card() {
    let (url, heard) = receiver().await;
    let (deployment, first) = Deployment::new().await;
    first.kill();
    let node = deployment.node_with(&[("RABATT_PRIVATE_ADDRESSES", "true")]);
    let mut shop = Shop { deployment, node, heard, seen: 0 };

    // The shop gives up the example's rules. It listens, has a stamp card, and gives it to whoever signs up.
    for rule in shop.ask("GET", "discounts/rules?limit=100", &Value::Null).await.as_array().unwrap() {
        shop.ask("DELETE", &format!("discounts/rules/{}", rule["id"].as_str().unwrap()), &Value::Null).await;
    }
    let hook = json!({"config": {"url": url, "secret": {"type": "HMAC-SHA1", "value": "shop"}}, "events": ["customer_add",
        "discount_add", "discount_add_customers", "discount_customer_update", "receipt_add", "wallet_transaction"]});
    let hook = shop.ask("POST", "hooks/subscriptions", &hook).await;
    assert_eq!(shop.hears(&["ping"]).await, [hook]);
    let card = json!({"name": "Stamp card", "receipt_text": "Third coffee free",
        "requirement": {"purchase_from": "2024-01-01T00:00:00Z", "purchase_to": "2040-01-01T00:00:00Z", "stamp": 2,
            "item": {"items": [{"id": "brygg"}]}},
        "reward": {"type": "discount_item_percent", "value": 100}});
    let rule = shop.ask("POST", "discounts/rules", &card).await["id"].clone();
    shop.hears(&["discount_add"]).await;
    let welcome = json!({"requirement": {"automation_from": "2024-01-01T00:00:00Z", "automation_to": "2039-01-01T00:00:00Z",
        "events": ["customer_add"], "filter": {"$.type": ["customer"]}}, "actions": [{"type": "discount", "id": rule}]});
    shop.ask("POST", "automations/rules", &welcome).await;

    // Nora signs up.
    let nora = json!({"customer_id": "nora", "first_name": "Nora", "email": "nora@kiosk.no"});
    let nora = shop.ask("POST", "customers/users", &nora).await;
    let told = shop.hears(&["customer_add", "discount_add_customers"]).await;
    assert_eq!(told[0]["customer"], nora);
    assert_eq!(told[1]["discount"], json!({"id": rule, "customers": ["nora"]}));

    // Two coffees fill her card, the third is free, the fourth is not.
    let mut taken_off = Vec::new();
    for number in 1..=4 {
        taken_off.push(shop.coffee(number).await);
        let told = shop.hears(&["discount_customer_update", "receipt_add"]).await;
        assert_eq!((&told[0]["discount"]["id"], &told[0]["discount"]["customer_id"]), (&rule, &json!("nora")));
        assert_eq!(told[1]["receipt"]["receipt_id"], json!(format!("r{number}")));
        let used = i64::try_from(taken_off.iter().filter(|amount| **amount > 0).count()).unwrap();
        assert_eq!(told[0]["discount"]["refs"][0]["statistics"]["usage"], json!(used), "{told:?}");
    }
    assert_eq!(taken_off, [0, 0, 3500, 0]);

    // She buys a gift card of 100 kr, and pays a coffee with it.
    let gift = json!({"card_id": "gift-1", "customer_id": "nora", "amount": 10000, "currency": "NOK", "card_token": {}});
    let gift = shop.ask("POST", "wallets/cards", &gift).await;
    let told = shop.hears(&["wallet_transaction"]).await;
    assert_eq!((&told[0]["transaction"]["type"], &told[0]["transaction"]["amount"]), (&json!("fund"), &json!(10000)));
    let pay = json!({"token": gift["card_token"]["token"]["value"], "ref_id": "r5", "amount": 3500, "currency": "NOK"});
    shop.ask("POST", "wallets/transactions", &pay).await;
    let told = shop.hears(&["wallet_transaction"]).await;
    let paid = &told[0]["transaction"];
    assert_eq!((&paid["type"], &paid["amount"], &paid["card_id"]), (&json!("drawdown"), &json!(3500), &json!("gift-1")));
    let left = shop.ask("GET", "wallets/cards/gift-1", &Value::Null).await;
    assert_eq!((&left["amount_balance"], &left["customer_id"]), (&json!(6500), &json!("nora")));
    // Nothing else came, and nothing twice.
    tokio::time::sleep(Duration::from_millis(600)).await;
    shop.hears(&[]).await;
}

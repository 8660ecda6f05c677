//! wallets/…

mod bad_input;
mod books;
mod cards;
mod model;
mod pins;
mod rest;
mod tokens;
mod transactions;

use serde_json::{Value, json};

use crate::support::{Answer, Service};

impl Service {
    /// Makes a card with so much on it; the answer.
    pub(crate) async fn card(&self, name: &str, amount: i64, more: Value) -> Value {
        let mut card = json!({"card_id": name, "amount": amount, "currency": "NOK"});
        card.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call("POST", "wallets/cards", card.to_string()).await.ok()
    }

    /// Moves money on a card, by its name.
    pub(crate) async fn moves(&self, card: &str, ref_id: &str, amount: i64, more: Value) -> Answer {
        let mut body = json!({"card_id": card, "ref_id": ref_id, "amount": amount, "currency": "NOK"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call("POST", "wallets/transactions", body.to_string()).await
    }

    /// Captures or voids.
    pub(crate) async fn settles(&self, verb: &str, transaction: &Value, body: Value) -> Answer {
        let path = format!("wallets/transactions/{}/{verb}", transaction["id"].as_str().unwrap());
        self.call("POST", &path, body.to_string()).await
    }

    /// Balance, available, funds, drawdown and reserved of a card.
    pub(crate) async fn amounts(&self, card: &str) -> [i64; 5] {
        let card = self.call("GET", &format!("wallets/cards/{card}"), "").await.ok();
        assert_eq!(card["amount_pending"], card["amount_reserved"]);
        ["balance", "available", "funds", "drawdown", "reserved"].map(|name| card[format!("amount_{name}")].as_i64().unwrap())
    }
}

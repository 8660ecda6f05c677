//! POST /v1/accounts/{aid}/discounts/available_for_receipt

use serde_json::{Value, json};

use crate::support::{Service, coffee};

#[tokio::test]
async fn the_kiosk_recalculates_its_example_receipt() {
    let service = Service::kiosk().await;
    let receipt: Value = serde_json::from_str(include_str!("../../../examples/receipt.json")).unwrap();
    let answer = service.call("POST", "discounts/available_for_receipt?explain=true", receipt.to_string()).await.ok();
    let given: Vec<(&str, i64)> = answer["discounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|discount| (discount["receipt_text"].as_str().unwrap(), discount["refs"][0]["amount"].as_i64().unwrap()))
        .collect();
    // 3 coffees for 2: 35.00; sausage and cola for 55.00: 16.00; two buns at 20.00: 10.00.
    for expected in [("3 for 2 kaffe", 3500), ("Pølsemeny", 1600), ("Tilbud skolebolle", 1000), ("Bonus", 0), ("Kaffekort", 0)] {
        assert!(given.contains(&expected), "{expected:?} in {given:?}");
    }
    let totals = &answer["outcome"]["totals"];
    assert_eq!((&totals["gross"], &totals["discount"], &totals["net"]), (&json!(22_600), &json!(6_100), &json!(16_500)));
    // Each line's 2 % of what is left, on the receipt as one: 330.
    assert_eq!(totals["bonus"], 330);
    assert_eq!(answer["outcome"]["explain"].as_array().unwrap().len(), 10);
    // Net amounts are the caller's, unless asked for.
    assert_eq!(answer.get("net_amount"), None);
    let again = service.call("POST", "discounts/available_for_receipt?amounts=recalculated", receipt.to_string()).await.ok();
    assert_eq!((&again["net_amount"], &again["total_discount"]), (&json!(16_500), &json!(6_100)));
    assert_eq!(again.get("outcome"), None);
}

#[tokio::test]
async fn the_observed_answer_of_ten_percent_on_the_receipt() {
    // `examples.md` 1: two lines, 10 % on the receipt; the only real answer on record.
    let service = Service::new().await;
    service.rule(json!({"reward": {"type": "discount_percent", "value": 10}, "links": [], "metadata": {}}), &["/"]).await;
    let receipt = json!({"receipt_id": "1", "store": {"id": "s"}, "purchase_at": "2024-10-29T12:00:00Z", "net_amount": 205_000, "items": [
        {"line_id": 20, "gross_amount": 115_000, "net_amount": 115_000, "quantity": 1, "eligible_for_discount": true, "is_return_item": false},
        {"line_id": 22, "gross_amount": 90_000, "quantity": 1, "eligible_for_discount": true, "is_return_item": false}]});
    let answer = service.recalculate(&receipt).await.ok();
    assert_eq!((&answer["is_changed"], &answer["net_amount"]), (&json!(true), &json!(205_000)));
    let id = answer["discounts"][0]["id"].clone();
    let line = &answer["items"][0];
    assert_eq!((&line["is_changed"], &line["net_amount"]), (&json!(true), &json!(115_000)));
    let entry = json!([{"amount": 11_500, "percentage": 10, "discount_type": "external", "discount_id": id, "description": "", "line_id": 0}]);
    assert_eq!(line["discount_lines"], entry);
    let held = &answer["discounts"][0]["refs"][0];
    assert_eq!((&held["usage"], &held["amount"]), (&json!(1), &json!(20_500)));
    assert_eq!(
        held["items"],
        json!([{"line_id": 20, "amount": 11_500, "bonus": 0}, {"line_id": 22, "amount": 9_000, "bonus": 0}])
    );
    assert_eq!((&held["statistics"]["usage"], &held["statistics"]["amount"]), (&json!(1), &json!(20_500)));
}

#[tokio::test]
async fn members_nobody_knows_come_back_byte_for_byte() {
    let service = Service::new().await;
    service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &["/"]).await;
    let odd = r#""till":  {"serial" : 1.50e3, "notes":["\u00e5", null , {}]}"#;
    let receipt = coffee(json!({})).to_string();
    let receipt = format!("{{{odd},{}", &receipt[1..]);
    let answer = service.call("POST", "discounts/available_for_receipt", receipt).await;
    answer.ok();
    assert!(answer.text.contains(odd), "{}", answer.text);
}

#[tokio::test]
async fn an_answer_sent_again_gives_the_same_answer() {
    let service = Service::kiosk().await;
    let receipt = include_str!("../../../examples/receipt.json");
    let once = service.call("POST", "discounts/available_for_receipt", receipt).await.text;
    let twice = service.call("POST", "discounts/available_for_receipt", once.clone()).await.text;
    assert_eq!(once, twice);
}

#[tokio::test]
async fn an_explained_answer_sent_again_is_explained_once() {
    let service = Service::kiosk().await;
    let receipt = include_str!("../../../examples/receipt.json");
    let path = "discounts/available_for_receipt?explain=true&amounts=recalculated";
    let once = service.call("POST", path, receipt).await;
    let twice = service.call("POST", path, once.text.clone()).await;
    assert_eq!(once.ok(), twice.ok());
    assert_eq!(twice.text.matches("\"outcome\":").count(), 1);
    // Without explain a member of that name is one that nobody here knows.
    let own = coffee(json!({"outcome": {"mine": true}}));
    assert_eq!(service.recalculate(&own).await.ok()["outcome"], own["outcome"]);
}

#[tokio::test]
async fn long_receipts_give_what_short_ones_give() {
    let service = Service::new().await;
    service.rule(json!({"reward": {"type": "discount_percent", "value": 10}}), &["/"]).await;
    let line = json!({"gross_amount": 1_000, "eligible_for_discount": true});
    for count in [50, 51, 1_000] {
        let receipt = coffee(json!({"items": vec![&line; count]})).to_string();
        let answer = service.call("POST", "discounts/available_for_receipt?explain=true", receipt).await.ok();
        assert_eq!(answer["outcome"]["totals"]["discount"], 100 * count);
    }
}

//! Rules changed on one process, used by the other.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::deployment::Deployment;

fn receipt() -> Value {
    json!({"receipt_id": "1", "store": {"id": "s1"}, "purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari", "items": [
        {"line_id": 1, "id": "a thing", "quantity": 1, "gross_amount": 10_000, "eligible_for_discount": true}]})
}

#[tokio::test]
async fn a_change_on_one_process_is_used_by_the_other_within_a_second() {
    let (deployment, first) = Deployment::new().await;
    let second = deployment.node();
    let nodes = [&first, &second];
    let rule = json!({"reward": {"type": "discount_amount", "value": 100}, "requirement": {"gross_amount": 1}});
    let mut slowest = Duration::ZERO;
    for round in 0..10 {
        let (writer, reader) = (nodes[round % 2], nodes[(round + 1) % 2]);
        // The reader has compiled what was there before.
        let before = deployment.call(reader, "POST", "available_for_receipt", Some(&receipt())).await.ok();
        let given = |answer: &Value, id: &str| {
            answer["discounts"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|rule| rule["id"] == id)
                .map(|rule| rule["refs"][0]["amount"].clone())
                .next()
        };
        let mut wait_for = async |id: &str, expected: Option<Value>| {
            let begun = Instant::now();
            loop {
                let answer = deployment.call(reader, "POST", "available_for_receipt", Some(&receipt())).await.ok();
                if given(&answer, id) == expected {
                    break;
                }
                assert!(begun.elapsed() < Duration::from_secs(1), "round {round}: {answer}");
            }
            slowest = slowest.max(begun.elapsed());
        };
        let (id, _) = deployment.given(writer, rule.clone(), "kari").await;
        assert_eq!(given(&before, &id), None);
        wait_for(&id, Some(json!(100))).await;
        let changed = json!({"requirement": {"gross_amount": 20_000}});
        deployment.call(writer, "PUT", &format!("rules/{id}"), Some(&changed)).await.ok();
        wait_for(&id, None).await;
        deployment.call(writer, "PUT", &format!("rules/{id}"), Some(&json!({"requirement": {"gross_amount": 5_000}}))).await.ok();
        wait_for(&id, Some(json!(100))).await;
        deployment.call(writer, "DELETE", &format!("rules/{id}"), None).await.ok();
        wait_for(&id, None).await;
    }
    println!("slowest: {slowest:?}");
}

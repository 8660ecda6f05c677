//! Beyond the contract: discounts/snapshot, discounts/plans/{hash}, discounts/evaluate

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{Service, coffee};

#[tokio::test]
async fn snapshot() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_debit", "value": 500}}), "kari").await;
    service.claim("t1", "kari", &rule, &reference, 100).await.ok();
    let first = service.call("GET", "discounts/snapshot?customer_id=kari", "").await;
    let tag = first.header("etag").to_owned();
    let first = first.ok();
    assert_eq!(first["facts"]["refs"][0]["statistics"]["debit_balance"], 400);
    // What the engine makes of it is what the service answers.
    let receipt = coffee(json!({"customer_id": "kari"}));
    let call = json!({"rules": first["rules"], "facts": first["facts"], "receipt": receipt});
    let offline: Value = serde_json::from_str(&rabatt_engine::answer(&call.to_string())).unwrap();
    assert_eq!(offline["outcome"]["plan"], first["plan"]);
    let online = service.recalculate(&receipt).await.ok();
    assert_eq!(offline["receipt"], online);
    assert_eq!(online["discounts"][0]["refs"][0]["amount"], 400);
    let again = async |tag: &str| {
        let token = service.token("T00000001", "read:discounts:/available_for_receipt");
        let request = Request::get("/v1/accounts/T00000001/discounts/snapshot?customer_id=kari");
        let request = request.header("authorization", format!("Bearer {token}")).header("if-none-match", tag);
        service.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(again(&tag).await.status.as_u16(), 304);
    assert_eq!(again("\"other\"").await.status.as_u16(), 200);
    service.claim("t2", "kari", &rule, &reference, 100).await.ok();
    assert_eq!(again(&tag).await.status.as_u16(), 200);
    service.call("GET", "discounts/snapshot?customer_id=*", "").await.refused(400);
    assert_eq!(service.call("GET", "discounts/snapshot", "").await.ok()["facts"]["refs"], json!([]));
}

#[tokio::test]
async fn plan() {
    let service = Service::new().await;
    let rule = json!({"reward": {"type": "discount_percent", "value": 10, "base": "gross"}});
    let (rule, _) = service.given(rule, "/").await;
    let mut receipt = coffee(json!({}));
    receipt["items"][0]["discount_lines"] = json!([{"amount": 1000, "discount_id": "other"}]);
    let explained = async || {
        let path = "discounts/available_for_receipt?explain=true";
        service.call("POST", path, receipt.to_string()).await.ok()["outcome"].clone()
    };
    let before = explained().await;
    assert_eq!(before["totals"]["discount"], 350);
    service.call("PUT", &format!("discounts/rules/{rule}"), r#"{"reward": {"base": "net"}}"#).await.ok();
    service.rule(json!({"reward": {"type": "discount_amount", "value": 7}}), &["/"]).await;
    let after = explained().await;
    // 7, and then 10 % of the 2493 that are left.
    assert_eq!(after["totals"]["discount"], 256);
    service.call("DELETE", &format!("discounts/rules/{rule}"), "").await.ok();
    assert_eq!(explained().await["totals"]["discount"], 7);
    // The rules behind each answer give it again.
    for outcome in [before, after] {
        let hash = outcome["plan"].as_str().unwrap();
        let rules = service.call("GET", &format!("discounts/plans/{hash}"), "").await.ok();
        let call = json!({"rules": rules, "receipt": receipt});
        let again: Value = serde_json::from_str(&rabatt_engine::answer(&call.to_string())).unwrap();
        assert_eq!((&again["outcome"]["plan"], &again["outcome"]["totals"]), (&outcome["plan"], &outcome["totals"]));
    }
    service.call("GET", "discounts/plans/nobody", "").await.refused(404);
}

#[tokio::test]
async fn a_plan_is_written_down_before_it_is_named() {
    let service = Service::new().await;
    let kept = async || {
        let rows = sqlx::query("SELECT hash FROM plans").fetch_all(service.app.store.pool()).await.unwrap();
        rows.iter().map(|row| sqlx::Row::get(row, 0)).collect::<Vec<String>>()
    };
    let receipt = coffee(json!({}));
    let (rule, _) = service.given(json!({"reward": {"type": "discount_amount", "value": 7}}), "/").await;
    let rename = async |name: &str| {
        let body = json!({"receipt_text": name}).to_string();
        service.call("PUT", &format!("discounts/rules/{rule}"), body).await.ok();
        let answer = service.recalculate(&receipt).await.ok();
        assert_eq!(answer["items"][0]["discount_lines"][0]["description"], name);
        assert_eq!(answer.get("outcome"), None);
    };
    let explained = async |service: &Service| {
        let answer = service.call("POST", "discounts/available_for_receipt?explain=true", receipt.to_string()).await.ok();
        answer["outcome"]["plan"].as_str().unwrap().to_owned()
    };
    rename("one").await;
    rename("two").await;
    assert!(kept().await.is_empty(), "these answers named no Plan");
    let two = explained(&service).await;
    assert_eq!((explained(&service).await, kept().await), (two.clone(), vec![two.clone()]));
    rename("three").await;
    assert_eq!(kept().await, [&*two]);
    let three = service.call("GET", "discounts/snapshot", "").await.ok()["plan"].as_str().unwrap().to_owned();
    assert!(kept().await.contains(&three), "the snapshot named it");
    // A Plan that comes again, and a service that has to compile it.
    let other = service.rule(json!({"reward": {"type": "discount_amount", "value": 8}}), &["/"]).await;
    assert_eq!(service.recalculate(&receipt).await.ok()["discounts"].as_array().unwrap().len(), 2);
    service.call("DELETE", &format!("discounts/rules/{other}"), "").await.ok();
    let beside = service.beside().await;
    assert_eq!((explained(&service).await, explained(&beside).await), (three.clone(), three.clone()));
    rename("four").await;
    let mut kept = kept().await;
    kept.sort_by_key(|hash| *hash != two);
    assert_eq!(kept, [&*two, &*three]);
    for (hash, name) in [(two, "two"), (three, "three")] {
        let rules = service.call("GET", &format!("discounts/plans/{hash}"), "").await.ok();
        assert_eq!(rules[0]["receipt_text"], name);
    }
}

#[tokio::test]
async fn evaluate() {
    let service = Service::new().await;
    let call = json!({"rules": [{"id": "a", "reward": {"type": "discount_amount", "value": 100}}], "receipt": coffee(json!({}))});
    let answer = service.call("POST", "discounts/evaluate", call.to_string()).await;
    assert_eq!(answer.text, rabatt_engine::answer(&call.to_string()));
    assert_eq!(answer.ok()["outcome"]["totals"]["discount"], 100);
    let mut wrong = call.clone();
    wrong["rules"][0]["reward"]["type"] = json!("odd");
    let error = service.call("POST", "discounts/evaluate", wrong.to_string()).await.refused(400);
    assert_eq!(error["errors"][0]["pointer"], "/rules/0/reward/type");
    let mut wrong = call.clone();
    wrong["options"] = json!({"steps": 6_000_001});
    service.call("POST", "discounts/evaluate", wrong.to_string()).await.refused(400);
    service.call("POST", "discounts/evaluate", "[").await.refused(400);
}

#[tokio::test]
async fn the_whole_corpus_over_http() {
    let service = Service::new().await;
    let mut failed = Vec::new();
    for case in rabatt_tests::corpus::all().unwrap() {
        let answer = service.call("POST", "discounts/evaluate", case.call.clone()).await;
        // A refusal carries the Answer's errors in the contract's body.
        let answer = match answer.status.as_u16() {
            200 => answer.text,
            400 => {
                let errors = answer.json()["error"]["errors"].clone();
                json!({"ok": false, "errors": errors}).to_string()
            }
            status => format!("{status}"),
        };
        failed.extend(rabatt_tests::corpus::holds(&case.expect, &serde_json::from_str(&answer).unwrap()).err());
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

//! Each operation.

use serde_json::{Value, json};

use crate::support::Service;

fn amount(value: i64) -> Value {
    json!({"reward": {"type": "discount_amount", "value": value}})
}

#[tokio::test]
async fn aid_discounts_available_for_receipt_post_claim() {
    let service = Service::new().await;
    let (rule, reference) = service.given(amount(100), "kari").await;
    let claimed = service.claim("t1", "kari", &rule, &reference, 100).await.ok();
    assert_eq!(
        (&claimed["ref"], &claimed["customer_id"], &claimed["created_by"]),
        (&json!("t1"), &json!("kari"), &json!("test"))
    );
    assert_eq!(claimed["discounts"][0]["refs"][0]["amount"], 100);
    let statistics = service.statistics("kari", &reference).await;
    assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(1), &json!(100)));
    // The same ref again is a conflict and takes nothing.
    assert_eq!(service.claim("t1", "kari", &rule, &reference, 100).await.refused(400)["code"], "claim_exists");
    assert_eq!(service.statistics("kari", &reference).await["usage"], 1);
}

#[tokio::test]
async fn nonsense_is_refused_with_its_place_and_takes_nothing() {
    let service = Service::new().await;
    let (rule, reference) = service.given(amount(100), "kari").await;
    let (_, passers_by) = service.given(amount(100), "/").await;
    let body = json!({"ref": "t1", "customer_id": "kari", "purchase_at": "2024-06-01T12:00:00Z",
        "discounts": [{"id": rule, "refs": [{"id": reference, "amount": 100, "usage": 1}]}]});
    for (change, value, pointer) in [
        ("/ref", json!(""), "/ref"),
        ("/ref", json!(" a"), "/ref"),
        ("/ref", json!(7), "/ref"),
        ("/customer_id", json!("*"), "/customer_id"),
        ("/customer_id", json!(null), "/customer_id"),
        ("/customer_id", json!("ola"), "/discounts/0/refs/0/id"),
        ("/purchase_at", json!("yesterday"), "/purchase_at"),
        ("/discounts", json!([]), "/discounts"),
        ("/discounts", json!({}), "/discounts"),
        ("/discounts/0/id", json!("other"), "/discounts/0/refs/0/id"),
        ("/discounts/0/refs/0/id", json!("nobody"), "/discounts/0/refs/0/id"),
        ("/discounts/0/refs/0/id", json!(passers_by), "/discounts/0/refs/0/id"),
        ("/discounts/0/refs/0/amount", json!(-1), "/discounts/0/refs/0/amount"),
        ("/discounts/0/refs/0/amount", json!(1.5), "/discounts/0/refs/0/amount"),
        ("/discounts/0/refs/0/usage", json!(-1), "/discounts/0/refs/0/usage"),
    ] {
        let mut wrong = body.clone();
        *wrong.pointer_mut(change).unwrap() = value;
        let error = service.call("POST", "discounts/available_for_receipt/claims", wrong.to_string()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{wrong} {error}");
    }
    let twice = json!({"id": reference, "amount": 1, "usage": 1});
    let mut wrong = body.clone();
    wrong["discounts"][0]["refs"] = json!([twice, twice]);
    service.call("POST", "discounts/available_for_receipt/claims", wrong.to_string()).await.refused(400);
    service.call("POST", "discounts/available_for_receipt/claims", "{").await.refused(400);
    service.call("POST", "discounts/available_for_receipt/claims", "").await.refused(400);
    assert_eq!(service.statistics("kari", &reference).await["usage"], 0);
    assert_eq!(service.call("GET", "discounts/available_for_receipt/claims", "").await.ok(), json!([]));
}

#[tokio::test]
async fn aid_discounts_available_for_receipt_get_claims() {
    let service = Service::new().await;
    let (rule, everybody) = service.given(amount(100), "*").await;
    let mut ids = Vec::new();
    for (purchase, customer) in [("t1", "kari"), ("t2", "ola"), ("t3", "kari")] {
        let claim = service.claim(purchase, customer, &rule, &everybody, 100).await.ok();
        ids.push(claim["id"].as_str().unwrap().to_owned());
    }
    let list = async |query: &str| {
        let answer = service.call("GET", &format!("discounts/available_for_receipt/claims?{query}"), "").await;
        let refs: Vec<String> =
            answer.ok().as_array().unwrap().iter().map(|claim| claim["ref"].as_str().unwrap().to_owned()).collect();
        (refs, answer.header("total-count").to_owned())
    };
    assert_eq!(list("").await.0, ["t1", "t2", "t3"]);
    assert_eq!(list("ref=t2").await.0, ["t2"]);
    assert_eq!(list("customer_id=kari").await.0, ["t1", "t3"]);
    assert_eq!(list("limit=1&total=true").await, (vec!["t1".to_owned()], "3".to_owned()));
    assert_eq!(list("limit=1&total=true&customer_id=kari").await.1, "2");
    assert_eq!(list("").await.1, "");
    assert_eq!(list(&format!("limit=1&starting_after={}", ids[0])).await.0, ["t2"]);
    service.call("DELETE", &format!("discounts/available_for_receipt/claims/{}", ids[0]), "").await.ok();
    assert_eq!(list("").await.0, ["t2", "t3"]);
    // A cursor stays good when its claim is gone.
    assert_eq!(list(&format!("starting_after={}", ids[0])).await.0, ["t2", "t3"]);
    for query in ["limit=0", "limit=101", "starting_after=x", "total=maybe"] {
        service.call("GET", &format!("discounts/available_for_receipt/claims?{query}"), "").await.refused(400);
    }
}

#[tokio::test]
async fn aid_discounts_available_for_receipt_get_claim() {
    let service = Service::new().await;
    let (rule, reference) = service.given(amount(100), "kari").await;
    let made = service.claim("t1", "kari", &rule, &reference, 100).await.ok();
    let path = format!("discounts/available_for_receipt/claims/{}", made["id"].as_str().unwrap());
    assert_eq!(service.call("GET", &path, "").await.ok(), made);
    service.call("DELETE", &path, "").await.ok();
    assert!(service.call("GET", &path, "").await.ok()["deleted_at"].is_string());
    service.call("GET", "discounts/available_for_receipt/claims/nobody", "").await.refused(404);
}

#[tokio::test]
async fn aid_discounts_available_for_receipt_delete_claim() {
    let service = Service::new().await;
    let (rule, reference) = service.given(amount(100), "kari").await;
    let made = service.claim("t1", "kari", &rule, &reference, 100).await.ok();
    let path = format!("discounts/available_for_receipt/claims/{}", made["id"].as_str().unwrap());
    let deleted = service.call("DELETE", &path, "").await.ok();
    assert!(deleted["deleted_at"].is_string() && deleted["deleted_by"] == "test");
    let statistics = service.statistics("kari", &reference).await;
    assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(0), &json!(0)));
    assert_eq!(service.call("DELETE", &path, "").await.refused(400)["code"], "claim_deleted");
    assert_eq!(service.statistics("kari", &reference).await["usage"], 0);
    service.call("DELETE", "discounts/available_for_receipt/claims/nobody", "").await.refused(404);
    // The purchase may be claimed anew.
    service.claim("t1", "kari", &rule, &reference, 100).await.ok();
    assert_eq!(service.statistics("kari", &reference).await["usage"], 1);
}

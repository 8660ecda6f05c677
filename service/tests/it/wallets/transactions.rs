//! Money moves, once.

use serde_json::{Value, json};

use super::books::contradictions;
use crate::support::Service;

#[tokio::test]
async fn aid_cards_transactions_post() {
    let service = Service::new().await;
    service.card("c1", 50_000, json!({})).await;
    let more = json!({"metadata": {"order_id": "x1", "n": 1.50}, "originated_by": "till 1"});
    let paid = service.moves("c1", "a", 20_000, more).await.ok();
    let shown = json!({"ref_id": "a", "amount": 20_000, "currency": "NOK", "type": "drawdown", "created_by": "test",
        "metadata": {"order_id": "x1", "n": 1.50}, "originated_by": "till 1"});
    for (name, value) in shown.as_object().unwrap() {
        assert_eq!(&paid[name], value, "{name}");
    }
    assert_eq!(service.amounts("c1").await, [30_000, 30_000, 50_000, 20_000, 0]);
    let funded = service.moves("c1", "b", 1_000, json!({"type": "fund"})).await.ok();
    assert_eq!(funded["type"], "fund");
    let reserved = service.moves("c1", "c", 31_000, json!({"pending": true})).await.ok();
    assert_eq!(reserved["type"], "pending_capture");
    assert_eq!(service.amounts("c1").await, [31_000, 0, 51_000, 20_000, 31_000]);
    let error = service.moves("c1", "d", 1, json!({})).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("amount_exceeds_available"), &json!("/amount")));
    // What was refused left nothing: its key can be used.
    service.moves("c1", "d", 1, json!({"type": "fund"})).await.ok();
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}

#[tokio::test]
async fn the_same_again_moves_nothing_and_answers_alike() {
    let service = Service::new().await;
    service.card("c1", 1_000, json!({})).await;
    service.card("c2", 1_000, json!({})).await;
    let first = service.moves("c1", "a", 900, json!({})).await.ok();
    // Also where it would not be possible a second time.
    assert_eq!(service.moves("c1", "a", 900, json!({})).await.ok(), first);
    assert_eq!(service.moves("c1", "a", 900, json!({"metadata": {"try": 2}})).await.ok(), first);
    // Another card has keys of its own.
    assert_ne!(service.moves("c2", "a", 900, json!({})).await.ok()["id"], first["id"]);
    for (amount, more) in
        [(901, json!({})), (900, json!({"currency": "SEK"})), (900, json!({"type": "fund"})), (900, json!({"pending": true}))]
    {
        let error = service.moves("c1", "a", amount, more).await.refused(400);
        assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("ref_id_used"), &json!("/ref_id")));
    }
    assert_eq!(service.amounts("c1").await, [100, 100, 1_000, 900, 0]);
    let reserved = service.moves("c1", "b", 100, json!({"pending": true})).await.ok();
    let capture = json!({"ref_id": "c", "amount": 60});
    let captured = service.settles("capture", &reserved, capture.clone()).await.ok();
    assert_eq!(service.settles("capture", &reserved, capture).await.ok(), captured);
    assert_eq!(service.settles("capture", &reserved, json!({"ref_id": "c"})).await.ok(), captured);
    assert_eq!(service.settles("void", &reserved, json!({"ref_id": "c"})).await.refused(400)["code"], "ref_id_used");
    let voided = service.settles("void", &reserved, json!({"ref_id": "d"})).await.ok();
    assert_eq!(service.settles("void", &reserved, json!({"ref_id": "d"})).await.ok(), voided);
    assert_eq!(service.amounts("c1").await, [40, 40, 1_000, 960, 0]);
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}

#[tokio::test]
async fn aid_cards_cardid_transactions_capture_post() {
    let service = Service::new().await;
    service.card("c1", 1_000, json!({})).await;
    let reserved = service.moves("c1", "a", 600, json!({"pending": true})).await.ok();
    let part = service.settles("capture", &reserved, json!({"ref_id": "b", "amount": 250, "metadata": {"box": 1}})).await.ok();
    assert_eq!((&part["type"], &part["amount"], &part["parent_id"]), (&json!("drawdown"), &json!(250), &reserved["id"]));
    assert_eq!((&part["currency"], &part["metadata"]), (&json!("NOK"), &json!({"box": 1})));
    assert_eq!(service.amounts("c1").await, [750, 400, 1_000, 250, 350]);
    let error = service.settles("capture", &reserved, json!({"ref_id": "c", "amount": 351})).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("amount_exceeds_reserved"), &json!("/amount")));
    assert!(error["message"].as_str().unwrap().contains("350"), "{error}");
    let rest = service.settles("capture", &reserved, json!({"ref_id": "c"})).await.ok();
    assert_eq!(rest["amount"], 350);
    assert_eq!(service.amounts("c1").await, [400, 400, 1_000, 600, 0]);
    for verb in ["capture", "void"] {
        assert_eq!(service.settles(verb, &reserved, json!({"ref_id": "d"})).await.refused(400)["code"], "nothing_reserved");
        assert_eq!(service.settles(verb, &rest, json!({"ref_id": "d"})).await.refused(400)["code"], "not_pending");
        let nobody = json!({"id": rabatt_service::store::new_id()});
        service.settles(verb, &nobody, json!({"ref_id": "d"})).await.refused(404);
        service.settles(verb, &json!({"id": "x"}), json!({"ref_id": "d"})).await.refused(404);
    }
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}

#[tokio::test]
async fn aid_cards_cardid_transactions_void_post() {
    let service = Service::new().await;
    service.card("c1", 1_000, json!({})).await;
    let reserved = service.moves("c1", "a", 600, json!({"pending": true})).await.ok();
    service.settles("capture", &reserved, json!({"ref_id": "b", "amount": 100})).await.ok();
    let voided = service.settles("void", &reserved, json!({"ref_id": "c"})).await.ok();
    assert_eq!((&voided["type"], &voided["amount"], &voided["parent_id"]), (&json!("voided"), &json!(500), &reserved["id"]));
    assert_eq!(service.amounts("c1").await, [900, 900, 1_000, 100, 0]);
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}

#[tokio::test]
async fn aid_cards_cardid_transactions_tid_get() {
    let service = Service::new().await;
    service.card("c1", 1_000, json!({})).await;
    let paid = service.moves("c1", "a", 1, json!({})).await.ok();
    let reserved = service.moves("c1", "b", 2, json!({"pending": true})).await.ok();
    let voided = service.settles("void", &reserved, json!({"ref_id": "c"})).await.ok();
    let list = service.call("GET", "wallets/cards/c1/transactions", "").await.ok();
    assert_eq!((&list[0]["type"], &list[0]["amount"]), (&json!("fund"), &json!(1_000)));
    assert_eq!(list.as_array().unwrap()[1..], [paid, reserved, voided]);
    service.call("GET", "wallets/cards/c2/transactions", "").await.refused(404);
    let empty = service.card("c2", 0, json!({})).await;
    assert_eq!(empty["status"], "unused");
    assert_eq!(service.call("GET", "wallets/cards/c2/transactions", "").await.ok(), json!([]));
}

#[tokio::test]
async fn who_may_only_pay_names_no_card_and_funds_none() {
    let service = Service::new().await;
    let card = service.card("c1", 1_000, json!({"card_token": {}})).await;
    let till = service.token("T00000001", "write:wallets:/transactions");
    let path = "/v1/accounts/T00000001/wallets/transactions";
    let mut body = json!({"token": card["card_token"]["token"]["value"], "ref_id": "a", "amount": 1, "currency": "NOK"});
    service.call_with("POST", path, Some(&till), body.to_string()).await.ok();
    body["type"] = json!("fund");
    service.call_with("POST", path, Some(&till), body.to_string()).await.refused(403);
    body["type"] = json!("drawdown");
    body["card_id"] = json!("c1");
    service.call_with("POST", path, Some(&till), body.to_string()).await.refused(403);
    // Nor does another account see the card.
    let other = service.other_account("T00000002", "admin:wallets").await;
    let path = "/v1/accounts/T00000002/wallets/transactions";
    for name in [json!({"card_id": "c1"}), json!({"token": card["card_token"]["token"]["value"]})] {
        let mut body = json!({"ref_id": "z", "amount": 1, "currency": "NOK"});
        body.as_object_mut().unwrap().extend(name.as_object().unwrap().clone());
        service.call_with("POST", path, Some(&other), body.to_string()).await.refused(404);
    }
    let reserved = service.moves("c1", "p", 5, json!({"pending": true})).await.ok();
    for verb in ["capture", "void"] {
        let path = format!("/v1/accounts/T00000002/wallets/transactions/{}/{verb}", reserved["id"].as_str().unwrap());
        service.call_with("POST", &path, Some(&other), json!({"ref_id": "q"}).to_string()).await.refused(404);
    }
}

#[tokio::test]
async fn cards_pay_in_their_time_and_currency_only() {
    let service = Service::new().await;
    service.card("early", 1_000, json!({"active_from": "2999-01-01T00:00:00Z"})).await;
    service.card("late", 1_000, json!({})).await;
    service.call("POST", "wallets/cards/batch", json!({"cards": [{"card_id": "inactive"}]}).to_string()).await.ok();
    let reserved = service.moves("late", "r", 100, json!({"pending": true})).await.ok();
    let expire = "UPDATE wallet_cards SET expires_at = '2020-01-01T00:00:00.000000Z' WHERE card_id = 'late'";
    sqlx::query(expire).execute(service.app.store.pool()).await.unwrap();
    let kinds = [json!({}), json!({"pending": true}), json!({"type": "fund"})];
    let code = async |card: &str, more: &Value| service.moves(card, "a", 1, more.clone()).await.refused(400)["code"].clone();
    for kind in &kinds {
        assert_eq!(code("late", kind).await, "card_expired");
        assert_eq!(code("inactive", kind).await, "card_inactive");
    }
    for kind in &kinds[..2] {
        assert_eq!(code("early", kind).await, "card_not_active_yet");
    }
    // Funding is allowed before.
    service.moves("early", "f", 1, kinds[2].clone()).await.ok();
    // What was reserved is not paid any more, and can be let go.
    assert_eq!(service.settles("capture", &reserved, json!({"ref_id": "b"})).await.refused(400)["code"], "card_expired");
    service.settles("void", &reserved, json!({"ref_id": "b"})).await.ok();
    let status = service.call("GET", "wallets/cards/late", "").await.ok();
    assert_eq!(status["status"], "expired");
    let error = service.moves("early", "s", 1, json!({"currency": "SEK", "type": "fund"})).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("currency_mismatch"), &json!("/currency")));
    assert_eq!(service.amounts("early").await, [1_001, 1_001, 1_001, 0, 0]);
    assert_eq!(service.amounts("late").await, [1_000, 1_000, 1_000, 0, 0]);
    assert_eq!(contradictions(&service).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_card_holds_so_much_and_no_more() {
    let service = Service::new().await;
    service.card("c1", 1_000, json!({})).await;
    // As if a thousand large sums had come.
    let fill = "UPDATE wallet_cards SET funds = 999999999999990";
    sqlx::query(fill).execute(service.app.store.pool()).await.unwrap();
    let error = service.moves("c1", "a", 11, json!({"type": "fund"})).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("balance_too_large"), &json!("/amount")));
    service.moves("c1", "a", 10, json!({"type": "fund"})).await.ok();
}

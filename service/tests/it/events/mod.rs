//! discounts/events

use serde_json::{Value, json};

use crate::support::{Service, coffee};

fn used(rule: &str, reference: &str, more: Value) -> Value {
    let mut one = json!({"id": reference});
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!([{"id": rule, "refs": [one]}])
}

#[tokio::test]
async fn aid_discounts_events_post() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "*").await;
    let receipt = json!({"receipt": {"id": "6ecf6ab6-6f04-45ef-8b8f-c5c24bd9ab56", "receipt_id": "r1", "store": {"id": "s1"},
        "purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari", "discounts": used(&rule, &reference, json!({"usage": 1, "amount": 100}))}});
    // The same delivery, and the same receipt in other deliveries.
    for delivery in ["d1", "d1", "d2", "d3"] {
        let answer = service.deliver("receipt_add", delivery, &receipt).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    }
    let statistics = service.statistics("kari", &reference).await;
    assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(1), &json!(100)));
    assert_eq!(service.statistics("ola", &reference).await["usage"], 0);
    // Under its id alone it is the same receipt.
    let mut renamed = receipt.clone();
    renamed["receipt"]["receipt_id"] = json!(null);
    service.event("receipt_add", &renamed).await;
    assert_eq!(service.statistics("kari", &reference).await["usage"], 1);
    let usages = service.call("GET", &format!("discounts/rules/{rule}/usages"), "").await.ok();
    assert_eq!(usages[0]["usage_refs"][0]["ref"], "6ecf6ab6-6f04-45ef-8b8f-c5c24bd9ab56");
    assert_eq!(usages[0]["usage_refs"][0]["ref_type"], "receipt_add");
    assert_eq!(usages.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nonsense_is_refused_and_the_delivery_may_come_again() {
    let service = Service::new().await;
    let token = json!({"token": {"token_id": "t", "type": "VIPPS", "value": "abc", "customer_id": "kari"}});
    let (_, ours) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(service.event("receipt_update", &token).await.refused(400)["code"], "bad_header");
    assert_eq!(service.deliver("token_add", "", &token).await.refused(400)["code"], "bad_header");
    assert_eq!(service.deliver("receipt_add", "d", &token).await.refused(400)["errors"][0]["pointer"], "/receipt");
    assert_eq!(service.deliver("token_add", "d", &json!({"receipt": {}})).await.refused(400)["errors"][0]["pointer"], "/token");
    for (change, pointer) in [
        (json!({"type": ""}), "/token/type"),
        (json!({"value": 1}), "/token/value"),
        (json!({"customer_id": "*"}), "/token/customer_id"),
    ] {
        let mut wrong = token.clone();
        wrong["token"].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(service.deliver("token_add", "d", &wrong).await.refused(400)["errors"][0]["pointer"], pointer);
    }
    for (receipt, pointer) in [
        (json!({"receipt_id": "a"}), "/receipt"),
        (json!({"receipt_id": "a", "purchase_at": "x"}), "/receipt/purchase_at"),
        (json!({"purchase_at": "2024-06-01T12:00:00Z"}), "/receipt"),
        (json!({"receipt_id": 1, "purchase_at": "2024-06-01T12:00:00Z"}), "/receipt/receipt_id"),
        (
            json!({"receipt_id": "a", "purchase_at": "2024-06-01T12:00:00Z", "discounts": [{"refs": [{"id": ours, "amount": -1}]}]}),
            "/receipt/discounts/0/refs/0/amount",
        ),
        (
            json!({"receipt_id": "a", "purchase_at": "2024-06-01T12:00:00Z", "discounts": [{"refs": [{"id": ours, "amount": 0.5}]}]}),
            "/receipt/discounts/0/refs/0/amount",
        ),
        (json!({"receipt_id": "a", "purchase_at": "2024-06-01T12:00:00Z", "customer_id": "*"}), "/receipt/customer_id"),
        // What automations could not look at, which counts as told, would never be looked at.
        (json!({"receipt_id": "a", "purchase_at": "2024-06-01T12:00:00Z", "deep": deep}), "/receipt"),
    ] {
        let error = service.deliver("receipt_add", "d", &json!({"receipt": receipt})).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{receipt} {error}");
    }
    assert_eq!(service.deliver("token_add", "d", &token).await.status.as_u16(), 204);
}

#[tokio::test]
async fn tokens_come_and_go() {
    let service = Service::new().await;
    service.rule(json!({"name": "members", "reward": {"type": "discount_amount", "value": 100}}), &["*"]).await;
    let token = |customer: &str| json!({"token": {"token_id": "t", "type": "VIPPS", "value": "abc", "customer_id": customer}});
    let receipt = coffee(json!({"customer": {"token": {"type": "VIPPS", "value": "abc"}}}));
    let changed = async || service.recalculate(&receipt).await.ok()["is_changed"].clone();
    assert_eq!(changed().await, false);
    service.deliver("token_add", "d1", &token("kari")).await;
    assert_eq!(changed().await, true);
    let by_id = coffee(json!({"customer": {"token": {"token_id": "t"}}}));
    assert_eq!(service.recalculate(&by_id).await.ok()["is_changed"], true);
    // Somebody else's removal takes nothing away.
    service.deliver("token_remove", "d2", &token("ola")).await;
    assert_eq!(changed().await, true);
    service.deliver("token_remove", "d3", &token("kari")).await;
    assert_eq!(changed().await, false);
    // A late repetition of the first delivery changes nothing.
    service.deliver("token_add", "d1", &token("kari")).await;
    assert_eq!(changed().await, false);
}

#[tokio::test]
async fn a_receipt_by_token_counts_for_its_customer() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "*").await;
    let token = json!({"token": {"token_id": "t", "type": "VIPPS", "value": "abc", "customer_id": "kari"}});
    service.event("token_add", &token).await;
    let receipt = json!({"receipt": {"receipt_id": "r1", "purchase_at": "2024-06-01T12:00:00Z",
        "customer": {"token": {"type": "VIPPS", "value": "abc"}}, "discounts": used(&rule, &reference, json!({"amount": 100}))}});
    assert_eq!(service.event("receipt_add", &receipt).await.status.as_u16(), 204);
    assert_eq!(service.statistics("kari", &reference).await["usage"], 1);
}

#[tokio::test]
async fn a_stamp_card_fills_and_empties_as_purchases_come_in() {
    let service = Service::new().await;
    let rule = json!({"requirement": {"stamp": 5, "item": {"items": [{"id": "kaffe"}]}},
        "reward": {"type": "discount_item_percent", "value": 100}});
    let (_, reference) = service.given(rule, "kari").await;
    // Each time the till asks, sells, and reports what it got.
    let mut free = Vec::new();
    for purchase in 0..13 {
        let asked = coffee(json!({"customer_id": "kari", "receipt_id": format!("r{purchase}")}));
        let answer = service.recalculate(&asked).await.ok();
        free.push(answer["items"][0]["discount_lines"][0]["amount"].as_i64().unwrap_or(0));
        assert_eq!(service.event("receipt_add", &json!({"receipt": answer})).await.status.as_u16(), 204);
    }
    assert_eq!(free, [0, 0, 0, 0, 0, 3500, 0, 0, 0, 0, 0, 3500, 0]);
    let statistics = service.statistics("kari", &reference).await;
    assert_eq!((&statistics["usage"], &statistics["stamp"], &statistics["current_stamp"]), (&json!(2), &json!(11), &json!(1)));
    // Three at once, and a purchase that fills two cards.
    let mut many = coffee(json!({"customer_id": "kari", "receipt_id": "many"}));
    many["items"][0]["quantity"] = json!(11);
    many["items"][0]["gross_amount"] = json!(11 * 3500);
    let answer = service.recalculate(&many).await.ok();
    assert_eq!(answer["discounts"][0]["refs"][0]["amount"], 7000);
    let expected = answer["discounts"][0]["refs"][0]["statistics"]["current_stamp"].clone();
    service.event("receipt_add", &json!({"receipt": answer})).await;
    assert_eq!(service.statistics("kari", &reference).await["current_stamp"], expected);
}

#[tokio::test]
async fn stamps_lapse() {
    let service = Service::new().await;
    let rule = json!({"requirement": {"stamp": 2, "item": {"items": [{"id": "kaffe"}]}}, "limitation": {"stamp_expire_days": 30},
        "reward": {"type": "discount_item_percent", "value": 100}});
    let (rule, reference) = service.given(rule, "kari").await;
    let mut free = Vec::new();
    for (purchase, at) in
        ["2024-01-01T12:00:00Z", "2024-01-02T12:00:00Z", "2024-02-15T12:00:00Z", "2024-02-16T12:00:00Z", "2024-02-17T12:00:00Z"]
            .iter()
            .enumerate()
    {
        let asked = coffee(json!({"customer_id": "kari", "receipt_id": format!("r{purchase}"), "purchase_at": at}));
        let answer = service.recalculate(&asked).await.ok();
        free.push(answer["items"][0]["discount_lines"][0]["amount"].as_i64().unwrap_or(0));
        service.event("receipt_add", &json!({"receipt": answer})).await;
    }
    // The two of January are gone in February.
    assert_eq!(free, [0, 0, 0, 0, 3500]);
    // Today all are gone, whoever asks.
    assert_eq!(service.statistics("kari", &reference).await["current_stamp"], 0);
    let usages = service.call("GET", &format!("discounts/rules/{rule}/usages"), "").await.ok();
    let statistics = &usages[0]["statistics"];
    assert_eq!((&statistics["stamp"], &statistics["current_stamp"]), (&json!(4), &json!(0)));
}

#[tokio::test]
async fn numbers_are_whole_however_they_are_written_and_other_systems_have_their_own() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    let used = json!([{"id": rule, "refs": [{"id": reference, "usage": 1.0, "amount": 1e2, "bonus": null}]},
        {"id": 7, "refs": [{"id": "theirs", "amount": 10.5}, {"id": 8, "usage": "often"}, null]}]);
    service.receipt("r1", "kari", used).await;
    let statistics = service.statistics("kari", &reference).await;
    assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(1), &json!(100)));
}

#[tokio::test]
async fn what_was_never_sold_uses_nothing() {
    let service = Service::new().await;
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    for status in ["Voided", "Cancelled", "OnHold", "Training"] {
        let receipt = json!({"receipt": {"receipt_id": status, "purchase_at": "2024-06-01T12:00:00Z", "customer_id": "kari",
            "entry_status": status, "discounts": used(&rule, &reference, json!({"usage": 1, "amount": 100}))}});
        assert_eq!(service.event("receipt_add", &receipt).await.status.as_u16(), 204);
    }
    assert_eq!(service.statistics("kari", &reference).await["usage"], 0);
}

#[tokio::test]
async fn a_limit_holds_for_receipts_that_come_too_late() {
    let service = Service::new().await;
    let once = json!({"limitation": {"discount_repeat_usage": 1}, "reward": {"type": "discount_amount", "value": 100}});
    let (rule, reference) = service.given(once, "kari").await;
    for purchase in ["r1", "r2"] {
        service.receipt(purchase, "kari", used(&rule, &reference, json!({"usage": 1, "amount": 100}))).await;
    }
    let statistics = service.statistics("kari", &reference).await;
    assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(1), &json!(100)));
    // A debit gives what it has left.
    let (rule, reference) = service.given(json!({"reward": {"type": "discount_debit", "value": 150}}), "kari").await;
    for purchase in ["r3", "r4"] {
        service.receipt(purchase, "kari", used(&rule, &reference, json!({"usage": 1, "amount": 100}))).await;
    }
    assert_eq!(service.statistics("kari", &reference).await["debit_balance"], 0);
}

#[tokio::test]
async fn a_receipt_with_more_uses_than_are_left_takes_what_is_left() {
    let service = Service::new().await;
    let once = json!({"limitation": {"discount_repeat_usage": 1}, "reward": {"type": "discount_amount", "value": 100}});
    let (rule, reference) = service.given(once, "kari").await;
    // Claimed once; the till counts twice. The coupon is used, not free again.
    service.claim("r1", "kari", &rule, &reference, 100).await.ok();
    service.receipt("r1", "kari", used(&rule, &reference, json!({"usage": 2, "amount": 200}))).await;
    assert_eq!(service.statistics("kari", &reference).await["usage"], 1);
    assert_eq!(service.claim("r2", "kari", &rule, &reference, 100).await.refused(400)["code"], "usage_exhausted");
}

#[tokio::test]
async fn stamps_that_came_in_between_do_not_disturb_what_a_reward_takes() {
    let service = Service::new().await;
    let rule = json!({"requirement": {"stamp": 2, "item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_item_percent", "value": 100}});
    let (_, reference) = service.given(rule, "kari").await;
    let stamps = async |reference_of: &str, stamp: i64| {
        let body = json!({"usage_ref": {"ref": reference_of, "ref_type": "moved", "stamp": stamp}}).to_string();
        service.call("POST", &format!("discounts/customers/kari/refs/{reference}"), body).await.ok();
    };
    stamps("a", 2).await;
    let answer = service.recalculate(&coffee(json!({"customer_id": "kari"}))).await.ok();
    // As many as a reward takes, so that the difference alone could be one reward more.
    stamps("b", 2).await;
    assert_eq!(service.event("receipt_add", &json!({"receipt": answer})).await.status.as_u16(), 204);
    assert_eq!(service.statistics("kari", &reference).await["current_stamp"], 2);
}

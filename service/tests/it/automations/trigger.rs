//! What automations do when something happens.

use rabatt_service::automations::{Event, trigger};
use rabatt_service::setup::TEST_ACCOUNT;
use serde_json::{Value, json};

use super::{gift, gifts, happens, some_rule, store};
use crate::support::Service;

#[tokio::test]
async fn the_contracts_examples() {
    // Filter, event, does it match: examples.md, 16.
    let three_keys =
        json!({"$.type": ["company"], "$.status": [{"anything-but": "blocked"}], "$.addresses[*].postal_code": ["0342", "6901"]});
    let service = Service::new().await;
    let mut expected = Vec::new();
    for (at, (event, filter, resource, matches)) in [
        (Event::ReceiptAdd, json!({"$.gross_amount": [{"numeric": [">", 50000]}]}), json!({"gross_amount": 50000}), false),
        (Event::ReceiptAdd, json!({"$.gross_amount": [{"numeric": [">", 0, "<=", 1500]}]}), json!({"gross_amount": 1500}), true),
        (
            Event::CustomerAdd,
            three_keys.clone(),
            json!({"type": "company", "status": "active", "addresses": [{"postal_code": "5020"}, {"postal_code": "0342"}]}),
            true,
        ),
        (
            Event::CustomerAdd,
            three_keys,
            json!({"type": "company", "status": "blocked", "addresses": [{"postal_code": "0342"}]}),
            false,
        ),
        (
            Event::ReceiptAdd,
            json!({"$.store.id": ["S00129"], "$.gross_amount": [{"numeric": [">", 50000]}]}),
            json!({"store": {"id": "S00129"}, "gross_amount": 50000.01}),
            true,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let rule = some_rule(&service).await;
        let id = store(&service, gift(&rule, &[event.name()], json!({"requirement": {"filter": filter}}))).await;
        let (mut resource, customer) = (resource, format!("customer-{at}"));
        resource["customer_id"] = json!(customer);
        happens(&service, event, resource).await;
        if matches {
            expected.push(format!("{customer} {rule}"));
        }
        service.call("DELETE", &format!("automations/rules/{id}"), "").await.ok();
    }
    assert_eq!(gifts(&service).await, expected);
}

#[tokio::test]
async fn each_event_sets_off_what_is_for_it() {
    let service = Service::new().await;
    for (event, name) in [
        (Event::CustomerAdd, "customer_add"),
        (Event::CustomerUpdate, "customer_update"),
        (Event::CustomerRemove, "customer_remove"),
        (Event::TokenAdd, "token_add"),
        (Event::TokenRemove, "token_remove"),
        (Event::ReceiptAdd, "receipt_add"),
    ] {
        let rule = some_rule(&service).await;
        store(&service, gift(&rule, &[name], json!({}))).await;
        let before = gifts(&service).await.len();
        happens(&service, event, json!({"customer_id": "kari"})).await;
        let after = gifts(&service).await;
        assert_eq!(after.len(), before + 1, "{name}");
        assert!(after.contains(&format!("kari {rule}")), "{name}");
    }
}

#[tokio::test]
async fn the_gift_counts_in_the_next_purchase() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    store(&service, gift(&rule, &["customer_add"], json!({}))).await;
    let receipt = crate::support::coffee(json!({"customer_id": "kari"}));
    assert_eq!(service.recalculate(&receipt).await.ok()["is_changed"], false);
    happens(&service, Event::CustomerAdd, json!({"customer_id": "kari"})).await;
    assert_eq!(service.recalculate(&receipt).await.ok()["discounts"][0]["id"], json!(rule));
    let other = crate::support::coffee(json!({"customer_id": "ola"}));
    assert_eq!(service.recalculate(&other).await.ok()["is_changed"], false);
}

#[tokio::test]
async fn events_without_a_customer_give_nothing() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    store(&service, gift(&rule, &["receipt_add", "customer_add"], json!({"limitation": {"automation_repeat": -1}}))).await;
    for customer in [json!(null), json!(""), json!(" kari"), json!("*"), json!("/"), json!(7), json!("a\u{0}b"), json!(["kari"])]
    {
        happens(&service, Event::CustomerAdd, json!({"customer_id": customer})).await;
        happens(&service, Event::ReceiptAdd, json!({"customer_id": customer})).await;
    }
    for resource in [json!({}), json!([]), json!(null), json!({"customer": {"token": {"type": "card", "value": "nobody"}}})] {
        happens(&service, Event::ReceiptAdd, resource).await;
    }
    assert_eq!(gifts(&service).await, Vec::<String>::new());
    // A receipt's token leads to its customer.
    service.customer_token("card", "4711", "kari").await;
    happens(&service, Event::ReceiptAdd, json!({"customer": {"token": {"type": "card", "value": "4711"}}})).await;
    assert_eq!(gifts(&service).await, [format!("kari {rule}")]);
}

#[tokio::test]
async fn only_inside_the_window() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    let now = chrono::Utc::now();
    let at = |minutes: i64| (now + chrono::TimeDelta::minutes(minutes)).to_rfc3339();
    for (from, to) in [(-60, -1), (1, 60)] {
        store(
            &service,
            gift(&rule, &["customer_add"], json!({"requirement": {"automation_from": at(from), "automation_to": at(to)}})),
        )
        .await;
    }
    happens(&service, Event::CustomerAdd, json!({"customer_id": "kari"})).await;
    assert_eq!(gifts(&service).await, Vec::<String>::new());
    store(&service, gift(&rule, &["customer_add"], json!({"requirement": {"automation_from": at(-1), "automation_to": at(1)}})))
        .await;
    happens(&service, Event::CustomerAdd, json!({"customer_id": "kari"})).await;
    assert_eq!(gifts(&service).await, [format!("kari {rule}")]);
}

#[tokio::test]
async fn nothing_happens_when_the_change_is_not_saved() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    store(&service, gift(&rule, &["customer_add"], json!({}))).await;
    let mut unit = service.app.store.unit().await.unwrap();
    trigger(unit.db(), &service.app, TEST_ACCOUNT, Event::CustomerAdd, &json!({"customer_id": "kari"})).await.unwrap();
    drop(unit);
    assert_eq!(gifts(&service).await, Vec::<String>::new());
    // Not counted either: it still has its one time.
    happens(&service, Event::CustomerAdd, json!({"customer_id": "kari"})).await;
    assert_eq!(gifts(&service).await, [format!("kari {rule}")]);
}

#[tokio::test]
async fn once_for_each_customer_unless_more_is_allowed() {
    let service = Service::new().await;
    let mut expected = Vec::new();
    for (limitation, times) in [
        (json!({}), 1),
        (json!({"limitation": {"automation_repeat": 3}}), 3),
        (json!({"limitation": {"automation_repeat": -1}}), 5),
    ] {
        let rule = some_rule(&service).await;
        store(&service, gift(&rule, &["receipt_add"], limitation)).await;
        for customer in ["kari", "ola"] {
            expected.extend(std::iter::repeat_n(format!("{customer} {rule}"), times));
        }
    }
    for _ in 0..5 {
        for customer in ["ola", "kari"] {
            happens(&service, Event::ReceiptAdd, json!({"customer_id": customer})).await;
        }
    }
    expected.sort();
    assert_eq!(gifts(&service).await, expected);
}

#[tokio::test]
async fn a_limit_holds_when_everything_happens_at_once() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    for _ in 0..2 {
        store(&service, gift(&rule, &["receipt_add"], json!({"limitation": {"automation_repeat": 3}}))).await;
    }
    let mut racing = tokio::task::JoinSet::new();
    for n in 0..24 {
        let app = service.app.clone();
        racing.spawn(async move {
            let mut unit = app.store.unit().await.unwrap();
            let receipt: Value = json!({"customer_id": if n % 2 == 0 { "kari" } else { "ola" }});
            trigger(unit.db(), &app, TEST_ACCOUNT, Event::ReceiptAdd, &receipt).await.unwrap();
            unit.save().await.unwrap();
        });
    }
    while let Some(done) = racing.join_next().await {
        done.unwrap();
    }
    let gifts = gifts(&service).await;
    for customer in ["kari", "ola"] {
        assert_eq!(gifts.iter().filter(|gift| **gift == format!("{customer} {rule}")).count(), 6, "{gifts:?}");
    }
    assert_eq!(gifts.len(), 12);
}

#[tokio::test]
async fn events_of_other_services_set_automations_off_once() {
    let service = Service::new().await;
    let (bought, token, lost) = (some_rule(&service).await, some_rule(&service).await, some_rule(&service).await);
    for (rule, event, filter) in [
        (&bought, "receipt_add", json!({"$.store.id": ["s1"]})),
        (&token, "token_add", json!({"$.type": ["card"]})),
        (&lost, "token_remove", json!({"$.x_reason": ["stolen"]})),
    ] {
        let more = json!({"requirement": {"filter": filter}, "limitation": {"automation_repeat": -1}});
        store(&service, gift(rule, &[event], more)).await;
    }
    // The purchase of somebody who is known by a token only, told three times.
    let mut card = json!({"token": {"type": "card", "value": "4711", "customer_id": "kari", "x_reason": "stolen"}});
    assert_eq!(service.deliver("token_add", "d1", &card).await.status, 204);
    let receipt = json!({"receipt": crate::support::coffee(json!({"customer": {"token": {"type": "card", "value": "4711"}}}))});
    for delivery in ["d2", "d2", "d3"] {
        assert_eq!(service.deliver("receipt_add", delivery, &receipt).await.status, 204);
    }
    for delivery in ["d4", "d4"] {
        assert_eq!(service.deliver("token_remove", delivery, &card).await.status, 204);
    }
    card["token"]["x_reason"] = json!("found");
    assert_eq!(service.deliver("token_remove", "d5", &card).await.status, 204);
    let mut expected = [bought, token, lost].map(|rule| format!("kari {rule}"));
    expected.sort();
    assert_eq!(gifts(&service).await, expected);
}

//! What goes back, or is voided after it was stored, takes back what it had earned: once, and no more.

use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::Row;

use super::receipt;
use crate::support::Service;

/// A line of so many coffees at 35.00.
fn coffees(line: i64, quantity: i64) -> Value {
    json!({"line_id": line, "id": "kaffe", "groups": [{"id": "coffee"}], "quantity": quantity,
        "gross_amount": 3500 * quantity, "eligible_for_discount": true})
}

fn goes_back(mut line: Value) -> Value {
    line["is_return_item"] = json!(true);
    line
}

/// A purchase as a till makes it: asked for, then stored as answered.
async fn buy(service: &Service, number: &str, more: Value) -> Value {
    let asked = receipt(number, more);
    let answer = service.recalculate(&asked).await.ok();
    service.store_receipts(std::slice::from_ref(&answer)).await;
    answer
}

/// The statistics of Kari's ref as usage, amount, bonus, stamp, current_stamp, and a debit's balance.
async fn counted(service: &Service, reference: &str) -> [i64; 6] {
    let statistics = service.statistics("kari", reference).await;
    ["usage", "amount", "bonus", "stamp", "current_stamp", "debit_balance"].map(|name| statistics[name].as_i64().unwrap_or(0))
}

/// The log and what was taken back sum to what was counted at first, and the log alone to what is.
async fn check_books(service: &Service) {
    let pool = service.app.store.pool();
    let sums = "SELECT s.ref_id, s.usage, s.amount, s.bonus, s.stamp, s.current_stamp, (
            SELECT COUNT(*) FROM usages u WHERE u.account_id = s.account_id AND u.ref_id = s.ref_id AND u.customer_id = s.customer_id
            AND u.state IN ('held', 'used')),
        CAST(COALESCE(SUM(u.usage), 0) AS BIGINT), CAST(COALESCE(SUM(u.amount), 0) AS BIGINT), CAST(COALESCE(SUM(u.bonus), 0) AS BIGINT),
        CAST(COALESCE(SUM(u.stamp), 0) AS BIGINT), CAST(COALESCE(SUM(u.stamp - u.stamp_spent), 0) AS BIGINT)
        FROM ref_statistics s LEFT JOIN usages u ON u.account_id = s.account_id AND u.ref_id = s.ref_id
            AND u.customer_id = s.customer_id AND u.state IN ('held', 'used')
        GROUP BY s.account_id, s.ref_id, s.customer_id, s.usage, s.amount, s.bonus, s.stamp, s.current_stamp";
    for row in sqlx::query(sums).fetch_all(pool).await.unwrap() {
        let number = |at: usize| row.get::<i64, _>(at);
        assert_eq!([1, 2, 3, 4, 5].map(number), [7, 8, 9, 10, 11].map(number), "ref {}", row.get::<String, _>(0));
    }
    let totals = "SELECT t.rule_id, t.usage, t.amount, t.bonus, t.stamp, t.debit, CAST(COALESCE(SUM(u.usage), 0) AS BIGINT),
        CAST(COALESCE(SUM(u.amount), 0) AS BIGINT), CAST(COALESCE(SUM(u.bonus), 0) AS BIGINT),
        CAST(COALESCE(SUM(u.stamp), 0) AS BIGINT), CAST(COALESCE(SUM(u.debit), 0) AS BIGINT)
        FROM rule_totals t LEFT JOIN usages u ON u.account_id = t.account_id AND u.rule_id = t.rule_id AND u.state IN ('held', 'used')
        GROUP BY t.account_id, t.rule_id, t.usage, t.amount, t.bonus, t.stamp, t.debit";
    for row in sqlx::query(totals).fetch_all(pool).await.unwrap() {
        let number = |at: usize| row.get::<i64, _>(at);
        assert_eq!([1, 2, 3, 4, 5].map(number), [6, 7, 8, 9, 10].map(number), "rule {}", row.get::<String, _>(0));
    }
}

fn stamps(needed: i64) -> Value {
    json!({"requirement": {"stamp": needed, "item": {"items": [{"group_id": "coffee"}]}},
        "reward": {"type": "discount_item_percent", "value": 100}})
}

#[tokio::test]
async fn a_return_takes_back_what_its_line_had_earned() {
    let service = Service::new().await;
    let (_, card) = service.given(stamps(5), "kari").await;
    let half =
        json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    let (_, half) = service.given(half, "kari").await;
    buy(&service, "1", json!({"customer_id": "kari", "items": [coffees(1, 3)]})).await;
    assert_eq!(counted(&service, &card).await, [0, 0, 0, 3, 3, 0]);
    assert_eq!(counted(&service, &half).await, [1, 1050, 0, 0, 0, 0]);
    // One of the three, told twice, by the store and by an event.
    let one = receipt("2", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 1))]}));
    for _ in 0..2 {
        service.store_receipts(std::slice::from_ref(&one)).await;
        assert_eq!(counted(&service, &card).await, [0, 0, 0, 2, 2, 0]);
        assert_eq!(counted(&service, &half).await, [1, 700, 0, 0, 0, 0]);
    }
    service.event("receipt_add", &json!({"receipt": one})).await;
    assert_eq!(counted(&service, &half).await, [1, 700, 0, 0, 0, 0]);
    check_books(&service).await;
    // The others, and more than was ever bought: no more than was earned goes.
    let all = receipt("3", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 5))]}));
    service.store_receipts(&[all]).await;
    assert_eq!(counted(&service, &card).await, [0; 6]);
    assert_eq!(counted(&service, &half).await, [0; 6]);
    let again = receipt("4", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 1))]}));
    service.store_receipts(&[again]).await;
    assert_eq!(counted(&service, &half).await, [0; 6]);
    check_books(&service).await;
    let returns = "SELECT CAST(SUM(amount) AS BIGINT), CAST(SUM(stamp) AS BIGINT), COUNT(*) FROM usage_returns";
    let row = sqlx::query(returns).fetch_one(service.app.store.pool()).await.unwrap();
    assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1), row.get::<i64, _>(2)), (1050, 3, 4));
}

#[tokio::test]
async fn a_coupon_that_went_back_may_be_used_again() {
    let service = Service::new().await;
    let once = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "limitation": {"discount_repeat_usage": 1},
        "reward": {"type": "discount_amount", "value": 500}});
    let (_, coupon) = service.given(once, "kari").await;
    buy(&service, "1", json!({"customer_id": "kari", "items": [coffees(1, 1)]})).await;
    // A till that was offline: too late for the coupon.
    let mut late = service.recalculate(&receipt("x", json!({"items": [coffees(1, 1)]}))).await.ok();
    assert_eq!(late["discounts"], json!([]));
    late["customer_id"] = json!("kari");
    let buy_again = receipt("2", json!({"customer_id": "kari", "items": [coffees(1, 1)]}));
    assert_eq!(service.recalculate(&buy_again).await.ok()["is_changed"], false);
    service.store_receipts(&[receipt("3", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 1))]}))]).await;
    assert_eq!(counted(&service, &coupon).await, [0; 6]);
    assert_eq!(service.recalculate(&buy_again).await.ok()["is_changed"], true);
}

#[tokio::test]
async fn a_reward_goes_back_with_its_stamps_and_spent_stamps_stay() {
    let service = Service::new().await;
    let (_, card) = service.given(stamps(2), "kari").await;
    buy(&service, "1", json!({"customer_id": "kari", "items": [coffees(1, 2)]})).await;
    assert_eq!(counted(&service, &card).await, [0, 0, 0, 2, 2, 0]);
    buy(&service, "2", json!({"customer_id": "kari", "order_number": "o2", "items": [coffees(1, 1)]})).await;
    assert_eq!(counted(&service, &card).await, [1, 3500, 0, 2, 0, 0]);
    // The free one goes back: the card is full again.
    let free = receipt("3", json!({"customer_id": "kari", "order_number": "o2", "items": [goes_back(coffees(1, 1))]}));
    service.store_receipts(&[free]).await;
    assert_eq!(counted(&service, &card).await, [0, 0, 0, 2, 2, 0]);
    buy(&service, "4", json!({"customer_id": "kari", "items": [coffees(1, 1)]})).await;
    assert_eq!(counted(&service, &card).await, [1, 3500, 0, 2, 0, 0]);
    // What earned the stamps goes back when they are spent: there is nothing to take.
    let first = receipt("5", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 3))]}));
    service.store_receipts(&[first]).await;
    let after = counted(&service, &card).await;
    assert!(after[3] >= 0 && after[4] >= 0, "{after:?}");
    check_books(&service).await;
}

#[tokio::test]
async fn a_balance_and_a_bonus_come_back() {
    let service = Service::new().await;
    let (_, debit) = service.given(json!({"reward": {"type": "discount_debit", "value": 5000}}), "kari").await;
    let bonus = json!({"reward": {"type": "discount_percent", "value": 10, "effect": "bonus"}});
    let (_, bonus) = service.given(bonus, "kari").await;
    buy(&service, "1", json!({"customer_id": "kari", "items": [coffees(1, 1)]})).await;
    assert_eq!(counted(&service, &debit).await, [1, 3500, 0, 0, 0, 1500]);
    let earned = counted(&service, &bonus).await[2];
    service.store_receipts(&[receipt("2", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 1))]}))]).await;
    assert_eq!(counted(&service, &debit).await, [0, 0, 0, 0, 0, 5000]);
    assert_eq!(counted(&service, &bonus).await, [0; 6], "of {earned}");
    check_books(&service).await;
}

#[tokio::test]
async fn lines_that_are_voided_on_the_receipt_earn_nothing() {
    let service = Service::new().await;
    let (_, card) = service.given(stamps(5), "kari").await;
    let off = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    let (_, off) = service.given(off, "kari").await;
    let two = json!({"customer_id": "kari", "items": [coffees(1, 1), coffees(2, 1)]});
    let mut answer = service.recalculate(&receipt("1", two)).await.ok();
    // Taken off after the till had asked.
    answer["items"][1]["voided"] = json!(true);
    service.store_receipts(&[answer]).await;
    assert_eq!(counted(&service, &card).await, [0, 0, 0, 1, 1, 0]);
    assert_eq!(counted(&service, &off).await, [1, 350, 0, 0, 0, 0]);
    // Taken off before: what the till was told is what counts.
    let mut sent = receipt("2", json!({"customer_id": "kari", "items": [coffees(1, 1), coffees(2, 1)]}));
    sent["items"][1]["voided"] = json!(true);
    let answer = service.recalculate(&sent).await.ok();
    service.store_receipts(&[answer]).await;
    assert_eq!(counted(&service, &card).await, [0, 0, 0, 2, 2, 0]);
    assert_eq!(counted(&service, &off).await, [2, 700, 0, 0, 0, 0]);
    check_books(&service).await;
}

#[tokio::test]
async fn lines_that_are_voided_later_take_back_what_they_had_earned() {
    let service = Service::new().await;
    let off = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    let (_, off) = service.given(off, "kari").await;
    let mut stored = buy(&service, "1", json!({"customer_id": "kari", "items": [coffees(1, 1), coffees(2, 1)]})).await;
    assert_eq!(counted(&service, &off).await, [1, 700, 0, 0, 0, 0]);
    stored["items"][0]["voided"] = json!(true);
    for _ in 0..2 {
        assert_eq!(service.store_receipts(std::slice::from_ref(&stored)).await["duplicates"], 1);
        assert_eq!(counted(&service, &off).await, [1, 350, 0, 0, 0, 0]);
    }
    // The whole of it.
    stored["entry_status"] = json!("Voided");
    for _ in 0..2 {
        assert_eq!(service.store_receipts(std::slice::from_ref(&stored)).await["duplicates"], 1);
        assert_eq!(counted(&service, &off).await, [0; 6]);
    }
    // Nothing is left that could go back.
    service.store_receipts(&[receipt("2", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 2))]}))]).await;
    assert_eq!(counted(&service, &off).await, [0; 6]);
    check_books(&service).await;
}

#[tokio::test]
async fn goods_come_from_their_order_else_from_the_newest_purchase() {
    let service = Service::new().await;
    let off = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    let (rule, off) = service.given(off, "kari").await;
    let at = |day: &str, more: Value| {
        let mut all = json!({"customer_id": "kari", "items": [coffees(1, 1)], "purchase_at": format!("2024-06-{day}T12:00:00Z")});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    buy(&service, "1", at("01", json!({"order_number": "first"}))).await;
    buy(&service, "2", at("02", json!({}))).await;
    // After the return: not where the goods come from.
    buy(&service, "3", at("20", json!({}))).await;
    assert_eq!(counted(&service, &off).await, [3, 1050, 0, 0, 0, 0]);
    let back = |number: &str, more: Value| receipt(number, at("10", more));
    let gone = json!({"items": [goes_back(coffees(1, 1))]});
    let of = async || {
        let rows =
            "SELECT r.receipt_id FROM receipt_returns g JOIN receipts r ON r.account_id = g.account_id AND r.id = g.receipt
            ORDER BY g.created_at";
        let rows = sqlx::query(rows).fetch_all(service.app.store.pool()).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>()
    };
    let mut ordered = gone.clone();
    ordered["order_number"] = json!("first");
    service.store_receipts(&[back("4", ordered)]).await;
    assert_eq!(of().await, ["1"]);
    service.store_receipts(&[back("5", gone.clone())]).await;
    assert_eq!(of().await, ["1", "2"]);
    service.store_receipts(&[back("6", gone.clone())]).await;
    assert_eq!(of().await, ["1", "2"], "nothing more was bought by then");
    // Somebody else's purchases are nobody's business.
    let mut ola = back("7", gone);
    ola["customer_id"] = json!("ola");
    service.store_receipts(&[ola]).await;
    assert_eq!(of().await, ["1", "2"]);
    assert_eq!(counted(&service, &off).await, [1, 350, 0, 0, 0, 0]);
    let usages = service.call("GET", &format!("discounts/rules/{rule}/usages"), "").await.ok();
    assert_eq!(usages[0]["statistics"]["amount"], 350);
    check_books(&service).await;
}

#[tokio::test]
async fn returns_that_race_take_a_line_back_once() {
    let service = Service::new().await;
    let off = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    let (_, off) = service.given(off, "kari").await;
    buy(&service, "1", json!({"customer_id": "kari", "items": [coffees(1, 4)]})).await;
    let returns: Vec<Value> = (0..6)
        .map(|at| receipt(&format!("back {at}"), json!({"customer_id": "kari", "items": [goes_back(coffees(1, 1))]})))
        .collect();
    let both = service.beside().await;
    let send = async |at: usize, receipt: &Value| {
        let service = if at.is_multiple_of(2) { &service } else { &both };
        service.store_receipts(std::slice::from_ref(receipt)).await["duplicates"] == 0
    };
    let stored = join_all(returns.iter().enumerate().map(|(at, receipt)| send(at, receipt))).await;
    assert_eq!(stored, [true; 6]);
    assert_eq!(counted(&service, &off).await, [0; 6]);
    check_books(&service).await;
}

#[tokio::test]
async fn of_several_rewards_each_goes_back_with_what_it_gave() {
    let service = Service::new().await;
    let (_, card) = service.given(stamps(1), "kari").await;
    // Four coffees: two stamps, two of them free.
    buy(&service, "1", json!({"customer_id": "kari", "items": [coffees(1, 4)]})).await;
    assert_eq!(counted(&service, &card).await, [1, 7000, 0, 2, 0, 0]);
    // Who keeps two keeps one reward, and the stamp that paid for it.
    let back =
        |number: &str, quantity: i64| receipt(number, json!({"customer_id": "kari", "items": [goes_back(coffees(1, quantity))]}));
    service.store_receipts(&[back("2", 2)]).await;
    assert_eq!(counted(&service, &card).await, [1, 3500, 0, 1, 0, 0]);
    service.store_receipts(&[back("3", 1)]).await;
    assert_eq!(counted(&service, &card).await, [1, 1750, 0, 1, 0, 0], "a stamp that is spent stays");
    service.store_receipts(&[back("4", 1)]).await;
    assert_eq!(counted(&service, &card).await, [0; 6]);
    check_books(&service).await;
}

#[tokio::test]
async fn of_several_rewards_on_a_receipt_with_voided_lines_those_left_take_their_stamps() {
    let service = Service::new().await;
    let (_, card) = service.given(stamps(1), "kari").await;
    // Six coffees: three stamps, three of them free; two coffees were taken off after the till had asked.
    let six = receipt("1", json!({"customer_id": "kari", "items": [coffees(1, 1), coffees(2, 1), coffees(3, 4)]}));
    let mut answer = service.recalculate(&six).await.ok();
    assert_eq!(answer["discounts"][0]["refs"][0]["stamp"], 3, "{answer}");
    let free = |line: usize| answer["items"][line]["discount_lines"].as_array().map_or(0, |lines| lines.len());
    let rewarded = free(0) + free(1);
    answer["items"][0]["voided"] = json!(true);
    answer["items"][1]["voided"] = json!(true);
    service.store_receipts(&[answer]).await;
    let [usage, amount, _, stamp, current, _] = counted(&service, &card).await;
    let rewards = (amount + 3499) / 3500;
    assert_eq!((usage, stamp, current), (1, 4 - rewards, 4 - 2 * rewards), "{rewarded} lines were free, {amount} is left");
    check_books(&service).await;
}

#[tokio::test]
async fn what_only_events_told_of_goes_back_by_line_and_as_a_whole() {
    let service = Service::new().await;
    let off = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    let (_, off) = service.given(off, "kari").await;
    let told = async |receipt: &Value| service.event("receipt_add", &json!({"receipt": receipt})).await;
    let amount = async || counted(&service, &off).await[1];
    let two = json!({"customer_id": "kari", "items": [coffees(1, 2), coffees(2, 1)]});
    let mut answer = service.recalculate(&receipt("1", two)).await.ok();
    told(&answer).await;
    assert_eq!(amount().await, 1050);
    // Brought back: told by an event too, twice, then by the store.
    let one = receipt("2", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 1))]}));
    for _ in 0..2 {
        told(&one).await;
        assert_eq!(amount().await, 700);
    }
    service.store_receipts(std::slice::from_ref(&one)).await;
    assert_eq!(amount().await, 700);
    // A line is voided, twice; then the purchase is stored as it is by then, and nothing changes.
    answer["items"][1]["voided"] = json!(true);
    for _ in 0..2 {
        told(&answer).await;
        assert_eq!(amount().await, 350);
    }
    service.store_receipts(std::slice::from_ref(&answer)).await;
    assert_eq!(amount().await, 350);
    // What is left goes once, whoever is asked where it came from.
    service.store_receipts(&[receipt("3", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 5))]}))]).await;
    assert_eq!(counted(&service, &off).await, [0; 6]);
    check_books(&service).await;
}

#[tokio::test]
async fn a_purchase_is_voided_by_whatever_road() {
    let service = Service::new().await;
    let off = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    let (_, off) = service.given(off, "kari").await;
    let told = async |receipt: &Value| service.event("receipt_add", &json!({"receipt": receipt})).await;
    let usage = async || counted(&service, &off).await[0];
    for (number, (bought, voided)) in
        [("event", "event"), ("event", "store"), ("store", "event"), ("store", "store")].into_iter().enumerate()
    {
        for without_lines in [false, true] {
            let number = format!("{number} {without_lines}");
            let asked = receipt(&number, json!({"customer_id": "kari", "items": [coffees(1, 1)]}));
            let mut answer = service.recalculate(&asked).await.ok();
            if without_lines {
                answer.as_object_mut().unwrap().remove("items");
            }
            let send = async |road: &str, receipt: &Value| match road {
                "event" => drop(told(receipt).await),
                _ => drop(service.store_receipts(std::slice::from_ref(receipt)).await),
            };
            send(bought, &answer).await;
            assert_eq!(usage().await, 1, "{number}: {bought}");
            answer["entry_status"] = json!("Voided");
            for _ in 0..2 {
                send(voided, &answer).await;
                assert_eq!(counted(&service, &off).await, [0; 6], "{number}: {bought}, {voided}");
            }
            // The till tries the purchase itself again.
            answer["entry_status"] = json!("Delivered");
            send(bought, &answer).await;
            assert_eq!(counted(&service, &off).await, [0; 6], "{number}: {bought}, {voided}");
        }
    }
    check_books(&service).await;
}

#[tokio::test]
async fn what_came_too_late_and_went_back_waits_for_no_room() {
    let service = Service::new().await;
    let once = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "limitation": {"discount_repeat_usage": 1},
        "reward": {"type": "discount_amount", "value": 500}});
    let (_, coupon) = service.given(once, "kari").await;
    let at = |number: &str| receipt(number, json!({"customer_id": "kari", "order_number": number, "items": [coffees(1, 2)]}));
    let first = service.recalculate(&at("1")).await.ok();
    let mut late = service.recalculate(&at("2")).await.ok();
    service.store_receipts(std::slice::from_ref(&first)).await;
    service.store_receipts(std::slice::from_ref(&late)).await;
    assert_eq!(counted(&service, &coupon).await, [1, 1000, 0, 0, 0, 0]);
    // What came too late goes back; its till tries it once more.
    late["entry_status"] = json!("Voided");
    service.store_receipts(std::slice::from_ref(&late)).await;
    late["entry_status"] = json!("Delivered");
    service.event("receipt_add", &json!({"receipt": late})).await;
    // Then there is room.
    let back = json!({"customer_id": "kari", "order_number": "1", "items": [goes_back(coffees(1, 2))]});
    service.store_receipts(&[receipt("3", back)]).await;
    service.event("receipt_add", &json!({"receipt": late})).await;
    assert_eq!(counted(&service, &coupon).await, [0; 6]);
    check_books(&service).await;
}

/// Five coffees are sold with five stamps and go back: no stamp is left.
async fn sold_and_back(service: &Service, buyer: &Value, (rule, card): (&str, &str), number: &str) {
    let told = json!([{"id": rule, "refs": [{"id": card, "stamp": 5}]}]);
    let with = |number: String, items: Value, more: Value| {
        let mut one = receipt(&number, json!({"items": items}));
        one.as_object_mut().unwrap().extend(buyer.as_object().unwrap().clone());
        one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        one
    };
    service.store_receipts(&[with(format!("sold {number}"), json!([coffees(1, 5)]), json!({"discounts": told}))]).await;
    assert_eq!(counted(service, card).await, [0, 0, 0, 5, 5, 0], "{buyer}");
    service.store_receipts(&[with(format!("back {number}"), json!([goes_back(coffees(1, 5))]), json!({}))]).await;
    assert_eq!(counted(service, card).await, [0; 6], "{buyer}");
}

#[tokio::test]
async fn goods_go_back_also_when_only_a_token_or_a_claim_says_who_bought() {
    let service = Service::new().await;
    let token = json!({"type": "VIPPS", "value": "abc", "customer_id": "kari"});
    service.event("token_add", &json!({"token": token})).await;
    let by_token = json!({"customer": {"token": {"type": "VIPPS", "value": "abc"}}});
    for (at, buyer) in [json!({"customer_id": "kari"}), by_token.clone()].iter().enumerate() {
        let (rule, card) = service.given(stamps(5), "kari").await;
        sold_and_back(&service, buyer, (&rule, &card), &at.to_string()).await;
    }
    let of = async |customer: &str| {
        let list = service.call("GET", &format!("receipts/customers/{customer}"), "").await.ok();
        list["receipts"].as_array().unwrap().len()
    };
    assert_eq!(of("kari").await, 4);
    let segment = service.call("POST", "receipts/customer_segment", "{}").await.ok();
    assert_eq!(segment["customers"], json!([{"customer_id": "kari", "purchases": 4}]));
    // As it was sent it stays; said once more, it is written there too, and of nobody else.
    let put =
        async |customer: &str| service.call("PUT", "receipts/all/sold%201", json!({"customer_id": customer}).to_string()).await;
    let path = "receipts/customers/kari/sold%201";
    assert_eq!(service.call("GET", path, "").await.ok()["customer_id"], Value::Null);
    assert_eq!(put("ola").await.refused(400)["code"], "customer_known");
    assert_eq!(put("kari").await.ok()["customer_id"], "kari");
    assert_eq!(service.call("GET", path, "").await.ok()["customer_id"], "kari");
    let moved = service.call("POST", &format!("{path}/change_customer_id"), r#"{"customer_id":"ola"}"#).await.ok();
    assert!(moved["extra_info"][0]["value"].as_str().unwrap().contains(r#""old":"kari""#), "{moved}");
    assert_eq!((of("kari").await, of("ola").await), (3, 1));
    // A claim that says who bought.
    let off = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    let (rule, off) = service.given(off, "*").await;
    service.claim("claimed", "nora", &rule, &off, 350).await.ok();
    let used = json!([{"id": rule, "refs": [{"id": off, "usage": 1, "amount": 350}]}]);
    service.store_receipts(&[receipt("claimed", json!({"items": [coffees(1, 1)], "discounts": used}))]).await;
    assert_eq!(service.statistics("nora", &off).await["usage"], 1);
    service.store_receipts(&[receipt("unclaimed", json!({"customer_id": "nora", "items": [goes_back(coffees(1, 1))]}))]).await;
    assert_eq!(service.statistics("nora", &off).await["usage"], 0);
    check_books(&service).await;
}

#[tokio::test]
async fn goods_go_back_also_when_an_event_says_later_who_bought() {
    let service = Service::new().await;
    let (rule, card) = service.given(stamps(5), "kari").await;
    let told = json!([{"id": rule, "refs": [{"id": card, "stamp": 5}]}]);
    let mut sold = receipt("1", json!({"items": [coffees(1, 5)], "discounts": told}));
    service.store_receipts(std::slice::from_ref(&sold)).await;
    sold["customer_id"] = json!("kari");
    service.event("receipt_add", &json!({"receipt": sold})).await;
    assert_eq!(counted(&service, &card).await, [0, 0, 0, 5, 5, 0]);
    service.store_receipts(&[receipt("2", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 5))]}))]).await;
    assert_eq!(counted(&service, &card).await, [0; 6]);
    check_books(&service).await;
}

#[tokio::test]
async fn a_return_that_is_voided_is_undone_once() {
    let service = Service::new().await;
    let off = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "limitation": {"discount_repeat_usage": 1},
        "reward": {"type": "discount_amount", "value": 500}});
    for (at, (road, whole)) in [("store", true), ("store", false), ("event", true), ("event", false)].into_iter().enumerate() {
        let (_, coupon) = service.given(off.clone(), "kari").await;
        let (_, card) = service.given(stamps(2), "kari").await;
        let numbers = async || (counted(&service, &coupon).await, counted(&service, &card).await);
        let told = async |receipt: &Value| match road {
            "event" => drop(service.event("receipt_add", &json!({"receipt": receipt})).await),
            _ => drop(service.store_receipts(std::slice::from_ref(receipt)).await),
        };
        let order = format!("o{at}");
        let sold = json!({"customer_id": "kari", "order_number": order, "items": [coffees(1, 2)]});
        buy(&service, &format!("sold {at}"), sold).await;
        let before = numbers().await;
        assert_eq!(before.0[0], 1);
        let goods = json!([goes_back(coffees(1, 1)), goes_back(coffees(2, 1))]);
        let mut back = receipt(&format!("back {at}"), json!({"customer_id": "kari", "order_number": order, "items": goods}));
        let original = back.clone();
        told(&back).await;
        assert_eq!(numbers().await, ([0; 6], [0; 6]), "{road}, {whole}");
        if whole {
            back["entry_status"] = json!("Cancelled");
        } else {
            back["items"][0]["voided"] = json!(true);
            told(&back).await;
            // One of two came back after all.
            assert_eq!(numbers().await.0, [1, before.0[1] / 2, 0, 0, 0, 0], "{road}");
            back["items"][1]["voided"] = json!(true);
        }
        for _ in 0..2 {
            told(&back).await;
            assert_eq!(numbers().await, before, "{road}, {whole}");
        }
        // Its till tells of the return itself once more: it stays voided.
        told(&original).await;
        service.event("receipt_add", &json!({"receipt": original})).await;
        assert_eq!(numbers().await, before, "{road}, {whole}");
        check_books(&service).await;
        // What it had taken can go back by another return.
        let again = json!({"customer_id": "kari", "order_number": order, "items": [goes_back(coffees(1, 2))]});
        told(&receipt(&format!("again {at}"), again)).await;
        assert_eq!(numbers().await, ([0; 6], [0; 6]), "{road}, {whole}");
        for reference in [&coupon, &card] {
            service.call("DELETE", &format!("discounts/customers/kari/refs/{reference}"), "").await.ok();
        }
    }
    check_books(&service).await;
}

#[tokio::test]
async fn a_coupon_that_was_used_again_is_not_used_twice_when_the_return_is_voided() {
    let service = Service::new().await;
    let once = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "limitation": {"discount_repeat_usage": 1},
        "reward": {"type": "discount_amount", "value": 500}});
    let (_, coupon) = service.given(once, "kari").await;
    let order = |name: &str, items: Value| json!({"customer_id": "kari", "order_number": name, "items": items});
    buy(&service, "1", order("one", json!([coffees(1, 1)]))).await;
    let mut back = receipt("2", order("one", json!([goes_back(coffees(1, 1))])));
    service.store_receipts(std::slice::from_ref(&back)).await;
    buy(&service, "3", order("three", json!([coffees(1, 1), coffees(2, 1)]))).await;
    assert_eq!(counted(&service, &coupon).await, [1, 1000, 0, 0, 0, 0]);
    // The goods stay sold, with a coupon that is gone: it came too late.
    back["entry_status"] = json!("Voided");
    for _ in 0..2 {
        service.store_receipts(std::slice::from_ref(&back)).await;
        assert_eq!(counted(&service, &coupon).await, [1, 1000, 0, 0, 0, 0]);
        check_books(&service).await;
    }
    // Where the other purchase goes back, the first has used it.
    service.store_receipts(&[receipt("4", order("three", json!([goes_back(coffees(1, 2))])))]).await;
    assert_eq!(counted(&service, &coupon).await, [1, 500, 0, 0, 0, 0]);
    service.store_receipts(&[receipt("5", order("one", json!([goes_back(coffees(1, 1))])))]).await;
    assert_eq!(counted(&service, &coupon).await, [0; 6]);
    check_books(&service).await;
}

#[tokio::test]
async fn a_balance_and_a_reward_that_came_back_are_taken_again() {
    let service = Service::new().await;
    let (_, card) = service.given(stamps(2), "kari").await;
    buy(&service, "1", json!({"customer_id": "kari", "items": [coffees(1, 2)]})).await;
    let tea = json!({"requirement": {"item": {"items": [{"id": "te"}]}}, "reward": {"type": "discount_debit", "value": 5000}});
    let (_, debit) = service.given(tea, "kari").await;
    let mut tea = coffees(2, 1);
    (tea["id"], tea["groups"]) = (json!("te"), json!([]));
    let both = json!([coffees(1, 1), tea]);
    buy(&service, "2", json!({"customer_id": "kari", "order_number": "two", "items": both})).await;
    let before = (counted(&service, &debit).await, counted(&service, &card).await);
    assert_eq!(before, ([1, 3500, 0, 0, 0, 1500], [1, 3500, 0, 2, 0, 0]));
    let both = json!([goes_back(both[0].clone()), goes_back(both[1].clone())]);
    let mut back = receipt("3", json!({"customer_id": "kari", "order_number": "two", "items": both}));
    service.store_receipts(std::slice::from_ref(&back)).await;
    assert_eq!((counted(&service, &debit).await, counted(&service, &card).await), ([0, 0, 0, 0, 0, 5000], [0, 0, 0, 2, 2, 0]));
    back["items"][0]["voided"] = json!(true);
    back["items"][1]["voided"] = json!(true);
    for _ in 0..2 {
        service.store_receipts(std::slice::from_ref(&back)).await;
        assert_eq!((counted(&service, &debit).await, counted(&service, &card).await), before);
    }
    check_books(&service).await;
}

#[tokio::test]
async fn nothing_comes_back_of_a_purchase_that_is_voided_itself() {
    let service = Service::new().await;
    let off = json!({"requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    let (_, off) = service.given(off, "kari").await;
    let mut sold = buy(&service, "1", json!({"customer_id": "kari", "items": [coffees(1, 2)]})).await;
    let mut back = receipt("2", json!({"customer_id": "kari", "items": [goes_back(coffees(1, 2))]}));
    service.store_receipts(std::slice::from_ref(&back)).await;
    sold["entry_status"] = json!("Voided");
    service.store_receipts(&[sold]).await;
    back["entry_status"] = json!("Voided");
    service.store_receipts(&[back]).await;
    assert_eq!(counted(&service, &off).await, [0; 6]);
    check_books(&service).await;
}

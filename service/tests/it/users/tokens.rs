//! customers/users/{customer_id}/tokens

use serde_json::{Value, json};

use crate::support::{Answer, Service, coffee};

impl Service {
    async fn give_token(&self, customer: &str, token: Value) -> Answer {
        self.call("POST", &format!("customers/users/{customer}/tokens"), token.to_string()).await
    }

    async fn tokens(&self, customer: &str, query: &str) -> Vec<Value> {
        let list = self.call("GET", &format!("customers/users/{customer}/tokens?{query}"), "").await.ok();
        list.as_array().unwrap().clone()
    }
}

/// A rule for everybody who is known; whether a till that reads this token sees it apply.
async fn known_at_the_till(service: &Service, token: Value) -> Value {
    service.recalculate(&coffee(json!({"customer": {"token": token}}))).await.ok()["is_changed"].clone()
}

#[tokio::test]
async fn tills_know_a_token_at_once() {
    let service = Service::new().await;
    service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &["*"]).await;
    service.customer(json!({"customer_id": "kari"})).await;
    let (by_value, by_id) = (json!({"type": "VIPPS", "value": "abc"}), json!({"token_id": "t1"}));
    assert_eq!(known_at_the_till(&service, by_value.clone()).await, false);
    let sent = json!({"type": "VIPPS", "value": "abc", "token_id": "t1", "metadata": {"mask_pan": "**** 3477"}, "id": "mine"});
    let answer = service.give_token("kari", sent.clone()).await;
    assert_eq!(answer.status.as_u16(), 201);
    let token = answer.json();
    for name in ["type", "value", "token_id", "metadata"] {
        assert_eq!(token[name], sent[name]);
    }
    assert!(token["created_by"] == "test" && token["id"] != "mine");
    assert_eq!(known_at_the_till(&service, by_value.clone()).await, true);
    assert_eq!(known_at_the_till(&service, by_id.clone()).await, true);
    assert_eq!(service.tokens("kari", "").await, std::slice::from_ref(&token));
    let path = format!("customers/users/kari/tokens/{}", token["id"].as_str().unwrap());
    let gone = service.call("DELETE", &path, "").await.ok();
    assert!(gone["deleted_at"].is_string() && gone["value"] == "abc");
    assert_eq!(known_at_the_till(&service, by_value).await, false);
    assert_eq!(known_at_the_till(&service, by_id).await, false);
    assert_eq!(service.call("DELETE", &path, "").await.refused(400)["code"], "already_deleted");
    assert_eq!(service.tokens("kari", "").await, [Value::Null; 0]);
    assert_eq!(service.tokens("kari", "include_deleted=true").await, [gone]);
    // Given again, it is another one; it can be named by its id elsewhere.
    assert_eq!(service.give_token("kari", sent).await.status.as_u16(), 201);
    service.call("DELETE", "customers/users/kari/tokens/t1", "").await.ok();
    assert_eq!(service.tokens("kari", "").await, [Value::Null; 0]);
    assert_eq!(service.call("DELETE", "customers/users/kari/tokens/t1", "").await.refused(400)["code"], "already_deleted");
}

#[tokio::test]
async fn a_token_is_one_customers() {
    let service = Service::new().await;
    for name in ["kari", "ola"] {
        service.customer(json!({"customer_id": name})).await;
    }
    let token = json!({"type": "card", "value": "1234"});
    let answers =
        futures_util::future::join_all(["kari", "ola", "kari", "ola"].map(|name| service.give_token(name, token.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status.as_u16() == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status.as_u16() != 201) {
        let error = answer.refused(400);
        assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("token_exists"), &json!("/value")));
        assert!(!answer.text.contains("1234"));
    }
    // Of another type, or in another account, it is another token.
    assert_eq!(service.give_token("ola", json!({"type": "phone", "value": "1234"})).await.status.as_u16(), 201);
    let other = service.other_account("T00000002", "admin:customers").await;
    let path = "/v1/accounts/T00000002/customers/users";
    service.call_with("POST", path, Some(&other), r#"{"customer_id":"kari"}"#).await.ok();
    let answer = service.call_with("POST", &format!("{path}/kari/tokens"), Some(&other), token.to_string()).await;
    assert_eq!(answer.status.as_u16(), 201);
    service.give_token("nobody", token).await.refused(404);
    service.call("GET", "customers/users/nobody/tokens", "").await.refused(404);
    service.call("DELETE", "customers/users/kari/tokens/nothing", "").await.refused(404);
    for (wrong, pointer) in [
        (json!({"type": "x"}), ""),
        (json!({"type": "", "value": "x"}), "/type"),
        (json!({"type": "x", "value": 1}), "/value"),
        (json!({"type": "x", "value": " x"}), "/value"),
        (json!({"type": "x", "value": "x", "token_id": ""}), "/token_id"),
        (json!({"type": "x", "value": "x", "metadata": 1}), "/metadata"),
    ] {
        assert_eq!(service.give_token("kari", wrong.clone()).await.refused(400)["errors"][0]["pointer"], pointer, "{wrong}");
    }
}

#[tokio::test]
async fn aid_customers_cid_tokens_get() {
    let service = Service::new().await;
    service.customer(json!({"customer_id": "kari"})).await;
    service.customer(json!({"customer_id": "ola"})).await;
    for nth in 0..5 {
        let kind = if nth % 2 == 0 { "card" } else { "phone" };
        service.give_token("kari", json!({"type": kind, "value": format!("v{nth}")})).await;
    }
    let values = async |query: &str| -> Vec<Value> {
        service.tokens("kari", query).await.iter().map(|token| token["value"].clone()).collect()
    };
    assert_eq!(values("limit=2").await, ["v0", "v1"]);
    let second = service.tokens("kari", "limit=2").await[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(values(&format!("starting_after={second}")).await, ["v2", "v3", "v4"]);
    assert_eq!(values("type=card").await, ["v0", "v2", "v4"]);
    let counted = service.call("GET", "customers/users/kari/tokens?type=card&limit=1&total=true", "").await;
    assert_eq!(counted.header("total-count"), "3");
    service.call("GET", &format!("customers/users/ola/tokens?starting_after={second}"), "").await.refused(400);
    // Customers are found by them.
    service.give_token("ola", json!({"type": "card", "value": "v1"})).await;
    assert_eq!(service.found("token_type=card&token_value=v1").await, ["ola"]);
    assert_eq!(service.found("token_value=v1").await, ["kari", "ola"]);
    assert_eq!(service.found("token_type=phone").await, ["kari"]);
    assert_eq!(service.found("token_value=v9").await, [""; 0]);
}

#[tokio::test]
async fn tokens_that_arrive_as_events_are_the_same_tokens() {
    let service = Service::new().await;
    service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &["*"]).await;
    for name in ["kari", "ola"] {
        service.customer(json!({"customer_id": name})).await;
    }
    let told = |name: &str| json!({"token": {"token_id": "t", "type": "VIPPS", "value": "abc", "customer_id": name}});
    service.event("token_add", &told("kari")).await;
    let token = service.tokens("kari", "").await[0].clone();
    assert_eq!((&token["type"], &token["value"], &token["token_id"]), (&json!("VIPPS"), &json!("abc"), &json!("t")));
    let same = json!({"type": "VIPPS", "value": "abc"});
    assert_eq!(service.give_token("ola", same.clone()).await.refused(400)["code"], "token_exists");
    // An event moves it; then the former owner's removal takes nothing away.
    service.event("token_add", &told("ola")).await;
    assert_eq!((service.tokens("kari", "").await.len(), service.tokens("ola", "").await.len()), (0, 1));
    service.event("token_remove", &told("kari")).await;
    assert_eq!(known_at_the_till(&service, same.clone()).await, true);
    service.event("token_remove", &told("ola")).await;
    assert_eq!(service.tokens("ola", "").await.len(), 0);
    assert_eq!(known_at_the_till(&service, same.clone()).await, false);
    // One made here goes by an event too.
    service.give_token("kari", same.clone()).await;
    service.event("token_remove", &told("kari")).await;
    assert_eq!((service.tokens("kari", "").await.len(), known_at_the_till(&service, same).await), (0, json!(false)));
}

#[tokio::test]
async fn tokens_follow_their_customer() {
    let service = Service::new().await;
    service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &["kari"]).await;
    service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &["karianne"]).await;
    service.customer(json!({"customer_id": "kari"})).await;
    let token = json!({"type": "card", "value": "1"});
    service.give_token("kari", token.clone()).await;
    service.call("POST", "customers/users/kari/change_customer_id", r#"{"customer_id":"karianne"}"#).await.ok();
    assert_eq!(service.tokens("karianne", "").await.len(), 1);
    let receipt = coffee(json!({"customer": {"token": token}}));
    let discounts = service.recalculate(&receipt).await.ok()["discounts"].clone();
    assert_eq!(discounts.as_array().unwrap().len(), 1);
    // Deleting the customer leaves them, unless it is asked otherwise.
    service.call("DELETE", "customers/users/karianne", "").await.ok();
    assert_eq!(service.recalculate(&receipt).await.ok()["is_changed"], true);
    service.customer(json!({"customer_id": "karianne"})).await;
    assert_eq!(service.tokens("karianne", "").await.len(), 1);
    service.call("DELETE", "customers/users/karianne?delete_tokens=true", "").await.ok();
    assert_eq!(service.recalculate(&receipt).await.ok()["is_changed"], false);
    assert_eq!(service.rows("customer_token_bodies").await + service.rows("customer_tokens").await, 0);
}

#[tokio::test]
async fn tokens_are_made_of_what_changes() {
    let service = Service::new().await;
    service
        .set_customers(
            json!({"auto_tokens": {"email": [{"type": "SHA256"}], "phone_number": [{"type": "HMAC-SHA256", "secret": "key"}]}}),
        )
        .await;
    service.customer(json!({"customer_id": "kari", "email": "Kari@Example.com", "phone_number": "4799999999"})).await;
    let own = async |name: &str| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        service.tokens(name, "").await.iter().map(|token| (text(&token["type"]), text(&token["value"]))).collect()
    };
    let hash = |plain: &str| {
        use sha2::{Digest, Sha256};
        let hash = Sha256::digest(plain);
        ("sha256:email".to_owned(), hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    let made = own("kari").await;
    assert_eq!((&made[0], &*made[1].0, made[1].1.len()), (&hash("kari@example.com"), "hmac-sha256:phone_number", 64));
    assert_eq!(made.len(), 2);
    // Letter case, a `+` and other members change nothing.
    service
        .change_customer("kari", json!({"email": "KARI@example.com", "phone_number": "+4799999999", "first_name": "Kari"}))
        .await
        .ok();
    assert_eq!(own("kari").await, made);
    service.give_token("kari", json!({"type": "card:email", "value": "own"})).await;
    service.change_customer("kari", json!({"email": "ka@example.com", "phone_number": null})).await.ok();
    assert_eq!(own("kari").await, [("card:email".to_owned(), "own".to_owned()), hash("ka@example.com")]);
    // Who has the same address, in another type, does not take it away.
    let company =
        json!({"customer_id": "firm", "type": "company", "company": {"bussiness_name": "x"}, "email": "ka@example.com"});
    service.customer(company).await;
    assert_eq!((own("firm").await.len(), own("kari").await.len()), (0, 2));
}

#[tokio::test]
async fn who_comes_back_gets_the_tokens_that_a_deleted_customer_left() {
    let service = Service::new().await;
    service.set_customers(json!({"auto_tokens": {"email": [{"type": "SHA256"}]}})).await;
    let kari = |id: &str| json!({"customer_id": id, "email": "kari@example.com"});
    service.customer(kari("before")).await;
    service.give_token("before", json!({"type": "card", "value": "1"})).await;
    let left = service.tokens("before", "").await;
    assert_eq!(left.len(), 2);
    service.call("DELETE", "customers/users/before", "").await.ok();
    service.customer(kari("after")).await;
    assert_eq!(service.tokens("after", "").await[0]["value"], left[0]["value"]);
    // A card comes along when it is given; whoever lives keeps theirs.
    service.give_token("after", json!({"type": "card", "value": "1"})).await;
    service.customer(json!({"customer_id": "other"})).await;
    let again = json!({"type": "card", "value": "1"}).to_string();
    service.call("POST", "customers/users/other/tokens", again).await.refused(400);
    assert_eq!(service.tokens("after", "").await.len(), 2);
    assert_eq!(service.rows("customer_tokens").await, 2);
}

#[tokio::test]
async fn who_is_changed_gets_the_tokens_that_settings_ask_for_by_then() {
    let service = Service::new().await;
    let own = async || -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        service.tokens("kari", "").await.iter().map(|token| (text(&token["type"]), text(&token["value"]))).collect()
    };
    let set = async |tokens: Value| drop(service.set_customers(json!({"auto_tokens": tokens})).await);
    let change = async |name: &str| drop(service.change_customer("kari", json!({"first_name": name})).await.ok());
    service.customer(json!({"customer_id": "kari", "email": "kari@example.com"})).await;
    set(json!({"email": [{"type": "HMAC-SHA256", "secret": "one"}]})).await;
    assert_eq!(own().await, []);
    change("Kari").await;
    let first = own().await;
    assert_eq!((first.len(), &*first[0].0), (1, "hmac-sha256:email"));
    // Another secret makes another value, of whom is changed.
    set(json!({"email": [{"type": "HMAC-SHA256", "secret": "two"}]})).await;
    assert_eq!(own().await, first);
    change("Karianne").await;
    let second = own().await;
    assert_eq!((second.len(), second[0].1 != first[0].1), (1, true));
    // What is taken away by hand stays away, until the address changes and is the same again.
    let id = service.tokens("kari", "").await[0]["id"].as_str().unwrap().to_owned();
    service.call("DELETE", &format!("customers/users/kari/tokens/{id}"), "").await.ok();
    change("Kari").await;
    assert_eq!(own().await, []);
    service.change_customer("kari", json!({"email": "k@example.com"})).await.ok();
    service.change_customer("kari", json!({"email": "kari@example.com"})).await.ok();
    assert_eq!(own().await, second);
    set(json!({})).await;
    change("Karianne").await;
    assert_eq!(own().await, []);
}

#[tokio::test]
async fn aid_customers_tokens_events() {
    let service = Service::new().await;
    service.set_customers(json!({"tokens": {"event_expiry": [{"status": "PENDING", "time_to_live": 1000}, {"status": "SHORT", "time_to_live": 1}]}})).await;
    let token = json!({"type": "card", "value": "1"});
    let post = async |event: Value| {
        let mut body = json!({"token": token});
        if !event.is_null() {
            body["event"] = event;
        }
        service.call("POST", "customers/tokens/events", body.to_string()).await.ok()
    };
    // Asking makes nothing.
    assert_eq!(post(Value::Null).await, json!({"status": "UNKNOWN", "events": []}));
    assert_eq!(service.rows("customer_token_subjects").await, 0);
    let detail = post(json!({"event": "anonymous token", "status": "PENDING", "metadata": {"store_id": "SID1234"}})).await;
    assert_eq!((&detail["status"], &detail["events"][0]["metadata"]["store_id"]), (&json!("PENDING"), &json!("SID1234")));
    assert!(detail["events"][0]["expires_at"].as_str() > detail["events"][0]["created_at"].as_str());
    // What says no status changes none; what is over tells nothing.
    assert_eq!(post(json!({"event": "seen"})).await["status"], "PENDING");
    assert_eq!(post(json!({"event": "tried", "status": "SHORT"})).await["status"], "SHORT");
    let over = "UPDATE customer_token_events SET expires_at = '2020-01-01T00:00:00.000000Z' WHERE status = 'SHORT'";
    sqlx::query(over).execute(service.app.store.pool()).await.unwrap();
    let detail = post(Value::Null).await;
    assert_eq!((&detail["status"], detail["events"].as_array().unwrap().len()), (&json!("PENDING"), 2));
    // The customer's own status comes first.
    service.customer(json!({"customer_id": "kari"})).await;
    service.give_token("kari", token.clone()).await;
    let detail = post(Value::Null).await;
    assert_eq!(
        (&detail["customer"]["customer_id"], &detail["token"]["value"], &detail["status"]),
        (&json!("kari"), &json!("1"), &json!("PENDING"))
    );
    service.change_customer("kari", json!({"status": "GOLD"})).await.ok();
    assert_eq!(post(Value::Null).await["status"], "GOLD");
    service.change_customer("kari", json!({"status": null})).await.ok();
    // Clearing.
    let before = rabatt_service::store::now();
    let clear = json!({"token": token, "event": {"event": "reqruited"}}).to_string();
    let cleared = service.call("DELETE", "customers/tokens/events", clear).await;
    assert_eq!((cleared.status.as_u16(), &*cleared.text), (204, ""));
    let detail = post(Value::Null).await;
    let last = detail["events"].as_array().unwrap().last().unwrap();
    assert_eq!((&detail["status"], &last["event"], &last["status"]), (&json!("DELETED"), &json!("reqruited"), &json!("DELETED")));
    let list = async |query: &str| service.call("GET", &format!("customers/tokens/events?{query}"), "").await.ok();
    assert_eq!(list("").await, json!([{"id": detail["id"], "status": "DELETED", "events": detail["events"]}]));
    assert_eq!(list(&format!("deleted_since={before}")).await.as_array().unwrap().len(), 1);
    assert_eq!(list("deleted_since=2099-01-01T00:00:00Z").await, json!([]));
    service.call("POST", "customers/tokens/events", r#"{"token":{"type":"card","value":"2"},"event":{"event":"x"}}"#).await.ok();
    assert_eq!(list("limit=1").await[0]["id"], detail["id"]);
    assert_eq!(list(&format!("starting_after={}", detail["id"].as_str().unwrap())).await[0]["status"], "UNKNOWN");
    assert_eq!(list(&format!("since_datetime={before}")).await.as_array().unwrap().len(), 2);
    // Making the token can clear what was told before.
    service.call("POST", "customers/users/kari/tokens?delete_token_events=true", r#"{"type":"card","value":"2"}"#).await;
    assert_eq!(list(&format!("starting_after={}", detail["id"].as_str().unwrap())).await[0]["status"], "DELETED");
    for wrong in [
        json!({}),
        json!({"token": {"type": "x"}}),
        json!({"token": {"type": "x", "value": 1}}),
        json!({"token": token, "event": {}}),
        json!({"token": token, "event": {"event": "x", "status": 1}}),
    ] {
        service.call("POST", "customers/tokens/events", wrong.to_string()).await.refused(400);
    }
    for wrong in ["since_datetime=june", "starting_after=nothing", "limit=0"] {
        service.call("GET", &format!("customers/tokens/events?{wrong}"), "").await.refused(400);
    }
    service.call("DELETE", "customers/tokens/events", r#"{"token":{"type":"x","value":"unknown"}}"#).await;
    // Nothing of it lies in the database in clear.
    for (table, column) in [("customer_token_events", "body"), ("customer_token_bodies", "body")] {
        let query = sqlx::AssertSqlSafe(format!("SELECT {column} FROM {table}"));
        for row in sqlx::query(query).fetch_all(service.app.store.pool()).await.unwrap() {
            assert!(sqlx::Row::get::<String, _>(&row, 0).starts_with("s1:"));
        }
    }
}

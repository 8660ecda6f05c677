//! customers/login, mfa_login, mfa_login_recovery and change_password

use serde_json::{Value, json};

use super::codes::{Messages, other_than};
use super::kari;
use crate::support::{Answer, Service, audience};

const LOGS_IN: &str = "write:accounts:/auth/users";

impl Service {
    /// Kari and her firm, with passwords and a PIN.
    async fn with_passwords(&self) {
        let token = self.token("T00000001", "admin:customers write:accounts:/auth/users");
        let mut customer = kari();
        customer["password"] = json!("kaffe og kake");
        customer["pin"] = json!("246810");
        let firm = json!({"customer_id": "firm", "type": "company", "company": {"bussiness_name": "x"}, "email": "kari@example.com", "password": "of the firm"});
        for customer in [customer, firm] {
            self.call_with("POST", "/v1/accounts/T00000001/customers/users", Some(&token), customer.to_string()).await.ok();
        }
    }

    async fn asks_with(&self, scope: &str, path: &str, body: Value) -> Answer {
        let token = self.token("T00000001", scope);
        self.call_with("POST", &format!("/v1/accounts/T00000001/{path}"), Some(&token), body.to_string()).await
    }

    async fn logs_in(&self, more: Value) -> Answer {
        self.asks_with(LOGS_IN, "customers/login", with(json!({"email": "KARI@example.com", "password": "kaffe og kake"}), &more))
            .await
    }

    async fn as_user(&self, method: &str, path: &str, token: &Value) -> Answer {
        self.call_with(method, &format!("/v1/accounts/T00000001/{path}"), token.as_str(), "{}").await
    }

    /// As if the waits after wrong passwords were over.
    async fn waits_are_over(&self) {
        let over = "UPDATE customer_attempts SET wait_until = '2020-01-01T00:00:00.000000Z'";
        sqlx::query(over).execute(self.app.store.pool()).await.unwrap();
    }
}

fn with(mut body: Value, more: &Value) -> Value {
    body["audience"] = json!(audience("T00000001"));
    body["type"] = json!("customer");
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[tokio::test]
async fn aid_customers_login_post() {
    let service = Service::new().await;
    service.with_passwords().await;
    let answer = service.logs_in(json!({})).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = answer.ok();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(14_400)));
    let token = &answer["access_token"];
    // It reaches what is Kari's, and nothing else.
    assert_eq!(service.as_user("GET", "customers/users/kari", token).await.ok()["customer_id"], "kari");
    for path in [
        "receipts/customers/kari",
        "discounts/customers/kari/rules",
        "wallets/customers/kari/cards",
        "customers/users/kari/tokens",
    ] {
        service.as_user("GET", path, token).await.ok();
    }
    for (method, path) in [
        ("GET", "customers/users/firm"),
        ("PUT", "customers/users/firm"),
        ("DELETE", "customers/users/firm"),
        ("GET", "customers/users"),
        ("GET", "receipts/customers/firm"),
        ("GET", "discounts/rules"),
        ("POST", "customers/login"),
        ("POST", "customers/users"),
        ("PUT", "customers/settings"),
    ] {
        service.as_user(method, path, token).await.refused(403);
    }
    let elsewhere = service.call_with("GET", "/v1/accounts/T00000002/customers/users/kari", token.as_str(), "").await;
    elsewhere.refused(401);
    assert_eq!(service.as_user("PUT", "customers/users/kari", token).await.ok()["customer_id"], "kari");
    // By phone number, and as the firm.
    service.logs_in(json!({"ident_type": "phone_number", "ident": "4799999999"})).await.ok();
    let firm = service.logs_in(json!({"type": "company", "password": "of the firm"})).await.ok();
    service.as_user("GET", "customers/users/firm", &firm["access_token"]).await.ok();
    for (more, status) in [
        (json!({"password": "kaffe og kaker"}), 401),
        (json!({"password": "of the firm"}), 401),
        (json!({"password": "246810"}), 401),
        (json!({"email": "nobody@example.com"}), 401),
        (json!({"ident_type": "phone_number", "ident": "+4711111111"}), 401),
        (json!({"type": "employee"}), 400),
        (json!({"audience": audience("T00000002")}), 400),
        (json!({"email": null}), 400),
        (json!({"password": null}), 400),
        (json!({"password": 1_234_567}), 400),
        (json!({"ident_type": "name"}), 400),
    ] {
        let answer = service.logs_in(more.clone()).await;
        answer.refused(status);
        assert!(
            !answer.text.contains("kaffe") && !answer.text.contains("1234567") && !answer.text.contains("nobody"),
            "{}",
            answer.text
        );
    }
    // Wrong and unknown are told alike.
    service.waits_are_over().await;
    let (wrong, unknown) =
        (service.logs_in(json!({"password": "x"})).await, service.logs_in(json!({"email": "x@example.com"})).await);
    assert_eq!(wrong.text, unknown.text);
    let stored = sqlx::query("SELECT password_hash FROM customers WHERE customer_id = 'kari'")
        .fetch_one(service.app.store.pool())
        .await
        .unwrap();
    assert!(sqlx::Row::get::<String, _>(&stored, 0).starts_with("$argon2id$"));
}

#[tokio::test]
async fn a_log_in_ends() {
    let mut service = Service::new().await;
    let messages = Messages::of(&mut service);
    service.with_passwords().await;
    let log_in = async |service: &Service| service.logs_in(json!({})).await.ok()["access_token"].clone();
    let good =
        async |service: &Service, token: &Value| service.as_user("GET", "customers/users/kari", token).await.status.as_u16();
    // With another name.
    let token = log_in(&service).await;
    service.call("POST", "customers/users/kari/change_customer_id", r#"{"customer_id":"k2"}"#).await.ok();
    assert_eq!(good(&service, &token).await, 401);
    service.call("POST", "customers/users/k2/change_customer_id", r#"{"customer_id":"kari"}"#).await.ok();
    // With another password, by a code.
    let token = log_in(&service).await;
    assert_eq!(good(&service, &token).await, 200);
    let reset = async |more: Value| {
        service.asks_with(LOGS_IN, "customers/change_password", with(json!({"email": "kari@example.com"}), &more)).await
    };
    for email in ["kari@example.com", "nobody@example.com"] {
        let answer = reset(json!({"email": email})).await;
        assert_eq!((answer.status.as_u16(), &*answer.text), (204, ""));
    }
    let code = messages.code(1).await;
    assert_eq!((&messages.all()[0]["to"], &messages.all()[0]["channel"]), (&json!("Kari@Example.com"), &json!("email")));
    for wrong in [
        json!({"code": other_than(&code), "password": "another one"}),
        json!({"code": code}),
        json!({"password": "another one"}),
        json!({"code": code, "password": "abc"}),
        json!({"email": "nobody@example.com", "code": code, "password": "another one"}),
        json!({"type": "company", "code": code, "password": "another one"}),
    ] {
        reset(wrong).await.refused(400);
    }
    assert_eq!(good(&service, &token).await, 200);
    assert_eq!(reset(json!({"code": code, "password": "another one"})).await.status.as_u16(), 204);
    assert_eq!(good(&service, &token).await, 401);
    reset(json!({"code": code, "password": "a third one"})).await.refused(400);
    service.logs_in(json!({})).await.refused(401);
    let token = service.logs_in(json!({"password": "another one"})).await.ok()["access_token"].clone();
    // Sent again and again, no more codes leave; that is not told.
    assert_eq!(reset(json!({})).await.status.as_u16(), 204);
    assert_eq!(messages.all().len(), 1);
    // With the customer.
    service.call("DELETE", "customers/users/kari", "").await.ok();
    assert_eq!(good(&service, &token).await, 401);
    service.customer(json!({"customer_id": "kari"})).await;
    assert_eq!(good(&service, &token).await, 401);
}

#[tokio::test]
async fn a_log_in_ends_with_the_clients_grant() {
    let service = Service::new().await;
    service.with_passwords().await;
    let token = service.logs_in(json!({})).await.ok()["access_token"].clone();
    service.as_user("GET", "customers/users/kari", &token).await.ok();
    service.call("DELETE", "auth/client-grants/test", "").await.ok();
    service.as_user("GET", "customers/users/kari", &token).await.refused(401);
}

#[tokio::test]
async fn wrong_passwords_are_slowed_down() {
    let service = Service::new().await;
    service.with_passwords().await;
    for email in ["kari@example.com", "nobody@example.com"] {
        for _ in 0..3 {
            service.logs_in(json!({"email": email, "password": "wrong"})).await.refused(401);
        }
        let answer = service.logs_in(json!({"email": email})).await;
        answer.refused(429);
        assert!((1..=61).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
    }
    // On any service; others are not kept waiting.
    let beside = service.beside().await;
    beside.logs_in(json!({})).await.refused(429);
    service.logs_in(json!({"type": "company", "password": "of the firm"})).await.ok();
    service.waits_are_over().await;
    service.logs_in(json!({"password": "wrong"})).await.refused(401);
    let answer = service.logs_in(json!({})).await;
    answer.refused(429);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 60);
    service.waits_are_over().await;
    service.logs_in(json!({})).await.ok();
    // A right one begins anew.
    service.logs_in(json!({"password": "wrong"})).await.refused(401);
    service.logs_in(json!({})).await.ok();
    // Many at once are counted too: four may be looked at together.
    let answers = futures_util::future::join_all((0..20).map(|_| service.logs_in(json!({"password": "wrong"})))).await;
    let looked_at = answers.iter().filter(|answer| answer.status.as_u16() == 401).count();
    assert!((3..=7).contains(&looked_at), "{looked_at}");
}

#[tokio::test]
async fn log_in_with_a_code() {
    let mut service = Service::new().await;
    let messages = Messages::of(&mut service);
    service.with_passwords().await;
    let named = json!({"ident_type": "email", "ident": "kari@example.com"});
    let ask = async |path: &str, more: Value| service.asks_with(LOGS_IN, path, with(named.clone(), &more)).await;
    assert_eq!(ask("customers/mfa_login", json!({"secret": "246810"})).await.refused(400)["code"], "mfa_disabled");
    service
        .set_customers(json!({"users": {"mfa": {"enabled": true, "login": {"challenge_type": "oob", "oob_channel": "sms"},
            "login_recovery": {"challenge_type": "oob", "oob_channel": "email"}}}}))
        .await;
    let begun = ask("customers/mfa_login", json!({"secret": "246810"})).await.ok();
    assert_eq!((&begun["challenge_type"], &begun["oob_channel"]), (&json!("oob"), &json!("sms")));
    let rels: Vec<&Value> = begun["links"].as_array().unwrap().iter().map(|link| &link["rel"]).collect();
    assert_eq!(rels, ["mfa_challenge", "mfa_oob"]);
    ask("customers/mfa_login", json!({"secret": "kaffe og kake"})).await.ok();
    ask("customers/mfa_login", json!({"secret": "111111"})).await.refused(401);
    assert_eq!(messages.all().len(), 0);
    let challenge = async |token: &Value| {
        service.asks_with(LOGS_IN, "auth/mfa/challenge", json!({"mfa_token": token, "challenge_type": "oob"})).await
    };
    let sent = challenge(&begun["mfa_token"]).await.ok();
    assert_eq!((&sent["oob_channel"], &messages.all()[0]["to"]), (&json!("sms"), &json!("+4799999999")));
    challenge(&json!("nothing")).await.refused(400);
    let finish = async |scope: &str, oob: &Value, code: &str| {
        let body = json!({"grant_type": "mfa-oob", "mfa_token": begun["mfa_token"], "oob_code": oob, "binding_code": code});
        service.asks_with(scope, "auth/token", body).await
    };
    let code = messages.code(1).await;
    finish(LOGS_IN, &sent["oob_code"], other_than(&code)).await.refused(400);
    finish(LOGS_IN, &json!("x"), &code).await.refused(400);
    finish("admin:customers", &sent["oob_code"], &code).await.refused(403);
    let token = finish(LOGS_IN, &sent["oob_code"], &code).await.ok()["access_token"].clone();
    service.as_user("GET", "customers/users/kari", &token).await.ok();
    finish(LOGS_IN, &sent["oob_code"], &code).await.refused(400);
    // By password alone only who may: others get a log-in that waits for a code.
    let answer = service.logs_in(json!({})).await;
    assert_eq!(answer.refused(403)["code"], "mfa_required");
    challenge(&answer.json()["mfa_token"]).await.ok();
    service.logs_in(json!({"password": "wrong"})).await.refused(401);
    let body = with(json!({"email": "kari@example.com", "password": "kaffe og kake"}), &json!({}));
    service.asks_with("write:accounts:/auth/users/no-mfa", "customers/login", body).await.ok();
    // Three codes a log-in; five tries in all.
    let begun_again = ask("customers/mfa_login", json!({"secret": "246810"})).await.ok();
    for _ in 0..3 {
        challenge(&begun_again["mfa_token"]).await.ok();
    }
    challenge(&begun_again["mfa_token"]).await.refused(429);
}

#[tokio::test]
async fn recovery_by_a_code() {
    let mut service = Service::new().await;
    let messages = Messages::of(&mut service);
    service.with_passwords().await;
    let mfa = json!({"challenge_type": "oob", "oob_channel": "email"});
    service.set_customers(json!({"users": {"mfa": {"enabled": true, "login": mfa, "login_recovery": mfa}}})).await;
    let recover = async |ident: &str| {
        let body = with(json!({"ident_type": "email", "ident": ident}), &json!({}));
        service.asks_with(LOGS_IN, "customers/mfa_login_recovery", body).await.ok()
    };
    let (begun, nobody) = (recover("kari@example.com").await, recover("nobody@example.com").await);
    let shape = |value: &Value| {
        value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.to_string().len())).collect::<Vec<_>>()
    };
    assert_eq!(shape(&begun), shape(&nobody));
    assert_eq!((&begun["binding_method"], &begun["links"][0]["rel"]), (&json!("prompt"), &json!("mfa_oob")));
    let code = messages.code(1).await;
    assert_eq!(messages.all()[0]["to"], "Kari@Example.com");
    let finish = async |begun: &Value, code: &str| {
        let body = json!({"grant_type": "mfa-oob", "mfa_token": begun["mfa_token"], "oob_code": begun["oob_code"], "binding_code": code});
        service.asks_with(LOGS_IN, "auth/token", body).await
    };
    finish(&nobody, &code).await.refused(400);
    for _ in 0..4 {
        finish(&begun, other_than(&code)).await.refused(400);
    }
    let token = finish(&begun, &code).await.ok()["access_token"].clone();
    service.as_user("GET", "customers/users/kari", &token).await.ok();
    // Soon after, none is sent, and that is not told.
    recover("kari@example.com").await;
    assert_eq!(messages.all().len(), 1);
    // Tries are few.
    service.time_passes().await;
    let begun = recover("kari@example.com").await;
    let code = messages.code(2).await;
    for _ in 0..5 {
        finish(&begun, other_than(&code)).await.refused(400);
    }
    finish(&begun, &code).await.refused(400);
}

#[tokio::test]
async fn customers_do_not_see_what_is_private() {
    let service = Service::new().await;
    service.set_customers(json!({"attributes": [{"name": "score", "type": "integer", "private": true}]})).await;
    service.with_passwords().await;
    service.change_customer("kari", json!({"attributes": {"score": 7}})).await.ok();
    let token = service.logs_in(json!({})).await.ok()["access_token"].clone();
    let seen = service.as_user("GET", "customers/users/kari", &token).await.ok();
    assert_eq!(seen["attributes"], json!({"size": "L", "likes": ["coffee", "cake"]}));
    let put = async |body: Value| {
        service.call_with("PUT", "/v1/accounts/T00000001/customers/users/kari", token.as_str(), body.to_string()).await
    };
    assert_eq!(put(json!({"attributes": {"score": 8}})).await.refused(400)["errors"][0]["pointer"], "/attributes/score");
    let changed = put(json!({"attributes": {"size": "M"}})).await.ok();
    assert_eq!(changed["attributes"], json!({"size": "M", "likes": ["coffee", "cake"]}));
    put(json!({"attributes": null})).await.ok();
    assert_eq!(service.call("GET", "customers/users/kari", "").await.ok()["attributes"], json!({"score": 7}));
    put(json!({"password": "another one"})).await.refused(403);
    put(json!({"type": "employee"})).await.refused(403);
    service.as_user("DELETE", "customers/users/kari", &token).await.ok();
    service.as_user("GET", "customers/users/kari", &token).await.refused(401);
}

//! customers/settings

use serde_json::json;

use crate::support::Service;

#[tokio::test]
async fn aid_customers_atributes_put() {
    let service = Service::new().await;
    let get = async || service.call("GET", "customers/settings", "").await.ok();
    let defaults =
        json!({"head": {"enabled": false}, "phone_number_validation": {"allow_duplicates": false}, "customer_id_format": "uuid"});
    assert_eq!(get().await, json!({"users": defaults}));
    let sent = json!({"users": {"head": {"enabled": true}}, "attributes": [{"name": "a", "type": "string"}, {"name": "b", "type": "real", "private": true}],
        "auto_tokens": {"email": [{"type": "SHA256"}, {"type": "HMAC-SHA256", "secret": "a secret of the account"}]},
        "tokens": {"event_expiry": [{"status": "OPT_OUT", "time_to_live": 60}]}});
    let changed = service.set_customers(sent.clone()).await;
    assert_eq!((&changed["users"]["head"], &changed["attributes"]), (&sent["users"]["head"], &sent["attributes"]));
    assert_eq!(get().await, changed);
    // Secrets are taken and not shown; sent back without them, they stay.
    assert_eq!(changed["auto_tokens"]["email"], json!([{"type": "SHA256"}, {"type": "HMAC-SHA256"}]));
    service.set_customers(changed.clone()).await;
    let stored = sqlx::query("SELECT body FROM customer_settings").fetch_one(service.app.store.pool()).await.unwrap();
    assert!(sqlx::Row::get::<String, _>(&stored, 0).starts_with("s1:"));
    // What is not sent stays; of `users` one by one.
    let changed = service.set_customers(json!({"users": {"customer_id_format": "sequence"}, "tokens": null})).await;
    assert_eq!(
        (&changed["users"]["head"]["enabled"], &changed["users"]["customer_id_format"]),
        (&json!(true), &json!("sequence"))
    );
    assert!(changed.get("tokens").is_none() && changed["attributes"].as_array().unwrap().len() == 2);
    // The public sees no private attributes.
    let token = service.token("T00000001", "public:customers");
    let public = service.call_with("GET", "/v1/accounts/T00000001/customers/settings", Some(&token), "").await.ok();
    assert_eq!(public["attributes"], json!([{"name": "a", "type": "string"}]));
    for (wrong, pointer) in [
        (json!([]), ""),
        (json!({"users": {"customer_id_format": "random"}}), "/users/customer_id_format"),
        (json!({"users": {"head": {}}}), "/users/head"),
        (json!({"users": {"head": {"enabled": "yes"}}}), "/users/head/enabled"),
        (json!({"users": {"mfa": {"enabled": true}}}), "/users/mfa"),
        (json!({"users": {"verifications": {"phone_number": "email"}}}), "/users/verifications/phone_number"),
        (json!({"auto_tokens": {"phone_number": [{"type": "HMAC-SHA256"}]}}), "/auto_tokens/phone_number/0"),
        (json!({"auto_tokens": {"phone_number": [{"type": "HMAC-SHA256", "secret": ""}]}}), "/auto_tokens/phone_number/0/secret"),
        (json!({"auto_tokens": {"email": [{"type": "SHA256"}, {"type": "SHA256"}]}}), "/auto_tokens/email/1"),
        (json!({"auto_tokens": {"email": [{"type": "MD5"}]}}), "/auto_tokens/email/0/type"),
        (json!({"tokens": {"event_expiry": [{"status": "x", "time_to_live": 0}]}}), "/tokens/event_expiry/0/time_to_live"),
        (json!({"attributes": [{"name": "x", "type": "text"}]}), "/attributes/0/type"),
        (json!({"attributes": [{"name": " ", "type": "string"}]}), "/attributes/0/name"),
        (json!({"attributes": [{"name": "x", "type": "string"}, {"name": "x", "type": "real"}]}), "/attributes/1/name"),
    ] {
        let error = service.call("PUT", "customers/settings", wrong.to_string()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{wrong} {error}");
    }
    let wrong = json!({"users": {"head": {"enabled": 1}, "mfa": {"enabled": true}}, "tokens": {"event_expiry": [{"time_to_live": 0}]},
        "auto_tokens": {"email": [{"type": "MD5"}]}, "attributes": [{"name": "x", "type": "text", "private": "no"}]});
    let error = service.call("PUT", "customers/settings", wrong.to_string()).await.refused(400);
    let told: Vec<&str> = error["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    let (users, tokens) = (["/users/head/enabled", "/users/mfa", "/users/mfa"], ["/tokens/event_expiry/0"]);
    let others = ["/tokens/event_expiry/0/time_to_live", "/attributes/0/type", "/attributes/0/private"];
    assert_eq!(told, [&users[..], &["/auto_tokens/email/0/type"], &tokens, &others].concat());
    assert_eq!(get().await, changed);
}

#[tokio::test]
async fn attributes_are_of_their_types() {
    let service = Service::new().await;
    let kinds = ["string", "integer", "real", "boolean", "phonenumber", "email", "date", "date-time"];
    let mut attributes: Vec<_> = kinds.iter().map(|kind| json!({"name": kind, "type": kind})).collect();
    attributes.push(json!({"name": "sizes", "type": "integer", "multiple_values": true}));
    service.set_customers(json!({"attributes": attributes})).await;
    let fine = json!({"string": "x", "integer": 7, "real": 1.5, "boolean": false, "phonenumber": "+4799999999", "email": "a@b.c", "date": "2024-02-29",
        "date-time": "2024-06-01T12:00:00+02:00", "sizes": [1, 2], "own": {"of": "the client"}});
    let made = service.customer(json!({"customer_id": "kari", "attributes": fine})).await;
    assert_eq!(made["attributes"], fine);
    for (wrong, pointer) in [
        (json!({"string": 1}), "/attributes/string"),
        (json!({"integer": 1.5}), "/attributes/integer"),
        (json!({"integer": "1"}), "/attributes/integer"),
        (json!({"real": "1"}), "/attributes/real"),
        (json!({"boolean": "true"}), "/attributes/boolean"),
        (json!({"phonenumber": "x"}), "/attributes/phonenumber"),
        (json!({"email": "x"}), "/attributes/email"),
        (json!({"date": "2023-02-29"}), "/attributes/date"),
        (json!({"date-time": "2024-06-01"}), "/attributes/date-time"),
        (json!({"string": ["x"]}), "/attributes/string"),
        (json!({"sizes": 1}), "/attributes/sizes"),
        (json!({"sizes": [1, "2"]}), "/attributes/sizes/1"),
    ] {
        for (method, path) in [("POST", "customers/users"), ("PUT", "customers/users/kari")] {
            let error = service.call(method, path, json!({"attributes": wrong}).to_string()).await.refused(400);
            assert_eq!(error["errors"][0]["pointer"], pointer, "{wrong}");
        }
    }
}

//! POST and HEAD customers/users

use serde_json::{Value, json};

use super::kari;
use crate::support::Service;

#[tokio::test]
async fn aid_customers_post() {
    let service = Service::new().await;
    let mut sent = kari();
    sent["id"] = json!("mine");
    sent["created_by"] = json!("me");
    sent["last_seen"] = json!({"by": "a member of the client's own"});
    let made = service.customer(sent.clone()).await;
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&made[name] == value, !["id", "created_by"].contains(&name.as_str()), "{name}");
    }
    assert_eq!((&made["type"], &made["created_by"]), (&json!("customer"), &json!("test")));
    assert_eq!(service.call("GET", "customers/users/kari", "").await.ok(), made);
    // Without a name it gets one.
    let named = service.customer(json!({})).await;
    assert_eq!(named["customer_id"], named["id"]);
    let error = service.call("GET", "customers/users/nobody", "").await.refused(404);
    assert_eq!((&error["code"], &error["message"]), (&json!("NOT FOUND"), &json!("Customer not found")));
}

#[tokio::test]
async fn what_is_its_own_nobody_else_gets() {
    let service = Service::new().await;
    service.customer(kari()).await;
    for (other, code, pointer) in [
        (json!({"customer_id": "kari"}), "customer_exists", "/customer_id"),
        (json!({"email": "kari@EXAMPLE.com"}), "email_exists", "/email"),
        (json!({"phone_number": "4799999999"}), "phone_number_exists", "/phone_number"),
        (
            json!({"phone_number": "+4799999999", "type": "company", "company": {"bussiness_name": "x"}}),
            "phone_number_exists",
            "/phone_number",
        ),
    ] {
        let error = service.call("POST", "customers/users", other.to_string()).await.refused(400);
        assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!(code), &json!(pointer)), "{other}");
        assert!(!error.to_string().to_lowercase().contains("example"), "{error}");
    }
    // E-mail addresses are of their type; ids and numbers of the account.
    service.customer(json!({"email": "kari@example.com", "type": "company", "company": {"bussiness_name": "x"}})).await;
    let token = service.other_account("T00000002", "admin:customers").await;
    service.call_with("POST", "/v1/accounts/T00000002/customers/users", Some(&token), kari().to_string()).await.ok();
    // A change is held to the same.
    service.customer(json!({"customer_id": "ola"})).await;
    for change in [json!({"email": "KARI@example.com"}), json!({"phone_number": "+4799999999"})] {
        let code = service.change_customer("ola", change).await.refused(400)["code"].as_str().unwrap().to_owned();
        assert!(code.ends_with("_exists"), "{code}");
    }
    // What was given up, others may have.
    service.change_customer("kari", json!({"email": null, "phone_number": "+4788888888"})).await.ok();
    service.change_customer("ola", json!({"email": "kari@example.com", "phone_number": "+4799999999"})).await.ok();
    service.call("DELETE", "customers/users/ola", "").await.ok();
    let again = json!({"customer_id": "ola", "email": "kari@example.com", "phone_number": "+4799999999"});
    service.customer(again).await;
}

#[tokio::test]
async fn phone_numbers_may_be_shared_where_settings_say_so() {
    let service = Service::new().await;
    let allow = |allowed: bool| json!({"users": {"phone_number_validation": {"allow_duplicates": allowed}}});
    service.set_customers(allow(true)).await;
    service.customer(json!({"customer_id": "a", "phone_number": "+4799999999"})).await;
    service.customer(json!({"customer_id": "b", "phone_number": "+4799999999"})).await;
    assert_eq!(service.found("phone_number=%2B4799999999").await, ["a", "b"]);
    // From then on no more; who shares one may still be changed otherwise.
    service.set_customers(allow(false)).await;
    let error = service.call("POST", "customers/users", json!({"phone_number": "4799999999"}).to_string()).await.refused(400);
    assert_eq!(error["code"], "phone_number_exists");
    service.change_customer("a", json!({"first_name": "A"})).await.ok();
}

#[tokio::test]
async fn of_many_who_ask_at_once_one_gets_it() {
    let service = Service::new().await;
    let same = json!({"email": "kari@example.com"}).to_string();
    let answers = futures_util::future::join_all((0..16).map(|_| service.call("POST", "customers/users", same.clone()))).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.is_success());
    assert_eq!(made.len(), 1);
    for answer in refused {
        assert_eq!(answer.refused(400)["code"], "email_exists");
    }
    assert_eq!(service.found("total=true").await.len(), 1);
    // Changes too.
    for name in ["a", "b", "c", "d"] {
        service.customer(json!({"customer_id": name})).await;
    }
    let change = |name| service.change_customer(name, json!({"phone_number": "+4799999999"}));
    let answers = futures_util::future::join_all(["a", "b", "c", "d"].map(change)).await;
    assert_eq!(answers.iter().filter(|answer| answer.status.is_success()).count(), 1);
}

#[tokio::test]
async fn serial_numbers_go_on_from_the_largest() {
    let service = Service::new().await;
    service.customer(json!({"customer_id": "41"})).await;
    service.customer(json!({"customer_id": "x99"})).await;
    service.set_customers(json!({"users": {"customer_id_format": "sequence"}})).await;
    assert_eq!(service.customer(json!({})).await["customer_id"], "42");
    service.customer(json!({"customer_id": "50"})).await;
    service.call("DELETE", "customers/users/50", "").await.ok();
    let body = json!({}).to_string();
    let made = futures_util::future::join_all((0..8).map(|_| service.call("POST", "customers/users", body.clone()))).await;
    let mut ids: Vec<i64> = made.iter().map(|answer| answer.ok()["customer_id"].as_str().unwrap().parse().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids, (51..59).collect::<Vec<_>>());
}

#[tokio::test]
async fn nonsense_is_refused_with_its_place() {
    let service = Service::new().await;
    for (wrong, pointer) in [
        (json!([]), ""),
        (json!({"customer_id": " a"}), "/customer_id"),
        (json!({"customer_id": "*"}), "/customer_id"),
        (json!({"customer_id": "a\u{0}"}), "/customer_id"),
        (json!({"customer_id": "x".repeat(256)}), "/customer_id"),
        (json!({"customer_id": 1}), "/customer_id"),
        (json!({"email": "kari"}), "/email"),
        (json!({"email": ""}), "/email"),
        (json!({"phone_number": "99 99 99 99"}), "/phone_number"),
        (json!({"phone_number": 99_999_999}), "/phone_number"),
        (json!({"type": "friend"}), "/type"),
        (json!({"type": "company"}), "/company"),
        (json!({"type": "company", "company": {}}), "/company"),
        (json!({"company": {"bussiness_name": "x"}}), "/company"),
        (json!({"contact_for": [{"customer_id": "kari"}]}), "/contact_for"),
        (json!({"type": "contact", "contact_for": [{"customer_id": "nobody"}]}), "/contact_for/0/customer_id"),
        (json!({"type": "contact", "contact_for": [{}]}), "/contact_for/0"),
        (json!({"date_of_birth": "20.09.1990"}), "/date_of_birth"),
        (json!({"addresses": [{"address_line": "x"}]}), "/addresses/0"),
        (json!({"addresses": [{"address_line": "x", "postal_place": "y", "country": "NO", "type": "x"}]}), "/addresses/0/type"),
        (json!({"marketing_consent": {"sms": {"consent": "yes"}}}), "/marketing_consent/sms/consent"),
        (json!({"enrolled_by": {}}), "/enrolled_by"),
        (json!({"term": {"accepted_at": "today"}}), "/term/accepted_at"),
        (json!({"metadata": []}), "/metadata"),
        (json!({"metadata": {"dintero_change_customer_id_x": 1}}), "/metadata/dintero_change_customer_id_x"),
        (json!({"attributes": 1}), "/attributes"),
    ] {
        let error = service.call("POST", "customers/users", wrong.to_string()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{wrong} {error}");
    }
    // All at once.
    let many =
        json!({"type": "wizard", "email": 7, "phone_number": "x", "addresses": [{"type": "x", "country": "NO"}], "term": 1});
    let error = service.call("POST", "customers/users", many.to_string()).await.refused(400);
    let told: Vec<&str> = error["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(told, ["/type", "/email", "/phone_number", "/addresses/0", "/addresses/0", "/addresses/0/type", "/term"]);
    assert_eq!(error["code"], "invalid_body");
    let twice = service.call("POST", "customers/users", r#"{"email":"a@b","email":"c@d"}"#).await.refused(400);
    assert_eq!(twice["errors"][0]["pointer"], "/email");
    assert_eq!(service.rows("customers").await + service.rows("customer_claims").await + service.rows("customer_words").await, 0);
}

#[tokio::test]
async fn who_may_make_whom_and_with_what() {
    let service = Service::new().await;
    let path = "/v1/accounts/T00000001/customers/users";
    let post = async |scope: &str, body: Value| {
        let token = service.token("T00000001", scope);
        service.call_with("POST", path, Some(&token), body.to_string()).await.status.as_u16()
    };
    for kind in ["employee", "other"] {
        assert_eq!(post("create:customers:/users", json!({"type": kind})).await, 403);
        assert_eq!(post("write:customers", json!({"type": kind})).await, 200);
    }
    assert_eq!(post("create:customers:/users", json!({"type": "contact"})).await, 200);
    for secret in [json!({"password": "secret"}), json!({"pin": "123456"})] {
        assert_eq!(post("admin:customers", secret.clone()).await, 403);
        assert_eq!(post("admin:customers write:accounts:/auth/users", secret).await, 200);
    }
    for wrong in [
        json!({"password": "abc"}),
        json!({"password": "x".repeat(256)}),
        json!({"pin": "12345"}),
        json!({"pin": "12345x"}),
        json!({"pin": 123_456}),
    ] {
        assert_eq!(post("admin:customers write:accounts:/auth/users", wrong).await, 400);
    }
    // They are kept as hashes and never shown.
    let list = service.call("GET", "customers/users?limit=100&type=any", "").await;
    assert!(!list.text.contains("secret") && !list.text.contains("123456") && !list.text.contains("password"), "{}", list.text);
}

#[tokio::test]
async fn aid_customers_head() {
    let service = Service::new().await;
    service.customer(kari()).await;
    let head = async |query: &str| service.call("HEAD", &format!("customers/users?{query}"), "").await.status.as_u16();
    assert_eq!(head("email=kari@example.com").await, 405);
    service.set_customers(json!({"users": {"head": {"enabled": true}}})).await;
    for (query, expected) in [
        ("email=KARI@example.com", 200),
        ("email=ola@example.com", 404),
        ("phone_number=%2B4799999999", 200),
        ("phone_number=4799999999", 200),
        ("phone_number=+4799999999", 200),
        ("phone_number=479999999", 404),
        ("email=kari@example.com&phone_number=4799999999", 200),
        ("email=kari@example.com&phone_number=4799999998", 404),
        ("", 400),
    ] {
        assert_eq!(head(query).await, expected, "{query}");
    }
    let answer = service.call("HEAD", "customers/users?email=kari@example.com", "").await;
    assert_eq!(answer.text, "");
}

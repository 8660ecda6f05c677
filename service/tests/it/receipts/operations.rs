//! Each operation by itself.

use serde_json::{Value, json};

use super::receipt;
use crate::support::{Service, claims};

#[tokio::test]
async fn aid_receipts_post() {
    let service = Service::new().await;
    let first = receipt("1", json!({"id": "mine", "created_by": "me", "till": {"own": 1.50}}));
    let second = receipt("1", json!({"store": {"id": "s2"}}));
    let answer = service.store_receipts(&[first.clone(), second, first.clone()]).await;
    assert_eq!((answer["receipts"].as_array().unwrap().len(), &answer["duplicates"]), (2, &json!(1)));
    let entity = answer["receipts"][0].as_object().unwrap();
    assert_eq!(entity.keys().map(String::as_str).collect::<Vec<_>>(), ["id", "created_at", "created_by", "updated_at"]);
    assert_eq!(service.store_receipts(&[first]).await, json!({"receipts": [], "duplicates": 1}));
    // As it was sent, but for what the server says.
    let found = service.call("GET", "receipts/search?receipt_id=1", "").await;
    assert!(found.text.contains(r#""till":{"own":1.5}"#), "{}", found.text);
    let found = found.ok();
    assert_eq!(found["receipts"][0]["id"], entity["id"]);
    assert_eq!((&found["receipts"][0]["created_by"], &found["receipts"][1]["store"]["id"]), (&json!("test"), &json!("s2")));
}

#[tokio::test]
async fn nothing_is_stored_of_a_list_with_nonsense() {
    let service = Service::new().await;
    for (wrong, pointer) in [
        (json!({"receipt_id": null}), "/1/receipt_id"),
        (json!({"receipt_id": " 2"}), "/1/receipt_id"),
        (json!({"receipt_id": "a\u{0}b"}), "/1/receipt_id"),
        (json!({"store": {}}), "/1/store"),
        (json!({"store": {"id": ""}}), "/1/store/id"),
        (json!({"purchase_at": "yesterday"}), "/1/purchase_at"),
        (json!({"customer_id": "*"}), "/1/customer_id"),
        (json!({"items": {}}), "/1/items"),
        (json!({"items": [{"gross_amount": "35"}]}), "/1/items/0/gross_amount"),
        (json!({"items": [{"groups": [{"id": 1}]}]}), "/1/items/0/groups/0/id"),
        (json!({"items": vec![json!({}); 1_001]}), "/1/items"),
        (json!({"extra_info": {}}), "/1/extra_info"),
        (json!({"discounts": {}}), "/1/discounts"),
    ] {
        let body = json!([receipt("1", json!({})), receipt("2", wrong.clone())]).to_string();
        let error = service.call("POST", "receipts", body).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{wrong} {error}");
    }
    for (body, code) in [("{}", "invalid_body"), ("[1]", "invalid_body"), ("[", "bad_json"), ("", "body_missing")] {
        assert_eq!(service.call("POST", "receipts", body).await.refused(400)["code"], code, "{body}");
    }
    let twice = r#"[{"receipt_id":"1","receipt_id":"2"}]"#;
    assert_eq!(service.call("POST", "receipts", twice).await.refused(400)["errors"][0]["pointer"], "/0/receipt_id");
    for days in ["0", "-1", "3651", "soon"] {
        let path = format!("receipts?token_expire_days={days}");
        assert_eq!(service.call("POST", &path, "[]").await.refused(400)["code"], "bad_query", "{days}");
    }
    let none = service.call("GET", "receipts/search?receipt_id=1", "").await.ok();
    assert_eq!(none, json!({"receipts": []}));
}

#[tokio::test]
async fn aid_receipts_update_put() {
    let service = Service::new().await;
    service
        .store_receipts(&[receipt("1", json!({})), receipt("2", json!({})), receipt("2", json!({"store": {"id": "s2"}}))])
        .await;
    let put = async |name: &str, body: Value| service.call("PUT", &format!("receipts/all/{name}"), body.to_string()).await;
    let stored = put("1", json!({"customer_id": "kari"})).await.ok();
    assert_eq!((&stored["customer_id"], &stored["receipt_id"]), (&json!("kari"), &json!("1")));
    assert!(stored["updated_at"].as_str() > stored["created_at"].as_str());
    // Said again it is the same; said otherwise it is refused.
    assert_eq!(put("1", json!({"customer_id": "kari"})).await.ok(), stored);
    assert_eq!(put("1", json!({"customer_id": "ola"})).await.refused(400)["code"], "customer_known");
    let discounts = json!([{"id": "theirs", "refs": []}]);
    let told = put("1", json!({"customer_id": "kari", "discounts": discounts})).await.ok();
    assert_eq!(told["discounts"], discounts);
    assert_eq!(put("1", json!({"customer_id": "kari", "discounts": discounts})).await.ok(), told);
    let others = json!({"customer_id": "kari", "discounts": [{"id": "other", "refs": []}]});
    assert_eq!(put("1", others).await.refused(400)["errors"][0]["pointer"], "/discounts");
    put("3", json!({"customer_id": "kari"})).await.refused(404);
    // Two stores gave this number; the id is of one.
    assert_eq!(put("2", json!({"customer_id": "kari"})).await.refused(400)["code"], "receipt_ambiguous");
    let found = service.call("GET", "receipts/search?receipt_id=2", "").await.ok();
    let id = found["receipts"][1]["id"].as_str().unwrap();
    assert_eq!(put(id, json!({"customer_id": "kari"})).await.ok()["store"]["id"], "s2");
    for (body, pointer) in [
        (json!({}), ""),
        (json!({"customer_id": "/"}), "/customer_id"),
        (json!({"customer_id": 1}), "/customer_id"),
        (json!({"customer_id": "kari", "discounts": {}}), "/discounts"),
    ] {
        assert_eq!(put("2", body.clone()).await.refused(400)["code"] == "receipt_ambiguous", body["customer_id"] == "kari");
        let error = put(found["receipts"][0]["id"].as_str().unwrap(), body).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{error}");
    }
}

#[tokio::test]
async fn aid_receipts_customer_segment_post() {
    let service = Service::new().await;
    let one = |number: &str, customer: &str, more: Value| {
        let mut receipt = receipt(number, more);
        receipt["customer_id"] = json!(customer);
        receipt
    };
    let tea = json!([{"line_id": 1, "id": "te", "groups": [{"id": "drikke"}, {"id": "varmt"}], "gross_amount": 3000}]);
    let returned =
        json!([{"line_id": 1, "id": "te", "is_return_item": true}, {"line_id": 2, "id": "te", "voided": true}, {"id": "kaffe"}]);
    service
        .store_receipts(&[
            one("1", "kari", json!({})),
            one("2", "kari", json!({"items": tea, "purchase_at": "2024-07-01T00:00:00+02:00"})),
            one("3", "ola", json!({"items": tea, "store": {"id": "s2"}})),
            one("4", "ola", json!({"entry_status": "Voided"})),
            one("5", "nora", json!({"items": returned})),
            receipt("6", json!({})),
        ])
        .await;
    let segment = async |body: Value| {
        let answer = service.call("POST", "receipts/customer_segment", body.to_string()).await.ok();
        let customers = answer["customers"].as_array().unwrap().clone();
        let counted =
            customers.iter().map(|one| (one["customer_id"].as_str().unwrap().to_owned(), one["purchases"].as_i64().unwrap()));
        counted.collect::<Vec<_>>()
    };
    let expect = |list: &[(&str, i64)]| list.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Vec<_>>();
    assert_eq!(segment(json!({})).await, expect(&[("kari", 2), ("nora", 1), ("ola", 1)]));
    assert_eq!(segment(json!({"store_ids": ["s2", "s3"]})).await, expect(&[("ola", 1)]));
    assert_eq!(segment(json!({"items": [{"id": "te"}]})).await, expect(&[("kari", 1), ("ola", 1)]));
    assert_eq!(segment(json!({"items": [{"group": "bakst"}, {"group": "varmt"}]})).await, expect(&[("kari", 2), ("ola", 1)]));
    assert_eq!(segment(json!({"items": [{"id": "kaffe", "group": "varmt"}]})).await, expect(&[]));
    // From the first instant to before the last, however they are written.
    assert_eq!(segment(json!({"purchase_from": "2024-06-30T22:00:00Z"})).await, expect(&[("kari", 1)]));
    assert_eq!(segment(json!({"purchase_to": "2024-06-30T22:00:00Z", "items": [{"id": "te"}]})).await, expect(&[("ola", 1)]));
    for (body, pointer) in [
        (json!({"purchase_from": "june"}), "/purchase_from"),
        (json!({"items": [{}]}), "/items/0"),
        (json!({"store_ids": "s1"}), "/store_ids"),
        (json!([]), ""),
    ] {
        let error = service.call("POST", "receipts/customer_segment", body.to_string()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{error}");
    }
}

#[tokio::test]
async fn aid_receipts_customers_cid_get() {
    let service = Service::new().await;
    let of = |day: i64| {
        receipt(&day.to_string(), json!({"customer_id": "kari", "purchase_at": format!("2024-06-{day:02}T12:00:00Z")}))
    };
    // Stored in another order than they happened.
    service.store_receipts(&[of(3), of(1), of(5), of(2), of(4), receipt("9", json!({"customer_id": "ola"}))]).await;
    let (mut days, mut after, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = service.call("GET", &format!("receipts/customers/kari?limit=2{after}"), "").await.ok();
        days.extend(
            page["receipts"].as_array().unwrap().iter().map(|receipt| receipt["receipt_id"].as_str().unwrap().to_owned()),
        );
        pages += 1;
        let Some(cursor) = page["starting_after"].as_str() else { break };
        after = format!("&starting_after={cursor}");
    }
    assert_eq!((days.concat().as_str(), pages), ("54321", 3));
    let short = service.call("GET", "receipts/customers/kari", "").await.ok()["receipts"][0].clone();
    assert!(short.get("customer_id").is_none() && short.get("items").is_some() && short.get("net_amount").is_some(), "{short}");
    assert_eq!(service.call("GET", "receipts/customers/nobody", "").await.ok(), json!({"receipts": []}));
    for query in ["limit=0", "limit=101", "limit=x", "starting_after=unknown"] {
        let answer = service.call("GET", &format!("receipts/customers/kari?{query}"), "").await;
        assert_eq!(answer.refused(400)["code"], "bad_query", "{query}");
    }
}

#[tokio::test]
async fn end_users_see_their_own_receipts() {
    let service = Service::new().await;
    service.store_receipts(&[receipt("1", json!({"customer_id": "test"})), receipt("2", json!({"customer_id": "kari"}))]).await;
    let token = service.token("T00000001", "user:receipts");
    let get =
        async |path: &str| service.call_with("GET", &format!("/v1/accounts/T00000001/receipts/{path}"), Some(&token), "").await;
    assert_eq!(get("customers/test").await.ok()["receipts"].as_array().unwrap().len(), 1);
    assert_eq!(get("customers/test/1").await.ok()["receipt_id"], "1");
    get("customers/test/2").await.refused(404);
    get("customers/kari").await.refused(403);
    get("customers/kari/2").await.refused(403);
    get("search?receipt_id=1").await.refused(403);
}

#[tokio::test]
async fn aid_receipts_customers_cid_rid_get() {
    let service = Service::new().await;
    let stored = service.store_receipts(&[receipt("1", json!({"customer_id": "kari"})), receipt("2", json!({}))]).await;
    let id = stored["receipts"][0]["id"].as_str().unwrap();
    let by_number = service.call("GET", "receipts/customers/kari/1", "").await.ok();
    assert_eq!(by_number, service.call("GET", &format!("receipts/customers/kari/{id}"), "").await.ok());
    assert_eq!((&by_number["id"], &by_number["customer_id"]), (&json!(id), &json!("kari")));
    for path in ["receipts/customers/kari/2", "receipts/customers/ola/1", "receipts/customers/kari/none"] {
        service.call("GET", path, "").await.refused(404);
    }
}

#[tokio::test]
async fn aid_receipts_customers_cid_rid_change_customer_id_post() {
    let service = Service::new().await;
    let kept = json!([{"key": "own", "value": "1"}]);
    service.store_receipts(&[receipt("1", json!({"customer_id": "kari", "extra_info": kept}))]).await;
    let path = "receipts/customers/kari/1/change_customer_id";
    let moved = service.call("POST", path, r#"{"customer_id":"ola"}"#).await.ok();
    assert_eq!((&moved["customer_id"], &moved["extra_info"][0]), (&json!("ola"), &kept[0]));
    let trace = &moved["extra_info"][1];
    assert!(trace["key"].as_str().unwrap().starts_with("dintero.receipts.change_customer_id."), "{trace}");
    let value: Value = serde_json::from_str(trace["value"].as_str().unwrap()).unwrap();
    assert_eq!((&value["old"], &value["new"], &value["created_by"]), (&json!("kari"), &json!("ola"), &json!("test")));
    assert_eq!(value["created_at"], moved["updated_at"]);
    // The old owner has it no more.
    service.call("GET", "receipts/customers/kari/1", "").await.refused(404);
    service.call("POST", path, r#"{"customer_id":"ola"}"#).await.refused(404);
    assert_eq!(service.call("GET", "receipts/customers/ola/1", "").await.ok(), moved);
    for body in ["{}", r#"{"customer_id":null}"#, r#"{"customer_id":"*"}"#, "[]"] {
        service.call("POST", "receipts/customers/ola/1/change_customer_id", body).await.refused(400);
    }
}

/// Stores a receipt with a token: the token, and its address.
async fn with_token(service: &Service, receipt: Value) -> (String, String) {
    let answer = service.call("POST", "receipts?token_expire_days=2", json!([receipt]).to_string()).await.ok();
    let entry = |name: &str| {
        let entries = answer["receipts"][0]["extra_info"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["key"] == format!("dintero.receipt.token.{name}")).unwrap();
        entry["value"].as_str().unwrap().to_owned()
    };
    let expires_at = chrono::DateTime::parse_from_rfc3339(&entry("expires_at")).unwrap().to_utc();
    let days = expires_at - chrono::Utc::now();
    assert!(days > chrono::TimeDelta::hours(47) && days <= chrono::TimeDelta::hours(48), "{days}");
    (entry("value"), entry("url"))
}

#[tokio::test]
async fn aid_receipts_receipt_token_get() {
    let service = Service::new().await;
    let (token, url) = with_token(&service, receipt("1", json!({}))).await;
    assert!(url.ends_with(&format!("/v1/accounts/T00000001/receipts/receipt-token?token={token}")), "{url}");
    let public = service.token("T00000001", "public:receipts");
    let get = async |token: &str| {
        service.call_with("GET", &format!("/v1/accounts/T00000001/receipts/receipt-token?token={token}"), Some(&public), "").await
    };
    let found = get(&token).await.ok();
    assert_eq!(found["receipt_id"], "1");
    assert!(!found.to_string().contains(&token), "it is shown once");
    // Neither nonsense, nor a token that opens accounts, nor one of another account.
    let mut signature = token.clone();
    let last = if signature.pop() == Some('A') { 'B' } else { 'A' };
    signature.push(last);
    let access = service.token("T00000001", "admin:receipts");
    for wrong in ["", "a.b.c", &signature, &access] {
        assert!(["token_invalid", "bad_query"].contains(&get(wrong).await.refused(400)["code"].as_str().unwrap()), "{wrong}");
    }
    let other = service.other_account("T00000002", "admin:receipts").await;
    let path = format!("/v1/accounts/T00000002/receipts/receipt-token?token={token}");
    assert_eq!(service.call_with("GET", &path, Some(&other), "").await.refused(400)["code"], "token_invalid");
    // And it opens nothing but the receipt.
    service.call_with("GET", "/v1/accounts/T00000001/receipts/search?receipt_id=1", Some(&token), "").await.refused(401);
}

#[tokio::test]
async fn aid_receipts_receipt_token_post() {
    let service = Service::new().await;
    let (token, _) = with_token(&service, receipt("1", json!({}))).await;
    let path = format!("/v1/accounts/T00000001/receipts/receipt-token?token={token}");
    let user = service.app.auth.keys.sign(&claims("T00000001", "user:receipts")).unwrap();
    let claim =
        async |path: &str, who: &str| service.call_with("POST", path, Some(&user), json!({"customer_id": who}).to_string()).await;
    assert_eq!(claim(&path, "kari").await.refused(400)["code"], "customer_not_you");
    let claimed = claim(&path, "test").await.ok();
    assert_eq!(claimed["customer_id"], "test");
    // Once.
    assert_eq!(claim(&path, "test").await.refused(400)["code"], "token_invalid");
    assert_eq!(service.call_with("GET", &path, Some(&user), "").await.refused(400)["code"], "token_invalid");
    assert_eq!(service.call("GET", "receipts/customers/test/1", "").await.ok(), claimed);
    // A receipt that has its customer is nobody else's.
    let (token, _) = with_token(&service, receipt("2", json!({"customer_id": "kari"}))).await;
    let path = format!("receipts/receipt-token?token={token}");
    assert_eq!(service.call("POST", &path, r#"{"customer_id":"ola"}"#).await.refused(400)["code"], "customer_known");
    assert_eq!(service.call("POST", &path, r#"{"customer_id":"kari"}"#).await.ok()["customer_id"], "kari");
}

#[tokio::test]
async fn a_token_is_claimed_by_one_of_many() {
    let service = Service::new().await;
    let (token, _) = with_token(&service, receipt("1", json!({}))).await;
    let path = format!("receipts/receipt-token?token={token}");
    let claims = (0..8).map(|nth| {
        let (path, body) = (path.clone(), json!({"customer_id": format!("c{nth}")}).to_string());
        let service = &service;
        async move { service.call("POST", &path, body).await.status.as_u16() }
    });
    let mut statuses = futures_util::future::join_all(claims).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400, 400, 400, 400, 400, 400]);
}

#[tokio::test]
async fn aid_receipts_rid_get() {
    let service = Service::new().await;
    service.store_receipts(&[receipt("1", json!({})), receipt("1", json!({"store": {"id": "s2"}}))]).await;
    let found = service.call("GET", "receipts/search?receipt_id=1", "").await.ok();
    let stores: Vec<&str> =
        found["receipts"].as_array().unwrap().iter().map(|one| one["store"]["id"].as_str().unwrap()).collect();
    assert_eq!((stores, found.get("starting_after")), (vec!["s1", "s2"], None));
    assert_eq!(service.call("GET", "receipts/search", "").await.refused(400)["code"], "bad_query");
    // Of another account nothing is seen.
    let other = service.other_account("T00000002", "admin:receipts").await;
    let path = "/v1/accounts/T00000002/receipts/search?receipt_id=1";
    assert_eq!(service.call_with("GET", path, Some(&other), "").await.ok(), json!({"receipts": []}));
}

#[tokio::test]
async fn all_that_is_wrong_with_receipts_is_told_at_once() {
    let service = Service::new().await;
    let fine = receipt("1", json!({}));
    let wrong =
        json!({"store": {}, "receipt_id": 1, "purchase_at": "june", "items": [{"quantity": "2"}, {"voided": 1, "groups": [{}]}]});
    let error = service.call("POST", "receipts", json!([fine, wrong]).to_string()).await.refused(400);
    let told: Vec<&str> = error["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    let lines = ["/1/items/0/quantity", "/1/items/1/groups/0", "/1/items/1/voided"];
    assert_eq!(told, [&["/1/store", "/1/receipt_id", "/1/purchase_at"][..], &lines].concat());
    assert_eq!(service.store_receipts(&[fine]).await["duplicates"], 0, "nothing was stored");
    let asked = json!({"purchase_from": "june", "purchase_to": 1, "store_ids": ["s1", 2], "items": [{"id": 1}, {}]});
    let error = service.call("POST", "receipts/customer_segment", asked.to_string()).await.refused(400);
    let told: Vec<&str> = error["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(told, ["/purchase_from", "/purchase_to", "/store_ids/1", "/items/0/id"]);
    let completed = json!({"customer_id": "*", "discounts": [{"refs": 1}]});
    let error = service.call("PUT", "receipts/all/1", completed.to_string()).await.refused(400);
    let told: Vec<&str> = error["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(told, ["/customer_id", "/discounts/0/refs"]);
}

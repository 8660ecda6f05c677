//! POST /v1/accounts/{aid}/discounts/rules

use serde_json::{Value, json};

use crate::support::{Service, with_window};

#[tokio::test]
async fn a_rule_comes_back_with_what_the_server_sets() {
    let service = Service::new().await;
    let rule = with_window(json!({
        "id": "mine", "type": "receipt", "deleted_at": "2024-01-01T00:00:00Z", "name": "Kaffe", "x_unknown": {"a": [1.50, 1e2]},
        "requirement": {"item": {"items": [{"id": "kaffe"}]}}, "reward": {"type": "discount_percent", "value": 10.5}
    }));
    let answer = service.call("POST", "discounts/rules", rule.to_string()).await;
    let created = answer.ok();
    assert_ne!(created["id"], "mine");
    assert_eq!(created["type"], "item");
    assert_eq!(created["active"], true);
    assert_eq!(created.get("deleted_at"), None);
    assert_eq!(created["x_unknown"], rule["x_unknown"]);
    assert!(created["created_at"].is_string() && created["created_by"] == "test");
    let receipt_rule = with_window(json!({"reward": {"type": "discount_amount", "value": 100}}));
    assert_eq!(service.call("POST", "discounts/rules", receipt_rule.to_string()).await.ok()["type"], "receipt");
}

#[tokio::test]
async fn every_problem_is_told_at_once_with_its_place() {
    let service = Service::new().await;
    let rule = json!({"requirement": {"item": {"items": [{}]}, "currencies": ["kroner"]}, "reward": {"type": "discount_percent", "value": 101}});
    let error = service.call("POST", "discounts/rules", rule.to_string()).await.refused(400);
    let mut places: Vec<&str> =
        error["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        [
            "/requirement/currencies/0",
            "/requirement/item/items/0",
            "/requirement/purchase_from",
            "/requirement/purchase_to",
            "/reward/value"
        ]
    );
}

#[tokio::test]
async fn nonsense_is_refused_and_the_service_goes_on() {
    let service = Service::new().await;
    for body in ["", "{", "[]", "null", "17", "\"rule\"", &"[".repeat(100_000)] {
        service.call("POST", "discounts/rules", body.to_owned()).await.refused(400);
    }
    service.call("POST", "discounts/rules", vec![b'{', 0xFF, b'}']).await.refused(400);
    service.call("POST", "discounts/rules", " ".repeat(2 << 20)).await.refused(400);
    assert_eq!(service.call("GET", "discounts/rules", "").await.ok(), Value::Array(Vec::new()));
}

#[tokio::test]
async fn scopes_and_accounts_are_kept_apart() {
    let service = Service::new().await;
    let path = "/v1/accounts/T00000001/discounts/rules";
    service.call_with("POST", path, None, "{}").await.refused(401);
    service.call_with("POST", path, Some("nonsense"), "{}").await.refused(401);
    let other = service.token("T00000002", "admin:discounts");
    service.call_with("POST", path, Some(&other), "{}").await.refused(401);
    let reader = service.token("T00000001", "read:discounts");
    service.call_with("POST", path, Some(&reader), "{}").await.refused(403);
    service.call_with("GET", path, Some(&reader), "").await.ok();
    let writer = service.token("T00000001", "write:discounts");
    service.call_with("GET", path, Some(&writer), "").await.refused(403);
    service.call_with("GET", "/v1/accounts/X1/discounts/rules", Some(&reader), "").await.refused(400);
}

/// A rule as text, with these members instead of its reward.
fn written(members: &str) -> String {
    let window = r#""requirement":{"purchase_from":"2024-01-01T00:00:00Z","purchase_to":"2030-01-01T00:00:00Z"}"#;
    format!("{{{window},{members}}}")
}

#[tokio::test]
async fn members_nobody_knows_are_kept_byte_for_byte() {
    let service = Service::new().await;
    let odd = r#""x":{"n" : 1.50e3, "big":123456789012345678901234567890.5,"s":"\u00e5", "$serde_json::private::Number":"1"}"#;
    let body = written(&format!(r#"{odd},"reward":{{"type":"discount_amount","value":100}}"#));
    let created = service.call("POST", "discounts/rules", body).await;
    created.ok();
    assert!(created.text.contains(odd), "{}", created.text);
    let listed = service.call("GET", "discounts/rules", "").await;
    assert_eq!(listed.text, format!("[{}]", created.text));
}

#[tokio::test]
async fn what_could_be_read_two_ways_is_refused() {
    let service = Service::new().await;
    for (members, pointer) in [
        (r#""reward":{"type":"discount_amount","value":100,"value":900}"#, "/reward/value"),
        (r#""reward":{"type":"discount_amount","value":{"$serde_json::private::Number":"12"}}"#, "/reward/value"),
        (r#""reward":{"type":"discount_amount","value":1},"reward":{"type":"discount_amount","value":2}"#, "/reward"),
        (r#""reward":{"type":"discount_amount","value":1},"name":7"#, "/name"),
        (r#""reward":{"type":"discount_amount","value":1},"campaign_id":{}"#, "/campaign_id"),
        (r#""reward":{"type":"discount_amount","value":1},"metadata":7"#, "/metadata"),
        (r#""reward":{"type":"discount_amount","value":1},"links":[7]"#, "/links"),
        (r#""reward":{"type":"discount_amount","value":1},"private":"yes""#, "/private"),
        (r#""reward":{"type":"discount_amount","value":1},"visible_from":"soon""#, "/visible_from"),
    ] {
        let error = service.call("POST", "discounts/rules", written(members)).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{members}: {error}");
    }
    // Members that are null are absent.
    let empty = r#""reward":{"type":"discount_amount","value":1},"name":null,"links":null,"active":null,"id":null"#;
    assert_eq!(service.call("POST", "discounts/rules", written(empty)).await.ok()["active"], true);
}

#[tokio::test]
async fn no_rule_that_is_stored_spoils_the_others() {
    let service = Service::new().await;
    let receipt = crate::support::coffee(json!({}));
    let (mut stored, mut refused) = (0, 0);
    for depth in (1..250).chain([100_000]) {
        let deep = format!(r#""x":{}{},"reward":{{"type":"discount_amount","value":100}}"#, "[".repeat(depth), "]".repeat(depth));
        let created = service.call("POST", "discounts/rules", written(&deep)).await;
        if created.status.is_success() { stored += 1 } else { refused += 1 }
    }
    assert!(stored > 50 && refused > 0, "{stored} stored, {refused} refused");
    service.recalculate(&receipt).await.ok();
    let text = service.call("POST", "discounts/rules", written(&format!(r#""x":{}"#, "[".repeat(100_000)))).await.refused(400);
    assert_eq!(text["errors"][0]["pointer"], "/x", "{text}");
}

#[tokio::test]
async fn windows_at_the_end_of_time_stay_in_order() {
    let service = Service::new().await;
    let rule = json!({"requirement": {"purchase_from": "0000-01-01T00:00:00+10:00", "purchase_to": "9999-12-31T23:59:59-10:00"},
        "reward": {"type": "discount_amount", "value": 100}});
    service.call("POST", "discounts/rules", rule.to_string()).await.ok();
    let active = service.call("GET", "discounts/rules?state=active", "").await.ok();
    assert_eq!(active.as_array().unwrap().len(), 1);
}

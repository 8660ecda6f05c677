//! discounts/campaigns

use serde_json::json;

use crate::support::Service;

async fn campaign(service: &Service, name: &str, private: bool) -> String {
    let body = json!({"name": name, "private": private, "metadata": {"sponsor": "Solo"}});
    service.call("POST", "discounts/campaigns", body.to_string()).await.ok()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn aid_discounts_campaigns_post() {
    let service = Service::new().await;
    let sent = r#"{"name":"Summer","extra":{"a":1.50},"id":"mine"}"#;
    let made = service.call("POST", "discounts/campaigns", sent).await;
    assert!(made.text.contains(r#""extra":{"a":1.50}"#), "{}", made.text);
    let made = made.ok();
    assert_ne!(made["id"], "mine");
    assert_eq!((&made["private"], &made["created_by"]), (&json!(false), &json!("test")));
    for (body, pointer) in [
        (r#"{}"#, "/name"),
        (r#"{"name": 1}"#, "/name"),
        (r#"{"name": " "}"#, "/name"),
        (r#"{"name": "a", "private": "yes"}"#, "/private"),
        (r#"{"name": "a", "metadata": []}"#, "/metadata"),
        (r#"{"name": "a", "description": 1}"#, "/description"),
        (r#"{"name": "a", "name": "b"}"#, "/name"),
        (r#"{"name": "a", "campaign_id": ""}"#, "/campaign_id"),
        (r#"{"name": "a", "campaign_id": " V101"}"#, "/campaign_id"),
        (r#"{"name": "a", "campaign_id": 101}"#, "/campaign_id"),
    ] {
        let error = service.call("POST", "discounts/campaigns", body).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{body}");
    }
    assert_eq!(service.call("GET", "discounts/campaigns?state=all", "").await.ok().as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn aid_discounts_campaigns_get() {
    let service = Service::new().await;
    let a = campaign(&service, "a", false).await;
    let b = campaign(&service, "b", true).await;
    let c = campaign(&service, "c", false).await;
    service.call("DELETE", &format!("discounts/campaigns/{c}"), "").await.ok();
    let list = async |query: &str| {
        let list = service.call("GET", &format!("discounts/campaigns?{query}"), "").await.ok();
        list.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("").await, ["a", "b"]);
    assert_eq!(list("state=all").await, ["a", "b", "c"]);
    assert_eq!(list("state=public").await, ["a"]);
    assert_eq!(list("state=private").await, ["b"]);
    assert_eq!(list("state=deleted").await, ["c"]);
    assert_eq!(list("limit=1").await, ["a"]);
    assert_eq!(list(&format!("limit=1&starting_after={a}")).await, ["b"]);
    assert_eq!(list(&format!("starting_after={b}")).await, [""; 0]);
    for query in ["limit=0", "limit=101", "limit=x", "starting_after=nobody", "state=odd"] {
        assert_eq!(service.call("GET", &format!("discounts/campaigns?{query}"), "").await.refused(400)["code"], "bad_query");
    }
}

#[tokio::test]
async fn aid_discounts_campaigns_campaign_id_get() {
    let service = Service::new().await;
    let id = campaign(&service, "a", false).await;
    assert_eq!(service.call("GET", &format!("discounts/campaigns/{id}"), "").await.ok()["metadata"]["sponsor"], "Solo");
    service.call("GET", "discounts/campaigns/nobody", "").await.refused(404);
}

#[tokio::test]
async fn aid_discounts_campaigns_campaign_id_put() {
    let service = Service::new().await;
    let id = campaign(&service, "a", false).await;
    let path = format!("discounts/campaigns/{id}");
    let changed = service.call("PUT", &path, r#"{"name": "b", "private": true, "metadata": null}"#).await.ok();
    assert_eq!((&changed["name"], &changed["private"], changed.get("metadata")), (&json!("b"), &json!(true), None));
    assert_eq!(changed["campaign_id"], *id);
    service.call("PUT", &path, r#"{"name": null}"#).await.refused(400);
    // A change brings a deleted campaign back.
    service.call("DELETE", &path, "").await.ok();
    let back = service.call("PUT", &path, "{}").await.ok();
    assert_eq!((back.get("deleted_at"), back.get("deleted_by")), (None, None));
    assert_eq!(service.call("GET", "discounts/campaigns", "").await.ok().as_array().unwrap().len(), 1);
    service.call("PUT", "discounts/campaigns/nobody", "{}").await.refused(404);
}

#[tokio::test]
async fn a_campaign_is_known_by_the_campaign_id_that_was_sent() {
    let service = Service::new().await;
    let sent = json!({"name": "a", "campaign_id": "V101", "private": true}).to_string();
    let made = service.call("POST", "discounts/campaigns", sent.clone()).await.ok();
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["campaign_id"], "V101");
    assert_eq!(service.call("POST", "discounts/campaigns", sent).await.refused(400)["code"], "campaign_exists");
    // Nor is the id of one the name of another.
    let same = json!({"name": "b", "campaign_id": id}).to_string();
    assert_eq!(service.call("POST", "discounts/campaigns", same).await.refused(400)["code"], "campaign_exists");
    for name in ["V101", id] {
        assert_eq!(service.call("GET", &format!("discounts/campaigns/{name}"), "").await.ok(), made);
    }
    let changed = service.call("PUT", "discounts/campaigns/V101", r#"{"name": "b", "campaign_id": "V102"}"#).await.ok();
    assert_eq!((&changed["name"], &changed["campaign_id"]), (&json!("b"), &json!("V101")));
    // Its rules are hidden with it, whichever of the two they name.
    for name in ["V101", id] {
        let rule = json!({"name": name, "campaign_id": name, "reward": {"type": "discount_amount", "value": 100}});
        service.rule(rule, &["*"]).await;
        let list = service.call("GET", &format!("discounts/public/rules?campaign_id={name}"), "").await.ok();
        assert_eq!(list, json!([]));
    }
    service.call("DELETE", "discounts/campaigns/V101", "").await.ok();
    assert_eq!(service.call("GET", "discounts/campaigns?state=deleted", "").await.ok()[0]["campaign_id"], "V101");
}

#[tokio::test]
async fn aid_discounts_campaigns_campaign_id_delete() {
    let service = Service::new().await;
    let id = campaign(&service, "a", false).await;
    let rule = json!({"name": "kept", "campaign_id": id, "reward": {"type": "discount_amount", "value": 100}});
    service.rule(rule, &["/"]).await;
    let path = format!("discounts/campaigns/{id}");
    let deleted = service.call("DELETE", &path, "").await.ok();
    assert!(deleted["deleted_at"].is_string() && deleted["deleted_by"] == "test");
    assert_eq!(service.call("DELETE", &path, "").await.refused(400)["code"], "campaign_deleted");
    service.call("DELETE", "discounts/campaigns/nobody", "").await.refused(404);
    // Its rules stay as they are.
    assert_eq!(service.call("GET", "discounts/rules", "").await.ok()[0]["name"], "kept");
}

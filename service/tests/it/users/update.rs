//! customers/users/{customer_id}

use serde_json::json;

use super::kari;
use crate::support::Service;

#[tokio::test]
async fn aid_customers_cid_put() {
    let service = Service::new().await;
    let made = service.customer(kari()).await;
    let change = json!({"last_name": null, "status": "SILVER", "metadata": {"dob_year": null, "new": 1},
        "attributes": {"size": "M"}, "marketing_consent": {"email": {"consent": false}}, "customer_id": "kari"});
    let changed = service.change_customer("kari", change).await.ok();
    assert_eq!(service.call("GET", "customers/users/kari", "").await.ok(), changed);
    assert!(changed.get("last_name").is_none() && changed["updated_at"].as_str() > made["updated_at"].as_str());
    assert_eq!(changed["metadata"], json!({"own": {"of": "the client"}, "new": 1}));
    assert_eq!(changed["attributes"], json!({"size": "M", "likes": ["coffee", "cake"]}));
    assert_eq!(changed["marketing_consent"]["sms"]["consent"], true);
    assert_eq!((&changed["first_name"], &changed["addresses"]), (&made["first_name"], &made["addresses"]));
    let cleared = service.change_customer("kari", json!({"metadata": null, "attributes": null})).await.ok();
    assert!(cleared.get("metadata").is_none() && cleared.get("attributes").is_none());
    for (wrong, pointer) in [
        (json!({"customer_id": "ola"}), "/customer_id"),
        (json!({"email": "x"}), "/email"),
        (json!({"type": "company"}), "/company"),
        (json!({"company": {"bussiness_name": "x"}}), "/company"),
        (json!({"contact_for": [{"customer_id": "kari"}]}), "/contact_for"),
    ] {
        let error = service.change_customer("kari", wrong.clone()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer, "{wrong}");
    }
    assert_eq!(service.call("GET", "customers/users/kari", "").await.ok(), cleared);
    service.change_customer("nobody", json!({})).await.refused(404);
    // Two changes at once both stay.
    let both = [json!({"metadata": {"a": 1}}), json!({"metadata": {"b": 2}})];
    for answer in futures_util::future::join_all(both.map(|change| service.change_customer("kari", change))).await {
        answer.ok();
    }
    assert_eq!(service.call("GET", "customers/users/kari", "").await.ok()["metadata"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn aid_customers_cid_delete() {
    let service = Service::new().await;
    let made = service.customer(kari()).await;
    let contact = json!({"customer_id": "per", "type": "contact", "contact_for": [{"customer_id": "kari"}]});
    service.customer(contact).await;
    let left = service.call("DELETE", "customers/users/kari", "").await.ok();
    let names: Vec<&str> = left.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["id", "customer_id", "created_at", "created_by", "type", "updated_at", "deleted_at", "deleted_by"]);
    assert_eq!((&left["id"], &left["deleted_by"]), (&made["id"], &json!("test")));
    service.call("GET", "customers/users/kari", "").await.refused(404);
    service.change_customer("kari", json!({})).await.refused(404);
    assert_eq!(service.call("DELETE", "customers/users/kari", "").await.refused(400)["code"], "already_deleted");
    service.call("DELETE", "customers/users/nobody", "").await.refused(404);
    assert_eq!(service.found("type=any").await, ["per"]);
    assert_eq!(service.found("include_deleted=true").await, ["kari"]);
    assert_eq!(service.call("GET", "customers/users?include_deleted=true", "").await.ok()[0], left);
    // Nothing is left that it was found by.
    assert_eq!(service.found("search=nord&include_deleted=true").await, [""; 0]);
    service.call("DELETE", "customers/users/per", "").await.ok();
    for table in ["customer_words", "customer_claims", "customer_contacts"] {
        assert_eq!(service.rows(table).await, 0, "{table}");
    }
    // Its name may be given anew: to somebody else.
    let again = service.customer(json!({"customer_id": "kari"})).await;
    assert_ne!(again["id"], made["id"]);
    assert_eq!(service.found("include_deleted=true&type=customer").await, ["kari", "kari"]);
}

#[tokio::test]
async fn aid_customers_cid_change_customer_id_post() {
    let service = Service::new().await;
    let made = service.customer(kari()).await;
    service.customer(json!({"customer_id": "per", "type": "contact", "contact_for": [{"customer_id": "kari"}]})).await;
    service.customer(json!({"customer_id": "ola"})).await;
    let rename = async |from: &str, body: &str| {
        service.call("POST", &format!("customers/users/{from}/change_customer_id"), body.to_owned()).await
    };
    assert_eq!(rename("kari", r#"{"customer_id":"ola"}"#).await.refused(400)["code"], "customer_exists");
    assert_eq!(rename("kari", r#"{"customer_id":"kari"}"#).await.refused(400)["errors"][0]["pointer"], "/customer_id");
    assert_eq!(rename("kari", r#"{"customer_id":" "}"#).await.refused(400)["errors"][0]["pointer"], "/customer_id");
    assert_eq!(rename("kari", r#"{"customer_id":7}"#).await.refused(400)["errors"][0]["pointer"], "/customer_id");
    rename("nobody", "{}").await.refused(404);
    let renamed = rename("kari", r#"{"customer_id":"karianne"}"#).await.ok();
    assert_eq!((&renamed["customer_id"], &renamed["id"], &renamed["email"]), (&json!("karianne"), &made["id"], &made["email"]));
    let metadata = renamed["metadata"].as_object().unwrap();
    let (name, trace) = metadata.iter().find(|(name, _)| name.starts_with("dintero_change_customer_id_")).unwrap();
    assert_eq!((&trace["old"], &trace["new"], &trace["created_by"]), (&json!("kari"), &json!("karianne"), &json!("test")));
    assert!(name.contains(trace["created_at"].as_str().unwrap()));
    service.call("GET", "customers/users/kari", "").await.refused(404);
    assert_eq!(service.call("GET", "customers/users/karianne", "").await.ok(), renamed);
    assert_eq!(service.call("GET", "customers/users/per", "").await.ok()["contact_for"], json!([{"customer_id": "karianne"}]));
    assert_eq!(service.found("search=karianne").await, ["karianne"]);
    // The former name is free; the trace stays whatever metadata are sent.
    service.customer(json!({"customer_id": "kari"})).await;
    let cleared = service.change_customer("karianne", json!({"metadata": null})).await.ok();
    assert_eq!(cleared["metadata"].as_object().unwrap().len(), 1);
    // Without a name it gets one.
    assert_ne!(rename("karianne", "{}").await.ok()["customer_id"], "karianne");
}

#[tokio::test]
async fn what_happens_to_customers_sets_automations_off() {
    let service = Service::new().await;
    let rule = service.rule(json!({"reward": {"type": "discount_amount", "value": 100}}), &[]).await;
    for event in ["customer_add", "customer_update", "customer_remove"] {
        let automation = json!({"name": event, "requirement": {"events": [event], "automation_from": "2020-01-01T00:00:00Z",
            "automation_to": "2029-01-01T00:00:00Z", "filter": {"$.customer_id": [event]}}, "actions": [{"type": "discount", "id": rule}]});
        service.call("POST", "automations/rules", automation.to_string()).await.ok();
    }
    let refs = async || {
        service.call("GET", &format!("discounts/rules/{rule}/customers?limit=100"), "").await.ok().as_array().unwrap().len()
    };
    service.customer(json!({"customer_id": "customer_add"})).await;
    assert_eq!(refs().await, 1);
    service.customer(json!({"customer_id": "customer_update"})).await;
    assert_eq!(refs().await, 1);
    service.change_customer("customer_update", json!({"first_name": "x"})).await.ok();
    assert_eq!(refs().await, 2);
    service.customer(json!({"customer_id": "customer_remove"})).await;
    service.call("DELETE", "customers/users/customer_remove", "").await.ok();
    assert_eq!(refs().await, 3);
}

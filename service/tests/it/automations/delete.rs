//! DELETE /v1/accounts/{aid}/automations/rules/{arid}

use rabatt_service::automations::Event;
use serde_json::json;

use super::{gift, gifts, happens, some_rule, store};
use crate::support::Service;

#[tokio::test]
async fn aid_automations_rules_rid_delete() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    let id = store(&service, gift(&rule, &["customer_add"], json!({"name": "Welcome"}))).await;
    happens(&service, Event::CustomerAdd, json!({"customer_id": "kari"})).await;
    let path = format!("automations/rules/{id}");
    let deleted = service.call("DELETE", &path, "").await.ok();
    assert_eq!((&deleted["id"], &deleted["name"], &deleted["deleted_by"]), (&json!(id), &json!("Welcome"), &json!("test")));
    assert_eq!(deleted["updated_at"], deleted["deleted_at"]);
    let error = service.call("DELETE", &path, "").await.refused(400);
    assert_eq!(error["code"], "automation_deleted");
    service.call("DELETE", "automations/rules/6ecf6ab6-6f04-45ef-8b8f-c5c24bd9ab56", "").await.refused(404);
    service.call("DELETE", "automations/rules/mine", "").await.refused(404);
    // It acts no more; what it gave stays.
    happens(&service, Event::CustomerAdd, json!({"customer_id": "ola"})).await;
    assert_eq!(gifts(&service).await, [format!("kari {rule}")]);
}

#[tokio::test]
async fn a_deleted_rule_takes_its_automations_along() {
    let service = Service::new().await;
    let (going, staying) = (some_rule(&service).await, some_rule(&service).await);
    let both = json!({"actions": [{"type": "discount", "id": staying}, {"type": "discount", "id": going}, {"type": "discount", "id": going}]});
    let mut gone = vec![store(&service, gift(&going, &["customer_add"], json!({}))).await];
    gone.push(store(&service, gift(&going, &["customer_add"], both)).await);
    let stays = store(&service, gift(&staying, &["customer_add"], json!({}))).await;
    service.call("PUT", &format!("discounts/rules/{going}"), json!({"name": "changed"}).to_string()).await.ok();
    assert_eq!(service.call("GET", "automations/rules", "").await.ok().as_array().unwrap().len(), 3);
    service.call("DELETE", &format!("discounts/rules/{going}"), "").await.ok();
    for id in gone {
        let deleted = service.call("GET", &format!("automations/rules/{id}"), "").await.ok();
        assert!(deleted["deleted_at"].is_string() && deleted["deleted_by"] == "test", "{deleted}");
    }
    let left = service.call("GET", "automations/rules", "").await.ok();
    assert_eq!((left.as_array().unwrap().len(), &left[0]["id"]), (1, &json!(stays)));
    happens(&service, Event::CustomerAdd, json!({"customer_id": "kari"})).await;
    assert_eq!(gifts(&service).await, [format!("kari {staying}")]);
}

#[tokio::test]
async fn no_automation_outlives_its_rule_whoever_is_first() {
    let service = Service::new().await;
    for _ in 0..12 {
        let rule = some_rule(&service).await;
        let (path, body) = (format!("discounts/rules/{rule}"), gift(&rule, &["customer_add"], json!({})).to_string());
        let (created, deleted) = tokio::join!(service.call("POST", "automations/rules", body), service.call("DELETE", &path, ""));
        deleted.ok();
        // Either it was there and went along, or it came too late.
        assert!([200, 400].contains(&created.status.as_u16()), "{}", created.text);
        assert_eq!(service.call("GET", "automations/rules", "").await.ok(), json!([]));
    }
}

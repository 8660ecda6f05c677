//! GET /v1/accounts/{aid}/automations/rules

use serde_json::{Value, json};

use super::{gift, some_rule, store};
use crate::support::Service;

#[tokio::test]
async fn aid_automations_rules_get() {
    let service = Service::new().await;
    assert_eq!(service.call("GET", "automations/rules", "").await.ok(), json!([]));
    let rule = some_rule(&service).await;
    let mut ids = Vec::new();
    for n in 0..12 {
        ids.push(store(&service, gift(&rule, &["customer_add"], json!({"name": format!("no {n}")}))).await);
    }
    service.call("DELETE", &format!("automations/rules/{}", ids[3]), "").await.ok();
    let list = async |query: &str| -> Vec<Value> {
        service.call("GET", &format!("automations/rules{query}"), "").await.ok().as_array().unwrap().clone()
    };
    let names = |list: &[Value]| list.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let available: Vec<String> = ids.iter().filter(|id| **id != ids[3]).cloned().collect();
    assert_eq!(names(&list("").await), available[..10]);
    assert_eq!(names(&list("?limit=100").await), available);
    assert_eq!(names(&list("?state=available&limit=100").await), available);
    assert_eq!(names(&list("?state=all&limit=100").await), ids);
    let deleted = list("?state=deleted").await;
    assert_eq!(names(&deleted), [ids[3].clone()]);
    assert!(deleted[0]["deleted_at"].is_string() && deleted[0]["deleted_by"] == "test");
    assert_eq!(deleted[0]["name"], "no 3");
    // Page by page, also from a deleted one.
    assert_eq!(names(&list(&format!("?limit=2&starting_after={}", ids[1])).await), [ids[2].clone(), ids[4].clone()]);
    assert_eq!(names(&list(&format!("?limit=1&starting_after={}", ids[3])).await), [ids[4].clone()]);
    assert!(list(&format!("?starting_after={}", ids[11])).await.is_empty());
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "state=gone",
        "starting_after=x",
        "starting_after=%00",
        &format!("starting_after={rule}"),
    ] {
        service.call("GET", &format!("automations/rules?{query}"), "").await.refused(400);
    }
}

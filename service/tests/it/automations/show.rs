//! GET /v1/accounts/{aid}/automations/rules/{arid}

use serde_json::json;

use super::{gift, some_rule};
use crate::support::Service;

#[tokio::test]
async fn aid_automations_rules_rid_get() {
    let service = Service::new().await;
    let rule = some_rule(&service).await;
    let created = service.call("POST", "automations/rules", gift(&rule, &["token_add"], json!({"x": [1.50]})).to_string()).await;
    let id = created.ok()["id"].as_str().unwrap().to_owned();
    let path = format!("automations/rules/{id}");
    assert_eq!(service.call("GET", &path, "").await.text, created.text);
    assert_eq!(service.call("GET", &path.to_uppercase().to_lowercase(), "").await.text, created.text);
    let deleted = service.call("DELETE", &path, "").await.text;
    assert_eq!(service.call("GET", &path, "").await.text, deleted);
    for unknown in [rule.as_str(), "x", "%00", "6ecf6ab6-6f04-45ef-8b8f-c5c24bd9ab56"] {
        service.call("GET", &format!("automations/rules/{unknown}"), "").await.refused(404);
    }
    // Of another account it is not there.
    let token = service.other_account("T00000002", "admin:automations").await;
    service.call_with("GET", &format!("/v1/accounts/T00000002/{path}"), Some(&token), "").await.refused(404);
    service.call_with("DELETE", &format!("/v1/accounts/T00000002/{path}"), Some(&token), "").await.refused(404);
}

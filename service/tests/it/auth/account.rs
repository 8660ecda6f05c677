//! GET /v1/accounts/{aid}/management/settings

use rabatt_service::auth::store::accounts;
use serde_json::json;

use crate::support::Service;

#[tokio::test]
async fn aid_account_aid_get() {
    let service = Service::new().await;
    let token = service.token("T00000001", "read:accounts");
    let path = "/v1/accounts/T00000001/management/settings";
    let nothing = service.call_with("GET", path, Some(&token), "").await.ok();
    assert_eq!(nothing, json!({"applicant": {}, "company": {}}));
    let details = json!({"company": {"business_name": "Kiosk AS", "address": {"address_line": "Vei 1", "postal_place": "Oslo", "country": "NO"}}, "more": 1});
    let mut unit = service.app.store.unit().await.unwrap();
    assert_eq!(accounts::set_details(unit.db(), "T00000001", &details.to_string()).await.unwrap(), Some(None));
    unit.save().await.unwrap();
    let answer = service.call_with("GET", path, Some(&token), "").await.ok();
    assert_eq!(answer, json!({"company": details["company"], "more": 1, "applicant": {}}));
    // An account's path, not an owner's.
    service.call_with("GET", "/v1/accounts/T123/management/settings", Some(&token), "").await.refused(400);
}

//! discounts/public/rules

use serde_json::{Value, json};

use crate::support::Service;

fn rule(name: &str, more: Value) -> Value {
    let mut rule = json!({"name": name, "reward": {"type": "discount_amount", "value": 100},
        "metadata": {"shown": 1, "dintero:exclude:public:cost": 7}});
    rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    rule
}

async fn names(service: &Service, query: &str) -> Vec<String> {
    let list = service.call("GET", &format!("discounts/public/rules?{query}"), "").await.ok();
    list.as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn aid_discounts_public_get() {
    let service = Service::new().await;
    let hidden = service.call("POST", "discounts/campaigns", r#"{"name": "hidden", "private": true}"#).await.ok();
    let hidden = hidden["id"].as_str().unwrap().to_owned();
    service.rule(rule("members", json!({})), &["*"]).await;
    service.rule(rule("passers-by", json!({})), &["/"]).await;
    service.rule(rule("kari's", json!({})), &["kari"]).await;
    service.rule(rule("private", json!({"private": true})), &["*"]).await;
    service.rule(rule("off", json!({"active": false})), &["*"]).await;
    service.rule(rule("campaign", json!({"campaign_id": "summer"})), &["*"]).await;
    service.rule(rule("secret campaign", json!({"campaign_id": hidden})), &["*"]).await;
    assert_eq!(names(&service, "").await, ["members", "campaign", "secret campaign"]);
    assert_eq!(names(&service, "no_customer_id=true").await, ["passers-by"]);
    assert_eq!(names(&service, "no_customer_id=false&limit=1").await, ["members"]);
    assert_eq!(names(&service, "campaign_id=summer").await, ["campaign"]);
    assert_eq!(names(&service, &format!("campaign_id=summer&campaign_id={hidden}")).await, ["campaign"]);
    let first = service.call("GET", "discounts/public/rules?limit=1", "").await.ok();
    assert_eq!(first[0]["metadata"], json!({"shown": 1}));
    let next = format!("starting_after={}", first[0]["ref_id"].as_str().unwrap());
    assert_eq!(names(&service, &next).await, ["campaign", "secret campaign"]);
    for query in ["limit=0", "limit=101", "no_customer_id=maybe", "starting_after=x"] {
        service.call("GET", &format!("discounts/public/rules?{query}"), "").await.refused(400);
    }
}

#[tokio::test]
async fn public_rule_details() {
    let service = Service::new().await;
    let get = async |id: String| service.call("GET", &format!("discounts/public/rules/{id}"), "").await;
    let members = service.rule(rule("members", json!({})), &["*"]).await;
    let shown = get(members).await.ok();
    assert_eq!((&shown["name"], &shown["metadata"], shown.get("ref_id")), (&json!("members"), &json!({"shown": 1}), None));
    get(service.rule(rule("passers-by", json!({})), &["/"]).await).await.ok();
    get(service.rule(rule("private", json!({"private": true})), &["*"]).await).await.refused(404);
    get(service.rule(rule("kari's", json!({})), &["kari"]).await).await.refused(404);
    get(service.rule(rule("nobody's", json!({})), &[]).await).await.refused(404);
    get("nobody".to_owned()).await.refused(404);
}

//! discounts/customers/{customer_id}/rules

use serde_json::{Value, json};

use crate::support::Service;

async fn names(service: &Service, query: &str) -> Vec<String> {
    let list = service.call("GET", &format!("discounts/customers/kari/rules?{query}"), "").await.ok();
    list.as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
}

async fn give(service: &Service, rule: Value, customers: &[&str]) -> String {
    let id = service.call("POST", "discounts/rules", rule.to_string()).await.ok()["id"].as_str().unwrap().to_owned();
    let body = json!({"customers": customers}).to_string();
    service.call("POST", &format!("discounts/rules/{id}/customers"), body).await.ok();
    id
}

fn rule(name: &str, from: &str, to: &str) -> Value {
    json!({"name": name, "requirement": {"purchase_from": from, "purchase_to": to},
        "reward": {"type": "discount_amount", "value": 100}})
}

#[tokio::test]
async fn aid_discounts_customer_cid_get() {
    let service = Service::new().await;
    let now = |name: &str| rule(name, "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
    give(&service, now("own"), &["kari"]).await;
    give(&service, now("everybody"), &["*"]).await;
    give(&service, now("both"), &["*", "kari"]).await;
    give(&service, now("passers-by"), &["/"]).await;
    give(&service, now("others"), &["ola"]).await;
    give(&service, rule("past", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"), &["kari"]).await;
    give(&service, rule("later", "2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z"), &["kari"]).await;
    let mut announced = rule("announced", "2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
    announced["visible_from"] = json!("2020-01-01T00:00:00Z");
    give(&service, announced, &["kari"]).await;
    let mut off = now("off");
    off["active"] = json!(false);
    give(&service, off, &["kari"]).await;
    let deleted = give(&service, now("deleted"), &["kari"]).await;
    service.call("DELETE", &format!("discounts/rules/{deleted}"), "").await.ok();
    // Private ones are only kept from the public.
    let mut private = now("private");
    private["private"] = json!(true);
    give(&service, private, &["kari"]).await;
    let mut once = now("used up");
    once["limitation"] = json!({"discount_repeat_usage": 1});
    let (id, reference) = {
        let id = give(&service, once, &["kari"]).await;
        let refs = service.call("GET", &format!("discounts/rules/{id}/customers"), "").await.ok();
        (id, refs[0]["id"].as_str().unwrap().to_owned())
    };
    assert_eq!(names(&service, "limit=100").await, ["own", "everybody", "both", "announced", "private", "used up"]);
    service.claim("t1", "kari", &id, &reference, 100).await.ok();
    assert_eq!(names(&service, "limit=100").await, ["own", "everybody", "both", "announced", "private"]);
}

#[tokio::test]
async fn pages_go_on_from_the_last_ref() {
    let service = Service::new().await;
    for name in ["a", "b", "c", "d", "e"] {
        give(&service, rule(name, "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"), &["kari"]).await;
    }
    let (mut seen, mut query) = (Vec::new(), "limit=2".to_owned());
    loop {
        let page = service.call("GET", &format!("discounts/customers/kari/rules?{query}"), "").await.ok();
        let page = page.as_array().unwrap();
        seen.extend(page.iter().map(|rule| rule["name"].as_str().unwrap().to_owned()));
        let Some(last) = page.last() else { break };
        query = format!("limit=2&starting_after={}", last["ref_id"].as_str().unwrap());
    }
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);
    for query in ["limit=0", "limit=101", "starting_after=x"] {
        service.call("GET", &format!("discounts/customers/kari/rules?{query}"), "").await.refused(400);
    }
}

#[tokio::test]
async fn a_customer_sees_their_own_rules_only() {
    let service = Service::new().await;
    give(&service, rule("own", "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"), &["kari"]).await;
    // The subject of a user's token is the customer.
    let token = service.token("T00000001", "user:discounts");
    let path = |customer: &str| format!("/v1/accounts/T00000001/discounts/customers/{customer}/rules");
    service.call_with("GET", &path("test"), Some(&token), "").await.ok();
    service.call_with("GET", &path("kari"), Some(&token), "").await.refused(403);
}

#[tokio::test]
async fn a_ref_that_ends_by_itself_is_not_shown_afterwards() {
    let service = Service::new().await;
    let mut ends = rule("ends", "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z");
    ends["limitation"] = json!({"dynamic_purchase_to_days": 30});
    give(&service, ends, &["kari"]).await;
    assert_eq!(names(&service, "").await, ["ends"]);
    sqlx::query("UPDATE refs SET given_at = '2024-01-01T00:00:00.000000Z'").execute(service.app.store.pool()).await.unwrap();
    assert_eq!(names(&service, "").await, [""; 0]);
}

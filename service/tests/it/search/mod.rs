//! discounts/search/rules

use serde_json::{Value, json};

use crate::support::Service;

#[tokio::test]
async fn aid_discounts_rules_search_post() {
    let service = Service::new().await;
    let rule = |name: &str, items: Value| json!({"name": name, "requirement": {"item": {"items": items}}, "reward": {"type": "discount_amount", "value": 100}});
    service.rule(rule("coffee", json!([{"id": "b1"}, {"id": "b2"}])), &["*"]).await;
    service.rule(rule("group", json!([{"group_id": "g1"}])), &["kari"]).await;
    service.rule(rule("passers-by", json!([{"id": "b1"}])), &["/"]).await;
    let search =
        async |query: &str, body: Value| service.call("POST", &format!("discounts/search/rules?{query}"), body.to_string()).await;
    let body = json!({
        "query": [{"customer_id": ["kari", "ola", "/"], "$.requirement.item.items[*]": [{"id": "b1"}, {"id": "b3", "group_id": "g1"}]}],
        "group_by": ["customer_id#$.requirement.item.items[*].id"], "includes": ["$.id", "$.name"]
    });
    let hits = |answer: &Value| -> Vec<String> {
        let hit = |hit: &Value| {
            let text = |name: &str| hit[name].as_str().unwrap().to_owned();
            format!("{} {} {}", text("customer_id"), text("group_value"), hit["rule"]["name"].as_str().unwrap())
        };
        answer["data"].as_array().unwrap().iter().map(hit).collect()
    };
    let found = search("", body.clone()).await.ok();
    assert_eq!(hits(&found), ["kari b1 coffee", "kari b3 group", "ola b1 coffee", "/ b1 passers-by"]);
    assert_eq!(found["data"][0]["group_by"], "$.requirement.item.items[*].id");
    assert_eq!(found["data"][0]["rule"].as_object().unwrap().len(), 2);
    assert_eq!(found.get("starting_after"), None);
    // Page by page.
    let (mut seen, mut query) = (Vec::new(), "limit=3".to_owned());
    loop {
        let page = search(&query, body.clone()).await.ok();
        seen.extend(hits(&page));
        let Some(after) = page["starting_after"].as_str() else { break };
        query = format!("limit=3&starting_after={after}");
    }
    assert_eq!(seen, hits(&found));
    let mut by_group = body.clone();
    by_group["group_by"] = json!(["customer_id#$.requirement.item.items[*].group_id"]);
    assert_eq!(hits(&search("", by_group).await.ok()), ["kari g1 group"]);
    let mut wrong = body.clone();
    wrong["includes"] = json!(["$.secret"]);
    search("", wrong).await.refused(400);
    search("", json!({"query": []})).await.refused(400);
    search("limit=0", body.clone()).await.refused(400);
    search("limit=1001", body.clone()).await.refused(400);
    search("starting_after=x", body).await.refused(400);
}

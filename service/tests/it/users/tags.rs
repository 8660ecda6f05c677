//! customers/tags and customers/terms

use serde_json::{Value, json};

use crate::support::Service;

impl Service {
    async fn tag(&self, name: &str) -> String {
        let tag = self.call("POST", "customers/tags", json!({"tag": name, "metadata": {"a": 1}}).to_string()).await.ok();
        assert_eq!((&tag["tag"], &tag["metadata"], &tag["created_by"]), (&json!(name), &json!({"a": 1}), &json!("test")));
        tag["id"].as_str().unwrap().to_owned()
    }

    async fn tags_of(&self, customer: &str) -> Vec<Value> {
        let tags = self.call("GET", &format!("customers/users/{customer}/tags"), "").await.ok();
        tags.as_array().unwrap().iter().map(|tag| tag["tag"].clone()).collect()
    }
}

#[tokio::test]
async fn aid_customers_tags() {
    let service = Service::new().await;
    let (vip, new, old) = (service.tag("VIP").await, service.tag("new").await, service.tag("old").await);
    let list = service.call("GET", "customers/tags", "").await.ok();
    assert_eq!(list.as_array().unwrap().iter().map(|tag| &tag["tag"]).collect::<Vec<_>>(), ["VIP", "new", "old"]);
    for name in ["kari", "ola"] {
        service.customer(json!({"customer_id": name})).await;
    }
    let set = async |customer: &str, tags: Value| {
        service.call("PUT", &format!("customers/users/{customer}/tags"), tags.to_string()).await
    };
    assert_eq!(set("kari", json!([new, vip])).await.ok().as_array().unwrap().len(), 2);
    set("ola", json!([vip, vip])).await.ok();
    assert_eq!(service.tags_of("kari").await, ["VIP", "new"]);
    assert_eq!(service.found(&format!("tag_id={vip}")).await, ["kari", "ola"]);
    assert_eq!(service.found(&format!("tag_id={vip}&limit=1&starting_after=kari")).await, ["ola"]);
    assert_eq!(service.found(&format!("tag_id={new}")).await, ["kari"]);
    assert_eq!(service.found(&format!("tag_id={new}&search=ola")).await, [""; 0]);
    // All are replaced.
    set("kari", json!([old])).await.ok();
    assert_eq!(service.tags_of("kari").await, ["old"]);
    for (wrong, pointer) in [(json!({}), ""), (json!([1]), "/0"), (json!([vip, "nothing"]), "/1")] {
        assert_eq!(set("kari", wrong).await.refused(400)["errors"][0]["pointer"], pointer);
    }
    set("nobody", json!([])).await.refused(404);
    service.call("GET", "customers/users/nobody/tags", "").await.refused(404);
    assert_eq!(service.tags_of("kari").await, ["old"]);
    // A deleted tag is nobody's.
    assert!(service.call("DELETE", &format!("customers/tags/{vip}"), "").await.ok()["deleted_at"].is_string());
    assert_eq!(service.tags_of("ola").await, [Value::Null; 0]);
    assert_eq!(service.found(&format!("tag_id={vip}")).await, [""; 0]);
    assert_eq!(set("ola", json!([vip])).await.refused(400)["errors"][0]["pointer"], "/0");
    service.call("DELETE", &format!("customers/tags/{vip}"), "").await.refused(400);
    service.call("DELETE", "customers/tags/nothing", "").await.refused(404);
    for wrong in [json!({}), json!({"tag": ""}), json!({"tag": 1}), json!({"tag": "x", "metadata": []})] {
        service.call("POST", "customers/tags", wrong.to_string()).await.refused(400);
    }
}

#[tokio::test]
async fn aid_customers_terms() {
    let service = Service::new().await;
    let mut ids = Vec::new();
    for text in ["one", "two", "three"] {
        let terms = service.call("POST", "customers/terms", json!({"terms": text}).to_string()).await.ok();
        ids.push(terms["id"].as_str().unwrap().to_owned());
    }
    let list = async |query: &str| -> Vec<Value> {
        let list = service.call("GET", &format!("customers/terms?{query}"), "").await.ok();
        list.as_array().unwrap().iter().map(|terms| terms["terms"].clone()).collect()
    };
    assert_eq!(list("limit=2").await, ["one", "two"]);
    assert_eq!(list(&format!("starting_after={}", ids[1])).await, ["three"]);
    assert_eq!(service.call("GET", &format!("customers/terms/{}", ids[0]), "").await.ok()["terms"], "one");
    let gone = service.call("DELETE", &format!("customers/terms/{}", ids[1]), "").await.ok();
    assert_eq!((gone["deleted_by"].as_str(), gone["terms"].as_str()), (Some("test"), Some("two")));
    assert_eq!(list("").await, ["one", "three"]);
    assert_eq!(list("include_deleted=true").await, ["one", "two", "three"]);
    service.call("GET", &format!("customers/terms/{}", ids[1]), "").await.refused(404);
    service.call("DELETE", "customers/terms/nothing", "").await.refused(404);
    for wrong in [json!({}), json!({"terms": " "}), json!({"terms": 1})] {
        service.call("POST", "customers/terms", wrong.to_string()).await.refused(400);
    }
    let accepted = json!({"term": {"id": ids[0], "accepted_at": "2024-06-01T12:00:00Z"}});
    let customer = service.customer(accepted.clone()).await;
    assert_eq!(customer["term"], accepted["term"]);
    // Terms that are not there, or not any more.
    let name = customer["customer_id"].as_str().unwrap();
    for unknown in ["nothing", &ids[1]] {
        let term = json!({"term": {"id": unknown}});
        let made = service.call("POST", "customers/users", term.to_string()).await.refused(400);
        let changed = service.change_customer(name, term).await.refused(400);
        assert_eq!([&made, &changed].map(|error| error["errors"][0]["pointer"].as_str()), [Some("/term/id"); 2]);
    }
    // Who accepted some that are gone by now has accepted them.
    service.call("DELETE", &format!("customers/terms/{}", ids[0]), "").await.ok();
    let changed = json!({"first_name": "Kari", "term": {"id": ids[0], "accepted_at": "2024-06-02T12:00:00Z"}});
    assert_eq!(service.change_customer(name, changed.clone()).await.ok()["term"], changed["term"]);
}

//! products/…

use serde_json::{Value, json};

use crate::support::{Service, coffee};

const MULTIPLE: [(&str, &str, &str); 3] =
    [("catalogs", "catalog_id", "catalogs"), ("groups", "group_id", "groups"), ("tax", "tax_id", "tax_groups")];

impl Service {
    async fn add(&self, path: &str, body: Value) -> Value {
        self.call("POST", &format!("products/{path}"), body.to_string()).await.ok()
    }

    async fn listed(&self, path: &str, member: &str) -> Value {
        self.call("GET", &format!("products/{path}"), "").await.ok()[member].clone()
    }
}

/// Catalogs, groups and taxes are kept alike: which of them, in [`MULTIPLE`].
type Which = usize;

async fn three(at: Which) -> Service {
    let service = Service::new().await;
    let (path, name, _) = MULTIPLE[at];
    for id in ["A", "B", "C"] {
        service.add(path, json!({name: id, "own": 1})).await;
    }
    service
}

async fn listing(at: Which) {
    let service = three(at).await;
    let (path, name, member) = MULTIPLE[at];
    let page = service.call("GET", &format!("products/{path}?limit=2"), "").await.ok();
    assert_eq!((page[member].as_array().unwrap().len(), &page["starting_after"]), (2, &json!("B")));
    let page = service.call("GET", &format!("products/{path}?limit=2&starting_after=B"), "").await.ok();
    assert_eq!((&page[member][0][name], page.get("starting_after")), (&json!("C"), None));
    for query in ["limit=0", "limit=101", "starting_after=D"] {
        assert_eq!(service.call("GET", &format!("products/{path}?{query}"), "").await.refused(400)["code"], "bad_query");
    }
}

async fn making(at: Which) {
    let service = three(at).await;
    let (path, name, member) = MULTIPLE[at];
    let made = service.listed(path, member).await[0].clone();
    assert_eq!((&made[name], &made["own"], &made["created_by"]), (&json!("A"), &json!(1), &json!("test")));
    let error = service.call("POST", &format!("products/{path}"), json!({name: "A"}).to_string()).await.refused(400);
    assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!("exists"), &json!(format!("/{name}"))));
    let unnamed = service.add(path, json!({})).await;
    assert_eq!(unnamed[name], unnamed["id"]);
}

async fn changing(at: Which) {
    let service = three(at).await;
    let (path, _, member) = MULTIPLE[at];
    let changed = service.call("PUT", &format!("products/{path}/B"), r#"{"own":2}"#).await.ok();
    assert_eq!(changed["own"], 2);
    assert_eq!(service.listed(path, member).await[1], changed);
    service.call("PUT", &format!("products/{path}/D"), "{}").await.refused(404);
    service.call("PUT", &format!("products/{path}/B"), "[]").await.refused(400);
}

async fn deleting(at: Which) {
    let service = three(at).await;
    let (path, _, member) = MULTIPLE[at];
    assert!(service.call("DELETE", &format!("products/{path}/B"), "").await.ok()["deleted_at"].is_string());
    assert_eq!(service.call("DELETE", &format!("products/{path}/B"), "").await.refused(400)["code"], "deleted");
    service.call("DELETE", &format!("products/{path}/D"), "").await.refused(404);
    assert_eq!(service.listed(path, member).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn aid_catalogs_get() {
    listing(0).await;
}

#[tokio::test]
async fn aid_catalogs_post() {
    making(0).await;
}

#[tokio::test]
async fn aid_catalogs_put() {
    changing(0).await;
}

#[tokio::test]
async fn aid_catalogs_delete() {
    deleting(0).await;
}

#[tokio::test]
async fn aid_group_get() {
    listing(1).await;
    let service = three(1).await;
    let one = service.call("GET", "products/groups?group_id=B", "").await.ok();
    assert_eq!((one["groups"].as_array().unwrap().len(), &one["groups"][0]["group_id"]), (1, &json!("B")));
}

#[tokio::test]
async fn aid_group_post() {
    making(1).await;
}

#[tokio::test]
async fn aid_group_put() {
    changing(1).await;
}

#[tokio::test]
async fn aid_delete() {
    deleting(1).await;
}

#[tokio::test]
async fn aid_tax_get() {
    listing(2).await;
}

#[tokio::test]
async fn aid_tax_post() {
    making(2).await;
    let service = Service::new().await;
    for (wrong, pointer) in
        [(json!({"percentage": 101}), "/percentage"), (json!({"amount": -1}), "/amount"), (json!({"tax_code": 3}), "/tax_code")]
    {
        let error = service.call("POST", "products/tax", wrong.to_string()).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], pointer);
    }
    assert_eq!(service.add("tax", json!({"percentage": 12.5, "amount": 100})).await["percentage"], 12.5);
}

#[tokio::test]
async fn aid_tax_put() {
    changing(2).await;
}

#[tokio::test]
async fn aid_tax_delete() {
    deleting(2).await;
}

#[tokio::test]
async fn aid_products_post() {
    let service = Service::new().await;
    service.add("catalogs", json!({"catalog_id": "S23", "catalog_name": "Sommer"})).await;
    let sent = json!({"product_id": "kaffe", "product_name": "Kaffe", "unit_gross_price": 3500, "catalog_id": "other", "catalog_name": "Other",
        "groups": [{"group_id": "drikke", "group_name": "Drikke"}, {"id": "varmt", "name": "Varmt"}, {"group_id": "drikke"}]});
    let made = service.add("catalogs/S23/products", sent.clone()).await;
    assert_eq!((&made["catalog_id"], &made["catalog_name"]), (&json!("S23"), &json!("Sommer")));
    let groups = json!([{"group_id": "drikke", "group_name": "Drikke"}, {"group_id": "varmt", "group_name": "Varmt"}]);
    assert_eq!(made["groups"], groups);
    assert_eq!(service.listed("groups", "groups").await.as_array().unwrap().len(), 2);
    service.add("catalogs/S23/products", json!({"product_id": "te", "product_name": "Te"})).await;
    service.add("catalogs", json!({"catalog_id": "V23"})).await;
    service.add("catalogs/V23/products", sent).await;
    for (path, wrong, code) in [
        ("none", json!({}), "catalog_unknown"),
        ("S23", json!({"product_id": "te"}), "exists"),
        ("S23", json!({"unit_gross_price": -1}), "invalid_body"),
        ("S23", json!({"groups": [{"group_name": "x"}]}), "invalid_body"),
        ("S23", json!({"groups": {}}), "invalid_body"),
        ("S23", json!({"images": [{}]}), "invalid_body"),
        ("S23", json!({"locations": [{"number_of_items_in_storage": "many"}]}), "invalid_body"),
        ("S23", json!({"starting_at": "soon"}), "invalid_body"),
    ] {
        let path = format!("products/catalogs/{path}/products");
        assert_eq!(service.call("POST", &path, wrong.to_string()).await.refused(400)["code"], code, "{wrong}");
    }
    let stored = service.listed("catalogs/S23/products", "products").await;
    assert_eq!(stored.as_array().unwrap().len(), 2, "nothing was stored of nonsense");
}

#[tokio::test]
async fn aid_products_get() {
    let service = Service::new().await;
    for catalog in ["S23", "V23"] {
        service.add("catalogs", json!({"catalog_id": catalog})).await;
        service.add(&format!("catalogs/{catalog}/products"), json!({"product_id": "kaffe", "product_name": "Kaffe"})).await;
    }
    service.add("catalogs/S23/products", json!({"product_id": "te", "product_name": "Te"})).await;
    let names = async |query: &str| {
        let list = service.listed(&format!("catalogs/S23/products?{query}"), "products").await;
        list.as_array().unwrap().iter().map(|one| one["product_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("").await, ["kaffe", "te"]);
    assert_eq!(names("product_id=te").await, ["te"]);
    assert_eq!(names("product_name=KA").await, ["kaffe"]);
    assert_eq!(names("limit=1&starting_after=kaffe").await, ["te"]);
    assert_eq!(service.listed("catalogs/none/products", "products").await, json!([]));
}

#[tokio::test]
async fn aid_products_put() {
    let service = Service::new().await;
    service.add("catalogs", json!({"catalog_id": "S23"})).await;
    service
        .add(
            "catalogs/S23/products",
            json!({"product_id": "te", "unit": "stk", "groups": [{"group_id": "a"}, {"group_id": "b"}]}),
        )
        .await;
    let put = async |body: Value| service.call("PUT", "products/catalogs/S23/products/te", body.to_string()).await;
    let changed =
        put(json!({"unit": null, "product_name": "Te", "groups": [{"group_id": "b", "group_name": "B"}, {"group_id": "c"}]}))
            .await
            .ok();
    assert_eq!(changed["groups"], json!([{"group_id": "b", "group_name": "B"}, {"group_id": "c"}]));
    assert_eq!((changed.get("unit"), &changed["product_name"], &changed["catalog_id"]), (None, &json!("Te"), &json!("S23")));
    // A group that was deleted comes back with a product that is in it.
    service.call("DELETE", "products/groups/c", "").await.ok();
    assert_eq!(
        service.listed("catalogs/S23/products", "products").await[0]["groups"],
        json!([{"group_id": "b", "group_name": "B"}])
    );
    assert_eq!(put(json!({"groups": [{"group_id": "c"}]})).await.ok()["groups"], json!([{"group_id": "c"}]));
    assert_eq!(put(json!({"groups": null})).await.ok().get("groups"), None);
    put(json!({"product_id": "kaffe"})).await.refused(400);
    service.call("PUT", "products/catalogs/S23/products/none", "{}").await.refused(404);
}

#[tokio::test]
async fn aid_catalog_id_product_delete() {
    let service = Service::new().await;
    service.add("catalogs", json!({"catalog_id": "S23"})).await;
    for id in ["te", "kaffe"] {
        service.add("catalogs/S23/products", json!({"product_id": id})).await;
    }
    assert_eq!(service.call("DELETE", "products/catalogs/S23/products/te", "").await.ok()["deleted_by"], "test");
    service.call("DELETE", "products/catalogs/S23/products/te", "").await.refused(400);
    service.call("DELETE", "products/catalogs/S23/products/none", "").await.refused(404);
    assert_eq!(service.listed("catalogs/S23/products", "products").await.as_array().unwrap().len(), 1);
    // With their catalog all go, and stay away when another of its name comes.
    service.call("DELETE", "products/catalogs/S23", "").await.ok();
    service.add("catalogs", json!({"catalog_id": "S23"})).await;
    assert_eq!(service.listed("catalogs/S23/products", "products").await, json!([]));
}

#[tokio::test]
async fn receipts_get_their_groups_from_the_catalogs() {
    let service = Service::new().await;
    let rule = json!({"requirement": {"item": {"items": [{"group_id": "drikke"}]}}, "reward": {"type": "discount_percent", "value": 10}});
    service.rule(rule, &["/"]).await;
    let discount = async |receipt: &Value| service.recalculate(receipt).await.ok();
    assert_eq!(discount(&coffee(json!({}))).await["discounts"], json!([]));
    service.add("catalogs", json!({"catalog_id": "S23"})).await;
    service
        .add("catalogs/S23/products", json!({"product_id": "kaffe", "groups": [{"group_id": "drikke", "group_name": "Drikke"}]}))
        .await;
    let answer = discount(&coffee(json!({}))).await;
    assert_eq!(answer["discounts"][0]["refs"][0]["amount"], 350);
    assert_eq!(answer["items"][0]["groups"], json!([{"id": "drikke", "name": "Drikke"}]));
    // What the receipt says itself stands.
    for groups in [json!([]), json!([{"id": "annet"}])] {
        let mut own = coffee(json!({}));
        own["items"][0]["groups"] = groups.clone();
        let answer = discount(&own).await;
        assert_eq!((&answer["discounts"], &answer["items"][0]["groups"]), (&json!([]), &groups));
    }
    let mut absent = coffee(json!({"extra": 1.5}));
    absent["items"][0]["groups"] = json!(null);
    assert_eq!(discount(&absent).await["discounts"][0]["refs"][0]["amount"], 350);
    // Another account's products are not this one's; a deleted group is none.
    service.call("DELETE", "products/groups/drikke", "").await.ok();
    assert_eq!(discount(&coffee(json!({}))).await["discounts"], json!([]));
    service.call("POST", "products/groups", r#"{"group_id":"drikke"}"#).await.ok();
    assert_eq!(discount(&coffee(json!({}))).await["items"][0]["groups"], json!([{"id": "drikke"}]));
    service.call("DELETE", "products/catalogs/S23", "").await.ok();
    assert_eq!(discount(&coffee(json!({}))).await["discounts"], json!([]));
}

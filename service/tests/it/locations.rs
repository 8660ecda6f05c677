//! locations/…

use serde_json::{Value, json};

use crate::support::Service;

impl Service {
    async fn location(&self, location: Value) -> Value {
        self.call("POST", "locations", location.to_string()).await.ok()
    }

    async fn location_names(&self, query: &str) -> Vec<String> {
        let list = self.call("GET", &format!("locations?{query}"), "").await.ok();
        list.as_array().unwrap().iter().map(|one| one["location_id"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn aid_location_post() {
    let service = Service::new().await;
    let sent = json!({"location_id": "S1", "id": "mine", "name": "Kiosken", "till": {"own": true}, "status": null,
        "address": {"address_line": "Storgata 1", "postal_place": "Oslo", "country": "NO", "latitude": 59.9}});
    let made = service.location(sent).await;
    assert_eq!(
        (&made["account_id"], &made["created_by"], &made["till"]),
        (&json!("T00000001"), &json!("test"), &json!({"own": true}))
    );
    assert!(made["id"] != "mine" && made.get("status").is_none(), "{made}");
    assert_eq!(service.call("GET", "locations/S1", "").await.ok(), made);
    // Without a name it gets one.
    let named = service.location(json!({})).await;
    assert_eq!(named["location_id"], named["id"]);
    for (wrong, code, pointer) in [
        (json!({"location_id": "S1"}), "exists", "/location_id"),
        (json!({"location_id": " S2"}), "invalid_body", "/location_id"),
        (json!({"location_id": 2}), "invalid_body", "/location_id"),
        (json!({"name": 2}), "invalid_body", "/name"),
        (json!({"address": {"address_line": "x", "postal_place": "y"}}), "invalid_body", "/address"),
        (
            json!({"address": {"address_line": "x", "postal_place": "y", "country": "NO", "latitude": "1"}}),
            "invalid_body",
            "/address/latitude",
        ),
        (json!([]), "invalid_body", ""),
    ] {
        let error = service.call("POST", "locations", wrong.to_string()).await.refused(400);
        assert_eq!((&error["code"], &error["errors"][0]["pointer"]), (&json!(code), &json!(pointer)), "{wrong}");
    }
    let both = service.call("POST", "locations", r#"{"location_id":5,"name":[]}"#).await.refused(400);
    let told: Vec<&str> = both["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert_eq!(told, ["/location_id", "/name"]);
    let twice = service.call("POST", "locations", r#"{"name":"a","name":"b"}"#).await.refused(400);
    assert_eq!(twice["errors"][0]["pointer"], "/name");
}

#[tokio::test]
async fn aid_locations_get() {
    let service = Service::new().await;
    for nth in 1..=5 {
        let country = if nth % 2 == 0 { "SE" } else { "NO" };
        let location = json!({"location_id": format!("S{nth}"), "name": format!("Kiosk {nth}"), "type": if nth == 5 { "bar" } else { "kiosk" },
            "email": format!("Kiosk{nth}@example.com"), "address": {"address_line": "x", "postal_place": "Oslo", "country": country}});
        service.location(location).await;
    }
    service.call("DELETE", "locations/S3", "").await.ok();
    assert_eq!(service.location_names("").await, ["S1", "S2", "S4", "S5"]);
    assert_eq!(service.location_names("limit=2").await, ["S1", "S2"]);
    assert_eq!(service.location_names("limit=2&starting_after=S2").await, ["S4", "S5"]);
    // What was deleted stays a good cursor.
    assert_eq!(service.location_names("starting_after=S3").await, ["S4", "S5"]);
    assert_eq!(service.location_names("country=SE").await, ["S2", "S4"]);
    assert_eq!(service.location_names("country=SE&limit=1&starting_after=S2").await, ["S4"]);
    assert_eq!(service.location_names("country[]=se&type=kiosk,bar&type=cafe").await, ["S2", "S4"]);
    assert_eq!(service.location_names("type=bar&country=SE").await, [""; 0]);
    assert_eq!(service.location_names("search=KIOSK%205").await, ["S5"]);
    assert_eq!(service.location_names("search=osl&limit=1").await, ["S1"]);
    assert_eq!(service.location_names("email=kiosk1@example.com").await, ["S1"]);
    for query in ["limit=0", "limit=101", "limit=x", "starting_after=S9"] {
        assert_eq!(service.call("GET", &format!("locations?{query}"), "").await.refused(400)["code"], "bad_query", "{query}");
    }
    let other = service.other_account("T00000002", "admin:locations").await;
    let list = service.call_with("GET", "/v1/accounts/T00000002/locations", Some(&other), "").await.ok();
    assert_eq!(list, json!([]));
}

#[tokio::test]
async fn filters_page_through_many() {
    let service = Service::new().await;
    for nth in 0..1_100 {
        let body = json!({"location_id": format!("S{nth}"), "status": if nth % 550 == 549 { "Closed" } else { "Active" }});
        service.location(body).await;
    }
    assert_eq!(service.location_names("status=Closed&limit=1").await, ["S549"]);
    assert_eq!(service.location_names("status=closed").await, ["S549", "S1099"]);
    assert_eq!(service.location_names("status=closed&starting_after=S549").await, ["S1099"]);
}

#[tokio::test]
async fn aid_locations_lid_get() {
    let service = Service::new().await;
    let made = service.location(json!({"location_id": "S/1 å", "name": "a"})).await;
    assert_eq!(service.call("GET", "locations/S%2F1%20%C3%A5", "").await.ok(), made);
    service.call("GET", "locations/S2", "").await.refused(404);
}

#[tokio::test]
async fn aid_location_lid_put() {
    let service = Service::new().await;
    service.location(json!({"location_id": "S1", "name": "a", "status": "Active", "own": 1})).await;
    let change = json!({"name": "b", "status": null, "id": "x", "created_at": "x", "currency": "NOK"});
    let changed = service.call("PUT", "locations/S1", change.to_string()).await.ok();
    assert_eq!((&changed["name"], &changed["own"], &changed["currency"]), (&json!("b"), &json!(1), &json!("NOK")));
    assert!(changed.get("status").is_none() && changed["updated_at"].as_str() > changed["created_at"].as_str(), "{changed}");
    assert_eq!(service.call("GET", "locations/S1", "").await.ok(), changed);
    assert_eq!(service.call("PUT", "locations/S1", r#"{"location_id":"S1"}"#).await.ok()["name"], "b");
    let renamed = service.call("PUT", "locations/S1", r#"{"location_id":"S2"}"#).await.refused(400);
    assert_eq!((&renamed["code"], &renamed["errors"][0]["pointer"]), (&json!("cannot_change"), &json!("/location_id")));
    assert_eq!(service.call("PUT", "locations/S1", r#"{"name":1}"#).await.refused(400)["errors"][0]["pointer"], "/name");
    service.call("PUT", "locations/S2", "{}").await.refused(404);
}

#[tokio::test]
async fn aid_location_lid_delete() {
    let service = Service::new().await;
    let first = service.location(json!({"location_id": "S1", "name": "a"})).await;
    let deleted = service.call("DELETE", "locations/S1", "").await.ok();
    assert_eq!((&deleted["id"], &deleted["deleted_by"]), (&first["id"], &json!("test")));
    assert!(deleted["deleted_at"].is_string());
    assert_eq!(service.call("DELETE", "locations/S1", "").await.refused(400)["code"], "deleted");
    service.call("DELETE", "locations/S2", "").await.refused(404);
    service.call("GET", "locations/S1", "").await.refused(404);
    service.call("PUT", "locations/S1", "{}").await.refused(404);
    // Its name is free again.
    let second = service.location(json!({"location_id": "S1"})).await;
    assert!(second["id"] != first["id"] && second.get("deleted_at").is_none() && second.get("name").is_none(), "{second}");
}

#[tokio::test]
async fn changes_at_the_same_time_all_come_through() {
    let service = Service::new().await;
    service.location(json!({"location_id": "S1"})).await;
    let changes = (0..8).map(|nth| {
        let (service, body) = (&service, format!(r#"{{"m{nth}":{nth}}}"#));
        async move { service.call("PUT", "locations/S1", body).await.ok() }
    });
    futures_util::future::join_all(changes).await;
    let stored = service.call("GET", "locations/S1", "").await.ok();
    assert!((0..8).all(|nth| stored[format!("m{nth}")] == nth), "{stored}");
}

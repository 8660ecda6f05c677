//! `search/external`: look-ups, which are off unless a setting says where to look.

use std::sync::{Arc, Mutex};

use axum::http::{Method, StatusCode, Uri};
use rabatt_service::external::{Http, Table};
use serde_json::{Value, json};

use crate::support::{Answer, Service};

const NUMBER: &str = "organizations/NO/987654321";
const PLACE: &str = "postal_place/no/0349";
const ADDRESS: &str = "address/NO/validate";
const SEARCH: &str = "organizations/no?name=kaffe";

fn address() -> Value {
    json!({"address_line": "Sommerkroveien 34", "postal_code": "0349", "postal_place": "Oslo", "country": "NO"})
}

async fn look_up(service: &Service, path: &str, body: &Value) -> Answer {
    let token = service.token("T00000001", "public");
    let method = if path.starts_with("address") { "POST" } else { "GET" };
    let path = format!("/v1/accounts/T00000001/search/external/{path}");
    service.call_with(method, &path, Some(&token), body.to_string()).await
}

async fn get(service: &Service, path: &str) -> Answer {
    look_up(service, path, &address()).await
}

/// A service with a table of its own.
async fn with_table() -> Service {
    let mut service = Service::new().await;
    let company = |number: &str, name: &str| json!({"response_from": "enhetsregisteret", "organization_type": "AS", "organization_number": number, "business_name": name});
    let other = json!({"address_line": "Sommerkroveien 36", "postal_code": "0349", "postal_place": "Oslo", "country": "NO"});
    let table = json!({
        "organizations": [
            {"country": "NO", "organization_number": "987654321", "business_name": "Kaffe AS", "office_type": "head_office"},
            {"country": "SE", "organization_number": "987654321", "business_name": "Kaffe AB"}
        ],
        "postal_places": [{"country": "NO", "postal_code": "0349", "postal_place": "Oslo"}],
        "addresses": [address(), other],
        "norway": [company("3", "Kaffebaren"), company("1", "Kaffe AS"), company("2", "Te AS")]
    });
    service.app.registry = Some(Arc::new(Table::read(&table.to_string()).unwrap()));
    service.set(|_| ());
    service
}

#[tokio::test]
async fn off_unless_a_setting_says_where_to_look() {
    let service = Service::new().await;
    for path in [NUMBER, PLACE, ADDRESS, SEARCH] {
        let error = get(&service, path).await.refused(404);
        assert_eq!(error["code"], "switched_off");
        assert!(error["message"].as_str().unwrap().contains("lookup_url"));
    }
}

#[tokio::test]
async fn from_a_table() {
    let service = with_table().await;
    let found = get(&service, NUMBER).await.ok();
    let head = json!({"organization_number": "987654321", "business_name": "Kaffe AS", "office_type": "head_office"});
    assert_eq!(found, json!({"items": [head]}));
    assert_eq!(get(&service, "organizations/dk/987654321").await.ok(), json!({"items": []}));
    let place = json!({"country": "NO", "postal_code": "0349", "postal_place": "Oslo"});
    assert_eq!(get(&service, PLACE).await.ok(), place);
    get(&service, "postal_place/NO/9999").await.refused(404);
    assert_eq!(get(&service, ADDRESS).await.ok(), json!({"valid": true, "alternatives": []}));
    for (member, value, alternatives) in [
        ("address_line", json!(" sommerkroveien  34"), None),
        ("address_line", json!("Sommerkroveien 35"), Some(2)),
        ("address_line", json!("Nowhere 1"), Some(0)),
        ("postal_place", json!("Bergen"), Some(1)),
        ("postal_code", json!("0001"), Some(2)),
        ("postal_code", Value::Null, None),
    ] {
        let mut sent = address();
        sent[member] = value;
        let found = look_up(&service, ADDRESS, &sent).await.ok();
        assert_eq!(found["valid"], alternatives.is_none(), "{sent}");
        assert_eq!(found["alternatives"].as_array().unwrap().len(), alternatives.unwrap_or(0), "{sent} {found}");
    }
    let names = async |query: &str| {
        let found = get(&service, &format!("organizations/no?{query}")).await.ok();
        found.as_array().unwrap().iter().map(|one| one["business_name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("name=kaffe").await, ["Kaffe AS", "Kaffebaren"]);
    assert_eq!(names("name=kaffe&limit=1&starting_after=1").await, ["Kaffebaren"]);
    assert_eq!(names("organization_number=2").await, ["Te AS"]);
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let service = with_table().await;
    for path in [
        "organizations/N/1",
        "organizations/NOR/1",
        "organizations/%C3%A5/1",
        "organizations/NO/..%2Fx",
        "organizations/NO/%00",
        "postal_place/NO/'%20OR%201=1",
        "postal_place/N1/0349",
        "address/NORWAY/validate",
        "address/SE/validate",
        "organizations/no",
        "organizations/no?name=x&limit=0",
        "organizations/no?name=x&limit=101",
    ] {
        get(&service, path).await.refused(400);
    }
    for (body, place) in [
        (json!({"address_line": "A", "postal_place": "Oslo"}), ""),
        (json!({"address_line": 7, "postal_place": "Oslo", "country": "NO"}), "/address_line"),
        (json!({"address_line": "A", "postal_place": "Oslo", "country": "SE"}), "/country"),
    ] {
        let error = look_up(&service, ADDRESS, &body).await.refused(400);
        assert_eq!(error["errors"][0]["pointer"], place, "{body}");
    }
    look_up(&service, ADDRESS, &json!([])).await.refused(400);
    for table in ["[]", r#"{"places": []}"#, r#"{"postal_places": [{}]}"#] {
        assert!(Table::read(table).is_err(), "{table}");
    }
}

#[tokio::test]
async fn each_account_has_so_many_a_minute() {
    let mut service = with_table().await;
    service.set(|config| config.lookups_a_minute = 3);
    // What is refused for its form asks nobody.
    get(&service, "postal_place/NORWAY/0349").await.refused(400);
    for _ in 0..3 {
        get(&service, PLACE).await.ok();
    }
    let answer = get(&service, NUMBER).await;
    assert_eq!(answer.refused(429)["code"], "too_many_requests");
    assert!((1..=60).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
    let token = service.other_account("T00000002", "public").await;
    let path = format!("/v1/accounts/T00000002/search/external/{PLACE}");
    service.call_with("GET", &path, Some(&token), "").await.ok();
}

#[tokio::test]
async fn from_a_registry_that_answers_over_http() {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&asked);
    let registry = axum::Router::new().fallback(move |method: Method, uri: Uri, body: String| {
        let kept = Arc::clone(&kept);
        async move {
            kept.lock().unwrap().push(format!("{method} {uri} {body}"));
            match uri.path() {
                "/r/organizations/NO/987654321" => (
                    StatusCode::OK,
                    json!({"items": [{"organization_number": "987654321", "business_name": "Kaffe AS", "x": 1}]}).to_string(),
                ),
                "/r/postal_place/NO/0349" => (StatusCode::OK, r#"{"nonsense": 1}"#.to_owned()),
                "/r/address/NO/validate" => (StatusCode::OK, json!({"valid": true, "alternatives": []}).to_string()),
                "/r/organizations/no" => (StatusCode::BAD_GATEWAY, String::new()),
                _ => (StatusCode::NOT_FOUND, String::new()),
            }
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let template = format!("http://{}/r/{{path}}?key=k", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, registry).await.unwrap() });
    let mut service = Service::new().await;
    service.app.registry = Some(Arc::new(Http::new(&template).unwrap()));
    service.set(|_| ());
    let found = get(&service, NUMBER).await.ok();
    assert_eq!(found, json!({"items": [{"organization_number": "987654321", "business_name": "Kaffe AS"}]}));
    assert_eq!(get(&service, "organizations/NO/1").await.ok(), json!({"items": []}));
    get(&service, "postal_place/NO/9999").await.refused(404);
    assert_eq!(get(&service, ADDRESS).await.ok()["valid"], true);
    // A registry that is down, or answers with something else.
    for path in [PLACE, SEARCH] {
        assert_eq!(get(&service, path).await.refused(500)["code"], "internal");
    }
    let asked = asked.lock().unwrap();
    assert_eq!(asked[0], "GET /r/organizations/NO/987654321?key=k ");
    assert!(asked.contains(&format!("POST /r/address/NO/validate?key=k {}", address())), "{asked:?}");
    assert!(asked.contains(&"GET /r/organizations/no?key=k&limit=10&name=kaffe ".to_owned()), "{asked:?}");
}

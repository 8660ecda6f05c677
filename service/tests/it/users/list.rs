//! GET customers/users and customers/company/departments

use serde_json::json;

use super::kari;
use crate::support::Service;

#[tokio::test]
async fn aid_customers_get() {
    let service = Service::new().await;
    for nth in 1..=5 {
        service.customer(json!({"customer_id": format!("c{nth}"), "first_name": format!("Name{nth}")})).await;
    }
    service.call("DELETE", "customers/users/c3", "").await.ok();
    service.customer(json!({"customer_id": "per", "type": "contact"})).await;
    service.customer(json!({"customer_id": "eva", "type": "employee"})).await;
    assert_eq!(service.found("").await, ["c1", "c2", "c4", "c5", "eva"]);
    assert_eq!(service.found("limit=2").await, ["c1", "c2"]);
    assert_eq!(service.found("limit=2&starting_after=c2").await, ["c4", "c5"]);
    // What was deleted stays a good cursor; so does the `id`.
    assert_eq!(service.found("limit=1&starting_after=c3").await, ["c4"]);
    let id = service.call("GET", "customers/users/c4", "").await.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(service.found(&format!("limit=1&starting_after={id}")).await, ["c5"]);
    assert_eq!(service.found("type=contact").await, ["per"]);
    assert_eq!(service.found("type=employee").await, ["eva"]);
    assert_eq!(service.found("type=any&starting_after=c5").await, ["per", "eva"]);
    assert_eq!(service.found("include_deleted=true&limit=3").await, ["c1", "c2", "c3"]);
    let answer = service.call("GET", "customers/users?total=true&limit=1", "").await;
    assert_eq!(answer.header("total-count"), "5");
    assert_eq!(service.call("GET", "customers/users", "").await.header("total-count"), "");
    for wrong in [
        "limit=0",
        "limit=101",
        "limit=x",
        "type=friend",
        "total=1",
        "starting_after=nobody",
        "since_datetime=june",
        "attributes_keys=a",
        "attributes_keys=a,b,c,d,e&attributes_values=a,b,c,d,e",
        "since_datetime=2024-01-01T00:00:00Z&starting_after=c1",
    ] {
        assert_eq!(
            service.call("GET", &format!("customers/users?{wrong}"), "").await.refused(400)["code"],
            "bad_query",
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn filters_are_all_of() {
    let service = Service::new().await;
    service.customer(kari()).await;
    service
        .customer(json!({"customer_id": "ola", "first_name": "Ola", "last_name": "Nordmann", "email": "ola@example.com",
        "attributes": {"size": "L", "age": 40, "member": true}}))
        .await;
    service
        .customer(json!({"customer_id": "åse", "first_name": "Åse", "email": "kari@example.com", "type": "other",
        "company": {"bussiness_name": "Nordmanns Kiosk"}}))
        .await;
    for (query, expected) in [
        ("email=KARI@example.com", vec!["kari", "åse"]),
        ("email=kari@example.com&type=other", vec!["åse"]),
        ("email=kari", vec![]),
        ("phone_number=%2B4799999999", vec!["kari"]),
        ("phone_number=4799999999", vec!["kari"]),
        ("search=nordmann", vec!["kari", "ola", "åse"]),
        ("search=Nordm", vec!["kari", "ola", "åse"]),
        ("search=nordmanns", vec!["åse"]),
        ("search=nordmannsx", vec![]),
        ("search=n", vec!["kari", "ola", "åse"]),
        ("search=kari%20nord", vec!["kari", "åse"]),
        ("search=nord%20ola", vec!["ola"]),
        ("search=%2B4799", vec!["kari"]),
        ("search=ola@exa", vec!["ola"]),
        ("search=%C3%A5s", vec!["åse"]),
        ("search=ordmann", vec![]),
        ("search=nordmann&email=ola@example.com", vec!["ola"]),
        ("attributes_keys=size&attributes_values=L", vec!["kari", "ola"]),
        ("attributes_keys=size&attributes_keys=age&attributes_values=L&attributes_values=40", vec!["ola"]),
        ("attributes_keys[]=size&attributes_keys[]=member&attributes_values[]=L&attributes_values[]=true", vec!["ola"]),
        ("attributes_keys=size,age&attributes_values=L,40", vec!["ola"]),
        ("attributes_keys=likes&attributes_values=cake", vec!["kari"]),
        ("attributes_keys=likes&attributes_values=L", vec![]),
    ] {
        assert_eq!(service.found(query).await, expected, "{query}");
        let total = service.call("GET", &format!("customers/users?total=true&limit=1&{query}"), "").await;
        assert_eq!(total.header("total-count"), expected.len().to_string(), "{query}");
    }
    // They follow changes.
    service.change_customer("kari", json!({"last_name": "Berg", "attributes": {"size": "S"}})).await.ok();
    assert_eq!(service.found("search=nordmann").await, ["ola", "åse"]);
    assert_eq!(service.found("search=berg").await, ["kari"]);
    assert_eq!(service.found("attributes_keys=size&attributes_values=L").await, ["ola"]);
    // Nothing of it lies in the database in clear.
    let stored = sqlx::query("SELECT body FROM customers").fetch_all(service.app.store.pool()).await.unwrap();
    assert!(stored.iter().all(|row| sqlx::Row::get::<String, _>(row, 0).starts_with("s1:")));
}

#[tokio::test]
async fn pages_of_a_search_are_whole() {
    let service = Service::new().await;
    // Every second one fits all of the search; all of them fit its beginning.
    for nth in 0..30 {
        let last = if nth % 2 == 0 { "Nordmannsen" } else { "Nordmannvik" };
        service.customer(json!({"customer_id": format!("c{nth:02}"), "last_name": last})).await;
    }
    let expected: Vec<String> = (0..30).step_by(2).map(|nth| format!("c{nth:02}")).collect();
    let mut all = service.found("search=nordmanns&limit=4").await;
    while let Some(last) = all.last() {
        let next = service.found(&format!("search=nordmanns&limit=4&starting_after={last}")).await;
        if next.is_empty() {
            break;
        }
        all.extend(next);
    }
    assert_eq!(all, expected);
}

#[tokio::test]
async fn a_contact_brings_those_it_speaks_for() {
    let service = Service::new().await;
    for name in ["a", "b", "c"] {
        let company = json!({"customer_id": name, "type": "company", "company": {"bussiness_name": format!("Firm {name}")}});
        service.customer(company).await;
    }
    let contact = json!({"customer_id": "per", "type": "contact", "first_name": "Per", "last_name": "Nordmannsen", "email": "per@example.com",
        "contact_for": [{"customer_id": "a"}, {"customer_id": "c"}]});
    service.customer(contact).await;
    service.customer(json!({"customer_id": "d", "first_name": "Per", "last_name": "Nordmannvik"})).await;
    for (query, expected) in [
        ("search=per", vec!["a", "c", "d"]),
        ("search=nordmanns", vec!["a", "c"]),
        ("search=per&limit=1", vec!["a"]),
        ("search=per&limit=1&starting_after=a", vec!["c"]),
        ("search=per&starting_after=c", vec!["d"]),
        ("search=per&type=any", vec!["a", "c", "per", "d"]),
        ("search=per&type=contact", vec!["per"]),
        ("search=per&type=company", vec!["a", "c"]),
        ("email=per@example.com", vec!["a", "c"]),
        ("search=firm", vec!["a", "b", "c"]),
    ] {
        assert_eq!(service.found(query).await, expected, "{query}");
    }
    service.change_customer("per", json!({"contact_for": [{"customer_id": "b"}]})).await.ok();
    assert_eq!(service.found("email=per@example.com").await, ["b"]);
    service.call("DELETE", "customers/users/per", "").await.ok();
    assert_eq!(service.found("email=per@example.com").await, [""; 0]);
}

#[tokio::test]
async fn changes_since_come_in_their_order() {
    let service = Service::new().await;
    service.customer(json!({"customer_id": "before"})).await;
    let since = rabatt_service::store::now();
    for name in ["a", "b", "c"] {
        service.customer(json!({"customer_id": name})).await;
    }
    service.change_customer("a", json!({"first_name": "x"})).await.ok();
    service.call("DELETE", "customers/users/b", "").await.ok();
    let query = format!("since_datetime={since}");
    assert_eq!(service.found(&query).await, ["c", "a", "b"]);
    let page = service.call("GET", &format!("customers/users?limit=2&{query}"), "").await.ok();
    let next = format!("since_datetime={}", page[1]["updated_at"].as_str().unwrap());
    assert_eq!(service.found(&next).await, ["a", "b"]);
}

/// What a page costs must not depend on how many lie before it: the rows that the database walks are those of the page.
#[tokio::test]
async fn a_late_page_walks_no_further_than_the_first() {
    let service = Service::new().await;
    let insert = "INSERT INTO customers (account_id, id, customer_id, type, body, created_at, updated_at) VALUES ($1, $2, $2, 'customer', '{}', $3, $3)";
    let mut unit = service.app.store.unit().await.unwrap();
    for nth in 0..2_000 {
        sqlx::query(insert)
            .bind("T00000001")
            .bind(format!("{nth:08}"))
            .bind(format!("2024-01-01T00:00:00.{nth:06}Z"))
            .execute(unit.db())
            .await
            .unwrap();
    }
    unit.save().await.unwrap();
    if std::env::var_os("RABATT_TEST_POSTGRES").is_some() {
        // Its planner looks at sizes; the pages below tell that they are right.
        let page = service.call("GET", "customers/users?limit=3&starting_after=00001899", "").await.ok();
        assert_eq!(page.as_array().unwrap().len(), 3);
        return;
    }
    for (query, index) in [
        (
            "SELECT c.id FROM customers c WHERE c.account_id = 'T' AND c.type <> 'contact' AND c.deleted_at IS NULL AND c.id > '00001899' ORDER BY c.id LIMIT 3",
            "customers",
        ),
        (
            "SELECT c.id FROM customers c WHERE c.account_id = 'T' AND c.type = 'company' AND c.deleted_at IS NULL AND c.id > '00001899' ORDER BY c.id LIMIT 3",
            "customers_by_type",
        ),
        (
            "SELECT c.id FROM customer_words w JOIN customers c ON c.account_id = w.account_id AND c.id = w.customer WHERE w.account_id = 'T' AND w.word = 'w' \
          AND c.type <> 'contact' AND c.deleted_at IS NULL AND w.customer > '00001899' ORDER BY w.customer LIMIT 3",
            "w USING PRIMARY KEY",
        ),
        (
            "SELECT c.id FROM customers c WHERE c.account_id = 'T' AND c.updated_at >= 'x' AND (c.updated_at, c.id) > ('y', 'z') ORDER BY c.updated_at, c.id LIMIT 3",
            "customers_by_change",
        ),
    ] {
        let plan = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}")))
            .fetch_all(service.app.store.pool())
            .await
            .unwrap();
        let plan: Vec<String> = plan.iter().map(|row| sqlx::Row::get(row, 3)).collect();
        let plan = plan.join("; ");
        assert!(
            plan.contains("SEARCH") && !plan.contains("SCAN") && !plan.contains("TEMP B-TREE") && plan.contains(index),
            "{query}: {plan}"
        );
    }
}

#[tokio::test]
async fn aid_company_departments_get() {
    let service = Service::new().await;
    for (name, kind, number, department) in [
        ("a", "company", "123", Some("Sales")),
        ("b", "company", "123", Some("Stock")),
        ("c", "other", "123", Some("Sales")),
        ("d", "company", "456", Some("Law")),
        ("e", "company", "789", None),
    ] {
        let mut company = json!({"bussiness_name": "Firm", "organization_number": number});
        if let Some(department) = department {
            company["department"] = json!(department);
        }
        service.customer(json!({"customer_id": name, "type": kind, "company": company})).await;
    }
    let departments = async |number: &str| {
        service.call("GET", &format!("customers/company/departments?organization_number={number}"), "").await.ok()
    };
    assert_eq!(departments("123").await, json!([{"organization_number": "123", "departments": ["Sales", "Stock"]}]));
    assert_eq!(departments("789").await, json!([]));
    assert_eq!(departments("000").await, json!([]));
    service.call("DELETE", "customers/users/b", "").await.ok();
    assert_eq!(departments("123").await[0]["departments"], json!(["Sales"]));
    service.call("GET", "customers/company/departments", "").await.refused(400);
}

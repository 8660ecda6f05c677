//! customers/…

mod create;
mod list;
mod settings;
mod tags;
mod update;

use serde_json::{Value, json};

use crate::support::{Answer, Service};

impl Service {
    /// Adds a customer; it.
    pub(crate) async fn customer(&self, customer: Value) -> Value {
        self.call("POST", "customers/users", customer.to_string()).await.ok()
    }

    async fn change_customer(&self, name: &str, change: Value) -> Answer {
        self.call("PUT", &format!("customers/users/{name}"), change.to_string()).await
    }

    /// The `customer_id`s of a list.
    async fn found(&self, query: &str) -> Vec<String> {
        let list = self.call("GET", &format!("customers/users?{query}"), "").await.ok();
        list.as_array().unwrap().iter().map(|one| one["customer_id"].as_str().unwrap().to_owned()).collect()
    }

    async fn set_customers(&self, settings: Value) -> Value {
        self.call("PUT", "customers/settings", settings.to_string()).await.ok()
    }

    /// How many rows a table has.
    async fn rows(&self, table: &str) -> i64 {
        let query = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::Row::get(&sqlx::query(query).fetch_one(self.app.store.pool()).await.unwrap(), 0)
    }
}

/// A customer of whom much is known.
fn kari() -> Value {
    json!({
        "customer_id": "kari", "first_name": "Kari Anne", "last_name": "Nordmann", "email": "Kari@Example.com",
        "phone_number": "+4799999999", "date_of_birth": "1990-09-20", "gender": "female", "favorite_store": "s1", "status": "GOLD",
        "enrolled_by": {"type": "url", "value": "https://example.com"},
        "marketing_consent": {"sms": {"consent": true, "updated_at": "2024-06-01T12:00:00Z"}},
        "addresses": [{"address_line": "Storgata 1", "postal_place": "Oslo", "country": "NO", "type": "home", "latitude": 59.942112}],
        "attributes": {"size": "L", "likes": ["coffee", "cake"]}, "metadata": {"dob_year": 1990, "own": {"of": "the client"}}
    })
}

//! A rule of many changes: from sending the change to the first answer with it. The floor is the same on an account of
//! ten rules.

use std::time::Duration;

use axum::Router;
use rabatt_benches::workload::{self, Rng};
use rabatt_service::discounts::revise::Ready;
use rabatt_service::discounts::store::refs;
use rabatt_service::error::ApiError;
use serde_json::{Value, json};

use crate::client::{Client, Measured};
use crate::{Failure, Service, account, table};

const RULES: u64 = 10_000;
const FEW: u64 = 10;

/// Changes of each kind on each account.
const CHANGES: usize = 300;

/// Rules stored in one unit of work.
const TOGETHER: usize = 500;

/// Rules everybody has.
struct Many {
    account: &'static str,
    client: Client,
    /// Id of each rule on an item, and that item.
    on_items: Vec<(String, Value)>,
    receipt: Value,
}

impl Many {
    async fn new(service: &Service, name: &'static str, count: u64) -> Result<Self, Failure> {
        let failed = |error: ApiError| format!("{error:?}");
        let token = account(&service.app, name).await.map_err(failed)?;
        let bodies: Vec<Value> = serde_json::from_str(&workload::rules(count, 7))?;
        let mut on_items = Vec::new();
        for bodies in bodies.chunks(TOGETHER) {
            let mut unit = service.app.store.unit().await.map_err(failed)?;
            for body in bodies {
                let rule = Ready::new("load", &body.to_string()).map_err(failed)?;
                rule.store(unit.db(), name).await.map_err(failed)?;
                refs::give(unit.db(), name, "load", &rule.id, &["*".to_owned()], None).await.map_err(failed)?;
                if let (Some(item), "discount_percent") =
                    (body.pointer("/requirement/item/items/0/id"), body["reward"]["type"].as_str().unwrap_or(""))
                {
                    on_items.push((rule.id, item.clone()));
                }
            }
            unit.save().await.map_err(failed)?;
        }
        let receipt = serde_json::from_str(&workload::receipt(count, 10, 1, 1))?;
        Ok(Self { account: name, client: Client::connect(service.address, &token).await?, on_items, receipt })
    }

    /// How long an answer took; `text` must be in it.
    async fn answer(&mut self, item: &Value, text: &str) -> Result<Duration, Failure> {
        let mut receipt = self.receipt.clone();
        receipt["items"][0]["id"] = item.clone();
        // In the middle of the rule's hours, for those that have any.
        receipt["purchase_at"] = json!("2024-06-03T12:00:00+02:00");
        let (took, answer) = self.ask("POST", "available_for_receipt", &receipt).await?;
        if !answer.contains(text) {
            return Err(format!("`{text}` is not in {answer}").into());
        }
        Ok(took)
    }

    async fn ask(&mut self, method: &str, path: &str, body: &Value) -> Result<(Duration, String), Failure> {
        let path = format!("/v1/accounts/{}/discounts/{path}", self.account);
        let (took, answer) = self.client.ask(method, &path, body.to_string()).await?;
        Ok((took, String::from_utf8_lossy(&answer).into_owned()))
    }

    /// Some rule changes: the time of the change, and of the first answer with it.
    async fn change(&mut self, random: &mut Rng, nth: usize) -> Result<(Duration, Duration), Failure> {
        let (id, item) = self.on_items[random.below(self.on_items.len() as u64) as usize].clone();
        let text = format!("changed {nth}");
        let (took, _) = self.ask("PUT", &format!("rules/{id}"), &json!({"receipt_text": text})).await?;
        Ok((took, self.answer(&item, &text).await?))
    }

    /// A new rule is made and given to everybody.
    async fn add(&mut self, nth: usize) -> Result<(Duration, Duration), Failure> {
        let text = format!("added {nth}");
        let item = json!(text);
        let rule = json!({"receipt_text": text, "requirement": {"purchase_from": "2024-01-01T00:00:00Z", "purchase_to": "2030-01-01T00:00:00Z",
            "item": {"items": [{"id": item}]}}, "reward": {"type": "discount_percent", "value": 10}});
        let (took, made) = self.ask("POST", "rules", &rule).await?;
        let made: Value = serde_json::from_str(&made)?;
        let given = format!("rules/{}/customers", made["id"].as_str().ok_or("a rule has an id")?);
        let (giving, _) = self.ask("POST", &given, &json!({"customers": ["*"]})).await?;
        Ok((took + giving, self.answer(&item, &text).await?))
    }
}

/// Change, answer and both.
#[derive(Default)]
struct Times([Measured; 3]);

impl Times {
    fn add(&mut self, (change, answer): (Duration, Duration)) {
        for (measured, took) in self.0.iter_mut().zip([change, answer, change + answer]) {
            measured.add(Measured { seconds: took.as_secs_f64(), latencies: vec![took] });
        }
    }

    fn rows(&self, what: &str) {
        let [change, answer, both] = &self.0;
        for (part, measured) in [("the change itself", change), ("the first answer with it", answer), ("together", both)] {
            println!("| {what}: {part} | {} | {} |", table::time(measured.permille(500)), table::time(measured.permille(990)));
        }
    }
}

/// Measures it.
pub(crate) async fn run() -> Result<(), Failure> {
    let service = Service::start(Router::new()).await?;
    // The many first: the service does not keep an idle connection as long as they take to store.
    let mut many = Many::new(&service, "T90000002", RULES).await?;
    let mut few = Many::new(&service, "T90000001", FEW).await?;
    let mut random = Rng::new(1);
    let [mut floor, mut changed, mut floor_added, mut added] = <[Times; 4]>::default();
    // What is compiled when it is asked for first is no change.
    few.change(&mut random, CHANGES).await?;
    many.change(&mut random, CHANGES).await?;
    for nth in 0..CHANGES {
        floor.add(few.change(&mut random, nth).await?);
        changed.add(many.change(&mut random, nth).await?);
        if nth % 10 == 0 {
            floor_added.add(few.add(nth).await?);
            added.add(many.add(nth).await?);
        }
    }
    println!("\nA rule changes, given to everybody as all are; one client\n\n| what | p50 | p99 |\n| --- | ---: | ---: |");
    floor.rows("floor: of 10 rules one changes");
    changed.rows("of 10 000 rules one changes");
    floor_added.rows("floor: beside 10 rules one is made and given");
    added.rows("beside 10 000 rules one is made and given");
    Ok(())
}

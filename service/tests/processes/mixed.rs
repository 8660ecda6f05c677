//! The service is killed while receipts come and go back, cards pay and customers sign up: nothing that was answered is lost,
//! and what is asked again is done once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rabatt_tests::generate::Random;
use serde_json::{Value, json};

use crate::deployment::{Answer, Deployment, Node};
use crate::ledger::Ledger;

const KILLS: u64 = 10;
const WRITERS: u64 = 8;

/// What a writer does under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Buy,
    /// What was bought under this name goes back.
    Return,
    Pay,
    SignUp,
}

/// Something that was asked for; answered?
#[derive(Debug, Clone)]
struct Asked {
    work: Work,
    name: String,
    answered: bool,
}

/// A rule that a purchase uses.
struct Shop {
    deployment: Deployment,
    rule: String,
    reference: String,
}

impl Shop {
    async fn ask(&self, node: &str, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        self.deployment.ask_as(node, method, path, &[], body).await
    }

    fn receipt(&self, name: &str, returned: bool) -> Value {
        let number = if returned { format!("{name}-back") } else { name.to_owned() };
        let mut receipt = json!({"receipt_id": number, "order_number": name, "store": {"id": "s1"}, "customer_id": "kari",
            "purchase_at": "2024-06-01T12:00:00Z", "customer": {"name": "Kari Nordmann"},
            "items": [{"line_id": 1, "id": format!("thing {name}"), "quantity": 2, "gross_amount": 1000, "is_return_item": returned}]});
        if !returned {
            let items = json!([{"line_id": 1, "amount": 100}]);
            receipt["discounts"] =
                json!([{"id": self.rule, "refs": [{"id": self.reference, "usage": 1, "amount": 100, "items": items}]}]);
        }
        json!([receipt])
    }

    /// Asks for it; nothing when nobody answers.
    async fn asked(&self, node: &str, work: Work, name: &str) -> Option<Answer> {
        match work {
            Work::Buy => self.ask(node, "POST", "receipts", Some(&self.receipt(name, false))).await,
            Work::Return => self.ask(node, "POST", "receipts", Some(&self.receipt(name, true))).await,
            Work::Pay => {
                let body = json!({"card_id": "c1", "ref_id": name, "amount": 3, "currency": "NOK", "metadata": {"for": name}});
                self.ask(node, "POST", "wallets/transactions", Some(&body)).await
            }
            Work::SignUp => {
                let body = json!({"customer_id": name, "first_name": "Kari", "email": format!("{name}@kiosk.no")});
                self.ask(node, "POST", "customers/users", Some(&body)).await
            }
        }
    }

    /// Is it there?
    async fn is_there(&self, node: &Node, asked: &Asked) -> bool {
        let get = async |path: String| self.ask(&node.address, "GET", &path, None).await.expect("an answer");
        match asked.work {
            Work::Buy | Work::Return => {
                let number = if asked.work == Work::Return { format!("{}-back", asked.name) } else { asked.name.clone() };
                let found = get(format!("receipts/search?receipt_id={number}")).await.ok();
                let found = found["receipts"].as_array().unwrap();
                assert!(found.len() <= 1, "{asked:?}: {found:?}");
                found.first().is_some_and(|receipt| receipt["customer"]["name"] == "Kari Nordmann")
            }
            Work::Pay => {
                let moved = get("wallets/cards/c1/transactions".to_owned()).await.ok();
                let mut of = moved.as_array().unwrap().iter().filter(|one| one["ref_id"] == asked.name.as_str());
                of.next().is_some_and(|one| one["metadata"]["for"] == asked.name.as_str() && one["amount"] == 3)
            }
            Work::SignUp => {
                let found = get(format!("customers/users/{}", asked.name)).await;
                found.refusal().is_none() && found.ok()["email"] == format!("{}@kiosk.no", asked.name)
            }
        }
    }
}

/// Works until nobody answers any more.
async fn work(shop: Arc<Shop>, node: String, name: String, seed: u64, answers: Arc<AtomicU64>) -> Vec<Asked> {
    let mut random = Random::new(seed);
    let (mut asked, mut bought): (Vec<Asked>, Vec<String>) = (Vec::new(), Vec::new());
    for turn in 0.. {
        let name = format!("{name}-{turn}");
        let (work, name) = match random.below(5) {
            0 | 1 => (Work::Buy, name),
            2 => bought.pop().map_or((Work::Pay, name), |name| (Work::Return, name)),
            3 => (Work::Pay, name),
            _ => (Work::SignUp, name),
        };
        let answered = shop.asked(&node, work, &name).await.map(Answer::ok).is_some();
        asked.push(Asked { work, name: name.clone(), answered });
        if !answered {
            break;
        }
        if work == Work::Buy {
            bought.push(name);
        }
        answers.fetch_add(1, Ordering::Relaxed);
    }
    asked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_after_a_kill_and_what_was_not_is_done_once() {
    let (deployment, mut node) = Deployment::new().await;
    let (rule, reference) = deployment.given(&node, json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    let shop = Arc::new(Shop { deployment, rule, reference });
    let card = json!({"card_id": "c1", "amount": 1_000_000, "currency": "NOK", "name": "Kari's"});
    shop.ask(&node.address, "POST", "wallets/cards", Some(&card)).await.unwrap().ok();
    let ledger = Ledger::open(&shop.deployment.url).await;
    let mut random = Random::new(7);
    let (mut purchases, mut paid, mut answered, mut unanswered) = (0_i64, 0_i64, 0, 0);
    for round in 0..KILLS {
        let answers = Arc::new(AtomicU64::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (shop, answers) = (Arc::clone(&shop), Arc::clone(&answers));
                tokio::spawn(work(shop, node.address.clone(), format!("{round}-{writer}"), round * WRITERS + writer, answers))
            })
            .collect();
        let enough = 20 + random.bits() % 40;
        while answers.load(Ordering::Relaxed) < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_micros(random.bits() % 20_000)).await;
        node.kill();
        let mut all = Vec::new();
        for writer in writers {
            all.extend(writer.await.unwrap());
        }
        node = shop.deployment.node();
        for asked in &all {
            if asked.answered {
                answered += 1;
                assert!(shop.is_there(&node, asked).await, "round {round}: {asked:?} was answered and is gone");
            } else {
                unanswered += 1;
                let again = shop.asked(&node.address, asked.work, &asked.name).await.expect("an answer");
                // Who signed up unanswered is there already.
                assert!(
                    again.refusal().is_none() || asked.work == Work::SignUp,
                    "round {round}: {asked:?}: {:?}",
                    again.refusal()
                );
                assert!(shop.is_there(&node, asked).await, "round {round}: {asked:?}");
            }
            match asked.work {
                Work::Buy => purchases += 1,
                Work::Return => purchases -= 1,
                Work::Pay => paid += 3,
                Work::SignUp => {}
            }
        }
        let statistics = shop.deployment.statistics(&node, "kari", &shop.reference).await;
        assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(purchases), &json!(100 * purchases)), "round {round}");
        let card = shop.ask(&node.address, "GET", "wallets/cards/c1", None).await.unwrap().ok();
        assert_eq!((&card["amount_drawdown"], &card["name"]), (&json!(paid), &json!("Kari's")), "round {round}");
        assert_eq!(ledger.contradictions().await, Vec::<String>::new(), "round {round}");
        assert_eq!(ledger.contradictions_of_cards().await, Vec::<String>::new(), "round {round}");
    }
    println!("{KILLS} kills, {answered} answered, {unanswered} not");
    assert!(answered > 150 && unanswered > 20, "{answered} answered, {unanswered} not");
}

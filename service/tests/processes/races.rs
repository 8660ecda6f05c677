//! Sixty-four clients at once, spread over two processes on one database, for less than they want together.

use std::sync::Arc;

use rabatt_tests::generate::Random;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::deployment::{Answer, Deployment, Node};
use crate::ledger::Ledger;

pub(crate) const CLIENTS: usize = 64;

/// Two processes, and clients that all begin at one moment.
pub(crate) struct Race {
    pub(crate) deployment: Arc<Deployment>,
    pub(crate) nodes: [Node; 2],
}

impl Race {
    pub(crate) async fn new() -> Self {
        let (deployment, first) = Deployment::new().await;
        let second = deployment.node();
        Self { deployment: Arc::new(deployment), nodes: [first, second] }
    }

    /// Every client does this once, all together: its number and the process it asks.
    pub(crate) async fn run<T, F>(&self, one: impl Fn(Arc<Deployment>, usize, String) -> F) -> Vec<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let barrier = Arc::new(Barrier::new(CLIENTS));
        let mut tasks = Vec::new();
        for client in 0..CLIENTS {
            let node = &self.nodes[client % 2];
            let (work, barrier) = (one(Arc::clone(&self.deployment), client, node.address.clone()), Arc::clone(&barrier));
            tasks.push(tokio::spawn(async move {
                barrier.wait().await;
                work.await
            }));
        }
        let mut results = Vec::new();
        for task in tasks {
            results.push(task.await.unwrap());
        }
        results
    }

    /// The statistics as each process tells them: the same.
    async fn statistics(&self, reference: &str) -> Value {
        let [first, second] = &self.nodes;
        let told = self.deployment.statistics(first, "kari", reference).await;
        assert_eq!(told, self.deployment.statistics(second, "kari", reference).await);
        told
    }

    async fn no_contradictions(&self) {
        assert_eq!(Ledger::open(&self.deployment.url).await.contradictions().await, Vec::<String>::new());
    }
}

/// How many answers are successes, and how many refusals with this code; there are no others.
#[track_caller]
pub(crate) fn split(answers: &[Answer], code: &str) -> (usize, usize) {
    let won = answers.iter().filter(|answer| answer.refusal().is_none()).count();
    let lost = answers.iter().filter(|answer| answer.refusal() == Some(code)).count();
    assert_eq!(won + lost, answers.len(), "{answers:?}");
    (won, lost)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_uses_go_to_ten_of_sixty_four_clients() {
    let race = Race::new().await;
    for round in 0..6 {
        // Each round a coupon with twelve uses, of which two are gone.
        let rule = json!({"limitation": {"discount_repeat_usage": 12}, "reward": {"type": "discount_amount", "value": 100}});
        let (rule, reference) = race.deployment.given(&race.nodes[0], rule, "kari").await;
        for used in 0..2 {
            let one = [(&*rule, &*reference, 100)];
            race.deployment.claim(&race.nodes[1].address, &format!("{round}-used-{used}"), "kari", &one).await.unwrap().ok();
        }
        let answers = race
            .run(|deployment, client, node| {
                let (rule, reference) = (rule.clone(), reference.clone());
                async move {
                    let one = [(&*rule, &*reference, 100)];
                    deployment.claim(&node, &format!("{round}-{client}"), "kari", &one).await.expect("an answer")
                }
            })
            .await;
        assert_eq!(split(&answers, "usage_exhausted"), (10, 54), "round {round}");
        let statistics = race.statistics(&reference).await;
        assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(12), &json!(1200)), "round {round}");
    }
    race.no_contradictions().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_back_in_the_race_goes_to_others_and_never_to_two() {
    let race = Race::new().await;
    for round in 0..4_u64 {
        let rule = json!({"limitation": {"discount_repeat_usage": 10}, "reward": {"type": "discount_amount", "value": 100}});
        let (rule, reference) = race.deployment.given(&race.nodes[0], rule, "kari").await;
        // Every client claims up to six times and gives half of what it got back, some of it twice.
        let kept = race
            .run(|deployment, client, node| {
                let (rule, reference) = (rule.clone(), reference.clone());
                let mut random = Random::new(round * 1000 + client as u64);
                async move {
                    let mut kept = 0;
                    for turn in 0..6 {
                        let one = [(&*rule, &*reference, 100)];
                        let answer =
                            deployment.claim(&node, &format!("{round}-{client}-{turn}"), "kari", &one).await.expect("an answer");
                        if answer.refusal().is_some() {
                            assert_eq!(answer.refusal(), Some("usage_exhausted"));
                            continue;
                        }
                        kept += 1;
                        let id = answer.ok()["id"].as_str().unwrap().to_owned();
                        if random.percent(50) {
                            let (first, second) = tokio::join!(deployment.release(&node, &id), deployment.release(&node, &id));
                            let both = [first.expect("an answer"), second.expect("an answer")];
                            assert_eq!(split(&both, "claim_deleted"), (1, 1));
                            kept -= 1;
                        }
                    }
                    kept
                }
            })
            .await;
        let kept: i64 = kept.iter().sum();
        assert!(kept <= 10, "round {round}: {kept}");
        let statistics = race.statistics(&reference).await;
        assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(kept), &json!(kept * 100)), "round {round}");
        // What is left can be had, and no more.
        let mut answers = Vec::new();
        for more in 0..=10 - kept {
            let one = [(&*rule, &*reference, 100)];
            answers.push(
                race.deployment.claim(&race.nodes[1].address, &format!("{round}-more-{more}"), "kari", &one).await.unwrap(),
            );
        }
        assert_eq!(split(&answers, "usage_exhausted"), (usize::try_from(10 - kept).unwrap(), 1), "round {round}");
    }
    race.no_contradictions().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_balance_never_goes_below_nothing_and_no_unit_is_lost() {
    let race = Race::new().await;
    let ledger = Ledger::open(&race.deployment.url).await;
    for round in 0..4_u64 {
        let start = 50_000;
        let (rule, reference) =
            race.deployment.given(&race.nodes[0], json!({"reward": {"type": "discount_debit", "value": start}}), "kari").await;
        // Together they want about four times as much as there is; some give back.
        let kept = race
            .run(|deployment, client, node| {
                let (rule, reference) = (rule.clone(), reference.clone());
                let mut random = Random::new(round * 1000 + client as u64);
                async move {
                    let mut kept = 0;
                    for turn in 0..4 {
                        let amount = 1 + i64::try_from(random.below(1500)).unwrap();
                        let one = [(&*rule, &*reference, amount)];
                        let answer =
                            deployment.claim(&node, &format!("{round}-{client}-{turn}"), "kari", &one).await.expect("an answer");
                        if answer.refusal().is_some() {
                            assert_eq!(answer.refusal(), Some("balance_exceeded"));
                            continue;
                        }
                        kept += amount;
                        let id = answer.ok()["id"].as_str().unwrap().to_owned();
                        if random.percent(25) {
                            deployment.release(&node, &id).await.expect("an answer").ok();
                            kept -= amount;
                        }
                    }
                    kept
                }
            })
            .await;
        let kept: i64 = kept.iter().sum();
        let balance = race.statistics(&reference).await["debit_balance"].as_i64().unwrap();
        assert!(balance >= 0, "round {round}: {balance}");
        assert_eq!(kept + balance, start, "round {round}");
        assert_eq!(ledger.taken_from_balances(&rule).await, kept, "round {round}");
    }
    race.no_contradictions().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_purchase_by_three_roads_and_two_processes_at_once_counts_once() {
    let race = Race::new().await;
    for round in 0..4 {
        let rule = json!({"limitation": {"discount_repeat_usage": 64}, "reward": {"type": "discount_amount", "value": 100}});
        let (rule, reference) = race.deployment.given(&race.nodes[0], rule, "kari").await;
        // Eight purchases; eight clients report each: claims, receipts, and usage by hand.
        race.run(|deployment, client, node| {
            let (rule, reference) = (rule.clone(), reference.clone());
            async move {
                let name = format!("{round}-{}", client / 8);
                let one = [(&*rule, &*reference, 100)];
                let answer = match client % 4 {
                    0 => deployment.claim(&node, &name, "kari", &one).await,
                    1 | 2 => deployment.receipt(&node, &name, "kari", &one).await,
                    _ => {
                        let usage = json!({"usage_ref": {"ref": name, "ref_type": "receipt_add", "usage": 1, "amount": 100}});
                        deployment.ask(&node, "POST", &format!("customers/kari/refs/{reference}"), Some(&usage)).await
                    }
                };
                let answer = answer.expect("an answer");
                assert!(matches!(answer.refusal(), None | Some("claim_exists")), "{answer:?}");
            }
        })
        .await;
        let statistics = race.statistics(&reference).await;
        assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(8), &json!(800)), "round {round}");
    }
}

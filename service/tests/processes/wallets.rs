//! One card, two processes, sixty-four clients; and processes that are killed while money moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rabatt_tests::generate::Random;
use serde_json::{Value, json};

use crate::deployment::{Answer, Deployment, Node};
use crate::ledger::Ledger;
use crate::races::{Race, split};

const KILLS: u64 = 6;
const PAYERS: u64 = 8;

impl Deployment {
    async fn card(&self, node: &Node, name: &str, amount: i64) {
        let card = json!({"card_id": name, "amount": amount, "currency": "NOK"});
        self.ask_wallets(&node.address, "POST", "cards", Some(&card)).await.expect("an answer").ok();
    }

    async fn moves(&self, node: &str, card: &str, ref_id: &str, amount: i64, more: Value) -> Option<Answer> {
        let mut body = json!({"card_id": card, "ref_id": ref_id, "amount": amount, "currency": "NOK"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ask_wallets(node, "POST", "transactions", Some(&body)).await
    }

    /// Balance, drawdown and reserved of a card.
    async fn amounts(&self, node: &Node, card: &str) -> [i64; 3] {
        let card = self.ask_wallets(&node.address, "GET", &format!("cards/{card}"), None).await.expect("an answer").ok();
        ["balance", "drawdown", "reserved"].map(|name| card[format!("amount_{name}")].as_i64().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_clients_never_overdraw_a_card() {
    let race = Race::new().await;
    for round in 0..6 {
        let card = format!("c{round}");
        // Enough for ten of them; half of them reserve and capture.
        race.deployment.card(&race.nodes[0], &card, 1_000).await;
        let answers = race
            .run(|deployment, client, node| {
                let card = card.clone();
                async move {
                    let pending = json!({"pending": client % 2 == 0});
                    let answer = deployment.moves(&node, &card, &format!("a{client}"), 100, pending).await.expect("an answer");
                    if client % 2 == 0 && answer.refusal().is_none() {
                        let path = format!("transactions/{}/capture", answer.body["id"].as_str().unwrap());
                        let body = json!({"ref_id": format!("b{client}")});
                        deployment.ask_wallets(&node, "POST", &path, Some(&body)).await.expect("an answer").ok();
                    }
                    answer
                }
            })
            .await;
        assert_eq!(split(&answers, "amount_exceeds_available"), (10, 54), "round {round}");
        for node in &race.nodes {
            assert_eq!(race.deployment.amounts(node, &card).await, [0, 1_000, 0], "round {round}");
        }
    }
    assert_eq!(Ledger::open(&race.deployment.url).await.contradictions_of_cards().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_payment_that_sixty_four_clients_ask_for_is_made_once() {
    let race = Race::new().await;
    for round in 0..6 {
        let card = format!("c{round}");
        race.deployment.card(&race.nodes[0], &card, 1_000).await;
        let answers = race
            .run(|deployment, _, node| {
                let card = card.clone();
                async move { deployment.moves(&node, &card, "the one", 700, json!({})).await.expect("an answer").ok() }
            })
            .await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(race.deployment.amounts(&race.nodes[1], &card).await, [300, 700, 0], "round {round}");
    }
    assert_eq!(Ledger::open(&race.deployment.url).await.contradictions_of_cards().await, Vec::<String>::new());
}

/// Pays and reserves until nobody answers any more; what was asked for, and what was answered.
async fn pay(
    deployment: Arc<Deployment>,
    node: String,
    name: String,
    seed: u64,
    answers: Arc<AtomicU64>,
) -> Vec<(String, i64, bool, Option<Value>)> {
    let mut random = Random::new(seed);
    let mut asked = Vec::new();
    for turn in 0.. {
        let (name, amount, pending) = (format!("{name}-{turn}"), 1 + i64::try_from(random.below(9)).unwrap(), random.percent(30));
        let answer = deployment.moves(&node, "c1", &name, amount, json!({"pending": pending})).await;
        let body = answer.map(Answer::ok);
        let is_over = body.is_none();
        asked.push((name, amount, pending, body));
        answers.fetch_add(1, Ordering::SeqCst);
        if is_over {
            break;
        }
    }
    asked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_paid_before_a_kill_is_paid_once_after_it() {
    let (deployment, mut node) = Deployment::new().await;
    let deployment = Arc::new(deployment);
    let funds = 1_000_000_000;
    deployment.card(&node, "c1", funds).await;
    let (mut drawn, mut reserved) = (0, 0);
    for kill in 0..KILLS {
        let answers = Arc::new(AtomicU64::new(0));
        let payers: Vec<_> = (0..PAYERS)
            .map(|payer| {
                let (deployment, node, answers) = (Arc::clone(&deployment), node.address.clone(), Arc::clone(&answers));
                tokio::spawn(pay(deployment, node, format!("{kill}-{payer}"), kill * 100 + payer, answers))
            })
            .collect();
        // Each time after more of them.
        while answers.load(Ordering::SeqCst) < 20 + kill * 7 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        node.kill();
        node = deployment.node();
        for payer in payers {
            for (name, amount, pending, told) in payer.await.unwrap() {
                // Whoever does not know asks again; who knows is told the same.
                let again = deployment.moves(&node.address, "c1", &name, amount, json!({"pending": pending})).await;
                let again = again.expect("an answer").ok();
                assert!(told.is_none_or(|told| told == again), "{name}: {again}");
                *(if pending { &mut reserved } else { &mut drawn }) += amount;
            }
        }
        assert_eq!(deployment.amounts(&node, "c1").await, [funds - drawn, drawn, reserved], "kill {kill}");
    }
    assert_eq!(Ledger::open(&deployment.url).await.contradictions_of_cards().await, Vec::<String>::new());
}

//! The service is killed in the middle of its work, again and again: what it answered is there, and
//! what it did not answer is there whole or not at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rabatt_tests::generate::Random;
use serde_json::json;

use crate::deployment::Deployment;
use crate::ledger::Ledger;

const KILLS: u64 = 20;
const WRITERS: u64 = 8;

/// A write, and what the writer knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Write {
    /// Claimed, and answered so.
    Claimed(String),
    /// A claim that nobody answered.
    ClaimUnanswered(String),
    /// A receipt; answered?
    Receipt(String, bool),
    /// A claim given back; answered?
    Released(String, String, bool),
}

/// Two refs that every purchase takes together, so that half of one would show.
struct Both {
    first: (String, String),
    second: (String, String),
}

impl Both {
    fn refs(&self) -> [(&str, &str, i64); 2] {
        [(&self.first.0, &self.first.1, 100), (&self.second.0, &self.second.1, 7)]
    }
}

/// Writes until nobody answers any more; counts the answers.
async fn write(
    deployment: Arc<Deployment>,
    node: String,
    both: Arc<Both>,
    name: String,
    seed: u64,
    answers: Arc<AtomicU64>,
) -> Vec<Write> {
    let mut random = Random::new(seed);
    let mut written = Vec::new();
    for turn in 0.. {
        let name = format!("{name}-{turn}");
        let unanswered = if random.percent(40) {
            let answer = deployment.receipt(&node, &name, "kari", &both.refs()).await;
            written.push(Write::Receipt(name, answer.is_some()));
            answer.map(|answer| answer.ok()).is_none()
        } else {
            match deployment.claim(&node, &name, "kari", &both.refs()).await {
                None => {
                    written.push(Write::ClaimUnanswered(name));
                    true
                }
                Some(answer) if random.percent(40) => {
                    let id = answer.ok()["id"].as_str().unwrap().to_owned();
                    let answer = deployment.release(&node, &id).await;
                    written.push(Write::Released(name, id, answer.is_some()));
                    answer.map(|answer| answer.ok()).is_none()
                }
                Some(answer) => {
                    answer.ok();
                    written.push(Write::Claimed(name));
                    false
                }
            }
        };
        if unanswered {
            break;
        }
        answers.fetch_add(1, Ordering::Relaxed);
    }
    written
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_answered_is_lost_and_nothing_is_half_there() {
    let (deployment, mut node) = Deployment::new().await;
    let deployment = Arc::new(deployment);
    let first = deployment.given(&node, json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    let second = deployment.given(&node, json!({"reward": {"type": "discount_debit", "value": 100_000_000}}), "kari").await;
    let both = Arc::new(Both { first, second });
    let ledger = Ledger::open(&deployment.url).await;
    let mut random = Random::new(20);
    let (mut purchases, mut answered, mut unanswered, mut arrived) = (0_i64, 0, 0, 0);
    for round in 0..KILLS {
        let answers = Arc::new(AtomicU64::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let seed = round * WRITERS + writer;
                let (deployment, both, answers) = (Arc::clone(&deployment), Arc::clone(&both), Arc::clone(&answers));
                tokio::spawn(write(deployment, node.address.clone(), both, format!("{round}-{writer}"), seed, answers))
            })
            .collect();
        // After so many answers, and a moment: on a slow machine it is killed in the middle of as much work.
        let enough = 10 + random.bits() % 40;
        while answers.load(Ordering::Relaxed) < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_micros(random.bits() % 20_000)).await;
        node.kill();
        let mut written = Vec::new();
        for writer in writers {
            written.extend(writer.await.unwrap());
        }
        node = deployment.node();

        assert_eq!(ledger.contradictions().await, Vec::<String>::new(), "round {round}");
        let rows = ledger.rows_by_name().await;
        for write in &written {
            let (name, allowed): (_, &[i64]) = match write {
                Write::Claimed(name) | Write::Receipt(name, true) => (name, &[2]),
                Write::Released(name, _, true) => (name, &[0]),
                Write::ClaimUnanswered(name) | Write::Receipt(name, false) | Write::Released(name, _, false) => (name, &[0, 2]),
            };
            let there = rows.get(name).copied().unwrap_or(0);
            assert!(allowed.contains(&there), "round {round}: {write:?} has {there} rows");
            // Who got no answer asks again, and then it is done once.
            let again = match write {
                Write::Receipt(name, false) => deployment.receipt(&node.address, name, "kari", &both.refs()).await,
                Write::ClaimUnanswered(name) => deployment.claim(&node.address, name, "kari", &both.refs()).await,
                Write::Released(_, id, false) => deployment.release(&node.address, id).await,
                _ => {
                    answered += 1;
                    purchases += i64::from(!matches!(write, Write::Released(..)));
                    continue;
                }
            };
            unanswered += 1;
            let was_done = matches!(write, Write::Released(..)) == (there == 0);
            arrived += i64::from(was_done);
            let again = again.expect("an answer");
            match again.refusal() {
                None => assert!(!was_done || matches!(write, Write::Receipt(..)), "round {round}: {write:?} was done twice"),
                Some("claim_exists" | "claim_deleted") => assert!(was_done, "round {round}: {write:?}"),
                other => unreachable!("{other:?}"),
            }
            purchases += i64::from(!matches!(write, Write::Released(..)));
        }
        let statistics = deployment.statistics(&node, "kari", &both.first.1).await;
        assert_eq!((&statistics["usage"], &statistics["amount"]), (&json!(purchases), &json!(100 * purchases)), "round {round}");
        let statistics = deployment.statistics(&node, "kari", &both.second.1).await;
        assert_eq!(
            (&statistics["usage"], &statistics["debit_balance"]),
            (&json!(purchases), &json!(100_000_000 - 7 * purchases)),
            "round {round}"
        );
    }
    println!("{KILLS} kills, {answered} writes answered, {unanswered} not, of which {arrived} had been done");
    // Otherwise it was killed when it did nothing.
    assert!(answered > 200 && unanswered > 20, "{answered} answered, {unanswered} not");
}

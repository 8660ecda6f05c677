//! Told to stop, the service finishes what it accepted.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::deployment::Deployment;
use crate::ledger::Ledger;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_is_answered_and_what_was_not_answered_is_not_done() {
    let (deployment, mut node) = Deployment::new().await;
    let deployment = Arc::new(deployment);
    let (rule, reference) = deployment.given(&node, json!({"reward": {"type": "discount_amount", "value": 100}}), "kari").await;
    let (mut done, mut refused) = (0_i64, 0);
    for round in 0..8 {
        let clients: Vec<_> = (0..48)
            .map(|client| {
                let (deployment, rule, reference) = (Arc::clone(&deployment), rule.clone(), reference.clone());
                let address = node.address.clone();
                tokio::spawn(async move {
                    let (mut done, mut unanswered) = (0, 0);
                    // Goes on until nobody answers.
                    for turn in 0..100 {
                        let one = [(&*rule, &*reference, 100)];
                        match deployment.claim(&address, &format!("{round}-{client}-{turn}"), "kari", &one).await {
                            Some(answer) => drop(answer.ok()),
                            None => {
                                unanswered += 1;
                                break;
                            }
                        }
                        done += 1;
                    }
                    (done, unanswered)
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(20 + 15 * round)).await;
        node.ask_to_stop();
        let ended = node.ended(Duration::from_secs(20)).await;
        assert!(ended.is_some_and(|status| status.success()), "round {round}: {ended:?}");
        for client in clients {
            let (answered, unanswered) = client.await.unwrap();
            done += answered;
            refused += unanswered;
        }
        node = deployment.node();
        let statistics = deployment.statistics(&node, "kari", &reference).await;
        assert_eq!(statistics["usage"], json!(done), "round {round}: what was recorded was answered, and only that");
    }
    assert_eq!(Ledger::open(&deployment.url).await.contradictions().await, Vec::<String>::new());
    assert!(done > 100 && refused > 100, "{done} answered, {refused} not");
}

#[tokio::test]
async fn who_is_connected_and_says_nothing_does_not_keep_the_service_from_stopping() {
    use tokio::io::AsyncWriteExt;
    let (deployment, _first) = Deployment::new().await;
    let node = deployment.node_with(&[("RABATT_REQUEST_SECONDS", "1")]);
    let address = node.address.trim_start_matches("http://").to_owned();
    let _silent = tokio::net::TcpStream::connect(&address).await.unwrap();
    let mut half = tokio::net::TcpStream::connect(&address).await.unwrap();
    half.write_all(b"GET /healthz HTT").await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    node.ask_to_stop();
    let ended = node.ended(Duration::from_secs(10)).await;
    assert!(ended.is_some_and(|status| status.success()), "{ended:?}");
}

#[tokio::test]
async fn who_is_told_to_stop_as_soon_as_it_says_where_it_listens_stops_in_order() {
    let (deployment, _first) = Deployment::new().await;
    for round in 0..10 {
        let node = deployment.node();
        node.ask_to_stop();
        let ended = node.ended(Duration::from_secs(10)).await;
        assert!(ended.is_some_and(|status| status.success()), "round {round}: {ended:?}");
    }
}

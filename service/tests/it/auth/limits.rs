//! Wrong secrets are borne only so often.

use super::{ask, make_client, token_of};
use crate::support::Service;

#[tokio::test]
async fn too_many_wrong_secrets_have_to_wait_and_others_do_not() {
    let mut service = Service::new().await;
    service.set(|config| {
        config.secret_failures = 3;
        config.secret_failure_seconds = 2;
    });
    let (till, till_secret) = make_client(&service, &["read:discounts"]).await;
    let (shop, shop_secret) = make_client(&service, &["read:discounts"]).await;
    for _ in 0..3 {
        ask(&service, "T00000001", (&till, "wrong"), "T00000001").await.refused(401);
    }
    let answer = ask(&service, "T00000001", (&till, &till_secret), "T00000001").await;
    assert_eq!(answer.refused(429)["code"], "too_many_requests");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&seconds), "{seconds}");
    token_of(&service, "T00000001", (&shop, &shop_secret), "T00000001").await;
    // Who has shown the secret before is not kept out by others who try in the same name.
    for _ in 0..3 {
        ask(&service, "T00000001", (&shop, "wrong"), "T00000001").await.refused(401);
    }
    ask(&service, "T00000001", (&shop, "wrong"), "T00000001").await.refused(429);
    token_of(&service, "T00000001", (&shop, &shop_secret), "T00000001").await;
    // A client of the same name elsewhere is another.
    ask(&service, "T00000002", (&till, "wrong"), "T00000001").await.refused(401);
    tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
    token_of(&service, "T00000001", (&till, &till_secret), "T00000001").await;
}

#[tokio::test]
async fn many_at_once_are_counted_too() {
    let mut service = Service::new().await;
    service.set(|config| config.secret_failures = 3);
    let tries = (0..40).map(|_| ask(&service, "T00000001", ("nobody", "wrong"), "T00000001"));
    let answers = all_at_once(tries).await;
    let wrong = answers.iter().filter(|status| **status == 401).count();
    // One more for each hash that is made at the same time.
    assert!((3..=6).contains(&wrong), "{wrong} were tried");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 40 - wrong);
}

#[tokio::test]
async fn guessing_ids_does_not_stop_clients_that_are_known() {
    let mut service = Service::new().await;
    service.set(|config| config.secret_failures_in_all = 3);
    let (till, till_secret) = make_client(&service, &["read:discounts"]).await;
    token_of(&service, "T00000001", (&till, &till_secret), "T00000001").await;
    for id in ["a", "b", "c"] {
        ask(&service, "T00000001", (id, "wrong"), "T00000001").await.refused(401);
    }
    ask(&service, "T00000001", ("d", "wrong"), "T00000001").await.refused(429);
    token_of(&service, "T00000001", (&till, &till_secret), "T00000001").await;
}

/// Runs requests all at once; their statuses.
async fn all_at_once(tries: impl Iterator<Item = impl Future<Output = crate::support::Answer>>) -> Vec<u16> {
    let mut waiting: Vec<_> = tries.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        waiting.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                done.push(answer.status.as_u16());
                false
            }
            std::task::Poll::Pending => true,
        });
        if waiting.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

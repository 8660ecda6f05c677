//! Nobody sees or touches another account: every operation, with another's token, and with another's ids.

use crate::support::{Answer, Service};

use super::{Known, Step, beginning, check_all_are_walked, fill, rows, steps, take};
use rabatt_service::auth::scope;

const THEIRS: &str = "T00000001";
const OURS: &str = "T00000077";

/// Whatever Anna sent anywhere has this in it.
const THEIR_MARK: &str = "annazq";

fn of_them(rows: &[String]) -> Vec<String> {
    rows.iter().filter(|row| row.contains(THEIRS)).cloned().collect()
}

fn check_hidden(step: &Step, answer: &Answer) {
    let Step { method, path, .. } = step;
    assert!(!answer.text.contains(THEIR_MARK), "{method} {path} shows another's: {}", answer.text);
    assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.text);
}

#[tokio::test]
async fn nobody_sees_or_touches_what_is_anothers() {
    let service = Service::new().await;
    let steps = steps();
    check_all_are_walked(&steps);
    let (ending, making): (Vec<Step>, Vec<Step>) = steps.into_iter().partition(|step| step.ends);
    let mut known = beginning("anna");
    let their_token = service.token(THEIRS, &scope::KNOWN.join(" "));
    let shown = fill(&service, &making, THEIRS, &their_token, "anna", &mut known).await;
    // What is looked for can be seen by whom it belongs to.
    assert!(shown.iter().filter(|answer| answer.text.contains(THEIR_MARK)).count() > 30);
    let our_token = service.other_account(OURS, &scope::KNOWN.join(" ")).await;

    // With our token on their paths: nothing, not even what is wrong with the request.
    let before = rows(&service).await;
    for step in making.iter().chain(&ending) {
        let answer = take(&service, step, THEIRS, &our_token, "bent", &known).await;
        check_hidden(step, &answer);
        assert!([401, 403].contains(&answer.status.as_u16()), "{} {}: {} {}", step.method, step.path, answer.status, answer.text);
    }
    assert_eq!(rows(&service).await, before);

    // With their ids on our paths, reading first: whoever has made a thing of the same name sees their own.
    let of_theirs = of_them(&before);
    assert!(of_theirs.len() > 40, "{}", of_theirs.len());
    let (reading, writing): (Vec<Step>, Vec<Step>) =
        making.iter().cloned().partition(|step| step.method == "GET" || step.method == "HEAD");
    for step in reading.iter().chain(&writing).chain(&reading).chain(&ending) {
        let answer = take(&service, step, OURS, &our_token, "bent", &known).await;
        check_hidden(step, &answer);
        assert_eq!(of_them(&rows(&service).await), of_theirs, "{} {} changed another's", step.method, step.path);
    }
    is_all_there(&service, &reading, &their_token, &known).await;
}

/// After all of that, everything is there for whom it belongs to.
async fn is_all_there(service: &Service, reading: &[Step], token: &str, known: &Known) {
    for step in reading {
        let answer = take(service, step, THEIRS, token, "anna", known).await;
        assert!(answer.status.is_success() || step.off, "{} {}: {}", step.method, step.path, answer.text);
    }
}

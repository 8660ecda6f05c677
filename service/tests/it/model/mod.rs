//! The service and an independent account book do the same random things and must agree after each.

mod follow;
mod steps;

use follow::{Following, follow};
use steps::{Step, World, sequence};

use crate::support::Service;

/// Sequences of a run: on SQLite all of them, on a database server, where a step takes longer, some.
fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let most = if std::env::var_os("RABATT_TEST_POSTGRES").is_some() { 60 } else { 300 };
    // To look longer: MODEL_SEQUENCES; to look elsewhere: MODEL_FROM.
    let from = number("MODEL_FROM").unwrap_or(0);
    from..from + number("MODEL_SEQUENCES").unwrap_or(most)
}

#[tokio::test]
async fn the_service_agrees_with_an_independent_book_after_every_step() {
    let service = Service::new().await;
    let (mut sequences, mut done, mut units_back, mut uses_back) = (0, 0, 0, 0);
    let mut accounts = Following::accounts();
    for seed in seeds() {
        let (world, steps) = sequence(seed);
        let followed = follow(&service, &mut accounts, &world, &steps).await;
        if let Ok((units, uses)) = followed {
            (units_back, uses_back) = (units_back + units, uses_back + uses);
        }
        if let Err(disagreement) = followed {
            let (steps, disagreement) = shrunk(&service, &mut accounts, &world, steps, disagreement).await;
            let steps: Vec<String> = steps.iter().map(|step| format!("{step:?}")).collect();
            unreachable!(
                "seed {seed}: {disagreement}\n\nrules: {:?}\nreceipts: {:?}\n{}",
                world.rules,
                world.receipts,
                steps.join("\n")
            );
        }
        sequences += 1;
        done += steps.len();
    }
    println!("{sequences} sequences, {done} steps; {units_back} units and {uses_back} uses went back");
    // A world in which nothing ever goes back would prove nothing of it.
    assert!(units_back > sequences / 2 && uses_back > 0, "{units_back} units, {uses_back} uses");
}

/// Leaves out every step that the disagreement does not need.
async fn shrunk(
    service: &Service,
    accounts: &mut impl Iterator<Item = String>,
    world: &World,
    mut steps: Vec<Step>,
    mut disagreement: String,
) -> (Vec<Step>, String) {
    let mut at = steps.len();
    while at > 0 {
        at -= 1;
        let mut fewer = steps.clone();
        fewer.remove(at);
        if let Err(still) = follow(service, accounts, world, &fewer).await {
            (steps, disagreement) = (fewer, still);
        }
    }
    (steps, disagreement)
}

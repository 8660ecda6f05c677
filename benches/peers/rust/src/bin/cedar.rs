//! `cedar [--rules 10,1000] [--quick] [--out FOLDER]`: cedar-policy on the workload, one policy for each rule, and Rabatt beside it.
//! It decides which apply and computes no amounts: a reference for embedding, not a rival.

use std::hint::black_box;
use std::process::ExitCode;

use cedar_policy::{Authorizer, Context, Entities, EntityUid, PolicyId, PolicySet, Request, RestrictedExpression};
use rabatt_benches::plain;
use rabatt_benches::results::{Part, folder};
use rabatt_benches::scan::{Simple, minute_of_week};
use rabatt_benches::turns::{Pace, Turn, measure};
use rabatt_engine::{EvaluateOptions, Plan, Receipt, Workspace, evaluate};
use rabatt_peers::{Work, rules};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<(), String> {
    let mut part = Part::new("peers-cedar");
    part.versions.insert("cedar-policy (crate)".to_owned(), "4.14.1".to_owned());
    for count in rules(words, &[10, 100, 1_000]) {
        measured(&Work::new(count)?, Pace::of(words), &mut part)?;
    }
    println!("{}", part.write(&folder(words))?.display());
    Ok(())
}

/// A rule as a policy: it permits what it applies to.
fn policy(rule: &Simple) -> String {
    let mut asked = Vec::new();
    asked.extend(rule.item.as_ref().map(|id| format!("context.items.contains({id:?})")));
    asked.extend(rule.group.as_ref().map(|id| {
        let list = if rule.quantity > 1 { "groups_of_three" } else { "groups" };
        format!("context.{list}.contains({id:?})")
    }));
    if rule.least > 0 {
        asked.push(format!("context.gross >= {}", rule.least));
    }
    if !rule.stores.is_empty() {
        asked.push(format!("{:?}.contains(context.store)", rule.stores));
    }
    let periods: Vec<String> = rule
        .hours
        .iter()
        .flat_map(|(start, length)| [(*start, *length), (start - 10_080, *length)])
        .map(|(start, length)| format!("(context.minute >= {start} && context.minute < {})", start + length))
        .collect();
    if !periods.is_empty() {
        asked.push(format!("({})", periods.join(" || ")));
    }
    format!("@id({:?}) permit(principal, action, resource) when {{ {} }};\n", rule.id, asked.join(" && "))
}

fn request(receipt: &plain::Receipt) -> Result<Request, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let set = |ids: Vec<String>| RestrictedExpression::new_set(ids.into_iter().map(RestrictedExpression::new_string));
    let groups: Vec<String> = receipt.items.iter().flat_map(|line| line.groups.iter().map(|group| group.id.clone())).collect();
    let units = |group: &String| -> i64 {
        receipt.items.iter().filter(|line| line.groups.iter().any(|one| one.id == *group)).map(|line| line.quantity).sum()
    };
    let three = groups.iter().filter(|group| units(group) >= 3).cloned().collect();
    let context = Context::from_pairs([
        ("items".to_owned(), set(receipt.items.iter().map(|line| line.id.clone()).collect())),
        ("groups_of_three".to_owned(), set(three)),
        ("groups".to_owned(), set(groups)),
        ("gross".to_owned(), RestrictedExpression::new_long(receipt.items.iter().map(|line| line.gross_amount).sum())),
        ("store".to_owned(), RestrictedExpression::new_string(receipt.store.id.clone())),
        ("minute".to_owned(), RestrictedExpression::new_long(minute_of_week(&receipt.purchase_at))),
    ])
    .map_err(|error| told(&error))?;
    let name = |text: &str| text.parse::<EntityUid>().map_err(|error| told(&error));
    Request::new(name("User::\"customer\"")?, name("Action::\"buy\"")?, name("Receipt::\"this\"")?, context, None)
        .map_err(|error| told(&error))
}

fn measured(work: &Work, pace: Pace, part: &mut Part) -> Result<(), String> {
    let text: String = work.scan.rules().iter().map(policy).collect();
    let policies: PolicySet = text.parse().map_err(|error| format!("{error}"))?;
    let requests = work.receipts.iter().map(request).collect::<Result<Vec<_>, _>>()?;
    let (authorizer, entities) = (Authorizer::new(), Entities::empty());
    let answer = |at: usize| requests.get(at).map(|request| authorizer.is_authorized(request, &policies, &entities));
    let checked = work.check_met("cedar-policy", |at| {
        let response = answer(at).ok_or("no such receipt")?;
        let id = |policy: &PolicyId| policies.annotation(policy, "id").unwrap_or("").to_owned();
        let mut met: Vec<String> = response.diagnostics().reason().map(id).collect();
        met.sort_unstable();
        Ok(met)
    })?;

    let told = |problems: Vec<rabatt_engine::Problem>| format!("{problems:?}");
    let plan = Plan::from_json(&work.rules).map_err(told)?;
    let receipts = work.texts.iter().map(|text| Receipt::from_json(text)).collect::<Result<Vec<_>, _>>().map_err(told)?;
    let mut workspace = Workspace::new();
    let (mut a, mut b) = (0, 0);
    let mut turns = vec![
        Turn::new(|| {
            a = (a + 1) % requests.len();
            drop(black_box(answer(a)));
        }),
        Turn::new(|| {
            b = (b + 1) % receipts.len();
            let outcome =
                receipts.get(b).map(|receipt| evaluate(&plan, receipt, None, EvaluateOptions::default(), &mut workspace));
            black_box(outcome.is_some());
        }),
    ];
    let spreads = measure(&mut turns, pace);
    for (who, spread) in ["cedar-policy", "rabatt beside cedar-policy"].into_iter().zip(spreads) {
        part.time(who, "memory", ("few", work.count, 10), spread);
        if who == "cedar-policy" {
            part.checked(&checked);
        }
    }
    Ok(())
}

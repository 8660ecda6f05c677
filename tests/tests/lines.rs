//! A line reads the same whatever lines stand before it: reading takes a short cut where a line goes on as the one before.

use rabatt_engine::{Problem, Receipt};
use rabatt_tests::generate::Random;

/// Members as they may stand in a line, right and wrong; some only look like others.
const MEMBERS: &[&str] = &[
    r#""id":"coffee""#,
    r#""id":"te\u00e5""#,
    r#""i\u0064":"escaped""#,
    r#""id":null"#,
    r#""groups":[{"id":"hot","name":"Hot"}]"#,
    r#""groups":[{"name":"Hot","id":"hot"},{"id":"sweet"},{"id":"dark","id":"twice"}]"#,
    r#""groups":[{}]"#,
    r#""quantity":2"#,
    r#""quantity" : 0.5"#,
    r#""quantity":"2""#,
    r#""gross_amount":3500"#,
    r#""gross_amount":35.5"#,
    r#""gross_amount":1e3"#,
    "\n    \"gross_amount\": 3500",
    r#""unit_gross_price":1750"#,
    r#""eligible_for_discount":true"#,
    r#""eligible_for_discount":yes"#,
    r#""voided":false"#,
    r#""discount_lines":[{"amount":5,"discount_id":"x"}]"#,
    r#""discount_lines":null"#,
    r#""is_changed":true"#,
    r#""net_amount":null"#,
    r#""currency":"NOK""#,
    r#""description":"A \"good\" one""#,
    r#""barcode":"7012345""#,
    r#""idx":1"#,
    r#""":"""#,
    r#""id" "#,
    "",
];

/// A line, and a text that may be no JSON.
fn line(random: &mut Random, like: &[&'static str]) -> (Vec<&'static str>, String) {
    let mut members = like.to_vec();
    for _ in 0..random.below(4) {
        match random.below(4) {
            0 if !members.is_empty() => drop(members.remove(random.below(members.len()))),
            1 => random.shuffle(&mut members),
            _ => members.insert(random.below(members.len() + 1), *random.pick(MEMBERS)),
        }
    }
    let text = format!("{{{}}}", members.join(if random.percent(20) { " ,\t" } else { "," }));
    (members, text)
}

/// A receipt of these lines.
fn receipt(lines: &[String]) -> String {
    format!(r#"{{"purchase_at":"2024-06-01T12:00:00Z","items":[{}]}}"#, lines.join(","))
}

/// What is said of a problem, and where below its line.
fn told(problem: &Problem, line: usize) -> Option<String> {
    let below = problem.pointer.strip_prefix(&format!("/items/{line}"))?;
    let below = (below.is_empty() || below.starts_with('/')).then_some(below)?;
    Some(format!("{below} {:?} {}", problem.code, problem.message))
}

#[test]
fn a_line_reads_the_same_whatever_stands_before_it() {
    let (mut good, mut bad, mut broken) = (0, 0, 0);
    for seed in 0..20_000 {
        let mut random = Random::new(seed);
        let mut lines = Vec::new();
        let mut like = vec![r#""id":"coffee""#, r#""quantity":2"#, r#""gross_amount":3500"#, r#""eligible_for_discount":true"#];
        for _ in 0..2 + random.below(4) {
            let (members, text) = line(&mut random, &like);
            lines.push(text);
            if random.percent(50) {
                like = members;
            }
        }
        let text = receipt(&lines);
        let alone: Vec<String> = lines.iter().map(|line| receipt(std::slice::from_ref(line))).collect();
        let alone: Vec<_> = alone.iter().map(|text| Receipt::from_json(text)).collect();
        match Receipt::from_json(&text) {
            Ok(receipt) => {
                good += 1;
                for (item, alone) in receipt.items.iter().zip(alone) {
                    let alone = alone.map(|receipt| format!("{:?}", receipt.items[0]));
                    assert_eq!(Ok(format!("{item:?}")), alone, "seed {seed}: {text}");
                }
            }
            Err(problems) if serde_json::from_str::<serde_json::Value>(&text).is_ok() => {
                bad += 1;
                for (at, alone) in alone.into_iter().enumerate() {
                    let here: Vec<String> = problems.iter().filter_map(|problem| told(problem, at)).collect();
                    let alone = alone.err().unwrap_or_default();
                    let alone: Vec<String> = alone.iter().filter_map(|problem| told(problem, 0)).collect();
                    assert_eq!(here, alone, "seed {seed}, line {at}: {text}");
                }
            }
            Err(problems) => {
                broken += 1;
                assert!(alone.iter().any(Result::is_err), "seed {seed}: {text}");
                // The first line that is broken says where.
                let first = alone.iter().position(|alone| alone.as_ref().is_err_and(|problems| problems.iter().any(is_broken)));
                let place = problems.iter().find(|problem| is_broken(problem)).map(|problem| problem.pointer.as_str());
                let place = place.and_then(|place| place.split('/').nth(2)?.parse().ok());
                assert_eq!(place, first, "seed {seed}: {text}");
            }
        }
    }
    assert!(good > 2_000 && bad > 2_000 && broken > 500, "{good} good, {bad} bad and {broken} broken are too few to tell");
}

fn is_broken(problem: &Problem) -> bool {
    problem.code == rabatt_engine::Code::BadJson
}

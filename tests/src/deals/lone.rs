//! One deal alone, of up to 12 units, on a receipt of any length.

use serde_json::{Value, json};

use super::Set;
use crate::generate::Random;

/// What the deal is: groups or bundles, of one value or several (§7.4), by what they reward.
const KINDS: [&str; 6] = ["groups", "values", "sums", "percent", "cheapest", "valued"];

/// Lines of a receipt.
const LINES: [usize; 2] = [40, 200];

/// Most units of an application.
const MOST_UNITS: usize = 12;

/// The groups that lines are in.
const GROUPS: usize = 8;

pub(super) fn sets() -> impl Iterator<Item = Set> {
    let lines = |kind| LINES.map(|lines| [1, 3].map(|most_pieces| Set { kind, reach: "", most_pieces, lone: Some(lines) }));
    KINDS.iter().flat_map(move |kind| lines(kind)).flatten()
}

/// Goods of so many groups.
fn goods(random: &mut Random, most: usize) -> Value {
    let mut groups: Vec<usize> = (0..GROUPS).collect();
    random.shuffle(&mut groups);
    groups[..1 + random.below(most)].iter().map(|group| json!({ "group_id": format!("g{group}") })).collect()
}

fn limitation(random: &mut Random) -> Value {
    if random.percent(20) { json!({ "discount_reward_usage": 1 + random.below(5) }) } else { json!({}) }
}

pub(super) fn rule(kind: &str, random: &mut Random, mean: usize) -> Value {
    let percent = |random: &mut Random| 5 * (1 + random.below(20));
    if matches!(kind, "groups" | "values") {
        let quantity = 2 + random.below(MOST_UNITS - 1);
        let free = random.percent(50);
        let value = |random: &mut Random| if free { 1 + random.below(quantity) } else { percent(random) };
        let name = if free { "discount_item_quantity" } else { "discount_item_percent" };
        let mut reward = json!({ "type": name, "value": value(random) });
        if kind == "values" {
            let values: Vec<Value> =
                (0..1 + random.below(3)).map(|_| json!({ "items": goods(random, 2), "value": value(random) })).collect();
            reward["values"] = json!(values);
        }
        let requirement = json!({ "item": { "quantity": quantity, "items": goods(random, GROUPS) } });
        return json!({ "requirement": requirement, "reward": reward, "limitation": limitation(random) });
    }
    let mut left = MOST_UNITS;
    let mixes: Vec<Value> = (0..1 + random.below(4))
        .map(|at| {
            let quantity = 1 + random.below((left - 3 + at).min(4));
            left -= quantity;
            json!({ "items": goods(random, 3), "quantity": quantity })
        })
        .collect();
    let units = MOST_UNITS - left;
    let what = if kind == "valued" { *random.pick(&["sums", "percent", "cheapest"]) } else { kind };
    let mut name = "discount_percent";
    let mut value = |random: &mut Random| match what {
        "sums" => {
            name = "discount_mix_new_price";
            mean * units * (50 + random.below(50)) / 100
        }
        "cheapest" => {
            name = "discount_item_percent";
            percent(random)
        }
        _ => percent(random),
    };
    let mut reward = json!({ "value": value(random) });
    if kind == "valued" {
        let values: Vec<Value> =
            (0..1 + random.below(3)).map(|_| json!({ "items": goods(random, 2), "value": value(random) })).collect();
        reward["values"] = json!(values);
    }
    reward["type"] = json!(name);
    let mut requirement = json!({ "item": { "mixes": mixes } });
    if kind == "valued" {
        requirement["item"]["items"] = (0..GROUPS).map(|group| json!({ "group_id": format!("g{group}") })).collect();
    }
    json!({ "requirement": requirement, "reward": reward, "limitation": limitation(random) })
}

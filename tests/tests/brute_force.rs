//! §8.3: the reference's deal search against something plainer still: every unit by itself, every
//! way to use it.

use rabatt_tests::generate::Random;
use rabatt_tests::reference::answer;
use serde_json::{Value, json};

/// A deal as plain as it gets: how many units it takes, of which kinds, and what they give.
enum Deal {
    /// `quantity` units of these kinds, the cheapest free.
    CheapestFree { kinds: Vec<usize>, quantity: usize },
    /// One unit of each of these kinds for this price.
    Meal { kinds: Vec<usize>, price: i64 },
    /// A unit of this kind for this price.
    NewPrice { kind: usize, price: i64 },
}

/// A unit: its kind and its price.
type Unit = (usize, i64);

impl Deal {
    fn size(&self) -> usize {
        match self {
            Deal::CheapestFree { quantity, .. } => *quantity,
            Deal::Meal { kinds, .. } => kinds.len(),
            Deal::NewPrice { .. } => 1,
        }
    }

    /// What exactly these units give, if the deal takes them.
    fn gives(&self, units: &[Unit]) -> i64 {
        let sum: i64 = units.iter().map(|u| u.1).sum();
        match self {
            Deal::CheapestFree { kinds, .. } if units.iter().all(|u| kinds.contains(&u.0)) => {
                units.iter().map(|u| u.1).min().unwrap_or(0)
            }
            Deal::Meal { kinds, price } => {
                let mut have: Vec<usize> = units.iter().map(|u| u.0).collect();
                have.sort_unstable();
                if have == *kinds { sum - price } else { 0 }
            }
            Deal::NewPrice { kind, price } if units.iter().all(|u| u.0 == *kind) => sum - price,
            _ => 0,
        }
    }

    fn rule(&self, i: usize) -> Value {
        let name = |kind: &usize| json!({ "id": format!("kind{kind}") });
        let (requirement, reward) = match self {
            Deal::CheapestFree { kinds, quantity } => (
                json!({ "item": { "items": kinds.iter().map(name).collect::<Vec<_>>(), "quantity": quantity } }),
                json!({ "type": "discount_item_quantity", "value": 1 }),
            ),
            Deal::Meal { kinds, price } => {
                let mixes: Vec<Value> = kinds.iter().map(|k| json!({ "items": [name(k)], "quantity": 1 })).collect();
                (json!({ "item": { "mixes": mixes } }), json!({ "type": "discount_mix_new_price", "value": price }))
            }
            Deal::NewPrice { kind, price } => {
                (json!({ "item": { "items": [name(kind)] } }), json!({ "type": "discount_item_new_price", "value": price }))
            }
        };
        json!({ "id": format!("r{i}"), "requirement": requirement, "reward": reward })
    }
}

/// The most that these units can give.
fn most(units: &[Unit], deals: &[Deal]) -> i64 {
    let Some((&first, rest)) = units.split_first() else { return 0 };
    let mut best = most(rest, deals);
    for deal in deals {
        for others in subsets(rest.len(), deal.size() - 1) {
            let taken: Vec<Unit> = std::iter::once(first).chain(others.iter().map(|&i| rest[i])).collect();
            let gives = deal.gives(&taken);
            if gives > 0 {
                let left: Vec<Unit> = (0..rest.len()).filter(|i| !others.contains(i)).map(|i| rest[i]).collect();
                best = best.max(gives + most(&left, deals));
            }
        }
    }
    best
}

fn subsets(n: usize, size: usize) -> Vec<Vec<usize>> {
    match (size, n) {
        (0, _) => vec![Vec::new()],
        (_, 0) => Vec::new(),
        _ => {
            let with = subsets(n - 1, size - 1).into_iter().map(|mut s| {
                s.push(n - 1);
                s
            });
            with.chain(subsets(n - 1, size)).collect()
        }
    }
}

#[test]
fn the_search_finds_what_trying_everything_finds() {
    let mut given = 0;
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let price = |random: &mut Random| *random.pick(&[100, 90, 70, 45, 30, 10]);
        let deals: Vec<Deal> = (0..1 + random.below(3))
            .map(|_| {
                let mut kinds = vec![0, 1, 2];
                random.shuffle(&mut kinds);
                kinds.truncate(2);
                kinds.sort_unstable();
                match random.below(3) {
                    0 => Deal::CheapestFree { kinds, quantity: 2 + random.below(2) },
                    1 => Deal::Meal { kinds, price: price(&mut random) },
                    _ => Deal::NewPrice { kind: random.below(3), price: price(&mut random) },
                }
            })
            .collect();
        let mut units: Vec<Unit> = Vec::new();
        let mut items = Vec::new();
        for _ in 0..2 + random.below(3) {
            let (kind, price, quantity) = (random.below(3), price(&mut random), 1 + random.below(3));
            units.extend(vec![(kind, price); quantity]);
            let gross = price * i64::try_from(quantity).unwrap_or(0);
            items.push(json!({
                "id": format!("kind{kind}"), "quantity": quantity, "gross_amount": gross, "eligible_for_discount": true,
            }));
        }
        units.truncate(8);
        if items.iter().map(|i| i["quantity"].as_u64().unwrap_or(0)).sum::<u64>() > 8 {
            continue;
        }
        let rules: Vec<Value> = deals.iter().enumerate().map(|(i, deal)| deal.rule(i)).collect();
        let call = json!({ "rules": rules, "receipt": { "purchase_at": "2024-06-05T12:00:00Z", "items": items } });
        let expected = most(&units, &deals);
        assert_eq!(answer(&call)["outcome"]["totals"]["discount"], json!(expected), "{call}");
        given += usize::from(expected > 0);
    }
    assert!(given > 150, "only {given} cases give anything");
}

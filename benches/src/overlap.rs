//! Workloads by how much rules overlap: rules that never meet, a few on each receipt (`workload`), and bundles that all want
//! the same units.

use std::fmt::Write;

use crate::workload::{self, Rng};

/// How many bundles want the units of one receipt.
pub const COMPETING: u64 = 10;

/// The items that ten competing bundles are made of.
const SHELF: u64 = 12;

/// How much the rules overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// One rule for each item: no line has two.
    Disjoint,
    /// The seeded workload: about three rules give something on a receipt of ten lines.
    Few,
    /// Ten bundles of four units each, of twelve items, compete for every line.
    Bundles,
}

impl Overlap {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Disjoint, Self::Few, Self::Bundles];

    /// Its name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Disjoint => "disjoint",
            Self::Few => "few",
            Self::Bundles => "bundles",
        }
    }

    /// The rules as a JSON array.
    pub fn rules(self, count: u64, seed: u64) -> String {
        match self {
            Self::Disjoint => disjoint(count, seed),
            Self::Few => workload::rules(count, seed),
            Self::Bundles => bundles(count, seed),
        }
    }

    /// A receipt for so many rules.
    pub fn receipt(self, rules: u64, lines: u64, seed: u64) -> String {
        match self {
            Self::Disjoint | Self::Few => workload::receipt(rules, lines, 0, seed),
            Self::Bundles => wanted(rules, lines, seed),
        }
    }
}

/// A list of rules from the requirement and reward of each.
pub(crate) fn rules(each: impl Iterator<Item = (String, String)>) -> String {
    let mut out = String::from("[");
    for (n, (requirement, reward)) in each.enumerate() {
        let comma = if n == 0 { "" } else { "," };
        let _ = write!(
            out,
            r#"{comma}{{"id":"rule-{n:06}","name":"Campaign {n}","receipt_text":"Campaign {n}","created_at":"2024-01-01T08:00:00Z","active":true,"requirement":{{"purchase_from":"2024-01-01T00:00:00Z","purchase_to":"2025-01-01T00:00:00Z",{requirement}}},"reward":{reward},"limitation":{{}}}}"#
        );
    }
    out.push(']');
    out
}

fn disjoint(count: u64, seed: u64) -> String {
    let mut rng = Rng::new(seed);
    rules((0..count).map(|n| {
        let reward = if n % 4 == 3 {
            format!(r#"{{"type":"discount_item_new_price","value":{}}}"#, 500 + 10 * rng.below(100))
        } else {
            format!(r#"{{"type":"discount_percent","value":{}}}"#, 5 + rng.below(30))
        };
        (format!(r#""item":{{"items":[{{"id":"item-{n}"}}]}}"#), reward)
    }))
}

fn bundles(count: u64, seed: u64) -> String {
    let mut rng = Rng::new(seed);
    rules((0..count).map(|n| {
        let shelf = SHELF * (n / COMPETING);
        let mut items: Vec<u64> = (0..SHELF).collect();
        let mixes: Vec<String> = (0..4)
            .map(|_| {
                let item = items.swap_remove(rng.below(items.len() as u64) as usize);
                format!(r#"{{"items":[{{"id":"item-{}"}}],"quantity":1}}"#, shelf + item)
            })
            .collect();
        let price = 6_000 + 10 * rng.below(400);
        (
            format!(r#""item":{{"mixes":[{}]}}"#, mixes.join(",")),
            format!(r#"{{"type":"discount_mix_new_price","value":{price}}}"#),
        )
    }))
}

/// A receipt of lines of one unit, all of one shelf.
fn wanted(rules: u64, lines: u64, seed: u64) -> String {
    let mut rng = Rng::new(seed ^ 0xB0_0D1E5);
    let shelf = SHELF * rng.below(rules.div_ceil(COMPETING));
    let lines: Vec<(u64, i64, i64)> =
        (0..lines).map(|_| (shelf + rng.below(SHELF), 1, 1_990 + 10 * rng.below(300) as i64)).collect();
    receipt(&lines, seed)
}

/// A receipt of items, how many of each, and what one costs. All are in one group.
pub(crate) fn receipt(lines: &[(u64, i64, i64)], seed: u64) -> String {
    let gross: i64 = lines.iter().map(|(_, count, price)| count * price).sum();
    let items: Vec<String> = (1..)
        .zip(lines)
        .map(|(n, (item, count, price))| {
            format!(
                r#"{{"id":"item-{item}","line_id":{n},"groups":[{{"id":"group-0","name":"Goods"}}],"description":"Something good {n}","quantity":{count},"gross_amount":{0},"net_amount":{0},"unit_gross_price":{price},"tax_percent":15,"barcode":"7000000000000","eligible_for_discount":true}}"#,
                count * price
            )
        })
        .collect();
    format!(
        r#"{{"receipt_id":"R-{seed}","purchase_at":"2024-06-03T12:30:00+02:00","currency":"NOK","store":{{"id":"store-1","name":"Kiosk","chain":"Kiosken","mcc":"5411"}},"customer_id":"C{seed}","operator_id":"0042","gross_amount":{gross},"net_amount":{gross},"items":[{}]}}"#,
        items.join(",")
    )
}

//! Receipts of the sizes that §8.5 promises a proof for: 40 lines, and 10 deals of up to 4 units that compete for them; and
//! one deal of up to 12 units alone, on 40 or 200 lines.
//!
//! A set is named by what its deals are, by which units they look at (or by the lines there are), and by how many pieces a line has:
//! `pairs-dense-q3`, `lone-values-200-q1`. A number says which problem of the set it is, on every machine.

mod lone;

use serde_json::{Value, json};

use crate::generate::Random;

/// Lines of a receipt, and deals.
const LINES: usize = 40;
const DEALS: usize = 10;

/// What the deals of a set are; `meal` is four units in any mixes, for any reward.
const KINDS: [&str; 9] = ["nform", "percent", "four", "pairs", "mix12", "block", "cheapest", "all", "meal"];

/// The kinds that `all` draws from.
const DRAWN: usize = 7;

/// Which lines a deal, or each mix of it, looks at: a few listed ones, a quarter of them, a group that no
/// other shares lines with, or a group that does.
const REACHES: [&str; 4] = ["listed", "dense", "grouped", "overlapping"];

/// A kind of problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    kind: &'static str,
    reach: &'static str,
    most_pieces: usize,
    /// One deal alone, on so many lines.
    lone: Option<usize>,
}

/// All sets there are.
pub fn sets() -> Vec<Set> {
    let reaches = |kind| REACHES.map(|reach| [1, 3].map(|most_pieces| Set { kind, reach, most_pieces, lone: None }));
    KINDS.iter().flat_map(|kind| reaches(kind)).flatten().chain(lone::sets()).collect()
}

impl Set {
    /// Its name.
    pub fn name(&self) -> String {
        match self.lone {
            Some(lines) => format!("lone-{}-{lines}-q{}", self.kind, self.most_pieces),
            None => format!("{}-{}-q{}", self.kind, self.reach, self.most_pieces),
        }
    }

    /// One of its problems: rules, and a receipt.
    pub fn problem(&self, number: u64) -> (Value, Value) {
        let place = sets().iter().position(|set| set == self).unwrap_or(0) as u64;
        let mut random = Random::new(place << 32 | number);
        let random = &mut random;
        let (lines, deals) = self.lone.map_or((LINES, DEALS), |lines| (lines, 1));
        let steps = *random.pick(&[1, 50, 100, 500]);
        let reduced = random.percent(25);
        let prices: Vec<usize> = (0..lines).map(|_| (1 + random.below(20_000 / steps)) * steps).collect();
        let items: Vec<Value> = prices.iter().enumerate().map(|(at, price)| self.line(random, at, *price, reduced)).collect();
        let mean = prices.iter().sum::<usize>() / lines;
        let rules: Vec<Value> = (0..deals)
            .map(|at| {
                let mut rule = if self.lone.is_some() { lone::rule(self.kind, random, mean) } else { self.rule(random, mean) };
                rule["id"] = json!(format!("r{at}"));
                rule["receipt_text"] = json!(format!("deal {at}"));
                rule
            })
            .collect();
        (json!(rules), json!({ "receipt_id": "1", "purchase_at": "2024-06-01T12:00:00Z", "currency": "NOK", "items": items }))
    }

    fn line(&self, random: &mut Random, at: usize, price: usize, reduced: bool) -> Value {
        let pieces = 1 + random.below(self.most_pieces);
        let mut groups = vec![json!({ "id": format!("g{}", at % 8) })];
        if self.reach == "overlapping" {
            groups = [random.below(6), random.below(6)].map(|group| json!({ "id": format!("g{group}") })).to_vec();
        }
        let mut line = json!({
            "line_id": at + 1, "id": format!("i{at}"), "groups": groups, "quantity": pieces,
            "gross_amount": price * pieces, "eligible_for_discount": true
        });
        if reduced && random.percent(20) {
            line["discount_lines"] = json!([{ "amount": price * pieces / 10, "discount_type": "manual" }]);
        }
        line
    }

    fn entries(&self, random: &mut Random) -> Value {
        let mut lines: Vec<usize> = (0..LINES).collect();
        random.shuffle(&mut lines);
        let listed = |lines: &[usize]| lines.iter().map(|at| json!({ "id": format!("i{at}") })).collect();
        match self.reach {
            "listed" => listed(&lines[..3 + random.below(4)]),
            "dense" => listed(&lines[..LINES / 4]),
            "grouped" => json!([{ "group_id": format!("g{}", random.below(8)) }]),
            _ => json!([{ "group_id": format!("g{}", random.below(6)) }]),
        }
    }

    fn rule(&self, random: &mut Random, mean: usize) -> Value {
        let kind = if self.kind == "all" { random.pick(&KINDS[..DRAWN]) } else { self.kind };
        let quantities: &[usize] = match kind {
            "four" => &[1, 1, 1, 1],
            "pairs" => &[2, 2],
            "mix12" => random.pick::<&[usize]>(&[&[1, 2], &[1, 1, 2], &[1, 1]]),
            "block" => &[4],
            "meal" => random.pick::<&[usize]>(&[&[4], &[1, 3], &[2, 2], &[1, 1, 2], &[1, 1, 1, 1]]),
            "cheapest" => random.pick::<&[usize]>(&[&[1, 1], &[1, 1, 1], &[2, 2], &[1, 1, 1, 1]]),
            _ => &[],
        };
        let units: usize = quantities.iter().sum();
        let mixes: Vec<Value> =
            quantities.iter().map(|quantity| json!({ "items": self.entries(random), "quantity": quantity })).collect();
        let percent = 5 * (1 + random.below(10));
        let by_cheapest = kind == "cheapest" || kind == "meal" && random.percent(25);
        match kind {
            "nform" | "percent" => {
                let mut entries = self.entries(random);
                if let (true, Some(own), Some(more)) =
                    (self.reach == "listed", entries.as_array_mut(), self.entries(random).as_array())
                {
                    own.extend_from_slice(more);
                }
                let (name, value) =
                    if kind == "nform" { ("discount_item_quantity", 1) } else { ("discount_item_percent", percent) };
                json!({
                    "requirement": { "item": { "quantity": 2 + random.below(3), "items": entries } },
                    "reward": { "type": name, "value": value }
                })
            }
            _ if by_cheapest => {
                let (name, value) = *random.pick(&[("discount_item_quantity", 1), ("discount_item_percent", percent)]);
                json!({ "requirement": { "item": { "mixes": mixes } }, "reward": { "type": name, "value": value } })
            }
            _ => {
                let price = mean * units * (50 + random.below(50)) / 100;
                let amount = mean * units * (5 + random.below(20)) / 100;
                let (name, value) = *random.pick(&[
                    ("discount_mix_new_price", price),
                    ("discount_percent", percent),
                    ("discount_amount", amount.max(1)),
                ]);
                json!({ "requirement": { "item": { "mixes": mixes } }, "reward": { "type": name, "value": value } })
            }
        }
    }
}

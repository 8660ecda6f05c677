//! The seeded workload: R mixed rules of which about three apply to any receipt.
//!
//! Per 100 rules: 60 percent on an item or a group, 15 new prices, 10 "3 for 2" on a group,
//! 10 receipt percentages with a minimum, 5 bound to a store or to hours. The universe of items
//! and groups grows with R, so more rules means more rules that do *not* apply. Ten rules are
//! every second of the first twenty.

use std::fmt::Write;

/// splitmix64: small, seeded, the same everywhere.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n.max(1)
    }
}

fn items(rules: u64) -> u64 {
    (4 * rules).max(20)
}

fn groups(rules: u64) -> u64 {
    (6 * rules).max(20)
}

/// The rules as a JSON array.
pub fn rules(count: u64, seed: u64) -> String {
    let mut rng = Rng::new(seed);
    let mut out = String::from("[");
    for n in 0..count {
        let item = rng.below(items(count));
        let group = rng.below(groups(count));
        let (by_item, by_group) = (
            format!(r#""item":{{"items":[{{"id":"item-{item}"}}]}}"#),
            format!(r#""item":{{"items":[{{"group_id":"group-{group}"}}]}}"#),
        );
        let (requirement, reward, limitation) = match if count == 10 { 2 * n } else { n } % 20 {
            0..6 => (by_item, format!(r#"{{"type":"discount_percent","value":{}}}"#, 5 + rng.below(30)), "{}".to_owned()),
            6..12 => (by_group, format!(r#"{{"type":"discount_percent","value":{}}}"#, 5 + rng.below(30)), "{}".to_owned()),
            12..15 => (
                by_item,
                format!(r#"{{"type":"discount_item_new_price","value":{}}}"#, 500 + 10 * rng.below(100)),
                "{}".to_owned(),
            ),
            15..17 => {
                let item = format!(r#""item":{{"quantity":3,"items":[{{"group_id":"group-{group}"}}]}}"#);
                (item, r#"{"type":"discount_item_quantity","value":1}"#.to_owned(), "{}".to_owned())
            }
            // One receipt rule is within reach of a receipt, the others ask for what nobody spends.
            17..19 => {
                let least = if n == 17 || (count == 10 && n == 9) { 20_000 } else { 1_000_000_000_000 + n };
                (format!(r#""gross_amount":{least}"#), r#"{"type":"discount_percent","value":5}"#.to_owned(), "{}".to_owned())
            }
            _ if rng.below(2) == 0 => {
                let store = format!(r#"{by_item},"store":{{"id":["store-{}"]}}"#, rng.below(50));
                (store, r#"{"type":"discount_amount","value":300}"#.to_owned(), "{}".to_owned())
            }
            _ => {
                let hours = r#"{"discount_hours":{"timezone":"Europe/Oslo","hours":[{"day":"mon","start":"10:00","end":"14:00"},{"day":"sat","start":"22:00","end":"02:00"}]}}"#;
                (by_item, r#"{"type":"discount_percent","value":20}"#.to_owned(), hours.to_owned())
            }
        };
        let comma = if n == 0 { "" } else { "," };
        let _ = write!(
            out,
            r#"{comma}{{"id":"rule-{n:06}","name":"Campaign {n}","receipt_text":"Campaign {n}","created_at":"2024-01-{:02}T08:00:00Z","active":true,"requirement":{{"purchase_from":"2024-01-01T00:00:00Z","purchase_to":"2025-01-01T00:00:00Z",{requirement}}},"reward":{reward},"limitation":{limitation}}}"#,
            1 + n % 28
        );
    }
    out.push(']');
    out
}

/// One receipt for a universe of this many rules, about 250 bytes a line.
pub fn receipt(rule_count: u64, lines: u64, quantity: u64, seed: u64) -> String {
    let mut rng = Rng::new(seed ^ 0x5EED);
    let mut body = String::new();
    let mut gross = 0;
    for n in 1..=lines {
        let price = 990 + 100 * rng.below(60);
        let count = if quantity == 0 { 1 + rng.below(3) } else { quantity };
        // A fixed quantity divides the line, so that amounts do not grow with it.
        let line = if quantity == 0 { price * count } else { 3 * price };
        gross += line;
        let comma = if n == 1 { "" } else { "," };
        let _ = write!(
            body,
            r#"{comma}{{"id":"item-{}","line_id":{n},"groups":[{{"id":"group-{}","name":"Goods"}}],"description":"Something good {n}","quantity":{count},"gross_amount":{line},"net_amount":{line},"unit_gross_price":{price},"tax_percent":15,"barcode":"70{:011}","eligible_for_discount":true}}"#,
            rng.below(items(rule_count)),
            rng.below(groups(rule_count)),
            rng.below(99_999_999_999),
        );
    }
    format!(
        r#"{{"receipt_id":"R-{seed}","purchase_at":"2024-06-0{}T1{}:30:00+02:00","currency":"NOK","store":{{"id":"store-{}","name":"Kiosk","chain":"Kiosken","mcc":"5411"}},"customer_id":"C{seed}","operator_id":"0042","gross_amount":{gross},"net_amount":{gross},"items":[{body}]}}"#,
        1 + rng.below(9),
        rng.below(9),
        rng.below(50),
    )
}

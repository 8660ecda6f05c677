//! Rules and receipts that an engine with an index and a search would rather not see.

use crate::overlap::{receipt, rules};
use crate::workload::Rng;

/// One adverse workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adverse {
    /// Its name in results.
    pub name: &'static str,
    /// What is adverse about it, in plain words.
    pub what: &'static str,
    /// How many rules.
    pub rules: u64,
    /// How many lines.
    pub lines: u64,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    EqualBundles,
    OneGroup,
    ReceiptWide,
    MillionUnits,
}

/// All of them.
pub const ADVERSE: [Adverse; 4] = [
    Adverse {
        name: "equal-bundles",
        what: "100 equal bundles of four want the same 40 units",
        rules: 100,
        lines: 40,
        kind: Kind::EqualBundles,
    },
    Adverse {
        name: "one-group",
        what: "1 000 percentages on the one group of all 10 lines",
        rules: 1_000,
        lines: 10,
        kind: Kind::OneGroup,
    },
    Adverse {
        name: "receipt-wide",
        what: "1 000 amounts off the whole receipt of 10 lines",
        rules: 1_000,
        lines: 10,
        kind: Kind::ReceiptWide,
    },
    Adverse {
        name: "million-units",
        what: "one line of a million units, three rules on it",
        rules: 3,
        lines: 1,
        kind: Kind::MillionUnits,
    },
];

impl Adverse {
    /// Its rules as a JSON array.
    pub fn rules(&self) -> String {
        let count = self.rules;
        match self.kind {
            Kind::EqualBundles => rules((0..count).map(|_| {
                let mixes: Vec<String> =
                    (0..4).map(|item| format!(r#"{{"items":[{{"id":"item-{item}"}}],"quantity":1}}"#)).collect();
                let requirement = format!(r#""item":{{"mixes":[{}]}}"#, mixes.join(","));
                (requirement, r#"{"type":"discount_mix_new_price","value":7000}"#.to_owned())
            })),
            Kind::OneGroup => rules((0..count).map(|n| {
                let requirement = r#""item":{"items":[{"group_id":"group-0"}]}"#.to_owned();
                (requirement, format!(r#"{{"type":"discount_percent","value":0.0{}}}"#, 1 + n % 9))
            })),
            Kind::ReceiptWide => {
                rules((0..count).map(|n| {
                    (r#""gross_amount":100"#.to_owned(), format!(r#"{{"type":"discount_amount","value":{}}}"#, 1 + n % 5))
                }))
            }
            Kind::MillionUnits => {
                let of = |quantity: u64| format!(r#""item":{{"quantity":{quantity},"items":[{{"id":"item-0"}}]}}"#);
                let each = [
                    (of(1), r#"{"type":"discount_item_new_price","value":9900}"#.to_owned()),
                    (of(3), r#"{"type":"discount_item_quantity","value":1}"#.to_owned()),
                    (of(1), r#"{"type":"discount_percent","value":7}"#.to_owned()),
                ];
                rules(each.into_iter())
            }
        }
    }

    /// One of its receipts.
    pub fn receipt(&self, seed: u64) -> String {
        let mut rng = Rng::new(seed ^ 0xAD5E);
        let lines: Vec<(u64, i64, i64)> = match self.kind {
            Kind::MillionUnits => vec![(0, 1_000_000, 10_000 + rng.below(90) as i64)],
            Kind::EqualBundles => (0..self.lines).map(|n| (n % 4, 1, 1_990 + 10 * rng.below(300) as i64)).collect(),
            Kind::OneGroup | Kind::ReceiptWide => (0..self.lines).map(|n| (n, 2, 1_990 + 10 * rng.below(300) as i64)).collect(),
        };
        receipt(&lines, seed)
    }
}

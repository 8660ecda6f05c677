//! The seeded workload as zen-engine's own model (JDM), at its kindest: tables of one equality column each, which it indexes, and
//! an input that has been prepared for them. See `benches/README.md`.

use serde_json::{Value, json};

use crate::plain::Receipt;
use crate::scan::{Scan, Simple, minute_of_week};

/// A table: its name, the member of the input that it goes through, and the key of a rule in it.
struct Table {
    name: &'static str,
    input: &'static str,
    key: fn(&Simple) -> Option<Value>,
}

/// Which table a rule is in follows from what it asks; each is in exactly one.
const TABLES: [Table; 6] = [
    Table {
        name: "by_item",
        input: "items",
        key: |rule| rule.item.as_ref().filter(|_| rule.stores.is_empty() && rule.hours.is_empty()).map(|id| json!(id)),
    },
    Table {
        name: "by_group",
        input: "groups",
        key: |rule| rule.group.as_ref().filter(|_| rule.quantity == 1).map(|id| json!(id)),
    },
    Table {
        name: "by_group_of_three",
        input: "groups_of_three",
        key: |rule| rule.group.as_ref().filter(|_| rule.quantity == 3).map(|id| json!(id)),
    },
    Table {
        name: "by_amount",
        input: "amounts_reached",
        key: |rule| (rule.item.is_none() && rule.group.is_none()).then(|| json!(rule.least)),
    },
    Table {
        name: "by_item_at_store",
        input: "items_at_store",
        key: |rule| Some(json!(format!("{}@{}", rule.item.as_ref()?, rule.stores.first()?))),
    },
    Table {
        name: "by_item_in_hours",
        input: "items_in_hours",
        key: |rule| rule.item.as_ref().filter(|_| !rule.hours.is_empty()).map(|id| json!(id)),
    },
];

/// The decision graph: the input goes to every table, and what the tables find to the output.
pub fn model(scan: &Scan) -> Value {
    let mut nodes = vec![
        json!({"id": "in", "name": "in", "type": "inputNode", "content": {}}),
        json!({"id": "out", "name": "out", "type": "outputNode", "content": {}}),
    ];
    let mut edges = Vec::new();
    for table in &TABLES {
        let rows: Vec<Value> = scan
            .rules()
            .iter()
            .filter_map(|rule| {
                (table.key)(rule).map(|key| json!({"_id": rule.id, "key": key.to_string(), "rule": format!("{:?}", rule.id)}))
            })
            .collect();
        nodes.push(json!({"id": table.name, "name": table.name, "type": "decisionTableNode", "content": {
            "hitPolicy": "collect", "rules": rows,
            "inputs": [{"id": "key", "name": "key", "field": "key"}],
            "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
            "inputField": table.input, "outputPath": table.name, "executionMode": "loop", "passThrough": false}}));
        for (from, to) in [("in", table.name), (table.name, "out")] {
            edges.push(json!({"id": format!("{from}-{to}"), "sourceId": from, "targetId": to, "type": "edge"}));
        }
    }
    json!({"nodes": nodes, "edges": edges})
}

/// A receipt as the tables go through it; making this is not timed.
pub fn input(scan: &Scan, receipt: &Receipt) -> Value {
    let keys = |keys: Vec<Value>| -> Vec<Value> { keys.into_iter().map(|key| json!({"key": key})).collect() };
    let mut items: Vec<&str> = receipt.items.iter().map(|line| line.id.as_str()).collect();
    items.sort_unstable();
    items.dedup();
    let mut groups: Vec<(&str, i64)> = Vec::new();
    for line in &receipt.items {
        for group in &line.groups {
            match groups.iter_mut().find(|(id, _)| *id == group.id) {
                Some((_, units)) => *units += line.quantity,
                None => groups.push((&group.id, line.quantity)),
            }
        }
    }
    let gross: i64 = receipt.items.iter().map(|line| line.gross_amount).sum();
    let mut amounts: Vec<i64> = scan.rules().iter().map(|rule| rule.least).filter(|least| (1..=gross).contains(least)).collect();
    amounts.sort_unstable();
    amounts.dedup();
    let minute = minute_of_week(&receipt.purchase_at);
    let open = scan
        .rules()
        .iter()
        .find(|rule| !rule.hours.is_empty())
        .is_some_and(|rule| rule.hours.iter().any(|(start, length)| (minute - start).rem_euclid(7 * 24 * 60) < *length));
    let ids = || items.iter().map(|id| json!(id)).collect::<Vec<_>>();
    json!({
        "receipt_id": receipt.receipt_id,
        "items": keys(ids()),
        "groups": keys(groups.iter().map(|(id, _)| json!(id)).collect()),
        "groups_of_three": keys(groups.iter().filter(|(_, units)| *units >= 3).map(|(id, _)| json!(id)).collect()),
        "amounts_reached": keys(amounts.iter().map(|least| json!(least)).collect()),
        "items_at_store": keys(items.iter().map(|id| json!(format!("{id}@{}", receipt.store.id))).collect()),
        "items_in_hours": if open { keys(ids()) } else { Vec::new() },
    })
}

/// The rules that its answer names, sorted.
pub fn met(answer: &Value) -> Vec<String> {
    let mut met = Vec::new();
    for table in &TABLES {
        // One list for each thing the table went through, of rows that it found.
        for found in answer[table.name].as_array().map(Vec::as_slice).unwrap_or_default() {
            for row in found.as_array().map(Vec::as_slice).unwrap_or_default() {
                met.extend(row["rule"].as_str().map(str::to_owned));
            }
        }
    }
    met.sort_unstable();
    met.dedup();
    met
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload;

    #[test]
    fn every_rule_is_in_one_table() -> Result<(), String> {
        let scan = Scan::new(&workload::rules(1_000, 1))?;
        let found: usize = TABLES.iter().map(|table| scan.rules().iter().filter_map(table.key).count()).sum();
        assert_eq!(found, 1_000);
        assert!(scan.rules().iter().all(|rule| TABLES.iter().filter(|table| (table.key)(rule).is_some()).count() == 1));
        Ok(())
    }
}

//! What nothing can be faster than that does the same: the look-ups, and reading and writing the receipt.

use std::collections::HashMap;
use std::hash::BuildHasher;

use rabatt_benches::plain::Receipt;
use rabatt_benches::scan::Scan;

/// Every item, group and store that a rule asks for.
pub struct Keys<S> {
    items: HashMap<String, u32, S>,
    groups: HashMap<String, u32, S>,
    stores: HashMap<String, u32, S>,
}

impl<S: BuildHasher + Default> Keys<S> {
    /// Of the rules.
    pub fn new(scan: &Scan) -> Self {
        let mut keys = Self { items: HashMap::default(), groups: HashMap::default(), stores: HashMap::default() };
        for (n, rule) in (0u32..).zip(scan.rules()) {
            keys.items.extend(rule.item.clone().map(|id| (id, n)));
            keys.groups.extend(rule.group.clone().map(|id| (id, n)));
            keys.stores.insert(format!("store-{}", n % 50), n);
        }
        keys
    }

    /// Looks the store, and every line's item and groups up.
    pub fn look_up(&self, receipt: &Receipt) -> u32 {
        let mut found = self.stores.get(&receipt.store.id).copied().unwrap_or(0);
        for line in &receipt.items {
            found = found.wrapping_add(self.items.get(&line.id).copied().unwrap_or(0));
            for group in &line.groups {
                found = found.wrapping_add(self.groups.get(&group.id).copied().unwrap_or(0));
            }
        }
        found
    }
}

/// Reads the receipt into plain structs and writes it again, with serde_json.
pub fn serde_json_again(text: &str) -> Result<String, String> {
    let receipt: Receipt = serde_json::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_string(&receipt).map_err(|error| error.to_string())
}

/// The same with sonic-rs.
pub fn sonic_again(text: &str) -> Result<String, String> {
    let receipt: Receipt = sonic_rs::from_str(text).map_err(|error| error.to_string())?;
    sonic_rs::to_string(&receipt).map_err(|error| error.to_string())
}

/// The same with simd-json, which parses in place: the copy that it needs is part of it.
pub fn simd_again(text: &str, buffer: &mut Vec<u8>) -> Result<String, String> {
    buffer.clear();
    buffer.extend_from_slice(text.as_bytes());
    let receipt: Receipt = simd_json::serde::from_slice(buffer).map_err(|error| error.to_string())?;
    simd_json::serde::to_string(&receipt).map_err(|error| error.to_string())
}

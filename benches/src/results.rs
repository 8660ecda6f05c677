//! What a part of the benchmark has measured, as the JSON file that it leaves in `target/bench/` for the page.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The middle of some measurements, and how far a half of them lies apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// As many are smaller as are larger.
    pub median: f64,
    /// A quarter are smaller.
    pub low: f64,
    /// A quarter are larger.
    pub high: f64,
}

impl Spread {
    /// Of at least one measurement; zeros without any.
    pub fn of(measured: &[f64]) -> Self {
        let mut sorted = measured.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |quarter: usize| sorted.get((sorted.len().max(1) - 1) * quarter / 4).copied().unwrap_or(0.0);
        Self { median: at(2), low: at(1), high: at(3) }
    }

    /// A number that does not vary.
    pub fn exactly(number: f64) -> Self {
        Self { median: number, low: number, high: number }
    }
}

/// One measured thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Whose: `rabatt`, `zen-engine`, `floor-siphash`, …
    pub who: String,
    /// Through which door: `memory`, `text`, `object`, `compile`.
    pub door: String,
    /// On which workload: `few`, `bundles`, `corpus`, …
    pub workload: String,
    /// Rules.
    pub rules: u64,
    /// Lines of a receipt.
    pub lines: u64,
    /// `ns`, `bytes`, `allocations`, `permille`, `receipts`.
    pub unit: String,
    /// The middle of what was measured, and its quarters. Not a [`Spread`] that is flattened: serde does not read numbers back
    /// from one when they keep their digits, which the service asks of serde_json.
    pub median: f64,
    /// See `median`.
    pub low: f64,
    /// See `median`.
    pub high: f64,
    /// How its answers were checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<String>,
}

/// A table that a part has printed, as it stood there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What stands above it.
    pub title: String,
    /// The names of the columns.
    pub head: Vec<String>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

/// Where and when it was measured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stamp {
    /// The commit, with `+` when there were changes beside it.
    pub commit: String,
    /// The day, as `2026-01-31`.
    pub date: String,
    /// The processor's name.
    pub processor: String,
    /// How many threads it runs at once.
    pub cores: String,
    /// The compiler.
    pub rustc: String,
    /// `quick` when samples were short.
    pub pace: String,
}

/// What one part found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Part {
    /// Its name: the file's, too.
    pub part: String,
    /// Where and when.
    pub stamp: Stamp,
    /// Versions of what was measured.
    pub versions: std::collections::BTreeMap<String, String>,
    /// What was measured.
    pub rows: Vec<Row>,
    /// Tables that were printed.
    pub tables: Vec<Table>,
    /// Sentences that belong to it.
    pub notes: Vec<String>,
}

impl Part {
    /// Nothing measured yet; the stamp is the one that `cargo xtask bench` hands down.
    pub fn new(part: &str) -> Self {
        let stamp = std::env::var("RABATT_BENCH_STAMP").ok().and_then(|text| serde_json::from_str(&text).ok());
        Self { part: part.to_owned(), stamp: stamp.unwrap_or_default(), ..Self::default() }
    }

    /// Adds a row of nanoseconds and prints it.
    pub fn time(&mut self, who: &str, door: &str, (workload, rules, lines): (&str, u64, u64), spread: Spread) {
        self.row(who, door, (workload, rules, lines), "ns", spread);
    }

    /// Adds a row and prints it.
    pub fn row(&mut self, who: &str, door: &str, (workload, rules, lines): (&str, u64, u64), unit: &str, spread: Spread) {
        let told = if unit == "ns" { nanoseconds(spread.median) } else { format!("{:.0} {unit}", spread.median) };
        println!("{workload:>14} {rules:>7} rules {lines:>5} lines  {door:<8} {who:<24} {told:>14}");
        let (who, door, workload, unit) = (who.to_owned(), door.to_owned(), workload.to_owned(), unit.to_owned());
        let Spread { median, low, high } = spread;
        self.rows.push(Row { who, door, workload, rules, lines, unit, median, low, high, checked: None });
    }

    /// Says how the answers of what was measured last were checked.
    pub fn checked(&mut self, how: &str) {
        if let Some(row) = self.rows.last_mut() {
            row.checked = Some(how.to_owned());
        }
    }

    /// Finds a median.
    pub fn median(&self, who: &str, door: &str, (workload, rules, lines): (&str, u64, u64)) -> Option<f64> {
        self.rows
            .iter()
            .find(|row| {
                row.who == who && row.door == door && row.workload == workload && row.rules == rules && row.lines == lines
            })
            .map(|row| row.median)
    }

    /// Writes it into the folder, where the page finds it.
    ///
    /// # Errors
    /// When the folder cannot be written, with its path.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, String> {
        let path = folder.join(format!("{}.json", self.part));
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        std::fs::create_dir_all(folder).map_err(|error| told(&error))?;
        let text = serde_json::to_string_pretty(self).map_err(|error| told(&error))?;
        std::fs::write(&path, text + "\n").map_err(|error| told(&error))?;
        Ok(path)
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is not there or is not such a file, with its path.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// The folder that results go to: the word after `--out`, or `target/bench`.
pub fn folder(words: &[String]) -> PathBuf {
    let after = words.iter().skip_while(|word| *word != "--out").nth(1);
    after.map_or_else(|| PathBuf::from("target/bench"), PathBuf::from)
}

/// A time as people read it.
pub fn nanoseconds(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_quarters() {
        assert_eq!(Spread::of(&[5.0, 1.0, 4.0, 2.0, 3.0]), Spread { median: 3.0, low: 2.0, high: 4.0 });
        assert_eq!(Spread::of(&[7.0]), Spread::exactly(7.0));
        assert_eq!(Spread::of(&[]), Spread::exactly(0.0));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut part = Part::new("sample");
        part.time("rabatt", "memory", ("few", 10, 10), Spread { median: 700.0, low: 650.5, high: 800.0 });
        part.checked("totals");
        let text = serde_json::to_string(&part).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Part>(&text).ok(), Some(part));
    }
}

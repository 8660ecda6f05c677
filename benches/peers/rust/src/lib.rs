//! Other engines on Rabatt's workload, and the floors, in one process: `cargo xtask bench peers`.

pub mod floors;
#[cfg(feature = "zen")]
pub mod zen;

use rabatt_benches::plain::Receipt;
use rabatt_benches::scan::{Answer, Scan};
use rabatt_benches::workload;

/// Receipts that are gone through.
const RECEIPTS: u64 = 200;

/// The seeded workload with everything that is checked.
pub struct Work {
    /// How many rules.
    pub count: u64,
    /// The rules as JSON.
    pub rules: String,
    /// The same, to look at one by one.
    pub scan: Scan,
    /// Receipts of 10 lines as JSON.
    pub texts: Vec<String>,
    /// The same as plain structs.
    pub receipts: Vec<Receipt>,
    /// What they get.
    pub answers: Vec<Answer>,
}

impl Work {
    /// Makes it.
    pub fn new(count: u64) -> Result<Self, String> {
        let rules = workload::rules(count, 1);
        let scan = Scan::new(&rules)?;
        let texts: Vec<String> = (0..RECEIPTS).map(|seed| workload::receipt(count, 10, 0, seed)).collect();
        let read = |text: &String| serde_json::from_str(text).map_err(|error| error.to_string());
        let receipts: Vec<Receipt> = texts.iter().map(read).collect::<Result<_, _>>()?;
        let answers = receipts.iter().map(|receipt| scan.answer(receipt)).collect();
        Ok(Self { count, rules, scan, texts, receipts, answers })
    }

    /// Compares the rules that apply to the receipts; says how many were compared.
    pub fn check_met(&self, who: &str, mut met: impl FnMut(usize) -> Result<Vec<String>, String>) -> Result<String, String> {
        for (at, answer) in self.answers.iter().enumerate() {
            let mut wanted = answer.met.clone();
            wanted.sort_unstable();
            let found = met(at)?;
            if found != wanted {
                return Err(format!("{who}, {} rules, receipt {at}: it finds {found:?}, and {wanted:?} apply", self.count));
            }
        }
        Ok(format!("the rules that apply, on all {} receipts", self.answers.len()))
    }
}

/// The numbers of rules: those behind `--rules`, with commas, or `otherwise`.
pub fn rules(words: &[String], otherwise: &[u64]) -> Vec<u64> {
    let after = words.iter().skip_while(|word| *word != "--rules").nth(1);
    after.map_or_else(|| otherwise.to_vec(), |list| list.split(',').filter_map(|number| number.parse().ok()).collect())
}

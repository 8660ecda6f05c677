//! The Plan's hash (§1.2, §1.6): SHA-256 of the canonical JSON of its rules in rule order, as one list.

use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use crate::canonical::Canonical;
use crate::rule::Rule;

/// After so many rules each what was hashed until there is kept, so that a change is hashed from there on.
const STEP: usize = 64;

/// A hash of rules, made when it is first asked for: most answers do not name it.
#[derive(Debug)]
pub(super) struct Hash {
    made: OnceLock<Made>,
    /// The first rules are in it.
    begun: Hashing,
}

#[derive(Debug)]
struct Made {
    /// Lower-case hex.
    text: Box<str>,
    steps: Vec<Sha256>,
}

impl Hash {
    pub(super) fn new() -> Self {
        Self { made: OnceLock::new(), begun: Hashing::new() }
    }

    /// The same for rules of which so many of the first stay as they are.
    pub(super) fn changed(&self, same: usize) -> Self {
        let begun = match self.made.get() {
            Some(made) => Hashing::after(&made.steps, same),
            None if same < self.begun.rules => Hashing::after(&self.begun.steps, same),
            None => self.begun.clone(),
        };
        Self { made: OnceLock::new(), begun }
    }

    /// The hash of these rules.
    pub(super) fn text(&self, rules: &[Arc<Rule>]) -> &str {
        &self.made.get_or_init(|| self.begun.of_the_others(rules)).text
    }
}

/// A hash that is being made, rule by rule.
#[derive(Debug, Clone)]
struct Hashing {
    sha: Sha256,
    /// As it was before each rule whose position is a multiple of [`STEP`].
    steps: Vec<Sha256>,
    rules: usize,
}

impl Hashing {
    fn new() -> Self {
        Self { sha: Sha256::new_with_prefix(b"["), steps: Vec::new(), rules: 0 }
    }

    /// Goes on after the last of these steps that has not more than so many rules in it.
    fn after(steps: &[Sha256], most: usize) -> Self {
        let step = (most / STEP).min(steps.len().saturating_sub(1));
        match (steps.get(step), steps.get(..step)) {
            (Some(sha), Some(steps)) => Self { sha: sha.clone(), steps: steps.to_vec(), rules: step * STEP },
            _ => Self::new(),
        }
    }

    /// Adds the canonical form of the next rule.
    fn add(&mut self, form: &str) {
        if self.rules.is_multiple_of(STEP) {
            self.steps.push(self.sha.clone());
        }
        if self.rules > 0 {
            self.sha.update(b",");
        }
        self.sha.update(form.as_bytes());
        self.rules += 1;
    }

    /// Those of the rules that are not in it are added.
    fn of_the_others(&self, rules: &[Arc<Rule>]) -> Made {
        let mut hashing = self.clone();
        let mut forms = Canonical::default();
        for rule in rules.get(hashing.rules..).unwrap_or(&[]) {
            // Rules without one are not read.
            hashing.add(forms.of(&rule.source, "").unwrap_or(""));
        }
        hashing.finish()
    }

    fn finish(mut self) -> Made {
        self.sha.update(b"]");
        let hex = self.sha.finalize().iter().flat_map(|byte| [byte >> 4, byte & 15]).collect::<Vec<u8>>();
        let text: String = hex.into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
        Made { text: text.into(), steps: self.steps }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use std::sync::Barrier;
    use std::thread;

    use crate::{HeldRefs, Holding, ParsedReceipt, Plan, RecalculateOptions, Workspace, recalculate_held};

    fn rule(at: usize, percent: usize) -> String {
        format!(r#"{{"id": "rule {at:03}", "reward": {{"type": "discount_percent", "value": {percent}}}}}"#)
    }

    fn all(changed: &[(usize, usize)]) -> String {
        let percent = |at: usize| changed.iter().find(|(changed, _)| *changed == at).map_or(1, |(_, percent)| *percent);
        let rules: Vec<String> = (0..200).map(|at| rule(at, percent(at))).collect();
        format!("[{}]", rules.join(","))
    }

    fn made(plan: &Plan) -> bool {
        plan.hash.made.get().is_some()
    }

    #[test]
    fn it_is_made_when_it_is_first_asked_for() {
        for asked in [false, true] {
            let plan = Plan::from_json(&all(&[])).unwrap();
            assert!(!made(&plan));
            if asked {
                assert_eq!(plan.hash().len(), 64);
            }
            // The second and the third go on from a Plan that has none, one before and one behind where that differs.
            let (one, _) = plan.with(&format!("[{}]", rule(150, 2)), &[]).unwrap();
            let (two, _) = one.with(&format!("[{}]", rule(70, 3)), &[]).unwrap();
            let (three, _) = two.with(&format!("[{}]", rule(199, 4)), &[]).unwrap();
            let nothing = HeldRefs::new();
            let holding = Holding::new(&nothing);
            let receipt =
                r#"{"purchase_at": "2024-06-01T12:00:00Z", "items": [{"gross_amount": 3500, "eligible_for_discount": true}]}"#;
            let (options, mut workspace) = (RecalculateOptions::default(), Workspace::new());
            let answer =
                ParsedReceipt::from_json(receipt).unwrap().receipt_held(&three, &holding, options, &mut workspace).unwrap();
            assert!(![&one, &two, &three].into_iter().any(made));
            let whole = recalculate_held(&three, receipt, &holding, options, &mut workspace).unwrap();
            assert_eq!(whole.receipt, answer);
            assert!(made(&three) && !made(&two) && !made(&one) && made(&plan) == asked);
            for (plan, changed) in [(three, &[(150, 2), (70, 3), (199, 4)][..]), (two, &[(150, 2), (70, 3)]), (one, &[(150, 2)])]
            {
                assert_eq!(plan.hash(), Plan::from_json(&all(changed)).unwrap().hash());
            }
        }
    }

    #[test]
    fn threads_that_ask_at_once_get_the_same_one() {
        let anew = Plan::from_json(&all(&[(5, 9)])).unwrap();
        let plan = Plan::from_json(&all(&[])).unwrap();
        for _ in 0..20 {
            let (changed, _) = plan.with(&format!("[{}]", rule(5, 9)), &[]).unwrap();
            let together = Barrier::new(4);
            let ask = || {
                together.wait();
                changed.hash()
            };
            let asked: Vec<&str> = thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            // The very same text: it was made once.
            assert!(asked.iter().all(|hash| hash.as_ptr() == changed.hash().as_ptr() && *hash == anew.hash()));
        }
    }
}

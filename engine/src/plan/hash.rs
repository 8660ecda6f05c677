//! The Plan's hash (§1.2, §1.6): SHA-256 of the canonical JSON of its rules in rule order, as one list.

use sha2::{Digest, Sha256};

/// After so many rules each what was hashed until there is kept, so that a change is hashed from there on.
const STEP: usize = 64;

/// A hash, and how it came about.
#[derive(Debug)]
pub(super) struct Hash {
    /// Lower-case hex.
    pub(super) text: Box<str>,
    /// As it was before each rule whose position is a multiple of [`STEP`].
    steps: Vec<Sha256>,
}

/// A hash that is being made, rule by rule.
pub(super) struct Hashing {
    sha: Sha256,
    steps: Vec<Sha256>,
    rules: usize,
}

impl Hashing {
    pub(super) fn new() -> Self {
        Self { sha: Sha256::new_with_prefix(b"["), steps: Vec::new(), rules: 0 }
    }

    /// Begins like another hash, of which so many rules stay as they are; [`Hashing::rules`] says which is next.
    pub(super) fn like(other: &Hash, same: usize) -> Self {
        let step = (same / STEP).min(other.steps.len().saturating_sub(1));
        match (other.steps.get(step), other.steps.get(..step)) {
            (Some(sha), Some(steps)) => Self { sha: sha.clone(), steps: steps.to_vec(), rules: step * STEP },
            _ => Self::new(),
        }
    }

    /// How many rules are in it.
    pub(super) fn rules(&self) -> usize {
        self.rules
    }

    /// Adds the canonical form of the next rule.
    pub(super) fn add(&mut self, form: &str) {
        if self.rules.is_multiple_of(STEP) {
            self.steps.push(self.sha.clone());
        }
        if self.rules > 0 {
            self.sha.update(b",");
        }
        self.sha.update(form.as_bytes());
        self.rules += 1;
    }

    pub(super) fn finish(mut self) -> Hash {
        self.sha.update(b"]");
        let hex = self.sha.finalize().iter().flat_map(|byte| [byte >> 4, byte & 15]).collect::<Vec<u8>>();
        let text: String = hex.into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
        Hash { text: text.into(), steps: self.steps }
    }
}

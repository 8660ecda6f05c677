//! Tokens whose signature was checked before: a look-up instead of arithmetic with 2048 bits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::token::Claims;

type Key = [u8; 32];

/// Remembers claims under the hash of their token, so that no token lies in memory.
#[derive(Debug)]
pub struct Checked {
    /// Tokens that each half holds at most.
    half: usize,
    halves: Mutex<Halves>,
}

/// What was used lately is in `young`. When that is full it becomes `old`, and what was old is
/// forgotten: few steps however many tokens, and never more of them than twice a half.
#[derive(Debug, Default)]
struct Halves {
    young: HashMap<Key, Arc<Claims>>,
    old: HashMap<Key, Arc<Claims>>,
}

impl Checked {
    /// For so many tokens at most.
    pub fn new(most: usize) -> Self {
        Self { half: most.div_ceil(2).max(1), halves: Mutex::default() }
    }

    /// The claims of a token that is not over: remembered, or checked now.
    pub fn get(&self, token: &str, now: u64, check: impl FnOnce() -> Option<Claims>) -> Option<Arc<Claims>> {
        let key: Key = Sha256::digest(token).into();
        let known = {
            let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
            let young = halves.young.get(&key).map(Arc::clone);
            young.or_else(|| halves.old.remove(&key).inspect(|claims| self.put(&mut halves, key, claims)))
        };
        if let Some(claims) = known {
            return (claims.exp > now).then_some(claims);
        }
        // Not under the lock: this takes long.
        let claims = Arc::new(check()?);
        self.put(&mut self.halves.lock().unwrap_or_else(PoisonError::into_inner), key, &claims);
        Some(claims)
    }

    fn put(&self, halves: &mut Halves, key: Key, claims: &Arc<Claims>) {
        if halves.young.len() >= self.half {
            halves.old = std::mem::take(&mut halves.young);
        }
        halves.young.insert(key, Arc::clone(claims));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    fn claims(exp: u64) -> Option<Claims> {
        let text = String::new;
        Some(Claims {
            iss: text(),
            sub: text(),
            aud: text(),
            scope: text(),
            iat: 0,
            exp,
            generation: 0,
            grants: Vec::new(),
            user: None,
        })
    }

    #[test]
    fn a_token_is_checked_once_and_ends_in_time() {
        let checked = Checked::new(10);
        assert!(checked.get("a", 1, || None).is_none());
        assert!(checked.get("a", 1, || claims(5)).is_some());
        assert!(checked.get("a", 4, || None).is_some());
        assert!(checked.get("a", 5, || None).is_none());
    }

    #[test]
    fn what_is_used_stays_and_the_number_is_bounded() {
        let checked = Checked::new(10);
        for token in 0..100 {
            assert!(checked.get(&token.to_string(), 1, || claims(5)).is_some());
            assert!(checked.get("0", 1, || None).is_some(), "forgotten after {token}");
        }
        let halves = checked.halves.lock().unwrap();
        assert!(halves.young.len() + halves.old.len() <= 10);
    }
}

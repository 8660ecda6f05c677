//! Wrong secrets: counted, so that nobody tries many. Each service counts its own; behind a
//! balancer with n of them somebody has n times as many tries, still far too few.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Clients remembered for having shown a right secret.
const MOST_PROVEN: usize = 10_000;

/// How many wrong secrets are borne.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For one client.
    pub each: usize,
    /// For all clients together.
    pub in_all: usize,
    /// Within this time.
    pub window: Duration,
}

/// The wrong secrets of late.
#[derive(Debug)]
pub struct Attempts {
    seen: Mutex<Seen>,
    /// Known to this process only, so that what it remembers of secrets tells nobody anything.
    key: [Uuid; 2],
}

impl Default for Attempts {
    fn default() -> Self {
        Self { seen: Mutex::default(), key: [Uuid::new_v4(), Uuid::new_v4()] }
    }
}

/// What is remembered of a right secret.
type Proof = [u8; 32];

#[derive(Debug, Default)]
struct Seen {
    /// Oldest first, with the client.
    all: VecDeque<(Instant, String)>,
    /// By client; exactly what `all` holds.
    each: HashMap<String, VecDeque<Instant>>,
    /// Clients that have shown a right secret here, and what is remembered of it.
    proven: HashMap<String, Proof>,
}

impl Attempts {
    /// Seconds until this client may try again; `None` when it may now. While there are too many
    /// wrong secrets in all, only clients that have shown a right one here may: who guesses ids, a
    /// new one each time, must not keep the processors busy.
    pub fn wait(&self, limits: Limits, client: &str, now: Instant) -> Option<u64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget(limits.window, now);
        let until = |failed: &Instant| {
            let left = limits.window.saturating_sub(now.saturating_duration_since(*failed));
            left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0)).max(1)
        };
        // It may try again when so many are left that one more does not reach the limit.
        let nth = |count: usize, limit: usize| count.checked_sub(limit.max(1));
        if let Some(failures) = seen.each.get(client)
            && let Some(failed) = nth(failures.len(), limits.each).and_then(|at| failures.get(at))
        {
            return Some(until(failed));
        }
        if seen.proven.contains_key(client) {
            return None;
        }
        nth(seen.all.len(), limits.in_all).and_then(|at| seen.all.get(at)).map(|(failed, _)| until(failed))
    }

    /// The secret was wrong.
    pub fn failed(&self, client: &str, now: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.all.push_back((now, client.to_owned()));
        seen.each.entry(client.to_owned()).or_default().push_back(now);
    }

    /// The secret was right; `hash` is what the database keeps of it.
    pub fn right(&self, client: &str, secret: &str, hash: &str) {
        let proof = self.proof(client, secret, hash);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.proven.len() >= MOST_PROVEN {
            seen.proven.clear();
        }
        seen.proven.insert(client.to_owned(), proof);
    }

    /// Is this the secret that was right before, and still is? Who knows it is not kept out by others
    /// who try secrets in the same name.
    pub fn is_known(&self, client: &str, secret: &str, hash: &str) -> bool {
        let proof = self.proof(client, secret, hash);
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).proven.get(client) == Some(&proof)
    }

    fn proof(&self, client: &str, secret: &str, hash: &str) -> Proof {
        let mut digest = Sha256::new();
        for part in [self.key[0].as_bytes(), self.key[1].as_bytes(), client.as_bytes(), secret.as_bytes(), hash.as_bytes()] {
            // Lengths, so that no two lists of parts are the same bytes.
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }
}

impl Seen {
    fn forget(&mut self, window: Duration, now: Instant) {
        while let Some((failed, _)) = self.all.front()
            && now.saturating_duration_since(*failed) >= window
            && let Some((_, client)) = self.all.pop_front()
        {
            if let Some(failures) = self.each.get_mut(&client) {
                failures.pop_front();
                if failures.is_empty() {
                    self.each.remove(&client);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { each: 3, in_all: 5, window: Duration::from_secs(60) };

    #[test]
    fn the_window_slides() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        for second in [0, 10, 20] {
            assert_eq!(attempts.wait(LIMITS, "a", at(second)), None);
            attempts.failed("a", at(second));
        }
        assert_eq!(attempts.wait(LIMITS, "a", at(20)), Some(40));
        assert_eq!(attempts.wait(LIMITS, "b", at(20)), None);
        assert_eq!(attempts.wait(LIMITS, "a", at(59)), Some(1));
        assert_eq!(attempts.wait(LIMITS, "a", at(60)), None);
        attempts.failed("a", at(60));
        assert_eq!(attempts.wait(LIMITS, "a", at(60)), Some(10));
    }

    #[test]
    fn many_clients_together_are_too_many_but_for_those_known() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        attempts.right("till", "secret", "hash");
        for client in ["a", "b", "c", "d", "e"] {
            attempts.failed(client, start);
        }
        assert_eq!(attempts.wait(LIMITS, "f", start), Some(60));
        assert_eq!(attempts.wait(LIMITS, "till", start), None);
        assert!(attempts.is_known("till", "secret", "hash"));
        for (client, secret, hash) in [("till", "wrong", "hash"), ("till", "secret", "rotated"), ("f", "secret", "hash")] {
            assert!(!attempts.is_known(client, secret, hash), "{client} {secret} {hash}");
        }
        let later = start + LIMITS.window;
        assert_eq!(attempts.wait(LIMITS, "f", later), None);
        // Nothing is kept for longer than it counts.
        let seen = attempts.seen.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(seen.all.is_empty() && seen.each.is_empty());
    }
}

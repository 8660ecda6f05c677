//! How often an account may look up: registries are other people's.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is counted together.
const WINDOW: Duration = Duration::from_secs(60);

/// Look-ups of the last minute, on this node.
#[derive(Debug, Default)]
pub struct Limit {
    /// By account: since when, and how many.
    counted: Mutex<HashMap<String, (Instant, u64)>>,
}

impl Limit {
    /// Counts a look-up of an account that may have so many a minute; else the seconds until it may again.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn count(&self, account: &str, most: u64, now: Instant) -> Result<(), u64> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.retain(|_, (since, _)| now.saturating_duration_since(*since) < WINDOW);
        let (since, count) = counted.entry(account.to_owned()).or_insert((now, 0));
        if *count >= most {
            let left = WINDOW.saturating_sub(now.saturating_duration_since(*since));
            return Err(left.as_secs().saturating_add(1));
        }
        *count = count.saturating_add(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_has_its_own_minute() {
        let (limit, begin) = (Limit::default(), Instant::now());
        let at = |seconds: u64| begin.checked_add(Duration::from_secs(seconds)).unwrap_or(begin);
        assert_eq!([0, 10].map(|second| limit.count("T1", 2, at(second))), [Ok(()), Ok(())]);
        assert_eq!(limit.count("T1", 2, at(20)), Err(41));
        assert_eq!(limit.count("T2", 2, at(20)), Ok(()));
        assert_eq!(limit.count("T1", 2, at(60)), Ok(()));
    }
}

//! How clients stand, asked of the database at most once a second: what ends tokens, and takes
//! scopes away, before they are over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::store::grants::{self, Standing};
use crate::error::ApiError;
use crate::store::Store;

/// What another service on the same database did is heard of after this long: within a second, with the time to ask.
const FRESH: Duration = Duration::from_millis(900);

/// Clients remembered before those that were not seen lately are forgotten.
const MOST: usize = 10_000;

/// How clients stood when they were last asked for.
#[derive(Debug, Default)]
pub struct Standings {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// How often something was changed here: an answer on its way at that time may be an old one.
    changes: u64,
    clients: HashMap<String, (Instant, Option<Arc<Standing>>)>,
}

impl Standings {
    /// How a client stands; `None` when it is deleted or unknown.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn get(&self, store: &Store, client: &str) -> Result<Option<Arc<Standing>>, ApiError> {
        // Before asking, so that what is remembered is never older than it seems.
        let asked = Instant::now();
        let changes = {
            let known = self.lock();
            match known.clients.get(client) {
                Some((since, standing)) if asked.duration_since(*since) < FRESH => return Ok(standing.clone()),
                _ => known.changes,
            }
        };
        let standing = grants::standing(store.pool(), client).await?.map(Arc::new);
        let mut known = self.lock();
        if known.changes == changes {
            if known.clients.len() >= MOST {
                known.clients.retain(|_, (since, _)| asked.saturating_duration_since(*since) < FRESH);
            }
            known.clients.insert(client.to_owned(), (asked, standing.clone()));
        }
        Ok(standing)
    }

    /// A client changed here: it is asked for anew at once.
    pub fn forget(&self, client: &str) {
        let mut known = self.lock();
        known.changes = known.changes.wrapping_add(1);
        known.clients.remove(client);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

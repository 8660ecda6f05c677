//! Requests under way, and whose turn is next.

use std::collections::HashMap;

use tokio::task::{Id, JoinSet};

use super::store::{Due, Outcome};

/// Most requests under way at once, on one node.
const MOST: usize = 512;

/// Of these for one account, and for one sender: whoever is slow to answer must not hold the others up.
const MOST_OF_ACCOUNT: usize = 128;
const MOST_OF_SENDER: usize = 32;

/// Requests under way.
#[derive(Default)]
pub(super) struct Sending {
    tasks: JoinSet<Outcome>,
    /// By task: the account and the sender.
    whose: HashMap<Id, (String, String)>,
    /// The last sender that had its turn.
    last: String,
}

impl Sending {
    pub(super) fn begin(&mut self, due: &Due, attempt: impl Future<Output = Outcome> + Send + 'static) {
        let task = self.tasks.spawn(attempt);
        self.whose.insert(task.id(), (due.account.clone(), due.sender.clone()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// How many more there may be, beside so many.
    pub(super) fn room(&self, beside: usize) -> usize {
        MOST.saturating_sub(self.tasks.len()).saturating_sub(beside)
    }

    /// How many more of a sender there may be.
    pub(super) fn room_of_sender(&self, sender: &str) -> usize {
        MOST_OF_SENDER.saturating_sub(self.whose.values().filter(|(_, other)| other == sender).count())
    }

    /// How many more of an account there may be.
    pub(super) fn room_of_account(&self, account: &str) -> usize {
        MOST_OF_ACCOUNT.saturating_sub(self.whose.values().filter(|(other, _)| other == account).count())
    }

    /// Senders in the order of their turns: each time another one is first.
    pub(super) fn in_turn(&mut self, mut senders: Vec<String>) -> Vec<String> {
        // Not every database orders texts by their bytes.
        senders.sort_unstable();
        let after = senders.partition_point(|sender| *sender <= self.last);
        let first = after.checked_rem(senders.len()).unwrap_or(0);
        senders.rotate_left(first);
        if let Some(first) = senders.first() {
            self.last.clone_from(first);
        }
        senders
    }

    /// Waits until one is done; all that are done by then. None where a task broke: its message is sent again when
    /// its time is over.
    pub(super) async fn done(&mut self) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        let mut next = self.tasks.join_next_with_id().await;
        while let Some(ended) = next {
            match ended {
                Ok((id, outcome)) => {
                    self.whose.remove(&id);
                    outcomes.push(outcome);
                }
                Err(error) => {
                    self.whose.remove(&error.id());
                    tracing::error!(%error, "an attempt to send broke");
                }
            }
            next = self.tasks.try_join_next_with_id();
        }
        outcomes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_turn() {
        let mut sending = Sending::default();
        let senders = || ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(sending.in_turn(senders()), ["a", "b", "c"]);
        assert_eq!(sending.in_turn(senders()), ["b", "c", "a"]);
        assert_eq!(sending.in_turn(senders()), ["c", "a", "b"]);
        assert_eq!(sending.in_turn(senders()), ["a", "b", "c"]);
        assert_eq!(sending.in_turn(vec!["c".to_owned()]), ["c"]);
        assert_eq!(sending.in_turn(Vec::new()), Vec::<String>::new());
        assert_eq!(sending.in_turn(senders()), ["a", "b", "c"]);
    }
}

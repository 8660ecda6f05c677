//! Requests under way, and whose turn is next.

use tokio::task::JoinSet;

use super::handed::Place;
use super::store::Outcome;

/// Requests under way.
#[derive(Default)]
pub(super) struct Sending {
    tasks: JoinSet<Outcome>,
    /// The last sender that had its turn.
    last: String,
}

impl Sending {
    pub(super) fn begin(&mut self, place: Place, attempt: impl Future<Output = Outcome> + Send + 'static) {
        self.tasks.spawn(async move {
            let outcome = attempt.await;
            drop(place);
            outcome
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
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
        let mut next = self.tasks.join_next().await;
        while let Some(ended) = next {
            match ended {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) => tracing::error!(%error, "an attempt to send broke"),
            }
            next = self.tasks.try_join_next();
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

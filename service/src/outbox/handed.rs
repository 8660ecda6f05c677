//! Messages that go from the unit of work that writes them straight to their requests: what this process has just
//! written, it need neither read, take nor open again.
//!
//! Such a row is written as a taken one, so that nobody else sends it, and taken by others when this process ends before
//! it has told what came of it. It is handed over when its unit is on the disk. On SQLite alone, where units are written
//! one after the other: only there does a unit see everything that waits in its lane.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::store::Due;

/// Most requests under way at once, on one node.
const MOST: usize = 512;

/// Of these for one account, and for one sender: whoever is slow to answer must not hold the others up.
const MOST_OF_ACCOUNT: usize = 128;
const MOST_OF_SENDER: usize = 32;

/// A message and its place.
pub(super) struct Handed {
    pub(super) due: Due,
    pub(super) place: Place,
}

/// Where messages are handed over, and how many may be under way.
#[derive(Debug, Default)]
pub struct HandOver {
    places: Arc<Mutex<Places>>,
    /// To the one who sends, while there is one.
    queue: Mutex<Option<UnboundedSender<Handed>>>,
    /// Something waits that was not handed over: until it is under way, nothing overtakes it.
    left: AtomicBool,
    /// Lanes in which something waits for what is under way.
    behind: Mutex<HashSet<String>>,
}

#[derive(Debug, Default)]
struct Places {
    all: usize,
    of_account: HashMap<String, usize>,
    of_sender: HashMap<String, usize>,
}

impl Places {
    fn room(&self, account: &str, sender: &str) -> usize {
        let left =
            |most: usize, of: &HashMap<String, usize>, whose: &str| most.saturating_sub(of.get(whose).copied().unwrap_or(0));
        let of_account = left(MOST_OF_ACCOUNT, &self.of_account, account);
        MOST.saturating_sub(self.all).min(of_account).min(left(MOST_OF_SENDER, &self.of_sender, sender))
    }
}

/// Room for one request; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Mutex<Places>>,
    account: String,
    sender: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = locked(&self.places);
        places.all = places.all.saturating_sub(1);
        let Places { of_account, of_sender, .. } = &mut *places;
        for (of, whose) in [(of_account, &self.account), (of_sender, &self.sender)] {
            let left = of.get_mut(whose).map_or(0, |taken| {
                *taken = taken.saturating_sub(1);
                *taken
            });
            if left == 0 {
                of.remove(whose);
            }
        }
    }
}

/// What is counted stays right whoever broke while it was locked.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HandOver {
    /// Room for a request, when there is.
    pub(super) fn place(&self, account: &str, sender: &str) -> Option<Place> {
        let mut places = locked(&self.places);
        if places.room(account, sender) == 0 {
            return None;
        }
        places.all = places.all.saturating_add(1);
        let Places { of_account, of_sender, .. } = &mut *places;
        for (of, whose) in [(of_account, account), (of_sender, sender)] {
            let taken = of.entry(whose.to_owned()).or_default();
            *taken = taken.saturating_add(1);
        }
        Some(Place { places: Arc::clone(&self.places), account: account.to_owned(), sender: sender.to_owned() })
    }

    /// How many requests there is room for, whoever sends them.
    pub(super) fn room(&self) -> usize {
        MOST.saturating_sub(locked(&self.places).all)
    }

    /// How many of a sender.
    pub(super) fn room_of_sender(&self, sender: &str) -> usize {
        MOST_OF_SENDER.saturating_sub(locked(&self.places).of_sender.get(sender).copied().unwrap_or(0))
    }

    /// From now on messages are handed over, to who asked first; `None` for others.
    pub(super) fn open(&self) -> Option<UnboundedReceiver<Handed>> {
        let mut queue = locked(&self.queue);
        if queue.as_ref().is_some_and(|queue| !queue.is_closed()) {
            return None;
        }
        let (sender, receiver) = unbounded_channel();
        *queue = Some(sender);
        Some(receiver)
    }

    /// From now on nothing is.
    pub(super) fn close(&self) {
        *locked(&self.queue) = None;
    }

    /// A place for a message that may be handed over.
    pub(super) fn offer(&self, account: &str, sender: &str) -> Option<Place> {
        let is_open = locked(&self.queue).as_ref().is_some_and(|queue| !queue.is_closed());
        if is_open && !self.left.load(Ordering::SeqCst) { self.place(account, sender) } else { None }
    }

    /// Hands a message over that is on the disk. When nobody takes it any more, it is sent once its time is over.
    pub(super) fn hand(&self, handed: Handed) {
        if let Some(queue) = &*locked(&self.queue) {
            drop(queue.send(handed));
        }
    }

    /// A message was written and not handed over; behind another one of its lane, when it is one of those.
    pub(super) fn leave(&self, lane: Option<String>) {
        match lane {
            Some(lane) => drop(locked(&self.behind).insert(lane)),
            None => self.left.store(true, Ordering::SeqCst),
        }
    }

    /// Is something to be looked for now that a message of this lane is settled?
    pub(super) fn is_awaited(&self, lane: Option<&str>) -> bool {
        lane.is_some_and(|lane| locked(&self.behind).remove(lane)) || self.left.load(Ordering::SeqCst)
    }

    /// Nothing is due that is not under way.
    pub(super) fn nothing_left(&self) {
        self.left.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]
    use super::*;

    #[test]
    fn places_are_limited_for_each_sender_and_account_and_come_back() {
        let over = HandOver::default();
        let mut places: Vec<Place> = (0..MOST_OF_SENDER).map(|_| over.place("a", "one").unwrap()).collect();
        assert!(over.place("a", "one").is_none());
        assert_eq!((over.room_of_sender("one"), over.room_of_sender("two")), (0, MOST_OF_SENDER));
        for sender in ["two", "three", "four"] {
            places.extend((0..MOST_OF_SENDER).map(|_| over.place("a", sender).unwrap()));
        }
        assert!(over.place("a", "five").is_none());
        assert!(over.place("b", "six").is_some());
        assert_eq!(over.room(), MOST - places.len());
        places.swap_remove(0);
        assert!(over.place("a", "one").is_some());
        drop(places);
        assert_eq!(over.room(), MOST);
        assert!(locked(&over.places).of_sender.is_empty() && locked(&over.places).of_account.is_empty());
    }

    #[test]
    fn nothing_is_offered_while_nobody_sends_or_something_was_left() {
        let over = HandOver::default();
        assert!(over.offer("a", "one").is_none());
        let queue = over.open().unwrap();
        assert!(over.open().is_none());
        assert!(over.offer("a", "one").is_some());
        over.leave(None);
        assert!(over.offer("a", "one").is_none() && over.is_awaited(None) && over.is_awaited(Some("lane")));
        over.nothing_left();
        assert!(over.offer("a", "one").is_some() && !over.is_awaited(Some("lane")));
        over.leave(Some("lane".to_owned()));
        assert!(over.offer("a", "one").is_some());
        assert!(!over.is_awaited(Some("other")) && over.is_awaited(Some("lane")) && !over.is_awaited(Some("lane")));
        drop(queue);
        assert!(over.offer("a", "one").is_none());
        assert!(over.open().is_some());
        over.close();
        assert!(over.offer("a", "one").is_none());
    }
}

//! Threads that work at tasks handed out one by one; what comes of them is taken in the same order.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Tasks that each thread may have before it: so many that none waits while the next batch is read.
const AHEAD: usize = 3;

/// Who hands out and takes. Tasks and what comes of them are dropped with it and by nobody else: the memory
/// they hold may only be given back on its thread.
pub(crate) struct Crew<T, R> {
    tasks: Option<Sender<(usize, T)>>,
    to_do: Arc<ToDo<T>>,
    done: Receiver<Done<R>>,
    /// What was handed out and not taken, in order.
    out: VecDeque<Option<R>>,
    /// How many were taken.
    taken: usize,
    most: usize,
}

/// What the members take from.
struct ToDo<T> {
    tasks: Mutex<Receiver<(usize, T)>>,
    stopped: AtomicBool,
}

/// What came of the task of that number, or the panic that ended it.
type Done<R> = (usize, Result<R, Box<dyn Any + Send>>);

/// One that works, on a thread of its own.
pub(crate) struct Member<T, R> {
    to_do: Arc<ToDo<T>>,
    done: Sender<Done<R>>,
}

impl<T, R> Crew<T, R> {
    /// A crew, and its members: one for each thread, which shall [work](Member::work) until it is [stopped](Self::stop).
    pub(crate) fn new(threads: usize) -> (Self, Vec<Member<T, R>>) {
        let ((tasks, waiting), (done, results)) = (channel(), channel());
        let to_do = Arc::new(ToDo { tasks: Mutex::new(waiting), stopped: AtomicBool::new(false) });
        let member = || Member { to_do: Arc::clone(&to_do), done: done.clone() };
        let members = std::iter::repeat_with(member).take(threads).collect();
        let (out, most) = (VecDeque::new(), threads * AHEAD);
        (Self { tasks: Some(tasks), to_do, done: results, out, taken: 0, most }, members)
    }

    /// May another task be handed out?
    pub(crate) fn has_room(&self) -> bool {
        self.out.len() < self.most
    }

    /// The next thread that is free does this.
    pub(crate) fn hand_out(&mut self, task: T) {
        let number = self.taken + self.out.len();
        if let Some(tasks) = &self.tasks
            && tasks.send((number, task)).is_ok()
        {
            self.out.push_back(None);
        }
    }

    /// Members end when they have done what they are at.
    pub(crate) fn stop(&mut self) {
        self.to_do.stopped.store(true, Ordering::Relaxed);
        self.tasks = None;
    }

    /// What came of the task that was handed out first; waits for it. `None`: all have been taken.
    pub(crate) fn take(&mut self) -> Option<R> {
        loop {
            if let Some(first) = self.out.front_mut()?.take() {
                self.out.pop_front();
                self.taken += 1;
                return Some(first);
            }
            let (number, result) = self.done.recv().ok()?;
            match result {
                Ok(result) => {
                    if let Some(place) = number.checked_sub(self.taken).and_then(|at| self.out.get_mut(at)) {
                        *place = Some(result);
                    }
                }
                Err(panic) => {
                    self.stop();
                    resume_unwind(panic)
                }
            }
        }
    }
}

impl<T, R> Member<T, R> {
    /// Works until there is nothing more to come.
    pub(crate) fn work(self, mut one: impl FnMut(T) -> R) {
        while !self.to_do.stopped.load(Ordering::Relaxed) {
            let task = self.to_do.tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((number, task)) = task else { return };
            let result = catch_unwind(AssertUnwindSafe(|| one(task)));
            let failed = result.is_err();
            if self.done.send((number, result)).is_err() || failed {
                return;
            }
        }
    }
}

//! Times of several things in turns, so that what disturbs the machine disturbs all of them: only their ratios are told.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::results::Spread;

/// How long things are measured.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Rounds: in each, everything is measured once.
    pub rounds: usize,
    /// How long one measurement should take.
    pub sample: Duration,
}

impl Pace {
    /// As told by the words of a command: `--quick` or not.
    pub fn of(words: &[String]) -> Self {
        if words.iter().any(|word| word == "--quick") {
            Self { rounds: 5, sample: Duration::from_millis(4) }
        } else {
            Self { rounds: 15, sample: Duration::from_millis(20) }
        }
    }
}

/// Something that is done once by every call.
pub struct Turn<'a> {
    work: Box<dyn FnMut() + 'a>,
    /// Done after each sample, unmeasured.
    afterwards: Option<Box<dyn FnMut() + 'a>>,
    calls: u32,
    spent: Duration,
    times: Vec<f64>,
}

impl std::fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn").field("calls", &self.calls).field("times", &self.times).finish_non_exhaustive()
    }
}

impl<'a> Turn<'a> {
    /// Something to measure. What it computes has to go through [`std::hint::black_box`].
    pub fn new(work: impl FnMut() + 'a) -> Self {
        Self { work: Box::new(work), afterwards: None, calls: 1, spent: Duration::ZERO, times: Vec::new() }
    }

    /// Something that is made, whose freeing is not measured: what it gives is kept until the clock stands.
    pub fn making<T: 'a>(mut make: impl FnMut() -> T + 'a) -> Self {
        let made = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&made);
        let mut turn = Self::new(move || kept.borrow_mut().push(make()));
        turn.afterwards = Some(Box::new(move || made.borrow_mut().clear()));
        turn
    }

    /// Finds how many calls fill a sample; the calls until then warm it up.
    fn calibrate(&mut self, sample: Duration) {
        loop {
            let took = self.run();
            if took >= sample {
                return;
            }
            let wanted = sample.as_secs_f64() / took.as_secs_f64().max(1e-7);
            self.calls = (f64::from(self.calls) * wanted.clamp(1.2, 10.0)).ceil().min(1e8) as u32;
        }
    }

    fn run(&mut self) -> Duration {
        let start = Instant::now();
        for _ in 0..self.calls {
            (self.work)();
        }
        let took = start.elapsed();
        self.afterwards.iter_mut().for_each(|then| then());
        took
    }
}

/// What takes longer than this in all is not measured in every round, but in [`LEAST`] at least.
const PATIENCE: Duration = Duration::from_secs(3);
const LEAST: usize = 3;

/// Measures all of them in turns: nanoseconds for a call of each.
pub fn measure(turns: &mut [Turn<'_>], pace: Pace) -> Vec<Spread> {
    for turn in &mut *turns {
        turn.calibrate(pace.sample);
    }
    for _ in 0..pace.rounds {
        for turn in turns.iter_mut().filter(|turn| turn.times.len() < LEAST || turn.spent < PATIENCE) {
            let took = turn.run();
            turn.spent += took;
            turn.times.push(took.as_secs_f64() * 1e9 / f64::from(turn.calls));
        }
    }
    turns.iter().map(|turn| Spread::of(&turn.times)).collect()
}

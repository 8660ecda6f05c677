//! §13: stamp arithmetic.

use super::input::{Ref, Rule};
use super::number::Money;

/// R of §6.3: with stamps k of §13.1, else min(f, L). `left` is what is left of L.
pub(crate) fn rewards(rule: &Rule, f: Money, r: &Ref, left: Option<Money>) -> Money {
    let earned = match rule.stamp {
        Some(s) => f.min((r.current_stamp + f) / (s + 1)).max(0),
        None => f,
    };
    left.map_or(earned, |l| earned.min(l))
}

/// §13.3: stamps earned, given how often the reward was really given.
pub(crate) fn earned(rule: &Rule, f: Money, given: Money) -> Money {
    if rule.stamp.is_some() { f - given } else { 0 }
}

/// §13.1: stamps held afterwards.
pub(crate) fn held(rule: &Rule, r: &Ref, f: Money, given: Money) -> Option<Money> {
    rule.stamp.map(|s| r.current_stamp + (f - given) - given * s)
}

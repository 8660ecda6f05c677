//! The laws of §18 hold for the reference. One test per law, each on the same generated Calls.

#![allow(clippy::panic, reason = "a broken law fails the test")]

use rabatt_tests::generate::call;
use rabatt_tests::laws::{self, Law};
use rabatt_tests::reference::answer;

/// Judges a law on generated Calls; at least `least` of them must say something about it.
fn holds(law: Law, least: usize) {
    let cases = 600;
    let judged = (0..cases).filter(|&seed| match law(&call(seed), &answer, seed) {
        Ok(judged) => judged,
        Err(how) => panic!("seed {seed}: {how}\n{}", call(seed)),
    });
    let judged = judged.count();
    assert!(judged >= least, "only {judged} of {cases} cases say anything about this law");
}

#[test]
fn sum() {
    holds(laws::sum, 200);
}

#[test]
fn floor() {
    holds(laws::floor, 150);
}

#[test]
fn permutation() {
    holds(laws::permutation, 200);
}

#[test]
fn order_of_lines() {
    holds(laws::order_of_lines, 40);
}

#[test]
fn idempotence() {
    holds(laws::idempotence, 200);
}

#[test]
fn locality() {
    holds(laws::locality, 200);
}

#[test]
fn split_safety() {
    holds(laws::split_safety, 20);
}

#[test]
fn scale() {
    holds(laws::scale, 100);
}

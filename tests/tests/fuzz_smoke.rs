//! The fuzz targets on a fixed set of inputs, so that they keep building and holding without
//! the fuzzer.
#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

use rabatt_tests::generate::Random;
use rabatt_tests::{corpus, fuzz};

#[test]
fn calls_cut_short_or_overwritten() {
    let cases = corpus::all().unwrap();
    let mut rng = Random::new(1);
    for case in cases.iter().cycle().take(3_000) {
        let mut bytes = case.call.clone().into_bytes();
        for _ in 0..=rng.below(3) {
            let at = rng.below(bytes.len());
            match rng.below(4) {
                0 => bytes.truncate(at + 1),
                1 => bytes[at] = rng.below(256) as u8,
                2 => {
                    let tail = bytes[at..].to_vec();
                    bytes.extend(tail);
                }
                _ => drop(bytes.splice(at..at, *b"-9223372036854775808")),
            }
        }
        fuzz::call(&bytes);
    }
}

#[test]
fn generated_calls_overwritten() {
    let mut rng = Random::new(2);
    for _ in 0..3_000 {
        let bytes: Vec<u8> = (0..8 + 3 * rng.below(4)).map(|_| rng.below(256) as u8).collect();
        fuzz::evaluate(&bytes);
    }
}

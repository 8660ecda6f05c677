//! See `rabatt_tests::fuzz::evaluate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rabatt_tests::fuzz::evaluate(bytes));

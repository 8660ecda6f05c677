//! See `rabatt_tests::fuzz::call`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rabatt_tests::fuzz::call(bytes));

//! The command line beside `serve`: recalculating receipts offline and checking rules.

pub mod account;
pub mod check;
pub mod evaluate;
mod input;
mod till;

//! The harness: a slow, plain twin of the engine, generated Calls, their comparison, and the laws
//! both must obey. Nothing here is published or fast.

pub mod book;
pub mod compare;
pub mod corpus;
pub mod deals;
pub mod door;
pub mod fuzz;
pub mod generate;
pub mod laws;
pub mod reference;
pub mod typescript;
pub mod zones;

/// The README's examples run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

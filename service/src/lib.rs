//! The discount service and the command line around the engine.

pub mod cli;
